//! Cuts segments at hot pixels until no segment passes one (iterated snap rounding).
//!
//! Hot pixels are all ends and all rounded crossings. Cutting every segment at every hot pixel it
//! passes, in order along the segment, leaves no crossing (Guibas and Marimont 1998; Hobby 1999).
//! A cut segment bends by less than a unit and may come to pass another pixel; it is then cut
//! again (Halperin and Packer 2002), until nothing moves. The result is stable: run again on
//! itself, it changes nothing, because its ends are its hot pixels, it has no crossing, and no
//! segment passes a pixel.

use super::crossings::crossings;
use super::exact::{cross, delta, passes};
use super::segments::{Run, Segments, run};
use super::tiles::{Bins, Cell, Division};
use crate::partition::NodingRecord;
use crate::precision::Point;
use crate::watch::{Stage, Stop, Watch, step};
use rayon::prelude::*;

/// What noding returns beside the segments.
pub(crate) struct Noded {
    pub segments: Segments,
    pub record: NodingRecord,
    /// Features whose own rings cross, each with the first place; ascending.
    pub self_crossing: Vec<(u32, Point)>,
}

impl Noded {
    /// Adds what was noded apart.
    pub fn join(&mut self, others: Vec<Noded>) {
        let mut runs = Vec::new();
        for other in others {
            for (at, ends) in other.segments.ends.iter().enumerate() {
                runs.extend(other.segments.owners(at).iter().map(|&code| (*ends, code)));
            }
            self.segments.doubled.extend(other.segments.doubled);
            self.self_crossing.extend(other.self_crossing);
            self.record.unique_edges += other.record.unique_edges;
            self.record.crossings += other.record.crossings;
            self.record.cut_edges += other.record.cut_edges;
            self.record.rounds = self.record.rounds.max(other.record.rounds);
            self.record.farthest_move = self.record.farthest_move.max(other.record.farthest_move);
        }
        self.segments = self.segments.merged_with(|_| true, &Segments::of_runs(runs));
    }
}

/// Returns the segments cut so that no two cross, touch or overlap but at common ends.
pub(crate) fn node(segments: Segments, watch: &dyn Watch) -> Result<Noded, Stop> {
    let mut record = NodingRecord { unique_edges: segments.len() as u64, ..NodingRecord::default() };
    let Some(whole) = bounds(&segments.ends) else {
        return Ok(Noded { segments, record, self_crossing: Vec::new() });
    };
    let division = Division::new(whole, segments.len() / 4096 + 1, 256);
    let bins = Bins::of_segments(&division, 0..segments.len() as u32, |item| segments.ends[item as usize]);
    let (found, self_crossing) = find_crossings(&segments, &division, &bins, watch)?;
    record.crossings = found.iter().map(|tile| tile.len() as u64).sum();
    let pixels = hot_pixels(&segments, &division, &bins, found);

    let mut pieces: Vec<Piece> = Vec::new();
    let hits = find_hits(&division, &bins, &pixels, &segments.ends, watch)?;
    let mut cut = vec![false; segments.len()];
    let mut pending = Vec::new();
    for group in hits.chunk_by(|a, b| a.0 == b.0) {
        let parent = group[0].0;
        cut[parent as usize] = true;
        record.cut_edges += 1;
        cut_at(segments.ends[parent as usize], group, parent, &mut pending);
    }
    drop((hits, bins));
    while !pending.is_empty() {
        record.rounds += 1;
        step(watch, Stage::Noding, 0.5)?;
        pending = cut_again(&division, &pixels, pending, &mut pieces, watch)?;
    }
    record.farthest_move = pieces.par_iter().map(|piece| moved(&segments.ends, piece)).reduce(|| 0.0, f64::max);
    let runs = runs_of(&segments, &pieces);
    drop(pieces);
    let others = Segments::of_runs(runs);
    let segments = segments.merged_with(|at| !cut[at], &others);
    Ok(Noded { segments, record, self_crossing })
}

/// A directed part of a segment; `ends` follow the segment's direction.
#[derive(Clone, Copy)]
struct Piece {
    ends: [Point; 2],
    parent: u32,
}

/// A segment and a hot pixel that it passes.
type Hit = (u32, Point);

fn bounds(ends: &[[Point; 2]]) -> Option<Cell> {
    let first = ends.first()?;
    let start = (first[0].x, first[0].y, first[0].x, first[0].y);
    let whole = ends.iter().flatten().fold(start, |(l, b, r, t), p| (l.min(p.x), b.min(p.y), r.max(p.x), t.max(p.y)));
    Some(Cell { low: (whole.0.into(), whole.1.into()), high: (i64::from(whole.2) + 1, i64::from(whole.3) + 1) })
}

type TileCrossings = Vec<Vec<Point>>;

/// Returns the rounded crossings found in each tile, and the features that cross themselves.
fn find_crossings(
    segments: &Segments,
    division: &Division,
    bins: &Bins,
    watch: &dyn Watch,
) -> Result<(TileCrossings, Vec<(u32, Point)>), Stop> {
    let done = std::sync::atomic::AtomicUsize::new(0);
    let tiles: Vec<_> = (0..division.len())
        .into_par_iter()
        .map(|tile| {
            tell(watch, Stage::Crossings, &done, division.len())?;
            let (mut points, mut own) = (Vec::new(), Vec::new());
            crossings(division.cell(tile), bins.items(tile), &segments.ends, &mut |one, other, at| {
                points.push(at);
                if let Some(feature) = common(segments.owners(one as usize), segments.owners(other as usize)) {
                    own.push((feature, at));
                }
            });
            Ok((points, own))
        })
        .collect::<Result<_, Stop>>()?;
    let mut points = Vec::with_capacity(tiles.len());
    let mut own = Vec::new();
    for (tile_points, tile_own) in tiles {
        points.push(tile_points);
        own.extend(tile_own);
    }
    own.sort_unstable();
    own.dedup_by_key(|(feature, _)| *feature);
    Ok((points, own))
}

fn tell(watch: &dyn Watch, stage: Stage, done: &std::sync::atomic::AtomicUsize, all: usize) -> Result<(), Stop> {
    let before = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    step(watch, stage, before as f64 / all as f64)
}

/// Returns the first feature that owns both.
fn common(one: &[u32], other: &[u32]) -> Option<u32> {
    one.iter().map(|code| code >> 1).find(|feature| other.iter().any(|code| code >> 1 == *feature))
}

/// Returns the hot pixels of each tile, sorted by x, then y.
fn hot_pixels(segments: &Segments, division: &Division, bins: &Bins, found: TileCrossings) -> Vec<Vec<Point>> {
    let mut pixels: Vec<Vec<Point>> = vec![Vec::new(); division.len()];
    for at in found.into_iter().flatten() {
        pixels[division.of_point(at)].push(at);
    }
    pixels.par_iter_mut().enumerate().for_each(|(tile, pixels)| {
        let ends = bins.items(tile).iter().flat_map(|&item| segments.ends[item as usize]);
        pixels.extend(ends.filter(|&p| division.of_point(p) == tile));
        pixels.sort_unstable();
        pixels.dedup();
    });
    pixels
}

/// Returns which of the binned segments pass which hot pixels other than their ends, sorted.
fn find_hits(
    division: &Division,
    bins: &Bins,
    pixels: &[Vec<Point>],
    ends: &[[Point; 2]],
    watch: &dyn Watch,
) -> Result<Vec<Hit>, Stop> {
    let done = std::sync::atomic::AtomicUsize::new(0);
    let tiles: Vec<Vec<Hit>> = (0..division.len())
        .into_par_iter()
        .map(|tile| {
            tell(watch, Stage::Noding, &done, division.len() * 2)?;
            let items = bins.items(tile);
            let mut hits = Vec::new();
            if items.is_empty() || pixels[tile].is_empty() {
                return Ok(hits);
            }
            let grid = PixelGrid::new(division.cell(tile), &pixels[tile]);
            for &item in items {
                let [a, b] = ends[item as usize];
                grid.near(a, b, |p| {
                    if p != a && p != b && passes(a, b, p) {
                        hits.push((item, p));
                    }
                });
            }
            Ok(hits)
        })
        .collect::<Result<_, Stop>>()?;
    let mut hits = tiles.concat();
    hits.par_sort_unstable();
    Ok(hits)
}

/// The hot pixels of a tile in small cells.
struct PixelGrid<'a> {
    division: Division,
    first: Vec<u32>,
    places: Vec<u32>,
    pixels: &'a [Point],
}

impl<'a> PixelGrid<'a> {
    fn new(cell: Cell, pixels: &'a [Point]) -> Self {
        let division = Division::new(cell, pixels.len() / 3 + 1, 4096);
        let mut first = vec![0u32; division.len() + 1];
        for &p in pixels {
            first[division.of_point(p) + 1] += 1;
        }
        for at in 0..division.len() {
            first[at + 1] += first[at];
        }
        let mut next = first.clone();
        let mut places = vec![0u32; pixels.len()];
        for (at, &p) in pixels.iter().enumerate() {
            let cell = division.of_point(p);
            places[next[cell] as usize] = at as u32;
            next[cell] += 1;
        }
        Self { division, first, places, pixels }
    }

    fn near(&self, a: Point, b: Point, mut visit: impl FnMut(Point)) {
        self.division.of_segment(a, b, |cell| {
            for at in self.first[cell]..self.first[cell + 1] {
                visit(self.pixels[self.places[at as usize] as usize]);
            }
        });
    }
}

/// Cuts a directed segment at its hits and adds the pieces.
fn cut_at(ends: [Point; 2], hits: &[Hit], parent: u32, pieces: &mut Vec<Piece>) {
    let [from, to] = ends;
    let (dx, dy) = (to.x >= from.x, to.y >= from.y);
    let mut along: Vec<Point> = hits.iter().map(|hit| hit.1).collect();
    // Two pixels passed by one segment are never ordered differently in x and in y.
    let directed = |value: i32, forward: bool| if forward { i64::from(value) } else { -i64::from(value) };
    along.sort_unstable_by_key(|p| (directed(p.x, dx), directed(p.y, dy)));
    along.dedup();
    let mut before = from;
    for p in along.into_iter().chain([to]) {
        pieces.push(Piece { ends: [before, p], parent });
        before = p;
    }
}

/// Cuts the pieces that pass a hot pixel; the others are finished.
fn cut_again(
    division: &Division,
    pixels: &[Vec<Point>],
    pending: Vec<Piece>,
    finished: &mut Vec<Piece>,
    watch: &dyn Watch,
) -> Result<Vec<Piece>, Stop> {
    let ends: Vec<[Point; 2]> = pending.iter().map(|piece| piece.ends).collect();
    let bins = Bins::of_segments(division, 0..pending.len() as u32, |item| ends[item as usize]);
    let hits = find_hits(division, &bins, pixels, &ends, watch)?;
    let mut again = Vec::new();
    let mut groups = hits.chunk_by(|a, b| a.0 == b.0).peekable();
    for (at, piece) in pending.iter().enumerate() {
        match groups.next_if(|group| group[0].0 == at as u32) {
            Some(group) => cut_at(piece.ends, group, piece.parent, &mut again),
            None => finished.push(*piece),
        }
    }
    Ok(again)
}

/// Returns how far the piece's ends lie from its segment, in grid units.
fn moved(ends: &[[Point; 2]], piece: &Piece) -> f64 {
    let [a, b] = ends[piece.parent as usize];
    let d = delta(a, b);
    let length = a.distance(b);
    let off = |p: Point| cross(d, delta(a, p)).unsigned_abs() as f64 / length;
    off(piece.ends[0]).max(off(piece.ends[1]))
}

/// Returns the runs of all owners along the pieces.
fn runs_of(segments: &Segments, pieces: &[Piece]) -> Vec<Run> {
    let mut runs = Vec::with_capacity(pieces.len() * 5 / 4);
    for piece in pieces {
        for &code in segments.owners(piece.parent as usize) {
            let [from, to] = if code & 1 == 0 { piece.ends } else { [piece.ends[1], piece.ends[0]] };
            runs.push(run(from, to, code >> 1));
        }
    }
    runs
}
