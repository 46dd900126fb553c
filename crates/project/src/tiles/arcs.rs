//! The arcs of a partition on the map, and the ground of faces drawn from them.
//!
//! Arcs are brought to the map once per run; a tile walks along them and computes no coordinate
//! but its own rounding. Takes groups of faces that hang together across arcs, as conflicts and
//! patches do: such a group has one outer ring.

use super::address::{PIXEL, Window};
use super::cut::{Cutter, TilePolygon, TileRing};
use super::inside::inside;
use super::lines::{Lines, MapPoint, around};
use super::overview::{Level, Overview};
use crate::late::Late;
use geo::Coord;
use lantu_engine::partition::HalfEdge;
use lantu_engine::{Conflict, ConflictKind, Decision, FaceId, Partition, Point};
use lantu_files::{Crs, FileError};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, Envelope, RTree};
use std::cmp::Reverse;
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

/// The state of each conflict, as its place in the list of states.
pub(super) type States = Arc<Vec<u8>>;

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

    /// Returns the states after so many operations, as `state` tells those of conflicts: a tile of the
    /// whole project asks for all of them, and decisions lie far apart.
    pub(super) fn states(&self, operations: usize, decisions: &[Decision], state: fn(&Decision) -> u8) -> States {
        let mut kept = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, states)) = kept.as_ref()
            && *then == operations
        {
            return states.clone();
        }
        let states: States = Arc::new(decisions.par_iter().map(state).collect());
        *kept = Some((operations, states.clone()));
        states
    }
}

/// Arcs, faces and marks on the map.
#[derive(Debug)]
pub(super) struct Network {
    arcs: Lines,
    faces: RTree<FaceBox>,
    /// Along a Z-curve: those in a tile of any zoom follow one another.
    marks: Vec<Mark>,
    overview: Overview,
}

type FaceBox = GeomWithData<Rectangle<[f64; 2]>, FaceId>;

/// The mark of a conflict: a point inside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// The point's place along a Z-curve.
    place: u64,
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
        MapPoint { x: gathered(self.place), y: gathered(self.place >> 1) }
    }
}

impl Network {
    fn new(partition: &Partition, conflicts: &[Conflict], crs: &Crs) -> Result<Self, FileError> {
        let locate = |&point: &Point| partition.grid.locate(point);
        let points = |arc: usize| partition.arc_points(arc as u32).iter().map(locate);
        let arcs = Lines::project(crs, partition.arc_count(), points)?;
        let boxes = face_boxes(partition, &arcs);
        let marks = marks(partition, conflicts, &boxes, crs)?;
        let overview = overview(partition, &arcs);
        let faces = partition.bounded_faces().zip(&boxes);
        let faces = faces.map(|(face, bounds)| GeomWithData::new(Rectangle::from_aabb(*bounds), face));
        Ok(Self { arcs, faces: RTree::bulk_load(faces.collect()), marks, overview })
    }

    /// Returns the ground of faces as a tile shows it, if the tile's zoom has an overview; owners are faces.
    pub(super) fn level(&self, window: &Window) -> Option<&Level> {
        self.overview.level(window)
    }

    /// Returns the marks that stand in a tile, along a curve.
    pub(super) fn marks_in(&self, window: &Window) -> impl Iterator<Item = &Mark> {
        let z = u32::from(window.zoom());
        // The only tile of the whole map is wider than a shift can be.
        let corner = window.tile().map(|at| (u64::from(at) << (32 - z)) as u32);
        let first = spread(corner[0]) | spread(corner[1]) << 1;
        let last = first | u64::MAX.checked_shr(2 * z).unwrap_or(0);
        let from = self.marks.partition_point(|mark| mark.place < first);
        self.marks[from..].iter().take_while(move |mark| mark.place <= last)
    }

    /// Returns the faces whose boxes reach into a tile, in no order.
    pub(super) fn faces_in(&self, window: &Window) -> impl Iterator<Item = FaceId> {
        self.faces.locate_in_envelope_intersecting(window.reach()).map(|face| face.data)
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

/// Gathers every second bit.
fn gathered(place: u64) -> u32 {
    let start = place & SPREADING[4].1;
    let stays =
        [0x3333_3333_3333_3333, 0x0f0f_0f0f_0f0f_0f0f, 0x00ff_00ff_00ff_00ff, 0x0000_ffff_0000_ffff, 0xffff_ffff];
    (0..).zip(stays).fold(start, |bits, (at, stays): (u32, u64)| (bits | bits >> (1 << at)) & stays) as u32
}

/// The overview of all faces; what a face has beside its outer cycle are holes.
fn overview(partition: &Partition, arcs: &Lines) -> Overview {
    Overview::of(partition.bounded_faces().end - 1, true, |number, pen| {
        let face = number + 1;
        for &first in partition.cycles_of(face) {
            for edge in partition.cycle(first) {
                along(arcs, edge, |point| pen.push(point));
            }
            pen.close();
        }
        face
    })
}

/// Walks along a half-edge.
fn along(arcs: &Lines, edge: HalfEdge, visit: impl FnMut(MapPoint)) {
    let points = arcs.line(edge as usize / 2);
    if edge & 1 == 0 { points.for_each(visit) } else { points.collect::<Vec<_>>().into_iter().rev().for_each(visit) }
}

fn face_boxes(partition: &Partition, arcs: &Lines) -> Vec<AABB<[f64; 2]>> {
    // The outer cycle is the widest.
    let outer = |face| partition.cycles_of(face).first().into_iter().flat_map(|&first| partition.cycle(first));
    let bounds = |face| around(outer(face).flat_map(|edge| arcs.line(edge as usize / 2)));
    partition.bounded_faces().into_par_iter().map(|face| bounds(face).unwrap_or_else(AABB::new_empty)).collect()
}

fn marks(
    partition: &Partition,
    conflicts: &[Conflict],
    boxes: &[AABB<[f64; 2]>],
    crs: &Crs,
) -> Result<Vec<Mark>, FileError> {
    let mut places: Vec<Coord<f64>> = conflicts.par_iter().map(|conflict| inside(partition, conflict)).collect();
    crs.to_lonlat(&mut places)?;
    let marks = conflicts.par_iter().zip(places).enumerate().map(|(index, (conflict, place))| {
        // The outside has no box.
        let own = conflict.faces.iter().map(|&face| boxes[face as usize - 1]);
        let bounds = own.reduce(|all, one| all.merged(&one)).unwrap_or_else(AABB::new_empty);
        let at = MapPoint::of_lonlat(place);
        Mark {
            place: spread(at.x) | spread(at.y) << 1,
            conflict: index as u32,
            seen_from: seen_from(conflict, &bounds) as f32,
            look: 2 * conflict.kind as u8 + u8::from(conflict.sliver),
        }
    });
    let mut marks: Vec<Mark> = marks.collect();
    marks.par_sort_unstable_by_key(|mark| (mark.place, mark.conflict));
    Ok(marks)
}

/// The scale from which on a conflict is neither small nor thin.
fn seen_from(conflict: &Conflict, bounds: &AABB<[f64; 2]>) -> f64 {
    let (low, high) = conflict.bounds;
    let units = (f64::from(high.x) - f64::from(low.x)).max(f64::from(high.y) - f64::from(low.y));
    let [x, y] = [0, 1].map(|axis| bounds.upper()[axis] - bounds.lower()[axis]);
    let across = x.max(y);
    let width = conflict.mean_width() * across / units;
    PIXEL * (SMALL_PX / across).max(THIN_PX / width)
}

/// Draws groups of faces into one tile.
pub(super) struct Pen<'a> {
    partition: &'a Partition,
    network: &'a Network,
    cutter: Cutter,
    /// Which half-edges have been walked; each belongs to one face and so to one group.
    walked: Vec<bool>,
}

impl<'a> Pen<'a> {
    /// Returns a pen for a tile.
    pub(super) fn new(partition: &'a Partition, network: &'a Network, window: Window) -> Self {
        let walked = vec![false; 2 * partition.arc_count()];
        Self { partition, network, cutter: Cutter::new(window), walked }
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
        along(&self.network.arcs, edge, |point| self.cutter.push(point));
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
