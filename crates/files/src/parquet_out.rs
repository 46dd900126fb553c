//! GeoParquet 1.1, written and read without GDAL: one column of well-known binary, the others plain.
//!
//! GeoParquet is a Parquet file whose metadata say which column is a geometry and in which CRS, so
//! the Parquet library is all that is needed. Other Parquet files are not read here.

use crate::error::FileError;
use crate::gdal_out;
use crate::geojson::Totals;
use crate::gpkg::Dress;
use crate::messages::Cause;
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::{Cell, Kind, Theme};
use crate::wkb;
use lantu_engine::Feature;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// How many rows are kept in memory and written as one group.
const ROWS: usize = 1 << 15;
/// The name of the column of geometries.
const GEOMETRY: &str = "geometry";

/// Writes GeoParquet.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    watch: &Part<'_>,
) -> Result<Totals, FileError> {
    let failed =
        |error: ParquetError| FileError::WriteFailed { path: path.to_path_buf(), source: Cause(error.to_string()) };
    let file = File::create(path).map_err(|source| FileError::NotWritable { path: path.to_path_buf(), source })?;
    let about = KeyValue::new("geo".to_owned(), about(sheet, dress)?.to_string());
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(vec![about]))
        .build();
    let schema = schema(theme).map_err(failed)?;
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(failed)?;
    let mut totals = Totals::default();
    for start in (0..sheet.len()).step_by(ROWS) {
        if !watch.reached(start as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let groups = start..(start + ROWS).min(sheet.len());
        let rows: Vec<Row<'_>> = groups.into_par_iter().map(|group| Row::of(sheet, theme, dress, group)).collect();
        write_group(&mut writer, &rows).map_err(failed)?;
        totals.features += rows.len() as u64;
        totals.ellipsoid_m2 += rows.iter().map(|row| row.ellipsoid_m2).sum::<f64>();
    }
    writer.close().map_err(failed)?;
    Ok(totals)
}

/// One row, ready to be written.
struct Row<'a> {
    geometry: ByteArray,
    cells: Vec<Cell<'a>>,
    ellipsoid_m2: f64,
}

impl<'a> Row<'a> {
    fn of(sheet: &Sheet<'_>, theme: &Theme<'a>, dress: Dress<'_>, group: usize) -> Self {
        let ellipsoid_m2 = sheet.ellipsoid_area(dress.arcs, group);
        let geometry = wkb::multi_polygon(&sheet.polygons(group)).into();
        Self { geometry, cells: (theme.values)(group, ellipsoid_m2), ellipsoid_m2 }
    }
}

fn schema(theme: &Theme<'_>) -> Result<TypePtr, ParquetError> {
    let geometry =
        Type::primitive_type_builder(GEOMETRY, Physical::BYTE_ARRAY).with_repetition(Repetition::REQUIRED).build()?;
    let mut columns = vec![Arc::new(geometry)];
    for (name, kind) in theme.columns {
        let (physical, logical) = match kind {
            Kind::Flag => (Physical::BOOLEAN, None),
            Kind::Real => (Physical::DOUBLE, None),
            Kind::Text | Kind::List | Kind::Object => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let column = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        columns.push(Arc::new(column.build()?));
    }
    Type::group_type_builder(theme.name).with_fields(columns).build().map(Arc::new)
}

/// What the standard wants to be told of the geometries.
fn about(sheet: &Sheet<'_>, dress: Dress<'_>) -> Result<Value, FileError> {
    let unknown = |error: String| FileError::UnknownCrs { text: dress.crs.name().to_owned(), source: Cause(error) };
    let text = dress.crs.to_gdal()?.to_projjson().map_err(|error| unknown(error.to_string()))?;
    let crs: Value = serde_json::from_str(&text).map_err(|error| unknown(error.to_string()))?;
    let mut column = json!({
        "encoding": "WKB", "geometry_types": ["MultiPolygon"], "crs": crs,
        "orientation": "counterclockwise", "edges": "planar",
    });
    if let Some(bounds) = sheet.bounds() {
        column["bbox"] = json!([bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]);
    }
    Ok(json!({ "version": "1.1.0", "primary_column": GEOMETRY, "columns": { GEOMETRY: column } }))
}

fn write_group(writer: &mut SerializedFileWriter<File>, rows: &[Row<'_>]) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    let mut at = 0;
    while let Some(mut column) = group.next_column()? {
        let cells = || rows.iter().map(|row| &row.cells[at - 1]);
        match column.untyped() {
            ColumnWriter::ByteArrayColumnWriter(out) if at == 0 => {
                let shapes: Vec<ByteArray> = rows.iter().map(|row| row.geometry.clone()).collect();
                out.write_batch(&shapes, None, None)?;
            }
            ColumnWriter::ByteArrayColumnWriter(out) => {
                let texts: Vec<Option<String>> = cells().map(gdal_out::text).collect();
                let levels = levels(&texts);
                let texts: Vec<ByteArray> = texts.iter().flatten().map(|text| text.as_str().into()).collect();
                out.write_batch(&texts, Some(&levels), None)?;
            }
            ColumnWriter::DoubleColumnWriter(out) => {
                let number = |cell: &Cell<'_>| if let Cell::Real(number) = cell { Some(*number) } else { None };
                let numbers: Vec<Option<f64>> = cells().map(number).collect();
                let there: Vec<f64> = numbers.iter().copied().flatten().collect();
                out.write_batch(&there, Some(&levels(&numbers)), None)?;
            }
            ColumnWriter::BoolColumnWriter(out) => {
                let flag = |cell: &Cell<'_>| if let Cell::Flag(flag) = cell { Some(*flag) } else { None };
                let flags: Vec<Option<bool>> = cells().map(flag).collect();
                let there: Vec<bool> = flags.iter().copied().flatten().collect();
                out.write_batch(&there, Some(&levels(&flags)), None)?;
            }
            _ => return Err(ParquetError::General("a column of a kind that was not asked for".to_owned())),
        }
        column.close()?;
        at += 1;
    }
    group.close()?;
    Ok(())
}

/// Which values are there: 1, or 0 for none.
fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
    values.iter().map(|value| i16::from(value.is_some())).collect()
}

/// Reads the geometries of a file that was just written.
pub(crate) fn read_own(path: &Path, watch: &Part<'_>) -> Result<Vec<Feature>, FileError> {
    let broken = |after: usize, cause: String| FileError::Broken {
        path: path.to_path_buf(),
        after: after as u64,
        source: Cause(cause),
    };
    let file = File::open(path).map_err(|source| FileError::Missing { path: path.to_path_buf(), source })?;
    let reader = SerializedFileReader::new(file).map_err(|error| broken(0, error.to_string()))?;
    let mut features = Vec::new();
    for group in 0..reader.num_row_groups() {
        if !watch.reached(group as f64 / reader.num_row_groups() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let shapes = shapes(&reader, group).map_err(|error| broken(features.len(), error.to_string()))?;
        for shape in shapes {
            let ground = wkb::read(shape.data());
            let ground = ground.map_err(|_| broken(features.len(), "no well-known binary".to_owned()))?;
            let fid = features.len() as i64;
            features.push(Feature { fid, polygons: ground.polygons, ..Feature::default() });
        }
    }
    Ok(features)
}

fn shapes(reader: &SerializedFileReader<File>, group: usize) -> Result<Vec<ByteArray>, ParquetError> {
    let group = reader.get_row_group(group)?;
    let rows = group.metadata().num_rows().max(0) as usize;
    let mut shapes = Vec::with_capacity(rows);
    let ColumnReader::ByteArrayColumnReader(mut column) = group.get_column_reader(0)? else {
        return Err(ParquetError::General("the first column holds no geometry".to_owned()));
    };
    while shapes.len() < rows {
        let before = shapes.len();
        column.read_records(rows - before, None, None, &mut shapes)?;
        if shapes.len() == before {
            break;
        }
    }
    Ok(shapes)
}
