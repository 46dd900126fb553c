//! What is asked of the list of conflicts: pages, and many rows at once.

use crate::api::{ConflictPage, Filter, ListConflicts, Problem, Rows};
use crate::detail::Asked;
use crate::inbox::{Listed, Order};
use crate::measure::Sum;
use crate::sieve::Sieve;
use geo::Coord;
use rayon::prelude::*;
use std::sync::{Arc, PoisonError};

/// The most rows that one page may have.
const MOST_ROWS: usize = 500;

impl Asked<'_> {
    /// Returns a page of the list.
    pub(crate) fn page(self, wanted: &ListConflicts) -> Result<ConflictPage, Problem> {
        let listed = self.listed(&wanted.filter, &wanted.sort, wanted.near)?;
        let locate = wanted.locate.as_deref().and_then(|id| self.outcome.cut.find(id.parse().ok()?));
        let row_of = locate.and_then(|index| listed.conflicts.iter().position(|&row| row == index));
        let (from, limit) = (wanted.offset as usize, (wanted.limit as usize).min(MOST_ROWS));
        let shown = listed.conflicts.iter().skip(from).take(limit);
        Ok(ConflictPage {
            total: listed.total,
            open: listed.open,
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
        let conflicts = &self.outcome.cut.conflicts;
        // In the order that they lie in memory; then picked in the order of the list.
        let passes: Vec<bool> = (0..conflicts.len() as u32).into_par_iter().map(|index| sieve.passes(index)).collect();
        let passing: Vec<u32> = order.iter().copied().filter(|&index| passes[index as usize]).collect();
        let sums = |index: u32| {
            let mut sums = [Sum::default(); 2];
            sums[0].add(conflicts[index as usize].area2);
            if self.inbox.state(self.outcome, index) == "open" {
                sums[1].add(conflicts[index as usize].area2);
            }
            sums
        };
        let both = |a: [Sum; 2], b: [Sum; 2]| [a[0].with(b[0]), a[1].with(b[1])];
        let counted = (0..conflicts.len() as u32).into_par_iter().filter(|&index| passes[index as usize]).map(sums);
        let [total, open] = counted.reduce(Default::default, both).map(|sum| sum.tally(self.measure));
        let listed = Arc::new(Listed { asked, operations, conflicts: passing, total, open });
        *kept = Some(listed.clone());
        Ok(listed)
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
