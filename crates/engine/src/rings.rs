//! From half-edges to polygons: the rings around a group of faces.
//!
//! A boundary walk may pass a node more than once, where a face touches itself in a point. Valid
//! polygons (OGC simple features) have simple rings, so such walks are cut at repeated points;
//! what turns counter-clockwise is an outer ring, what turns clockwise a hole.

use crate::partition::{FaceId, GridPolygon, HalfEdge, Partition};
use crate::precision::Point;

/// Returns the polygons of a group of faces; see [`Partition::polygons`].
pub(crate) fn polygons(partition: &Partition, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> Vec<GridPolygon> {
    let mut rings = Vec::new();
    for walk in boundary_walks(partition, faces, inside) {
        cut_at_repeats(walk, &mut rings);
    }
    assemble(rings)
}

/// A walk along the boundary of a group, its ground on the left.
struct Walk {
    points: Vec<Point>,
    /// Where its arcs begin in `points`. Only there, at nodes, can it pass a point again.
    nodes: Vec<u32>,
}

fn boundary_walks(partition: &Partition, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> Vec<Walk> {
    let is_boundary = |edge: &HalfEdge| !inside(partition.left[(edge ^ 1) as usize]);
    let mut starts: Vec<HalfEdge> = Vec::new();
    for &face in faces {
        starts.extend(partition.half_edges(face).filter(is_boundary));
    }
    let mut sorted = starts.clone();
    sorted.sort_unstable();
    let mut seen = vec![false; sorted.len()];
    let mut see = |edge: HalfEdge| {
        // Every boundary half-edge is in the list; a second visit ends the walk.
        let at = sorted.partition_point(|&other| other < edge);
        std::mem::replace(&mut seen[at], true)
    };
    let mut walks = Vec::new();
    for first in starts {
        if see(first) {
            continue;
        }
        let mut walk = Walk { points: Vec::new(), nodes: Vec::new() };
        let mut edge = first;
        loop {
            walk.nodes.push(walk.points.len() as u32);
            partition.walk(edge, |p| walk.points.push(p));
            edge = partition.next[edge as usize];
            while !is_boundary(&edge) {
                edge = partition.next[(edge ^ 1) as usize];
            }
            if edge == first {
                break;
            }
            see(edge);
        }
        walks.push(walk);
    }
    walks
}

/// Cuts a closed walk into simple rings at the points that it passes more than once.
fn cut_at_repeats(walk: Walk, rings: &mut Vec<Vec<Point>>) {
    let mut nodes: Vec<Point> = walk.nodes.iter().map(|&at| walk.points[at as usize]).collect();
    nodes.sort_unstable();
    if nodes.windows(2).all(|w| w[0] != w[1]) {
        rings.push(walk.points);
        return;
    }
    nodes.dedup();
    let mut path: Vec<Point> = Vec::with_capacity(walk.points.len());
    let mut place: Vec<Option<usize>> = vec![None; nodes.len()];
    for point in walk.points {
        let Ok(node) = nodes.binary_search(&point) else {
            path.push(point);
            continue;
        };
        match place[node] {
            Some(start) => {
                let ring: Vec<Point> = path.drain(start + 1..).collect();
                for p in &ring {
                    if let Ok(left) = nodes.binary_search(p) {
                        place[left] = None;
                    }
                }
                rings.push(std::iter::once(point).chain(ring).collect());
            }
            None => {
                place[node] = Some(path.len());
                path.push(point);
            }
        }
    }
    if path.len() > 2 {
        rings.push(path);
    }
}

/// Returns twice the signed area of a ring; positive if counter-clockwise.
pub(crate) fn ring_area2(ring: &[Point]) -> i128 {
    let mut sum = 0i128;
    let mut before = ring[ring.len() - 1];
    for &p in ring {
        sum += cross_of(before, p);
        before = p;
    }
    sum
}

/// Returns the cross product of two points seen from the origin.
pub(crate) fn cross_of(a: Point, b: Point) -> i128 {
    i128::from(a.x) * i128::from(b.y) - i128::from(a.y) * i128::from(b.x)
}

/// Gives each hole to the smallest outer ring around it.
fn assemble(rings: Vec<Vec<Point>>) -> Vec<GridPolygon> {
    let (mut outers, mut holes) = (Vec::new(), Vec::new());
    for ring in rings {
        let area2 = ring_area2(&ring);
        if area2 > 0 {
            outers.push((area2, vec![ring]));
        } else {
            holes.push(ring);
        }
    }
    if outers.len() == 1 {
        outers[0].1.extend(holes);
    } else {
        outers.sort_by_key(|(area2, rings)| (*area2, rings[0].iter().min().copied()));
        for hole in holes {
            if let Some((_, rings)) = outers.iter_mut().find(|(_, rings)| ring_encloses(&rings[0], &hole)) {
                rings.push(hole);
            }
        }
    }
    let mut polygons: Vec<GridPolygon> = outers.into_iter().map(|(_, rings)| canonical(rings)).collect();
    polygons.sort_by(|a, b| a[0].cmp(&b[0]));
    polygons
}

/// Starts every ring at its smallest point and sorts the holes, so that equal ground is written
/// the same whatever the order of faces.
fn canonical(mut rings: GridPolygon) -> GridPolygon {
    for ring in &mut rings {
        let least = (0..ring.len()).min_by_key(|&i| ring[i]).unwrap_or(0);
        ring.rotate_left(least);
    }
    rings[1..].sort();
    rings
}

/// Whether `hole`, which does not cross `outer`, lies inside it.
fn ring_encloses(outer: &[Point], hole: &[Point]) -> bool {
    // A hole may touch its outer ring in points; an edge's middle is never on the outer ring
    // unless the edge is shared, which a group's boundary excludes.
    let (a, b) = (hole[0], hole[1]);
    let middle2 = (i64::from(a.x) + i64::from(b.x), i64::from(a.y) + i64::from(b.y));
    let mut inside = false;
    let mut before = outer[outer.len() - 1];
    for &p in outer {
        let (x0, y0) = (2 * i64::from(before.x), 2 * i64::from(before.y));
        let (x1, y1) = (2 * i64::from(p.x), 2 * i64::from(p.y));
        if (y0 > middle2.1) != (y1 > middle2.1) {
            let turn =
                i128::from(x1 - x0) * i128::from(middle2.1 - y0) - i128::from(y1 - y0) * i128::from(middle2.0 - x0);
            if (turn > 0) == (y1 > y0) {
                inside = !inside;
            }
        }
        before = p;
    }
    inside
}
