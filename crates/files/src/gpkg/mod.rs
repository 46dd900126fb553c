//! GeoPackage, written and read again: rows are built on all cores while others go to the disk.
//!
//! The geometry of a row is bytes made from whole arcs of the proven partition. Reading the file
//! again compares every row with these bytes and its area with that of its faces, so the file is
//! proven to be the partition itself; see [`crate::WrittenProof`].

mod batch;
mod blob;
mod proof;
mod rows;
mod rtree;
mod tables;

pub(crate) use proof::differing_rows;

use crate::area::ArcAreas;
use crate::crs::Crs;
use crate::error::FileError;
use crate::geojson::Totals;
use crate::messages::Cause;
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::Theme;
use batch::Batch;
use blob::Bounds;
use lantu_engine::RuleSet;
use rayon::prelude::*;
use rows::Rows;
use rtree::{Cell, Tree};
use std::fmt::Display;
use std::io;
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
    /// What the contents say of the layer.
    pub note: &'a str,
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
    let failed_at = |source: io::Error| write_failed(path, &source);
    let srs = tables::Srs::of(dress.crs)?;
    let database = tables::open(path).map_err(failed)?;
    tables::create(&database, theme, &srs).map_err(failed)?;
    let root = tables::root_of(&database, theme.name).map_err(failed)?;
    let index = tables::root_of(&database, &rtree::table_of_rows(theme.name)).map_err(failed)?;
    database.close().map_err(|(_, source)| failed(source))?;
    let rows = Rows::of(path, root).map_err(failed_at)?;
    let mut writing = Writing::of(sheet.len(), rows);
    let areas = sheet.ellipsoid_areas(dress.arcs);
    let build = |rows: Range<usize>| -> Result<Vec<Batch>, serde_json::Error> {
        ranges(rows, BATCH).into_par_iter().map(|rows| Batch::of(sheet, theme, &areas, srs.id, rows)).collect()
    };
    let unfit = |source: serde_json::Error| write_failed(path, &source);
    let mut batches = build(0..CHUNK.min(sheet.len())).map_err(unfit)?;
    for chunk in ranges(0..sheet.len(), CHUNK) {
        if !watch.reached(chunk.start as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let following = chunk.end..(chunk.end + CHUNK).min(sheet.len());
        let mut built = Ok(Vec::new());
        let put = rayon::in_place_scope(|scope| {
            scope.spawn(|_| built = build(following));
            batches.iter().try_for_each(|batch| writing.put(batch))
        });
        put.map_err(failed_at)?;
        batches = built.map_err(unfit)?;
    }
    let Writing { rows, boxes, extent, fingerprints, totals } = writing;
    rows.finish().map_err(failed_at)?;
    let tree = Tree::of(boxes);
    put_index(path, index, &tree).map_err(failed_at)?;
    finish(path, theme, &srs, dress, (extent, &tree)).map_err(failed)?;
    Ok(Written { totals, fingerprints })
}

/// Puts the node of each row into the index.
fn put_index(path: &Path, root: u32, tree: &Tree) -> io::Result<()> {
    let (mut rows, mut record) = (Rows::of(path, root)?, Vec::new());
    for &node in &tree.of_row {
        record.clear();
        rows::record(&[rows::Value::Null, rows::Value::Number(node as i32)], &mut record);
        rows.push(&record)?;
    }
    rows.finish()
}

/// Lists the layer, and adds its index and its style.
fn finish(
    path: &Path,
    theme: &Theme<'_>,
    srs: &tables::Srs,
    dress: Dress<'_>,
    (extent, tree): (Option<Bounds>, &Tree),
) -> Result<(), rusqlite::Error> {
    let mut database = tables::open(path)?;
    let transaction = database.transaction()?;
    if !tree.of_row.is_empty() {
        tables::count_on(&transaction, theme.name, tree.of_row.len())?;
    }
    tables::finish(&transaction, (theme.name, dress.note), srs, extent)?;
    tree.put_nodes(&transaction, theme.name)?;
    tables::add_style(&transaction, theme.name, dress.rules)?;
    transaction.commit()?;
    database.close().map_err(|(_, source)| source)
}

pub(crate) fn ranges(all: Range<usize>, length: usize) -> Vec<Range<usize>> {
    all.clone().step_by(length).map(|start| start..(start + length).min(all.end)).collect()
}

fn write_failed(path: &Path, source: &dyn Display) -> FileError {
    FileError::WriteFailed { path: path.to_path_buf(), source: Cause(source.to_string()) }
}

/// What is gathered while rows are put into the file.
struct Writing {
    rows: Rows,
    boxes: Vec<Cell>,
    extent: Option<Bounds>,
    fingerprints: Vec<u128>,
    totals: Totals,
}

impl Writing {
    fn of(count: usize, rows: Rows) -> Self {
        let (boxes, fingerprints) = (Vec::with_capacity(count), Vec::with_capacity(count));
        Self { rows, boxes, extent: None, fingerprints, totals: Totals::default() }
    }

    fn put(&mut self, batch: &Batch) -> io::Result<()> {
        for row in &batch.rows {
            self.rows.push(batch.record(row))?;
            self.boxes.push(Cell::of(self.boxes.len() as u32 + 1, &row.bounds));
            self.extent = Some(self.extent.map_or(row.bounds, |extent| extent.around(row.bounds)));
            self.fingerprints.push(row.fingerprint);
            self.totals.features += 1;
            self.totals.ellipsoid_m2 += row.ellipsoid_m2;
        }
        Ok(())
    }
}
