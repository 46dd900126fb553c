//! GeoPackage's binary geometry: a header with the box, then well-known binary.

use geo::Coord;
use lantu_engine::{Outline, Point, PrecisionModel};

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

/// Appends a geometry as bytes; returns its box.
pub(super) fn put(outline: &Outline, grid: &PrecisionModel, srs: i32, bytes: &mut Vec<u8>) -> Bounds {
    let polygons = outline.polygons();
    let points = outline.points().len() + outline.ring_count();
    bytes.reserve(49 + polygons.len() * 9 + outline.ring_count() * 4 + points * 16);
    let bounds = bounds(outline.points(), grid);
    bytes.extend(HEAD);
    bytes.extend(srs.to_le_bytes());
    bounds.0.iter().for_each(|side| bytes.extend(side.to_le_bytes()));
    head(bytes, MULTI_POLYGON, polygons.len());
    for rings in polygons {
        head(bytes, POLYGON, rings.len());
        for ring in rings {
            bytes.extend((ring.len() as u32 + 1).to_le_bytes());
            let start = bytes.len();
            bytes.resize(start + 16 * ring.len(), 0);
            for (place, &point) in bytes[start..].chunks_exact_mut(16).zip(ring) {
                let coord = grid.locate(point);
                place[..8].copy_from_slice(&coord.x.to_le_bytes());
                place[8..].copy_from_slice(&coord.y.to_le_bytes());
            }
            bytes.extend_from_within(start..start + 16);
        }
    }
    bounds
}

fn head(bytes: &mut Vec<u8>, code: u32, count: usize) {
    bytes.push(1);
    bytes.extend(code.to_le_bytes());
    bytes.extend((count as u32).to_le_bytes());
}

fn bounds(points: &[Point], grid: &PrecisionModel) -> Bounds {
    let start = (Point::new(i32::MAX, i32::MAX), Point::new(i32::MIN, i32::MIN));
    let (low, high) = points.iter().fold(start, |(low, high), p| {
        (Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y)))
    });
    let (low, high) = (grid.locate(low), grid.locate(high));
    Bounds([low.x, high.x, low.y, high.y])
}

/// Returns twice the area of a geometry read again, in square grid units: outer rings
/// counter-clockwise, holes clockwise. `None` if it is not of the shape that [`put`] gives, or a
/// point is not of the grid.
pub(super) fn area2(bytes: &[u8], grid: &PrecisionModel) -> Option<i128> {
    let mut rest = Bytes(bytes.get(HEAD.len() + 36..)?);
    let polygons = rest.head(MULTI_POLYGON)?;
    let mut sum = 0;
    for _ in 0..polygons {
        for _ in 0..rest.head(POLYGON)? {
            let count = rest.number()? as usize;
            let (ring, after) = rest.0.split_at_checked(count.checked_mul(16)?)?;
            rest = Bytes(after);
            sum += ring_area2(ring, grid)?;
        }
    }
    rest.0.is_empty().then_some(sum)
}

/// Little-endian bytes that are still to be read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    /// Reads the head of a geometry of this kind; returns how many parts it has.
    fn head(&mut self, code: u32) -> Option<u32> {
        let (order, rest) = self.0.split_first()?;
        self.0 = rest;
        (*order == 1 && self.number()? == code).then(|| self.number())?
    }
}

fn ring_area2(ring: &[u8], grid: &PrecisionModel) -> Option<i128> {
    let axis = |bytes: &[u8]| bytes.try_into().ok().map(f64::from_le_bytes);
    let mut points = ring.chunks_exact(16).map(|bytes| {
        let coord = Coord { x: axis(&bytes[..8])?, y: axis(&bytes[8..])? };
        grid.snap(coord)
    });
    let first = points.next()??;
    let (mut before, mut sum) = (first, 0i128);
    for point in points {
        let point = point?;
        let (ax, ay) = (i64::from(before.x), i64::from(before.y));
        let (bx, by) = (i64::from(point.x), i64::from(point.y));
        sum += i128::from(ax * by) - i128::from(bx * ay);
        before = point;
    }
    (before == first).then_some(sum)
}
