//! How the work went on: decisions by hand, day by day.

use crate::api::{Course, CourseDay, Tally};
use crate::measure::Measure;
use crate::outcome::Cut;
use lantu_engine::{Action, Choice, ConflictId, DecisionLog};
use std::collections::HashMap;

/// Returns what stood decided by hand at the end of each day on which something was done.
pub(crate) fn course(log: &DecisionLog, cut: &Cut, measure: Measure) -> Course {
    let mut standing = Standing::default();
    let mut days: Vec<CourseDay> = Vec::new();
    for operation in log.operations() {
        match &operation.action {
            Action::Undo(number) => standing.take_back(log, *number, cut),
            Action::Redo(number) => standing.decide(log, *number, cut),
            _ => standing.decide(log, operation.number, cut),
        }
        let day = operation.when.get(..10).unwrap_or_default();
        if days.last().is_none_or(|last| last.day != day) {
            days.push(CourseDay { day: day.to_owned(), operations: 0, decided: Tally::default() });
        }
        if let Some(last) = days.last_mut() {
            last.operations += 1;
            last.decided = Tally { count: standing.count, area_m2: measure.m2(standing.area2) };
        }
    }
    Course { days }
}

/// What is decided by hand after some operations.
#[derive(Default)]
struct Standing {
    /// Per conflict, for each choice in force whether it decides, the latest last.
    choices: HashMap<ConflictId, Vec<bool>>,
    count: u32,
    area2: i128,
}

impl Standing {
    fn decide(&mut self, log: &DecisionLog, number: u64, cut: &Cut) {
        self.each(log, number, cut, |choices, decides| choices.push(decides));
    }

    fn take_back(&mut self, log: &DecisionLog, number: u64, cut: &Cut) {
        self.each(log, number, cut, |choices, _| {
            choices.pop();
        });
    }

    fn each(&mut self, log: &DecisionLog, number: u64, cut: &Cut, change: impl Fn(&mut Vec<bool>, bool)) {
        let operation = log.operations().get(number as usize - 1).map(|operation| &operation.action);
        let Some(Action::Decide { conflicts, choice }) = operation else { return };
        for id in conflicts {
            let Some(index) = cut.find(*id) else { continue };
            let choices = self.choices.entry(*id).or_default();
            let before = choices.last() == Some(&true);
            change(choices, *choice != Choice::Open);
            let after = choices.last() == Some(&true);
            let area2 = cut.conflicts[index as usize].area2;
            match (before, after) {
                (false, true) => (self.count, self.area2) = (self.count + 1, self.area2 + area2),
                (true, false) => (self.count, self.area2) = (self.count - 1, self.area2 - area2),
                _ => {}
            }
        }
    }
}
