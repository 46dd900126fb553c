//! Reads a file again and compares every row with what was planned.

use super::{blob, fingerprint, ranges, write_failed};
use crate::error::FileError;
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::Theme;
use rayon::prelude::*;
use rusqlite::{Connection, OpenFlags, Row};
use std::ops::Range;
use std::path::Path;

/// How many rows one thread reads at a time.
const ROWS: usize = 1 << 13;

/// Returns how many rows of a file are not exactly what was planned; rows too few or too many count.
///
/// `fingerprints` are those of the geometries as they were made from the partition's arcs. A row
/// must also have, by its coordinates as read, the area of its faces to the last grid unit, which
/// would show rings that were put together wrongly.
pub(crate) fn differing_rows(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    fingerprints: &[u128],
    watch: &Part<'_>,
) -> Result<u64, FileError> {
    let parts = ranges(0..sheet.len(), ROWS);
    let differing = parts.into_par_iter().map(|rows| {
        if !watch.reached(rows.start as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let reading = Reading { path, sheet, table: theme.name, fingerprints };
        reading.differing(rows).map_err(|source| write_failed(path, &source))
    });
    differing.sum()
}

struct Reading<'a> {
    path: &'a Path,
    sheet: &'a Sheet<'a>,
    table: &'static str,
    fingerprints: &'a [u128],
}

impl Reading<'_> {
    fn differing(&self, rows: Range<usize>) -> Result<u64, rusqlite::Error> {
        let database = Connection::open_with_flags(self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let select = format!("SELECT fid, geom FROM {} WHERE fid BETWEEN ? AND ? ORDER BY fid", self.table);
        let mut query = database.prepare(&select)?;
        // Row k has the number k + 1. What the file has before the first and after the last counts.
        let first = if rows.start == 0 { i64::MIN } else { rows.start as i64 + 1 };
        let last = if rows.end == self.sheet.len() { i64::MAX } else { rows.end as i64 };
        let mut found = query.query([first, last])?;
        let (mut count, mut same) = (0, 0);
        while let Some(row) = found.next()? {
            count += 1;
            same += u64::from(self.is_planned(row)?);
        }
        Ok((rows.len() as u64).max(count) - same)
    }

    fn is_planned(&self, row: &Row<'_>) -> Result<bool, rusqlite::Error> {
        let number: i64 = row.get(0)?;
        let group = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let Some(group) = group.filter(|&group| group < self.sheet.len()) else { return Ok(false) };
        let Ok(geometry) = row.get_ref(1)?.as_blob() else { return Ok(false) };
        Ok(fingerprint(geometry) == self.fingerprints[group]
            && blob::area2(geometry, &self.sheet.partition.grid) == Some(self.sheet.area2(group)))
    }
}
