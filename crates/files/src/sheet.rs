//! What is about to be written: groups of faces of a partition on the grid of the file.

use crate::area::ArcAreas;
use crate::bend;
use crate::crs::Crs;
use crate::error::FileError;
use crate::progress::Part;
use crate::theme::Theme;
use crate::wkb::Polygon;
use geo::{Coord, LineString, Rect};
use lantu_engine::{
    ClassId, FaceId, Feature, GridPolygon, Layer, Outline, Partition, Point, PrecisionModel, normalise, overlay,
};
use std::path::Path;

/// Marks a face that belongs to no group.
const NONE: u32 = u32::MAX;

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
        let mut features = Vec::with_capacity(sheet.len());
        bend::to_lonlat(crs, &sheet.partition.grid, (0..sheet.len()).map(|group| sheet.ground(group)), |polygons| {
            features.push(Feature { fid: features.len() as i64, polygons, ..Feature::default() });
        })?;
        let extent = finite_extent(&features).ok_or_else(|| FileError::NotProjectable {
            path: path.to_path_buf(),
            from: crs.name().to_owned(),
            to: "EPSG:4326".to_owned(),
        })?;
        let grid = PrecisionModel::coarsened(extent, STEP)
            .map_err(|source| FileError::OutOfRange { path: path.to_path_buf(), source })?;
        let before2: i128 =
            features.iter().flat_map(|feature| &feature.polygons).flatten().map(|ring| area2(ring, &grid)).sum();
        let layer = Layer { name: "groups".into(), class: ClassId::new("group"), features };
        // What the grid finds fault with here is of its own making and shows in the proof.
        let stopped = |stop| FileError::of_stop(path, stop);
        let normal = normalise(layer, &grid, watch).map_err(stopped)?.value;
        let noded = overlay(vec![normal], &grid, watch).map_err(stopped)?;
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

/// The smallest box around the features, or `None` if a coordinate is not finite or there is none.
fn finite_extent(features: &[Feature]) -> Option<Rect<f64>> {
    let rings = || features.iter().flat_map(|feature| &feature.polygons).flatten();
    let finite = rings().flat_map(|ring| &ring.0).all(|c| c.x.is_finite() && c.y.is_finite());
    finite.then(|| crate::read::extent(features)).flatten()
}

/// Twice the signed area of a ring on the grid; points that the grid cannot hold count as its origin.
fn area2(ring: &LineString<f64>, grid: &PrecisionModel) -> i128 {
    let snap = |c: &Coord<f64>| grid.snap(*c).unwrap_or_default();
    let cross = |a: Point, b: Point| i128::from(a.x) * i128::from(b.y) - i128::from(a.y) * i128::from(b.x);
    ring.0.windows(2).map(|w| cross(snap(&w[0]), snap(&w[1]))).sum()
}
