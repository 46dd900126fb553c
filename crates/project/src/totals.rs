//! The numbers of a result, as the window shows them.

use crate::api::{ClassChange, ClassTally, PairTally, ResultView, Tally};
use crate::inbox::Inbox;
use crate::measure::{Measure, Sum};
use crate::outcome::Outcome;
use crate::tiles::{STATES, state_name};
use lantu_engine::{ClassId, Conflict, ConflictKind};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Conflicts that are looked at in one go.
const CHUNK: usize = 1 << 14;

/// Returns the numbers of a result.
pub(crate) fn totals(outcome: &Outcome, inbox: &Inbox, measure: Measure) -> ResultView {
    let (sums, of_classes) = (Sums::of(outcome, inbox), sums_by_class(outcome));
    let of_state = |state: &str| sums.of_state(state).tally(measure);
    ResultView {
        conflicts: ["open", "rule", "hand"]
            .map(|state| sums.of_state(state))
            .into_iter()
            .fold(Sum::default(), Sum::with)
            .tally(measure),
        open: of_state("open"),
        by_rule: of_state("rule"),
        by_hand: of_state("hand"),
        compatible: of_state("compatible"),
        gaps: sums.gaps.tally(measure),
        blueprint: of_classes.values().copied().fold(Sum::default(), Sum::with).tally(measure),
        by_class: tallies(of_classes, measure),
        by_pair: inbox.by_pair(&sums.of_pairs),
        proof_holds: outcome.proof.holds(),
        orphaned: outcome.orphaned,
        slivers: measure.tally(outcome.slivers.moved.iter().map(|moved| moved.area2)),
    }
}

/// Sums over conflicts, each looked at once.
struct Sums {
    /// Per state, in the order of [`STATES`]; gaps count only where something may lie over them.
    of_states: [Sum; STATES.len()],
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
        let chunks = outcome.cut.conflicts.par_chunks(CHUNK).zip(outcome.decisions.par_chunks(CHUNK)).enumerate();
        let looked_at = chunks.map(|(chunk, (conflicts, decisions))| {
            let mut sums = nothing();
            for (index, (conflict, decision)) in ((chunk * CHUNK) as u32..).zip(conflicts.iter().zip(decisions)) {
                sums.add(conflict, state_name(decision), inbox.pair_of(index) as usize);
            }
            sums
        });
        looked_at.reduce(nothing, Self::with)
    }

    fn add(&mut self, conflict: &Conflict, state: &str, pair: usize) {
        let gap = conflict.kind == ConflictKind::Gap;
        if gap {
            self.gaps.add(conflict.area2);
        }
        if let Some(at) = STATES.iter().position(|&known| known == state)
            && (!gap || state == "compatible")
        {
            self.of_states[at].add(conflict.area2);
        }
        if !gap && state != "compatible" {
            self.of_pairs[pair][0].add(conflict.area2);
            if state == "open" {
                self.of_pairs[pair][1].add(conflict.area2);
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

    fn of_state(&self, state: &str) -> Sum {
        let known = STATES.iter().zip(self.of_states).find(|(known, _)| **known == state);
        known.map_or(Sum::default(), |(_, sum)| sum)
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
    pass: impl Fn(ConflictKind, &str) -> bool + Sync,
) -> Tally {
    let all = outcome.cut.conflicts.par_chunks(CHUNK).zip(outcome.decisions.par_chunks(CHUNK));
    let passing = all.map(|(conflicts, decisions)| {
        let mut sum = Sum::default();
        for (conflict, decision) in conflicts.iter().zip(decisions) {
            if pass(conflict.kind, state_name(decision)) {
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

fn tallies(sums: HashMap<&str, Sum>, measure: Measure) -> Vec<ClassTally> {
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
