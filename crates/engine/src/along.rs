//! Measures lines over the ground of a partition: which stretches lie on certain faces, or so near to them
//! that it is the same border, drawn twice.
//!
//! A coastline and the land beside it are digitised apart: they cross each other every few metres, and what
//! lies exactly under the line says nothing. So a stretch counts if the ground is within reach. The points
//! of a segment within reach of a border are one interval, which is found exactly; between such stretches
//! nothing changes, and one look at whether it lies inside will do. Nothing here is rounded to the grid, and
//! the partition stays as it is.

use crate::partition::{FaceId, OUTSIDE, Partition};
use geo::{Coord, LineString};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Line};
use rstar::{AABB, PointDistance, RTree};

/// A stretch of a line that lies on certain faces, or off them, from end to end.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stretch {
    /// Its length, in the plane's units.
    pub length: f64,
    /// Its middle.
    pub middle: Coord<f64>,
    /// Whether it lies on the faces or within reach of them.
    pub on: bool,
}

/// Returns the stretches of lines, in order: those within `reach` of the faces that `wanted` names and the
/// others. Lengths and `reach`, which must be above 0, are in the plane's units. What is not finite is
/// passed over.
pub fn along(
    partition: &Partition,
    lines: &[LineString<f64>],
    reach: f64,
    wanted: impl Fn(FaceId) -> bool + Sync,
) -> Vec<Stretch> {
    let on = |face: FaceId| face != OUTSIDE && wanted(face);
    let borders = Borders::of(partition, |left, right| on(left) != on(right));
    let of_line = |line: &LineString<f64>| {
        let (mut inside, mut stretches) = (None, Vec::new());
        let finite = |c: &Coord<f64>| c.x.is_finite() && c.y.is_finite();
        for pair in line.0.windows(2).filter(|pair| pair[0] != pair[1]) {
            if pair.iter().all(finite) {
                stretches.extend(borders.stretches([pair[0], pair[1]], reach, &mut inside, &on));
            } else {
                inside = None;
            }
        }
        stretches
    };
    lines.par_iter().flat_map_iter(of_line).collect()
}

/// The borders between faces, with the face on the left and the one on the right of each segment.
#[derive(Debug)]
pub struct Borders {
    tree: RTree<GeomWithData<Line<[f64; 2]>, [FaceId; 2]>>,
}

impl Borders {
    /// Returns the borders between such faces.
    pub fn of(partition: &Partition, between: impl Fn(FaceId, FaceId) -> bool) -> Self {
        let place = |point| partition.grid.locate(point).into();
        let of_arc = |arc: u32| {
            let (left, right) = partition.sides(arc);
            let points = if between(left, right) { partition.arc_points(arc) } else { &[] };
            points.windows(2).map(move |w| GeomWithData::new(Line::new(place(w[0]), place(w[1])), [left, right]))
        };
        Self { tree: RTree::bulk_load((0..partition.arc_count() as u32).flat_map(of_arc).collect()) }
    }

    /// Returns the face at a place, if these are all borders of a partition; where that is nobody's, the face
    /// beyond the nearest border within `reach`.
    pub fn face_near(&self, at: Coord<f64>, reach: f64, somebodys: impl Fn(FaceId) -> bool) -> Option<FaceId> {
        let here = self.face_at(at).filter(|&face| face != OUTSIDE && somebodys(face));
        here.or_else(|| {
            let near = self.tree.locate_within_distance(at.into(), reach * reach);
            let near = near.min_by(|a, b| a.distance_2(&at.into()).total_cmp(&b.distance_2(&at.into())));
            near?.data.into_iter().find(|&face| face != OUTSIDE && somebodys(face))
        })
    }

    /// The face on this side of the first border to the east; `None` if there is none.
    fn face_at(&self, at: Coord<f64>) -> Option<FaceId> {
        let beyond = AABB::from_corners([at.x, at.y], [f64::MAX, at.y]);
        let crossings = self.tree.locate_in_envelope_intersecting(beyond).filter_map(|border| {
            let ([low, high], upwards) = upwards(border.geom());
            let x = crossing(low, high, at.y)?;
            let slant = (high[0] - low[0]) / (high[1] - low[1]);
            (x > at.x).then(|| (x, slant, border.data[usize::from(!upwards)]))
        });
        // Of borders that begin in one corner the one that leans west is met first, a little above it.
        crossings.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(.., face)| face)
    }

    /// The stretches of a segment. `inside` is what is known of the place where it begins, where no border is
    /// within reach, and is told of the place where it ends.
    fn stretches(
        &self,
        [a, b]: [Coord<f64>; 2],
        reach: f64,
        inside: &mut Option<bool>,
        on: &impl Fn(FaceId) -> bool,
    ) -> Vec<Stretch> {
        let corner = |pick: fn(f64, f64) -> f64, by: f64| [pick(a.x, b.x) + by, pick(a.y, b.y) + by];
        let around = AABB::from_corners(corner(f64::min, -reach), corner(f64::max, reach));
        let close = self.tree.locate_in_envelope_intersecting(around);
        let mut near: Vec<[f64; 2]> = close.filter_map(|border| within_reach(a, b, border.geom(), reach)).collect();
        near.sort_by(|one, other| one[0].total_cmp(&other[0]));
        let length = (b - a).x.hypot((b - a).y);
        let stretch = |from: f64, to: f64, on: bool| Stretch {
            length: length * (to - from),
            middle: a + (b - a) * ((from + to) / 2.0),
            on,
        };
        let (mut stretches, mut at) = (Vec::new(), 0.0);
        for [from, to] in near.into_iter().chain([[1.0, 1.0]]) {
            if from > at {
                let gap = stretch(at, from, false);
                let lies = *inside.get_or_insert_with(|| self.face_at(gap.middle).is_some_and(on));
                stretches.push(Stretch { on: lies, ..gap });
                at = from;
            }
            if to > at {
                stretches.push(stretch(at, to, true));
                at = to;
            }
            // Beyond a border nothing is known; the end that is put behind all is none.
            if from < 1.0 {
                *inside = None;
            }
        }
        stretches
    }
}

/// A border's ends, the lower first, and whether that is the way it runs.
fn upwards(line: &Line<[f64; 2]>) -> ([[f64; 2]; 2], bool) {
    if line.from[1] <= line.to[1] { ([line.from, line.to], true) } else { ([line.to, line.from], false) }
}

/// Where a border crosses a parallel to the x axis; its upper end is no part of it.
fn crossing(low: [f64; 2], high: [f64; 2], y: f64) -> Option<f64> {
    let part = (y - low[1]) / (high[1] - low[1]);
    (low[1] <= y && y < high[1]).then(|| low[0] + (high[0] - low[0]) * part)
}

/// From which part of a segment to which (0 to 1) it lies within reach of a border: the border's surroundings
/// are convex, so that is one interval, that of two discs and the strip between them.
fn within_reach(a: Coord<f64>, b: Coord<f64>, border: &Line<[f64; 2]>, reach: f64) -> Option<[f64; 2]> {
    let (p, q) = (Coord::from(border.from), Coord::from(border.to));
    let (way, along) = (b - a, q - p);
    let width = along.x.hypot(along.y);
    let disc = |centre: Coord<f64>| {
        let (from, square) = (a - centre, way.x * way.x + way.y * way.y);
        let half = (from.x * way.x + from.y * way.y) / square;
        let root = half * half - (from.x * from.x + from.y * from.y - reach * reach) / square;
        (root >= 0.0).then(|| [-half - root.sqrt(), -half + root.sqrt()])
    };
    let strip = || {
        let unit = along / width;
        let ahead = |v: Coord<f64>| v.x * unit.x + v.y * unit.y;
        let aside = |v: Coord<f64>| unit.x * v.y - unit.y * v.x;
        let one = between(ahead(a - p), ahead(way), 0.0, width)?;
        let other = between(aside(a - p), aside(way), -reach, reach)?;
        Some([one[0].max(other[0]), one[1].min(other[1])]).filter(|[from, to]| from <= to)
    };
    let strip = if width > 0.0 { strip() } else { None };
    let hull = [disc(p), disc(q), strip].into_iter().flatten().reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
    hull.map(|[from, to]| [from.max(0.0), to.min(1.0)]).filter(|[from, to]| from < to)
}

/// For which `t` the value `start + t × step` lies between two bounds.
fn between(start: f64, step: f64, low: f64, high: f64) -> Option<[f64; 2]> {
    if step == 0.0 {
        return (low <= start && start <= high).then_some([f64::NEG_INFINITY, f64::INFINITY]);
    }
    let (one, other) = ((low - start) / step, (high - start) / step);
    Some([one.min(other), one.max(other)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Attributes;
    use crate::layer::{ClassId, Feature, Layer};
    use crate::normalise::normalise;
    use crate::overlay::overlay;
    use crate::precision::PrecisionModel;
    use crate::watch::Unwatched;

    fn line(points: &[(f64, f64)]) -> LineString<f64> {
        points.to_vec().into()
    }

    fn drawn(layers: &[(&str, &[(f64, f64)])]) -> Partition {
        let grid = PrecisionModel { scale: 1000.0, origin: [0, 0] };
        let layer = |(name, ring): &(&str, &[(f64, f64)])| {
            let (attributes, polygons) = (Attributes::default(), vec![vec![line(ring)]]);
            let feature = Feature { fid: 1, class: None, attributes, polygons };
            let layer = Layer { name: (*name).into(), class: ClassId::new(name), features: vec![feature] };
            normalise(layer, &grid, &Unwatched).unwrap().value
        };
        overlay(layers.iter().map(layer).collect(), &grid, &Unwatched).unwrap().value
    }

    /// A town of a hundred metres and fields of as much east of it.
    fn country() -> Partition {
        let square = |west: f64| {
            let east = west + 100.0;
            [(west, 0.0), (east, 0.0), (east, 100.0), (west, 100.0), (west, 0.0)]
        };
        drawn(&[("town", &square(0.0)), ("fields", &square(100.0))])
    }

    fn built(partition: &Partition, points: &[(f64, f64)], reach: f64) -> [f64; 2] {
        let town =
            |face: FaceId| partition.parents(face).iter().any(|&parent| &*partition.layer_of(parent).name == "town");
        let found = along(partition, &[line(points)], reach, town);
        let sum = |on: bool| found.iter().filter(|one| one.on == on).map(|one| one.length).sum::<f64>();
        [sum(true), sum(false)].map(|length| (length * 1e6).round() / 1e6)
    }

    #[test]
    fn a_line_through_the_ground_is_cut_where_the_reach_ends() {
        let country = country();
        assert_eq!(built(&country, &[(-50.0, 50.0), (250.0, 50.0)], 1.0), [102.0, 198.0]);
        // Corners on the way change nothing, nor does the direction.
        let bent = [(250.0, 50.0), (101.5, 50.0), (99.0, 50.0), (40.0, 50.0), (-0.5, 50.0), (-50.0, 50.0)];
        assert_eq!(built(&country, &bent, 1.0), [102.0, 198.0]);
    }

    #[test]
    fn a_border_drawn_twice_counts_for_the_ground_behind_it() {
        let country = country();
        // Beyond the town's corner the reach is round: 3 m where the line runs 4 m off, 5 m along the town's side.
        for (y, on) in [(-4.0, 103.0), (0.0, 105.0), (4.0, 105.0)] {
            assert_eq!(built(&country, &[(0.0, y), (200.0, y)], 5.0), [on, 200.0 - on], "{y}");
        }
        assert_eq!(built(&country, &[(0.0, -6.0), (200.0, -6.0)], 5.0), [0.0, 200.0], "out of reach");
    }

    #[test]
    fn a_line_wholly_inside_lies_on_the_ground_and_one_wholly_outside_does_not() {
        let country = country();
        assert_eq!(built(&country, &[(10.0, 50.0), (20.0, 50.0), (30.0, 60.0), (30.0, 50.0)], 1.0)[1], 0.0);
        assert_eq!(built(&country, &[(150.0, 50.0), (160.0, 50.0)], 1.0), [0.0, 10.0]);
        assert_eq!(built(&country, &[(f64::NAN, 0.0), (150.0, 50.0), (150.0, 50.0), (150.0, 60.0)], 1.0), [0.0, 10.0]);
    }

    #[test]
    fn the_face_at_a_place_is_found_and_beyond_the_outer_border_the_nearest_one() {
        let country = country();
        let borders = Borders::of(&country, |_, _| true);
        let near = |x: f64, y: f64| {
            let face = borders.face_near(Coord { x, y }, 5.0, |face| !country.parents(face).is_empty());
            face.map(|face| country.layer_of(country.parents(face)[0]).name.to_string())
        };
        assert_eq!(near(50.0, 50.0).as_deref(), Some("town"));
        assert_eq!(near(150.0, 99.0).as_deref(), Some("fields"));
        assert_eq!((near(203.0, 50.0).as_deref(), near(-4.0, 50.0).as_deref()), (Some("fields"), Some("town")));
        assert_eq!(near(206.0, 50.0), None);
    }

    #[test]
    fn a_corner_straight_to_the_east_is_passed_on_the_right_side() {
        let town = [(0.0, 0.0), (100.0, 50.0), (0.0, 100.0), (0.0, 0.0)];
        let wedge = [(100.0, 50.0), (200.0, 100.0), (100.0, 200.0), (100.0, 50.0)];
        for layers in [[("town", &town[..]), ("wedge", &wedge[..])], [("town", &town[..]), ("a wedge", &wedge[..])]] {
            let country = drawn(&layers);
            let face = Borders::of(&country, |_, _| true).face_near(Coord { x: 50.0, y: 50.0 }, 1.0, |_| true);
            let found = face.map(|face| country.parents(face).to_vec()).unwrap_or_default();
            assert_eq!(found.len(), 1);
            assert_eq!(&*country.layer_of(found[0]).name, "town");
        }
    }

    #[test]
    fn behind_a_point_that_is_none_nothing_is_known_of_the_line() {
        let broken = [(20.0, 50.0), (30.0, 50.0), (f64::NAN, 50.0), (150.0, 50.0), (160.0, 50.0)];
        assert_eq!(built(&country(), &broken, 1.0), [10.0, 10.0]);
    }
}
