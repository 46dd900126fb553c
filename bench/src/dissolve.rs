//! One feature out of many cells: the borders between them disappear.

use crate::mesh::{Cell, Corner, Mesh};
use std::collections::{BTreeMap, BTreeSet};

/// The outline of connected cells as rings of corners: the outer ring first, then holes.
pub type Outline = Vec<Vec<Corner>>;

/// Returns the outline of each connected group of cells, in the order of their first cells.
///
/// As three cells meet in a corner, every corner of the outline has one way out, and each closed
/// way is a ring of one group: counter-clockwise its outer ring, clockwise a hole.
pub fn dissolve(mesh: &Mesh, cells: &BTreeSet<Cell>) -> Vec<Outline> {
    let group = groups(cells);
    let mut way: BTreeMap<Corner, (Corner, usize)> = BTreeMap::new();
    for &cell in cells {
        let corners = cell.corners();
        for (k, beyond) in cell.neighbours().iter().enumerate() {
            if !cells.contains(beyond) {
                way.insert(corners[k], (corners[(k + 1) % 6], group[&cell]));
            }
        }
    }
    let count = group.values().max().map_or(0, |last| last + 1);
    let mut outlines: Vec<Outline> = vec![Vec::new(); count];
    while let Some((&start, &(_, group))) = way.first_key_value() {
        let mut ring = Vec::new();
        let mut at = start;
        while let Some((next, _)) = way.remove(&at) {
            ring.push(at);
            at = next;
        }
        let rings = &mut outlines[group];
        let at = if area(mesh, &ring) > 0.0 { 0 } else { rings.len() };
        rings.insert(at, ring);
    }
    outlines
}

/// Numbers the connected groups.
fn groups(cells: &BTreeSet<Cell>) -> BTreeMap<Cell, usize> {
    let mut group = BTreeMap::new();
    let mut count = 0;
    for &start in cells {
        if group.contains_key(&start) {
            continue;
        }
        let mut waiting = vec![start];
        group.insert(start, count);
        while let Some(cell) = waiting.pop() {
            for beside in cell.neighbours() {
                if cells.contains(&beside) && !group.contains_key(&beside) {
                    group.insert(beside, count);
                    waiting.push(beside);
                }
            }
        }
        count += 1;
    }
    group
}

fn area(mesh: &Mesh, ring: &[Corner]) -> f64 {
    let places: Vec<_> = ring.iter().map(|&corner| mesh.corner(corner)).collect();
    let next = |k: usize| places[(k + 1) % places.len()];
    places.iter().enumerate().map(|(k, a)| a[0] * next(k)[1] - a[1] * next(k)[0]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_of_cells_has_an_outer_ring_and_a_hole() {
        let mesh = Mesh::new(3, 100, 39_000.0);
        let middle = Cell { row: 5, column: 5 };
        let cells: BTreeSet<Cell> = middle.neighbours().into();
        let outlines = dissolve(&mesh, &cells);
        assert_eq!(outlines.iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        assert_eq!(outlines[0].iter().map(Vec::len).collect::<Vec<_>>(), [18, 6]);
    }

    #[test]
    fn cells_apart_are_outlines_apart() {
        let mesh = Mesh::new(3, 100, 39_000.0);
        let cells = [Cell { row: 2, column: 2 }, Cell { row: 2, column: 5 }].into();
        assert_eq!(dissolve(&mesh, &cells).len(), 2);
    }
}
