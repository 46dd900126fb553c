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
//! Modules in the order in which a file passes through them:

mod error;
mod messages;
mod source;
mod crs;
mod zone;
mod shapefile;
mod open;
mod curve;
mod wkb;
mod summary;
mod read;
mod bend;
mod area;
mod progress;
mod theme;
mod sheet;
mod draft;
mod geojson_out;
mod style;
mod gpkg_out;
mod export;
mod edges;
mod ground;
mod verify;

pub use area::ellipsoid_areas;
pub use crs::Crs;
pub use error::{FileError, NotArea};
pub use export::{Written, WrittenProof, write_blueprint, write_conflicts};
pub use ground::{BORDER_M, Comparison};
pub use messages::Cause;
pub use read::{ReadLayer, read_layer};
pub use source::{LayerRequest, Source};
pub use summary::{LayerSummary, summary};
pub use theme::BlueprintExport;
pub use verify::{Verification, verify};
pub use zone::choose_crs;

/// Sees how far the work is (0 to 1) and says whether to go on.
pub type Progress<'a> = &'a (dyn Fn(f64) -> bool + Sync);
