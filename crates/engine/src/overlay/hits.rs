//! Finds which hot pixels segments pass.

use super::cells::{Bins, Cell, Division};
use super::exact::passes;
use crate::precision::Point;

/// So many pairs of segment and pixel are tried without dividing a cell further.
const FEW: usize = 1024;

/// Hot pixels sorted into the cells of a division.
pub(super) struct Pixels {
    division: Division,
    first: Vec<u32>,
    /// Numbers of points, by cell.
    numbers: Vec<u32>,
}

impl Pixels {
    /// Sorts the points of the given numbers into cells.
    pub fn of(division: Division, points: &[Point], numbers: impl Iterator<Item = u32> + Clone) -> Self {
        let mut first = vec![0u32; division.len() + 1];
        for number in numbers.clone() {
            first[division.of_point(points[number as usize]) + 1] += 1;
        }
        for cell in 0..division.len() {
            first[cell + 1] += first[cell];
        }
        let mut next = first.clone();
        let mut sorted = vec![0u32; first[division.len()] as usize];
        for number in numbers {
            let place = &mut next[division.of_point(points[number as usize])];
            sorted[*place as usize] = number;
            *place += 1;
        }
        Self { division, first, numbers: sorted }
    }

    /// Returns the numbers of the pixels in a cell.
    pub fn in_cell(&self, cell: usize) -> &[u32] {
        &self.numbers[self.first[cell] as usize..self.first[cell + 1] as usize]
    }

    /// Calls `visit` with the number of each pixel, not at its ends, that the segment passes.
    pub fn passed(&self, [a, b]: [Point; 2], points: &[Point], mut visit: impl FnMut(u32)) {
        self.division.of_segment(a, b, |cell| {
            for &number in self.in_cell(cell) {
                let p = points[number as usize];
                if p != a && p != b && passes(a, b, p) {
                    visit(number);
                }
            }
        });
    }
}

/// Calls `found` with each of the segments `items` and each of the pixels of a cell that it
/// passes, its own ends left out.
pub(super) fn hits(
    cell: Cell,
    items: &[u32],
    ends: &[[Point; 2]],
    pixels: &[u32],
    points: &[Point],
    found: &mut impl FnMut(u32, u32),
) {
    let division = if items.len() * pixels.len() > FEW && pixels.len() > 2 {
        Division::new(cell, pixels.len() / 2, 256)
    } else {
        Division::new(cell, 1, 1)
    };
    if division.len() > 1 {
        let bins = Bins::of_segments(&division, items.iter().copied(), |item| ends[item as usize]);
        let inner = Pixels::of(division, points, pixels.iter().copied());
        for index in 0..division.len() {
            hits(division.cell(index), bins.items(index), ends, inner.in_cell(index), points, found);
        }
        return;
    }
    for &item in items {
        let [a, b] = ends[item as usize];
        for &pixel in pixels {
            let p = points[pixel as usize];
            if passes(a, b, p) && p != a && p != b {
                found(item, pixel);
            }
        }
    }
}
