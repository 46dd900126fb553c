//! GeoParquet read without GDAL, whose driver for it is missing in most builds.
//!
//! The metadata say which column is the geometry, how it is encoded and where it lies. Geometries in
//! well-known binary are taken; those in Arrow's own layout are named in the error. Columns of
//! structures and lists are left out.

use crate::crs::Crs;
use crate::drawn::{Drawn, Row as Drawing, Shape};
use crate::error::FileError;
use crate::messages::Cause;
use gdal::vector::OGRFieldType;
use lantu_engine::Value;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use std::fs::File;
use std::path::Path;

/// Returns the layer of a GeoParquet file.
pub(crate) fn draw(path: &Path, name: &str) -> Result<Drawn, FileError> {
    let strange = |cause: String| FileError::NotGis { path: path.to_path_buf(), source: Cause(cause) };
    let file = File::open(path).map_err(|source| FileError::Missing { path: path.to_path_buf(), source })?;
    let reader = SerializedFileReader::new(file).map_err(|error| strange(error.to_string()))?;
    let about = About::of(&reader).map_err(strange)?;
    let mut drawn = Drawn { name: name.to_owned(), fields: Vec::new(), rows: Vec::new(), crs: None, notes: Vec::new() };
    drawn.crs = about.crs.as_deref().map(Crs::parse).transpose()?;
    let rows = reader.get_row_iter(None).map_err(|error| strange(error.to_string()))?;
    for row in rows {
        let broken = |cause: String| FileError::Broken {
            path: path.to_path_buf(),
            after: drawn.rows.len() as u64,
            source: Cause(cause),
        };
        let row = row.map_err(|error| broken(error.to_string()))?;
        if drawn.fields.is_empty() {
            drawn.fields = fields(&row, &about.geometry);
        }
        drawn.rows.push(drawing(&row, &about.geometry, &drawn.fields));
    }
    Ok(drawn)
}

/// What the metadata say.
struct About {
    /// The column of the geometry.
    geometry: String,
    /// Its CRS as PROJJSON or as a name; `None` where it is said to be unknown.
    crs: Option<String>,
}

impl About {
    fn of(reader: &SerializedFileReader<File>) -> Result<Self, String> {
        let pairs = reader.metadata().file_metadata().key_value_metadata();
        let text = pairs.into_iter().flatten().find(|pair| pair.key == "geo").and_then(|pair| pair.value.as_deref());
        let text = text.ok_or_else(|| "it is Parquet without geometry: its metadata have no `geo`".to_owned())?;
        let about: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let geometry = about["primary_column"].as_str().unwrap_or("geometry").to_owned();
        let column = &about["columns"][&geometry];
        match column["encoding"].as_str() {
            Some("WKB") => {}
            other => {
                return Err(format!("its geometry is encoded as {}, not as WKB", other.unwrap_or("nothing known")));
            }
        }
        let id = &column["crs"]["id"];
        let crs = match (column.get("crs"), id["authority"].as_str(), id["code"].as_u64()) {
            // The standard's own rule for a file that says nothing.
            (None, ..) => Some("EPSG:4326".to_owned()),
            (Some(serde_json::Value::Null), ..) => None,
            (_, Some("EPSG"), Some(code)) => Some(format!("EPSG:{code}")),
            (_, Some("OGC"), _) => Some("EPSG:4326".to_owned()),
            (Some(crs), ..) => Some(crs.to_string()),
        };
        Ok(Self { geometry, crs })
    }
}

/// The fields of a row but the geometry, and what they hold.
fn fields(row: &Row, geometry: &str) -> Vec<(String, OGRFieldType::Type)> {
    let columns = row.get_column_iter().filter(|(name, field)| *name != geometry && !is_nested(field));
    columns.map(|(name, field)| (name.clone(), kind(field))).collect()
}

/// What a field holds, as its first row tells; a field without value there becomes text.
fn kind(field: &Field) -> OGRFieldType::Type {
    match value(field) {
        Value::Int(_) => OGRFieldType::OFTInteger64,
        Value::Real(_) => OGRFieldType::OFTReal,
        _ => OGRFieldType::OFTString,
    }
}

fn is_nested(field: &Field) -> bool {
    matches!(field, Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_))
}

fn drawing(row: &Row, geometry: &str, fields: &[(String, OGRFieldType::Type)]) -> Drawing {
    let named = |wanted: &str| row.get_column_iter().find(|(name, _)| *name == wanted).map(|(_, field)| field);
    let shape = match named(geometry) {
        Some(Field::Bytes(bytes)) => Shape::Wkb(bytes.data().to_vec()),
        _ => Shape::Nothing,
    };
    let fitted = |(name, kind): &(String, OGRFieldType::Type)| match (named(name).map_or(Value::Null, value), *kind) {
        (Value::Int(number), OGRFieldType::OFTString) => Value::Text(number.to_string().into()),
        (Value::Real(number), OGRFieldType::OFTString) => Value::Text(number.to_string().into()),
        (value, _) => value,
    };
    Drawing { values: fields.iter().map(fitted).collect(), shape }
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null | Field::Bytes(_) | Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => Value::Null,
        Field::Bool(truth) => Value::Int(i64::from(*truth)),
        Field::Byte(number) => Value::Int((*number).into()),
        Field::Short(number) => Value::Int((*number).into()),
        Field::Int(number) => Value::Int((*number).into()),
        Field::Long(number) => Value::Int(*number),
        Field::UByte(number) => Value::Int((*number).into()),
        Field::UShort(number) => Value::Int((*number).into()),
        Field::UInt(number) => Value::Int((*number).into()),
        Field::Float(number) => Value::Real((*number).into()),
        Field::Double(number) => Value::Real(*number),
        Field::Str(text) => Value::Text(text.as_str().into()),
        // Dates, times and long numbers, as the library writes them.
        other => Value::Text(other.to_string().into()),
    }
}
