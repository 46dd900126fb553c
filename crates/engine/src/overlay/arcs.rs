//! Puts the tiles' chains together into arcs, in an order and direction that tiles cannot show in.
//!
//! Arcs lie in the order of their first points along the Morton curve, so that what is near in the
//! plane is near in memory. An open arc starts at the smaller of its ends; a closed one without a
//! node starts at its smallest point and runs towards the smaller of its neighbours.

use super::bridges::At;
use super::chains::{Chained, Chains, End, REVERSED};
use super::depot::{Depot, Held};
use super::segments::Segments;
use super::tiling::morton;
use crate::list::List;
use crate::precision::Point;
use crate::watch::{Stage, Steps, Stop, Watch, step};
use rayon::prelude::*;

/// Arcs with what each changes between its sides.
pub(crate) struct Arcs {
    pub points: List<Point>,
    /// Where each arc's points begin; one more than there are arcs.
    pub starts: List<u64>,
    pub changes: Changes,
}

/// What each arc changes from its right to its left: winding per feature.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    first: List<u32>,
    items: List<Change>,
}

/// A feature, and what is added to its winding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Change {
    pub feature: u32,
    pub winding: i32,
}

impl Changes {
    /// Returns what they take of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.first) + size_of_val(&*self.items)
    }

    /// Returns feature and change of winding, ascending by feature, never zero.
    pub(crate) fn of(&self, arc: usize) -> &[Change] {
        &self.items[self.first[arc] as usize..self.first[arc + 1] as usize]
    }
}

impl Arcs {
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn points_of(&self, arc: usize) -> &[Point] {
        &self.points[self.starts[arc] as usize..self.starts[arc + 1] as usize]
    }
}

/// Where an arc belongs and where it comes from.
#[derive(Clone, Copy)]
struct Place {
    /// The first point's place on the curve, and the second point: no two arcs have both alike.
    key: (u64, Point),
    /// The chain, with [`REVERSED`] if the arc runs against it.
    chain: u32,
    /// Whether the chain runs across tiles.
    across: bool,
}

/// How much a tile adds to the arcs, and what of it runs across tiles.
#[derive(Clone, Copy, Default)]
pub(super) struct Amount {
    arcs: usize,
    points: usize,
    changes: usize,
}

impl Amount {
    /// Returns how much some chains come to.
    pub fn of(chains: &Chains) -> Self {
        let changes = (0..chains.len()).map(|chain| changes(chains.owners(chain).0).count()).sum();
        Self { arcs: chains.len(), points: chains.points.len(), changes }
    }

    fn add(&mut self, other: Self) {
        self.arcs += other.arcs;
        self.points += other.points;
        self.changes += other.changes;
    }
}

/// The runs of each feature among owner codes.
fn changes(codes: &[u32]) -> impl Iterator<Item = &[u32]> {
    codes.chunk_by(|one, other| one >> 1 == other >> 1)
}

/// Returns the arcs that the tiles' chains and those across tiles come to. `corners` are the places of
/// the tiles' lower left corners on the curve.
pub(super) fn arcs(
    tiles: Vec<(Held<Chains>, Amount)>,
    corners: &[u64],
    across: &Chains,
    depot: Option<&dyn Depot>,
    watch: &dyn Watch,
) -> Result<Arcs, Stop> {
    let mut across_places: Vec<Place> =
        (0..across.len()).into_par_iter().map(|chain| place(across, chain, true)).collect();
    across_places.par_sort_unstable_by_key(|place| place.key);
    let mut all = Amount::default();
    let mut shares = Vec::with_capacity(tiles.len());
    let mut taken = 0;
    for (number, (chains, mut amount)) in tiles.into_iter().enumerate() {
        let past = match corners.get(number + 1) {
            Some(&corner) => across_places.partition_point(|place| place.key.0 < corner),
            None => across_places.len(),
        };
        let extra = &across_places[taken..past];
        taken = past;
        for place in extra {
            let chain = (place.chain & !REVERSED) as usize;
            let changes = changes(across.owners(chain).0).count();
            amount.add(Amount { arcs: 1, points: across.points_of(chain).len(), changes });
        }
        all.add(amount);
        shares.push((chains, extra, amount));
    }
    step(watch, Stage::Faces, 0.55)?;
    let mut arcs = Arcs {
        points: List::blank(all.points, depot)?,
        starts: List::blank(all.arcs + 1, depot)?,
        changes: Changes { first: List::blank(all.arcs + 1, depot)?, items: List::blank(all.changes, depot)? },
    };
    let mut work = Vec::with_capacity(shares.len());
    let (mut points, mut items) = (&mut *arcs.points, &mut *arcs.changes.items);
    let (mut starts, mut firsts) = (&mut arcs.starts[1..], &mut arcs.changes.first[1..]);
    let mut before = Amount::default();
    for (chains, extra, amount) in shares {
        let room = Room {
            points: cut_off(&mut points, amount.points),
            starts: cut_off(&mut starts, amount.arcs),
            firsts: cut_off(&mut firsts, amount.arcs),
            items: cut_off(&mut items, amount.changes),
            before,
        };
        work.push((chains, extra, room));
        before.add(amount);
    }
    let steps = Steps::new(watch, Stage::Faces, 0.55..0.6, work.len());
    work.into_par_iter().try_for_each(|(chains, extra, room)| {
        steps.large()?;
        room.fill(&chains.take(depot)?, across, extra);
        Ok(())
    })?;
    Ok(arcs)
}

fn cut_off<'a, T>(rest: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let (own, others) = std::mem::take(rest).split_at_mut(count);
    *rest = others;
    own
}

fn place(chains: &Chains, chain: usize, across: bool) -> Place {
    let points = chains.points_of(chain);
    let (from, to) = (points[0], points[points.len() - 1]);
    let (second, last_but_one) = (points[1], points[points.len() - 2]);
    let chain = chain as u32;
    if to < from || (to == from && last_but_one < second) {
        Place { key: (morton(to), last_but_one), chain: chain | REVERSED, across }
    } else {
        Place { key: (morton(from), second), chain, across }
    }
}

/// The part of the arcs that a tile fills.
struct Room<'a> {
    points: &'a mut [Point],
    /// Where the following arc's points begin.
    starts: &'a mut [u64],
    /// Where the following arc's changes begin.
    firsts: &'a mut [u32],
    items: &'a mut [Change],
    before: Amount,
}

impl Room<'_> {
    /// Copies chains to their places.
    fn fill(self, own: &Chains, across: &Chains, extra: &[Place]) {
        let mut places: Vec<Place> = (0..own.len()).map(|chain| place(own, chain, false)).collect();
        places.extend_from_slice(extra);
        places.sort_unstable_by_key(|place| place.key);
        let (mut at, mut item) = (0, 0);
        for (arc, place) in places.into_iter().enumerate() {
            let chains = if place.across { across } else { own };
            let (chain, reversed) = ((place.chain & !REVERSED) as usize, place.chain & REVERSED != 0);
            let points = chains.points_of(chain);
            let copied = &mut self.points[at..at + points.len()];
            copied.copy_from_slice(points);
            if reversed {
                copied.reverse();
            }
            at += points.len();
            self.starts[arc] = (self.before.points + at) as u64;
            let (codes, against) = chains.owners(chain);
            for runs in changes(codes) {
                let forward = (runs[0] & 1 == 0) != (against != reversed);
                let change = runs.len() as i32;
                let winding = if forward { change } else { -change };
                self.items[item] = Change { feature: runs[0] >> 1, winding };
                item += 1;
            }
            self.firsts[arc] = (self.before.changes + item) as u32;
        }
    }
}

/// Returns the chains that run across tiles, put together from links and the tiles' open chains, and
/// what is whole of `lonely`, which lies in no tile.
pub(super) fn across(
    tiles: &[Chained],
    links: &Segments<At>,
    lonely: &[Chained],
    watch: &dyn Watch,
) -> Result<Chains, Stop> {
    let across = Across::of(tiles, links);
    step(watch, Stage::Faces, 0.51)?;
    let mut chains = across.chains(watch)?;
    for Chained { whole, .. } in lonely {
        for chain in 0..whole.len() {
            chains.points.extend_from_slice(whole.points_of(chain));
            let (codes, against) = whole.owners(chain);
            let set = chains.sets.add(codes);
            chains.finish(if against { set | REVERSED } else { set });
        }
    }
    Ok(chains)
}

/// Chains that run across tiles, put together from links and the tiles' chains.
struct Across<'a> {
    tiles: &'a [Chained],
    /// Where each tile's open chains begin, counted over all tiles.
    first: Vec<u32>,
    links: &'a Segments<At>,
    /// What each end of each link is attached to.
    attached: Vec<End>,
    used: Vec<bool>,
    chains: Chains,
}

impl<'a> Across<'a> {
    fn of(tiles: &'a [Chained], links: &'a Segments<At>) -> Self {
        let mut attached = vec![End::Node; 2 * links.len()];
        let mut first = Vec::with_capacity(tiles.len() + 1);
        let mut count = 0;
        for tile in tiles {
            first.push(count);
            for ends in &tile.open_ends {
                for (side, end) in (0..).zip(ends) {
                    if let End::Link(link) = end {
                        attached[*link as usize] = End::Chain(2 * count + side);
                    }
                }
                count += 1;
            }
            for &[one, other] in &tile.joined {
                attached[one as usize] = End::Link(other);
                attached[other as usize] = End::Link(one);
            }
        }
        first.push(count);
        Self { tiles, first, links, attached, used: vec![false; links.len()], chains: Chains::default() }
    }

    fn chains(mut self, watch: &dyn Watch) -> Result<Chains, Stop> {
        let steps = Steps::new(watch, Stage::Faces, 0.51..0.54, self.attached.len());
        for end in 0..self.attached.len() as u32 {
            steps.one()?;
            let begins = match self.attached[end as usize] {
                End::Node => true,
                End::Chain(chain) => self.chain_end(chain ^ 1) == End::Node,
                End::Link(_) => false,
            };
            if begins && !self.used[end as usize / 2] {
                self.walk(end);
            }
        }
        // What is left are rings without a node.
        for link in 0..self.links.len() as u32 {
            if !self.used[link as usize] {
                let ring = self.walk(2 * link);
                let open = ring.len() - 1;
                let least = (0..open).min_by_key(|&at| ring[at]).unwrap_or(0);
                ring[..open].rotate_left(least);
                ring[open] = ring[0];
            }
        }
        Ok(self.chains)
    }

    fn chain_end(&self, end: u32) -> End {
        let (tile, chain) = self.chain(end);
        tile.open_ends[chain][end as usize & 1]
    }

    fn chain(&self, end: u32) -> (&'a Chained, usize) {
        let chain = end / 2;
        let tile = self.first.partition_point(|&first| first <= chain) - 1;
        (&self.tiles[tile], (chain - self.first[tile]) as usize)
    }

    /// Adds the chain that runs through a link from its given end, and returns its points.
    fn walk(&mut self, start: u32) -> &mut [Point] {
        let began = self.chains.points.len();
        match self.attached[start as usize] {
            End::Chain(chain) if self.chain_end(chain ^ 1) == End::Node => self.push_chain(chain ^ 1),
            _ => self.push_link_end(start),
        }
        let mut end = start;
        loop {
            self.used[end as usize / 2] = true;
            end ^= 1;
            let onwards = match self.attached[end as usize] {
                End::Chain(chain) => {
                    self.push_chain(chain);
                    self.chain_end(chain ^ 1)
                }
                other => {
                    self.push_link_end(end);
                    other
                }
            };
            match onwards {
                End::Link(following) if !self.used[following as usize / 2] => end = following,
                _ => break,
            }
        }
        let set = self.chains.sets.add(self.links.owners(start as usize / 2));
        self.chains.finish(if start & 1 == 0 { set } else { set | REVERSED });
        &mut self.chains.points[began..]
    }

    fn push_link_end(&mut self, end: u32) {
        self.chains.points.push(self.links.ends[end as usize / 2][end as usize & 1].point);
    }

    /// Adds the points of a chain as seen from one of its ends.
    fn push_chain(&mut self, end: u32) {
        let (tile, chain) = self.chain(end);
        let points = tile.open.points_of(chain).iter().copied();
        if end & 1 == 0 { self.chains.points.extend(points) } else { self.chains.points.extend(points.rev()) }
    }
}
