//! The list of conflicts: sorted once; `sieve` filters it as `listing` looks through it.

use crate::api::{ConflictRow, Filter, PairTally};
use crate::measure::{Measure, Sum};
use crate::outcome::{Cut, Outcome};
use crate::state::State;
use geo::Coord;
use lantu_engine::{ClassId, Conflict, RuleSet};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Conflicts in some order.
pub(crate) type Order = Arc<Vec<u32>>;

/// What the list needs of a cut, whatever is decided.
#[derive(Debug)]
pub(crate) struct Inbox {
    measure: Measure,
    /// The sets of classes that contradict each other somewhere, each sorted.
    pairs: Vec<Vec<ClassId>>,
    /// The set of each conflict.
    pair_of: Vec<u32>,
    orders: [OnceLock<Order>; 3],
    /// The order by distance, and from where.
    nearest: Mutex<Option<(Coord<f64>, Order)>>,
    /// What was listed last.
    pub(crate) listed: Mutex<Option<Arc<Listed>>>,
}

/// The mark of a conflict that a filter lets through.
pub(crate) const LISTED: u8 = 1;
/// The mark of a listed conflict that is open.
pub(crate) const OPEN: u8 = 2;

/// The conflicts that a filter lets through, in the order of a sort.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The filter, the sort, and from where distances are measured.
    pub asked: (Filter, String, Option<[f64; 2]>),
    /// How many operations the record had, and the rules in force.
    pub operations: usize,
    pub rules: Arc<RuleSet>,
    /// The conflicts.
    pub conflicts: Vec<u32>,
    /// Which of all conflicts the filter lets through, and whether they are open: [`LISTED`], [`OPEN`].
    pub marks: Vec<u8>,
    /// All that are listed, and those of them that are open.
    pub sums: [Sum; 2],
}

impl Inbox {
    /// Returns the list of a cut's conflicts.
    pub(crate) fn of(cut: &Cut, measure: Measure) -> Self {
        let mut known: BTreeMap<Vec<ClassId>, u32> = BTreeMap::new();
        let mut pair_of = Vec::with_capacity(cut.conflicts.len());
        for conflict in &cut.conflicts {
            let next = known.len() as u32;
            pair_of.push(*known.entry(sorted_classes(cut, conflict)).or_insert(next));
        }
        let mut pairs = vec![Vec::new(); known.len()];
        for (classes, index) in known {
            pairs[index as usize] = classes;
        }
        let (orders, nearest, listed) = (Default::default(), Mutex::default(), Mutex::default());
        Self { measure, pairs, pair_of, orders, nearest, listed }
    }

    /// Returns the index of a set of classes, if it contradicts itself anywhere.
    pub(crate) fn pair(&self, classes: &[ClassId]) -> Option<u32> {
        self.pairs.iter().position(|pair| pair == classes).map(|at| at as u32)
    }

    /// Returns the index of a conflict's set of classes.
    pub(crate) fn pair_of(&self, conflict: u32) -> u32 {
        self.pair_of[conflict as usize]
    }

    /// Returns the classes of a set, sorted.
    pub(crate) fn classes(&self, pair: u32) -> &[ClassId] {
        &self.pairs[pair as usize]
    }

    /// Returns one row.
    pub(crate) fn row(&self, outcome: &Outcome, index: u32) -> ConflictRow {
        let conflict = &outcome.cut.conflicts[index as usize];
        let mut classes: Vec<String> = Vec::new();
        for &party in &conflict.parties {
            let class = outcome.cut.partition.feature(party).class.as_str();
            if !classes.iter().any(|known| known == class) {
                classes.push(class.to_owned());
            }
        }
        ConflictRow {
            id: conflict.id.to_string(),
            kind: conflict.kind.as_str().to_owned(),
            sliver: conflict.sliver,
            classes,
            area_m2: self.measure.m2(conflict.area2),
            width_m: self.measure.m(conflict.mean_width()),
            state: self.state(outcome, index).name().to_owned(),
        }
    }

    /// Returns how often and how largely each set of classes contradicts itself, given the sums over all
    /// and over open conflicts of each set; the largest comes first.
    pub(crate) fn by_pair(&self, sums: &[[Sum; 2]]) -> Vec<PairTally> {
        let found = self.pairs.iter().zip(sums).filter(|(_, [all, _])| all.count > 0);
        let mut tallies: Vec<PairTally> = found
            .map(|(classes, [all, open])| PairTally {
                classes: classes.iter().map(ClassId::to_string).collect(),
                tally: all.tally(self.measure),
                open: open.tally(self.measure),
            })
            .collect();
        tallies.sort_by(|a, b| b.tally.area_m2.total_cmp(&a.tally.area_m2).then_with(|| a.classes.cmp(&b.classes)));
        tallies
    }

    /// Returns how many sets of classes contradict themselves somewhere.
    pub(crate) fn pair_count(&self) -> usize {
        self.pairs.len()
    }

    /// Returns the state of a conflict.
    pub(crate) fn state(&self, outcome: &Outcome, index: u32) -> State {
        State::of(&outcome.decisions[index as usize])
    }

    /// Returns the conflicts in the order of a sort, equal ones in the order of the cut; `near` is
    /// where distances are measured from, in the plane.
    pub(crate) fn order(&self, cut: &Cut, sort: &str, near: Coord<f64>) -> Order {
        let conflicts = &cut.conflicts;
        let kept = match sort {
            "near" => return self.by_distance(cut, near),
            "width" => {
                self.orders[1].get_or_init(|| sorted_by(conflicts, |_, conflict| conflict.mean_width().to_bits()))
            }
            "pair" => self.orders[2].get_or_init(|| {
                // The sets in order, so that they are compared as numbers.
                let mut order: Vec<u32> = (0..self.pairs.len() as u32).collect();
                order.sort_by_key(|&pair| &self.pairs[pair as usize]);
                let mut rank = vec![0u32; order.len()];
                (0..).zip(&order).for_each(|(at, &pair)| rank[pair as usize] = at);
                let pair = |index: u32| rank[self.pair_of[index as usize] as usize];
                sorted_by(conflicts, |index, conflict| (pair(index), Reverse(conflict.area2)))
            }),
            _ => self.orders[0].get_or_init(|| sorted_by(conflicts, |_, conflict| Reverse(conflict.area2))),
        };
        kept.clone()
    }

    /// The conflicts by the distance of their boxes from a place; kept until another place is asked for.
    fn by_distance(&self, cut: &Cut, near: Coord<f64>) -> Order {
        let mut kept = self.nearest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((place, order)) = &*kept
            && *place == near
        {
            return order.clone();
        }
        let grid = &cut.partition.grid;
        let away = |index: u32| {
            let (low, high) = cut.conflicts[index as usize].bounds;
            let (low, high) = (grid.locate(low), grid.locate(high));
            let along = |at: f64, from: f64, to: f64| (from - at).max(at - to).max(0.0);
            along(near.x, low.x, high.x).hypot(along(near.y, low.y, high.y))
        };
        let order = sorted_by(&cut.conflicts, |index, _| away(index).to_bits());
        *kept = Some((near, order.clone()));
        order
    }
}

/// The conflicts in the order of a key, equal ones in their own order. The bits of numbers that are not
/// negative, as widths and distances, sort as the numbers do.
fn sorted_by<K: Ord + Send>(conflicts: &[Conflict], key: impl Fn(u32, &Conflict) -> K + Sync) -> Order {
    let keyed = conflicts.par_iter().enumerate().map(|(index, conflict)| (key(index as u32, conflict), index as u32));
    let mut order: Vec<(K, u32)> = keyed.collect();
    order.par_sort_unstable();
    Arc::new(order.into_iter().map(|(_, index)| index).collect())
}

/// The classes of a conflict's parties, sorted, each once.
fn sorted_classes(cut: &Cut, conflict: &Conflict) -> Vec<ClassId> {
    let mut classes: Vec<ClassId> =
        conflict.parties.iter().map(|&party| cut.partition.feature(party).class.clone()).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}
