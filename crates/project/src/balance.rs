//! What must be kept: the ledger of replacement (补划), targets of area, the dashboard of control
//! lines, the shoreline.

use crate::api::Problem;
use crate::problem;
use lantu_engine::ClassId;
use serde::{Deserialize, Serialize};

/// What a project keeps the balance of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BalancePlan {
    /// Classes whose ground must be replaced where it is lost; `farmland` if nothing is said.
    pub ledger: Option<Vec<String>>,
    /// Layers of ground that was found in replacement (补划).
    pub added: Vec<String>,
    /// The layer of the sea: its border with the layers on land is the shoreline.
    pub sea: Option<String>,
    /// Classes that take the shoreline's nature; `built-up` and `urban` if nothing is said.
    pub built: Option<Vec<String>>,
    /// The share of the shoreline that must stay free of them, in per cent.
    pub shoreline_at_least: Option<f64>,
    /// Areas that a class must reach or may not exceed.
    #[serde(rename = "target")]
    pub targets: Vec<TargetPlan>,
    /// Lines whose share is of another ground than the districts'.
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

    /// Says what is wrong with it.
    ///
    /// # Errors
    /// A target without a limit, or an area that cannot be read.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        for target in &self.targets {
            if target.at_least.is_none() && target.at_most.is_none() {
                return Err(no_limit(&target.class));
            }
            target.limits()?;
        }
        Ok(())
    }
}

fn names<'a>(own: Option<&'a [String]>, usual: &'static [&'static str]) -> impl Iterator<Item = &'a str> {
    let usual = usual.iter().copied().filter(move |_| own.is_none());
    own.unwrap_or_default().iter().map(String::as_str).chain(usual)
}

impl TargetPlan {
    /// Returns the least and the most in m².
    pub(crate) fn limits(&self) -> Result<[Option<f64>; 2], Problem> {
        let read =
            |text: &Option<String>| text.as_deref().map(|text| area(text).ok_or_else(|| no_area(text))).transpose();
        Ok([read(&self.at_least)?, read(&self.at_most)?])
    }
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
