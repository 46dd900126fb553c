//! Takes polygons from the project's plane to longitude and latitude, edges bent with the plane.
//!
//! An edge that is straight in the plane is a curve in longitude and latitude. Points are added
//! where the curve leaves the chord by more than [`TOLERANCE`]. What is added depends only on the
//! edge's two ends, taken in their order on the grid, so that both sides of a shared edge get
//! exactly the same points.

use crate::chart::{CLOSE, Charts, Place};
use crate::crs::{Crs, METRES_PER_DEGREE};
use crate::error::FileError;
use crate::wkb::Polygon;
use geo::{Coord, LineString};
use lantu_engine::{GridPolygon, Point, PrecisionModel};

/// How far a chord may be from the edge that it stands for, in metres.
const TOLERANCE: f64 = 0.02;
/// Shorter edges bend less than a millimetre anywhere below 85° of latitude; in metres.
pub(crate) const SHORT: f64 = 100.0;
/// Where along an edge its bend is measured.
const PROBES: [f64; 3] = [0.25, 0.5, 0.75];
/// At most this many pieces per edge; only a projection's own edge asks for more.
const MOST: usize = 4096;
/// The steps that a grid of longitude and latitude may have, per degree: see [`Projecting::points`].
const GRIDS: [f64; 3] = [1e9, 1e8, 1e7];

/// Takes shapes from a plane to longitude and latitude, with closed rings.
pub(crate) struct Projecting<'a> {
    crs: &'a Crs,
    grid: &'a PrecisionModel,
    charts: Charts<'a>,
    places: Vec<Place>,
}

impl<'a> Projecting<'a> {
    /// Takes shapes from a grid in the plane of a CRS.
    pub(crate) fn new(crs: &'a Crs, grid: &'a PrecisionModel) -> Self {
        Self { crs, grid, charts: Charts::new(crs, f64::to_radians), places: Vec::new() }
    }

    /// Returns the shapes in longitude and latitude, in order.
    pub(crate) fn shapes(&mut self, shapes: &[Vec<GridPolygon>]) -> Result<Vec<Vec<Polygon>>, FileError> {
        let (crs, grid) = (self.crs, self.grid);
        let coords = self.points(rings(shapes).flatten().map(|&p| grid.locate(p)).collect())?;
        let mut long = if crs.is_geographic() { Vec::new() } else { long_edges(crs, grid, shapes) };
        measure(crs, grid, &mut long)?;
        long.retain(|edge| edge.pieces > 1);
        let mut between: Vec<Coord<f64>> = Vec::new();
        for edge in &long {
            let (a, b) = (grid.locate(edge.ends.0), grid.locate(edge.ends.1));
            let steps = (1..edge.pieces).map(|k| along(a, b, k as f64 / edge.pieces as f64));
            between.extend(steps);
        }
        crs.to_lonlat(&mut between)?;
        Ok(assemble(shapes, &coords, &long, &between))
    }

    /// Takes points over by the charts. They follow PROJ to a hundredth of the finest grid's step;
    /// where that leaves open to which grid point a coordinate will be rounded, PROJ itself is asked.
    /// So on the grid all points are where PROJ puts them.
    fn points(&mut self, mut points: Vec<Coord<f64>>) -> Result<Vec<Coord<f64>>, FileError> {
        self.places.clear();
        self.charts.places(points.iter().copied(), &mut self.places)?;
        let (mut open, mut asked) = (Vec::new(), Vec::new());
        for (at, (point, &[lon, lat])) in points.iter_mut().zip(&self.places).enumerate() {
            let (lon, lat) = (lon.to_degrees(), lat.to_degrees());
            if is_open(lon) || is_open(lat) {
                open.push(at);
                asked.push(*point);
            }
            *point = Coord { x: lon, y: lat };
        }
        self.crs.to_lonlat(&mut asked)?;
        open.into_iter().zip(asked).for_each(|(at, asked)| points[at] = asked);
        Ok(points)
    }
}

/// Whether a coordinate of a chart is so near to the middle between two steps of a grid that PROJ's
/// may be rounded to the other.
fn is_open(degrees: f64) -> bool {
    let close = CLOSE.to_degrees();
    GRIDS.iter().any(|per_degree| {
        let steps = degrees * per_degree;
        ((steps - steps.floor()) - 0.5).abs() < close * per_degree
    })
}

/// A long edge and what is between its ends.
struct LongEdge {
    /// The index of its first end among all points of the batch.
    at: usize,
    ends: (Point, Point),
    /// Whether the ring runs from the smaller end to the larger.
    forward: bool,
    pieces: usize,
}

fn rings(shapes: &[Vec<GridPolygon>]) -> impl Iterator<Item = &Vec<Point>> {
    shapes.iter().flatten().flatten()
}

fn along(a: Coord<f64>, b: Coord<f64>, t: f64) -> Coord<f64> {
    Coord { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t }
}

fn long_edges(crs: &Crs, grid: &PrecisionModel, shapes: &[Vec<GridPolygon>]) -> Vec<LongEdge> {
    let short = SHORT / crs.metres_per_unit() * grid.scale;
    let mut long = Vec::new();
    let mut at = 0;
    for ring in rings(shapes) {
        for (k, &p) in ring.iter().enumerate() {
            let q = ring[(k + 1) % ring.len()];
            let (dx, dy) = (f64::from(q.x) - f64::from(p.x), f64::from(q.y) - f64::from(p.y));
            if dx.hypot(dy) > short {
                long.push(LongEdge { at: at + k, ends: (p.min(q), p.max(q)), forward: p < q, pieces: 1 });
            }
        }
        at += ring.len();
    }
    long
}

/// Returns an edge of the plane in longitude and latitude, ends and bends.
pub(crate) fn edge(crs: &Crs, a: Coord<f64>, b: Coord<f64>) -> Result<Vec<Coord<f64>>, FileError> {
    let mut probes = vec![a, b];
    probes.extend(PROBES.map(|t| along(a, b, t)));
    crs.to_lonlat(&mut probes)?;
    let pieces = if crs.is_geographic() { 1 } else { pieces(&probes) };
    let mut points: Vec<Coord<f64>> = (0..=pieces).map(|k| along(a, b, k as f64 / pieces as f64)).collect();
    crs.to_lonlat(&mut points)?;
    Ok(points)
}

/// Into how many pieces an edge must be cut, by its ends and what is between them.
fn pieces(probes: &[Coord<f64>]) -> usize {
    let metres = |t: f64, at: Coord<f64>| {
        let chord = along(probes[0], probes[1], t);
        let east = (at.x - chord.x) * chord.y.to_radians().cos();
        east.hypot(at.y - chord.y) * METRES_PER_DEGREE
    };
    let bend = PROBES.iter().zip(&probes[2..]).map(|(&t, &at)| metres(t, at)).fold(0.0, f64::max);
    // Cutting an arc into n pieces makes its bend n² times smaller.
    let pieces = (bend / TOLERANCE).sqrt().ceil();
    if pieces.is_finite() { (pieces as usize).clamp(1, MOST) } else { 1 }
}

/// Finds into how many pieces each long edge must be cut.
fn measure(crs: &Crs, grid: &PrecisionModel, long: &mut [LongEdge]) -> Result<(), FileError> {
    const EACH: usize = PROBES.len() + 2;
    let mut probes: Vec<Coord<f64>> = Vec::with_capacity(EACH * long.len());
    for edge in long.iter() {
        let (a, b) = (grid.locate(edge.ends.0), grid.locate(edge.ends.1));
        probes.extend([a, b]);
        probes.extend(PROBES.map(|t| along(a, b, t)));
    }
    crs.to_lonlat(&mut probes)?;
    for (edge, probes) in long.iter_mut().zip(probes.chunks_exact(EACH)) {
        edge.pieces = pieces(probes);
    }
    Ok(())
}

fn assemble(
    shapes: &[Vec<GridPolygon>],
    coords: &[Coord<f64>],
    long: &[LongEdge],
    between: &[Coord<f64>],
) -> Vec<Vec<Polygon>> {
    let mut at = 0;
    let mut long = long.iter().peekable();
    let mut added = 0;
    let mut ring_of = |ring: &Vec<Point>| {
        let mut out = Vec::with_capacity(ring.len() + 1);
        let end = at + ring.len();
        while at < end {
            out.push(coords[at]);
            if let Some(edge) = long.next_if(|edge| edge.at == at) {
                let points = &between[added..added + edge.pieces - 1];
                added += edge.pieces - 1;
                if edge.forward { out.extend(points) } else { out.extend(points.iter().rev()) }
            }
            at += 1;
        }
        out.extend(out.first().copied());
        LineString(out)
    };
    shapes
        .iter()
        .map(|shape| shape.iter().map(|polygon| polygon.iter().map(&mut ring_of).collect()).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Rect;

    fn grid() -> PrecisionModel {
        let extent = Rect::new(Coord { x: 400_000.0, y: 5_200_000.0 }, Coord { x: 500_000.0, y: 5_260_000.0 });
        PrecisionModel::covering(extent, 1e-4).unwrap()
    }

    fn point(x: f64, y: f64) -> Point {
        grid().snap(Coord { x, y }).unwrap()
    }

    fn bent(rings: Vec<Vec<Point>>) -> Vec<Polygon> {
        let (crs, grid) = (Crs::epsg(32_632).unwrap(), grid());
        Projecting::new(&crs, &grid).shapes(&[vec![rings]]).unwrap().remove(0)
    }

    #[test]
    fn both_sides_of_a_long_edge_get_the_same_points() {
        let (a, b) = (point(410_000.0, 5_210_000.0), point(430_000.0, 5_212_000.0));
        let below = bent(vec![vec![a, point(420_000.0, 5_201_000.0), b]]);
        let above = bent(vec![vec![a, b, point(420_000.0, 5_230_000.0)]]);
        let (ring_below, ring_above) = (&below[0][0].0, &above[0][0].0);
        let shared = ring_below.iter().filter(|c| ring_above.contains(c)).count();
        assert!(shared > 10, "{shared} points are shared");
    }

    #[test]
    fn a_chord_stays_within_the_tolerance_of_its_edge() {
        let crs = Crs::epsg(32_632).unwrap();
        let (a, b) = (point(410_000.0, 5_210_000.0), point(490_000.0, 5_255_000.0));
        let polygons = bent(vec![vec![a, b, point(410_000.0, 5_255_000.0)]]);
        let ring = &polygons[0][0].0;
        let mut middles: Vec<Coord<f64>> = ring.windows(2).map(|w| along(w[0], w[1], 0.5)).collect();
        crs.from_lonlat(&mut middles).unwrap();
        let (a, b) = (grid().locate(a), grid().locate(b));
        let length = (b.x - a.x).hypot(b.y - a.y);
        let off = |c: &Coord<f64>| ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).abs() / length;
        let on_first_edge = middles.iter().filter(|c| off(c) < 100.0);
        let worst = on_first_edge.map(off).fold(0.0, f64::max);
        assert!(worst < 0.03, "{worst}");
        assert!(worst > 0.001, "points are added only where they are needed: {worst}");
    }

    #[test]
    fn short_edges_are_left_alone() {
        let polygons = bent(vec![vec![
            point(410_000.0, 5_210_000.0),
            point(410_050.0, 5_210_000.0),
            point(410_050.0, 5_210_050.0),
        ]]);
        assert_eq!(polygons[0][0].0.len(), 4);
    }

    #[test]
    fn on_the_grid_of_a_file_points_are_where_proj_puts_them() {
        let (crs, grid) = (Crs::epsg(32_632).unwrap(), grid());
        let points: Vec<Coord<f64>> = (0..60_000i64)
            .map(|k| point(400_000.0 + (k * 7919 % 99_991) as f64, 5_200_000.0 + (k * 104_729 % 59_999) as f64))
            .map(|p| grid.locate(p))
            .collect();
        let ours = Projecting::new(&crs, &grid).points(points.clone()).unwrap();
        let mut projs = points;
        crs.to_lonlat(&mut projs).unwrap();
        for per_degree in GRIDS {
            let file =
                PrecisionModel { scale: per_degree, origin: [(9.0 * per_degree) as i64, (47.0 * per_degree) as i64] };
            assert!(
                ours.iter()
                    .zip(&projs)
                    .all(|(&ours, &proj)| file.snap(ours).is_some() && file.snap(ours) == file.snap(proj))
            );
        }
        let asked = ours.iter().filter(|at| is_open(at.x) || is_open(at.y)).count();
        assert!((1..6_000).contains(&asked), "{asked}");
    }
}
