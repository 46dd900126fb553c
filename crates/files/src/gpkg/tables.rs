//! The tables of a GeoPackage (OGC 12-128r17) with one layer, its index and its style.

use super::blob::Bounds;
use super::rows::PAGE;
use super::rtree;
use crate::crs::Crs;
use crate::error::FileError;
use crate::style;
use crate::theme::{Kind, Theme};
use lantu_engine::RuleSet;
use rusqlite::{Connection, params};
use std::path::Path;

/// Stands wherever the format wants to know when; the real time would make every file differ.
const DATE: &str = "2000-01-01T00:00:00.000Z";

const BASE: &str = "
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
";

/// A CRS as the format lists it.
pub(super) struct Srs {
    /// Its number: EPSG's where it has one.
    pub id: i32,
    name: String,
    organization: String,
    definition: String,
}

impl Srs {
    pub(super) fn of(crs: &Crs) -> Result<Self, FileError> {
        let unknown = |error: gdal::errors::GdalError| FileError::UnknownCrs {
            text: crs.name().to_owned(),
            source: error.into(),
        };
        let definition = crs.to_gdal()?.to_wkt().map_err(unknown)?;
        let code = crs.name().strip_prefix("EPSG:").and_then(|code| code.parse().ok());
        let organization = if code.is_some() { "EPSG" } else { "NONE" }.to_owned();
        Ok(Self { id: code.unwrap_or(100_000), name: crs.name().to_owned(), organization, definition })
    }
}

/// Opens a file of our own for writing.
pub(super) fn open(path: &Path) -> Result<Connection, rusqlite::Error> {
    let database = Connection::open(path)?;
    // The file is a draft: whatever goes wrong, nobody sees it half-written.
    database.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;")?;
    Ok(database)
}

/// Makes the file's tables, the layer's own still empty.
pub(super) fn create(database: &Connection, theme: &Theme<'_>, srs: &Srs) -> Result<(), rusqlite::Error> {
    database.execute_batch(&format!("PRAGMA page_size = {PAGE}"))?;
    database.execute_batch(BASE)?;
    let wgs84 = "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],AUTHORITY[\"EPSG\",\"4326\"]]";
    let known = [
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
        ("WGS 84 geodetic", 4326, "EPSG", 4326, wgs84),
        (&srs.name, srs.id, &srs.organization, srs.id, &srs.definition),
    ];
    for (name, id, organization, code, definition) in known {
        let insert = "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)";
        database.execute(insert, params![name, id, organization, code, definition])?;
    }
    let columns: String = theme.columns.iter().map(|(name, kind)| format!(", {name} {}", type_of(*kind))).collect();
    let layer = theme.name;
    database.execute_batch(&format!(
        "CREATE TABLE {layer} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom MULTIPOLYGON{columns})"
    ))?;
    rtree::create(database, layer)
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "BOOLEAN",
        Kind::Real => "REAL",
        Kind::Text | Kind::List | Kind::Object => "TEXT",
    }
}

/// Returns the page on which a table begins.
pub(super) fn root_of(database: &Connection, table: &str) -> Result<u32, rusqlite::Error> {
    let select = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?";
    database.query_row(select, [table], |row| row.get(0))
}

/// Sets from which number on further rows are counted.
pub(super) fn count_on(database: &Connection, table: &str, rows: usize) -> Result<(), rusqlite::Error> {
    database.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", params![table, rows as i64]).map(drop)
}

/// Lists the layer among the file's contents, with its index.
pub(super) fn finish(
    database: &Connection,
    (layer, note): (&str, &str),
    srs: &Srs,
    extent: Option<Bounds>,
) -> Result<(), rusqlite::Error> {
    let sides = extent.map(|bounds| bounds.0);
    let side = |at: usize| sides.map(|sides| sides[at]);
    database.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
        params![layer, layer, note, DATE, side(0), side(2), side(1), side(3), srs.id],
    )?;
    database.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'MULTIPOLYGON', ?, 0, 0)",
        params![layer, srs.id],
    )?;
    let definition = "http://www.geopackage.org/spec120/#extension_rtree";
    database.execute(
        "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', ?, 'write-only')",
        params![layer, definition],
    )?;
    Ok(())
}

/// Adds the table from which QGIS takes the layer's colours, and the triggers that keep the index
/// in step with later edits.
pub(super) fn add_style(database: &Connection, layer: &str, rules: &RuleSet) -> Result<(), rusqlite::Error> {
    database.execute_batch(&triggers(layer))?;
    database.execute_batch(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT, f_table_schema TEXT,
           f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
           description TEXT, owner TEXT, ui TEXT, update_time DATETIME);",
    )?;
    database.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
           styleSLD, useAsDefault, description, owner, ui, update_time)
         VALUES ('', '', ?1, 'geom', ?1, ?2, '', 1, '', '', '', ?3)",
        params![layer, style::qml(rules), DATE],
    )?;
    database.execute("INSERT INTO gpkg_contents VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, NULL, NULL, NULL, NULL, NULL)", params![DATE])?;
    Ok(())
}

/// The triggers that the extension for spatial indexes asks for.
fn triggers(layer: &str) -> String {
    let index = format!("rtree_{layer}_geom");
    let put = format!(
        "INSERT OR REPLACE INTO {index} VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));"
    );
    let full = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))";
    let empty = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))";
    let take = format!("DELETE FROM {index} WHERE id = OLD.fid;");
    let events = [
        ("insert", format!("AFTER INSERT ON {layer} WHEN {full}"), put.clone()),
        ("update1", format!("AFTER UPDATE OF geom ON {layer} WHEN OLD.fid = NEW.fid AND {full}"), put.clone()),
        ("update2", format!("AFTER UPDATE OF geom ON {layer} WHEN OLD.fid = NEW.fid AND {empty}"), take.clone()),
        ("update3", format!("AFTER UPDATE ON {layer} WHEN OLD.fid != NEW.fid AND {full}"), format!("{take} {put}")),
        (
            "update4",
            format!("AFTER UPDATE ON {layer} WHEN OLD.fid != NEW.fid AND {empty}"),
            format!("DELETE FROM {index} WHERE id IN (OLD.fid, NEW.fid);"),
        ),
        ("delete", format!("AFTER DELETE ON {layer} WHEN OLD.geom NOT NULL"), take),
    ];
    events.iter().map(|(name, when, act)| format!("CREATE TRIGGER {index}_{name} {when} BEGIN {act} END;\n")).collect()
}
