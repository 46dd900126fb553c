//! What is asked of the list of conflicts: pages, and many rows at once.

use crate::api::{ConflictPage, ListConflicts, Problem, Rows, Tally};
use crate::detail::Asked;
use crate::inbox::Order;
use crate::sieve::Sieve;
use geo::Coord;

/// The most rows that one page may have.
const MOST_ROWS: usize = 500;

impl Asked<'_> {
    /// Returns a page of the list.
    pub(crate) fn page(self, wanted: &ListConflicts) -> Result<ConflictPage, Problem> {
        let sieve = Sieve::new(self, &wanted.filter)?;
        let outcome = self.outcome;
        let locate = wanted.locate.as_deref().and_then(|id| outcome.cut.find(id.parse().ok()?));
        let (from, limit) = (wanted.offset as usize, (wanted.limit as usize).min(MOST_ROWS));
        let mut page = ConflictPage { total: Tally::default(), open: Tally::default(), rows: Vec::new(), row_of: None };
        let (mut area2, mut open2) = (0, 0);
        let order = self.order(&wanted.sort, wanted.near)?;
        for &index in order.iter().filter(|&&index| sieve.passes(index)) {
            let conflict = &outcome.cut.conflicts[index as usize];
            let at = page.total.count;
            if Some(index) == locate {
                page.row_of = Some(at);
            }
            if (from..from + limit).contains(&(at as usize)) {
                page.rows.push(self.inbox.row(outcome, index));
            }
            page.total.count += 1;
            area2 += conflict.area2;
            if self.inbox.state(outcome, index) == "open" {
                page.open.count += 1;
                open2 += conflict.area2;
            }
        }
        page.total.area_m2 = self.measure.m2(area2);
        page.open.area_m2 = self.measure.m2(open2);
        Ok(page)
    }

    /// Returns the conflicts of rows of the list, in its order.
    pub(crate) fn rows(self, wanted: &Rows) -> Result<Vec<u32>, Problem> {
        let sieve = Sieve::new(self, &wanted.filter)?;
        let order = self.order(&wanted.sort, wanted.near)?;
        let passing = order.iter().copied().filter(|&index| sieve.passes(index));
        if wanted.ranges.is_empty() {
            return Ok(passing.collect());
        }
        let meant = |at: u32| wanted.ranges.iter().any(|&[first, last]| (first..=last).contains(&at));
        Ok((0..).zip(passing).filter(|&(at, _)| meant(at)).map(|(_, index)| index).collect())
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
