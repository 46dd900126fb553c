//! Features on their way from the file's coordinates into the project's plane, some at a time, and what
//! is learnt of the layer as they pass.

use crate::crs::Crs;
use crate::database;
use crate::error::FileError;
use crate::shift::{self, Shift};
use geo::{Coord, LineString, Rect};
use lantu_engine::Feature;

/// Who takes features as they come: it may keep their rings and leave none.
pub type Taker<'a> = &'a mut (dyn FnMut(&mut [Feature]) -> Result<(), FileError> + Send);

/// How a layer's coordinates come into the plane.
pub(crate) struct Way<'a> {
    /// Whether north stands before east.
    pub swapped: bool,
    pub shift: Option<&'a Shift>,
    pub from: &'a Crs,
    pub to: &'a Crs,
}

/// So many features, or coordinates, are brought into the plane at once.
const BATCH: (usize, usize) = (1 << 12, 1 << 18);

/// The features of a layer, and what is known of them.
pub(crate) struct Placed<'a> {
    way: Way<'a>,
    take: Taker<'a>,
    /// All features; those of the last batch are still in the file's coordinates.
    pub features: Vec<Feature>,
    done: usize,
    coords: usize,
    /// Whether any had rings.
    pub has_rings: bool,
    /// Whether any coordinate was finite in the file.
    pub had_places: bool,
    /// The sides of the box around what is finite in the plane: west, south, east, north.
    sides: Option<[f64; 4]>,
    pub area: AreaSum,
    /// What was read of a database.
    pub content: Option<database::Rows>,
}

impl<'a> Placed<'a> {
    pub fn new(way: Way<'a>, take: Taker<'a>, content: Option<database::Rows>) -> Self {
        let (features, area) = (Vec::new(), AreaSum::default());
        let (done, coords, has_rings, had_places, sides) = (0, 0, false, false, None);
        Self { way, take, features, done, coords, has_rings, had_places, sides, area, content }
    }

    pub fn add(&mut self, feature: Feature) -> Result<(), FileError> {
        self.has_rings |= !feature.polygons.is_empty();
        self.coords += coords(&feature).count();
        self.features.push(feature);
        let full = self.features.len() - self.done >= BATCH.0 || self.coords >= BATCH.1;
        if full { self.place() } else { Ok(()) }
    }

    /// Brings what has come since the last batch into the plane.
    pub fn place(&mut self) -> Result<(), FileError> {
        let batch = &mut self.features[self.done..];
        if let Some(content) = &mut self.content {
            content.add(batch);
        }
        self.had_places = self.had_places || batch.iter().flat_map(coords).any(is_finite);
        if self.way.swapped {
            exchange(batch);
        }
        project(batch, &self.way)?;
        self.sides = batch.iter().flat_map(coords).fold(self.sides, wider);
        batch.iter().for_each(|feature| self.area.add(feature));
        (self.take)(batch)?;
        (self.done, self.coords) = (self.features.len(), 0);
        Ok(())
    }

    /// Returns the smallest box around what is finite in the plane.
    pub fn extent(&self) -> Option<Rect<f64>> {
        self.sides.map(rect)
    }
}

/// Adds up the planar area of features as drawn, in groups, so that the sum is the same however they come.
#[derive(Clone, Copy, Default)]
pub(crate) struct AreaSum {
    groups: f64,
    group: f64,
    count: usize,
}

impl AreaSum {
    fn add(&mut self, feature: &Feature) {
        feature.polygons.iter().for_each(|rings| self.group += area_of(rings));
        self.count += 1;
        if self.count.is_multiple_of(1 << 12) {
            self.groups += std::mem::take(&mut self.group);
        }
    }

    pub fn sum(self) -> f64 {
        self.groups + self.group
    }
}

/// Returns the planar area of features as drawn.
pub fn drawn_area(features: &[Feature]) -> f64 {
    let mut sum = AreaSum::default();
    features.iter().for_each(|feature| sum.add(feature));
    sum.sum()
}

/// The first ring's area less that of the others.
fn area_of(rings: &[LineString<f64>]) -> f64 {
    let mut areas = rings.iter().map(|ring| doubled_area(&ring.0).abs() / 2.0);
    areas.next().unwrap_or(0.0) - areas.sum::<f64>()
}

/// Twice the signed area, measured from the ring's first point to keep the digits.
fn doubled_area(ring: &[Coord<f64>]) -> f64 {
    let Some(&start) = ring.first() else { return 0.0 };
    let cross = |w: &[Coord<f64>]| {
        let (a, b) = (w[0] - start, w[1] - start);
        a.x * b.y - b.x * a.y
    };
    ring.windows(2).map(cross).filter(|part| part.is_finite()).sum()
}

fn coords(feature: &Feature) -> impl Iterator<Item = &Coord<f64>> {
    feature.polygons.iter().flatten().flat_map(|ring| &ring.0)
}

fn is_finite(coord: &Coord<f64>) -> bool {
    coord.x.is_finite() && coord.y.is_finite()
}

/// Puts east before north.
fn exchange(features: &mut [Feature]) {
    let rings = features.iter_mut().flat_map(|feature| feature.polygons.iter_mut().flatten());
    rings.flat_map(|ring| &mut ring.0).for_each(|c| std::mem::swap(&mut c.x, &mut c.y));
}

/// Brings the features' rings from one CRS into another.
fn project(features: &mut [Feature], way: &Way<'_>) -> Result<(), FileError> {
    if way.shift.is_none() && way.from.is_same_as(way.to) {
        return Ok(());
    }
    let mut batch: Vec<Coord<f64>> = Vec::new();
    for group in features.chunks_mut(1 << 10) {
        batch.clear();
        batch.extend(group.iter().flat_map(coords));
        shift::transform(way.shift, way.from, way.to, &mut batch)?;
        let places =
            group.iter_mut().flat_map(|feature| feature.polygons.iter_mut().flatten()).flat_map(|ring| &mut ring.0);
        places.zip(&batch).for_each(|(place, &coord)| *place = coord);
    }
    Ok(())
}

/// The smallest box around the features' finite coordinates.
pub(crate) fn extent(features: &[Feature]) -> Option<Rect<f64>> {
    features.iter().flat_map(coords).fold(None, wider).map(rect)
}

fn wider(sides: Option<[f64; 4]>, c: &Coord<f64>) -> Option<[f64; 4]> {
    if !is_finite(c) {
        return sides;
    }
    let [w, s, e, n] = sides.unwrap_or([c.x, c.y, c.x, c.y]);
    Some([w.min(c.x), s.min(c.y), e.max(c.x), n.max(c.y)])
}

fn rect([w, s, e, n]: [f64; 4]) -> Rect<f64> {
    Rect::new(Coord { x: w, y: s }, Coord { x: e, y: n })
}
