//! What is in a file, before anything of it is used.

use crate::claim;
use crate::database;
use crate::error::FileError;
use crate::open::{self, Opened};
use crate::source::{LayerRequest, Source};
use crate::text::TextEncoding;
use gdal::vector::{Layer, LayerAccess, geometry_type_to_name};
use geo::{Coord, Rect};
use lantu_engine::ClassId;
use std::path::Path;

/// What a file says about one of its layers.
#[derive(Clone, PartialEq, Debug)]
pub struct LayerSummary {
    /// The layer's name in the file.
    pub name: String,
    /// Its CRS, if the file names one.
    pub crs: Option<String>,
    /// What is to be said of its CRS: that there is none, or that its coordinates contradict it,
    /// and which would fit (Chinese, English).
    pub crs_advice: Option<[String; 2]>,
    /// How many features it has.
    pub features: u64,
    /// What the layer says it holds: `Polygon`, `Point`, `Unknown (any)`, …
    pub geometry: String,
    /// How its text is encoded.
    pub encoding: TextEncoding,
    /// Where it lies, in its own CRS; `None` if nothing in it has a finite place.
    pub extent: Option<Rect<f64>>,
    /// The names of its fields.
    pub fields: Vec<String>,
    /// The source that reads it.
    pub source: Source,
}

/// Returns what is in a file, layer by layer.
///
/// # Errors
/// Those of opening the file.
pub fn summary(path: &Path) -> Result<Vec<LayerSummary>, FileError> {
    let checked = database::is_one(path).then(|| database::checked(&path.to_string_lossy())).transpose()?;
    let path = checked.as_deref().unwrap_or(path);
    let all = open::open_all(path)?;
    let single = all.iter().map(|opened| opened.dataset.layer_count()).sum::<usize>() == 1;
    let summaries = all.iter().flat_map(|opened| {
        let only = opened.dataset.layer_count() == 1;
        opened.dataset.layers().map(move |mut layer| {
            let name = match &opened.member {
                Some(member) if only => member.clone(),
                Some(member) => open::within_member(member, &layer.name()),
                None => layer.name(),
            };
            let source = Source { path: path.to_path_buf(), layer: (!single).then(|| name.clone()), subset: None };
            of_layer(&mut layer, name, opened, source)
        })
    });
    Ok(summaries.collect())
}

fn of_layer(layer: &mut Layer<'_>, name: String, opened: &Opened, source: Source) -> LayerSummary {
    let crs = open::own_crs(layer);
    LayerSummary {
        name,
        crs: crs.map(|crs| crs.name().to_owned()),
        crs_advice: advice(layer, &source),
        features: layer.feature_count(),
        geometry: geometry_type_to_name(layer.defn().geometry_type()),
        encoding: opened.encoding.clone(),
        extent: extent(layer),
        fields: layer.defn().fields().map(|field| field.name()).collect(),
        source,
    }
}

fn advice(layer: &mut Layer<'_>, source: &Source) -> Option<[String; 2]> {
    let request = LayerRequest::new("", source.clone(), ClassId::new(""));
    let error = claim::settle(layer, &request).err()?;
    let ([zh, en], [zh_hint, en_hint]) = (error.sentence(), error.hint());
    Some([format!("{zh}{zh_hint}"), format!("{en} {en_hint}")])
}

fn extent(layer: &Layer<'_>) -> Option<Rect<f64>> {
    let e = layer.get_extent().ok()?;
    let finite = [e.MinX, e.MinY, e.MaxX, e.MaxY].iter().all(|side| side.is_finite());
    finite.then(|| Rect::new(Coord { x: e.MinX, y: e.MinY }, Coord { x: e.MaxX, y: e.MaxY }))
}
