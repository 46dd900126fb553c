//! Finds which hot pixels segments pass.

use super::cells::{Bins, Division};
use super::exact::passes;
use crate::precision::Point;

/// So many pairs of segment and pixel are tried without dividing a cell further.
const FEW: usize = 1024;

/// Hot pixels sorted into the cells of a division.
pub(super) struct Pixels {
    division: Division,
    first: Vec<u32>,
    /// The pixels and their numbers, by cell.
    points: Vec<Point>,
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
        let count = first[division.len()] as usize;
        let mut sorted = Self { division, first, points: vec![Point::default(); count], numbers: vec![0; count] };
        for number in numbers {
            let point = points[number as usize];
            let place = &mut next[division.of_point(point)];
            (sorted.points[*place as usize], sorted.numbers[*place as usize]) = (point, number);
            *place += 1;
        }
        sorted
    }

    /// Returns the numbers of the pixels in a cell.
    pub fn in_cell(&self, cell: usize) -> &[u32] {
        &self.numbers[self.first[cell] as usize..self.first[cell + 1] as usize]
    }

    /// Calls `visit` with the number of each pixel, not at its ends, that the segment passes.
    pub fn passed(&self, [a, b]: [Point; 2], mut visit: impl FnMut(u32)) {
        self.division.of_segment(a, b, |cell| self.passed_in_cell(cell, a, b, &mut visit));
    }

    #[inline]
    fn passed_in_cell(&self, cell: usize, a: Point, b: Point, visit: &mut impl FnMut(u32)) {
        let (low, high) = (Point::new(a.x.min(b.x), a.y.min(b.y)), Point::new(a.x.max(b.x), a.y.max(b.y)));
        let range = self.first[cell] as usize..self.first[cell + 1] as usize;
        for (&p, &number) in self.points[range.clone()].iter().zip(&self.numbers[range]) {
            // Most pixels lie outside the box: one branch for all four sides.
            let near = (low.x <= p.x) & (p.x <= high.x) & (low.y <= p.y) & (p.y <= high.y);
            if near && p != a && p != b && passes(a, b, p) {
                visit(number);
            }
        }
    }

    /// Calls `found` with each of the segments in the bins, which are of the same cells, and each
    /// pixel that it passes, its own ends left out.
    pub fn passed_by_all(&self, bins: &Bins, ends: &[[Point; 2]], found: &mut dyn FnMut(u32, u32)) {
        for cell in 0..self.division.len() {
            let (items, pixels) = (bins.items(cell), self.in_cell(cell));
            if items.len() * pixels.len() > FEW && pixels.len() > 2 {
                self.divided(cell, items, ends, found);
                continue;
            }
            for &item in items {
                let [a, b] = ends[item as usize];
                self.passed_in_cell(cell, a, b, &mut |pixel| found(item, pixel));
            }
        }
    }

    /// As [`Pixels::passed_by_all`] for one cell, by dividing it.
    fn divided(&self, cell: usize, items: &[u32], ends: &[[Point; 2]], found: &mut dyn FnMut(u32, u32)) {
        let range = self.first[cell] as usize..self.first[cell + 1] as usize;
        let division = Division::new(self.division.cell(cell), range.len() / 2, 256);
        if division.len() == 1 {
            // One unit wide and high: it holds one pixel.
            for &item in items {
                let [a, b] = ends[item as usize];
                self.passed_in_cell(cell, a, b, &mut |pixel| found(item, pixel));
            }
            return;
        }
        let (points, numbers) = (&self.points[range.clone()], &self.numbers[range.clone()]);
        let bins = Bins::of_segments(&division, items.iter().copied(), |item| ends[item as usize]);
        let inner = Pixels::of(division, points, 0..range.len() as u32);
        let mut outer = |item, pixel: u32| found(item, numbers[pixel as usize]);
        inner.passed_by_all(&bins, ends, &mut outer);
    }
}
