//! What the window and a project say to each other of rules: as they are, as they would be, as a file.

use super::{ClassChange, Tally};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Rules as the window edits them. What counts as a sliver is not among them: it belongs to the cut.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct RuleBook {
    /// Their name, Chinese and English.
    pub name: [String; 2],
    /// The classes that they define; their order breaks ties between compatible classes.
    pub classes: Vec<RuleClass>,
    /// The matrix: unlisted pairs of different classes are conflicts.
    pub pairs: Vec<RulePair>,
    /// The rules, first to last.
    pub rules: Vec<RuleLine>,
}

/// A class as the rules define it.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct RuleClass {
    /// Its id.
    pub id: String,
    /// Its name, Chinese and English.
    pub name: [String; 2],
    /// `#rrggbb`.
    pub color: String,
    /// Whether it is a control line.
    pub control: bool,
    /// The wider class that it lies within; empty for none.
    pub within: String,
}

/// What the matrix says of two classes.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct RulePair {
    /// The two classes.
    pub classes: [String; 2],
    /// Whether they may lie over each other.
    pub compatible: bool,
    /// Why, Chinese and English.
    pub because: [String; 2],
    /// The legal basis, Chinese and English.
    #[serde(default)]
    pub basis: [String; 2],
    /// Whether it is confirmed by a source.
    pub confirmed: bool,
}

/// One rule.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct RuleLine {
    /// Its id, as `R1`; unique.
    pub id: String,
    /// Whether it applies at all.
    pub enabled: bool,
    /// The two classes it is about; `None` for any.
    pub classes: Option<[String; 2]>,
    /// Codes of the districts where it applies, that of a city covering its counties; empty for everywhere.
    #[serde(default)]
    pub districts: Vec<String>,
    /// Codes of districts among them where it does not.
    #[serde(default)]
    pub except_districts: Vec<String>,
    /// What is done.
    pub then: RuleThen,
    /// Why, Chinese and English.
    pub because: [String; 2],
    /// The legal basis, Chinese and English.
    pub basis: [String; 2],
    /// Whether it is confirmed by a source.
    pub confirmed: bool,
    /// Its other conditions in words, Chinese and English; empty for none. Not read back.
    pub conditions: [String; 2],
    /// The same as they are kept; handed back unchanged, empty for a rule that has none.
    pub further: String,
}

/// What a rule does.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum RuleThen {
    /// A class keeps the place.
    GiveTo {
        /// Its id.
        class: String,
    },
    /// The class that comes first keeps it.
    Priority {
        /// Their ids, the strongest first.
        classes: Vec<String>,
    },
    /// The party with the longest border along the conflict keeps it.
    LongestBorder,
    /// The larger feature keeps it.
    LargestArea,
    /// The smaller feature keeps it.
    SmallestArea,
    /// The party with the latest date keeps it.
    Latest {
        /// The field of the date.
        field: String,
    },
    /// The party whose value comes first keeps it.
    Ranked {
        /// The field, or `@layer`.
        field: String,
        /// The values, the strongest first.
        values: Vec<String>,
    },
    /// What the layer of a class says counts.
    Follow {
        /// The class.
        class: String,
    },
    /// All keep it.
    KeepAll,
    /// A planner decides.
    Ask,
}

/// The rules in force, or those of a file.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct RuleState {
    /// Where they come from: `record`, `file`, `starter`.
    pub from: String,
    /// The file, if they come from one.
    pub path: String,
    /// The rules.
    pub book: RuleBook,
    /// What is to be said of them.
    pub remarks: Vec<RuleRemark>,
    /// The districts that rules may name: provinces, cities and counties, by code. None before a run.
    pub districts: Vec<DistrictName>,
}

/// A district that a rule may name.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct DistrictName {
    /// Its code.
    pub code: String,
    /// Its name; empty where the layer of districts has none of this code.
    pub name: String,
}

/// Something to be said of an entry of the rules.
#[derive(Serialize, Deserialize, TS, Debug, Clone, PartialEq)]
pub struct RuleRemark {
    /// `class`, `pair`, `rule`, or `file` for all of it.
    pub entry: String,
    /// Which one, counted from 0.
    pub at: u32,
    /// Whether rules with this mistake cannot be taken.
    pub fatal: bool,
    /// What, Chinese and English.
    pub said: [String; 2],
}

/// What other rules would do.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct RulesSupposed {
    /// What is to be said of them.
    pub remarks: Vec<RuleRemark>,
    /// Whether there is a result to try them on, and they could be tried.
    pub tried: bool,
    /// Conflicts before and after: those of compatible classes left out.
    pub conflicts: [Tally; 2],
    /// Of these, open before and after.
    pub open: [Tally; 2],
    /// Every class with its area in the blueprint before and after, by how much it changes most first.
    pub classes: Vec<ClassChange>,
    /// Every pair (or more) of classes with its conflicts before and after.
    pub pairs: Vec<PairChange>,
    /// What each rule does, in their order.
    pub rules: Vec<RuleEffect>,
}

/// A pair's conflicts before and after.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct PairChange {
    /// Class ids, sorted.
    pub classes: Vec<String>,
    /// All of them.
    pub conflicts: [Tally; 2],
    /// Those open.
    pub open: [Tally; 2],
}

/// What a rule does.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct RuleEffect {
    /// Its id.
    pub id: String,
    /// The conflicts that it decides or leaves to a planner, before and after.
    pub decides: [Tally; 2],
    /// The conflicts that meet its conditions too and never come to it, by the rule that was before it.
    pub shadowed: Vec<RuleShadow>,
}

/// Conflicts that an earlier rule takes from a later one.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct RuleShadow {
    /// The earlier rule.
    pub by: String,
    /// The conflicts.
    pub tally: Tally,
}

/// Rules to try.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct SupposeRules {
    /// The rules.
    pub book: RuleBook,
}

/// Rules to decide by from now on.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct ChangeRules {
    /// The rules; `None` for those that the project was opened with.
    pub book: Option<RuleBook>,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The legal reference.
    #[serde(default)]
    pub basis: String,
}

/// Rules to be written as a file.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct WriteRules {
    /// The file, `NAME.toml`.
    pub path: String,
    /// The rules.
    pub book: RuleBook,
}

/// A file.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct FileAt {
    /// Its path.
    pub path: String,
}
