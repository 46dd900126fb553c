//! From half-edges to polygons: the rings around a group of faces.
//!
//! A boundary walk may pass a node more than once, where a face touches itself in a point. Valid
//! polygons (OGC simple features) have simple rings, so such walks are cut at repeated points;
//! what turns counter-clockwise is an outer ring, what turns clockwise a hole.

use crate::partition::{FaceId, GridPolygon, HalfEdge, Partition};
use crate::precision::Point;
use std::collections::{HashMap, HashSet};

/// Returns the polygons of a group of faces; see [`Partition::polygons`].
pub(crate) fn polygons(partition: &Partition, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> Vec<GridPolygon> {
    let mut rings = Vec::new();
    for walk in boundary_walks(partition, faces, inside) {
        cut_at_repeats(walk, &mut rings);
    }
    assemble(rings)
}

/// Walks along the boundary of the group, its ground on the left.
fn boundary_walks(partition: &Partition, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> Vec<Vec<Point>> {
    let is_boundary = |edge: HalfEdge| !inside(partition.left[(edge ^ 1) as usize]);
    let mut seen = HashSet::new();
    let mut walks = Vec::new();
    for &face in faces {
        for first in partition.half_edges(face) {
            if !is_boundary(first) || !seen.insert(first) {
                continue;
            }
            let mut walk = Vec::new();
            let mut edge = first;
            loop {
                partition.walk(edge, |p| walk.push(p));
                edge = partition.next[edge as usize];
                while !is_boundary(edge) {
                    edge = partition.next[(edge ^ 1) as usize];
                }
                if edge == first {
                    break;
                }
                seen.insert(edge);
            }
            walks.push(walk);
        }
    }
    walks
}

/// Cuts a closed walk into simple rings at the points that it passes more than once.
fn cut_at_repeats(walk: Vec<Point>, rings: &mut Vec<Vec<Point>>) {
    let mut sorted = walk.clone();
    sorted.sort_unstable();
    if sorted.windows(2).all(|w| w[0] != w[1]) {
        rings.push(walk);
        return;
    }
    let mut path: Vec<Point> = Vec::with_capacity(walk.len());
    let mut place: HashMap<Point, usize> = HashMap::new();
    for point in walk {
        if let Some(&start) = place.get(&point) {
            let ring: Vec<Point> = path.drain(start + 1..).collect();
            for p in &ring {
                place.remove(p);
            }
            let closed = std::iter::once(point).chain(ring).collect();
            rings.push(closed);
        } else {
            place.insert(point, path.len());
            path.push(point);
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
