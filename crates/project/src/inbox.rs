//! The list of conflicts: sorted once, filtered as it is looked through.

use crate::api::{ConflictPage, ConflictRow, Filter, ListConflicts, PairTally, Tally};
use crate::measure::Measure;
use crate::outcome::{Cut, Outcome};
use crate::tiles::state_name;
use lantu_engine::{ClassId, Conflict, ConflictKind};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The most rows that one page may have.
const MOST_ROWS: usize = 500;

/// What the list needs of a cut, whatever is decided.
#[derive(Debug)]
pub(crate) struct Inbox {
    measure: Measure,
    /// The sets of classes that contradict each other somewhere, each sorted.
    pairs: Vec<Vec<ClassId>>,
    /// The set of each conflict.
    pair_of: Vec<u32>,
    orders: [OnceLock<Vec<u32>>; 3],
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
        Self { measure, pairs, pair_of, orders: Default::default() }
    }

    /// Returns a page of the list.
    pub(crate) fn page(&self, outcome: &Outcome, wanted: &ListConflicts) -> ConflictPage {
        let matches = self.matcher(outcome, &wanted.filter);
        let locate = wanted.locate.as_deref().and_then(|id| outcome.cut.find(id.parse().ok()?));
        let (from, limit) = (wanted.offset as usize, (wanted.limit as usize).min(MOST_ROWS));
        let mut page = ConflictPage { total: Tally::default(), open: Tally::default(), rows: Vec::new(), row_of: None };
        let (mut area2, mut open2) = (0, 0);
        for &index in self.order(&outcome.cut, &wanted.sort).iter().filter(|&&index| matches(index)) {
            let conflict = &outcome.cut.conflicts[index as usize];
            let at = page.total.count;
            if Some(index) == locate {
                page.row_of = Some(at);
            }
            if (from..from + limit).contains(&(at as usize)) {
                page.rows.push(self.row(outcome, index));
            }
            page.total.count += 1;
            area2 += conflict.area2;
            if self.state(outcome, index) == "open" {
                page.open.count += 1;
                open2 += conflict.area2;
            }
        }
        page.total.area_m2 = self.measure.m2(area2);
        page.open.area_m2 = self.measure.m2(open2);
        page
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
            kind: kind_name(conflict.kind).to_owned(),
            sliver: conflict.sliver,
            classes,
            area_m2: self.measure.m2(conflict.area2),
            width_m: self.measure.m(conflict.mean_width()),
            state: self.state(outcome, index).to_owned(),
        }
    }

    /// Returns how often and how largely each set of classes contradicts itself; gaps and what
    /// may lie over each other are left out. The largest comes first.
    pub(crate) fn by_pair(&self, outcome: &Outcome) -> Vec<PairTally> {
        let mut sums = vec![[(0u32, 0i128); 2]; self.pairs.len()];
        for index in 0..self.pair_of.len() as u32 {
            let conflict = &outcome.cut.conflicts[index as usize];
            let state = self.state(outcome, index);
            if conflict.kind == ConflictKind::Gap || state == "compatible" {
                continue;
            }
            let sum = &mut sums[self.pair_of[index as usize] as usize];
            for (count, area2) in sum.iter_mut().take(if state == "open" { 2 } else { 1 }) {
                *count += 1;
                *area2 += conflict.area2;
            }
        }
        let tally = |(count, area2)| Tally { count, area_m2: self.measure.m2(area2) };
        let found = self.pairs.iter().zip(sums).filter(|(_, [all, _])| all.0 > 0);
        let mut tallies: Vec<PairTally> = found
            .map(|(classes, [all, open])| PairTally {
                classes: classes.iter().map(ClassId::to_string).collect(),
                tally: tally(all),
                open: tally(open),
            })
            .collect();
        tallies.sort_by(|a, b| b.tally.area_m2.total_cmp(&a.tally.area_m2).then_with(|| a.classes.cmp(&b.classes)));
        tallies
    }

    fn state(&self, outcome: &Outcome, index: u32) -> &'static str {
        state_name(&outcome.decisions[index as usize])
    }

    fn matcher<'a>(&'a self, outcome: &'a Outcome, filter: &'a Filter) -> impl Fn(u32) -> bool + 'a {
        let wanted = filter.classes.iter().map(|class| ClassId::new(class)).collect::<Vec<_>>();
        let pair = (!wanted.is_empty()).then(|| self.pairs.iter().position(|pair| *pair == wanted));
        move |index| {
            let conflict = &outcome.cut.conflicts[index as usize];
            let state = self.state(outcome, index);
            let kind = match filter.kind.as_str() {
                "" => conflict.kind != ConflictKind::Gap,
                wanted => kind_name(conflict.kind) == wanted,
            };
            let wanted_state = if filter.state.is_empty() { state != "compatible" } else { state == filter.state };
            kind && wanted_state
                && filter.sliver.is_none_or(|sliver| sliver == conflict.sliver)
                && pair.is_none_or(|pair| pair == Some(self.pair_of[index as usize] as usize))
        }
    }

    /// The conflicts in the order of a sort: equal ones in the order of the cut.
    fn order(&self, cut: &Cut, sort: &str) -> &[u32] {
        let all = || (0..cut.conflicts.len() as u32).collect::<Vec<_>>();
        let conflict = |index: &u32| &cut.conflicts[*index as usize];
        match sort {
            "width" => self.orders[1].get_or_init(|| {
                let mut order = all();
                order.sort_by(|a, b| conflict(a).mean_width().total_cmp(&conflict(b).mean_width()));
                order
            }),
            "pair" => self.orders[2].get_or_init(|| {
                let mut order = all();
                let pair = |index: &u32| &self.pairs[self.pair_of[*index as usize] as usize];
                order.sort_by_key(|index| (pair(index), Reverse(conflict(index).area2)));
                order
            }),
            _ => self.orders[0].get_or_init(|| {
                let mut order = all();
                order.sort_by_key(|index| Reverse(conflict(index).area2));
                order
            }),
        }
    }
}

/// The classes of a conflict's parties, sorted, each once.
fn sorted_classes(cut: &Cut, conflict: &Conflict) -> Vec<ClassId> {
    let mut classes: Vec<ClassId> =
        conflict.parties.iter().map(|&party| cut.partition.feature(party).class.clone()).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// Returns the name of a kind, as the list and the report have it.
pub(crate) fn kind_name(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::Overlap => "overlap",
        ConflictKind::SelfOverlap => "self-overlap",
        ConflictKind::Gap => "gap",
    }
}
