//! The one list of commands: what the window and the terminal may ask of a project.
//!
//! `commands!` makes from it the dispatcher behind [`crate::Project::call`] and, through ts-rs,
//! the TypeScript types in `ui/src/host/api.gen.ts`. Areas are in m², coordinates in the project's
//! plane unless a field says `lonlat`. Geometry never travels here: see `tiles`.

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
    /// What is to be said of another window that has the project open.
    pub shared: Option<Problem>,
}

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

/// One operation of the record.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct OperationView {
    /// Its number.
    pub number: u32,
    /// Who.
    pub who: String,
    /// When, ISO 8601.
    pub when: String,
    /// `decide`, `slivers`, `undo` or `redo`.
    pub kind: String,
    /// How many conflicts it touches.
    pub conflicts: u32,
    /// What was chosen, in the form of [`ChoiceArg`]; `None` for undo and redo.
    pub choice: Option<ChoiceArg>,
    /// Why.
    pub reason: String,
    /// The legal reference.
    pub basis: String,
}

/// Which conflicts are wanted.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default)]
#[serde(default)]
pub struct Filter {
    /// `open`, `rule`, `hand`, `compatible`; empty for all but `compatible`.
    pub state: String,
    /// Class ids, sorted; empty for all pairs.
    pub classes: Vec<String>,
    /// `overlap`, `self-overlap`, `gap`; empty for overlaps and self-overlaps.
    pub kind: String,
    /// `true`: slivers only; `false`: no slivers; `None`: both.
    pub sliver: Option<bool>,
    /// The rules that decided them or left them open, as `R1`; `-` for no rule; empty for any.
    pub rule: String,
    /// A part of a party's layer, label or feature id; the case of letters aside.
    pub text: String,
    /// The least area.
    pub min_area_m2: Option<f64>,
    /// The largest area.
    pub max_area_m2: Option<f64>,
    /// The least mean width.
    pub min_width_m: Option<f64>,
    /// The largest mean width.
    pub max_width_m: Option<f64>,
    /// West, south, east, north in degrees of what they must touch.
    pub within: Option<[f64; 4]>,
}

/// A page of the list.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ListConflicts {
    /// Which.
    pub filter: Filter,
    /// `area` (largest first), `width` (narrowest first), `pair` or `near`.
    pub sort: String,
    /// The longitude and latitude that `near` measures from.
    #[serde(default)]
    pub near: Option<[f64; 2]>,
    /// The first row.
    pub offset: u32,
    /// How many rows, at most 500.
    pub limit: u32,
    /// If given, its row is told in [`ConflictPage::row_of`].
    pub locate: Option<String>,
}

/// Rows of the list, wherever they are on it: many conflicts without their ids.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Rows {
    /// Which conflicts the list has.
    pub filter: Filter,
    /// Its order, as in [`ListConflicts`].
    pub sort: String,
    /// As in [`ListConflicts`].
    #[serde(default)]
    pub near: Option<[f64; 2]>,
    /// First and last row of each stretch, counted from 0; without any the whole list.
    pub ranges: Vec<[u32; 2]>,
}

/// Rows of the list.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ConflictPage {
    /// How many match, and their area.
    pub total: Tally,
    /// Of these, open.
    pub open: Tally,
    /// The rows asked for.
    pub rows: Vec<ConflictRow>,
    /// The row of the conflict asked for, if it matches.
    pub row_of: Option<u32>,
}

/// One row of the list.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ConflictRow {
    /// The conflict's id.
    pub id: String,
    /// `overlap`, `self-overlap` or `gap`.
    pub kind: String,
    /// Whether it is a sliver.
    pub sliver: bool,
    /// The parties' classes, in the parties' order, repeats left out.
    pub classes: Vec<String>,
    /// Its area.
    pub area_m2: f64,
    /// Its mean width.
    pub width_m: f64,
    /// `open`, `rule`, `hand` or `compatible`.
    pub state: String,
}

/// A conflict by id.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ById {
    /// The conflict's id.
    pub id: String,
}

/// All about one conflict.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ConflictDetail {
    /// As in the list.
    pub row: ConflictRow,
    /// West, south, east, north in degrees.
    pub lonlat_bounds: [f64; 4],
    /// A point inside, in degrees.
    pub lonlat_inside: [f64; 2],
    /// A point inside, in the project's plane.
    pub inside: [f64; 2],
    /// The ellipsoidal area.
    pub ellipsoid_area_m2: f64,
    /// Who claims it, in the order of the keys 1–9.
    pub parties: Vec<Party>,
    /// What is in force.
    pub decision: DecisionView,
    /// The split that it is a part of, if it is one.
    pub split: Option<SplitView>,
    /// Whether it is locked: nobody decides it before it is unlocked.
    pub locked: bool,
}

/// A split of a conflict into parts that are decided apart.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SplitView {
    /// Its number in the project.
    pub number: u32,
    /// The file whose borders were taken; empty for a line that was drawn.
    pub along: String,
    /// Who split it.
    pub who: String,
    /// When, ISO 8601.
    pub when: String,
}

/// Where to split a conflict.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SplitConflict {
    /// The conflict.
    pub id: String,
    /// The line that was drawn across it, in longitude and latitude; empty if a file is given.
    #[serde(default)]
    pub line: Vec<[f64; 2]>,
    /// The file whose borders cut it, if no line is given.
    #[serde(default)]
    pub path: String,
}

/// Conflicts to lock or to unlock.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Lock {
    /// Which, by id.
    pub conflicts: Vec<String>,
    /// Whether they are locked from now on.
    pub locked: bool,
}

/// An operation of the record.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ByNumber {
    /// Its number; 0 is the beginning.
    pub number: u32,
}

/// A feature that claims a place.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Party {
    /// Its layer.
    pub layer: String,
    /// Its id in the file.
    pub fid: i64,
    /// Its class.
    pub class: String,
    /// A name or code from its attributes, if it has one.
    pub label: String,
    /// Its whole area.
    pub area_m2: f64,
    /// The part of it that this conflict takes, 0 to 1.
    pub share: f64,
    /// Its attributes, in the file's order.
    pub attributes: Vec<[String; 2]>,
}

/// What is decided, and why.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct DecisionView {
    /// `open`, `give-to`, `keep-all`, `other-class` or `leave-empty`.
    pub verdict: String,
    /// The party it goes to (index in `parties`), for `give-to`.
    pub party: Option<u32>,
    /// The class it has now; empty while open.
    pub class: String,
    /// The rules that decided it, as `R1`; empty otherwise.
    pub rule: String,
    /// The rule's reason, Chinese and English.
    pub because: [String; 2],
    /// The rule's legal basis, Chinese and English.
    pub basis: [String; 2],
    /// Whether the rule is confirmed by a source.
    pub confirmed: bool,
    /// The operation that decided it, if a planner did.
    pub operation: Option<OperationView>,
}

/// What a planner chooses.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum ChoiceArg {
    /// A party, by layer and feature.
    GiveTo {
        /// The layer's name.
        layer: String,
        /// The feature's id.
        fid: i64,
    },
    /// The parties of a class, in each of many conflicts.
    GiveToClass {
        /// The class.
        class: String,
    },
    /// All parties stay.
    KeepAll,
    /// Another class.
    OtherClass {
        /// Its id.
        class: String,
    },
    /// It stays empty.
    LeaveEmpty,
    /// It is open again.
    Open,
}

/// A decision.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Decide {
    /// Which conflicts, by id.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// Which conflicts, as rows of the list; those that the choice does not apply to are passed over.
    #[serde(default)]
    pub rows: Option<Rows>,
    /// What is chosen.
    pub choice: ChoiceArg,
    /// Why.
    pub reason: String,
    /// The legal reference.
    pub basis: String,
}

/// A choice that is only tried.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Suppose {
    /// As in [`Decide`].
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// As in [`Decide`].
    #[serde(default)]
    pub rows: Option<Rows>,
    /// What would be chosen.
    pub choice: ChoiceArg,
}

/// What a choice would change.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Supposed {
    /// The conflicts that it applies to.
    pub applies: Tally,
    /// Those that it does not apply to, which would stay as they are.
    pub skipped: Tally,
    /// The classes whose area in the blueprint would change, by how much most first.
    pub changes: Vec<ClassChange>,
    /// The first few of the conflicts that it applies to.
    pub sample: Vec<ConflictRow>,
}

/// A class's area in the whole blueprint, before and after.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ClassChange {
    /// Class id; empty for open, `-` for ground that stays empty.
    pub class: String,
    /// Its area now; for `-` only that of the conflicts at hand.
    pub before_m2: f64,
    /// Its area then.
    pub after_m2: f64,
}

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
    /// The parameters as in [`LayerReading`]: none, three, seven, or four into the project's plane.
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

/// Decisions in force that fit no conflict any more.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Orphans {
    /// One per conflict, in the order of the record.
    pub rows: Vec<OrphanView>,
}

/// A decision without its conflict.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct OrphanView {
    /// The id of the conflict that it was made for.
    pub conflict: String,
    /// `conflict-gone`, or `party-gone` where only the feature or class chosen is.
    pub because: String,
    /// The operation's number.
    pub operation: u32,
    /// Who decided.
    pub who: String,
    /// When.
    pub when: String,
    /// What was chosen.
    pub choice: Option<ChoiceArg>,
    /// Why.
    pub reason: String,
    /// The legal reference.
    pub basis: String,
    /// The conflict's kind; empty if the record does not say.
    pub kind: String,
    /// The layers of its parties.
    pub layers: Vec<String>,
    /// Its area.
    pub area_m2: f64,
    /// Where it was, in degrees.
    pub lonlat: Option<[f64; 2]>,
}

/// Where to write what.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct Export {
    /// The file; its ending says the format (`.geojson`, `.gpkg`).
    pub path: String,
    /// `blueprint` or `conflicts`.
    pub what: String,
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
    /// How many of them are drawn in `.html` and `.pdf`.
    pub figures: u32,
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
    /// `read`, `normalise`, `edges`, `noding`, `faces`, `labels`, `detect`, `ellipsoid`, `decide`,
    /// `compose`, `slivers`, `check`, `write`, `prove`; `done` and `failed` end it.
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
    /// `cancelled`, `internal`, `no-crs`, `problem`: others exist only if the window acts on them.
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
