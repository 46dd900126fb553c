//! The spreadsheet: a sheet with the texts, and one per table.

use super::{Block, Cell, GoOn, Paper, Share, Table};
use crate::error::FileError;
use crate::messages::Cause;
use rust_xlsxwriter::{Color, Format, FormatBorder, Workbook, Worksheet, XlsxError};
use std::collections::HashMap;
use std::path::Path;

/// More rows than these do not fit into a sheet.
const MOST_ROWS: usize = 1_048_575;
/// The widest that a column is made, in characters.
const WIDEST: usize = 60;

/// Returns the file.
pub(super) fn bytes(path: &Path, paper: &Paper, go_on: GoOn<'_>) -> Result<Vec<u8>, FileError> {
    let failed =
        |error: XlsxError| FileError::WriteFailed { path: path.to_path_buf(), source: Cause(error.to_string()) };
    let mut book = Workbook::new();
    front(&mut book, paper).map_err(failed)?;
    let mut share = Share::of(paper);
    for block in &paper.blocks {
        // Putting the file together takes about as long as filling it.
        go_on(share.begin(block) / 2.0)?;
        if let Block::Table(table) = block {
            put(book.add_worksheet(), table).map_err(failed)?;
        }
    }
    go_on(0.5)?;
    book.save_to_buffer().map_err(failed)
}

/// The sheet with the texts.
fn front(book: &mut Workbook, paper: &Paper) -> Result<(), XlsxError> {
    let front = book.add_worksheet();
    front.set_name(if paper.language == "zh" { "说明" } else { "About" })?;
    front.set_column_width(0, 110)?;
    let mut row = 0;
    front.write_with_format(row, 0, &paper.title, &Format::new().set_bold().set_font_size(16))?;
    for block in &paper.blocks {
        let (text, format) = match block {
            Block::Heading(text) => (text, Format::new().set_bold()),
            Block::Text(text) => (text, Format::new().set_text_wrap()),
            _ => continue,
        };
        row += 1;
        front.write_with_format(row, 0, text, &format)?;
    }
    Ok(())
}

fn put(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    sheet.set_name(&table.name)?;
    let head = Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_text_wrap();
    for (column, name) in (0u16..).zip(&table.columns) {
        sheet.write_with_format(0, column, name, &head)?;
        let cells = table.rows.iter().take(1000).map(|row| width(&super::shown(&row[usize::from(column)])));
        let widest = cells.chain([width(name).min(16)]).max().unwrap_or(8);
        sheet.set_column_width(column, (widest + 2).min(WIDEST) as f64)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let mut formats: HashMap<usize, Format> = HashMap::new();
    for (at, row) in (1u32..).zip(table.rows.iter().take(MOST_ROWS)) {
        for (column, cell) in (0u16..).zip(row) {
            match cell {
                Cell::Text(text) => sheet.write_string(at, column, text)?,
                Cell::Number(number, digits) => {
                    let format =
                        formats.entry(*digits).or_insert_with(|| Format::new().set_num_format(pattern(*digits)));
                    sheet.write_number_with_format(at, column, *number, format)?
                }
                Cell::Marked(text, [r, g, b]) => {
                    let fill = Color::RGB(u32::from_be_bytes([0, *r, *g, *b]));
                    sheet.write_string_with_format(at, column, text, &Format::new().set_background_color(fill))?
                }
                Cell::Empty => continue,
            };
        }
    }
    let (last, columns) = (table.rows.len().min(MOST_ROWS) as u32, table.columns.len() as u16);
    if last > 0 && columns > 0 {
        sheet.autofilter(0, 0, last, columns - 1)?;
    }
    Ok(())
}

fn pattern(digits: usize) -> String {
    if digits == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(digits)) }
}

/// How wide a text is: a Chinese character is two columns wide.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
