//! Areas as they are shown: rounded so that the parts of a whole add up to the whole as shown
//! (largest remainder), in every unit and both on the plane and on the ellipsoid.

use crate::measure::Measure;
use serde::Serialize;
use serde_json::Number;

/// One mu (亩) in square metres, as a fraction.
const MU: f64 = 2000.0 / 3.0;

/// An exact area that can be added up.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Cell {
    /// Doubled, in square grid units: exact.
    pub area2: i128,
    /// On the ellipsoid, in m².
    pub ellipsoid_m2: f64,
}

impl Cell {
    pub(crate) fn add(&mut self, other: Self) {
        self.area2 += other.area2;
        self.ellipsoid_m2 += other.ellipsoid_m2;
    }
}

impl std::iter::Sum for Cell {
    fn sum<I: Iterator<Item = Self>>(cells: I) -> Self {
        cells.fold(Self::default(), |mut sum, cell| {
            sum.add(cell);
            sum
        })
    }
}

/// An area as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Area {
    /// Exact: doubled, in square grid units.
    pub grid_units2: Number,
    /// In the plane.
    pub plane: Sizes,
    /// On the ellipsoid (椭球面积).
    pub ellipsoid: Sizes,
}

/// One area in the units that planners use. Each is rounded for itself, so that the column of a
/// unit adds up.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Sizes {
    /// Square metres, two decimals.
    pub m2: f64,
    /// Hectares (公顷), four decimals.
    pub ha: f64,
    /// Mu (亩), two decimals.
    pub mu: f64,
    /// Square kilometres, six decimals.
    pub km2: f64,
}

impl Sizes {
    fn all(m2: f64) -> [f64; 4] {
        [m2, m2 / 1e4, m2 / MU, m2 / 1e6]
    }

    fn units(self) -> [f64; 4] {
        [self.m2, self.ha, self.mu, self.km2]
    }
}

/// How many steps of its last decimal each unit of [`Sizes`] has.
const STEPS: [f64; 4] = [1e2, 1e4, 1e2, 1e6];

/// Returns a whole as it is shown.
pub(crate) fn whole(cell: Cell, measure: Measure) -> Area {
    let sizes = |m2: f64| {
        let units = Sizes::all(m2);
        sizes(std::array::from_fn(|unit| (units[unit] * STEPS[unit]).round() as i64))
    };
    Area { grid_units2: number(cell.area2), plane: sizes(measure.m2(cell.area2)), ellipsoid: sizes(cell.ellipsoid_m2) }
}

/// Returns the parts of a whole, in their order, as they are shown: every column adds up to that
/// of `shown`.
pub(crate) fn parts(shown: &Area, cells: &[Cell], measure: Measure) -> Vec<Area> {
    let plane: Vec<f64> = cells.iter().map(|cell| measure.m2(cell.area2)).collect();
    let ellipsoid: Vec<f64> = cells.iter().map(|cell| cell.ellipsoid_m2).collect();
    let (plane, ellipsoid) = (columns(&shown.plane, &plane), columns(&shown.ellipsoid, &ellipsoid));
    let areas = cells.iter().zip(plane.into_iter().zip(ellipsoid));
    areas.map(|(cell, (plane, ellipsoid))| Area { plane, ellipsoid, ..whole(*cell, measure) }).collect()
}

/// Returns the whole and its parts as they are shown.
pub(crate) fn whole_and_parts(cells: &[Cell], measure: Measure) -> (Area, Vec<Area>) {
    let shown = whole(cells.iter().copied().sum(), measure);
    let parts = parts(&shown, cells, measure);
    (shown, parts)
}

/// Returns areas that were rounded already as one: the sum of what is shown.
pub(crate) fn together<'a>(areas: impl Iterator<Item = &'a Area>) -> Area {
    let (mut grid, mut plane, mut ellipsoid) = (0i128, [0i64; 4], [0i64; 4]);
    for area in areas {
        grid += area.grid_units2.as_i128().unwrap_or_default();
        for (sum, sizes) in [(&mut plane, area.plane), (&mut ellipsoid, area.ellipsoid)] {
            for (unit, value) in sizes.units().into_iter().enumerate() {
                sum[unit] += (value * STEPS[unit]).round() as i64;
            }
        }
    }
    Area { grid_units2: number(grid), plane: sizes(plane), ellipsoid: sizes(ellipsoid) }
}

/// Returns a number to the hundredth.
pub(crate) fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Doubled grid units as JSON; 2¹²⁷ of them are more than the earth has.
fn number(area2: i128) -> Number {
    Number::from_i128(area2).unwrap_or_else(|| Number::from(0))
}

fn columns(shown: &Sizes, m2: &[f64]) -> Vec<Sizes> {
    let columns: [Vec<i64>; 4] = std::array::from_fn(|unit| {
        let exact: Vec<f64> = m2.iter().map(|&m2| Sizes::all(m2)[unit] * STEPS[unit]).collect();
        largest_remainder((shown.units()[unit] * STEPS[unit]).round() as i64, &exact)
    });
    (0..m2.len()).map(|at| sizes(std::array::from_fn(|unit| columns[unit][at]))).collect()
}

fn sizes(steps: [i64; 4]) -> Sizes {
    let [m2, ha, mu, km2] = std::array::from_fn(|unit| steps[unit] as f64 / STEPS[unit]);
    Sizes { m2, ha, mu, km2 }
}

/// Returns whole numbers that add up to `total`, each as near to its value as that allows: rounded
/// down, and then one more for those that lost most.
pub(crate) fn largest_remainder(total: i64, values: &[f64]) -> Vec<i64> {
    let mut whole: Vec<i64> = values.iter().map(|value| value.floor() as i64).collect();
    let missing = total - whole.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..values.len()).collect();
    let lost = |at: usize| values[at] - values[at].floor();
    order.sort_by(|&a, &b| lost(b).total_cmp(&lost(a)).then(a.cmp(&b)));
    // A whole that was itself shared out may differ by more than one step a part.
    let count = order.len() as i64;
    if count > 0 {
        for (rank, &at) in (0..count).zip(&order) {
            whole[at] += missing.div_euclid(count) + i64::from(rank < missing.rem_euclid(count));
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_add_up_to_one() {
        assert_eq!(largest_remainder(100, &[100.0 / 3.0; 3]), [34, 33, 33]);
        assert_eq!(largest_remainder(1, &[0.2, 0.5, 0.3]), [0, 1, 0]);
        assert_eq!(largest_remainder(0, &[]), [0; 0]);
        assert_eq!(largest_remainder(-1, &[-0.6, -0.4]), [-1, 0]);
        assert_eq!(largest_remainder(5, &[1.0, 1.0]), [3, 2]);
    }

    #[test]
    fn every_column_of_every_unit_adds_up_as_shown() {
        let measure = Measure::of_unit(1e-3);
        let cells: Vec<Cell> = (1..40i128)
            .map(|k| Cell { area2: k * k * 7_919_777_333, ellipsoid_m2: 1234.567 * (k as f64).sqrt() })
            .collect();
        let (shown, parts) = whole_and_parts(&cells, measure);
        for sizes in [|area: &Area| area.plane, |area: &Area| area.ellipsoid] {
            for (unit, steps) in STEPS.iter().enumerate() {
                let step = |area: &Area| (sizes(area).units()[unit] * steps).round() as i64;
                assert_eq!(parts.iter().map(step).sum::<i64>(), step(&shown), "unit {unit}");
                let exact = |cell: &Cell| whole(*cell, measure);
                let far = parts.iter().zip(&cells).map(|(part, cell)| (step(part) - step(&exact(cell))).abs()).max();
                assert!(far <= Some(1), "unit {unit}: {far:?}");
            }
        }
    }
}
