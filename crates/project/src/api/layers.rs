//! What the window and a project say to each other of layers: how they are read, changed and found at fault.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A change of a layer that the record keeps beside the project file.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct LayerEdit {
    /// The layer's name in the project file, or that of an added layer.
    pub layer: String,
    /// `rename`, `class`, `read`, `replace`, `remove`, `add`; `lost` if it could not be applied.
    pub kind: String,
    /// The new name, class or file.
    pub value: String,
}

/// A layer in the list.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct LayerView {
    /// Its name, unique in the project.
    pub name: String,
    /// Its class (role), one of the rule set's classes.
    pub class: String,
    /// Where it was read from, with `|layername=…|subset=…`.
    pub source: String,
    /// The file's CRS.
    pub crs: String,
    /// How many features it has.
    pub features: u32,
    /// Its area: the sum of its features' ground.
    pub area_m2: f64,
    /// How many findings it has, per code.
    pub findings: Vec<CodeCount>,
}

/// A finding's code and how often it occurs.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct CodeCount {
    /// The code, as `self-intersection`.
    pub code: String,
    /// `note`, `warning` or `loss`.
    pub severity: String,
    /// How often.
    pub count: u32,
}

/// A page of a layer's findings.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ListFindings {
    /// The layer's name.
    pub layer: String,
    /// The findings' code.
    pub code: String,
    /// The first one.
    pub offset: u32,
    /// How many, at most 500.
    pub limit: u32,
}

/// Findings of one code.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct FindingPage {
    /// How many there are.
    pub total: u32,
    /// Those asked for.
    pub rows: Vec<FindingRow>,
}

/// One finding.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct FindingRow {
    /// The feature it is about, if it is about one.
    pub fid: Option<i64>,
    /// Where, in degrees, if somewhere in particular.
    pub lonlat: Option<[f64; 2]>,
}

/// Files to open.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Paths {
    /// Data files, folders or one project file (`.toml`).
    pub paths: Vec<String>,
    /// The CRS of layers that do not say, as `EPSG:n`.
    #[serde(default)]
    pub assume_crs: Option<String>,
}

/// A layer's new name or class.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct EditLayer {
    /// The layer's present name.
    pub name: String,
    /// The new name.
    pub rename: Option<String>,
    /// The new class.
    pub class: Option<String>,
}

/// How a layer is read, and why so.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct LayerReading {
    /// The file, with `|layername=…|subset=…`.
    pub source: String,
    /// Its class.
    pub class: String,
    /// Why it has this class, Chinese and English.
    pub class_because: [String; 2],
    /// The encoding of its text, as `GBK`.
    pub encoding: String,
    /// Who says so: `declared`, `detected` or `given`.
    pub encoding_basis: String,
    /// Whether every character could be decoded.
    pub encoding_certain: bool,
    /// The CRS that its coordinates are taken to be in.
    pub crs: String,
    /// The CRS that the planner has given; empty if the file is believed.
    pub crs_given: String,
    /// The fields of the file.
    pub fields: Vec<String>,
    /// The field that holds each feature's own class; empty if all have the layer's.
    pub class_field: String,
    /// The system of its codes: `survey`, `planning` or empty.
    pub codes: String,
    /// A field that seems to hold codes; empty if none does.
    pub codes_field: String,
    /// The system that its codes seem to have, as in `codes`.
    pub codes_system: String,
    /// Why it seems so, Chinese and English.
    pub codes_because: [String; 2],
    /// `given`, `missing` where a datum is crossed without parameters, `none` where none is crossed.
    pub datum: String,
    /// The parameters of the way between the datums: dX, dY, dZ (m), rX, rY, rZ (″), scale (10⁻⁶); or
    /// north, east (m), angle (″), scale (10⁻⁶); empty if none are given.
    pub shift: Vec<f64>,
}

/// How a layer is to be read from now on; what is empty is left to the file.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ReadLayer {
    /// The layer.
    pub name: String,
    /// The encoding of its text.
    pub encoding: String,
    /// The CRS of its coordinates.
    pub crs: String,
    /// The field that holds each feature's own class.
    pub class_field: String,
    /// The system of its codes: `survey`, `planning` or empty.
    pub codes: String,
    /// The parameters as in [`LayerReading`]: none, three, seven, or four. What the project file says beside
    /// the numbers (`convention`, `to`) stays; where it says nothing, four lead into the project's plane.
    pub shift: Vec<f64>,
}

/// A layer by name.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ByName {
    /// Its name.
    pub name: String,
}

/// A new version of a layer.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ReplaceLayer {
    /// The layer.
    pub name: String,
    /// The new file, in QGIS's spelling.
    pub path: String,
}
