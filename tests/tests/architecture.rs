//! The structure of the house: who may use whom, and where what may be known. ARCHITECTURE.md
//! says why.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a package names in its `[dependencies]`.
fn named(package: &str) -> BTreeSet<String> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1", "--offline"])).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found =
        packages.iter().find(|found| found["name"] == package).unwrap_or_else(|| panic!("no package {package}"));
    let dependencies = found["dependencies"].as_array().unwrap().iter();
    dependencies.filter(|used| used["kind"].is_null()).map(|used| used["name"].as_str().unwrap().to_owned()).collect()
}

/// Everything a package is built from.
fn all_below(package: &str) -> BTreeSet<String> {
    let tree = cargo(&["tree", "-p", package, "-e", "normal", "--prefix", "none", "--offline"]);
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn assert_only(package: &str, allowed: &[&str]) {
    let named = named(package);
    let strange: Vec<_> = named.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    assert!(strange.is_empty(), "{package} uses {strange:?}: give the reason in docs/decisions and allow it here");
}

fn assert_never(package: &str, forbidden: &[&str]) {
    let below = all_below(package);
    assert!(below.len() > 1, "cargo tree says nothing about {package}");
    for name in &below {
        let strange = forbidden.iter().any(|end| name == end || (end.ends_with('-') && name.starts_with(end)));
        assert!(!strange, "{package} must not see {name}");
    }
}

fn files(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.extension().is_some_and(|found| found == *ending)) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

/// The files of the UI that import a package, relative to `ui/src`.
fn importers(package: &str) -> Vec<String> {
    let base = root().join("ui/src");
    let imports = |text: &str| text.lines().any(|line| line.contains("import") && line.contains(package));
    let files = files("ui/src", &["ts", "svelte", "js"]);
    let found = files.iter().filter(|(_, text)| imports(text));
    found.map(|(path, _)| path.strip_prefix(&base).unwrap().to_string_lossy().replace('\\', "/")).collect()
}

#[test]
fn the_engine_names_seven_libraries_and_no_more() {
    assert_only("lantu-engine", &["bytemuck", "geo", "rayon", "rstar", "serde", "thiserror", "xxhash-rust"]);
}

#[test]
fn the_engine_knows_no_files_no_json_no_database_no_clock_and_no_window() {
    let forbidden = [
        "gdal",
        "gdal-sys",
        "geojson",
        "proj",
        "serde_json",
        "toml",
        "rusqlite",
        "libsqlite3-sys",
        "chrono",
        "time",
        "tempfile",
        "tauri",
        "tauri-",
    ];
    assert_never("lantu-engine", &forbidden);
}

#[test]
fn the_engines_lints_forbid_clock_environment_and_files() {
    let text = fs::read_to_string(root().join("crates/engine/clippy.toml")).unwrap();
    let lints: toml::Table = text.parse().unwrap();
    let methods = lints["disallowed-methods"].as_array().unwrap();
    let forbidden: BTreeSet<&str> = methods.iter().filter_map(|method| method["path"].as_str()).collect();
    for method in [
        "std::time::Instant::now",
        "std::time::SystemTime::now",
        "std::env::var",
        "std::fs::read",
        "std::fs::File::open",
    ] {
        assert!(forbidden.contains(method), "{method}");
    }
}

#[test]
fn files_know_neither_the_project_nor_a_window() {
    assert_never("lantu-files", &["lantu-project", "lantu", "lantu-app", "tauri", "tauri-"]);
}

#[test]
fn the_project_knows_no_window_and_leaves_files_to_their_room() {
    assert_never("lantu-project", &["lantu", "lantu-app", "tauri", "tauri-", "wry", "tao"]);
    assert!(named("lantu-project").is_disjoint(&["gdal", "gdal-sys"].map(str::to_owned).into()));
}

#[test]
fn the_terminal_asks_the_project_and_nobody_else() {
    let named = named("lantu");
    assert!(named.contains("lantu-project"), "{named:?}");
    let passed_by: BTreeSet<String> =
        ["gdal", "lantu-engine", "lantu-files", "lantu-app", "tauri"].map(str::to_owned).into();
    assert!(named.is_disjoint(&passed_by), "{named:?}");
    assert_never("lantu", &["tauri", "tauri-", "wry", "tao"]);
}

#[test]
fn the_window_asks_the_project_and_nobody_else() {
    let named = named("lantu-app");
    assert!(named.contains("lantu-project"), "{named:?}");
    let passed_by: BTreeSet<String> = ["gdal", "geo", "lantu-engine", "lantu-files"].map(str::to_owned).into();
    assert!(named.is_disjoint(&passed_by), "{named:?}");
}

#[test]
fn the_window_stays_below_300_lines() {
    let lines: usize = files("src-tauri/src", &["rs"]).iter().map(|(_, text)| text.lines().count()).sum();
    assert!(lines < 300, "{lines} lines in src-tauri/src: the work belongs into crates/project");
}

#[test]
fn only_the_host_imports_tauri() {
    let importers = importers("@tauri-apps");
    assert!(!importers.is_empty());
    let strange: Vec<_> = importers.iter().filter(|path| !path.starts_with("host/")).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn only_the_map_imports_maplibre() {
    let importers = importers("maplibre-gl");
    assert!(!importers.is_empty());
    let strange: Vec<_> = importers.iter().filter(|path| !path.starts_with("map/")).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn the_host_knows_no_component() {
    let knowing = files("ui/src/host", &["ts", "svelte", "js"]);
    let strange: Vec<_> = knowing
        .iter()
        .filter(|(_, text)| {
            text.lines()
                .any(|line| line.contains("import") && (line.contains("components/") || line.contains(".svelte'")))
        })
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn only_base_maps_know_a_network() {
    for (path, text) in files("crates", &["rs"]) {
        let knows = text.contains("ureq::") || text.contains("std::net::") || text.contains("TcpStream");
        let may = path.components().any(|part| part.as_os_str() == "base");
        assert!(may || !knows, "{}: see ARCHITECTURE.md, 10", path.display());
    }
    for package in ["lantu-files", "lantu", "lantu-app"] {
        assert!(!named(package).contains("ureq"), "{package} names a client of its own");
    }
}

#[test]
fn no_test_is_switched_off() {
    for folder in ["crates", "src-tauri/src", "tests"] {
        let mark = concat!("#[", "ignore");
        for (path, text) in files(folder, &["rs"]) {
            assert!(!text.contains(mark), "{}", path.display());
        }
    }
}

#[test]
fn every_picture_of_the_user_guide_is_there_in_both_languages_and_both_themes() {
    let guide = fs::read_to_string(root().join("docs/user-guide.md")).unwrap();
    let named: BTreeSet<&str> =
        guide.split('"').filter(|word| word.starts_with("guide/") && word.ends_with(".png")).collect();
    let places: BTreeSet<&str> =
        named.iter().filter_map(|name| name.strip_prefix("guide/")?.split('-').next()).collect();
    assert!(places.len() >= 5, "{places:?}");
    for place in places {
        for kind in ["zh-light", "zh-dark", "en-light", "en-dark"] {
            let name = format!("guide/{place}-{kind}.png");
            assert!(named.contains(name.as_str()), "{name} is not shown");
            let picture = fs::read(root().join("docs").join(&name)).unwrap_or_default();
            assert!(picture.starts_with(b"\x89PNG"), "{name}: run scripts/guide.sh");
        }
    }
}
