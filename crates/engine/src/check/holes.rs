//! Finds for every hole and island anew, by looking left, the face that it lies in.
//!
//! The overlay looks down. A wrong container leaves every arc consistent and every sum of areas
//! right, so nothing but a second look can notice it.

use crate::overlay::exact::{delta, orient};
use crate::partition::{FaceId, HalfEdge, OUTSIDE, Partition};
use crate::precision::Point;
use crate::watch::{Steps, Stop};
use rayon::prelude::*;
use std::cmp::Ordering;

/// A component's smallest point and the face that claims the component.
#[derive(Clone, Copy)]
struct Query {
    from: Point,
    face: FaceId,
}

/// How many stretches the arcs are looked at in; the watcher is asked before each.
pub(super) const STRETCHES: usize = 64;

/// Returns how many holes and islands lie in another face than the one that claims them.
pub(super) fn misplaced(partition: &Partition, steps: &Steps<'_>) -> Result<u64, Stop> {
    let mut queries = queries(partition);
    queries.sort_unstable_by_key(|query| query.from.y);
    let ys: Vec<i32> = queries.iter().map(|query| query.from.y).collect();
    let arcs = partition.arc_count();
    let look = |stretch: usize| {
        steps.large()?;
        let mut met: Vec<Option<Met>> = vec![None; queries.len()];
        for arc in stretch * arcs / STRETCHES..(stretch + 1) * arcs / STRETCHES {
            look_at_arc(partition, arc as u32, &queries, &ys, &mut met);
        }
        Ok(met)
    };
    let nearer = |mut met: Vec<Option<Met>>, other: Vec<Option<Met>>| {
        for ((best, other), y) in met.iter_mut().zip(other).zip(&ys) {
            let is_nearer = |other: &Met| best.is_none_or(|best| is_nearer(other, &best, *y));
            *best = other.filter(is_nearer).or(*best);
        }
        Ok(met)
    };
    let met = (0..STRETCHES).into_par_iter().map(look).try_reduce(|| vec![None; queries.len()], nearer)?;
    let wrong = queries.par_iter().zip(&met).filter(|(query, met)| {
        let face = met.map_or(OUTSIDE, |met| partition.left(met.right));
        face != query.face
    });
    Ok(wrong.count() as u64)
}

fn queries(partition: &Partition) -> Vec<Query> {
    let mut queries = Vec::new();
    for face in 0..partition.face_count() as FaceId {
        let cycles = partition.cycles_of(face);
        let holes = if face == OUTSIDE { cycles } else { cycles.get(1..).unwrap_or_default() };
        for &first in holes {
            let smallest = partition.cycle(first).flat_map(|edge| partition.arc_points(edge / 2)).min();
            queries.extend(smallest.map(|&from| Query { from, face }));
        }
    }
    queries
}

/// A segment to the left of a query.
#[derive(Clone, Copy)]
struct Met {
    /// Its ends, the lower first.
    a: Point,
    b: Point,
    /// The half-edge whose left side faces right.
    right: HalfEdge,
}

/// Looks left a hair above each query, so that only segments with `a.y ≤ y < b.y` count.
fn look_at_arc(partition: &Partition, arc: u32, queries: &[Query], ys: &[i32], met: &mut [Option<Met>]) {
    let points = partition.arc_points(arc);
    let (low, high) = points.iter().fold((i32::MAX, i32::MIN), |(low, high), p| (low.min(p.y), high.max(p.y)));
    let first = ys.partition_point(|&y| y < low);
    if first == ys.len() || ys[first] >= high {
        return;
    }
    for w in points.windows(2) {
        let up = w[0].y < w[1].y;
        let (a, b) = if up { (w[0], w[1]) } else { (w[1], w[0]) };
        let from = first + ys[first..].partition_point(|&y| y < a.y);
        for at in (from..ys.len()).take_while(|&at| ys[at] < b.y) {
            // Right of a line that runs up means a clockwise turn.
            let point = queries[at].from;
            if a.x.min(b.x) > point.x || orient(a, b, point) >= 0 {
                continue;
            }
            let candidate = Met { a, b, right: 2 * arc + u32::from(up) };
            if met[at].is_none_or(|best| is_nearer(&candidate, &best, point.y)) {
                met[at] = Some(candidate);
            }
        }
    }
}

/// Whether `one` lies right of `other` a hair above `y`; both span it.
fn is_nearer(one: &Met, other: &Met, y: i32) -> bool {
    let place = |met: &Met| {
        let (dx, dy) = delta(met.a, met.b);
        (
            i128::from(met.a.x) * i128::from(dy) + i128::from(dx) * i128::from(i64::from(y) - i64::from(met.a.y)),
            i128::from(dx),
            i128::from(dy),
        )
    };
    let ((up, dx, dy), (other_up, other_dx, other_dy)) = (place(one), place(other));
    match (up * other_dy).cmp(&(other_up * dy)) {
        Ordering::Equal => dx * other_dy > other_dx * dy,
        order => order == Ordering::Greater,
    }
}
