//! The tables of a record, version by version, and the way from each version to the next.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// The layout that this program writes.
pub(crate) const FORMAT: i64 = 5;

/// The application id and version of GeoPackage 1.3.
const GEOPACKAGE: [(&str, i64); 2] = [("application_id", 0x4750_4b47), ("user_version", 10_300)];

/// What leads to each version from the one before, the first version first.
const STEPS: [&str; FORMAT as usize] = [FIRST, SECOND, THIRD, FOURTH, FIFTH];

/// The same tables; operations may merge slivers, which older programs do not know.
const THIRD: &str = "";

/// The same tables; operations may change the rules.
const FOURTH: &str = "";

/// Since 5: whatever program opens it, rows of the record are only added.
const FIFTH: &str = "
CREATE TRIGGER IF NOT EXISTS lantu_operation_stays BEFORE UPDATE ON lantu_operation
BEGIN SELECT RAISE(ABORT, 'decisions are only added, never changed'); END;
CREATE TRIGGER IF NOT EXISTS lantu_operation_is_kept BEFORE DELETE ON lantu_operation
BEGIN SELECT RAISE(ABORT, 'decisions are only added, never removed'); END;
CREATE TRIGGER IF NOT EXISTS lantu_operation_is_new BEFORE INSERT ON lantu_operation
WHEN EXISTS (SELECT 1 FROM lantu_operation WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'decisions are only added, never replaced'); END;
";

const FIRST: &str = "
CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]', NULL);
CREATE TABLE IF NOT EXISTS gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE IF NOT EXISTS lantu_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lantu_operation (
  number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL,
  reason TEXT NOT NULL, basis TEXT NOT NULL, action TEXT NOT NULL);
";

/// Since 2: what was exported and from which files, where the conflicts lie that were decided.
const SECOND: &str = "
CREATE TABLE IF NOT EXISTS lantu_migration (version INTEGER PRIMARY KEY, at TEXT NOT NULL, program TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lantu_run (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, program TEXT NOT NULL, title TEXT NOT NULL,
  operations INTEGER NOT NULL, plan TEXT NOT NULL, rules TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lantu_input (
  run INTEGER NOT NULL REFERENCES lantu_run(number), path TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
  PRIMARY KEY (run, path));
CREATE TABLE IF NOT EXISTS lantu_export (
  run INTEGER NOT NULL REFERENCES lantu_run(number), what TEXT NOT NULL, path TEXT NOT NULL, manner TEXT NOT NULL,
  files TEXT NOT NULL, PRIMARY KEY (run, path));
CREATE TABLE IF NOT EXISTS lantu_place (
  conflict TEXT PRIMARY KEY, kind TEXT NOT NULL, parties TEXT NOT NULL, area_m2 REAL NOT NULL,
  lon REAL, lat REAL);
";

/// Returns the version of a database's layout: 0 if it is new.
pub(crate) fn version(database: &Connection) -> rusqlite::Result<i64> {
    let known: bool =
        database.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'lantu_meta'", [], |row| row.get(0))?;
    if !known {
        return Ok(0);
    }
    let select = "SELECT value FROM lantu_meta WHERE key = 'format'";
    let text: Option<String> = database.query_row(select, [], |row| row.get(0)).optional()?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Brings a database to the present layout, all of it or nothing.
pub(crate) fn migrate(database: &mut Connection, now: &str) -> rusqlite::Result<()> {
    let change = database.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let from = version(&change)?;
    if from < FORMAT {
        steps(&change, from, now)?;
    }
    change.commit()?;
    GEOPACKAGE.iter().try_for_each(|(name, value)| database.pragma_update(None, name, value))
}

fn steps(change: &Transaction<'_>, from: i64, now: &str) -> rusqlite::Result<()> {
    STEPS.iter().skip(from as usize).try_for_each(|step| change.execute_batch(step))?;
    for version in from + 1..=FORMAT {
        let program = env!("CARGO_PKG_VERSION");
        change.execute("INSERT OR IGNORE INTO lantu_migration VALUES (?, ?, ?)", params![version, now, program])?;
    }
    let upsert = "INSERT INTO lantu_meta VALUES ('format', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1";
    change.execute(upsert, [FORMAT.to_string()]).map(drop)
}
