//! A honeycomb with pushed corners: cells that share their borders by construction.
//!
//! Rows of hexagons with one corner up; odd rows stand half a width to the right. In every corner
//! exactly three cells meet, so the outline of any set of cells is a set of rings that touch
//! neither themselves nor each other.

use crate::noise::pair;

/// A place before the country is warped, in metres.
pub type Place = [f64; 2];

/// A cell by row and column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cell {
    pub row: i32,
    pub column: i32,
}

/// A corner, named after one of its three cells: the upper or the upper left corner of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Corner {
    pub cell: Cell,
    pub left: bool,
}

/// A honeycomb over a square.
#[derive(Clone, Copy, Debug)]
pub struct Mesh {
    pub seed: u64,
    pub rows: i32,
    pub columns: i32,
    /// The side of a hexagon.
    side: f64,
    /// Unit vector of the rows' direction.
    along: [f64; 2],
}

/// How far a corner is pushed at most along each axis, in sides; below 0.35 no cell folds.
const PUSH: f64 = 0.32;
const SQRT_3: f64 = 1.732_050_807_568_877_2;

impl Mesh {
    /// Returns a mesh of about `count` cells of `area` each, its rows along the x axis.
    pub fn new(seed: u64, count: u64, area: f64) -> Self {
        let side = (area / (1.5 * SQRT_3)).sqrt();
        let extent = (count as f64 * area).sqrt();
        let rows = ((extent / (1.5 * side)).round() as i32).max(1);
        let columns = ((extent / (SQRT_3 * side)).round() as i32).max(1);
        Self { seed, rows, columns, side, along: [1.0, 0.0] }
    }

    /// Returns the mesh turned by the angle of the unit vector `along`.
    pub fn turned(self, along: [f64; 2]) -> Self {
        Self { along, ..self }
    }

    /// Returns the cells in rows.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + use<> {
        let (rows, columns) = (self.rows, self.columns);
        (0..rows).flat_map(move |row| (0..columns).map(move |column| Cell { row, column }))
    }

    /// Returns the middle of a cell's unpushed hexagon.
    pub fn centre(&self, cell: Cell) -> Place {
        let shift = f64::from(cell.row & 1) / 2.0;
        self.turn([(f64::from(cell.column) + shift) * SQRT_3 * self.side, f64::from(cell.row) * 1.5 * self.side])
    }

    fn turn(&self, [x, y]: Place) -> Place {
        let [cos, sin] = self.along;
        [x * cos - y * sin, x * sin + y * cos]
    }

    /// Returns where a corner is.
    pub fn corner(&self, corner: Corner) -> Place {
        let Corner { cell, left } = corner;
        let centre = self.centre(cell);
        let from = if left { [-SQRT_3 / 2.0, 0.5] } else { [0.0, 1.0] };
        let push = pair(&[self.seed, cell.row as u64, cell.column as u64, u64::from(left)]);
        let away = self.turn([from[0] + PUSH * push[0], from[1] + PUSH * push[1]]);
        [centre[0] + self.side * away[0], centre[1] + self.side * away[1]]
    }

    /// Returns the cell whose unpushed hexagon holds a place, or one beside it.
    pub fn near(&self, place: Place) -> Cell {
        let [cos, sin] = self.along;
        let [x, y] = [place[0] * cos + place[1] * sin, place[1] * cos - place[0] * sin];
        let row = (y / (1.5 * self.side)).round() as i32;
        let shift = f64::from(row & 1) / 2.0;
        Cell { row, column: (x / (SQRT_3 * self.side) - shift).round() as i32 }
    }

    /// Returns whether a place is inside a cell as it is drawn with straight borders.
    pub fn contains(&self, cell: Cell, [x, y]: Place) -> bool {
        let corners = cell.corners().map(|corner| self.corner(corner));
        let mut inside = false;
        for (k, [ax, ay]) in corners.into_iter().enumerate() {
            let [bx, by] = corners[(k + 1) % 6];
            inside ^= (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax;
        }
        inside
    }
}

impl Cell {
    /// Returns the cells beyond each side, in the order of [`Cell::corners`].
    pub fn neighbours(self) -> [Self; 6] {
        let Self { row, column } = self;
        let odd = row & 1;
        let at = |row, column| Self { row, column };
        [
            at(row, column + 1),
            at(row + 1, column + odd),
            at(row + 1, column + odd - 1),
            at(row, column - 1),
            at(row - 1, column + odd - 1),
            at(row - 1, column + odd),
        ]
    }

    /// Returns the corners counter-clockwise, from the lower right one.
    pub fn corners(self) -> [Corner; 6] {
        let [right, .., lower_left, lower_right] = self.neighbours();
        let top = |cell| Corner { cell, left: false };
        let left = |cell| Corner { cell, left: true };
        [top(lower_right), left(right), top(self), left(self), top(lower_left), left(lower_right)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn in_every_inner_corner_three_cells_meet() {
        let mesh = Mesh::new(7, 400, 39_000.0);
        let mut meeting: BTreeMap<Corner, usize> = BTreeMap::new();
        mesh.cells().flat_map(Cell::corners).for_each(|corner| *meeting.entry(corner).or_default() += 1);
        assert!(meeting.values().all(|&count| count <= 3));
        assert!(meeting.values().filter(|&&count| count == 3).count() > 600);
    }

    #[test]
    fn a_side_belongs_to_the_two_cells_beside_it() {
        for cell in [Cell { row: 4, column: 4 }, Cell { row: 5, column: 4 }] {
            for (k, neighbour) in cell.neighbours().into_iter().enumerate() {
                let (from, to) = (cell.corners()[k], cell.corners()[(k + 1) % 6]);
                let theirs = neighbour.corners();
                assert!((0..6).any(|k| theirs[k] == to && theirs[(k + 1) % 6] == from), "{cell:?} side {k}");
            }
        }
    }

    #[test]
    fn pushing_corners_neither_makes_nor_loses_ground() {
        let mesh = Mesh::new(7, 10_000, 39_000.0).turned([0.8, 0.6]);
        let area = |cell: Cell| {
            let corners = cell.corners().map(|corner| mesh.corner(corner));
            (0..6).map(|k| (corners[k], corners[(k + 1) % 6])).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f64>()
                / 2.0
        };
        let areas: Vec<f64> = mesh.cells().map(area).collect();
        assert!(areas.iter().all(|&area| area > 10_000.0));
        let mean = areas.iter().sum::<f64>() / areas.len() as f64;
        assert!((mean / 39_000.0 - 1.0).abs() < 0.002, "{mean}");
        for cell in mesh.cells() {
            assert_eq!(mesh.near(mesh.centre(cell)), cell);
            assert!(mesh.contains(cell, mesh.centre(cell)));
        }
    }
}
