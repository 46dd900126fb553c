//! Ellipsoidal areas (椭球面积): on CGCS2000, edges running along geodesics.
//!
//! An edge's share is the area between it and the equator; the shares of a ring add up to its
//! area. The share of an edge run backwards is exactly the negative, so the areas of the parts of
//! a partition add up to the whole but for the rounding of the sums.
//!
//! Shares come from the sphere of the same area (authalic latitudes), along great circles; that
//! differs from the geodesic by less than 10⁻⁴ m² for an edge of 100 m. Longer edges are done on
//! the ellipsoid itself.

use crate::Progress;
use crate::bend;
use crate::chart::{Charts, Place};
use crate::crs::Crs;
use crate::error::FileError;
use crate::wkb::Polygon;
use geo::{Coord, LineString};
use geographiclib_rs::{Geodesic, InverseGeodesic};
use lantu_engine::{FaceId, Partition, Point};
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// CGCS2000's semi-major axis in metres.
const A: f64 = 6_378_137.0;
/// CGCS2000's flattening.
const F: f64 = 1.0 / 298.257_222_101;
/// Edges longer than this, in degrees, are done on the ellipsoid: about 100 m.
const LONG: f64 = 1e-3;

/// How many arcs are measured before the watcher is asked again.
const STRETCH: usize = 1 << 12;

/// The ellipsoidal areas of everything that is made of a partition's arcs.
///
/// Each arc is measured once; the area of a group of faces is a sum along its boundary.
#[derive(Debug)]
pub struct ArcAreas {
    /// What each arc adds to the area on its left, in m².
    shares: Vec<f64>,
}

impl ArcAreas {
    /// Measures the arcs of a partition whose plane is in `crs`.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude, and
    /// [`FileError::Cancelled`], of no file, if `watch` says so.
    pub fn of(partition: &Partition, crs: &Crs, watch: Progress<'_>) -> Result<Self, FileError> {
        let arcs = 0..partition.arc_count() as u32;
        let mut shares = vec![0.0; arcs.len()];
        let done = AtomicUsize::new(0);
        shares.par_chunks_mut(STRETCH).zip(arcs.into_par_iter().step_by(STRETCH)).try_for_each_init(
            || Measuring::new(partition, crs),
            |measuring, (shares, first)| {
                let before = done.fetch_add(shares.len(), Ordering::Relaxed);
                if !watch(before as f64 / partition.arc_count() as f64) {
                    return Err(FileError::Cancelled { path: PathBuf::new() });
                }
                shares.iter_mut().zip(first..).try_for_each(|(share, arc)| {
                    *share = measuring.share(arc)?;
                    Ok(())
                })
            },
        )?;
        Ok(Self { shares })
    }

    /// Returns the area of a group of faces in m²; `inside` says of a face whether it belongs to it.
    pub fn area(&self, partition: &Partition, faces: &[FaceId], inside: impl Fn(FaceId) -> bool) -> f64 {
        let edges = faces.iter().flat_map(|&face| partition.half_edges(face));
        let border = edges.filter(|edge| !inside(partition.left(edge ^ 1)));
        border
            .map(|edge| if edge & 1 == 0 { self.shares[edge as usize / 2] } else { -self.shares[edge as usize / 2] })
            .sum()
    }

    /// Returns the areas of `count` groups of faces in m²; `owner` says of each face which group it
    /// belongs to, if it is one of them.
    pub fn of_groups(&self, partition: &Partition, owner: &[u32], count: usize) -> Vec<f64> {
        let mut areas = vec![0.0; count];
        for (arc, &share) in self.shares.iter().enumerate() {
            let (left, right) = partition.sides(arc as u32);
            let (left, right) = (owner[left as usize], owner[right as usize]);
            if left == right {
                continue;
            }
            if let Some(area) = areas.get_mut(left as usize) {
                *area += share;
            }
            if let Some(area) = areas.get_mut(right as usize) {
                *area -= share;
            }
        }
        areas
    }
}

/// Measures one arc after another.
struct Measuring<'a> {
    partition: &'a Partition,
    crs: &'a Crs,
    charts: Charts<'a>,
    places: Vec<Place>,
    /// Longer edges may bend and are cut before they are measured; in grid units.
    short: f64,
}

impl<'a> Measuring<'a> {
    fn new(partition: &'a Partition, crs: &'a Crs) -> Self {
        let charts = Charts::new(crs, |latitude| Sphere::get().half_tangent(latitude));
        let short = bend::SHORT / crs.metres_per_unit() * partition.grid.scale;
        Self { partition, crs, charts, places: Vec::new(), short }
    }

    fn share(&mut self, arc: u32) -> Result<f64, FileError> {
        let (grid, points) = (&self.partition.grid, self.partition.arc_points(arc));
        self.places.clear();
        self.charts.places(points.iter().map(|&point| grid.locate(point)), &mut self.places)?;
        let mut sum = 0.0;
        for (ends, places) in points.windows(2).zip(self.places.windows(2)) {
            let (dx, dy) = (f64::from(ends[1].x) - f64::from(ends[0].x), f64::from(ends[1].y) - f64::from(ends[0].y));
            sum -= if dx.abs().max(dy.abs()) <= self.short {
                Sphere::get().short_share(places[0], places[1])
            } else {
                self.long_share(ends[0], ends[1])?
            };
        }
        Ok(sum)
    }

    /// The share of an edge that may bend, measured from its smaller end whichever way it runs.
    fn long_share(&self, from: Point, to: Point) -> Result<f64, FileError> {
        let grid = &self.partition.grid;
        let bent = bend::edge(self.crs, grid.locate(from.min(to)), grid.locate(from.max(to)))?;
        let share = -of_ring(&LineString(bent));
        Ok(if from < to { share } else { -share })
    }
}

/// Returns the ellipsoidal area in m² of polygons in longitude and latitude, outer rings
/// counter-clockwise and holes clockwise.
pub(crate) fn of_polygons(polygons: &[Polygon]) -> f64 {
    polygons.iter().flatten().map(of_ring).sum()
}

/// The signed area of a closed ring, positive if counter-clockwise; for an open chain, what it adds
/// to the area on its left.
fn of_ring(ring: &LineString<f64>) -> f64 {
    let sphere = Sphere::get();
    let mut sum = 0.0;
    let mut before: Option<(Coord<f64>, f64)> = None;
    for &coord in &ring.0 {
        let here = (coord, sphere.half_tangent(coord.y));
        if let Some(start) = before {
            sum -= sphere.share(start, here);
        }
        before = Some(here);
    }
    sum
}

/// The sphere with the ellipsoid's area.
struct Sphere {
    radius2: f64,
    e: f64,
    q_pole: f64,
    ellipsoid: Geodesic,
}

impl Sphere {
    fn get() -> &'static Self {
        static SPHERE: OnceLock<Sphere> = OnceLock::new();
        SPHERE.get_or_init(|| {
            let e = (F * (2.0 - F)).sqrt();
            let q_pole = q(1.0, e);
            Self { radius2: A * A * q_pole / 2.0, e, q_pole, ellipsoid: Geodesic::new(A, F) }
        })
    }

    /// The tangent of half the authalic latitude of a latitude in degrees.
    fn half_tangent(&self, latitude: f64) -> f64 {
        let sine = q(latitude.to_radians().sin(), self.e) / self.q_pole;
        sine / (1.0 + (1.0 - sine * sine).max(0.0).sqrt())
    }

    /// The area between an edge and the equator, positive if it runs east in the north.
    fn share(&self, (a, ta): (Coord<f64>, f64), (b, tb): (Coord<f64>, f64)) -> f64 {
        let east = b.x - a.x;
        if east.abs().max((b.y - a.y).abs()) > LONG {
            return self.long_share(a, b);
        }
        let half = (east.to_radians() / 2.0).tan();
        2.0 * (half * (ta + tb) / (1.0 + ta * tb)).atan() * self.radius2
    }

    /// The share of an edge of some hundred metres at most, between longitudes in radians and
    /// tangents of half the authalic latitudes: the series end where doubles do.
    fn short_share(&self, a: Place, b: Place) -> f64 {
        let half = (b[0] - a[0]) / 2.0;
        let tangent = half * (1.0 + half * half / 3.0);
        let y = tangent * (a[1] + b[1]) / (1.0 + a[1] * b[1]);
        2.0 * y * (1.0 - y * y / 3.0) * self.radius2
    }

    fn long_share(&self, a: Coord<f64>, b: Coord<f64>) -> f64 {
        // Always computed in the same direction, so that there and back cancel exactly.
        let forward = (a.x, a.y) <= (b.x, b.y);
        let (from, to) = if forward { (a, b) } else { (b, a) };
        type All = (f64, f64, f64, f64, f64, f64, f64, f64);
        let all: All = self.ellipsoid.inverse(from.y, from.x, to.y, to.x);
        if forward { all.6 } else { -all.6 }
    }
}

/// Proportional to the area between the equator and the latitude of this sine.
fn q(sine: f64, e: f64) -> f64 {
    (1.0 - e * e) * (sine / (1.0 - e * e * sine * sine) + (e * sine).atanh() / e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{GeodesicArea, Polygon as GeoPolygon};
    use lantu_engine::{ClassId, Feature, Layer, PrecisionModel, Unwatched, normalise, overlay};

    fn ring(west: f64, south: f64, width: f64, height: f64, points_per_side: usize) -> LineString<f64> {
        let corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height), (0.0, 0.0)];
        let sides = corners.windows(2).flat_map(|side| {
            (0..points_per_side).map(move |k| {
                let t = k as f64 / points_per_side as f64;
                Coord {
                    x: west + side[0].0 + t * (side[1].0 - side[0].0),
                    y: south + side[0].1 + t * (side[1].1 - side[0].1),
                }
            })
        });
        let mut coords: Vec<_> = sides.collect();
        coords.push(coords[0]);
        LineString(coords)
    }

    #[test]
    fn areas_are_those_of_geodesics() {
        for (south, size, per_side) in
            [(19.3, 0.002, 4), (47.1, 0.5, 1), (47.1, 0.003, 5), (-35.0, 0.05, 80), (80.0, 0.01, 12)]
        {
            let ring = ring(109.3, south, size, size * 0.7, per_side);
            let expected = GeoPolygon::new(ring.clone(), vec![]).geodesic_area_signed();
            let relative = of_ring(&ring) / expected - 1.0;
            assert!(relative.abs() < 2e-8, "{south} {size}: {relative:e}");
        }
    }

    #[test]
    fn areas_are_those_of_projs_equal_area_projection() {
        use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
        let ellipsoid = "+a=6378137 +rf=298.257222101 +no_defs +type=crs";
        let [mut lonlat, flat] = ["+proj=longlat", "+proj=cea +lat_ts=20 +lon_0=109"]
            .map(|projection| SpatialRef::from_proj4(&format!("{projection} {ellipsoid}")).unwrap());
        lonlat.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let way = CoordTransform::new(&lonlat, &flat).unwrap();
        for (south, size, per_side) in [(19.3, 0.02, 200), (18.2, 0.5, 5000), (47.1, 0.003, 50)] {
            let ring = ring(109.3, south, size, size * 0.7, per_side);
            let (mut x, mut y): (Vec<f64>, Vec<f64>) = ring.0.iter().map(|at| (at.x, at.y)).unzip();
            way.transform_coords(&mut x, &mut y, &mut []).unwrap();
            let (x0, y0) = (x[0], y[0]);
            let cross = |k: usize| (x[k] - x0) * (y[k + 1] - y0) - (x[k + 1] - x0) * (y[k] - y0);
            let expected = (0..x.len() - 1).map(cross).sum::<f64>() / 2.0;
            let relative = of_ring(&ring) / expected - 1.0;
            assert!(relative.abs() < 1e-8, "{south} {size}: {relative:e}");
        }
    }

    #[test]
    fn the_whole_northern_hemisphere_is_half_of_the_ellipsoid() {
        let sphere = Sphere::get();
        let whole = 4.0 * std::f64::consts::PI * sphere.radius2;
        assert!((whole / sphere.ellipsoid.area() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let whole = of_ring(&ring(110.0, 20.0, 0.02, 0.01, 1));
        let mut left = ring(110.0, 20.0, 0.01, 0.01, 1);
        let mut right = ring(110.01, 20.0, 0.01, 0.01, 1);
        let parts = of_ring(&left) + of_ring(&right);
        // A geodesic between the outer corners does not pass through the middle ones.
        assert!((parts - whole).abs() / whole < 1e-6);
        left.0.reverse();
        assert_eq!(of_ring(&left), -of_ring(&ring(110.0, 20.0, 0.01, 0.01, 1)));
        right.0.reverse();
        assert!(of_ring(&right) < 0.0);
    }

    /// A layer of one polygon, cut, and its area by arcs.
    fn by_arcs(crs: &Crs, rings: Vec<LineString<f64>>) -> (f64, Vec<Polygon>) {
        let feature = Feature { polygons: vec![rings], ..Feature::default() };
        let extent = crate::placed::extent(std::slice::from_ref(&feature)).unwrap();
        let grid = PrecisionModel::covering(extent, 1e-4).unwrap();
        let layer = Layer { name: "a".into(), class: ClassId::new("a"), features: vec![feature] };
        let partition =
            overlay(vec![normalise(layer, &grid, &Unwatched).unwrap().value], &grid, &Unwatched).unwrap().value;
        let arcs = ArcAreas::of(&partition, crs, &|_| true).unwrap();
        let faces: Vec<FaceId> =
            partition.bounded_faces().filter(|&face| !partition.parents(face).is_empty()).collect();
        let owner: Vec<u32> =
            (0..partition.face_count() as FaceId).map(|face| u32::from(partition.parents(face).is_empty())).collect();
        let inside = |face: FaceId| !partition.parents(face).is_empty();
        let shapes = bend::Projecting::new(crs, &grid).shapes(&[partition.polygons(&faces, inside)]).unwrap();
        let lonlat = shapes.into_iter().flatten().collect();
        let area = arcs.area(&partition, &faces, inside);
        let by_group = arcs.of_groups(&partition, &owner, 1)[0];
        assert!((area - by_group).abs() <= 1e-6 * (1.0 + area.sqrt()), "{area} {by_group}");
        (area, lonlat)
    }

    #[test]
    fn areas_by_arcs_are_those_of_the_polygons_in_longitude_and_latitude() {
        for (code, x, y) in [(4546, 350_000.0, 2_010_000.0), (32_632, 540_000.0, 5_220_000.0)] {
            let crs = Crs::epsg(code).unwrap();
            for (size, per_side) in [(90.0, 3), (2_000.0, 170), (30_000.0, 1), (30_000.0, 1_000)] {
                let outer = ring(x, y, size, size * 0.7, per_side);
                let mut hole = ring(x + size / 3.0, y + size / 5.0, size / 4.0, size / 9.0, per_side);
                hole.0.reverse();
                let (area, lonlat) = by_arcs(&crs, vec![outer, hole]);
                let relative = area / of_polygons(&lonlat) - 1.0;
                assert!(relative.abs() < 1e-10, "{code} {size} {per_side}: {relative:e}");
            }
        }
    }
}
