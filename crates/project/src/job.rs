//! A run without a window: what `lantu merge` and `lantu check` do.

use crate::api::Problem;
use crate::load::{Inputs, load};
use crate::measure::Measure;
use crate::names::LayerNames;
use crate::outcome::{Clock, Cut, Outcome};
use crate::plan::Plan;
use crate::problem::fault;
use crate::progress::{Listener, Meter};
use crate::room::Room;
use crate::rules;
use crate::store::Store;
use lantu_engine::{DecisionLog, Finding, Layer, RuleSet};
use lantu_files::{Written, write_blueprint, write_conflicts};
use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What a run has come to, and what it was run on.
#[derive(Debug)]
pub struct Job {
    /// The plan.
    pub plan: Plan,
    /// The layers.
    pub inputs: Inputs,
    /// The result.
    pub outcome: Outcome,
    /// Seconds per stage, in order; writing and reporting add to it.
    pub timings: RefCell<Vec<(&'static str, f64)>>,
    started: RefCell<Instant>,
}

/// Who hears of the work and may stop it.
#[derive(Clone, Copy)]
pub struct Watcher<'a> {
    /// Hears of progress.
    pub tell: Listener<'a>,
    /// Set by whoever wants the work to stop.
    pub stop: &'a AtomicBool,
}

impl Job {
    /// Reads, cuts, decides and proves. `record` is the record of decisions and of what the window
    /// changed of the layers, if there is one.
    ///
    /// # Errors
    /// A problem that says what keeps the work from being done.
    pub fn run(mut plan: Plan, record: Option<&Path>, room: &Room, watcher: Watcher<'_>) -> Result<Self, Problem> {
        let names = LayerNames::seeded().map_err(|cause| fault(&cause.to_string()))?;
        let rules = Arc::new(plan.rules.as_deref().map_or_else(|| Ok(RuleSet::default()), rules::read)?);
        let mut log = DecisionLog::default();
        if let Some(path) = record.filter(|path| path.exists()) {
            let store = Store::look_into(path)?;
            log = store.log()?;
            // The layers are those that the decisions were made on.
            let edits = store.edits()?;
            edits.apply(&mut plan);
            edits.apply_crs(&mut plan);
        }
        let log = Arc::new(log);
        let meter = Meter::of_run(watcher.tell, watcher.stop);
        let mut clock = Clock::default();
        let mut inputs = load(&plan, &names, &meter)?;
        clock.lap("read");
        rules::check(&rules, &inputs.classes(), plan.rules.as_deref())?;
        let layers = take_layers(&mut inputs);
        let cut = Cut::of(&inputs, layers, plan.grid, &rules, room, &meter, &mut clock)?;
        let outcome = Outcome::of(Arc::new(cut), rules, log, &meter, &mut clock)?;
        let timings = RefCell::new(outcome.timings.clone());
        Ok(Self { plan, inputs, outcome, timings, started: RefCell::new(Instant::now()) })
    }

    /// Writes the blueprint.
    ///
    /// # Errors
    /// A problem if it cannot be written; the old file is untouched then.
    pub fn write_blueprint(&self, path: &Path, watcher: Watcher<'_>) -> Result<Written, Problem> {
        self.write(watcher, "write_blueprint", |watch| {
            let title = self.title();
            write_blueprint(path, &self.outcome.export(&self.inputs.crs, &title), watch)
        })
    }

    /// Writes the conflicts.
    ///
    /// # Errors
    /// As [`Job::write_blueprint`].
    pub fn write_conflicts(&self, path: &Path, watcher: Watcher<'_>) -> Result<Written, Problem> {
        self.write(watcher, "write_conflicts", |watch| {
            let title = self.title();
            write_conflicts(path, &self.outcome.export(&self.inputs.crs, &title), watch)
        })
    }

    fn write(
        &self,
        watcher: Watcher<'_>,
        stage: &'static str,
        write: impl FnOnce(lantu_files::Progress<'_>) -> Result<Written, lantu_files::FileError>,
    ) -> Result<Written, Problem> {
        *self.started.borrow_mut() = Instant::now();
        let meter = Meter::of_export(watcher.tell, watcher.stop);
        let written = write(&|part| meter.reached("write", part, ""))?;
        self.lap(stage);
        Ok(written)
    }

    /// Ends a stage of what comes after the run.
    pub(crate) fn lap(&self, stage: &'static str) {
        let now = Instant::now();
        let before = self.started.replace(now);
        self.timings.borrow_mut().push((stage, (now - before).as_secs_f64()));
    }

    /// The project's title; without a project the names of the layers, sorted.
    fn title(&self) -> String {
        let [zh, en] = self.plan.title.both();
        if zh.is_empty() && en.is_empty() {
            let mut names: Vec<&str> = self.plan.layers.iter().map(|layer| layer.name.as_str()).collect();
            names.sort_unstable();
            return names.join(" + ");
        }
        if zh == en { zh } else { format!("{zh} / {en}") }
    }

    pub(crate) fn measure(&self) -> Measure {
        Measure::of(&self.outcome.cut, &self.inputs.crs)
    }

    /// Returns everything that was found, layer by layer and then by cutting.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let reading = self.inputs.layers.iter().flat_map(|loaded| &loaded.findings);
        reading.chain(&self.outcome.cut.findings)
    }
}

/// Lets the engine use this many threads from now on; to be called once, before any work.
///
/// # Errors
/// A problem if work has begun already.
pub fn use_threads(count: usize) -> Result<(), Problem> {
    rayon::ThreadPoolBuilder::new().num_threads(count).build_global().map_err(|cause| fault(&cause.to_string()))
}

/// Hands the features over to the run, so that they are held only once.
fn take_layers(inputs: &mut Inputs) -> Vec<Arc<Layer>> {
    inputs
        .layers
        .iter_mut()
        .map(|loaded| {
            let empty =
                Layer { name: loaded.layer.name.clone(), class: loaded.layer.class.clone(), features: Vec::new() };
            std::mem::replace(&mut loaded.layer, Arc::new(empty))
        })
        .collect()
}
