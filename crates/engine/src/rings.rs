//! From half-edges to polygons: the rings around a group of faces.
//!
//! A boundary walk may pass a node more than once, where a face touches itself in a point. Valid
//! polygons (OGC simple features) have simple rings, so such walks are cut at repeated points;
//! what turns counter-clockwise is an outer ring, what turns clockwise a hole.

use crate::partition::{FaceId, GridPolygon, HalfEdge, Partition};
use crate::precision::Point;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// The polygons of a group of faces in one list of points, to be filled again and again.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    points: Vec<Point>,
    /// Where each ring ends in `points`.
    ring_ends: Vec<u32>,
    /// Where each polygon ends in `ring_ends`.
    polygon_ends: Vec<u32>,
    scratch: Scratch,
}

#[derive(Clone, Debug, Default)]
struct Scratch {
    starts: Vec<HalfEdge>,
    sorted: Vec<HalfEdge>,
    seen: Vec<bool>,
    walk: Walk,
    nodes: Vec<Point>,
}

impl Outline {
    /// Returns the polygons, each as its rings: the outer one counter-clockwise, then the holes
    /// clockwise; no ring repeats its first point.
    pub fn polygons(&self) -> impl ExactSizeIterator<Item = impl ExactSizeIterator<Item = &[Point]> + Clone> {
        let start = |ends: &[u32], at: usize| if at == 0 { 0 } else { ends[at - 1] as usize };
        (0..self.polygon_ends.len()).map(move |polygon| {
            let rings = start(&self.polygon_ends, polygon)..self.polygon_ends[polygon] as usize;
            rings.map(move |ring| &self.points[start(&self.ring_ends, ring)..self.ring_ends[ring] as usize])
        })
    }

    /// Returns the points of all rings.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Returns how many rings there are.
    pub fn ring_count(&self) -> usize {
        self.ring_ends.len()
    }

    fn put_ring(&mut self, [from_least, to_least]: [&[Point]; 2]) {
        self.points.extend_from_slice(from_least);
        self.points.extend_from_slice(to_least);
        self.ring_ends.push(self.points.len() as u32);
    }

    /// Traces a group; see [`Partition::polygons`].
    pub(crate) fn trace(&mut self, partition: &Partition, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) {
        self.points.clear();
        self.ring_ends.clear();
        self.polygon_ends.clear();
        let mut scratch = std::mem::take(&mut self.scratch);
        let rings = scratch.rings(partition, faces, inside);
        if rings.is_empty() && !scratch.walk.points.is_empty() {
            let (before, after) = scratch.walk.points.split_at(least(&scratch.walk.points));
            self.put_ring([after, before]);
            self.polygon_ends.push(1);
        }
        for polygon in assemble(rings) {
            polygon.iter().for_each(|ring| self.put_ring([ring, &[]]));
            self.polygon_ends.push(self.ring_ends.len() as u32);
        }
        self.scratch = scratch;
    }
}

/// Returns the polygons of a group of faces; see [`Partition::polygons`].
pub(crate) fn polygons(partition: &Partition, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> Vec<GridPolygon> {
    let mut outline = Outline::default();
    outline.trace(partition, faces, inside);
    outline.polygons().map(|rings| rings.map(<[Point]>::to_vec).collect()).collect()
}

/// A walk along the boundary of a group, its ground on the left.
#[derive(Clone, Debug, Default)]
struct Walk {
    points: Vec<Point>,
    /// Where its arcs begin in `points`. Only there, at nodes, can it pass a point again.
    nodes: Vec<u32>,
}

impl Scratch {
    /// Returns the rings around a group, in any order; none if it is a single one, which is then left
    /// in `walk`.
    fn rings(&mut self, partition: &Partition, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> Vec<Vec<Point>> {
        let is_boundary = |edge: &HalfEdge| !inside(partition.left[(edge ^ 1) as usize]);
        self.starts.clear();
        for &face in faces {
            self.starts.extend(partition.half_edges(face).filter(is_boundary));
        }
        self.sorted.clone_from(&self.starts);
        self.sorted.sort_unstable();
        self.seen.clear();
        self.seen.resize(self.sorted.len(), false);
        self.walk.points.clear();
        let (mut rings, mut unseen) = (Vec::new(), self.sorted.len());
        for at in 0..self.starts.len() {
            let first = self.starts[at];
            if self.see(first) {
                continue;
            }
            unseen -= 1;
            self.walk.points.clear();
            self.walk.nodes.clear();
            let mut edge = first;
            loop {
                self.walk.nodes.push(self.walk.points.len() as u32);
                partition.walk(edge, |p| self.walk.points.push(p));
                edge = partition.next[edge as usize];
                while !is_boundary(&edge) {
                    edge = partition.next[(edge ^ 1) as usize];
                }
                if edge == first {
                    break;
                }
                self.see(edge);
                unseen -= 1;
            }
            let only = rings.is_empty() && unseen == 0;
            if !self.passes_twice() {
                if only {
                    return rings;
                }
                rings.push(self.walk.points.clone());
            } else {
                cut_at_repeats(&self.walk, &mut self.nodes, &mut rings);
            }
        }
        self.walk.points.clear();
        rings
    }

    /// Marks a half-edge of the boundary; returns whether it was marked before.
    fn see(&mut self, edge: HalfEdge) -> bool {
        // Every boundary half-edge is in the list; a second visit ends the walk.
        let at = self.sorted.partition_point(|&other| other < edge);
        std::mem::replace(&mut self.seen[at], true)
    }

    /// Whether the walk passes a node more than once; lists its nodes in order.
    fn passes_twice(&mut self) -> bool {
        self.nodes.clear();
        self.nodes.extend(self.walk.nodes.iter().map(|&at| self.walk.points[at as usize]));
        self.nodes.sort_unstable();
        self.nodes.windows(2).any(|w| w[0] == w[1])
    }
}

/// Cuts a closed walk into simple rings at the points that it passes more than once; `nodes` are its
/// nodes in order.
fn cut_at_repeats(walk: &Walk, nodes: &mut Vec<Point>, rings: &mut Vec<Vec<Point>>) {
    nodes.dedup();
    let mut path: Vec<Point> = Vec::with_capacity(walk.points.len());
    let mut place: Vec<Option<usize>> = vec![None; nodes.len()];
    for &point in &walk.points {
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

/// Gives each hole to the smallest outer ring around it; a tree of boxes says which may be.
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
        outers[0].1.append(&mut holes);
    }
    if !holes.is_empty() {
        outers.sort_by_key(|(area2, rings)| (*area2, rings[0].iter().min().copied()));
        let boxes = outers.iter().enumerate().map(|(at, (_, rings))| GeomWithData::new(around(&rings[0]), at));
        let boxes = RTree::bulk_load(boxes.collect());
        for hole in holes {
            let [x, y] = middle2(&hole).map(|twice| twice as f64 / 2.0);
            let mut near: Vec<usize> = boxes.locate_all_at_point([x, y]).map(|outer| outer.data).collect();
            near.sort_unstable();
            if let Some(at) = near.into_iter().find(|&at| ring_encloses(&outers[at].1[0], &hole)) {
                outers[at].1.push(hole);
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
        let least = least(ring);
        ring.rotate_left(least);
    }
    rings[1..].sort();
    rings
}

/// Returns where the smallest point of a ring is.
fn least(ring: &[Point]) -> usize {
    (0..ring.len()).min_by_key(|&at| ring[at]).unwrap_or(0)
}

/// Returns twice the middle of a ring's first edge.
fn middle2(ring: &[Point]) -> [i64; 2] {
    let (a, b) = (ring[0], ring[1]);
    [i64::from(a.x) + i64::from(b.x), i64::from(a.y) + i64::from(b.y)]
}

/// Returns the box around a ring; grid coordinates are exact in it.
fn around(ring: &[Point]) -> Rectangle<[f64; 2]> {
    let corners: Vec<[f64; 2]> = ring.iter().map(|p| [f64::from(p.x), f64::from(p.y)]).collect();
    Rectangle::from_aabb(AABB::from_points(&corners))
}

/// Whether `hole`, which does not cross `outer`, lies inside it.
fn ring_encloses(outer: &[Point], hole: &[Point]) -> bool {
    // A hole may touch its outer ring in points; an edge's middle is never on the outer ring
    // unless the edge is shared, which a group's boundary excludes.
    let middle2 = middle2(hole);
    let mut inside = false;
    let mut before = outer[outer.len() - 1];
    for &p in outer {
        let (x0, y0) = (2 * i64::from(before.x), 2 * i64::from(before.y));
        let (x1, y1) = (2 * i64::from(p.x), 2 * i64::from(p.y));
        if (y0 > middle2[1]) != (y1 > middle2[1]) {
            let turn =
                i128::from(x1 - x0) * i128::from(middle2[1] - y0) - i128::from(y1 - y0) * i128::from(middle2[0] - x0);
            if (turn > 0) == (y1 > y0) {
                inside = !inside;
            }
        }
        before = p;
    }
    inside
}
