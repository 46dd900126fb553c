//! Cuts the edges between tiles at the hot pixels of all tiles, once these are known.

use super::cells::Division;
use super::hits::Pixels;
use super::noding::{Piece, Seen, Tile, cut_at, moved};
use super::runs::by_tile;
use super::segments::Segments;
use super::tiling::Tiling;
use crate::precision::Point;
use crate::watch::{Stage, Stop, Watch, step};
use rayon::prelude::*;

/// A point of a tile: the tile's number above, the point's number in it below.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct At(u64);

impl At {
    pub fn new(tile: u32, number: u32) -> Self {
        Self(u64::from(tile) << 32 | u64::from(number))
    }

    pub fn tile(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub fn number(self) -> u32 {
        self.0 as u32
    }

    pub fn point(self, tiles: &[Tile]) -> Point {
        tiles[self.tile() as usize].points[self.number() as usize]
    }
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

/// Cuts bridges with known ends at the pixels that they pass.
pub(super) fn cut(
    tiling: &Tiling,
    tiles: &[Tile],
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
                cut_at(whole, group.iter().map(|hit| hit.1), |at| at.point(tiles), &mut pending);
            }
            None => finished.push(whole),
        }
    }
    let mut rounds = 0;
    while !pending.is_empty() {
        rounds += 1;
        step(watch, Stage::Noding, 0.95)?;
        pending = cut_again(tiling, tiles, pending, &mut finished);
    }
    seen.rounds = seen.rounds.max(rounds);
    let far = |piece: &Piece<At>| moved(bridges.ends[piece.parent as usize], piece.ends.map(|at| at.point(tiles)));
    seen.farthest_move = seen.farthest_move.max(finished.par_iter().map(far).reduce(|| 0.0, f64::max));

    let (mut links, mut inside) = (Vec::new(), Vec::new());
    for piece in finished {
        let [from, to] = piece.ends;
        let forward = from.point(tiles) < to.point(tiles);
        let ends = if forward { [from, to] } else { [to, from] };
        for &code in bridges.owners(piece.parent as usize) {
            let code = if forward { code } else { code ^ 1 };
            if from.tile() == to.tile() {
                inside.push((from.tile(), (ends.map(At::number), code)));
            } else {
                links.push((ends, code));
            }
        }
    }
    let links = Segments::of_runs(links);
    seen.doubled.extend(links.doubled.iter().map(|&(feature, at)| (feature, at.point(tiles))));
    let (first, inside) = by_tile(tiles.len(), || inside.iter().copied());
    Ok(Bridged { links, first, inside })
}

/// Cuts the pieces that pass a hot pixel; the others are finished.
fn cut_again(
    tiling: &Tiling,
    tiles: &[Tile],
    pending: Vec<Piece<At>>,
    finished: &mut Vec<Piece<At>>,
) -> Vec<Piece<At>> {
    let ends: Vec<[Point; 2]> = pending.iter().map(|piece| piece.ends.map(|at| at.point(tiles))).collect();
    let (mut near, mut named) = (Vec::new(), Vec::new());
    for (piece, [a, b]) in (0u32..).zip(&ends) {
        tiling.of_segment(*a, *b, &mut named);
        near.extend(named.iter().map(|&tile| (tile, piece)));
    }
    near.par_sort_unstable();
    let groups: Vec<&[(u32, u32)]> = near.chunk_by(|one, other| one.0 == other.0).collect();
    let found: Vec<Vec<(u32, At)>> = groups
        .into_par_iter()
        .map(|group| {
            let number = group[0].0;
            let tile = &tiles[number as usize];
            let division = Division::new(tiling.cell(number as usize), tile.points.len() / 2 + 1, 1024);
            let hot = (0..tile.points.len() as u32).filter(|at| tile.cold.binary_search(at).is_err());
            let pixels = Pixels::of(division, &tile.points, hot);
            let mut found = Vec::new();
            for &(_, piece) in group {
                let ends = ends[piece as usize];
                pixels.passed(ends, |pixel| found.push((piece, At::new(number, pixel))));
            }
            found
        })
        .collect();
    let mut passed = found.concat();
    passed.par_sort_unstable();
    let mut again = Vec::new();
    let mut groups = passed.chunk_by(|one, other| one.0 == other.0).peekable();
    for (at, piece) in (0..).zip(pending) {
        match groups.next_if(|group| group[0].0 == at) {
            Some(group) => cut_at(piece, group.iter().map(|hit| hit.1), |at| at.point(tiles), &mut again),
            None => finished.push(piece),
        }
    }
    again
}
