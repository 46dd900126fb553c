//! Opens a source: the dataset, its layer, its encoding and its CRS.

use crate::boundary;
use crate::boundary_txt;
use crate::container;
use crate::crs::Crs;
use crate::database;
use crate::drawn::{self, Drawn, Note};
use crate::drivers;
use crate::error::FileError;
use crate::messages::{self, Cause};
use crate::parquet_in;
use crate::shapefile;
use crate::source::{LayerRequest, Source};
use crate::table;
use crate::temp::TempFolder;
use crate::text::{self, TextEncoding};
use calamine::Reader;
use encoding_rs::Encoding;
use gdal::errors::GdalError;
use gdal::vector::{Layer, LayerAccess, OGRwkbGeometryType};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// An open file.
pub(crate) struct Opened {
    /// GDAL's dataset.
    pub dataset: Dataset,
    /// How its text is encoded.
    pub encoding: TextEncoding,
    /// What reading it has found already, by layer.
    pub notes: Vec<(String, Note)>,
    /// Whether lines that end where they begin are meant as areas, as in drawings.
    pub closed_lines: bool,
    /// The member of an archive or a folder that it is.
    pub member: Option<String>,
    /// What an archive was unpacked into.
    _unpacked: Option<Rc<TempFolder>>,
}

impl Opened {
    fn of(dataset: Dataset, encoding: TextEncoding) -> Self {
        Self { dataset, encoding, notes: Vec::new(), closed_lines: false, member: None, _unpacked: None }
    }

    /// Returns the layer that a source names, or the only one there is.
    pub(crate) fn layer(&self, source: &Source) -> Result<Layer<'_>, FileError> {
        let (Some(member), Some(asked)) = (&self.member, &source.layer) else { return layer(&self.dataset, source) };
        let within = asked.strip_prefix(member.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let wanted = match within {
            Some(inner) => Some(inner.to_owned()),
            None if asked == member => None,
            // The only member of its archive need not be named.
            None => return layer(&self.dataset, source),
        };
        let named = |names: Vec<String>| names.iter().map(|name| within_member(member, name)).collect();
        layer(&self.dataset, &Source { layer: wanted, ..source.clone() }).map_err(|error| match error {
            FileError::WhichLayer { path, there } => FileError::WhichLayer { path, there: named(there) },
            FileError::UnknownLayer { path, there, .. } => {
                FileError::UnknownLayer { path, layer: asked.clone(), there: named(there) }
            }
            other => other,
        })
    }
}

/// Returns the name by which a layer of a member that has several is asked for.
pub(crate) fn within_member(member: &str, layer: &str) -> String {
    format!("{member}/{layer}")
}

/// What the planner says about a file, whatever it says itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    /// Which layer is meant.
    pub layer: Option<&'a str>,
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
        let layer = request.source.layer.as_deref();
        Self {
            layer,
            encoding: request.encoding.as_deref(),
            crs: request.crs.as_ref(),
            assumed: request.assume_crs.as_ref(),
        }
    }
}

/// Opens a file for reading, as it describes itself.
pub(crate) fn open(path: &Path) -> Result<Opened, FileError> {
    open_as(path, Asked::default())
}

/// Opens a file for reading, as the planner describes it.
pub(crate) fn open_as(path: &Path, asked: Asked<'_>) -> Result<Opened, FileError> {
    if database::is_one(path) {
        return Ok(Opened::of(database::open(path)?, TextEncoding::utf8()));
    }
    messages::listen();
    // Asking the file system first keeps GDAL from taking the text for an address on the network.
    let about = std::fs::metadata(path).map_err(|source| missing(path, source))?;
    if about.is_file() {
        File::open(path).map_err(|source| missing(path, source))?;
    }
    let Some(container) = container::look_into(path)? else { return one_file(path, asked) };
    let unpacked = container.unpacked.map(Rc::new);
    let members = with_places(container.members);
    let (name, file) = member(path, &members, asked.layer)?;
    let inside = Asked { layer: None, ..asked };
    let opened = one_file(file, inside).map_err(|error| error.in_archive(path, file, unpacked.is_some()))?;
    Ok(Opened { member: Some(name.clone()), _unpacked: unpacked, ..opened })
}

/// Opens every data file of an archive or a folder, or the one file that it is.
pub(crate) fn open_all(path: &Path) -> Result<Vec<Opened>, FileError> {
    if database::is_one(path) {
        return Ok(vec![open(path)?]);
    }
    messages::listen();
    std::fs::metadata(path).map_err(|source| missing(path, source))?;
    let Some(container) = container::look_into(path)? else { return Ok(vec![open(path)?]) };
    let unpacked = container.unpacked.map(Rc::new);
    let members = with_places(container.members);
    if members.is_empty() {
        return Err(FileError::NoLayers { path: path.to_path_buf() });
    }
    let several = members.len() > 1;
    let opened = members.into_iter().map(|(name, file)| {
        let opened = one_file(&file, Asked::default());
        let opened = opened.map_err(|error| error.in_archive(path, &file, unpacked.is_some()))?;
        Ok(Opened { member: several.then_some(name), _unpacked: unpacked.clone(), ..opened })
    });
    opened.collect()
}

/// Leaves out texts and tables that are no data: read-me files, lists of fields.
fn with_places(mut members: Vec<(String, PathBuf)>) -> Vec<(String, PathBuf)> {
    let no_data = |file: &Path| matches!(one_file(file, Asked::default()), Err(FileError::NotGis { .. }));
    members.retain(|(_, file)| !(has_ending(file, &TEXTS) && no_data(file)));
    members
}

/// Endings that say little about what is inside.
const TEXTS: [&str; 8] = ["txt", "csv", "tsv", "json", "xlsx", "xls", "xlsb", "ods"];

/// The member that is meant: the only one, the one of this name, or the one whose layer it is (`member/layer`).
fn member<'a>(
    path: &Path,
    members: &'a [(String, PathBuf)],
    layer: Option<&str>,
) -> Result<&'a (String, PathBuf), FileError> {
    let there = || members.iter().map(|(name, _)| name.clone()).collect();
    match (members, layer) {
        ([], _) => Err(FileError::NoLayers { path: path.to_path_buf() }),
        ([only], _) => Ok(only),
        (_, None) => Err(FileError::WhichLayer { path: path.to_path_buf(), there: there() }),
        (_, Some(layer)) => {
            let holds = |name: &str| layer.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
            let exact = members.iter().find(|(name, _)| name == layer);
            // `A` must not take what is of `A/B.gpkg`.
            let holder = || members.iter().filter(|(name, _)| holds(name)).max_by_key(|(name, _)| name.len());
            exact.or_else(holder).ok_or_else(|| FileError::UnknownLayer {
                path: path.to_path_buf(),
                layer: layer.to_owned(),
                there: there(),
            })
        }
    }
}

fn one_file(path: &Path, asked: Asked<'_>) -> Result<Opened, FileError> {
    let given = asked.encoding.map(|label| text::given(path, label)).transpose()?;
    if has_ending(path, &["txt", "csv", "tsv"]) {
        return text_file(path, given, asked);
    }
    if has_ending(path, &["xlsx", "xls", "xlsb", "ods"]) {
        return workbook(path);
    }
    if has_ending(path, &["parquet", "geoparquet"]) {
        return in_memory(path, vec![parquet_in::draw(path, &stem(path))?], TextEncoding::utf8());
    }
    drivers::needed(path)?;
    with_gdal(path, given)
}

/// Opens what parsers of our own read: a boundary file, or a table with a header.
fn text_file(path: &Path, given: Option<&'static Encoding>, asked: Asked<'_>) -> Result<Opened, FileError> {
    let bytes = std::fs::read(path).map_err(|source| missing(path, source))?;
    let (text, encoding) = text::decode(&bytes, given);
    let boundary = boundary_txt::parse(&text);
    let table = || table::read(&stem(path), &table::rows_of_text(&text));
    let drawn = match (boundary.marked, (!boundary.marked).then(table).flatten()) {
        (_, Some(drawn)) => drawn,
        (marked, None) if marked || (has_ending(path, &["txt"]) && boundary.has_ring()) => {
            match boundary::draw(&boundary, path, asked.crs) {
                Err(FileError::NoZone { .. }) if asked.assumed.is_some() => {
                    boundary::draw(&boundary, path, asked.assumed)?
                }
                drawn => drawn?,
            }
        }
        _ => {
            let cause = "neither a boundary list nor a table with a column WKT or columns X and Y is in it";
            return Err(no_places(path, cause));
        }
    };
    in_memory(path, vec![drawn], encoding)
}

/// Opens a spreadsheet: every sheet with a header that names places is a layer.
fn workbook(path: &Path) -> Result<Opened, FileError> {
    let broken =
        |error: calamine::Error| FileError::NotGis { path: path.to_path_buf(), source: Cause(error.to_string()) };
    let mut book = calamine::open_workbook_auto(path).map_err(broken)?;
    let mut drawn = Vec::new();
    for (name, cells) in book.worksheets() {
        let rows: Vec<Vec<String>> = cells.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        drawn.extend(table::read(&name, &rows));
    }
    if drawn.is_empty() {
        return Err(no_places(path, "no sheet has a column WKT or columns X and Y"));
    }
    in_memory(path, drawn, TextEncoding::utf8())
}

fn no_places(path: &Path, cause: &str) -> FileError {
    FileError::NotGis { path: path.to_path_buf(), source: Cause(cause.to_owned()) }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn in_memory(path: &Path, drawn: Vec<Drawn>, encoding: TextEncoding) -> Result<Opened, FileError> {
    let broken = |error: GdalError| FileError::Broken { path: path.to_path_buf(), after: 0, source: error.into() };
    let dataset = drawn::dataset(&drawn).map_err(broken)?;
    // What GDAL said of single rows has become findings.
    messages::listen();
    let notes = drawn.iter().flat_map(|layer| layer.notes.iter().map(|note| (layer.name.clone(), *note))).collect();
    Ok(Opened { notes, ..Opened::of(dataset, encoding) })
}

fn with_gdal(path: &Path, given: Option<&'static Encoding>) -> Result<Opened, FileError> {
    let mut encoding = TextEncoding::utf8();
    let mut told = None;
    if shapefile::is_shapefile(path) {
        shapefile::check_whole(path)?;
        encoding = shapefile::encoding(path, given)?;
        told = Some(format!("ENCODING={}", encoding.name));
    }
    let mut options: Vec<&str> = told.as_deref().into_iter().collect();
    if has_ending(path, &["gml"]) {
        // The driver would write what it has made out beside the input, and fetch schemas from the network.
        options.extend(["WRITE_GFS=NO", "DOWNLOAD_SCHEMA=NO"]);
    }
    let open_flags = GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    let dataset = Dataset::open_ex(
        path,
        DatasetOptions { open_flags, open_options: Some(&options), ..DatasetOptions::default() },
    );
    let dataset = dataset.map_err(|error| not_opened(path, error))?;
    if dataset.layer_count() == 0 {
        return Err(FileError::NoLayers { path: path.to_path_buf() });
    }
    let closed_lines = dataset.driver().short_name() == "DXF";
    Ok(Opened { closed_lines, ..Opened::of(dataset, encoding) })
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
        // A table without geometry beside a layer (as QGIS's `layer_styles`) is none to choose from.
        let is_place = |layer: &Layer<'_>| layer.defn().geometry_type() != OGRwkbGeometryType::wkbNone;
        let mut places = dataset.layers().filter(is_place);
        if let (Some(only), None) = (places.next(), places.next()) {
            return Ok(only);
        }
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
