//! Compares the polygons of a file that was written with the partition that they are of.
//!
//! Every format orders rings, points and features its own way. What must not change is which grid
//! points each ring goes through, so a feature becomes a fingerprint that none of this matters to:
//! of its rings, begun at their lowest point and turned counter-clockwise, in order. If a file has
//! exactly the planned fingerprints, its rings are the proven partition's, and what holds on the
//! grid holds in the file; see `Work::prove_rows` in `export`.

use crate::sheet::Sheet;
use crate::wkb::Polygon;
use lantu_engine::{Feature, Point, PrecisionModel};
use rayon::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A coordinate as read may be so far from its grid point, in grid units.
const NEAR: f64 = 1e-3;

/// What a format makes a feature of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Every group becomes one feature.
    Group,
    /// Every polygon of a group becomes a feature of its own.
    Polygon,
}

/// Returns how many features are not exactly what was planned; too few or too many count.
pub(crate) fn differing(sheet: &Sheet<'_>, unit: Unit, features: &[Feature]) -> u64 {
    let grid = &sheet.partition.grid;
    let mut planned: Vec<u128> = (0..sheet.len())
        .into_par_iter()
        .filter(|&group| !sheet.is_lost(group))
        .flat_map_iter(|group| {
            let ground = sheet.ground(group);
            match unit {
                Unit::Group => vec![fingerprint(ground.into_iter().flatten().collect())],
                Unit::Polygon => ground.into_iter().map(fingerprint).collect(),
            }
        })
        .collect();
    let mut found: Vec<Option<u128>> =
        features.par_iter().map(|feature| on_grid(&feature.polygons, grid).map(fingerprint)).collect();
    planned.par_sort_unstable();
    found.par_sort_unstable();
    let strange = found.iter().filter(|print| print.is_none()).count() as u64;
    let found: Vec<u128> = found.into_iter().flatten().collect();
    strange.max(unmatched(&planned, &found))
}

/// How many of two ascending lists have no counterpart in the other: the larger side counts.
fn unmatched(one: &[u128], other: &[u128]) -> u64 {
    let (mut i, mut j, mut alike) = (0, 0, 0);
    while i < one.len() && j < other.len() {
        match one[i].cmp(&other[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, alike) = (i + 1, j + 1, alike + 1),
        }
    }
    (one.len().max(other.len()) - alike) as u64
}

/// The rings of a feature on the grid; `None` if a coordinate is no grid point.
fn on_grid(polygons: &[Polygon], grid: &PrecisionModel) -> Option<Vec<Vec<Point>>> {
    let point = |&c: &geo::Coord<f64>| {
        let point = grid.snap(c)?;
        let back = grid.locate(point);
        let off = (back.x - c.x).abs().max((back.y - c.y).abs());
        (off <= NEAR * grid.step()).then_some(point)
    };
    polygons.iter().flatten().map(|ring| ring.0.iter().map(point).collect()).collect()
}

fn fingerprint(rings: Vec<Vec<Point>>) -> u128 {
    let mut rings: Vec<Vec<Point>> = rings.into_iter().map(canonical).collect();
    rings.sort_unstable();
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, &rings).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(0) << 64) | half(1)
}

/// A ring without its closing point, from its lowest point on, counter-clockwise.
fn canonical(mut ring: Vec<Point>) -> Vec<Point> {
    if ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let cross = |at: usize| {
        let (a, b) = (ring[at], ring[(at + 1) % ring.len()]);
        i128::from(a.x) * i128::from(b.y) - i128::from(a.y) * i128::from(b.x)
    };
    if (0..ring.len()).map(cross).sum::<i128>() < 0 {
        ring.reverse();
    }
    let lowest = (0..ring.len()).min_by_key(|&at| ring[at]).unwrap_or(0);
    ring.rotate_left(lowest);
    ring
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i32, i32)]) -> Vec<Point> {
        points.iter().map(|&(x, y)| Point::new(x, y)).collect()
    }

    #[test]
    fn order_start_and_direction_of_rings_do_not_matter_and_points_do() {
        let one = vec![ring(&[(0, 0), (9, 0), (9, 9), (0, 0)]), ring(&[(2, 1), (3, 1), (3, 2)])];
        let other = vec![ring(&[(3, 2), (3, 1), (2, 1), (3, 2)]), ring(&[(9, 9), (0, 0), (9, 0)])];
        assert_eq!(fingerprint(one.clone()), fingerprint(other));
        let moved = vec![one[0].clone(), ring(&[(2, 1), (3, 1), (3, 3)])];
        assert_ne!(fingerprint(one.clone()), fingerprint(moved));
        assert_ne!(fingerprint(one.clone()), fingerprint(one[..1].to_vec()));
    }

    #[test]
    fn features_without_a_counterpart_are_counted_once() {
        assert_eq!(unmatched(&[1, 2, 3], &[1, 2, 3]), 0);
        assert_eq!(unmatched(&[1, 2, 3], &[1, 2, 4]), 1);
        assert_eq!(unmatched(&[1, 2, 2], &[2]), 2);
    }
}
