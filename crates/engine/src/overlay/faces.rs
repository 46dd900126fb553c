//! From arcs to faces: half-edges sorted around nodes, boundary cycles, holes in their faces.

use super::arcs::Arcs;
use super::exact::{cross, delta, orient};
use super::tiling::morton;
use crate::partition::{FaceId, HalfEdge, OUTSIDE};
use crate::precision::Point;
use crate::rings::cross_of;
use rayon::prelude::*;
use std::cmp::Ordering;

/// The faces of an arrangement; the fields are those of [`crate::partition::Partition`].
pub(crate) struct Faces {
    pub next: Vec<HalfEdge>,
    pub left: Vec<FaceId>,
    pub cycles: Vec<HalfEdge>,
    pub face_cycles: Vec<u32>,
    pub area2: Vec<i128>,
}

/// Returns the faces of noded arcs.
pub(crate) fn faces(arcs: &Arcs) -> Faces {
    let next = around_nodes(arcs);
    let cycles = Cycles::trace(arcs, &next);
    let containers = containers(arcs, &cycles);
    cycles.into_faces(next, &containers)
}

fn origin(arcs: &Arcs, edge: HalfEdge) -> Point {
    let points = arcs.points_of(edge as usize / 2);
    if edge & 1 == 0 { points[0] } else { points[points.len() - 1] }
}

fn direction(arcs: &Arcs, edge: HalfEdge) -> (i64, i64) {
    let points = arcs.points_of(edge as usize / 2);
    if edge & 1 == 0 { delta(points[0], points[1]) } else { delta(points[points.len() - 1], points[points.len() - 2]) }
}

/// Returns the half-edge that follows each on the boundary of its left face: at the end node, the
/// one clockwise next to its twin.
fn around_nodes(arcs: &Arcs) -> Vec<HalfEdge> {
    let edges = (0..2 * arcs.len() as u32).into_par_iter();
    let mut outgoing: Vec<(u64, HalfEdge)> = edges.map(|edge| (morton(origin(arcs, edge)), edge)).collect();
    outgoing.par_sort_unstable();
    let mut next = vec![0; outgoing.len()];
    let mut node: Vec<((i64, i64), HalfEdge)> = Vec::new();
    for group in outgoing.chunk_by(|a, b| a.0 == b.0) {
        node.clear();
        node.extend(group.iter().map(|&(_, edge)| (direction(arcs, edge), edge)));
        node.sort_unstable_by(|a, b| by_angle(a.0, b.0).then(a.1.cmp(&b.1)));
        for at in 0..node.len() {
            let clockwise = node[(at + node.len() - 1) % node.len()].1;
            next[(node[at].1 ^ 1) as usize] = clockwise;
        }
    }
    next
}

/// Compares directions by their angle from east, counter-clockwise.
fn by_angle(u: (i64, i64), v: (i64, i64)) -> Ordering {
    let lower = |d: (i64, i64)| d.1 < 0 || (d.1 == 0 && d.0 < 0);
    lower(u).cmp(&lower(v)).then_with(|| 0.cmp(&cross(u, v)))
}

/// The boundary cycles of an arrangement.
struct Cycles {
    of_edge: Vec<u32>,
    first: Vec<HalfEdge>,
    area2: Vec<i128>,
}

impl Cycles {
    fn trace(arcs: &Arcs, next: &[HalfEdge]) -> Self {
        let shares: Vec<i128> = (0..arcs.len())
            .into_par_iter()
            .map(|arc| arcs.points_of(arc).windows(2).map(|w| cross_of(w[0], w[1])).sum())
            .collect();
        const UNSEEN: u32 = u32::MAX;
        let mut cycles = Self { of_edge: vec![UNSEEN; next.len()], first: Vec::new(), area2: Vec::new() };
        for start in 0..next.len() as u32 {
            if cycles.of_edge[start as usize] != UNSEEN {
                continue;
            }
            let cycle = cycles.first.len() as u32;
            let (mut edge, mut area2) = (start, 0i128);
            loop {
                cycles.of_edge[edge as usize] = cycle;
                let share = shares[edge as usize / 2];
                area2 += if edge & 1 == 0 { share } else { -share };
                edge = next[edge as usize];
                if edge == start {
                    break;
                }
            }
            cycles.first.push(start);
            cycles.area2.push(area2);
        }
        cycles
    }

    /// Gives every counter-clockwise cycle a face and every clockwise one to its container.
    fn into_faces(self, next: Vec<HalfEdge>, containers: &[Option<u32>]) -> Faces {
        let mut face_of: Vec<FaceId> = vec![OUTSIDE; self.first.len()];
        let mut area2 = vec![0i128];
        for cycle in (0..self.first.len()).filter(|&cycle| self.area2[cycle] > 0) {
            face_of[cycle] = area2.len() as FaceId;
            area2.push(self.area2[cycle]);
        }
        for (cycle, container) in containers.iter().enumerate() {
            if let Some(container) = *container {
                face_of[cycle] = face_of[container as usize];
                area2[face_of[cycle] as usize] += self.area2[cycle];
            }
        }
        area2[OUTSIDE as usize] = 0;
        let mut order: Vec<u32> = (0..self.first.len() as u32).collect();
        // A face's outer cycle has positive area and comes first.
        order.sort_by_key(|&cycle| (face_of[cycle as usize], self.area2[cycle as usize] < 0, cycle));
        let mut face_cycles = vec![0u32; area2.len() + 1];
        for &cycle in &order {
            face_cycles[face_of[cycle as usize] as usize + 1] += 1;
        }
        for face in 0..area2.len() {
            face_cycles[face + 1] += face_cycles[face];
        }
        let cycles = order.iter().map(|&cycle| self.first[cycle as usize]).collect();
        let left = self.of_edge.par_iter().map(|&cycle| face_of[cycle as usize]).collect();
        Faces { next, left, cycles, face_cycles, area2 }
    }
}

/// A component's smallest point, from which its container is looked for.
#[derive(Clone, Copy)]
struct Query {
    from: Point,
    cycle: u32,
}

/// The segment seen so far when looking down from a query.
#[derive(Clone, Copy)]
struct Seen {
    a: Point,
    b: Point,
    /// The half-edge whose left side is up.
    upper: HalfEdge,
}

/// Returns for every clockwise cycle the counter-clockwise cycle of the face it lies in; `None`
/// for counter-clockwise cycles and for components that lie in the outside.
///
/// A clockwise cycle is the outer border of a component. Straight down from the component's
/// smallest point (a hair to the right of it, so that only segments with `a.x ≤ x < b.x` count)
/// the first segment met belongs to the container or to a component that lies in the same face and
/// has a smaller smallest point.
fn containers(arcs: &Arcs, cycles: &Cycles) -> Vec<Option<u32>> {
    let mut least: Vec<Option<Point>> = vec![None; cycles.first.len()];
    for edge in 0..cycles.of_edge.len() {
        let cycle = cycles.of_edge[edge] as usize;
        if cycles.area2[cycle] < 0 {
            let smallest = arcs.points_of(edge / 2).iter().min().copied();
            least[cycle] = least[cycle].into_iter().chain(smallest).min();
        }
    }
    let mut queries: Vec<Query> = least
        .iter()
        .enumerate()
        .filter_map(|(cycle, from)| Some(Query { from: (*from)?, cycle: cycle as u32 }))
        .collect();
    queries.sort_unstable_by_key(|query| query.from);
    let seen = look_down(arcs, &queries);
    let mut containers = vec![None; cycles.first.len()];
    for (query, seen) in queries.iter().zip(seen) {
        let Some(seen) = seen else { continue };
        let met = cycles.of_edge[seen.upper as usize];
        let sibling = cycles.area2[met as usize] < 0;
        containers[query.cycle as usize] = if sibling { containers[met as usize] } else { Some(met) };
    }
    containers
}

/// Returns the first segment below each query; `queries` are sorted by x.
fn look_down(arcs: &Arcs, queries: &[Query]) -> Vec<Option<Seen>> {
    let xs: Vec<i32> = queries.iter().map(|query| query.from.x).collect();
    let span = arcs.len().div_ceil(rayon::current_num_threads() * 4).max(1024);
    let chunks: Vec<usize> = (0..arcs.len()).step_by(span).collect();
    let nothing = || vec![None; queries.len()];
    chunks
        .into_par_iter()
        .fold(nothing, |mut seen, chunk| {
            for arc in chunk..(chunk + span).min(arcs.len()) {
                look_at_arc(arcs, arc, queries, &xs, &mut seen);
            }
            seen
        })
        .reduce(nothing, |one, other| {
            let pick = |(at, (a, b)): (usize, (Option<Seen>, Option<Seen>))| match (a, b) {
                (Some(a), Some(b)) => Some(if is_higher(&b, &a, queries[at].from.x) { b } else { a }),
                (a, b) => a.or(b),
            };
            one.into_iter().zip(other).enumerate().map(pick).collect()
        })
}

fn look_at_arc(arcs: &Arcs, arc: usize, queries: &[Query], xs: &[i32], seen: &mut [Option<Seen>]) {
    let points = arcs.points_of(arc);
    let (low, high) = points.iter().fold((i32::MAX, i32::MIN), |(low, high), p| (low.min(p.x), high.max(p.x)));
    let first = xs.partition_point(|&x| x < low);
    if first == xs.len() || xs[first] >= high {
        return;
    }
    for w in points.windows(2) {
        let forward = w[0].x < w[1].x;
        let (a, b) = if forward { (w[0], w[1]) } else { (w[1], w[0]) };
        let from = first + xs[first..].partition_point(|&x| x < a.x);
        for at in (from..xs.len()).take_while(|&at| xs[at] < b.x) {
            let point = queries[at].from;
            if a.y.min(b.y) > point.y || orient(a, b, point) <= 0 {
                continue;
            }
            let candidate = Seen { a, b, upper: 2 * arc as u32 + u32::from(!forward) };
            if seen[at].as_ref().is_none_or(|best| is_higher(&candidate, best, point.x)) {
                seen[at] = Some(candidate);
            }
        }
    }
}

/// Whether `one` passes above `other` just right of `x`; both span it.
fn is_higher(one: &Seen, other: &Seen, x: i32) -> bool {
    let height = |s: &Seen| {
        let (dx, dy) = delta(s.a, s.b);
        (
            i128::from(s.a.y) * i128::from(dx) + i128::from(dy) * i128::from(i64::from(x) - i64::from(s.a.x)),
            i128::from(dx),
        )
    };
    let ((up, below), (other_up, other_below)) = (height(one), height(other));
    match (up * other_below).cmp(&(other_up * below)) {
        Ordering::Equal => cross(delta(other.a, other.b), delta(one.a, one.b)) > 0,
        order => order == Ordering::Greater,
    }
}
