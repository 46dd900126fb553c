//! The one integer grid of a run.
//!
//! Every coordinate is rounded to this grid exactly once, in [`crate::normalise()`]; from then on the
//! engine computes with integers and rounds nothing but crossings, which land on the same grid.
//! A grid point is kept relative to `origin` so that 32 bits are enough: at 0.1 mm that is
//! ±214 km around the origin. Whether the data fit is decided once, before the first
//! coordinate is rounded, by [`PrecisionModel::covering`].

use geo::{Coord, Rect};
use serde::{Deserialize, Serialize};

/// The largest distance from the origin, in grid units, that a coordinate may have.
///
/// Two bits below the range of `i32`, so that neither a hot pixel's corner nor a translated copy
/// of the data leaves the type.
pub const REACH: i64 = (1 << 31) - 4;

/// A grid point relative to the run's origin, in grid units; ordered by x, then y.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Point {
    /// Units east of the origin.
    pub x: i32,
    /// Units north of the origin.
    pub y: i32,
}

impl Point {
    /// Returns the point with these offsets from the origin.
    pub const fn new(x: i32, y: i32) -> Self {
        Self { x, y }
    }

    /// Returns the distance to another point in grid units.
    pub fn distance(self, other: Self) -> f64 {
        let (dx, dy) = (f64::from(other.x) - f64::from(self.x), f64::from(other.y) - f64::from(self.y));
        // `hypot` guards against overflow, which 33 bits cannot reach, at ten times the cost.
        (dx * dx + dy * dy).sqrt()
    }
}

/// A uniform grid in the project's plane (the precision model of JTS, with an integer origin).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct PrecisionModel {
    /// Grid units per unit of the plane: 10,000 for 0.1 mm in metres, 1e9 for 1e-9 degrees.
    pub scale: f64,
    /// The origin, in grid units from the plane's zero: x, y.
    pub origin: [i64; 2],
}

/// Says that data do not fit the grid asked for.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
#[error("the data span {} × {} units of the plane, more than a grid of {step} can hold", length(*width), length(*height))]
pub struct OutOfRange {
    /// Width of the data in the plane's units.
    pub width: f64,
    /// Height of the data in the plane's units.
    pub height: f64,
    /// The step that was asked for, in the plane's units.
    pub step: f64,
}

/// A length in whole units; beyond what doubles count one by one, by its power of ten.
fn length(length: f64) -> String {
    if length < 1e15 { format!("{length:.0}") } else { format!("{length:.3e}").replace(".000", "") }
}

impl PrecisionModel {
    /// Returns a grid of the given step that holds `extent`, its origin at the extent's middle.
    ///
    /// # Errors
    /// [`OutOfRange`] if `extent` is not finite or too wide for 32-bit offsets.
    pub fn covering(extent: Rect<f64>, step: f64) -> Result<Self, OutOfRange> {
        let scale = scale_of(step);
        let middle = extent.center();
        let refuse = OutOfRange { width: extent.width(), height: extent.height(), step };
        let reach = extent.width().max(extent.height()) / 2.0 * scale;
        let farthest = (middle.x.abs().max(middle.y.abs())) * scale;
        if !(reach < (REACH - 2) as f64 && farthest < 4e15) {
            return Err(refuse);
        }
        let origin = [(middle.x * scale).floor() as i64, (middle.y * scale).floor() as i64];
        Ok(Self { scale, origin })
    }

    /// Returns the finest grid of step `step × 10^k`, k ≥ 0, that holds `extent`.
    ///
    /// # Errors
    /// [`OutOfRange`] if the extent is not finite.
    pub fn coarsened(extent: Rect<f64>, step: f64) -> Result<Self, OutOfRange> {
        let mut coarser = step;
        for _ in 0..12 {
            if let Ok(grid) = Self::covering(extent, coarser) {
                return Ok(grid);
            }
            coarser *= 10.0;
        }
        Self::covering(extent, coarser)
    }

    /// Returns the distance between neighbouring grid points, in the plane's units.
    pub fn step(&self) -> f64 {
        1.0 / self.scale
    }

    /// Returns the grid point nearest to `at` (halves go up), or `None` if it is not finite or
    /// outside the grid's reach.
    pub fn snap(&self, at: Coord<f64>) -> Option<Point> {
        Some(Point { x: self.snap_axis(at.x, 0)?, y: self.snap_axis(at.y, 1)? })
    }

    fn snap_axis(&self, value: f64, axis: usize) -> Option<i32> {
        let scaled = value * self.scale + 0.5;
        if scaled.is_nan() || scaled.abs() > 9e15 {
            return None;
        }
        // Rounding down by way of a whole number: `floor` is a call on machines that are not known to have it.
        let whole = scaled as i64;
        let offset = whole - i64::from(whole as f64 > scaled) - self.origin[axis];
        (offset.abs() <= REACH).then_some(offset as i32)
    }

    /// Returns the plane's coordinates of a grid point: the double nearest to the exact decimal,
    /// so that `snap(locate(p)) == p`.
    pub fn locate(&self, point: Point) -> Coord<f64> {
        let absolute = self.absolute(point);
        Coord { x: absolute[0] as f64 / self.scale, y: absolute[1] as f64 / self.scale }
    }

    /// Returns the point's distance from the plane's zero in grid units, free of the origin.
    pub fn absolute(&self, point: Point) -> [i64; 2] {
        [self.origin[0] + i64::from(point.x), self.origin[1] + i64::from(point.y)]
    }

    /// Returns the area in the plane's square units of a doubled area in square grid units.
    pub fn area(&self, doubled: i128) -> f64 {
        doubled as f64 / 2.0 / (self.scale * self.scale)
    }

    /// Returns a length in the plane's units of a length in grid units.
    pub fn length(&self, units: f64) -> f64 {
        units / self.scale
    }
}

/// Units per plane unit; a step that is a power of ten gives an exact scale.
fn scale_of(step: f64) -> f64 {
    let scale = 1.0 / step;
    if scale >= 1.0 { scale.round() } else { scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grid_point_survives_writing_and_reading() {
        let extent = Rect::new(Coord { x: 350_000.0, y: 2_010_000.0 }, Coord { x: 450_000.0, y: 2_100_000.0 });
        let grid = PrecisionModel::covering(extent, 1e-4).unwrap();
        for k in 0..10_000 {
            let point = Point::new(k * 39_119 - 200_000_000, 7 - k * 20_011);
            let text = format!("{}", grid.locate(point).x);
            let back: f64 = text.parse().unwrap();
            assert_eq!(grid.snap(Coord { x: back, y: grid.locate(point).y }), Some(point));
        }
    }

    #[test]
    fn an_extent_of_629_km_is_refused_at_a_tenth_of_a_millimetre_and_held_at_a_millimetre() {
        let extent = Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: 629_000.0, y: 407_000.0 });
        assert!(PrecisionModel::covering(extent, 1e-4).is_err());
        let grid = PrecisionModel::coarsened(extent, 1e-4).unwrap();
        assert!((grid.step() - 1e-3).abs() < 1e-12);
    }

    #[test]
    fn an_extent_of_1e308_is_told_in_few_digits() {
        let extent = |side| Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: side, y: 629_000.4 });
        let said = |side| PrecisionModel::covering(extent(side), 1e-4).unwrap_err().to_string();
        assert!(said(1e308).contains("1e308 × 629000 units"), "{}", said(1e308));
        assert!(said(-1.2345e20).contains("1.235e20 ×") || said(-1.2345e20).contains("1.234e20 ×"));
    }

    #[test]
    fn halves_are_rounded_up_on_both_sides_of_zero() {
        let grid = PrecisionModel { scale: 1.0, origin: [0, 0] };
        assert_eq!(grid.snap(Coord { x: 0.5, y: -0.5 }), Some(Point::new(1, 0)));
        assert_eq!(grid.snap(Coord { x: -1.5, y: -1.500_001 }), Some(Point::new(-1, -2)));
        assert_eq!(grid.snap(Coord { x: -7.0, y: 7.499_999 }), Some(Point::new(-7, 7)));
        assert_eq!(grid.snap(Coord { x: f64::NAN, y: 0.0 }), None);
        assert_eq!(grid.snap(Coord { x: 1e300, y: 0.0 }), None);
    }
}
