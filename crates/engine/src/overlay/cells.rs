//! Regular divisions of a box into square cells, and segments and points sorted into them.
//!
//! Cells only say where to look: what is cut where never depends on them.

use crate::precision::Point;

/// A half-open box of grid points: low corner inside, high corner outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cell {
    pub low: (i64, i64),
    pub high: (i64, i64),
}

impl Cell {
    pub fn holds(&self, x: i64, y: i64) -> bool {
        self.low.0 <= x && x < self.high.0 && self.low.1 <= y && y < self.high.1
    }
}

/// A regular division of a box into `columns × rows` square cells, whose side is a power of two:
/// finding a point's cell is a shift, not a division.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Division {
    whole: Cell,
    shift: u32,
    pub columns: usize,
    pub rows: usize,
}

/// Cells on both sides of zero have a common parent if they are counted from the least coordinate.
const BIAS: i64 = 1 << 31;

impl Division {
    /// Divides a box into about `count` cells, between half and twice as many, at most `most` along a
    /// side.
    pub fn new(whole: Cell, count: usize, most: usize) -> Self {
        let width = (whole.high.0 - whole.low.0).max(1);
        let height = (whole.high.1 - whole.low.1).max(1);
        let side = ((width as f64 * height as f64) / count.max(1) as f64).sqrt().max(1.0);
        let mut shift = side.log2().round() as u32;
        let part = |length: i64, shift: u32| ((length - 1) >> shift) as usize + 1;
        while part(width.max(height), shift) > most {
            shift += 1;
        }
        Self { whole, shift, columns: part(width, shift), rows: part(height, shift) }
    }

    /// As [`Division::new`], with cells that begin at multiples of their side from [`BIAS`] below zero.
    pub fn aligned(whole: Cell, count: usize, most: usize) -> Self {
        let Self { mut shift, .. } = Self::new(whole, count, most);
        loop {
            let down = |value: i64| ((value + BIAS) >> shift << shift) - BIAS;
            let low = (down(whole.low.0), down(whole.low.1));
            let part = |low: i64, high: i64| ((high - 1 - low) >> shift) as usize + 1;
            let (columns, rows) = (part(low.0, whole.high.0), part(low.1, whole.high.1));
            if columns.max(rows) <= most {
                return Self { whole: Cell { low, high: whole.high }, shift, columns, rows };
            }
            shift += 1;
        }
    }

    /// Returns the column and row of the first cell of an aligned division, counted from [`BIAS`]
    /// below zero.
    pub fn place_of_low(&self) -> (i64, i64) {
        ((self.whole.low.0 + BIAS) >> self.shift, (self.whole.low.1 + BIAS) >> self.shift)
    }

    pub fn len(&self) -> usize {
        self.columns * self.rows
    }

    pub fn cell(&self, index: usize) -> Cell {
        let (column, row) = ((index % self.columns) as i64, (index / self.columns) as i64);
        let low = (self.whole.low.0 + (column << self.shift), self.whole.low.1 + (row << self.shift));
        let side = 1i64 << self.shift;
        // Cells tile the whole exactly, so that a cell divided again claims nothing of its neighbour.
        Cell { low, high: ((low.0 + side).min(self.whole.high.0), (low.1 + side).min(self.whole.high.1)) }
    }

    /// Returns the cell of a point inside the whole.
    pub fn of_point(&self, p: Point) -> usize {
        self.row(i64::from(p.y)) * self.columns + self.column(i64::from(p.x))
    }

    fn column(&self, x: i64) -> usize {
        ((x - self.whole.low.0) >> self.shift).clamp(0, self.columns as i64 - 1) as usize
    }

    fn row(&self, y: i64) -> usize {
        ((y - self.whole.low.1) >> self.shift).clamp(0, self.rows as i64 - 1) as usize
    }

    /// Calls `visit` with every cell that a segment comes within one unit of. May name a few
    /// cells more, never one less.
    pub fn of_segment(&self, a: Point, b: Point, mut visit: impl FnMut(usize)) {
        let (low_x, high_x) = (i64::from(a.x.min(b.x)) - 1, i64::from(a.x.max(b.x)) + 1);
        let (low_y, high_y) = (i64::from(a.y.min(b.y)) - 1, i64::from(a.y.max(b.y)) + 1);
        if high_x < self.whole.low.0
            || low_x >= self.whole.high.0
            || high_y < self.whole.low.1
            || low_y >= self.whole.high.1
        {
            return;
        }
        let (first_row, last_row) = (self.row(low_y), self.row(high_y));
        let (first_column, last_column) = (self.column(low_x), self.column(high_x));
        if first_row == last_row || first_column == last_column {
            for row in first_row..=last_row {
                (first_column..=last_column).for_each(|column| visit(row * self.columns + column));
            }
            return;
        }
        let along = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
        let side = 1i64 << self.shift;
        for row in first_row..=last_row {
            let bottom = self.whole.low.1 + ((row as i64) << self.shift) - 1;
            let (from, to) = (bottom.max(low_y + 1), (bottom + side + 2).min(high_y - 1));
            // Level segments come within a unit of two rows where these meet.
            let (mut left, mut right) =
                if along.1 == 0 { (low_x, high_x) } else { (x_at(a, along, from), x_at(a, along, to)) };
            if left > right {
                std::mem::swap(&mut left, &mut right);
            }
            let left = (left - 2).max(low_x);
            let right = (right + 2).min(high_x);
            if left < self.whole.high.0 && right >= self.whole.low.0 {
                (self.column(left)..=self.column(right)).for_each(|column| visit(row * self.columns + column));
            }
        }
    }
}

/// The x of a line at a height, rounded down.
fn x_at(a: Point, along: (i64, i64), y: i64) -> i64 {
    let rise = y - i64::from(a.y);
    let small = |length: i64| length.abs() < 1 << 31;
    let run = if small(along.0) && small(rise) {
        (along.0 * rise).div_euclid(along.1)
    } else {
        (i128::from(along.0) * i128::from(rise)).div_euclid(i128::from(along.1)) as i64
    };
    i64::from(a.x) + run
}

/// Items sorted into the cells of a division.
pub(crate) struct Bins {
    first: Vec<u32>,
    items: Vec<u32>,
}

impl Bins {
    /// Bins segments by the cells they come near; `at` gives the ends of item `0..count`.
    pub fn of_segments(
        division: &Division,
        items: impl Iterator<Item = u32> + Clone,
        ends: impl Fn(u32) -> [Point; 2],
    ) -> Self {
        let mut first = vec![0u32; division.len() + 1];
        for item in items.clone() {
            let [a, b] = ends(item);
            division.of_segment(a, b, |cell| first[cell + 1] += 1);
        }
        for cell in 0..division.len() {
            first[cell + 1] += first[cell];
        }
        let mut place = first.clone();
        let mut binned = vec![0u32; first[division.len()] as usize];
        for item in items {
            let [a, b] = ends(item);
            division.of_segment(a, b, |cell| {
                binned[place[cell] as usize] = item;
                place[cell] += 1;
            });
        }
        Self { first, items: binned }
    }

    /// Returns the items of a cell, in the order in which they were given.
    pub fn items(&self, cell: usize) -> &[u32] {
        &self.items[self.first[cell] as usize..self.first[cell + 1] as usize]
    }

    /// Returns how many entries there are in all cells.
    pub fn len(&self) -> usize {
        self.items.len()
    }
}
