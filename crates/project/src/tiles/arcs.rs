//! The arcs of a partition on the map, and the ground of faces drawn from them.
//!
//! Arcs are brought to the map once per run; a tile walks along them and computes no coordinate
//! but its own rounding. Takes groups of faces that hang together across arcs, as conflicts and
//! patches do: such a group has one outer ring.

use super::address::{PIXEL, Window};
use super::boxes::{Bounds, Boxes};
use super::cut::{Cutter, TilePolygon, TileRing};
use super::inside::inside;
use super::lines::{MapPoint, Parts};
use super::overview::{Level, Overview};
use crate::late::Late;
use crate::state::State;
use lantu_engine::partition::HalfEdge;
use lantu_engine::{Conflict, ConflictKind, Decision, FaceId, Partition, Point};
use lantu_files::{Crs, FileError};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::iter::once;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Conflicts less than this many pixels across get a mark.
const SMALL_PX: f64 = 6.0;
/// Conflicts narrower than this many pixels get one however long they are.
const THIN_PX: f64 = 1.0;

/// The arcs of one partition and the marks of its conflicts, made when the first tile is asked
/// for. Decisions do not change them.
#[derive(Debug, Default)]
pub(crate) struct MapArcs {
    network: Late<Network>,
    states: Mutex<Option<(usize, States)>>,
}

/// The state of each mark's conflict.
pub(super) type States = Arc<Vec<State>>;

impl MapArcs {
    /// Returns the arcs; they must always be asked for with the same partition and conflicts.
    pub(super) fn of(
        &self,
        partition: &Partition,
        conflicts: &[Conflict],
        crs: &Crs,
    ) -> Result<Arc<Network>, FileError> {
        self.network.get(|| Network::new(partition, conflicts, crs))
    }

    /// Returns the states after so many operations, in the order of marks: a tile of the whole project asks
    /// for all of them, and decisions lie far apart.
    pub(super) fn states(&self, operations: usize, marks: &[Mark], decisions: &[Decision]) -> States {
        let all = || marks.par_iter().map(|mark| State::of(&decisions[mark.conflict as usize])).collect();
        let mut kept = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, states)) = kept.as_ref()
            && *then == operations
        {
            debug_assert_eq!(**states, all());
            return states.clone();
        }
        let states: States = Arc::new(all());
        *kept = Some((operations, states.clone()));
        states
    }

    /// Takes note that some conflicts, by their indices, were decided anew and no others. `before` and `now` are
    /// the numbers of operations.
    pub(crate) fn decided_again(&self, [before, now]: [usize; 2], which: &[u32], decisions: &[Decision]) {
        let mut kept = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nothing was drawn yet, the first tile looks at all.
        let (Some(network), Some((then, states))) = (self.network.made(), kept.as_mut()) else { return };
        if *then != before {
            return;
        }
        *then = now;
        let states = Arc::make_mut(states);
        for &index in which {
            states[network.mark_of[index as usize] as usize] = State::of(&decisions[index as usize]);
        }
    }
}

/// Arcs, faces and marks on the map.
#[derive(Debug)]
pub(super) struct Network {
    arcs: Parts,
    /// The boxes of bounded faces.
    faces: Boxes,
    /// Along a Z-curve: those in a tile of any zoom follow one another.
    marks: Vec<Mark>,
    /// The place of each conflict's mark among them.
    mark_of: Vec<u32>,
    overview: Overview,
}

/// The mark of a conflict: a point inside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    at: MapPoint,
    /// Which conflict.
    pub(super) conflict: u32,
    /// The scale, in tile units per map step, from which on the conflict itself can be seen.
    seen_from: f32,
    /// Its kind and whether it is a sliver, less than 8.
    pub(super) look: u8,
}

impl Mark {
    /// Whether it is a gap.
    pub(super) fn is_gap(&self) -> bool {
        self.look >> 1 == ConflictKind::Gap as u8
    }

    /// Whether the conflict is too small or too thin to be seen in tiles of this scale.
    pub(super) fn shows(&self, scale: f64) -> bool {
        scale < f64::from(self.seen_from)
    }

    /// Returns where it stands.
    pub(super) fn at(&self) -> MapPoint {
        self.at
    }

    /// Its place along a Z-curve.
    fn place(&self) -> u64 {
        spread(self.at.x) | spread(self.at.y) << 1
    }
}

impl Network {
    fn new(partition: &Partition, conflicts: &[Conflict], crs: &Crs) -> Result<Self, FileError> {
        let locate = |&point: &Point| partition.grid.locate(point);
        let points = |arc: usize| partition.arc_points(arc as u32).iter().map(locate);
        let arcs = Parts::project(crs, partition.arc_count(), points)?;
        let boxes = face_boxes(partition, &arcs);
        let marks = marks(partition, conflicts, &boxes, crs)?;
        let mut mark_of = vec![0; marks.len()];
        (0..).zip(&marks).for_each(|(at, mark)| mark_of[mark.conflict as usize] = at);
        let overview = overview(partition, &arcs);
        Ok(Self { faces: Boxes::new(&boxes), arcs, marks, mark_of, overview })
    }

    /// Returns the ground of faces as a tile shows it, if the tile's zoom has an overview; owners are faces.
    pub(super) fn level(&self, window: &Window) -> Option<&Level> {
        self.overview.level(window)
    }

    /// Returns all marks, along a curve.
    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Returns which of the marks stand in a tile.
    pub(super) fn marks_in(&self, window: &Window) -> Range<usize> {
        let z = u32::from(window.zoom());
        // The only tile of the whole map is wider than a shift can be.
        let corner = window.tile().map(|at| (u64::from(at) << (32 - z)) as u32);
        let first = spread(corner[0]) | spread(corner[1]) << 1;
        let last = first | u64::MAX.checked_shr(2 * z).unwrap_or(0);
        let from = self.marks.partition_point(|mark| mark.place() < first);
        from..from + self.marks[from..].partition_point(|mark| mark.place() <= last)
    }

    /// Returns the faces whose boxes reach into a tile, in no order.
    pub(super) fn faces_in(&self, window: &Window) -> impl Iterator<Item = FaceId> {
        // The outside is face 0 and has no box.
        self.faces.meeting(&window.reach()).into_iter().map(|number| number + 1)
    }
}

/// How bits are spread to every second place: shifts and what stays.
const SPREADING: [(u32, u64); 5] = [
    (16, 0x0000_ffff_0000_ffff),
    (8, 0x00ff_00ff_00ff_00ff),
    (4, 0x0f0f_0f0f_0f0f_0f0f),
    (2, 0x3333_3333_3333_3333),
    (1, 0x5555_5555_5555_5555),
];

/// Spreads bits to every second place: two such numbers make a place along a Z-curve.
fn spread(value: u32) -> u64 {
    SPREADING.iter().fold(u64::from(value), |bits, (shift, stays)| (bits | bits << shift) & stays)
}

/// The overview of all faces; what a face has beside its outer cycle are holes.
fn overview(partition: &Partition, arcs: &Parts) -> Overview {
    Overview::of(partition.bounded_faces().end - 1, true, |number, pen| {
        let (face, mut back) = (number + 1, Vec::new());
        for &first in partition.cycles_of(face) {
            for edge in partition.cycle(first) {
                along(arcs, edge, &mut back, |point| pen.push(point));
            }
            pen.close();
        }
        face
    })
}

/// Walks along a half-edge; `back` is for those that run backwards.
fn along(arcs: &Parts, edge: HalfEdge, back: &mut Vec<MapPoint>, visit: impl FnMut(MapPoint)) {
    let points = arcs.line(edge as usize / 2);
    if edge & 1 == 0 {
        points.for_each(visit);
    } else {
        back.clear();
        back.extend(points);
        back.iter().rev().copied().for_each(visit);
    }
}

fn face_boxes(partition: &Partition, arcs: &Parts) -> Vec<Option<Bounds>> {
    // The outer cycle is the widest.
    let outer = |face| partition.cycles_of(face).first().into_iter().flat_map(|&first| partition.cycle(first));
    let bounds = |face| Bounds::around(outer(face).flat_map(|edge| arcs.line(edge as usize / 2)));
    partition.bounded_faces().into_par_iter().map(bounds).collect()
}

fn marks(
    partition: &Partition,
    conflicts: &[Conflict],
    boxes: &[Option<Bounds>],
    crs: &Crs,
) -> Result<Vec<Mark>, FileError> {
    // Each is a line of one point.
    let places = Parts::project(crs, conflicts.len(), |index| once(inside(partition, &conflicts[index])))?;
    let marks = conflicts.par_iter().enumerate().map(|(index, conflict)| {
        // The outside has no box.
        let own = conflict.faces.iter().filter_map(|&face| boxes[face as usize - 1]);
        let across = own.reduce(Bounds::with).map_or(0, |bounds| bounds.across());
        let at = places.line(index).next().unwrap_or_default();
        Mark {
            at,
            conflict: index as u32,
            seen_from: seen_from(conflict, across.into()) as f32,
            look: 2 * conflict.kind as u8 + u8::from(conflict.sliver),
        }
    });
    let mut marks: Vec<Mark> = marks.collect();
    marks.par_sort_unstable_by_key(|mark| (mark.place(), mark.conflict));
    Ok(marks)
}

/// The scale from which on a conflict, so many map steps across, is neither small nor thin.
fn seen_from(conflict: &Conflict, across: f64) -> f64 {
    let (low, high) = conflict.bounds;
    let units = (f64::from(high.x) - f64::from(low.x)).max(f64::from(high.y) - f64::from(low.y));
    let width = conflict.mean_width() * across / units;
    PIXEL * (SMALL_PX / across).max(THIN_PX / width)
}

/// Draws groups of faces into one tile.
pub(super) struct Pen<'a> {
    partition: &'a Partition,
    network: &'a Network,
    cutter: Cutter,
    back: Vec<MapPoint>,
    /// Which half-edges have been walked; each belongs to one face and so to one group.
    walked: Vec<bool>,
}

impl<'a> Pen<'a> {
    /// Returns a pen for a tile.
    pub(super) fn new(partition: &'a Partition, network: &'a Network, window: Window) -> Self {
        let walked = vec![false; 2 * partition.arc_count()];
        Self { partition, network, cutter: Cutter::new(window), back: Vec::new(), walked }
    }

    /// Returns what the tile shows of a group of faces, if anything; `inside` says of a face
    /// whether it belongs to the group. A group is drawn once.
    pub(super) fn polygon(&mut self, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> Option<TilePolygon> {
        let mut rings = Vec::new();
        for &face in faces {
            for first in self.partition.half_edges(face) {
                if !self.walked[first as usize] && !inside(self.partition.left(first ^ 1)) {
                    rings.extend(self.ring(first, &inside));
                }
            }
        }
        polygon(rings)
    }

    /// Walks along the outline of a group, its ground on the left.
    fn ring(&mut self, first: HalfEdge, inside: impl Fn(FaceId) -> bool) -> Option<TileRing> {
        let mut edge = first;
        loop {
            self.walked[edge as usize] = true;
            self.trace(edge);
            edge = self.partition.following(edge);
            while inside(self.partition.left(edge ^ 1)) {
                edge = self.partition.following(edge ^ 1);
            }
            if edge == first {
                return self.cutter.close();
            }
        }
    }

    fn trace(&mut self, edge: HalfEdge) {
        along(&self.network.arcs, edge, &mut self.back, |point| self.cutter.push(point));
    }
}

/// Makes a polygon of the rings of a group: the widest is the outer one, what turns the other way
/// are holes. What has turned over on the grid was thinner than its step and is left out.
fn polygon(mut rings: Vec<TileRing>) -> Option<TilePolygon> {
    rings.sort_by_key(|ring| Reverse(ring.area2));
    let ground: i64 = rings.iter().map(|ring| ring.area2).sum();
    let mut rings = rings.into_iter();
    let outer = rings.next().filter(|outer| outer.area2 > 0 && ground > 0)?;
    Some(std::iter::once(outer).chain(rings.filter(|ring| ring.area2 < 0)).collect())
}
