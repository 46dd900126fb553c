//! MBTiles: a SQLite database of pictures.

use super::{bad_file, width};
use crate::api::{BaseView, Problem};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// An open file.
#[derive(Debug)]
pub(super) struct MbTiles {
    database: Mutex<Connection>,
    path: PathBuf,
}

impl MbTiles {
    /// Opens a file of pictures.
    ///
    /// # Errors
    /// A problem if it is no MBTiles file, or one of vector tiles.
    pub(super) fn open(path: &Path) -> Result<(Self, BaseView), Problem> {
        let bad = |cause: &dyn std::fmt::Display| bad_file(path, cause);
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
            max_zoom,
            tile_px: width(&first).unwrap_or(256),
            ..BaseView::default()
        };
        Ok((Self { database: Mutex::new(database), path: path.to_path_buf() }, view))
    }

    /// Returns a picture as the file holds it, if it has one there.
    ///
    /// # Errors
    /// A problem if the file cannot be read any more.
    pub(super) fn tile(&self, z: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>, Problem> {
        // Rows are counted from the south.
        let row = (1 << z) - 1 - y;
        let select = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?";
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let found = database
            .prepare_cached(select)
            .and_then(|mut query| query.query_row(params![z, x, row], |row| row.get(0)).optional());
        found.map_err(|cause| bad_file(&self.path, &cause))
    }
}

fn metadata(database: &Connection) -> rusqlite::Result<HashMap<String, String>> {
    let mut rows = database.prepare("SELECT name, value FROM metadata")?;
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ChooseBase;
    use crate::base::{Base, Part};

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

    fn open(path: &Path) -> Result<Option<Base>, Problem> {
        Base::choose(&ChooseBase::File { path: path.display().to_string() })
    }

    #[test]
    fn rows_are_counted_from_the_north_and_a_place_without_a_picture_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let base = open(&file(folder.path(), "png")).unwrap().unwrap();
        let tile = |z, x, y| base.tile(Part::Ground, z, x, y).unwrap();
        assert!(tile(1, 1, 0).is_some());
        assert_eq!([tile(1, 1, 1), tile(0, 0, 7), tile(99, 0, 0)], [None, None, None]);
        let BaseView { name, attribution, min_zoom, max_zoom, tile_px, server, .. } = base.view();
        assert_eq!((name.as_str(), attribution.as_str(), *min_zoom, *max_zoom, *tile_px), ("影像", "某局", 1, 1, 512));
        assert!(server.is_empty() && !base.is_on_a_server());
    }

    #[test]
    fn what_is_no_file_of_pictures_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other.mbtiles");
        std::fs::write(&other, "not a database at all, long as the text may be").unwrap();
        for path in [other, file(folder.path(), "pbf"), folder.path().join("none.mbtiles")] {
            let Err(problem) = open(&path) else { panic!("{} is opened", path.display()) };
            assert!(problem.message[1].contains(".mbtiles"), "{problem:?}");
        }
    }
}
