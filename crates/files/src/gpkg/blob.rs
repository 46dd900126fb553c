//! GeoPackage's binary geometry: a header with the box, then well-known binary.

use crate::sheet::Sheet;
use geo::Coord;
use lantu_engine::{GridPolygon, Point};

/// The box of a geometry: west, east, south, north, as the header has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds(pub [f64; 4]);

impl Bounds {
    /// Returns the box around two boxes.
    pub(crate) fn around(self, other: Self) -> Self {
        let ([w, e, s, n], [w2, e2, s2, n2]) = (self.0, other.0);
        Self([w.min(w2), e.max(e2), s.min(s2), n.max(n2)])
    }
}

/// Magic, version 0, flags: little-endian with a box of two axes.
const HEAD: [u8; 4] = [b'G', b'P', 0, 0b0000_0011];
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// Returns the geometry of a sheet's group as bytes, and its box.
pub(crate) fn geometry(sheet: &Sheet<'_>, group: usize, srs: i32) -> (Vec<u8>, Bounds) {
    let polygons = sheet.ground(group);
    let points: usize = polygons.iter().flatten().map(|ring| ring.len() + 1).sum();
    let rings: usize = polygons.iter().map(Vec::len).sum();
    let mut bytes = Vec::with_capacity(49 + polygons.len() * 9 + rings * 4 + points * 16);
    let bounds = bounds(sheet, &polygons);
    bytes.extend(HEAD);
    bytes.extend(srs.to_le_bytes());
    bounds.0.iter().for_each(|side| bytes.extend(side.to_le_bytes()));
    head(&mut bytes, MULTI_POLYGON, polygons.len());
    for polygon in &polygons {
        head(&mut bytes, POLYGON, polygon.len());
        for ring in polygon {
            bytes.extend((ring.len() as u32 + 1).to_le_bytes());
            ring.iter().chain(ring.first()).for_each(|&point| push(&mut bytes, sheet.partition.grid.locate(point)));
        }
    }
    (bytes, bounds)
}

fn head(bytes: &mut Vec<u8>, code: u32, count: usize) {
    bytes.push(1);
    bytes.extend(code.to_le_bytes());
    bytes.extend((count as u32).to_le_bytes());
}

fn push(bytes: &mut Vec<u8>, coord: Coord<f64>) {
    bytes.extend(coord.x.to_le_bytes());
    bytes.extend(coord.y.to_le_bytes());
}

/// The box of the outer rings.
fn bounds(sheet: &Sheet<'_>, polygons: &[GridPolygon]) -> Bounds {
    let outer = polygons.iter().filter_map(|polygon| polygon.first()).flatten();
    let start = (Point::new(i32::MAX, i32::MAX), Point::new(i32::MIN, i32::MIN));
    let (low, high) = outer.fold(start, |(low, high), p| {
        (Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y)))
    });
    let (low, high) = (sheet.partition.grid.locate(low), sheet.partition.grid.locate(high));
    Bounds([low.x, high.x, low.y, high.y])
}
