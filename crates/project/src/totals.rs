//! The numbers of a result, as the window shows them.

use crate::api::{ClassTally, ResultView, Tally};
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
