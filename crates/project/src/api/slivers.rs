//! What the window and a project say to each other of slivers.

use super::Tally;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How slivers are merged into their neighbours; areas in m², widths in m.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SliverSettings {
    /// A patch smaller than this is a sliver, where neither its class nor the scale says otherwise.
    pub area_m2: f64,
    /// A patch that is on average narrower than this is one too.
    pub width_m: f64,
    /// The denominator of the map's scale, which then says the area.
    pub scale: Option<f64>,
    /// The smallest patch per unit of `scale`.
    pub per_scale_m2: f64,
    /// How often slivers are looked for that a neighbour can take.
    pub passes: u32,
    /// Whether patches that nobody has decided are merged too.
    pub open: bool,
    /// Gaps smaller than this are filled.
    pub gap_area_m2: f64,
    /// Gaps narrower than this are filled.
    pub gap_width_m: f64,
    /// Thresholds of classes.
    pub classes: Vec<SliverClass>,
    /// What no sliver crosses.
    pub limits: Vec<SliverLimit>,
    /// Classes whose patches are never merged into others.
    pub except: Vec<String>,
}

/// The threshold of a class.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SliverClass {
    /// The class.
    pub class: String,
    /// As in [`SliverSettings`].
    pub area_m2: f64,
    /// As in [`SliverSettings`]; that one if absent.
    pub width_m: Option<f64>,
}

/// A line that no sliver crosses.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SliverLimit {
    /// Its name, Chinese and English.
    pub name: [String; 2],
    /// The layer whose edge it is; empty for none.
    pub layer: String,
    /// The class whose features' edge it is; empty for none.
    pub edge_of: String,
    /// The classes that stay among themselves.
    pub between: Vec<String>,
}

/// Whether slivers are merged, and how.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SliverState {
    /// Whether they are.
    pub active: bool,
    /// Where the settings come from: `record`, `plan` or `seeds`.
    pub from: String,
    /// The settings in force, or to begin with.
    pub settings: SliverSettings,
    /// Whether they are confirmed by a source or by the office.
    pub confirmed: bool,
    /// The source of those to begin with, Chinese and English.
    pub source: [String; 2],
}

/// What merging slivers would do.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SliversSupposed {
    /// Patches that would go to a neighbour.
    pub moved: Tally,
    /// Gaps that would be filled.
    pub filled: Tally,
    /// Slivers that no neighbour can take.
    pub left: Tally,
    /// How many gaps would stay, a finding each.
    pub unfilled: u32,
    /// Area moved per class, the largest first.
    pub by_class: Vec<ClassMove>,
    /// The first of them.
    pub sample: Vec<SliverRow>,
}

/// Slivers from one class to another.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ClassMove {
    /// The class they had; empty for gaps and what is open.
    pub from: String,
    /// The class they go to.
    pub to: String,
    /// Count and area.
    pub tally: Tally,
}

/// A sliver that was merged, or would be.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SliverRow {
    /// The class it had; empty for a gap and for what was open.
    pub from: String,
    /// The feature it came from, as `layer:fid`; empty for none.
    pub from_source: String,
    /// Whether it was a gap.
    pub gap: bool,
    /// The class it has now.
    pub to: String,
    /// The feature whose patch it went to; empty for none.
    pub to_source: String,
    /// Its area.
    pub area_m2: f64,
    /// Its mean width.
    pub width_m: f64,
    /// The pass in which it moved.
    pub pass: u32,
    /// Its conflict's id; empty if it was in none.
    pub conflict: String,
    /// A corner of the box around one of its faces, in degrees.
    pub lonlat: [f64; 2],
}

/// A page of what was merged.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ListSlivers {
    /// The first row.
    pub offset: u32,
    /// How many rows, at most 500.
    pub limit: u32,
}

/// Rows of what was merged.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SliverPage {
    /// All of it.
    pub total: Tally,
    /// The rows asked for.
    pub rows: Vec<SliverRow>,
}

/// The wish to merge slivers, or no longer to.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct MergeSlivers {
    /// How; `None` to merge none.
    pub settings: Option<SliverSettings>,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The legal reference.
    #[serde(default)]
    pub basis: String,
}
