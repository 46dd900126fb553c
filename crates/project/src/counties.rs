//! Two-level work: a layer whose path is a project file is that project's blueprint.
//!
//! The lower project is run with its own rules and record; its blueprint is written to a temporary
//! GeoPackage and read from there into the upper project's plane, like any other layer. Each
//! feature is a patch with its class. Its attributes say where it comes from: `layer`, `source`
//! (`layer:fid` of the lower project), `decided_by`, `conflict`. What stays beside a patch's class
//! (`designations`) is a feature of its own on the same ground, so that the upper plan meets the
//! lower one's control lines too. What is open there has the layer's own class here.

use crate::api::Problem;
use crate::job::{Job, Watcher};
use crate::plan::{LayerPlan, Plan};
use crate::problem;
use crate::provenance::{self, InputFile};
use crate::room::Room;
use lantu_engine::{ClassId, Feature, Layer};
use lantu_files::{LayerRequest, Manner, Source, TempFolder};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The blueprint of a lower project, as long as it is read.
pub(crate) struct Made {
    /// What is to be read in place of the project.
    pub request: LayerRequest,
    /// The files it was made from.
    pub files: Vec<InputFile>,
    _folder: TempFolder,
}

impl LayerPlan {
    /// Returns whether the layer is the blueprint of a project.
    pub fn is_project(&self) -> bool {
        self.source().is_ok_and(|source| of_project(&source))
    }
}

fn of_project(source: &Source) -> bool {
    !source.is_database() && source.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
}

/// Returns the CRS in which a project says that it is worked on, if the layer is one.
pub(crate) fn crs_of(request: &LayerRequest) -> Result<Option<String>, Problem> {
    if of_project(&request.source) { Ok(Plan::read(&request.source.path)?.crs) } else { Ok(None) }
}

/// Returns whether a request is for the blueprint of a project.
pub(crate) fn is_asked_for(request: &LayerRequest) -> bool {
    of_project(&request.source)
}

/// Makes the blueprint of a lower project; `None` if the layer is a file. `watch` hears how much is
/// done and says whether to go on.
///
/// # Errors
/// What keeps the lower project from being run, a project that has itself as a layer, or a
/// blueprint that is no partition.
pub(crate) fn made(request: &LayerRequest, watch: &(dyn Fn(f64) -> bool + Sync)) -> Result<Option<Made>, Problem> {
    if !of_project(&request.source) {
        return Ok(None);
    }
    let path = &request.source.path;
    let plan = Plan::read(path)?;
    within_itself(path, &plan, &mut vec![path.clone()])?;
    let record = path.with_extension("lantu");
    let stop = AtomicBool::new(false);
    let tell = |progress: crate::api::Progress| {
        if !watch(progress.fraction * 0.9) {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let watcher = Watcher { tell: &tell, stop: &stop };
    let job = Job::run(plan, Some(&record), &[], &Room::default(), watcher)?;
    let folder = TempFolder::new().map_err(|source| problem::missing(&std::env::temp_dir(), source))?;
    let blueprint = folder.path().join("blueprint.gpkg");
    let written = job.write_blueprint(&blueprint, &Manner::default(), watcher)?;
    if !(job.outcome.proof.holds() && written.proof.holds()) {
        return Err(no_partition(path));
    }
    let mut files = vec![provenance::look_at(path)?];
    if record.exists() {
        files.push(provenance::look_at(&record)?);
    }
    files.extend(job.plan.own_files().map(|own| provenance::look_at(own)).collect::<Result<Vec<_>, _>>()?);
    files.extend(job.files());
    let source = Source { layer: Some("blueprint".to_owned()), ..Source::file(&blueprint) };
    let request = LayerRequest { source, class_field: Some("class".to_owned()), ..request.clone() };
    Ok(Some(Made { request, files, _folder: folder }))
}

/// Adds what stays beside the patches' classes as features of their own, after the patches.
pub(crate) fn with_designations(layer: &mut Layer) {
    let highest = layer.features.iter().map(|feature| feature.fid).max().unwrap_or(0);
    let mut beside: Vec<Feature> = Vec::new();
    for feature in layer.features.iter().filter(|feature| feature.class.is_some()) {
        let classes = feature.attributes.get("designations").map(|value| value.to_text()).unwrap_or_default();
        for class in classes.split(", ").filter(|class| !class.is_empty()) {
            let fid = highest + 1 + beside.len() as i64;
            beside.push(Feature { fid, class: Some(ClassId::new(class)), ..feature.clone() });
        }
    }
    layer.features.extend(beside);
}

/// Refuses a project that is made of itself, directly or through others.
fn within_itself(path: &Path, plan: &Plan, above: &mut Vec<PathBuf>) -> Result<(), Problem> {
    for layer in plan.layers.iter().filter(|layer| layer.is_project()) {
        let below = layer.source()?.path;
        if above.contains(&below) {
            return Err(circle(path, &below));
        }
        above.push(below.clone());
        within_itself(&below, &Plan::read(&below)?, above)?;
        above.pop();
    }
    Ok(())
}

fn circle(path: &Path, below: &Path) -> Problem {
    let (path, below) = (path.display(), below.display());
    problem::problem(
        [
            format!("项目 {path} 以 {below} 为图层，而后者又由前者组成。"),
            format!("The project {path} has {below} as a layer, which is made of it in turn."),
        ],
        ["请去掉其中一个图层。", "Take one of the layers out."],
    )
}

fn no_partition(path: &Path) -> Problem {
    let path = path.display();
    problem::problem(
        [
            format!("下级项目 {path} 的蓝图未通过验证，不能用作图层。"),
            format!("The blueprint of the project {path} is no partition and cannot be a layer."),
        ],
        [
            "请先对该项目单独运行 lantu merge，查看报告中的证明。",
            "Run lantu merge on it and look at the proof in its report.",
        ],
    )
}
