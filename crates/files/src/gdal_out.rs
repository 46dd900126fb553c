//! Layers written through GDAL: FlatGeobuf, file geodatabase, and the parts of a Shapefile.

use crate::error::FileError;
use crate::format::Format;
use crate::geojson::Totals;
use crate::gpkg::Dress;
use crate::messages::{self, Cause};
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::{Cell, Kind, Theme};
use crate::wkb;
use gdal::errors::GdalError;
use gdal::vector::{Feature, FieldDefn, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use gdal::{Driver, DriverManager, Metadata};
use std::path::Path;

/// A field of a table to be written.
pub(crate) struct Field {
    /// Its name, as short as the format wants it.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// The bytes of its longest text; 0 where the format does not want to know.
    pub width: usize,
}

/// A table to be written.
pub(crate) struct Table<'a> {
    /// Its format.
    pub format: Format,
    /// Its name in the file.
    pub name: &'a str,
    /// Its fields, one per column of the theme.
    pub fields: &'a [Field],
    /// The driver's options.
    pub options: &'a [&'a str],
    /// The groups that are written.
    pub groups: &'a [usize],
    /// What becomes of a text before it is written.
    pub fit: &'a dyn Fn(String) -> String,
}

/// Returns the driver that writes a format.
///
/// # Errors
/// [`FileError::NoWriter`] if the GDAL at hand has none that writes.
pub(crate) fn driver(path: &Path, format: Format) -> Result<Driver, FileError> {
    let name = format.driver().unwrap_or_default();
    let driver = DriverManager::get_driver_by_name(name).ok();
    let writes = |driver: &Driver| driver.metadata_item("DCAP_CREATE", "").is_some_and(|yes| yes == "YES");
    driver.filter(writes).ok_or(FileError::NoWriter { path: path.to_path_buf(), format, driver: name })
}

/// Writes FlatGeobuf, whose features lie in the order of their places.
pub(crate) fn write_flatgeobuf(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    watch: &Part<'_>,
) -> Result<Totals, FileError> {
    let groups: Vec<usize> = (0..sheet.len()).collect();
    let fields = fields(theme);
    let table = Table {
        format: Format::FlatGeobuf,
        name: theme.name,
        fields: &fields,
        options: &[],
        groups: &groups,
        fit: &|text| text,
    };
    write(path, sheet, theme, dress, &table, watch)
}

/// How far beside the data a geodatabase leaves room for more, in metres: the width of a zone.
const ROOM_M: f64 = 1e6;
/// The tolerance that Esri's programs want at least, in metres.
const TOLERANCE_M: f64 = 1e-3;

/// Writes a file geodatabase, on whose own integer grid every point of ours is a point.
pub(crate) fn write_geodatabase(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    watch: &Part<'_>,
) -> Result<Totals, FileError> {
    let groups: Vec<usize> = (0..sheet.len()).collect();
    let fields = fields(theme);
    let (step, unit) = (sheet.partition.grid.step(), dress.crs.metres_per_unit());
    let room = ROOM_M / unit;
    // Whole numbers, so that adding them back to a decoded coordinate costs no digit.
    let corner = sheet.bounds().map_or([0.0, 0.0], |bounds| [bounds.min().x, bounds.min().y]);
    let [west, south] = corner.map(|side| (side - room).floor());
    let options = [
        format!("XORIGIN={west}"),
        format!("YORIGIN={south}"),
        format!("XYSCALE={}", 1.0 / step),
        format!("XYTOLERANCE={}", (10.0 * step).max(TOLERANCE_M / unit)),
    ];
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let table = Table {
        format: Format::FileGeodatabase,
        name: theme.name,
        fields: &fields,
        options: &options,
        groups: &groups,
        fit: &|text| text,
    };
    write(path, sheet, theme, dress, &table, watch)
}

fn fields(theme: &Theme<'_>) -> Vec<Field> {
    theme.columns.iter().map(|&(name, kind)| Field { name: name.to_owned(), kind, width: 0 }).collect()
}

/// Writes a table; the file is closed when this returns.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    table: &Table<'_>,
    watch: &Part<'_>,
) -> Result<Totals, FileError> {
    let failed = |error: GdalError| FileError::WriteFailed { path: path.to_path_buf(), source: error.into() };
    let srs = dress.crs.to_gdal()?;
    messages::listen();
    let mut dataset = driver(path, table.format)?.create_vector_only(path).map_err(failed)?;
    let ty = OGRwkbGeometryType::wkbMultiPolygon;
    let options = (!table.options.is_empty()).then_some(table.options);
    let layer =
        dataset.create_layer(LayerOptions { name: table.name, srs: Some(&srs), ty, options }).map_err(failed)?;
    for field in table.fields {
        field.add_to(&layer).map_err(failed)?;
    }
    let mut totals = Totals::default();
    for (done, &group) in table.groups.iter().enumerate() {
        if done % 256 == 0 && !watch.reached(done as f64 / table.groups.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        let ellipsoid = sheet.ellipsoid_area(dress.arcs, group);
        let row = || -> Result<(), GdalError> {
            let mut feature = Feature::new(layer.defn())?;
            feature.set_geometry(Geometry::from_wkb(&wkb::multi_polygon(&sheet.polygons(group)))?)?;
            for (at, cell) in (theme.values)(group, ellipsoid).iter().enumerate() {
                set(&mut feature, at, cell, table.fit)?;
            }
            feature.create(&layer)
        };
        row().map_err(failed)?;
        totals.features += 1;
        totals.ellipsoid_m2 += ellipsoid;
    }
    // Some drivers write everything only now.
    dataset.close().map_err(failed)?;
    match messages::last_failure() {
        Some(said) => Err(FileError::WriteFailed { path: path.to_path_buf(), source: Cause(said) }),
        None => Ok(totals),
    }
}

impl Field {
    fn add_to<L: LayerAccess>(&self, layer: &L) -> Result<(), GdalError> {
        let kind = match self.kind {
            Kind::Flag => OGRFieldType::OFTInteger,
            Kind::Real => OGRFieldType::OFTReal,
            Kind::Text | Kind::List | Kind::Object => OGRFieldType::OFTString,
        };
        let definition = FieldDefn::new(&self.name, kind)?;
        if self.width > 0 {
            definition.set_width(self.width as i32);
            definition.set_precision(if self.kind == Kind::Real { 4 } else { 0 });
        }
        definition.add_to_layer(layer)
    }
}

fn set(feature: &mut Feature<'_>, at: usize, cell: &Cell<'_>, fit: &dyn Fn(String) -> String) -> Result<(), GdalError> {
    match cell {
        Cell::Nothing => feature.set_field_null(at),
        Cell::Flag(flag) => feature.set_field_integer(at, i32::from(*flag)),
        Cell::Real(number) => feature.set_field_double(at, *number),
        _ => match text(cell) {
            Some(text) => feature.set_field_string(at, &fit(text)),
            None => feature.set_field_null(at),
        },
    }
}

/// Returns the text of a cell where a format has neither lists nor objects; `None` for no text.
pub(crate) fn text(cell: &Cell<'_>) -> Option<String> {
    let text = match cell {
        Cell::Text(text) => text.to_string(),
        Cell::Texts(texts) => texts.join(", "),
        Cell::Words(_) | Cell::Row(_) => serde_json::to_string(cell).ok()?,
        Cell::Nothing | Cell::Flag(_) | Cell::Real(_) => return None,
    };
    // Inside GDAL a text ends at its first zero.
    Some(text.replace('\0', ""))
}
