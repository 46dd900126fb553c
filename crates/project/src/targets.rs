//! Where a run writes to: looked at before any work, so that an hour of it is not lost at the end.

use crate::api::Problem;
use crate::plan::Plan;
use crate::problem;
use crate::report::Report;
use lantu_files::paper::PAPERS;
use lantu_files::{FileError, Format, can_be_written, taken_by, write_whole};
use std::fs;
use std::path::{Path, PathBuf};

/// The files that a run is to write.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// The blueprint.
    pub blueprint: Option<PathBuf>,
    /// The conflicts.
    pub conflicts: Option<PathBuf>,
    /// The report, in as many files as are wanted: `.json`, `.xlsx`, `.html` or `.pdf`.
    pub reports: Vec<PathBuf>,
    /// A table of what was merged, as CSV.
    pub log: Option<PathBuf>,
    /// The record that is to know of them; it may be that of the project.
    pub record: Option<PathBuf>,
}

impl Targets {
    /// Says what keeps the files from being written. `inputs` are files beside those of the plan
    /// that must stay as they are.
    ///
    /// # Errors
    /// A place that cannot be written to, an ending that names no format, a file that would be
    /// written twice or that is an input.
    pub fn check(&self, plan: &Plan, inputs: &[PathBuf]) -> Result<(), Problem> {
        for path in self.blueprint.iter().chain(&self.conflicts) {
            Format::of(path)?;
        }
        let inputs = real_files(plan, inputs);
        let mut before: Vec<PathBuf> = Vec::new();
        for path in self.blueprint.iter().chain(&self.conflicts).chain(&self.reports).chain(&self.log) {
            can_be_written(path)?;
            // The files that belong to it and the parts of the export before go the same way.
            let taken: Vec<PathBuf> = taken_by(path).iter().map(|path| real(path)).collect();
            if let Some(input) = taken.iter().find(|target| inputs.contains(target)) {
                return Err(would_be_lost(input));
            }
            if taken.iter().any(|target| before.contains(target)) {
                return Err(twice(path));
            }
            before.extend(taken);
        }
        if let Some(record) = &self.record {
            // Any SQLite file could be made a record, and an input must stay as it is.
            spares(record, plan, &[])?;
            if before.contains(&real(record)) {
                return Err(twice(record));
            }
        }
        for path in &self.reports {
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
            if ending != "json" && !PAPERS.contains(&ending.as_str()) {
                return Err(FileError::NoPaper { path: path.clone() }.into());
            }
        }
        Ok(())
    }
}

/// Says so if a file that is to be written is one that a plan is read from, or one of `inputs`.
pub(crate) fn spares(path: &Path, plan: &Plan, inputs: &[PathBuf]) -> Result<(), Problem> {
    if real_files(plan, inputs).contains(&real(path)) { Err(would_be_lost(path)) } else { Ok(()) }
}

fn real_files(plan: &Plan, inputs: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = inputs.to_vec();
    add_files(plan, &mut files);
    files.iter().map(|path| real(path)).collect()
}

/// Adds the files of a plan, and of the projects that are layers of it, with their records.
fn add_files(plan: &Plan, files: &mut Vec<PathBuf>) {
    let new: Vec<PathBuf> = plan.files().filter(|path| !files.contains(path)).collect();
    files.extend(new.iter().cloned());
    let projects = new.iter().filter(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")));
    for project in projects {
        // What is wrong with it is said when it is read; a file of rules is none.
        if let Ok(below) = Plan::read(project) {
            files.push(project.with_extension("lantu"));
            add_files(&below, files);
        }
    }
}

impl Report {
    /// Returns the report as JSON text.
    ///
    /// # Errors
    /// A problem if it cannot be written as JSON.
    pub fn json(&self) -> Result<String, Problem> {
        let text = serde_json::to_string_pretty(self).map_err(|cause| problem::fault(&cause.to_string()))?;
        Ok(text + "\n")
    }

    /// Writes the report, whole or not at all.
    ///
    /// # Errors
    /// A problem if it cannot be written; the old file is untouched then.
    pub fn write(&self, path: &Path) -> Result<(), Problem> {
        Ok(write_whole(path, self.json()?.as_bytes())?)
    }
}

/// The file that a path means, whatever links lead to it; it need not be there yet.
fn real(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = || Some(fs::canonicalize(folder).ok()?.join(path.file_name()?));
    fs::canonicalize(path).ok().or_else(beside).unwrap_or_else(|| path.to_path_buf())
}

fn would_be_lost(path: &Path) -> Problem {
    problem::problem(
        [
            format!("{} 是输入文件，结果不能写到那里。", path.display()),
            format!("{} is one of the inputs: a result cannot be written there.", path.display()),
        ],
        ["请换一个文件名。", "Choose another name for the result."],
    )
}

fn twice(path: &Path) -> Problem {
    problem::problem(
        [
            format!("两项结果都要写入 {}。", path.display()),
            format!("Two results would be written to {}.", path.display()),
        ],
        ["请给每项结果各自的文件名。", "Give each result a file of its own."],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::LayerPlan;

    fn plan(path: &Path) -> Plan {
        let layer = LayerPlan::parse(&format!("a={}|layername=x", path.display())).unwrap();
        Plan { layers: vec![layer], ..Plan::default() }
    }

    #[test]
    fn the_layers_of_a_project_that_is_a_layer_are_spared() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // Each is a layer of the other, which is refused later and must not keep anybody waiting here.
        let layers = "[[layer]]\nname = 'a'\npath = 'low.gpkg'\n[[layer]]\nname = 'b'\npath = 'low.toml'\n";
        fs::write(at("low.toml"), layers).unwrap();
        let plan =
            Plan { layers: vec![LayerPlan::named("county", at("low.toml").display().to_string())], ..Plan::default() };
        for name in ["low.gpkg", "low.toml", "low.lantu"] {
            assert!(spares(&at(name), &plan, &[]).unwrap_err().message[1].contains("one of the inputs"), "{name}");
        }
        spares(&at("other.gpkg"), &plan, &[]).unwrap();
    }

    #[test]
    fn a_part_of_the_export_before_that_has_become_an_input_is_spared() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("in_2.shp"), "x").unwrap();
        let plan = plan(&at("in_2.shp"));
        let targets = Targets { blueprint: Some(at("in.shp")), ..Targets::default() };
        targets.check(&plan, &[]).unwrap();
        fs::write(at("in.shp.parts.csv"), "file\nin_2.shp\n").unwrap();
        assert!(targets.check(&plan, &[]).unwrap_err().message[1].contains("in_2.shp is one of the inputs"));
    }

    #[test]
    fn a_result_never_takes_the_place_of_an_input_or_of_another_result() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("in.gpkg"), "x").unwrap();
        let plan = plan(&at("in.gpkg"));
        let check = |blueprint: &str, conflicts: &str| {
            let (blueprint, conflicts) = (Some(at(blueprint)), Some(at(conflicts)));
            Targets { blueprint, conflicts, ..Targets::default() }.check(&plan, &[at("project.toml")])
        };
        check("out.gpkg", "out.geojson").unwrap();
        check("out.shp", "out.gdb").unwrap();
        assert!(check("out.gpkg", "./out.gpkg").unwrap_err().message[1].contains("Two results"));
        assert!(check("in.gpkg", "b.gpkg").unwrap_err().message[1].contains("in.gpkg is one of the inputs"));
        assert!(check("a.xyz", "b.gpkg").unwrap_err().message[1].contains("a.xyz"));
        assert!(check("no/folder/a.gpkg", "b.gpkg").unwrap_err().message[1].contains("no/folder/a.gpkg"));
        let report =
            |name: &str| Targets { reports: vec![at(name)], ..Targets::default() }.check(&plan, &[at("project.json")]);
        report("r.pdf").unwrap();
        assert!(report("project.json").unwrap_err().message[1].contains("one of the inputs"));
        let recorded = |record: &str| {
            let (blueprint, record) = (Some(at("out.gpkg")), Some(at(record)));
            Targets { blueprint, record, ..Targets::default() }.check(&plan, &[at("p.lantu")])
        };
        recorded("p.lantu").unwrap();
        assert!(recorded("in.gpkg").unwrap_err().message[1].contains("in.gpkg is one of the inputs"));
        assert!(recorded("out.gpkg").unwrap_err().message[1].contains("Two results"));
        assert!(report("r.doc").unwrap_err().message[1].contains("r.doc"));
        let beside = |input: &str| {
            let blueprint = Some(at("out.shp"));
            Targets { blueprint, ..Targets::default() }.check(&plan, &[at(input)]).unwrap_err()
        };
        assert!(beside("out.fields.csv").message[1].contains("out.fields.csv is one of the inputs"));
        assert!(beside("out.dbf").message[1].contains("out.dbf is one of the inputs"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "looking leaves nothing behind");
    }
}
