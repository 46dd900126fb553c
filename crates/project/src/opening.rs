//! What was given to be opened: a project, its record, or data files.

use crate::api::Problem;
use crate::districts::{DistrictPlan, has_codes};
use crate::names::LayerNames;
use crate::plan::{LayerPlan, Plan, Words, stem};
use crate::problem::{self, fault};
use crate::project::Opening;
use crate::settings::Settings;
use crate::store::Store;
use lantu_files::{Crs, Source, data_files, summary};
use std::path::{Path, PathBuf};

/// The endings of files that a folder is searched for.
const DATA: [&str; 16] = [
    "geojson", "geojsonl", "geojsons", "ndjson", "shp", "gpkg", "fgb", "kml", "kmz", "gml", "dxf", "tab", "mif", "gdb",
    "zip", "parquet",
];
/// Endings of files that may hold data; those in a folder that do not are passed over.
const PERHAPS: [&str; 7] = ["json", "txt", "csv", "tsv", "xlsx", "xls", "ods"];

/// Returns the project that the paths name; `None` if they are data files.
pub(crate) fn project(paths: &[String], settings: &Settings) -> Result<Option<Opening>, Problem> {
    let [only] = paths else { return Ok(None) };
    let path = PathBuf::from(only);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => of_file(path).map(Some),
        Some("lantu") => {
            std::fs::metadata(&path).map_err(|source| problem::missing(&path, source))?;
            let plan = Store::open(&path, &settings.state_dir)?.plan_here()?;
            let plan = plan.ok_or_else(|| {
                let hint = ["请打开 .toml 项目或数据文件。", "Open a .toml project or data files."];
                problem::bad_file(&path, &"no project in it", hint)
            })?;
            // Beside its project file it goes on with that one, its edits included.
            let file = Some(path.with_extension("toml")).filter(|file| file.is_file());
            match file {
                Some(file) => of_file(file).map(Some),
                None => Ok(Some(Opening { plan, record: path, file: None, said: Vec::new() })),
            }
        }
        _ => Ok(None),
    }
}

/// Returns the project of a project file; its record lies beside it.
pub(crate) fn of_file(file: PathBuf) -> Result<Opening, Problem> {
    Ok(Opening { plan: Plan::read(&file)?, record: file.with_extension("lantu"), file: Some(file), said: Vec::new() })
}

/// Returns the project that data files make; its record lies beside the first.
pub(crate) fn new_project(paths: &[String]) -> Result<Opening, Problem> {
    let first = paths.first().map(PathBuf::from).unwrap_or_default();
    let mut plan = Plan { title: Words::Same(stem(&first)), ..Plan::default() };
    let mut given = layers_of(paths)?;
    let taken = given.take_districts(&mut plan);
    for mut layer in given.layers {
        layer.name = plan.free_name(&layer.name);
        plan.layers.push(layer);
    }
    let said = passed_over(&given.passed).into_iter().chain(taken).collect();
    Ok(Opening { plan, record: first.with_extension("lantu"), file: None, said })
}

/// Says that a text names no CRS, with the code by which the window asks for it again.
pub(crate) fn known_crs(text: &str) -> Result<(), Problem> {
    let asked_again = |problem: Problem| Problem { code: "no-crs".to_owned(), ..problem };
    Crs::parse(text).map(drop).map_err(|error| asked_again(error.into()))
}

/// What data files and folders hold.
pub(crate) struct Given {
    /// The layers of polygons.
    pub layers: Vec<LayerPlan>,
    /// Layers among them that seem to have districts, by their place.
    districts: Vec<usize>,
    /// Points, lines and tables beside them, which have no ground to be overlaid.
    pub passed: Vec<Source>,
}

impl Given {
    /// Gives a plan that has no districts the first layer that seems to have some, where there are others to
    /// be overlaid; returns what is to be said of it.
    pub(crate) fn take_districts(&mut self, plan: &mut Plan) -> Option<[String; 2]> {
        let at = *self.districts.first()?;
        if plan.districts.is_some() || self.layers.len() + plan.layers.len() < 2 {
            return None;
        }
        let layer = self.layers.remove(at);
        self.districts.clear();
        let (path, name) = (layer.path, layer.name);
        plan.districts =
            Some(DistrictPlan { path, layername: None, code: None, name: None, crs: layer.crs, encoding: None });
        Some([
            format!("图层“{name}”认作行政区：用于分区统计和规则，不参与叠加。"),
            format!(
                "The layer \"{name}\" was taken for districts: figures are split by it and rules may ask for it; it is not overlaid."
            ),
        ])
    }
}

/// Returns the layers that data files and folders hold.
pub(crate) fn layers_of(paths: &[String]) -> Result<Given, Problem> {
    let names = LayerNames::seeded().map_err(|cause| fault(&cause.to_string()))?;
    let mut given = Given { layers: Vec::new(), districts: Vec::new(), passed: Vec::new() };
    for path in paths {
        let path = Path::new(path);
        let files = files_of(path)?;
        // A file that was named alone is meant: what is wrong with it is said when it is read.
        let meant = files.len() == 1;
        for file in files {
            let of_file = layers_of_file(&file, meant, &names)?;
            given.districts.extend(of_file.districts.iter().map(|at| at + given.layers.len()));
            given.layers.extend(of_file.layers);
            given.passed.extend(of_file.passed);
        }
    }
    match passed_over(&given.passed).filter(|_| given.layers.is_empty()) {
        Some(message) => Err(problem::problem(message, ["请提供面图层。", "Give layers of polygons."])),
        None => Ok(given),
    }
}

/// Returns what is to be said of layers that were passed over, if there are any: Chinese, English.
pub(crate) fn passed_over(passed: &[Source]) -> Option<[String; 2]> {
    let names: Vec<String> = passed.iter().map(ToString::to_string).collect();
    (!names.is_empty()).then(|| {
        [
            format!("点、线和没有图形的表不参与叠加，已略过：{}。", names.join("、")),
            format!("Points, lines and tables cannot be overlaid and were passed over: {}.", names.join(", ")),
        ]
    })
}

/// The data files of a folder and of those in it, by name; the file itself otherwise.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    let ending =
        |path: &Path| path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !path.is_dir() || ending(path) == "gdb" {
        return Ok(vec![path.to_path_buf()]);
    }
    let endings = [&DATA[..], &PERHAPS[..]].concat();
    let mut files = data_files(path, &endings).map_err(|source| problem::missing(path, source))?;
    files.retain(|file| !PERHAPS.contains(&ending(file).as_str()) || summary(file).is_ok());
    if files.is_empty() {
        let message = [
            format!("文件夹 {} 中没有数据文件。", path.display()),
            format!("The folder {} holds no data file.", path.display()),
        ];
        return Err(problem::problem(
            message,
            [
                "支持 Shapefile、文件地理数据库、GeoPackage、GeoJSON、DXF、KML、界址点 TXT 和坐标表等。",
                "Shapefile, file geodatabase, GeoPackage, GeoJSON, DXF, KML, boundary TXT, tables of coordinates and others can be read.",
            ],
        ));
    }
    Ok(files)
}

/// The layers of one file. Points and lines beside polygons are passed over, and those that are all there is
/// unless the file is `meant`.
fn layers_of_file(path: &Path, meant: bool, names: &LayerNames) -> Result<Given, Problem> {
    let database = Source::file(path).is_database();
    let path =
        if database { path.to_path_buf() } else { std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()) };
    let layers = summary(&path)?;
    let several = layers.len() > 1;
    let areas = |geometry: &str| !(geometry.contains("Point") || geometry.contains("Line") || geometry == "None");
    let (layers, passed): (Vec<_>, Vec<_>) =
        layers.into_iter().partition(|layer| (meant && !several) || areas(&layer.geometry));
    let passed = passed.into_iter().map(|layer| layer.source).collect();
    let name = |layer: &lantu_files::LayerSummary| if several { layer.name.clone() } else { stem(&path) };
    let seem = |(_, layer): &(usize, &lantu_files::LayerSummary)| {
        names.tells_districts(&name(layer)) && has_codes(&layer.fields)
    };
    let districts = layers.iter().enumerate().filter(seem).map(|(at, _)| at).collect();
    let named = |layer: &lantu_files::LayerSummary| LayerPlan::named(&name(layer), layer.source.to_string());
    Ok(Given { layers: layers.iter().map(named).collect(), districts, passed })
}
