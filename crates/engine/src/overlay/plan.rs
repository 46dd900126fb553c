//! The way from rings to arcs: tiles are cut one by one, then what runs between them, then each
//! tile's segments are chained and the chains put together.
//!
//! Tiles are worked on by all threads. Two barriers keep them from showing in the result: bridges are
//! cut when the hot pixels of all tiles are known, and chains are joined when all are there.

use super::Means;
use super::arcs::{Amount, Arcs, across, arcs};
use super::bridges::{self, At};
use super::chains::{Chains, LinkEnds, chain};
use super::depot::Held;
use super::interact::alone;
use super::noding::{Noded, Scratch, Seen, Tile, node};
use super::recall::{Print, Recall};
use super::runs::{Run, Runs, whole_rings};
use super::segments::Sets;
use super::tiling::{Tiling, bounds};
use crate::normalise::NormalLayer;
use crate::precision::Point;
use crate::watch::{Stage, Stop, Watch, step};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Returns the arcs of all layers.
pub(super) fn arcs_of(layers: Vec<NormalLayer>, means: Means<'_>, watch: &dyn Watch) -> Result<(Arcs, Seen), Stop> {
    let depot = means.depot;
    let mut seen = Seen::default();
    let Some(tiling) = Tiling::of(&layers, means.per_tile) else {
        return Ok((arcs(Vec::new(), &[], &Chains::default(), depot, watch)?, seen));
    };
    step(watch, Stage::Edges, 0.2)?;
    let alone = alone(&layers, watch)?;
    step(watch, Stage::Edges, 0.5)?;
    let runs = Runs::of(&layers, &tiling, |feature| !alone[feature as usize], watch)?;
    seen.unique_edges = runs.bridges.len() as u64;
    seen.doubled = runs.bridges.doubled.clone();
    let lonely = lonely_features(&layers, &alone);
    let noded = node_tiles(&layers, &tiling, &runs, &lonely, means, watch)?;
    let Runs { bridges, .. } = runs;
    drop((layers, lonely));

    let mut ends = vec![[At::default(); 2]; bridges.len()];
    let mut passed = Vec::new();
    let mut tiles = Vec::with_capacity(noded.len());
    for (tile, mut noded) in noded {
        for &(end, at) in &noded.bridge_ends {
            ends[end as usize / 2][end as usize & 1] = at;
        }
        passed.append(&mut noded.bridge_hits);
        seen.join(noded.seen);
        tiles.push(tile);
    }
    let bridged = bridges::cut(
        bridges::Tiles { tiling: &tiling, held: &tiles, depot },
        &bridges,
        &ends,
        passed,
        &mut seen,
        watch,
    )?;
    drop((bridges, ends));

    step(watch, Stage::Faces, 0.0)?;
    let at_links = LinkEnds::of(&bridged.links, tiles.len());
    let done = AtomicUsize::new(0);
    let all = tiles.len();
    let chained: Vec<_> = tiles
        .into_par_iter()
        .enumerate()
        .map(|(number, tile)| {
            tell(watch, Stage::Faces, &done, 2 * all)?;
            let mut tile = tile.take(depot)?;
            let doubled = absorb(&mut tile, bridged.inside(number));
            let mut chained = chain(tile, at_links.in_tile(number));
            // The lonely stand behind the tiles and are added to what runs across tiles.
            let whole = if number < tiling.len() { std::mem::take(&mut chained.whole) } else { Chains::default() };
            let amount = Amount::of(&whole);
            Ok(((Held::of(whole, depot)?, amount), chained, doubled))
        })
        .collect::<Result<_, Stop>>()?;
    let (mut whole, mut open) = (Vec::with_capacity(all), Vec::with_capacity(all));
    for (tile_whole, tile_open, doubled) in chained {
        whole.push(tile_whole);
        open.push(tile_open);
        seen.doubled.extend(doubled);
    }
    step(watch, Stage::Faces, 0.5)?;
    whole.truncate(tiling.len());
    let across = across(&open[..tiling.len()], &bridged.links, &open[tiling.len()..], watch)?;
    drop(open);
    Ok((arcs(whole, &tiling.corners(), &across, depot, watch)?, seen))
}

fn tell(watch: &dyn Watch, stage: Stage, done: &AtomicUsize, all: usize) -> Result<(), Stop> {
    let before = done.fetch_add(1, Ordering::Relaxed);
    step(watch, stage, before as f64 / all as f64)
}

/// Returns the runs of each feature that meets no other.
fn lonely_features(layers: &[NormalLayer], alone: &[bool]) -> Vec<Vec<Run>> {
    let mut lonely = Vec::new();
    let mut first = 0;
    for (number, layer) in (0..).zip(layers) {
        let own = (0..layer.feature_count()).filter(|index| alone[first + index]);
        lonely.extend(own.map(|index| whole_rings(layer, number, index, (first + index) as u32)));
        first += layer.feature_count();
    }
    lonely
}

/// What is kept of a tile's noding in memory.
struct Kept {
    bridge_hits: Vec<(u32, At)>,
    bridge_ends: Vec<(u32, At)>,
    seen: Seen,
}

/// Cuts every tile, then every lonely feature as if it had a tile of its own.
fn node_tiles(
    layers: &[NormalLayer],
    tiling: &Tiling,
    runs: &Runs,
    lonely: &[Vec<Run>],
    means: Means<'_>,
    watch: &dyn Watch,
) -> Result<Vec<(Held<Tile>, Kept)>, Stop> {
    let done = AtomicUsize::new(0);
    let all = tiling.len() + lonely.len();
    let node_one = |scratch: &mut Scratch, number: usize| {
        let Some(feature) = number.checked_sub(tiling.len()) else {
            let (cell, inside, near) = (tiling.cell(number), runs.inside(number), runs.near(number));
            let Some(recall) = means.recall else { return node(layers, cell, inside, near, &runs.bridges, scratch) };
            let print = Print::of(layers, cell, inside, near, &runs.bridges);
            return recall.find(&print).unwrap_or_else(|| {
                let noded = node(layers, cell, inside, near, &runs.bridges, scratch);
                recall.keep(print, &noded);
                noded
            });
        };
        let rings = &lonely[feature];
        let points: Vec<Point> = rings.iter().flat_map(|ring| ring.points(layers)).collect();
        let cell = bounds(&points).unwrap_or(tiling.cell(0));
        node(layers, cell, rings, &[], &runs.bridges, scratch)
    };
    (0..all)
        .into_par_iter()
        .map_init(Scratch::new, |scratch, number| {
            tell(watch, Stage::Noding, &done, all)?;
            let Noded { tile, bridge_hits, bridge_ends, seen } = node_one(scratch, number);
            let near = if number < tiling.len() { runs.near(number) } else { &[] };
            let at = |at: u32| At { tile: number as u32, number: at, point: tile.points[at as usize] };
            let hit = |(bridge, pixel): (u32, u32)| (near[bridge as usize], at(pixel));
            let end = |(end, point): (u32, u32)| (2 * near[end as usize / 2] + end % 2, at(point));
            let bridge_hits = bridge_hits.into_iter().map(hit).collect();
            let bridge_ends = bridge_ends.into_iter().map(end).collect();
            Ok((Held::of(tile, means.depot)?, Kept { bridge_hits, bridge_ends, seen }))
        })
        .collect::<Result<_, Stop>>()
        .inspect(|_| means.recall.into_iter().for_each(Recall::end_of_run))
}

/// Adds pieces of bridges to a tile; returns features that run along a segment more than once.
fn absorb(tile: &mut Tile, pieces: &[([u32; 2], u32)]) -> Vec<(u32, Point)> {
    let mut doubled = Vec::new();
    let sets: &mut Sets = &mut tile.sets;
    let added = pieces.iter().map(|&(ends, code)| (ends, sets.add(&[code]))).collect();
    tile.absorb(added, &mut doubled);
    doubled
}
