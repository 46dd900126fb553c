//! What the window and a project say to each other of base maps.

use super::Problem;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A base map to be shown under the layers.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ChooseBase {
    /// None.
    None,
    /// A file of this machine.
    File {
        /// MBTiles or PMTiles.
        path: String,
    },
    /// A server of tiles; it hears which tiles are looked at.
    Web {
        /// An address with `{z}`, `{x}` and `{y}`, or that of a WMTS or of one of its tiles.
        address: String,
    },
    /// Tianditu; it hears which tiles are looked at, and the key.
    Tianditu {
        /// `img` (pictures), `vec` (map) or `ter` (relief).
        map: String,
        /// Whether names are laid over it.
        labels: bool,
        /// The planner's own key; kept nowhere here.
        key: String,
    },
}

/// The base map that is shown.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default, PartialEq)]
pub struct BaseView {
    /// Its number, another one for every choice; 0 for none.
    pub number: u32,
    /// The file, if it is one.
    pub path: String,
    /// The server that is asked, if it is on one: its name without path and key.
    pub server: String,
    /// Its name.
    pub name: String,
    /// Whose it is, to be said wherever it is shown.
    pub attribution: String,
    /// The first zoom that has pictures.
    pub min_zoom: u8,
    /// The last one.
    pub max_zoom: u8,
    /// The width of a picture in pixels.
    pub tile_px: u32,
    /// Whether names come as pictures of their own.
    pub labels: bool,
}

/// How it goes with the base map.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default)]
pub struct BaseState {
    /// What is shown; its number is 0 if nothing is.
    pub view: BaseView,
    /// What the last tile that its server was asked for met with.
    pub trouble: Option<Problem>,
}
