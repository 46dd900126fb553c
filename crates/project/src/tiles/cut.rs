//! Cuts rings to a tile and its margin.
//!
//! Points are rounded before anything is cut, and an edge is cut in the same place whichever way
//! it runs: what two rings share stays shared. Cutting leaves edges along the margin's outline,
//! which the map never shows (Sutherland and Hodgman 1974).

use super::address::{BUFFER, EXTENT, Spot, Window};
use super::lines::MapPoint;
use fast_mvt::MvtCoord;

const LOW: i64 = -BUFFER;
const HIGH: i64 = EXTENT + BUFFER;

/// A ring as a tile shows it: at least three points, the first not repeated.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct TileRing {
    /// Its points.
    pub(super) points: Vec<MvtCoord>,
    /// Twice its area in square tile units: positive if it runs counter-clockwise on the map.
    pub(super) area2: i64,
}

/// A polygon as a tile shows it: outer ring first, then the holes.
pub(super) type TilePolygon = Vec<TileRing>;

/// Returns the polygon of rings as they were cut, the outer one first; holes without it are nothing.
pub(super) fn polygon(mut rings: impl Iterator<Item = Option<TileRing>>) -> Option<TilePolygon> {
    let outer = rings.next()??;
    Some(std::iter::once(outer).chain(rings.flatten()).collect())
}

/// Gathers the points of a ring and cuts it.
pub(super) struct Cutter {
    window: Window,
    ring: Vec<Spot>,
    cut: Vec<Spot>,
    /// The sides that some point is beyond.
    crossed: u8,
}

impl Cutter {
    /// Returns a cutter for a tile.
    pub(super) fn new(window: Window) -> Self {
        Self { window, ring: Vec::new(), cut: Vec::new(), crossed: 0 }
    }

    /// Takes the ring's next point.
    pub(super) fn push(&mut self, point: MapPoint) {
        self.take(self.window.place(point));
    }

    /// The same for a point that lies on the map's grid already.
    pub(super) fn push_spot(&mut self, spot: Spot) {
        self.take(self.window.inside(spot));
    }

    fn take(&mut self, spot: Spot) {
        let here = beyond(spot);
        match *self.ring {
            [.., last] if last == spot => return,
            // Of three points beyond the same side the middle one cannot be seen.
            [.., a, b] if here != 0 && here & beyond(b) & beyond(a) != 0 => _ = self.ring.pop(),
            _ => {}
        }
        self.crossed |= here;
        self.ring.push(spot);
    }

    /// Returns what the tile shows of the ring, if anything, and starts the next one.
    pub(super) fn close(&mut self) -> Option<TileRing> {
        for (bit, axis, limit) in SIDES {
            if self.crossed & bit != 0 {
                self.cut_at(axis, limit);
            }
        }
        self.ring.dedup();
        while self.ring.len() > 1 && self.ring.first() == self.ring.last() {
            self.ring.pop();
        }
        let area2 = area2(&self.ring);
        let points = self.ring.iter().map(|&[x, y]| MvtCoord { x: x as i32, y: y as i32 }).collect();
        self.ring.clear();
        self.crossed = 0;
        (area2 != 0).then_some(TileRing { points, area2 })
    }

    fn cut_at(&mut self, axis: usize, limit: i64) {
        let stays = |spot: Spot| if limit == LOW { spot[axis] >= limit } else { spot[axis] <= limit };
        self.cut.clear();
        let Some(&last) = self.ring.last() else { return };
        let mut before = last;
        for &spot in &self.ring {
            if stays(spot) != stays(before) {
                self.cut.push(crossing(before, spot, axis, limit));
            }
            if stays(spot) {
                self.cut.push(spot);
            }
            before = spot;
        }
        std::mem::swap(&mut self.ring, &mut self.cut);
    }
}

/// The margin's sides: their bit in [`beyond`], their axis, where they are.
const SIDES: [(u8, usize, i64); 4] = [(1, 0, LOW), (2, 0, HIGH), (4, 1, LOW), (8, 1, HIGH)];

/// The sides that a spot is beyond.
fn beyond([x, y]: Spot) -> u8 {
    u8::from(x < LOW) | u8::from(x > HIGH) << 1 | u8::from(y < LOW) << 2 | u8::from(y > HIGH) << 3
}

/// Where an edge crosses a side: the nearest whole unit, the same for both directions.
fn crossing(a: Spot, b: Spot, axis: usize, limit: i64) -> Spot {
    let (a, b) = if a[axis] < b[axis] { (a, b) } else { (b, a) };
    let along = 1 - axis;
    let run = i128::from(b[axis] - a[axis]);
    let rise = i128::from(b[along] - a[along]) * i128::from(limit - a[axis]);
    let mut spot = [limit; 2];
    spot[along] = a[along] + (2 * rise + run).div_euclid(2 * run) as i64;
    spot
}

/// Twice the area; y runs south, so counter-clockwise on the map is what turns right here.
pub(super) fn area2(ring: &[Spot]) -> i64 {
    let Some(&[mut x0, mut y0]) = ring.last() else { return 0 };
    let mut sum = 0;
    for &[x, y] in ring {
        sum += x * y0 - x0 * y;
        (x0, y0) = (x, y);
    }
    sum
}
