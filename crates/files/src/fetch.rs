//! Rows as they come from GDAL, fetched on one thread while another makes rings of them.

use crate::error::FileError;
use crate::messages::Cause;
use crate::wkb::{self, Ground};
use gdal::vector::{Feature as Row, Layer as Table, LayerAccess, OGRFieldType};
use lantu_engine::{Attributes, RowBuilder, Value};
use std::sync::Arc;
use std::sync::mpsc;

/// What is to be read of a layer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Areas,
    /// Lines, each in the place of a polygon of one ring.
    Lines,
}

/// How the geometries of rows are read.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    pub wanted: Wanted,
    /// Whether closed lines stand for areas.
    pub closed_lines: bool,
}

/// A row of a table.
pub(crate) struct Fetched {
    /// Its number in the file, or its place among the rows.
    pub fid: i64,
    pub attributes: Attributes,
    /// Well-known binary; `None` where the feature has no geometry.
    geometry: Option<Vec<u8>>,
    /// What a geometry is called that is not understood.
    kind: u32,
}

impl Fetched {
    /// Returns the polygons of its geometry; none where it has none.
    pub fn ground(&self, rows: Rows) -> Result<Ground, Cause> {
        let Some(bytes) = &self.geometry else { return Ok(Ground::default()) };
        let read = match rows {
            Rows { wanted: Wanted::Lines, .. } => wkb::read_lines(bytes),
            Rows { closed_lines: true, .. } => wkb::read_drawing(bytes),
            Rows { .. } => wkb::read(bytes),
        };
        let name = || gdal::vector::geometry_type_to_name(self.kind);
        read.map_err(|_| Cause(format!("a geometry of type {} is not understood", name())))
    }
}

/// Fetches the rows of a table.
pub(crate) struct Fetching {
    fields: Vec<(usize, OGRFieldType::Type)>,
    names: Arc<[Box<str>]>,
}

impl Fetching {
    pub fn of(table: &Table<'_>) -> Self {
        let fields = table.defn().fields().enumerate().map(|(at, field)| (at, field.field_type())).collect();
        let names = table.defn().fields().map(|field| field.name().into_boxed_str()).collect();
        Self { fields, names }
    }

    /// The fields' names, in the file's order.
    pub fn names(&self) -> &[Box<str>] {
        &self.names
    }

    /// Fetches a row, which is the `at`-th from 0.
    pub fn fetch(&self, at: u64, row: &Row<'_>) -> Result<Fetched, Cause> {
        let mut values = RowBuilder::default();
        self.fields.iter().for_each(|&(at, kind)| add_value(row, at, kind, &mut values));
        let (geometry, kind) = geometry(row)?;
        let fid = row.fid().map_or(at as i64, |fid| fid as i64);
        Ok(Fetched { fid, attributes: values.finish(self.names.clone()), geometry, kind })
    }
}

/// The polygons of a row's geometry; none where the feature has no geometry.
pub(crate) fn ground(row: &Row<'_>) -> Result<Ground, Cause> {
    let (geometry, kind) = geometry(row)?;
    let fetched = Fetched { fid: 0, attributes: Attributes::default(), geometry, kind };
    fetched.ground(Rows { wanted: Wanted::Areas, closed_lines: false })
}

fn geometry(row: &Row<'_>) -> Result<(Option<Vec<u8>>, u32), Cause> {
    // By index, because only there a missing geometry is told from one that is there.
    let Ok(geometry) = row.geometry_by_index(0) else { return Ok((None, 0)) };
    Ok((Some(geometry.iso_wkb()?), geometry.geometry_type()))
}

/// So many rows, or bytes of their geometries, are handed over at once.
const BATCH: (usize, usize) = (256, 1 << 20);
/// So many batches may wait.
const AHEAD: usize = 4;

/// Calls `add` with each row, in order, on a thread of its own while the following are fetched on this.
/// It is none of rayon's: what waits there may take up the reading of another layer, and GDAL's messages
/// are told apart by their thread.
///
/// # Errors
/// The first that fetching or adding had.
pub(crate) fn side_by_side(
    fetched: impl Iterator<Item = Result<Fetched, FileError>>,
    add: impl FnMut(Fetched) -> Result<(), FileError> + Send,
) -> Result<(), FileError> {
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::sync_channel::<Vec<Fetched>>(AHEAD);
        let adding = scope.spawn(move || receive.into_iter().flatten().try_for_each(add));
        let fetched = hand_over(fetched, send);
        let added = adding.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // Rows that were fetched come before one that was not.
        added.and(fetched)
    })
}

fn hand_over(
    fetched: impl Iterator<Item = Result<Fetched, FileError>>,
    send: mpsc::SyncSender<Vec<Fetched>>,
) -> Result<(), FileError> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let mut stopped = Ok(());
    for row in fetched {
        match row {
            Ok(row) => {
                bytes += row.geometry.as_ref().map_or(0, Vec::len);
                batch.push(row);
            }
            Err(error) => {
                stopped = Err(error);
                break;
            }
        }
        if batch.len() >= BATCH.0 || bytes >= BATCH.1 {
            if send.send(std::mem::take(&mut batch)).is_err() {
                // Nobody listens any more where a row could not be added; why, comes from there.
                return Ok(());
            }
            bytes = 0;
        }
    }
    // As above.
    let _ = send.send(batch);
    stopped
}

/// Adds a field's value to a row. Dates and times become ISO 8601; empty text is no value.
fn add_value(row: &Row<'_>, at: usize, kind: OGRFieldType::Type, values: &mut RowBuilder) {
    let text = || row.field_as_string(at).ok().flatten().filter(|text| !text.is_empty());
    // GDAL gives 0 for a field that a feature does not have; only its text tells.
    let read = match kind {
        OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => {
            let number = row.field_as_integer64(at).ok().flatten();
            number.filter(|&number| number != 0 || text().is_some()).map(Value::Int)
        }
        OGRFieldType::OFTReal => {
            let number = row.field_as_double(at).ok().flatten();
            number.filter(|&number| number != 0.0 || text().is_some()).map(Value::Real)
        }
        _ => {
            let text = text().map(|text| as_text(text, kind));
            return values.push(text.as_deref().map_or(Value::Null, Value::Text));
        }
    };
    values.push(read.unwrap_or(Value::Null));
}

fn as_text(text: String, kind: OGRFieldType::Type) -> String {
    match kind {
        OGRFieldType::OFTDate | OGRFieldType::OFTDateTime => text.replace('/', "-").replacen(' ', "T", 1),
        _ => text,
    }
}
