//! Runs the readable cases of `tests/cases`; see `lantu_tests::case` for their form.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use lantu_tests::case::Cases;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

fn read(theme: &str) -> Cases {
    let path = folder().join(format!("{theme}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn hold(theme: &str) {
    let cases = read(theme).case;
    assert!(!cases.is_empty(), "{theme}.toml has no case");
    let mut failed = String::new();
    for case in &cases {
        for problem in case.problems() {
            failed += &format!("\n{theme}: {}\n  {problem}\n", case.name);
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

macro_rules! themes {
    ($($theme:ident)*) => {
        $(#[test]
        fn $theme() {
            hold(stringify!($theme));
        })*

        const THEMES: &[&str] = &[$(stringify!($theme)),*];
    };
}

themes! { overlaps gaps_and_slivers merging rules choices rings numbers }

#[test]
fn every_file_of_cases_is_run_and_every_case_has_a_name_of_its_own() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, THEMES.iter().map(|theme| (*theme).to_owned()).collect());
    let names: Vec<String> = THEMES.iter().flat_map(|theme| read(theme).case).map(|case| case.name).collect();
    let different: BTreeSet<&String> = names.iter().collect();
    assert_eq!(different.len(), names.len());
    assert!(names.len() >= 40, "{} cases", names.len());
}

#[test]
fn a_case_that_expects_something_else_fails() {
    let wrong = r#"
        [[case]]
        name = "Two squares apart are said to overlap"
        layers.a = ["POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"]
        layers.b = ["POLYGON ((5 0, 6 0, 6 1, 5 1, 5 0))"]
        conflicts = ["overlap a+b 1 open"]
        blueprint = { a = 1, b = 1 }
    "#;
    let cases: Cases = toml::from_str(wrong).unwrap();
    assert_eq!(cases.case[0].problems().len(), 1);
}
