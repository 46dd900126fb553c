//! Remembers what was worked out of each tile, so that a changed layer costs only the tiles it touches.
//!
//! A tile is known by the fingerprint of all that its noding depends on: its cell, the edges inside
//! with their features, and the bridges near it. Noding asks of two features only whether they are the
//! same and which comes first, so they are told by their layer and their place among those of the tile:
//! features that come or go elsewhere do not make strangers of them.

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

/// A tile, and the numbers of its features when it was worked out.
#[derive(Clone)]
struct Known {
    /// All but the tile's segments.
    rest: Noded,
    /// The segments, on the shelf.
    tile: Held<Tile>,
    features: Box<[u32]>,
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
    pub(super) fn find(&self, print: &Print) -> Option<Noded> {
        let (known, shelf) = {
            let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let shelf = all.shelf.clone()?;
            let known = all.tiles.get_mut(&print.hash)?;
            known.fresh = true;
            (known.clone(), shelf)
        };
        let mut noded = Noded { tile: known.tile.take(Some(&*shelf)).ok()?, ..known.rest };
        self.reused.fetch_add(1, Ordering::Relaxed);
        if *known.features != *print.features {
            noded.renumber(|feature| print.features[place(&known.features, feature)]);
        }
        Some(noded)
    }

    /// Remembers a tile.
    pub(super) fn keep(&self, print: Print, noded: &Noded) {
        let Some(tile) = self.shelf().and_then(|shelf| Held::kept(&noded.tile, &*shelf).ok()) else { return };
        let Noded { bridge_hits, bridge_ends, seen, .. } = noded;
        let (bridge_hits, bridge_ends, seen) = (bridge_hits.clone(), bridge_ends.clone(), seen.clone());
        let rest = Noded { tile: Tile::default(), bridge_hits, bridge_ends, seen };
        let known = Known { rest, tile, features: print.features.into(), fresh: true };
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.stands += known.tile.stands();
        all.tiles.insert(print.hash, known);
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

/// What a tile is known by.
pub(super) struct Print {
    hash: u128,
    /// The features of the tile, counted over all layers, ascending.
    features: Vec<u32>,
}

impl Print {
    /// Returns the fingerprint of all that a tile's noding depends on.
    pub(super) fn of(layers: &[NormalLayer], cell: Cell, runs: &[Run], near: &[u32], bridges: &Segments) -> Self {
        let owners = near.iter().flat_map(|&bridge| bridges.owners(bridge as usize)).map(|code| code >> 1);
        let mut features: Vec<u32> = runs.iter().map(|run| run.feature).chain(owners).collect();
        features.sort_unstable();
        features.dedup();
        let mut print = Xxh3::new();
        for word in [cell.low.0, cell.low.1, cell.high.0, cell.high.1, runs.len() as i64] {
            print.update(&word.to_le_bytes());
        }
        for run in runs {
            let (layer, points, last) = run.parts(layers);
            let own = place(&features, run.feature) as u32;
            print.update(bytemuck::cast_slice(&[layer, own, points.len() as u32]));
            print.update(bytemuck::cast_slice(points));
            print.update(bytemuck::bytes_of(&last));
        }
        for &bridge in near {
            print.update(bytemuck::cast_slice(&bridges.ends[bridge as usize]));
            for code in bridges.owners(bridge as usize) {
                print.update(bytemuck::cast_slice(&[place(&features, code >> 1) as u32, code & 1]));
            }
        }
        Self { hash: print.digest128(), features }
    }
}

/// The place of a feature among those of a tile.
fn place(features: &[u32], feature: u32) -> usize {
    features.partition_point(|&other| other < feature)
}
