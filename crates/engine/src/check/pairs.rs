//! Counts pairs of segments that meet other than at common ends, exactly. On the grid, a segment
//! that passes the pixel of another's end counts too.
//!
//! The plane is cut into horizontal bands; in each the segments that reach into it are tried in
//! the order of their left ends. A pair is counted in the band that holds the higher of the two
//! lower ends, so once. Where many segments lie above each other this takes long, so it is only
//! asked for a number when there is something to count.

use super::place::Place;
use rayon::prelude::*;
use std::cmp::Ordering;

/// Returns how many pairs of segments cross, touch or overlap other than at common ends, or on the
/// grid come too near.
pub(super) fn count<P: Place>(segments: &[[P; 2]]) -> u64 {
    let bands = Bands::of(segments);
    (0..bands.count).into_par_iter().map(|band| bands.sweep(segments, band)).sum()
}

/// Segments by the horizontal bands that they reach into.
struct Bands {
    low: f64,
    height: f64,
    count: usize,
    first: Vec<usize>,
    items: Vec<u32>,
}

impl Bands {
    fn of<P: Place>(segments: &[[P; 2]]) -> Self {
        let ys = || segments.iter().flatten().map(|p| p.y());
        let (low, high) = ys().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
        let reach: f64 = segments.iter().map(|[a, b]| (a.y() - b.y()).abs()).sum();
        // Twice the mean height of a segment keeps the entries below one and a half per segment.
        let mean = (2.0 * reach / segments.len().max(1) as f64).max(f64::MIN_POSITIVE);
        let count = ((high - low) / mean).clamp(1.0, 1e6) as usize;
        let mut bands =
            Self { low, height: (high - low) / count as f64, count, first: vec![0; count + 1], items: Vec::new() };
        for segment in segments {
            bands.spanned(segment).for_each(|band| bands.first[band + 1] += 1);
        }
        for band in 0..count {
            bands.first[band + 1] += bands.first[band];
        }
        let mut place = bands.first.clone();
        bands.items = vec![0; bands.first[count]];
        for (at, segment) in segments.iter().enumerate() {
            for band in bands.spanned(segment) {
                bands.items[place[band]] = at as u32;
                place[band] += 1;
            }
        }
        bands
    }

    fn band(&self, y: f64) -> usize {
        if self.height > 0.0 { (((y - self.low) / self.height) as usize).min(self.count - 1) } else { 0 }
    }

    fn spanned<P: Place>(&self, segment: &[P; 2]) -> std::ops::RangeInclusive<usize> {
        let [a, b] = segment;
        self.band(a.y().min(b.y()))..=self.band(a.y().max(b.y()))
    }

    fn sweep<P: Place>(&self, segments: &[[P; 2]], band: usize) -> u64 {
        let left = |at: u32| segments[at as usize][0].x().min(segments[at as usize][1].x());
        let mut order = self.items[self.first[band]..self.first[band + 1]].to_vec();
        order.sort_unstable_by(|&a, &b| left(a).total_cmp(&left(b)));
        let mut active: Vec<u32> = Vec::new();
        let mut count = 0;
        for at in order {
            let here = segments[at as usize];
            active.retain(|&other| segments[other as usize][0].x().max(segments[other as usize][1].x()) >= left(at));
            for &other in &active {
                let there = segments[other as usize];
                let corner = here[0].y().min(here[1].y()).max(there[0].y().min(there[1].y()));
                count += u64::from(self.band(corner) == band && meet(here, there));
            }
            active.push(at);
        }
        count
    }
}

/// Whether two segments share more than common ends.
pub(super) fn meet<P: Place>([a, b]: [P; 2], [c, d]: [P; 2]) -> bool {
    let (low, high) = (a.y().min(b.y()), a.y().max(b.y()));
    if c.y().min(d.y()) > high || c.y().max(d.y()) < low {
        return false;
    }
    let meets = match (a == c || b == c, a == d || b == d) {
        (true, true) => true,
        (true, false) => fold(c, if a == c { b } else { a }, d),
        (false, true) => fold(d, if a == d { b } else { a }, c),
        (false, false) => cross_or_touch([a, b], [c, d]),
    };
    meets || P::too_near(a, b, c) || P::too_near(a, b, d) || P::too_near(c, d, a) || P::too_near(c, d, b)
}

/// Whether two segments from one point run over each other.
fn fold<P: Place>(from: P, one: P, other: P) -> bool {
    P::turn(from, one, other) == Ordering::Equal && before(from, one) == before(from, other)
}

fn before<P: Place>(a: P, b: P) -> bool {
    (a.x(), a.y()) < (b.x(), b.y())
}

fn cross_or_touch<P: Place>([a, b]: [P; 2], [c, d]: [P; 2]) -> bool {
    let (side_c, side_d) = (P::turn(a, b, c), P::turn(a, b, d));
    if side_c == Ordering::Equal && side_d == Ordering::Equal {
        let ordered = |p, q| if before(p, q) { (p, q) } else { (q, p) };
        let ((a, b), (c, d)) = (ordered(a, b), ordered(c, d));
        return !before(b, c) && !before(d, a);
    }
    let apart = |one: Ordering, other: Ordering| one == other && one != Ordering::Equal;
    !apart(side_c, side_d) && !apart(P::turn(c, d, a), P::turn(c, d, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precision::Point;

    fn p(x: i32, y: i32) -> Point {
        Point::new(x, y)
    }

    #[test]
    fn every_way_to_meet_is_counted_and_no_other() {
        let meeting = [
            [[p(0, 0), p(4, 4)], [p(0, 4), p(4, 0)]],
            [[p(0, 0), p(4, 0)], [p(2, 0), p(2, 3)]],
            [[p(0, 0), p(4, 0)], [p(1, 0), p(3, 0)]],
            [[p(0, 0), p(4, 0)], [p(4, 0), p(3, 0)]],
            [[p(0, 0), p(4, 0)], [p(4, 0), p(0, 0)]],
            [[p(0, 0), p(0, 4)], [p(0, 3), p(0, 6)]],
            [[p(0, 0), p(9, 2)], [p(5, 1), p(5, 5)]],
        ];
        for pair in meeting {
            assert_eq!(count(&pair), 1, "{pair:?}");
        }
        let apart = [
            [[p(0, 0), p(4, 0)], [p(4, 0), p(8, 0)]],
            [[p(0, 0), p(4, 0)], [p(4, 0), p(4, 4)]],
            [[p(0, 0), p(4, 0)], [p(5, 0), p(8, 0)]],
            [[p(0, 0), p(4, 4)], [p(1, 0), p(5, 4)]],
            [[p(0, 0), p(4, 0)], [p(2, 1), p(2, 3)]],
            [[p(0, 0), p(8, 1)], [p(4, 2), p(4, 5)]],
        ];
        for pair in apart {
            assert_eq!(count(&pair), 0, "{pair:?}");
        }
    }

    #[test]
    fn bands_find_as_many_pairs_as_trying_all() {
        let mut state = 7u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % below) as i32
        };
        for _ in 0..300 {
            let segments: Vec<[Point; 2]> = (0..40)
                .map(|_| [p(random(30), random(30)), p(random(30), random(30))])
                .filter(|[a, b]| a != b)
                .collect();
            let mut all = 0;
            for (k, &one) in segments.iter().enumerate() {
                all += segments[k + 1..].iter().filter(|&&other| meet(one, other)).count() as u64;
            }
            assert_eq!(count(&segments), all);
        }
    }
}
