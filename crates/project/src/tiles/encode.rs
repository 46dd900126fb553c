//! Writes features into the layers of a tile.

use super::cut::TilePolygon;
use fast_mvt::{MvtCoord, MvtFeatureBuilder, MvtGeomType, MvtLayerBuilder, MvtResult, MvtValueRef};
use std::collections::BTreeMap;

/// A property: name and value.
pub(super) type Property<'a> = (&'static str, MvtValueRef<'a>);

/// Adds a feature of polygons.
pub(super) fn add_polygons(
    layer: MvtLayerBuilder,
    polygons: &[TilePolygon],
    properties: &[Property<'_>],
) -> MvtResult<MvtLayerBuilder> {
    let mut feature = layer.feature_of(MvtGeomType::Polygon);
    for polygon in polygons {
        for (at, ring) in polygon.iter().enumerate() {
            feature.ring(ring.points.iter().copied(), at == 0)?;
        }
    }
    finish(feature, properties)
}

/// Returns what becomes one feature each: in an overview all polygons that look alike, or their names would
/// outweigh them; else every polygon by itself.
pub(super) fn drawn_together<K: Ord + Copy>(
    overview: bool,
    shapes: Vec<(u32, TilePolygon)>,
    look: impl Fn(u32) -> K,
) -> Vec<(K, Vec<TilePolygon>)> {
    if !overview {
        return shapes.into_iter().map(|(owner, polygon)| (look(owner), vec![polygon])).collect();
    }
    let mut alike: BTreeMap<K, Vec<TilePolygon>> = BTreeMap::new();
    shapes.into_iter().for_each(|(owner, polygon)| alike.entry(look(owner)).or_default().push(polygon));
    alike.into_iter().collect()
}

/// Adds a feature of one point.
pub(super) fn add_point(
    layer: MvtLayerBuilder,
    point: MvtCoord,
    properties: &[Property<'_>],
) -> MvtResult<MvtLayerBuilder> {
    let mut feature = layer.feature_of(MvtGeomType::Point);
    feature.points([point])?;
    finish(feature, properties)
}

/// Adds a feature of one line.
pub(super) fn add_line(
    layer: MvtLayerBuilder,
    line: &[MvtCoord],
    properties: &[Property<'_>],
) -> MvtResult<MvtLayerBuilder> {
    let mut feature = layer.feature_of(MvtGeomType::LineString);
    feature.line(line.iter().copied())?;
    finish(feature, properties)
}

fn finish(mut feature: MvtFeatureBuilder, properties: &[Property<'_>]) -> MvtResult<MvtLayerBuilder> {
    for &(name, value) in properties {
        feature.tag_ref(name, value)?;
    }
    Ok(feature.end())
}

/// Returns the bytes of a tile; layers without a feature are left out.
pub(super) fn tile(layers: impl IntoIterator<Item = MvtLayerBuilder>) -> Vec<u8> {
    let filled = layers.into_iter().filter(|layer| layer.num_features() > 0);
    filled.map(MvtLayerBuilder::encode).collect::<Vec<_>>().concat()
}
