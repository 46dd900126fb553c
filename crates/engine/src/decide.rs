//! Gives each conflict a verdict: planner's choices first, then rules, else open.

use crate::conflict::{Conflict, ConflictKind};
use crate::few::Few;
use crate::finding::{About, Finding, FindingCode, Reported};
use crate::known::Known;
use crate::layer::ClassId;
use crate::log::{Choice, DecisionLog, Standing};
use crate::partition::{FeatureRef, Partition};
use crate::rules::{Relation, Rule, RuleSet, Strategy};
use crate::watch::{Stage, Steps, Stop, Watch};
use crate::when::{applies, date, value_of};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What becomes of a conflict's ground.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// One feature keeps it.
    GiveTo(FeatureRef),
    /// All keep it: one names the class, the others stay as designations.
    KeepAll,
    /// It becomes this class.
    OtherClass(ClassId),
    /// It stays empty.
    LeaveEmpty,
    /// Nobody has decided.
    Open,
}

impl Verdict {
    /// Returns the verdict as it stands in lists and files: `give-to`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::GiveTo(_) => "give-to",
            Self::KeepAll => "keep-all",
            Self::OtherClass(_) => "other-class",
            Self::LeaveEmpty => "leave-empty",
            Self::Open => "open",
        }
    }
}

/// Why a verdict is as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Basis {
    /// The parties' classes may lie over each other.
    Compatible,
    /// These rules, in the order in which they applied, joined by `+`.
    Rule(Arc<str>),
    /// The planner's operation of this number.
    Choice(u64),
    /// Nobody decided.
    Nobody,
}

/// A verdict and its basis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// What becomes of the ground.
    pub verdict: Verdict,
    /// Why.
    pub basis: Basis,
    /// The parties whose classes stay, ascending: the winner and what is compatible with it, or
    /// while open all candidates.
    pub kept: Few<FeatureRef>,
}

/// Returns one decision per conflict, in the order of `conflicts`.
///
/// A planner's choice outranks the rules. A choice whose conflict is not there any more, or that
/// names a party that is not, is an [`FindingCode::OrphanedDecision`] finding; the conflict is then
/// decided as if nobody had chosen. `Open` is a verdict, not an error.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it.
pub fn decide(
    partition: &Partition,
    conflicts: &[Conflict],
    rules: &RuleSet,
    log: &DecisionLog,
    watch: &dyn Watch,
) -> Result<Reported<Vec<Decision>>, Stop> {
    let standing = log.standing();
    let steps = Steps::new(watch, Stage::Decide, 0.0..1.0, conflicts.len());
    let lost = AtomicUsize::new(0);
    let mut decisions = Vec::with_capacity(conflicts.len());
    for batch in steps.batches() {
        let new = || Known::new(rules);
        decisions.par_extend(conflicts[batch?].par_iter().map_init(new, |rules, conflict| {
            let (decision, passed_over) = decide_one(partition, conflict, rules, standing.get(&conflict.id));
            lost.fetch_add(usize::from(passed_over), Ordering::Relaxed);
            decision
        }));
    }
    let known = conflicts.iter().filter(|conflict| standing.contains_key(&conflict.id)).count();
    let lost = lost.into_inner() + (standing.len() - known.min(standing.len()));
    Ok(Reported { value: decisions, findings: (0..lost).map(|_| orphaned()).collect() })
}

/// Decides some conflicts anew, by their indices, as [`decide()`] decides them among all.
///
/// Returns how many choices were passed over because they name a party that is not there.
pub fn decide_again(
    partition: &Partition,
    conflicts: &[Conflict],
    rules: &RuleSet,
    log: &DecisionLog,
    which: &[u32],
    decisions: &mut [Decision],
) -> usize {
    let ids = which.iter().map(|&index| conflicts[index as usize].id).collect();
    let (standing, rules) = (log.standing_of(&ids), Known::new(rules));
    let mut lost = 0;
    for &index in which {
        let conflict = &conflicts[index as usize];
        let (decision, passed_over) = decide_one(partition, conflict, &rules, standing.get(&conflict.id));
        decisions[index as usize] = decision;
        lost += usize::from(passed_over);
    }
    lost
}

/// The decision of one conflict, and whether a choice was made of it that cannot be.
fn decide_one(
    partition: &Partition,
    conflict: &Conflict,
    rules: &Known<'_>,
    standing: Option<&Standing<'_>>,
) -> (Decision, bool) {
    let Some(standing) = standing else { return (by_rules(partition, conflict, rules), false) };
    match verdict_of(partition, conflict, standing.choice) {
        None => (by_rules(partition, conflict, rules), true),
        Some(verdict) => {
            let kept = kept_beside(partition, conflict, &verdict, rules);
            (Decision { verdict, basis: Basis::Choice(standing.operation.number), kept }, false)
        }
    }
}

fn orphaned() -> Finding {
    let code = FindingCode::OrphanedDecision;
    Finding { code, severity: code.severity(), about: About::default(), at: None }
}

/// The verdict that a planner's choice means here, or `None` if its party is not in the conflict.
fn verdict_of(partition: &Partition, conflict: &Conflict, choice: &Choice) -> Option<Verdict> {
    let of_class =
        |class: &ClassId| conflict.parties.iter().find(|&&party| partition.feature(party).class == *class).copied();
    Some(match choice {
        Choice::GiveTo(name) => {
            let named = |party: &&FeatureRef| {
                partition.feature(**party).fid == name.fid && *partition.layer_of(**party).name == *name.layer
            };
            Verdict::GiveTo(*conflict.parties.iter().find(named)?)
        }
        Choice::GiveToClass(class) => Verdict::GiveTo(of_class(class)?),
        Choice::KeepAll if conflict.parties.is_empty() => return None,
        Choice::KeepAll => Verdict::KeepAll,
        Choice::OtherClass(class) => Verdict::OtherClass(class.clone()),
        Choice::LeaveEmpty => Verdict::LeaveEmpty,
        Choice::Open => Verdict::Open,
    })
}

/// The parties that stay under a planner's verdict: in the order of rank, each that is compatible
/// with the class of the place and with those that stay already.
fn kept_beside(partition: &Partition, conflict: &Conflict, verdict: &Verdict, rules: &Known<'_>) -> Few<FeatureRef> {
    let class = |party: FeatureRef| &partition.feature(party).class;
    let named = match verdict {
        Verdict::KeepAll | Verdict::Open => return conflict.parties.clone(),
        Verdict::LeaveEmpty => return Few::default(),
        Verdict::GiveTo(winner) => class(*winner),
        Verdict::OtherClass(other) => other,
    };
    let mut order = conflict.parties.to_vec();
    order.sort_by_key(|&party| (Verdict::GiveTo(party) != *verdict, rules.rank(class(party)), party));
    let mut kept: Vec<FeatureRef> = Vec::new();
    for party in order {
        let stays = |other: &ClassId| rules.relation(class(party), other) == Relation::Compatible;
        if stays(named) && kept.iter().all(|&other| stays(class(other))) {
            kept.push(party);
        }
    }
    kept.sort_unstable();
    kept.into()
}

/// What the pair matrix and the ordered rules make of a conflict.
///
/// Every rule removes parties from those still in the race; the matrix then says whether the rest
/// may stay together. With two parties this is "the first rule that applies wins"; with more, each
/// contradicting pair needs its rule, and one that has none leaves the conflict open.
fn by_rules(partition: &Partition, conflict: &Conflict, rules: &Known<'_>) -> Decision {
    if conflict.kind == ConflictKind::Gap {
        return Decision { verdict: Verdict::LeaveEmpty, basis: Basis::Nobody, kept: Few::default() };
    }
    let open = |basis| Decision { verdict: Verdict::Open, basis, kept: conflict.parties.clone() };
    let mut rest = conflict.parties.to_vec();
    let mut applied: Vec<&str> = Vec::new();
    if agree(partition, &rest, rules) {
        return Decision { verdict: Verdict::KeepAll, basis: Basis::Compatible, kept: rest.into() };
    }
    for rule in rules.set.rules.iter().filter(|rule| rule.enabled) {
        if !applies(partition, conflict, &rest, rules, &rule.when) {
            continue;
        }
        if rule.then == Strategy::Ask {
            return open(Basis::Rule(rule.id.as_str().into()));
        }
        if rule.then == Strategy::KeepAll {
            applied.push(&rule.id);
            return Decision {
                verdict: Verdict::KeepAll,
                basis: Basis::Rule(applied.join("+").into()),
                kept: rest.into(),
            };
        }
        let kept = survivors(partition, conflict, &rest, rules, rule);
        if kept.is_empty() || kept.len() == rest.len() {
            continue;
        }
        applied.push(&rule.id);
        rest = kept;
        if agree(partition, &rest, rules) {
            let verdict = settle(partition, &rest, rules);
            return Decision { verdict, basis: Basis::Rule(applied.join("+").into()), kept: rest.into() };
        }
    }
    open(Basis::Nobody)
}

/// Whether all of these parties may lie over each other.
fn agree(partition: &Partition, parties: &[FeatureRef], rules: &Known<'_>) -> bool {
    let class = |party: &FeatureRef| &partition.feature(*party).class;
    parties
        .iter()
        .enumerate()
        .all(|(k, a)| parties[k + 1..].iter().all(|b| rules.relation(class(a), class(b)) == Relation::Compatible))
}

/// The party that names the place among those left, which agree with each other.
fn settle(partition: &Partition, rest: &[FeatureRef], rules: &Known<'_>) -> Verdict {
    let first = rest.iter().min_by_key(|party| (rules.rank(&partition.feature(**party).class), **party));
    first.map_or(Verdict::Open, |&party| Verdict::GiveTo(party))
}

/// The parties that a rule leaves in the race.
fn survivors(
    partition: &Partition,
    conflict: &Conflict,
    rest: &[FeatureRef],
    rules: &Known<'_>,
    rule: &Rule,
) -> Vec<FeatureRef> {
    let class = |party: &FeatureRef| &partition.feature(*party).class;
    // A rule about two classes speaks of these two only: a third party stays for its own rules.
    let concerned = |party: &FeatureRef| {
        rule.when.classes.as_ref().is_none_or(|pair| pair.iter().any(|wanted| rules.is(class(party), wanted)))
    };
    let keep_only = |keeps: &dyn Fn(&FeatureRef) -> bool| -> Vec<FeatureRef> {
        rest.iter().filter(|party| !concerned(party) || keeps(party)).copied().collect()
    };
    let best = |measure: &dyn Fn(FeatureRef) -> f64| -> Option<FeatureRef> {
        let candidates = rest.iter().filter(|party| concerned(party)).copied();
        candidates.max_by(|a, b| measure(*a).total_cmp(&measure(*b)).then(b.cmp(a)))
    };
    let only = |winner: Option<FeatureRef>| match winner {
        Some(winner) => keep_only(&|party| *party == winner),
        None => rest.to_vec(),
    };
    let there = |wanted: &ClassId| rest.iter().any(|party| rules.is(class(party), wanted));
    match &rule.then {
        Strategy::GiveTo(winner) if there(winner) => keep_only(&|party| rules.is(class(party), winner)),
        Strategy::GiveTo(_) | Strategy::Ask | Strategy::KeepAll => rest.to_vec(),
        Strategy::Priority(order) => {
            let first = order.iter().find(|wanted| there(wanted));
            first.map_or_else(|| rest.to_vec(), |winner| keep_only(&|party| rules.is(class(party), winner)))
        }
        Strategy::Latest(field) => {
            let date_of = |party: FeatureRef| value_of(partition, party, field).and_then(|text| date(&text));
            only(strongest(rest.iter().copied().filter(|party| concerned(party)), date_of))
        }
        Strategy::Ranked(ranking) => {
            let standing = |party: FeatureRef| {
                let value = value_of(partition, party, &ranking.field)?;
                ranking.values.iter().position(|one| *one == value).map(Reverse)
            };
            only(strongest(rest.iter().copied().filter(|party| concerned(party)), standing))
        }
        Strategy::Follow(role) => {
            let says = |party: &&FeatureRef| rules.is(&partition.layer_of(**party).class, role);
            let said: Vec<&FeatureRef> = rest.iter().filter(says).collect();
            let agrees = |party: &FeatureRef| {
                said.iter().all(|one| rules.relation(class(one), class(party)) == Relation::Compatible)
            };
            if said.is_empty() { rest.to_vec() } else { keep_only(&agrees) }
        }
        Strategy::LongestBorder => only(best(&|party| border_with(partition, conflict, party))),
        Strategy::LargestArea => only(best(&|party| partition.feature_area(party))),
        Strategy::SmallestArea => only(best(&|party| -partition.feature_area(party))),
    }
}

/// The one that stands above all others; `None` if one of them has no standing, or two share the
/// highest.
fn strongest<T: Ord>(
    parties: impl Iterator<Item = FeatureRef>,
    standing: impl Fn(FeatureRef) -> Option<T>,
) -> Option<FeatureRef> {
    let standings: Option<Vec<(T, FeatureRef)>> =
        parties.map(|party| standing(party).map(|standing| (standing, party))).collect();
    let mut standings = standings?;
    standings.sort();
    let (highest, winner) = standings.pop()?;
    standings.last().is_none_or(|(next, _)| *next < highest).then_some(winner)
}

/// The length of the conflict's border beyond which the party goes on, in grid units.
fn border_with(partition: &Partition, conflict: &Conflict, party: FeatureRef) -> f64 {
    let edges = conflict.faces.iter().flat_map(|&face| partition.half_edges(face));
    let beyond = edges.filter(|edge| partition.parents(partition.left(edge ^ 1)).contains(&party));
    beyond.map(|edge| partition.arc_length(edge / 2)).sum()
}
