//! From the project's plane to the map: spherical Mercator, in integers.
//!
//! Takes finite coordinates. An edge that is straight in the plane is bent on the map, so long
//! edges get points in between; these depend only on the edge's two ends, not on its direction, so
//! both sides of a border get the same.

use geo::Coord;
use lantu_files::{Charts, Crs, FileError, Place};
use rayon::prelude::*;
use std::f64::consts::TAU;
use std::ops::Range;

/// Pieces of an edge are at most this long, in metres: a chord is then less than 3 cm from its
/// edge up to 60° of latitude, below a unit of the deepest tile.
const LONGEST_M: f64 = 1000.0;
/// At most this many pieces per edge.
const MOST_PIECES: f64 = 4096.0;
/// How many points are brought over at once; keeps the copies small.
const BATCH: usize = 1 << 14;
/// So many parts per thread are brought over side by side; each makes charts of its own.
const PARTS: usize = 2;
/// The map's width in steps.
const WIDTH: f64 = 4_294_967_296.0;

/// A place on the map: the Web Mercator square cut into 2³² steps a side (9 mm at the equator),
/// counted from its north-western corner.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct MapPoint {
    /// Steps east.
    pub(super) x: u32,
    /// Steps south.
    pub(super) y: u32,
}

impl MapPoint {
    /// Returns the place of a longitude and latitude; what is beyond the map lies on its edge.
    pub(super) fn of_lonlat(at: Coord<f64>) -> Self {
        Self::of_chart([at.x.to_radians(), south(at.y)])
    }

    /// Returns the place of a longitude in radians and what [`south`] makes of a latitude.
    fn of_chart([longitude, south]: Place) -> Self {
        // `as` stays within the type.
        Self { x: ((longitude / TAU + 0.5) * WIDTH).round() as u32, y: (south * WIDTH).round() as u32 }
    }
}

/// How far south a latitude in degrees lies, the map's height being 1.
fn south(latitude: f64) -> f64 {
    0.5 - latitude.to_radians().sin().atanh() / TAU
}

/// Lines on the map, one after the other.
///
/// A province has tens of millions of points, and each is near the one before: two words say how far it
/// is from there in steps east and south. Where a step does not fit, as at the beginning of a line,
/// [`APART`] stands before the place itself.
#[derive(Debug, Default)]
pub(super) struct Lines {
    words: Vec<i16>,
    /// Where each line ends in `words`; a run's edges are too few to need more.
    ends: Vec<u32>,
}

/// Lines on the map in parts, each made by itself.
#[derive(Debug)]
pub(super) struct Parts {
    /// How many lines each part has but the last.
    size: usize,
    parts: Vec<Lines>,
}

/// Stands before a place in four words: east and south, the higher word of each first.
const APART: i16 = i16::MIN;

impl Parts {
    /// Brings so many lines to the map; `line` returns the points of each.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
    pub(super) fn project<L>(crs: &Crs, count: usize, line: impl Fn(usize) -> L + Sync) -> Result<Self, FileError>
    where
        L: Iterator<Item = Coord<f64>>,
    {
        let size = count.div_ceil(PARTS * rayon::current_num_threads()).max(1);
        let parts: Vec<Range<usize>> = (0..count).step_by(size).map(|from| from..(from + size).min(count)).collect();
        let parts = parts.into_par_iter().map(|part| Lines::project(crs, part.map(&line)));
        Ok(Self { size, parts: parts.collect::<Result<_, _>>()? })
    }

    /// Returns the points of a line.
    pub(super) fn line(&self, line: usize) -> Points<'_> {
        self.parts[line / self.size].line(line % self.size)
    }
}

impl Lines {
    fn project<L>(crs: &Crs, lines: impl Iterator<Item = L>) -> Result<Self, FileError>
    where
        L: Iterator<Item = Coord<f64>>,
    {
        let longest = LONGEST_M / crs.metres_per_unit();
        let (mut charts, mut places) = (Charts::new(crs, south), Vec::new());
        let mut all = Self::default();
        // Lines that wait for their places, and where each ends in the batch.
        let (mut batch, mut ends) = (Vec::with_capacity(BATCH), Vec::new());
        let mut bring = |all: &mut Self, batch: &mut Vec<Coord<f64>>, ends: &mut Vec<usize>| {
            places.clear();
            charts.places(batch.drain(..), &mut places)?;
            let mut start = 0;
            for end in ends.drain(..) {
                all.push(places[start..end].iter().copied().map(MapPoint::of_chart));
                start = end;
            }
            Ok::<(), FileError>(())
        };
        for line in lines {
            extend(&mut batch, line, longest);
            ends.push(batch.len());
            if batch.len() >= BATCH {
                bring(&mut all, &mut batch, &mut ends)?;
            }
        }
        bring(&mut all, &mut batch, &mut ends)?;
        all.words.shrink_to_fit();
        Ok(all)
    }

    /// Appends a line.
    pub(super) fn push(&mut self, line: impl Iterator<Item = MapPoint>) {
        let mut before: Option<MapPoint> = None;
        for at in line {
            match before.and_then(|before| Some([step(before.x, at.x)?, step(before.y, at.y)?])) {
                Some(steps) => self.words.extend(steps),
                None => {
                    let [x, y] = [at.x, at.y].map(|along| [(along >> 16) as i16, along as i16]);
                    self.words.extend([APART, x[0], x[1], y[0], y[1]]);
                }
            }
            before = Some(at);
        }
        self.ends.push(self.words.len() as u32);
    }

    /// Returns the lines of all parts in their order; each part is given up as soon as it is copied.
    pub(super) fn joined(parts: Vec<Self>) -> Self {
        let mut all = Self::default();
        all.words.reserve_exact(parts.iter().map(|part| part.words.len()).sum());
        all.ends.reserve_exact(parts.iter().map(|part| part.ends.len()).sum());
        for Self { words, ends } in parts {
            let before = all.words.len() as u32;
            all.words.extend_from_slice(&words);
            all.ends.extend(ends.iter().map(|end| before + end));
        }
        all
    }

    /// Returns how many lines there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the points of a line.
    pub(super) fn line(&self, line: usize) -> Points<'_> {
        let start = if line == 0 { 0 } else { self.ends[line - 1] as usize };
        Points { words: &self.words[start..self.ends[line] as usize], at: MapPoint::default() }
    }
}

/// The step from one number to another, if it fits.
fn step(from: u32, to: u32) -> Option<i16> {
    i16::try_from(i64::from(to) - i64::from(from)).ok().filter(|&step| step != APART)
}

/// The points of a line, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Points<'a> {
    words: &'a [i16],
    at: MapPoint,
}

impl Iterator for Points<'_> {
    type Item = MapPoint;

    fn next(&mut self) -> Option<MapPoint> {
        match *self.words {
            [APART, a, b, c, d, ref rest @ ..] => {
                let whole = |high: i16, low: i16| u32::from(high as u16) << 16 | u32::from(low as u16);
                self.at = MapPoint { x: whole(a, b), y: whole(c, d) };
                self.words = rest;
            }
            [east, south, ref rest @ ..] => {
                let moved = |from: u32, step: i16| from.wrapping_add_signed(i32::from(step));
                self.at = MapPoint { x: moved(self.at.x, east), y: moved(self.at.y, south) };
                self.words = rest;
            }
            _ => return None,
        }
        Some(self.at)
    }
}

/// Appends a line, long edges in pieces.
fn extend(batch: &mut Vec<Coord<f64>>, line: impl Iterator<Item = Coord<f64>>, longest: f64) {
    let mut before: Option<Coord<f64>> = None;
    for at in line {
        if let Some(before) = before {
            batch.extend(between(before, at, longest));
        }
        batch.push(at);
        before = Some(at);
    }
}

/// Returns the points within an edge that cut it into pieces no longer than `longest`.
fn between(a: Coord<f64>, b: Coord<f64>, longest: f64) -> impl Iterator<Item = Coord<f64>> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    // Nearly all edges are short, and `hypot` takes longer than all the rest.
    let short = dx * dx + dy * dy <= longest * longest;
    let pieces = if short { 1.0 } else { (dx.hypot(dy) / longest).ceil().clamp(1.0, MOST_PIECES) };
    let forward = (a.x, a.y) <= (b.x, b.y);
    let (from, to) = if forward { (a, b) } else { (b, a) };
    (1..pieces as u32).map(move |k| {
        let t = if forward { f64::from(k) } else { pieces - f64::from(k) } / pieces;
        Coord { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_near_and_far_come_back_as_they_were() {
        let at = |x: u32, y: u32| MapPoint { x, y };
        let far = u32::MAX;
        let given = [
            vec![],
            vec![at(0, 0)],
            vec![at(far, far), at(0, far), at(0, 0), at(32_767, 32_768), at(0, 1), at(32_768, 32_767), at(0, 0)],
            vec![at(65_536, 1 << 31), at(65_535, 1 << 31), at(98_302, (1 << 31) - 32_767), at(98_302, 1 << 31)],
        ];
        let mut lines = Lines::default();
        given.iter().for_each(|line| lines.push(line.iter().copied()));
        for (number, line) in given.iter().enumerate() {
            assert_eq!(lines.line(number).collect::<Vec<_>>(), *line);
        }
    }
}
