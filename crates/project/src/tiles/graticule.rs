//! The graticule: lines of even degrees, or of even metres of the project's plane, with their figures.
//!
//! Its step depends on the zoom alone, so neighbouring tiles agree.

use super::address::{EXTENT, TileAddress, Window};
use super::encode::{add_line, add_point, tile};
use super::lines::MapPoint;
use fast_mvt::{MvtCoord, MvtLayerBuilder, MvtResult, MvtValueRef};
use geo::Coord;
use lantu_files::{Crs, FileError};
use std::f64::consts::TAU;

/// Lines lie at least this many pixels apart.
const APART_PX: f64 = 120.0;
/// So many pieces make a line bend as it should within a tile.
const PIECES: u32 = 16;
/// A tile shows no more lines than this in a direction; the poles have too many.
const MOST_LINES: i64 = 64;
/// Where figures stand along a tile, in tile units.
const FIGURE: i64 = EXTENT / 4;
/// The steps of degrees, in seconds.
const SECONDS: [f64; 18] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 18_000.0, 36_000.0,
    108_000.0,
];
/// The Earth's circumference in metres.
const AROUND_M: f64 = 40_075_016.7;

/// Returns a tile with the layers `lines` and `figures` of even degrees.
pub(crate) fn degrees_tile(at: TileAddress) -> Result<Vec<u8>, FileError> {
    let Some(window) = at.window() else { return Ok(Vec::new()) };
    let degrees_per_pixel = 360.0 / (512.0 * f64::from(at.z).exp2());
    let wanted = degrees_per_pixel * APART_PX * 3600.0;
    let seconds = SECONDS.into_iter().find(|&step| step >= wanted).unwrap_or(108_000.0);
    let grid =
        Lattice { step: seconds / 3600.0, place: &|at| Some(at), tell: &|along, value| degrees(along, value, seconds) };
    grid.tile(at, window, lonlat_box(at))
}

/// Returns a tile with the layers `lines` and `figures` of even metres of a plane. `latitude` is that of
/// the middle of what is shown: the step fits there.
///
/// # Errors
/// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
pub(crate) fn plane_tile(at: TileAddress, crs: &Crs, latitude: f64) -> Result<Vec<u8>, FileError> {
    let Some(window) = at.window() else { return Ok(Vec::new()) };
    let metres_per_pixel = AROUND_M * latitude.to_radians().cos() / (512.0 * f64::from(at.z).exp2());
    let step = even(metres_per_pixel * APART_PX) / crs.metres_per_unit();
    let [low, high] = lonlat_box(at);
    let mut border: Vec<Coord<f64>> = (0..=PIECES)
        .flat_map(|k| {
            let t = f64::from(k) / f64::from(PIECES);
            let (x, y) = (low.x + (high.x - low.x) * t, low.y + (high.y - low.y) * t);
            [(x, low.y), (x, high.y), (low.x, y), (high.x, y)].map(|(x, y)| Coord { x, y })
        })
        .collect();
    crs.from_lonlat(&mut border)?;
    let finite = || border.iter().filter(|at| at.x.is_finite() && at.y.is_finite());
    if finite().count() < border.len() {
        // Far from where the plane is of use.
        return Ok(Vec::new());
    }
    let corner = |pick: fn(f64, f64) -> f64| {
        finite().copied().reduce(|a, b| Coord { x: pick(a.x, b.x), y: pick(a.y, b.y) }).unwrap_or_default()
    };
    let place = |at: Coord<f64>| {
        let mut place = [at];
        crs.to_lonlat(&mut place).ok()?;
        Some(place[0]).filter(|at| at.x.is_finite() && at.y.is_finite())
    };
    let tell = |along: Along, value: f64| metres(along, value);
    Lattice { step, place: &place, tell: &tell }.tile(at, window, [corner(f64::min), corner(f64::max)])
}

/// Which way a line runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Along {
    /// North and south: its figure is an easting or a longitude.
    North,
    /// East and west: its figure is a northing or a latitude.
    East,
}

/// Lines of even coordinates.
struct Lattice<'a> {
    step: f64,
    /// The longitude and latitude of its coordinates.
    place: &'a dyn Fn(Coord<f64>) -> Option<Coord<f64>>,
    tell: &'a dyn Fn(Along, f64) -> String,
}

impl Lattice<'_> {
    fn tile(&self, at: TileAddress, window: Window, [low, high]: [Coord<f64>; 2]) -> Result<Vec<u8>, FileError> {
        self.draw(window, low, high).map_err(|cause| at.unwritable(cause))
    }

    fn draw(&self, window: Window, low: Coord<f64>, high: Coord<f64>) -> MvtResult<Vec<u8>> {
        let (mut lines, mut figures) = (MvtLayerBuilder::new("lines")?, MvtLayerBuilder::new("figures")?);
        for along in [Along::North, Along::East] {
            let (from, to, start, end) = match along {
                Along::North => (low.x, high.x, low.y, high.y),
                Along::East => (low.y, high.y, low.x, high.x),
            };
            let (first, last) = ((from / self.step).ceil() as i64, (to / self.step).floor() as i64);
            for value in (first..=last).take(MOST_LINES as usize).map(|k| k as f64 * self.step) {
                let points = self.points(along, value, start, end, &window);
                if points.len() < 2 {
                    continue;
                }
                let told = (self.tell)(along, value);
                let figure = [("figure", MvtValueRef::String(&told))];
                lines = add_line(lines, &points, &figure)?;
                if let Some(at) = crossing(&points, along) {
                    figures = add_point(figures, at, &figure)?;
                }
            }
        }
        Ok(tile([lines, figures]))
    }

    fn points(&self, along: Along, value: f64, start: f64, end: f64, window: &Window) -> Vec<MvtCoord> {
        let at = |k: u32| {
            let other = start + (end - start) * f64::from(k) / f64::from(PIECES);
            match along {
                Along::North => Coord { x: value, y: other },
                Along::East => Coord { x: other, y: value },
            }
        };
        let spots = (0..=PIECES).filter_map(|k| (self.place)(at(k))).map(|at| window.place(MapPoint::of_lonlat(at)));
        let mut points: Vec<MvtCoord> = spots.map(|[x, y]| MvtCoord { x: x as i32, y: y as i32 }).collect();
        points.dedup();
        points
    }
}

/// Where a line's figure stands: where it passes a quarter of the tile.
fn crossing(points: &[MvtCoord], along: Along) -> Option<MvtCoord> {
    let across = |at: &MvtCoord| i64::from(if along == Along::North { at.y } else { at.x });
    let found = points.windows(2).find(|ends| (across(&ends[0]) < FIGURE) != (across(&ends[1]) < FIGURE))?;
    let (from, to) = (across(&found[0]) as f64, across(&found[1]) as f64);
    let t = (FIGURE as f64 - from) / (to - from);
    let between = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as i32;
    let at = MvtCoord { x: between(found[0].x, found[1].x), y: between(found[0].y, found[1].y) };
    let here = [at.x, at.y].iter().all(|&place| (0..EXTENT).contains(&i64::from(place)));
    here.then_some(at)
}

/// South-west and north-east corner of a tile in degrees.
fn lonlat_box(at: TileAddress) -> [Coord<f64>; 2] {
    let across = f64::from(at.z).exp2();
    let east = |column: u32| f64::from(column) / across * 360.0 - 180.0;
    let north = |row: u32| ((0.5 - f64::from(row) / across) * TAU).tanh().asin().to_degrees();
    [Coord { x: east(at.x), y: north(at.y + 1) }, Coord { x: east(at.x + 1), y: north(at.y) }]
}

/// The least of 1, 2 and 5 times a power of ten that is not below a value.
fn even(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|times| times * power).find(|&step| step >= value).unwrap_or(10.0 * power)
}

fn degrees(along: Along, value: f64, step: f64) -> String {
    let half = match (along, value < 0.0) {
        (Along::North, false) => "E",
        (Along::North, true) => "W",
        (Along::East, false) => "N",
        (Along::East, true) => "S",
    };
    // In tenths of a second, so that nothing is ever told as 60″.
    let tenths = (value.abs() * 36_000.0).round() as i64;
    let (whole, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths % 600);
    if step >= 3600.0 {
        format!("{whole}°{half}")
    } else if step >= 60.0 {
        format!("{whole}°{minutes:02}′{half}")
    } else if step >= 1.0 {
        format!("{whole}°{minutes:02}′{:02}″{half}", seconds / 10)
    } else {
        format!("{whole}°{minutes:02}′{:02}.{}″{half}", seconds / 10, seconds % 10)
    }
}

fn metres(along: Along, value: f64) -> String {
    let letter = if along == Along::North { "E" } else { "N" };
    let whole = value.round() as i64;
    let mut digits = whole.abs().to_string();
    for at in (1..digits.len()).rev().filter(|at| (digits.len() - at).is_multiple_of(3)).collect::<Vec<_>>() {
        digits.insert(at, ' ');
    }
    format!("{letter} {}{digits}", if whole < 0 { "−" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_as_maps_print_them() {
        assert_eq!(degrees(Along::North, 111.5, 1800.0), "111°30′E");
        assert_eq!(degrees(Along::East, -0.25, 60.0), "0°15′S");
        assert_eq!(degrees(Along::North, 9.0 + 59.999_999 / 60.0, 1.0), "10°00′00″E");
        assert_eq!(degrees(Along::East, 20.0, 36_000.0), "20°N");
        assert_eq!(
            (metres(Along::North, 500_000.0), metres(Along::East, 2_190_000.0)),
            ("E 500 000".into(), "N 2 190 000".into())
        );
    }

    #[test]
    fn steps_are_even() {
        assert_eq!([0.7, 1.0, 1.1, 2.3, 5.1, 99.0, 120.0].map(even), [1.0, 1.0, 2.0, 5.0, 10.0, 100.0, 200.0]);
    }

    #[test]
    fn a_line_of_the_plane_goes_on_in_the_next_tile() {
        let crs = Crs::epsg(4546).unwrap();
        let tiles = [(6_620, 3_624), (6_621, 3_624)].map(|(x, y)| plane_tile(TileAddress { z: 13, x, y }, &crs, 20.0));
        assert!(tiles.iter().all(|tile| tile.as_ref().is_ok_and(|bytes| bytes.len() > 100)), "{tiles:?}");
    }
}
