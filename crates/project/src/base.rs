//! Base maps: pictures under the layers, from a file on this machine or from a server.
//!
//! ```text
//! file    MBTiles, PMTiles                    mbtiles, pmtiles
//! server  an address, a WMTS, Tianditu        address, wmts → web
//! ```
//!
//! There is none until a planner chooses one. A file is opened to be read only. A server is asked only while its
//! base map is chosen, for the tiles that the map shows and for nothing else, and never from the window itself,
//! whose page may reach nobody: see `web`.

mod address;
mod mbtiles;
mod pmtiles;
mod web;
mod wmts;

use crate::api::{BaseView, ChooseBase, Problem};
use crate::problem;
use mbtiles::MbTiles;
use pmtiles::PmTiles;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use web::Web;

/// The deepest zoom that tiles are asked for at.
const DEEPEST: u8 = 24;

/// An open base map.
pub(crate) struct Base {
    kind: Kind,
    view: BaseView,
}

enum Kind {
    MbTiles(MbTiles),
    PmTiles(PmTiles),
    Web(Box<Web>),
}

/// Which pictures of a base map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Part {
    /// The map itself.
    Ground,
    /// The names over it, where a server keeps them apart.
    Labels,
}

impl Base {
    /// Opens what was chosen; `None` if nothing was. A server is asked for one tile, so that a wrong address or
    /// key is told at once.
    ///
    /// # Errors
    /// A problem if it is no file of pictures or the server does not give any.
    pub(crate) fn choose(choice: &ChooseBase) -> Result<Option<Self>, Problem> {
        let (kind, mut view) = match choice {
            ChooseBase::None => return Ok(None),
            ChooseBase::File { path } => file(Path::new(path))?,
            ChooseBase::Web { address } => server(Web::at(address)?)?,
            ChooseBase::Tianditu { map, labels, key } => server(Web::tianditu(map, *labels, key)?)?,
        };
        view.max_zoom = view.max_zoom.min(DEEPEST);
        view.number = next_number();
        Ok(Some(Self { kind, view }))
    }

    /// Returns what is to be said of it.
    pub(crate) fn view(&self) -> &BaseView {
        &self.view
    }

    /// Returns a picture as the file or the server has it, if there is one at that place.
    ///
    /// # Errors
    /// A problem if it cannot be read or fetched.
    pub(crate) fn tile(&self, part: Part, z: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>, Problem> {
        let there = z <= DEEPEST && x < 1 << z && y < 1 << z;
        if !there || z < self.view.min_zoom || z > self.view.max_zoom || (part == Part::Labels && !self.view.labels) {
            return Ok(None);
        }
        match &self.kind {
            Kind::MbTiles(file) => file.tile(z, x, y),
            Kind::PmTiles(file) => file.tile(z, x, y),
            Kind::Web(web) => web.tile(part, z, x, y),
        }
    }

    /// Whether a server is asked for it.
    pub(crate) fn is_on_a_server(&self) -> bool {
        matches!(self.kind, Kind::Web(_))
    }

    /// Returns what keeps its server from giving pictures at present.
    pub(crate) fn trouble(&self) -> Option<Problem> {
        match &self.kind {
            Kind::Web(web) => web.trouble(),
            _ => None,
        }
    }

    /// Asks nobody any more, whoever still waits for a picture.
    pub(crate) fn close(&self) {
        if let Kind::Web(web) = &self.kind {
            web.close();
        }
    }
}

/// A number of its own for every base map, so that the pictures of the one before are not shown.
fn next_number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

fn file(path: &Path) -> Result<(Kind, BaseView), Problem> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pmtiles")) {
        let (file, view) = PmTiles::open(path)?;
        return Ok((Kind::PmTiles(file), view));
    }
    let (file, view) = MbTiles::open(path)?;
    Ok((Kind::MbTiles(file), view))
}

fn server((web, view): (Web, BaseView)) -> Result<(Kind, BaseView), Problem> {
    web.tile(Part::Ground, view.min_zoom, 0, 0)?;
    Ok((Kind::Web(Box::new(web)), view))
}

/// A file that is no file of pictures.
fn bad_file(path: &Path, cause: &dyn std::fmt::Display) -> Problem {
    let hint = [
        "底图须是栅格 MBTiles 或 PMTiles 文件（PNG、JPEG 或 WebP）。",
        "A base map is a raster MBTiles or PMTiles file (PNG, JPEG or WebP).",
    ];
    problem::bad_file(path, cause, hint)
}

/// Whether bytes begin as a picture does that a map can draw.
fn is_picture(bytes: &[u8]) -> bool {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    starts(b"\x89PNG\r\n\x1a\n")
        || starts(b"\xff\xd8\xff")
        || starts(b"GIF8")
        || (starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}

/// The width of a PNG, which says whether pictures are made for fine screens.
fn width(picture: &[u8]) -> Option<u32> {
    let header = picture.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(8..12)?;
    Some(u32::from_be_bytes(header.try_into().ok()?)).filter(|width| [256, 512].contains(width))
}
