//! The boxes of many things on the map, and which of them reach into a tile.

use super::lines::MapPoint;
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};

/// An upright rectangle on the map, its borders included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Bounds {
    /// Its north-western corner.
    pub(super) low: MapPoint,
    /// Its south-eastern corner.
    pub(super) high: MapPoint,
}

impl Bounds {
    /// Returns the box around some points, if there are any.
    pub(super) fn around(points: impl Iterator<Item = MapPoint>) -> Option<Self> {
        points.map(|at| Self { low: at, high: at }).reduce(Self::with)
    }

    /// Returns the box around two boxes.
    pub(super) fn with(self, other: Self) -> Self {
        let low = MapPoint { x: self.low.x.min(other.low.x), y: self.low.y.min(other.low.y) };
        let high = MapPoint { x: self.high.x.max(other.high.x), y: self.high.y.max(other.high.y) };
        Self { low, high }
    }

    /// Returns its longer side in map steps.
    pub(super) fn across(&self) -> u32 {
        (self.high.x - self.low.x).max(self.high.y - self.low.y)
    }

    /// Its sides as they are indexed: the index adds two of them, which must stay within the type. What
    /// meets on the map also meets there.
    fn indexed(&self) -> [u32; 4] {
        [self.low.x, self.low.y, self.high.x, self.high.y].map(|side| side >> 2)
    }
}

/// Boxes packed along a Hilbert curve: a province has millions, and a tree of pointers takes three times
/// the memory.
#[derive(Debug)]
pub(super) struct Boxes(Option<RTree<u32>>);

impl Boxes {
    /// Indexes boxes. What has none draws nothing, so it does no harm where the first of the others lies.
    pub(super) fn new(boxes: &[Option<Bounds>]) -> Self {
        let any = boxes.iter().flatten().next();
        Self(any.map(|any| {
            let mut builder = RTreeBuilder::new(boxes.len() as u32);
            for bounds in boxes {
                let [west, north, east, south] = bounds.as_ref().unwrap_or(any).indexed();
                builder.add(west, north, east, south);
            }
            builder.finish::<HilbertSort>()
        }))
    }

    /// Returns the numbers of the boxes that reach into another, and of few that come near, in no order.
    pub(super) fn meeting(&self, reach: &Bounds) -> Vec<u32> {
        let [west, north, east, south] = reach.indexed();
        self.0.as_ref().map_or_else(Vec::new, |tree| tree.search(west, north, east, south))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(west: u32, north: u32, east: u32, south: u32) -> Bounds {
        Bounds { low: MapPoint { x: west, y: north }, high: MapPoint { x: east, y: south } }
    }

    #[test]
    fn boxes_are_found_wherever_on_the_map_they_lie() {
        let far = u32::MAX;
        let sides = [0, 1, 1 << 20, (1 << 31) - 1, 1 << 31, far - 4, far];
        let mut boxes = vec![None];
        for (k, &west) in sides.iter().enumerate() {
            for (l, &north) in sides.iter().enumerate() {
                boxes.extend(
                    sides[k..].iter().zip(sides[l..].iter().rev()).map(|(&e, &s)| Some(bounds(west, north, e, s))),
                );
            }
        }
        let index = Boxes::new(&boxes);
        for reach in boxes.iter().flatten() {
            let meets = |other: &Bounds| {
                reach.low.x <= other.high.x
                    && other.low.x <= reach.high.x
                    && reach.low.y <= other.high.y
                    && other.low.y <= reach.high.y
            };
            let found = index.meeting(reach);
            for (number, other) in boxes.iter().enumerate() {
                assert!(!other.as_ref().is_some_and(meets) || found.contains(&(number as u32)), "{reach:?} {other:?}");
            }
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_has_a_box() {
        assert!(Boxes::new(&[]).meeting(&bounds(0, 0, 9, 9)).is_empty());
        assert!(Boxes::new(&[None]).meeting(&bounds(0, 0, 9, 9)).is_empty());
        assert!(Boxes::new(&[Some(bounds(100, 100, 200, 200))]).meeting(&bounds(300, 300, 400, 400)).is_empty());
    }
}
