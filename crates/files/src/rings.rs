//! Sorts loose rings into polygons by what lies in what.
//!
//! A ring in none or in an even number of others is an outer ring; one in an odd number is a hole
//! of the smallest ring around it. Rings that cross are left as they are, for the engine to say so.

use crate::wkb::Polygon;
use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::{Coord, LineString};

/// Returns the polygons that rings make, in the order of their outer rings.
pub(crate) fn nest(rings: Vec<LineString<f64>>) -> Vec<Polygon> {
    if rings.len() < 2 {
        return rings.into_iter().map(|ring| vec![ring]).collect();
    }
    let boxes: Vec<[f64; 4]> = rings.iter().map(box_of).collect();
    let around = |at: usize| -> Vec<usize> {
        let others = (0..rings.len()).filter(|&other| other != at && holds(&boxes[other], &boxes[at]));
        others.filter(|&other| lies_in(&rings[at], &rings[other])).collect()
    };
    let parents: Vec<Vec<usize>> = (0..rings.len()).map(around).collect();
    let outer = |at: usize| parents[at].len().is_multiple_of(2);
    let mut place = vec![usize::MAX; rings.len()];
    let mut polygons: Vec<Polygon> = Vec::new();
    for (at, ring) in rings.iter().enumerate().filter(|&(at, _)| outer(at)) {
        place[at] = polygons.len();
        polygons.push(vec![ring.clone()]);
    }
    for (at, ring) in rings.into_iter().enumerate().filter(|&(at, _)| !outer(at)) {
        // The innermost ring around a hole is the one that lies in most others.
        let owner = parents[at].iter().filter(|&&parent| outer(parent)).max_by_key(|&&parent| parents[parent].len());
        match owner {
            Some(&owner) => polygons[place[owner]].push(ring),
            None => polygons.push(vec![ring]),
        }
    }
    polygons
}

fn box_of(ring: &LineString<f64>) -> [f64; 4] {
    ring.0.iter().fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |b, c| {
        [b[0].min(c.x), b[1].min(c.y), b[2].max(c.x), b[3].max(c.y)]
    })
}

fn holds(outer: &[f64; 4], inner: &[f64; 4]) -> bool {
    outer != inner && outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
}

/// Whether a ring lies in another: judged by its first vertex or middle of an edge that is not on
/// the other's line.
fn lies_in(ring: &LineString<f64>, other: &LineString<f64>) -> bool {
    let mut closed = other.clone();
    closed.close();
    let middles =
        ring.0.windows(2).map(|ends| Coord { x: (ends[0].x + ends[1].x) / 2.0, y: (ends[0].y + ends[1].y) / 2.0 });
    let told = ring.0.iter().copied().chain(middles).find_map(|at| match coord_pos_relative_to_ring(at, &closed) {
        CoordPos::OnBoundary => None,
        CoordPos::Inside => Some(true),
        CoordPos::Outside => Some(false),
    });
    told.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, side: f64) -> LineString<f64> {
        [(x, x), (x + side, x), (x + side, x + side), (x, x + side), (x, x)].into_iter().collect()
    }

    #[test]
    fn holes_islands_and_further_parts_are_told_by_containment() {
        let rings =
            vec![square(40.0, 5.0), square(20.0, 60.0), square(0.0, 100.0), square(200.0, 10.0), square(202.0, 2.0)];
        let polygons = nest(rings);
        let sides: Vec<Vec<f64>> =
            polygons.iter().map(|rings| rings.iter().map(|ring| ring.0[1].x - ring.0[0].x).collect()).collect();
        assert_eq!(sides, [vec![5.0], vec![100.0, 60.0], vec![10.0, 2.0]]);
    }

    #[test]
    fn a_hole_that_touches_its_ring_is_still_a_hole() {
        let polygons = nest(vec![square(0.0, 10.0), square(0.0, 4.0)]);
        assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        let apart = nest(vec![square(0.0, 4.0), square(4.0, 4.0)]);
        assert_eq!(apart.len(), 2);
    }
}
