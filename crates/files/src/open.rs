//! Opens a source: the dataset, its layer, its encoding and its CRS.

use crate::boundary;
use crate::crs::Crs;
use crate::drawn::{Drawn, Note};
use crate::error::FileError;
use crate::messages::{self, Cause};
use crate::shapefile;
use crate::source::{LayerRequest, Source};
use crate::text::{self, TextEncoding};
use encoding_rs::Encoding;
use gdal::errors::GdalError;
use gdal::vector::{Layer, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

/// An open file.
pub(crate) struct Opened {
    /// GDAL's dataset.
    pub dataset: Dataset,
    /// How its text is encoded.
    pub encoding: TextEncoding,
    /// What reading it has found already.
    pub notes: Vec<Note>,
}

/// What the planner says about a file, whatever it says itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    /// How its text is encoded.
    pub encoding: Option<&'a str>,
    /// Where its coordinates lie.
    pub crs: Option<&'a Crs>,
    /// Where they are to be assumed to lie if the file does not say.
    pub assumed: Option<&'a Crs>,
}

impl<'a> Asked<'a> {
    /// Returns what a request says.
    pub(crate) fn of(request: &'a LayerRequest) -> Self {
        Self { encoding: request.encoding.as_deref(), crs: request.crs.as_ref(), assumed: request.assume_crs.as_ref() }
    }
}

/// Opens a file for reading, as it describes itself.
pub(crate) fn open(path: &Path) -> Result<Opened, FileError> {
    open_as(path, Asked::default())
}

/// Opens a file for reading, as the planner describes it.
pub(crate) fn open_as(path: &Path, asked: Asked<'_>) -> Result<Opened, FileError> {
    messages::listen();
    // Asking the file system first keeps GDAL from taking the text for an address on the network.
    let about = std::fs::metadata(path).map_err(|source| missing(path, source))?;
    if about.is_file() {
        File::open(path).map_err(|source| missing(path, source))?;
    }
    let given = asked.encoding.map(|label| text::given(path, label)).transpose()?;
    if has_ending(path, &["txt"]) {
        return text_file(path, given, asked);
    }
    with_gdal(path, given)
}

/// Opens what a parser of our own reads: a boundary file.
fn text_file(path: &Path, given: Option<&'static Encoding>, asked: Asked<'_>) -> Result<Opened, FileError> {
    let bytes = std::fs::read(path).map_err(|source| missing(path, source))?;
    let (text, encoding) = text::decode(&bytes, given);
    let read = match boundary::read(&text, path, asked.crs) {
        Err(FileError::NoZone { .. }) if asked.assumed.is_some() => boundary::read(&text, path, asked.assumed),
        read => read,
    };
    match read? {
        Some(drawn) => in_memory(path, drawn, encoding),
        None => {
            let source = Cause("no section, parcel or point of a boundary file is in it".to_owned());
            Err(FileError::NotGis { path: path.to_path_buf(), source })
        }
    }
}

fn in_memory(path: &Path, mut drawn: Drawn, encoding: TextEncoding) -> Result<Opened, FileError> {
    let notes = std::mem::take(&mut drawn.notes);
    let broken = |error: GdalError| FileError::Broken { path: path.to_path_buf(), after: 0, source: error.into() };
    Ok(Opened { dataset: drawn.into_dataset().map_err(broken)?, encoding, notes })
}

fn with_gdal(path: &Path, given: Option<&'static Encoding>) -> Result<Opened, FileError> {
    let mut encoding = TextEncoding::utf8();
    let mut told = None;
    if shapefile::is_shapefile(path) {
        shapefile::check_whole(path)?;
        encoding = shapefile::encoding(path, given)?;
        told = Some(format!("ENCODING={}", encoding.name));
    }
    let options: Vec<&str> = told.as_deref().into_iter().collect();
    let open_flags = GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    let dataset = Dataset::open_ex(
        path,
        DatasetOptions { open_flags, open_options: Some(&options), ..DatasetOptions::default() },
    );
    let dataset = dataset.map_err(|error| not_opened(path, error))?;
    if dataset.layer_count() == 0 {
        return Err(FileError::NoLayers { path: path.to_path_buf() });
    }
    Ok(Opened { dataset, encoding, notes: Vec::new() })
}

fn missing(path: &Path, source: io::Error) -> FileError {
    FileError::Missing { path: path.to_path_buf(), source }
}

/// Returns whether a file's name ends in one of these, in any case.
pub(crate) fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|ending| endings.iter().any(|one| ending.eq_ignore_ascii_case(one)))
}

/// Tells a broken GeoJSON file from one that is something else.
fn not_opened(path: &Path, error: GdalError) -> FileError {
    let source = error.into();
    let path = path.to_path_buf();
    if has_ending(&path, &["geojson", "json"])
        && let Ok(file) = File::open(&path)
    {
        let parsed: Result<serde::de::IgnoredAny, _> = serde_json::from_reader(BufReader::new(file));
        if let Err(source) = parsed {
            return FileError::BrokenJson { path, source };
        }
    }
    FileError::NotGis { path, source }
}

/// Returns the names of a dataset's layers.
pub(crate) fn layer_names(dataset: &Dataset) -> Vec<String> {
    dataset.layers().map(|layer| layer.name()).collect()
}

/// Returns the layer that the source names, or the only one there is.
pub(crate) fn layer<'a>(dataset: &'a Dataset, source: &Source) -> Result<Layer<'a>, FileError> {
    let path = source.path.clone();
    let Some(wanted) = &source.layer else {
        let mut layers = dataset.layers();
        return match (layers.next(), layers.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(FileError::NoLayers { path }),
            _ => Err(FileError::WhichLayer { path, there: layer_names(dataset) }),
        };
    };
    // GDAL would also take a name that differs in case; two layers may differ in nothing else.
    let found = dataset.layers().find(|layer| layer.name() == *wanted);
    found.ok_or_else(|| FileError::UnknownLayer { path, layer: wanted.clone(), there: layer_names(dataset) })
}

/// Restricts a layer to the source's subset; returns how many features there are without it.
pub(crate) fn restrict(layer: &mut Layer<'_>, source: &Source) -> Result<u64, FileError> {
    let all = layer.feature_count();
    if let Some(subset) = &source.subset {
        let filtered = layer.set_attribute_filter(subset);
        filtered.map_err(|error| FileError::BadSubset {
            path: source.path.clone(),
            subset: subset.clone(),
            source: error.into(),
        })?;
    }
    Ok(all)
}

/// Returns the CRS that a layer names; `None` where it is undefined (as GeoPackages say it) or a
/// drawing's own.
pub(crate) fn own_crs(layer: &Layer<'_>) -> Option<Crs> {
    let srs = layer.spatial_ref()?;
    let undefined = srs.is_local() || srs.name().is_some_and(|name| name.starts_with("Undefined"));
    if undefined { None } else { Crs::from_gdal(srs).ok() }
}

/// Returns the layer's CRS, or the assumed one where the file names none.
pub(crate) fn crs(layer: &Layer<'_>, source: &Source, assumed: Option<&Crs>) -> Result<Crs, FileError> {
    let none = || FileError::NoCrs { path: source.path.clone(), layer: layer.name() };
    own_crs(layer).or_else(|| assumed.cloned()).ok_or_else(none)
}
