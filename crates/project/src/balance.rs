//! What must be kept: the ledger of replacement (补划), targets of area, the dashboard of control
//! lines, the shoreline.

use crate::api::Problem;
use crate::problem;
use crate::shoreline::ShorelinePlan;
use lantu_engine::ClassId;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What a project keeps the balance of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BalancePlan {
    /// Classes whose ground must be replaced where it is lost; `farmland` if nothing is said.
    pub ledger: Option<Vec<String>>,
    /// Layers of ground that was found in replacement (补划).
    pub added: Vec<String>,
    /// The layer of the sea: its border with the layers on land is the shoreline, where no coastline is named.
    pub sea: Option<String>,
    /// The coastline.
    pub shoreline: Option<ShorelinePlan>,
    /// Classes that take the shoreline's nature; `built-up` and `urban` if nothing is said.
    pub built: Option<Vec<String>>,
    /// The share of the shoreline that must stay free of them, in per cent.
    pub shoreline_at_least: Option<f64>,
    /// A table of further targets, as CSV; they join `targets` when the plan is read.
    #[serde(rename = "targets", skip_serializing)]
    pub targets_file: Option<PathBuf>,
    /// Areas that a class must reach or may not exceed.
    #[serde(rename = "target")]
    pub targets: Vec<TargetPlan>,
    /// Lines of which a share is of a layer's ground, beside that of the districts'; a line may have
    /// several.
    #[serde(rename = "line")]
    pub lines: Vec<LinePlan>,
}

/// An area that a class must reach or may not exceed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetPlan {
    /// The class.
    pub class: String,
    /// The code of the district; the whole if absent.
    #[serde(default)]
    pub district: String,
    /// As `9377 km2`, `450 万亩`, `12.5 公顷`.
    #[serde(default)]
    pub at_least: Option<String>,
    /// The same.
    #[serde(default)]
    pub at_most: Option<String>,
}

/// What a line's share is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinePlan {
    /// The class of the line.
    pub class: String,
    /// The layer whose ground it is a share of.
    pub of: String,
}

impl BalancePlan {
    /// Returns whether ground of this class must be replaced.
    pub(crate) fn is_kept(&self, class: &ClassId) -> bool {
        self.ledger_classes().any(|kept| kept == class.as_str())
    }

    /// Returns the classes of the ledger.
    pub(crate) fn ledger_classes(&self) -> impl Iterator<Item = &str> {
        names(self.ledger.as_deref(), &["farmland"])
    }

    /// Returns whether a layer is one of ground found in replacement.
    pub(crate) fn is_addition(&self, layer: &str) -> bool {
        self.added.iter().any(|added| added == layer)
    }

    /// Returns the classes that take the shoreline's nature.
    pub(crate) fn built_classes(&self) -> impl Iterator<Item = &str> {
        names(self.built.as_deref(), &["built-up", "urban-boundary"])
    }

    /// Reads the table of targets, if there is one.
    ///
    /// # Errors
    /// A table that cannot be read, without the columns it needs, or a target that says no area.
    pub(crate) fn read_targets(&mut self) -> Result<(), Problem> {
        let Some(path) = &self.targets_file else { return Ok(()) };
        let bytes = std::fs::read(path).map_err(|source| problem::missing(path, source))?;
        self.targets.extend(table_of_targets(path, &lantu_files::text_of(&bytes))?);
        Ok(())
    }

    /// Says what is wrong with it.
    ///
    /// # Errors
    /// A target without a limit, an area that cannot be read, or a reach that is no length.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.shoreline.iter().try_for_each(ShorelinePlan::check)?;
        self.targets.iter().try_for_each(TargetPlan::check)
    }
}

fn names<'a>(own: Option<&'a [String]>, usual: &'static [&'static str]) -> impl Iterator<Item = &'a str> {
    let usual = usual.iter().copied().filter(move |_| own.is_none());
    own.unwrap_or_default().iter().map(String::as_str).chain(usual)
}

impl TargetPlan {
    fn check(&self) -> Result<(), Problem> {
        if self.at_least.is_none() && self.at_most.is_none() {
            return Err(no_limit(&self.class));
        }
        self.limits().map(|_| ())
    }

    /// Returns the least and the most in m².
    pub(crate) fn limits(&self) -> Result<[Option<f64>; 2], Problem> {
        let read =
            |text: &Option<String>| text.as_deref().map(|text| area(text).ok_or_else(|| no_area(text))).transpose();
        Ok([read(&self.at_least)?, read(&self.at_most)?])
    }
}

/// The columns of a table of targets, under any of their names.
const CLASS: [&str; 2] = ["class", "类别"];
const DISTRICT: [&str; 3] = ["district", "行政区", "行政区代码"];
const AT_LEAST: [&str; 3] = ["at-least", "at_least", "不少于"];
const AT_MOST: [&str; 3] = ["at-most", "at_most", "不超过"];
const UNIT: [&str; 2] = ["unit", "单位"];

/// Reads the rows of a table of targets. Areas carry their unit, or take that of the row.
fn table_of_targets(path: &Path, text: &str) -> Result<Vec<TargetPlan>, Problem> {
    let hint = [
        "表头写 class, district, at-least, at-most（可加 unit），见 docs/file-formats.md。",
        "Head it class, district, at-least, at-most (and unit if you like), see docs/file-formats.md.",
    ];
    let wrong = |cause: &dyn std::fmt::Display| problem::bad_file(path, cause, hint);
    let mut rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let head = rows.headers().map_err(|cause| wrong(&cause))?.clone();
    let column = |names: &[&str]| head.iter().position(|name| names.iter().any(|one| one.eq_ignore_ascii_case(name)));
    let class_at = column(&CLASS).ok_or_else(|| wrong(&"没有 class 一列 · no column class"))?;
    let mut targets = Vec::new();
    for row in rows.records() {
        let row = row.map_err(|cause| wrong(&cause))?;
        let text = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|text| !text.is_empty());
        let Some(class) = text(Some(class_at)) else { continue };
        let unit = text(column(&UNIT)).unwrap_or_default();
        let limit = |names: &[&str]| {
            let plain = |text: &str| text.chars().all(|c| c.is_ascii_digit() || ".,_ ".contains(c));
            text(column(names)).map(|text| if plain(text) { format!("{text} {unit}") } else { text.to_owned() })
        };
        let target = TargetPlan {
            class: class.to_owned(),
            district: text(column(&DISTRICT)).unwrap_or_default().to_owned(),
            at_least: limit(&AT_LEAST),
            at_most: limit(&AT_MOST),
        };
        let line = row.position().map_or(0, csv::Position::line);
        let said =
            |inner: &Problem| wrong(&format!("第 {line} 行：{} · line {line}: {}", inner.message[0], inner.message[1]));
        target.check().map_err(|inner| said(&inner))?;
        targets.push(target);
    }
    Ok(targets)
}

/// Reads an area as planners write it, in m².
fn area(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || ".,_ ".contains(c))).unwrap_or(text.len());
    let digits: String = text[..end].chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let unit = text[end..].trim();
    let (many, unit) = unit.strip_prefix('万').map_or((1.0, unit), |unit| (1e4, unit));
    let unit = match unit.to_lowercase().as_str() {
        "m2" | "m²" | "平方米" => 1.0,
        "ha" | "hm2" | "hm²" | "公顷" => 1e4,
        "mu" | "亩" => 2000.0 / 3.0,
        "km2" | "km²" | "平方公里" | "平方千米" => 1e6,
        _ => return None,
    };
    digits.parse::<f64>().ok().map(|number| number * many * unit)
}

fn no_area(text: &str) -> Problem {
    problem::problem(
        [format!("“{text}”不是面积。"), format!("\"{text}\" is no area.")],
        ["请写成 9377 km2、450 万亩、12.5 公顷。", "Write it as 9377 km2, 450 万亩, 12.5 ha."],
    )
}

fn no_limit(class: &str) -> Problem {
    problem::problem(
        [format!("类别 {class} 的指标没有上限或下限。"), format!("The target of {class} has no limit.")],
        ["请给出 at-least 或 at-most。", "Give at-least or at-most."],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_read_as_planners_write_them() {
        let read = |text: &str| area(text).map(|m2| (m2 * 1000.0).round() / 1000.0);
        assert_eq!(read("9,377 km²"), Some(9.377e9));
        assert_eq!(read("450 万亩"), Some(3e9));
        assert_eq!(read("12.5公顷"), Some(125_000.0));
        assert_eq!(read("3 mu"), Some(2000.0));
        assert_eq!((area("12"), area("km2"), area("5 acres")), (None, None, None));
    }

    #[test]
    fn a_table_of_targets_is_read_under_chinese_and_english_heads() {
        let path = Path::new("targets.csv");
        let read = |text: &str| table_of_targets(path, text);
        let english =
            read("class,district,at-least,at-most\nred-line,4601,\"9,377 km2\",\nfarmland,,450 万亩,\n").unwrap();
        let chinese = read("类别,行政区,不少于,不超过,单位\nred-line,4601,9377,,km2\nfarmland,,450,,万亩\n").unwrap();
        let limits = |targets: &[TargetPlan]| {
            let of = |target: &TargetPlan| (target.class.clone(), target.district.clone(), target.limits().unwrap());
            targets.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(limits(&english), limits(&chinese));
        assert_eq!(limits(&english)[0].2, [Some(9.377e9), None]);
        let problem = read("class,at-least\nred-line,3 km2\nfarmland,5 acres\n").unwrap_err();
        assert!(
            ["targets.csv", "line 3", "5 acres"].iter().all(|word| problem.message[1].contains(word)),
            "{problem:?}"
        );
        assert!(read("name,at-least\nx,1 km2\n").unwrap_err().message[1].contains("no column class"));
    }

    #[test]
    fn a_target_needs_a_limit() {
        let target = |at_least: Option<&str>| TargetPlan {
            class: "red-line".to_owned(),
            district: String::new(),
            at_least: at_least.map(str::to_owned),
            at_most: None,
        };
        let check = |target| BalancePlan { targets: vec![target], ..BalancePlan::default() }.check();
        assert!(check(target(Some("1 km2"))).is_ok());
        assert!(check(target(None)).unwrap_err().message[1].contains("no limit"));
        assert!(check(target(Some("x"))).unwrap_err().message[1].contains("\"x\""));
    }
}
