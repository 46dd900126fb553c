//! Ground as low zooms show it, where a tile holds a county or a province.
//!
//! Most parcels are smaller there than the grid that points are rounded to. So each zoom keeps only the
//! polygons that have ground on its grid, as rounded points, made from those of the next deeper zoom: a
//! tile costs what it shows and not what lies in it. A point is rounded by itself, whatever ring it is
//! in, so neighbours never gap. Where tiles would still hold too much, the zoom's grid is coarser.

use super::address::{BUFFER, EXTENT, Spot, UNIT_ZOOM, Window, coarse};
use super::boxes::Bounds;
use super::cut::{self, Cutter, TilePolygon, area2};
use super::lines::{Lines, MapPoint, Points};
use rayon::prelude::*;
use std::ops::Range;

/// The deepest zoom with an overview.
pub(super) const DEEPEST_SHOWN: u8 = 10;
/// Tiles should hold no more polygons than this.
const MOST: usize = 16_000;
/// The coarsest grid, in tile units as a power of two: two pixels.
const COARSEST: i32 = 4;
/// A polygon that may be seen in more tiles than this is looked for in all.
const WIDE: i64 = 64;

/// The polygons of each zoom from 0 to [`DEEPEST_SHOWN`].
#[derive(Debug)]
pub(super) struct Overview {
    zooms: Vec<Level>,
}

/// The polygons that have ground at a zoom.
#[derive(Debug, Default)]
pub(super) struct Level {
    ground: Ground,
    /// The tiles (column, row) that polygons may be seen in, ascending, and where those of each end in `seen`.
    tiles: Vec<([u32; 2], u32)>,
    /// The polygons of one tile after the other, ascending in each.
    seen: Vec<u32>,
    /// Polygons that are not in `seen`, ascending.
    wide: Vec<u32>,
}

/// Polygons on the grid of a zoom, one after the other; the first ring of each is its outer one.
#[derive(Debug, Default)]
pub(super) struct Ground {
    /// Rings in tile units from the map's corner; those of the deepest zoom here fit.
    rings: Lines,
    /// Where polygons end in `rings`.
    polygons: Vec<u32>,
    /// What each polygon is the ground of.
    owners: Vec<u32>,
}

impl Overview {
    /// Returns the overview of so many polygons. `draw` takes a polygon's number and a pen to draw its rings
    /// with, the outer one first, and returns what it is the ground of. `turned` says whether a ring
    /// that has turned over on the grid is nothing.
    pub(super) fn of(count: u32, turned: bool, draw: impl Fn(u32, &mut Pen<'_>) -> u32 + Sync) -> Self {
        let grid = Grid { zooms: UNIT_ZOOM - i32::from(DEEPEST_SHOWN), coarse: coarse(DEEPEST_SHOWN) };
        let (level, mut step) = Level::finest(Ground::drawn(count, grid, turned, draw), grid.coarse, turned);
        let mut zooms = vec![level];
        for z in (0..DEEPEST_SHOWN).rev() {
            // What was too much there is too much for tiles that hold four times the ground.
            let grid = Grid { zooms: 1, coarse: step.max(coarse(z)) };
            let ground = zooms[zooms.len() - 1].ground.rounded(grid, turned);
            let (level, then) = Level::finest(ground, grid.coarse, turned);
            zooms.push(level);
            step = then;
        }
        zooms.reverse();
        Self { zooms }
    }

    /// Returns what a tile is drawn from, if its zoom has an overview.
    pub(super) fn level(&self, window: &Window) -> Option<&Level> {
        self.zooms.get(usize::from(window.zoom()))
    }
}

impl Level {
    /// The level of ground on a grid, or on a coarser one if tiles would hold too much; and its grid's step.
    fn finest(ground: Ground, mut coarse: i32, turned: bool) -> (Self, i32) {
        let mut level = Self::of(ground);
        while coarse < COARSEST && level.fullest() > MOST {
            coarse += 1;
            level = Self::of(level.ground.rounded(Grid { zooms: 0, coarse }, turned));
        }
        (level, coarse)
    }

    fn of(ground: Ground) -> Self {
        let polygons = 0..ground.owners.len() as u32;
        let reach = |polygon| (ground.tiles_of(polygon), polygon);
        let (wide, narrow): (Vec<_>, Vec<_>) = polygons.into_par_iter().map(reach).partition(|(tiles, _)| tiles.many());
        let in_tiles = |(tiles, polygon): (Tiles, u32)| tiles.each().map(move |tile| (tile, polygon));
        let mut seen: Vec<([u32; 2], u32)> = narrow.into_par_iter().flat_map_iter(in_tiles).collect();
        seen.par_sort_unstable();
        let tiles = seen.chunk_by(|one, other| one.0 == other.0).scan(0, |end, tile| {
            *end += tile.len() as u32;
            Some((tile[0].0, *end))
        });
        let tiles = tiles.collect();
        let seen = seen.iter().map(|seen| seen.1).collect();
        Self { ground, tiles, seen, wide: wide.into_iter().map(|(_, polygon)| polygon).collect() }
    }

    /// How many polygons the fullest tile holds.
    fn fullest(&self) -> usize {
        let narrow = (0..self.tiles.len()).map(|tile| self.seen_in(tile).len());
        narrow.max().unwrap_or(0) + self.wide.len()
    }

    /// The polygons of a tile, by its place in the list of tiles.
    fn seen_in(&self, tile: usize) -> &[u32] {
        let start = tile.checked_sub(1).map_or(0, |before| self.tiles[before].1);
        &self.seen[start as usize..self.tiles[tile].1 as usize]
    }

    /// Returns the polygons that may be seen in a tile, ascending.
    pub(super) fn polygons_in(&self, window: &Window) -> Vec<u32> {
        let found = self.tiles.binary_search_by_key(&window.tile(), |tile| tile.0);
        let mut polygons = found.map_or_else(|_| Vec::new(), |tile| self.seen_in(tile).to_vec());
        if !self.wide.is_empty() {
            polygons.extend_from_slice(&self.wide);
            polygons.sort_unstable();
        }
        polygons
    }

    /// Returns what a polygon is the ground of.
    pub(super) fn owner(&self, polygon: u32) -> u32 {
        self.ground.owners[polygon as usize]
    }

    /// Returns what a tile shows of a polygon, if anything.
    pub(super) fn polygon(&self, polygon: u32, cutter: &mut Cutter) -> Option<TilePolygon> {
        cut::polygon(self.ground.rings_of(polygon).map(|ring| {
            self.ground.ring(ring).for_each(|MapPoint { x, y }| cutter.push_spot([x, y].map(i64::from)));
            cutter.close()
        }))
    }
}

impl Ground {
    fn rings_of(&self, polygon: u32) -> Range<u32> {
        let start = (polygon as usize).checked_sub(1).map_or(0, |before| self.polygons[before]);
        start..self.polygons[polygon as usize]
    }

    fn ring(&self, ring: u32) -> Points<'_> {
        self.rings.line(ring as usize)
    }

    /// The tiles that a polygon may be seen in.
    fn tiles_of(&self, polygon: u32) -> Tiles {
        let bounds = Bounds::around(self.ring(self.rings_of(polygon).start));
        let Bounds { low, high } = bounds.unwrap_or(Bounds { low: MapPoint::default(), high: MapPoint::default() });
        let tile = |unit: i64| (unit / EXTENT) as u32;
        let low = [low.x, low.y].map(|unit| tile((i64::from(unit) - BUFFER).max(0)));
        let high = [high.x, high.y].map(|unit| tile(i64::from(unit) + BUFFER));
        Tiles { low, high }
    }

    /// Draws so many polygons onto a grid; see [`Overview::of`].
    fn drawn(count: u32, grid: Grid, turned: bool, draw: impl Fn(u32, &mut Pen<'_>) -> u32 + Sync) -> Self {
        let size = count.div_ceil(4 * rayon::current_num_threads() as u32).max(1);
        let parts: Vec<Range<u32>> = (0..count).step_by(size as usize).map(|at| at..(at + size).min(count)).collect();
        let part = |part: Range<u32>| {
            let (mut ground, mut ring) = (Self::default(), Vec::new());
            for polygon in part {
                let mut pen = Pen { ground: &mut ground, ring: &mut ring, grid, turned, outer: Outer::Awaited };
                let owner = draw(polygon, &mut pen);
                pen.finish(owner);
            }
            ground
        };
        let parts: Vec<Self> = parts.into_par_iter().map(part).collect();
        let mut all = Self::default();
        let mut rings = 0;
        for part in &parts {
            all.polygons.extend(part.polygons.iter().map(|end| rings + end));
            all.owners.extend(&part.owners);
            rings += part.rings.len() as u32;
        }
        Self { rings: Lines::joined(parts.into_iter().map(|part| part.rings).collect()), ..all }
    }

    /// The same on a coarser grid.
    fn rounded(&self, grid: Grid, turned: bool) -> Self {
        Self::drawn(self.owners.len() as u32, grid, turned, |polygon, pen| {
            for ring in self.rings_of(polygon) {
                self.ring(ring).for_each(|point| pen.push(point));
                pen.close();
            }
            self.owners[polygon as usize]
        })
    }
}

/// Where points are rounded to: the units of so many zooms higher up than those that they are in, on a
/// grid of that step in these units, as a power of two.
#[derive(Clone, Copy)]
struct Grid {
    zooms: i32,
    coarse: i32,
}

impl Grid {
    /// The nearest grid point (halves go up), as [`spot`](super::address::spot) finds it.
    fn spot(self, MapPoint { x, y }: MapPoint) -> Spot {
        let bits = self.zooms + self.coarse;
        [x, y].map(|unit| (i64::from(unit) + (1 << bits >> 1)) >> bits << self.coarse)
    }
}

/// The tiles from a column and row to others, these included.
struct Tiles {
    low: [u32; 2],
    high: [u32; 2],
}

impl Tiles {
    /// Whether they are too many for a list.
    fn many(&self) -> bool {
        let [columns, rows] = [0, 1].map(|axis| i64::from(self.high[axis] - self.low[axis]) + 1);
        columns * rows > WIDE
    }

    /// Each of them.
    fn each(self) -> impl Iterator<Item = [u32; 2]> {
        (self.low[0]..=self.high[0]).flat_map(move |column| (self.low[1]..=self.high[1]).map(move |row| [column, row]))
    }
}

/// Draws the rings of one polygon onto a grid.
pub(super) struct Pen<'a> {
    ground: &'a mut Ground,
    ring: &'a mut Vec<Spot>,
    grid: Grid,
    turned: bool,
    outer: Outer,
}

/// What has become of a polygon's outer ring.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outer {
    Awaited,
    Drawn,
    Gone,
}

impl Pen<'_> {
    /// Takes the ring's next point.
    pub(super) fn push(&mut self, point: MapPoint) {
        let spot = self.grid.spot(point);
        match **self.ring {
            [.., last] if last == spot => {}
            // There and back again is no ground.
            [.., before, _] if before == spot => _ = self.ring.pop(),
            _ => self.ring.push(spot),
        }
    }

    /// Ends the ring.
    pub(super) fn close(&mut self) {
        while self.ring.len() > 1 && self.ring.first() == self.ring.last() {
            self.ring.pop();
        }
        let area2 = area2(self.ring);
        let right_way = !self.turned || (area2 > 0) == (self.outer == Outer::Awaited);
        let has_ground = area2 != 0 && right_way;
        match self.outer {
            Outer::Awaited if has_ground => self.outer = Outer::Drawn,
            Outer::Awaited => self.outer = Outer::Gone,
            _ => {}
        }
        if has_ground && self.outer == Outer::Drawn {
            let unit = |&[x, y]: &Spot| MapPoint { x: x as u32, y: y as u32 };
            self.ground.rings.push(self.ring.iter().map(unit));
        }
        self.ring.clear();
    }

    /// Ends the polygon, which is the ground of `owner`.
    fn finish(self, owner: u32) {
        if self.outer == Outer::Drawn {
            self.ground.polygons.push(self.ground.rings.len() as u32);
            self.ground.owners.push(owner);
        }
    }
}
