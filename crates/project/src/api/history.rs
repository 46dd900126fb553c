//! What the window and a project say to each other of the record.

use super::ChoiceArg;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One operation of the record.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct OperationView {
    /// Its number.
    pub number: u32,
    /// Who.
    pub who: String,
    /// When, ISO 8601.
    pub when: String,
    /// `decide`, `slivers`, `rules`, `undo` or `redo`.
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

/// A page of the record.
///
/// Words that the window puts in place of kinds and choices are matched there; it sends what they stand for.
#[derive(Serialize, Deserialize, TS, Debug, Clone, Default)]
#[serde(default)]
pub struct ListHistory {
    /// Words that stand in who, when, reason, basis, layer or class; empty for all.
    pub text: String,
    /// Kinds of operations whose words hold the text, as `undo` or `keep-all`.
    pub kinds: Vec<String>,
    /// Classes whose names hold the text.
    pub classes: Vec<String>,
    /// The first one.
    pub offset: u32,
    /// How many, at most 500.
    pub limit: u32,
}

/// Operations of the record.
#[derive(Serialize, Deserialize, TS, Debug, Clone)]
pub struct HistoryPage {
    /// How many there are in the record.
    pub all: u32,
    /// How many match.
    pub total: u32,
    /// Those asked for, newest first.
    pub rows: Vec<OperationView>,
}
