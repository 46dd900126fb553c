//! What is asked of the list of conflicts: pages, and many rows at once.

use crate::api::{ConflictPage, Filter, ListConflicts, Problem, Rows};
use crate::detail::Asked;
use crate::inbox::{LISTED, Listed, OPEN, Order};
use crate::measure::Sum;
use crate::sieve::Sieve;
use crate::state::State;
use geo::Coord;
use rayon::prelude::*;
use std::sync::{Arc, PoisonError};

/// The most rows that one page may have.
const MOST_ROWS: usize = 500;
/// So many conflicts are looked through at a time by one thread.
const PART: usize = 1 << 13;

impl Asked<'_> {
    /// Returns a page of the list.
    pub(crate) fn page(self, wanted: &ListConflicts) -> Result<ConflictPage, Problem> {
        let listed = self.listed(&wanted.filter, &wanted.sort, wanted.near)?;
        let locate = wanted.locate.as_deref().and_then(|id| self.outcome.cut.find(id.parse().ok()?));
        let row_of = locate.and_then(|index| listed.conflicts.iter().position(|&row| row == index));
        let (from, limit) = (wanted.offset as usize, (wanted.limit as usize).min(MOST_ROWS));
        let shown = listed.conflicts.iter().skip(from).take(limit);
        let [total, open] = listed.sums.map(|sum| sum.tally(self.measure));
        Ok(ConflictPage {
            total,
            open,
            rows: shown.map(|&index| self.inbox.row(self.outcome, index)).collect(),
            row_of: row_of.map(|row| row as u32),
        })
    }

    /// Returns the conflicts of rows of the list, in its order.
    pub(crate) fn rows(self, wanted: &Rows) -> Result<Vec<u32>, Problem> {
        let listed = self.listed(&wanted.filter, &wanted.sort, wanted.near)?;
        if wanted.ranges.is_empty() {
            return Ok(listed.conflicts.clone());
        }
        let meant = |at: u32| wanted.ranges.iter().any(|&[first, last]| (first..=last).contains(&at));
        Ok((0..).zip(&listed.conflicts).filter(|&(at, _)| meant(at)).map(|(_, &index)| index).collect())
    }

    /// The list as a filter and a sort make it; kept until another one is asked for or something is decided.
    fn listed(self, filter: &Filter, sort: &str, near: Option<[f64; 2]>) -> Result<Arc<Listed>, Problem> {
        let asked = (filter.clone(), sort.to_owned(), near);
        let operations = self.outcome.log.operations().len();
        // Held meanwhile: who asks the same waits instead of doing it again.
        let mut kept = self.inbox.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listed) = kept.as_ref().filter(|listed| listed.operations == operations && listed.asked == asked) {
            return Ok(listed.clone());
        }
        let sieve = Sieve::new(self, filter)?;
        let order = self.order(sort, near)?;
        let same = |listed: &&Arc<Listed>| listed.asked == asked && Arc::ptr_eq(&listed.rules, &self.outcome.rules);
        let (marks, sums) = match kept.as_ref().filter(same) {
            Some(before) if before.operations < operations => self.marked_again(&sieve, before),
            _ => self.marked(&sieve),
        };
        // In the order of the list.
        let listed = order.iter().copied().filter(|&index| marks[index as usize] & LISTED != 0);
        let conflicts = listed.collect();
        let rules = self.outcome.rules.clone();
        let listed = Arc::new(Listed { asked, operations, rules, conflicts, marks, sums });
        *kept = Some(listed.clone());
        Ok(listed)
    }

    /// The mark of a conflict.
    fn mark(self, sieve: &Sieve<'_>, index: u32) -> u8 {
        match (sieve.passes(index), self.inbox.state(self.outcome, index)) {
            (false, _) => 0,
            (true, State::Open) => LISTED | OPEN,
            (true, _) => LISTED,
        }
    }

    /// Marks all conflicts, in the order that they lie in memory, and sums up what is listed.
    fn marked(self, sieve: &Sieve<'_>) -> (Vec<u8>, [Sum; 2]) {
        let conflicts = &self.outcome.cut.conflicts;
        let mut marks = vec![0; conflicts.len()];
        // Each is looked at once: what lies between them is memory that has to come from afar.
        let some = |(at, marks): (usize, &mut [u8])| {
            let mut sums = [Sum::default(); 2];
            for (index, mark) in (at * PART..).zip(marks) {
                *mark = self.mark(sieve, index as u32);
                count(*mark, &mut sums, |sum| sum.add(conflicts[index].area2));
            }
            sums
        };
        let both = |a: [Sum; 2], b: [Sum; 2]| [a[0].with(b[0]), a[1].with(b[1])];
        let sums = marks.par_chunks_mut(PART).enumerate().map(some).reduce(Default::default, both);
        (marks, sums)
    }

    /// The same after further operations, by looking only at what they touched.
    fn marked_again(self, sieve: &Sieve<'_>, before: &Listed) -> (Vec<u8>, [Sum; 2]) {
        let (mut marks, mut sums) = (before.marks.clone(), before.sums);
        let cut = &self.outcome.cut;
        for index in self.outcome.log.touched_since(before.operations).filter_map(|id| cut.find(id)) {
            let area2 = cut.conflicts[index as usize].area2;
            let now = self.mark(sieve, index);
            let then = std::mem::replace(&mut marks[index as usize], now);
            count(then, &mut sums, |sum| sum.take(area2));
            count(now, &mut sums, |sum| sum.add(area2));
        }
        (marks, sums)
    }

    fn order(self, sort: &str, near: Option<[f64; 2]>) -> Result<Order, Problem> {
        if sort == "district" {
            return Ok(self.in_districts()?.order(&self.outcome.cut));
        }
        let mut from = [Coord::from(near.unwrap_or_default())];
        if sort == "near" {
            self.crs.from_lonlat(&mut from)?;
        }
        Ok(self.inbox.order(&self.outcome.cut, sort, from[0]))
    }
}

/// Does something to the sums that a conflict of this mark is in.
fn count(mark: u8, sums: &mut [Sum; 2], act: impl Fn(&mut Sum)) {
    for (sum, of) in sums.iter_mut().zip([LISTED, OPEN]) {
        if mark & of != 0 {
            act(sum);
        }
    }
}
