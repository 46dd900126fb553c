//! Which of GDAL's drivers a file needs, by its ending, and whether the GDAL at hand has it.

use crate::error::FileError;
use crate::open::has_ending;
use gdal::DriverManager;
use std::path::Path;

/// Endings, the format's name, and the drivers that read it.
const NEEDED: [(&[&str], &str, &[&str]); 12] = [
    (&["shp"], "Shapefile", &["ESRI Shapefile"]),
    (&["gdb"], "file geodatabase", &["OpenFileGDB", "FileGDB"]),
    (&["gpkg"], "GeoPackage", &["GPKG"]),
    (&["geojson"], "GeoJSON", &["GeoJSON"]),
    (&["geojsonl", "geojsons", "ndjson"], "GeoJSONSeq", &["GeoJSONSeq"]),
    (&["fgb"], "FlatGeobuf", &["FlatGeobuf"]),
    (&["kml"], "KML", &["LIBKML", "KML"]),
    (&["kmz"], "KMZ", &["LIBKML"]),
    (&["gml"], "GML", &["GML"]),
    (&["dxf"], "DXF", &["DXF"]),
    (&["dwg"], "DWG", &["CAD"]),
    (&["tab", "mif"], "MapInfo", &["MapInfo File"]),
];

/// Says which driver is missing, if the one that the file's ending calls for is.
///
/// The first question registers all drivers, once. Registering them again for each file would
/// change GDAL's list while other threads walk along it.
pub(crate) fn needed(path: &Path) -> Result<(), FileError> {
    let called_for = NEEDED.iter().find(|(endings, ..)| has_ending(path, endings));
    let Some((_, format, drivers)) = called_for else { return Ok(()) };
    let there = drivers.iter().any(|driver| DriverManager::get_driver_by_name(driver).is_ok());
    match drivers.first() {
        Some(&driver) if !there => Err(FileError::NoDriver { path: path.to_path_buf(), format, driver }),
        _ => Ok(()),
    }
}
