//! Features as text.

use super::Printer;
use super::digits::Digits;
use crate::sheet::Sheet;
use crate::theme::Theme;
use lantu_engine::{Outline, Point};
use std::io::Write;
use std::ops::Range;

/// Some consecutive features, with commas between them.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) text: Vec<u8>,
    /// The group of each feature, and the fingerprint of its points.
    pub(super) marks: Vec<(u32, u128)>,
    pub(super) ellipsoid_m2: f64,
}

impl Batch {
    /// Puts some groups into text; `areas` are the ellipsoidal areas of all. Lost groups are left out.
    pub(super) fn of(
        sheet: &Sheet<'_>,
        theme: &Theme<'_>,
        areas: &[f64],
        groups: Range<usize>,
    ) -> Result<Self, serde_json::Error> {
        let digits = Digits::of(&sheet.partition.grid);
        let (mut batch, mut outline, mut printer) = (Self::default(), Outline::default(), Printer::default());
        for group in groups.filter(|&group| !sheet.is_lost(group)) {
            let text = &mut batch.text;
            if !batch.marks.is_empty() {
                text.push(b',');
            }
            sheet.trace(group, &mut outline);
            put_geometry(&outline, &digits, text, &mut printer);
            write!(text, r#","id":{},"properties":{{"#, group + 1).map_err(serde_json::Error::io)?;
            let cells = (theme.values)(group, areas[group]);
            for (at, (cell, (name, _))) in cells.iter().zip(theme.columns).enumerate() {
                text.extend_from_slice(if at > 0 { b",\"" } else { b"\"" });
                text.extend_from_slice(name.as_bytes());
                text.extend_from_slice(b"\":");
                serde_json::to_writer(&mut *text, cell)?;
            }
            text.extend_from_slice(b"}}");
            batch.marks.push((group as u32, printer.take()));
            batch.ellipsoid_m2 += areas[group];
        }
        Ok(batch)
    }
}

/// Begins a feature with its geometry.
fn put_geometry(outline: &Outline, digits: &Digits<'_>, text: &mut Vec<u8>, printer: &mut Printer) {
    let polygons = outline.polygons();
    let many = polygons.len() != 1;
    let (kind, end): (&[u8], &[u8]) = if many { (b"MultiPolygon", b"]}") } else { (b"Polygon", b"}") };
    text.extend_from_slice(br#"{"type":"Feature","geometry":{"type":""#);
    text.extend_from_slice(kind);
    text.extend_from_slice(if many { br#"","coordinates":["# } else { br#"","coordinates":"# });
    for (at, rings) in polygons.enumerate() {
        text.extend_from_slice(if at > 0 { b",[" } else { b"[" });
        printer.polygon(rings.len());
        for (at, ring) in rings.enumerate() {
            text.extend_from_slice(if at > 0 { b",[" } else { b"[" });
            printer.ring(ring);
            put_ring(ring, digits, text);
            text.push(b']');
        }
        text.push(b']');
    }
    text.extend_from_slice(end);
}

/// Appends a ring's positions; the last is the first once more.
fn put_ring(ring: &[Point], digits: &Digits<'_>, text: &mut Vec<u8>) {
    let start = text.len();
    let mut end_of_first = start;
    for (at, &point) in ring.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        digits.put(point, text);
        if at == 0 {
            end_of_first = text.len();
        }
    }
    text.push(b',');
    text.extend_from_within(start..end_of_first);
}
