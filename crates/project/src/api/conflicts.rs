//! What the window and a project say to each other of conflicts: lists, details, choices, splits, orphans.

use super::{OperationView, PartyRef, Tally};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which conflicts are wanted.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default, PartialEq)]
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
    /// The code of the district, or of what it lies in, that holds the most of them; `-` for none; empty
    /// for any.
    pub district: String,
    /// A feature that is a party of them.
    pub party: Option<PartyRef>,
}

/// A page of the list.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ListConflicts {
    /// Which.
    pub filter: Filter,
    /// `area` (largest first), `width` (narrowest first), `pair`, `district` or `near`.
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
    /// The legal basis of the rule or of the pair of classes, Chinese and English.
    pub basis: [String; 2],
    /// Whether the rule or the pair of classes is confirmed by a source.
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
