//! The formats beside GeoJSON and GeoPackage: each written, read again, and what it cannot hold said.

use crate::boundary_out::{self, Plane};
use crate::dxf_out;
use crate::error::FileError;
use crate::format::Format;
use crate::gdal_out;
use crate::geojson::Totals;
use crate::gpkg::Dress;
use crate::kept::{self, Unit};
use crate::manner::{Manner, TextOut};
use crate::parquet_out;
use crate::progress::Part;
use crate::shapefile_out;
use crate::sheet::Sheet;
use crate::source::Source;
use crate::theme::Theme;
use crate::verify;
use geo::Coord;
use lantu_engine::Feature;
use std::path::{Path, PathBuf};

/// What a format was given, and what it made of it.
pub(crate) struct Told {
    /// Features and area.
    pub totals: Totals,
    /// The rows as made, where they are compared by their fingerprints.
    pub fingerprints: Vec<u128>,
    /// The files that hold features: one, or the parts of a Shapefile.
    pub parts: Vec<PathBuf>,
    /// What the format cannot hold: Chinese, English.
    pub said: Vec<[String; 2]>,
}

/// How a read-back differs from what was planned.
pub(crate) struct Found {
    /// Features that are not exactly the planned ones.
    pub differing: u64,
    /// Features that GEOS holds to be invalid.
    pub invalid: u64,
}

/// Writes a sheet in a format.
pub(crate) fn write(
    format: Format,
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    manner: &Manner,
    watch: &Part<'_>,
) -> Result<Told, FileError> {
    let (mut parts, mut said) = (vec![path.to_path_buf()], Vec::new());
    let totals = match format {
        Format::Shapefile => {
            let written = shapefile_out::write(path, sheet, theme, dress, manner, watch)?;
            said = of_shapefile(path, &written, manner.encoding);
            parts = written.parts;
            written.totals
        }
        Format::FlatGeobuf => gdal_out::write_flatgeobuf(path, sheet, theme, dress, watch)?,
        Format::FileGeodatabase => gdal_out::write_geodatabase(path, sheet, theme, dress, watch)?,
        Format::GeoParquet => parquet_out::write(path, sheet, theme, dress, watch)?,
        Format::Dxf => {
            let crs = dress.crs.name();
            said.push([
                format!("DXF 没有坐标系和属性：图层名为类别，坐标为 {crs}。"),
                format!("DXF has no CRS and no attributes: layers are classes, coordinates are in {crs}."),
            ]);
            dxf_out::write(path, sheet, theme, dress, manner.names, watch)?
        }
        Format::BoundaryTxt => {
            said.push([
                "界址点 TXT 只有编号、来源、用途和地类编码，其余属性不写入。".to_owned(),
                "A boundary TXT holds number, source, use and class code; other properties are left out.".to_owned(),
            ]);
            let (totals, files, unknown) = boundary_out::write(path, sheet, theme, dress, manner, watch)?;
            parts = files;
            if unknown > 0 {
                said.push([
                    format!("有 {unknown} 个地块的文字含 GBK 编码没有的字符，已写成“?”；UTF-8 可完整写出。"),
                    format!(
                        "The texts of {unknown} parcels have characters that GBK lacks, with ? in their place; UTF-8 holds them all."
                    ),
                ]);
            }
            totals
        }
        // Written by modules of their own, before anybody asks here.
        Format::GeoJson | Format::GeoPackage => return Err(FileError::UnknownFormat { path: path.to_path_buf() }),
    };
    Ok(Told { totals, fingerprints: Vec::new(), parts, said })
}

fn of_shapefile(path: &Path, written: &shapefile_out::WrittenParts, encoding: TextOut) -> Vec<[String; 2]> {
    let sidecar = path.with_extension("fields.csv");
    let sidecar = sidecar.file_name().unwrap_or_default().to_string_lossy();
    let code = match encoding {
        TextOut::Utf8 => "UTF-8",
        TextOut::Gbk => "GBK",
    };
    let mut said = vec![[
        format!("Shapefile 的字段名不超过 10 字节，对照表见 {sidecar}；文字编码为 {code}。"),
        format!("Field names of a Shapefile have at most 10 bytes: {sidecar} lists them; text is in {code}."),
    ]];
    if written.cut > 0 {
        said.push([
            format!("有 {} 个文本超过 254 字节，已截短；完整内容请导出 GeoPackage。", written.cut),
            format!("{} texts are longer than 254 bytes and were cut; a GeoPackage holds them whole.", written.cut),
        ]);
    }
    if !written.unknown.is_empty() {
        let list = |between: &str| {
            let named = written.unknown.iter().map(|(field, times)| format!("{field} {times}"));
            named.collect::<Vec<_>>().join(between)
        };
        said.push([
            format!("有文本含 {code} 编码没有的字符，已写成“?”（字段和个数：{}）；UTF-8 可完整写出。", list("、")),
            format!(
                "Some texts have characters that {code} lacks, with ? in their place (fields and how many: {}); UTF-8 holds them all.",
                list(", ")
            ),
        ]);
    }
    if written.parts.len() > 1 {
        let names: Vec<_> =
            written.parts.iter().map(|part| part.file_name().unwrap_or_default().to_string_lossy()).collect();
        said.push([
            format!("数据量大，分写为 {} 个文件：{}。", names.len(), names.join("、")),
            format!("It is too large for one file and stands in {} files: {}.", names.len(), names.join(", ")),
        ]);
    }
    said
}

/// Reads what was written again and compares it with what was planned.
pub(crate) fn compare(
    format: Format,
    told: &Told,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    watch: &Part<'_>,
) -> Result<Found, FileError> {
    let (mut features, mut invalid) = (Vec::new(), 0);
    for part in &told.parts {
        if format == Format::GeoParquet {
            features.extend(parquet_out::read_own(part, watch)?);
            continue;
        }
        let layer = (format == Format::FileGeodatabase).then(|| theme.name.to_owned());
        let read = verify::read_as_written(&Source { path: part.clone(), layer, subset: None }, watch)?;
        invalid += read.invalid;
        features.extend(read.features);
    }
    if format == Format::BoundaryTxt {
        let added = Plane::of(&told.parts[0], sheet, dress)?.added();
        let coords = features.iter_mut().flat_map(|feature: &mut Feature| feature.polygons.iter_mut().flatten());
        coords.flat_map(|ring| &mut ring.0).for_each(|c: &mut Coord<f64>| c.x -= added);
    }
    let unit = if format == Format::Dxf { Unit::Polygon } else { Unit::Group };
    Ok(Found { differing: kept::differing(sheet, unit, &features), invalid })
}
