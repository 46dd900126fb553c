//! GeoPackage in the project's CRS, with a spatial index and, for QGIS, the classes' colours.
//!
//! The same blueprint gives the same bytes: the dates that the format asks for are fixed.

use crate::area::ArcAreas;
use crate::crs::Crs;
use crate::error::FileError;
use crate::geojson_out::Totals;
use crate::messages::{self, Cause};
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::style;
use crate::theme::{Kind, Theme};
use crate::wkb;
use gdal::errors::GdalError;
use gdal::vector::{Feature, FieldDefn, Geometry, Layer, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use gdal::{Dataset, DriverManager};
use lantu_engine::RuleSet;
use serde_json::Value as Json;
use std::path::Path;

/// Stands wherever the format wants to know when; the real time would make every file differ.
const DATE: &str = "2000-01-01T00:00:00.000Z";

/// Writes a sheet that lies in the plane of `crs`.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    crs: &Crs,
    arcs: &ArcAreas,
    rules: &RuleSet,
    watch: &Part<'_>,
) -> Result<Totals, FileError> {
    let areas: Vec<f64> = (0..sheet.len()).map(|group| sheet.ellipsoid_area(arcs, group)).collect();
    let srs = crs.to_gdal()?;
    messages::listen();
    let failed = |error: GdalError| FileError::WriteFailed { path: path.to_path_buf(), source: Cause::from(error) };
    let dated = FixedDate::set().map_err(failed)?;
    let mut dataset =
        DriverManager::get_driver_by_name("GPKG").and_then(|driver| driver.create_vector_only(path)).map_err(failed)?;
    let mut transaction = dataset.start_transaction().map_err(failed)?;
    let options = LayerOptions {
        name: theme.name,
        srs: Some(&srs),
        ty: OGRwkbGeometryType::wkbMultiPolygon,
        options: Some(&["GEOMETRY_NAME=geom", "FID=fid", "SPATIAL_INDEX=YES"]),
    };
    let layer = transaction.create_layer(options).map_err(failed)?;
    for (name, kind) in theme.columns {
        FieldDefn::new(name, field_type(*kind)).and_then(|field| field.add_to_layer(&layer)).map_err(failed)?;
    }
    for (group, &ellipsoid) in areas.iter().enumerate() {
        if group % 256 == 0 && !watch.reached(group as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        add(&layer, sheet, theme, group, ellipsoid).map_err(failed)?;
    }
    style::add(&mut transaction, theme.name, rules, DATE).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    close(dataset).map_err(failed)?;
    drop(dated);
    Ok(Totals { features: sheet.len() as u64, ellipsoid_m2: areas.iter().sum() })
}

/// Closes the file; what SQLite could not write shows only here.
fn close(dataset: Dataset) -> Result<(), GdalError> {
    dataset.close()?;
    match messages::last_failure() {
        None => Ok(()),
        Some(_) => Err(GdalError::BadArgument("the file could not be closed".to_owned())),
    }
}

fn add(layer: &Layer<'_>, sheet: &Sheet<'_>, theme: &Theme<'_>, group: usize, ellipsoid: f64) -> Result<(), GdalError> {
    let mut feature = Feature::new(layer.defn())?;
    for (at, ((_, kind), value)) in theme.columns.iter().zip((theme.values)(group, ellipsoid)).enumerate() {
        set(&mut feature, at, *kind, value)?;
    }
    feature.set_geometry(Geometry::from_wkb(&wkb::multi_polygon(&sheet.polygons(group)))?)?;
    feature.create(layer)
}

fn field_type(kind: Kind) -> OGRFieldType::Type {
    match kind {
        Kind::Flag => OGRFieldType::OFTInteger,
        Kind::Real => OGRFieldType::OFTReal,
        Kind::Text | Kind::List | Kind::Object => OGRFieldType::OFTString,
    }
}

fn set(feature: &mut Feature<'_>, at: usize, kind: Kind, value: Json) -> Result<(), GdalError> {
    match (kind, value) {
        (_, Json::Null) => feature.set_field_null(at),
        (_, Json::Bool(flag)) => feature.set_field_integer(at, i32::from(flag)),
        (Kind::Real, Json::Number(number)) => feature.set_field_double(at, number.as_f64().unwrap_or(f64::NAN)),
        (_, Json::String(text)) => feature.set_field_string(at, &text),
        (Kind::List, Json::Array(texts)) => {
            let texts: Vec<&str> = texts.iter().filter_map(Json::as_str).collect();
            feature.set_field_string(at, &texts.join(", "))
        }
        (_, other) => feature.set_field_string(at, &other.to_string()),
    }
}

/// Keeps GDAL's clock still on this thread while it lives.
struct FixedDate;

impl FixedDate {
    fn set() -> Result<Self, GdalError> {
        gdal::config::set_thread_local_config_option("OGR_CURRENT_DATE", DATE)?;
        Ok(Self)
    }
}

impl Drop for FixedDate {
    fn drop(&mut self) {
        // Only a name with a zero byte in it could fail.
        let _ = gdal::config::clear_thread_local_config_option("OGR_CURRENT_DATE");
    }
}
