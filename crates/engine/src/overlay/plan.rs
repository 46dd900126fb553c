//! The way from rings to arcs: tiles are cut one by one, then what runs between them, then each
//! tile's segments are chained and the chains put together.
//!
//! Tiles are worked on by all threads. Two barriers keep them from showing in the result: bridges are
//! cut when the hot pixels of all tiles are known, and chains are joined when all are there.

use super::arcs::{Arcs, arcs};
use super::bridges::{self, At};
use super::chains::{LinkEnds, chain};
use super::interact::alone;
use super::noding::{Noded, Scratch, Seen, Tile, node};
use super::runs::{Run, Runs, whole_rings};
use super::segments::{Segments, Sets};
use super::tiling::{Tiling, bounds};
use crate::normalise::NormalLayer;
use crate::precision::Point;
use crate::watch::{Stage, Stop, Watch, step};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Returns the arcs of all layers, worked out in tiles of about so many vertices.
pub(super) fn arcs_of(layers: Vec<NormalLayer>, per_tile: usize, watch: &dyn Watch) -> Result<(Arcs, Seen), Stop> {
    let mut seen = Seen::default();
    let Some(tiling) = Tiling::of(&layers, per_tile) else {
        return Ok((arcs(Vec::new(), &Segments::of_runs(Vec::new()), &[]), seen));
    };
    let alone = alone(&layers);
    step(watch, Stage::Edges, 0.5)?;
    let runs = Runs::of(&layers, &tiling, |feature| !alone[feature as usize]);
    seen.unique_edges = runs.bridges.len() as u64;
    seen.doubled = runs.bridges.doubled.clone();
    let lonely = lonely_features(&layers, &alone);
    let noded = node_tiles(&layers, &tiling, &runs, &lonely, watch)?;
    let Runs { bridges, .. } = runs;
    drop(layers);

    let mut ends = vec![[At::new(0, 0); 2]; bridges.len()];
    let mut passed = Vec::new();
    let mut tiles = Vec::with_capacity(noded.len());
    for (number, noded) in (0..).zip(noded) {
        for (end, at) in noded.bridge_ends {
            ends[end as usize / 2][end as usize & 1] = At::new(number, at);
        }
        passed.extend(noded.bridge_hits.into_iter().map(|(bridge, at)| (bridge, At::new(number, at))));
        seen.join(noded.seen);
        tiles.push(noded.tile);
    }
    let bridged = bridges::cut(&tiling, &tiles, &bridges, &ends, passed, &mut seen, watch)?;
    drop((bridges, ends));

    step(watch, Stage::Faces, 0.0)?;
    let link_ends: Vec<[Point; 2]> =
        bridged.links.ends.par_iter().map(|ends| ends.map(|at| at.point(&tiles))).collect();
    let at_links = LinkEnds::of(&bridged.links, tiles.len());
    let done = AtomicUsize::new(0);
    let all = tiles.len();
    let chained: Vec<_> = tiles
        .into_par_iter()
        .enumerate()
        .map(|(number, mut tile)| {
            tell(watch, Stage::Faces, &done, 2 * all)?;
            let doubled = absorb(&mut tile, bridged.inside(number));
            Ok((chain(tile, at_links.in_tile(number)), doubled))
        })
        .collect::<Result<_, Stop>>()?;
    let mut chains = Vec::with_capacity(chained.len());
    for (tile_chains, doubled) in chained {
        chains.push(tile_chains);
        seen.doubled.extend(doubled);
    }
    step(watch, Stage::Faces, 0.5)?;
    Ok((arcs(chains, &bridged.links, &link_ends), seen))
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

/// Cuts every tile, then every lonely feature as if it had a tile of its own.
fn node_tiles(
    layers: &[NormalLayer],
    tiling: &Tiling,
    runs: &Runs,
    lonely: &[Vec<Run>],
    watch: &dyn Watch,
) -> Result<Vec<Noded>, Stop> {
    let done = AtomicUsize::new(0);
    let all = tiling.len() + lonely.len();
    (0..all)
        .into_par_iter()
        .map_init(Scratch::new, |scratch, number| {
            tell(watch, Stage::Noding, &done, all)?;
            let Some(feature) = number.checked_sub(tiling.len()) else {
                let (cell, inside, near) = (tiling.cell(number), runs.inside(number), runs.near(number));
                return Ok(node(layers, cell, inside, near, &runs.bridges, scratch));
            };
            let rings = &lonely[feature];
            let points: Vec<Point> = rings.iter().flat_map(|ring| ring.points(layers)).collect();
            let cell = bounds(&points).unwrap_or(tiling.cell(0));
            Ok(node(layers, cell, rings, &[], &runs.bridges, scratch))
        })
        .collect()
}

/// Adds pieces of bridges to a tile; returns features that run along a segment more than once.
fn absorb(tile: &mut Tile, pieces: &[([u32; 2], u32)]) -> Vec<(u32, Point)> {
    let mut doubled = Vec::new();
    let sets: &mut Sets = &mut tile.sets;
    let added = pieces.iter().map(|&(ends, code)| (ends, sets.add(&[code]))).collect();
    tile.absorb(added, &mut doubled);
    doubled
}
