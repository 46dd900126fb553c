//! From the plane to longitude and latitude by local polynomials, for the millions of points whose
//! areas are added up.
//!
//! A projection is smooth: over a few kilometres a polynomial of degree five follows it to less
//! than a tenth of a micrometre, at a fiftieth of the cost. Each block of the plane gets one,
//! fitted to PROJ at Chebyshev nodes and tried between them; a block in which it does not follow
//! (a projection's own edge) asks PROJ for every point.

use crate::crs::Crs;
use crate::error::FileError;
use geo::Coord;
use std::collections::HashMap;
use std::f64::consts::PI;
use std::sync::OnceLock;

/// Coefficients per axis: degree five.
const N: usize = 6;
/// The side of a block in metres.
const BLOCK_M: f64 = 4096.0;
/// How far a polynomial may be from PROJ, in radians: 0.6 µm on the ground.
pub(crate) const CLOSE: f64 = 1e-13;

/// What a place is on the ellipsoid: longitude in radians and a value of its latitude.
pub type Place = [f64; 2];

/// The charts of a plane, made as points ask for them.
pub struct Charts<'a> {
    crs: &'a Crs,
    /// Makes of a latitude in degrees the value that is wanted of it.
    latitude: fn(f64) -> f64,
    side: f64,
    charts: Vec<Chart>,
    /// Which chart a block has; `None` if none follows the projection there.
    blocks: HashMap<[i64; 2], Option<usize>>,
    /// The chart that was needed last.
    last: Option<usize>,
}

struct Chart {
    middle: Coord<f64>,
    per_half: f64,
    longitude: f64,
    coefficients: [[Place; N]; N],
}

impl<'a> Charts<'a> {
    /// Returns the charts of a CRS, none made yet. `latitude` makes of a latitude in degrees the value that
    /// is wanted of it; it must be as smooth as the projection, or PROJ is asked for every point.
    pub fn new(crs: &'a Crs, latitude: fn(f64) -> f64) -> Self {
        // A power of two, so that no rounding makes two blocks claim a point.
        let side = (BLOCK_M / crs.metres_per_unit()).log2().round().exp2();
        Self { crs, latitude, side, charts: Vec::new(), blocks: HashMap::new(), last: None }
    }

    /// Appends the places of points of the plane; points that cannot be brought over are not finite.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
    pub fn places(
        &mut self,
        points: impl Iterator<Item = Coord<f64>>,
        places: &mut Vec<Place>,
    ) -> Result<(), FileError> {
        let side = self.side;
        let mut points = points.peekable();
        while let Some(&first) = points.peek() {
            let near = self.last.filter(|&last| self.charts[last].local(first).is_some());
            self.last = if near.is_some() { near } else { self.chart_of(key(first, side))? };
            let Some(last) = self.last else {
                let key = key(first, side);
                let here = std::iter::from_fn(|| points.next_if(|&point| self::key(point, side) == key));
                places.extend(exact(self.crs, self.latitude, here.collect())?);
                continue;
            };
            let chart = &self.charts[last];
            while let Some(local) = points.peek().and_then(|&point| chart.local(point)) {
                places.push(chart.at(local));
                points.next();
            }
        }
        Ok(())
    }

    fn chart_of(&mut self, key: [i64; 2]) -> Result<Option<usize>, FileError> {
        if let Some(&known) = self.blocks.get(&key) {
            return Ok(known);
        }
        let chart = Chart::fit(key, self.crs, self.latitude, self.side)?;
        let at = chart.is_some().then_some(self.charts.len());
        self.charts.extend(chart);
        self.blocks.insert(key, at);
        Ok(at)
    }
}

fn key(point: Coord<f64>, side: f64) -> [i64; 2] {
    [(point.x / side).floor() as i64, (point.y / side).floor() as i64]
}

/// The places by PROJ itself.
fn exact(crs: &Crs, latitude: fn(f64) -> f64, mut points: Vec<Coord<f64>>) -> Result<Vec<Place>, FileError> {
    crs.to_lonlat(&mut points)?;
    Ok(points.iter().map(|lonlat| [lonlat.x.to_radians(), latitude(lonlat.y)]).collect())
}

impl Chart {
    /// Returns the chart of a block, or `None` if no polynomial follows the projection there.
    fn fit(key: [i64; 2], crs: &Crs, latitude: fn(f64) -> f64, side: f64) -> Result<Option<Self>, FileError> {
        let half = side / 2.0;
        let middle = Coord { x: (key[0] as f64 + 0.5) * side, y: (key[1] as f64 + 0.5) * side };
        let at = |u: f64, v: f64| Coord { x: middle.x + u * half, y: middle.y + v * half };
        let nodes = nodes();
        let grid = nodes.iter().flat_map(|&u| nodes.map(|v| at(u, v)));
        let samples = exact(crs, latitude, grid.chain([at(0.0, 0.0)]).collect())?;
        let longitude = samples[N * N][0];
        let mut chart = Self { middle, per_half: 1.0 / half, longitude, coefficients: [[[0.0; 2]; N]; N] };
        let basis = basis();
        for (i, j) in (0..N).flat_map(|i| (0..N).map(move |j| (i, j))) {
            for (k, l) in (0..N).flat_map(|k| (0..N).map(move |l| (k, l))) {
                let weight = basis[i][k] * basis[j][l];
                let [lon, lat] = samples[k * N + l];
                chart.coefficients[i][j][0] += weight * (lon - longitude);
                chart.coefficients[i][j][1] += weight * lat;
            }
        }
        let tried = [(-1.0, -1.0), (1.0, 0.9), (-0.3, 1.0), (0.4, -0.7), (0.05, 0.1), (-1.0, 1.0), (1.0, -1.0)];
        let tried: Vec<Coord<f64>> = tried.iter().map(|&(u, v)| at(u, v)).collect();
        let follows = |(point, exact): (&Coord<f64>, Place)| {
            let [lon, lat] = chart.at(chart.within(*point));
            (lon - exact[0]).abs() < CLOSE && (lat - exact[1]).abs() < CLOSE
        };
        let places = exact(crs, latitude, tried.clone())?;
        Ok(tried.iter().zip(places).all(follows).then_some(chart))
    }

    /// A point as seen from the block's middle, the block reaching from −1 to 1.
    #[inline]
    fn within(&self, point: Coord<f64>) -> [f64; 2] {
        [(point.x - self.middle.x) * self.per_half, (point.y - self.middle.y) * self.per_half]
    }

    /// The same for points of the block alone.
    #[inline]
    fn local(&self, point: Coord<f64>) -> Option<[f64; 2]> {
        let [u, v] = self.within(point);
        let inside = -1.0..1.0;
        (inside.contains(&u) && inside.contains(&v)).then_some([u, v])
    }

    fn at(&self, [u, v]: [f64; 2]) -> Place {
        let mut sums = [0.0; 2];
        for row in self.coefficients.iter().rev() {
            let mut inner = [0.0; 2];
            for of_power in row.iter().rev() {
                inner = [inner[0] * v + of_power[0], inner[1] * v + of_power[1]];
            }
            sums = [sums[0] * u + inner[0], sums[1] * u + inner[1]];
        }
        [self.longitude + sums[0], sums[1]]
    }
}

/// Chebyshev's nodes in −1 to 1.
fn nodes() -> [f64; N] {
    std::array::from_fn(|k| ((k as f64 + 0.5) * PI / N as f64).cos())
}

/// Row i, column k: what the value at node k adds to the coefficient of the i-th power.
fn basis() -> &'static [[f64; N]; N] {
    static BASIS: OnceLock<[[f64; N]; N]> = OnceLock::new();
    BASIS.get_or_init(|| {
        let nodes = nodes();
        let mut basis = [[0.0; N]; N];
        for k in 0..N {
            // Lagrange's polynomial of node k, multiplied out.
            let mut polynomial = [0.0; N];
            polynomial[0] = 1.0;
            for other in (0..N).filter(|&other| other != k) {
                let scale = nodes[k] - nodes[other];
                for power in (0..N).rev() {
                    let lower = if power == 0 { 0.0 } else { polynomial[power - 1] };
                    polynomial[power] = (lower - nodes[other] * polynomial[power]) / scale;
                }
            }
            (0..N).for_each(|power| basis[power][k] = polynomial[power]);
        }
        basis
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_follow_proj_to_a_micrometre() {
        for (code, x, y) in
            [(4546, 350_000.0, 2_010_000.0), (32_632, 540_000.0, 5_220_000.0), (4547, 700_000.0, 4_400_000.0)]
        {
            let crs = Crs::epsg(code).unwrap();
            let points: Vec<Coord<f64>> = (0..2_000)
                .map(|k| Coord { x: x + f64::from(k * 7919 % 30_011), y: y + f64::from(k * 104_729 % 29_989) })
                .collect();
            let mut places = Vec::new();
            Charts::new(&crs, f64::to_radians).places(points.iter().copied(), &mut places).unwrap();
            let exact = exact(&crs, f64::to_radians, points).unwrap();
            let worst = places
                .iter()
                .zip(exact)
                .flat_map(|(a, b)| [a[0] - b[0], a[1] - b[1]])
                .fold(0.0, |w: f64, d| w.max(d.abs()));
            assert!(worst < 1.5e-13, "{code}: {worst:e}");
        }
    }
}
