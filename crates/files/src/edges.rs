//! Checks edges on the coordinates as they are written, exactly, with no grid in between.

use geo::{Coord, LineString};
use lantu_engine::Feature;
use lantu_engine::check::crossings_as_written;

/// What is wrong with the edges of a file.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct EdgeFaults {
    /// Pairs of edges that cross, touch or overlap other than at common ends.
    pub crossings: u64,
    /// Edges that have ground on the same side more than once.
    pub repeated: u64,
}

/// Looks at all edges of all features; those with coordinates that are not finite are left out.
///
/// Rings may run either way: the first of a polygon is taken as its outer ring and turned
/// counter-clockwise, the others clockwise.
pub(crate) fn faults(features: &[Feature]) -> EdgeFaults {
    let mut edges = directed_edges(features);
    edges.sort_unstable_by(compare);
    let mut unique: Vec<[Coord<f64>; 2]> = Vec::with_capacity(edges.len());
    let mut repeated = 0;
    for same in edges.chunk_by(|a, b| a.ends == b.ends) {
        let forward = same.iter().filter(|edge| edge.forward).count() as u64;
        let backward = same.len() as u64 - forward;
        repeated += forward.saturating_sub(1) + backward.saturating_sub(1);
        unique.push(same[0].ends);
    }
    drop(edges);
    EdgeFaults { crossings: crossings_as_written(&unique), repeated }
}

/// An edge, its smaller end first, and whether its ring runs from there.
#[derive(Clone, Copy)]
struct Edge {
    ends: [Coord<f64>; 2],
    forward: bool,
}

fn compare(a: &Edge, b: &Edge) -> std::cmp::Ordering {
    let key = |edge: &Edge| [edge.ends[0].x, edge.ends[0].y, edge.ends[1].x, edge.ends[1].y];
    let (a, b) = (key(a), key(b));
    let unequal = a.iter().zip(&b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
    unequal.unwrap_or(std::cmp::Ordering::Equal)
}

fn directed_edges(features: &[Feature]) -> Vec<Edge> {
    let count = features.iter().flat_map(|feature| &feature.polygons).flatten().map(|ring| ring.0.len()).sum();
    let mut edges = Vec::with_capacity(count);
    for polygon in features.iter().flat_map(|feature| &feature.polygons) {
        for (at, ring) in polygon.iter().enumerate() {
            let outer = at == 0;
            // A ring that runs the other way than it should has its edges turned.
            let as_it_should = (signed_area(ring) > 0.0) == outer;
            for w in ring.0.windows(2) {
                let [a, b] = [without_negative_zero(w[0]), without_negative_zero(w[1])];
                let finite = a.x.is_finite() && a.y.is_finite() && b.x.is_finite() && b.y.is_finite();
                if !finite || a == b {
                    continue;
                }
                let rising = (a.x, a.y) < (b.x, b.y);
                edges.push(Edge { ends: if rising { [a, b] } else { [b, a] }, forward: rising == as_it_should });
            }
        }
    }
    edges
}

fn without_negative_zero(c: Coord<f64>) -> Coord<f64> {
    Coord { x: c.x + 0.0, y: c.y + 0.0 }
}

/// Twice the signed area of a ring, computed near its first point to keep the digits.
fn signed_area(ring: &LineString<f64>) -> f64 {
    let Some(&base) = ring.0.first() else { return 0.0 };
    let cross = |w: &[Coord<f64>]| (w[0].x - base.x) * (w[1].y - base.y) - (w[1].x - base.x) * (w[0].y - base.y);
    ring.0.windows(2).map(cross).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(rings: &[&[(f64, f64)]]) -> Feature {
        let rings = rings.iter().map(|ring| ring.iter().copied().collect()).collect();
        Feature { polygons: vec![rings], ..Feature::default() }
    }

    fn square(x: f64, y: f64, side: f64) -> Feature {
        feature(&[&[(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]])
    }

    #[test]
    fn neighbours_with_the_same_border_have_no_faults() {
        assert_eq!(faults(&[square(0.0, 0.0, 1.0), square(1.0, 0.0, 1.0)]), EdgeFaults::default());
    }

    #[test]
    fn the_direction_of_rings_does_not_matter() {
        let clockwise = feature(&[&[(1.0, 0.0), (1.0, 1.0), (2.0, 1.0), (2.0, 0.0), (1.0, 0.0)]]);
        assert_eq!(faults(&[square(0.0, 0.0, 1.0), clockwise]), EdgeFaults::default());
    }

    #[test]
    fn a_feature_in_the_hole_of_another_has_no_faults() {
        let around = feature(&[
            &[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0), (0.0, 0.0)],
            &[(3.0, 3.0), (4.0, 3.0), (4.0, 4.0), (3.0, 4.0), (3.0, 3.0)],
        ]);
        assert_eq!(faults(&[around, square(3.0, 3.0, 1.0)]), EdgeFaults::default());
    }

    #[test]
    fn the_same_square_twice_repeats_each_of_its_edges() {
        assert_eq!(faults(&[square(0.0, 0.0, 1.0), square(0.0, 0.0, 1.0)]), EdgeFaults { crossings: 0, repeated: 4 });
    }

    #[test]
    fn a_vertex_on_the_neighbours_edge_is_a_touch() {
        let halves = [square(1.0, 0.0, 0.5), square(1.0, 0.5, 0.5)];
        let found = faults(&[square(0.0, 0.0, 1.0), halves[0].clone(), halves[1].clone()]);
        assert!(found.crossings > 0, "{found:?}");
    }
}
