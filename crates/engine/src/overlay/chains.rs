//! Chains the segments of a tile, so that all later work is per arc and not per edge.
//!
//! A node is a point where other than two segments meet. Along a chain the owners never change:
//! where they do, a third segment must end. A chain that reaches a point from which a link leads on
//! into another tile ends there; [`super::arcs`] puts it together with its continuation.

use super::bridges::At;
use super::depot::{Pack, Packed, Unpack};
use super::noding::Tile;
use super::runs::by_tile;
use super::segments::{Segments, Sets};
use crate::precision::Point;

/// Where a chain's or a link's end is attached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// To a node, or to nothing because the chain is closed.
    Node,
    /// To an end of a chain: twice its number, plus one for its last point.
    Chain(u32),
    /// To an end of a link: twice its number, plus one for its second end.
    Link(u32),
}

/// Chains of points with the same owners all along.
#[derive(Clone, Debug)]
pub(super) struct Chains {
    pub points: Vec<Point>,
    /// Where each chain's points begin; one more than there are chains.
    pub first: Vec<u32>,
    /// The set of owners along each chain, with [`REVERSED`] if they run from its last to its first point.
    pub set_of: Vec<u32>,
    pub sets: Sets,
}

impl Default for Chains {
    fn default() -> Self {
        Self { points: Vec::new(), first: vec![0], set_of: Vec::new(), sets: Sets::default() }
    }
}

impl Packed for Chains {
    fn pack(&self, to: &mut Pack) {
        to.list(&self.points);
        to.list(&self.first);
        to.list(&self.set_of);
        self.sets.pack(to);
    }

    fn unpack(from: &mut Unpack<'_>) -> Self {
        let (points, first, set_of) = (from.list(), from.list(), from.list());
        Self { points, first, set_of, sets: Sets::unpack(from) }
    }
}

impl Chains {
    /// Returns how many chains there are.
    pub fn len(&self) -> usize {
        self.set_of.len()
    }

    /// Returns the points of a chain.
    pub fn points_of(&self, chain: usize) -> &[Point] {
        &self.points[self.first[chain] as usize..self.first[chain + 1] as usize]
    }

    /// Returns the owner codes of a chain, and whether it runs against them.
    pub fn owners(&self, chain: usize) -> (&[u32], bool) {
        let set = self.set_of[chain];
        (self.sets.of(set & !REVERSED), set & REVERSED != 0)
    }

    /// Ends the chain whose points were added last.
    pub fn finish(&mut self, set: u32) {
        self.first.push(self.points.len() as u32);
        self.set_of.push(set);
    }
}

/// What the segments of a tile come to.
#[derive(Default)]
pub(super) struct Chained {
    /// Chains that are whole arcs: from node to node, or rings.
    pub whole: Chains,
    /// Chains that go on in other tiles; their owners are known by their links.
    pub open: Chains,
    /// What the first and the last point of each open chain are attached to.
    pub open_ends: Vec<[End; 2]>,
    /// Ends of links that meet another link's end at a point where nothing else is.
    pub joined: Vec<[u32; 2]>,
}

/// The ends of links in each tile.
pub(super) struct LinkEnds {
    first: Vec<u32>,
    ends: Vec<(u32, u32)>,
}

impl LinkEnds {
    pub fn of(links: &Segments<At>, tiles: usize) -> Self {
        let numbered = || (0u32..).zip(links.ends.iter().flatten());
        let (first, ends) = by_tile(tiles, || numbered().map(|(end, at)| (at.tile, (at.number, end))));
        Self { first, ends }
    }

    /// Returns the points in a tile at which links end, and the links' ends.
    pub fn in_tile(&self, tile: usize) -> &[(u32, u32)] {
        &self.ends[self.first[tile] as usize..self.first[tile + 1] as usize]
    }
}

/// What meets at a point: how many, and the first two.
#[derive(Clone, Copy, Default)]
struct Meeting {
    degree: u32,
    two: [u32; 2],
}

/// In a [`Meeting`]: the end of a link, not the number of a segment.
const LINK: u32 = 1 << 31;

impl Meeting {
    fn add(&mut self, what: u32) {
        if let Some(place) = self.two.get_mut(self.degree as usize) {
            *place = what;
        }
        self.degree += 1;
    }

    fn other(&self, than: u32) -> u32 {
        if self.two[0] == than { self.two[1] } else { self.two[0] }
    }
}

/// Chains the segments of a tile, at some of whose points links end.
pub(super) fn chain(tile: Tile, links: &[(u32, u32)]) -> Chained {
    let mut meetings = vec![Meeting::default(); tile.points.len()];
    for (segment, ends) in (0..).zip(&tile.ends) {
        ends.iter().for_each(|&end| meetings[end as usize].add(segment));
    }
    links.iter().for_each(|&(at, end)| meetings[at as usize].add(LINK | end));
    let mut work = Work {
        used: vec![false; tile.ends.len()],
        tile: &tile,
        meetings,
        reached: Vec::new(),
        chained: Chained::default(),
    };
    // Every chain that is not closed is found from one of its ends.
    for segment in 0..tile.ends.len() as u32 {
        for end in tile.ends[segment as usize] {
            let meeting = work.meetings[end as usize];
            if meeting.degree != 2 || meeting.other(segment) & LINK != 0 {
                work.follow(end, segment);
            }
        }
    }
    for segment in 0..tile.ends.len() as u32 {
        work.follow(tile.ends[segment as usize][0], segment);
    }
    for &(at, end) in links {
        let meeting = work.meetings[at as usize];
        if meeting.degree == 2 && meeting.two[0] == LINK | end && meeting.two[1] & LINK != 0 {
            work.chained.joined.push([end, meeting.two[1] & !LINK]);
        }
    }
    let mut chained = work.chained;
    chained.whole.sets = tile.sets;
    chained.whole.points.shrink_to_fit();
    chained
}

struct Work<'a> {
    used: Vec<bool>,
    tile: &'a Tile,
    meetings: Vec<Meeting>,
    reached: Vec<u32>,
    chained: Chained,
}

impl Work<'_> {
    /// Adds the chain that leaves `start` by `segment`, unless it is there already.
    fn follow(&mut self, start: u32, segment: u32) {
        if self.used[segment as usize] {
            return;
        }
        let tile = self.tile;
        let attached = |meeting: Meeting, segment: u32| match meeting.other(segment) {
            other if meeting.degree == 2 && other & LINK != 0 => End::Link(other & !LINK),
            _ => End::Node,
        };
        let first = attached(self.meetings[start as usize], segment);
        let against = if tile.ends[segment as usize][0] == start { 0 } else { REVERSED };
        self.reached.clear();
        self.reached.push(start);
        let (mut here, mut along) = (start, segment);
        let last = loop {
            self.used[along as usize] = true;
            let [a, b] = tile.ends[along as usize];
            here = if here == a { b } else { a };
            self.reached.push(here);
            let meeting = self.meetings[here as usize];
            if meeting.degree != 2 || here == start || meeting.other(along) & LINK != 0 {
                break attached(meeting, along);
            }
            along = meeting.other(along);
        };
        let closed = here == start && self.meetings[start as usize].degree == 2;
        if closed {
            let points = &tile.points;
            self.reached.pop();
            let least = (0..self.reached.len()).min_by_key(|&at| points[self.reached[at] as usize]).unwrap_or(0);
            self.reached.rotate_left(least);
            self.reached.push(self.reached[0]);
        }
        let ends = if closed { [End::Node; 2] } else { [first, last] };
        let to = if ends == [End::Node; 2] { &mut self.chained.whole } else { &mut self.chained.open };
        to.points.extend(self.reached.iter().map(|&at| tile.points[at as usize]));
        if ends == [End::Node; 2] {
            to.finish(tile.set_of[segment as usize] | against);
        } else {
            to.finish(0);
            self.chained.open_ends.push(ends);
        }
    }
}

/// In [`Chains::set_of`]: the owners run against the codes.
pub(super) const REVERSED: u32 = 1 << 31;
