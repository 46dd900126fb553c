//! What is about to be written: groups of faces of a partition on the grid of the file.

use crate::area::ArcAreas;
use crate::bend::Projecting;
use crate::crs::Crs;
use crate::error::FileError;
use crate::gpkg::ranges;
use crate::progress::Part;
use crate::theme::Theme;
use crate::wkb::Polygon;
use geo::{Coord, LineString, Rect};
use lantu_engine::{
    Blueprint, ClassId, FaceId, Feature, GridPolygon, Layer, NormalLayer, Outline, Partition, Patch, Point,
    PrecisionModel, normalise, overlay,
};
use rayon::prelude::*;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Marks a face that belongs to no group.
const NONE: u32 = Blueprint::NONE;

/// Groups of faces, each to become a feature.
pub(crate) struct Sheet<'a> {
    /// The partition that the faces are of, on the grid of the file.
    pub partition: &'a Partition,
    faces: Vec<&'a [FaceId]>,
    owner: Vec<u32>,
}

impl<'a> Sheet<'a> {
    /// Returns the sheet of a theme in the project's own plane.
    pub(crate) fn of_theme(partition: &'a Partition, theme: &'a Theme<'_>) -> Self {
        let mut owner = vec![NONE; partition.face_count()];
        for (index, faces) in theme.groups.iter().enumerate() {
            faces.iter().for_each(|&face| owner[face as usize] = index as u32);
        }
        Self { partition, faces: theme.groups.clone(), owner }
    }

    /// Returns how many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.faces.len()
    }

    /// Returns how many faces more than one group claims.
    pub(crate) fn claimed_twice(&self) -> u64 {
        let claims =
            self.faces.iter().enumerate().flat_map(|(group, faces)| faces.iter().map(move |&face| (group, face)));
        claims.filter(|&(group, face)| self.owner[face as usize] != group as u32).count() as u64
    }

    /// Returns whether nothing is left of a group.
    pub(crate) fn is_lost(&self, group: usize) -> bool {
        self.faces[group].is_empty()
    }

    /// Returns the ground of a group on the grid.
    pub(crate) fn ground(&self, group: usize) -> Vec<GridPolygon> {
        self.partition.polygons(self.faces[group], |face| self.owner[face as usize] == group as u32)
    }

    /// Puts the ground of a group on the grid into an outline.
    pub(crate) fn trace(&self, group: usize, outline: &mut Outline) {
        self.partition.trace(self.faces[group], |face| self.owner[face as usize] == group as u32, outline);
    }

    /// Returns the ellipsoidal area of one group in m², from the areas of the partition's arcs.
    pub(crate) fn ellipsoid_area(&self, arcs: &ArcAreas, group: usize) -> f64 {
        arcs.area(self.partition, self.faces[group], |face| self.owner[face as usize] == group as u32)
    }

    /// Returns the ellipsoidal areas of all groups in m², from the areas of the partition's arcs.
    pub(crate) fn ellipsoid_areas(&self, arcs: &ArcAreas) -> Vec<f64> {
        arcs.of_groups(self.partition, &self.owner, self.faces.len())
    }

    /// Returns the groups as a blueprint, for the proof of the partition.
    pub(crate) fn blueprint(&self) -> Blueprint {
        let patch = |group: usize| Patch {
            faces: self.faces[group].into(),
            class: None,
            source: None,
            designations: Arc::default(),
            conflict: None,
            area2: self.area2(group),
        };
        Blueprint { patches: (0..self.len()).map(patch).collect(), patch_of: self.owner.clone() }
    }

    /// Returns the polygons of a group with the coordinates as they are to be written.
    pub(crate) fn polygons(&self, group: usize) -> Vec<Polygon> {
        let closed = |ring: &Vec<Point>| {
            let points = ring.iter().chain(ring.first());
            LineString(points.map(|&point| self.partition.grid.locate(point)).collect())
        };
        self.ground(group).iter().map(|polygon| polygon.iter().map(closed).collect()).collect()
    }

    /// Returns twice the area of a group in square grid units.
    pub(crate) fn area2(&self, group: usize) -> i128 {
        self.faces[group].iter().map(|&face| self.partition.area2(face)).sum()
    }

    /// Returns the smallest box around all groups.
    pub(crate) fn bounds(&self) -> Option<Rect<f64>> {
        let boxes = self.faces.iter().copied().flatten().map(|&face| self.partition.bounds(face));
        let (low, high) = boxes.reduce(|(low, high), (l, h)| {
            (Point::new(low.x.min(l.x), low.y.min(l.y)), Point::new(high.x.max(h.x), high.y.max(h.y)))
        })?;
        Some(Rect::new(self.partition.grid.locate(low), self.partition.grid.locate(high)))
    }
}

/// A theme taken to longitude and latitude and cut anew on that plane's own grid.
///
/// Straight edges bend on the way and points are rounded, so near lines can cross. The lines are
/// therefore noded once more and every new face goes to exactly one group.
pub(crate) struct Renoded {
    partition: Partition,
    faces: Vec<Vec<FaceId>>,
    owner: Vec<u32>,
    /// What became of contested places.
    pub record: RenodingRecord,
}

/// What noding on the file's grid changed.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct RenodingRecord {
    /// Faces that more than one group claimed.
    pub contested: u64,
    /// Their area, doubled, in square grid units.
    pub contested2: i128,
    /// The groups' area after noding minus that before, doubled, in square grid units.
    pub change2: i128,
    /// How far an edge moved at most, in grid units.
    pub farthest_move: f64,
}

/// The finest step of longitude and latitude: nine decimals, about a tenth of a millimetre.
const STEP: f64 = 1e-9;

impl Renoded {
    /// Takes a sheet to longitude and latitude.
    pub(crate) fn of_sheet(path: &Path, sheet: &Sheet<'_>, crs: &Crs, watch: &Part<'_>) -> Result<Self, FileError> {
        let mut layers = in_lonlat(sheet, crs)?;
        let extent = finite_extent(&layers).ok_or_else(|| FileError::NotProjectable {
            path: path.to_path_buf(),
            from: crs.name().to_owned(),
            to: "EPSG:4326".to_owned(),
        })?;
        let grid =
            PrecisionModel::coarsened(extent, STEP).map_err(|source| FileError::out_of_range(path, source, &[]))?;
        // What the grid finds fault with here is of its own making and shows in the proof.
        let stopped = |stop| FileError::of_stop(path, stop);
        let rounded = layers
            .par_drain(..)
            .map(|layer| Ok((layer_area2(&layer, &grid), normalise(layer, &grid, watch).map_err(stopped)?.value)));
        let rounded = rounded.collect::<Result<Vec<(i128, NormalLayer)>, FileError>>()?;
        let (areas2, normal): (Vec<i128>, Vec<NormalLayer>) = rounded.into_iter().unzip();
        let before2 = areas2.iter().sum();
        let noded = overlay(normal, &grid, watch).map_err(stopped)?;
        Ok(Self::share_out(noded.value, sheet.len(), before2))
    }

    /// Gives every covered face to one group: where several claim it, to the first.
    fn share_out(partition: Partition, groups: usize, before2: i128) -> Self {
        let mut record = RenodingRecord { farthest_move: partition.noding.farthest_move, ..RenodingRecord::default() };
        let mut faces = vec![Vec::new(); groups];
        let mut owner = vec![NONE; partition.face_count()];
        for face in partition.bounded_faces() {
            let claims = partition.parents(face);
            let Some(first) = claims.first() else { continue };
            if claims.len() > 1 {
                record.contested += 1;
                record.contested2 += partition.area2(face);
            }
            record.change2 += partition.area2(face);
            owner[face as usize] = first.0;
            faces[first.0 as usize].push(face);
        }
        record.change2 -= before2;
        Self { partition, faces, owner, record }
    }

    /// Returns the sheet as it is to be written.
    pub(crate) fn sheet(&self) -> Sheet<'_> {
        let faces = self.faces.iter().map(Vec::as_slice).collect();
        Sheet { partition: &self.partition, faces, owner: self.owner.clone() }
    }
}

/// How many groups are taken to longitude and latitude at once, by one thread.
const GROUPS: usize = 1 << 11;

/// Takes a sheet to longitude and latitude: one feature per group, in several layers whose names
/// are in the order of the groups.
fn in_lonlat(sheet: &Sheet<'_>, crs: &Crs) -> Result<Vec<Layer>, FileError> {
    let part = |groups: Range<usize>| {
        let name = format!("{:010}", groups.start);
        let shapes: Vec<Vec<GridPolygon>> = groups.map(|group| sheet.ground(group)).collect();
        let shapes = Projecting::new(crs, &sheet.partition.grid).shapes(&shapes)?;
        let features = shapes.into_iter().map(|polygons| Feature { polygons, ..Feature::default() }).collect();
        Ok(Layer { name: name.into(), class: ClassId::new("group"), features })
    };
    ranges(0..sheet.len(), GROUPS).into_par_iter().map(part).collect()
}

/// The smallest box around the layers, or `None` if a coordinate is not finite or there is none.
fn finite_extent(layers: &[Layer]) -> Option<Rect<f64>> {
    let of_layer = |layer: &Layer| {
        let mut coords = layer.features.iter().flat_map(|feature| &feature.polygons).flatten().flat_map(|ring| &ring.0);
        coords.try_fold(NOWHERE, |[west, south, east, north], c| {
            let finite = c.x.is_finite() && c.y.is_finite();
            finite.then(|| [west.min(c.x), south.min(c.y), east.max(c.x), north.max(c.y)])
        })
    };
    let around = |one: [f64; 4], other: [f64; 4]| {
        [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
    };
    let sides = layers.par_iter().map(of_layer).reduce(|| Some(NOWHERE), |one, other| Some(around(one?, other?)))?;
    let [west, south, east, north] = sides;
    (west <= east).then(|| Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north }))
}

/// West, south, east and north of nothing.
const NOWHERE: [f64; 4] = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

/// Twice the signed area of a layer's rings on the grid.
fn layer_area2(layer: &Layer, grid: &PrecisionModel) -> i128 {
    layer.features.iter().flat_map(|feature| &feature.polygons).flatten().map(|ring| area2(ring, grid)).sum()
}

/// Twice the signed area of a ring on the grid; points that the grid cannot hold count as its origin.
fn area2(ring: &LineString<f64>, grid: &PrecisionModel) -> i128 {
    let mut points = ring.0.iter().map(|&at| grid.snap(at).unwrap_or_default());
    let cross = |a: Point, b: Point| i128::from(a.x) * i128::from(b.y) - i128::from(a.y) * i128::from(b.x);
    let Some(mut before) = points.next() else { return 0 };
    points.map(|point| cross(std::mem::replace(&mut before, point), point)).sum()
}
