//! DXF for colleagues with CAD: every polygon a filled hatch, on a drawing layer of its class.
//!
//! GDAL writes the drawing, with UTF-8 in a file that says it is Latin. CAD in China expects code
//! page 936 there, so the text is put into it afterwards.

use crate::error::FileError;
use crate::format::Format;
use crate::gdal_out;
use crate::geojson::Totals;
use crate::gpkg::Dress;
use crate::manner::{FieldNames, TextOut};
use crate::messages::{self, Cause};
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::{Cell, Theme};
use crate::wkb;
use gdal::errors::GdalError;
use gdal::vector::{Feature, Geometry, LayerAccess, LayerOptions, OGRwkbGeometryType};
use gdal::vsi;
use std::fs::File;
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a drawing layer may not have in its name.
const FORBIDDEN: [char; 13] = ['<', '>', '/', '\\', '"', ':', ';', '?', '*', '|', '=', ',', '`'];

/// Writes a drawing.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    names: FieldNames,
    watch: &Part<'_>,
) -> Result<Totals, FileError> {
    let failed = |error: GdalError| FileError::WriteFailed { path: path.to_path_buf(), source: error.into() };
    // GDAL's driver can crash when a disk is full, so it writes into memory.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let drawing = InMemory(format!("/vsimem/drawing-{}.dxf", NEXT.fetch_add(1, Ordering::Relaxed)));
    let utf8 = &drawing.0;
    messages::listen();
    let mut dataset = gdal_out::driver(path, Format::Dxf)?.create_vector_only(utf8).map_err(failed)?;
    let ty = OGRwkbGeometryType::wkbUnknown;
    let options = LayerOptions { name: "entities", srs: None, ty, options: None };
    let layer = dataset.create_layer(options).map_err(failed)?;
    let drawn_on = layer.defn().field_index("Layer").map_err(failed)?;
    let mut totals = Totals::default();
    for group in 0..sheet.len() {
        if group % 256 == 0 && !watch.reached(group as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let ellipsoid = sheet.ellipsoid_area(dress.arcs, group);
        let name = layer_name(theme, &(theme.values)(group, ellipsoid), dress, names);
        let draw = |polygon| -> Result<(), GdalError> {
            let mut feature = Feature::new(layer.defn())?;
            feature.set_geometry(Geometry::from_wkb(&wkb::multi_polygon(&[polygon]))?)?;
            feature.set_field_string(drawn_on, &name)?;
            feature.create(&layer)
        };
        sheet.polygons(group).into_iter().try_for_each(draw).map_err(failed)?;
        totals.features += 1;
        totals.ellipsoid_m2 += ellipsoid;
    }
    dataset.close().map_err(failed)?;
    if let Some(said) = messages::last_failure() {
        return Err(FileError::WriteFailed { path: path.to_path_buf(), source: Cause(said) });
    }
    let bytes = vsi::get_vsi_mem_file_bytes_owned(utf8).map_err(failed)?;
    recode(&bytes, path).map_err(|source| FileError::NotWritable { path: path.to_path_buf(), source })?;
    Ok(totals)
}

/// A file in GDAL's memory that is gone when writing ends, however it ends.
struct InMemory(String);

impl Drop for InMemory {
    fn drop(&mut self) {
        // A drawing that was read out is gone already; nobody else knows of it, so nobody need hear.
        let _ = vsi::unlink_mem_file(&self.0);
    }
}

/// The drawing layer of a feature: its class, in Chinese if names are to be.
fn layer_name(theme: &Theme<'_>, cells: &[Cell<'_>], dress: Dress<'_>, names: FieldNames) -> String {
    let at = theme.columns.iter().position(|(name, _)| *name == "class");
    let class = at.and_then(|at| gdal_out::text(&cells[at])).unwrap_or_default();
    let chinese = names == FieldNames::Chinese;
    let known = dress.rules.classes.iter().find(|known| known.id.as_str() == class);
    let name = match (class.is_empty(), known) {
        (true, _) => if chinese { "待定" } else { "open" }.to_owned(),
        (false, Some(known)) if chinese && !known.name.zh.is_empty() => known.name.zh.clone(),
        _ => class,
    };
    name.replace(FORBIDDEN, "_").replace(char::is_control, "_")
}

/// Puts a drawing into code page 936 and lets it say so.
fn recode(drawing: &[u8], to: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 18, File::create(to)?);
    for line in drawing.lines() {
        let line = line?;
        let line = if line.trim() == "ANSI_1252" { "ANSI_936" } else { &line };
        out.write_all(&TextOut::Gbk.encode(line))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
