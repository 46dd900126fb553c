//! Reads a source into a layer of the engine, in the project's CRS.
//!
//! Rings are handed on as they stand in the file: open, crossed or with coordinates that are not
//! finite; the engine says so in findings. Features without an area are passed over with a finding
//! each; a layer of nothing but points or lines is an error.

use crate::Progress;
use crate::claim::{self, Settled};
use crate::crs::Crs;
use crate::database::{self, Content};
use crate::drawn::Note;
use crate::error::{FileError, NotArea};
use crate::fetch::{self, Fetched, Fetching, Rows, Wanted};
use crate::messages::{self, Cause};
use crate::open::{self, Asked, Opened};
use crate::placed::{Placed, Taker, Way};
use crate::shift;
use crate::source::{LayerRequest, Source};
use crate::text::TextEncoding;
use gdal::vector::{Layer as Table, LayerAccess};
use geo::{Coord, LineString, Rect};
use lantu_engine::{ClassId, Feature, Finding, FindingCode, Layer, Reported, Value};
use std::collections::HashSet;
use std::sync::Arc;

/// A layer as it was read.
#[derive(Clone, Debug)]
pub struct ReadLayer {
    /// The layer, in the project's plane.
    pub layer: Layer,
    /// The smallest box around its finite coordinates.
    pub extent: Rect<f64>,
    /// The file's CRS.
    pub file_crs: String,
    /// Where it came from.
    pub source: Source,
    /// How its text was encoded.
    pub encoding: TextEncoding,
    /// The planar area of its features as drawn, in the plane's square units.
    pub area: f64,
    /// What was read of a database; `None` for files, whose bytes tell.
    pub content: Option<Content>,
}

/// Reads a layer and brings it into `crs`.
///
/// Findings: features passed over because they hold points or lines
/// ([`FindingCode::NotAPolygon`]), and text that was not decoded for certain.
///
/// # Errors
/// Whatever keeps the file from being used: see [`FileError`].
pub fn read_layer(request: &LayerRequest, crs: &Crs, watch: Progress<'_>) -> Result<Reported<ReadLayer>, FileError> {
    read_layer_into(request, crs, watch, &mut |_| Ok(()))
}

/// As [`read_layer`], and hands the features to `take` as soon as some are in the plane; what it leaves of
/// them is what the layer has in the end.
///
/// # Errors
/// As [`read_layer`], and those of `take`.
pub fn read_layer_into(
    request: &LayerRequest,
    crs: &Crs,
    watch: Progress<'_>,
    take: Taker<'_>,
) -> Result<Reported<ReadLayer>, FileError> {
    read_as(request, crs, Wanted::Areas, watch, take)
}

/// Reads the lines of a layer of lines and brings them into `crs`. Points and polygons beside them are
/// passed over.
///
/// # Errors
/// As [`read_layer`]; [`FileError::NotLines`] if it has no lines.
pub fn read_lines(request: &LayerRequest, crs: &Crs, watch: Progress<'_>) -> Result<Vec<LineString<f64>>, FileError> {
    let read = read_as(request, crs, Wanted::Lines, watch, &mut |_| Ok(()))?.value;
    Ok(read.layer.features.into_iter().flat_map(|feature| feature.polygons.into_iter().flatten()).collect())
}

fn read_as(
    request: &LayerRequest,
    crs: &Crs,
    wanted: Wanted,
    watch: Progress<'_>,
    take: Taker<'_>,
) -> Result<Reported<ReadLayer>, FileError> {
    let source = &request.source;
    let opened = open::open_as(&source.path, Asked::of(request))?;
    let mut table = opened.layer(source)?;
    let Settled { crs: file_crs, swapped } = claim::settle(&mut table, request)?;
    let table_name = table.name();
    let way = Way { swapped, shift: request.shift.as_ref(), from: &file_crs, to: crs };
    let placed = Placed::new(way, take, source.is_database().then(Default::default));
    let rows = Rows { wanted, closed_lines: opened.closed_lines };
    let Reported { value: mut placed, mut findings } = read_rows(request, &mut table, rows, placed, watch)?;
    placed.place()?;
    findings.extend(noted(request, &opened, &table_name, &placed.features));
    if swapped {
        findings.push(Finding::of_layer(FindingCode::SwappedAxes, &request.name.as_str().into()));
    }
    if request.shift.is_none() && shift::needed(&file_crs, crs) {
        findings.push(Finding::of_layer(FindingCode::NoDatumShift, &request.name.as_str().into()));
    }
    let extent = match placed.extent() {
        Some(extent) => extent,
        None if placed.had_places => {
            let (from, to) = (file_crs.name().to_owned(), crs.name().to_owned());
            return Err(FileError::NotProjectable { path: source.path.clone(), from, to });
        }
        // Not one finite coordinate: the engine has a finding for each feature.
        None => Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: 0.0, y: 0.0 }),
    };
    let (area, content) = (placed.area.sum(), placed.content.map(database::Rows::content));
    let layer = Layer { name: request.name.as_str().into(), class: request.class.clone(), features: placed.features };
    let value = ReadLayer {
        layer,
        extent,
        file_crs: file_crs.name().to_owned(),
        source: source.clone(),
        encoding: opened.encoding,
        area,
        content,
    };
    Ok(Reported { value, findings })
}

/// Reads the features of a source and brings all but the last of them into the plane.
fn read_rows<'a>(
    request: &LayerRequest,
    table: &mut Table<'_>,
    rows: Rows,
    placed: Placed<'a>,
    watch: Progress<'_>,
) -> Result<Reported<Placed<'a>>, FileError> {
    let source = &request.source;
    let all = open::restrict(table, source)?;
    let expected = table.feature_count();
    let fetching = Fetching::of(table);
    let mut reading = Reading::new(request, table, &fetching, rows, placed)?;
    let path = &source.path;
    let fetched = (0u64..).zip(table.features()).map(|(at, row)| {
        if at.is_multiple_of(256) && !watch(at as f64 / expected.max(1) as f64) {
            return Err(FileError::Cancelled { path: path.clone() });
        }
        fetching.fetch(at, &row).map_err(|source| FileError::Broken { path: path.clone(), after: at, source })
    });
    if rayon::current_num_threads() > 1 {
        fetch::side_by_side(fetched, |row| reading.add(row))?;
    } else {
        fetched.into_iter().try_for_each(|row| reading.add(row?))?;
    }
    reading.finish(all, expected)
}

/// What opening the file has found, as far as it is about what was read.
fn noted(request: &LayerRequest, opened: &Opened, table: &str, features: &[Feature]) -> Vec<Finding> {
    let layer: Arc<str> = request.name.as_str().into();
    let notes: Vec<&Note> = opened.notes.iter().filter(|(of, _)| of == table).map(|(_, note)| note).collect();
    let read: HashSet<i64> = match notes.iter().any(|note| note.row.is_some()) {
        true => features.iter().map(|feature| feature.fid).collect(),
        false => HashSet::new(),
    };
    let about = |note: &Note| match note.row {
        None => Some(Finding::of_layer(note.code, &layer)),
        Some(row) => read.contains(&(row as i64)).then(|| Finding::of_feature(note.code, &layer, row as i64, None)),
    };
    let uncertain = (!opened.encoding.certain).then(|| Finding::of_layer(FindingCode::UncertainText, &layer));
    notes.into_iter().filter_map(about).chain(uncertain).collect()
}

struct Reading<'a, 'p> {
    request: &'a LayerRequest,
    name: Arc<str>,
    table: String,
    class_field: Option<usize>,
    seen: u64,
    heights: bool,
    rows: Rows,
    passed_over: Option<NotArea>,
    placed: Placed<'p>,
    findings: Vec<Finding>,
}

impl<'a, 'p> Reading<'a, 'p> {
    fn new(
        request: &'a LayerRequest,
        table: &Table<'_>,
        fetching: &Fetching,
        rows: Rows,
        placed: Placed<'p>,
    ) -> Result<Self, FileError> {
        let names = fetching.names();
        let class_field = match &request.class_field {
            None => None,
            Some(wanted) => {
                Some(names.iter().position(|name| **name == **wanted).ok_or_else(|| FileError::UnknownField {
                    path: request.source.path.clone(),
                    layer: table.name(),
                    field: wanted.clone(),
                    there: names.iter().map(|name| name.to_string()).collect(),
                })?)
            }
        };
        let (name, table) = (request.name.as_str().into(), table.name());
        let (seen, heights, passed_over, findings) = (0, false, None, Vec::new());
        Ok(Self { request, name, table, class_field, seen, heights, rows, passed_over, placed, findings })
    }

    fn add(&mut self, row: Fetched) -> Result<(), FileError> {
        let ground = row.ground(self.rows).map_err(|source| FileError::Broken {
            path: self.request.source.path.clone(),
            after: self.seen,
            source,
        })?;
        let Fetched { fid, attributes, .. } = row;
        self.seen += 1;
        self.heights |= ground.heights;
        if let Some(other) = ground.other {
            self.say(FindingCode::NotAPolygon, fid);
            if ground.polygons.is_empty() {
                self.passed_over = Some(other);
                return Ok(());
            }
        }
        if attributes.values().any(|value| matches!(value, Value::Text(text) if text.contains('\u{fffd}'))) {
            self.say(FindingCode::UncertainText, fid);
        }
        let class = self.class_field.and_then(|at| attributes.values().nth(at)).and_then(class_of);
        self.placed.add(Feature { fid, class, attributes, polygons: ground.polygons })
    }

    fn say(&mut self, code: FindingCode, fid: i64) {
        self.findings.push(Finding::of_feature(code, &self.name, fid, None));
    }

    /// Says what is wrong with the file as a whole.
    fn finish(self, all: u64, expected: u64) -> Result<Reported<Placed<'p>>, FileError> {
        let path = self.request.source.path.clone();
        if let Some(said) = messages::last_failure() {
            return Err(FileError::Broken { path, after: self.seen, source: Cause(said) });
        }
        if self.seen < expected {
            let said = format!("{} of {expected} features could be read", self.seen);
            return Err(FileError::Broken { path, after: self.seen, source: Cause(said) });
        }
        if self.seen == 0 {
            return Err(match &self.request.source.subset {
                Some(subset) if all > 0 => FileError::NothingMatches { path, subset: subset.clone(), features: all },
                _ => FileError::Empty { path, layer: self.table },
            });
        }
        let no_polygon = !self.placed.has_rings;
        if no_polygon && self.rows.wanted == Wanted::Lines {
            return Err(FileError::NotLines { path, layer: self.table, features: self.seen });
        }
        if no_polygon {
            let what = self.passed_over.unwrap_or(NotArea::Nothing);
            return Err(FileError::NotAreas { path, layer: self.table, what, features: self.seen });
        }
        let mut findings = self.findings;
        findings.extend(self.heights.then(|| Finding::of_layer(FindingCode::HeightsDropped, &self.name)));
        Ok(Reported { value: self.placed, findings })
    }
}

/// The class that an attribute names; `None` where it is empty.
fn class_of(value: Value<&str>) -> Option<ClassId> {
    match value {
        Value::Text(text) if !text.trim().is_empty() => Some(ClassId::new(text.trim())),
        Value::Int(number) => Some(ClassId::new(&number.to_string())),
        Value::Real(number) => Some(ClassId::new(&number.to_string())),
        _ => None,
    }
}
