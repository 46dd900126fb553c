//! Exit codes, languages and JSON of each command, on small files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod common;

use common::{
    FARMLAND_PREVAILS, ZONE, collection, folder, geojson, lantu, lantu_in, layer, shapefile, square, two_layers, write,
};
use serde_json::json;
use std::fs;
use tempfile::TempDir;

fn run(folder: &TempDir, command: &str, overlapping: bool, more: &[&str]) -> common::Ran {
    let layers = two_layers(folder, overlapping);
    let mut arguments = vec![command, layers[0].as_str(), layers[1].as_str()];
    arguments.extend(more);
    lantu(&arguments)
}

fn chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c))
}

#[test]
fn check_answers_no_while_conflicts_are_open_and_yes_once_rules_decide_them() {
    let folder = folder();
    assert_eq!(run(&folder, "check", false, &[]).code, Some(0));
    assert_eq!(run(&folder, "check", true, &[]).code, Some(1));
    let rules = write(&folder, "rules.toml", FARMLAND_PREVAILS);
    assert_eq!(run(&folder, "check", true, &["--rules", rules.to_str().unwrap()]).code, Some(0));
    assert_eq!(run(&folder, "check", true, &["--rules", "/nowhere.toml"]).code, Some(2));
}

#[test]
fn merge_answers_yes_once_written_and_no_only_if_it_is_asked_to_be_strict() {
    let folder = folder();
    let out = folder.path().join("out.gpkg");
    let target = ["--out", out.to_str().unwrap()];
    assert_eq!(run(&folder, "merge", true, &target).code, Some(0));
    fs::remove_file(&out).unwrap();
    assert_eq!(run(&folder, "merge", true, &[target[0], target[1], "--strict"]).code, Some(1));
    assert!(out.exists(), "strict or not, it is written");
    assert_eq!(run(&folder, "merge", false, &[target[0], target[1], "--strict"]).code, Some(0));
}

#[test]
fn a_geopackage_is_proven_as_written_too() {
    let folder = folder();
    let (out, conflicts) = (folder.path().join("out.gpkg"), folder.path().join("c.gpkg"));
    let ran = run(
        &folder,
        "merge",
        true,
        &["--json", "--out", out.to_str().unwrap(), "--conflicts", conflicts.to_str().unwrap()],
    );
    let report = ran.json();
    assert_eq!(report["proof"]["holds"], true);
    let verified = lantu(&["verify", &format!("{}", out.display()), "--json"]);
    assert_eq!((verified.code, &verified.json()["features"]), (Some(0), &report["blueprint"]["patches"]));
    assert_eq!(lantu(&["verify", &format!("{}|layername=conflicts", conflicts.display())]).code, Some(0));
}

#[test]
fn a_project_file_and_layers_from_the_command_line_go_together() {
    let folder = folder();
    let [_, forest] = two_layers(&folder, true);
    let text = "crs = 'EPSG:4545'\n[[layer]]\nname = 'farmland'\npath = 'farmland.geojson'\n";
    let project = write(&folder, "p.toml", text);
    let ran = lantu(&["check", project.to_str().unwrap(), &forest, "--crs", "EPSG:4546", "--grid", "0.001", "--json"]);
    let report = ran.json();
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert_eq!((&report["crs"], &report["grid_m"]), (&json!("EPSG:4546"), &json!(0.001)));
    assert_eq!(report["conflicts"]["by_pair"][0]["parties"], json!(["farmland", "forest"]));
    assert_eq!(lantu(&["check", project.to_str().unwrap(), "--json"]).json()["crs"], "EPSG:4545");
}

#[test]
fn verify_answers_no_where_polygons_overlap_or_ground_is_missing() {
    let folder = folder();
    let whole = geojson(&folder, "whole.geojson", &[square(111.0, 20.0, 0.01), square(111.01, 20.0, 0.01)]);
    let half = geojson(&folder, "half.geojson", &[square(111.0, 20.0, 0.01)]);
    let double = geojson(&folder, "double.geojson", &[square(111.0, 20.0, 0.01), square(111.005, 20.0, 0.01)]);
    let verify = |file: &std::path::Path, more: &[&str]| {
        let mut arguments = vec!["verify", file.to_str().unwrap()];
        arguments.extend(more);
        lantu(&arguments)
    };
    assert_eq!(verify(&whole, &[]).code, Some(0));
    let overlapping = verify(&double, &[]);
    assert_eq!(overlapping.code, Some(1));
    assert!(overlapping.out.contains("NOT a partition") && overlapping.out.contains("overlap"), "{}", overlapping.out);
    assert_eq!(verify(&half, &["--against", whole.to_str().unwrap()]).code, Some(1));
    assert_eq!(
        verify(&whole, &["--against", half.to_str().unwrap(), "--against", double.to_str().unwrap()]).code,
        Some(1)
    );
    assert_eq!(verify(&folder.path().join("none.geojson"), &[]).code, Some(2));
}

#[test]
fn info_counts_what_a_run_would_find_and_needs_no_crs() {
    let folder = folder();
    let bow = [(0.0, 0.0), (100.0, 100.0), (100.0, 0.0), (0.0, 100.0), (0.0, 0.0)];
    let twice = [(200.0, 0.0), (200.0, 100.0), (200.0, 100.0), (300.0, 100.0), (300.0, 0.0), (200.0, 0.0)];
    let path = shapefile(&folder, "a.shp", None, &[&bow, &twice]);
    let points = geojson(&folder, "points.geojson", &[r#"{"type":"Point","coordinates":[111,20]}"#.to_owned()]);
    let ran = lantu(&["info", "--json", path.to_str().unwrap(), points.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let layers = ran.json();
    let areas = &layers[0];
    assert_eq!((&areas["layer"], &areas["crs"], &areas["features"]), (&json!("a"), &json!(null), &json!(2)));
    assert_eq!((&areas["vertices"], &areas["fields"]), (&json!(9), &json!(["n"])));
    assert_eq!((&areas["findings"]["self-intersection"], &areas["findings"]["repeated-point"]), (&json!(1), &json!(1)));
    assert_eq!((&layers[1]["findings"], &layers[1]["features"]), (&json!(null), &json!(1)));
}

#[test]
fn info_says_how_text_is_encoded_and_in_which_crs_a_file_is() {
    let folder = folder();
    let square =
        [(500_000.0, 2_200_000.0), (500_000.0, 2_200_100.0), (500_100.0, 2_200_000.0), (500_000.0, 2_200_000.0)];
    let path = shapefile(&folder, "a.shp", Some(ZONE), &[&square]);
    let ran = lantu(&["info", path.to_str().unwrap()]);
    for words in ["EPSG:4546", "UTF-8", "fields    n", "500000 2200000 500100 2200100"] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
}

#[test]
fn info_tells_of_the_files_that_can_be_read_beside_one_that_cannot() {
    let folder = folder();
    let good = geojson(&folder, "good.geojson", &[square(111.0, 20.0, 0.01)]);
    let ran = lantu(&["info", "/nowhere/bad.shp", good.to_str().unwrap(), "--json"]);
    assert_eq!((ran.code, ran.json().as_array().unwrap().len()), (Some(2), 1));
    assert!(ran.err.contains("/nowhere/bad.shp"), "{}", ran.err);
}

#[test]
fn json_is_all_that_stands_on_stdout_when_it_is_asked_for() {
    let folder = folder();
    let (out, report) = (folder.path().join("out.geojson"), folder.path().join("r.json"));
    let merged =
        run(&folder, "merge", true, &["--json", "--out", out.to_str().unwrap(), "--report", report.to_str().unwrap()]);
    assert_eq!(merged.out, fs::read_to_string(report).unwrap());
    assert_eq!(merged.json()["conflicts"]["open"], 1);
    assert_eq!(run(&folder, "check", true, &["--json"]).json()["proof"]["written_gap_m2"], json!(null));
}

#[test]
fn the_terminal_speaks_the_language_of_its_locale() {
    let folder = folder();
    let layers = two_layers(&folder, true);
    let out = format!("--out={}", folder.path().join("o.geojson").display());
    let input = folder.path().join("farmland.geojson").display().to_string();
    let arguments: [&[&str]; 5] = [
        &["merge", &layers[0], &layers[1], &out],
        &["check", &layers[0], &layers[1]],
        &["verify", &input, "--against", &input],
        &["info", &input],
        &["merge", &layers[0], &out, "--crs", "EPSG:1"],
    ];
    for arguments in arguments {
        let (zh, en) = (lantu_in("zh_CN.UTF-8", arguments), lantu(arguments));
        assert_eq!(zh.code, en.code);
        for (zh, en) in [(&zh.out, &en.out), (&zh.err, &en.err)] {
            assert!(!chinese(en), "{en}");
            assert!(en.is_empty() || chinese(zh), "{zh}");
            assert_eq!(zh.lines().count(), en.lines().count(), "every line exists in both: {zh}{en}");
        }
    }
}

#[test]
fn the_summary_names_layers_conflicts_pairs_classes_proof_and_files() {
    let folder = folder();
    let out = folder.path().join("out.geojson");
    let ran = run(&folder, "merge", true, &["--out", out.to_str().unwrap()]);
    for words in ["Layers (EPSG:4546", "1 feature ", "115.8", "farmland × forest", "open", "Proof holds", "Written"] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(ran.out.contains(out.to_str().unwrap()));
}

#[test]
fn a_coordinate_that_is_no_number_is_a_finding() {
    let folder = folder();
    let ring =
        |x: f64| [(500_000.0, 2_200_000.0), (500_000.0, 2_200_100.0), (x, 2_200_000.0), (500_000.0, 2_200_000.0)];
    let rings = [500_100.0, f64::NAN, f64::INFINITY].map(ring);
    let path = shapefile(&folder, "a.shp", Some(ZONE), &[&rings[0], &rings[1], &rings[2]]);
    let ran = lantu(&["check", &layer("farmland", &path), "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(ran.json()["layers"][0]["findings"]["not-finite"], 2);

    let infinite = square(111.0, 20.0, 0.01).replace("20.01", "1e999");
    let path = geojson(&folder, "a.geojson", &[infinite, square(111.02, 20.0, 0.01)]);
    let ran = lantu(&["check", &layer("farmland", &path), "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(ran.json()["layers"][0]["findings"]["not-finite"], 1);
}

#[test]
fn a_stray_coordinate_makes_the_grid_coarser_and_is_said() {
    let folder = folder();
    let members = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4546"}},"#;
    let text = collection(members, &[square(500_000.0, 2_200_000.0, 100.0), square(9_500_000.0, 2_200_000.0, 100.0)]);
    let path = write(&folder, "a.geojson", text);
    let ran = lantu(&["check", &layer("farmland", &path), "--crs", "EPSG:4546"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("coarser"), "{}", ran.out);
}

#[test]
fn help_and_version_are_there_in_both_languages() {
    for arguments in
        [&["--help"][..], &["merge", "--help"], &["check", "--help"], &["verify", "--help"], &["info", "--help"]]
    {
        let ran = lantu(arguments);
        assert_eq!(ran.code, Some(0));
        assert!(ran.out.contains("Usage: lantu") && chinese(&ran.out), "{}", ran.out);
    }
    assert_eq!(lantu(&["--version"]).out.trim(), format!("lantu {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(lantu(&["merge"]).code, Some(2));
    assert_eq!(lantu(&["mrege"]).code, Some(2));
}
