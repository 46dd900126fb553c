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
use crate::messages::{self, Cause};
use crate::open::{self, Asked, Opened};
use crate::shift::{self, Shift};
use crate::source::{LayerRequest, Source};
use crate::text::TextEncoding;
use crate::wkb::{self, Ground};
use gdal::vector::{Feature as Row, Layer as Table, LayerAccess, OGRFieldType};
use geo::{Coord, LineString, Rect};
use lantu_engine::{Attributes, ClassId, Feature, Finding, FindingCode, Layer, Reported, Value};
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
    read_as(request, crs, Wanted::Areas, watch)
}

/// Reads the lines of a layer of lines and brings them into `crs`. Points and polygons beside them are
/// passed over.
///
/// # Errors
/// As [`read_layer`]; [`FileError::NotLines`] if it has no lines.
pub fn read_lines(request: &LayerRequest, crs: &Crs, watch: Progress<'_>) -> Result<Vec<LineString<f64>>, FileError> {
    let read = read_as(request, crs, Wanted::Lines, watch)?.value;
    Ok(read.layer.features.into_iter().flat_map(|feature| feature.polygons.into_iter().flatten()).collect())
}

/// What is to be read of a layer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Areas,
    /// Lines, each in the place of a polygon of one ring.
    Lines,
}

fn read_as(
    request: &LayerRequest,
    crs: &Crs,
    wanted: Wanted,
    watch: Progress<'_>,
) -> Result<Reported<ReadLayer>, FileError> {
    let source = &request.source;
    let opened = open::open_as(&source.path, Asked::of(request))?;
    let mut table = opened.layer(source)?;
    let Settled { crs: file_crs, swapped } = claim::settle(&mut table, request)?;
    let table_name = table.name();
    let mut features = read_rows(request, &mut table, Rows { wanted, closed_lines: opened.closed_lines }, watch)?;
    let content = source.is_database().then(|| database::content(&features.value));
    features.findings.extend(noted(request, &opened, &table_name, &features.value));
    let had_places = features.value.iter().any(|feature| coords(feature).any(is_finite));
    if swapped {
        exchange(&mut features.value);
        features.findings.push(Finding::of_layer(FindingCode::SwappedAxes, &request.name.as_str().into()));
    }
    if request.shift.is_none() && shift::needed(&file_crs, crs) {
        features.findings.push(Finding::of_layer(FindingCode::NoDatumShift, &request.name.as_str().into()));
    }
    project(&mut features.value, request.shift.as_ref(), &file_crs, crs)?;
    let extent = extent(&features.value);
    let extent = match extent {
        Some(extent) => extent,
        None if had_places => {
            let (from, to) = (file_crs.name().to_owned(), crs.name().to_owned());
            return Err(FileError::NotProjectable { path: source.path.clone(), from, to });
        }
        // Not one finite coordinate: the engine has a finding for each feature.
        None => Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: 0.0, y: 0.0 }),
    };
    let layer = Layer { name: request.name.as_str().into(), class: request.class.clone(), features: features.value };
    let value = ReadLayer {
        layer,
        extent,
        file_crs: file_crs.name().to_owned(),
        source: source.clone(),
        encoding: opened.encoding,
        content,
    };
    Ok(Reported { value, findings: features.findings })
}

/// How the geometries of rows are read.
#[derive(Clone, Copy)]
struct Rows {
    wanted: Wanted,
    /// Whether closed lines stand for areas.
    closed_lines: bool,
}

/// Reads the features of a source, in the file's own coordinates.
fn read_rows(
    request: &LayerRequest,
    table: &mut Table<'_>,
    rows: Rows,
    watch: Progress<'_>,
) -> Result<Reported<Vec<Feature>>, FileError> {
    let source = &request.source;
    let all = open::restrict(table, source)?;
    let expected = table.feature_count();
    let mut reading = Reading { rows, ..Reading::new(request, table)? };
    for row in table.features() {
        if reading.seen.is_multiple_of(256) && !watch(reading.seen as f64 / expected.max(1) as f64) {
            return Err(FileError::Cancelled { path: source.path.clone() });
        }
        reading.add(&row)?;
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

struct Reading<'a> {
    request: &'a LayerRequest,
    name: Arc<str>,
    table: String,
    fields: Vec<(usize, OGRFieldType::Type)>,
    field_names: Arc<[Box<str>]>,
    class_field: Option<usize>,
    seen: u64,
    heights: bool,
    rows: Rows,
    passed_over: Option<NotArea>,
    features: Vec<Feature>,
    findings: Vec<Finding>,
}

impl<'a> Reading<'a> {
    fn new(request: &'a LayerRequest, table: &Table<'_>) -> Result<Self, FileError> {
        let fields: Vec<_> = table.defn().fields().enumerate().map(|(at, field)| (at, field.field_type())).collect();
        let field_names: Arc<[Box<str>]> = table.defn().fields().map(|field| field.name().into_boxed_str()).collect();
        let class_field = match &request.class_field {
            None => None,
            Some(wanted) => {
                Some(field_names.iter().position(|name| **name == **wanted).ok_or_else(|| FileError::UnknownField {
                    path: request.source.path.clone(),
                    layer: table.name(),
                    field: wanted.clone(),
                    there: field_names.iter().map(|name| name.to_string()).collect(),
                })?)
            }
        };
        let name = request.name.as_str().into();
        let (features, findings) = (Vec::new(), Vec::new());
        Ok(Self {
            request,
            name,
            table: table.name(),
            fields,
            field_names,
            class_field,
            seen: 0,
            heights: false,
            rows: Rows { wanted: Wanted::Areas, closed_lines: false },
            passed_over: None,
            features,
            findings,
        })
    }

    fn add(&mut self, row: &Row<'_>) -> Result<(), FileError> {
        let fid = row.fid().map_or(self.seen as i64, |fid| fid as i64);
        let ground = ground_of(row, self.rows).map_err(|source| FileError::Broken {
            path: self.request.source.path.clone(),
            after: self.seen,
            source,
        })?;
        self.seen += 1;
        self.heights |= ground.heights;
        if let Some(other) = ground.other {
            self.say(FindingCode::NotAPolygon, fid);
            if ground.polygons.is_empty() {
                self.passed_over = Some(other);
                return Ok(());
            }
        }
        let values: Arc<[Value]> = self.fields.iter().map(|&(at, kind)| value(row, at, kind)).collect();
        if values.iter().any(|value| matches!(value, Value::Text(text) if text.contains('\u{fffd}'))) {
            self.say(FindingCode::UncertainText, fid);
        }
        let class = self.class_field.and_then(|at| class_of(&values[at]));
        let attributes = Attributes { fields: self.field_names.clone(), values };
        self.features.push(Feature { fid, class, attributes, polygons: ground.polygons });
        Ok(())
    }

    fn say(&mut self, code: FindingCode, fid: i64) {
        self.findings.push(Finding::of_feature(code, &self.name, fid, None));
    }

    /// Says what is wrong with the file as a whole.
    fn finish(self, all: u64, expected: u64) -> Result<Reported<Vec<Feature>>, FileError> {
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
        let no_polygon = self.features.iter().all(|feature| feature.polygons.is_empty());
        if no_polygon && self.rows.wanted == Wanted::Lines {
            return Err(FileError::NotLines { path, layer: self.table, features: self.seen });
        }
        if no_polygon {
            let what = self.passed_over.unwrap_or(NotArea::Nothing);
            return Err(FileError::NotAreas { path, layer: self.table, what, features: self.seen });
        }
        let mut findings = self.findings;
        findings.extend(self.heights.then(|| Finding::of_layer(FindingCode::HeightsDropped, &self.name)));
        Ok(Reported { value: self.features, findings })
    }
}

/// The polygons of a geometry; none where the feature has no geometry.
pub(crate) fn ground(row: &Row<'_>) -> Result<Ground, Cause> {
    ground_of(row, Rows { wanted: Wanted::Areas, closed_lines: false })
}

fn ground_of(row: &Row<'_>, rows: Rows) -> Result<Ground, Cause> {
    // By index, because only there a missing geometry is told from one that is there.
    let Ok(geometry) = row.geometry_by_index(0) else { return Ok(Ground::default()) };
    let bytes = geometry.iso_wkb()?;
    let read = match rows {
        Rows { wanted: Wanted::Lines, .. } => wkb::read_lines(&bytes),
        Rows { closed_lines: true, .. } => wkb::read_drawing(&bytes),
        Rows { .. } => wkb::read(&bytes),
    };
    read.map_err(|_| Cause(format!("a geometry of type {} is not understood", geometry.geometry_name())))
}

/// A field's value. Dates and times become ISO 8601; empty text is no value.
fn value(row: &Row<'_>, at: usize, kind: OGRFieldType::Type) -> Value {
    let text = || row.field_as_string(at).ok().flatten().filter(|text| !text.is_empty());
    // GDAL gives 0 for a field that a feature does not have; only its text tells.
    let read = match kind {
        OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => {
            let number = row.field_as_integer64(at).ok().flatten();
            number.filter(|&number| number != 0 || text().is_some()).map(Value::Int)
        }
        OGRFieldType::OFTReal => {
            let number = row.field_as_double(at).ok().flatten();
            number.filter(|&number| number != 0.0 || text().is_some()).map(Value::Real)
        }
        _ => text().map(|text| Value::Text(as_text(text, kind).into_boxed_str())),
    };
    read.unwrap_or(Value::Null)
}

fn as_text(text: String, kind: OGRFieldType::Type) -> String {
    match kind {
        OGRFieldType::OFTDate | OGRFieldType::OFTDateTime => text.replace('/', "-").replacen(' ', "T", 1),
        _ => text,
    }
}

/// The class that an attribute names; `None` where it is empty.
fn class_of(value: &Value) -> Option<ClassId> {
    match value {
        Value::Text(text) if !text.trim().is_empty() => Some(ClassId::new(text.trim())),
        Value::Int(number) => Some(ClassId::new(&number.to_string())),
        Value::Real(number) => Some(ClassId::new(&number.to_string())),
        _ => None,
    }
}

fn coords(feature: &Feature) -> impl Iterator<Item = &Coord<f64>> {
    feature.polygons.iter().flatten().flat_map(|ring| &ring.0)
}

fn is_finite(coord: &Coord<f64>) -> bool {
    coord.x.is_finite() && coord.y.is_finite()
}

/// Puts east before north.
fn exchange(features: &mut [Feature]) {
    let rings = features.iter_mut().flat_map(|feature| feature.polygons.iter_mut().flatten());
    rings.flat_map(|ring| &mut ring.0).for_each(|c| std::mem::swap(&mut c.x, &mut c.y));
}

/// Brings the features' rings from one CRS into another.
fn project(features: &mut [Feature], shift: Option<&Shift>, from: &Crs, to: &Crs) -> Result<(), FileError> {
    if shift.is_none() && from.is_same_as(to) {
        return Ok(());
    }
    let mut batch: Vec<Coord<f64>> = Vec::new();
    for group in features.chunks_mut(1 << 10) {
        batch.clear();
        batch.extend(group.iter().flat_map(coords));
        shift::transform(shift, from, to, &mut batch)?;
        let places =
            group.iter_mut().flat_map(|feature| feature.polygons.iter_mut().flatten()).flat_map(|ring| &mut ring.0);
        places.zip(&batch).for_each(|(place, &coord)| *place = coord);
    }
    Ok(())
}

/// The smallest box around the features' finite coordinates.
pub(crate) fn extent(features: &[Feature]) -> Option<Rect<f64>> {
    let finite = features.iter().flat_map(coords).filter(|c| is_finite(c));
    let sides = finite.fold(None, |sides: Option<[f64; 4]>, c| {
        let [w, s, e, n] = sides.unwrap_or([c.x, c.y, c.x, c.y]);
        Some([w.min(c.x), s.min(c.y), e.max(c.x), n.max(c.y)])
    });
    sides.map(|[w, s, e, n]| Rect::new(Coord { x: w, y: s }, Coord { x: e, y: n }))
}
