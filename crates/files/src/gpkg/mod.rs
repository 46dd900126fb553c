//! GeoPackage, written and read again: rows are built on all cores while others go to the disk.
//!
//! The geometry of a row is bytes made from whole arcs of the proven partition. Reading the file
//! again compares every row with these bytes, so the file is proven to be the partition itself; see
//! [`crate::WrittenProof`].

mod blob;
mod rtree;
mod tables;

use crate::area::ArcAreas;
use crate::crs::Crs;
use crate::error::FileError;
use crate::geojson_out::Totals;
use crate::messages::Cause;
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::{Cell, Theme};
use blob::{Bounds, geometry};
use lantu_engine::RuleSet;
use rayon::prelude::*;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use std::ops::Range;
use std::path::Path;

/// How many rows are built at once.
const CHUNK: usize = 1 << 12;

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

/// Writes a sheet.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    watch: &Part<'_>,
) -> Result<Totals, FileError> {
    let failed = |source: rusqlite::Error| write_failed(path, &source);
    let srs = tables::Srs::of(dress.crs)?;
    let mut database = Connection::open(path).map_err(failed)?;
    tables::create(&database, theme, &srs).map_err(failed)?;
    let transaction = database.transaction().map_err(failed)?;
    let mut writing = Writing { boxes: Vec::with_capacity(sheet.len()), totals: Totals::default() };
    let build = |groups: Range<usize>| -> Vec<Row<'_>> {
        groups.into_par_iter().map(|group| Row::of(sheet, theme, dress.arcs, srs.id, group)).collect()
    };
    let mut rows = build(0..CHUNK.min(sheet.len()));
    for chunk in chunks(sheet.len()) {
        if !watch.reached(chunk.start as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let following = chunk.end..(chunk.end + CHUNK).min(sheet.len());
        let mut built = Vec::new();
        let inserted = rayon::in_place_scope(|scope| {
            scope.spawn(|_| built = build(following));
            writing.insert(&transaction, theme, &rows)
        });
        inserted.map_err(failed)?;
        rows = built;
    }
    tables::finish(&transaction, theme, &srs, writing.extent()).map_err(failed)?;
    rtree::fill(&transaction, theme.name, &writing.boxes).map_err(failed)?;
    tables::add_style(&transaction, theme.name, dress.rules).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    database.close().map_err(|(_, source)| failed(source))?;
    Ok(writing.totals)
}

/// Returns how many rows of a file are not exactly what was planned; rows too few or too many count.
pub(crate) fn differing_rows(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    crs: &Crs,
    watch: &Part<'_>,
) -> Result<u64, FileError> {
    let failed = |source: rusqlite::Error| write_failed(path, &source);
    let srs = tables::Srs::of(crs)?;
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    let mut query = database.prepare(&format!("SELECT geom FROM {} ORDER BY fid", theme.name)).map_err(failed)?;
    let mut found = query.query([]).map_err(failed)?;
    let mut next = |count: usize| -> Result<Vec<Vec<u8>>, rusqlite::Error> {
        let mut blobs = Vec::with_capacity(count.min(CHUNK));
        while blobs.len() < count {
            match found.next()? {
                Some(row) => blobs.push(row.get(0)?),
                None => break,
            }
        }
        Ok(blobs)
    };
    let mut differing = 0;
    for chunk in chunks(sheet.len()) {
        if !watch.reached(chunk.start as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let blobs = next(chunk.len()).map_err(failed)?;
        let missing = chunk.len() - blobs.len();
        let differs = |(group, blob): (usize, Vec<u8>)| geometry(sheet, group, srs.id).0 != blob;
        differing +=
            chunk.into_par_iter().zip(blobs).filter(|pair| differs(pair.clone())).count() as u64 + missing as u64;
    }
    Ok(differing + next(usize::MAX).map_err(failed)?.len() as u64)
}

fn chunks(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(CHUNK).map(move |start| start..(start + CHUNK).min(count))
}

fn write_failed(path: &Path, source: &rusqlite::Error) -> FileError {
    FileError::WriteFailed { path: path.to_path_buf(), source: Cause(source.to_string()) }
}

/// One row, ready to be inserted.
struct Row<'a> {
    geometry: Vec<u8>,
    bounds: Bounds,
    ellipsoid_m2: f64,
    cells: Vec<Cell<'a>>,
}

impl<'a> Row<'a> {
    fn of(sheet: &Sheet<'_>, theme: &Theme<'a>, arcs: &ArcAreas, srs: i32, group: usize) -> Self {
        let (geometry, bounds) = geometry(sheet, group, srs);
        let ellipsoid_m2 = sheet.ellipsoid_area(arcs, group);
        Self { geometry, bounds, ellipsoid_m2, cells: (theme.values)(group, ellipsoid_m2) }
    }
}

/// What is gathered while rows are inserted.
struct Writing {
    boxes: Vec<Bounds>,
    totals: Totals,
}

impl Writing {
    fn insert(&mut self, database: &Connection, theme: &Theme<'_>, rows: &[Row<'_>]) -> Result<(), rusqlite::Error> {
        let mut insert = database.prepare_cached(&tables::insert(theme))?;
        for row in rows {
            insert.raw_bind_parameter(1, &row.geometry)?;
            for (at, cell) in row.cells.iter().enumerate() {
                insert.raw_bind_parameter(at + 2, cell)?;
            }
            insert.raw_execute()?;
            self.boxes.push(row.bounds);
            self.totals.features += 1;
            self.totals.ellipsoid_m2 += row.ellipsoid_m2;
        }
        Ok(())
    }

    fn extent(&self) -> Option<Bounds> {
        self.boxes.iter().copied().reduce(Bounds::around)
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Nothing => ToSqlOutput::Owned(Value::Null),
            Cell::Flag(flag) => ToSqlOutput::Owned(Value::Integer(i64::from(*flag))),
            Cell::Real(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Texts(texts) => ToSqlOutput::Owned(Value::Text(texts.join(", "))),
            object => {
                let text = serde_json::to_string(object);
                let text = text.map_err(|cause| rusqlite::Error::ToSqlConversionFailure(Box::new(cause)))?;
                ToSqlOutput::Owned(Value::Text(text))
            }
        })
    }
}
