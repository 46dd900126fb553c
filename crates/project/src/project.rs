//! One open project, asked by many threads at once.
//!
//! What is open is a snapshot of shared parts; a change makes a new snapshot and never touches the
//! old one, so long work and tiles go on with what they began with. Long work is one at a time.

mod answers;
mod drawing;
mod layers;
mod result;

use crate::api::{self, Problem, View};
use crate::base::Base;
use crate::choosing;
use crate::content::Contents;
use crate::detail::Asked;
use crate::edits::Edits;
use crate::held::{self, Held};
use crate::inbox::Inbox;
use crate::load::{Inputs, load};
use crate::measure::Measure;
use crate::names::LayerNames;
use crate::outcome::{Clock, Cut, Outcome, Taken};
use crate::plan::Plan;
use crate::plane::Plane;
use crate::problem::{self, busy, fault, no_result};
use crate::progress::Meter;
use crate::reattach;
use crate::room::Room;
use crate::rules;
use crate::settings::Settings;
use crate::slivers;
use crate::splits::Split;
use crate::store::{Store, now};
use crate::targets::{self, Targets};
use crate::tiles::Sources;
use crate::view;
use lantu_engine::{Action, DecisionLog, Operation, RuleSet};
use lantu_files::put_in_order;
use layers::sources;
pub(crate) use result::Found;
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
    state: RwLock<Current>,
    base: Mutex<Option<Arc<Base>>>,
    stop: AtomicBool,
    working: AtomicBool,
}

#[derive(Default)]
struct Current {
    revision: u32,
    running: bool,
    open: Option<Open>,
}

/// What is open.
#[derive(Clone)]
pub(crate) struct Open {
    pub plan: Arc<Plan>,
    pub names: Arc<LayerNames>,
    /// The rules that it was opened with.
    pub pack: Arc<RuleSet>,
    /// The rules in force, with the classes that the layers use.
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
    /// What is to be said of how it was opened.
    pub said: Arc<Vec<[String; 2]>>,
}

impl Open {
    /// Returns the files beside those of the plan and the record that nothing may take the place of: the
    /// project file and all that layers were read from.
    fn read_from(&self) -> Vec<PathBuf> {
        let read = self.inputs.layers.iter().flat_map(|loaded| &loaded.files).filter(|file| !file.is_database());
        self.file.iter().cloned().chain(read.map(|file| file.path.clone())).collect()
    }

    /// Says what keeps results from being written where they are wanted.
    fn check(&self, targets: &Targets) -> Result<(), Problem> {
        targets.check(&self.plan, &self.with_record())
    }

    /// Says so if a file that is to be written is an input or the record.
    fn spares(&self, path: &Path) -> Result<(), Problem> {
        targets::spares(path, &self.plan, &self.with_record())
    }

    fn with_record(&self) -> Vec<PathBuf> {
        let mut files = self.read_from();
        files.push(lock(&self.store).path().to_path_buf());
        files
    }
}

/// What is to be opened.
pub(crate) struct Opening {
    /// The plan as it was read.
    pub plan: Plan,
    /// Where its decisions are kept.
    pub record: PathBuf,
    /// The project file it was read from; the record's own plan has its edits in it already.
    pub file: Option<PathBuf>,
    /// What is to be said of it.
    pub said: Vec<[String; 2]>,
}

impl Project {
    /// Returns a project with nothing open. `events` hears of the progress of long work. What killed
    /// programs have left among the temporary files is removed.
    pub fn new(settings: Settings, events: Events) -> Self {
        // What cannot be removed takes room and does no harm.
        let _ = lantu_files::sweep_temp();
        let state = RwLock::default();
        let (stop, working) = (AtomicBool::new(false), AtomicBool::new(false));
        let (room, base) = (Room::remembering(), Mutex::default());
        Self { shared: Arc::new(Shared { settings, room, events, state, base, stop, working }) }
    }

    /// Lets go of what is open. For the end of the program: whoever opens the record next then knows that
    /// nothing was broken off.
    pub fn close(&self) {
        self.shared.replace(None);
    }

    /// Answers a command of the list in [`api`] by its name.
    ///
    /// # Errors
    /// The command's [`Problem`].
    pub fn call(&self, name: &str, request: serde_json::Value) -> Result<serde_json::Value, Problem> {
        api::dispatch(self, name, request)
    }
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

    fn state(&self) -> RwLockWriteGuard<'_, Current> {
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
        let Opening { mut plan, record, file, mut said } = opening;
        let state_dir = &self.settings.state_dir;
        // No record is made for a project that cannot be opened.
        let mut edits = Edits::default();
        if Store::exists(&record, state_dir) {
            let store = Store::open(&record, state_dir)?;
            edits = store.edits_here()?;
            // Where nothing was decided, nothing is known by the plane: it is chosen by what is there now.
            if store.log()?.operations().is_empty() && edits.splits.is_empty() {
                edits.plane = None;
            }
        }
        edits.crs = assume_crs.or(edits.crs);
        let restored = if file.is_some() { edits.apply(&mut plan) } else { Vec::new() };
        edits.apply_crs(&mut plan);
        edits.apply_plane(&mut plan);
        let names = LayerNames::seeded().map_err(|cause| fault(&cause.to_string()))?;
        let rules = plan.rules.as_deref().map_or_else(rules::starter, rules::read)?;
        let inputs = load(&plan, &names, &self.meter())?;
        let crs = inputs.crs.name().to_owned();
        plan.crs.get_or_insert_with(|| crs.clone());
        let plane = Plane { crs, asked: plan.grid, coarsened: plan.coarsened };
        let before = edits.plane.replace(plane.clone());
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
        self.leave_servers(store.path());
        let log = store.log()?;
        if !log.operations().is_empty() {
            said.extend(before.and_then(|before| before.said_of(&plane)));
        }
        said.extend(rules::said_of(&log, &inputs));
        Ok(self.replace(Some(Open {
            sources: Arc::new(sources(&inputs)),
            plan: Arc::new(plan),
            names: Arc::new(names),
            rules: Arc::new(inputs.define(&rules::in_force(&rules, &log))),
            pack: Arc::new(rules),
            inputs: Arc::new(inputs),
            store: Arc::new(Mutex::new(store)),
            log: Arc::new(log),
            result: None,
            file,
            held,
            edits: Arc::new(edits),
            restored: Arc::new(restored),
            said: Arc::new(said),
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

    /// Cuts, decides and proves what is open, and puts the result in place.
    fn run(&self) -> Result<(), Problem> {
        let open = self.open()?;
        let (meter, mut clock) = (self.meter(), Clock::default());
        let layers = open.inputs.layers.iter().map(|loaded| (loaded.layer.clone(), None)).collect();
        let taken = Taken { layers, depot: None };
        let cut = Cut::of(&open.inputs, taken, &open.plan, &open.rules, &self.room, &meter, &mut clock)?;
        self.keep_grid(&cut)?;
        let measure = Measure::of(&cut, &open.inputs.crs);
        let (inbox, of_layers) = (Arc::new(Inbox::of(&cut, measure)), Arc::new(view::of_layers(&cut, measure)));
        let contents = Arc::new(Contents::of(&open.inputs.layers, &open.log));
        let followed = Arc::new(reattach::followed(&open.log, &contents, &cut));
        let slivers = open.plan.slivers.clone().map(Arc::new);
        let cut = Arc::new(cut);
        let mut outcome = Outcome::of(cut.clone(), open.rules.clone(), followed, slivers, &meter, &mut clock)?;
        let mut state = self.state();
        if let Some(now) = &mut state.open {
            // A decision may have been made meanwhile.
            let same = Arc::ptr_eq(&now.log, &open.log);
            if !same {
                let followed = reattach::followed(&now.log, &contents, &outcome.cut);
                outcome.go_on(Arc::new(followed), now.rules.clone())?;
            }
            now.result = Some(Found::new(outcome, inbox, of_layers, measure, contents));
            state.revision += 1;
        }
        drop(state);
        let store = lock(&open.store);
        store.keep_work(&answers::work(&open, &cut, &store, Vec::new())?)
    }

    /// Keeps the grid that a cut has needed, so that the next one is not on a finer one.
    fn keep_grid(&self, cut: &Cut) -> Result<(), Problem> {
        let mut state = self.state();
        let open = state.open.as_mut().ok_or_else(no_result)?;
        let coarsened = cut.coarsened(&open.plan);
        if coarsened == open.plan.coarsened {
            return Ok(());
        }
        let (mut plan, mut edits) = ((*open.plan).clone(), (*open.edits).clone());
        plan.coarsened = coarsened;
        let before = edits.plane.clone();
        edits.plane.iter_mut().for_each(|plane| plane.coarsened = coarsened);
        let said = before.zip(edits.plane.as_ref()).and_then(|(before, now)| before.said_of(now));
        let store = lock(&open.store);
        store.keep_plan(&plan)?;
        store.keep_edits(&edits)?;
        drop(store);
        (open.plan, open.edits) = (Arc::new(plan), Arc::new(edits));
        if !open.log.operations().is_empty() {
            Arc::make_mut(&mut open.said).extend(said);
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
        let before = open.log.clone();
        let ended = loop {
            match self.append_next(open, &mut next) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(problem) => break Err(problem),
            }
        };
        // What was appended before something failed is in the record and in force.
        if !Arc::ptr_eq(&before, &open.log) {
            if let Some(found) = &mut open.result {
                found.go_on(&open.log, &open.rules)?;
            }
            state.revision += 1;
        }
        drop(state);
        ended.map(|()| self.view())
    }

    /// Appends the next operation; returns whether there was one.
    fn append_next(
        &self,
        open: &mut Open,
        next: &mut impl FnMut(&Open) -> Result<Option<(Action, [String; 2])>, Problem>,
    ) -> Result<bool, Problem> {
        let Some((mut action, [reason, basis])) = next(open)? else { return Ok(false) };
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
        let rules = (log.rules() != open.log.rules()).then(|| rules::in_force(&open.pack, &log));
        let rules = rules.map(|rules| Arc::new(open.inputs.define(&rules)));
        if let Some(rules) = &rules {
            choosing::locks_hold(open, rules)?;
        }
        lock(&open.store).append(&operation, &places)?;
        open.log = Arc::new(log);
        open.rules = rules.unwrap_or_else(|| open.rules.clone());
        Ok(true)
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

/// The end of a run, however it ends.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.state().running = false;
        drop(Work(self.0));
    }
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

fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
