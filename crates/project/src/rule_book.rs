//! Rules as the window edits them: from the rule set and back, checked, as a file.
//!
//! What the window does not edit (conditions beyond the two classes and the districts) travels with each
//! rule and comes back unchanged. What counts as a sliver stays with the file that the project was opened with: it
//! belongs to the cut, and changing rules cuts nothing.

mod supposed;
mod words;

pub(crate) use supposed::suppose;

use crate::api::{DistrictName, Problem, RuleBook, RuleClass, RuleLine, RulePair, RuleRemark, RuleState, RuleThen};
use crate::districts::{Districts, NOWHERE};
use crate::load::Inputs;
use crate::problem;
use crate::project::{Found, Open};
use crate::rules::{self, sentence};
use lantu_engine::mistakes::Entry;
use lantu_engine::rules::{Bilingual, Certainty, ClassDef, ClassKind, Pair, Ranking, When};
use lantu_engine::{ClassId, Relation, Rule, RuleSet, Strategy};
use lantu_files::write_whole_by;
use std::path::Path;

/// Returns the rules in force.
pub(crate) fn state(open: &Open) -> Result<RuleState, Problem> {
    let Open { plan, pack, log, inputs, .. } = open;
    let from = match (log.rules(), &plan.rules) {
        (Some(_), _) => "record",
        (None, Some(_)) => "file",
        (None, None) => "starter",
    };
    let path = plan.rules.as_deref().filter(|_| from == "file");
    let rules = rules::in_force(pack, log);
    Ok(RuleState {
        from: from.to_owned(),
        path: path.map(|path| path.display().to_string()).unwrap_or_default(),
        book: book(&rules)?,
        remarks: remarks(&rules, inputs),
        districts: districts(open.result.as_ref()),
    })
}

/// The districts by code, each with what it lies in; the ground outside of all has no code to be named.
fn districts(found: Option<&Found>) -> Vec<DistrictName> {
    let levels = found.and_then(|found| found.outcome.cut.districts()).map(Districts::levels).unwrap_or_default();
    let named = levels.into_iter().map(|(district, _)| DistrictName { code: district.code, name: district.name });
    named.filter(|district| !["", NOWHERE].contains(&district.code.as_str())).collect()
}

/// Reads a rule file for the window; nothing is changed.
pub(crate) fn read(path: &Path, open: &Open) -> Result<RuleState, Problem> {
    let Open { pack, inputs, .. } = open;
    let rules = rules::read(path)?;
    let mut remarks = remarks(&rules, inputs);
    if rules.tolerances != pack.tolerances {
        let said = [
            "文件中的碎屑界限与项目打开时的不同，未取用：它属于切割，不属于裁定。",
            "The file's limits of slivers differ from those the project was opened with and are not taken over: they belong to the cut.",
        ];
        let (entry, said) = ("file".to_owned(), said.map(str::to_owned));
        remarks.insert(0, RuleRemark { entry, at: 0, fatal: false, said });
    }
    let (from, path, districts) = ("file".to_owned(), path.display().to_string(), districts(open.result.as_ref()));
    Ok(RuleState { from, path, book: book(&rules)?, remarks, districts })
}

/// Writes rules as a file that `lantu rules check` and a project take.
pub(crate) fn write(path: &Path, book: &RuleBook, pack: &RuleSet) -> Result<(), Problem> {
    let text = toml::to_string_pretty(&set(book, pack)?).map_err(|cause| problem::fault(&cause.to_string()))?;
    Ok(write_whole_by(path, |draft| std::fs::write(draft, &text))?)
}

/// Returns rules that may be put in force, or says what is wrong with them.
pub(crate) fn checked(book: &RuleBook, pack: &RuleSet, inputs: &Inputs) -> Result<RuleSet, Problem> {
    let rules = set(book, pack)?;
    let wrong: Vec<RuleRemark> = remarks(&rules, inputs).into_iter().filter(|remark| remark.fatal).collect();
    if wrong.is_empty() {
        return Ok(rules);
    }
    let join = |language: usize, between: &str| {
        wrong.iter().map(|remark| remark.said[language].as_str()).collect::<Vec<_>>().join(between)
    };
    let message = [format!("规则有误：{}。", join(0, "；")), format!("The rules are wrong: {}.", join(1, "; "))];
    Err(problem::problem(message, ["请先改正标红的各条。", "Mend the entries that are marked first."]))
}

/// What is to be said of rules: mistakes first, then advice.
pub(crate) fn remarks(rules: &RuleSet, inputs: &Inputs) -> Vec<RuleRemark> {
    let told = |mistake: &lantu_engine::mistakes::Problem| {
        let (entry, at) = match mistake.at {
            Entry::Class(at) => ("class", at),
            Entry::Pair(at) => ("pair", at),
            Entry::Rule(at) => ("rule", at),
        };
        let (fatal, said) = (mistake.mistake.is_fatal(), sentence(mistake));
        RuleRemark { entry: entry.to_owned(), at: at as u32, fatal, said }
    };
    let nameless =
        rules.rules.iter().enumerate().filter(|(_, rule)| rule.id.trim().is_empty() || rule.id.contains('+'));
    let nameless = nameless.map(|(at, _)| RuleRemark {
        entry: "rule".to_owned(),
        at: at as u32,
        fatal: true,
        said: ["有一条规则没有编号，或编号中有“+”", "a rule has no id, or a + in it"].map(str::to_owned),
    });
    let defined = inputs.define(rules);
    rules::problems(rules, inputs).iter().chain(&defined.advice()).map(told).chain(nameless).collect()
}

fn pair_of(text: &Bilingual) -> [String; 2] {
    [text.zh.clone(), text.en.clone()]
}

fn bilingual([zh, en]: &[String; 2]) -> Bilingual {
    Bilingual { zh: zh.clone(), en: en.clone() }
}

fn certainty(confirmed: bool) -> Certainty {
    if confirmed { Certainty::Source } else { Certainty::Unconfirmed }
}

/// Rules as the window shows them.
fn book(rules: &RuleSet) -> Result<RuleBook, Problem> {
    let class = |def: &ClassDef| RuleClass {
        id: def.id.to_string(),
        name: pair_of(&def.name),
        color: def.color.clone(),
        control: def.kind == ClassKind::Control,
        within: def.within.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    let pair = |pair: &Pair| RulePair {
        classes: pair.classes.each_ref().map(ToString::to_string),
        compatible: pair.relation == Relation::Compatible,
        because: pair_of(&pair.because),
        basis: pair_of(&pair.basis),
        confirmed: pair.certainty == Certainty::Source,
    };
    let line = |rule: &Rule| {
        let When { district, except_district, .. } = rule.when.clone();
        let (none, nowhere) = (Vec::new(), Vec::new());
        let further = When { classes: None, district: none, except_district: nowhere, ..rule.when.clone() };
        let text = serde_json::to_string(&further).map_err(|cause| problem::fault(&cause.to_string()))?;
        Ok(RuleLine {
            id: rule.id.clone(),
            enabled: rule.enabled,
            classes: rule.when.classes.as_ref().map(|pair| pair.each_ref().map(ToString::to_string)),
            districts: district,
            except_districts: except_district,
            then: then(&rule.then),
            because: pair_of(&rule.because),
            basis: pair_of(&rule.basis),
            confirmed: rule.certainty == Certainty::Source,
            conditions: words::conditions(&further, rules),
            further: if further == When::default() { String::new() } else { text },
        })
    };
    Ok(RuleBook {
        name: pair_of(&rules.name),
        classes: rules.classes.iter().map(class).collect(),
        pairs: rules.pairs.iter().map(pair).collect(),
        rules: rules.rules.iter().map(line).collect::<Result<_, Problem>>()?,
    })
}

/// The rule set that the window means; `pack` says what counts as a sliver.
pub(crate) fn set(book: &RuleBook, pack: &RuleSet) -> Result<RuleSet, Problem> {
    let class = |class: &RuleClass| ClassDef {
        id: ClassId::new(&class.id),
        kind: if class.control { ClassKind::Control } else { ClassKind::Land },
        name: bilingual(&class.name),
        color: class.color.clone(),
        within: (!class.within.is_empty()).then(|| ClassId::new(&class.within)),
    };
    let ids = |pair: &[String; 2]| pair.each_ref().map(|id| ClassId::new(id));
    let pair = |pair: &RulePair| Pair {
        classes: ids(&pair.classes),
        relation: if pair.compatible { Relation::Compatible } else { Relation::Conflict },
        because: bilingual(&pair.because),
        basis: bilingual(&pair.basis),
        certainty: certainty(pair.confirmed),
    };
    let rule = |line: &RuleLine| {
        let further: When = match line.further.as_str() {
            "" => When::default(),
            text => serde_json::from_str(text).map_err(|cause| problem::bad_request("rules", &cause))?,
        };
        Ok(Rule {
            id: line.id.trim().to_owned(),
            when: When {
                classes: line.classes.as_ref().map(ids),
                district: codes(&line.districts),
                except_district: codes(&line.except_districts),
                ..further
            },
            then: strategy(&line.then),
            because: bilingual(&line.because),
            basis: bilingual(&line.basis),
            certainty: certainty(line.confirmed),
            enabled: line.enabled,
        })
    };
    Ok(RuleSet {
        name: bilingual(&book.name),
        classes: book.classes.iter().map(class).collect(),
        pairs: book.pairs.iter().map(pair).collect(),
        rules: book.rules.iter().map(rule).collect::<Result<_, Problem>>()?,
        tolerances: pack.tolerances,
    })
}

/// Codes as a planner types them: blanks around them and empty ones mean nothing.
fn codes(typed: &[String]) -> Vec<String> {
    typed.iter().map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect()
}

fn then(strategy: &Strategy) -> RuleThen {
    let texts = |classes: &[ClassId]| classes.iter().map(ToString::to_string).collect();
    match strategy {
        Strategy::GiveTo(class) => RuleThen::GiveTo { class: class.to_string() },
        Strategy::Priority(classes) => RuleThen::Priority { classes: texts(classes) },
        Strategy::LongestBorder => RuleThen::LongestBorder,
        Strategy::LargestArea => RuleThen::LargestArea,
        Strategy::SmallestArea => RuleThen::SmallestArea,
        Strategy::Latest(field) => RuleThen::Latest { field: field.clone() },
        Strategy::Ranked(Ranking { field, values }) => {
            RuleThen::Ranked { field: field.clone(), values: values.clone() }
        }
        Strategy::Follow(class) => RuleThen::Follow { class: class.to_string() },
        Strategy::KeepAll => RuleThen::KeepAll,
        Strategy::Ask => RuleThen::Ask,
    }
}

fn strategy(then: &RuleThen) -> Strategy {
    match then {
        RuleThen::GiveTo { class } => Strategy::GiveTo(ClassId::new(class)),
        RuleThen::Priority { classes } => Strategy::Priority(classes.iter().map(|id| ClassId::new(id)).collect()),
        RuleThen::LongestBorder => Strategy::LongestBorder,
        RuleThen::LargestArea => Strategy::LargestArea,
        RuleThen::SmallestArea => Strategy::SmallestArea,
        RuleThen::Latest { field } => Strategy::Latest(field.clone()),
        RuleThen::Ranked { field, values } => {
            Strategy::Ranked(Ranking { field: field.clone(), values: values.clone() })
        }
        RuleThen::Follow { class } => Strategy::Follow(ClassId::new(class)),
        RuleThen::KeepAll => Strategy::KeepAll,
        RuleThen::Ask => Strategy::Ask,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::starter;

    #[test]
    fn rules_come_back_from_the_window_as_they_went_there() {
        let mut rules = starter().unwrap();
        rules.rules[0].when.district = vec!["4601".to_owned()];
        rules.rules[0].when.except_district = vec!["460107".to_owned()];
        assert_eq!(set(&book(&rules).unwrap(), &rules).unwrap(), rules);
    }

    #[test]
    fn a_written_rule_file_reads_as_what_was_written() {
        let (folder, rules) = (tempfile::tempdir().unwrap(), starter().unwrap());
        let path = folder.path().join("rules.toml");
        write(&path, &book(&rules).unwrap(), &rules).unwrap();
        assert_eq!(rules::read(&path).unwrap(), rules);
    }

    #[test]
    fn conditions_beyond_the_two_classes_are_told_in_both_languages() {
        let book = book(&starter().unwrap()).unwrap();
        let told: Vec<&RuleLine> = book.rules.iter().filter(|line| !line.further.is_empty()).collect();
        assert!(!told.is_empty());
        assert!(told.iter().all(|line| line.conditions.iter().all(|text| !text.is_empty())), "{told:#?}");
    }
}
