//! Cuts the edges between tiles at the hot pixels of all tiles, once these are known.

use super::cells::Division;
use super::depot::{Depot, Held};
use super::hits::Pixels;
use super::noding::{Piece, Seen, Tile, cut_at, moved};
use super::runs::by_tile;
use super::segments::Segments;
use super::tiling::Tiling;
use crate::precision::Point;
use crate::watch::{Stage, Stop, Watch, step};
use rayon::prelude::*;

/// A point of a tile.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct At {
    pub tile: u32,
    /// The point's number in the tile.
    pub number: u32,
    pub point: Point,
}

/// What became of the bridges.
pub(super) struct Bridged {
    /// Segments with ends in different tiles, the smaller point first.
    pub links: Segments<At>,
    first: Vec<u32>,
    inside: Vec<([u32; 2], u32)>,
}

impl Bridged {
    /// Returns the pieces that ended up inside a tile: ends, the smaller point first, and owner code.
    pub fn inside(&self, tile: usize) -> &[([u32; 2], u32)] {
        &self.inside[self.first[tile] as usize..self.first[tile + 1] as usize]
    }
}

/// The tiles, with all their hot pixels.
#[derive(Clone, Copy)]
pub(super) struct Tiles<'a> {
    pub tiling: &'a Tiling,
    pub held: &'a [Held<Tile>],
    pub depot: Option<&'a dyn Depot>,
}

/// Cuts bridges with known ends at the pixels that they pass.
pub(super) fn cut(
    tiles: Tiles<'_>,
    bridges: &Segments,
    ends: &[[At; 2]],
    mut passed: Vec<(u32, At)>,
    seen: &mut Seen,
    watch: &dyn Watch,
) -> Result<Bridged, Stop> {
    passed.par_sort_unstable();
    let mut pending = Vec::new();
    let mut finished = Vec::new();
    let mut groups = passed.chunk_by(|one, other| one.0 == other.0).peekable();
    for (parent, &ends) in (0..).zip(ends) {
        let whole = Piece { ends, parent };
        match groups.next_if(|group| group[0].0 == parent) {
            Some(group) => {
                seen.cut_edges += 1;
                cut_at(whole, group.iter().map(|hit| hit.1), |at| at.point, &mut pending);
            }
            None => finished.push(whole),
        }
    }
    let mut rounds = 0;
    while !pending.is_empty() {
        rounds += 1;
        step(watch, Stage::Noding, 0.95)?;
        pending = cut_again(tiles, pending, &mut finished)?;
    }
    seen.rounds = seen.rounds.max(rounds);
    let far = |piece: &Piece<At>| moved(bridges.ends[piece.parent as usize], piece.ends.map(|at| at.point));
    seen.farthest_move = seen.farthest_move.max(finished.par_iter().map(far).reduce(|| 0.0, f64::max));

    let (mut links, mut inside) = (Vec::new(), Vec::new());
    for piece in finished {
        let [from, to] = piece.ends;
        let forward = from.point < to.point;
        let ends = if forward { [from, to] } else { [to, from] };
        for &code in bridges.owners(piece.parent as usize) {
            let code = if forward { code } else { code ^ 1 };
            if from.tile == to.tile {
                inside.push((from.tile, (ends.map(|at| at.number), code)));
            } else {
                links.push((ends, code));
            }
        }
    }
    let links = Segments::of_runs(links);
    seen.doubled.extend(links.doubled.iter().map(|&(feature, at)| (feature, at.point)));
    let (first, inside) = by_tile(tiles.held.len(), || inside.iter().copied());
    Ok(Bridged { links, first, inside })
}

/// Cuts the pieces that pass a hot pixel; the others are finished.
fn cut_again(tiles: Tiles<'_>, pending: Vec<Piece<At>>, finished: &mut Vec<Piece<At>>) -> Result<Vec<Piece<At>>, Stop> {
    let ends: Vec<[Point; 2]> = pending.iter().map(|piece| piece.ends.map(|at| at.point)).collect();
    let (mut near, mut named) = (Vec::new(), Vec::new());
    for (piece, [a, b]) in (0u32..).zip(&ends) {
        tiles.tiling.of_segment(*a, *b, &mut named);
        near.extend(named.iter().map(|&tile| (tile, piece)));
    }
    near.par_sort_unstable();
    let groups: Vec<&[(u32, u32)]> = near.chunk_by(|one, other| one.0 == other.0).collect();
    let found: Vec<Vec<(u32, At)>> = groups
        .into_par_iter()
        .map(|group| {
            let number = group[0].0;
            let tile = tiles.held[number as usize].look(tiles.depot)?;
            let division = Division::new(tiles.tiling.cell(number as usize), tile.points.len() / 2 + 1, 1024);
            let hot = (0..tile.points.len() as u32).filter(|at| tile.cold.binary_search(at).is_err());
            let pixels = Pixels::of(division, &tile.points, hot);
            let mut found = Vec::new();
            for &(_, piece) in group {
                let ends = ends[piece as usize];
                pixels.passed(ends, |pixel| {
                    found.push((piece, At { tile: number, number: pixel, point: tile.points[pixel as usize] }));
                });
            }
            Ok(found)
        })
        .collect::<Result<_, Stop>>()?;
    let mut passed = found.concat();
    passed.par_sort_unstable();
    let mut again = Vec::new();
    let mut groups = passed.chunk_by(|one, other| one.0 == other.0).peekable();
    for (at, piece) in (0..).zip(pending) {
        match groups.next_if(|group| group[0].0 == at) {
            Some(group) => cut_at(piece, group.iter().map(|hit| hit.1), |at| at.point, &mut again),
            None => finished.push(piece),
        }
    }
    Ok(again)
}
