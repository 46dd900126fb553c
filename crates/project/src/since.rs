//! The blueprint against what it was after an earlier operation of the record.

use crate::api::{Problem, Since, Tally};
use crate::load::Inputs;
use crate::measure::Measure;
use crate::outcome::Outcome;
use crate::problem;
use crate::rules;
use crate::totals::class_changes;
use lantu_engine::{DecisionLog, RuleSet};
use std::sync::Arc;

/// Returns what the first operations of a record made of the same cut, with the rules of then.
pub(crate) fn then(now: &Outcome, number: u32, pack: &RuleSet, inputs: &Inputs) -> Result<Outcome, Problem> {
    let mut log = DecisionLog::default();
    for operation in now.log.operations().iter().take(number as usize) {
        log.append((**operation).clone()).map_err(|cause| problem::fault(&cause.to_string()))?;
    }
    let rules = inputs.define(&rules::in_force(pack, &log));
    Ok(now.under(Arc::new(rules), Arc::new(log))?)
}

/// Returns what has changed since then.
pub(crate) fn since(number: u32, then: &Outcome, now: &Outcome, measure: Measure) -> Since {
    let changed = (0..now.decisions.len()).filter(|&index| differs(then, now, index));
    let changed: Tally = measure.of_conflicts(changed.map(|index| &now.cut.conflicts[index]));
    let mut classes = class_changes(then, now, measure);
    classes.retain(|change| change.before_m2 != change.after_m2);
    Since { number, changed, classes }
}

/// Returns whether a conflict's ground has another fate in two outcomes of one cut.
pub(crate) fn differs(one: &Outcome, other: &Outcome, index: usize) -> bool {
    let [one, other] = [one, other].map(|outcome| &outcome.decisions[index]);
    (&one.verdict, &one.kept) != (&other.verdict, &other.kept)
}
