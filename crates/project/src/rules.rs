//! Rule files: read, checked against the classes of the layers, explained where they are wrong.

use crate::api::Problem;
use crate::load::Inputs;
use crate::problem;
use lantu_engine::mistakes::{Entry, Mistake, Problem as Mistaken};
use lantu_engine::{ClassId, DecisionLog, RuleSet};
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

/// Returns the rules in force: those of the record, else those that the project was opened with. What
/// counts as a sliver belongs to the cut and stays with the latter.
pub(crate) fn in_force(pack: &RuleSet, log: &DecisionLog) -> RuleSet {
    match log.rules() {
        Some(rules) => RuleSet { tolerances: pack.tolerances, ..rules.clone() },
        None => pack.clone(),
    }
}

pub(crate) fn parse(path: &Path, text: &str) -> Result<RuleSet, Problem> {
    let hint = ["规则文件的写法见 docs/file-formats.md。", "docs/file-formats.md says how rules are written."];
    toml::from_str(text).map_err(|cause| problem::bad_file(path, &cause, hint))
}

/// Says what keeps rules from being used on these inputs.
///
/// # Errors
/// A problem that lists every mistake.
pub fn check(rules: &RuleSet, inputs: &Inputs, path: Option<&Path>) -> Result<(), Problem> {
    let mistakes = problems(rules, inputs);
    if mistakes.is_empty() { Ok(()) } else { Err(wrong(rules, &mistakes, &inputs.classes(), path)) }
}

/// Returns what is to be said of the rules that a record keeps, where they were made for other inputs:
/// a layer of districts or a class may have gone since. They stay in force; what they name no longer
/// occurs.
pub(crate) fn said_of(log: &DecisionLog, inputs: &Inputs) -> Option<[String; 2]> {
    let mistakes = problems(log.rules()?, inputs);
    let [zh, en] = listed(&mistakes);
    (!mistakes.is_empty()).then(|| {
        [
            format!("记录中保存的规则与现在的项目不符：{zh}。"),
            format!("The rules kept in the record do not fit the project as it is now: {en}."),
        ]
    })
}

/// Returns what keeps rules from being used on these inputs.
pub(crate) fn problems(rules: &RuleSet, inputs: &Inputs) -> Vec<Mistaken> {
    let known = inputs.classes().into_iter().chain(inputs.tables.ids()).collect();
    let nowhere = rules.problems_without_districts().filter(|_| !inputs.has_districts);
    rules.problems(&known).into_iter().chain(nowhere).collect()
}

/// What is wrong, one after the other: Chinese, English.
fn listed(mistakes: &[Mistaken]) -> [String; 2] {
    let told: Vec<[String; 2]> = mistakes.iter().map(sentence).collect();
    [(0, "；"), (1, "; ")]
        .map(|(language, between)| told.iter().map(|both| both[language].as_str()).collect::<Vec<_>>().join(between))
}

/// Tells mistakes; `used` are the classes of the layers.
fn wrong(rules: &RuleSet, mistakes: &[Mistaken], used: &BTreeSet<ClassId>, path: Option<&Path>) -> Problem {
    let file = path.map_or_else(|| "seeds/rules/three-lines.toml".to_owned(), |path| path.display().to_string());
    let [zh, en] = listed(mistakes);
    let mut classes: Vec<&str> =
        used.iter().chain(rules.classes.iter().map(|def| &def.id)).map(ClassId::as_str).collect();
    classes.sort_unstable();
    classes.dedup();
    let message = [format!("规则文件 {file} 有误：{zh}。"), format!("The rules in {file} are wrong: {en}.")];
    let hint = [
        format!("请用 lantu rules check 查看行号并改正；已知的类别：{}，以及类别表中的编码。", classes.join("、")),
        format!(
            "lantu rules check tells the lines; the classes known here are: {}, and the codes of the class tables.",
            classes.join(", ")
        ),
    ];
    Problem { hint, ..problem::problem(message, ["", ""]) }
}

/// Says what is wrong with an entry of a rule set: Chinese, English.
pub(crate) fn sentence(problem: &Mistaken) -> [String; 2] {
    let (of_zh, of_en) = match problem.at {
        Entry::Class(_) => (format!("类别 {}", problem.of), format!("class {}", problem.of)),
        Entry::Pair(_) => (format!("类别对 {}", problem.of), format!("pair {}", problem.of)),
        Entry::Rule(_) => (format!("规则 {}", problem.of), format!("rule {}", problem.of)),
    };
    let [zh, en] = match &problem.mistake {
        Mistake::UnknownClass(class) => {
            [format!("所写的“{class}”不是已知的类别"), format!("names \"{class}\", which is no class here")]
        }
        Mistake::Repeated => ["的编号出现了两次", "has an id that occurs twice"].map(str::to_owned),
        Mistake::WithinItself => ["属于它自己", "lies within itself"].map(str::to_owned),
        Mistake::OtherRelation => {
            ["既列为冲突又列为相容", "is listed both as conflict and as compatible"].map(str::to_owned)
        }
        Mistake::Compatible => [
            "永远用不上：这两个类别已列为相容，不会成为冲突",
            "never applies: its two classes are listed as compatible and make no conflict",
        ]
        .map(str::to_owned),
        Mistake::NeverMet => {
            ["永远用不上：下限大于上限", "never applies: a least value is above a largest"].map(str::to_owned)
        }
        Mistake::NowhereLeft => [
            "永远用不上：except_district 排除了 district 的全部",
            "never applies: except_district takes out all of its districts",
        ]
        .map(str::to_owned),
        Mistake::NoDistricts => [
            "问的是行政区，而项目没有写明行政区图层（[districts]）",
            "asks for the district, and the project names no layer of districts ([districts])",
        ]
        .map(str::to_owned),
        Mistake::Unreachable(by) => [
            format!("永远用不上：排在前面的规则 {by} 已经处理了全部情形"),
            format!("is never reached: rule {by} before it decides all that could come to it"),
        ],
        Mistake::Contradicts(by) => [
            format!("与排在前面的规则 {by} 条件相同而结果不同，以 {by} 为准"),
            format!("contradicts rule {by} before it: same conditions, another result; {by} counts"),
        ],
        Mistake::WinnerNotConcerned(class) => [
            format!("把地方给“{class}”，而它不是规则所说的两个类别之一"),
            format!("gives the place to \"{class}\", which is neither of its two classes"),
        ],
    };
    [format!("{of_zh} {zh}"), format!("{of_en} {en}")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes::Classes;

    fn tables() -> BTreeSet<ClassId> {
        Classes::of(&[]).unwrap().ids()
    }

    #[test]
    fn the_starter_rules_are_right_in_themselves() {
        let rules = starter().unwrap();
        assert_eq!(rules.problems(&tables()), []);
        assert_eq!(rules.advice(), []);
    }

    #[test]
    fn a_rule_that_names_an_unknown_class_is_named_with_it() {
        let mut rules = starter().unwrap();
        rules.rules[0].then = lantu_engine::Strategy::GiveTo(ClassId::new("farmlnad"));
        let problem = wrong(&rules, &rules.problems(&tables()), &BTreeSet::new(), Some(Path::new("mine.toml")));
        for word in ["mine.toml", "farmlnad", &rules.rules[0].id] {
            assert!(problem.message.iter().all(|text| text.contains(word)), "{word}: {problem:?}");
        }
        assert!(problem.hint[1].contains("farmland"));
    }
}
