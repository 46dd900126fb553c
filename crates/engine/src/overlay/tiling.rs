//! Divides the plane into square tiles of about equal work, so that work stays in the cache and can
//! be shared out. Tiles only say where to look: what is cut where never depends on them.
//!
//! Tiles are the leaves of a quadtree whose cells are aligned to the grid's absolute powers of two,
//! in the order of the Morton curve; things sorted along that curve are sorted by tiles as well,
//! whatever the tiles are.

use super::cells::{Cell, Division};
use crate::normalise::NormalLayer;
use crate::precision::Point;
use rayon::prelude::*;

/// The finest cells along a side: a table of 2048² tile numbers takes 16 MB.
const MOST_CELLS: usize = 2048;

/// Returns the place of a point on the Morton curve: the bits of its coordinates interleaved.
#[inline]
pub(super) fn morton(p: Point) -> u64 {
    const SIGN: u32 = 1 << 31;
    spread(p.x as u32 ^ SIGN) | spread(p.y as u32 ^ SIGN) << 1
}

fn spread(word: u32) -> u64 {
    let mut wide = u64::from(word);
    for (shift, mask) in [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ] {
        wide = (wide | wide << shift) & mask;
    }
    wide
}

/// Tiles that cover all points.
pub(crate) struct Tiling {
    fine: Division,
    /// The tile of each fine cell.
    tile_of: Vec<u32>,
    cells: Vec<Cell>,
}

impl Tiling {
    /// Divides the ground of all layers into tiles of at most `most` vertices where cells are fine
    /// enough for it; `None` if there is no vertex.
    pub fn of(layers: &[NormalLayer], most: usize) -> Option<Self> {
        let points: Vec<&[Point]> = layers.iter().map(NormalLayer::points).collect();
        let whole = points.iter().filter_map(|points| bounds(points)).reduce(union)?;
        Some(Self::over(whole, &points, most))
    }

    fn over(whole: Cell, points: &[&[Point]], most: usize) -> Self {
        let vertices: usize = points.iter().map(|points| points.len()).sum();
        let fine = Division::aligned(whole, vertices * 16 / most.max(1) + 1, MOST_CELLS);
        let mut counts = vec![0u32; fine.len()];
        for points in points {
            let piece = points.len().div_ceil(rayon::current_num_threads()).max(1 << 16);
            let parts: Vec<Vec<u32>> = points.par_chunks(piece).map(|points| count(&fine, points)).collect();
            for part in parts {
                counts.iter_mut().zip(part).for_each(|(all, part)| *all += part);
            }
        }
        let mut tiling = Self { fine, tile_of: vec![0; fine.len()], cells: Vec::new() };
        let sums = Pyramid::of(&tiling.fine, counts);
        tiling.divide(&sums, sums.levels.len() - 1, (0, 0), most as u64);
        tiling
    }

    /// Makes the cell of a level a tile, or divides it into four.
    fn divide(&mut self, sums: &Pyramid, level: usize, at: (i64, i64), most: u64) {
        let Some(count) = sums.count(level, at) else { return };
        if level > 0 && count > most {
            let odd = sums.levels[level].odd;
            for (right, up) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                self.divide(sums, level - 1, (2 * at.0 - odd.0 + right, 2 * at.1 - odd.1 + up), most);
            }
            return;
        }
        let tile = self.cells.len() as u32;
        let (first, past) = (sums.first_cell(level, at), sums.first_cell(level, (at.0 + 1, at.1 + 1)));
        let columns = first.0.max(0) as usize..(past.0 as usize).min(self.fine.columns);
        let rows = first.1.max(0) as usize..(past.1 as usize).min(self.fine.rows);
        for row in rows.clone() {
            let start = row * self.fine.columns;
            self.tile_of[start + columns.start..start + columns.end].fill(tile);
        }
        let low = self.fine.cell(rows.start * self.fine.columns + columns.start);
        let high = self.fine.cell((rows.end - 1) * self.fine.columns + columns.end - 1);
        self.cells.push(union(low, high));
    }

    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn cell(&self, tile: usize) -> Cell {
        self.cells[tile]
    }

    /// Returns the places of the tiles' lower left corners on the curve, ascending. What lies in a
    /// tile has a place from its corner's to that of the next.
    pub fn corners(&self) -> Vec<u64> {
        self.cells.iter().map(|cell| morton(Point::new(clamped(cell.low.0), clamped(cell.low.1)))).collect()
    }

    /// Returns the tile of a point.
    pub fn of_point(&self, p: Point) -> u32 {
        self.tile_of[self.fine.of_point(p)]
    }

    /// Puts the tiles that a segment comes within one unit of into `tiles`, ascending. May name a
    /// few tiles more, never one less.
    pub fn of_segment(&self, a: Point, b: Point, tiles: &mut Vec<u32>) {
        tiles.clear();
        self.fine.of_segment(a, b, |cell| tiles.push(self.tile_of[cell]));
        tiles.sort_unstable();
        tiles.dedup();
    }
}

/// Cells may begin before the least coordinate that there is.
fn clamped(value: i64) -> i32 {
    value.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

fn count(fine: &Division, points: &[Point]) -> Vec<u32> {
    let mut counts = vec![0; fine.len()];
    points.iter().for_each(|&p| counts[fine.of_point(p)] += 1);
    counts
}

/// Returns the smallest cell that holds all points.
pub(super) fn bounds(points: &[Point]) -> Option<Cell> {
    let cell = |p: &Point| Cell { low: (p.x.into(), p.y.into()), high: (i64::from(p.x) + 1, i64::from(p.y) + 1) };
    points.par_chunks(1 << 16).filter_map(|points| points.iter().map(cell).reduce(union)).reduce_with(union)
}

fn union(one: Cell, other: Cell) -> Cell {
    Cell {
        low: (one.low.0.min(other.low.0), one.low.1.min(other.low.1)),
        high: (one.high.0.max(other.high.0), one.high.1.max(other.high.1)),
    }
}

/// How many points lie in each fine cell, and in the quadtree's cells above.
struct Pyramid {
    levels: Vec<Level>,
}

/// The cells of one size, twice as wide and high as those of the level below.
struct Level {
    /// How many fine cells the first cell begins left of and below the first fine cell.
    before: (i64, i64),
    /// How many cells of the level below are missing left of and below in the first cell: 0 or 1.
    odd: (i64, i64),
    columns: usize,
    counts: Vec<u64>,
}

impl Pyramid {
    fn of(fine: &Division, counts: Vec<u32>) -> Self {
        let counts = counts.into_iter().map(u64::from).collect();
        let mut levels = vec![Level { before: (0, 0), odd: (0, 0), columns: fine.columns, counts }];
        let first = fine.place_of_low();
        let mut side = 2i64;
        while levels[levels.len() - 1].counts.len() > 1 {
            let lower = &levels[levels.len() - 1];
            let before = (first.0.rem_euclid(side), first.1.rem_euclid(side));
            let odd = (i64::from(before.0 > lower.before.0), i64::from(before.1 > lower.before.1));
            let (left, down) = (odd.0 as usize, odd.1 as usize);
            let lower_rows = lower.counts.len() / lower.columns;
            let (columns, rows) = ((lower.columns + left).div_ceil(2), (lower_rows + down).div_ceil(2));
            let mut counts = vec![0; columns * rows];
            for (at, count) in lower.counts.iter().enumerate() {
                let (column, row) = (at % lower.columns, at / lower.columns);
                counts[(row + down) / 2 * columns + (column + left) / 2] += count;
            }
            levels.push(Level { before, odd, columns, counts });
            side *= 2;
        }
        Self { levels }
    }

    /// Returns how many fine cells lie left of and below a cell's lower left corner.
    fn first_cell(&self, level: usize, at: (i64, i64)) -> (i64, i64) {
        let before = self.levels[level].before;
        ((at.0 << level) - before.0, (at.1 << level) - before.1)
    }

    /// Returns the count of a cell, `None` if there is no such cell.
    fn count(&self, level: usize, at: (i64, i64)) -> Option<u64> {
        let Level { columns, counts, .. } = &self.levels[level];
        let inside = at.0 >= 0 && at.1 >= 0 && at.0 < *columns as i64;
        inside.then(|| counts.get(at.1 as usize * columns + at.0 as usize).copied()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_visits_a_square_before_the_next() {
        let along: Vec<u64> = [(-1, -1), (0, -1), (-1, 0), (0, 0), (1, 0), (0, 1), (1, 1), (2, 0)]
            .map(|(x, y)| morton(Point::new(x, y)))
            .to_vec();
        assert!(along.is_sorted(), "{along:?}");
    }

    #[test]
    fn few_points_at_both_ends_of_the_range_share_one_tile() {
        let points = [Point::new(i32::MIN + 4, 7), Point::new(i32::MAX - 4, 8)];
        let tiling = Tiling::over(bounds(&points).unwrap(), &[&points], 6000);
        assert_eq!(tiling.len(), 1);
    }

    #[test]
    fn tiles_cover_the_ground_once_in_the_order_of_the_curve() {
        let points: Vec<Point> = (0..3000).map(|k| Point::new((k * k) % 977 - 311, (k * 37) % 701 - 650)).collect();
        for most in [1, 7, 100, 5000] {
            let tiling = Tiling::over(bounds(&points).unwrap(), &[&points], most);
            let mut sorted = points.clone();
            sorted.sort_by_key(|&p| morton(p));
            let tiles: Vec<u32> = sorted.iter().map(|&p| tiling.of_point(p)).collect();
            assert!(tiles.is_sorted(), "tiles of at most {most}");
            for (&p, tile) in sorted.iter().zip(tiles) {
                let holding: Vec<usize> =
                    (0..tiling.len()).filter(|&tile| tiling.cell(tile).holds(p.x.into(), p.y.into())).collect();
                assert_eq!(holding, [tile as usize]);
            }
        }
    }
}
