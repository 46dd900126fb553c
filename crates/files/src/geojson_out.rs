//! GeoJSON after RFC 7946: longitude and latitude, at most nine decimals, one feature at a time.

use crate::area;
use crate::error::FileError;
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::Theme;
use crate::wkb::Polygon;
use geojson::feature::Id;
use geojson::{Feature, FeatureWriter, Geometry, GeometryValue, JsonObject, Position};
use serde_json::json;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// What was written, and how large it is.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Totals {
    /// How many features.
    pub features: u64,
    /// Their ellipsoidal area in m².
    pub ellipsoid_m2: f64,
}

/// Said in every file, because the two systems are taken for the same.
const NOTE: &str = "WGS 84 longitude and latitude; for planning the same as CGCS2000 (EPSG:4490)";

/// Writes a sheet that lies in longitude and latitude.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    [title, plane]: [&str; 2],
    watch: &Part<'_>,
) -> Result<Totals, FileError> {
    let refuse = |source: io::Error| FileError::NotWritable { path: path.to_path_buf(), source };
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path).map_err(refuse)?);
    let mut totals = Totals::default();
    let mut writer = FeatureWriter::from_writer(&mut out);
    let failed = |error: geojson::Error| refuse(io::Error::other(error));
    // Without any feature the writer would leave other members without `features` behind them.
    if let Some(bounds) = sheet.bounds() {
        let bbox = [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y];
        writer.write_foreign_member("bbox", &bbox).map_err(failed)?;
        let about = json!({ "layer": theme.name, "title": title, "plane": plane, "coordinates": NOTE });
        writer.write_foreign_member("lantu", &about).map_err(failed)?;
    }
    for group in 0..sheet.len() {
        if group % 256 == 0 && !watch.reached(group as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        if sheet.is_lost(group) {
            continue;
        }
        let polygons = sheet.polygons(group);
        let ellipsoid = area::of_polygons(&polygons);
        let names = theme.columns.iter().map(|(name, _)| (*name).to_owned());
        let values = (theme.values)(group, ellipsoid);
        let values: Vec<serde_json::Value> =
            values.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(|cause| refuse(cause.into()))?;
        let properties: JsonObject = names.zip(values).collect();
        writer.write_feature(&feature(group, geometry(polygons), properties)).map_err(failed)?;
        totals.features += 1;
        totals.ellipsoid_m2 += ellipsoid;
    }
    writer.finish().map_err(failed)?;
    drop(writer);
    out.flush().map_err(refuse)?;
    Ok(totals)
}

fn feature(group: usize, geometry: Geometry, properties: JsonObject) -> Feature {
    Feature {
        bbox: None,
        geometry: Some(geometry),
        id: Some(Id::Number((group + 1).into())),
        properties: Some(properties),
        foreign_members: None,
    }
}

fn geometry(mut polygons: Vec<Polygon>) -> Geometry {
    let rings = |polygon: Polygon| -> Vec<Vec<Position>> {
        polygon.into_iter().map(|ring| ring.0.into_iter().map(|c| Position::from([c.x, c.y])).collect()).collect()
    };
    Geometry::new(match polygons.len() {
        1 => GeometryValue::Polygon { coordinates: rings(polygons.remove(0)) },
        _ => GeometryValue::MultiPolygon { coordinates: polygons.into_iter().map(rings).collect() },
    })
}
