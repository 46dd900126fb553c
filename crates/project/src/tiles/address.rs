//! Which tile is asked for, and the grid that its points are rounded to.

use super::boxes::Bounds;
use super::lines::MapPoint;
use lantu_files::FileError;

/// Tile units along a side.
pub(super) const EXTENT: i64 = 4096;
/// Tile units around the tile in which geometry goes on, so that no cut edge is seen: 8 pixels.
pub(super) const BUFFER: i64 = 64;
/// Tile units per CSS pixel: MapLibre draws a tile 512 pixels wide.
pub(super) const PIXEL: f64 = 8.0;
/// Beyond it there are no tiles; the map enlarges those of zoom 18.
const DEEPEST: u8 = 24;
/// A tile is 2¹² units wide and the map 2³² steps.
pub(super) const UNIT_ZOOM: i32 = 20;

/// The address of a tile: zoom, column from the west, row from the north.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TileAddress {
    /// Zoom: the map is 2^z tiles wide.
    pub(crate) z: u8,
    /// Column.
    pub(crate) x: u32,
    /// Row.
    pub(crate) y: u32,
}

/// A place in a tile, in tile units from its upper left corner: x, y.
pub(super) type Spot = [i64; 2];

/// The part of the map that a tile shows, and its grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Map steps per tile unit, as a power of two.
    unit: i32,
    /// Tile units per step of the tile's grid, as a power of two.
    coarse: i32,
    /// The tile's upper left corner, in tile units from the map's.
    corner: Spot,
}

impl TileAddress {
    /// Returns what the tile shows, or `None` if there is no such tile.
    pub(super) fn window(self) -> Option<Window> {
        let there = self.z <= DEEPEST && self.x.max(self.y) < 1 << self.z;
        let corner = [i64::from(self.x) * EXTENT, i64::from(self.y) * EXTENT];
        there.then(|| Window { unit: UNIT_ZOOM - i32::from(self.z), coarse: coarse(self.z), corner })
    }

    /// Says that the tile could not be written.
    pub(super) fn unwritable(self, cause: fast_mvt::MvtError) -> FileError {
        let path = format!("{}/{}/{}.mvt", self.z, self.x, self.y).into();
        FileError::NotWritable { path, source: std::io::Error::other(cause) }
    }
}

/// How coarse the grid is, as a power of two: half a pixel where a tile shows a whole county, its
/// finest where it shows parcels. That bounds how many points a tile can hold; it depends on the
/// zoom alone, so neighbouring tiles agree.
pub(super) fn coarse(z: u8) -> i32 {
    match z {
        ..=9 => 2,
        10..=11 => 1,
        _ => 0,
    }
}

/// Returns the point nearest to a place (halves go up) on the map's grid of a zoom, in tile units from the
/// map's corner; the grid's step is `coarse` units as a power of two.
pub(super) fn spot(point: MapPoint, z: u8, coarse: i32) -> Spot {
    let unit = UNIT_ZOOM - i32::from(z);
    let round = |step: u32| {
        let (step, bits) = (i64::from(step), unit + coarse);
        if bits > 0 { ((step + (1 << (bits - 1))) >> bits) << coarse } else { step << -unit }
    };
    [round(point.x), round(point.y)]
}

impl Window {
    /// Returns the grid point of the tile that is nearest to a point (halves go up).
    pub(super) fn place(&self, point: MapPoint) -> Spot {
        self.inside(spot(point, self.zoom(), self.coarse))
    }

    /// Returns where something on the map's grid of this zoom lies in the tile.
    pub(super) fn inside(&self, [x, y]: Spot) -> Spot {
        [x - self.corner[0], y - self.corner[1]]
    }

    /// Returns the tile's zoom.
    pub(super) fn zoom(&self) -> u8 {
        (UNIT_ZOOM - self.unit) as u8
    }

    /// Returns the tile's column and row.
    pub(super) fn tile(&self) -> [u32; 2] {
        self.corner.map(|unit| (unit / EXTENT) as u32)
    }

    /// Returns tile units per map step.
    pub(super) fn scale(&self) -> f64 {
        f64::from(-self.unit).exp2()
    }

    /// Returns the box, in map steps, of all that may reach into the tile or its margin.
    pub(super) fn reach(&self) -> Bounds {
        let margin = BUFFER + (1 << self.coarse);
        // `as` stays on the map.
        let step = |unit: i64| unit as f64 / self.scale();
        let low = self.corner.map(|unit| step(unit - margin).floor() as u32);
        let high = self.corner.map(|unit| step(unit + EXTENT + margin).ceil() as u32);
        Bounds { low: MapPoint { x: low[0], y: low[1] }, high: MapPoint { x: high[0], y: high[1] } }
    }
}
