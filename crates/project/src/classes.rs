//! Tables of classes: names, colours, what lies within what, and survey codes as planning codes.
//!
//! Those in `seeds/classes/` come with the program; an office's own stand above them. A rule set
//! gets the definitions of the classes that the layers use, so map, legend, styles and exports
//! take names and colours from one place.

use crate::api::Problem;
use crate::codes::CodeSystem;
use crate::problem::{self, fault};
use lantu_engine::rules::{Bilingual, Certainty, ClassDef, ClassKind};
use lantu_engine::{ClassId, RuleSet};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SEEDS: [(&str, &str); 2] = [
    ("seeds/classes/land-sea-2023.toml", include_str!("../../../seeds/classes/land-sea-2023.toml")),
    ("seeds/classes/survey.toml", include_str!("../../../seeds/classes/survey.toml")),
];

/// What a survey code without a planning code is called by, so that it is not taken for one.
pub(crate) const SURVEY: &str = "三调";

/// The colour of a class that no table knows.
pub(crate) const UNKNOWN: &str = "#9aa3ad";

/// All tables, the office's first.
#[derive(Clone, Debug)]
pub struct Classes {
    tables: Vec<ClassTable>,
}

/// A table of classes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassTable {
    /// Its name for people.
    #[serde(default)]
    pub name: Bilingual,
    /// Where it comes from.
    #[serde(default)]
    pub source: Bilingual,
    /// The system of its codes.
    #[serde(default)]
    pub system: Option<CodeSystem>,
    /// Its classes.
    #[serde(rename = "class")]
    pub classes: Vec<ClassEntry>,
}

/// A class of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassEntry {
    /// Its code, by which layers name it.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    #[serde(default)]
    pub en: String,
    /// `#rrggbb`; that of the wider class, or of its planning code, if absent.
    #[serde(default)]
    pub color: Option<String>,
    /// The wider class; the one whose code its own begins with if absent.
    #[serde(default)]
    pub within: Option<String>,
    /// Land use or control line.
    #[serde(default)]
    pub kind: ClassKind,
    /// The planning code that a survey code means.
    #[serde(default)]
    pub planning: Option<String>,
    /// How sure it is.
    #[serde(default)]
    pub certainty: Certainty,
}

impl Classes {
    /// Returns an office's tables and those that come with the program.
    ///
    /// # Errors
    /// A problem that names the file and the line.
    pub fn of(files: &[PathBuf]) -> Result<Self, Problem> {
        let mut tables: Vec<ClassTable> = files.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
        for (name, text) in SEEDS {
            tables.push(toml::from_str(text).map_err(|cause| fault(&format!("{name}: {cause}")))?);
        }
        Ok(Self { tables })
    }

    /// Returns the tables, the strongest first.
    pub fn tables(&self) -> &[ClassTable] {
        &self.tables
    }

    /// Returns all classes by the ids that layers and rules name them by.
    pub fn ids(&self) -> BTreeSet<ClassId> {
        let of_table = |table: &ClassTable| {
            let prefix = if table.system == Some(CodeSystem::Survey) { SURVEY } else { "" };
            table.classes.iter().map(move |entry| ClassId::new(&format!("{prefix}{}", entry.code))).collect::<Vec<_>>()
        };
        self.tables.iter().flat_map(of_table).collect()
    }

    /// Returns the rules with the definitions of the classes that are used, and of what these lie
    /// within, where the rules do not define them themselves.
    pub(crate) fn define(&self, rules: &RuleSet, used: &BTreeSet<ClassId>) -> RuleSet {
        let mut rules = rules.clone();
        let mut found: BTreeMap<ClassId, ClassDef> = BTreeMap::new();
        let mut wanted: Vec<ClassId> = used.iter().cloned().collect();
        while let Some(class) = wanted.pop() {
            if rules.definition(&class).is_some() || found.contains_key(&class) {
                continue;
            }
            let Some(mut def) = self.definition(&class) else { continue };
            // A class that nobody knows has nothing to be said of it.
            def.within =
                def.within.filter(|wider| rules.definition(wider).is_some() || self.definition(wider).is_some());
            wanted.extend(def.within.clone());
            found.insert(class, def);
        }
        rules.classes.extend(found.into_values());
        rules
    }

    /// Returns what the tables say of a class.
    pub(crate) fn definition(&self, class: &ClassId) -> Option<ClassDef> {
        if let Some(code) = class.as_str().strip_prefix(SURVEY) {
            let entry = self.entry(Some(CodeSystem::Survey), code)?;
            let name = Bilingual { zh: format!("{}（三调）", entry.zh), en: format!("{} (survey)", entry.en) };
            let color = self.color(entry, Some(CodeSystem::Survey));
            let within = self.wider_of_survey(entry).map(|wider| ClassId::new(&wider));
            return Some(ClassDef { id: class.clone(), kind: entry.kind, name, color, within });
        }
        let code = class.as_str();
        if let Some(entry) = self.entry(Some(CodeSystem::Planning), code).or_else(|| self.entry(None, code)) {
            let name = Bilingual { zh: entry.zh.clone(), en: entry.en.clone() };
            let within = self.wider(entry).map(|code| ClassId::new(&code));
            let color = self.color(entry, Some(CodeSystem::Planning));
            return Some(ClassDef { id: class.clone(), kind: entry.kind, name, color, within });
        }
        // A finer code than the tables have is a part of the nearest that they have.
        let digits = code.len() > 2 && code.bytes().all(|byte| byte.is_ascii_digit());
        let wider = [4, 2].into_iter().filter(|&length| digits && length < code.len());
        let entry = wider.filter_map(|length| self.entry(Some(CodeSystem::Planning), &code[..length])).next()?;
        let name = Bilingual { zh: format!("{} {code}", entry.zh), en: format!("{} {code}", entry.en) };
        let color = self.color(entry, Some(CodeSystem::Planning));
        Some(ClassDef { id: class.clone(), kind: entry.kind, name, color, within: Some(ClassId::new(&entry.code)) })
    }

    /// Returns whether the name of a class comes with the program, from practice, and is to be checked. What an
    /// office's own table says is the office's.
    pub(crate) fn is_to_be_checked(&self, class: &ClassId) -> bool {
        let survey = class.as_str().strip_prefix(SURVEY);
        let code = survey.unwrap_or(class.as_str());
        let speaks = |table: &ClassTable| (table.system == Some(CodeSystem::Survey)) == survey.is_some();
        let own = self.tables.len() - SEEDS.len();
        let tables = self.tables.iter().enumerate().filter(|(_, table)| speaks(table));
        let mut entries = tables.flat_map(|(at, table)| table.classes.iter().map(move |entry| (at, entry)));
        let found = entries.find(|(_, entry)| entry.code == code);
        found.is_some_and(|(at, entry)| at >= own && entry.certainty == Certainty::Unconfirmed)
    }

    /// Returns the planning code of each survey code that has one; an office's stands above others.
    pub(crate) fn survey_codes(&self) -> BTreeMap<String, String> {
        let of_survey = self.tables.iter().rev().filter(|table| table.system == Some(CodeSystem::Survey));
        let entries = of_survey.flat_map(|table| &table.classes);
        entries.filter_map(|entry| Some((entry.code.clone(), entry.planning.clone()?))).collect()
    }

    fn entry(&self, system: Option<CodeSystem>, code: &str) -> Option<&ClassEntry> {
        let of_system = self.tables.iter().filter(|table| table.system == system);
        of_system.flat_map(|table| &table.classes).find(|entry| entry.code == code)
    }

    fn wider(&self, entry: &ClassEntry) -> Option<String> {
        let begins = || {
            let lengths = [4, 2].into_iter().filter(|&length| length < entry.code.len());
            let codes = lengths.filter_map(|length| entry.code.get(..length));
            codes.filter(|code| self.entry(Some(CodeSystem::Planning), code).is_some()).map(str::to_owned).next()
        };
        entry.within.clone().or_else(begins)
    }

    /// What a survey code belongs to: what its table says, else the planning code that it means, else
    /// the survey class of its first digits.
    fn wider_of_survey(&self, entry: &ClassEntry) -> Option<String> {
        let wider = || {
            let code = entry.code.get(..2).filter(|code| *code != entry.code)?;
            self.entry(Some(CodeSystem::Survey), code).map(|wider| format!("{SURVEY}{}", wider.code))
        };
        entry.within.clone().or_else(|| entry.planning.clone()).or_else(wider)
    }

    fn color(&self, entry: &ClassEntry, system: Option<CodeSystem>) -> String {
        let of_code = |system, code: &str| self.entry(system, code).and_then(|wider| wider.color.clone());
        let own = entry.color.clone();
        let planning = || of_code(Some(CodeSystem::Planning), entry.planning.as_deref()?);
        let wider = || [4, 2].into_iter().filter_map(|length| of_code(system, entry.code.get(..length)?)).next();
        own.or_else(planning).or_else(wider).unwrap_or_else(|| UNKNOWN.to_owned())
    }
}

fn read(path: &Path) -> Result<ClassTable, Problem> {
    let text = std::fs::read_to_string(path).map_err(|source| problem::missing(path, source))?;
    let hint =
        ["类别表的写法见 docs/file-formats.md。", "docs/file-formats.md says how a table of classes is written."];
    let table: ClassTable = toml::from_str(&text).map_err(|cause| problem::bad_file(path, &cause, hint))?;
    let wrong = table.classes.iter().find(|entry| entry.color.as_deref().is_some_and(|color| !is_color(color)));
    match wrong {
        Some(entry) => {
            let color = entry.color.as_deref().unwrap_or_default();
            Err(problem::bad_file(path, &format!("{}: color = \"{color}\" (#rrggbb)", entry.code), hint))
        }
        None => Ok(table),
    }
}

fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded() -> Classes {
        Classes::of(&[]).unwrap()
    }

    fn defined(class: &str) -> ClassDef {
        seeded().definition(&ClassId::new(class)).unwrap()
    }

    #[test]
    fn the_tables_have_every_class_once_with_names_and_a_colour() {
        for table in seeded().tables() {
            let codes: BTreeSet<&str> = table.classes.iter().map(|entry| entry.code.as_str()).collect();
            assert_eq!(codes.len(), table.classes.len(), "{:?}", table.name);
            assert!(table.classes.iter().all(|entry| !entry.zh.is_empty() && !entry.en.is_empty()));
            assert!(table.classes.iter().filter_map(|entry| entry.color.as_deref()).all(is_color));
        }
        let main = (1..=24).map(|number| defined(&format!("{number:02}")));
        assert!(main.into_iter().all(|def| def.color != UNKNOWN));
    }

    #[test]
    fn a_class_lies_within_that_of_its_codes_beginning_and_has_its_colour() {
        let orchard = defined("0201");
        assert_eq!((orchard.name.zh.as_str(), orchard.within), ("果园", Some(ClassId::new("02"))));
        assert_eq!(orchard.color, defined("02").color);
        assert_ne!(defined("0703").color, defined("07").color, "it has one of its own");
        let finer = defined("080403");
        assert_eq!((finer.within, finer.color), (Some(ClassId::new("0804")), defined("0804").color));
    }

    #[test]
    fn a_survey_code_is_not_taken_for_the_planning_code_of_its_number() {
        assert_eq!(defined("0601").name.zh, "农村道路");
        assert_eq!(defined("三调0601").name.zh, "工业用地（三调）");
        assert_eq!(defined("三调0601").color, defined("1001").color);
        assert_eq!(seeded().definition(&ClassId::new("red-line")), None);
    }

    #[test]
    fn a_survey_code_without_a_planning_code_belongs_to_what_its_table_says() {
        assert_eq!(defined("三调05").within, Some(ClassId::new("built-up")));
        assert_eq!(defined("三调05H1").within, Some(ClassId::new("三调05")), "by its first digits");
        let rules = seeded().define(&crate::rules::starter().unwrap(), &[ClassId::new("三调0810")].into());
        assert!(rules.is(&ClassId::new("三调0810"), &ClassId::new("built-up")));
    }

    #[test]
    fn every_pair_of_classes_is_listed_with_its_reason() {
        let pack = crate::rules::starter().unwrap();
        let codes = seeded().ids().into_iter();
        // What a layer can have: the rules' own classes, and codes of either system. No layer has land
        // classes as a whole: what is compatible depends on which it is.
        let own = pack.classes.iter().map(|def| def.id.clone()).filter(|id| id.as_str() != "land-class");
        let used: BTreeSet<ClassId> = codes.chain(own).collect();
        let rules = seeded().define(&pack, &used);
        let classes: Vec<&ClassId> = used.iter().collect();
        let mut unlisted = Vec::new();
        for (at, a) in classes.iter().enumerate() {
            for b in &classes[at + 1..] {
                let related = rules.is(a, b) || rules.is(b, a);
                if !related && rules.pair(a, b).is_none() {
                    unlisted.push(format!("{a} × {b}"));
                }
            }
        }
        assert!(unlisted.is_empty(), "{} pairs: {:?}", unlisted.len(), &unlisted[..unlisted.len().min(20)]);
    }

    #[test]
    fn every_pair_that_conflicts_has_a_rule_that_speaks_of_it() {
        let pack = crate::rules::starter().unwrap();
        let named = |a: &ClassId, b: &ClassId| {
            pack.rules
                .iter()
                .filter_map(|rule| rule.when.classes.as_ref())
                .any(|[x, y]| (pack.is(a, x) && pack.is(b, y)) || (pack.is(a, y) && pack.is(b, x)))
        };
        // The coastline has a rule of its own, without a pair.
        let coast = ClassId::new("coastline");
        let rules = seeded().define(&pack, &seeded().ids());
        let named = |a: &ClassId, b: &ClassId| {
            let wide = |class: &ClassId| rules.lineage(class).into_iter().cloned().collect::<Vec<_>>();
            wide(a).iter().any(|a| wide(b).iter().any(|b| named(a, b)))
        };
        let without: Vec<String> = (pack.pairs.iter())
            .filter(|pair| pair.relation == lantu_engine::Relation::Conflict)
            .filter(|pair| !pair.classes.iter().any(|class| rules.is(class, &coast)))
            .filter(|pair| !named(&pair.classes[0], &pair.classes[1]))
            .map(|pair| format!("{} × {}", pair.classes[0], pair.classes[1]))
            .collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn a_name_from_practice_is_marked_unless_the_office_gives_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.toml");
        std::fs::write(&path, "system = 'planning'\n[[class]]\ncode = '1301'\nzh = '本市供水用地'\n").unwrap();
        let office = Classes::of(&[path]).unwrap();
        let marked = |tables: &Classes, class: &str| tables.is_to_be_checked(&ClassId::new(class));
        assert_eq!(
            ["1301", "0101", "三调0601", "red-line"].map(|id| marked(&seeded(), id)),
            [true, false, true, false]
        );
        assert_eq!(["1301", "1302"].map(|id| marked(&office, id)), [false, true]);
    }

    /// The table of the facts, as it was read: survey → planning.
    #[test]
    fn survey_codes_mean_the_planning_codes_that_were_read() {
        let told = "0303 0507, 0304 0501, 0306 0502, 0402 0503, 0603 1003, 1105 0505, 1106 0506, 0204 0205, 0305 0303, \
            0307 0304, 0403 0402, 0404 0403, 0508 1101, 0601 1001, 0602 1002, 0702 0703, 0809 13, 09 15, 1001 1201, \
            1003 1202, 1004 1207, 1006 0601, 1007 1203, 1008 1204, 1009 1205, 1101 1701, 1102 1702, 1103 1703, 1104 1704, \
            1107 1705, 1201 2301, 1202 0602, 1203 2303, 1204 2304, 1205 2305, 1206 2306, 1207 2307, 0101 0101, 0102 0102, \
            0103 0103, 0201 0201, 0202 0202, 0301 0301, 0302 0302, 0401 0401, 0701 0701";
        let pairs = told.split(", ").map(|pair| pair.split_once(' ').unwrap());
        let read: BTreeMap<String, String> = pairs.map(|(from, to)| (from.to_owned(), to.to_owned())).collect();
        assert_eq!(seeded().survey_codes(), read);
    }

    #[test]
    fn every_planning_code_that_a_survey_code_means_is_there() {
        for (survey, planning) in seeded().survey_codes() {
            assert!(seeded().entry(Some(CodeSystem::Planning), &planning).is_some(), "{survey} {planning}");
        }
    }

    #[test]
    fn rules_get_the_classes_that_are_used_and_what_they_lie_within() {
        let rules = seeded().define(&RuleSet::default(), &[ClassId::new("0301"), ClassId::new("x")].into());
        let ids: Vec<&str> = rules.classes.iter().map(|def| def.id.as_str()).collect();
        assert_eq!(ids, ["03", "0301"]);
        assert!(rules.is(&ClassId::new("0301"), &ClassId::new("03")));
    }

    #[test]
    fn an_offices_table_stands_above_the_seeds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.toml");
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        write("system = 'planning'\n[[class]]\ncode = '0301'\nzh = '天然林'\ncolor = '#004400'\nwithin = 'forest'\n");
        let classes = Classes::of(std::slice::from_ref(&path)).unwrap();
        let def = classes.definition(&ClassId::new("0301")).unwrap();
        assert_eq!((def.name.zh.as_str(), def.color.as_str()), ("天然林", "#004400"));
        assert_eq!(def.within, Some(ClassId::new("forest")));
        write("[[class]]\ncode = '1'\nzh = '一'\ncolor = 'green'\n");
        let problem = Classes::of(std::slice::from_ref(&path)).unwrap_err();
        assert!(problem.message[1].contains("office.toml") && problem.message[1].contains("green"), "{problem:?}");
    }
}
