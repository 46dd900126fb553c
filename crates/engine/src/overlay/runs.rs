//! Shares the edges of all rings out to the tiles.
//!
//! Most rings run through one tile or a few, so a tile's edges are kept as runs of consecutive
//! edges, not one by one. An edge whose ends lie in different tiles is a *bridge*; bridges are
//! merged over all layers first and then named to every tile that they come near.

use super::segments::{Segments, code};
use super::tiling::Tiling;
use crate::normalise::NormalLayer;
use crate::precision::Point;
use crate::watch::{Stage, Steps, Stop, Watch, step};
use rayon::prelude::*;
use std::ops::Range;

/// So many features are walked along by one thread at a time.
const FEATURES: usize = 512;

/// Consecutive edges of a ring that lie in one tile.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// The feature, counted over all layers.
    pub feature: u32,
    layer: u32,
    /// The first edge's start among the layer's points.
    first: u32,
    /// How many edges.
    count: u32,
    /// The ring's first point if the last edge closes the ring, else [`Run::OPEN`].
    closes_at: u32,
}

impl Run {
    const OPEN: u32 = u32::MAX;

    /// Returns the points along the run: one more than there are edges.
    pub fn points(self, layers: &[NormalLayer]) -> impl Iterator<Item = Point> + '_ {
        let (_, points, last) = self.parts(layers);
        points.iter().copied().chain([last])
    }

    /// Returns the run's layer, the edges' starts and the end of the last.
    pub fn parts(self, layers: &[NormalLayer]) -> (u32, &[Point], Point) {
        let points = layers[self.layer as usize].points();
        let past = self.first + self.count;
        let last = if self.closes_at == Self::OPEN { past } else { self.closes_at };
        (self.layer, &points[self.first as usize..past as usize], points[last as usize])
    }

    /// Returns how many edges there are.
    pub fn len(self) -> usize {
        self.count as usize
    }
}

/// The edges of all rings, by tile.
pub(super) struct Runs {
    first: Vec<u32>,
    runs: Vec<Run>,
    /// The edges between tiles, each once.
    pub bridges: Segments,
    first_near: Vec<u32>,
    near: Vec<u32>,
}

impl Runs {
    /// Shares out the edges of the features for which `takes_part` holds.
    pub fn of(
        layers: &[NormalLayer],
        tiling: &Tiling,
        takes_part: impl Fn(u32) -> bool + Sync,
        watch: &dyn Watch,
    ) -> Result<Self, Stop> {
        let mut pieces: Vec<(u32, u32, Range<usize>)> = Vec::new();
        let mut first_feature = 0;
        for (layer, number) in layers.iter().zip(0..) {
            let count = layer.feature_count();
            let starts = (0..count).step_by(FEATURES);
            pieces.extend(starts.map(|start| (number, first_feature, start..(start + FEATURES).min(count))));
            first_feature += count as u32;
        }
        let steps = Steps::new(watch, Stage::Edges, 0.5..0.7, pieces.len());
        let parts: Vec<Part> = pieces
            .into_par_iter()
            .map(|(number, first_feature, features)| {
                steps.large()?;
                let mut part = Part { runs: Vec::new(), bridges: Vec::new() };
                let layer = &layers[number as usize];
                for (index, ring) in layer.ring_ranges(features) {
                    let feature = first_feature + index as u32;
                    if takes_part(feature) {
                        part.walk(tiling, layer.points(), ring, number, feature);
                    }
                }
                Ok(part)
            })
            .collect::<Result<_, Stop>>()?;
        let (first, runs) = by_tile(tiling.len(), || parts.iter().flat_map(|part| part.runs.iter().copied()));
        step(watch, Stage::Edges, 0.75)?;
        let bridges = parts.into_iter().flat_map(|part| part.bridges).collect();
        let bridges = Segments::of_runs(bridges);
        step(watch, Stage::Edges, 0.85)?;
        let mut near = Vec::new();
        let mut tiles = Vec::new();
        let steps = Steps::new(watch, Stage::Edges, 0.85..0.95, bridges.len());
        for batch in steps.batches() {
            for bridge in batch? {
                let [a, b] = bridges.ends[bridge];
                tiling.of_segment(a, b, &mut tiles);
                near.extend(tiles.iter().map(|&tile| (tile, bridge as u32)));
            }
        }
        let (first_near, near) = by_tile(tiling.len(), || near.iter().copied());
        Ok(Self { first, runs, bridges, first_near, near })
    }

    /// Returns the runs inside a tile.
    pub fn inside(&self, tile: usize) -> &[Run] {
        &self.runs[self.first[tile] as usize..self.first[tile + 1] as usize]
    }

    /// Returns the bridges that come near a tile.
    pub fn near(&self, tile: usize) -> &[u32] {
        &self.near[self.first_near[tile] as usize..self.first_near[tile + 1] as usize]
    }
}

/// Returns where each tile's items begin, and the items by tile, in the order given.
pub(super) fn by_tile<T, I>(tiles: usize, items: impl Fn() -> I) -> (Vec<u32>, Vec<T>)
where
    T: Copy,
    I: Iterator<Item = (u32, T)>,
{
    let mut first = vec![0u32; tiles + 1];
    items().for_each(|(tile, _)| first[tile as usize + 1] += 1);
    for tile in 0..tiles {
        first[tile + 1] += first[tile];
    }
    let mut place = first.clone();
    let mut sorted: Vec<T> = Vec::new();
    if let Some((_, any)) = items().next() {
        sorted.resize(first[tiles] as usize, any);
    }
    for (tile, item) in items() {
        sorted[place[tile as usize] as usize] = item;
        place[tile as usize] += 1;
    }
    (first, sorted)
}

/// Returns the runs of a feature that is cut by itself: its whole rings.
pub(super) fn whole_rings(layer: &NormalLayer, number: u32, index: usize, feature: u32) -> Vec<Run> {
    let run = |ring: Range<usize>| Run {
        feature,
        layer: number,
        first: ring.start as u32,
        count: ring.len() as u32,
        closes_at: ring.start as u32,
    };
    layer.ring_ranges(index..index + 1).map(|(_, ring)| run(ring)).collect()
}

/// What one thread found along some features.
struct Part {
    runs: Vec<(u32, Run)>,
    bridges: Vec<([Point; 2], u32)>,
}

impl Part {
    fn walk(&mut self, tiling: &Tiling, points: &[Point], ring: Range<usize>, layer: u32, feature: u32) {
        let mut tile = tiling.of_point(points[ring.start]);
        let mut cell = tiling.cell(tile as usize);
        let mut first = ring.start;
        for at in ring.clone() {
            let following = if at + 1 == ring.end { ring.start } else { at + 1 };
            let to = points[following];
            if cell.holds(to.x.into(), to.y.into()) {
                continue;
            }
            self.add(
                tile,
                Run { feature, layer, first: first as u32, count: (at - first) as u32, closes_at: Run::OPEN },
            );
            let from = points[at];
            self.bridges.push(([from.min(to), from.max(to)], code(feature, from < to)));
            tile = tiling.of_point(to);
            cell = tiling.cell(tile as usize);
            first = if following == ring.start { ring.end } else { following };
        }
        let count = (ring.end - first) as u32;
        self.add(tile, Run { feature, layer, first: first as u32, count, closes_at: ring.start as u32 });
    }

    fn add(&mut self, tile: u32, run: Run) {
        if run.count > 0 {
            self.runs.push((tile, run));
        }
    }
}
