//! The append-only record of what people decided; undo and redo are operations too.
//!
//! The engine keeps no clock: time and author come with each operation.

use crate::conflict::ConflictId;
use crate::layer::ClassId;
use crate::rules::RuleSet;
use crate::slivers::SliverRules;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A party of a conflict, named so that it can be found again in another run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct PartyName {
    /// The layer's name.
    pub layer: String,
    /// The feature's id in its file.
    pub fid: i64,
    /// What the feature is by itself, for whoever follows it into a new version of the file; the
    /// engine does not look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// What a planner wants with a conflict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// One party keeps the place.
    GiveTo(PartyName),
    /// The parties of this class keep the place; serves many conflicts at once.
    GiveToClass(ClassId),
    /// All parties keep it.
    KeepAll,
    /// It becomes another class.
    OtherClass(ClassId),
    /// Nobody keeps it: it stays empty.
    LeaveEmpty,
    /// It is open again, whatever the rules say.
    Open,
}

/// What an operation does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Decides conflicts.
    Decide {
        /// Which conflicts.
        conflicts: Vec<ConflictId>,
        /// What is wanted.
        choice: Choice,
    },
    /// Merges slivers by these settings from now on; `None` no longer merges any. What the plan says
    /// of slivers then no longer counts.
    Slivers(Option<Box<SliverRules>>),
    /// Decides by these rules from now on instead of those the project was opened with; `None` by
    /// those again.
    Rules(Option<Box<RuleSet>>),
    /// Takes back the operation of this number.
    Undo(u64),
    /// Brings back the operation of this number.
    Redo(u64),
}

/// One line of the record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// Its number, from 1, without holes.
    pub number: u64,
    /// Who did it.
    pub who: String,
    /// When, in ISO 8601 with offset.
    pub when: String,
    /// What was done.
    pub action: Action,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The legal reference.
    #[serde(default)]
    pub basis: String,
}

/// A choice that is in force, and the operation that made it.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing<'a> {
    /// What is wanted.
    pub choice: &'a Choice,
    /// The operation.
    pub operation: &'a Operation,
}

/// The record of a project, oldest first.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DecisionLog {
    /// Shared, so that a longer record costs no copy of what it has in common with the shorter.
    operations: Vec<Arc<Operation>>,
}

/// Says that an operation does not follow from the record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LogError {
    /// The number is not the next one.
    #[error("operation {found} follows operation {before}: the record has a hole or a repeat")]
    OutOfOrder {
        /// The last number before.
        before: u64,
        /// The number found.
        found: u64,
    },
    /// Undo or redo of something that cannot be undone or redone.
    #[error("operation {0} cannot be undone or redone here")]
    NotPossible(u64),
}

impl DecisionLog {
    /// Returns the operations, oldest first.
    pub fn operations(&self) -> &[Arc<Operation>] {
        &self.operations
    }

    /// Returns the number that the next operation must have.
    pub fn next_number(&self) -> u64 {
        self.operations.len() as u64 + 1
    }

    /// Appends an operation, which may be shared with another record.
    ///
    /// # Errors
    /// [`LogError`] if its number is not the next or if it undoes or redoes what it cannot.
    pub fn append(&mut self, operation: impl Into<Arc<Operation>>) -> Result<(), LogError> {
        let operation = operation.into();
        if operation.number != self.next_number() {
            let before = self.operations.len() as u64;
            return Err(LogError::OutOfOrder { before, found: operation.number });
        }
        let possible = match operation.action {
            Action::Decide { .. } | Action::Slivers(_) | Action::Rules(_) => true,
            Action::Undo(number) => self.undoable() == Some(number),
            Action::Redo(number) => self.redoable() == Some(number),
        };
        if !possible {
            return Err(LogError::NotPossible(operation.number));
        }
        self.operations.push(operation);
        Ok(())
    }

    /// Returns the operation that an undo would take back: the latest decision, merging of slivers or
    /// change of rules in force.
    pub fn undoable(&self) -> Option<u64> {
        self.stacks().0.last().copied()
    }

    /// Returns the operation that a redo would bring back: the latest one taken back with no
    /// decision since.
    pub fn redoable(&self) -> Option<u64> {
        self.stacks().1.last().copied()
    }

    /// Returns the undo or redo that leads towards the state in which the operation of a number was the
    /// latest decision in force, 0 being that before all: `Some(None)` once it is reached, `None` if no
    /// undo and redo lead there.
    pub fn towards(&self, number: u64) -> Option<Option<Action>> {
        let (done, undone) = self.stacks();
        let latest = done.last().copied().unwrap_or(0);
        if latest == number {
            Some(None)
        } else if number == 0 || done.contains(&number) {
            Some(Some(Action::Undo(latest)))
        } else if undone.contains(&number) {
            Some(undone.last().map(|&next| Action::Redo(next)))
        } else {
            None
        }
    }

    /// Decisions in force and decisions that can come back, both oldest first.
    fn stacks(&self) -> (Vec<u64>, Vec<u64>) {
        let (mut done, mut undone) = (Vec::new(), Vec::new());
        for operation in &self.operations {
            match operation.action {
                Action::Decide { .. } | Action::Slivers(_) | Action::Rules(_) => {
                    done.push(operation.number);
                    undone.clear();
                }
                Action::Undo(number) => {
                    done.pop();
                    undone.push(number);
                }
                Action::Redo(number) => {
                    undone.pop();
                    done.push(number);
                }
            }
        }
        (done, undone)
    }

    /// Returns the choice in force per conflict: the latest one that was not taken back.
    pub fn standing(&self) -> BTreeMap<ConflictId, Standing<'_>> {
        let mut standing = BTreeMap::new();
        for number in self.stacks().0 {
            let operation = &*self.operations[number as usize - 1];
            if let Action::Decide { conflicts, choice } = &operation.action {
                for &id in conflicts {
                    standing.insert(id, Standing { choice, operation });
                }
            }
        }
        standing
    }

    /// Returns the settings by which slivers are merged, if the record says so or says that none are
    /// (`Some(None)`).
    pub fn slivers(&self) -> Option<Option<&SliverRules>> {
        self.stacks().0.into_iter().rev().find_map(|number| match &self.operations[number as usize - 1].action {
            Action::Slivers(settings) => Some(settings.as_deref()),
            _ => None,
        })
    }

    /// Returns the rules that the record has put in place of the project's, if it has.
    pub fn rules(&self) -> Option<&RuleSet> {
        let latest =
            self.stacks().0.into_iter().rev().find_map(|number| match &self.operations[number as usize - 1].action {
                Action::Rules(rules) => Some(rules.as_deref()),
                _ => None,
            });
        latest.flatten()
    }

    /// Returns the choices in force for some conflicts; looks back only until all are found.
    pub fn standing_of(&self, wanted: &HashSet<ConflictId>) -> HashMap<ConflictId, Standing<'_>> {
        let mut standing = HashMap::new();
        for number in self.stacks().0.into_iter().rev() {
            let operation = &*self.operations[number as usize - 1];
            if let Action::Decide { conflicts, choice } = &operation.action {
                for id in conflicts.iter().filter(|id| wanted.contains(id)) {
                    standing.entry(*id).or_insert(Standing { choice, operation });
                }
            }
            if standing.len() == wanted.len() {
                break;
            }
        }
        standing
    }

    /// Returns the conflicts that the operations after the first `known` decide, undo or redo; some
    /// may stand more than once.
    pub fn touched_since(&self, known: usize) -> impl Iterator<Item = ConflictId> + '_ {
        self.operations.get(known..).unwrap_or_default().iter().flat_map(|operation| {
            let decided = match operation.action {
                Action::Decide { .. } | Action::Slivers(_) | Action::Rules(_) => operation,
                Action::Undo(number) | Action::Redo(number) => &self.operations[number as usize - 1],
            };
            match &decided.action {
                Action::Decide { conflicts, .. } => conflicts.as_slice(),
                Action::Slivers(_) | Action::Rules(_) | Action::Undo(_) | Action::Redo(_) => &[],
            }
            .iter()
            .copied()
        })
    }
}
