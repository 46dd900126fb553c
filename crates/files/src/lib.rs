//! GIS files into layers, blueprints and conflicts into files, and the proof of what was written.
//!
//! ```text
//! Source → read_layer → engine … engine → write_blueprint / write_conflicts → proof
//!                                          any polygon file → verify
//! ```
//!
//! GDAL opens and writes the formats; everything that Lantu promises about the coordinates as
//! written is made here and checked by reading the file again. Bad geometry is handed to the
//! engine as it is, which says so in findings; what cannot be read at all is a [`FileError`] that
//! names the file and says what to do, in Chinese and English.
//!
//! Reading: `source` (how a layer is named) → `open` (with `container` for archives and folders, unpacked into a `temp` folder,
//! `database` for PostGIS, `shapefile` and `drivers` for what GDAL keeps quiet; `boundary`, `table` and `parquet_in` for what it cannot
//! read, handed to it by `drawn`; `text` for encodings) → `claim` (whether the numbers fit the CRS)
//! → `wkb`, `curve` (rings) → `read`. In between: `crs`, `gauss` and `zone`, `shift`, `area` (with `chart`). Writing: `theme` (properties) →
//! `sheet` (faces; for GeoJSON taken to longitude and latitude by `bend` and noded anew) →
//! `geojson` or `gpkg` with `style`, or another `format` by `formats_out` (`gdal_out`,
//! `shapefile_out`, `parquet_out`, `dxf_out`, `boundary_out`) in the `manner` asked for, in a `draft` →
//! `export`, which proves (for `formats_out` by `kept`) and publishes, with its `parts`.
//! Verifying: `edges` (exact, as written), `verify` (overlay), `ground` (against other files).

mod area;
mod axes;
mod bend;
mod boundary;
mod boundary_out;
mod boundary_txt;
mod chart;
mod claim;
mod container;
mod crs;
mod curve;
mod database;
mod depot;
mod draft;
mod drawn;
mod drivers;
mod dxf_out;
mod edges;
mod error;
mod export;
mod fetch;
mod format;
mod formats_out;
mod gauss;
mod gdal_out;
mod geojson;
mod gpkg;
mod ground;
mod kept;
mod manner;
mod messages;
mod open;
pub mod paper;
mod parquet_in;
mod parquet_out;
mod parts;
mod placed;
mod progress;
#[cfg(test)]
mod proj_tool;
mod read;
mod rings;
mod shapefile;
mod shapefile_out;
mod sheet;
mod shift;
mod source;
mod style;
mod summary;
mod table;
mod temp;
mod text;
mod theme;
mod verify;
mod wkb;
mod zone;

pub use area::ArcAreas;
pub use chart::{Charts, Place};
pub use claim::Looks;
pub use container::data_files;
pub use crs::Crs;
pub use database::Content;
pub use depot::TempDepot;
pub use draft::{can_be_written, put_in_order, write_whole, write_whole_by};
pub use error::{Farthest, FileError, NotArea};
pub use export::{Written, WrittenProof, write_blueprint, write_blueprint_as, write_conflicts, write_conflicts_as};
pub use format::Format;
pub use ground::{BORDER_M, Comparison};
pub use manner::{FieldNames, Manner, TextOut};
pub use messages::Cause;
pub use parts::taken_by;
pub use placed::{Taker, drawn_area};
pub use read::{ReadLayer, read_layer, read_layer_into, read_lines};
pub use shift::{Convention, PlaneShift, Shift, SpaceShift};
pub use source::{LayerRequest, Source};
pub use summary::{LayerSummary, summary};
pub use temp::{TempFolder, sweep_temp};
pub use text::{EncodingBasis, TextEncoding, text_of};
pub use theme::{BlueprintExport, joined};
pub use verify::{Verification, verify};
pub use zone::choose_crs;

/// Sees how far the work is (0 to 1) and says whether to go on.
pub type Progress<'a> = &'a (dyn Fn(f64) -> bool + Sync);
