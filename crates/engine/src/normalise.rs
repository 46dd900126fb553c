//! Rounds a layer to the grid and judges its rings: the only way to make a [`NormalLayer`].
//!
//! Takes rings as they were read. Guarantees rings of at least three different points on the
//! grid, without equal neighbours and without out-and-back points, outer rings counter-clockwise
//! and holes clockwise. Everything that had to be mended or left out is a finding with its place;
//! a feature's ground is the even-odd fill of its rings, so crossed rings need no mending.

use crate::attributes::Attributes;
use crate::finding::{Finding, FindingCode, Reported};
use crate::layer::{ClassId, Feature, Layer};
use crate::list::List;
use crate::precision::{Point, PrecisionModel};
use crate::rings::ring_area2;
use crate::watch::{Stage, Steps, Stop, Watch};
use geo::{Coord, LineString};
use rayon::prelude::*;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A layer on the grid.
#[derive(Clone, Debug)]
pub struct NormalLayer {
    name: Arc<str>,
    class: ClassId,
    /// Whether its lines only cut: see [`NormalLayer::cutting`].
    cuts: bool,
    vertices: u64,
    features: Vec<NormalFeature>,
    points: List<Point>,
    /// Where each ring ends in `points`.
    ring_ends: Vec<u32>,
}

/// A feature on the grid.
#[derive(Clone, Debug)]
pub(crate) struct NormalFeature {
    pub fid: i64,
    pub class: ClassId,
    pub attributes: Attributes,
    /// One past its last ring.
    rings_end: u32,
    /// Twice the signed area of its rings in square grid units, before noding.
    pub area2: i128,
    /// The length of its rings in grid units, before noding.
    pub perimeter: f64,
}

impl NormalLayer {
    /// Returns the layer's name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Returns the class of features that name none.
    pub fn class(&self) -> &ClassId {
        &self.class
    }

    /// Returns the layer as one that claims nothing: its lines cut conflicts into parts that are
    /// decided apart, and its features are nobody's parents.
    #[must_use]
    pub fn cutting(self) -> Self {
        Self { cuts: true, ..self }
    }

    /// Whether its lines only cut.
    pub(crate) fn cuts(&self) -> bool {
        self.cuts
    }

    /// Returns how many features it has.
    pub fn feature_count(&self) -> usize {
        self.features.len()
    }

    /// Returns how many vertices its rings had as read, closing points not counted.
    pub fn vertex_count(&self) -> u64 {
        self.vertices
    }

    pub(crate) fn features_mut(&mut self) -> &mut [NormalFeature] {
        &mut self.features
    }

    /// Returns the points of all rings, ring by ring.
    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    /// Returns where in [`NormalLayer::points`] the rings of some features lie, in order.
    pub(crate) fn ring_ranges(&self, features: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        let mut ring = if features.start == 0 { 0 } else { self.features[features.start - 1].rings_end as usize };
        features.flat_map(move |index| {
            let rings = ring..self.features[index].rings_end as usize;
            ring = rings.end;
            rings.map(move |ring| (index, self.ring_range(ring)))
        })
    }

    fn ring_range(&self, ring: usize) -> Range<usize> {
        let start = if ring == 0 { 0 } else { self.ring_ends[ring - 1] as usize };
        start..self.ring_ends[ring] as usize
    }

    fn ring(&self, ring: usize) -> &[Point] {
        &self.points[self.ring_range(ring)]
    }

    fn rings_of(&self, index: usize) -> impl Iterator<Item = &[Point]> {
        let first = if index == 0 { 0 } else { self.features[index - 1].rings_end };
        (first..self.features[index].rings_end).map(|ring| self.ring(ring as usize))
    }
}

/// Rounds a layer to the grid and reports what is wrong with it. The layer may be given or lent.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it.
pub fn normalise(
    layer: impl Borrow<Layer>,
    grid: &PrecisionModel,
    watch: &dyn Watch,
) -> Result<Reported<NormalLayer>, Stop> {
    let layer = layer.borrow();
    let steps = Steps::new(watch, Stage::Normalise, 0.0..1.0, 2 * layer.features.len());
    let new = |clockwise_is_usual| Work::new(*grid, layer.name.clone(), clockwise_is_usual);
    let mut all = new(mostly_clockwise(&layer.features));
    all.features.reserve(layer.features.len());
    all.ring_ends.reserve(rings(&layer.features).count());
    all.points.reserve(rings(&layer.features).map(|ring| ring.0.len()).sum());
    let clockwise_is_usual = all.clockwise_is_usual;
    let some = |features: &[Feature]| {
        let mut part = new(clockwise_is_usual);
        for feature in features {
            steps.one()?;
            part.add(feature, &layer.class);
        }
        Ok(part)
    };
    // A few at a time, so that what is put together is never held twice as a whole.
    for parts in parts(&layer.features).chunks(2 * rayon::current_num_threads()) {
        let parts: Vec<Work> = parts.par_iter().map(|&part| some(part)).collect::<Result<_, Stop>>()?;
        parts.into_iter().for_each(|part| all.append(part));
    }
    let points = std::mem::take(&mut all.points).into();
    all.into_layer(layer.class.clone(), points, &steps)
}

/// So many vertices are enough work for a thread.
const PART: usize = 1 << 16;

/// Splits features where some have enough vertices together.
fn parts(mut features: &[Feature]) -> Vec<&[Feature]> {
    let mut parts = Vec::new();
    while !features.is_empty() {
        let mut vertices = 0;
        let enough = features.iter().position(|feature| {
            vertices += rings(std::slice::from_ref(feature)).map(|ring| ring.0.len()).sum::<usize>();
            vertices >= PART
        });
        let (part, rest) = features.split_at(enough.map_or(features.len(), |last| last + 1));
        parts.push(part);
        features = rest;
    }
    parts
}

fn rings(features: &[Feature]) -> impl Iterator<Item = &LineString<f64>> {
    features.iter().flat_map(|feature| &feature.polygons).flatten()
}

/// So many outer rings tell a layer's custom.
pub(crate) const CUSTOM: usize = 10_000;

/// Formats disagree about the direction of outer rings; a layer that mostly runs clockwise (as
/// Shapefiles do) follows its own custom and is not at fault.
pub(crate) fn mostly_clockwise(features: &[Feature]) -> bool {
    let outer = features.iter().flat_map(|feature| &feature.polygons).filter_map(|rings| rings.first());
    let (mut clockwise, mut all) = (0usize, 0usize);
    for ring in outer.take(CUSTOM) {
        all += 1;
        clockwise += usize::from(signed_area(ring) < 0.0);
    }
    all >= 8 && clockwise * 2 > all
}

fn signed_area(ring: &LineString<f64>) -> f64 {
    let Some(&base) = ring.0.first() else { return 0.0 };
    let relative = |c: Coord<f64>| (c.x - base.x, c.y - base.y);
    ring.0.windows(2).map(|w| (relative(w[0]), relative(w[1]))).map(|((x0, y0), (x1, y1))| x0 * y1 - x1 * y0).sum()
}

/// A layer's features as they are judged, one after the other.
pub(crate) struct Work {
    pub grid: PrecisionModel,
    name: Arc<str>,
    clockwise_is_usual: bool,
    vertices: u64,
    features: Vec<NormalFeature>,
    /// Points of the latest rings; so many before them stand elsewhere.
    pub points: Vec<Point>,
    pub elsewhere: usize,
    ring_ends: Vec<u32>,
    pub findings: Vec<Finding>,
}

impl Work {
    /// The work before its first feature.
    pub fn new(grid: PrecisionModel, name: Arc<str>, clockwise_is_usual: bool) -> Self {
        let (features, points, ring_ends, findings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { grid, name, clockwise_is_usual, vertices: 0, features, points, elsewhere: 0, ring_ends, findings }
    }

    /// Adds the features that were done apart from these.
    fn append(&mut self, part: Self) {
        let (points, rings) = (self.points.len() as u32, self.ring_ends.len() as u32);
        self.vertices += part.vertices;
        self.points.extend_from_slice(&part.points);
        self.ring_ends.extend(part.ring_ends.iter().map(|end| points + end));
        let moved = |feature: NormalFeature| NormalFeature { rings_end: rings + feature.rings_end, ..feature };
        self.features.extend(part.features.into_iter().map(moved));
        self.findings.extend(part.findings);
    }

    /// Returns the layer of all features, whose points are given.
    pub fn into_layer(
        self,
        class: ClassId,
        points: List<Point>,
        steps: &Steps<'_>,
    ) -> Result<Reported<NormalLayer>, Stop> {
        let Self { grid, name, vertices, features, ring_ends, mut findings, .. } = self;
        let layer = NormalLayer { name, class, cuts: false, vertices, features, points, ring_ends };
        layer.find_repeats(&grid, &mut findings, steps)?;
        Ok(Reported { value: layer, findings })
    }

    /// Adds a feature, of the given class if it names none.
    pub fn add(&mut self, feature: &Feature, default: &ClassId) {
        let fid = feature.fid;
        if feature.polygons.iter().all(Vec::is_empty) {
            self.say(FindingCode::NoGeometry, fid, None);
        }
        let first_ring = self.ring_ends.len();
        let (mut area2, mut perimeter) = (0i128, 0.0);
        let mut said = Vec::new();
        for rings in &feature.polygons {
            for (at, ring) in rings.iter().enumerate() {
                if let Some((area, length)) = self.add_ring(ring, at > 0, &mut said) {
                    area2 += area;
                    perimeter += length;
                }
            }
        }
        let lost_all = self.ring_ends.len() == first_ring && !feature.polygons.iter().all(Vec::is_empty);
        if lost_all {
            said.push((FindingCode::NoGround, None));
        }
        // One finding per feature and code: the first place speaks for the rest.
        said.sort_by_key(|(code, _)| *code);
        said.dedup_by_key(|(code, _)| *code);
        said.into_iter().for_each(|(code, at)| self.say(code, fid, at));
        let class = feature.class.as_ref().unwrap_or(default).clone();
        let rings_end = self.ring_ends.len() as u32;
        self.features.push(NormalFeature {
            fid,
            class,
            attributes: feature.attributes.clone(),
            rings_end,
            area2,
            perimeter,
        });
    }

    fn say(&mut self, code: FindingCode, fid: i64, at: Option<Coord<f64>>) {
        self.findings.push(Finding::of_feature(code, &self.name, fid, at));
    }

    /// Adds a ring and returns its signed doubled area and its length, or `None` if it encloses nothing.
    fn add_ring(
        &mut self,
        ring: &LineString<f64>,
        hole: bool,
        said: &mut Vec<(FindingCode, Option<Coord<f64>>)>,
    ) -> Option<(i128, f64)> {
        let coords = open_ring(&ring.0, said);
        self.vertices += coords.len() as u64;
        let start = self.points.len();
        for &coord in coords {
            match self.grid.snap(coord) {
                Some(point) => self.points.push(point),
                None => {
                    let finite = coord.x.is_finite() && coord.y.is_finite();
                    let code = if finite { FindingCode::OutOfRange } else { FindingCode::NotFinite };
                    said.push((code, finite.then_some(coord)));
                    self.points.truncate(start);
                    return None;
                }
            }
        }
        self.clean(start, said);
        let points = &mut self.points[start..];
        if points.len() < 3 || collinear(points) {
            said.push((FindingCode::ZeroAreaRing, coords.first().copied()));
            self.points.truncate(start);
            return None;
        }
        let mut area2 = ring_area2(points);
        let clockwise = area2 < 0;
        if clockwise != (hole != self.clockwise_is_usual) && area2 != 0 {
            said.push((FindingCode::WrongWinding, coords.first().copied()));
        }
        if clockwise != hole && area2 != 0 {
            points.reverse();
            area2 = -area2;
        }
        let length = length(points);
        self.ring_ends.push((self.elsewhere + self.points.len()) as u32);
        Some((area2, length))
    }

    /// Drops equal neighbours and points where the ring runs straight back, from `start` on.
    fn clean(&mut self, start: usize, said: &mut Vec<(FindingCode, Option<Coord<f64>>)>) {
        let points = &mut self.points;
        let mut kept = start;
        for at in start..points.len() {
            let p = points[at];
            if kept > start && points[kept - 1] == p {
                said.push((FindingCode::RepeatedPoint, Some(self.grid.locate(p))));
            } else if kept > start + 1 && points[kept - 2] == p {
                said.push((FindingCode::Spike, Some(self.grid.locate(points[kept - 1]))));
                kept -= 1;
            } else {
                points[kept] = p;
                kept += 1;
            }
        }
        // The same where the end meets the beginning.
        let mut from = start;
        while kept - from >= 2 {
            if points[kept - 1] == points[from] {
                kept -= 1;
            } else if kept - from >= 3 && points[kept - 2] == points[from] {
                said.push((FindingCode::Spike, Some(self.grid.locate(points[kept - 1]))));
                kept -= 2;
            } else if kept - from >= 3 && points[kept - 1] == points[from + 1] {
                said.push((FindingCode::Spike, Some(self.grid.locate(points[from]))));
                // The point before the spike is now the last and stands again as the first.
                from += 1;
                kept -= 1;
            } else {
                break;
            }
        }
        points.truncate(kept);
        points.drain(start..from.min(kept));
    }
}

impl NormalLayer {
    /// Finds features of the layer with the same rings.
    fn find_repeats(&self, grid: &PrecisionModel, findings: &mut Vec<Finding>, steps: &Steps<'_>) -> Result<(), Stop> {
        let key = |index| {
            steps.one()?;
            Ok(fingerprint(self.rings_of(index)))
        };
        let keys: Vec<(u64, u64)> = (0..self.features.len()).into_par_iter().map(key).collect::<Result<_, Stop>>()?;
        let mut seen: HashMap<(u64, u64), usize> = HashMap::with_capacity(keys.len());
        for (index, &key) in keys.iter().enumerate().filter(|(_, key)| key.1 > 0) {
            let other = *seen.entry(key).or_insert(index);
            let edges = |index| edges_of(self.rings_of(index));
            if other != index && edges(other) == edges(index) {
                let at = self.rings_of(index).next().map(|ring| grid.locate(ring[0]));
                let fid = self.features[index].fid;
                findings.push(Finding::of_feature(FindingCode::DrawnTwice, &self.name, fid, at));
            }
        }
        Ok(())
    }

    /// Gives the features what stands in their rows.
    pub(crate) fn complete(&mut self, rows: Layer) {
        for (own, row) in self.features.iter_mut().zip(rows.features) {
            own.class = row.class.unwrap_or_else(|| rows.class.clone());
            own.attributes = row.attributes;
        }
    }
}

/// Returns the ring's points without the closing one; says so if there is none.
fn open_ring<'a>(coords: &'a [Coord<f64>], said: &mut Vec<(FindingCode, Option<Coord<f64>>)>) -> &'a [Coord<f64>] {
    match coords {
        [first, .., last] if first == last => &coords[..coords.len() - 1],
        [first, .., _] => {
            said.push((FindingCode::UnclosedRing, Some(*first).filter(|c| c.x.is_finite() && c.y.is_finite())));
            coords
        }
        _ => coords,
    }
}

fn collinear(points: &[Point]) -> bool {
    let Some(&other) = points.iter().find(|&&p| p != points[0]) else { return true };
    points.iter().all(|&p| crate::overlay::exact::orient(points[0], other, p) == 0)
}

fn length(points: &[Point]) -> f64 {
    let closing = std::iter::once((points[points.len() - 1], points[0]));
    let steps = points.windows(2).map(|w| (w[0], w[1])).chain(closing);
    steps.map(|(a, b)| a.distance(b)).sum()
}

fn ring_edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])).map(|(a, b)| (a.min(b), a.max(b)))
}

/// A number that does not depend on where rings start or which way they run, and the edge count.
fn fingerprint<'a>(rings: impl Iterator<Item = &'a [Point]>) -> (u64, u64) {
    let (mut sum, mut count) = (0u64, 0u64);
    for (a, b) in rings.flat_map(ring_edges) {
        let mut mixed = (a.x as u32 as u64) << 32 | a.y as u32 as u64;
        mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^= (b.x as u32 as u64) << 32 | b.y as u32 as u64;
        mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb);
        sum = sum.wrapping_add(mixed ^ (mixed >> 31));
        count += 1;
    }
    (sum, count)
}

fn edges_of<'a>(rings: impl Iterator<Item = &'a [Point]>) -> Vec<(Point, Point)> {
    let mut edges: Vec<_> = rings.flat_map(ring_edges).collect();
    edges.sort_unstable();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Unwatched;

    /// A ring of many points around a place.
    fn ring(steps: usize, at: f64, radius: f64) -> LineString<f64> {
        let turn = |k: usize| std::f64::consts::TAU * (k % steps) as f64 / steps as f64;
        (0..=steps).map(|k| (at + radius * turn(k).cos(), radius * turn(k).sin())).collect()
    }

    #[test]
    fn what_is_done_in_parts_is_what_is_done_feature_by_feature() {
        let grid = PrecisionModel { scale: 1e4, origin: [0, 0] };
        // Each is most of a part; one is a part of its own, one has a hole, one was drawn before.
        let rings = [(40_000, 0.0), (10, 300.0), (90_000, 600.0), (40_000, 900.0), (30_000, 1200.0)];
        let mut polygons: Vec<_> = rings.iter().map(|&(steps, at)| vec![vec![ring(steps, at, 100.0)]]).collect();
        polygons[3][0].push(ring(20_000, 900.0, 50.0));
        polygons.push(polygons[2].clone());
        let feature = |(fid, polygons)| Feature { fid: fid as i64, polygons, ..Feature::default() };
        let features: Vec<Feature> = polygons.into_iter().enumerate().map(feature).collect();
        let layer = |features| Layer { name: "a".into(), class: ClassId::new("a"), features };
        let whole = normalise(layer(features.clone()), &grid, &Unwatched).unwrap();
        assert!(parts(&features).len() > 2);
        let mut vertices = 0;
        for (index, feature) in features.into_iter().enumerate() {
            let alone = normalise(layer(vec![feature]), &grid, &Unwatched).unwrap().value;
            let of = |layer: &NormalLayer, index| layer.rings_of(index).map(<[Point]>::to_vec).collect::<Vec<_>>();
            assert_eq!(of(&whole.value, index), of(&alone, 0), "{index}");
            assert_eq!(whole.value.features[index].area2, alone.features[0].area2);
            vertices += alone.vertex_count();
        }
        assert_eq!(whole.value.vertex_count(), vertices);
        let said: Vec<_> = whole.findings.iter().map(|found| (found.code, found.about.fid)).collect();
        assert_eq!(said, [(FindingCode::WrongWinding, Some(3)), (FindingCode::DrawnTwice, Some(5))]);
    }
}
