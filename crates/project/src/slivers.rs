//! Slivers: the settings, what merging by them would do, and what it has done.

mod shown;

pub(crate) use shown::{asked, checked, page, state, supposed};

use crate::api::{Problem, Tally};
use crate::job::Job;
use crate::load::Inputs;
use crate::measure::Measure;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::problem::{self, fault};
use lantu_engine::rules::{Bilingual, Certainty};
use lantu_engine::slivers::{MOST_LIMITS, SliverMistake};
use lantu_engine::{ClassId, Merged, Moved, RuleSet, SliverRules, Unwatched, compose, merge_slivers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

const SEED: &str = include_str!("../../../seeds/slivers.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    source: Bilingual,
    certainty: Certainty,
    settings: SliverRules,
}

fn seed() -> Result<Seed, Problem> {
    toml::from_str(SEED).map_err(|cause| fault(&cause.to_string()))
}

/// Reads settings from a file of their own: the keys of a project's `[slivers]`, or those of the
/// seeds with `[settings]`.
///
/// # Errors
/// A problem that names the file and the line.
pub fn read(path: &Path) -> Result<SliverRules, Problem> {
    let text = std::fs::read_to_string(path).map_err(|source| problem::missing(path, source))?;
    let hint = ["写法见 docs/file-formats.md。", "docs/file-formats.md says how they are written."];
    let seed: Result<Seed, _> = toml::from_str(&text);
    if let Ok(seed) = seed {
        return Ok(seed.settings);
    }
    toml::from_str(&text).map_err(|cause| problem::bad_file(path, &cause, hint))
}

/// Says what is wrong with the plan's settings.
///
/// # Errors
/// A problem that lists every mistake.
pub(crate) fn check(plan: &Plan, rules: &RuleSet, inputs: &Inputs) -> Result<(), Problem> {
    plan.slivers.as_ref().map_or(Ok(()), |settings| check_settings(settings, rules, inputs))
}

fn check_settings(settings: &SliverRules, rules: &RuleSet, inputs: &Inputs) -> Result<(), Problem> {
    let mut classes = inputs.classes();
    classes.extend(inputs.tables.ids());
    classes.extend(rules.classes.iter().map(|def| def.id.clone()));
    let layers = inputs.layers.iter().map(|loaded| loaded.layer.name.to_string()).collect();
    let mistakes = settings.mistakes(&classes, &layers);
    if mistakes.is_empty() {
        return Ok(());
    }
    let told: Vec<[String; 2]> = mistakes.iter().map(sentence).collect();
    let join = |language: usize, between: &str| {
        told.iter().map(|both| both[language].as_str()).collect::<Vec<_>>().join(between)
    };
    let message = [
        format!("碎图斑设定有误：{}。", join(0, "；")),
        format!("The settings for slivers are wrong: {}.", join(1, "; ")),
    ];
    let hint =
        ["请改正项目文件的 [slivers]；写法见 docs/file-formats.md。", "Mend [slivers]; see docs/file-formats.md."];
    Err(problem::problem(message, hint))
}

fn sentence(mistake: &SliverMistake) -> [String; 2] {
    match mistake {
        SliverMistake::UnknownClass(class) => {
            [format!("“{class}”不是已知的类别"), format!("\"{class}\" is no class here")]
        }
        SliverMistake::UnknownLayer(layer) => {
            [format!("没有名为“{layer}”的图层"), format!("there is no layer \"{layer}\"")]
        }
        SliverMistake::EmptyLimit(at) => [
            format!("第 {at} 条界线既没有 layer、edge_of，也没有 between"),
            format!("limit {at} has neither layer, edge_of nor between"),
        ],
        SliverMistake::TooManyLimits(count) => {
            let zh = format!("界线有 {count} 条，最多 {MOST_LIMITS} 条");
            [zh, format!("there are {count} limits, at most {MOST_LIMITS} are possible")]
        }
        SliverMistake::NoMeasure(key) => {
            [format!("{key} 不是大于等于 0 的数"), format!("{key} is no number from 0 on")]
        }
        SliverMistake::ScaleAlone => {
            ["有 scale 而没有 per_scale_m2", "there is scale without per_scale_m2"].map(str::to_owned)
        }
    }
}

/// A sliver that was merged, or would be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SliverLog {
    /// The class it had; empty for a gap and for what was open.
    pub from: String,
    /// The feature it came from, as `layer:fid`; empty for none.
    pub from_source: String,
    /// Whether it was a gap.
    pub gap: bool,
    /// The class it has now.
    pub to: String,
    /// The feature whose patch it went to, as `layer:fid`; empty for none.
    pub to_source: String,
    /// Its area in m².
    pub area_m2: f64,
    /// Its mean width in m.
    pub width_m: f64,
    /// The length of the border it shared with its new patch, in m.
    pub border_m: f64,
    /// The pass in which it moved.
    pub pass: u32,
    /// Its conflict's id; empty if it was in none.
    pub conflict: String,
    /// A corner of it in the project's plane.
    pub at: [f64; 2],
}

/// Slivers from one class to another.
#[derive(Clone, Debug, Serialize)]
pub struct SliverSum {
    /// The class they had; empty for gaps and what was open.
    pub from: String,
    /// The class they have now.
    pub to: String,
    /// How many, and how large together.
    pub tally: Tally,
}

impl SliverPreview {
    /// Writes every sliver with from and to as CSV, whole or not at all.
    ///
    /// # Errors
    /// A problem if the file cannot be written.
    pub fn write_log(&self, path: &Path) -> Result<(), Problem> {
        let failed = |cause: &dyn std::fmt::Display| fault(&format!("{}: {cause}", path.display()));
        let mut rows = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        rows.write_record(COLUMNS).map_err(|cause| failed(&cause))?;
        for row in &self.log {
            rows.serialize(row).map_err(|cause| failed(&cause))?;
        }
        let text = rows.into_inner().map_err(|cause| failed(&cause.error()))?;
        Ok(lantu_files::write_whole(path, &text)?)
    }
}

/// The columns of the log.
const COLUMNS: [&str; 12] = [
    "from",
    "from_source",
    "gap",
    "to",
    "to_source",
    "area_m2",
    "width_m",
    "border_m",
    "pass",
    "conflict",
    "east",
    "north",
];

/// What merging slivers does to a result.
#[derive(Clone, Debug, Serialize)]
pub struct SliverPreview {
    /// By which settings; `None` if no slivers are merged.
    pub settings: Option<SliverRules>,
    /// Patches merged into a neighbour.
    pub moved: Tally,
    /// Gaps filled.
    pub filled: Tally,
    /// Slivers that no neighbour can take.
    pub left: Tally,
    /// Gaps that stay: a finding each.
    pub unfilled: usize,
    /// Area moved per class, the largest first.
    pub by_class: Vec<SliverSum>,
    /// Each of them, in the order of the run.
    #[serde(skip)]
    pub log: Vec<SliverLog>,
}

/// Returns what merging slivers has done to an outcome.
pub(crate) fn told(outcome: &Outcome, measure: Measure) -> SliverPreview {
    let slivers = &outcome.slivers;
    let merged = Seen {
        blueprint: &outcome.blueprint,
        moved: &slivers.moved,
        left: slivers.left,
        unfilled: slivers.findings.len(),
    };
    merged.told(outcome, slivers.settings.clone(), measure)
}

/// Returns what merging slivers by other settings would do; nothing is changed.
///
/// # Errors
/// A problem if the settings are wrong.
pub(crate) fn suppose(
    outcome: &Outcome,
    settings: SliverRules,
    inputs: &Inputs,
    measure: Measure,
) -> Result<SliverPreview, Problem> {
    check_settings(&settings, &outcome.rules, inputs)?;
    let (cut, decisions, rules) = (&outcome.cut, &outcome.decisions, &outcome.rules);
    let plain = compose(&cut.partition, &cut.conflicts, decisions, rules, &Unwatched)?;
    let Merged { blueprint, moved, left, findings } =
        merge_slivers(&cut.partition, &cut.conflicts, decisions, plain, rules, &settings, &Unwatched)?;
    let seen = Seen { blueprint: &blueprint, moved: &moved, left, unfilled: findings.len() };
    Ok(seen.told(outcome, Some(settings), measure))
}

/// A merged blueprint, in force or supposed.
struct Seen<'a> {
    blueprint: &'a lantu_engine::Blueprint,
    moved: &'a [Moved],
    left: (u64, i128),
    unfilled: usize,
}

impl Seen<'_> {
    fn told(&self, outcome: &Outcome, settings: Option<SliverRules>, measure: Measure) -> SliverPreview {
        let log: Vec<SliverLog> = self.moved.iter().map(|moved| self.row(outcome, moved, measure)).collect();
        let tally = |gap: bool| measure.tally(self.moved.iter().filter(|one| one.gap == gap).map(|one| one.area2));
        let mut sums: BTreeMap<(&str, &str), (u32, i128)> = BTreeMap::new();
        for (row, moved) in log.iter().zip(self.moved) {
            let sum = sums.entry((&row.from, &row.to)).or_default();
            *sum = (sum.0 + 1, sum.1 + moved.area2);
        }
        let mut by_class: Vec<SliverSum> = sums
            .into_iter()
            .map(|((from, to), (count, area2))| SliverSum {
                from: from.to_owned(),
                to: to.to_owned(),
                tally: Tally { count, area_m2: measure.m2(area2) },
            })
            .collect();
        by_class.sort_by(|a, b| b.tally.area_m2.total_cmp(&a.tally.area_m2));
        let (count, area2) = self.left;
        SliverPreview {
            settings,
            moved: tally(false),
            filled: tally(true),
            left: Tally { count: count as u32, area_m2: measure.m2(area2) },
            unfilled: self.unfilled,
            by_class,
            log,
        }
    }

    fn row(&self, outcome: &Outcome, moved: &Moved, measure: Measure) -> SliverLog {
        let (cut, patch) = (&outcome.cut, &self.blueprint.patches[moved.patch as usize]);
        let partition = &cut.partition;
        let name = |source: Option<lantu_engine::FeatureRef>| {
            let named = |source| format!("{}:{}", partition.layer_of(source).name, partition.feature(source).fid);
            source.map(named).unwrap_or_default()
        };
        let class = |class: &Option<ClassId>| class.as_ref().map(ToString::to_string).unwrap_or_default();
        SliverLog {
            from: class(&moved.from),
            from_source: name(moved.from_source),
            gap: moved.gap,
            to: class(&patch.class),
            to_source: name(patch.source),
            area_m2: measure.m2(moved.area2),
            width_m: measure.m(moved.width),
            border_m: measure.m(moved.border),
            pass: moved.pass,
            conflict: moved.conflict.map(|at| cut.conflicts[at as usize].id.to_string()).unwrap_or_default(),
            at: partition.grid.locate(partition.bounds(moved.face).0).into(),
        }
    }
}

impl Job {
    /// Returns what merging slivers has done; nothing if the plan says nothing of it.
    pub fn merged_slivers(&self) -> SliverPreview {
        told(&self.outcome, self.measure())
    }

    /// Returns what merging slivers has done, or what it would do by the starter settings if the
    /// plan says nothing of it.
    ///
    /// # Errors
    /// A problem if the rules do not know a class of the starter settings.
    pub fn slivers(&self) -> Result<SliverPreview, Problem> {
        match &self.outcome.slivers.settings {
            Some(_) => Ok(told(&self.outcome, self.measure())),
            None => suppose(&self.outcome, seed()?.settings, &self.inputs, self.measure()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes::Classes;
    use lantu_engine::slivers::Limit;
    use std::collections::BTreeSet;

    #[test]
    fn the_starter_settings_name_only_known_classes_and_come_back_from_the_window_as_they_are() {
        let settings = seed().unwrap().settings;
        let mut classes: BTreeSet<ClassId> = Classes::of(&[]).unwrap().ids();
        classes.extend(crate::rules::starter().unwrap().classes.into_iter().map(|def| def.id));
        assert_eq!(settings.mistakes(&classes, &BTreeSet::new()), []);
        assert_eq!(asked(&shown::settings(&settings)), settings);
    }

    #[test]
    fn mistakes_in_settings_are_all_told() {
        let settings = SliverRules {
            area_m2: -1.0,
            scale: Some(10_000.0),
            limits: vec![Limit::default(), Limit { layer: Some("x".to_owned()), ..Limit::default() }],
            except: vec![ClassId::new("farmlnad")],
            ..SliverRules::default()
        };
        let told = settings.mistakes(&BTreeSet::new(), &BTreeSet::new());
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told.iter().map(sentence).all(|both| both.iter().all(|text| !text.is_empty())));
    }
}
