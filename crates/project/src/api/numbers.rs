//! What the window and a project say to each other of figures: groups of conflicts, districts, balances,
//! progress over time, and the blueprint against what it was.

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

/// The balances, with the numbers that a report has. Areas are ellipsoidal. Lights are `green`, `yellow`
/// (it depends on open conflicts) and `red`; empty where the plan asks for nothing.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct BalanceFigures {
    /// The classes whose ground must be replaced where it is lost.
    pub ledger_classes: Vec<String>,
    /// Their ledger per region that has an entry, the whole first.
    pub ledger: Vec<LedgerFigure>,
    /// The targets.
    pub targets: Vec<TargetFigure>,
    /// The control lines per region.
    pub lines: Vec<LineFigure>,
    /// The shoreline per region, if the plan names the sea.
    pub shoreline: Vec<ShoreFigure>,
}

/// The replacement ledger of a region.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct LedgerFigure {
    /// The region's code; empty for the whole, `-` for what lies in no district.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Ground lost, in hectares.
    pub lost_ha: f64,
    /// Ground added.
    pub added_ha: f64,
    /// Ground that nobody has decided on.
    pub pending_ha: f64,
    /// What is still to be found, in m²; negative is more than was lost.
    pub owed_m2: f64,
    /// What of it other counties of the same city have found, in m²; `None` where there is no city.
    pub covered_in_city_m2: Option<f64>,
    /// How it stands.
    pub light: String,
}

/// A target and how it stands.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct TargetFigure {
    /// The class.
    pub class: String,
    /// The district's code; empty for the whole.
    pub district: String,
    /// What it must reach, in hectares.
    pub at_least_ha: Option<f64>,
    /// What it may not exceed.
    pub at_most_ha: Option<f64>,
    /// What it has for certain.
    pub has_ha: f64,
    /// What open conflicts may bring it.
    pub possible_ha: f64,
    /// How it stands.
    pub light: String,
}

/// A control line in a region.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct LineFigure {
    /// Its class.
    pub class: String,
    /// The region's code; empty for the whole.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its area in hectares; what of it lies on the layer's ground, if one is named.
    pub area_ha: f64,
    /// The layer whose ground it is a share of; empty for the districts' ground.
    pub of: String,
    /// Its share in per cent.
    pub share: Option<f64>,
}

/// The shoreline of a region, in metres of the plane.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ShoreFigure {
    /// The region's code; empty for the whole.
    pub code: String,
    /// Its name.
    pub name: String,
    /// All of it.
    pub length_m: f64,
    /// What lies at built classes.
    pub built_m: f64,
    /// The share that does not, in per cent.
    pub kept: f64,
    /// How that stands to the plan.
    pub light: String,
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

/// A picture of figures or of the map.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct WritePicture {
    /// The file, `NAME.svg` or `NAME.png`.
    pub path: String,
    /// The picture: text of an SVG, a PNG in base64.
    pub content: String,
}
