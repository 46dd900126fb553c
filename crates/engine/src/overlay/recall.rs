//! Remembers what was worked out of each tile, so that a changed layer costs only the tiles it touches.
//!
//! A tile is known by the fingerprint of all that its noding depends on: its cell, the edges inside
//! with their features, and the bridges near it. Features are told by their layer and their number in
//! it, so that more features in one layer do not make strangers of those of the next.

use super::cells::Cell;
use super::noding::{Noded, Seen};
use super::runs::Run;
use super::segments::Segments;
use crate::normalise::NormalLayer;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// What was worked out in the last run, tile by tile; to be brought along to the next.
#[derive(Default)]
pub struct Recall {
    tiles: Mutex<HashMap<u128, Known>>,
    reused: AtomicUsize,
}

impl std::fmt::Debug for Recall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recall").field("reused", &self.reused).finish_non_exhaustive()
    }
}

/// A tile, and where each layer's features began when it was worked out.
#[derive(Clone)]
struct Known {
    noded: Noded,
    starts: Vec<u32>,
    /// Whether the present run has used it.
    fresh: bool,
}

impl Recall {
    /// Returns how many tiles have been used again since the beginning.
    pub fn reused(&self) -> usize {
        self.reused.load(Ordering::Relaxed)
    }

    /// Returns a tile by its fingerprint, with the features' present numbers.
    pub(super) fn find(&self, print: u128, starts: &[u32]) -> Option<Noded> {
        let mut tiles = self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tiles.get_mut(&print)?;
        known.fresh = true;
        let mut known = known.clone();
        drop(tiles);
        self.reused.fetch_add(1, Ordering::Relaxed);
        if known.starts != starts {
            known.noded.renumber(|feature| {
                let layer = known.starts.partition_point(|&start| start <= feature) - 1;
                feature - known.starts[layer] + starts[layer]
            });
        }
        Some(known.noded)
    }

    /// Remembers a tile.
    pub(super) fn keep(&self, print: u128, noded: &Noded, starts: &[u32]) {
        let known = Known { noded: noded.clone(), starts: starts.to_vec(), fresh: true };
        self.tiles.lock().unwrap_or_else(PoisonError::into_inner).insert(print, known);
    }

    /// Forgets what the run that has ended did not use.
    pub(super) fn end_of_run(&self) {
        let mut tiles = self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        tiles.retain(|_, known| std::mem::take(&mut known.fresh));
    }
}

impl Noded {
    fn renumber(&mut self, number: impl Fn(u32) -> u32) {
        self.tile.sets.renumber(&number);
        let Seen { self_crossing, doubled, .. } = &mut self.seen;
        self_crossing.iter_mut().chain(doubled).for_each(|(feature, _)| *feature = number(*feature));
    }
}

/// Returns where each layer's features begin, counted over all.
pub(super) fn starts(layers: &[NormalLayer]) -> Vec<u32> {
    let mut next = 0;
    let start = |layer: &NormalLayer| {
        let start = next;
        next += layer.feature_count() as u32;
        start
    };
    layers.iter().map(start).collect()
}

/// Returns the fingerprint of all that a tile's noding depends on.
pub(super) fn fingerprint(
    layers: &[NormalLayer],
    starts: &[u32],
    cell: Cell,
    runs: &[Run],
    near: &[u32],
    bridges: &Segments,
) -> u128 {
    let mut print = Xxh3::new();
    for word in [cell.low.0, cell.low.1, cell.high.0, cell.high.1, runs.len() as i64] {
        print.update(&word.to_le_bytes());
    }
    for run in runs {
        let (layer, points, last) = run.parts(layers);
        let own = run.feature - starts[layer as usize];
        print.update(bytemuck::cast_slice(&[layer, own, points.len() as u32]));
        print.update(bytemuck::cast_slice(points));
        print.update(bytemuck::bytes_of(&last));
    }
    for &bridge in near {
        print.update(bytemuck::cast_slice(&bridges.ends[bridge as usize]));
        for code in bridges.owners(bridge as usize) {
            let layer = starts.partition_point(|&start| start <= code >> 1) - 1;
            print.update(bytemuck::cast_slice(&[layer as u32, (code >> 1) - starts[layer], code & 1]));
        }
    }
    print.digest128()
}
