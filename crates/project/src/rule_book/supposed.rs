//! What other rules would do: by class, by pair and by rule, before and after. Nothing is changed.

use super::remarks;
use crate::api::{PairChange, PairTally, Problem, RuleEffect, RuleShadow, RulesSupposed, Tally};
use crate::inbox::Inbox;
use crate::load::Inputs;
use crate::measure::Measure;
use crate::outcome::Outcome;
use crate::project::Found;
use crate::state::State;
use crate::totals::{by_pair, class_changes, tally_where};
use lantu_engine::{Basis, ConflictKind, RuleSet, applicable};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Counts and doubled areas, to be told in square metres at the end.
type Sum = (u32, i128);

/// Returns what `rules` would do with what was found, if anything was and they can be used.
pub(crate) fn suppose(rules: &RuleSet, inputs: &Inputs, found: Option<&Found>) -> Result<RulesSupposed, Problem> {
    let remarks = remarks(rules, inputs);
    let usable = !remarks.iter().any(|remark| remark.fatal);
    let Some(found) = found.filter(|_| usable) else {
        let none = [Tally::default(); 2];
        let (conflicts, open, classes) = (none, none, Vec::new());
        let (pairs, rules) = (Vec::new(), Vec::new());
        return Ok(RulesSupposed { remarks, tried: false, conflicts, open, classes, pairs, rules });
    };
    let (now, measure) = (&*found.outcome, found.measure);
    let then = now.under(Arc::new(inputs.define(rules)), now.log.clone())?;
    let both = |wanted: fn(ConflictKind, State) -> bool| [now, &then].map(|one| tally_where(one, measure, wanted));
    Ok(RulesSupposed {
        remarks,
        tried: true,
        conflicts: both(|kind, state| kind != ConflictKind::Gap && state != State::Compatible),
        open: both(|kind, state| kind != ConflictKind::Gap && state == State::Open),
        classes: class_changes(now, &then, measure),
        pairs: pairs(now, &then, &found.inbox),
        rules: effects(now, &then, measure),
    })
}

fn pairs(now: &Outcome, then: &Outcome, inbox: &Inbox) -> Vec<PairChange> {
    let mut found: BTreeMap<Vec<String>, [[Tally; 2]; 2]> = BTreeMap::new();
    for (at, outcome) in [now, then].into_iter().enumerate() {
        for PairTally { classes, tally, open } in by_pair(outcome, inbox) {
            let both = found.entry(classes).or_default();
            (both[0][at], both[1][at]) = (tally, open);
        }
    }
    let change = |(classes, [conflicts, open]): (Vec<String>, [[Tally; 2]; 2])| PairChange { classes, conflicts, open };
    let mut changes: Vec<PairChange> = found.into_iter().map(change).collect();
    let moved = |change: &PairChange| {
        let by = |[before, after]: [Tally; 2]| before.count.abs_diff(after.count);
        (by(change.conflicts) + by(change.open), change.conflicts[0].count)
    };
    changes.sort_by_key(|change| Reverse(moved(change)));
    changes
}

fn effects(now: &Outcome, then: &Outcome, measure: Measure) -> Vec<RuleEffect> {
    let [before, after] = [now, then].map(decided);
    let shadows = shadows(then);
    let tally = |&(count, area2): &Sum| Tally { count, area_m2: measure.m2(area2) };
    let of = |sums: &BTreeMap<String, Sum>, id: &str| sums.get(id).map(tally).unwrap_or_default();
    let rules = &then.rules.rules;
    let effect = |(at, rule): (usize, &lantu_engine::Rule)| {
        let mine = shadows.range((at, 0)..(at + 1, 0));
        let shadowed = mine.map(|(&(_, by), sum)| RuleShadow { by: rules[by].id.clone(), tally: tally(sum) });
        RuleEffect {
            id: rule.id.clone(),
            decides: [of(&before, &rule.id), of(&after, &rule.id)],
            shadowed: shadowed.collect(),
        }
    };
    rules.iter().enumerate().map(effect).collect()
}

/// Per rule, what it decides or leaves to a planner.
fn decided(outcome: &Outcome) -> BTreeMap<String, Sum> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for (conflict, decision) in outcome.cut.conflicts.iter().zip(&outcome.decisions) {
        let Basis::Rule(ids) = &decision.basis else { continue };
        for id in ids.split('+') {
            match sums.get_mut(id) {
                Some(sum) => *sum = (sum.0 + 1, sum.1 + conflict.area2),
                None => drop(sums.insert(id.to_owned(), (1, conflict.area2))),
            }
        }
    }
    sums
}

/// Per rule and the earlier one that decided, by their places: the conflicts that meet the conditions of
/// both.
fn shadows(outcome: &Outcome) -> BTreeMap<(usize, usize), Sum> {
    let rules = &outcome.rules.rules;
    let place: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.id.as_str(), at)).collect();
    let add = |mut sums: BTreeMap<(usize, usize), Sum>, index: usize| {
        let (conflict, decision) = (&outcome.cut.conflicts[index], &outcome.decisions[index]);
        let Basis::Rule(ids) = &decision.basis else { return sums };
        let Some(&by) = ids.rsplit('+').next().and_then(|id| place.get(id)) else { return sums };
        let later = applicable(&outcome.cut.partition, conflict, &outcome.rules).into_iter().filter(|&at| at > by);
        for at in later {
            let sum = sums.entry((at, by)).or_default();
            *sum = (sum.0 + 1, sum.1 + conflict.area2);
        }
        sums
    };
    let merge = |mut one: BTreeMap<(usize, usize), Sum>, other: BTreeMap<(usize, usize), Sum>| {
        for (key, (count, area2)) in other {
            let sum = one.entry(key).or_default();
            *sum = (sum.0 + count, sum.1 + area2);
        }
        one
    };
    (0..outcome.decisions.len()).into_par_iter().fold(BTreeMap::new, add).reduce(BTreeMap::new, merge)
}
