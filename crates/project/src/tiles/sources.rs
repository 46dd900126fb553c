//! The layers as they were read, drawn before and after a run.
//!
//! Nothing of the geometry is mended: crossed rings are drawn as the map's triangulation takes
//! them. Coordinates that are not finite are passed over.

use super::address::{TileAddress, Window};
use super::cut::{Cutter, TilePolygon};
use super::encode::{add_polygons, tile};
use super::lines::{Lines, around};
use crate::late::Late;
use fast_mvt::{MvtLayerBuilder, MvtResult, MvtValueRef};
use geo::{Coord, LineString};
use lantu_engine::{Feature, Layer};
use lantu_files::{Crs, FileError};
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
}

type FeatureBox = GeomWithData<Rectangle<[f64; 2]>, Place>;

/// Which feature it is, and where its rings begin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Place {
    layer: usize,
    feature: usize,
    first_ring: usize,
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
        for place in index.meeting(&window) {
            let layer = &self.layers[place.layer];
            let feature = &layer.features[place.feature];
            let polygons = index.polygons(feature, place.first_ring, &mut cutter);
            if !polygons.is_empty() {
                let class = feature.class.as_ref().unwrap_or(&layer.class);
                let properties =
                    [("layer", MvtValueRef::String(&layer.name)), ("class", MvtValueRef::String(class.as_str()))];
                drawn = add_polygons(drawn, &polygons, &properties)?;
            }
        }
        Ok(tile([drawn]))
    }
}

impl Index {
    fn new(layers: &[Arc<Layer>], crs: &Crs) -> Result<Self, FileError> {
        let features = || layers.iter().flat_map(|layer| &layer.features);
        let rings = Lines::project(crs, features().flat_map(rings_of).map(closed))?;
        let mut boxes = Vec::with_capacity(features().count());
        let mut first_ring = 0;
        for (layer, all) in layers.iter().enumerate() {
            for (feature, one) in all.features.iter().enumerate() {
                let end = first_ring + rings_of(one).count();
                let bounds = around((first_ring..end).flat_map(|ring| rings.line(ring)));
                let place = Place { layer, feature, first_ring };
                boxes.extend(bounds.map(|bounds| GeomWithData::new(Rectangle::from_aabb(bounds), place)));
                first_ring = end;
            }
        }
        Ok(Self { rings, features: RTree::bulk_load(boxes) })
    }

    /// The features whose boxes reach into the tile, in their order.
    fn meeting(&self, window: &Window) -> Vec<Place> {
        let meeting = self.features.locate_in_envelope_intersecting(window.reach());
        let mut places: Vec<Place> = meeting.map(|feature| feature.data).collect();
        places.sort_unstable();
        places
    }

    fn polygons(&self, feature: &Feature, first_ring: usize, cutter: &mut Cutter) -> Vec<TilePolygon> {
        let mut next = first_ring;
        let mut polygon = |rings: &Vec<LineString<f64>>| {
            let own = next..next + rings.len();
            next = own.end;
            self.polygon(own, cutter)
        };
        feature.polygons.iter().filter_map(&mut polygon).collect()
    }

    /// What a tile shows of a polygon; holes without their outer ring are nothing.
    fn polygon(&self, rings: std::ops::Range<usize>, cutter: &mut Cutter) -> Option<TilePolygon> {
        let mut cut = rings.map(|ring| {
            self.rings.line(ring).iter().for_each(|&point| cutter.push(point));
            cutter.close()
        });
        let outer = cut.next()??;
        Some(std::iter::once(outer).chain(cut.flatten()).collect())
    }
}

fn rings_of(feature: &Feature) -> impl Iterator<Item = &LineString<f64>> {
    feature.polygons.iter().flatten()
}

/// The finite points of a ring, the first repeated at its end.
fn closed(ring: &LineString<f64>) -> impl Iterator<Item = Coord<f64>> {
    let finite = || ring.0.iter().copied().filter(|at| at.x.is_finite() && at.y.is_finite());
    finite().chain(finite().take(1))
}
