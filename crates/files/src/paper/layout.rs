//! From a document to pages: what stands where, in points from the upper left corner of an A4 page.

use super::fonts::Typeface;
use super::{Block, Cell, Drawing, GoOn, Paper, Shape, Share, Table, shown};
use crate::error::FileError;

/// Width and height of a page.
pub(super) const PAGE: [f64; 2] = [595.0, 842.0];
const MARGIN: f64 = 42.0;
const WIDTH: f64 = PAGE[0] - 2.0 * MARGIN;
const BOTTOM: f64 = PAGE[1] - MARGIN;
/// The size of tables and captions, and the height of their lines.
const SMALL: f64 = 7.5;
const LINE: f64 = 10.5;
const GAP: f64 = 6.0;
/// How high a heading and a row of figures with their captions are, more or less.
const FIGURE: f64 = 290.0;
/// What is longer than that breaks within a word.
const LONGEST_WORD: f64 = 72.0;

/// Something on a page.
pub(super) enum Mark {
    /// Words with their size.
    Words([f64; 2], f64, String),
    /// A line under a row.
    Rule(f64, f64),
    /// A drawing with its corner.
    Drawing([f64; 2], Drawing),
}

/// Lays a document out.
///
/// # Errors
/// What `go_on` says, which hears of the first half of the work.
pub(super) fn pages(paper: &Paper, face: &mut Typeface, go_on: GoOn<'_>) -> Result<Vec<Vec<Mark>>, FileError> {
    let mut setter = Setter { face, pages: vec![Vec::new()], y: MARGIN };
    setter.paragraph(&paper.title, 20.0);
    let mut share = Share::of(paper);
    for (at, block) in paper.blocks.iter().enumerate() {
        let part = share.begin(block) / 2.0;
        // The heading of figures goes with the first of them.
        if let (Block::Heading(_), Some(Block::Figures(_))) = (block, paper.blocks.get(at + 1)) {
            setter.room(FIGURE);
        }
        setter.put(block, &|| go_on(part))?;
    }
    let count = setter.pages.len();
    for (at, page) in setter.pages.iter_mut().enumerate() {
        page.push(Mark::Words([PAGE[0] / 2.0 - 15.0, PAGE[1] - 22.0], SMALL, format!("{} / {count}", at + 1)));
    }
    Ok(setter.pages)
}

struct Setter<'a> {
    face: &'a mut Typeface,
    pages: Vec<Vec<Mark>>,
    y: f64,
}

impl Setter<'_> {
    fn put(&mut self, block: &Block, go_on: &dyn Fn() -> Result<(), FileError>) -> Result<(), FileError> {
        go_on()?;
        match block {
            Block::Heading(text) => {
                // A heading does not stand alone at the foot of a page.
                self.room(80.0);
                self.y += 8.0;
                self.paragraph(text, 13.0);
            }
            Block::Text(text) => self.paragraph(text, 9.0),
            Block::Table(table) => self.table(table, go_on)?,
            Block::Drawing(drawing) => self.row_of(std::slice::from_ref(drawing), WIDTH),
            Block::Figures(drawings) => {
                for row in drawings.chunks(2) {
                    go_on()?;
                    self.row_of(row, (WIDTH - 14.0) / 2.0);
                }
            }
        }
        Ok(())
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Goes to a new page where so much does not fit; returns whether it did.
    fn room(&mut self, height: f64) -> bool {
        let full = self.y + height > BOTTOM && self.y > MARGIN;
        if full {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
        full
    }

    fn paragraph(&mut self, text: &str, size: f64) {
        for line in self.wrapped(text, size, WIDTH) {
            self.room(size * 1.5);
            self.y += size * 1.45;
            self.mark(Mark::Words([MARGIN, self.y], size, line));
        }
        self.y += size * 0.4;
    }

    /// Cuts a text into lines; between words if possible, in Chinese anywhere.
    fn wrapped(&mut self, text: &str, size: f64, width: f64) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut used = 0.0;
        for word in pieces(text) {
            let wide = self.face.width(word) * size;
            if used + wide > width && used > 0.0 {
                lines.push(String::new());
                used = 0.0;
            }
            let word = if used == 0.0 { word.trim_start() } else { word };
            for c in word.chars() {
                let wide = self.face.width(c.encode_utf8(&mut [0; 4])) * size;
                if used + wide > width && used > 0.0 {
                    lines.push(String::new());
                    used = 0.0;
                }
                if let Some(line) = lines.last_mut() {
                    line.push(c);
                }
                used += wide;
            }
        }
        lines
    }

    fn table(&mut self, table: &Table, go_on: &dyn Fn() -> Result<(), FileError>) -> Result<(), FileError> {
        let widths = self.widths(table);
        let head: Vec<Cell> = table.columns.iter().map(|name| Cell::Text(name.clone())).collect();
        self.row(&head, &widths, None);
        for row in &table.rows {
            go_on()?;
            self.row(row, &widths, Some(&head));
        }
        self.y += GAP;
        Ok(())
    }

    /// The widths of columns: what they need if that fits, else so that all texts break into about as
    /// many lines; numbers and words do not break.
    fn widths(&mut self, table: &Table) -> Vec<f64> {
        let columns: Vec<Needs> = (0..table.columns.len()).map(|column| self.needs(table, column)).collect();
        let of = |lines: f64| columns.iter().map(move |needs| needs.whole.min(needs.least.max(needs.whole / lines)));
        let (mut low, mut high) = (1.0, 200.0);
        for _ in 0..40 {
            let lines = (low + high) / 2.0;
            (low, high) = if of(lines).sum::<f64>() <= WIDTH { (low, lines) } else { (lines, high) };
        }
        let widths: Vec<f64> = of(high).collect();
        // Where even the words do not fit they give way; numbers do not, as far as that is possible.
        let firm: f64 = columns.iter().map(|needs| needs.firm).sum();
        let all: f64 = widths.iter().sum();
        if firm >= WIDTH || all <= firm {
            return widths.into_iter().map(|width| width * (WIDTH / all).min(1.0)).collect();
        }
        let shrink = ((WIDTH - firm) / (all - firm)).min(1.0);
        widths.iter().zip(&columns).map(|(width, needs)| needs.firm + (width - needs.firm) * shrink).collect()
    }

    fn needs(&mut self, table: &Table, column: usize) -> Needs {
        let mut needs = Needs { whole: 12.0, least: 12.0, firm: 12.0 };
        // A head may break where its column has numbers only.
        let name = table.columns[column].split_whitespace().max_by_key(|word| word.len()).unwrap_or_default();
        needs.whole = self.face.width(name) * SMALL;
        for cell in table.rows.iter().take(500).filter_map(|row| row.get(column)) {
            let text = shown(cell);
            let whole = self.face.width(&text) * SMALL;
            let least = match cell {
                Cell::Number(..) => whole,
                _ => pieces(&text).into_iter().map(|word| self.face.width(word.trim()) * SMALL).fold(0.0, f64::max),
            };
            if matches!(cell, Cell::Number(..)) {
                needs.firm = needs.firm.max(whole);
            }
            (needs.whole, needs.least) = (needs.whole.max(whole), needs.least.max(least.min(LONGEST_WORD)));
        }
        Needs { whole: needs.whole + GAP, least: needs.least + GAP, firm: needs.firm + GAP }
    }

    /// Puts a row; `head` is put above it where a page begins.
    fn row(&mut self, row: &[Cell], widths: &[f64], head: Option<&[Cell]>) {
        let lines: Vec<Vec<String>> =
            row.iter().zip(widths).map(|(cell, width)| self.wrapped(&shown(cell), SMALL, width - GAP + 0.1)).collect();
        let height = lines.iter().map(Vec::len).max().unwrap_or(1) as f64 * LINE + 2.0;
        if self.room(height)
            && let Some(head) = head
        {
            self.row(head, widths, None);
        }
        let mut x = MARGIN;
        for ((cell, lines), width) in row.iter().zip(lines).zip(widths) {
            for (at, line) in lines.into_iter().enumerate() {
                let right = matches!(cell, Cell::Number(..));
                let indent = if right { width - GAP - self.face.width(&line) * SMALL } else { 0.0 };
                self.mark(Mark::Words([x + indent, self.y + LINE * (at as f64 + 0.8)], SMALL, line));
            }
            x += width;
        }
        self.y += height;
        self.mark(Mark::Rule(self.y - 1.5, if head.is_none() { 0.8 } else { 0.2 }));
    }

    fn row_of(&mut self, drawings: &[Drawing], width: f64) {
        let scaled: Vec<Drawing> = drawings.iter().map(|drawing| scaled(drawing, width)).collect();
        let captions: Vec<Vec<String>> = scaled
            .iter()
            .map(|drawing| drawing.caption.iter().flat_map(|line| self.wrapped(line, SMALL, width)).collect())
            .collect();
        let foot = captions.iter().map(Vec::len).max().unwrap_or(0) as f64 * LINE;
        let height = scaled.iter().map(|drawing| drawing.height).fold(0.0, f64::max);
        self.room(height + foot + GAP);
        let mut x = MARGIN;
        for (drawing, caption) in scaled.into_iter().zip(captions) {
            self.mark(Mark::Drawing([x, self.y], drawing));
            for (at, line) in caption.into_iter().enumerate() {
                self.mark(Mark::Words([x, self.y + height + LINE * (at as f64 + 0.9)], SMALL, line));
            }
            x += width + 14.0;
        }
        self.y += height + foot + 2.0 * GAP;
    }
}

/// What a column's texts need.
struct Needs {
    /// The longest, in one line.
    whole: f64,
    /// The longest number or word.
    least: f64,
    /// The longest number: what does not give way.
    firm: f64,
}

/// Words with the space before them; each Chinese character for itself.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if at > start && (c == ' ' || !c.is_ascii() || !text[start..at].is_ascii()) {
            pieces.push(&text[start..at]);
            start = at;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// A drawing made as wide as that, no higher than most of a page.
fn scaled(drawing: &Drawing, width: f64) -> Drawing {
    let factor = (width / drawing.width).min(620.0 / drawing.height);
    let place = |[x, y]: [f64; 2]| [x * factor, y * factor];
    let all = |points: &[[f64; 2]]| points.iter().map(|&point| place(point)).collect();
    let shape = |shape: &Shape| match shape {
        Shape::Area { rings, fill, opacity } => {
            Shape::Area { rings: rings.iter().map(|ring| all(ring)).collect(), fill: *fill, opacity: *opacity }
        }
        Shape::Line { points, colour, width } => {
            Shape::Line { points: all(points), colour: *colour, width: width * factor }
        }
        Shape::Words { at, size, text } => Shape::Words { at: place(*at), size: size * factor, text: text.clone() },
    };
    Drawing {
        width: drawing.width * factor,
        height: drawing.height * factor,
        caption: drawing.caption.clone(),
        shapes: drawing.shapes.iter().map(shape).collect(),
    }
}
