//! Tables of text (CSV, spreadsheets) whose rows are features or points.
//!
//! A column of well-known text makes every row a feature. Two columns of coordinates make every row
//! a point; rows that follow one another with the same parcel are one feature, and rings are told
//! as in a boundary file: by a ring number, a closing point or numbers that begin again.

use crate::axes::{self, Order};
use crate::boundary;
use crate::boundary_txt::{Parcel, Point};
use crate::drawn::{Drawn, Note, Row, Shape};
use crate::rings;
use gdal::vector::{Geometry, OGRFieldType};
use lantu_engine::{FindingCode, Value};

/// Names of the columns that matter, in small letters without blanks.
const WKT: [&str; 7] = ["wkt", "geometry", "geom", "the_geom", "wkt_geom", "几何", "图形"];
const NORTH: [&str; 10] =
    ["纵坐标", "纵坐标x", "x纵坐标", "北坐标", "北", "north", "northing", "lat", "latitude", "纬度"];
const EAST: [&str; 12] =
    ["横坐标", "横坐标y", "y横坐标", "东坐标", "东", "east", "easting", "lon", "lng", "long", "longitude", "经度"];
const X: [&str; 5] = ["x", "x坐标", "坐标x", "x(m)", "x（m）"];
const Y: [&str; 5] = ["y", "y坐标", "坐标y", "y(m)", "y（m）"];
const PARCEL: [&str; 14] = [
    "地块编号",
    "地块号",
    "地块名称",
    "地块",
    "图斑编号",
    "图斑号",
    "tbbh",
    "宗地号",
    "宗地代码",
    "编号",
    "parcel",
    "polygon",
    "polygon_id",
    "id",
];
const RING: [&str; 8] = ["圈号", "环号", "地块圈号", "圈", "环", "ring", "part", "部件号"];
const NUMBER: [&str; 8] = ["点号", "界址点号", "序号", "拐点号", "point", "no", "no.", "number"];

/// Where the columns that matter are.
enum Columns {
    Wkt(usize),
    Points { north: usize, east: usize, sure: bool, parcel: Option<usize>, ring: Option<usize>, number: Option<usize> },
}

/// Returns the layer of a table whose first rows hold a header that is understood.
pub(crate) fn read(name: &str, rows: &[Vec<String>]) -> Option<Drawn> {
    let (header, columns) = rows.iter().take(10).enumerate().find_map(|(at, row)| Some((at, columns(row)?)))?;
    let (titles, body) = (&rows[header], &rows[header + 1..]);
    let body: Vec<&Vec<String>> = body.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
    let (kept, drawn, notes) = match columns {
        Columns::Wkt(at) => features(at, titles.len(), &body),
        Columns::Points { .. } => parcels(&columns, titles.len(), &body),
    };
    let title = |&at: &usize| match titles[at].trim() {
        "" => (format!("字段{}", at + 1), OGRFieldType::OFTString),
        title => (title.to_owned(), OGRFieldType::OFTString),
    };
    let fields = kept.iter().map(title).collect();
    Some(Drawn { name: name.to_owned(), fields, rows: drawn, crs: None, notes })
}

fn columns(titles: &[String]) -> Option<Columns> {
    let plain: Vec<String> =
        titles.iter().map(|title| title.to_lowercase().split_whitespace().collect::<String>()).collect();
    let find = |names: &[&str]| plain.iter().position(|title| names.contains(&title.as_str()));
    if let Some(at) = find(&WKT) {
        return Some(Columns::Wkt(at));
    }
    let (north, east, sure) = match (find(&NORTH), find(&EAST)) {
        (Some(north), Some(east)) => (north, east, true),
        // Surveyors' X is north; in a GIS it is east. The digits decide.
        _ => (find(&Y)?, find(&X)?, false),
    };
    Some(Columns::Points { north, east, sure, parcel: find(&PARCEL), ring: find(&RING), number: find(&NUMBER) })
}

fn cell(row: &[String], at: usize) -> &str {
    row.get(at).map_or("", |cell| cell.trim())
}

fn value(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::Text(text.into()) }
}

type Read = (Vec<usize>, Vec<Row>, Vec<Note>);

fn features(wkt: usize, width: usize, body: &[&Vec<String>]) -> Read {
    let kept: Vec<usize> = (0..width).filter(|&at| at != wkt).collect();
    let mut notes = Vec::new();
    let row = |(at, row): (usize, &&Vec<String>)| {
        let text = cell(row, wkt);
        let read = Geometry::from_wkt(text).and_then(|geometry| geometry.iso_wkb());
        let shape = match read {
            Ok(bytes) => Shape::Wkb(bytes),
            Err(_) => {
                let code = FindingCode::UnreadableLine;
                notes.extend((!text.is_empty()).then_some(Note { code, row: Some(at) }));
                Shape::Nothing
            }
        };
        Row { values: kept.iter().map(|&at| value(cell(row, at))).collect(), shape }
    };
    let rows = body.iter().enumerate().map(row).collect();
    (kept, rows, notes)
}

fn parcels(columns: &Columns, width: usize, body: &[&Vec<String>]) -> Read {
    let Columns::Points { north, east, sure, parcel, ring, number } = *columns else { return Read::default() };
    let own = [Some(north), Some(east), ring, number];
    let kept: Vec<usize> = (0..width).filter(|&at| !own.contains(&Some(at))).collect();
    let mut groups: Vec<(&Vec<String>, Parcel)> = Vec::new();
    for row in body {
        let name = parcel.map(|at| cell(row, at)).unwrap_or_default();
        // Lists often name the parcel in its first row only.
        let same =
            groups.last().is_some_and(|(first, _)| name.is_empty() || parcel.is_some_and(|at| cell(first, at) == name));
        if !same {
            groups.push((row, Parcel::default()));
        }
        let Some((_, group)) = groups.last_mut() else { continue };
        match point(row, north, east, ring, number) {
            Some(point) => group.points.push(point),
            None => group.unreadable += 1,
        }
    }
    let mut notes = Vec::new();
    let mut rows = Vec::new();
    let all = groups.iter().flat_map(|(_, group)| &group.points);
    let swapped = axes::order(all.map(|point| (point.first, point.second))) == Some(Order::EastFirst);
    if swapped && sure {
        notes.push(Note { code: FindingCode::SwappedAxes, row: None });
    }
    for (at, (first, group)) in groups.iter().enumerate() {
        if group.unreadable > 0 {
            notes.push(Note { code: FindingCode::UnreadableLine, row: Some(at) });
        }
        let lines: Vec<_> = group.rings().iter().map(|ring| boundary::line(ring, swapped)).collect();
        let shape = if lines.is_empty() { Shape::Nothing } else { Shape::Areas(rings::nest(lines)) };
        rows.push(Row { values: kept.iter().map(|&at| value(cell(first, at))).collect(), shape });
    }
    (kept, rows, notes)
}

fn point(row: &[String], north: usize, east: usize, ring: Option<usize>, number: Option<usize>) -> Option<Point> {
    let coordinate = |at: usize| cell(row, at).parse::<f64>().ok().filter(|number| number.is_finite());
    let digits = |at: Option<usize>| {
        let text = cell(row, at?);
        text.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok()
    };
    Some(Point {
        number: digits(number),
        ring: digits(ring).unwrap_or(1),
        first: coordinate(north)?,
        second: coordinate(east)?,
    })
}

/// Returns the rows of a table of text, apart by comma, semicolon or tab.
pub(crate) fn rows_of_text(text: &str) -> Vec<Vec<String>> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |apart: char| first.matches(apart).count();
    let delimiter = [',', '\t', ';'].into_iter().max_by_key(|&apart| (count(apart), apart == ',')).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter as u8)
        .from_reader(text.as_bytes());
    reader.records().filter_map(Result::ok).map(|row| row.iter().map(str::to_owned).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Drawn> {
        read("a", &rows_of_text(text))
    }

    #[test]
    fn points_of_one_parcel_are_one_feature() {
        let drawn = of("某县地块坐标表\n地块编号,点号,X,Y,备注\nA,J1,2201000,37456000,\"甲,乙\"\n,J2,2201000,37456100,\n,J3,2201100,37456100,\n\nB,J1,2202000,37456000,\nB,J2,2202000,37456100,\nB,bad,x,37456100,\nB,J3,2202100,37456100,\n").unwrap();
        assert_eq!(drawn.fields.iter().map(|field| field.0.as_str()).collect::<Vec<_>>(), ["地块编号", "备注"]);
        assert_eq!(drawn.rows.len(), 2);
        assert_eq!(drawn.rows[0].values[1], Value::Text("甲,乙".into()));
        let Shape::Areas(polygons) = &drawn.rows[0].shape else { panic!() };
        assert_eq!((polygons[0][0].0[0].x, polygons[0][0].0[0].y), (37_456_000.0, 2_201_000.0));
        assert_eq!(drawn.notes, [Note { code: FindingCode::UnreadableLine, row: Some(1) }]);
    }

    #[test]
    fn a_table_without_places_is_none() {
        assert!(of("名称,面积\n甲,1\n").is_none());
        assert!(of("").is_none());
    }
}
