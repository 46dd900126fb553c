//! The arc–node topology of a run: the one structure that everything else reads.
//!
//! Arcs are chains of grid points between nodes; each exists once and has a face on either side.
//! A half-edge is an arc with a direction: `2a` runs along arc `a`, `2a + 1` against it, and the
//! face of a half-edge lies on its left. Face 0 is the unbounded outside. Faces are rings of
//! half-edges, outer ring counter-clockwise first, then the holes.

use crate::attributes::Attributes;
use crate::layer::ClassId;
use crate::list::List;
use crate::precision::{Point, PrecisionModel};
use geo::{Coord, Rect};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::sync::{Arc, OnceLock};

/// The index of a face; 0 is the unbounded outside.
pub type FaceId = u32;
/// The index of an arc.
pub type ArcId = u32;
/// An arc with a direction: `2 * arc` along it, `2 * arc + 1` against it.
pub type HalfEdge = u32;

/// The unbounded face around everything.
pub const OUTSIDE: FaceId = 0;

/// A feature of the run, counted over all layers in the order of their names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct FeatureRef(pub u32);

/// What the partition keeps of a layer.
#[derive(Clone, PartialEq, Debug)]
pub struct LayerInfo {
    /// The layer's name.
    pub name: Arc<str>,
    /// Its class, which is that of features that name none: its role.
    pub class: ClassId,
    /// The first of its features; they are consecutive.
    pub first: FeatureRef,
    /// How many features it has.
    pub count: u32,
    /// How many vertices its rings had as read, closing points not counted.
    pub vertices: u64,
}

/// What the partition keeps of a feature.
#[derive(Clone, PartialEq, Debug)]
pub struct FeatureInfo {
    /// The index of its layer in [`Partition::layers`].
    pub layer: u32,
    /// Its id in its file.
    pub fid: i64,
    /// Its planning class.
    pub class: ClassId,
    /// Its row of the attribute table.
    pub attributes: Attributes,
}

/// A polygon on the grid: outer ring counter-clockwise first, then holes clockwise. Rings are
/// simple, at least three points long and do not repeat their first point.
pub type GridPolygon = Vec<Vec<Point>>;

/// What noding did to the data, for the report.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct NodingRecord {
    /// Edges of all rings before merging.
    pub edges: u64,
    /// Edges left after merging equal ones.
    pub unique_edges: u64,
    /// Proper crossings found.
    pub crossings: u64,
    /// Edges cut at one hot pixel or more.
    pub cut_edges: u64,
    /// Rounds of cutting until nothing moved.
    pub rounds: u32,
    /// The farthest that a point of an edge was moved by cutting, in grid units.
    pub farthest_move: f64,
}

/// The planar partition of all layers of a run.
#[derive(Clone, Debug)]
pub struct Partition {
    /// The grid of the run.
    pub grid: PrecisionModel,
    /// The layers in the order of their names.
    pub layers: Vec<LayerInfo>,
    /// All features, layer by layer.
    pub features: Vec<FeatureInfo>,
    /// What noding did.
    pub noding: NodingRecord,
    /// How many features may be parents; those behind them only cut.
    pub(crate) claiming: u32,
    pub(crate) points: List<Point>,
    /// Where each arc's points begin in `points`; one more than there are arcs.
    pub(crate) arc_starts: List<u64>,
    /// The following half-edge of the same face, per half-edge.
    pub(crate) next: List<HalfEdge>,
    /// The face on the left, per half-edge.
    pub(crate) left: List<FaceId>,
    /// One half-edge per boundary cycle, grouped by face, outer cycle first.
    pub(crate) cycles: List<HalfEdge>,
    /// Where each face's cycles begin in `cycles`; one more than there are faces.
    pub(crate) face_cycles: List<u32>,
    /// Doubled area per face in grid units; 0 for the outside.
    pub(crate) area2: List<i128>,
    /// Which windings cover each face.
    pub(crate) label_of: List<u32>,
    pub(crate) labels: crate::overlay::labels::Labels,
    /// What each arc changes from its right to its left.
    pub(crate) changes: crate::overlay::labels::Changes,
    /// What each feature enclosed before noding.
    pub(crate) ground: Vec<crate::overlay::GroundBefore>,
    /// The faces' boxes, made when first asked for.
    pub(crate) index: OnceLock<RTree<FaceBox>>,
    /// Twice the ground of each feature, made when first asked for.
    pub(crate) areas: OnceLock<Vec<i128>>,
    /// How much of each feature other classes cover, made when first asked for.
    pub(crate) covers: crate::covers::Covers,
}

/// A face's box in the R-tree.
pub(crate) type FaceBox = GeomWithData<Rectangle<[i64; 2]>, FaceId>;

impl Partition {
    /// Lets go of what only [`crate::CutProof`] asks for: some 20 bytes an arc. Without it no proof holds.
    pub fn let_go_of_windings(&mut self) {
        self.labels.let_go_of_windings();
        self.changes = crate::overlay::labels::Changes::default();
    }

    /// Returns how many faces there are, the outside counted.
    pub fn face_count(&self) -> usize {
        self.area2.len()
    }

    /// Returns how many arcs there are.
    pub fn arc_count(&self) -> usize {
        self.arc_starts.len() - 1
    }

    /// Returns the faces but the outside.
    pub fn bounded_faces(&self) -> std::ops::Range<FaceId> {
        1..self.face_count() as FaceId
    }

    /// Returns the features that cover a face, ascending; none for gaps and the outside.
    pub fn parents(&self, face: FaceId) -> &[FeatureRef] {
        let covering = self.covering(face);
        &covering[..self.count_claiming(covering)]
    }

    /// Returns the features of layers that only cut whose ground holds the face, ascending.
    pub fn cuts(&self, face: FaceId) -> &[FeatureRef] {
        let covering = self.covering(face);
        &covering[self.count_claiming(covering)..]
    }

    /// Parents first, then what only cuts.
    pub(crate) fn covering(&self, face: FaceId) -> &[FeatureRef] {
        self.labels.parents(self.label_of[face as usize])
    }

    fn count_claiming(&self, covering: &[FeatureRef]) -> usize {
        covering.partition_point(|feature| feature.0 < self.claiming)
    }

    /// Whether two faces have the same parents and lie on the same side of all that only cuts.
    pub(crate) fn same_cover(&self, a: FaceId, b: FaceId) -> bool {
        self.label_of[a as usize] == self.label_of[b as usize] || self.covering(a) == self.covering(b)
    }

    /// Returns the doubled area of a face in square grid units; 0 for the outside.
    pub fn area2(&self, face: FaceId) -> i128 {
        self.area2[face as usize]
    }

    /// Returns the planar area of a face in the plane's square units.
    pub fn area(&self, face: FaceId) -> f64 {
        self.grid.area(self.area2(face))
    }

    /// Returns a feature.
    pub fn feature(&self, feature: FeatureRef) -> &FeatureInfo {
        &self.features[feature.0 as usize]
    }

    /// Returns the layer of a feature.
    pub fn layer_of(&self, feature: FeatureRef) -> &LayerInfo {
        &self.layers[self.feature(feature).layer as usize]
    }

    /// Returns the points of an arc, both ends included.
    pub fn arc_points(&self, arc: ArcId) -> &[Point] {
        let range = self.arc_starts[arc as usize] as usize..self.arc_starts[arc as usize + 1] as usize;
        &self.points[range]
    }

    /// Returns the faces on the left and on the right of an arc.
    pub fn sides(&self, arc: ArcId) -> (FaceId, FaceId) {
        (self.left[2 * arc as usize], self.left[2 * arc as usize + 1])
    }

    /// Returns the face on the left of a half-edge.
    pub fn left(&self, edge: HalfEdge) -> FaceId {
        self.left[edge as usize]
    }

    /// Returns the half-edges of a face, cycle by cycle, outer cycle first.
    pub fn half_edges(&self, face: FaceId) -> impl Iterator<Item = HalfEdge> + '_ {
        self.cycles_of(face).iter().flat_map(move |&first| self.cycle(first))
    }

    /// Returns the first half-edge of each boundary cycle of a face, outer cycle first.
    pub fn cycles_of(&self, face: FaceId) -> &[HalfEdge] {
        &self.cycles[self.face_cycles[face as usize] as usize..self.face_cycles[face as usize + 1] as usize]
    }

    /// Returns the half-edges of the boundary cycle that `first` belongs to.
    pub fn cycle(&self, first: HalfEdge) -> impl Iterator<Item = HalfEdge> + '_ {
        let mut at = Some(first);
        std::iter::from_fn(move || {
            let here = at?;
            let following = self.next[here as usize];
            at = (following != first).then_some(following);
            Some(here)
        })
    }

    /// Returns the half-edge that follows on the same boundary cycle.
    pub fn following(&self, edge: HalfEdge) -> HalfEdge {
        self.next[edge as usize]
    }

    /// Calls `visit` with the points of a half-edge in its direction, its last point left out.
    pub(crate) fn walk(&self, edge: HalfEdge, mut visit: impl FnMut(Point)) {
        let points = self.arc_points(edge / 2);
        if edge & 1 == 0 {
            points[..points.len() - 1].iter().for_each(|&p| visit(p));
        } else {
            points[1..].iter().rev().for_each(|&p| visit(p));
        }
    }

    /// Returns the smallest box of grid points around a face: lowest and highest corner.
    pub fn bounds(&self, face: FaceId) -> (Point, Point) {
        let mut low = Point::new(i32::MAX, i32::MAX);
        let mut high = Point::new(i32::MIN, i32::MIN);
        let Some(&outer) = self.cycles.get(self.face_cycles[face as usize] as usize) else {
            return (low, high);
        };
        for edge in self.cycle(outer) {
            for p in self.arc_points(edge / 2) {
                low = Point::new(low.x.min(p.x), low.y.min(p.y));
                high = Point::new(high.x.max(p.x), high.y.max(p.y));
            }
        }
        (low, high)
    }

    /// Returns the ground of some faces as polygons, arcs between two of them dropped.
    ///
    /// `inside` says of a face whether it belongs to the group; `faces` lists the group. No
    /// coordinate is computed: every ring consists of whole arcs.
    pub fn polygons(&self, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> Vec<GridPolygon> {
        crate::rings::polygons(self, faces, inside)
    }

    /// The same polygons as [`Partition::polygons`], put into an outline that is used again.
    pub fn trace(&self, faces: &[FaceId], inside: impl Fn(FaceId) -> bool, outline: &mut crate::Outline) {
        outline.trace(self, faces, inside);
    }

    /// Returns the length of an arc in grid units.
    pub fn arc_length(&self, arc: ArcId) -> f64 {
        self.arc_points(arc).windows(2).map(|w| w[0].distance(w[1])).sum()
    }

    /// Returns the length of a face's boundary, holes included, in grid units.
    pub fn perimeter(&self, face: FaceId) -> f64 {
        self.half_edges(face).map(|edge| self.arc_length(edge / 2)).sum()
    }

    /// Returns the face's area over half its perimeter, in grid units: the width of a strip.
    pub(crate) fn mean_width(&self, face: FaceId) -> f64 {
        self.area2(face) as f64 / self.perimeter(face)
    }

    /// Returns a corner of a face in the plane.
    pub(crate) fn corner(&self, face: FaceId) -> Option<Coord<f64>> {
        let edge = self.half_edges(face).next()?;
        Some(self.grid.locate(self.arc_points(edge / 2)[0]))
    }

    /// Returns twice the ground of a feature: the even-odd fill of its rings, in square grid units.
    pub fn feature_area2(&self, feature: FeatureRef) -> i128 {
        let areas = self.areas.get_or_init(|| {
            let mut areas = vec![0; self.features.len()];
            for face in self.bounded_faces() {
                for parent in self.covering(face) {
                    areas[parent.0 as usize] += self.area2(face);
                }
            }
            areas
        });
        areas[feature.0 as usize]
    }

    /// Returns the ground of a feature in the plane's square units.
    pub fn feature_area(&self, feature: FeatureRef) -> f64 {
        self.grid.area(self.feature_area2(feature))
    }

    /// Returns the ground of a layer in the plane's square units, each place counted once.
    pub fn layer_ground(&self, layer: usize) -> f64 {
        let info = &self.layers[layer];
        let own = info.first.0..info.first.0 + info.count;
        let covered = |&face: &FaceId| self.covering(face).iter().any(|parent| own.contains(&parent.0));
        let faces = self.bounded_faces().into_par_iter().filter(covered);
        self.grid.area(faces.map(|face| self.area2(face)).sum())
    }

    /// Returns how many features of a layer enclosed ground of which the grid kept nothing.
    pub fn collapsed_features(&self, layer: u32) -> u32 {
        let info = &self.layers[layer as usize];
        let own = info.first.0..info.first.0 + info.count;
        let collapsed = |&at: &u32| self.ground[at as usize].perimeter > 0.0 && self.feature_area2(FeatureRef(at)) == 0;
        own.filter(collapsed).count() as u32
    }

    fn boxes(&self) -> &RTree<FaceBox> {
        self.index.get_or_init(|| {
            let corner = |p: Point| [i64::from(p.x), i64::from(p.y)];
            let boxes = self.bounded_faces().map(|face| {
                let (low, high) = self.bounds(face);
                GeomWithData::new(Rectangle::from_corners(corner(low), corner(high)), face)
            });
            RTree::bulk_load(boxes.collect())
        })
    }

    /// Returns the face at a place: the bounded one that holds it, a lower-left border included.
    pub fn face_at(&self, at: Coord<f64>) -> Option<FaceId> {
        let point = self.grid.snap(at)?;
        let candidates = self.boxes().locate_all_at_point([i64::from(point.x), i64::from(point.y)]);
        let mut holding: Vec<FaceId> =
            candidates.map(|face| face.data).filter(|&face| self.holds(face, point)).collect();
        holding.sort_unstable();
        holding.first().copied()
    }

    /// Whether a point lies in a face, by counting the boundary to the right of it.
    fn holds(&self, face: FaceId, at: Point) -> bool {
        let mut inside = false;
        for edge in self.half_edges(face) {
            for w in self.arc_points(edge / 2).windows(2) {
                let (low, high) = if w[0].y < w[1].y { (w[0], w[1]) } else { (w[1], w[0]) };
                if low.y <= at.y && at.y < high.y && crate::overlay::exact::orient(low, high, at) > 0 {
                    inside = !inside;
                }
            }
        }
        inside
    }

    /// Returns the bounded faces whose boxes meet a box in the plane, ascending.
    pub fn faces_in(&self, area: Rect<f64>) -> Vec<FaceId> {
        let unit = |value: f64, axis: usize| {
            ((value * self.grid.scale).clamp(-9e15, 9e15) as i64).saturating_sub(self.grid.origin[axis])
        };
        let low = [unit(area.min().x, 0) - 1, unit(area.min().y, 1) - 1];
        let high = [unit(area.max().x, 0) + 1, unit(area.max().y, 1) + 1];
        let meeting = self.boxes().locate_in_envelope_intersecting(AABB::from_corners(low, high));
        let mut faces: Vec<FaceId> = meeting.map(|face| face.data).collect();
        faces.sort_unstable();
        faces
    }
}
