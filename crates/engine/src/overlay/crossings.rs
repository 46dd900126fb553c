//! Finds where segments cross properly.
//!
//! A cell's segments are divided again and again until a cell holds few; then every pair is
//! tested. A crossing belongs to the cell that holds its rounded point. Both segments come within
//! one unit of that point, so both are in that cell: each crossing is found once, and which cells
//! there are does not matter.

use super::cells::{Bins, Cell, Division};
use super::exact::proper_crossing;
use crate::precision::Point;

/// Cells with at most this many segments are not divided further.
const FEW: usize = 24;

/// Calls `found` with every properly crossing pair among `items` whose crossing, rounded to
/// the grid, lies in `cell`, and with that point.
pub(super) fn crossings(cell: Cell, items: &[u32], ends: &[[Point; 2]], found: &mut impl FnMut(u32, u32, Point)) {
    if items.len() <= FEW {
        return test_pairs(cell, items, ends, found);
    }
    let division = Division::new(cell, items.len() / 6 + 4, 256);
    if division.len() == 1 {
        return test_pairs(cell, items, ends, found);
    }
    let bins = Bins::of_segments(&division, items.iter().copied(), |item| ends[item as usize]);
    // Where most segments run through most cells, as around a node of very high degree, dividing
    // multiplies the work instead of sharing it out.
    let worthwhile = |part: &[u32]| part.len() * 10 <= items.len() * 9 && bins.len() <= items.len() * 6;
    for index in 0..division.len() {
        let part = bins.items(index);
        match part.len() {
            0 | 1 => {}
            count if count > FEW && worthwhile(part) => crossings(division.cell(index), part, ends, found),
            _ => test_pairs(division.cell(index), part, ends, found),
        }
    }
}

fn test_pairs(cell: Cell, items: &[u32], ends: &[[Point; 2]], found: &mut impl FnMut(u32, u32, Point)) {
    for (k, &one) in items.iter().enumerate() {
        let [a, b] = ends[one as usize];
        let (low, high) = (a.y.min(b.y), a.y.max(b.y));
        for &other in &items[k + 1..] {
            let [c, d] = ends[other as usize];
            let (other_low, other_high) = (c.y.min(d.y), c.y.max(d.y));
            // Most pairs are apart, in one way or another: one branch for all four.
            if (c.x > b.x) | (d.x < a.x) | (other_low > high) | (other_high < low) {
                continue;
            }
            if (a == c) | (a == d) | (b == c) | (b == d) {
                continue;
            }
            if let Some(at) = proper_crossing(a, b, c, d).filter(|at| cell.holds(at.x.into(), at.y.into())) {
                found(one, other, at);
            }
        }
    }
}
