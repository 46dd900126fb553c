//! A base map from a file on this machine: MBTiles, a SQLite database of pictures.
//!
//! It is opened to be read only, and only when a planner has chosen it. Nothing here knows a network.

use crate::api::{BaseView, Problem};
use crate::problem;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The deepest zoom that tiles are asked for at.
const DEEPEST: u8 = 24;

/// An open base map.
#[derive(Debug)]
pub(crate) struct Base {
    database: Mutex<Connection>,
    view: BaseView,
}

impl Base {
    /// Opens a file of pictures.
    ///
    /// # Errors
    /// A problem if it is no MBTiles file, or one of vector tiles.
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        let bad = |cause: &dyn std::fmt::Display| {
            let hint = [
                "底图须是栅格 MBTiles 文件（PNG、JPEG 或 WebP）。",
                "A base map is a raster MBTiles file (PNG, JPEG or WebP).",
            ];
            problem::bad_file(path, cause, hint)
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags).map_err(|cause| bad(&cause))?;
        let said = metadata(&database).map_err(|cause| bad(&cause))?;
        if said.get("format").is_some_and(|format| format == "pbf") {
            return Err(bad(&"vector tiles · 矢量瓦片"));
        }
        let levels: (Option<u8>, Option<u8>) = database
            .query_row("SELECT min(zoom_level), max(zoom_level) FROM tiles", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(|cause| bad(&cause))?;
        let (Some(min_zoom), Some(max_zoom)) = levels else { return Err(bad(&"no tiles · 没有瓦片")) };
        let first: Vec<u8> = database
            .query_row("SELECT tile_data FROM tiles LIMIT 1", [], |row| row.get(0))
            .map_err(|cause| bad(&cause))?;
        let told = |key: &str| said.get(key).cloned().unwrap_or_default();
        let view = BaseView {
            path: path.display().to_string(),
            name: told("name"),
            attribution: told("attribution"),
            min_zoom,
            max_zoom: max_zoom.min(DEEPEST),
            tile_px: width(&first).unwrap_or(256),
        };
        Ok(Self { database: Mutex::new(database), view })
    }

    /// Returns what is to be said of it.
    pub(crate) fn view(&self) -> &BaseView {
        &self.view
    }

    /// Returns a picture as the file holds it, if it has one there.
    ///
    /// # Errors
    /// A problem if the file cannot be read any more.
    pub(crate) fn tile(&self, z: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>, Problem> {
        if z > DEEPEST || y >= 1 << z {
            return Ok(None);
        }
        // Rows are counted from the south.
        let row = (1 << z) - 1 - y;
        let select = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?";
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let found = database
            .prepare_cached(select)
            .and_then(|mut query| query.query_row(params![z, x, row], |row| row.get(0)).optional());
        let hint = ["请重新选择底图文件。", "Choose the file of the base map again."];
        found.map_err(|cause| problem::bad_file(Path::new(&self.view.path), &cause, hint))
    }
}

fn metadata(database: &Connection) -> rusqlite::Result<HashMap<String, String>> {
    let mut rows = database.prepare("SELECT name, value FROM metadata")?;
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The width of a PNG, which says whether pictures are made for fine screens.
fn width(picture: &[u8]) -> Option<u32> {
    let header = picture.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(8..12)?;
    Some(u32::from_be_bytes(header.try_into().ok()?)).filter(|width| [256, 512].contains(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a file of one tile, at zoom 1 in the north-east.
    fn file(folder: &Path, format: &str) -> std::path::PathBuf {
        let path = folder.join("a.mbtiles");
        let database = Connection::open(&path).unwrap();
        let tables = "CREATE TABLE metadata (name TEXT, value TEXT);
            CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
            INSERT INTO metadata VALUES ('name', '影像'), ('attribution', '某局');
            INSERT INTO tiles VALUES (1, 1, 1, x'89504E470D0A1A0A0000000D4948445200000200');";
        database.execute_batch(tables).unwrap();
        database.execute("INSERT INTO metadata VALUES ('format', ?)", [format]).unwrap();
        path
    }

    #[test]
    fn rows_are_counted_from_the_north_and_a_place_without_a_picture_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let base = Base::open(&file(folder.path(), "png")).unwrap();
        assert!(base.tile(1, 1, 0).unwrap().is_some());
        assert_eq!(
            [base.tile(1, 1, 1).unwrap(), base.tile(0, 0, 7).unwrap(), base.tile(99, 0, 0).unwrap()],
            [None, None, None]
        );
        let BaseView { name, attribution, min_zoom, max_zoom, tile_px, .. } = base.view();
        assert_eq!((name.as_str(), attribution.as_str(), *min_zoom, *max_zoom, *tile_px), ("影像", "某局", 1, 1, 512));
    }

    #[test]
    fn what_is_no_file_of_pictures_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other.mbtiles");
        std::fs::write(&other, "not a database at all, long as the text may be").unwrap();
        for path in [other, file(folder.path(), "pbf"), folder.path().join("none.mbtiles")] {
            let problem = Base::open(&path).unwrap_err();
            assert!(problem.message[1].contains(".mbtiles"), "{problem:?}");
        }
    }
}
