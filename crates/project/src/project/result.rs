//! What was found of what is open, and how it goes on with the record.

use crate::content::Contents;
use crate::inbox::Inbox;
use crate::measure::Measure;
use crate::outcome::Outcome;
use crate::reattach;
use crate::tiles::MapArcs;
use crate::totals::Totals;
use crate::view::CutLayer;
use lantu_engine::{DecisionLog, RuleSet, Stop};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What the last run found.
#[derive(Clone)]
pub(crate) struct Found {
    pub outcome: Arc<Outcome>,
    pub inbox: Arc<Inbox>,
    pub arcs: Arc<MapArcs>,
    pub measure: Measure,
    /// Its numbers.
    pub totals: Arc<Totals>,
    /// What cutting told of the layers.
    pub of_layers: Arc<BTreeMap<Arc<str>, CutLayer>>,
    /// The content of features that decisions name, for following them.
    pub contents: Arc<Contents>,
    /// What the blueprint is compared with: the number of the last operation, and what they made.
    pub then: Option<Arc<(u32, Outcome)>>,
}

impl Found {
    /// Returns what a run has come to.
    pub(super) fn new(
        outcome: Outcome,
        inbox: Arc<Inbox>,
        of_layers: Arc<BTreeMap<Arc<str>, CutLayer>>,
        measure: Measure,
        contents: Arc<Contents>,
    ) -> Self {
        let totals = Arc::new(Totals::of(&outcome, &inbox));
        let (outcome, arcs) = (Arc::new(outcome), Arc::default());
        Self { outcome, inbox, arcs, measure, totals, of_layers, contents, then: None }
    }

    /// Applies a longer record.
    pub(super) fn go_on(&mut self, log: &DecisionLog, rules: &Arc<RuleSet>) -> Result<(), Stop> {
        let followed = Arc::new(reattach::followed(log, &self.contents, &self.outcome.cut));
        let operations = [self.outcome.log.operations().len(), followed.operations().len()];
        let touched = self.outcome.touched(&followed, rules);
        let mut totals = (*self.totals).clone();
        if let Some(which) = &touched {
            totals.take(&self.outcome, &self.inbox, which);
        }
        wait_for_others(&mut self.outcome);
        // Copied only while somebody still looks at what it was.
        let outcome = Arc::make_mut(&mut self.outcome);
        let again = outcome.go_on_touching(followed, rules.clone(), touched.as_deref())?;
        match touched.filter(|_| again) {
            Some(which) => {
                totals.put(outcome, &self.inbox, &which);
                self.arcs.decided_again(operations, &which, &outcome.decisions);
            }
            None => totals = Totals::of(outcome, &self.inbox),
        }
        debug_assert_eq!(totals, Totals::of(outcome, &self.inbox));
        self.totals = Arc::new(totals);
        Ok(())
    }
}

/// Waits a moment until nobody else looks at a value: a tile is soon drawn, a copy of a province takes longer.
fn wait_for_others<T>(value: &mut Arc<T>) {
    for _ in 0..MOMENT_MS {
        if Arc::get_mut(value).is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// How long others are waited for.
const MOMENT_MS: u32 = 30;
