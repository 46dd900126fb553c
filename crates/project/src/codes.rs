//! Codes of land: which field holds them and which system they belong to, by `seeds/codes.toml`, and
//! survey codes as planning codes, by the tables of classes.
//!
//! The survey and the planning guide use the same numbers for different things, so the system is
//! told before a code is read.

use crate::api::Problem;
use crate::classes::{Classes, SURVEY};
use crate::problem::fault;
use lantu_engine::{ClassId, Layer};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const SEED: &str = include_str!("../../../seeds/codes.toml");

/// A system of codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeSystem {
    /// The national land survey (三调).
    Survey,
    /// The guide of land and sea use in planning (用地用海).
    Planning,
}

/// What is known about codes.
#[derive(Clone, Debug, Deserialize)]
pub struct Codes {
    #[serde(rename = "field")]
    fields: Vec<Field>,
    only: Only,
    /// Survey codes and the planning codes that they mean.
    #[serde(skip)]
    survey: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Field {
    name: String,
    system: Option<CodeSystem>,
}

#[derive(Clone, Debug, Deserialize)]
struct Only {
    survey: Vec<String>,
    planning: Vec<String>,
}

/// A field of codes that was recognised, and why: Chinese, English.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CodeField {
    /// Its name in the file.
    pub field: String,
    /// The system of its codes; `None` if neither its name nor its values tell.
    pub system: Option<CodeSystem>,
    /// Why.
    pub because: [String; 2],
}

impl CodeSystem {
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::Survey => ["三调地类", "the land survey"],
            Self::Planning => ["用地用海分类", "the planning guide"],
        }
    }
}

impl Codes {
    /// Returns what comes with the program, with the planning codes of some tables.
    ///
    /// # Errors
    /// Says where the text is wrong; a test sees to it that it is not.
    pub fn of(classes: &Classes) -> Result<Self, Problem> {
        let codes: Self = toml::from_str(SEED).map_err(|cause| fault(&cause.to_string()))?;
        Ok(Self { survey: classes.survey_codes(), ..codes })
    }

    /// Returns the field that holds codes, and their system: by the field's name, else by values
    /// that only one system has.
    pub fn recognise(&self, fields: &[String], values: impl Fn(&str) -> Vec<String>) -> Option<CodeField> {
        let is = |field: &String, name: &str| field.eq_ignore_ascii_case(name);
        let found =
            self.fields.iter().find_map(|known| Some((known, fields.iter().find(|field| is(field, &known.name))?)));
        let (known, field) = found?;
        if let Some(system) = known.system {
            return Some(by_name(field, system));
        }
        let values = values(field);
        Some(self.by_values(field, values.iter().map(String::as_str)))
    }

    /// Returns the system of the codes in the field that holds classes: by the field's name, unless only
    /// the other system has one of its codes; else by values that only one system has. `None` if what is in
    /// it are no codes.
    pub(crate) fn system_of<'a>(&self, field: &str, values: impl Iterator<Item = &'a str>) -> Option<CodeField> {
        let codes: BTreeSet<&str> = values.map(str::trim).filter(|value| is_code(value)).collect();
        if codes.is_empty() {
            return None;
        }
        let by_values = self.by_values(field, codes.into_iter());
        let named = self.fields.iter().find(|known| known.name.eq_ignore_ascii_case(field));
        Some(match named.and_then(|known| known.system) {
            None => by_values,
            Some(system) if by_values.system.is_none_or(|told| told == system) => by_name(field, system),
            Some(_) => CodeField { system: None, because: contradicted(&by_values), ..by_values },
        })
    }

    /// The system by codes that only one has.
    fn by_values<'a>(&self, field: &str, values: impl Iterator<Item = &'a str>) -> CodeField {
        let (mut survey, mut planning) = (None, None);
        for value in values {
            let begins = |with: &[String]| with.iter().any(|code| value.starts_with(&**code));
            survey = survey.or_else(|| begins(&self.only.survey).then_some(value));
            planning = planning.or_else(|| begins(&self.only.planning).then_some(value));
        }
        let of = |system, code: &str| {
            told(field, system, format!("字段 {field} 有编码 {code}"), format!("the field {field} has the code {code}"))
        };
        match (survey, planning) {
            (Some(code), None) => of(CodeSystem::Survey, code),
            (None, Some(code)) => of(CodeSystem::Planning, code),
            _ => CodeField {
                field: field.to_owned(),
                system: None,
                because: [
                    format!("字段 {field} 的编码不能说明属于哪套分类"),
                    format!("the codes of the field {field} do not tell their system"),
                ],
            },
        }
    }

    /// Reads the classes of features, which are survey codes, as planning codes. A code without one
    /// is marked, so that it is not taken for the planning code of the same number.
    pub(crate) fn translate(&self, layer: &mut Layer) {
        for class in layer.features.iter_mut().filter_map(|feature| feature.class.as_mut()) {
            let planning = self.planning_code(class.as_str());
            *class = planning.unwrap_or_else(|| ClassId::new(&format!("{SURVEY}{class}")));
        }
    }

    /// Returns the planning code of a survey code: by the whole code without letters behind it,
    /// else by its beginning; `None` if there is none.
    pub fn planning_code(&self, survey: &str) -> Option<ClassId> {
        let digits: &str = survey.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let lengths = [digits.len(), 4, 2];
        let found = lengths.iter().filter_map(|&length| self.survey.get(digits.get(..length)?)).next();
        found.map(|code| ClassId::new(code))
    }
}

fn told(field: &str, system: CodeSystem, zh: String, en: String) -> CodeField {
    let [name_zh, name_en] = system.names();
    let because = [format!("{zh}，属于{name_zh}"), format!("{en}: codes of {name_en}")];
    CodeField { field: field.to_owned(), system: Some(system), because }
}

fn by_name(field: &str, system: CodeSystem) -> CodeField {
    told(field, system, format!("字段名为 {field}"), format!("the field is called {field}"))
}

/// The field's name says one system and its codes the other.
fn contradicted(by_values: &CodeField) -> [String; 2] {
    let [zh, en] = &by_values.because;
    [format!("{zh}，与字段名不符"), format!("{en}, which its name contradicts")]
}

/// Whether a value is a code of land as both systems write them: two to eight digits, a letter perhaps.
fn is_code(value: &str) -> bool {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    value.len() <= digits.len() + 1 && (2..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded() -> Codes {
        Codes::of(&Classes::of(&[]).unwrap()).unwrap()
    }

    fn recognised(fields: &[&str], values: &[&'static str]) -> Option<CodeField> {
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        seeded().recognise(&fields, |_| values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn the_system_is_told_by_the_field_before_a_code_is_read() {
        let found = recognised(&["BSM", "dlbm", "DLMC"], &[]).unwrap();
        assert_eq!((found.field.as_str(), found.system), ("dlbm", Some(CodeSystem::Survey)));
        assert!(found.because[0].contains("dlbm") && found.because[1].contains("land survey"), "{found:?}");
        let found = recognised(&["DLBM", "YDYHFLDM"], &[]).unwrap();
        assert_eq!((found.field.as_str(), found.system), ("YDYHFLDM", Some(CodeSystem::Planning)));
        assert_eq!(recognised(&["BSM"], &[]), None);
    }

    #[test]
    fn a_field_without_a_telling_name_is_told_by_its_codes() {
        let system = |values: &[&'static str]| recognised(&["地类编码"], values).unwrap().system;
        assert_eq!(system(&["0101", "1106"]), Some(CodeSystem::Survey));
        assert_eq!(system(&["0101", "1401"]), Some(CodeSystem::Planning));
        assert_eq!(system(&["0101", "0701"]), None);
        assert_eq!(system(&["1106", "1401"]), None, "codes of both");
    }

    #[test]
    fn the_codes_of_a_class_field_are_told_before_they_are_read() {
        let told = |field: &str, values: &[&'static str]| seeded().system_of(field, values.iter().copied());
        assert_eq!(told("dlbm", &["0601"]).unwrap().system, Some(CodeSystem::Survey));
        assert_eq!(told("YDYHFLDM", &["0601"]).unwrap().system, Some(CodeSystem::Planning));
        assert_eq!(told("CODE", &["0601", "1006"]).unwrap().system, Some(CodeSystem::Survey));
        assert_eq!(told("CODE", &["0601", "0101"]).unwrap().system, None, "both have them");
        let told_both = told("DLBM", &["0601", "1401"]).unwrap();
        assert!(told_both.system.is_none() && told_both.because[1].contains("1401"), "{told_both:?}");
        assert_eq!(told("class", &["farmland", "red-line", "三调0810"]), None);
        assert_eq!(told("DLBM", &[]), None);
    }

    #[test]
    fn a_survey_code_without_a_counterpart_is_not_taken_for_a_planning_code() {
        let feature = |fid: i64, code: &str| lantu_engine::Feature {
            fid,
            class: Some(ClassId::new(code)),
            attributes: lantu_engine::Attributes::default(),
            polygons: Vec::new(),
        };
        let (name, class) = ("三调".into(), ClassId::new("land"));
        let mut layer = Layer { name, class, features: vec![feature(0, "0601"), feature(1, "0810")] };
        seeded().translate(&mut layer);
        let classes: Vec<String> =
            layer.features.iter().flat_map(|feature| &feature.class).map(ToString::to_string).collect();
        assert_eq!(classes, ["1001", "三调0810"]);
    }

    #[test]
    fn survey_codes_become_planning_codes() {
        let codes = seeded();
        let planning = |code: &str| codes.planning_code(code).map(|code| code.to_string());
        for (survey, meant) in [
            ("0601", "1001"),
            ("1006", "0601"),
            ("0303", "0507"),
            ("1104A", "1704"),
            ("0902", "15"),
            ("010101", "0101"),
            ("1205", "2305"),
        ] {
            assert_eq!(planning(survey).as_deref(), Some(meant), "{survey}");
        }
        assert_eq!((planning("05"), planning("x"), planning("红线")), (None, None, None));
    }
}
