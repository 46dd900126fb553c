//! Rows that are ready to be inserted, in a few lists instead of many pieces.

use super::blob::{self, Bounds};
use super::fingerprint;
use crate::sheet::Sheet;
use crate::theme::{Cell, Theme};
use lantu_engine::Outline;
use std::ops::Range;

/// Some consecutive rows.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Row>,
    geometries: Vec<u8>,
    texts: Vec<u8>,
    cells: Vec<Bind>,
    columns: usize,
}

/// One row.
pub(super) struct Row {
    geometry: Range<usize>,
    pub(super) fingerprint: u128,
    pub(super) bounds: Bounds,
    pub(super) ellipsoid_m2: f64,
}

/// One value.
pub(super) enum Bind {
    Nothing,
    Flag(bool),
    Real(f64),
    /// Where it stands in the batch's texts.
    Text(Range<usize>),
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
        let mut batch = Self { columns: theme.columns.len(), ..Self::default() };
        let mut outline = Outline::default();
        for group in groups {
            sheet.trace(group, &mut outline);
            let start = batch.geometries.len();
            let bounds = blob::put(&outline, &sheet.partition.grid, srs, &mut batch.geometries);
            let geometry = start..batch.geometries.len();
            let fingerprint = fingerprint(&batch.geometries[geometry.clone()]);
            batch.rows.push(Row { geometry, fingerprint, bounds, ellipsoid_m2: areas[group] });
            for cell in (theme.values)(group, areas[group]) {
                let bind = batch.bind(&cell)?;
                batch.cells.push(bind);
            }
        }
        Ok(batch)
    }

    pub(super) fn geometry(&self, row: &Row) -> &[u8] {
        &self.geometries[row.geometry.clone()]
    }

    pub(super) fn cells_of(&self, row: usize) -> &[Bind] {
        &self.cells[row * self.columns..(row + 1) * self.columns]
    }

    pub(super) fn text(&self, place: &Range<usize>) -> &[u8] {
        &self.texts[place.clone()]
    }

    /// Whether two values are the same, to the bit.
    pub(super) fn is_same(&self, one: &Bind, other: &Bind) -> bool {
        match (one, other) {
            (Bind::Nothing, Bind::Nothing) => true,
            (Bind::Flag(one), Bind::Flag(other)) => one == other,
            (Bind::Real(one), Bind::Real(other)) => one.to_bits() == other.to_bits(),
            (Bind::Text(one), Bind::Text(other)) => self.text(one) == self.text(other),
            _ => false,
        }
    }

    fn bind(&mut self, cell: &Cell<'_>) -> Result<Bind, serde_json::Error> {
        let start = self.texts.len();
        match cell {
            Cell::Nothing => return Ok(Bind::Nothing),
            Cell::Flag(flag) => return Ok(Bind::Flag(*flag)),
            Cell::Real(number) => return Ok(Bind::Real(*number)),
            Cell::Text(text) => self.texts.extend_from_slice(text.as_bytes()),
            Cell::Texts(texts) => {
                for (at, text) in texts.iter().enumerate() {
                    self.texts.extend_from_slice(if at > 0 { b", " } else { b"" });
                    self.texts.extend_from_slice(text.as_bytes());
                }
            }
            object => serde_json::to_writer(&mut self.texts, object)?,
        }
        Ok(Bind::Text(start..self.texts.len()))
    }
}
