//! The layers as they were read, drawn before and after a run.
//!
//! Nothing of the geometry is mended: crossed rings are drawn as the map's triangulation takes
//! them. Coordinates that are not finite are passed over.

use super::address::{TileAddress, Window};
use super::cut::{Cutter, TilePolygon, polygon};
use super::encode::{Property, add_polygons, drawn_together, tile};
use super::lines::{Lines, around};
use super::overview::Overview;
use crate::late::Late;
use fast_mvt::{MvtLayerBuilder, MvtResult, MvtValueRef};
use geo::{Coord, LineString};
use lantu_engine::{Feature, Layer};
use lantu_files::{Crs, FileError};
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};
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
    rings: Lines,
    features: RTree<FeatureBox>,
    /// The number of each layer's first feature.
    first: Vec<u32>,
    overview: Overview,
}

type FeatureBox = GeomWithData<Rectangle<[f64; 2]>, Place>;

/// Which feature it is, counted through all layers, and where its rings begin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Place {
    feature: u32,
    first_ring: u32,
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
        for place in index.meeting(&window) {
            let (layer, feature) = index.at(place.feature);
            let polygons = index.polygons(&self.layers[layer].features[feature], place.first_ring, &mut cutter);
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
        let rings = Lines::project(crs, all.len(), |ring| closed(all[ring]))?;
        drop(all);
        let mut places = Vec::with_capacity(features.len());
        let mut first_ring = 0;
        for (number, feature) in (0u32..).zip(&features) {
            places.push(Place { feature: number, first_ring });
            first_ring += rings_of(feature).count() as u32;
        }
        let boxed = |(place, feature): (&Place, &&Feature)| {
            let own = place.first_ring as usize..place.first_ring as usize + rings_of(feature).count();
            let bounds = around(own.flat_map(|ring| rings.line(ring)))?;
            Some(GeomWithData::new(Rectangle::from_aabb(bounds), *place))
        };
        let boxes: Vec<FeatureBox> = places.par_iter().zip(&features).filter_map(boxed).collect();
        let first = layers.iter().scan(0, |count, layer| {
            let first = *count;
            *count += layer.features.len() as u32;
            Some(first)
        });
        let (first, overview) = (first.collect(), overview(&rings, &places, &features));
        Ok(Self { rings, features: RTree::bulk_load(boxes), first, overview })
    }

    /// The layer of a feature and its place there.
    fn at(&self, feature: u32) -> (usize, usize) {
        let layer = self.first.partition_point(|&first| first <= feature) - 1;
        (layer, (feature - self.first[layer]) as usize)
    }

    /// The features whose boxes reach into the tile, in their order.
    fn meeting(&self, window: &Window) -> Vec<Place> {
        let meeting = self.features.locate_in_envelope_intersecting(window.reach());
        let mut places: Vec<Place> = meeting.map(|feature| feature.data).collect();
        places.sort_unstable();
        places
    }

    fn polygons(&self, feature: &Feature, first_ring: u32, cutter: &mut Cutter) -> Vec<TilePolygon> {
        let mut next = first_ring as usize;
        let mut polygon = |rings: &Vec<LineString<f64>>| {
            let own = next..next + rings.len();
            next = own.end;
            self.polygon(own, cutter)
        };
        feature.polygons.iter().filter_map(&mut polygon).collect()
    }

    /// What a tile shows of a polygon.
    fn polygon(&self, rings: std::ops::Range<usize>, cutter: &mut Cutter) -> Option<TilePolygon> {
        polygon(rings.map(|ring| {
            self.rings.line(ring).for_each(|point| cutter.push(point));
            cutter.close()
        }))
    }
}

/// The overview of all polygons; the ground of a polygon is its feature's.
fn overview(rings: &Lines, places: &[Place], features: &[&Feature]) -> Overview {
    // Whose each polygon is, and its rings.
    let mut polygons = Vec::with_capacity(features.len());
    for (place, feature) in places.iter().zip(features) {
        let mut next = place.first_ring;
        for polygon in &feature.polygons {
            let own = next..next + polygon.len() as u32;
            next = own.end;
            polygons.push((place.feature, own));
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
