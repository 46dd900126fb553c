//! Writes the layers of a size as GeoPackages, once.

use gdal::spatial_ref::SpatialRef;
use gdal::vector::{
    FieldDefn, FieldValue, Geometry, Layer, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType,
};
use gdal::{DriverManager, errors::GdalError};
use lantu_bench::parcels::encode;
use lantu_bench::{Ground, Shape, Size};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Changes whenever the generator gives other data.
const EDITION: u32 = 1;

/// The files of a size and what is in them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Data {
    /// The size's name.
    pub size: String,
    edition: u32,
    /// One GeoPackage per layer.
    pub files: Vec<PathBuf>,
    /// Features of all layers.
    pub polygons: usize,
    /// Their vertices, closing points counted.
    pub vertices: usize,
    /// Vertices of the largest feature.
    pub largest: usize,
    /// Sum of the features' areas in km².
    pub area_km2: f64,
}

/// Returns the data of a size in `folder`; makes them if they are not there.
pub fn prepare(size: Size, folder: &Path) -> Result<Data, String> {
    let stamp = folder.join(format!("{}.json", size.name));
    let known = std::fs::read(&stamp).ok().and_then(|bytes| serde_json::from_slice::<Data>(&bytes).ok());
    if let Some(data) = known.filter(|data| data.edition == EDITION && data.files.iter().all(|file| file.exists())) {
        return Ok(data);
    }
    std::fs::create_dir_all(folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
    let data = make(size, folder)?;
    let text = serde_json::to_string_pretty(&data).map_err(|cause| cause.to_string())?;
    std::fs::write(&stamp, text).map_err(|cause| format!("{}: {cause}", stamp.display()))?;
    Ok(data)
}

fn make(size: Size, folder: &Path) -> Result<Data, String> {
    let ground = Ground::new(size);
    let mut data = Data {
        size: size.name.to_owned(),
        edition: EDITION,
        files: Vec::new(),
        polygons: 0,
        vertices: 0,
        largest: 0,
        area_km2: 0.0,
    };
    for layer in 0..size.layers {
        let path = folder.join(format!("{}_{layer}.gpkg", size.name));
        eprintln!("making {}", path.display());
        write(&ground, layer, &path, &mut data).map_err(|cause| format!("{}: {cause}", path.display()))?;
        data.files.push(path);
    }
    Ok(data)
}

fn write(ground: &Ground, layer: u32, path: &Path, data: &mut Data) -> Result<(), GdalError> {
    let _ = std::fs::remove_file(path);
    let mut dataset = DriverManager::get_driver_by_name("GPKG")?.create_vector_only(path)?;
    let srs = SpatialRef::from_epsg(4546)?;
    let mut transaction = dataset.start_transaction()?;
    let table = transaction.create_layer(LayerOptions {
        name: "parcels",
        srs: Some(&srs),
        ty: OGRwkbGeometryType::wkbMultiPolygon,
        options: None,
    })?;
    for name in ["number", "code"] {
        FieldDefn::new(name, OGRFieldType::OFTInteger)?.add_to_layer(&table)?;
    }
    let mut bytes = Vec::new();
    ground.layer(layer, |shape| {
        data.polygons += 1;
        data.vertices += shape.vertices();
        data.largest = data.largest.max(shape.vertices());
        put(&table, &shape, &mut bytes).map(|area| data.area_km2 += area / 1e6)
    })?;
    transaction.commit()?;
    dataset.close()
}

/// Writes a shape and returns its area.
fn put(table: &Layer<'_>, shape: &Shape, bytes: &mut Vec<u8>) -> Result<f64, GdalError> {
    bytes.clear();
    encode(&shape.polygons, bytes);
    let geometry = Geometry::from_wkb(bytes)?;
    let area = geometry.area();
    let mut feature = gdal::vector::Feature::new(table.defn())?;
    feature.set_field(0, &FieldValue::IntegerValue(shape.number))?;
    feature.set_field(1, &FieldValue::IntegerValue(shape.code))?;
    feature.set_geometry(geometry)?;
    feature.create(table)?;
    Ok(area)
}
