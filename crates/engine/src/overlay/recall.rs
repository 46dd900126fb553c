//! Remembers what was worked out of each tile, so that a changed layer costs only the tiles it touches.
//!
//! A tile is known by the fingerprint of all that its noding depends on: its cell, the edges inside
//! with their features, and the bridges near it. Features are told by their layer and their number in
//! it, so that more features in one layer do not make strangers of those of the next.

use super::cells::Cell;
use super::depot::{Depot, Held};
use super::noding::{Noded, Seen, Tile};
use super::runs::Run;
use super::segments::Segments;
use crate::normalise::NormalLayer;
use crate::watch::Stop;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// A depot that outlives a run.
pub type Shelf = Arc<dyn Depot + Send>;

/// Makes an empty depot.
type NewShelf = Box<dyn Fn() -> io::Result<Shelf> + Send + Sync>;

/// What was worked out in the last run, tile by tile; to be brought along to the next.
///
/// The segments of all tiles together are as large as the data, so they stand in a depot. What it does
/// not take, or does not give back, is worked out anew: it is only remembered.
pub struct Recall {
    new_shelf: NewShelf,
    known: Mutex<KnownTiles>,
    reused: AtomicUsize,
}

impl std::fmt::Debug for Recall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recall").field("reused", &self.reused).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct KnownTiles {
    tiles: HashMap<u128, Known>,
    shelf: Option<Shelf>,
    /// How many bytes stand on the shelf, those of forgotten tiles too.
    stands: u64,
}

/// A tile, and where each layer's features began when it was worked out.
#[derive(Clone)]
struct Known {
    /// All but the tile's segments.
    rest: Noded,
    /// The segments, on the shelf.
    tile: Held<Tile>,
    starts: Vec<u32>,
    /// Whether the present run has used it.
    fresh: bool,
}

impl Recall {
    /// Remembers nothing yet; `new_shelf` makes an empty depot.
    pub fn new(new_shelf: impl Fn() -> io::Result<Shelf> + Send + Sync + 'static) -> Self {
        Self { new_shelf: Box::new(new_shelf), known: Mutex::default(), reused: AtomicUsize::new(0) }
    }

    /// Returns how many tiles have been used again since the beginning.
    pub fn reused(&self) -> usize {
        self.reused.load(Ordering::Relaxed)
    }

    /// Returns a tile by its fingerprint, with the features' present numbers.
    pub(super) fn find(&self, print: u128, starts: &[u32]) -> Option<Noded> {
        let (known, shelf) = {
            let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let shelf = all.shelf.clone()?;
            let known = all.tiles.get_mut(&print)?;
            known.fresh = true;
            (known.clone(), shelf)
        };
        let mut noded = Noded { tile: known.tile.take(Some(&*shelf)).ok()?, ..known.rest };
        self.reused.fetch_add(1, Ordering::Relaxed);
        if known.starts != starts {
            noded.renumber(|feature| {
                let layer = known.starts.partition_point(|&start| start <= feature) - 1;
                feature - known.starts[layer] + starts[layer]
            });
        }
        Some(noded)
    }

    /// Remembers a tile.
    pub(super) fn keep(&self, print: u128, noded: &Noded, starts: &[u32]) {
        let Some(tile) = self.shelf().and_then(|shelf| Held::kept(&noded.tile, &*shelf).ok()) else { return };
        let Noded { bridge_hits, bridge_ends, seen, .. } = noded;
        let (bridge_hits, bridge_ends, seen) = (bridge_hits.clone(), bridge_ends.clone(), seen.clone());
        let rest = Noded { tile: Tile::default(), bridge_hits, bridge_ends, seen };
        let known = Known { rest, tile, starts: starts.to_vec(), fresh: true };
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.stands += known.tile.stands();
        all.tiles.insert(print, known);
    }

    fn shelf(&self) -> Option<Shelf> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.shelf.is_none() {
            all.shelf = (self.new_shelf)().ok();
        }
        all.shelf.clone()
    }

    /// Forgets what the run that has ended did not use.
    pub(super) fn end_of_run(&self) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.tiles.retain(|_, known| std::mem::take(&mut known.fresh));
        let needed: u64 = all.tiles.values().map(|known| known.tile.stands()).sum();
        // Nothing is ever taken off a shelf, so what is still needed moves to another now and then.
        if all.stands > 2 * needed && all.moved(&self.new_shelf).is_err() {
            *all = KnownTiles::default();
        }
    }
}

impl KnownTiles {
    fn moved(&mut self, new_shelf: &NewShelf) -> Result<(), Stop> {
        let Some(old) = self.shelf.take() else { return Ok(()) };
        let shelf = new_shelf().map_err(|cause| Stop::Depot(cause.kind()))?;
        self.stands = 0;
        for known in self.tiles.values_mut() {
            known.tile = Held::kept(&*known.tile.look(Some(&*old))?, &*shelf)?;
            self.stands += known.tile.stands();
        }
        self.shelf = Some(shelf);
        Ok(())
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
