//! The numbers of a result, as the window shows them.

use crate::api::{ClassChange, ClassTally, PairTally, ResultView, Tally};
use crate::inbox::Inbox;
use crate::measure::{Measure, Sum};
use crate::outcome::Outcome;
use crate::state::State;
use lantu_engine::{ClassId, ConflictKind, Patch};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Conflicts that are looked at in one go.
const CHUNK: usize = 1 << 14;

/// Sums over all conflicts and patches. A decision changes those that it touches, so they go on from one to
/// the next.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Totals {
    of_conflicts: Sums,
    /// The patches of each class; `None` is what is open.
    of_classes: HashMap<Option<ClassId>, Sum>,
}

impl Totals {
    /// Adds everything up.
    pub(crate) fn of(outcome: &Outcome, inbox: &Inbox) -> Self {
        let class = |class: &str| (!class.is_empty()).then(|| ClassId::new(class));
        let of_classes = sums_by_class(outcome).into_iter().map(|(name, sum)| (class(name), sum)).collect();
        Self { of_conflicts: Sums::of(outcome, inbox), of_classes }
    }

    /// Takes some conflicts, by their indices, and their patches away.
    pub(crate) fn take(&mut self, outcome: &Outcome, inbox: &Inbox, which: &[u32]) {
        for &index in which {
            self.of_conflicts.change(outcome, inbox, index, Sum::take);
            if let Some(patch) = patch_of(outcome, index)
                && let Some(sum) = self.of_classes.get_mut(&patch.class)
            {
                sum.take(patch.area2);
            }
        }
        self.of_classes.retain(|_, sum| sum.count > 0);
    }

    /// Puts them in again, as they are now.
    pub(crate) fn put(&mut self, outcome: &Outcome, inbox: &Inbox, which: &[u32]) {
        for &index in which {
            self.of_conflicts.change(outcome, inbox, index, Sum::add);
            if let Some(patch) = patch_of(outcome, index) {
                self.of_classes.entry(patch.class.clone()).or_default().add(patch.area2);
            }
        }
    }

    /// Returns the numbers of a result, as the window shows them.
    pub(crate) fn view(&self, outcome: &Outcome, inbox: &Inbox, measure: Measure) -> ResultView {
        let of_state = |state: State| self.of_conflicts.of_states[state as usize].tally(measure);
        let counted = [State::Open, State::Rule, State::Hand].map(|state| self.of_conflicts.of_states[state as usize]);
        let of_classes =
            || self.of_classes.iter().map(|(class, &sum)| (class.as_ref().map_or("", ClassId::as_str), sum));
        ResultView {
            conflicts: counted.into_iter().fold(Sum::default(), Sum::with).tally(measure),
            open: of_state(State::Open),
            by_rule: of_state(State::Rule),
            by_hand: of_state(State::Hand),
            compatible: of_state(State::Compatible),
            gaps: self.of_conflicts.gaps.tally(measure),
            blueprint: of_classes().map(|(_, sum)| sum).fold(Sum::default(), Sum::with).tally(measure),
            by_class: tallies(of_classes(), measure),
            by_pair: inbox.by_pair(&self.of_conflicts.of_pairs),
            proof_holds: outcome.proof.holds(),
            orphaned: outcome.orphaned,
            slivers: measure.tally(outcome.slivers.moved.iter().map(|moved| moved.area2)),
        }
    }
}

/// The patch of a conflict, which hangs together and so is one or none.
fn patch_of(outcome: &Outcome, conflict: u32) -> Option<&Patch> {
    let face = outcome.cut.conflicts[conflict as usize].faces[0];
    outcome.blueprint.patches.get(outcome.blueprint.patch_of[face as usize] as usize)
}

/// Sums over conflicts, each looked at once.
#[derive(Clone, PartialEq, Debug)]
struct Sums {
    /// Per state, in the order of [`State::ALL`]; gaps count only where something may lie over them.
    of_states: [Sum; State::ALL.len()],
    gaps: Sum,
    /// Per set of classes: all and open; neither gaps nor what may lie over each other.
    of_pairs: Vec<[Sum; 2]>,
}

impl Sums {
    fn of(outcome: &Outcome, inbox: &Inbox) -> Self {
        let nothing = || Self {
            of_states: Default::default(),
            gaps: Sum::default(),
            of_pairs: vec![Default::default(); inbox.pair_count()],
        };
        let starts = (0..outcome.cut.conflicts.len() as u32).into_par_iter().step_by(CHUNK);
        let looked_at = starts.map(|start| {
            let mut sums = nothing();
            let past = (start + CHUNK as u32).min(outcome.cut.conflicts.len() as u32);
            (start..past).for_each(|index| sums.change(outcome, inbox, index, Sum::add));
            sums
        });
        looked_at.reduce(nothing, Self::with)
    }

    /// Adds a conflict to its sums, or takes it away.
    fn change(&mut self, outcome: &Outcome, inbox: &Inbox, index: u32, change: fn(&mut Sum, i128)) {
        let (conflict, state) = (&outcome.cut.conflicts[index as usize], inbox.state(outcome, index));
        let gap = conflict.kind == ConflictKind::Gap;
        if gap {
            change(&mut self.gaps, conflict.area2);
        }
        if !gap || state == State::Compatible {
            change(&mut self.of_states[state as usize], conflict.area2);
        }
        if !gap && state != State::Compatible {
            let pair = &mut self.of_pairs[inbox.pair_of(index) as usize];
            change(&mut pair[0], conflict.area2);
            if state == State::Open {
                change(&mut pair[1], conflict.area2);
            }
        }
    }

    fn with(mut self, other: Self) -> Self {
        self.of_states = std::array::from_fn(|at| self.of_states[at].with(other.of_states[at]));
        self.gaps = self.gaps.with(other.gaps);
        for (mine, other) in self.of_pairs.iter_mut().zip(other.of_pairs) {
            *mine = std::array::from_fn(|at| mine[at].with(other[at]));
        }
        self
    }
}

/// Returns how often and how largely each set of classes contradicts itself.
pub(crate) fn by_pair(outcome: &Outcome, inbox: &Inbox) -> Vec<PairTally> {
    inbox.by_pair(&Sums::of(outcome, inbox).of_pairs)
}

/// Returns the tally of the conflicts whose kind and state pass.
pub(crate) fn tally_where(
    outcome: &Outcome,
    measure: Measure,
    pass: impl Fn(ConflictKind, State) -> bool + Sync,
) -> Tally {
    let all = outcome.cut.conflicts.par_chunks(CHUNK).zip(outcome.decisions.par_chunks(CHUNK));
    let passing = all.map(|(conflicts, decisions)| {
        let mut sum = Sum::default();
        for (conflict, decision) in conflicts.iter().zip(decisions) {
            if pass(conflict.kind, State::of(decision)) {
                sum.add(conflict.area2);
            }
        }
        sum
    });
    passing.reduce(Sum::default, Sum::with).tally(measure)
}

/// Returns how many overlaps each set of layers has and how large they are.
pub(crate) fn overlaps_by_layers(outcome: &Outcome) -> BTreeMap<Vec<u32>, Sum> {
    let partition = &outcome.cut.partition;
    let chunks = outcome.cut.conflicts.par_chunks(CHUNK).map(|conflicts| {
        let mut sums: BTreeMap<Vec<u32>, Sum> = BTreeMap::new();
        let mut layers = Vec::new();
        for conflict in conflicts.iter().filter(|conflict| conflict.kind == ConflictKind::Overlap) {
            layers.clear();
            layers.extend(conflict.parties.iter().map(|&party| partition.feature(party).layer));
            layers.sort_unstable();
            layers.dedup();
            match sums.get_mut(&layers) {
                Some(sum) => sum.add(conflict.area2),
                None => {
                    sums.insert(layers.clone(), Sum { count: 1, area2: conflict.area2 });
                }
            }
        }
        sums
    });
    chunks.reduce(BTreeMap::new, |mut all, some| {
        for (layers, sum) in some {
            let own = all.entry(layers).or_default();
            *own = own.with(sum);
        }
        all
    })
}

/// Returns the blueprint's patches per class, the largest first; an empty class is what is open.
pub(crate) fn by_class(outcome: &Outcome, measure: Measure) -> Vec<ClassTally> {
    tallies(sums_by_class(outcome), measure)
}

fn tallies<'a>(sums: impl IntoIterator<Item = (&'a str, Sum)>, measure: Measure) -> Vec<ClassTally> {
    let tally = |(class, sum): (&str, Sum)| ClassTally { class: class.to_owned(), tally: sum.tally(measure) };
    let mut tallies: Vec<ClassTally> = sums.into_iter().map(tally).collect();
    tallies.sort_by(|a, b| b.tally.area_m2.total_cmp(&a.tally.area_m2).then_with(|| a.class.cmp(&b.class)));
    tallies
}

/// Returns how many patches of each class the blueprint has and how large they are; an empty class is
/// what is open.
pub(crate) fn sums_by_class(outcome: &Outcome) -> HashMap<&str, Sum> {
    let chunks = outcome.blueprint.patches.par_chunks(CHUNK).map(|patches| {
        let mut sums: HashMap<&str, Sum> = HashMap::new();
        // Neighbours in the list are mostly of one class.
        for alike in patches.chunk_by(|one, other| one.class == other.class) {
            let sum = sums.entry(alike[0].class.as_ref().map_or("", ClassId::as_str)).or_default();
            alike.iter().for_each(|patch| sum.add(patch.area2));
        }
        sums
    });
    chunks.reduce(HashMap::new, |mut all, some| {
        for (class, sum) in some {
            let own: &mut Sum = all.entry(class).or_default();
            *own = own.with(sum);
        }
        all
    })
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
