//! Small files made on the spot, for the tests of this crate.
#![allow(dead_code, reason = "each test file uses its own part")]

use gdal::DriverManager;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Feature, FieldDefn, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use geo::{Coord, Rect};
use lantu_engine::{
    Attributes, Blueprint, ClassId, Conflict, Decision, DecisionLog, Feature as EngineFeature, Layer, Partition,
    PrecisionModel, Proof, RuleSet, Tolerances, Unwatched, Value, check, compose, decide, detect, normalise, overlay,
};
use lantu_files::{ArcAreas, BlueprintExport, Crs, LayerRequest, Source};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A folder that vanishes with the test.
pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Asks for the layer of a source, whose class is farmland.
pub fn request(source: &str) -> LayerRequest {
    let source: Source = source.parse().unwrap();
    LayerRequest::new("耕地", source, ClassId::new("farmland"))
}

pub fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A GeoJSON file of features given as `(properties, geometry)`, both JSON.
pub fn geojson(folder: &TempDir, name: &str, features: &[(&str, &str)]) -> PathBuf {
    let features: Vec<String> = features
        .iter()
        .map(|(properties, geometry)| {
            format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
        })
        .collect();
    write(folder, name, &format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",\n")))
}

/// A square in GeoJSON, by its lower left corner and its side.
pub fn square(x: f64, y: f64, side: f64) -> String {
    let (e, n) = (x + side, y + side);
    format!(r#"{{"type":"Polygon","coordinates":[[[{x},{y}],[{e},{y}],[{e},{n}],[{x},{n}],[{x},{y}]]]}}"#)
}

/// What [`dataset`] makes.
pub struct Made<'a> {
    pub driver: &'a str,
    pub layer: &'a str,
    pub epsg: Option<u32>,
    pub kind: OGRwkbGeometryType::Type,
    pub options: &'a [&'a str],
    /// Well-known text and the value of the field 名称.
    pub rows: &'a [(&'a str, &'a str)],
}

/// A file in one of GDAL's own formats.
pub fn dataset(path: &Path, made: &Made<'_>) {
    let mut dataset = DriverManager::get_driver_by_name(made.driver).unwrap().create_vector_only(path).unwrap();
    let srs = made.epsg.map(|code| {
        let mut srs = SpatialRef::from_epsg(code).unwrap();
        srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        srs
    });
    let options = LayerOptions { name: made.layer, srs: srs.as_ref(), ty: made.kind, options: Some(made.options) };
    let layer = dataset.create_layer(options).unwrap();
    FieldDefn::new("名称", OGRFieldType::OFTString).unwrap().add_to_layer(&layer).unwrap();
    FieldDefn::new("number", OGRFieldType::OFTInteger).unwrap().add_to_layer(&layer).unwrap();
    for (number, (wkt, name)) in made.rows.iter().enumerate() {
        let mut feature = Feature::new(layer.defn()).unwrap();
        feature.set_field_string(0, name).unwrap();
        feature.set_field_integer(1, number as i32).unwrap();
        feature.set_geometry(geometry(wkt)).unwrap();
        feature.create(&layer).unwrap();
    }
    dataset.close().unwrap();
}

/// A geometry from well-known text; `NaN` and `inf` may stand for coordinates, which GDAL's own
/// parser refuses.
fn geometry(wkt: &str) -> Geometry {
    let mut bytes =
        Geometry::from_wkt(&wkt.replace("NaN", "987654.25").replace("inf", "987654.75")).unwrap().iso_wkb().unwrap();
    for (stand_in, meant) in [(987_654.25f64, f64::NAN), (987_654.75, f64::INFINITY)] {
        while let Some(at) = bytes.windows(8).position(|window| window == stand_in.to_le_bytes()) {
            bytes[at..at + 8].copy_from_slice(&meant.to_le_bytes());
        }
    }
    Geometry::from_wkb(&bytes).unwrap()
}

/// A Shapefile of two squares in EPSG:4546 with Chinese names; GBK if asked for.
pub fn shapefile(folder: &TempDir, name: &str, encoding: &str) -> PathBuf {
    let path = folder.path().join(name);
    let rows = [
        ("POLYGON ((500000 2200000,500100 2200000,500100 2200100,500000 2200100,500000 2200000))", "水田"),
        ("POLYGON ((500100 2200000,500200 2200000,500200 2200100,500100 2200100,500100 2200000))", "基本农田保护区"),
    ];
    let option = format!("ENCODING={encoding}");
    let made = Made {
        driver: "ESRI Shapefile",
        layer: path.file_stem().unwrap().to_str().unwrap(),
        epsg: Some(4546),
        kind: OGRwkbGeometryType::wkbPolygon,
        options: &[&option],
        rows: &rows,
    };
    dataset(&path, &made);
    path
}

/// Goes on, whatever the progress.
pub fn go_on(_: f64) -> bool {
    true
}

/// A whole run, kept together so that it can be exported.
pub struct Run {
    pub partition: Partition,
    pub conflicts: Vec<Conflict>,
    pub decisions: Vec<Decision>,
    pub blueprint: Blueprint,
    pub rules: RuleSet,
    pub log: DecisionLog,
    pub crs: Crs,
    pub proof: Proof,
    pub arcs: ArcAreas,
}

impl Run {
    /// Cuts layers that lie in the plane of `crs` on a grid of 0.1 mm and decides by `rules`.
    pub fn of(layers: Vec<Layer>, crs: Crs, rules: RuleSet) -> Self {
        let corners =
            layers.iter().flat_map(|layer| &layer.features).flat_map(|feature| feature.polygons.iter().flatten());
        let corners: Vec<Coord<f64>> =
            corners.flat_map(|ring| ring.0.iter().copied()).filter(|c| c.x.is_finite() && c.y.is_finite()).collect();
        let fold =
            |pick: fn(&Coord<f64>) -> f64, best: fn(f64, f64) -> f64| corners.iter().map(pick).reduce(best).unwrap();
        let low = Coord { x: fold(|c| c.x, f64::min), y: fold(|c| c.y, f64::min) };
        let high = Coord { x: fold(|c| c.x, f64::max), y: fold(|c| c.y, f64::max) };
        let step = if crs.is_geographic() { 1e-9 } else { 1e-4 };
        let grid = PrecisionModel::coarsened(Rect::new(low, high), step).unwrap();
        let normal = layers.into_iter().map(|layer| normalise(layer, &grid, &Unwatched).unwrap().value).collect();
        let partition = overlay(normal, &grid, &Unwatched).unwrap().value;
        let conflicts = detect(&partition, &Tolerances::default(), &Unwatched).unwrap();
        let log = DecisionLog::default();
        let decisions = decide(&partition, &conflicts, &rules, &log, &Unwatched).unwrap().value;
        let blueprint = compose(&partition, &conflicts, &decisions, &rules, &Unwatched).unwrap();
        let proof = check(&partition, &blueprint, &Unwatched).unwrap();
        let arcs = ArcAreas::of(&partition, &crs, &|_| true).unwrap();
        Self { partition, conflicts, decisions, blueprint, rules, log, crs, proof, arcs }
    }

    pub fn export(&self) -> BlueprintExport<'_> {
        BlueprintExport {
            partition: &self.partition,
            conflicts: &self.conflicts,
            decisions: &self.decisions,
            blueprint: &self.blueprint,
            rules: &self.rules,
            log: &self.log,
            crs: &self.crs,
            proof: &self.proof,
            arcs: &self.arcs,
            title: "试验",
            note: "示意数据",
        }
    }
}

/// A layer whose name is its class, of polygons given as rings of `(x, y)`.
pub fn layer(name: &str, features: &[&[&[(f64, f64)]]]) -> Layer {
    let fields: Arc<[Box<str>]> = Arc::from(["名称".into(), "MJ".into()]);
    let feature = |(fid, rings): (usize, &&[&[(f64, f64)]])| EngineFeature {
        fid: fid as i64,
        class: None,
        attributes: Attributes::new(
            fields.clone(),
            [Value::Text(format!("{name}“{fid}”").as_str()), Value::Real(f64::NAN)],
        ),
        polygons: vec![rings.iter().map(|ring| ring.iter().copied().collect()).collect()],
    };
    Layer { name: name.into(), class: ClassId::new(name), features: features.iter().enumerate().map(feature).collect() }
}

/// The corners of a square, closed.
pub fn corners(x: f64, y: f64, side: f64) -> [(f64, f64); 5] {
    [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
}

/// The zone around 111° east, in which the tests lie.
pub fn zone() -> Crs {
    Crs::epsg(4546).unwrap()
}
