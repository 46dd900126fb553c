//! Makes exports again from a record and the same inputs, and says whether they are the same bytes.

use crate::api::Problem;
use crate::job::{Job, Watcher};
use crate::problem;
use crate::provenance::{self, InputFile};
use crate::room::Room;
use crate::runs::{Export, Run, What};
use crate::store::Store;
use crate::targets::spares;
use lantu_engine::DecisionLog;
use lantu_files::TempFolder;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a replay has come to.
#[derive(Debug, Serialize)]
pub struct Replay {
    /// Inputs that are not what they were; nothing that depends on them is made again.
    pub changed: Vec<ChangedInput>,
    /// What was made again.
    pub exports: Vec<Replayed>,
    /// The version that wrote them, if it is not this one.
    pub program: Option<String>,
}

/// An input that is not what it was.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Serialize)]
pub struct ChangedInput {
    /// Its path.
    pub path: PathBuf,
    /// Whether it is gone altogether.
    pub gone: bool,
}

/// An export that was made again.
#[derive(Debug, Serialize)]
pub struct Replayed {
    /// Where it was written first.
    pub path: PathBuf,
    /// Where it was written now; `None` if it was only compared.
    pub written: Option<PathBuf>,
    /// Whether all of its files are the same, byte for byte; `None` for a format that never is.
    pub same: Option<bool>,
}

impl Replay {
    /// Returns whether everything could be made again and is the same.
    pub fn holds(&self) -> bool {
        self.changed.is_empty() && self.exports.iter().all(|export| export.same != Some(false))
    }
}

/// Makes the latest export of each file again, into a folder or only to compare.
///
/// # Errors
/// A problem if the record cannot be read, knows of no export, or a run fails.
pub fn replay(record: &Path, into: Option<&Path>, watcher: Watcher<'_>) -> Result<Replay, Problem> {
    std::fs::metadata(record).map_err(|source| problem::missing(record, source))?;
    let store = Store::look_into(record)?;
    let runs: Vec<Run> = latest(store.runs()?).into_iter().map(|run| run.at(record)).collect();
    let log = store.log()?;
    if runs.is_empty() {
        return Err(nothing_exported(record));
    }
    if let Some(folder) = into {
        std::fs::create_dir_all(folder).map_err(|source| problem::missing(folder, source))?;
    }
    let version = env!("CARGO_PKG_VERSION");
    let other = runs.iter().find(|run| run.program != version).map(|run| run.program.clone());
    let mut replay = Replay { changed: Vec::new(), exports: Vec::new(), program: other };
    let mut taken = BTreeSet::new();
    for run in runs {
        let changed = changed(&run.inputs);
        if changed.is_empty() {
            let job = as_then(&run, &log, watcher)?;
            let rows = changed_rows(&run, &job);
            if rows.is_empty() {
                replay.exports.extend(again(&run, &job, into, &mut taken, watcher)?);
            }
            replay.changed.extend(rows);
        }
        replay.changed.extend(changed);
    }
    replay.changed.sort();
    replay.changed.dedup();
    Ok(replay)
}

/// The runs with those of their exports that no later one has replaced.
fn latest(runs: Vec<Run>) -> Vec<Run> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Run> = Vec::new();
    for mut run in runs.into_iter().rev() {
        run.exports.retain(|export| seen.insert(export.path.clone()));
        if !run.exports.is_empty() {
            kept.push(run);
        }
    }
    kept.reverse();
    kept
}

fn changed(inputs: &[InputFile]) -> Vec<ChangedInput> {
    let differs = |file: &InputFile| match provenance::look_at(&file.path) {
        Err(_) => Some(ChangedInput { path: file.path.clone(), gone: true }),
        Ok(now) => (now != *file).then(|| ChangedInput { path: file.path.clone(), gone: false }),
    };
    inputs.iter().filter(|input| !input.is_database()).filter_map(differs).collect()
}

/// The databases among a run's inputs whose rows are not what they were.
fn changed_rows(run: &Run, job: &Job) -> Vec<ChangedInput> {
    let now: Vec<InputFile> = job.files().collect();
    let then = run.inputs.iter().filter(|input| input.is_database() && !now.contains(input));
    then.map(|input| ChangedInput { path: input.path.clone(), gone: false }).collect()
}

/// The work of a run with its plan, its rules and the decisions of then.
fn as_then(run: &Run, log: &DecisionLog, watcher: Watcher<'_>) -> Result<Job, Problem> {
    let mut then = DecisionLog::default();
    for operation in log.operations().iter().take(run.operations as usize) {
        then.append((**operation).clone()).map_err(|cause| problem::fault(&cause.to_string()))?;
    }
    Job::of(run.plan.clone(), run.title.clone(), Arc::new(run.rules.clone()), then, &Room::default(), watcher)
}

fn again(
    run: &Run,
    job: &Job,
    into: Option<&Path>,
    taken: &mut BTreeSet<PathBuf>,
    watcher: Watcher<'_>,
) -> Result<Vec<Replayed>, Problem> {
    let elsewhere = TempFolder::new().map_err(|source| problem::missing(&std::env::temp_dir(), source))?;
    let inputs: Vec<PathBuf> =
        run.inputs.iter().filter(|input| !input.is_database()).map(|input| input.path.clone()).collect();
    let mut made = Vec::new();
    for export in &run.exports {
        let folder = into.unwrap_or(elsewhere.path());
        let target = free(folder, export, taken);
        spares(&target, &run.plan, &inputs)?;
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|source| problem::missing(parent, source))?;
        }
        let written = match export.what {
            What::Blueprint => job.write_blueprint(&target, &export.manner, watcher)?,
            What::Conflicts => job.write_conflicts(&target, &export.manner, watcher)?,
        };
        let now: Vec<(PathBuf, String)> = written
            .files
            .iter()
            .filter(|file| file.is_file())
            .map(|file| provenance::look_at(file).map(named))
            .collect::<Result<_, _>>()?;
        let before: Vec<(PathBuf, String)> = export.files.iter().cloned().map(named).collect();
        let same = (!before.is_empty()).then(|| before == now);
        made.push(Replayed { path: export.path.clone(), written: into.map(|_| target), same });
    }
    Ok(made)
}

/// A file's name and its bytes, wherever it lies.
fn named(file: InputFile) -> (PathBuf, String) {
    (PathBuf::from(file.path.file_name().unwrap_or_default()), file.sha256)
}

/// A target of the same name that nothing else of this replay takes.
fn free(folder: &Path, export: &Export, taken: &mut BTreeSet<PathBuf>) -> PathBuf {
    let name = export.path.file_name().unwrap_or_default();
    let numbered = (2..).map(|k: u32| folder.join(k.to_string()).join(name));
    let mut targets = std::iter::once(folder.join(name)).chain(numbered);
    targets.find(|target| taken.insert(target.clone())).unwrap_or_else(|| folder.join(name))
}

fn nothing_exported(record: &Path) -> Problem {
    let path = record.display();
    problem::problem(
        [format!("{path} 中没有导出记录。"), format!("{path} knows of no export.")],
        [
            "请先在窗口中导出，或用 lantu merge 加 --record 写出。",
            "Export from the window first, or write with lantu merge and --record.",
        ],
    )
}
