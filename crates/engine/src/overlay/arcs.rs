//! Puts the tiles' chains together into arcs, in an order and direction that tiles cannot show in.
//!
//! Arcs lie in the order of their first points along the Morton curve, so that what is near in the
//! plane is near in memory. An open arc starts at the smaller of its ends; a closed one without a
//! node starts at its smallest point and runs towards the smaller of its neighbours.

use super::bridges::At;
use super::chains::{Chains, End, REVERSED};
use super::segments::Segments;
use super::tiling::morton;
use crate::precision::Point;
use rayon::prelude::*;

/// Arcs with what each changes between its sides.
pub(crate) struct Arcs {
    pub points: Vec<Point>,
    /// Where each arc's points begin; one more than there are arcs.
    pub starts: Vec<u64>,
    pub changes: Changes,
}

/// What each arc changes from its right to its left: winding per feature.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    first: Vec<u32>,
    items: Vec<(u32, i32)>,
}

impl Changes {
    /// Returns feature and change of winding, ascending by feature, never zero.
    pub(crate) fn of(&self, arc: usize) -> &[(u32, i32)] {
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

/// Where an arc comes from and where it belongs.
#[derive(Clone, Copy)]
struct Place {
    /// The first point's place on the curve, and the second point: no two arcs have both alike.
    key: (u64, Point),
    part: u32,
    /// The chain, with [`REVERSED`] if the arc runs against it.
    chain: u32,
}

/// Returns the arcs that chains and links, whose ends lie at `link_ends`, come to.
pub(super) fn arcs(mut parts: Vec<Chains>, links: &Segments<At>, link_ends: &[[Point; 2]]) -> Arcs {
    let across = Across::of(&parts, links, link_ends).chains();
    parts.push(across);
    // Tiles lie along the curve, so sorting each part leaves little to do.
    let mut places: Vec<Place> = parts
        .par_iter()
        .enumerate()
        .flat_map_iter(|(part, chains)| {
            let whole = (0..chains.len()).filter(|&chain| chains.ends[chain] == [End::Node; 2]);
            let mut places: Vec<Place> = whole.map(|chain| place(chains, part as u32, chain)).collect();
            places.sort_unstable_by_key(|place| place.key);
            places
        })
        .collect();
    places.par_sort_by_key(|place| place.key);
    assemble(&parts, &places)
}

fn place(chains: &Chains, part: u32, chain: usize) -> Place {
    let points = chains.points_of(chain);
    let (from, to) = (points[0], points[points.len() - 1]);
    let (second, last_but_one) = (points[1], points[points.len() - 2]);
    let chain = chain as u32;
    if to < from || (to == from && last_but_one < second) {
        Place { key: (morton(to), last_but_one), part, chain: chain | REVERSED }
    } else {
        Place { key: (morton(from), second), part, chain }
    }
}

/// Copies the chains to their places.
fn assemble(parts: &[Chains], places: &[Place]) -> Arcs {
    let codes_of = |place: &Place| {
        let chains = &parts[place.part as usize];
        let set = chains.set_of[(place.chain & !REVERSED) as usize];
        (chains.sets.of(set & !REVERSED), (set ^ place.chain) & REVERSED != 0)
    };
    let (mut starts, mut first) = (vec![0u64; places.len() + 1], vec![0u32; places.len() + 1]);
    starts[1..].par_iter_mut().zip(&mut first[1..]).zip(places).for_each(|((length, changes), place)| {
        let chains = &parts[place.part as usize];
        let chain = (place.chain & !REVERSED) as usize;
        *length = u64::from(chains.first[chain + 1] - chains.first[chain]);
        *changes = codes_of(place).0.chunk_by(|one, other| one >> 1 == other >> 1).count() as u32;
    });
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
        first[at] += first[at - 1];
    }
    let mut points = vec![Point::default(); starts[places.len()] as usize];
    let mut items = vec![(0, 0); first[places.len()] as usize];
    let mut shares = Vec::new();
    let (mut points_left, mut items_left) = (points.as_mut_slice(), items.as_mut_slice());
    for share in places.chunks(1 << 13) {
        let at = shares.len() << 13;
        let (own_points, others) = points_left.split_at_mut((starts[at + share.len()] - starts[at]) as usize);
        let (own_items, other_items) = items_left.split_at_mut((first[at + share.len()] - first[at]) as usize);
        shares.push((share, own_points, own_items));
        (points_left, items_left) = (others, other_items);
    }
    shares.into_par_iter().for_each(|(share, mut points, mut items)| {
        for place in share {
            let chain = parts[place.part as usize].points_of((place.chain & !REVERSED) as usize);
            let (own, others) = std::mem::take(&mut points).split_at_mut(chain.len());
            own.copy_from_slice(chain);
            if place.chain & REVERSED != 0 {
                own.reverse();
            }
            points = others;
            let (codes, reversed) = codes_of(place);
            for runs in codes.chunk_by(|one, other| one >> 1 == other >> 1) {
                let forward = (runs[0] & 1 == 0) != reversed;
                let change = runs.len() as i32;
                items[0] = (runs[0] >> 1, if forward { change } else { -change });
                items = &mut std::mem::take(&mut items)[1..];
            }
        }
    });
    Arcs { points, starts, changes: Changes { first, items } }
}

/// Chains that run across tiles, put together from links and the tiles' chains.
struct Across<'a> {
    parts: &'a [Chains],
    /// Where each part's chains begin, counted over all parts.
    first: Vec<u32>,
    links: &'a Segments<At>,
    link_ends: &'a [[Point; 2]],
    /// What each end of each link is attached to.
    attached: Vec<End>,
    used: Vec<bool>,
    chains: Chains,
}

impl<'a> Across<'a> {
    fn of(parts: &'a [Chains], links: &'a Segments<At>, link_ends: &'a [[Point; 2]]) -> Self {
        let mut attached = vec![End::Node; 2 * links.len()];
        let mut first = Vec::with_capacity(parts.len() + 1);
        let mut count = 0;
        for chains in parts {
            first.push(count);
            for ends in &chains.ends {
                for (side, end) in (0..).zip(ends) {
                    if let End::Link(link) = end {
                        attached[*link as usize] = End::Chain(2 * count + side);
                    }
                }
                count += 1;
            }
            for &[one, other] in &chains.joined {
                attached[one as usize] = End::Link(other);
                attached[other as usize] = End::Link(one);
            }
        }
        first.push(count);
        let chains = Chains::new(super::segments::Sets::default());
        Self { parts, first, links, link_ends, attached, used: vec![false; links.len()], chains }
    }

    fn chains(mut self) -> Chains {
        for end in 0..self.attached.len() as u32 {
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
        self.chains
    }

    fn chain_end(&self, end: u32) -> End {
        let (chains, chain) = self.chain(end);
        chains.ends[chain][end as usize & 1]
    }

    fn chain(&self, end: u32) -> (&'a Chains, usize) {
        let chain = end / 2;
        let part = self.first.partition_point(|&first| first <= chain) - 1;
        (&self.parts[part], (chain - self.first[part]) as usize)
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
        self.chains.set_of.push(if start & 1 == 0 { set } else { set | REVERSED });
        self.chains.first.push(self.chains.points.len() as u32);
        self.chains.ends.push([End::Node; 2]);
        &mut self.chains.points[began..]
    }

    fn push_link_end(&mut self, end: u32) {
        self.chains.points.push(self.link_ends[end as usize / 2][end as usize & 1]);
    }

    /// Adds the points of a chain as seen from one of its ends.
    fn push_chain(&mut self, end: u32) {
        let (chains, chain) = self.chain(end);
        let points = chains.points_of(chain).iter().copied();
        if end & 1 == 0 { self.chains.points.extend(points) } else { self.chains.points.extend(points.rev()) }
    }
}
