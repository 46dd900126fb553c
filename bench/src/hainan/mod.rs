//! The whole job on a synthetic province, as a planner would do it from the terminal.
//!
//! ```text
//! make → rules check → rules test → check → slivers → merge (blueprint, proof, reports) → verify
//! ```
//!
//! `check` works by the starter rules, which leave much to planners. Nobody sits there and decides
//! hundreds of thousands of conflicts, so `merge` works by the same rules with a stand-in: where
//! they ask a planner, the party beyond the longest border gets the place.

mod page;

pub use page::{contradictions, page};

use crate::measure::Usage;
use crate::parcels::{self, Counts};
use crate::{Plots, Province, Theme};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

const RULES: &str = include_str!("../../../seeds/rules/three-lines.toml");
const CASES: &str = include_str!("../../../seeds/rules/three-lines.cases.toml");
const SLIVERS: &str = include_str!("../../../seeds/slivers.toml");

/// What follows the starter rules when nobody is asked.
const STAND_IN: &str = r#"
# 演练用：代替规划师。 For the rehearsal: in place of a planner.

[[rule]]
id = "Z1"
when = {}
then = "longest-border"
because = { zh = "演练：代替规划师，归公共边最长的一方。", en = "Rehearsal: in place of a planner, along the longest border." }

[[rule]]
id = "Z2"
when = {}
then = "smallest-area"
because = { zh = "演练：代替规划师，归要素较小的一方。", en = "Rehearsal: in place of a planner, to the smaller feature." }

[tolerances]
"#;

/// What there is of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// The plan.
    pub theme: Theme,
    /// What it has.
    pub counts: Counts,
}

/// A step of the job and what it took.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub name: &'static str,
    /// The command line as a person would type it.
    pub command: String,
    /// What it took; memory is not known of what was done in this process.
    pub usage: Usage,
}

/// What the job has come to.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The province.
    pub province: Province,
    /// Its plans.
    pub made: Vec<Made>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The report of `check`, by the starter rules.
    pub check: Value,
    /// The report of `merge`, by the stand-in.
    pub merge: Value,
}

/// Writes plans, rules, slivers and project of a province into a folder.
///
/// # Errors
/// A file that cannot be written.
pub fn make(province: &Province, folder: &Path) -> Result<Vec<Made>, String> {
    let say = |path: &Path, cause: &dyn std::fmt::Display| format!("{}: {cause}", path.display());
    std::fs::create_dir_all(folder).map_err(|cause| say(folder, &cause))?;
    let plots = Plots::new(*province);
    let mut made = Vec::new();
    for theme in Theme::ALL {
        let path = folder.join(file_of(theme));
        eprintln!("making {}", path.display());
        made.push(Made { theme, counts: parcels::write(&plots, theme, &path).map_err(|cause| say(&path, &cause))? });
    }
    let files = [
        ("three-lines.toml", RULES.to_owned()),
        ("three-lines.cases.toml", CASES.to_owned()),
        ("stand-in.toml", stand_in()),
        ("slivers.toml", SLIVERS.to_owned()),
        ("province.toml", project(province)),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|cause| say(&path, &cause))?;
    }
    Ok(made)
}

fn file_of(theme: Theme) -> String {
    format!("{}.gpkg", theme.class())
}

/// The starter rules with a stand-in for planners.
fn stand_in() -> String {
    RULES.replace("then = \"ask\"", "then = \"longest-border\"").replace("\n[tolerances]\n", STAND_IN)
}

fn project(province: &Province) -> String {
    let Province { land_km2, districts, .. } = province;
    let mut text = format!(
        r#"# 合成数据，不是任何真实地方。 Synthetic data: no real place.
demo = true
title = {{ zh = "合成省（{land_km2} 平方公里，{districts} 县）", en = "Synthetic province ({land_km2} km², {districts} districts)" }}
note = {{ zh = "全部数据由 lantu-bench 生成，不是任何真实地方。", en = "All data were made by lantu-bench and show no real place." }}
crs = "EPSG:4546"
rules = "three-lines.toml"

[districts]
path = "{districts_file}"

[balance]
sea = "{sea}"
shoreline-at-least = 60

[[balance.target]]
class = "red-line"
at-least = "{red_line} km2"

[[balance.line]]
class = "red-line"
of = "{sea}"
"#,
        districts_file = file_of(Theme::Districts),
        sea = Theme::Sea.name(),
        // What the case kept on land and at sea, in the province's proportion.
        red_line = (province.land_km2 * 0.27 + province.sea_km2 * 0.35).round(),
    );
    for theme in Theme::ALL.into_iter().filter(|&theme| theme != Theme::Districts) {
        let _ = write!(
            text,
            "\n[[layer]]\nname = \"{}\"\nclass = \"{}\"\npath = \"{}\"\n",
            theme.name(),
            theme.class(),
            file_of(theme)
        );
    }
    text
}

/// Runs a command, whose output goes into a file, and tells what it took.
pub type Run = dyn Fn(&Path, &[String]) -> Result<Usage, String>;

/// Does the whole job in a folder, with `run`; logs lie beside the data.
///
/// # Errors
/// A step that fails or says that what must hold does not, and a report that does not account for
/// all that its layers claim.
pub fn rehearse(province: &Province, folder: &Path, lantu: &str, run: &Run) -> Result<Rehearsal, String> {
    let start = Instant::now();
    let made = make(province, folder)?;
    let wall_s = start.elapsed().as_secs_f64();
    let making = Usage { cpu_s: f64::NAN, wall_s, peak_mb: f64::NAN, code: Some(0) };
    let mut steps = vec![Step { name: "make the data", command: "lantu-bench hainan".to_owned(), usage: making }];
    for (name, words) in STEPS {
        let at = |word: &str| word.strip_prefix('@').map_or_else(|| word.to_owned(), |file| in_folder(folder, file));
        let line: Vec<String> = std::iter::once(lantu.to_owned()).chain(words.split(' ').map(at)).collect();
        let log = folder.join(format!("{}.log", name.replace(' ', "-")));
        let usage = run(&log, &line)?;
        println!("{name}: {:.1} s, {:.0} MB", usage.wall_s, usage.peak_mb);
        // 1 is the answer no: conflicts are open, as they must be by the starter rules.
        if usage.code != Some(0) && !(name == "check" && usage.code == Some(1)) {
            return Err(format!("{name} failed: {}", log.display()));
        }
        steps.push(Step { name, command: format!("lantu {}", words.replace('@', "")), usage });
    }
    let report = |name: &str| -> Result<Value, String> {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(|cause| format!("{}: {cause}", path.display()))?;
        serde_json::from_slice(&bytes).map_err(|cause| format!("{}: {cause}", path.display()))
    };
    let (check, merge) = (report("check.json")?, report("report.json")?);
    for (name, report) in [("check", &check), ("merge", &merge)] {
        crate::accounted(report).map_err(|cause| format!("{name}: {cause}"))?;
    }
    Ok(Rehearsal { province: *province, made, steps, check, merge })
}

fn in_folder(folder: &Path, file: &str) -> String {
    let path: PathBuf = folder.join(file);
    path.to_string_lossy().into_owned()
}

/// Steps and their words; those that begin with `@` are files in the folder.
const STEPS: [(&str, &str); 6] = [
    ("rules check", "rules check @three-lines.toml --project @province.toml"),
    ("rules test", "rules test @three-lines.toml"),
    ("check", "check @province.toml --report @check.json"),
    ("slivers", "slivers @province.toml --rules @stand-in.toml --slivers @slivers.toml --log @slivers.csv"),
    (
        "merge",
        "merge @province.toml --rules @stand-in.toml --slivers @slivers.toml --out @blueprint.gpkg \
        --conflicts @conflicts.gpkg --report @report.json --report @report.xlsx --report @report.html --report @report.pdf",
    ),
    ("verify", "verify @blueprint.gpkg|layername=blueprint"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_asks_nobody_and_keeps_the_tolerances() {
        let (starter, text) = (RULES.parse::<toml::Table>().unwrap(), stand_in().parse::<toml::Table>().unwrap());
        let rules = text["rule"].as_array().unwrap();
        assert!(rules.iter().all(|rule| rule["then"].as_str() != Some("ask")));
        assert_eq!(rules.len(), starter["rule"].as_array().unwrap().len() + 2);
        assert_eq!(text["tolerances"], starter["tolerances"]);
    }
}
