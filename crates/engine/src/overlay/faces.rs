//! From arcs to faces: half-edges sorted around nodes, boundary cycles, holes in their faces.

use super::arcs::Arcs;
use super::containers::containers;
use super::depot::Depot;
use super::exact::{cross, delta};
use super::tiling::morton;
use crate::list::List;
use crate::partition::{FaceId, HalfEdge, OUTSIDE};
use crate::precision::Point;
use crate::rings::cross_of;
use crate::watch::{Stage, Steps, Stop, Watch, step};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// The faces of an arrangement; the fields are those of [`crate::partition::Partition`].
pub(crate) struct Faces {
    pub next: List<HalfEdge>,
    pub left: List<FaceId>,
    pub cycles: List<HalfEdge>,
    pub face_cycles: List<u32>,
    pub area2: List<i128>,
}

/// Returns the faces of noded arcs.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it, [`Stop::Depot`] if the depot has no room for them.
pub(crate) fn faces(arcs: &Arcs, depot: Option<&dyn Depot>, watch: &dyn Watch) -> Result<Faces, Stop> {
    let next = List::put(around_nodes(arcs, watch)?, depot)?;
    let cycles = Cycles::trace(arcs, &next, watch)?;
    let containers = containers(arcs, &cycles, watch)?;
    step(watch, Stage::Faces, 0.95)?;
    cycles.into_faces(next, &containers, depot, watch)
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
fn around_nodes(arcs: &Arcs, watch: &dyn Watch) -> Result<Vec<HalfEdge>, Stop> {
    // Arcs lie in the order of their first points; only their last points are to be sorted.
    let last = |arc: u32| morton(origin(arcs, 2 * arc + 1));
    let mut ending: Vec<(u64, HalfEdge)> =
        (0..arcs.len() as u32).into_par_iter().map(|arc| (last(arc), 2 * arc + 1)).collect();
    step(watch, Stage::Faces, 0.65)?;
    ending.par_sort_unstable();
    step(watch, Stage::Faces, 0.7)?;
    let begins = |arc: usize| morton(origin(arcs, 2 * arc as u32));
    // Each stretch begins with a node.
    let first_of_node = |mut arc: usize| {
        while arc > 0 && begins(arc - 1) == begins(arc) {
            arc -= 1;
        }
        arc
    };
    let mut firsts: Vec<usize> = (0..arcs.len()).step_by(STRETCH).map(first_of_node).collect();
    firsts.dedup();
    let next: Vec<AtomicU32> = (0..2 * arcs.len()).into_par_iter().map(|_| AtomicU32::new(0)).collect();
    let steps = Steps::new(watch, Stage::Faces, 0.7..0.8, firsts.len());
    (0..firsts.len()).into_par_iter().try_for_each(|stretch| {
        steps.large()?;
        let ends_before = |first: usize| ending.partition_point(|end| end.0 < begins(first));
        let mut ended = if stretch == 0 { 0 } else { ends_before(firsts[stretch]) };
        let (past, past_ended) =
            firsts.get(stretch + 1).map_or((arcs.len(), ending.len()), |&first| (first, ends_before(first)));
        let mut starting = firsts[stretch];
        let mut node: Vec<((i64, i64), HalfEdge)> = Vec::new();
        let beginning = |arc: usize| (arc < past).then(|| begins(arc));
        let mut first = beginning(starting);
        while let Some(at) = first.into_iter().chain(ending[..past_ended].get(ended).map(|end| end.0)).min() {
            node.clear();
            while first == Some(at) {
                let edge = 2 * starting as u32;
                node.push((direction(arcs, edge), edge));
                starting += 1;
                first = beginning(starting);
            }
            while let Some(&(_, edge)) = ending[..past_ended].get(ended).filter(|end| end.0 == at) {
                node.push((direction(arcs, edge), edge));
                ended += 1;
            }
            node.sort_unstable_by(|a, b| by_angle(a.0, b.0).then(a.1.cmp(&b.1)));
            for at in 0..node.len() {
                let clockwise = node[(at + node.len() - 1) % node.len()].1;
                next[(node[at].1 ^ 1) as usize].store(clockwise, Relaxed);
            }
        }
        Ok(())
    })?;
    Ok(next.into_iter().map(AtomicU32::into_inner).collect())
}

/// So many arcs are put around their nodes in one go.
const STRETCH: usize = 1 << 15;

/// Compares directions by their angle from east, counter-clockwise.
fn by_angle(u: (i64, i64), v: (i64, i64)) -> Ordering {
    let lower = |d: (i64, i64)| d.1 < 0 || (d.1 == 0 && d.0 < 0);
    lower(u).cmp(&lower(v)).then_with(|| 0.cmp(&cross(u, v)))
}

/// The boundary cycles of an arrangement.
pub(super) struct Cycles {
    /// The cycle of each half-edge.
    pub of_edge: Vec<u32>,
    /// A half-edge of each cycle.
    pub first: Vec<HalfEdge>,
    /// The doubled area that each cycle runs around, negative if clockwise.
    pub area2: Vec<i128>,
}

impl Cycles {
    fn trace(arcs: &Arcs, next: &[HalfEdge], watch: &dyn Watch) -> Result<Self, Stop> {
        let shares: Vec<i128> = (0..arcs.len())
            .into_par_iter()
            .map(|arc| arcs.points_of(arc).windows(2).map(|w| cross_of(w[0], w[1])).sum())
            .collect();
        const UNSEEN: u32 = u32::MAX;
        let mut cycles = Self { of_edge: vec![UNSEEN; next.len()], first: Vec::new(), area2: Vec::new() };
        let steps = Steps::new(watch, Stage::Faces, 0.8..0.9, next.len());
        for batch in steps.batches() {
            for start in batch?.map(|start| start as HalfEdge) {
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
        }
        Ok(cycles)
    }

    /// Gives every counter-clockwise cycle a face and every clockwise one to its container.
    fn into_faces(
        self,
        next: List<HalfEdge>,
        containers: &[Option<u32>],
        depot: Option<&dyn Depot>,
        watch: &dyn Watch,
    ) -> Result<Faces, Stop> {
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
        step(watch, Stage::Faces, 0.96)?;
        order.par_sort_unstable_by_key(|&cycle| (face_of[cycle as usize], self.area2[cycle as usize] < 0, cycle));
        step(watch, Stage::Faces, 0.98)?;
        let mut face_cycles = vec![0u32; area2.len() + 1];
        for &cycle in &order {
            face_cycles[face_of[cycle as usize] as usize + 1] += 1;
        }
        for face in 0..area2.len() {
            face_cycles[face + 1] += face_cycles[face];
        }
        let cycles = order.iter().map(|&cycle| self.first[cycle as usize]).collect();
        // The cycles of the half-edges are not asked for again: what lies left of them takes their place.
        let mut left = self.of_edge;
        left.par_iter_mut().for_each(|cycle| *cycle = face_of[*cycle as usize]);
        let put = |list| List::put(list, depot);
        let (left, cycles, face_cycles) = (put(left)?, put(cycles)?, put(face_cycles)?);
        Ok(Faces { next, left, cycles, face_cycles, area2: List::put(area2, depot)? })
    }
}
