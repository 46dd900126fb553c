//! Every file of `tests/fixtures/bad/` ends in a sentence or in findings: never in a panic, never
//! late, never with more memory than there is, and never with something else touched.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

#[path = "../common/mod.rs"]
mod common;
mod make;

use common::bounded;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/bad")
}

/// Those files that are no part of another.
fn bad_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| !["shx", "dbf", "prj"].iter().any(|part| file.extension().unwrap() == *part));
    files.sort();
    files
}

/// What a run has come to, in a word: `read`, or `refused` with a sentence and a remedy.
fn outcome(file: &Path) -> &'static str {
    let name = file.file_name().unwrap().to_str().unwrap();
    let target = tempfile::tempdir().unwrap();
    let out = target.path().join("out.gpkg");
    // A drawing and a table have no CRS of their own: without one nothing else about them is looked at.
    let crs = match file.extension().unwrap().to_str().unwrap() {
        "dxf" => "crs = 'EPSG:4546'",
        "csv" | "xlsx" | "xls" => "crs = 'EPSG:4490'",
        _ => "",
    };
    let desk = tempfile::tempdir().unwrap();
    let project = desk.path().join("p.toml");
    let text = format!("crs = 'EPSG:4546'\n[[layer]]\nname = 'farmland'\npath = '{}'\n{crs}\n", file.display());
    fs::write(&project, text).unwrap();
    let merge = ["merge", project.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let ran = bounded(&merge, "en_GB.UTF-8");
    assert!(!ran.err.contains("panicked"), "{name}: {}", ran.err);
    if ran.code == Some(0) {
        assert!(out.exists() && ran.out.contains("Proof holds"), "{name}: {}", ran.out);
        return "read";
    }
    assert_eq!(ran.code, Some(2), "{name}: {} {}", ran.out, ran.err);
    assert_eq!(fs::read_dir(target.path()).unwrap().count(), 0, "{name}: something was written");
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(lines[0].starts_with("error: ") && lines.len() >= 2, "{name}: {}", ran.err);
    // A Shapefile's sentence may be about one of its parts.
    let stem = file.file_stem().unwrap().to_str().unwrap();
    assert!(ran.err.contains(stem), "{name} is not named: {}", ran.err);
    assert!(lines.last().unwrap().ends_with('.'), "{name}: no remedy: {}", ran.err);
    let zh = bounded(&merge, "zh_CN.UTF-8");
    assert!(
        zh.code == Some(2) && zh.err.starts_with("错误：") && zh.err.trim_end().ends_with('。'),
        "{name}: {}",
        zh.err
    );
    "refused"
}

#[test]
fn the_committed_files_are_what_the_generator_makes() {
    let made = make::all();
    let committed: BTreeMap<String, Vec<u8>> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    let names = |files: &make::Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&made), "run `cargo run -p lantu --example bad_files`");
    for (name, bytes) in &made {
        // Another version of the compressing library may pack closer.
        assert!(bytes == &committed[name] || name == "zip-bomb.zip", "{name} is stale");
    }
    assert!(bad_files().len() >= 120, "{}", bad_files().len());
    assert!(committed.values().map(Vec::len).sum::<usize>() < 1_000_000);
}

#[test]
fn every_bad_file_is_read_with_findings_or_refused_with_a_sentence_and_a_remedy() {
    let before: Vec<(PathBuf, Vec<u8>)> =
        bad_files().into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect();
    let mut told = String::new();
    for (file, _) in &before {
        let name = file.file_name().unwrap().to_str().unwrap();
        told += &format!("{name} {}\n", outcome(file));
    }
    let kept = folder().join("../bad-outcomes.txt");
    let expected = fs::read_to_string(&kept).unwrap();
    assert_eq!(told, expected, "what becomes of a file has changed");
    for (file, bytes) in before {
        assert!(fs::read(&file).unwrap() == bytes, "{} was touched", file.display());
    }
    assert!(!Path::new("/tmp/lantu-escaped.geojson").exists());
}

#[test]
fn looking_into_a_bad_file_never_harms_either() {
    for file in bad_files() {
        let ran = bounded(&["info", file.to_str().unwrap()], "en_GB.UTF-8");
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(matches!(ran.code, Some(0 | 2)) && !ran.err.contains("panicked"), "{name}: {:?} {}", ran.code, ran.err);
    }
}
