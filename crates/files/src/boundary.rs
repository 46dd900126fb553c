//! The land bureau's boundary file (界址点坐标 TXT): its parcels, drawn and placed.
//!
//! What the file says of itself is taken as a statement and held against its numbers: where the
//! two differ, the numbers are believed and a finding says so.

use crate::area;
use crate::axes::{self, Order};
use crate::boundary_txt::{Boundary, FIELDS, Parcel, Point};
use crate::crs::{self, Crs};
use crate::drawn::{Drawn, Note, Row, Shape};
use crate::error::FileError;
use crate::gauss::{Datum, Zone};
use crate::rings;
use crate::wkb::Polygon;
use gdal::vector::OGRFieldType;
use geo::{Coord, LineString};
use lantu_engine::{FindingCode, Value};
use std::path::Path;

/// How far a stated area may be from the drawn one: half a percent, or the last digit written.
const AREA_SLACK: f64 = 0.005;
const HECTARE_SLACK: f64 = 0.000_15;

/// Returns the layer of a boundary file; an error if its parcels have no place.
///
/// `given` is the planner's CRS, which outranks the file's.
pub(crate) fn draw(boundary: &Boundary, path: &Path, given: Option<&Crs>) -> Result<Drawn, FileError> {
    let mut notes = Vec::new();
    let mut parcels: Vec<Vec<LineString<f64>>> = Vec::new();
    for (row, parcel) in boundary.parcels.iter().enumerate() {
        let rings = parcel.rings();
        let swapped = axes::order(parcel.points.iter().map(|p| (p.first, p.second))) == Some(Order::EastFirst);
        let codes = parcel.complaints(&rings).into_iter().chain(swapped.then_some(FindingCode::SwappedAxes));
        notes.extend(codes.map(|code| Note { code, row: Some(row) }));
        parcels.push(rings.iter().map(|ring| line(ring, swapped)).collect());
    }
    let crs = match given {
        Some(given) => Some(given.clone()),
        None => place(boundary, &mut parcels, path, &mut notes)?,
    };
    let mut rows = Vec::with_capacity(parcels.len());
    for ((at, parcel), lines) in boundary.parcels.iter().enumerate().zip(parcels) {
        let row = row(parcel, lines);
        if let Shape::Areas(polygons) = &row.shape
            && stated_otherwise(parcel, polygons, crs.as_ref())
        {
            notes.push(Note { code: FindingCode::StatedOtherwise, row: Some(at) });
        }
        rows.push(row);
    }
    let more = boundary.parcels.iter().map(|parcel| parcel.fields.len()).max().unwrap_or(0);
    let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let named = FIELDS.iter().enumerate().map(|(at, field)| ((*field).to_owned(), kind(at)));
    let others = (FIELDS.len()..more).map(|at| (format!("字段{}", at + 1), OGRFieldType::OFTString));
    let fields: Vec<_> = named.chain(others).collect();
    rows.iter_mut().for_each(|row| row.values.resize(fields.len(), Value::Null));
    notes.dedup();
    Ok(Drawn { name, fields, rows, crs, notes })
}

/// East before north, closed.
pub(crate) fn line(ring: &[Point], swapped: bool) -> LineString<f64> {
    let coord = |p: &Point| if swapped { Coord { x: p.first, y: p.second } } else { Coord { x: p.second, y: p.first } };
    let mut line: Vec<Coord<f64>> = ring.iter().map(coord).collect();
    if line.len() > 3 {
        // A closing point that is a rounding error away from the first is the first.
        let (first, last) = (line[0], line.len() - 1);
        let near = if axes::like_degrees(first) { 1e-8 } else { 1e-3 };
        if (line[last] - first).x.abs() < near && (line[last] - first).y.abs() < near {
            line[last] = first;
        }
    }
    let mut line = LineString(line);
    line.close();
    line
}

fn kind(at: usize) -> OGRFieldType::Type {
    match at {
        0 => OGRFieldType::OFTInteger64,
        1 => OGRFieldType::OFTReal,
        _ => OGRFieldType::OFTString,
    }
}

fn row(parcel: &Parcel, lines: Vec<LineString<f64>>) -> Row {
    let text = |field: &str| if field.is_empty() { Value::Null } else { Value::Text(field.into()) };
    let value = |(at, field): (usize, &String)| match at {
        0 => field.parse().map_or(Value::Null, Value::Int),
        1 => hectares(field).map_or(Value::Null, Value::Real),
        _ => text(field),
    };
    let values = parcel.fields.iter().enumerate().map(value).collect();
    let shape = match parcel.field(4) {
        Some("线" | "点") => lines.into_iter().next().map_or(Shape::Nothing, Shape::Line),
        _ if lines.is_empty() => Shape::Nothing,
        _ => Shape::Areas(rings::nest(lines)),
    };
    Row { values, shape }
}

/// The number that a stated area begins with, in hectares whatever unit follows.
fn hectares(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim();
    let factor = if unit.contains("平方米") || unit.eq_ignore_ascii_case("m2") || unit.contains('㎡') {
        1e-4
    } else if unit.contains('亩') {
        1.0 / 15.0
    } else {
        1.0
    };
    Some(number * factor)
}

fn stated_otherwise(parcel: &Parcel, polygons: &[Polygon], crs: Option<&Crs>) -> bool {
    let Some(stated) = parcel.field(1) else { return false };
    let Some(stated) = hectares(stated) else { return true };
    let degrees = crs.is_some_and(Crs::is_geographic);
    let ring_area = |ring: &LineString<f64>| {
        if degrees { area::of_polygons(&[vec![ring.clone()]]).abs() } else { planar(ring) }
    };
    let of = |rings: &Polygon| {
        let mut areas = rings.iter().map(ring_area);
        areas.next().unwrap_or(0.0) - areas.sum::<f64>()
    };
    let drawn = polygons.iter().map(of).sum::<f64>() / 1e4;
    (stated - drawn).abs() > (AREA_SLACK * drawn.abs()).max(HECTARE_SLACK)
}

/// The area of a closed ring, from its first point to keep the digits.
fn planar(ring: &LineString<f64>) -> f64 {
    let Some(&start) = ring.0.first() else { return 0.0 };
    let cross = |ends: &[Coord<f64>]| {
        let (a, b) = (ends[0] - start, ends[1] - start);
        a.x * b.y - b.x * a.y
    };
    (ring.0.windows(2).map(cross).sum::<f64>() / 2.0).abs()
}

/// Returns where the parcels lie, by the numbers and by what the file says.
///
/// Parcels that carry another zone's number are brought into the zone of the first.
fn place(
    boundary: &Boundary,
    parcels: &mut [Vec<LineString<f64>>],
    path: &Path,
    notes: &mut Vec<Note>,
) -> Result<Option<Crs>, FileError> {
    let told = boundary.key("坐标系").and_then(Datum::named);
    let first = |rings: &[LineString<f64>]| rings.iter().find_map(|ring| ring.0.first().copied());
    let datum = match told {
        Some(datum) => datum,
        None if boundary.key("坐标系").is_some() => return Ok(None),
        None => {
            notes.push(Note { code: FindingCode::AssumedCrs, row: None });
            Datum::Cgcs2000
        }
    };
    // Where there is not one point, any place will do.
    let at = parcels.iter().find_map(|rings| first(rings)).unwrap_or_default();
    if axes::like_degrees(at) {
        return Crs::epsg(datum.geographic()).map(Some);
    }
    let stated = stated_zone(boundary, datum);
    if !axes::has_zone(at.x) {
        let zone = stated.ok_or_else(|| FileError::NoZone { path: path.to_path_buf() })?;
        return Crs::epsg(zone.code(false)).map(Some);
    }
    let zone = Zone::of_easting(datum, at.x).ok_or_else(|| FileError::NoZone { path: path.to_path_buf() })?;
    if stated.is_some_and(|stated| stated != zone) {
        notes.push(Note { code: FindingCode::StatedOtherwise, row: None });
    }
    let crs = Crs::epsg(zone.code(true))?;
    for rings in parcels {
        let own = first(rings).and_then(|at| Zone::of_easting(datum, at.x)).filter(|own| *own != zone);
        if let Some(own) = own {
            let own = Crs::epsg(own.code(true))?;
            rings.iter_mut().try_for_each(|ring| crs::transform(&own, &crs, &mut ring.0))?;
        }
    }
    Ok(Some(crs))
}

/// The zone that the head names, by its number or by its meridian.
fn stated_zone(boundary: &Boundary, datum: Datum) -> Option<Zone> {
    let by_meridian = || {
        let meridian = boundary.number("中央")?;
        let six = boundary.number("分带") == Some(6);
        Zone::numbered(datum, if six { (meridian + 3) / 6 } else { meridian / 3 })
    };
    boundary.number("带号").and_then(|number| Zone::numbered(datum, number)).or_else(by_meridian)
}
