//! The demo project, the whole way from the terminal.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod common;

use common::{command, demo, ended, folder, lantu, root};
use lantu_project::{Project, Settings};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Merges a project into a folder and returns the report.
fn merge(project: &Path, out: &Path, more: &[&str]) -> Value {
    let path = |name: &str| out.join(name).display().to_string();
    let (blueprint, conflicts, report) = (path("b.geojson"), path("c.geojson"), path("r.json"));
    let mut arguments = vec!["merge", project.to_str().unwrap(), "--out", &blueprint, "--conflicts", &conflicts];
    arguments.extend(["--report", &report]);
    arguments.extend(more);
    let ran = lantu(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(ran.err, "", "nothing but errors belongs there, and no bar without a terminal");
    read(Path::new(&report))
}

#[track_caller]
fn has(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value.get(name).is_some(), "{name} is missing in {value:.300}");
    }
}

#[test]
fn the_demo_merges_and_the_report_has_every_name() {
    let (_data, project) = demo(None);
    let out = folder();
    let report = merge(&project, out.path(), &[]);
    let all = "lantu crs grid_m layers faces arcs conflicts blueprint proof timings_s peak_rss_bytes";
    has(&report, &all.split(' ').collect::<Vec<_>>());
    assert_eq!(report["crs"], "EPSG:32632");
    assert_eq!(report["grid_m"], 0.00001);
    assert_eq!(report["layers"].as_array().unwrap().len(), 5);
    for layer in report["layers"].as_array().unwrap() {
        has(layer, &["name", "path", "features", "vertices", "area_m2", "findings"]);
        assert!(layer["findings"].as_object().unwrap().values().all(Value::is_u64));
    }
    let conflicts = &report["conflicts"];
    has(conflicts, &["count", "area_m2", "open", "open_area_m2", "by_pair", "self_overlaps", "gaps", "compatible"]);
    for name in ["self_overlaps", "gaps", "compatible"] {
        has(&conflicts[name], &["count", "area_m2"]);
    }
    has(&conflicts["by_pair"][0], &["parties", "count", "area_m2"]);
    has(&report["blueprint"], &["patches", "area_m2", "ellipsoid_area_m2", "by_class"]);
    has(&report["blueprint"]["by_class"][0], &["class", "patches", "area_m2", "ellipsoid_area_m2"]);
    let proof = &report["proof"];
    for name in ["residual_crossings", "label_disagreements", "feature_area_mismatches", "area_difference_grid_units"] {
        assert_eq!(proof[name], 0, "{name}");
    }
    assert_eq!((number(&proof["written_overlap_m2"]), number(&proof["written_gap_m2"])), (0.0, 0.0));
    assert_eq!(proof["holds"], true);
    assert!(number(&report["peak_rss_bytes"]) > 1e6);
    for stage in ["read", "overlay", "check", "write_blueprint", "write_conflicts"] {
        assert!(number(&report["timings_s"][stage]) > 0.0, "{stage}");
    }
}

#[test]
fn what_was_written_is_a_partition_of_the_inputs_ground() {
    let (data, project) = demo(None);
    let out = folder();
    let report = merge(&project, out.path(), &[]);
    let blueprint = out.path().join("b.geojson");
    let inputs = report["layers"].as_array().unwrap().iter().map(|layer| layer["path"].as_str().unwrap().to_owned());
    let against = inputs.flat_map(|path| ["--against".to_owned(), path]);
    let arguments: Vec<String> =
        ["verify", blueprint.to_str().unwrap(), "--json"].map(str::to_owned).into_iter().chain(against).collect();
    let ran = lantu(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let found = ran.json();
    assert_eq!((&found["holds"], &found["features"]), (&json!(true), &report["blueprint"]["patches"]));
    assert_eq!((number(&found["ground"]["gap_m2"]), number(&found["ground"]["excess_m2"])), (0.0, 0.0));
    let input = data.path().join("liechtenstein_landuse.geojson");
    assert_eq!(lantu(&["verify", input.to_str().unwrap()]).code, Some(1), "the input overlaps itself");
}

/// A report and the areas that GEOS finds, name by name: layers, their ground, pairs, the union.
fn beside_geos(report: &Value) -> Vec<(String, f64, f64)> {
    let oracle = fs::read_to_string(root().join("tests/oracles/liechtenstein.toml")).unwrap();
    let oracle: toml::Table = oracle.parse().unwrap();
    let tables = |key: &str| oracle[key].as_array().unwrap().iter().map(|entry| entry.as_table().unwrap());
    let of = |table: &toml::Table, key: &str| table[key].as_float().unwrap();
    let mut all = vec![(
        "union".to_owned(),
        number(&report["blueprint"]["area_m2"]),
        of(oracle["union"].as_table().unwrap(), "area"),
    )];
    for layer in tables("layer") {
        let name = layer["name"].as_str().unwrap();
        let found = report["layers"].as_array().unwrap().iter().find(|found| found["name"] == name).unwrap();
        assert_eq!(found["features"].as_i64(), layer["count"].as_integer());
        all.push((name.to_owned(), number(&found["area_m2"]), of(layer, "features")));
        all.push((format!("ground of {name}"), number(&found["ground_m2"]), of(layer, "ground")));
    }
    for pair in tables("pair") {
        let layers: BTreeSet<&str> =
            pair["layers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let all_of = |found: &&Value| {
            let parties: BTreeSet<&str> =
                found["parties"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            parties.is_superset(&layers)
        };
        let area = report["conflicts"]["by_pair"].as_array().unwrap().iter().filter(all_of);
        let area = area.map(|found| number(&found["area_m2"])).sum();
        all.push((format!("{layers:?}"), area, of(pair, "area")));
    }
    all
}

#[test]
fn areas_of_layers_pairs_and_union_are_those_of_geos_within_a_millionth() {
    let (_data, project) = demo(Some(""));
    let report = merge(&project, folder().path(), &[]);
    for (what, here, geos) in beside_geos(&report) {
        assert!((here - geos).abs() <= geos * 1e-6, "{what}: {here} here, {geos} by GEOS");
    }
}

/// GEOS computes on no grid. A tenth of a millimetre along a border of some kilometres is more
/// than a millionth of the smallest overlaps.
#[test]
fn on_the_national_grid_only_the_smallest_overlaps_feel_the_rounding() {
    let (_data, project) = demo(Some(""));
    let report = merge(&project, folder().path(), &["--grid", "0.0001"]);
    for (what, here, geos) in beside_geos(&report) {
        let rounding = if geos < 30_000.0 { 0.05 } else { 0.0 };
        assert!((here - geos).abs() <= (geos * 1e-6).max(rounding), "{what}: {here} here, {geos} by GEOS");
    }
}

#[test]
fn without_rules_every_conflict_is_open_and_still_in_the_blueprint() {
    let (_data, project) = demo(Some(""));
    let out = folder();
    let report = merge(&project, out.path(), &[]);
    let conflicts = &report["conflicts"];
    assert_eq!((&conflicts["by_rule"]["count"], &conflicts["by_hand"]["count"]), (&json!(0), &json!(0)));
    let open: Vec<Value> = read(&out.path().join("b.geojson"))["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|patch| patch["properties"].clone())
        .filter(|patch| patch["open"] == true)
        .collect();
    assert_eq!(json!(open.len()), conflicts["open"]);
    for patch in &open {
        assert_eq!((&patch["class"], &patch["decided_by"]), (&Value::Null, &Value::Null), "{patch}");
        assert!(patch["designations"].as_array().unwrap().len() > 1, "{patch}");
        assert!(patch["conflict"].is_string(), "{patch}");
    }
    let area: f64 = open.iter().map(|patch| number(&patch["area_m2"])).sum();
    assert!((area - number(&conflicts["open_area_m2"])).abs() < 0.01 * open.len() as f64, "{area}");
}

#[test]
fn the_same_bytes_come_from_one_thread_and_two_and_from_layers_in_any_order() {
    let (data, project) = demo(None);
    let rules = root().join("seeds/rules/three-lines.toml").display().to_string();
    let text: toml::Table = fs::read_to_string(&project).unwrap().parse().unwrap();
    let mut layers: Vec<String> = text["layer"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| {
            let of = |key: &str| layer.get(key).and_then(toml::Value::as_str);
            let subset = of("subset").map(|subset| format!("|subset={subset}")).unwrap_or_default();
            format!("{}={}{subset}", of("name").unwrap(), data.path().join(of("path").unwrap()).display())
        })
        .collect();
    let mut run = |threads: &str, turn: usize| {
        layers.rotate_left(turn);
        let out = folder();
        let path = |name: &str| out.path().join(name).display().to_string();
        let mut arguments = vec!["merge".to_owned(), "--crs=EPSG:32632".to_owned(), format!("--rules={rules}")];
        arguments.extend(layers.iter().map(|layer| format!("--layer={layer}")));
        arguments.extend([format!("--threads={threads}"), format!("--out={}", path("b.geojson"))]);
        arguments.push(format!("--conflicts={}", path("c.geojson")));
        let ran = lantu(&arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ["b.geojson", "c.geojson"].map(|name| fs::read(path(name)).unwrap())
    };
    let first = run("1", 0);
    assert!(first == run("2", 0), "2 threads");
    assert!(first == run("2", 2), "another order");
    let out = folder();
    merge(&project, out.path(), &["--threads", "1"]);
    let again = folder();
    merge(&project, again.path(), &["--threads", "2"]);
    for name in ["b.geojson", "c.geojson"] {
        assert!(fs::read(out.path().join(name)).unwrap() == fs::read(again.path().join(name)).unwrap(), "{name}");
    }
}

#[test]
fn decisions_made_in_the_window_hold_in_the_terminal() {
    let (data, project) = demo(None);
    let before = merge(&project, folder().path(), &[]);
    let state_dir = data.path().join("state");
    let settings = Settings { data_dir: data.path().to_path_buf(), state_dir, who: "规划师".to_owned() };
    let window = Project::new(settings, Box::new(|_| {}));
    let ask = |name: &str, request: Value| window.call(name, request).unwrap();
    ask("open", json!({ "paths": [project] }));
    ask("run", json!({}));
    while ask("view", json!({}))["running"] == true {
        std::thread::sleep(Duration::from_millis(20));
    }
    let filter = json!({ "state": "open" });
    let page = ask("conflicts", json!({ "filter": filter, "sort": "area", "offset": 0, "limit": 1, "locate": null }));
    let largest = &page["rows"][0];
    ask(
        "decide",
        json!({ "conflicts": [largest["id"]], "choice": { "kind": "keep-all" }, "reason": "查", "basis": "" }),
    );
    drop(window);
    let out = folder();
    let after = merge(&project, out.path(), &[]);
    let open = |report: &Value| report["conflicts"]["open"].as_u64().unwrap();
    assert_eq!(open(&after), open(&before) - 1);
    assert_eq!(after["conflicts"]["by_hand"]["count"], 1);
    let blueprint = read(&out.path().join("b.geojson"));
    let mut patches = blueprint["features"].as_array().unwrap().iter().map(|patch| &patch["properties"]);
    let decided = patches.find(|patch| patch["conflict"] == largest["id"]).unwrap();
    assert_eq!(decided["open"], false);
    assert!(decided["decided_by"].to_string().contains('1'), "the first operation: {decided}");
}

#[test]
fn the_same_decisions_give_the_same_bytes_in_window_terminal_and_replay() {
    let (data, project) = demo(None);
    let settings = Settings {
        data_dir: data.path().to_path_buf(),
        state_dir: data.path().join("state"),
        who: "规划师".to_owned(),
    };
    let window = Project::new(settings, Box::new(|_| {}));
    let ask =
        |name: &str, request: Value| window.call(name, request).unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
    ask("open", json!({ "paths": [project] }));
    ask("run", json!({}));
    while ask("view", json!({}))["running"] == true {
        std::thread::sleep(Duration::from_millis(20));
    }
    let list = json!({ "filter": { "state": "open" }, "sort": "area", "offset": 0, "limit": 2, "locate": null });
    let page = ask("conflicts", list);
    for (at, choice) in [json!({ "kind": "keep-all" }), json!({ "kind": "leave-empty" })].iter().enumerate() {
        let id = &page["rows"][at]["id"];
        ask("decide", json!({ "conflicts": [id], "choice": choice, "reason": "现场核实", "basis": "会议纪要" }));
    }
    let settings = ask("sliver_state", json!({}))["settings"].clone();
    ask("merge_slivers", json!({ "settings": settings, "reason": "碎图斑", "basis": "" }));
    let by_window = folder();
    let at = |name: &str| by_window.path().join(name);
    for (name, what) in [("b.geojson", "blueprint"), ("c.geojson", "conflicts")] {
        ask("export", json!({ "path": at(name), "what": what }));
    }
    drop(window);
    let by_terminal = folder();
    let report = merge(&project, by_terminal.path(), &[]);
    assert_eq!(report["conflicts"]["by_hand"]["count"], 2);
    assert!(report["slivers"]["moved"]["count"].as_u64().unwrap() > 0, "{}", report["slivers"]);
    let again = folder();
    let record = project.with_extension("lantu");
    let ran = lantu(&["replay", record.to_str().unwrap(), "--into", again.path().to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{} {}", ran.out, ran.err);
    for name in ["b.geojson", "c.geojson"] {
        let bytes = fs::read(at(name)).unwrap();
        assert!(bytes == fs::read(by_terminal.path().join(name)).unwrap(), "{name}: the terminal's");
        assert!(bytes == fs::read(again.path().join(name)).unwrap(), "{name}: the replay's");
    }
}

/// Linux tells when the program has begun to listen for signals.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_stops_cleanly_and_leaves_nothing_half_written() {
    let (_data, project) = demo(None);
    let out = folder();
    fs::write(out.path().join("b.geojson"), "old").unwrap();
    let arguments = ["merge", project.to_str().unwrap(), "--out", "b.geojson", "--report", "r.json"];
    let child = command(&arguments)
        .current_dir(out.path())
        .env("LC_ALL", "C")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let listens = || {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
        u64::from_str_radix(&caught, 16).unwrap() & 0b10 != 0
    };
    while !listens() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let sent = std::process::Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(sent.success());
    let ran = ended(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("Stopped on request"), "{}", ran.err);
    assert_eq!(fs::read_to_string(out.path().join("b.geojson")).unwrap(), "old");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
}
