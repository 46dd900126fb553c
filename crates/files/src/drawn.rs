//! A layer that was read without GDAL, handed to it, so that subsets and summaries work as with
//! every other file.

use crate::crs::Crs;
use crate::wkb::{self, Polygon};
use gdal::errors::GdalError;
use gdal::vector::{Feature, FieldDefn, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use gdal::{Dataset, DriverManager};
use geo::LineString;
use lantu_engine::{FindingCode, Value};

/// Something to say about a row, or about the whole layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Note {
    /// What is to be said.
    pub code: FindingCode,
    /// The row, from 0; `None` for the layer.
    pub row: Option<usize>,
}

/// A layer that was read.
#[derive(Debug)]
pub(crate) struct Drawn {
    /// Its name.
    pub name: String,
    /// Its fields and what they hold.
    pub fields: Vec<(String, OGRFieldType::Type)>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Where it lies, if it says so.
    pub crs: Option<Crs>,
    /// What is to be said about it.
    pub notes: Vec<Note>,
}

/// A row of a layer.
#[derive(Debug)]
pub(crate) struct Row {
    /// One value per field.
    pub values: Vec<Value>,
    /// What it draws.
    pub shape: Shape,
}

/// What a row draws.
#[derive(Debug, PartialEq)]
pub(crate) enum Shape {
    /// Polygons.
    Areas(Vec<Polygon>),
    /// Whatever well-known binary says.
    Wkb(Vec<u8>),
    /// A line, or points.
    Line(LineString<f64>),
    /// Nothing.
    Nothing,
}

/// Returns layers as a dataset in memory; rows are numbered from 0.
pub(crate) fn dataset(layers: &[Drawn]) -> Result<Dataset, GdalError> {
    // GDAL 3.11 merged the one into the other.
    let driver = DriverManager::get_driver_by_name("Memory").or_else(|_| DriverManager::get_driver_by_name("MEM"))?;
    let mut dataset = driver.create_vector_only("drawn")?;
    layers.iter().try_for_each(|layer| layer.add_to(&mut dataset))?;
    Ok(dataset)
}

impl Drawn {
    fn add_to(&self, dataset: &mut Dataset) -> Result<(), GdalError> {
        let srs = self.crs.as_ref().map(Crs::to_gdal).transpose().ok().flatten();
        let ty = OGRwkbGeometryType::wkbUnknown;
        let layer = dataset.create_layer(LayerOptions { name: &self.name, srs: srs.as_ref(), ty, options: None })?;
        for (name, kind) in &self.fields {
            FieldDefn::new(&name.replace('\0', ""), *kind)?.add_to_layer(&layer)?;
        }
        for row in &self.rows {
            let mut feature = Feature::new(layer.defn())?;
            for (at, value) in row.values.iter().enumerate() {
                match value {
                    Value::Text(text) => feature.set_field_string(at, &text.replace('\0', ""))?,
                    Value::Int(number) => feature.set_field_integer64(at, *number)?,
                    Value::Real(number) => feature.set_field_double(at, *number)?,
                    _ => {}
                }
            }
            let bytes = match &row.shape {
                Shape::Areas(polygons) => Some(wkb::multi_polygon(polygons)),
                Shape::Line(line) => Some(wkb::line(line)),
                Shape::Wkb(bytes) => Some(bytes.clone()),
                Shape::Nothing => None,
            };
            if let Some(bytes) = bytes {
                feature.set_geometry(Geometry::from_wkb(&bytes)?)?;
            }
            feature.create(&layer)?;
        }
        Ok(())
    }
}
