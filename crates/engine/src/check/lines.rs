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
    /// Each piece's arc, and where on it the piece begins.
    starts: Vec<(u32, u32)>,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(partition: &'a Partition) -> Self {
        let mut starts = Vec::with_capacity(partition.arc_count());
        for arc in 0..partition.arc_count() as u32 {
            let segments = partition.arc_points(arc).len() - 1;
            starts.extend((0..segments).step_by(PIECE).map(|start| (arc, start as u32)));
        }
        Self { partition, starts }
    }

    /// Returns the segments one by one.
    pub(super) fn segments(&self) -> Vec<[Point; 2]> {
        (0..self.count()).flat_map(|at| self.line(at).windows(2).map(|w| [w[0], w[1]])).collect()
    }
}

impl Lines for Pieces<'_> {
    type Place = Point;
    fn count(&self) -> usize {
        self.starts.len()
    }
    fn line(&self, at: usize) -> &[Point] {
        let (arc, start) = self.starts[at];
        let points = &self.partition.arc_points(arc)[start as usize..];
        &points[..points.len().min(PIECE + 1)]
    }
}
