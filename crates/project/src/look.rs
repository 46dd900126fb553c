//! Looks at files without a project: `lantu info` and `lantu verify`.

use crate::api::Problem;
use crate::classes::Classes;
use crate::codes::{CodeField, Codes};
use crate::job::Watcher;
use crate::names::{LayerNames, Recognised};
use crate::plan::GRID_M;
use crate::problem;
use crate::progress::Meter;
use geo::Rect;
use lantu_engine::{ClassId, Finding, Layer, PrecisionModel, Value, normalise, overlay};
use lantu_files::{Crs, EncodingBasis, FileError, LayerRequest, LayerSummary, Source, choose_crs, read_layer, summary};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A plane for coordinates of which nobody says where they lie: it is never left again.
const SOME_PLANE: &str = "EPSG:3857";
/// The national tolerance in degrees.
const GRID_DEGREES: f64 = 1e-9;

/// What a file says about one of its layers, and what is to be said of it.
#[derive(Debug, Serialize)]
pub struct LayerInfo {
    /// The source that reads it.
    pub source: String,
    /// The layer's name in the file.
    pub layer: String,
    /// Its CRS, if the file names one.
    pub crs: Option<String>,
    /// What is to be said of its CRS, if anything, and which would fit (Chinese, English).
    pub crs_advice: Option<[String; 2]>,
    /// How many features it has.
    pub features: u64,
    /// How many vertices its rings have, closing points not counted; `None` without areas.
    pub vertices: Option<u64>,
    /// What it says it holds.
    pub geometry: String,
    /// How its text is encoded.
    pub encoding: String,
    /// Who says so: `declared` by the file, `detected` from its bytes, `given` by the planner.
    pub encoding_basis: EncodingBasis,
    /// West, south, east, north in its own CRS.
    pub extent: Option<[f64; 4]>,
    /// Its fields.
    pub fields: Vec<String>,
    /// What it seems to be, and why.
    pub recognised: Option<Recognised>,
    /// The field that seems to hold each feature's class, and why.
    pub codes: Option<CodeField>,
    /// How often each finding occurs, as a run would find it; `None` without areas.
    pub findings: Option<BTreeMap<&'static str, u32>>,
}

/// What the areas of a layer are found to be.
struct Judged {
    vertices: u64,
    codes: Option<CodeField>,
    findings: BTreeMap<&'static str, u32>,
}

/// Returns what is in a file, layer by layer, and judges its areas in its own CRS.
///
/// # Errors
/// A problem if the file cannot be read.
pub fn info(path: &Path, watcher: Watcher<'_>) -> Result<Vec<LayerInfo>, Problem> {
    summary(path)?.into_iter().map(|layer| look_at(layer, watcher)).collect()
}

fn look_at(layer: LayerSummary, watcher: Watcher<'_>) -> Result<LayerInfo, Problem> {
    let judged = judge(&layer, watcher)?;
    let names = LayerNames::seeded().map_err(|cause| problem::fault(&cause.to_string()))?;
    let recognised = names.recognise(&layer.name, &layer.source.to_string(), &layer.fields);
    let codes = judged.as_ref().and_then(|judged| judged.codes.clone());
    let (vertices, findings) = judged.map(|judged| (judged.vertices, judged.findings)).unzip();
    Ok(LayerInfo {
        source: layer.source.to_string(),
        layer: layer.name,
        crs: layer.crs,
        crs_advice: layer.crs_advice,
        features: layer.features,
        vertices,
        geometry: layer.geometry,
        encoding: layer.encoding.name,
        encoding_basis: layer.encoding.basis,
        extent: layer.extent.map(|e| [e.min().x, e.min().y, e.max().x, e.max().y]),
        fields: layer.fields,
        recognised,
        codes,
        findings,
    })
}

/// Reads and cuts a layer by itself; `None` if it has no areas.
fn judge(layer: &LayerSummary, watcher: Watcher<'_>) -> Result<Option<Judged>, Problem> {
    let Some((request, crs)) = request(layer)? else { return Ok(None) };
    let meter = Meter::of_run(watcher.tell, watcher.stop);
    let read = match read_layer(&request, &crs, &|part| meter.reached("read", part, &layer.name)) {
        Err(FileError::NotAreas { .. } | FileError::Empty { .. }) => return Ok(None),
        read => read?,
    };
    let extent = read.value.extent;
    let step =
        if request.crs.is_some() && like_degrees(extent) { GRID_DEGREES } else { GRID_M / crs.metres_per_unit() };
    let grid = PrecisionModel::coarsened(extent, step)
        .map_err(|source| FileError::out_of_range(&layer.source.path, source, &read.value.layer.features))?;
    let codes = code_field(&read.value.layer, &layer.fields)?;
    let normal = normalise(read.value.layer, &grid, &meter)?;
    let vertices = normal.value.vertex_count();
    let cut = overlay(vec![normal.value], &grid, &meter)?;
    let findings = counted([read.findings, normal.findings, cut.findings].iter().flatten());
    Ok(Some(Judged { vertices, codes, findings }))
}

/// The field of codes, by its name or by the values of the first features.
pub(crate) fn code_field(layer: &Layer, fields: &[String]) -> Result<Option<CodeField>, Problem> {
    let codes = Codes::of(&Classes::of(&[])?)?;
    let text = |value: Option<Value<&str>>| match value {
        Some(Value::Text(text)) => Some(text.to_owned()),
        Some(Value::Int(number)) => Some(number.to_string()),
        _ => None,
    };
    let values = |field: &str| {
        layer.features.iter().take(VALUES).filter_map(|row| text(row.attributes.get(field))).collect::<Vec<String>>()
    };
    Ok(codes.recognise(fields, values))
}

/// So many features' codes are looked at.
const VALUES: usize = 10_000;

/// How to read a layer in its own CRS; `None` if that leads nowhere, not even to its zone.
fn request(layer: &LayerSummary) -> Result<Option<(LayerRequest, Crs)>, Problem> {
    let (name, class, source) = (layer.name.clone(), ClassId::new(""), layer.source.clone());
    let request = LayerRequest::new(name, source, class);
    let believed = layer.crs.as_ref().filter(|_| layer.crs_advice.is_none());
    let Some(own) = believed else {
        let plane = Crs::parse(SOME_PLANE)?;
        return Ok(Some((LayerRequest { crs: Some(plane.clone()), ..request }, plane)));
    };
    // A CRS without a code may not be known by its name.
    let crs = Crs::parse(own).or_else(|_| choose_crs(std::slice::from_ref(&request)));
    Ok(crs.ok().map(|crs| (request, crs)))
}

fn like_degrees(extent: Rect<f64>) -> bool {
    let (low, high) = (extent.min(), extent.max());
    [low.x, high.x].iter().all(|x| x.abs() <= 180.0) && [low.y, high.y].iter().all(|y| y.abs() <= 90.0)
}

fn counted<'a>(findings: impl Iterator<Item = &'a Finding>) -> BTreeMap<&'static str, u32> {
    findings.fold(BTreeMap::new(), |mut counts, finding| {
        *counts.entry(finding.code.as_str()).or_default() += 1;
        counts
    })
}

/// Proves whether a polygon file is a partition as written; with `against`, of the same ground as
/// these together. `watch` hears how far it is (0 to 1) and says whether to go on.
///
/// # Errors
/// A problem if a file cannot be read.
pub fn verify(
    source: &str,
    against: &[String],
    watch: &(dyn Fn(f64) -> bool + Sync),
) -> Result<lantu_files::Verification, Problem> {
    let source: Source = source.parse()?;
    let against: Vec<Source> = against.iter().map(|text| text.parse()).collect::<Result<_, FileError>>()?;
    Ok(lantu_files::verify(&source, &against, watch)?)
}
