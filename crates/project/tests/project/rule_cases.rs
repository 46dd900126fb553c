//! The readable cases of rules: those of the starter pack beside it, those of conditions in
//! `tests/cases/packs`.

use lantu_project::{Tried, try_cases};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join("tests/cases/packs")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.push(root().join("seeds/rules/three-lines.cases.toml"));
    files
}

fn tried(file: &Path) -> Vec<Tried> {
    try_cases(file).unwrap_or_else(|problem| panic!("{}: {problem:?}", file.display()))
}

#[test]
fn the_rules_do_what_every_case_says() {
    let mut names = BTreeSet::new();
    for file in files() {
        let cases = tried(&file);
        let wrong: Vec<&Tried> = cases.iter().filter(|case| !case.is_right()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", file.display());
        assert!(cases.iter().all(|case| names.insert(case.name.clone())), "a name stands twice");
    }
    assert!(names.len() >= 60, "{} cases", names.len());
}

#[test]
fn every_rule_of_the_starter_pack_has_a_case() {
    let text = std::fs::read_to_string(root().join("seeds/rules/three-lines.toml")).unwrap();
    let pack: toml::Table = text.parse().unwrap();
    let ids: Vec<&str> = pack["rule"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let cases = tried(&root().join("seeds/rules/three-lines.toml"));
    let by: BTreeSet<&str> =
        cases.iter().filter_map(|case| case.found.split(" by ").nth(1)).flat_map(|ids| ids.split('+')).collect();
    let without: Vec<&&str> = ids.iter().filter(|id| !by.contains(**id)).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn a_case_that_expects_something_else_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.cases.toml");
    let text = "[[case]]\nname = 'x'\nparties = [{ class = '01' }, { class = '03' }]\nexpect = '01 by R'\nrules = {}\n";
    std::fs::write(&file, text).unwrap();
    let case = tried(&file).remove(0);
    assert!(!case.is_right());
    assert_eq!(case.found, "open");
}

#[test]
fn a_case_that_cannot_be_drawn_names_itself_and_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.cases.toml");
    let text = "[[case]]\nname = 'too wide'\narea_m2 = 4\nwidth_m = 2\nparties = []\nexpect = 'open'\nrules = {}\n";
    std::fs::write(&file, text).unwrap();
    let problem = try_cases(&file).unwrap_err();
    assert!(["too wide", "a.cases.toml"].iter().all(|word| problem.message[1].contains(word)), "{problem:?}");
}
