//! One open project, asked by many threads at once.
//!
//! What is open is a snapshot of shared parts; a change makes a new snapshot and never touches the
//! old one, so long work and tiles go on with what they began with. Long work is one at a time.

use crate::api::{self, Commands, Nothing, Problem, View};
use crate::choosing;
use crate::content::Contents;
use crate::detail::Asked;
use crate::drawn;
use crate::edits::Edits;
use crate::held::{self, Held};
use crate::history;
use crate::inbox::Inbox;
use crate::job::{self, Job, Watcher};
use crate::load::{Inputs, load, load_one};
use crate::measure::Measure;
use crate::names::LayerNames;
use crate::opening;
use crate::outcome::{Clock, Cut, Outcome};
use crate::paper::{Language, paper};
use crate::plan::{Plan, repeated};
use crate::problem::{self, busy, fault, no_result};
use crate::progress::Meter;
use crate::provenance::{self, InputFile};
use crate::reading;
use crate::reattach;
use crate::report::report_listing;
use crate::room::Room;
use crate::ruler;
use crate::rules;
use crate::runs::{Run, What};
use crate::settings::Settings;
use crate::slivers;
use crate::splits::{self, Split};
use crate::store::{Store, now};
use crate::tiles::{Drawn, MapArcs, Sources, TileAddress};
use crate::view;
use geo::LineString;
use lantu_engine::{Action, ClassId, DecisionLog, Layer, Operation, RuleSet};
use lantu_files::{Manner, put_in_order, write_blueprint, write_conflicts};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

type Events = Box<dyn Fn(api::Progress) + Send + Sync>;

/// A project that a window or a server asks and changes.
pub struct Project {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    room: Room,
    events: Events,
    state: RwLock<State>,
    stop: AtomicBool,
    working: AtomicBool,
}

#[derive(Default)]
struct State {
    revision: u32,
    running: bool,
    open: Option<Open>,
}

/// What is open.
#[derive(Clone)]
pub(crate) struct Open {
    pub plan: Arc<Plan>,
    pub names: Arc<LayerNames>,
    /// The rules as they were read.
    pub pack: Arc<RuleSet>,
    /// The rules with the classes that the layers use.
    pub rules: Arc<RuleSet>,
    pub inputs: Arc<Inputs>,
    pub sources: Arc<Sources>,
    pub store: Arc<Mutex<Store>>,
    pub log: Arc<DecisionLog>,
    pub result: Option<Found>,
    /// The project file, if there is one.
    pub file: Option<PathBuf>,
    /// What the window changed of its layers.
    pub edits: Arc<Edits>,
    /// The hold on the record, or who else has it.
    pub held: Arc<Result<Option<Held>, Problem>>,
    /// What of it was applied when the file was opened.
    pub restored: Arc<Vec<api::LayerEdit>>,
}

/// What is to be opened.
pub(crate) struct Opening {
    /// The plan as it was read.
    pub plan: Plan,
    /// Where its decisions are kept.
    pub record: PathBuf,
    /// The project file it was read from; the record's own plan has its edits in it already.
    pub file: Option<PathBuf>,
}

/// What the last run found.
#[derive(Clone)]
pub(crate) struct Found {
    pub outcome: Arc<Outcome>,
    pub inbox: Arc<Inbox>,
    pub arcs: Arc<MapArcs>,
    pub measure: Measure,
    /// The content of features that decisions name, for following them.
    pub contents: Arc<Contents>,
}

impl Project {
    /// Returns a project with nothing open. `events` hears of the progress of long work.
    pub fn new(settings: Settings, events: Events) -> Self {
        let state = RwLock::default();
        let (stop, working) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { shared: Arc::new(Shared { settings, room: Room::remembering(), events, state, stop, working }) }
    }

    /// Answers a command of the list in [`api`] by its name.
    ///
    /// # Errors
    /// The command's [`Problem`].
    pub fn call(&self, name: &str, request: serde_json::Value) -> Result<serde_json::Value, Problem> {
        api::dispatch(self, name, request)
    }

    /// Returns a vector tile: `sources`, `conflicts` or `blueprint`.
    ///
    /// # Errors
    /// A problem if there is nothing of that kind.
    pub fn tile(&self, kind: &str, z: u8, x: u32, y: u32) -> Result<Vec<u8>, Problem> {
        let open = self.shared.open()?;
        let at = TileAddress { z, x, y };
        if kind == "sources" {
            return Ok(open.sources.tile(at)?);
        }
        let Found { outcome, arcs, .. } = open.result.ok_or_else(no_result)?;
        let drawn = Drawn {
            partition: &outcome.cut.partition,
            conflicts: &outcome.cut.conflicts,
            decisions: &outcome.decisions,
            blueprint: &outcome.blueprint,
            crs: &open.inputs.crs,
            conflict_of: &outcome.cut.conflict_of,
            arcs: &arcs,
        };
        match kind {
            "conflicts" => Ok(drawn.conflicts_tile(at)?),
            "blueprint" => Ok(drawn.blueprint_tile(at)?),
            other => Err(fault(&format!("no tiles of kind {other}"))),
        }
    }
}

/// What a change of layers touches.
struct Layers {
    plan: Plan,
    inputs: Inputs,
    edits: Edits,
}

/// Long work under way; ends when dropped.
struct Work<'a>(&'a Shared);

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.0.working.store(false, Ordering::Release);
    }
}

impl Shared {
    fn work(&self) -> Result<Work<'_>, Problem> {
        if self.working.swap(true, Ordering::Acquire) {
            return Err(busy());
        }
        self.stop.store(false, Ordering::Relaxed);
        Ok(Work(self))
    }

    fn state(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The snapshot of what is open.
    fn open(&self) -> Result<Open, Problem> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.open.clone().ok_or_else(|| {
            problem::nothing_there(
                ["没有打开的项目。", "No project is open."],
                ["请先打开数据或项目。", "Open data or a project first."],
            )
        })
    }

    /// Puts a new snapshot in place and returns the view of it.
    fn replace(&self, open: Option<Open>) -> View {
        let mut state = self.state();
        state.open = open;
        state.revision += 1;
        drop(state);
        self.view()
    }

    fn view(&self) -> View {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let (open, revision, running) = (state.open.clone(), state.revision, state.running);
        drop(state);
        view::view(open.as_ref(), revision, running)
    }

    fn meter(&self) -> Meter<'_> {
        Meter::of_run(&self.events, &self.stop)
    }

    /// Opens a project. `assume_crs` is the CRS of layers that do not say.
    fn open_plan(&self, opening: Opening, assume_crs: Option<String>) -> Result<View, Problem> {
        let Opening { mut plan, record, file } = opening;
        let state_dir = &self.settings.state_dir;
        // No record is made for a project that cannot be opened.
        let mut edits = match Store::exists(&record, state_dir) {
            true => Store::open(&record, state_dir)?.edits()?,
            false => Edits::default(),
        };
        edits.crs = assume_crs.or(edits.crs);
        let restored = if file.is_some() { edits.apply(&mut plan) } else { Vec::new() };
        edits.apply_crs(&mut plan);
        let names = LayerNames::seeded().map_err(|cause| fault(&cause.to_string()))?;
        let rules = plan.rules.as_deref().map_or_else(rules::starter, rules::read)?;
        let inputs = load(&plan, &names, &self.meter())?;
        rules::check(&rules, &inputs, plan.rules.as_deref())?;
        slivers::check(&plan, &rules, &inputs)?;
        let store = Store::open(&record, state_dir)?;
        let held = self.hold(store.path());
        if let Some(folder) = store.path().parent() {
            // What killed programs were writing there; a folder that cannot be written to keeps it.
            let _ = put_in_order(folder);
        }
        store.keep_plan(&plan)?;
        store.keep_edits(&edits)?;
        let log = store.log()?;
        Ok(self.replace(Some(Open {
            sources: Arc::new(sources(&inputs)),
            plan: Arc::new(plan),
            names: Arc::new(names),
            rules: Arc::new(inputs.define(&rules)),
            pack: Arc::new(rules),
            inputs: Arc::new(inputs),
            store: Arc::new(Mutex::new(store)),
            log: Arc::new(log),
            result: None,
            file,
            held,
            edits: Arc::new(edits),
            restored: Arc::new(restored),
        })))
    }

    /// Holds a record; the same project opened anew keeps its hold.
    fn hold(&self, record: &Path) -> Arc<Result<Option<Held>, Problem>> {
        if let Ok(open) = self.open()
            && lock(&open.store).path() == record
            && open.held.is_ok()
        {
            return open.held;
        }
        Arc::new(held::hold(record, &self.settings.who, &now()))
    }

    /// Adds the layers of data files to what is open.
    fn add_files(&self, open: Open, paths: &[String], assume_crs: Option<String>) -> Result<View, Problem> {
        let layers = opening::layers_of(paths)?;
        self.change_layers(open, |open, Layers { plan, inputs, edits }| {
            for mut layer in layers {
                layer.name = plan.free_name(&layer.name);
                layer.crs.clone_from(&assume_crs);
                let loaded = load_one(&layer, &open.names, inputs, &self.meter())?;
                inputs.layers.push(loaded);
                edits.add(layer.clone());
                plan.layers.push(layer);
            }
            Ok(())
        })
    }

    /// Changes the layers of what is open; what was found before no longer holds.
    fn change_layers(
        &self,
        mut open: Open,
        change: impl FnOnce(&Open, &mut Layers) -> Result<(), Problem>,
    ) -> Result<View, Problem> {
        let mut layers =
            Layers { plan: (*open.plan).clone(), inputs: (*open.inputs).clone(), edits: (*open.edits).clone() };
        change(&open, &mut layers)?;
        let Layers { plan, inputs, edits } = layers;
        if plan.layers.is_empty() {
            return Ok(self.replace(None));
        }
        let store = lock(&open.store);
        store.keep_plan(&plan)?;
        store.keep_edits(&edits)?;
        drop(store);
        (open.plan, open.edits, open.result) = (Arc::new(plan), Arc::new(edits), None);
        open.sources = Arc::new(sources(&inputs));
        open.rules = Arc::new(inputs.define(&open.pack));
        open.inputs = Arc::new(inputs);
        Ok(self.replace(Some(open)))
    }

    /// Cuts, decides and proves what is open, and puts the result in place.
    fn run(&self) -> Result<(), Problem> {
        let open = self.open()?;
        let (meter, mut clock) = (self.meter(), Clock::default());
        let layers = open.inputs.layers.iter().map(|loaded| loaded.layer.clone()).collect();
        let cut = Cut::of(&open.inputs, layers, &open.plan, &open.rules, &self.room, &meter, &mut clock)?;
        let measure = Measure::of(&cut, &open.inputs.crs);
        let inbox = Arc::new(Inbox::of(&cut, measure));
        let contents = Arc::new(Contents::of(&open.inputs.layers, &open.log));
        let followed = Arc::new(reattach::followed(&open.log, &contents, &cut));
        let slivers = open.plan.slivers.clone().map(Arc::new);
        let mut outcome = Outcome::of(Arc::new(cut), open.rules.clone(), followed, slivers, &meter, &mut clock)?;
        let mut state = self.state();
        if let Some(now) = &mut state.open {
            // A decision may have been made meanwhile.
            let same = Arc::ptr_eq(&now.log, &open.log);
            if !same {
                outcome.go_on(Arc::new(reattach::followed(&now.log, &contents, &outcome.cut)))?;
            }
            now.result = Some(Found { outcome: Arc::new(outcome), inbox, arcs: Arc::default(), measure, contents });
            state.revision += 1;
        }
        Ok(())
    }

    /// Appends to the record, on the disk first, and decides anew.
    fn append(&self, act: impl FnOnce(&Open) -> Result<(Action, [String; 2]), Problem>) -> Result<View, Problem> {
        let mut act = Some(act);
        self.append_all(|open| act.take().map(|act| act(open)).transpose())
    }

    /// Appends operation after operation until there is no next one, each on the disk first, and decides
    /// anew what they touch.
    fn append_all(
        &self,
        mut next: impl FnMut(&Open) -> Result<Option<(Action, [String; 2])>, Problem>,
    ) -> Result<View, Problem> {
        // Held until the end: decisions are made one after another.
        let mut state = self.state();
        let open = state.open.as_mut().ok_or_else(no_result)?;
        let mut failed = None;
        loop {
            let (mut action, [reason, basis]) = match next(open) {
                Ok(Some(wanted)) => wanted,
                Ok(None) => break,
                Err(problem) => {
                    failed = Some(problem);
                    break;
                }
            };
            let places = reattach::places(open, &action)?;
            reattach::keep_content(&open.inputs.layers, &mut action);
            let operation = Operation {
                number: open.log.next_number(),
                who: self.settings.who.clone(),
                when: now(),
                action,
                reason,
                basis,
            };
            let mut log = (*open.log).clone();
            log.append(operation.clone()).map_err(|cause| fault(&cause.to_string()))?;
            if let Err(problem) = lock(&open.store).append(&operation, &places) {
                failed = Some(problem);
                break;
            }
            open.log = Arc::new(log);
        }
        // What was appended before something failed is in the record and in force.
        if let Some(found) = &mut open.result {
            // Copied only while somebody still looks at what it was.
            let followed = reattach::followed(&open.log, &found.contents, &found.outcome.cut);
            Arc::make_mut(&mut found.outcome).go_on(Arc::new(followed))?;
        }
        state.revision += 1;
        drop(state);
        failed.map_or_else(|| Ok(self.view()), Err)
    }

    /// Changes splits and locks, in the record first; what was found before goes on to be shown.
    fn change_edits(&self, change: impl FnOnce(&mut Edits, &mut Vec<Split>)) -> Result<(), Problem> {
        let mut state = self.state();
        let open = state.open.as_mut().ok_or_else(no_result)?;
        let (mut plan, mut edits) = ((*open.plan).clone(), (*open.edits).clone());
        change(&mut edits, &mut plan.splits);
        edits.splits.clone_from(&plan.splits);
        let store = lock(&open.store);
        store.keep_plan(&plan)?;
        store.keep_edits(&edits)?;
        drop(store);
        (open.plan, open.edits) = (Arc::new(plan), Arc::new(edits));
        state.revision += 1;
        Ok(())
    }

    fn ask<T>(&self, question: impl FnOnce(Asked<'_>) -> Result<T, Problem>) -> Result<T, Problem> {
        question(asked(&self.open()?)?)
    }
}

impl Project {
    /// Runs on a thread of its own; returns the view of it running.
    fn start(&self, work: Work<'_>) -> View {
        // Leaked on purpose into the thread below, which gives it back.
        std::mem::forget(work);
        self.shared.state().running = true;
        let shared = self.shared.clone();
        std::thread::spawn(move || {
            let ended = End(&shared);
            let problem = shared.run().err();
            drop(ended);
            let stage = if problem.is_some() { "failed" } else { "done" };
            (shared.events)(api::Progress { stage: stage.to_owned(), fraction: 1.0, about: String::new(), problem });
        });
        self.shared.view()
    }
}

impl Commands for Project {
    fn view(&self, _: Nothing) -> Result<View, Problem> {
        Ok(self.shared.view())
    }

    fn about(&self, _: Nothing) -> Result<api::About, Problem> {
        view::about()
    }

    fn open_demo(&self, _: Nothing) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        self.shared.open_plan(opening::of_file(self.shared.settings.demo())?, None)
    }

    fn open(&self, request: api::Paths) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        if let Some(text) = &request.assume_crs {
            opening::known_crs(text)?;
        }
        if let Some(opening) = opening::project(&request.paths, &self.shared.settings)? {
            return self.shared.open_plan(opening, request.assume_crs);
        }
        if let Ok(open) = self.shared.open() {
            return self.shared.add_files(open, &request.paths, request.assume_crs);
        }
        self.shared.open_plan(opening::new_project(&request.paths)?, request.assume_crs)
    }

    fn drop_edits(&self, _: Nothing) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        let open = self.shared.open()?;
        let file = open.file.clone().ok_or_else(|| {
            let message = ["没有项目文件可以恢复。", "There is no project file to go back to."];
            problem::nothing_there(message, ["本项目由数据文件直接建立。", "This project was made of data files."])
        })?;
        let opening = opening::of_file(file)?;
        lock(&open.store).keep_edits(&open.edits.without_layers())?;
        self.shared.open_plan(opening, open.edits.crs.clone())
    }

    fn edit_layer(&self, request: api::EditLayer) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        self.shared.change_layers(self.shared.open()?, |_, Layers { plan, inputs, edits }| {
            let at = layer_at(plan, &request.name)?;
            if let Some(class) = request.class {
                edits.classify(&request.name, &class);
                inputs.layers[at].class_because = chosen_here();
                plan.layers[at].class = Some(class);
            }
            if let Some(name) = request.rename.filter(|name| *name != request.name) {
                if plan.layers.iter().any(|layer| layer.name == name) {
                    return Err(repeated(&name));
                }
                // A class that the old name told must not change with it.
                if plan.layers[at].class.is_none() {
                    plan.layers[at].class = Some(inputs.layers[at].layer.class.to_string());
                }
                edits.rename(&request.name, &name);
                plan.layers[at].name = name;
            }
            let loaded = &mut inputs.layers[at];
            let layer = Arc::make_mut(&mut loaded.layer);
            layer.name = plan.layers[at].name.as_str().into();
            if let Some(class) = &plan.layers[at].class {
                layer.class = ClassId::new(class);
            }
            for finding in &mut loaded.findings {
                finding.about.layer = Some(layer.name.clone());
            }
            Ok(())
        })
    }

    fn replace_layer(&self, request: api::ReplaceLayer) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        self.shared.change_layers(self.shared.open()?, |open, Layers { plan, inputs, edits }| {
            let at = layer_at(plan, &request.name)?;
            let class = inputs.layers[at].layer.class.to_string();
            plan.replace(&request.name, &request.path)?;
            // A class that the old file told must not change with it.
            plan.layers[at].class = Some(class.clone());
            inputs.layers[at] = load_one(&plan.layers[at], &open.names, inputs, &self.shared.meter())?;
            edits.replace(&request.name, &request.path, &class);
            Ok(())
        })
    }

    fn orphans(&self, _: Nothing) -> Result<api::Orphans, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let places = lock(&open.store).places()?;
        let orphans = reattach::orphans(&found.outcome, &open.log, &places);
        Ok(api::Orphans { rows: orphans.into_iter().map(history::orphan).collect() })
    }

    fn layer_reading(&self, request: api::ByName) -> Result<api::LayerReading, Problem> {
        let open = self.shared.open()?;
        let at = layer_at(&open.plan, &request.name)?;
        reading::of_layer(&open.plan.layers[at], &open.inputs.layers[at])
    }

    fn read_layer(&self, request: api::ReadLayer) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        self.shared.change_layers(self.shared.open()?, |open, Layers { plan, inputs, edits }| {
            let at = layer_at(plan, &request.name)?;
            let wanted = reading::asked(&request, &inputs.crs)?;
            wanted.apply(&mut plan.layers[at]);
            inputs.layers[at] = load_one(&plan.layers[at], &open.names, inputs, &self.shared.meter())?;
            rules::check(&open.rules, inputs, plan.rules.as_deref())?;
            edits.read(&request.name, &wanted);
            Ok(())
        })
    }

    fn remove_layer(&self, request: api::ByName) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        self.shared.change_layers(self.shared.open()?, |_, Layers { plan, inputs, edits }| {
            let at = layer_at(plan, &request.name)?;
            plan.layers.remove(at);
            inputs.layers.remove(at);
            edits.remove(&request.name);
            Ok(())
        })
    }

    fn run(&self, _: Nothing) -> Result<View, Problem> {
        self.shared.open()?;
        Ok(self.start(self.shared.work()?))
    }

    fn cancel(&self, _: Nothing) -> Result<View, Problem> {
        self.shared.stop.store(true, Ordering::Relaxed);
        Ok(self.shared.view())
    }

    fn conflicts(&self, request: api::ListConflicts) -> Result<api::ConflictPage, Problem> {
        self.shared.ask(|asked| asked.page(&request))
    }

    fn conflict(&self, request: api::ById) -> Result<api::ConflictDetail, Problem> {
        self.shared.ask(|asked| asked.conflict(&request.id))
    }

    fn pick(&self, request: api::PickAt) -> Result<api::Picked, Problem> {
        self.shared.ask(|asked| asked.pick(&request))
    }

    fn findings(&self, request: api::ListFindings) -> Result<api::FindingPage, Problem> {
        view::finding_page(&self.shared.open()?, &request)
    }

    fn place(&self, request: api::PlaceAt) -> Result<api::Place, Problem> {
        let mut place = [request.lonlat.into()];
        self.shared.open()?.inputs.crs.from_lonlat(&mut place)?;
        Ok(api::Place { plane: place[0].into() })
    }

    fn measure(&self, request: api::DrawnLine) -> Result<api::Measured, Problem> {
        Ok(ruler::measure(&request))
    }

    fn suppose(&self, request: api::Suppose) -> Result<api::Supposed, Problem> {
        self.shared.ask(|asked| asked.suppose(request))
    }

    fn decide(&self, request: api::Decide) -> Result<View, Problem> {
        self.shared.append(|open| {
            if let Some(class) = choosing::class_named(&request.choice) {
                known_class(open, &ClassId::new(class))?;
            }
            let choice = history::choice(request.choice);
            let conflicts = asked(open)?.chosen(&request.conflicts, request.rows.as_ref(), &choice)?;
            Ok((Action::Decide { conflicts, choice }, [request.reason, request.basis]))
        })
    }

    fn sliver_state(&self, _: Nothing) -> Result<api::SliverState, Problem> {
        let open = self.shared.open()?;
        slivers::state(&open.plan, open.log.slivers())
    }

    fn suppose_slivers(&self, request: api::SliverSettings) -> Result<api::SliversSupposed, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let preview = slivers::suppose(&found.outcome, slivers::asked(&request), &open.inputs, found.measure)?;
        slivers::supposed(preview, &open.inputs.crs)
    }

    fn merge_slivers(&self, request: api::MergeSlivers) -> Result<View, Problem> {
        self.shared.append(|open| {
            let settings = slivers::checked(request.settings.as_ref(), &open.rules, &open.inputs)?;
            Ok((Action::Slivers(settings), [request.reason, request.basis]))
        })
    }

    fn slivers(&self, request: api::ListSlivers) -> Result<api::SliverPage, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        slivers::page(&found.outcome, found.measure, &open.inputs.crs, &request)
    }

    fn undo(&self, _: Nothing) -> Result<View, Problem> {
        self.shared.append(|open| {
            let number = open
                .log
                .undoable()
                .ok_or_else(|| problem::nothing_there(["没有可撤销的裁定。", "There is nothing to undo."], ["", ""]))?;
            unlocked(open, number)?;
            Ok((Action::Undo(number), Default::default()))
        })
    }

    fn return_to(&self, request: api::ByNumber) -> Result<View, Problem> {
        self.shared.append_all(|open| {
            let next = open.log.towards(u64::from(request.number)).ok_or_else(|| not_there(request.number))?;
            if let Some(Action::Undo(number) | Action::Redo(number)) = next {
                unlocked(open, number)?;
            }
            Ok(next.map(|action| (action, Default::default())))
        })
    }

    fn lock(&self, request: api::Lock) -> Result<View, Problem> {
        let ids = self.shared.ask(|asked| asked.lockable(&request))?;
        self.shared.change_edits(|edits, _| ids.iter().for_each(|&id| edits.lock(id, request.locked)))?;
        Ok(self.shared.view())
    }

    fn split(&self, request: api::SplitConflict) -> Result<View, Problem> {
        let work = self.shared.work()?;
        let open = self.shared.open()?;
        let along = match request.path.as_str() {
            "" => splits::Along::Line(request.line),
            path => splits::Along::Borders(borders(&open, path, &self.shared.meter())?),
        };
        let asked = asked(&open)?;
        if open.edits.locks(asked.outcome.cut.conflicts[asked.index(&request.id)? as usize].id) {
            return Err(choosing::locked_fast());
        }
        let split = splits::Split {
            number: open.plan.splits.iter().map(|split| split.number).max().unwrap_or(0) + 1,
            sides: splits::sides(asked, &request.id, along)?,
            conflict: request.id,
            along: request.path,
            who: self.shared.settings.who.clone(),
            when: now(),
            crs: open.inputs.crs.name().to_owned(),
        };
        self.shared.change_edits(|_, splits| splits.push(split))?;
        Ok(self.start(work))
    }

    fn rejoin(&self, request: api::ByNumber) -> Result<View, Problem> {
        let work = self.shared.work()?;
        self.shared.change_edits(|_, splits| splits.retain(|split| split.number != request.number))?;
        Ok(self.start(work))
    }

    fn redo(&self, _: Nothing) -> Result<View, Problem> {
        self.shared.append(|open| {
            let number = open
                .log
                .redoable()
                .ok_or_else(|| problem::nothing_there(["没有可重做的裁定。", "There is nothing to redo."], ["", ""]))?;
            unlocked(open, number)?;
            Ok((Action::Redo(number), Default::default()))
        })
    }

    fn export(&self, request: api::Export) -> Result<api::Exported, Problem> {
        let _work = self.shared.work()?;
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let meter = Meter::of_export(&self.shared.events, &self.shared.stop);
        let watch = |part: f64| meter.reached(if part < 0.6 { "write" } else { "prove" }, part, "");
        let title = open.plan.title.both();
        let export = found.outcome.export(&open.inputs.crs, &title[0]);
        let path = Path::new(&request.path);
        let (what, written) = match request.what.as_str() {
            "conflicts" => (What::Conflicts, write_conflicts(path, &export, &watch)?),
            _ => (What::Blueprint, write_blueprint(path, &export, &watch)?),
        };
        let exported = job::exported(what, &Manner::default(), &written)?;
        lock(&open.store).keep_run(&Run {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            title: title[0].clone(),
            operations: found.outcome.log.operations().len() as u64,
            plan: (*open.plan).clone(),
            rules: (*open.rules).clone(),
            inputs: inputs_of(&open)?,
            exports: vec![exported],
        })?;
        Ok(api::Exported { path: request.path, features: written.features as u32, proven: written.proof.holds() })
    }

    fn write_report(&self, request: api::WriteReport) -> Result<api::ReportWritten, Problem> {
        let _work = self.shared.work()?;
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let (plan, inputs) = ((*open.plan).clone(), (*open.inputs).clone());
        let mut job = Job::seen(plan, inputs, (*found.outcome).clone(), open.log.clone());
        job.split_by_districts(Watcher { tell: &self.shared.events, stop: &self.shared.stop })?;
        let report = report_listing(&job, None, request.list as usize)?;
        let language = if request.language == "zh" { Language::Chinese } else { Language::English };
        report.write_as(Path::new(&request.path), &paper(&job, &report, language, request.figures as usize))?;
        Ok(api::ReportWritten { path: request.path, proven: report.proof.holds })
    }

    fn keep_layers(&self, _: Nothing) -> Result<api::KeptLayers, Problem> {
        let _work = self.shared.work()?;
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let meter = Meter::of_export(&self.shared.events, &self.shared.stop);
        let watch = |part: f64| meter.reached("write", part, "");
        let title = open.plan.title.both();
        let export = found.outcome.export(&open.inputs.crs, &title[0]);
        let store = lock(&open.store);
        let [patches, conflicts] = drawn::keep_layers(&store, &export, &watch)?;
        Ok(api::KeptLayers { path: store.path().display().to_string(), patches, conflicts })
    }

    fn save_as(&self, request: api::SaveAs) -> Result<View, Problem> {
        lock(&self.shared.open()?.store).save_as(Path::new(&request.path))?;
        Ok(self.shared.view())
    }
}

/// The end of a run, however it ends.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.state().running = false;
        drop(Work(self.0));
    }
}

/// The files that what is open was read from.
fn inputs_of(open: &Open) -> Result<Vec<InputFile>, Problem> {
    let layers = open.inputs.layers.iter().flat_map(|loaded| loaded.files.clone());
    layers.map(Ok).chain(open.plan.classes.iter().map(|path| provenance::look_at(path))).collect()
}

/// What a question about the result of what is open needs.
fn asked(open: &Open) -> Result<Asked<'_>, Problem> {
    let found = open.result.as_ref().ok_or_else(no_result)?;
    Ok(Asked {
        outcome: &found.outcome,
        inbox: &found.inbox,
        crs: &open.inputs.crs,
        measure: found.measure,
        names: &open.names,
        edits: &open.edits,
        splits: &open.plan.splits,
    })
}

/// The borders of all layers in a file, in the project's plane.
fn borders(open: &Open, path: &str, meter: &Meter<'_>) -> Result<Vec<Vec<LineString<f64>>>, Problem> {
    let mut polygons = Vec::new();
    for layer in opening::layers_of(&[path.to_owned()])? {
        let loaded = load_one(&layer, &open.names, &open.inputs, meter)?;
        polygons.extend(loaded.layer.features.iter().flat_map(|feature| feature.polygons.clone()));
    }
    Ok(polygons)
}

/// Says so if an operation has decided a conflict that is locked.
fn unlocked(open: &Open, number: u64) -> Result<(), Problem> {
    let operation = open.log.operations().get(number as usize - 1);
    let decided = operation.map(|operation| &operation.action);
    let Some(Action::Decide { conflicts, .. }) = decided else { return Ok(()) };
    if conflicts.iter().any(|&id| open.edits.locks(id)) { Err(choosing::locked_fast()) } else { Ok(()) }
}

fn chosen_here() -> [String; 2] {
    ["在窗口中选定".to_owned(), "chosen in the window".to_owned()]
}

fn not_there(number: u32) -> Problem {
    problem::problem(
        [format!("第 {number} 步已不能回到。"), format!("There is no way back to operation {number}.")],
        ["它被撤销后又有了新的裁定。", "It was undone, and other decisions were made since."],
    )
}

fn sources(inputs: &Inputs) -> Sources {
    let layers: Vec<Arc<Layer>> = inputs.layers.iter().map(|loaded| loaded.layer.clone()).collect();
    Sources::new(&layers, &inputs.crs)
}

fn layer_at(plan: &Plan, name: &str) -> Result<usize, Problem> {
    plan.layers.iter().position(|layer| layer.name == name).ok_or_else(|| {
        let message = [format!("没有名为“{name}”的图层。"), format!("There is no layer \"{name}\".")];
        problem::problem(message, ["请刷新图层列表。", "Look at the list of layers again."])
    })
}

fn known_class(open: &Open, class: &ClassId) -> Result<(), Problem> {
    let known = open.rules.classes.iter().any(|def| def.id == *class) || open.inputs.classes().contains(class);
    if known {
        return Ok(());
    }
    let message = [format!("“{class}”不是已知的类别。"), format!("\"{class}\" is no class here.")];
    Err(problem::problem(message, ["请从列表中选择类别。", "Choose a class of the list."]))
}

fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
