//! `lantu rules test`: the cases of a rule pack, which a planner writes and reads.
//!
//! ```toml
//! [[case]]
//! name = "核心保护区里红线优先"
//! parties = [{ class = "red-line", attributes = { ZRBHDFQ = "核心保护区" } }, { class = "farmland" }]
//! expect = "red-line by R1"
//! ```
//! A case is one conflict of all parties. It is drawn as a rectangle that each of them covers, and
//! goes through the engine as any other.

use crate::api::Problem;
use crate::classes::Classes;
use crate::plan::Plan;
use crate::problem;
use crate::rules;
use geo::{Coord, LineString, Rect};
use lantu_engine::{
    Attributes, Basis, ClassId, Conflict, Decision, DecisionLog, Feature, Layer, Partition, PrecisionModel, RuleSet,
    Stop, Unwatched, Value, Verdict, decide, detect, normalise, overlay,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a case has come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tried {
    /// The case.
    pub name: String,
    /// What it expects.
    pub wanted: String,
    /// What the rules make of it.
    pub found: String,
}

impl Tried {
    /// Returns whether the rules do what the case expects.
    pub fn is_right(&self) -> bool {
        self.wanted == self.found
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    /// The pack, beside the file of cases; that of the same name if absent.
    pack: Option<PathBuf>,
    #[serde(rename = "case")]
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Rules of its own instead of the pack's.
    rules: Option<RuleSet>,
    #[serde(default = "hectare")]
    area_m2: f64,
    /// The code of the district that it lies in, if it lies in one.
    district: Option<String>,
    /// The mean width; that of a square if absent.
    width_m: Option<f64>,
    parties: Vec<Party>,
    /// `CLASS by RULE`, `all by matrix`, `open by RULE`, `open`.
    expect: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Party {
    class: String,
    /// The class (role) of its layer, if that is another.
    role: Option<String>,
    /// The name of its layer.
    layer: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    /// Its whole area; twice that of the conflict if absent.
    size_m2: Option<f64>,
    /// How long its border with the rest of its own ground is.
    #[serde(default)]
    border_m: f64,
}

fn hectare() -> f64 {
    10_000.0
}

/// Tries the cases in `file`, or, if it is a pack, those in `NAME.cases.toml` beside it.
///
/// # Errors
/// A problem if a file cannot be read, the pack is wrong, or a case cannot be drawn.
pub fn try_cases(file: &Path) -> Result<Vec<Tried>, Problem> {
    try_cases_of(file, None)
}

/// Tries the cases with the classes of a project beside those that come with the program.
///
/// # Errors
/// As [`try_cases`], and a project that cannot be read.
pub fn try_cases_of(file: &Path, project: Option<&Path>) -> Result<Vec<Tried>, Problem> {
    let own = project.map(Plan::read).transpose()?.map(|plan| plan.classes);
    let file = if is_cases(file) { file.to_path_buf() } else { file.with_extension("cases.toml") };
    let text = std::fs::read_to_string(&file).map_err(|source| problem::missing(&file, source))?;
    let hint = ["用例的写法见 docs/file-formats.md。", "docs/file-formats.md says how cases are written."];
    let cases: Cases = toml::from_str(&text).map_err(|cause| problem::bad_file(&file, &cause, hint))?;
    let tables = Classes::of(&own.unwrap_or_default())?;
    let pack = match (&cases.pack, pack_beside(&file)) {
        (Some(pack), _) => Some(rules::read(&file.with_file_name(pack))?),
        (None, Some(pack)) if pack.is_file() => Some(rules::read(&pack)?),
        _ => None,
    };
    let tried = |case: &Case| {
        let rules = case.rules.as_ref().or(pack.as_ref());
        let said = rules.ok_or("no pack · 没有规则".to_owned()).and_then(|rules| case.found(rules, &tables));
        let found = said.map_err(|cause| problem::bad_file(&file, &format!("{}: {cause}", case.name), hint))?;
        Ok(Tried { name: case.name.clone(), wanted: case.expect.clone(), found })
    };
    cases.cases.iter().map(tried).collect()
}

fn is_cases(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".cases.toml") || std::fs::read_to_string(file).is_ok_and(|text| text.contains("\n[[case]]"))
}

fn pack_beside(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_string_lossy().into_owned();
    Some(file.with_file_name(format!("{}.toml", name.strip_suffix(".cases.toml")?)))
}

impl Case {
    /// What rules make of the case, in the words of `expect`.
    fn found(&self, rules: &RuleSet, tables: &Classes) -> Result<String, String> {
        let classes: BTreeSet<ClassId> = self.parties.iter().map(|party| ClassId::new(&party.class)).collect();
        let rules = tables.define(rules, &classes);
        let roles = self.parties.iter().filter_map(|party| party.role.as_deref()).map(ClassId::new);
        let known = tables.ids().into_iter().chain(classes).chain(roles).collect();
        if let Some(mistake) = rules.problems(&known).first() {
            return Err(rules::sentence(mistake)[1].clone());
        }
        let layers = self.layers()?;
        let (partition, conflicts, decisions) =
            run(layers, &rules, self.district.as_deref()).map_err(|stop| stop.to_string())?;
        let all = |(conflict, _): &(&Conflict, &Decision)| conflict.parties.len() == self.parties.len();
        let mut found = conflicts.iter().zip(&decisions).filter(all);
        match found.next() {
            Some((_, decision)) => Ok(told(&partition, decision)),
            None => Err("no conflict of all parties · 没有各方共同的冲突".to_owned()),
        }
    }

    fn layers(&self) -> Result<Vec<Layer>, String> {
        let ground = self.ground()?;
        self.parties.iter().enumerate().map(|(at, party)| party.layer(at, ground)).collect()
    }

    /// The rectangle that all claim: of the area, and as wide on average as is said.
    fn ground(&self) -> Result<Rect<f64>, String> {
        let half_perimeter = self.width_m.map_or(2.0 * self.area_m2.sqrt(), |width| self.area_m2 / width);
        let root = half_perimeter * half_perimeter - 4.0 * self.area_m2;
        if !(self.area_m2 > 0.0 && root > -1e-6 * self.area_m2) {
            return Err(format!("no rectangle of {} m² is {:?} m wide", self.area_m2, self.width_m));
        }
        let long = (half_perimeter + root.max(0.0).sqrt()) / 2.0;
        Ok(Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: long, y: self.area_m2 / long }))
    }
}

/// How far the remaining ground of one party lies from that of the next, in metres.
const APART: f64 = 100_000.0;

impl Party {
    fn layer(&self, at: usize, ground: Rect<f64>) -> Result<Layer, String> {
        let name = self.layer.clone().unwrap_or_else(|| format!("{} {at}", self.class));
        let area = ground.width() * ground.height();
        let rest = self.size_m2.map_or(area, |size| size - area);
        let along = if at < 2 { ground.width() } else { ground.height() };
        if rest < 0.0 || self.border_m > along + 1e-9 || (self.border_m > 0.0 && at > 3) {
            return Err(format!("{name}: size_m2 or border_m does not fit the conflict"));
        }
        let mut polygons = vec![ring(ground.min(), ground.max())];
        if rest > 0.0 {
            let [low, high] = self.rest(at, ground, rest);
            polygons.push(ring(low, high));
        }
        let fields = self.attributes.keys().map(|field| Box::from(field.as_str())).collect();
        let attributes = Attributes::new(fields, self.attributes.values().map(|value| Value::Text(value.as_str())));
        let class = Some(ClassId::new(&self.class));
        let feature = Feature { fid: 1, class, attributes, polygons };
        let role = ClassId::new(self.role.as_deref().unwrap_or(&self.class));
        Ok(Layer { name: name.as_str().into(), class: role, features: vec![feature] })
    }

    /// The party's other ground: beside the conflict where it has a border with it, else far away.
    /// The first party lies south of it, then north, west and east.
    fn rest(&self, at: usize, ground: Rect<f64>, area: f64) -> [Coord<f64>; 2] {
        let (low, high, border) = (ground.min(), ground.max(), self.border_m);
        if border == 0.0 {
            let (side, x) = (area.sqrt(), APART * (at + 1) as f64);
            return [Coord { x, y: 0.0 }, Coord { x: x + side, y: side }];
        }
        let depth = area / border;
        match at {
            0 => [Coord { x: low.x, y: low.y - depth }, Coord { x: low.x + border, y: low.y }],
            1 => [Coord { x: low.x, y: high.y }, Coord { x: low.x + border, y: high.y + depth }],
            2 => [Coord { x: low.x - depth, y: low.y }, Coord { x: low.x, y: low.y + border }],
            _ => [Coord { x: high.x, y: low.y }, Coord { x: high.x + depth, y: low.y + border }],
        }
    }
}

fn ring(low: Coord<f64>, high: Coord<f64>) -> Vec<LineString<f64>> {
    let corners = [(low.x, low.y), (high.x, low.y), (high.x, high.y), (low.x, high.y), (low.x, low.y)];
    vec![LineString::new(corners.into_iter().map(|(x, y)| Coord { x, y }).collect())]
}

/// What comes of a case, and on which ground.
type Run = (Partition, Vec<Conflict>, Vec<Decision>);

fn run(layers: Vec<Layer>, rules: &RuleSet, district: Option<&str>) -> Result<Run, Stop> {
    // A millimetre reaches 2,100 km.
    let grid = PrecisionModel { scale: 1000.0, origin: [0, 0] };
    let normal = layers.into_iter().map(|layer| Ok(normalise(layer, &grid, &Unwatched)?.value));
    let partition = overlay(normal.collect::<Result<_, Stop>>()?, &grid, &Unwatched)?.value;
    let mut conflicts = detect(&partition, &rules.tolerances, &Unwatched)?;
    conflicts.iter_mut().for_each(|conflict| conflict.district = district.map(Into::into));
    let decisions = decide(&partition, &conflicts, rules, &DecisionLog::default(), &Unwatched)?.value;
    Ok((partition, conflicts, decisions))
}

fn told(partition: &Partition, decision: &Decision) -> String {
    let verdict = match &decision.verdict {
        Verdict::GiveTo(party) => partition.feature(*party).class.to_string(),
        Verdict::KeepAll => "all".to_owned(),
        Verdict::OtherClass(class) => class.to_string(),
        Verdict::LeaveEmpty => "empty".to_owned(),
        Verdict::Open => "open".to_owned(),
    };
    match &decision.basis {
        Basis::Rule(ids) => format!("{verdict} by {ids}"),
        Basis::Compatible => format!("{verdict} by matrix"),
        Basis::Choice(_) | Basis::Nobody => verdict,
    }
}

/// Returns the cases of the starter pack, tried.
#[cfg(test)]
fn starter() -> Result<Vec<Tried>, Problem> {
    try_cases(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../seeds/rules/three-lines.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_pack_does_what_its_cases_say() {
        let tried = starter().unwrap();
        let wrong: Vec<&Tried> = tried.iter().filter(|tried| !tried.is_right()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(tried.len() >= 30, "{}", tried.len());
    }

    #[test]
    fn cases_may_name_the_classes_of_a_projects_own_tables() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        write("own.toml", "[[class]]\ncode = 'tea-hills'\nzh = '茶山'\nwithin = 'forest'\n");
        let project = write("p.toml", "crs = 'EPSG:4546'\nclasses = ['own.toml']\nlayer = []\n");
        let case = "[[case]]\nname = '茶山 · tea hills'\nparties = [{ class = 'tea-hills' }, { class = 'red-line' }]\nexpect = 'all by matrix'\n";
        let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/../../seeds/rules/three-lines.toml");
        let cases = write("a.cases.toml", &format!("pack = '{pack}'\n{case}"));
        assert!(try_cases_of(&cases, Some(&project)).unwrap()[0].is_right());
        // Without the project nobody knows that tea hills are forest.
        assert!(!try_cases(&cases).unwrap()[0].is_right());
    }

    #[test]
    fn a_case_is_drawn_with_the_area_and_the_width_it_says() {
        let case = |area_m2, width_m| Case {
            name: String::new(),
            rules: None,
            area_m2,
            district: None,
            width_m,
            parties: Vec::new(),
            expect: String::new(),
        };
        let ground = case(500.0, Some(0.5)).ground().unwrap();
        let (area, around) = (ground.width() * ground.height(), 2.0 * (ground.width() + ground.height()));
        assert!((area - 500.0).abs() < 1e-6 && (2.0 * area / around - 0.5).abs() < 1e-9);
        assert!(case(100.0, Some(6.0)).ground().is_err(), "a square of 100 m² is on average 5 m wide");
        assert!(case(100.0, Some(5.0)).ground().is_ok());
    }
}
