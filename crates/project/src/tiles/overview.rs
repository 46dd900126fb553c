//! Ground as low zooms show it, where a tile holds a county or a province.
//!
//! Most parcels are smaller there than the grid that points are rounded to. So each zoom keeps only the
//! polygons that have ground on its grid, as rounded points, made from those of the next deeper zoom: a
//! tile costs what it shows and not what lies in it. A point is rounded by itself, whatever ring it is
//! in, so neighbours never gap. Where tiles would still hold too much, the zoom's grid is coarser.

use super::address::{BUFFER, EXTENT, Spot, Window, coarse, spot};
use super::cut::{self, Cutter, TilePolygon, area2};
use super::lines::MapPoint;
use rayon::prelude::*;
use std::ops::Range;

/// The deepest zoom with an overview.
pub(super) const DEEPEST_SHOWN: u8 = 10;
/// Tiles should hold no more polygons than this.
const MOST: usize = 30_000;
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
    /// The tiles (column, row) that a polygon may be seen in, sorted.
    tiles: Vec<([u32; 2], u32)>,
    /// Polygons that are not in `tiles`, ascending.
    wide: Vec<u32>,
}

/// Polygons on the grid of a zoom, one after the other; the first ring of each is its outer one.
#[derive(Debug, Default)]
pub(super) struct Ground {
    /// Points in tile units from the map's corner; that of the deepest zoom here fits.
    points: Vec<[u32; 2]>,
    /// Where rings end in `points`.
    rings: Vec<u32>,
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
        let size = count.div_ceil(4 * rayon::current_num_threads() as u32).max(1);
        let parts: Vec<Range<u32>> = (0..count).step_by(size as usize).map(|at| at..(at + size).min(count)).collect();
        let drawn = |part: Range<u32>| {
            let (mut ground, mut ring) = (Ground::default(), Vec::new());
            let place = |point| spot(point, DEEPEST_SHOWN, coarse(DEEPEST_SHOWN));
            for polygon in part {
                let mut pen =
                    Pen { ground: &mut ground, ring: &mut ring, place: &place, turned, outer: Outer::Awaited };
                let owner = draw(polygon, &mut pen);
                pen.finish(owner);
            }
            ground
        };
        let parts: Vec<Ground> = parts.into_par_iter().map(drawn).collect();
        let ground = parts.into_iter().fold(Ground::default(), Ground::with);
        let mut zooms = vec![Level::finest(DEEPEST_SHOWN, ground, turned)];
        for z in (0..DEEPEST_SHOWN).rev() {
            let ground = zooms[zooms.len() - 1].ground.rounded(1, coarse(z), turned);
            zooms.push(Level::finest(z, ground, turned));
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
    /// The level of a zoom from its ground on its finest grid, on a coarser one if tiles would hold too much.
    fn finest(z: u8, ground: Ground, turned: bool) -> Self {
        let mut level = Self::of(ground);
        for step in coarse(z) + 1..=COARSEST {
            if level.fullest() <= MOST {
                break;
            }
            level = Self::of(level.ground.rounded(0, step, turned));
        }
        level
    }

    fn of(ground: Ground) -> Self {
        let mut level = Self { ground, ..Self::default() };
        for polygon in 0..level.ground.owners.len() as u32 {
            let outer = level.ground.ring(level.ground.rings_of(polygon).start);
            let range = |axis: usize| {
                let along = || outer.iter().map(|point| i64::from(point[axis]));
                let (low, high) = (along().min().unwrap_or(0), along().max().unwrap_or(0));
                ((low - BUFFER).max(0) / EXTENT)..=((high + BUFFER) / EXTENT)
            };
            let (columns, rows) = (range(0), range(1));
            let count = |range: &std::ops::RangeInclusive<i64>| range.end() - range.start() + 1;
            if count(&columns) * count(&rows) > WIDE {
                level.wide.push(polygon);
                continue;
            }
            let tiles = columns.flat_map(|column| rows.clone().map(move |row| [column as u32, row as u32]));
            level.tiles.extend(tiles.map(|tile| (tile, polygon)));
        }
        level.tiles.par_sort_unstable();
        level.tiles.shrink_to_fit();
        level
    }

    /// How many polygons the fullest tile holds.
    fn fullest(&self) -> usize {
        let tiles = self.tiles.chunk_by(|one, other| one.0 == other.0);
        tiles.map(<[_]>::len).max().unwrap_or(0) + self.wide.len()
    }

    /// Returns the polygons that may be seen in a tile, ascending.
    pub(super) fn polygons_in(&self, window: &Window) -> Vec<u32> {
        let tile = window.tile();
        let from = self.tiles.partition_point(|entry| entry.0 < tile);
        let here = self.tiles[from..].iter().take_while(|entry| entry.0 == tile);
        let mut polygons: Vec<u32> = here.map(|entry| entry.1).collect();
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
            self.ground.ring(ring).iter().for_each(|point| cutter.push_spot(point.map(i64::from)));
            cutter.close()
        }))
    }
}

impl Ground {
    fn rings_of(&self, polygon: u32) -> Range<u32> {
        let start = (polygon as usize).checked_sub(1).map_or(0, |before| self.polygons[before]);
        start..self.polygons[polygon as usize]
    }

    fn ring(&self, ring: u32) -> &[[u32; 2]] {
        let start = (ring as usize).checked_sub(1).map_or(0, |before| self.rings[before]);
        &self.points[start as usize..self.rings[ring as usize] as usize]
    }

    /// Appends other polygons.
    fn with(mut self, other: Self) -> Self {
        let (points, rings) = (self.points.len() as u32, self.rings.len() as u32);
        self.points.extend(other.points);
        self.rings.extend(other.rings.iter().map(|end| points + end));
        self.polygons.extend(other.polygons.iter().map(|end| rings + end));
        self.owners.extend(other.owners);
        self
    }

    /// The same so many zooms higher up, whose units are twice as wide each, on a grid of that step.
    fn rounded(&self, zooms: i32, coarse: i32, turned: bool) -> Self {
        let (mut ground, mut ring) = (Self::default(), Vec::new());
        let bits = zooms + coarse;
        let round = |unit: u32| i64::from((unit + (1 << bits >> 1)) >> bits) << coarse;
        for polygon in 0..self.owners.len() as u32 {
            let place = |point: MapPoint| [round(point.x), round(point.y)];
            let mut pen = Pen { ground: &mut ground, ring: &mut ring, place: &place, turned, outer: Outer::Awaited };
            for ring in self.rings_of(polygon) {
                self.ring(ring).iter().for_each(|&[x, y]| pen.push(MapPoint { x, y }));
                pen.close();
            }
            pen.finish(self.owners[polygon as usize]);
        }
        ground
    }
}

/// Draws the rings of one polygon onto a grid.
pub(super) struct Pen<'a> {
    ground: &'a mut Ground,
    ring: &'a mut Vec<Spot>,
    place: &'a dyn Fn(MapPoint) -> Spot,
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
        let spot = (self.place)(point);
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
            self.ground.points.extend(self.ring.iter().map(|spot| spot.map(|unit| unit as u32)));
            self.ground.rings.push(self.ground.points.len() as u32);
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
