//! The way from a local datum to CGCS2000, by the parameters that an office has been given.
//!
//! Between Xian 80 or Beijing 54 and CGCS2000 there is no public way that is good to better than
//! some metres: the parameters differ from place to place and are often classified. Two kinds are
//! in use: seven in space (布尔莎, Bursa–Wolf), between the datums' geocentric axes; and four in
//! the plane (四参数), between two planes over a small area.

use crate::crs::{self, Crs};
use crate::error::FileError;
use geo::Coord;
use serde::{Deserialize, Serialize};

/// The parameters from a layer's datum to that of the project.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Shift {
    /// Between geocentric axes.
    Space(SpaceShift),
    /// Between two planes.
    Plane(PlaneShift),
}

/// Seven parameters, or the first three of them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceShift {
    /// Metres.
    pub dx: f64,
    /// Metres.
    pub dy: f64,
    /// Metres.
    pub dz: f64,
    /// Seconds of arc.
    #[serde(default)]
    pub rx: f64,
    /// Seconds of arc.
    #[serde(default)]
    pub ry: f64,
    /// Seconds of arc.
    #[serde(default)]
    pub rz: f64,
    /// Millionths.
    #[serde(default)]
    pub scale: f64,
    /// What a positive rotation turns.
    #[serde(default)]
    pub convention: Convention,
}

/// What a positive rotation turns: the two conventions differ by the sign of all three.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convention {
    /// The axes (EPSG 9607), as in the Chinese textbooks' 布尔莎 formula.
    #[default]
    CoordinateFrame,
    /// The vector (EPSG 9606), as in `+towgs84`.
    PositionVector,
}

/// Four parameters between two planes: `N' = north + k (N cos a − E sin a)`,
/// `E' = east + k (N sin a + E cos a)`, `k = 1 + scale / 1 000 000`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaneShift {
    /// Metres.
    pub north: f64,
    /// Metres.
    pub east: f64,
    /// Seconds of arc, from north towards east.
    #[serde(default)]
    pub angle: f64,
    /// Millionths.
    #[serde(default)]
    pub scale: f64,
    /// The CRS of the plane that they lead to.
    pub to: String,
}

impl Shift {
    /// Brings coordinates on the way and returns the CRS in which they then are.
    pub(crate) fn apply(&self, crs: &Crs, coords: &mut [Coord<f64>]) -> Result<Crs, FileError> {
        match self {
            // The way is known to WGS 84 only, which is the same as CGCS2000 for planning.
            Self::Space(space) => {
                let hub = Crs::lonlat()?;
                crs::transform(&crs.with_way_to_wgs84(space.to_wgs84())?, &hub, coords)?;
                Ok(hub)
            }
            Self::Plane(plane) => {
                let to = Crs::parse(&plane.to)?;
                coords.iter_mut().for_each(|coord| *coord = plane.moved(*coord));
                Ok(to)
            }
        }
    }
}

impl SpaceShift {
    /// The parameters in the order and with the signs of `+towgs84`.
    fn to_wgs84(&self) -> [f64; 7] {
        let sign = match self.convention {
            Convention::CoordinateFrame => -1.0,
            Convention::PositionVector => 1.0,
        };
        [self.dx, self.dy, self.dz, sign * self.rx, sign * self.ry, sign * self.rz, self.scale]
    }
}

impl PlaneShift {
    fn moved(&self, at: Coord<f64>) -> Coord<f64> {
        let (sin, cos) = (self.angle / 3600.0).to_radians().sin_cos();
        let k = 1.0 + self.scale * 1e-6;
        Coord { x: self.east + k * (at.y * sin + at.x * cos), y: self.north + k * (at.y * cos - at.x * sin) }
    }
}

/// Returns whether a way from one CRS to another crosses datums that nobody may publish the way
/// between.
pub(crate) fn needed(from: &Crs, to: &Crs) -> bool {
    use crate::gauss::Datum::{Beijing54, Xian80};
    let from = from.datum();
    matches!(from, Some(Xian80 | Beijing54)) && from != to.datum()
}

/// Brings coordinates from one CRS into another, by the parameters if there are any.
pub(crate) fn transform(
    shift: Option<&Shift>,
    from: &Crs,
    to: &Crs,
    coords: &mut [Coord<f64>],
) -> Result<(), FileError> {
    match shift {
        None => crs::transform(from, to, coords),
        Some(shift) => {
            let there = shift.apply(from, coords)?;
            crs::transform(&there, to, coords)
        }
    }
}
