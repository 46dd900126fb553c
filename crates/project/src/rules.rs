//! Rule files: read, checked against the classes of the layers, explained where they are wrong.

use crate::api::Problem;
use crate::problem;
use lantu_engine::rules::Problem as Mistake;
use lantu_engine::{ClassId, RuleSet};
use std::collections::BTreeSet;
use std::path::Path;

const STARTER: &str = include_str!("../../../seeds/rules/three-lines.toml");

/// Returns the starter rules that come with the program.
///
/// # Errors
/// A problem if they are not rules; a test sees to it that they are.
pub fn starter() -> Result<RuleSet, Problem> {
    parse(Path::new("seeds/rules/three-lines.toml"), STARTER)
}

/// Reads a rule file.
///
/// # Errors
/// A problem that names the file and the line.
pub fn read(path: &Path) -> Result<RuleSet, Problem> {
    let text = std::fs::read_to_string(path).map_err(|source| problem::missing(path, source))?;
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<RuleSet, Problem> {
    let hint = ["规则文件的写法见 docs/file-formats.md。", "docs/file-formats.md says how rules are written."];
    toml::from_str(text).map_err(|cause| problem::bad_file(path, &cause, hint))
}

/// Says what is wrong with rules, given the classes that the layers have.
///
/// # Errors
/// A problem that lists every mistake.
pub fn check(rules: &RuleSet, known: &BTreeSet<ClassId>, path: Option<&Path>) -> Result<(), Problem> {
    let mistakes = rules.problems(known);
    if mistakes.is_empty() {
        return Ok(());
    }
    let file = path.map_or_else(|| "seeds/rules/three-lines.toml".to_owned(), |path| path.display().to_string());
    let told: Vec<[String; 2]> = mistakes.iter().map(sentence).collect();
    let join =
        |language: usize, between| told.iter().map(|both| both[language].as_str()).collect::<Vec<_>>().join(between);
    let mut classes: Vec<&str> =
        known.iter().chain(rules.classes.iter().map(|def| &def.id)).map(ClassId::as_str).collect();
    classes.sort_unstable();
    classes.dedup();
    let message = [
        format!("规则文件 {file} 有误：{}。", join(0, "；")),
        format!("The rules in {file} are wrong: {}.", join(1, "; ")),
    ];
    let hint = [
        format!("请改正规则文件；已知的类别：{}。", classes.join("、")),
        format!("Mend the rules; the classes known here are: {}.", classes.join(", ")),
    ];
    Err(Problem { hint, ..problem::problem(message, ["", ""]) })
}

fn sentence(mistake: &Mistake) -> [String; 2] {
    match mistake {
        Mistake::UnknownClass { rule, class } if rule == "pair" => {
            [format!("类别对中的“{class}”不是已知的类别"), format!("a pair names \"{class}\", which is no class here")]
        }
        Mistake::UnknownClass { rule, class } => [
            format!("规则 {rule} 中的“{class}”不是已知的类别"),
            format!("rule {rule} names \"{class}\", which is no class here"),
        ],
        Mistake::RepeatedRule(id) => [format!("规则编号 {id} 出现了两次"), format!("two rules are called {id}")],
        Mistake::Contradiction(a, b) => [
            format!("“{a}”与“{b}”既列为冲突又列为相容"),
            format!("{a} and {b} are listed both as conflict and as compatible"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_rules_are_right_in_themselves() {
        check(&starter().unwrap(), &BTreeSet::new(), None).unwrap();
    }

    #[test]
    fn a_rule_that_names_an_unknown_class_is_named_with_it() {
        let mut rules = starter().unwrap();
        rules.rules[0].then = lantu_engine::Strategy::GiveTo(ClassId::new("farmlnad"));
        let problem = check(&rules, &BTreeSet::new(), Some(Path::new("mine.toml"))).unwrap_err();
        for word in ["mine.toml", "farmlnad", &rules.rules[0].id] {
            assert!(problem.message.iter().all(|text| text.contains(word)), "{word}: {problem:?}");
        }
        assert!(problem.hint[1].contains("farmland"));
    }
}
