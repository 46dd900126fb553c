//! The blueprint against what it was after an earlier operation of the record.

use crate::api::{ClassChange, Problem, Since, Tally};
use crate::load::Inputs;
use crate::measure::Measure;
use crate::outcome::Outcome;
use crate::problem;
use crate::rules;
use crate::totals::by_class;
use lantu_engine::{DecisionLog, RuleSet};
use std::collections::BTreeMap;
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
    let mut areas: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for (at, outcome) in [then, now].into_iter().enumerate() {
        for found in by_class(outcome, measure) {
            areas.entry(found.class).or_default()[at] = found.tally.area_m2;
        }
    }
    let moved = areas.into_iter().filter(|(_, [before, after])| before != after);
    let change = |(class, [before_m2, after_m2]): (String, [f64; 2])| ClassChange { class, before_m2, after_m2 };
    let mut classes: Vec<ClassChange> = moved.map(change).collect();
    let by = |change: &ClassChange| (change.after_m2 - change.before_m2).abs();
    classes.sort_by(|a, b| by(b).total_cmp(&by(a)));
    Since { number, changed, classes }
}

/// Returns whether a conflict's ground has another fate in two outcomes of one cut.
pub(crate) fn differs(one: &Outcome, other: &Outcome, index: usize) -> bool {
    let fate = |outcome: &Outcome| {
        let decision = &outcome.decisions[index];
        (decision.verdict.clone(), decision.kept.clone())
    };
    fate(one) != fate(other)
}
