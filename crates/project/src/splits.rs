//! Conflicts that a planner has split into parts that are decided apart.
//!
//! A split is an edit kept in the record: the ground of both sides on the project's grid. Every later
//! run overlays all of them as one more layer that only cuts, so that lines are still cut once and
//! composing still only drops arcs. Nothing but the split conflict gets another id.

use crate::api::{self, Problem};
use crate::detail::Asked;
use crate::problem;
use geo::{Area, BooleanOps, BoundingRect, Coord, CoordsIter, LineString, MultiPolygon, Polygon, unary_union};
use lantu_engine::{Attributes, ClassId, Feature, Layer, Partition, Point, PrecisionModel};
use lantu_files::Crs;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Rings of places in the plane, outer ring first.
type Rings = Vec<Vec<[f64; 2]>>;

/// A conflict that was split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Its number, from 1, never given again.
    pub number: u32,
    /// The conflict that is in parts now.
    pub conflict: String,
    /// The file whose borders were taken; empty for a line that was drawn.
    pub along: String,
    /// Who.
    pub who: String,
    /// When.
    pub when: String,
    /// The plane of the parts.
    pub crs: String,
    /// The polygons of either side.
    pub sides: [Vec<Rings>; 2],
}

/// Where a conflict is cut.
pub(crate) enum Along {
    /// A line in longitude and latitude, from beyond one border to beyond another.
    Line(Vec<[f64; 2]>),
    /// The borders of these polygons, in the plane.
    Borders(Vec<Vec<LineString<f64>>>),
}

/// Returns the two sides of a conflict, in the plane.
pub(crate) fn sides(asked: Asked<'_>, id: &str, along: Along) -> Result<[Vec<Rings>; 2], Problem> {
    let index = asked.index(id)?;
    let cut = &asked.outcome.cut;
    let conflict = &cut.conflicts[index as usize];
    let plan = Local { grid: &cut.partition.grid, origin: conflict.bounds.0 };
    let ground = plan.ground(&cut.partition, &conflict.faces, |face| cut.conflict_of[face as usize] == index);
    let knife = match along {
        Along::Line(mut places) => plan.beside(&mut places, asked.crs, conflict.bounds.1)?,
        Along::Borders(polygons) => plan.near(&polygons, &ground),
    };
    let corners = ground.coords_iter().map(whole).collect();
    let sides = [ground.intersection(&knife), ground.difference(&knife)].map(|side| plan.rounded(&side, &corners));
    if sides.iter().any(Vec::is_empty) {
        return Err(cuts_nothing());
    }
    Ok(sides)
}

/// Places as whole grid units from a corner of the conflict, where a double tells each from its neighbours.
struct Local<'a> {
    grid: &'a PrecisionModel,
    origin: Point,
}

impl Local<'_> {
    fn place(&self, point: Point) -> Coord<f64> {
        let far = |a: i32, b: i32| (i64::from(a) - i64::from(b)) as f64;
        Coord { x: far(point.x, self.origin.x), y: far(point.y, self.origin.y) }
    }

    fn of_plane(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        self.grid.snap(at).map(|point| self.place(point))
    }

    fn ground(&self, partition: &Partition, faces: &[u32], inside: impl Fn(u32) -> bool) -> MultiPolygon<f64> {
        let ring = |points: &Vec<Point>| points.iter().map(|&point| self.place(point)).collect::<LineString<f64>>();
        let polygon = |rings: Vec<Vec<Point>>| {
            let mut rings = rings.iter().map(ring);
            Polygon::new(rings.next().unwrap_or_else(|| LineString::new(Vec::new())), rings.collect())
        };
        partition.polygons(faces, inside).into_iter().map(polygon).collect()
    }

    /// Everything left of a line that is drawn on far beyond the conflict, as a polygon.
    fn beside(&self, line: &mut [[f64; 2]], crs: &Crs, high: Point) -> Result<MultiPolygon<f64>, Problem> {
        let mut places: Vec<Coord<f64>> = line.iter().map(|&place| place.into()).collect();
        crs.from_lonlat(&mut places)?;
        let places: Vec<Coord<f64>> =
            places.into_iter().map(|at| self.of_plane(at)).collect::<Option<_>>().unwrap_or_default();
        if places.len() < 2 {
            return Err(cuts_nothing());
        }
        Ok(half_plane(&places, self.place(high)))
    }

    /// The polygons that may touch the conflict, as one ground.
    fn near(&self, polygons: &[Vec<LineString<f64>>], ground: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        let Some(around) = ground.bounding_rect() else { return MultiPolygon::new(Vec::new()) };
        let ring =
            |ring: &LineString<f64>| ring.0.iter().filter_map(|&at| self.of_plane(at)).collect::<LineString<f64>>();
        let polygon = |rings: &Vec<LineString<f64>>| {
            let mut rings = rings.iter().map(ring);
            Polygon::new(rings.next().unwrap_or_else(|| LineString::new(Vec::new())), rings.collect())
        };
        let touches = |polygon: &Polygon<f64>| {
            polygon.bounding_rect().is_some_and(|own| {
                own.min().x <= around.max().x
                    && own.max().x >= around.min().x
                    && own.min().y <= around.max().y
                    && own.max().y >= around.min().y
            })
        };
        let near: Vec<Polygon<f64>> = polygons.iter().map(polygon).filter(touches).collect();
        unary_union(&near)
    }

    /// The polygons on the grid, in the plane; those that enclose nothing there are left out.
    fn rounded(&self, side: &MultiPolygon<f64>, corners: &HashSet<[i64; 2]>) -> Vec<Rings> {
        let on_grid = |at: Coord<f64>| {
            let [x, y] = corner_near(whole(at), corners);
            Coord { x: x as f64, y: y as f64 }
        };
        let ring = |ring: &LineString<f64>| LineString::new(ring.0.iter().map(|&at| on_grid(at)).collect());
        let encloses = |ring: &LineString<f64>| Polygon::new(ring.clone(), Vec::new()).unsigned_area() > 0.0;
        let in_plane = |ring: LineString<f64>| {
            let point = |at: &Coord<f64>| {
                let unit = |far: f64, from: i32| (far as i64 + i64::from(from)) as i32;
                self.grid.locate(Point::new(unit(at.x, self.origin.x), unit(at.y, self.origin.y))).into()
            };
            ring.0.iter().map(point).collect::<Vec<[f64; 2]>>()
        };
        let polygon = |polygon: &Polygon<f64>| {
            let outer = Some(ring(polygon.exterior())).filter(encloses)?;
            let holes = polygon.interiors().iter().map(ring).filter(encloses);
            Some(std::iter::once(outer).chain(holes).map(in_plane).collect::<Rings>())
        };
        side.iter().filter_map(polygon).collect()
    }
}

/// A place as whole grid units.
fn whole(at: Coord<f64>) -> [i64; 2] {
    [at.x.round() as i64, at.y.round() as i64]
}

/// A corner of the conflict that rounding may have moved, or the place itself: beside its own corner a
/// side would leave a gap that nobody sees.
fn corner_near([x, y]: [i64; 2], corners: &HashSet<[i64; 2]>) -> [i64; 2] {
    let around = (-2..=2).flat_map(|dx| (-2..=2).map(move |dy: i64| (dx * dx + dy * dy, [x + dx, y + dy])));
    let near = around.filter(|(_, place)| corners.contains(place)).min();
    near.map_or([x, y], |(_, place)| place)
}

/// Everything left of a line whose ends are drawn on beyond a circle around the box from zero to `high`.
fn half_plane(line: &[Coord<f64>], high: Coord<f64>) -> MultiPolygon<f64> {
    let middle = high / 2.0;
    let reach = line.iter().map(|&at| length(at - middle)).fold(length(high), f64::max) * 2.0 + 16.0;
    let (first, last) = (line[0], line[line.len() - 1]);
    let start = beyond(line[1], first, middle, reach);
    let end = beyond(line[line.len() - 2], last, middle, reach);
    let angle = |at: Coord<f64>| (at.y - middle.y).atan2(at.x - middle.x);
    let (from, mut to) = (angle(end), angle(start));
    if to <= from {
        to += std::f64::consts::TAU;
    }
    // Chords of 15° stay far outside of the conflict.
    let steps = ((to - from) / (std::f64::consts::PI / 12.0)).ceil().max(1.0);
    let on_circle = |step: f64| {
        let (sin, cos) = (from + (to - from) * step / steps).sin_cos();
        Coord { x: middle.x + reach * cos, y: middle.y + reach * sin }
    };
    let arc = (1..steps as u32).map(|step| on_circle(f64::from(step)));
    let ring = std::iter::once(start).chain(line.iter().copied()).chain([end]).chain(arc).collect();
    MultiPolygon::new(vec![Polygon::new(ring, Vec::new())])
}

fn length(at: Coord<f64>) -> f64 {
    at.x.hypot(at.y)
}

/// Where the way from one place through another leaves the circle around `middle`.
fn beyond(from: Coord<f64>, through: Coord<f64>, middle: Coord<f64>, reach: f64) -> Coord<f64> {
    let way = through - from;
    let way = if length(way) > 0.0 { way / length(way) } else { Coord { x: 1.0, y: 0.0 } };
    let out = through - middle;
    let along = out.x * way.x + out.y * way.y;
    through + way * (-along + (along * along + reach * reach - length(out).powi(2)).sqrt())
}

/// Returns the layer that cuts along all splits, in the plane of a run; `None` without any.
pub(crate) fn layer(splits: &[Split], crs: &Crs) -> Result<Option<Layer>, Problem> {
    if splits.is_empty() {
        return Ok(None);
    }
    let mut features = Vec::new();
    for split in splits {
        for (side, polygons) in (0..).zip(&split.sides) {
            let polygons = polygons.iter().map(|rings| rings.iter().map(|ring| placed(ring, split, crs)).collect());
            features.push(Feature {
                fid: i64::from(split.number) * 2 + side,
                class: None,
                attributes: Attributes::default(),
                polygons: polygons.collect::<Result<_, Problem>>()?,
            });
        }
    }
    Ok(Some(Layer { name: "splits".into(), class: ClassId::new(""), features }))
}

/// A ring in the plane of a run, which may be another one than that of the split.
fn placed(ring: &[[f64; 2]], split: &Split, crs: &Crs) -> Result<LineString<f64>, Problem> {
    let mut places: Vec<Coord<f64>> = ring.iter().map(|&place| place.into()).collect();
    if split.crs != crs.name() {
        Crs::parse(&split.crs)?.to_lonlat(&mut places)?;
        crs.from_lonlat(&mut places)?;
    }
    Ok(LineString::new(places))
}

/// Returns the split that has made a conflict a part, the latest if there are several.
pub(crate) fn of_conflict<'a>(asked: Asked<'a>, splits: &'a [Split], index: u32) -> Option<&'a Split> {
    let cut = &asked.outcome.cut;
    let face = *cut.conflicts[index as usize].faces.first()?;
    let latest = cut.partition.cuts(face).iter().map(|&side| cut.partition.feature(side).fid / 2).max()?;
    splits.iter().find(|split| i64::from(split.number) == latest)
}

/// Returns a split as the window shows it.
pub(crate) fn view(split: &Split) -> api::SplitView {
    api::SplitView {
        number: split.number,
        along: split.along.clone(),
        who: split.who.clone(),
        when: split.when.clone(),
    }
}

fn cuts_nothing() -> Problem {
    problem::problem(
        ["这条线没有把冲突分成两部分。", "The line does not cut the conflict in two."].map(str::to_owned),
        [
            "请从冲突的一侧画到另一侧，穿过整个冲突；用边界文件时，请选边界穿过该冲突的文件。",
            "Draw it across the whole conflict, from one side to the other; a file must have a border that runs through it.",
        ],
    )
}
