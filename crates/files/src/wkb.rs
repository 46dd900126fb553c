//! Polygons out of well-known binary, as GDAL hands it over.
//!
//! Takes ISO WKB and the older spelling of Z (2.5D), either byte order. Z and M are dropped, curves
//! become chains of chords. Rings come out as they are: open, crossed or not finite.

use crate::curve;
use crate::error::NotArea;
use geo::{Coord, LineString};

/// The rings of one polygon, outer ring first.
pub(crate) type Polygon = Vec<LineString<f64>>;

/// What a feature's geometry holds.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ground {
    /// Its polygons.
    pub polygons: Vec<Polygon>,
    /// What else was there and was passed over.
    pub other: Option<NotArea>,
    /// Whether its points had heights or measures, which were dropped.
    pub heights: bool,
}

/// Says that the bytes are not well-known binary that is understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotWkb;

/// Returns the polygons of a geometry.
pub(crate) fn read(bytes: &[u8]) -> Result<Ground, NotWkb> {
    let mut ground = Ground::default();
    Reader { bytes, little: true, lines: Lines::PassedOver }.geometry(&mut ground, 0)?;
    Ok(ground)
}

/// Returns the polygons of a drawing's geometry, where closed lines stand for areas.
pub(crate) fn read_drawing(bytes: &[u8]) -> Result<Ground, NotWkb> {
    let mut ground = Ground::default();
    Reader { bytes, little: true, lines: Lines::Areas }.geometry(&mut ground, 0)?;
    Ok(ground)
}

/// Returns the lines of a geometry, each in the place of a polygon of one ring; polygons are passed over.
pub(crate) fn read_lines(bytes: &[u8]) -> Result<Ground, NotWkb> {
    let mut ground = Ground::default();
    Reader { bytes, little: true, lines: Lines::Alone }.geometry(&mut ground, 0)?;
    Ok(ground)
}

/// What becomes of lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    PassedOver,
    /// Those that are closed stand for areas.
    Areas,
    /// They are all that is wanted.
    Alone,
}

struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
    lines: Lines,
}

const POINT: u32 = 1;
const LINE: u32 = 2;
const POLYGON: u32 = 3;
const CIRCULAR: u32 = 8;
const COMPOUND: u32 = 9;
const CURVE_POLYGON: u32 = 10;
const TRIANGLE: u32 = 17;
/// Deeper nesting than this is no honest file.
const DEEPEST: u32 = 32;

impl Reader<'_> {
    /// Reads byte order and type: the kind of geometry, and how many numbers a point has.
    fn head(&mut self) -> Result<(u32, usize), NotWkb> {
        self.little = match self.take(1)? {
            [0] => false,
            [1] => true,
            _ => return Err(NotWkb),
        };
        let code = self.count()?;
        Ok(((code & 0x0fff_ffff) % 1000, numbers_per_point(code)))
    }

    fn geometry(&mut self, ground: &mut Ground, depth: u32) -> Result<(), NotWkb> {
        let (kind, numbers) = self.head()?;
        ground.heights |= numbers > 2;
        match kind {
            POINT => {
                ground.other = ground.other.or(Some(NotArea::Points));
                self.take(8 * numbers)?;
            }
            LINE | CIRCULAR | COMPOUND => {
                let line = self.curve(kind, numbers, depth)?;
                let wanted = match self.lines {
                    Lines::PassedOver => false,
                    Lines::Areas => line.0.len() > 3 && line.is_closed(),
                    Lines::Alone => line.0.len() > 1,
                };
                if wanted {
                    ground.polygons.push(vec![line]);
                } else {
                    ground.other = Some(NotArea::Lines);
                }
            }
            POLYGON | TRIANGLE => {
                let rings = self.count()?;
                let polygon = (0..rings).map(|_| self.ring(numbers)).collect::<Result<_, _>>()?;
                self.area(ground, polygon);
            }
            CURVE_POLYGON => {
                let rings = self.count()?;
                let polygon = (0..rings).map(|_| self.any_curve(depth + 1)).collect::<Result<_, _>>()?;
                self.area(ground, polygon);
            }
            // Collections of whatever kind.
            4..=7 | 11 | 12 | 15 | 16 if depth < DEEPEST => {
                let members = self.count()?;
                (0..members).try_for_each(|_| self.geometry(ground, depth + 1))?;
            }
            _ => return Err(NotWkb),
        }
        Ok(())
    }

    fn area(&self, ground: &mut Ground, polygon: Polygon) {
        match self.lines {
            Lines::Alone => ground.other = Some(NotArea::Nothing),
            Lines::PassedOver | Lines::Areas => ground.polygons.push(polygon),
        }
    }

    fn any_curve(&mut self, depth: u32) -> Result<LineString<f64>, NotWkb> {
        let (kind, numbers) = self.head()?;
        self.curve(kind, numbers, depth)
    }

    /// The body of a line, a circular string or a compound of both.
    fn curve(&mut self, kind: u32, numbers: usize, depth: u32) -> Result<LineString<f64>, NotWkb> {
        match kind {
            LINE => self.ring(numbers),
            CIRCULAR => Ok(curve::straighten(&self.ring(numbers)?)),
            COMPOUND if depth < DEEPEST => {
                let mut whole = LineString(Vec::new());
                for _ in 0..self.count()? {
                    let part = self.any_curve(depth + 1)?;
                    // Each part begins where the one before ends.
                    let repeated = usize::from(whole.0.last().is_some_and(|last| part.0.first() == Some(last)));
                    whole.0.extend(part.0.into_iter().skip(repeated));
                }
                Ok(whole)
            }
            _ => Err(NotWkb),
        }
    }

    fn ring(&mut self, numbers: usize) -> Result<LineString<f64>, NotWkb> {
        let points = self.count()? as usize;
        let little = self.little;
        let bytes = self.take(points.checked_mul(8 * numbers).ok_or(NotWkb)?)?;
        let number = |at: &[u8]| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&at[..8]);
            if little { f64::from_le_bytes(eight) } else { f64::from_be_bytes(eight) }
        };
        let coords = bytes.chunks_exact(8 * numbers).map(|point| Coord { x: number(point), y: number(&point[8..]) });
        Ok(LineString(coords.collect()))
    }

    fn count(&mut self) -> Result<u32, NotWkb> {
        let little = self.little;
        let bytes = self.take(4)?;
        let four = [bytes[0], bytes[1], bytes[2], bytes[3]];
        Ok(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn take(&mut self, count: usize) -> Result<&[u8], NotWkb> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(NotWkb)?;
        self.bytes = rest;
        Ok(taken)
    }
}

/// Two, three or four: with Z, M or both, in ISO's thousands or in the older flag bits.
fn numbers_per_point(code: u32) -> usize {
    let iso = (code & 0x0fff_ffff) / 1000;
    let z = code & 0x8000_0000 != 0 || iso == 1 || iso == 3;
    let m = code & 0x4000_0000 != 0 || iso == 2 || iso == 3;
    2 + usize::from(z) + usize::from(m)
}

/// Returns well-known binary of polygons: one MultiPolygon, little-endian, rings closed.
pub(crate) fn multi_polygon(polygons: &[Polygon]) -> Vec<u8> {
    let points: usize = polygons.iter().flatten().map(|ring| ring.0.len()).sum();
    let mut bytes = Vec::with_capacity(16 * points + 16 * polygons.len() + 16);
    let head = |bytes: &mut Vec<u8>, code: u32, count: usize| {
        bytes.push(1);
        bytes.extend(code.to_le_bytes());
        bytes.extend((count as u32).to_le_bytes());
    };
    head(&mut bytes, 6, polygons.len());
    for polygon in polygons {
        head(&mut bytes, 3, polygon.len());
        for ring in polygon {
            bytes.extend((ring.0.len() as u32).to_le_bytes());
            for coord in &ring.0 {
                bytes.extend(coord.x.to_le_bytes());
                bytes.extend(coord.y.to_le_bytes());
            }
        }
    }
    bytes
}

/// Returns well-known binary of a line.
pub(crate) fn line(line: &LineString<f64>) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend(LINE.to_le_bytes());
    bytes.extend((line.0.len() as u32).to_le_bytes());
    line.0.iter().flat_map(|coord| [coord.x, coord.y]).for_each(|number| bytes.extend(number.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use gdal::vector::Geometry;

    fn of(wkt: &str) -> Ground {
        read(&Geometry::from_wkt(wkt).unwrap().iso_wkb().unwrap()).unwrap()
    }

    #[test]
    fn heights_and_measures_are_dropped() {
        let flat = of("POLYGON ((0 0,4 0,4 4,0 0),(1 0.5,2 0.5,2 1,1 0.5))");
        assert_eq!((flat.polygons[0].len(), flat.heights), (2, false));
        let flat = Ground { heights: true, ..flat };
        assert_eq!(of("POLYGON Z ((0 0 7,4 0 8,4 4 9,0 0 7),(1 0.5 1,2 0.5 1,2 1 1,1 0.5 1))"), flat);
        assert_eq!(of("POLYGON M ((0 0 7,4 0 8,4 4 9,0 0 7),(1 0.5 1,2 0.5 1,2 1 1,1 0.5 1))"), flat);
        assert_eq!(of("POLYGON ZM ((0 0 7 1,4 0 8 1,4 4 9 1,0 0 7 1),(1 0.5 1 1,2 0.5 1 1,2 1 1 1,1 0.5 1 1))"), flat);
        let older =
            Geometry::from_wkt("POLYGON Z ((0 0 7,4 0 8,4 4 9,0 0 7),(1 0.5 1,2 0.5 1,2 1 1,1 0.5 1))").unwrap();
        assert_eq!(read(&older.wkb().unwrap()).unwrap(), flat);
    }

    #[test]
    fn polygons_are_found_in_collections_and_the_rest_is_named() {
        let mixed = of(
            "GEOMETRYCOLLECTION (POINT (1 1),MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5))),LINESTRING (0 0,1 1))",
        );
        assert_eq!(mixed.polygons.len(), 2);
        assert_eq!(mixed.other, Some(NotArea::Lines));
        assert_eq!(of("MULTIPOINT ((1 1),(2 2))").other, Some(NotArea::Points));
        assert_eq!(of("TRIANGLE ((0 0,1 0,1 1,0 0))").polygons.len(), 1);
        assert_eq!(of("POLYGON EMPTY").polygons, vec![Polygon::new()]);
    }

    #[test]
    fn where_lines_are_wanted_polygons_are_passed_over() {
        let of = |wkt: &str| read_lines(&Geometry::from_wkt(wkt).unwrap().iso_wkb().unwrap()).unwrap();
        let lines = of("MULTILINESTRING ((0 0,1 1,2 0),(5 5,6 6))");
        assert_eq!((lines.polygons.len(), lines.polygons[0][0].0.len(), lines.other), (2, 3, None));
        let mixed = of("GEOMETRYCOLLECTION (POLYGON ((0 0,1 0,1 1,0 0)),LINESTRING (0 0,1 1),POINT (1 1))");
        assert_eq!(mixed.polygons.len(), 1);
        assert!(of("POLYGON ((0 0,1 0,1 1,0 0))").polygons.is_empty());
        assert!(of("CIRCULARSTRING (0 0,1 1,2 0)").polygons[0][0].0.len() > 10);
    }

    #[test]
    fn curves_become_chords() {
        let circle = of("CURVEPOLYGON (CIRCULARSTRING (0 0,1 1,2 0,1 -1,0 0))");
        assert_eq!(circle.polygons[0][0].0.len(), 91);
        let half = of(
            "CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (0 0,1 1,2 0),(2 0,2 -1,0 -1,0 0)),(0.5 0,1.5 0,1 0.5,0.5 0))",
        );
        let ring = &half.polygons[0][0];
        assert_eq!((ring.0.first(), ring.0.len()), (ring.0.last(), 46 + 3));
        assert_eq!(half.polygons[0][1].0.len(), 4);
        let several = of("MULTISURFACE (((0 0,1 0,1 1,0 0)),CURVEPOLYGON (CIRCULARSTRING (0 0,1 1,2 0,1 -1,0 0)))");
        assert_eq!((several.polygons.len(), several.other), (2, None));
        assert_eq!(of("MULTICURVE (CIRCULARSTRING (0 0,1 1,2 0),(0 0,1 1))").other, Some(NotArea::Lines));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let ground = of("MULTIPOLYGON (((0 0,9 0,9 9,0 0),(2 1,3 1,3 2,2 1)),((50 50,60 50,60 60,50 50)))");
        assert_eq!(read(&multi_polygon(&ground.polygons)).unwrap(), ground);
    }

    #[test]
    fn cut_off_bytes_are_refused() {
        let whole = multi_polygon(&of("POLYGON ((0 0,9 0,9 9,0 0))").polygons);
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]).map(|_| ()), Err(NotWkb), "{length}");
        }
    }
}
