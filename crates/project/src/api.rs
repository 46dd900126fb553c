//! The one list of commands: what the window and the terminal may ask of a project.
//!
//! `commands!` makes from it the dispatcher behind [`crate::Project::call`] and, through ts-rs,
//! the TypeScript types in `ui/src/host/api.gen.ts`. Areas are in m², coordinates in the project's
//! plane unless a field says `lonlat`. Geometry never travels here: see `tiles`.

mod base;
mod conflicts;
mod history;
mod layers;
mod numbers;
mod rules;
mod slivers;

pub use base::*;
pub use conflicts::*;
pub use history::*;
pub use layers::*;
pub use numbers::*;
pub use rules::*;
pub use slivers::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request without arguments.
#[derive(Deserialize, Serialize, TS, Debug, Default, Clone)]
pub struct Nothing {}

/// The whole state of the project as the window shows it; every change returns a new one.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default)]
pub struct View {
    /// Grows with every change; tiles carry it in their address.
    pub revision: u32,
    /// The project's name, Chinese and English; empty while nothing is open.
    pub title: [String; 2],
    /// Whether the data are re-labelled demo data, to be said wherever they are shown.
    pub demo: bool,
    /// What must be said wherever the data are shown (licence, re-labelling); Chinese and English.
    pub note: [String; 2],
    /// The file of the record, in which every decision is kept.
    pub record: String,
    /// The project's CRS as `EPSG:n`; empty before the first layer.
    pub crs: String,
    /// The grid's step in metres.
    pub grid_m: f64,
    /// West, south, east, north in degrees, if there is anything to see.
    pub lonlat_bounds: Option<[f64; 4]>,
    /// The layers, in the order of their names.
    pub layers: Vec<LayerView>,
    /// The classes in use, for legend and choices.
    pub classes: Vec<ClassView>,
    /// The name of the rule set, Chinese and English.
    pub rules: [String; 2],
    /// What the last run found; `None` before it.
    pub result: Option<ResultView>,
    /// Whether a run is under way.
    pub running: bool,
    /// What undo would take back, for its tooltip.
    pub undo: Option<OperationView>,
    /// What redo would bring back.
    pub redo: Option<OperationView>,
    /// The latest operations, newest first, at most 50.
    pub history: Vec<OperationView>,
    /// What was changed of the project file's layers in the window and applied again when it was
    /// opened.
    pub restored: Vec<LayerEdit>,
    /// What is to be said of how it was opened: layers that were passed over, a plane that has changed;
    /// Chinese and English.
    pub said: Vec<[String; 2]>,
    /// Who had the project open when the program was broken off, and since when; empty if it ended as it
    /// should.
    pub recovered: String,
    /// Whether the project names districts.
    pub districts: bool,
    /// What is to be said of another window that has the project open.
    pub shared: Option<Problem>,
}

/// A class of the rule set.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ClassView {
    /// Its id.
    pub id: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// `#rrggbb`.
    pub color: String,
    /// Whether it is a control line.
    pub control: bool,
    /// Whether its name comes from practice and is to be checked.
    pub to_be_checked: bool,
}

/// What the last run found.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ResultView {
    /// Conflicts that the rules do not simply let stand (compatible pairs left out, gaps too).
    pub conflicts: Tally,
    /// Of these, open.
    pub open: Tally,
    /// Of these, decided by rule.
    pub by_rule: Tally,
    /// Of these, decided by hand.
    pub by_hand: Tally,
    /// Overlaps of compatible classes.
    pub compatible: Tally,
    /// Enclosed places that nothing covers.
    pub gaps: Tally,
    /// Blueprint: patches and their area.
    pub blueprint: Tally,
    /// Blueprint area by class; an empty class is what is still open.
    pub by_class: Vec<ClassTally>,
    /// Conflicts by pair (or more) of classes.
    pub by_pair: Vec<PairTally>,
    /// Whether the proof holds.
    pub proof_holds: bool,
    /// How many decisions have lost their conflict.
    pub orphaned: u32,
    /// Slivers that were merged into their neighbours and gaps that were filled.
    pub slivers: Tally,
}

/// A count and an area.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Copy, Default)]
pub struct Tally {
    /// How many.
    pub count: u32,
    /// How large together.
    pub area_m2: f64,
}

/// A class and what it has.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ClassTally {
    /// Class id; empty for open.
    pub class: String,
    /// Count and area.
    pub tally: Tally,
}

/// Classes that contradict each other and how often.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct PairTally {
    /// Class ids, sorted.
    pub classes: Vec<String>,
    /// Count and area.
    pub tally: Tally,
    /// Of these, open.
    pub open: Tally,
}

/// A place on the map.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct PickAt {
    /// Longitude and latitude.
    pub lonlat: [f64; 2],
    /// How far around to look for tiny conflicts, in metres.
    pub tolerance_m: f64,
    /// Whether overlaps of compatible classes are wanted too.
    #[serde(default)]
    pub compatible: bool,
}

/// A place in degrees.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct PlaceAt {
    /// Longitude and latitude.
    pub lonlat: [f64; 2],
}

/// The same place in the project's plane.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Place {
    /// East and north.
    pub plane: [f64; 2],
}

/// A line that was drawn to measure it.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct DrawnLine {
    /// Its places, in longitude and latitude.
    pub line: Vec<[f64; 2]>,
}

/// How long and how large it is on the ellipsoid.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Measured {
    /// Its length.
    pub length_m: f64,
    /// The area that it encloses once it is closed; 0 for fewer than three places.
    pub area_m2: f64,
}

/// What is at a place.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default)]
pub struct Picked {
    /// The conflict there, the smallest first if several are near.
    pub conflict: Option<String>,
    /// The blueprint's class there; empty if open or nothing.
    pub class: String,
    /// The features there.
    pub parties: Vec<Party>,
}

/// Where to write what.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Export {
    /// The file; its ending says the format (`.geojson`, `.gpkg`).
    pub path: String,
    /// `blueprint` or `conflicts`.
    pub what: String,
    /// How, where the format leaves a choice.
    #[serde(default)]
    pub manner: ExportManner,
}

/// How to write, where a format leaves a choice.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default)]
#[serde(default)]
pub struct ExportManner {
    /// The encoding of text in a Shapefile or boundary TXT: `gbk`, or UTF-8 for anything else.
    pub encoding: String,
    /// What fields are called: `chinese`, `standard` (codes of the database standard), or as documented for
    /// anything else.
    pub names: String,
    /// Only the blueprint's patches of these classes; all if there are none.
    pub only: Vec<String>,
    /// Whether every patch becomes a boundary TXT of its own.
    pub each: bool,
}

/// What report to write.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct WriteReport {
    /// The file; its ending says the format (`.xlsx`, `.html`, `.pdf`, `.json`).
    pub path: String,
    /// `zh` or `en`.
    pub language: String,
    /// How many conflicts are listed one by one: open ones first, the largest first.
    pub list: u32,
    /// How many of them, or of `rows`, are drawn in `.html` and `.pdf`.
    pub figures: u32,
    /// Conflicts that are told and drawn instead, by their ids.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// Rows of the list that are told and drawn instead.
    #[serde(default)]
    pub rows: Option<Rows>,
}

/// A report that was written.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ReportWritten {
    /// The file.
    pub path: String,
    /// Whether the blueprint in memory was proven to be a partition.
    pub proven: bool,
}

/// Where to copy the record to.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SaveAs {
    /// The file, `NAME.lantu`.
    pub path: String,
}

/// What was put into the record.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct KeptLayers {
    /// The record.
    pub path: String,
    /// How many patches.
    pub patches: u32,
    /// How many conflicts.
    pub conflicts: u32,
}

/// What was written.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Exported {
    /// The file.
    pub path: String,
    /// How many features.
    pub features: u32,
    /// Whether the file as written was proven to be a partition.
    pub proven: bool,
}

/// How far long work is; sent as an event, at most 20 a second.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Progress {
    /// `read`, `normalise`, `edges`, `noding`, `faces`, `labels`, `detect`, `ellipsoid`, `districts`, `decide`,
    /// `compose`, `slivers`, `check`; `write`, `prove`; `report`, `paper`; `done` and `failed` end it.
    pub stage: String,
    /// 0 to 1 within the whole work.
    pub fraction: f64,
    /// The layer or file at hand.
    pub about: String,
    /// Why it failed.
    pub problem: Option<Problem>,
}

/// An error as people see it.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct Problem {
    /// `base`, `cancelled`, `internal`, `no-crs`, `problem`: others exist only if the window acts on them.
    pub code: String,
    /// What happened, to which thing; Chinese and English.
    pub message: [String; 2],
    /// What to do; Chinese and English.
    pub hint: [String; 2],
}

/// What the about page says.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct About {
    /// The program's version.
    pub version: String,
    /// The case's figures, the yardstick.
    pub figures: Vec<CaseFigure>,
    /// Their source, Chinese and English.
    pub source: [String; 2],
}

/// A figure of Hainan's case.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct CaseFigure {
    /// What it counts, Chinese and English.
    pub name: [String; 2],
    /// The figure as text, with its unit; Chinese and English.
    pub value: [String; 2],
}

crate::commands! {
    /// The state.
    view: Nothing => View,
    /// The version and the case's figures.
    about: Nothing => About,
    /// Closes what is open and opens the demo project.
    open_demo: Nothing => View,
    /// Opens a project file, or data files as new layers.
    open: Paths => View,
    /// Forgets what the window changed of the project file's layers and opens the file as it stands.
    drop_edits: Nothing => View,
    /// Renames a layer or gives it another class.
    edit_layer: EditLayer => View,
    /// How a layer is read, and why so.
    layer_reading: ByName => LayerReading,
    /// Reads a layer again in another way.
    read_layer: ReadLayer => View,
    /// Takes a layer out of the project; its file stays.
    remove_layer: ByName => View,
    /// Gives a layer a new file; decisions that still fit go on to hold after the next run.
    replace_layer: ReplaceLayer => View,
    /// Decisions in force that fit no conflict any more, with their old places.
    orphans: Nothing => Orphans,
    /// Starts the work; progress comes as events.
    run: Nothing => View,
    /// Stops the work; the last result stays.
    cancel: Nothing => View,
    /// A page of the list of conflicts.
    conflicts: ListConflicts => ConflictPage,
    /// The conflicts of a filter, grouped.
    groups: ListGroups => Groups,
    /// Every district's conflicts and classes.
    districts: Nothing => DistrictFigures,
    /// Ledger, targets, control lines and shoreline, with the numbers that a report has.
    balances: Nothing => BalanceFigures,
    /// Decisions by hand, day by day.
    course: Nothing => Course,
    /// Compares the blueprint with what it was after an operation; the map can show that from then on.
    since: ByNumber => Since,
    /// A page of the record, newest first.
    history: ListHistory => HistoryPage,
    /// All about one conflict.
    conflict: ById => ConflictDetail,
    /// What is at a place of the map.
    pick: PickAt => Picked,
    /// The findings of a layer, with their places.
    findings: ListFindings => FindingPage,
    /// A place of the map in the project's plane.
    place: PlaceAt => Place,
    /// How long and how large a line is that was drawn.
    measure: DrawnLine => Measured,
    /// What a choice would change; nothing is changed.
    suppose: Suppose => Supposed,
    /// Decides conflicts, all in one operation.
    decide: Decide => View,
    /// Whether slivers are merged, and how.
    sliver_state: Nothing => SliverState,
    /// What merging slivers by some settings would do; nothing is changed.
    suppose_slivers: SliverSettings => SliversSupposed,
    /// Merges slivers by these settings, or no longer; one step for undo.
    merge_slivers: MergeSlivers => View,
    /// The slivers that were merged, with from and to.
    slivers: ListSlivers => SliverPage,
    /// The rules in force, as they are edited.
    rule_state: Nothing => RuleState,
    /// Reads a rule file to look at it and edit it; nothing is changed.
    read_rules: FileAt => RuleState,
    /// What other rules would do; nothing is changed.
    suppose_rules: SupposeRules => RulesSupposed,
    /// Decides by other rules from now on; nothing is cut again. One step for undo.
    change_rules: ChangeRules => View,
    /// Writes rules as a file.
    write_rules: WriteRules => FileAt,
    /// Shows a base map, or none. One on a server is asked for from then on.
    choose_base: ChooseBase => BaseView,
    /// How it goes with the base map.
    base_state: Nothing => BaseState,
    /// Writes a picture of figures or of the map.
    write_picture: WritePicture => FileAt,
    /// Takes back the latest decision.
    undo: Nothing => View,
    /// Brings back what was taken back last.
    redo: Nothing => View,
    /// Takes back or brings back decisions until the one of this number is the latest in force.
    return_to: ByNumber => View,
    /// Locks decided conflicts against further decisions, or unlocks them.
    lock: Lock => View,
    /// Splits a conflict into parts that are decided apart, and runs again.
    split: SplitConflict => View,
    /// Makes one conflict again of the parts of a split, and runs again.
    rejoin: ByNumber => View,
    /// Writes the blueprint or the conflicts.
    export: Export => Exported,
    /// Writes the report of what is on the screen, split by the plan's districts.
    write_report: WriteReport => ReportWritten,
    /// Puts blueprint and conflicts into the record as layers with colours, for QGIS.
    keep_layers: Nothing => KeptLayers,
    /// Copies the record to another file; the project goes on with its own.
    save_as: SaveAs => View,
}
