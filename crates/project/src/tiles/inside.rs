//! A point inside a conflict, wherever it bends: where its mark stands.

use geo::Coord;
use lantu_engine::{Conflict, FaceId, Partition, Point};

/// Where the lines that are tried lie, in quarters of the conflict's height.
const QUARTERS: [i64; 3] = [2, 1, 3];

/// Returns a point inside a conflict, in the plane: the middle of the widest stretch of its
/// ground along one of three lines from west to east.
pub(crate) fn inside(partition: &Partition, conflict: &Conflict) -> Coord<f64> {
    let (low, high) = conflict.bounds;
    let height = i64::from(high.y) - i64::from(low.y);
    let mut widest = (0.0, Coord { x: f64::from(low.x), y: f64::from(low.y) });
    for quarters in QUARTERS {
        // Between two rows of the grid, so that the line meets no vertex.
        let row = i64::from(low.y) + height * quarters / 4;
        for stretch in crossings(partition, conflict, row).chunks_exact(2) {
            let width = stretch[1] - stretch[0];
            if width > widest.0 {
                widest = (width, Coord { x: stretch[0] + width / 2.0, y: row as f64 + 0.5 });
            }
        }
    }
    in_plane(partition, widest.1)
}

/// Where the conflict's outline crosses the line half a unit above a row of the grid, from west
/// to east.
fn crossings(partition: &Partition, conflict: &Conflict, row: i64) -> Vec<f64> {
    let own = |face: FaceId| conflict.faces.binary_search(&face).is_ok();
    let edges = conflict.faces.iter().flat_map(|&face| partition.half_edges(face));
    let outline = edges.filter(|edge| !own(partition.left(edge ^ 1)));
    let steps = outline.flat_map(|edge| partition.arc_points(edge / 2).windows(2));
    let below = |point: Point| i64::from(point.y) <= row;
    let crossing = steps.filter(|step| below(step[0]) != below(step[1]));
    let mut crossings: Vec<f64> = crossing.map(|step| crossing_at(step[0], step[1], row)).collect();
    crossings.sort_unstable_by(f64::total_cmp);
    crossings
}

fn crossing_at(a: Point, b: Point, row: i64) -> f64 {
    let part = (row as f64 + 0.5 - f64::from(a.y)) / (f64::from(b.y) - f64::from(a.y));
    f64::from(a.x) + (f64::from(b.x) - f64::from(a.x)) * part
}

/// The plane's coordinates of a place between grid points.
fn in_plane(partition: &Partition, at: Coord<f64>) -> Coord<f64> {
    let grid = &partition.grid;
    let (column, row) = (at.x.floor(), at.y.floor());
    let corner = grid.locate(Point::new(column as i32, row as i32));
    Coord { x: corner.x + grid.length(at.x - column), y: corner.y + grid.length(at.y - row) }
}
