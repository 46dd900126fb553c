//! A readable case: a few small layers, and in words what must come of them.
//!
//! ```toml
//! [[case]]
//! name = "Where two layers overlap there is one open conflict"
//! layers.farmland = ["POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))"]
//! layers.forest = ["POLYGON ((5 0, 15 0, 15 10, 5 10, 5 0))"]
//! conflicts = ["overlap farmland+forest 50 open"]
//! blueprint = { farmland = 50, forest = 50, open = 50 }
//! ```
//! A layer's class is its name up to the first `_`; features count from 0. Everything else that
//! can be given is a field of [`Case`]. What a case does not expect must not be there.

use crate::run::{Outcome, run};
use crate::wkt;
use geo::Coord;
use lantu_engine::{
    Action, Attributes, Basis, Choice, ClassId, Conflict, ConflictId, ConflictKind, DecisionLog, Feature, Layer,
    Operation, Partition, PrecisionModel, RuleSet, Tolerances, Verdict,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The cases of one file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// The cases.
    pub case: Vec<Case>,
}

/// One case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows, as a sentence.
    pub name: String,
    /// The grid's step.
    #[serde(default = "one")]
    pub grid: f64,
    /// The layers' features as WKT.
    pub layers: BTreeMap<String, Vec<String>>,
    /// The rules, in the form of rule packs.
    #[serde(default)]
    pub rules: RuleSet,
    /// What counts as a sliver: area and width.
    #[serde(default)]
    pub sliver: [f64; 2],
    /// What planners chose, in this order.
    #[serde(default)]
    pub choices: Vec<Chosen>,
    /// `kind classes area verdict`, then ` by rule`, ` by choice`, ` by matrix` and ` sliver`.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// The area per class; `open` for what is open.
    #[serde(default)]
    pub blueprint: BTreeMap<String, f64>,
    /// Per class, what else its patches are designated as.
    #[serde(default)]
    pub beside: BTreeMap<String, BTreeSet<String>>,
    /// `code layer:feature`, or the code alone.
    #[serde(default)]
    pub findings: Vec<String>,
}

/// A planner's choice about the conflict at a place; without a place, about one that is gone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// A place inside the conflict.
    pub at: Option<[f64; 2]>,
    /// What is chosen.
    pub choice: Choice,
}

fn one() -> f64 {
    1.0
}

impl Case {
    /// Runs the case and returns what is not as expected, one sentence each.
    pub fn problems(&self) -> Vec<String> {
        let layers = match self.layers() {
            Ok(layers) => layers,
            Err(mistake) => return vec![mistake],
        };
        let rules = RuleSet { tolerances: self.tolerances(), ..self.rules.clone() };
        let grid = PrecisionModel { scale: 1.0 / self.grid, origin: [0, 0] };
        let backwards = layers.iter().rev().cloned().collect();
        let choose = |partition: &Partition, conflicts: &[Conflict]| self.log(partition, conflicts);
        let outcome = run(layers, &grid, &rules, choose);
        let turned = run(backwards, &grid, &rules, choose);
        let mut problems = Vec::new();
        if !outcome.proof.holds() {
            problems.push(format!("the proof does not hold: {:?}", outcome.proof));
        }
        if outcome.conflicts != turned.conflicts || outcome.blueprint != turned.blueprint {
            problems.push("the order of the layers makes a difference".to_owned());
        }
        compare("conflicts", &sorted(&self.conflicts), &sorted(&conflicts(&outcome)), &mut problems);
        compare("blueprint", &self.blueprint, &rounded(&outcome.area_by_class()), &mut problems);
        compare("beside", &self.beside, &beside(&outcome), &mut problems);
        compare("findings", &sorted(&self.findings), &sorted(&findings(&outcome)), &mut problems);
        problems
    }

    fn tolerances(&self) -> Tolerances {
        Tolerances { sliver_area_m2: self.sliver[0], sliver_width_m: self.sliver[1] }
    }

    fn layers(&self) -> Result<Vec<Layer>, String> {
        let layer = |(name, features): (&String, &Vec<String>)| {
            let class = name.split('_').next().unwrap_or(name);
            let feature = |(fid, text): (usize, &String)| {
                let polygons = wkt::polygons(text)?;
                Ok(Feature { fid: fid as i64, class: None, attributes: Attributes::default(), polygons })
            };
            let features = features.iter().enumerate().map(feature).collect::<Result<_, String>>()?;
            Ok(Layer { name: name.as_str().into(), class: ClassId::new(class), features })
        };
        self.layers.iter().map(layer).collect()
    }

    fn log(&self, partition: &Partition, conflicts: &[Conflict]) -> DecisionLog {
        let mut log = DecisionLog::default();
        for chosen in &self.choices {
            let id = chosen.at.map_or(ConflictId(0), |at| conflict_at(partition, conflicts, at));
            let action = Action::Decide { conflicts: vec![id], choice: chosen.choice.clone() };
            let (who, when) = ("a planner".to_owned(), "2026-01-01T00:00:00+08:00".to_owned());
            let operation =
                Operation { number: log.next_number(), who, when, action, reason: String::new(), basis: String::new() };
            if let Err(error) = log.append(operation) {
                panic!("{error}");
            }
        }
        log
    }
}

fn conflict_at(partition: &Partition, conflicts: &[Conflict], [x, y]: [f64; 2]) -> ConflictId {
    let face = partition.face_at(Coord { x, y });
    let found = conflicts.iter().find(|conflict| face.is_some_and(|face| conflict.faces.contains(&face)));
    found.map_or_else(|| panic!("there is no conflict at {x} {y}"), |conflict| conflict.id)
}

fn conflicts(outcome: &Outcome) -> Vec<String> {
    let class = |party: &_| outcome.partition.feature(*party).class.to_string();
    let line = |(conflict, decision): (&Conflict, &lantu_engine::Decision)| {
        let kind = match conflict.kind {
            ConflictKind::Overlap => "overlap",
            ConflictKind::SelfOverlap => "self-overlap",
            ConflictKind::Gap => "gap",
        };
        let verdict = match &decision.verdict {
            Verdict::GiveTo(party) => format!("to {}", class(party)),
            Verdict::KeepAll => "keeps all".to_owned(),
            Verdict::OtherClass(other) => format!("becomes {other}"),
            Verdict::LeaveEmpty => "stays empty".to_owned(),
            Verdict::Open => "open".to_owned(),
        };
        let basis = match &decision.basis {
            Basis::Compatible => " by matrix".to_owned(),
            Basis::Rule(id) => format!(" by {id}"),
            Basis::Choice(_) => " by choice".to_owned(),
            Basis::Nobody => String::new(),
        };
        let parties: Vec<String> = conflict.parties.iter().map(class).collect();
        let area = round(outcome.partition.grid.area(conflict.area2));
        let who = if parties.is_empty() { String::new() } else { format!(" {}", parties.join("+")) };
        let sliver = if conflict.sliver { " sliver" } else { "" };
        format!("{kind}{who} {area} {verdict}{basis}{sliver}")
    };
    outcome.conflicts.iter().zip(&outcome.decisions).map(line).collect()
}

fn beside(outcome: &Outcome) -> BTreeMap<String, BTreeSet<String>> {
    let mut beside: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for patch in outcome.blueprint.patches.iter().filter(|patch| !patch.is_open() && !patch.designations.is_empty()) {
        let class = patch.class.as_ref().map(ToString::to_string).unwrap_or_default();
        beside.entry(class).or_default().extend(patch.designations.iter().map(ToString::to_string));
    }
    beside
}

fn findings(outcome: &Outcome) -> Vec<String> {
    let line = |finding: &lantu_engine::Finding| match (&finding.about.layer, finding.about.fid) {
        (Some(layer), Some(fid)) => format!("{} {layer}:{fid}", finding.code.as_str()),
        (Some(layer), None) => format!("{} {layer}", finding.code.as_str()),
        _ => finding.code.as_str().to_owned(),
    };
    outcome.findings.iter().map(line).collect()
}

fn compare<T: PartialEq + std::fmt::Debug>(what: &str, wanted: &T, found: &T, problems: &mut Vec<String>) {
    if wanted != found {
        problems.push(format!("{what}\n    wanted {wanted:?}\n    found  {found:?}"));
    }
}

fn sorted(lines: &[String]) -> Vec<String> {
    let mut lines = lines.to_vec();
    lines.sort();
    lines
}

fn rounded(areas: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    areas.iter().map(|(class, &area)| (class.clone(), round(area))).collect()
}

/// Areas are whole or half grid units; this only takes off what division leaves in the last digits.
fn round(area: f64) -> f64 {
    (area * 1e6).round() / 1e6
}
