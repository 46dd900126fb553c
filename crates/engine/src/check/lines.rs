//! The segments that are checked, as chains of points.

use super::place::Place;
use crate::partition::Partition;
use crate::precision::Point;

/// Chains of points, each consecutive two a segment.
pub(super) trait Lines: Sync {
    type Place: Place;
    fn count(&self) -> usize;
    fn line(&self, at: usize) -> &[Self::Place];
}

/// Segments one by one.
pub(super) struct Singly<'a, P>(pub(super) &'a [[P; 2]]);

impl<P: Place> Lines for Singly<'_, P> {
    type Place = P;
    fn count(&self) -> usize {
        self.0.len()
    }
    fn line(&self, at: usize) -> &[P] {
        &self.0[at]
    }
}

/// How many segments a piece of an arc has at most: a long arc is not looked at as a whole in every
/// band that it reaches into.
const PIECE: usize = 64;

/// The arcs of a partition, long ones in pieces.
pub(super) struct Pieces<'a> {
    partition: &'a Partition,
    /// What follows the first piece of long arcs. There are few, so that little is kept.
    more: Vec<&'a [Point]>,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(partition: &'a Partition) -> Self {
        let mut more = Vec::new();
        for arc in 0..partition.arc_count() as u32 {
            let mut rest = partition.arc_points(arc);
            while rest.len() > PIECE + 1 {
                rest = &rest[PIECE..];
                more.push(&rest[..rest.len().min(PIECE + 1)]);
            }
        }
        Self { partition, more }
    }

    /// Returns the segments one by one.
    pub(super) fn segments(&self) -> Vec<[Point; 2]> {
        (0..self.count()).flat_map(|at| self.line(at).windows(2)).map(|w| [w[0], w[1]]).collect()
    }
}

impl Lines for Pieces<'_> {
    type Place = Point;
    fn count(&self) -> usize {
        self.partition.arc_count() + self.more.len()
    }
    fn line(&self, at: usize) -> &[Point] {
        match at.checked_sub(self.partition.arc_count()) {
            Some(more) => self.more[more],
            None => {
                let points = self.partition.arc_points(at as u32);
                &points[..points.len().min(PIECE + 1)]
            }
        }
    }
}
