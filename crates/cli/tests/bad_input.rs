//! Whatever is wrong with the input: a sentence that names it, a hint, exit code 2, nothing
//! written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod common;

use common::{
    FARMLAND_PREVAILS, ZONE, collection, folder, geojson, lantu, lantu_in, layer, shapefile, square, two_layers, write,
};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const OLD: &str = "what was there before";

/// Runs a merge that must be refused with these words, and without touching the old blueprint.
#[track_caller]
fn refused(arguments: &[&str], words: &[&str]) {
    let out = folder();
    let blueprint = write(&out, "b.geojson", OLD);
    let (conflicts, report) = (out.path().join("c.geojson"), out.path().join("r.json"));
    let mut all = vec!["merge", "--out", blueprint.to_str().unwrap(), "--conflicts", conflicts.to_str().unwrap()];
    all.extend(["--report", report.to_str().unwrap()]);
    all.extend(arguments);
    refused_as_it_is(&all, words);
    assert_eq!(fs::read_to_string(&blueprint).unwrap(), OLD);
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1, "something was written");
}

#[track_caller]
fn refused_as_it_is(arguments: &[&str], words: &[&str]) {
    let ran = lantu(arguments);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(lines[0].starts_with("error: ") && lines.len() >= 2, "a message and a hint: {}", ran.err);
    assert!(lines.last().unwrap().ends_with('.'), "a hint is a sentence: {}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    let zh = lantu_in("zh_CN.UTF-8", arguments);
    assert!(zh.code == Some(2) && zh.err.trim_end().ends_with('。'), "{}", zh.err);
}

#[track_caller]
fn refused_layer(path: &Path, words: &[&str]) {
    refused(&[&layer("farmland", path)], words);
}

fn triangle() -> [(f64, f64); 4] {
    [(500_000.0, 2_200_000.0), (500_000.0, 2_200_100.0), (500_100.0, 2_200_000.0), (500_000.0, 2_200_000.0)]
}

/// A project of one good layer, whose text goes on with `more`.
fn project(folder: &TempDir, more: &str) -> String {
    geojson(folder, "good.geojson", &[square(111.0, 20.0, 0.01)]);
    let text = format!("[[layer]]\nname = 'farmland'\npath = 'good.geojson'\n{more}");
    write(folder, "project.toml", text).display().to_string()
}

#[test]
fn a_missing_file_is_named() {
    refused_layer(Path::new("/nowhere/三调.shp"), &["/nowhere/三调.shp", "Check the path"]);
    refused(&["/nowhere/project.toml"], &["/nowhere/project.toml"]);
}

#[test]
fn a_file_that_is_no_gis_file_is_named() {
    let folder = folder();
    refused_layer(&write(&folder, "notes.txt", "nothing to see here"), &["notes.txt", "not a GIS file"]);
    let data = geojson(&folder, "a.geojson", &[square(111.0, 20.0, 0.01)]);
    refused(&[data.to_str().unwrap()], &["a.geojson is no project file", "--layer"]);
}

#[test]
fn an_empty_layer_is_refused() {
    let folder = folder();
    refused_layer(&geojson(&folder, "a.geojson", &[]), &["a.geojson", "empty"]);
    refused_layer(&shapefile(&folder, "a.shp", Some(ZONE), &[]), &["a.shp", "empty"]);
}

#[test]
fn a_layer_without_crs_is_refused_with_the_way_to_give_one() {
    let folder = folder();
    refused_layer(&shapefile(&folder, "a.shp", None, &[&triangle()]), &["a.shp", "EPSG:4546", "crs"]);
}

#[test]
fn points_are_no_areas() {
    let folder = folder();
    let point = r#"{"type":"Point","coordinates":[111,20]}"#.to_owned();
    refused_layer(&geojson(&folder, "points.geojson", &[point]), &["points.geojson", "points, not areas"]);
}

#[test]
fn a_truncated_shapefile_is_noticed() {
    let folder = folder();
    for ending in ["shp", "shx", "dbf"] {
        let path = shapefile(&folder, "a.shp", Some(ZONE), &[&triangle(), &triangle()]);
        let part = path.with_extension(ending);
        let bytes = fs::read(&part).unwrap();
        fs::write(&part, &bytes[..bytes.len() - 6]).unwrap();
        refused_layer(&path, &[&format!("a.{ending} is truncated")]);
    }
}

#[test]
fn broken_geojson_is_noticed() {
    let folder = folder();
    let text = collection("", &[square(111.0, 20.0, 0.01), square(111.1, 20.0, 0.01)]);
    refused_layer(&write(&folder, "cut.geojson", &text[..text.len() * 2 / 3]), &["cut.geojson", "broken"]);
}

#[test]
fn a_subset_that_matches_nothing_or_means_nothing_is_refused() {
    let folder = folder();
    let path = shapefile(&folder, "a.shp", Some(ZONE), &[&triangle()]);
    for (subset, words) in [("n = 7", "meets the subset"), ("no_such_field = 1", "not understood")] {
        refused(&[&format!("{}|subset={subset}", layer("farmland", &path))], &["a.shp", subset, words]);
    }
}

#[test]
fn coordinates_that_no_grid_can_hold_are_refused_with_the_files_name() {
    let folder = folder();
    let good = geojson(&folder, "good.geojson", &[square(111.0, 20.0, 0.01)]);
    let members = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4546"}},"#;
    let far = square(500_000.0, 2_200_000.0, 100.0).replace("500100", "1e300");
    let far = write(&folder, "far.geojson", collection(members, &[far]));
    let layers = [layer("forest", &far), layer("farmland", &good)];
    refused(
        &[&layers[0], &layers[1], "--crs", "EPSG:4546"],
        &["far.geojson", "do not fit the grid", "Farthest lies feature "],
    );
    refused(&[&layers[1], "--grid", "nan"], &["grid step"]);
    refused(&[&layers[1], "--grid", "-1"], &["grid step"]);
}

#[test]
fn one_stray_coordinate_does_not_coarsen_the_grid_until_nothing_is_left() {
    let folder = folder();
    let members = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4546"}},"#;
    let squares = [square(500_000.0, 2_200_000.0, 100.0), square(1e12, 2_200_000.0, 100.0)];
    let stray = write(&folder, "stray.geojson", collection(members, &squares));
    let told = ["stray.geojson", "do not fit the grid", "Farthest lies feature 1, at (1000000000100, 2200"];
    refused(&[&layer("farmland", &stray), "--crs", "EPSG:4546"], &told);
}

#[test]
fn a_rule_that_names_an_unknown_class_is_named_with_it() {
    let folder = folder();
    let layers = two_layers(&folder, true);
    let rules =
        write(&folder, "rules.toml", FARMLAND_PREVAILS.replace("give-to = \"farmland\"", "give-to = \"farmlnad\""));
    let words = ["rules.toml", "T1", "farmlnad", "farmland, forest"];
    refused(&[&layers[0], &layers[1], "--rules", rules.to_str().unwrap()], &words);
    let rules = write(&folder, "other.toml", "[[rule]]\nid = 'T1'\nwhenn = {}\n");
    refused(&[&layers[0], "--rules", rules.to_str().unwrap()], &["other.toml", "whenn"]);
}

#[test]
fn a_misspelt_key_of_the_project_file_is_named_with_its_line() {
    let folder = folder();
    refused(&[&project(&folder, "subst = 'n = 1'\n")], &["project.toml", "subst", "line 4"]);
    refused(&[&project(&folder, "crs = 'EPSG:99999999'\n[[layer")], &["project.toml"]);
}

#[test]
fn two_layers_of_one_name_are_refused() {
    let folder = folder();
    let [farmland, _] = two_layers(&folder, false);
    refused(&[&farmland, &farmland], &["Two layers are called \"farmland\""]);
    refused(&[&project(&folder, ""), &farmland], &["\"farmland\""]);
}

#[test]
fn nothing_at_all_and_a_misspelt_layer_are_refused() {
    refused(&[], &["no layer", "--layer"]);
    refused(&["--layer", "a.gpkg|layername=x"], &["a.gpkg|layername=x", "NAME=PATH"]);
    refused(&["--layer", "a=x.gpkg|layerid=x"], &["layerid=x"]);
}

#[test]
fn an_unknown_crs_and_one_that_is_not_in_metres_are_refused() {
    let folder = folder();
    let [farmland, _] = two_layers(&folder, false);
    refused(&[&farmland, "--crs", "EPSG:99999999"], &["EPSG:99999999", "EPSG:4546"]);
    refused(&[&farmland, "--crs", "EPSG:4490"], &["EPSG:4490", "not the metre"]);
    refused(&[&farmland, "--crs", "EPSG:2227"], &["EPSG:2227", "not the metre"]);
}

#[test]
fn a_place_that_cannot_be_written_to_is_told_before_any_work() {
    let folder = folder();
    let layers = two_layers(&folder, true);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let good = at("b.geojson");
    for (option, target) in [
        ("--out", at("no/folder/b.geojson")),
        ("--out", folder.path().display().to_string()),
        ("--out", at("b.xyz")),
        ("--conflicts", at("no/folder/c.gpkg")),
        ("--report", at("no/folder/r.json")),
        ("--report", folder.path().display().to_string()),
    ] {
        let mut arguments = vec!["merge", &layers[0], &layers[1], option, &target];
        if option != "--out" {
            arguments.extend(["--out", &good]);
        }
        refused_as_it_is(&arguments, &[&target]);
        assert!(!Path::new(&good).exists(), "{option} {target}");
    }
    refused_as_it_is(&["check", &layers[0], "--report", &at("no/folder/r.json")], &["no/folder/r.json"]);
}

#[test]
fn a_result_never_takes_the_place_of_another_or_of_an_input() {
    let folder = folder();
    let layers = two_layers(&folder, true);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (out, other, input) = (at("b.geojson"), at("../b.geojson"), at("forest.geojson"));
    let before = fs::read(&input).unwrap();
    let same = format!("{}/./b.geojson", folder.path().display());
    let run = |targets: &[&str], words: &[&str]| {
        let mut arguments = vec!["merge", &layers[0], &layers[1]];
        arguments.extend(targets);
        refused_as_it_is(&arguments, words);
    };
    run(&["--out", &out, "--conflicts", &same], &["Two results"]);
    run(&["--out", &out, "--report", &out], &["Two results"]);
    run(&["--out", &input], &["forest.geojson is one of the inputs"]);
    run(&["--out", &out, "--conflicts", &input], &["forest.geojson is one of the inputs"]);
    let project = project(&folder, "");
    refused_as_it_is(&["check", &project, "--report", &project], &["project.toml is one of the inputs"]);
    assert_eq!(fs::read(&input).unwrap(), before);
    assert!(!Path::new(&out).exists() && !Path::new(&other).exists());
}
