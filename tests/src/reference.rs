//! A brute-force overlay for small integer coordinates: slow, exact and simple.
//!
//! It shares no code with the engine. Segments are cut at hot pixels by trying all pairs, faces
//! are found by cutting the plane into vertical slabs between neighbouring vertices and joining
//! the trapezoids that share a border, windings are counted upwards from below everything. All
//! heights are integers after multiplying with a number that every run of a segment divides.

use std::collections::{BTreeMap, BTreeSet};

/// A point; coordinates from 0 to [`FARTHEST`].
pub type P = (i64, i64);
/// A ring without its closing point.
pub type Ring = Vec<P>;
/// Polygons of outer rings and holes.
pub type Polygons = Vec<Vec<Ring>>;

/// The largest coordinate of most cases: the smaller, the more degenerate.
pub const REACH: i64 = 12;
/// The largest coordinate that can be reckoned with.
pub const FARTHEST: i64 = 30;
/// Divisible by twice every length up to [`FARTHEST`].
const UNIT: i64 = 2 * 2_329_089_562_800;

/// What the arrangement of some features comes to.
#[derive(PartialEq, Eq, Debug)]
pub struct Arrangement {
    /// Every bounded face: the features that cover it and its doubled area; sorted.
    pub faces: Vec<(Vec<usize>, i64)>,
    /// The unique segments after cutting.
    pub segments: BTreeSet<(P, P)>,
}

/// Directed segments with how often they are run along in that direction (less the opposite one).
type Runs = BTreeMap<(P, P), i64>;

/// Returns the arrangement of features on the integer grid.
pub fn arrange(features: &[Polygons]) -> Arrangement {
    let mut runs: Vec<Runs> = features.iter().map(runs).collect();
    let hot = hot_pixels(&runs);
    for runs in &mut runs {
        *runs = cut_until_stable(runs, &hot);
    }
    let segments = runs.iter().flat_map(|runs| runs.keys().copied()).collect();
    Arrangement { faces: faces(&runs, &segments), segments }
}

/// Outer rings counter-clockwise, holes clockwise; opposite runs cancel.
fn runs(polygons: &Polygons) -> Runs {
    let mut runs = Runs::new();
    for rings in polygons {
        for (at, ring) in rings.iter().enumerate() {
            let mut ring = without_spikes(ring);
            if ring.len() < 3 || ring.iter().all(|&p| turn(ring[0], ring[1], p) == 0) {
                continue;
            }
            let area2 = area2(&ring);
            if area2 != 0 && (area2 < 0) != (at > 0) {
                ring.reverse();
            }
            for k in 0..ring.len() {
                add(&mut runs, ring[k], ring[(k + 1) % ring.len()], 1);
            }
        }
    }
    runs
}

/// Removes equal neighbours and out-and-back points until there are none.
fn without_spikes(ring: &Ring) -> Ring {
    let mut ring = ring.clone();
    loop {
        let count = ring.len();
        if count < 3 {
            return ring;
        }
        let next = |k: usize| ring[(k + 1) % count];
        if let Some(k) = (0..count).find(|&k| ring[k] == next(k)) {
            ring.remove(k);
        } else if let Some(k) = (0..count).find(|&k| next(k) == ring[(k + count - 1) % count]) {
            ring.remove(k);
        } else {
            return ring;
        }
    }
}

fn add(runs: &mut Runs, from: P, to: P, times: i64) {
    let (key, signed) = if from < to { ((from, to), times) } else { ((to, from), -times) };
    let net = runs.entry(key).or_insert(0);
    *net += signed;
    if *net == 0 {
        runs.remove(&key);
    }
}

/// Twice the area, positive if counter-clockwise.
pub fn area2(ring: &[P]) -> i64 {
    (0..ring.len()).map(|k| (ring[k], ring[(k + 1) % ring.len()])).map(|(a, b)| a.0 * b.1 - a.1 * b.0).sum()
}

fn turn(a: P, b: P, c: P) -> i64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn hot_pixels(runs: &[Runs]) -> BTreeSet<P> {
    let segments: BTreeSet<(P, P)> = runs.iter().flat_map(|runs| runs.keys().copied()).collect();
    let mut hot: BTreeSet<P> = segments.iter().flat_map(|&(a, b)| [a, b]).collect();
    for &one in &segments {
        hot.extend(segments.iter().filter_map(|&other| crossing(one, other)));
    }
    hot
}

/// The crossing inside both segments, rounded half up.
fn crossing((a, b): (P, P), (c, d): (P, P)) -> Option<P> {
    let (dx, dy, ex, ey) = (b.0 - a.0, b.1 - a.1, d.0 - c.0, d.1 - c.1);
    let det = dx * ey - dy * ex;
    if det == 0 {
        return None;
    }
    let t = (c.0 - a.0) * ey - (c.1 - a.1) * ex;
    let u = (c.0 - a.0) * dy - (c.1 - a.1) * dx;
    let (t, u, det) = if det < 0 { (-t, -u, -det) } else { (t, u, det) };
    let inside = |v: i64| 0 < v && v < det;
    let rounded = |from: i64, along: i64| (2 * (from * det + along * t) + det).div_euclid(2 * det);
    (inside(t) && inside(u)).then(|| (rounded(a.0, dx), rounded(a.1, dy)))
}

fn cut_until_stable(runs: &Runs, hot: &BTreeSet<P>) -> Runs {
    let mut directed: Vec<(P, P, i64)> = runs.iter().map(|(&(a, b), &net)| (a, b, net)).collect();
    loop {
        let mut pieces = Vec::new();
        for &(a, b, net) in &directed {
            let mut stops: Vec<P> = hot.iter().copied().filter(|&p| p != a && p != b && passes(a, b, p)).collect();
            stops.sort_by_key(|p| (p.0 - a.0) * (b.0 - a.0) + (p.1 - a.1) * (b.1 - a.1));
            stops.push(b);
            let mut from = a;
            for to in stops {
                pieces.push((from, to, net));
                from = to;
            }
        }
        if pieces.len() == directed.len() {
            break;
        }
        directed = pieces;
    }
    let mut cut = Runs::new();
    directed.into_iter().for_each(|(a, b, net)| add(&mut cut, a, b, net));
    cut
}

/// Whether the segment meets the unit square around `p`, lower and left side included: membership
/// is constant between the places where it meets the lines of the square's sides.
fn passes(a: P, b: P, p: P) -> bool {
    let mut places: Vec<(i64, i64)> = vec![(0, 1), (1, 1)];
    for (from, along, centre) in [(a.0, b.0 - a.0, p.0), (a.1, b.1 - a.1, p.1)] {
        for half in [-1, 1] {
            let (up, below) = (2 * (centre - from) + half, 2 * along);
            if below != 0 {
                places.push(if below < 0 { (-up, -below) } else { (up, below) });
            }
        }
    }
    places.retain(|&(up, below)| 0 <= up && up <= below);
    places.sort_by_key(|&(up, below)| up * UNIT / below);
    let middles: Vec<_> = places.windows(2).map(|w| (w[0].0 * w[1].1 + w[1].0 * w[0].1, 2 * w[0].1 * w[1].1)).collect();
    let inside = |from: i64, to: i64, centre: i64, (up, below): (i64, i64)| {
        let twice = 2 * (from * below + (to - from) * up - centre * below);
        -below <= twice && twice < below
    };
    places.into_iter().chain(middles).any(|at| inside(a.0, b.0, p.0, at) && inside(a.1, b.1, p.1, at))
}

/// A piece of a slab between two segments; `None` where it has no end.
struct Trapezoid {
    slab: usize,
    below: Option<(P, P)>,
    above: Option<(P, P)>,
    windings: BTreeMap<usize, i64>,
}

fn faces(runs: &[Runs], segments: &BTreeSet<(P, P)>) -> Vec<(Vec<usize>, i64)> {
    let mut xs: Vec<i64> = segments.iter().flat_map(|&(a, b)| [a.0, b.0]).collect();
    xs.sort_unstable();
    xs.dedup();
    let trapezoids = trapezoids(runs, segments, &xs);
    let mut group: Vec<usize> = (0..trapezoids.len()).collect();
    for one in 0..trapezoids.len() {
        for other in one + 1..trapezoids.len() {
            if are_open_to_each_other(&trapezoids[one], &trapezoids[other], &xs, segments) {
                let (from, to) = (group[one], group[other]);
                group.iter_mut().filter(|g| **g == from).for_each(|g| *g = to);
            }
        }
    }
    let outside: BTreeSet<usize> =
        (0..trapezoids.len()).filter(|&at| is_unbounded(&trapezoids[at], xs.len())).map(|at| group[at]).collect();
    let mut areas: BTreeMap<usize, i64> = BTreeMap::new();
    for at in (0..trapezoids.len()).filter(|&at| !outside.contains(&group[at])) {
        *areas.entry(group[at]).or_insert(0) += area2_units(&trapezoids[at], &xs);
    }
    let mut faces: Vec<(Vec<usize>, i64)> = areas
        .into_iter()
        .map(|(at, units)| {
            assert_eq!(units % UNIT, 0, "a face between grid points has a whole doubled area");
            let odd = trapezoids[at].windings.iter().filter(|(_, winding)| *winding % 2 != 0);
            (odd.map(|(&feature, _)| feature).collect(), units / UNIT)
        })
        .collect();
    faces.sort();
    faces
}

/// The pieces of every slab from below to above; the slabs left and right of everything are the
/// numbers 0 and `xs.len()`.
fn trapezoids(runs: &[Runs], segments: &BTreeSet<(P, P)>, xs: &[i64]) -> Vec<Trapezoid> {
    let mut all = Vec::new();
    for slab in 0..=xs.len() {
        let mut windings: BTreeMap<usize, i64> = BTreeMap::new();
        let mut below = None;
        let mut spanning: Vec<(P, P)> = Vec::new();
        if 0 < slab && slab < xs.len() {
            spanning.extend(segments.iter().copied().filter(|(a, b)| a.0 <= xs[slab - 1] && xs[slab] <= b.0));
            spanning.sort_by_key(|&s| height(s, xs[slab - 1]) + height(s, xs[slab]));
        }
        for segment in spanning {
            all.push(Trapezoid { slab, below, above: Some(segment), windings: windings.clone() });
            for (feature, runs) in runs.iter().enumerate() {
                *windings.entry(feature).or_insert(0) += runs.get(&segment).copied().unwrap_or(0);
            }
            below = Some(segment);
        }
        assert!(windings.values().all(|&winding| winding == 0), "rings are closed");
        all.push(Trapezoid { slab, below, above: None, windings });
    }
    all
}

/// `UNIT` times the height of a segment at `x`.
fn height((a, b): (P, P), x: i64) -> i64 {
    a.1 * UNIT + (b.1 - a.1) * (x - a.0) * (UNIT / (b.0 - a.0))
}

fn is_unbounded(trapezoid: &Trapezoid, slabs: usize) -> bool {
    trapezoid.below.is_none() || trapezoid.above.is_none() || trapezoid.slab == 0 || trapezoid.slab == slabs
}

fn area2_units(trapezoid: &Trapezoid, xs: &[i64]) -> i64 {
    let (Some(below), Some(above)) = (trapezoid.below, trapezoid.above) else { return 0 };
    let (left, right) = (xs[trapezoid.slab - 1], xs[trapezoid.slab]);
    (right - left) * (height(above, left) - height(below, left) + height(above, right) - height(below, right))
}

/// Whether two pieces of neighbouring slabs share more than a point of the line between.
fn are_open_to_each_other(one: &Trapezoid, other: &Trapezoid, xs: &[i64], segments: &BTreeSet<(P, P)>) -> bool {
    if one.slab + 1 != other.slab {
        return false;
    }
    let x = xs[one.slab];
    let low = |t: &Trapezoid| t.below.map_or(i64::MIN, |s| height(s, x));
    let high = |t: &Trapezoid| t.above.map_or(i64::MAX, |s| height(s, x));
    let (bottom, top) = (low(one).max(low(other)), high(one).min(high(other)));
    if bottom >= top {
        return false;
    }
    if bottom == i64::MIN || top == i64::MAX {
        return true;
    }
    // Vertical segments on the line close what they cover; cut, they do not cover each other.
    let vertical = segments.iter().filter(|(a, b)| a.0 == x && b.0 == x);
    let closed: i64 = vertical.map(|(a, b)| ((b.1 * UNIT).min(top) - (a.1 * UNIT).max(bottom)).max(0)).sum();
    closed < top - bottom
}
