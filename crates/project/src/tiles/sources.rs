//! The layers as they were read, drawn before and after a run.
//!
//! Nothing of the geometry is mended: crossed rings are drawn as the map's triangulation takes
//! them. Coordinates that are not finite are passed over.

use super::address::{TileAddress, Window};
use super::boxes::{Bounds, Boxes};
use super::cut::{Cutter, TilePolygon, polygon};
use super::encode::{Property, add_polygons, drawn_together, tile};
use super::lines::Parts;
use super::overview::Overview;
use crate::late::Late;
use fast_mvt::{MvtLayerBuilder, MvtResult, MvtValueRef};
use geo::{Coord, LineString};
use lantu_engine::{Feature, Layer};
use lantu_files::{Crs, FileError};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// The layers as they were read, indexed for drawing when the first tile is asked for.
#[derive(Debug)]
pub(crate) struct Sources {
    layers: Vec<Arc<Layer>>,
    crs: Crs,
    index: Late<Index>,
}

/// All rings on the map, and where each feature is.
#[derive(Debug)]
struct Index {
    rings: Parts,
    /// The first ring of each feature, counted through all layers.
    first_rings: Vec<u32>,
    features: Boxes,
    /// The number of each layer's first feature.
    first: Vec<u32>,
    overview: Overview,
}

impl Sources {
    /// Takes layers whose coordinates are in `crs`.
    pub(crate) fn new(layers: &[Arc<Layer>], crs: &Crs) -> Self {
        Self { layers: layers.to_vec(), crs: crs.clone(), index: Late::default() }
    }

    /// Returns a tile with the layer `sources`; empty if there is nothing.
    ///
    /// # Errors
    /// [`FileError::NoTransform`] if the CRS has no way to longitude and latitude.
    pub(crate) fn tile(&self, at: TileAddress) -> Result<Vec<u8>, FileError> {
        let Some(window) = at.window() else { return Ok(Vec::new()) };
        let index = self.index.get(|| Index::new(&self.layers, &self.crs))?;
        self.draw(&index, window).map_err(|cause| at.unwritable(cause))
    }

    fn draw(&self, index: &Index, window: Window) -> MvtResult<Vec<u8>> {
        let mut drawn = MvtLayerBuilder::new("sources")?;
        let mut cutter = Cutter::new(window);
        if let Some(level) = index.overview.level(&window) {
            let polygons = level.polygons_in(&window).into_iter();
            let shape = |polygon| Some((level.owner(polygon), level.polygon(polygon, &mut cutter)?));
            let look = |owner| {
                let (layer, feature) = index.at(owner);
                (layer, self.class(layer, feature))
            };
            for ((layer, class), polygons) in drawn_together(true, polygons.filter_map(shape).collect(), look) {
                drawn = add_polygons(drawn, &polygons, &self.properties(layer, class))?;
            }
            return Ok(tile([drawn]));
        }
        for number in index.meeting(&window) {
            let (layer, feature) = index.at(number);
            let polygons = index.polygons(number, &self.layers[layer].features[feature], &mut cutter);
            if !polygons.is_empty() {
                drawn = add_polygons(drawn, &polygons, &self.properties(layer, self.class(layer, feature)))?;
            }
        }
        Ok(tile([drawn]))
    }

    fn class(&self, layer: usize, feature: usize) -> &str {
        let layer = &self.layers[layer];
        layer.features[feature].class.as_ref().unwrap_or(&layer.class).as_str()
    }

    fn properties<'a>(&'a self, layer: usize, class: &'a str) -> [Property<'a>; 2] {
        [("layer", MvtValueRef::String(&self.layers[layer].name)), ("class", MvtValueRef::String(class))]
    }
}

impl Index {
    fn new(layers: &[Arc<Layer>], crs: &Crs) -> Result<Self, FileError> {
        let features: Vec<&Feature> = layers.iter().flat_map(|layer| &layer.features).collect();
        let all: Vec<&LineString<f64>> = features.iter().flat_map(|feature| rings_of(feature)).collect();
        let rings = Parts::project(crs, all.len(), |ring| closed(all[ring]))?;
        drop(all);
        let first_rings = features.iter().scan(0, |count, feature| {
            let first = *count;
            *count += rings_of(feature).count() as u32;
            Some(first)
        });
        let first_rings: Vec<u32> = first_rings.collect();
        let boxed = |(&first, feature): (&u32, &&Feature)| {
            let own = first as usize..first as usize + rings_of(feature).count();
            Bounds::around(own.flat_map(|ring| rings.line(ring)))
        };
        let boxes: Vec<Option<Bounds>> = first_rings.par_iter().zip(&features).map(boxed).collect();
        let first = layers.iter().scan(0, |count, layer| {
            let first = *count;
            *count += layer.features.len() as u32;
            Some(first)
        });
        let (first, overview) = (first.collect(), overview(&rings, &first_rings, &features));
        Ok(Self { rings, first_rings, features: Boxes::new(&boxes), first, overview })
    }

    /// The layer of a feature and its place there.
    fn at(&self, feature: u32) -> (usize, usize) {
        let layer = self.first.partition_point(|&first| first <= feature) - 1;
        (layer, (feature - self.first[layer]) as usize)
    }

    /// The features whose boxes reach into the tile, in their order.
    fn meeting(&self, window: &Window) -> Vec<u32> {
        let mut meeting = self.features.meeting(&window.reach());
        meeting.sort_unstable();
        meeting
    }

    /// What a tile shows of the feature of this number.
    fn polygons(&self, number: u32, feature: &Feature, cutter: &mut Cutter) -> Vec<TilePolygon> {
        let mut next = self.first_rings[number as usize] as usize;
        let mut polygon = |rings: &Vec<LineString<f64>>| {
            let own = next..next + rings.len();
            next = own.end;
            self.polygon(own, cutter)
        };
        feature.polygons.iter().filter_map(&mut polygon).collect()
    }

    /// What a tile shows of a polygon.
    fn polygon(&self, rings: Range<usize>, cutter: &mut Cutter) -> Option<TilePolygon> {
        polygon(rings.map(|ring| {
            self.rings.line(ring).for_each(|point| cutter.push(point));
            cutter.close()
        }))
    }
}

/// The overview of all polygons; the ground of a polygon is its feature's.
fn overview(rings: &Parts, first_rings: &[u32], features: &[&Feature]) -> Overview {
    // Whose each polygon is, and its rings.
    let mut polygons: Vec<(u32, Range<u32>)> = Vec::with_capacity(features.len());
    for ((owner, &first), feature) in (0..).zip(first_rings).zip(features) {
        let mut next = first;
        for polygon in &feature.polygons {
            let own = next..next + polygon.len() as u32;
            next = own.end;
            polygons.push((owner, own));
        }
    }
    // Rings are drawn as they were read, whichever way they turn.
    Overview::of(polygons.len() as u32, false, |polygon, pen| {
        let (feature, own) = &polygons[polygon as usize];
        for ring in own.clone() {
            rings.line(ring as usize).for_each(|point| pen.push(point));
            pen.close();
        }
        *feature
    })
}

fn rings_of(feature: &Feature) -> impl Iterator<Item = &LineString<f64>> {
    feature.polygons.iter().flatten()
}

/// The finite points of a ring, the first repeated at its end.
fn closed(ring: &LineString<f64>) -> impl Iterator<Item = Coord<f64>> {
    let finite = || ring.0.iter().copied().filter(|at| at.x.is_finite() && at.y.is_finite());
    finite().chain(finite().take(1))
}
