//! Sees whether any two segments meet other than at common ends, exactly, by a plane sweep along
//! bands (Shamos and Hoey 1976). On the grid, a segment that passes the pixel of another's end
//! counts too. Knows nothing of how lines were cut.
//!
//! The plane is cut into horizontal bands; in each the segments that reach into it are swept from
//! west to east. The segments over the sweep's place stand in their order from south to north, and
//! as long as nothing meets, only neighbours in this order must be looked at:
//!
//! - Segments that cross or touch are neighbours before they do.
//! - Say an end `p` is too near to a segment `s`, and another segment runs between them over the
//!   place of `p`. Either it has an end between them, which is nearer to `s` than `p` is; or it runs
//!   through the pixel of `p` itself. So of the pairs that are too near, the nearest are neighbours.
//!   A segment that ends right below `p` or begins right above it is absent just then: it is
//!   therefore tried against the next place in the column of its end.
//!
//! Two that meet do so in some band, and there both are swept. A fan of segments from one place costs
//! no more than as many segments apart.

use super::lines::Lines;
use super::place::Place;
use super::status::{Segment, Status};
use crate::watch::{Stage, Steps, Stop, Watch, step};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::hint::black_box;

/// Returns whether any two segments cross, touch or overlap other than at common ends, or on the
/// grid come too near. Of segments without length it always says so.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it.
pub(super) fn any_meet(lines: &impl Lines, watch: &dyn Watch) -> Result<bool, Stop> {
    let bands = Bands::of(lines, watch)?;
    let steps = Steps::new(watch, Stage::Check, 0.1..0.7, bands.count);
    let swept = (0..bands.count).into_par_iter().map(|band| {
        steps.large()?;
        Ok(bands.meet_in(lines, band))
    });
    swept.try_reduce(|| false, |one, other| Ok(one || other))
}

/// How many segments a band has, about.
const CROWD: f64 = 16_384.0;

/// Lines by the horizontal bands that they reach into.
struct Bands {
    low: f64,
    height: f64,
    count: usize,
    first: Vec<usize>,
    items: Vec<u32>,
}

/// What a line reaches over, and how much its segments climb.
#[derive(Clone, Copy)]
struct Reach {
    low: f64,
    high: f64,
    climb: f64,
    segments: usize,
}

impl Reach {
    const NOTHING: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY, climb: 0.0, segments: 0 };

    fn of<P: Place>(line: &[P]) -> Self {
        let ys = line.iter().map(|p| p.y());
        let (low, high) = ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
        let climb = line.windows(2).map(|w| (w[0].y() - w[1].y()).abs()).sum();
        Self { low, high, climb, segments: line.len() - 1 }
    }

    fn with(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            climb: self.climb + other.climb,
            segments: self.segments + other.segments,
        }
    }
}

impl Bands {
    fn of(lines: &impl Lines, watch: &dyn Watch) -> Result<Self, Stop> {
        let reach = |at| Reach::of(lines.line(at));
        let all = (0..lines.count()).into_par_iter().map(reach).reduce(|| Reach::NOTHING, Reach::with);
        // Bands four times as high as segments on average keep the entries below one and a quarter
        // per segment.
        let mean = (4.0 * all.climb / all.segments.max(1) as f64).max(f64::MIN_POSITIVE);
        let most = (all.segments as f64 / CROWD).clamp(1.0, 65_536.0);
        let count = ((all.high - all.low) / mean).clamp(1.0, most) as usize;
        let height = (all.high - all.low) / count as f64;
        let mut bands = Self { low: all.low, height, count, first: vec![0; count + 1], items: Vec::new() };
        // There are many lines, so the bands are all that is kept of each.
        let spanned = |at| {
            let reach = reach(at);
            [bands.band(reach.low) as u32, bands.band(reach.high) as u32]
        };
        step(watch, Stage::Check, 0.04)?;
        let spans: Vec<[u32; 2]> = (0..lines.count()).into_par_iter().map(spanned).collect();
        step(watch, Stage::Check, 0.06)?;
        for &[low, high] in &spans {
            (low..=high).for_each(|band| bands.first[band as usize + 1] += 1);
        }
        for band in 0..count {
            bands.first[band + 1] += bands.first[band];
        }
        let mut place = bands.first.clone();
        bands.items = vec![0; bands.first[count]];
        let steps = Steps::new(watch, Stage::Check, 0.07..0.1, spans.len());
        for (line, &[low, high]) in (0u32..).zip(&spans) {
            steps.one()?;
            for place in &mut place[low as usize..=high as usize] {
                bands.items[*place] = line;
                *place += 1;
            }
        }
        Ok(bands)
    }

    fn band(&self, y: f64) -> usize {
        if self.height > 0.0 { (((y - self.low) / self.height) as usize).min(self.count - 1) } else { 0 }
    }

    fn meet_in<L: Lines>(&self, lines: &L, band: usize) -> bool {
        let takes_part =
            |a: L::Place, b: L::Place| self.band(a.y().min(b.y())) <= band && band <= self.band(a.y().max(b.y()));
        let mut sweep = Sweep::default();
        for some in self.items[self.first[band]..self.first[band + 1]].chunks(16) {
            // Lines lie anywhere in memory: asked for together they come in the time of one.
            black_box(some.iter().map(|&at| lines.line(at as usize)[0].x()).fold(0.0, f64::max));
            some.iter().for_each(|&at| sweep.add(lines.line(at as usize), takes_part));
        }
        sweep.meets()
    }
}

/// Something happens at a place: a segment begins or ends.
#[derive(Clone, Copy)]
struct Event<P: Place> {
    key: P::Key,
    /// A segment's number, doubled, and one more at its end.
    what: u32,
}

struct Sweep<P: Place> {
    segments: Vec<Segment<P>>,
    events: Vec<Event<P>>,
    pointless: bool,
}

impl<P: Place> Default for Sweep<P> {
    fn default() -> Self {
        Self { segments: Vec::new(), events: Vec::new(), pointless: false }
    }
}

impl<P: Place> Sweep<P> {
    /// Adds the segments of a line that `takes_part` says.
    fn add(&mut self, line: &[P], takes_part: impl Fn(P, P) -> bool) {
        // Whether the line begins another segment at `place` by going on to its point `to`.
        let goes_on = |place: P, to: Option<&P>| to.is_some_and(|&to| place.key() < to.key() && takes_part(place, to));
        for (at, w) in line.windows(2).enumerate().filter(|(_, w)| takes_part(w[0], w[1])) {
            let what = 2 * self.segments.len() as u32;
            let (a, b) = (w[0].key(), w[1].key());
            self.pointless |= a == b;
            let east = a < b;
            let (left, right) = if east { (w[0], w[1]) } else { (w[1], w[0]) };
            self.segments.push(Segment { left, right });
            self.events.push(Event { key: a.min(b), what });
            let following = if east { line.get(at + 2) } else { at.checked_sub(1).and_then(|at| line.get(at)) };
            if !goes_on(right, following) {
                self.events.push(Event { key: a.max(b), what: what + 1 });
            }
        }
    }

    fn meets(mut self) -> bool {
        self.events.sort_unstable_by_key(|event| event.key);
        let (mut status, mut starting) = (Status::default(), Vec::new());
        let mut places = self.events.chunk_by(|one, other| one.key == other.key).peekable();
        let mut before: Option<P> = None;
        let mut meets = self.pointless;
        while let Some(here) = places.next().filter(|_| !meets) {
            let place = self.place(here);
            let in_column = |other: &P| other.x() == place.x();
            let above = places.peek().map(|above| self.place(above)).filter(in_column);
            meets = self.start_at(place, before.filter(in_column), here, &mut starting)
                || status.meets_at(place, above, &starting);
            before = Some(place);
        }
        // In the right order, every segment was found where it ended.
        meets || !status.is_empty()
    }

    /// Lists the segments that start at a place, from south to north. Returns whether two of them run
    /// over each other, or one passes too near to the next place `under` it.
    fn start_at(&self, place: P, under: Option<P>, here: &[Event<P>], starting: &mut Vec<Segment<P>>) -> bool {
        starting.clear();
        starting.extend(here.iter().filter(|event| event.what.is_multiple_of(2)).map(|event| self.segment(event)));
        if starting.len() > 1 {
            starting.sort_unstable_by(|one, other| P::turn(place, other.right, one.right));
        }
        starting.windows(2).any(|w| P::turn(place, w[0].right, w[1].right) == Ordering::Equal)
            || under.is_some_and(|under| starting.iter().any(|segment| segment.is_near(under)))
    }

    fn segment(&self, event: &Event<P>) -> Segment<P> {
        self.segments[event.what as usize / 2]
    }

    fn place(&self, here: &[Event<P>]) -> P {
        let segment = self.segment(&here[0]);
        if here[0].what.is_multiple_of(2) { segment.left } else { segment.right }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::Singly;
    use super::super::pairs::{count, meet};
    use super::*;
    use crate::precision::Point;
    use crate::watch::Unwatched;
    use geo::Coord;

    fn meets_at_all(lines: &impl Lines) -> bool {
        any_meet(lines, &Unwatched).unwrap()
    }

    /// Numbers below a limit, always the same.
    fn numbers() -> impl FnMut(u64) -> i32 {
        let mut state = 7u64;
        move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % below) as i32
        }
    }

    fn as_written(segments: &[[Point; 2]]) -> Vec<[Coord<f64>; 2]> {
        let coord = |p: Point| Coord { x: f64::from(p.x) - 9.5, y: f64::from(p.y) - 9.5 };
        segments.iter().map(|segment| segment.map(coord)).collect()
    }

    /// Adds segments at random as long as they meet none of those before.
    fn apart<P: Place>(segments: Vec<[P; 2]>) -> Vec<[P; 2]> {
        let mut apart: Vec<[P; 2]> = Vec::new();
        for segment in segments {
            if apart.iter().all(|&other| !meet(segment, other)) {
                apart.push(segment);
            }
        }
        apart
    }

    #[test]
    fn the_sweep_sees_something_exactly_where_trying_all_pairs_does() {
        let mut random = numbers();
        let mut seen = [0; 2];
        for round in 0..60_000 {
            let side = [4, 8, 8, 16, 40][round % 5];
            let mut place = || Point::new(random(side), random(side));
            let candidates: Vec<_> = (0..24).map(|_| [place(), place()]).filter(|[a, b]| a != b).collect();
            // What is apart, and then with one more.
            let free = apart(candidates[1..].to_vec());
            assert!(!meets_at_all(&Singly(&free)), "{free:?}");
            let more = [&free[..], &candidates[..1]].concat();
            let all = count(&more);
            assert_eq!(meets_at_all(&Singly(&more)), all > 0, "{more:?}");
            seen[usize::from(all > 0)] += 1;
        }
        assert!(seen.iter().all(|&times| times > 3_000), "{seen:?}");
    }

    #[test]
    fn the_same_holds_on_doubles() {
        let mut random = numbers();
        for round in 0..10_000 {
            let side = [4, 8, 16][round % 3];
            let mut place = || Point::new(random(side), random(side));
            let candidates: Vec<_> = (0..16).map(|_| [place(), place()]).filter(|[a, b]| a != b).collect();
            let candidates = as_written(&candidates);
            let free = apart(candidates[1..].to_vec());
            assert!(!meets_at_all(&Singly(&free)), "{free:?}");
            let more = [&free[..], &candidates[..1]].concat();
            assert_eq!(meets_at_all(&Singly(&more)), count(&more) > 0, "{more:?}");
        }
    }

    /// A chain at random, so that segments end where the next begin.
    #[test]
    fn chains_are_seen_as_their_segments_are() {
        struct Chains(Vec<Vec<Point>>);
        impl Lines for Chains {
            type Place = Point;
            fn count(&self) -> usize {
                self.0.len()
            }
            fn line(&self, at: usize) -> &[Point] {
                &self.0[at]
            }
        }
        let mut random = numbers();
        let mut seen = [0; 2];
        for _ in 0..60_000 {
            let mut chains = Vec::new();
            for _ in 0..3 {
                let mut at = Point::new(random(24), random(24));
                let mut chain = vec![at];
                for _ in 0..1 + random(4) {
                    let to = Point::new(at.x + random(9) - 4, at.y + random(9) - 4);
                    if to != at {
                        chain.push(to);
                        at = to;
                    }
                }
                chains.push(chain);
            }
            let segments: Vec<[Point; 2]> =
                chains.iter().flat_map(|chain| chain.windows(2)).map(|w| [w[0], w[1]]).collect();
            let all = count(&segments);
            assert_eq!(meets_at_all(&Chains(chains.clone())), all > 0, "{chains:?}");
            seen[usize::from(all > 0)] += 1;
        }
        assert!(seen.iter().all(|&times| times > 3_000), "{seen:?}");
    }

    #[test]
    fn a_segment_without_length_is_always_looked_at_again() {
        let nothing = Point::new(3, 3);
        assert!(meets_at_all(&Singly(&[[nothing, nothing]])));
        assert!(!meets_at_all(&Singly::<Point>(&[])));
    }

    /// Trying pairs would take 10^10 looks here.
    #[test]
    fn a_fan_of_100_000_edges_at_one_place_is_swept_at_once() {
        let spoke = |k: i32| [Point::new(0, 0), Point::new(2_000_000_000 - k * k.signum() * 3, k * 40_000)];
        let mut fan: Vec<[Point; 2]> = (-50_000..50_000).map(spoke).collect();
        assert!(!meets_at_all(&Singly(&fan)));
        let west: Vec<[Point; 2]> = fan.iter().map(|[a, b]| [*a, Point::new(-b.x, b.y)]).collect();
        assert!(!meets_at_all(&Singly(&west)));
        fan.push([Point::new(1_000, 1), Point::new(1_000_000_000, 7)]);
        assert!(meets_at_all(&Singly(&fan)));
    }
}
