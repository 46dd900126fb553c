//! Writes the plans of a province as GeoPackages.

use crate::{Parcel, Plots, Ring, Theme};
use gdal::DriverManager;
use gdal::errors::GdalError;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{FieldDefn, FieldValue, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use std::path::Path;

/// Features and vertices of a plan, closing points counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Features.
    pub features: usize,
    /// Their vertices.
    pub vertices: usize,
}

/// Writes a plan, in EPSG:4546, in place of the file that is there.
///
/// # Errors
/// Whatever GDAL says.
pub fn write(plots: &Plots, theme: Theme, path: &Path) -> Result<Counts, GdalError> {
    let _ = std::fs::remove_file(path);
    let mut dataset = DriverManager::get_driver_by_name("GPKG")?.create_vector_only(path)?;
    let srs = SpatialRef::from_epsg(4546)?;
    let mut transaction = dataset.start_transaction()?;
    let table = transaction.create_layer(LayerOptions {
        name: theme.class(),
        srs: Some(&srs),
        ty: OGRwkbGeometryType::wkbMultiPolygon,
        options: None,
    })?;
    for name in theme.fields() {
        FieldDefn::new(name, OGRFieldType::OFTString)?.add_to_layer(&table)?;
    }
    let (mut bytes, mut counts) = (Vec::new(), Counts::default());
    plots.each(theme, |Parcel { values, polygons }| {
        bytes.clear();
        encode(&polygons, &mut bytes);
        let mut feature = gdal::vector::Feature::new(table.defn())?;
        for (at, value) in values.into_iter().enumerate().filter(|(_, value)| !value.is_empty()) {
            feature.set_field(at, &FieldValue::StringValue(value))?;
        }
        feature.set_geometry(Geometry::from_wkb(&bytes)?)?;
        counts.features += 1;
        counts.vertices += polygons.iter().flatten().map(Vec::len).sum::<usize>();
        feature.create(&table)
    })?;
    transaction.commit()?;
    dataset.close()?;
    Ok(counts)
}

/// Appends the well-known binary of a multipolygon, little-endian.
pub fn encode(polygons: &[Vec<Ring>], bytes: &mut Vec<u8>) {
    let head = |bytes: &mut Vec<u8>, kind: Option<u32>, count: usize| {
        if let Some(kind) = kind {
            bytes.push(1);
            bytes.extend(kind.to_le_bytes());
        }
        bytes.extend((count as u32).to_le_bytes());
    };
    head(bytes, Some(6), polygons.len());
    for rings in polygons {
        head(bytes, Some(3), rings.len());
        for ring in rings {
            head(bytes, None, ring.len());
            bytes.extend(ring.iter().flatten().flat_map(|ordinate| ordinate.to_le_bytes()));
        }
    }
}
