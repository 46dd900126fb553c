//! Cuts the segments of a tile at hot pixels until no segment passes one (iterated snap rounding).
//!
//! Hot pixels are all ends and all rounded crossings. Cutting every segment at every hot pixel it
//! passes, in order along the segment, leaves no crossing (Guibas and Marimont 1998; Hobby 1999).
//! A cut segment bends by less than a unit and may come to pass another pixel; it is then cut
//! again (Halperin and Packer 2002), until nothing moves. The result is stable: run again on
//! itself, it changes nothing, because its ends are its hot pixels, it has no crossing, and no
//! segment passes a pixel.
//!
//! A segment only passes pixels inside its box, and so do its pieces. What has both ends in a tile is
//! therefore cut wholly inside it; bridges (see [`super::runs`]) are told what they pass here and
//! are cut in [`super::bridges`].

use super::cells::{Bins, Cell, Division};
use super::crossings::crossings;
use super::depot::{Pack, Packed, Unpack};
use super::exact::{cross, delta};
use super::hits::Pixels;
use super::runs::Run;
use super::segments::{Segments, Sets, add_up, code};
use super::vertices::Vertices;
use crate::normalise::NormalLayer;
use crate::precision::Point;

/// The segments inside a tile, cut.
#[derive(Clone, Debug, Default)]
pub(super) struct Tile {
    pub points: Vec<Point>,
    /// Points that no segment needs any more: no hot pixels; ascending.
    pub cold: Vec<u32>,
    /// The segments' ends by number, the smaller point first; no two are equal.
    pub ends: Vec<[u32; 2]>,
    /// The owners of each segment.
    pub set_of: Vec<u32>,
    pub sets: Sets,
}

impl Packed for Tile {
    fn pack(&self, to: &mut Pack) {
        to.list(&self.points);
        to.list(&self.cold);
        to.list(&self.ends);
        to.list(&self.set_of);
        self.sets.pack(to);
    }

    fn unpack(from: &mut Unpack<'_>) -> Self {
        let (points, cold, ends, set_of) = (from.list(), from.list(), from.list(), from.list());
        Self { points, cold, ends, set_of, sets: Sets::unpack(from) }
    }
}

/// A tile's segments and what else was seen in the tile.
#[derive(Clone, Default)]
pub(super) struct Noded {
    pub tile: Tile,
    /// Bridges, as numbered among those near the tile, and the hot pixels of this tile that they pass.
    pub bridge_hits: Vec<(u32, u32)>,
    /// Twice the number of a bridge, plus one for its second end, and the number of that point.
    pub bridge_ends: Vec<(u32, u32)>,
    pub seen: Seen,
}

/// What noding saw and did.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// Features whose own rings cross, and where.
    pub self_crossing: Vec<(u32, Point)>,
    /// Features whose own rings run along a segment more than once, and where.
    pub doubled: Vec<(u32, Point)>,
    pub unique_edges: u64,
    pub crossings: u64,
    pub cut_edges: u64,
    pub rounds: u32,
    pub farthest_move: f64,
}

impl Seen {
    pub fn join(&mut self, other: Self) {
        self.self_crossing.extend(other.self_crossing);
        self.doubled.extend(other.doubled);
        self.unique_edges += other.unique_edges;
        self.crossings += other.crossings;
        self.cut_edges += other.cut_edges;
        self.rounds = self.rounds.max(other.rounds);
        self.farthest_move = self.farthest_move.max(other.farthest_move);
    }
}

/// Room that is used again from tile to tile.
pub(super) struct Scratch {
    vertices: Vertices,
    edges: Vec<[u32; 3]>,
    first: Vec<u32>,
    grouped: Vec<u64>,
    ends: Vec<[Point; 2]>,
    hot: Vec<bool>,
    found: Vec<(u32, u32, Point)>,
    hits: Vec<(u32, u32)>,
}

impl Scratch {
    pub fn new() -> Self {
        Self {
            vertices: Vertices::new(),
            edges: Vec::new(),
            first: Vec::new(),
            grouped: Vec::new(),
            ends: Vec::new(),
            hot: Vec::new(),
            found: Vec::new(),
            hits: Vec::new(),
        }
    }
}

/// Cuts the segments of a tile: those of the runs, and sees what the bridges `near` it meet.
pub(super) fn node(
    layers: &[NormalLayer],
    cell: Cell,
    runs: &[Run],
    near: &[u32],
    bridges: &Segments,
    scratch: &mut Scratch,
) -> Noded {
    let mut noded = Noded::default();
    merge(layers, runs, scratch, &mut noded);
    noded.seen.unique_edges = noded.tile.ends.len() as u64;
    for (at, &bridge) in (0..).zip(near) {
        for (side, p) in (0..).zip(bridges.ends[bridge as usize]) {
            if cell.holds(p.x.into(), p.y.into()) {
                noded.bridge_ends.push((2 * at + side, scratch.vertices.number(p)));
            }
        }
    }
    let inside = noded.tile.ends.len();
    let Scratch { vertices, ends, hot, found, hits: passed, .. } = scratch;
    hot.clear();
    hot.resize(vertices.points.len(), false);
    noded.tile.ends.iter().flatten().for_each(|&end| hot[end as usize] = true);
    noded.bridge_ends.iter().for_each(|&(_, end)| hot[end as usize] = true);
    ends.clear();
    ends.extend(noded.tile.ends.iter().map(|ends| ends.map(|end| vertices.points[end as usize])));
    ends.extend(near.iter().map(|&bridge| bridges.ends[bridge as usize]));

    let division = Division::new(cell, ends.len() / 2 + 1, 1024);
    let bins = Bins::of_segments(&division, 0..ends.len() as u32, |item| ends[item as usize]);
    found.clear();
    for index in 0..division.len() {
        let items = bins.items(index);
        if items.len() > 1 {
            crossings(division.cell(index), items, ends, &mut |one, other, at| found.push((one, other, at)));
        }
    }
    noded.seen.crossings = found.len() as u64;
    for &(one, other, at) in found.iter() {
        let pixel = vertices.number(at) as usize;
        if pixel == hot.len() {
            hot.push(true)
        } else {
            hot[pixel] = true
        }
        let owners = |item: u32| match (item as usize).checked_sub(inside) {
            Some(at) => bridges.owners(near[at] as usize),
            None => noded.tile.sets.of(noded.tile.set_of[item as usize]),
        };
        let common = common(owners(one), owners(other));
        noded.seen.self_crossing.extend(common.map(|feature| (feature, at)));
    }

    let points = vertices.points.as_slice();
    let pixels = Pixels::of(division, points, (0..points.len() as u32).filter(|&number| hot[number as usize]));
    passed.clear();
    pixels.passed_by_all(&bins, ends, &mut |item, pixel| passed.push((item, pixel)));
    drop(bins);
    passed.sort_unstable();
    let of_bridges = passed.partition_point(|hit| (hit.0 as usize) < inside);
    let by_bridge = passed[of_bridges..].iter();
    noded.bridge_hits.extend(by_bridge.map(|&(item, pixel)| (item - inside as u32, pixel)));
    noded.tile.points.extend_from_slice(points);
    noded.tile.cold.extend((0..points.len() as u32).filter(|&number| !hot[number as usize]));
    cut(&mut noded, ends, &passed[..of_bridges], &pixels);
    noded.tile.sets.shrink();
    noded
}

/// Merges equal edges.
fn merge(layers: &[NormalLayer], runs: &[Run], scratch: &mut Scratch, noded: &mut Noded) {
    let Scratch { vertices, edges, first, grouped, .. } = scratch;
    let count = runs.iter().map(|run| run.len()).sum();
    vertices.reset(count);
    edges.clear();
    edges.reserve(count);
    for run in runs {
        let mut points = run.points(layers);
        let Some(mut before) = points.next() else { continue };
        let mut from = vertices.number(before);
        for point in points {
            let to = vertices.number(point);
            let forward = before < point;
            let (a, b) = if forward { (from, to) } else { (to, from) };
            edges.push([a, b, code(run.feature, forward)]);
            (from, before) = (to, point);
        }
    }
    first.clear();
    first.resize(vertices.points.len() + 1, 0);
    edges.iter().for_each(|edge| first[edge[0] as usize + 1] += 1);
    for at in 1..first.len() {
        first[at] += first[at - 1];
    }
    grouped.clear();
    grouped.resize(edges.len(), 0);
    // Filling moves each group's start to its end, which is the next group's start.
    for &[a, b, code] in edges.iter() {
        let place = &mut first[a as usize];
        grouped[*place as usize] = u64::from(b) << 32 | u64::from(code);
        *place += 1;
    }
    let Noded { tile, seen, .. } = noded;
    tile.ends.reserve(edges.len() / 3 * 2);
    tile.set_of.reserve(edges.len() / 3 * 2);
    let mut codes = Vec::new();
    let mut start = 0;
    for (a, &end) in (0u32..).zip(&first[..vertices.points.len()]) {
        let group = &mut grouped[start as usize..end as usize];
        start = end;
        group.sort_unstable();
        for equal in group.chunk_by(|one, other| one >> 32 == other >> 32) {
            codes.clear();
            codes.extend(equal.iter().map(|&item| item as u32));
            add_up(&mut codes, |feature| seen.doubled.push((feature, vertices.points[a as usize])));
            if !codes.is_empty() {
                tile.ends.push([a, (equal[0] >> 32) as u32]);
                tile.set_of.push(tile.sets.add(&codes));
            }
        }
    }
}

/// Cuts the tile's segments at the hot pixels that they pass, sorted by segment.
fn cut(noded: &mut Noded, ends: &[[Point; 2]], passed: &[(u32, u32)], pixels: &Pixels) {
    let Noded { tile, seen, .. } = noded;
    let mut pending = Vec::new();
    let mut whole = vec![true; tile.ends.len()];
    for group in passed.chunk_by(|one, other| one.0 == other.0) {
        let parent = group[0].0;
        whole[parent as usize] = false;
        seen.cut_edges += 1;
        let piece = Piece { ends: tile.ends[parent as usize], parent };
        cut_at(piece, group.iter().map(|hit| hit.1), |number| tile.points[*number as usize], &mut pending);
    }
    if pending.is_empty() {
        return;
    }
    let mut finished = Vec::new();
    let mut on_way = Vec::new();
    while !pending.is_empty() {
        seen.rounds += 1;
        for piece in std::mem::take(&mut pending) {
            on_way.clear();
            let ends = piece.ends.map(|end| tile.points[end as usize]);
            pixels.passed(ends, |number| on_way.push(number));
            if on_way.is_empty() {
                finished.push(piece);
            } else {
                cut_at(piece, on_way.iter().copied(), |number| tile.points[*number as usize], &mut pending);
            }
        }
    }
    let mut added = Vec::with_capacity(finished.len());
    for piece in finished {
        let [a, b] = piece.ends.map(|end| tile.points[end as usize]);
        seen.farthest_move = seen.farthest_move.max(moved(ends[piece.parent as usize], [a, b]));
        let set = tile.set_of[piece.parent as usize];
        added.push(if a < b { (piece.ends, set) } else { ([piece.ends[1], piece.ends[0]], tile.sets.reversed(set)) });
    }
    let mut kept = whole.iter();
    tile.ends.retain(|_| kept.next() == Some(&true));
    let mut kept = whole.iter();
    tile.set_of.retain(|_| kept.next() == Some(&true));
    tile.absorb(added, &mut seen.doubled);
}

impl Tile {
    /// Adds segments, which may equal segments of the tile or one another.
    pub fn absorb(&mut self, mut added: Vec<([u32; 2], u32)>, doubled: &mut Vec<(u32, Point)>) {
        if added.is_empty() {
            return;
        }
        let mut touched = vec![false; self.points.len()];
        added.iter().flat_map(|(ends, _)| ends).for_each(|&end| touched[end as usize] = true);
        // Only segments between touched points can equal one that is added.
        let mut kept = 0;
        for at in 0..self.ends.len() {
            let (ends, set) = (self.ends[at], self.set_of[at]);
            if touched[ends[0] as usize] && touched[ends[1] as usize] {
                added.push((ends, set));
            } else {
                (self.ends[kept], self.set_of[kept]) = (ends, set);
                kept += 1;
            }
        }
        self.ends.truncate(kept);
        self.set_of.truncate(kept);
        added.sort_unstable();
        let mut codes: Vec<u32> = Vec::new();
        for group in added.chunk_by(|one, other| one.0 == other.0) {
            let mut set = group[0].1;
            codes.clear();
            group.iter().for_each(|(_, set)| codes.extend_from_slice(self.sets.of(*set)));
            codes.sort_unstable();
            // A part of a doubled segment is told of too, as it is where bridges are cut.
            add_up(&mut codes, |feature| doubled.push((feature, self.points[group[0].0[0] as usize])));
            if group.len() > 1 {
                if codes.is_empty() {
                    continue;
                }
                set = self.sets.add(&codes);
            }
            self.ends.push(group[0].0);
            self.set_of.push(set);
        }
    }
}

/// Returns the features that own both.
fn common<'a>(one: &'a [u32], other: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    one.iter().map(|code| code >> 1).filter(|feature| other.iter().any(|code| code >> 1 == *feature))
}

/// A directed part of a segment; `ends` follow the segment's direction.
#[derive(Clone, Copy)]
pub(super) struct Piece<P> {
    pub ends: [P; 2],
    pub parent: u32,
}

/// Cuts a piece at the pixels that it passes and adds the parts.
pub(super) fn cut_at<P: Copy + PartialEq>(
    piece: Piece<P>,
    passed: impl Iterator<Item = P>,
    point: impl Fn(&P) -> Point,
    parts: &mut Vec<Piece<P>>,
) {
    let (from, to) = (point(&piece.ends[0]), point(&piece.ends[1]));
    let mut along: Vec<P> = passed.collect();
    // Two pixels passed by one segment are never ordered differently in x and in y.
    let directed = |value: i32, forward: bool| if forward { i64::from(value) } else { -i64::from(value) };
    let (right, up) = (to.x >= from.x, to.y >= from.y);
    along.sort_unstable_by_key(|p| (directed(point(p).x, right), directed(point(p).y, up)));
    along.dedup();
    let mut before = piece.ends[0];
    for p in along.into_iter().chain([piece.ends[1]]) {
        parts.push(Piece { ends: [before, p], parent: piece.parent });
        before = p;
    }
}

/// Returns how far a piece's ends lie from its segment, in grid units.
pub(super) fn moved([a, b]: [Point; 2], ends: [Point; 2]) -> f64 {
    let d = delta(a, b);
    let length = a.distance(b);
    let off = |p: Point| cross(d, delta(a, p)).unsigned_abs() as f64 / length;
    off(ends[0]).max(off(ends[1]))
}
