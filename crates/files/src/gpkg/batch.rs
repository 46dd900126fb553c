//! Rows that are ready to be put into the file, in one list of bytes.

use super::blob::{self, Bounds};
use super::fingerprint;
use super::rows::{self, Value};
use crate::sheet::Sheet;
use crate::theme::{Cell, Theme};
use lantu_engine::Outline;
use std::ops::Range;

/// Some consecutive rows.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Row>,
    records: Vec<u8>,
}

/// One row.
pub(super) struct Row {
    record: Range<usize>,
    pub(super) fingerprint: u128,
    pub(super) bounds: Bounds,
    pub(super) ellipsoid_m2: f64,
}

impl Batch {
    /// Builds the rows of some groups; `areas` are the ellipsoidal areas of all.
    pub(super) fn of(
        sheet: &Sheet<'_>,
        theme: &Theme<'_>,
        areas: &[f64],
        srs: i32,
        groups: Range<usize>,
    ) -> Result<Self, serde_json::Error> {
        let (mut batch, mut outline) = (Self::default(), Outline::default());
        let (mut geometry, mut texts) = (Vec::new(), Vec::new());
        for group in groups {
            sheet.trace(group, &mut outline);
            geometry.clear();
            let bounds = blob::put(&outline, &sheet.partition.grid, srs, &mut geometry);
            let cells = (theme.values)(group, areas[group]);
            texts.clear();
            let ends = cells.iter().map(|cell| put_text(cell, &mut texts)).collect::<Result<Vec<usize>, _>>()?;
            // The number of a row stands before its record, not in it.
            let mut values = vec![Value::Null, Value::Blob(&geometry)];
            let starts = std::iter::once(0).chain(ends.iter().copied());
            values.extend(cells.iter().zip(starts.zip(&ends)).map(|(cell, (start, &end))| match cell {
                Cell::Nothing => Value::Null,
                Cell::Flag(flag) => Value::Flag(*flag),
                Cell::Real(number) => Value::Real(*number),
                _ => Value::Text(&texts[start..end]),
            }));
            let start = batch.records.len();
            rows::record(&values, &mut batch.records);
            let (record, fingerprint) = (start..batch.records.len(), fingerprint(&geometry));
            batch.rows.push(Row { record, fingerprint, bounds, ellipsoid_m2: areas[group] });
        }
        Ok(batch)
    }

    pub(super) fn record(&self, row: &Row) -> &[u8] {
        &self.records[row.record.clone()]
    }
}

/// Appends the text of a value that is kept as text; returns where the texts end then.
fn put_text(cell: &Cell<'_>, texts: &mut Vec<u8>) -> Result<usize, serde_json::Error> {
    match cell {
        Cell::Nothing | Cell::Flag(_) | Cell::Real(_) => {}
        Cell::Text(text) => texts.extend_from_slice(text.as_bytes()),
        Cell::Texts(list) => {
            for (at, text) in list.iter().enumerate() {
                texts.extend_from_slice(if at > 0 { b", " } else { b"" });
                texts.extend_from_slice(text.as_bytes());
            }
        }
        object => serde_json::to_writer(&mut *texts, object)?,
    }
    Ok(texts.len())
}
