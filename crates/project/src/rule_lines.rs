//! `lantu rules check`: what is wrong with a rule file, line by line.

use crate::api::Problem;
use crate::classes::Classes;
use crate::names::LayerNames;
use crate::plan::Plan;
use crate::problem::{self, fault};
use crate::rules::{parse, sentence};
use lantu_engine::mistakes::{Entry, Mistake, Problem as Mistaken};
use lantu_engine::rules::LAYER_FIELD;
use lantu_engine::{ClassId, Rule, RuleSet, Strategy};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;

/// Something to be said of a rule file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remark {
    /// The line, from 1.
    pub line: usize,
    /// Whether a run with these rules is refused.
    pub fatal: bool,
    /// What is wrong: Chinese, English.
    pub said: [String; 2],
}

/// Looks through a rule file; with a project file its layers and classes are known too.
///
/// # Errors
/// A problem if a file cannot be read as what it should be.
pub fn look_through(path: &Path, plan: Option<&Path>) -> Result<Vec<Remark>, Problem> {
    let text = std::fs::read_to_string(path).map_err(|source| problem::missing(path, source))?;
    let rules = parse(path, &text)?;
    let plan = plan.map(Plan::read).transpose()?;
    let tables = Classes::of(plan.as_ref().map_or(&[], |plan| &plan.classes))?;
    let mut known = tables.ids();
    if let Some(plan) = &plan {
        let names = LayerNames::seeded().map_err(|cause| fault(&cause.to_string()))?;
        known.extend(plan.layers.iter().map(|layer| layer.class(&names)));
    }
    let named: BTreeSet<ClassId> = rules.rules.iter().flat_map(Rule::classes_named).cloned().collect();
    let defined = tables.define(&rules, &named);
    let places = Places::of(&text).map_err(|cause| problem::bad_file(path, &cause, ["", ""]))?;
    let mut remarks: Vec<Remark> =
        defined.problems(&known).iter().chain(&defined.advice()).map(|problem| places.remark(&text, problem)).collect();
    if let Some(plan) = &plan {
        let nowhere = defined.problems_without_districts().filter(|_| plan.districts.is_none());
        remarks.extend(nowhere.map(|problem| places.remark(&text, &problem)));
        remarks.extend(unknown_layers(&text, &places, &rules, plan));
    }
    remarks.sort_by_key(|remark| remark.line);
    Ok(remarks)
}

/// Layers that rules name and the project does not have.
fn unknown_layers(text: &str, places: &Places, rules: &RuleSet, plan: &Plan) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (at, rule) in rules.rules.iter().enumerate() {
        let tested = rule.when.tests().filter(|test| test.field == LAYER_FIELD).flat_map(|test| &test.values);
        let ranked = match &rule.then {
            Strategy::Ranked(ranking) if ranking.field == LAYER_FIELD => ranking.values.as_slice(),
            _ => &[],
        };
        for layer in tested.chain(ranked).filter(|name| plan.layers.iter().all(|layer| layer.name != **name)) {
            let said = [
                format!("规则 {} 所写的图层“{layer}”不在项目中", rule.id),
                format!("rule {} names the layer \"{layer}\", which the project does not have", rule.id),
            ];
            remarks.push(Remark { line: places.line_of(text, Entry::Rule(at), layer), fatal: false, said });
        }
    }
    remarks
}

/// Where the entries stand in the text.
struct Places {
    classes: Vec<usize>,
    pairs: Vec<usize>,
    rules: Vec<usize>,
}

#[derive(Deserialize)]
struct Located {
    #[serde(default)]
    class: Vec<Spanned<IgnoredAny>>,
    #[serde(default)]
    pair: Vec<Spanned<IgnoredAny>>,
    #[serde(default)]
    rule: Vec<Spanned<IgnoredAny>>,
}

impl Places {
    fn of(text: &str) -> Result<Self, toml::de::Error> {
        let Located { class, pair, rule } = toml::from_str(text)?;
        let starts = |entries: Vec<Spanned<IgnoredAny>>| entries.iter().map(|entry| entry.span().start).collect();
        Ok(Self { classes: starts(class), pairs: starts(pair), rules: starts(rule) })
    }

    /// The text of an entry: up to where the next one begins.
    fn range(&self, text: &str, entry: Entry) -> Range<usize> {
        let start = match entry {
            Entry::Class(at) => self.classes.get(at),
            Entry::Pair(at) => self.pairs.get(at),
            Entry::Rule(at) => self.rules.get(at),
        };
        let start = start.copied().unwrap_or(0);
        let all = self.classes.iter().chain(&self.pairs).chain(&self.rules);
        let end = all.copied().filter(|&other| other > start).min().unwrap_or(text.len());
        start..end
    }

    /// The line within an entry where a word stands in quotes; its first line if nowhere.
    fn line_of(&self, text: &str, entry: Entry, word: &str) -> usize {
        let range = self.range(text, entry);
        let part = &text[range.clone()];
        let quoted = ['"', '\''].into_iter().filter_map(|quote| part.find(&format!("{quote}{word}{quote}"))).min();
        let at = range.start + quoted.unwrap_or(0);
        text[..at].matches('\n').count() + 1
    }

    fn remark(&self, text: &str, problem: &Mistaken) -> Remark {
        let word = match &problem.mistake {
            Mistake::UnknownClass(class) | Mistake::WinnerNotConcerned(class) => class.as_str(),
            _ => "",
        };
        let line = if word.is_empty() {
            text[..self.range(text, problem.at).start].matches('\n').count() + 1
        } else {
            self.line_of(text, problem.at, word)
        };
        Remark { line, fatal: problem.mistake.is_fatal(), said: sentence(problem) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = r##"[[class]]
id = "forest"
name = {}
color = "#000000"

[[class]]
id = "farmland"
name = {}
color = "#000000"

[[pair]]
classes = ["forest", "farmland"]
relation = "conflict"

[[pair]]
classes = ["farmland", "forest"]
relation = "compatible"

[[rule]]
id = "A"
when = { classes = ["forest", "farmland"] }
then = { give-to = "forest" }
because = {}

[[rule]]
id = "B"
when = { classes = ["forest", "farmland"], sliver = true }
then = { priority = [
  "farmland",
  "farmlnad",
] }
because = {}

[[rule]]
id = "C"
when = { classes = ["farmland", "forest"] }
then = { give-to = "farmland" }
because = {}

[[rule]]
id = "D"
when = { classes = ["0301", "02"], min_area_m2 = 10, max_area_m2 = 5, attribute = { field = "@layer", values = ["上位规划"] } }
then = "ask"
because = {}

[[rule]]
id = "E"
when = { district = ["460105", "460106"], except_district = ["4601"] }
then = "ask"
because = {}

[[rule]]
id = "F"
when = { classes = ["01", "forest"], district = ["4690", "4601"], except_district = ["460107"] }
then = { give-to = "forest" }
because = {}

[[rule]]
id = "G"
when = { classes = ["01", "forest"], district = ["460105"] }
then = { give-to = "01" }
because = {}

[[rule]]
id = "H"
when = { classes = ["01", "forest"], district = ["4601"] }
then = { give-to = "01" }
because = {}
"##;

    fn remarks(plan: Option<&str>) -> Vec<(usize, bool, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pack.toml");
        std::fs::write(&path, PACK).unwrap();
        let plan = plan.map(|text| {
            let path = folder.path().join("plan.toml");
            std::fs::write(&path, text).unwrap();
            path
        });
        let found = look_through(&path, plan.as_deref()).unwrap();
        found.into_iter().map(|remark| (remark.line, remark.fatal, remark.said[1].clone())).collect()
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let found = remarks(None);
        let about = |line: usize, word: &str| found.iter().any(|(at, _, said)| *at == line && said.contains(word));
        assert!(about(15, "both as conflict and as compatible"), "{found:?}");
        assert!(about(30, "farmlnad"), "{found:?}");
        assert!(about(25, "rule B is never reached: rule A"), "{found:?}");
        assert!(about(34, "rule C contradicts rule A"), "{found:?}");
        assert!(about(40, "least value is above"), "{found:?}");
        assert!(about(46, "takes out all of its districts"), "{found:?}");
        // The county is one of the city's; what the city's rule leaves out, the later one still reaches.
        assert!(about(58, "rule G is never reached: rule F"), "{found:?}");
        assert_eq!(found.len(), 7);
        assert_eq!(found.iter().filter(|(_, fatal, _)| *fatal).count(), 2);
    }

    #[test]
    fn a_layer_that_the_project_does_not_have_is_told() {
        let found = remarks(Some("[[layer]]\nname = '规划'\npath = 'a.gpkg'\n"));
        assert!(found.iter().any(|(line, _, said)| *line == 42 && said.contains("上位规划")), "{found:?}");
        let found = remarks(Some("[[layer]]\nname = '上位规划'\npath = 'a.gpkg'\n"));
        assert!(!found.iter().any(|(_, _, said)| said.contains("上位规划")), "{found:?}");
    }

    #[test]
    fn rules_about_districts_are_wrong_in_a_project_without_districts() {
        let told = |plan: &str| {
            let found = remarks(Some(plan)).into_iter();
            let about = found.filter(|(_, fatal, said)| *fatal && said.contains("names no layer of districts"));
            about.map(|(line, ..)| line).collect::<Vec<_>>()
        };
        assert_eq!(told("[[layer]]\nname = '规划'\npath = 'a.gpkg'\n"), [46, 52, 58, 64]);
        let named = told("[districts]\npath = 'xzq.gpkg'\n[[layer]]\nname = '规划'\npath = 'a.gpkg'\n");
        assert_eq!(named, [0; 0]);
    }
}
