//! A report on paper: one document of tables and drawings, written as spreadsheet, as a page that
//! prints well, and as PDF. All three show the same numbers because a cell holds what is shown.

mod fonts;
mod html;
mod layout;
mod pdf;
mod sheet;

use crate::Progress;
use crate::error::FileError;
use std::path::Path;

/// A document.
#[derive(Clone, Debug, Default)]
pub struct Paper {
    /// Its title.
    pub title: String,
    /// Its language, as `zh` or `en`.
    pub language: &'static str,
    /// What stands in it, in order.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A table; a sheet of its own in the spreadsheet.
    Table(Table),
    /// A drawing over the whole width; not in the spreadsheet.
    Drawing(Drawing),
    /// Small drawings, two in a row; not in the spreadsheet.
    Figures(Vec<Drawing>),
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The name of its sheet, at most 31 characters.
    pub name: String,
    /// The heads of its columns.
    pub columns: Vec<String>,
    /// Its rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

/// What stands in a table.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number with so many decimals, rounded to them already.
    Number(f64, usize),
    /// A word on a ground of this colour, as a traffic light.
    Marked(String, [u8; 3]),
    /// Nothing.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A drawing in points, y downwards.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// The lines below it.
    pub caption: Vec<String>,
    /// What is drawn, the lowest first. What lies outside of it is cut off.
    pub shapes: Vec<Shape>,
}

/// Something drawn.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Rings, filled by the even-odd rule.
    Area {
        /// The rings.
        rings: Vec<Vec<[f64; 2]>>,
        /// The colour.
        fill: [u8; 3],
        /// From 0 to 1.
        opacity: f64,
    },
    /// A line along points.
    Line {
        /// The points.
        points: Vec<[f64; 2]>,
        /// The colour.
        colour: [u8; 3],
        /// The width.
        width: f64,
    },
    /// Words, beginning on the left of their baseline.
    Words {
        /// Where.
        at: [f64; 2],
        /// How large.
        size: f64,
        /// What.
        text: String,
    },
}

/// Returns a cell as people read it.
pub fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Marked(text, _) => text.clone(),
        Cell::Number(number, digits) => grouped(*number, *digits),
        Cell::Empty => String::new(),
    }
}

fn grouped(number: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", number.abs());
    let (whole, part) = text.split_once('.').map_or((text.as_str(), None), |(whole, part)| (whole, Some(part)));
    let sign = if number < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) { "-" } else { "" };
    let groups: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    let whole = groups.join(",");
    part.map_or_else(|| format!("{sign}{whole}"), |part| format!("{sign}{whole}.{part}"))
}

/// The endings that [`write_paper`] knows.
pub const PAPERS: [&str; 3] = ["xlsx", "html", "pdf"];

/// Writes a document as its path's ending says: `.xlsx`, `.html` or `.pdf`; whole or not at all. `watch`
/// hears how much is done.
///
/// # Errors
/// Another ending, no font with Chinese characters for a PDF, a file that cannot be written, or
/// [`FileError::Cancelled`] if `watch` says so.
pub fn write_paper(path: &Path, paper: &Paper, watch: Progress<'_>) -> Result<(), FileError> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stopped = || FileError::Cancelled { path: path.to_path_buf() };
    let go_on = |part: f64| if watch(part) { Ok(()) } else { Err(stopped()) };
    let bytes = match ending.as_str() {
        "xlsx" => sheet::bytes(path, paper, &go_on)?,
        "html" => html::text(paper, &go_on)?.into_bytes(),
        "pdf" => pdf::bytes(path, paper, &go_on)?,
        _ => return Err(FileError::NoPaper { path: path.to_path_buf() }),
    };
    go_on(1.0)?;
    crate::write_whole(path, &bytes)
}

/// Hears how much of a document is made; fails if it is to stop.
type GoOn<'a> = &'a dyn Fn(f64) -> Result<(), FileError>;

/// How much has been made when a block begins: its rows and figures are what takes time.
struct Share {
    done: usize,
    all: usize,
}

impl Share {
    fn of(paper: &Paper) -> Self {
        Self { done: 0, all: paper.blocks.iter().map(weight).sum::<usize>().max(1) }
    }

    /// Takes note of a block, before it is made; returns the part that is done.
    fn begin(&mut self, block: &Block) -> f64 {
        let part = self.done as f64 / self.all as f64;
        self.done += weight(block);
        part
    }
}

fn weight(block: &Block) -> usize {
    match block {
        Block::Table(table) => table.rows.len(),
        Block::Figures(drawings) => drawings.len(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_set_apart() {
        let told = [(0.0, 2), (-0.001, 2), (1234.5, 2), (-1_234_567.0, 0), (12.0, 0)]
            .map(|(number, digits)| grouped(number, digits));
        assert_eq!(told, ["0.00", "0.00", "1,234.50", "-1,234,567", "12"]);
    }
}
