//! GeoPackage, written and read again: rows are built on all cores while others go to the disk.
//!
//! The geometry of a row is bytes made from whole arcs of the proven partition. Reading the file
//! again compares every row with these bytes and its area with that of its faces, so the file is
//! proven to be the partition itself; see [`crate::WrittenProof`].

mod batch;
mod blob;
mod proof;
mod rtree;
mod tables;

pub(crate) use proof::differing_rows;

use crate::area::ArcAreas;
use crate::crs::Crs;
use crate::error::FileError;
use crate::geojson_out::Totals;
use crate::messages::Cause;
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::Theme;
use batch::{Batch, Bind};
use blob::Bounds;
use lantu_engine::RuleSet;
use rayon::prelude::*;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Statement, ToSql};
use std::ops::Range;
use std::path::Path;

/// How many rows are built at once, and how many of them by one thread.
const CHUNK: usize = 1 << 12;
const BATCH: usize = 1 << 8;

/// What a sheet is written with.
#[derive(Clone, Copy)]
pub(crate) struct Dress<'a> {
    /// The CRS of the sheet's plane.
    pub crs: &'a Crs,
    /// The ellipsoidal areas of its arcs.
    pub arcs: &'a ArcAreas,
    /// The rules, for colours.
    pub rules: &'a RuleSet,
}

/// A file as it was written.
pub(crate) struct Written {
    pub totals: Totals,
    /// The fingerprint of each row's geometry.
    pub fingerprints: Vec<u128>,
}

/// Returns the fingerprint of a geometry's bytes.
fn fingerprint(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes)
}

/// Writes a sheet.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    watch: &Part<'_>,
) -> Result<Written, FileError> {
    let failed = |source: rusqlite::Error| write_failed(path, &source);
    let srs = tables::Srs::of(dress.crs)?;
    let mut database = Connection::open(path).map_err(failed)?;
    tables::create(&database, theme, &srs).map_err(failed)?;
    let transaction = database.transaction().map_err(failed)?;
    let mut writing = Writing::of(sheet.len());
    let areas = sheet.ellipsoid_areas(dress.arcs);
    let build = |rows: Range<usize>| -> Result<Vec<Batch>, serde_json::Error> {
        ranges(rows, BATCH).into_par_iter().map(|rows| Batch::of(sheet, theme, &areas, srs.id, rows)).collect()
    };
    let unfit = |source: serde_json::Error| failed(rusqlite::Error::ToSqlConversionFailure(source.into()));
    let mut batches = build(0..CHUNK.min(sheet.len())).map_err(unfit)?;
    let mut insert = transaction.prepare(&tables::insert(theme)).map_err(failed)?;
    for chunk in ranges(0..sheet.len(), CHUNK) {
        if !watch.reached(chunk.start as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let following = chunk.end..(chunk.end + CHUNK).min(sheet.len());
        let mut built = Ok(Vec::new());
        let inserted = rayon::in_place_scope(|scope| {
            scope.spawn(|_| built = build(following));
            batches.iter().try_for_each(|batch| writing.insert(&mut insert, batch))
        });
        inserted.map_err(failed)?;
        batches = built.map_err(unfit)?;
    }
    drop(insert);
    tables::finish(&transaction, theme, &srs, writing.extent()).map_err(failed)?;
    rtree::fill(&transaction, theme.name, &writing.boxes).map_err(failed)?;
    tables::add_style(&transaction, theme.name, dress.rules).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    database.close().map_err(|(_, source)| failed(source))?;
    Ok(Written { totals: writing.totals, fingerprints: writing.fingerprints })
}

fn ranges(all: Range<usize>, length: usize) -> Vec<Range<usize>> {
    all.clone().step_by(length).map(|start| start..(start + length).min(all.end)).collect()
}

fn write_failed(path: &Path, source: &rusqlite::Error) -> FileError {
    FileError::WriteFailed { path: path.to_path_buf(), source: Cause(source.to_string()) }
}

/// What is gathered while rows are inserted.
struct Writing {
    boxes: Vec<Bounds>,
    fingerprints: Vec<u128>,
    totals: Totals,
}

impl Writing {
    fn of(count: usize) -> Self {
        Self { boxes: Vec::with_capacity(count), fingerprints: Vec::with_capacity(count), totals: Totals::default() }
    }

    fn insert(&mut self, insert: &mut Statement<'_>, batch: &Batch) -> Result<(), rusqlite::Error> {
        for (at, row) in batch.rows.iter().enumerate() {
            insert.raw_bind_parameter(1, batch.geometry(row))?;
            for (column, cell) in batch.cells_of(at).iter().enumerate() {
                // A value stays bound until another takes its place.
                if at == 0 || !batch.is_same(cell, &batch.cells_of(at - 1)[column]) {
                    insert.raw_bind_parameter(column + 2, Bound(batch, cell))?;
                }
            }
            insert.raw_execute()?;
            self.boxes.push(row.bounds);
            self.fingerprints.push(row.fingerprint);
            self.totals.features += 1;
            self.totals.ellipsoid_m2 += row.ellipsoid_m2;
        }
        Ok(())
    }

    fn extent(&self) -> Option<Bounds> {
        self.boxes.iter().copied().reduce(Bounds::around)
    }
}

/// A value of a batch, as SQLite takes it.
struct Bound<'a>(&'a Batch, &'a Bind);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.1 {
            Bind::Nothing => ToSqlOutput::Owned(Value::Null),
            Bind::Flag(flag) => ToSqlOutput::Owned(Value::Integer(i64::from(*flag))),
            Bind::Real(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Bind::Text(place) => ToSqlOutput::Borrowed(ValueRef::Text(self.0.text(place))),
        })
    }
}
