//! From grid units to square metres, counts and tallies.

use crate::api::Tally;
use crate::outcome::Cut;
use lantu_engine::Conflict;
use lantu_files::Crs;

/// The size of a grid unit in metres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    unit_m: f64,
}

/// How many there are, and their doubled areas in square grid units together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sum {
    /// How many.
    pub count: u32,
    /// The doubled area.
    pub area2: i128,
}

impl Sum {
    /// Adds one more.
    pub(crate) fn add(&mut self, area2: i128) {
        self.count += 1;
        self.area2 += area2;
    }

    /// Returns both together.
    pub(crate) fn with(self, other: Self) -> Self {
        Self { count: self.count + other.count, area2: self.area2 + other.area2 }
    }

    /// Takes one away.
    pub(crate) fn take(&mut self, area2: i128) {
        self.count -= 1;
        self.area2 -= area2;
    }

    /// Returns the same in square metres.
    pub(crate) fn tally(self, measure: Measure) -> Tally {
        Tally { count: self.count, area_m2: measure.m2(self.area2) }
    }
}

impl Measure {
    /// Returns the measure of a cut in a CRS.
    pub(crate) fn of(cut: &Cut, crs: &Crs) -> Self {
        Self { unit_m: cut.partition.grid.step() * crs.metres_per_unit() }
    }

    /// Returns the measure of a grid of this step in metres.
    #[cfg(test)]
    pub(crate) fn of_unit(unit_m: f64) -> Self {
        Self { unit_m }
    }

    /// Returns square metres of a doubled area in square grid units.
    pub(crate) fn m2(self, area2: i128) -> f64 {
        area2 as f64 / 2.0 * self.unit_m * self.unit_m
    }

    /// Returns metres of a length in grid units.
    pub(crate) fn m(self, length: f64) -> f64 {
        length * self.unit_m
    }

    /// Returns how many there are and how large they are together.
    pub(crate) fn tally(self, areas2: impl Iterator<Item = i128>) -> Tally {
        let mut sum = Sum::default();
        areas2.for_each(|area2| sum.add(area2));
        sum.tally(self)
    }

    /// Returns the tally of conflicts.
    pub(crate) fn of_conflicts<'a>(self, conflicts: impl Iterator<Item = &'a Conflict>) -> Tally {
        self.tally(conflicts.map(|conflict| conflict.area2))
    }
}
