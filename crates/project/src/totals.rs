//! The numbers of a result, as the window shows them.

use crate::api::{ClassChange, ClassTally, ResultView, Tally};
use crate::inbox::Inbox;
use crate::measure::Measure;
use crate::outcome::Outcome;
use crate::tiles::state_name;
use lantu_engine::{Conflict, ConflictKind};
use std::collections::BTreeMap;

/// Returns the numbers of a result.
pub(crate) fn totals(outcome: &Outcome, inbox: &Inbox, measure: Measure) -> ResultView {
    let blueprint = &outcome.blueprint;
    ResultView {
        conflicts: tally_where(outcome, measure, |kind, state| kind != ConflictKind::Gap && state != "compatible"),
        open: tally_where(outcome, measure, |kind, state| kind != ConflictKind::Gap && state == "open"),
        by_rule: tally_where(outcome, measure, |kind, state| kind != ConflictKind::Gap && state == "rule"),
        by_hand: tally_where(outcome, measure, |kind, state| kind != ConflictKind::Gap && state == "hand"),
        compatible: tally_where(outcome, measure, |_, state| state == "compatible"),
        gaps: tally_where(outcome, measure, |kind, _| kind == ConflictKind::Gap),
        blueprint: measure.tally(blueprint.patches.iter().map(|patch| patch.area2)),
        by_class: by_class(outcome, measure),
        by_pair: inbox.by_pair(outcome),
        proof_holds: outcome.proof.holds(),
        orphaned: outcome.orphaned,
        slivers: measure.tally(outcome.slivers.moved.iter().map(|moved| moved.area2)),
    }
}

/// Returns the tally of the conflicts whose kind and state pass.
pub(crate) fn tally_where(outcome: &Outcome, measure: Measure, pass: impl Fn(ConflictKind, &str) -> bool) -> Tally {
    let all = outcome.cut.conflicts.iter().zip(&outcome.decisions);
    let passing = all.filter(|(conflict, decision)| pass(conflict.kind, state_name(decision)));
    measure.of_conflicts(passing.map(|(conflict, _): (&Conflict, _)| conflict))
}

/// Returns the blueprint's patches per class, the largest first; an empty class is what is open.
pub(crate) fn by_class(outcome: &Outcome, measure: Measure) -> Vec<ClassTally> {
    let mut sums: BTreeMap<&str, (u32, i128)> = BTreeMap::new();
    for patch in &outcome.blueprint.patches {
        let sum = sums.entry(patch.class.as_ref().map_or("", |class| class.as_str())).or_default();
        sum.0 += 1;
        sum.1 += patch.area2;
    }
    let tally = |(count, area2)| Tally { count, area_m2: measure.m2(area2) };
    let mut tallies: Vec<ClassTally> =
        sums.into_iter().map(|(class, sum)| ClassTally { class: class.to_owned(), tally: tally(sum) }).collect();
    tallies.sort_by(|a, b| b.tally.area_m2.total_cmp(&a.tally.area_m2));
    tallies
}

/// Returns every class's area in two blueprints of one cut, by how much it changes most first.
pub(crate) fn class_changes(before: &Outcome, after: &Outcome, measure: Measure) -> Vec<ClassChange> {
    let mut areas: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for (at, outcome) in [before, after].into_iter().enumerate() {
        for found in by_class(outcome, measure) {
            areas.entry(found.class).or_default()[at] = found.tally.area_m2;
        }
    }
    let change = |(class, [before_m2, after_m2]): (String, [f64; 2])| ClassChange { class, before_m2, after_m2 };
    let mut changes: Vec<ClassChange> = areas.into_iter().map(change).collect();
    let by = |change: &ClassChange| (change.after_m2 - change.before_m2).abs();
    changes.sort_by(|a, b| by(b).total_cmp(&by(a)).then(b.before_m2.total_cmp(&a.before_m2)));
    changes
}
