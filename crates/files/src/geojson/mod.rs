//! GeoJSON after RFC 7946: longitude and latitude, at most nine decimals; features are put into
//! text on all cores while others go to the disk.
//!
//! The digits are those of grid points of a proven partition. Reading the file again compares every
//! feature's digits with these points and its area with that of its faces, so the file is proven
//! to be the partition itself; see [`crate::WrittenProof`].

mod batch;
mod digits;
mod proof;
mod read;

pub(crate) use proof::{Compared, compare};

use crate::area::ArcAreas;
use crate::crs::Crs;
use crate::error::FileError;
use crate::gpkg::ranges;
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::Theme;
use batch::Batch;
use lantu_engine::Point;
use rayon::prelude::*;
use serde_json::json;
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

/// How many features are put into text at once, and how many of them by one thread.
const CHUNK: usize = 1 << 12;
const BATCH: usize = 1 << 8;

/// What was written, and how large it is.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Totals {
    /// How many features.
    pub features: u64,
    /// Their ellipsoidal area in m².
    pub ellipsoid_m2: f64,
}

/// A file as it was written.
#[derive(Default)]
pub(crate) struct Written {
    pub totals: Totals,
    /// Where its features stand, in order.
    places: Vec<Features>,
}

/// Some consecutive features of a file.
struct Features {
    /// Where their text stands; no comma is before the first or after the last.
    bytes: Range<u64>,
    /// The group of each, and the fingerprint of its points.
    marks: Vec<(u32, u128)>,
}

/// Said in every file, because the two systems are taken for the same.
const NOTE: &str = "WGS 84 longitude and latitude; for planning the same as CGCS2000 (EPSG:4490)";
/// What stands after the last feature.
const TAIL: &[u8] = b"]}";

/// Writes a sheet that lies in longitude and latitude.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    about: [&str; 3],
    watch: &Part<'_>,
) -> Result<Written, FileError> {
    let refuse = |source: io::Error| FileError::NotWritable { path: path.to_path_buf(), source };
    let mut writing = Writing { file: File::create(path).map_err(refuse)?, at: 0, written: Written::default() };
    writing.put_bytes(&head(sheet, theme, about).map_err(|cause| refuse(cause.into()))?).map_err(refuse)?;
    // Without any group the partition was not taken to longitude and latitude.
    let areas = match sheet.len() {
        0 => Vec::new(),
        _ => sheet.ellipsoid_areas(&ArcAreas::of(sheet.partition, &Crs::lonlat()?, &|_| true)?),
    };
    let build = |groups: Range<usize>| -> Result<Vec<Batch>, serde_json::Error> {
        ranges(groups, BATCH).into_par_iter().map(|groups| Batch::of(sheet, theme, &areas, groups)).collect()
    };
    let unfit = |source: serde_json::Error| refuse(source.into());
    let mut batches = build(0..CHUNK.min(sheet.len())).map_err(unfit)?;
    for chunk in ranges(0..sheet.len(), CHUNK) {
        if !watch.reached(chunk.start as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let following = chunk.end..(chunk.end + CHUNK).min(sheet.len());
        let mut built = Ok(Vec::new());
        let put = rayon::in_place_scope(|scope| {
            scope.spawn(|_| built = build(following));
            batches.drain(..).try_for_each(|batch| writing.put(batch))
        });
        put.map_err(refuse)?;
        batches = built.map_err(unfit)?;
    }
    writing.put_bytes(TAIL).map_err(refuse)?;
    Ok(writing.written)
}

/// What stands before the first feature.
fn head(sheet: &Sheet<'_>, theme: &Theme<'_>, [title, note, plane]: [&str; 3]) -> Result<Vec<u8>, serde_json::Error> {
    let mut head = br#"{ "type": "FeatureCollection", "#.to_vec();
    if let Some(bounds) = sheet.bounds() {
        let bbox = [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y];
        let mut about = json!({ "layer": theme.name, "title": title, "plane": plane, "coordinates": NOTE });
        if !note.is_empty() {
            about["note"] = note.into();
        }
        head.extend(br#""bbox": "#);
        serde_json::to_writer(&mut head, &bbox)?;
        head.extend(br#","lantu": "#);
        serde_json::to_writer(&mut head, &about)?;
        head.extend(b", ");
    }
    head.extend(br#""features": ["#);
    Ok(head)
}

/// A file that is being written.
struct Writing {
    file: File,
    at: u64,
    written: Written,
}

impl Writing {
    fn put_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn put(&mut self, batch: Batch) -> io::Result<()> {
        if batch.marks.is_empty() {
            return Ok(());
        }
        if !self.written.places.is_empty() {
            self.put_bytes(b",")?;
        }
        let start = self.at;
        self.put_bytes(&batch.text)?;
        self.written.totals.features += batch.marks.len() as u64;
        self.written.totals.ellipsoid_m2 += batch.ellipsoid_m2;
        self.written.places.push(Features { bytes: start..self.at, marks: batch.marks });
        Ok(())
    }
}

/// Takes the fingerprint of polygons on the grid: of their points and of how these are parted.
#[derive(Default)]
struct Printer(Vec<u8>);

impl Printer {
    fn polygon(&mut self, rings: usize) {
        self.0.extend((rings as u32).to_le_bytes());
    }

    /// Takes a ring without its closing point.
    fn ring(&mut self, points: &[Point]) {
        self.0.extend((points.len() as u32).to_le_bytes());
        for point in points {
            self.0.extend(point.x.to_le_bytes());
            self.0.extend(point.y.to_le_bytes());
        }
    }

    /// Returns the fingerprint of what was taken, and begins anew.
    fn take(&mut self) -> u128 {
        let print = xxhash_rust::xxh3::xxh3_128(&self.0);
        self.0.clear();
        print
    }
}
