//! Finds the face in which each component of the arrangement lies.
//!
//! A clockwise cycle is the outer border of a component. Straight down from the component's
//! smallest point (a hair to the right of it, so that only segments with `a.x ≤ x < b.x` count)
//! the first segment met belongs to the container or to a component that lies in the same face and
//! has a smaller smallest point.

use super::arcs::Arcs;
use super::exact::{cross, delta, orient};
use super::faces::Cycles;
use crate::partition::HalfEdge;
use crate::precision::Point;
use crate::watch::{Stage, Steps, Stop, Watch, step};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

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
pub(super) fn containers(arcs: &Arcs, cycles: &Cycles, watch: &dyn Watch) -> Result<Vec<Option<u32>>, Stop> {
    let mut least: Vec<Option<Point>> = vec![None; cycles.first.len()];
    let steps = Steps::new(watch, Stage::Faces, 0.9..0.94, cycles.of_edge.len());
    for batch in steps.batches() {
        for edge in batch? {
            let cycle = cycles.of_edge[edge] as usize;
            if cycles.area2[cycle] < 0 {
                let smallest = arcs.points_of(edge / 2).iter().min().copied();
                least[cycle] = least[cycle].into_iter().chain(smallest).min();
            }
        }
    }
    let mut queries: Vec<Query> = least
        .iter()
        .enumerate()
        .filter_map(|(cycle, from)| Some(Query { from: (*from)?, cycle: cycle as u32 }))
        .collect();
    queries.par_sort_unstable_by_key(|query| query.from);
    step(watch, Stage::Faces, 0.94)?;
    let seen = look_down(arcs, &queries);
    let mut containers = vec![None; cycles.first.len()];
    for (query, seen) in queries.iter().zip(seen) {
        let Some(seen) = seen else { continue };
        let met = cycles.of_edge[seen.upper as usize];
        let sibling = cycles.area2[met as usize] < 0;
        containers[query.cycle as usize] = if sibling { containers[met as usize] } else { Some(met) };
    }
    Ok(containers)
}

/// Returns the first segment below each query.
fn look_down(arcs: &Arcs, queries: &[Query]) -> Vec<Option<Seen>> {
    let boxes = Boxes::of(arcs);
    queries.par_iter().map(|query| boxes.look_down(arcs, query.from)).collect()
}

/// The boxes of groups of neighbouring arcs, of groups of these groups, and so on. Arcs lie along a
/// Morton curve, so neighbours in the list are neighbours in the plane: a packed R-tree for free.
struct Boxes {
    levels: Vec<Vec<Bounds>>,
}

/// So many arcs, or groups, make a group.
const GROUP: usize = 8;

#[derive(Clone, Copy)]
struct Bounds {
    low: Point,
    high: Point,
}

impl Bounds {
    fn of_point(p: Point) -> Self {
        Self { low: p, high: p }
    }

    fn joined(self, other: Self) -> Self {
        Self {
            low: Point::new(self.low.x.min(other.low.x), self.low.y.min(other.low.y)),
            high: Point::new(self.high.x.max(other.high.x), self.high.y.max(other.high.y)),
        }
    }

    /// Whether a segment inside may run below a point.
    fn may_lie_below(&self, p: Point) -> bool {
        self.low.x <= p.x && p.x < self.high.x && self.low.y <= p.y
    }
}

impl Boxes {
    fn of(arcs: &Arcs) -> Self {
        let group = |first: usize| {
            let points = first * GROUP..((first + 1) * GROUP).min(arcs.len());
            let points = arcs.starts[points.start] as usize..arcs.starts[points.end] as usize;
            arcs.points[points].iter().copied().map(Bounds::of_point).reduce(Bounds::joined)
        };
        let lowest: Vec<Bounds> = (0..arcs.len().div_ceil(GROUP)).into_par_iter().filter_map(group).collect();
        let mut levels = vec![lowest];
        while levels[levels.len() - 1].len() > 1 {
            let lower = &levels[levels.len() - 1];
            let joined = lower.chunks(GROUP).filter_map(|boxes| boxes.iter().copied().reduce(Bounds::joined));
            levels.push(joined.collect());
        }
        Self { levels }
    }

    /// Looks down from a point, into the highest boxes first.
    fn look_down(&self, arcs: &Arcs, from: Point) -> Option<Seen> {
        let mut seen: Option<Seen> = None;
        let mut floor = i64::MIN;
        // Upper side of a box, its level and number; what reaches above the point counts as level with it.
        let mut open: BinaryHeap<(i64, usize, usize)> = BinaryHeap::new();
        let top = self.levels.len() - 1;
        let add = |open: &mut BinaryHeap<_>, level: usize, numbers: std::ops::Range<usize>, floor: i64| {
            for (number, bounds) in numbers.clone().zip(&self.levels[level][numbers]) {
                let upper = i64::from(bounds.high.y.min(from.y));
                if bounds.may_lie_below(from) && upper >= floor {
                    open.push((upper, level, number));
                }
            }
        };
        add(&mut open, top, 0..self.levels[top].len(), floor);
        while let Some((upper, level, number)) = open.pop() {
            if upper < floor {
                break;
            }
            let below = number * GROUP..(number + 1) * GROUP;
            if level > 0 {
                add(&mut open, level - 1, below.start..below.end.min(self.levels[level - 1].len()), floor);
                continue;
            }
            for arc in below.start..below.end.min(arcs.len()) {
                look_at_arc(arcs, arc, from, &mut seen);
            }
            if let Some(seen) = seen {
                let (up, below) = height(&seen, from.x);
                floor = up.div_euclid(below) as i64;
            }
        }
        seen
    }
}

fn look_at_arc(arcs: &Arcs, arc: usize, from: Point, seen: &mut Option<Seen>) {
    for pair in arcs.points_of(arc).windows(2) {
        let forward = pair[0].x < pair[1].x;
        let (a, b) = if forward { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
        if a.x > from.x || from.x >= b.x || a.y.min(b.y) > from.y || orient(a, b, from) <= 0 {
            continue;
        }
        let candidate = Seen { a, b, upper: 2 * arc as u32 + u32::from(!forward) };
        if seen.as_ref().is_none_or(|best| is_higher(&candidate, best, from.x)) {
            *seen = Some(candidate);
        }
    }
}

/// Returns the height of a segment at `x`, as a fraction with a positive denominator.
fn height(seen: &Seen, x: i32) -> (i128, i128) {
    let (dx, dy) = delta(seen.a, seen.b);
    let rise = i128::from(dy) * i128::from(i64::from(x) - i64::from(seen.a.x));
    (i128::from(seen.a.y) * i128::from(dx) + rise, i128::from(dx))
}

/// Whether `one` passes above `other` just right of `x`; both span it.
fn is_higher(one: &Seen, other: &Seen, x: i32) -> bool {
    let ((up, below), (other_up, other_below)) = (height(one, x), height(other, x));
    match (up * other_below).cmp(&(other_up * below)) {
        Ordering::Equal => cross(delta(other.a, other.b), delta(one.a, one.b)) > 0,
        order => order == Ordering::Greater,
    }
}
