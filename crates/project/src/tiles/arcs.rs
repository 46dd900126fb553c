//! The arcs of a partition on the map, and the ground of faces drawn from them.
//!
//! Arcs are brought to the map once per run; a tile walks along them and computes no coordinate
//! but its own rounding. Takes groups of faces that hang together across arcs, as conflicts and
//! patches do: such a group has one outer ring.

use super::address::{PIXEL, Window};
use super::cut::{Cutter, TilePolygon, TileRing};
use super::inside::inside;
use super::lines::{Lines, MapPoint, around};
use crate::late::Late;
use geo::Coord;
use lantu_engine::partition::HalfEdge;
use lantu_engine::{Conflict, FaceId, Partition, Point};
use lantu_files::{Crs, FileError};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, Envelope, RTree};
use std::cmp::Reverse;
use std::sync::Arc;

/// Conflicts less than this many pixels across get a mark.
const SMALL_PX: f64 = 6.0;
/// Conflicts narrower than this many pixels get one however long they are.
const THIN_PX: f64 = 1.0;

/// The arcs of one partition and the marks of its conflicts, made when the first tile is asked
/// for. Decisions do not change them.
#[derive(Debug, Default)]
pub(crate) struct MapArcs(Late<Network>);

impl MapArcs {
    /// Returns the arcs; they must always be asked for with the same partition and conflicts.
    pub(super) fn of(
        &self,
        partition: &Partition,
        conflicts: &[Conflict],
        crs: &Crs,
    ) -> Result<Arc<Network>, FileError> {
        self.0.get(|| Network::new(partition, conflicts, crs))
    }
}

/// Arcs, faces and marks on the map.
#[derive(Debug)]
pub(super) struct Network {
    arcs: Lines,
    /// The following half-edge of the same face, per half-edge.
    next: Vec<HalfEdge>,
    faces: RTree<FaceBox>,
    marks: Vec<Mark>,
}

type FaceBox = GeomWithData<Rectangle<[f64; 2]>, FaceId>;

/// The mark of a conflict.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// A point inside the conflict.
    pub(super) at: MapPoint,
    /// The scale, in tile units per map step, from which on the conflict itself can be seen.
    seen_from: f64,
}

impl Mark {
    /// Whether the conflict is too small or too thin to be seen in a tile.
    pub(super) fn shows(&self, window: &Window) -> bool {
        window.scale() < self.seen_from
    }
}

impl Network {
    fn new(partition: &Partition, conflicts: &[Conflict], crs: &Crs) -> Result<Self, FileError> {
        let locate = |&point: &Point| partition.grid.locate(point);
        let points = (0..partition.arc_count() as u32).map(|arc| partition.arc_points(arc).iter().map(locate));
        let arcs = Lines::project(crs, points)?;
        let boxes = face_boxes(partition, &arcs);
        let marks = marks(partition, conflicts, &boxes, crs)?;
        let faces = partition.bounded_faces().zip(&boxes);
        let faces = faces.map(|(face, bounds)| GeomWithData::new(Rectangle::from_aabb(*bounds), face));
        Ok(Self { arcs, next: successors(partition), faces: RTree::bulk_load(faces.collect()), marks })
    }

    /// Returns the mark of a conflict.
    pub(super) fn mark(&self, conflict: u32) -> Mark {
        self.marks[conflict as usize]
    }

    /// Returns the faces whose boxes reach into a tile, in no order.
    pub(super) fn faces_in(&self, window: &Window) -> impl Iterator<Item = FaceId> {
        self.faces.locate_in_envelope_intersecting(window.reach()).map(|face| face.data)
    }
}

fn face_boxes(partition: &Partition, arcs: &Lines) -> Vec<AABB<[f64; 2]>> {
    let bounds = |face| around(partition.half_edges(face).flat_map(|edge| arcs.line(edge as usize / 2)));
    partition.bounded_faces().map(|face| bounds(face).unwrap_or_else(AABB::new_empty)).collect()
}

/// The following half-edge of the same face, per half-edge; of the outside's none.
///
/// Two cycles of a face share no node, since they belong to parts of the network that do not hang
/// together. So a cycle ends where it is back at its start and does not go on from there.
fn successors(partition: &Partition) -> Vec<HalfEdge> {
    let mut next = vec![HalfEdge::MAX; 2 * partition.arc_count()];
    for face in partition.bounded_faces() {
        let edges: Vec<HalfEdge> = partition.half_edges(face).collect();
        let mut first = 0;
        for (at, &edge) in edges.iter().enumerate() {
            let node = origin(partition, edge ^ 1);
            let goes_on = edges.get(at + 1).filter(|&&following| origin(partition, following) == node);
            next[edge as usize] = goes_on.copied().unwrap_or(edges[first]);
            if goes_on.is_none() {
                first = at + 1;
            }
        }
    }
    next
}

/// The node where a half-edge begins.
fn origin(partition: &Partition, edge: HalfEdge) -> Point {
    let points = partition.arc_points(edge / 2);
    if edge & 1 == 0 { points[0] } else { points[points.len() - 1] }
}

fn marks(
    partition: &Partition,
    conflicts: &[Conflict],
    boxes: &[AABB<[f64; 2]>],
    crs: &Crs,
) -> Result<Vec<Mark>, FileError> {
    let mut places: Vec<Coord<f64>> = conflicts.iter().map(|conflict| inside(partition, conflict)).collect();
    crs.to_lonlat(&mut places)?;
    let marks = conflicts.iter().zip(places).map(|(conflict, place)| {
        // The outside has no box.
        let own = conflict.faces.iter().map(|&face| boxes[face as usize - 1]);
        let bounds = own.reduce(|all, one| all.merged(&one)).unwrap_or_else(AABB::new_empty);
        Mark { at: MapPoint::of_lonlat(place), seen_from: seen_from(conflict, &bounds) }
    });
    Ok(marks.collect())
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
        let walked = vec![false; network.next.len()];
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
            edge = self.network.next[edge as usize];
            while inside(self.partition.left(edge ^ 1)) {
                edge = self.network.next[(edge ^ 1) as usize];
            }
            if edge == first {
                return self.cutter.close();
            }
        }
    }

    fn trace(&mut self, edge: HalfEdge) {
        let points = self.network.arcs.line(edge as usize / 2);
        if edge & 1 == 0 {
            points.iter().for_each(|&point| self.cutter.push(point));
        } else {
            points.iter().rev().for_each(|&point| self.cutter.push(point));
        }
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
