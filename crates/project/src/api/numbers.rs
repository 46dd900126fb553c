//! What the window and a project say to each other of figures: groups of conflicts, districts, progress
//! over time, and the blueprint against what it was.

use super::{ClassChange, ClassTally, Filter, Tally};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A feature of a layer.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct PartyRef {
    /// The layer's name.
    pub layer: String,
    /// The feature's id in its file.
    pub fid: i64,
}

/// How the conflicts of a filter are grouped.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ListGroups {
    /// Which conflicts.
    pub filter: Filter,
    /// `pair`, `district` or `feature`.
    pub by: String,
}

/// Groups of conflicts, those with the most open ground first, at most 1,000.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Groups {
    /// How many groups there are.
    pub total: u32,
    /// The groups.
    pub rows: Vec<Group>,
}

/// A group of conflicts. What it is grouped by is given, the rest is empty.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Group {
    /// Class ids, sorted.
    pub classes: Vec<String>,
    /// A district's code; `-` for what lies in none.
    pub district: String,
    /// Its name, or that of the feature.
    pub name: String,
    /// A feature; its conflicts are those that it is a party of.
    pub party: Option<PartyRef>,
    /// All of them.
    pub tally: Tally,
    /// Of these, open.
    pub open: Tally,
}

/// Figures of the districts, for bars.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct DistrictFigures {
    /// The districts in the order of their codes; the last is the ground outside of all.
    pub rows: Vec<DistrictRow>,
}

/// A district's figures.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct DistrictRow {
    /// Its code; `-` for what lies in none.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Conflicts of which it holds the most.
    pub conflicts: Tally,
    /// Of these, open.
    pub open: Tally,
    /// Blueprint area within it by class, the largest first; an empty class is what is open. The count is
    /// that of the faces.
    pub classes: Vec<ClassTally>,
}

/// How the work went on.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Course {
    /// Day by day, the first first.
    pub days: Vec<CourseDay>,
}

/// What was decided by hand on a day, and by its end.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct CourseDay {
    /// The day, ISO 8601, where it was decided.
    pub day: String,
    /// How many operations.
    pub operations: u32,
    /// Decisions by hand in force at its end, of conflicts that are still there.
    pub decided: Tally,
}

/// What has changed of the blueprint since an operation.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Since {
    /// The operation's number; 0 is the beginning.
    pub number: u32,
    /// Conflicts that were decided otherwise then.
    pub changed: Tally,
    /// Classes whose area in the blueprint was another, then (before) and now (after).
    pub classes: Vec<ClassChange>,
}

/// A picture of figures.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct WritePicture {
    /// The file, `NAME.svg`.
    pub path: String,
    /// The picture as SVG.
    pub svg: String,
}

/// A base map to be shown under the layers.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ChooseBase {
    /// The MBTiles file; empty for no base map.
    pub path: String,
}

/// The base map that is shown.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default, PartialEq)]
pub struct BaseView {
    /// The file; empty for none.
    pub path: String,
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
}
