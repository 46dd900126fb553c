//! Opens a source: the dataset, its layer, its encoding and its CRS.

use crate::crs::Crs;
use crate::error::FileError;
use crate::messages;
use crate::shapefile::{self, Encoding};
use crate::source::Source;
use gdal::errors::GdalError;
use gdal::vector::{Layer, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// An open file.
pub(crate) struct Opened {
    /// GDAL's dataset.
    pub dataset: Dataset,
    /// How its text is encoded.
    pub encoding: String,
}

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> Result<Opened, FileError> {
    messages::listen();
    // Asking the file system first keeps GDAL from taking the text for an address on the network.
    let about = std::fs::metadata(path).map_err(|source| FileError::Missing { path: path.to_path_buf(), source })?;
    if about.is_file() {
        File::open(path).map_err(|source| FileError::Missing { path: path.to_path_buf(), source })?;
    }
    let mut encoding = Encoding { name: "UTF-8".to_owned(), detected: false };
    if shapefile::is_shapefile(path) {
        shapefile::check_whole(path)?;
        encoding = shapefile::encoding(path)?;
    }
    let told = format!("ENCODING={}", encoding.name);
    let options: &[&str] = if encoding.detected { &[&told] } else { &[] };
    let open_flags = GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    let dataset =
        Dataset::open_ex(path, DatasetOptions { open_flags, open_options: Some(options), ..DatasetOptions::default() });
    let dataset = dataset.map_err(|error| not_opened(path, error))?;
    if dataset.layer_count() == 0 {
        return Err(FileError::NoLayers { path: path.to_path_buf() });
    }
    Ok(Opened { dataset, encoding: encoding.name })
}

/// Tells a broken GeoJSON file from one that is something else.
fn not_opened(path: &Path, error: GdalError) -> FileError {
    let source = error.into();
    let path = path.to_path_buf();
    let json = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("geojson") || ending.eq_ignore_ascii_case("json"));
    if json && let Ok(file) = File::open(&path) {
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

/// Returns the layer's CRS, or the assumed one where the file names none.
pub(crate) fn crs(layer: &Layer<'_>, source: &Source, assumed: Option<&Crs>) -> Result<Crs, FileError> {
    match layer.spatial_ref().map(Crs::from_gdal) {
        Some(Ok(crs)) => Ok(crs),
        _ => assumed.cloned().ok_or_else(|| FileError::NoCrs { path: source.path.clone(), layer: layer.name() }),
    }
}
