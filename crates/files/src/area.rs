//! Ellipsoidal areas (椭球面积): on CGCS2000, edges running along geodesics.
//!
//! An edge's share is the area between it and the equator; the shares of a ring add up to its
//! area. The share of an edge run backwards is exactly the negative, so the areas of the parts of
//! a partition add up to the whole but for the rounding of the sums.
//!
//! Shares come from the sphere of the same area (authalic latitudes), along great circles; that
//! differs from the geodesic by less than 10⁻⁴ m² for an edge of 100 m. Longer edges are done on
//! the ellipsoid itself.

use crate::bend;
use crate::crs::Crs;
use crate::error::FileError;
use crate::wkb::Polygon;
use geo::{Coord, LineString};
use geographiclib_rs::{Geodesic, InverseGeodesic};
use lantu_engine::{GridPolygon, PrecisionModel};
use std::sync::OnceLock;

/// CGCS2000's semi-major axis in metres.
const A: f64 = 6_378_137.0;
/// CGCS2000's flattening.
const F: f64 = 1.0 / 298.257_222_101;
/// Edges longer than this, in degrees, are done on the ellipsoid: about 100 m.
const LONG: f64 = 1e-3;

/// Returns the ellipsoidal area of each shape in m², in order.
///
/// Shapes are polygons on the grid of a plane in `crs`; their edges are straight in that plane.
///
/// # Errors
/// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
pub fn ellipsoid_areas(
    crs: &Crs,
    grid: &PrecisionModel,
    shapes: impl IntoIterator<Item = Vec<GridPolygon>>,
) -> Result<Vec<f64>, FileError> {
    let mut areas = Vec::new();
    bend::to_lonlat(crs, grid, shapes, |polygons| areas.push(of_polygons(&polygons)))?;
    Ok(areas)
}

/// Returns the ellipsoidal area in m² of polygons in longitude and latitude, outer rings
/// counter-clockwise and holes clockwise.
pub(crate) fn of_polygons(polygons: &[Polygon]) -> f64 {
    polygons.iter().flatten().map(of_ring).sum()
}

/// The signed area of a closed ring: positive if counter-clockwise.
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
}
