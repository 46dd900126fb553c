//! A run without a window: what `lantu merge` and `lantu check` do.

use crate::api::Problem;
use crate::content::{Contents, spoken_of};
use crate::districts::Districts;
use crate::drawn;
use crate::load::{Inputs, Rounds, load_rounded};
use crate::measure::Measure;
use crate::moved::home_of;
use crate::names::LayerNames;
use crate::outcome::{Clock, Cut, Outcome, Taken};
use crate::plan::Plan;
use crate::problem::{self, fault};
use crate::progress::{Listener, Meter};
use crate::project::Open;
use crate::provenance::{self, InputFile};
use crate::reattach::{self, Orphan};
use crate::room::{Room, lent};
use crate::rules;
use crate::runs::{Export, Run, What};
use crate::slivers;
use crate::store::{Place, Store};
use lantu_engine::{DecisionLog, Finding, Layer, RuleSet};
use lantu_files::{Manner, Source, Written, write_blueprint_as, write_conflicts_as};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
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
    title: String,
    /// The plan's note in one text.
    note: String,
    /// The record as it was made.
    pub(crate) log: Arc<DecisionLog>,
    /// Where conflicts that were decided lay.
    places: HashMap<String, Place>,
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

impl Watcher<'static> {
    /// Returns a watcher that hears nothing and never stops the work.
    pub fn nobody() -> Self {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Self { tell: &|_| {}, stop: &NEVER }
    }
}

impl Job {
    /// Reads, cuts, decides and proves. `record` is the record of decisions and of what the window
    /// changed of the layers, if there is one; `replaced` are layers, by name, with a new source.
    ///
    /// # Errors
    /// A problem that says what keeps the work from being done.
    pub fn run(
        mut plan: Plan,
        record: Option<&Path>,
        replaced: &[(String, String)],
        room: &Room,
        watcher: Watcher<'_>,
    ) -> Result<Self, Problem> {
        let rules = Arc::new(plan.rules.as_deref().map_or_else(|| Ok(RuleSet::default()), rules::read)?);
        let (mut log, mut places) = (DecisionLog::default(), HashMap::new());
        if let Some(path) = record.filter(|path| path.exists()) {
            let store = Store::look_into(path)?;
            (log, places) = (store.log()?, store.places()?);
            // The layers are those that the decisions were made on.
            let edits = store.edits_here()?;
            edits.apply(&mut plan);
            edits.apply_crs(&mut plan);
            edits.apply_plane(&mut plan);
        }
        // What the terminal says stands above what the window changed.
        replaced.iter().try_for_each(|(name, source)| plan.replace(name, source))?;
        let title = title(&plan);
        Ok(Self { places, ..Self::of(plan, title, rules, log, room, watcher)? })
    }

    /// Returns the job that the window's result would be, for its report; `places` are those where decided
    /// conflicts lay.
    pub(crate) fn seen(open: &Open, outcome: &Outcome, places: HashMap<String, Place>) -> Self {
        let (plan, inputs) = ((*open.plan).clone(), (*open.inputs).clone());
        let (outcome, log) = (outcome.clone(), open.log.clone());
        let (title, note) = (title(&plan), plan.note.one());
        let (timings, started) = (RefCell::new(outcome.timings.clone()), RefCell::new(Instant::now()));
        Self { plan, inputs, outcome, timings, title, note, log, places, started }
    }

    /// Returns the districts of the plan, or a nameless one that holds everything.
    pub(crate) fn districts(&self) -> Cow<'_, Districts> {
        let cut = &self.outcome.cut;
        cut.districts().map_or_else(|| Cow::Owned(Districts::none(cut)), Cow::Borrowed)
    }

    /// Returns the files that the work was read from, as they were.
    pub(crate) fn files(&self) -> impl Iterator<Item = InputFile> {
        let layers = self.inputs.layers.iter().flat_map(|loaded| loaded.files.clone());
        layers.chain(self.outcome.cut.districts().into_iter().flat_map(|districts| districts.files.clone()))
    }

    /// Does the work for a plan, rules and a record of decisions that are at hand.
    pub(crate) fn of(
        mut plan: Plan,
        title: String,
        rules: Arc<RuleSet>,
        log: DecisionLog,
        room: &Room,
        watcher: Watcher<'_>,
    ) -> Result<Self, Problem> {
        let names = LayerNames::seeded().map_err(|cause| fault(&cause.to_string()))?;
        let log = Arc::new(log);
        let meter = Meter::of_run(watcher.tell, watcher.stop);
        let mut clock = Clock::default();
        // A layer without a source is told when it is read.
        let sources: Vec<Source> = plan.layers.iter().filter_map(|layer| layer.source().ok()).collect();
        let depot = room.depot_for(&sources)?;
        let rounds = Rounds { drawn: &spoken_of(&log), depot: lent(&depot) };
        let (mut inputs, rounded) = load_rounded(&plan, &names, &meter, rounds)?;
        // What was chosen is kept with the plan: it is part of what the conflicts are known by.
        plan.crs.get_or_insert_with(|| inputs.crs.name().to_owned());
        clock.lap("read");
        rules::check(&rules, &inputs, plan.rules.as_deref())?;
        slivers::check(&plan, &rules, &inputs)?;
        let rules = Arc::new(inputs.define(&rules::in_force(&rules, &log)));
        let contents = Contents::of(&inputs.layers, &log);
        let layers = take_layers(&mut inputs).into_iter().zip(rounded).collect();
        let cut = Cut::of(&inputs, Taken { layers, depot }, &plan, &rules, room, &meter, &mut clock)?;
        plan.coarsened = cut.coarsened(&plan);
        let followed = Arc::new(reattach::followed(&log, &contents, &cut));
        let slivers = plan.slivers.clone().map(Arc::new);
        let outcome = Outcome::of(Arc::new(cut), rules, followed, slivers, &meter, &mut clock)?;
        let timings = RefCell::new(outcome.timings.clone());
        let places = HashMap::new();
        let started = RefCell::new(Instant::now());
        let note = plan.note.one();
        Ok(Self { plan, inputs, outcome, timings, title, note, log, places, started })
    }

    /// Keeps in a record what was exported and from which files, so that it can be replayed.
    /// Decisions that applied and that it does not have yet are copied into it.
    ///
    /// # Errors
    /// A problem if the record cannot be written or holds other decisions.
    pub fn keep(
        &self,
        record: &Path,
        manner: &Manner,
        blueprint: &Written,
        conflicts: Option<&Written>,
    ) -> Result<(), Problem> {
        let store = Store::open(record, record.parent().unwrap_or(Path::new(".")))?;
        let log = store.log()?;
        let applied = self.log.operations();
        let known = log.operations();
        if !applied.starts_with(known) {
            return Err(other_decisions(record));
        }
        applied[known.len()..].iter().try_for_each(|operation| store.append(operation, &[]))?;
        // A path that was named on the terminal is told from its folder.
        let here = std::env::current_dir().map_err(|source| problem::missing(Path::new("."), source))?;
        let plan = self.plan.clone().seen_from(&here);
        if store.plan()?.is_none() {
            store.keep_plan(&plan)?;
        }
        let mut exports = vec![exported(What::Blueprint, manner, blueprint)?];
        exports.extend(conflicts.map(|written| exported(What::Conflicts, manner, written)).transpose()?);
        let own = self.plan.own_files().map(|path| provenance::look_at(path));
        store.keep_run(&Run {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            title: self.title.clone(),
            operations: applied.len() as u64,
            plan,
            rules: (*self.outcome.rules).clone(),
            inputs: self
                .files()
                .map(Ok)
                .chain(own)
                .map(|file| file.map(|file| file.seen_from(&here)))
                .collect::<Result<_, Problem>>()?,
            exports,
            home: home_of(record),
        })
    }

    /// Writes the blueprint.
    ///
    /// # Errors
    /// A problem if it cannot be written; the old file is untouched then.
    pub fn write_blueprint(&self, path: &Path, manner: &Manner, watcher: Watcher<'_>) -> Result<Written, Problem> {
        self.write(watcher, "write_blueprint", |watch| {
            write_blueprint_as(path, &self.outcome.export(&self.inputs.crs, [&self.title, &self.note]), manner, watch)
        })
    }

    /// Writes the conflicts.
    ///
    /// # Errors
    /// As [`Job::write_blueprint`].
    pub fn write_conflicts(&self, path: &Path, manner: &Manner, watcher: Watcher<'_>) -> Result<Written, Problem> {
        self.write(watcher, "write_conflicts", |watch| {
            write_conflicts_as(path, &self.outcome.export(&self.inputs.crs, [&self.title, &self.note]), manner, watch)
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

    /// Puts blueprint and conflicts into a record as layers, for QGIS.
    ///
    /// # Errors
    /// A problem if the record cannot be written.
    pub fn keep_layers(&self, record: &Path, watcher: Watcher<'_>) -> Result<(), Problem> {
        let store = Store::open(record, record.parent().unwrap_or(Path::new(".")))?;
        let meter = Meter::of_export(watcher.tell, watcher.stop);
        let export = self.outcome.export(&self.inputs.crs, [&self.title, &self.note]);
        drawn::keep_layers(&store, &export, &|part| meter.reached("write", part, "")).map(drop)
    }

    /// Returns the decisions in force that fit no conflict any more.
    pub(crate) fn orphans(&self) -> Vec<Orphan> {
        reattach::orphans(&self.outcome, &self.log, &self.places)
    }

    /// Returns the title of what was made.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    pub(crate) fn measure(&self) -> Measure {
        Measure::of(&self.outcome.cut, &self.inputs.crs)
    }

    /// Returns everything that was found, layer by layer and then by cutting.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let reading = self.inputs.layers.iter().flat_map(|loaded| &loaded.findings);
        reading.chain(&self.outcome.cut.findings).chain(&self.outcome.slivers.findings)
    }
}

/// Returns the title that exports carry, whoever writes them, window, terminal or replay: the
/// project's; without a project the names of the layers, sorted.
pub(crate) fn title(plan: &Plan) -> String {
    let [zh, en] = plan.title.both();
    if zh.is_empty() && en.is_empty() {
        let mut names: Vec<&str> = plan.layers.iter().map(|layer| layer.name.as_str()).collect();
        names.sort_unstable();
        return names.join(" + ");
    }
    if zh == en { zh } else { format!("{zh} / {en}") }
}

/// What a record keeps of a file that was written.
pub(crate) fn exported(what: What, manner: &Manner, written: &Written) -> Result<Export, Problem> {
    let path = std::path::absolute(&written.path).unwrap_or_else(|_| written.path.clone());
    // A folder's format gives its parts new names each time.
    let files: Vec<&PathBuf> = written.files.iter().filter(|file| file.is_file()).collect();
    let files = files.into_iter().map(|file| provenance::look_at(file)).collect::<Result<_, _>>()?;
    Ok(Export { what, path, manner: manner.clone(), files })
}

fn other_decisions(record: &Path) -> Problem {
    let path = record.display();
    problem::problem(
        [
            format!("{path} 中的裁定与本次运算所用的不同。"),
            format!("The decisions in {path} are not those of this run."),
        ],
        ["请换一个记录文件。", "Name another record."],
    )
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
