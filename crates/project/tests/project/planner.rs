//! A project asked as the window asks it, on a copy of the demo.

use crate::desk::Desk;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of the test's own with a copy of the demo.
fn copy_of_demo() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in ["sample-data/liechtenstein", "seeds/rules"] {
        std::fs::create_dir_all(folder.path().join(path)).unwrap();
        for entry in std::fs::read_dir(root().join(path)).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_name().to_string_lossy().ends_with(".lantu") {
                std::fs::copy(entry.path(), folder.path().join(path).join(entry.file_name())).unwrap();
            }
        }
    }
    folder
}

fn demo() -> (TempDir, Desk) {
    let folder = copy_of_demo();
    let desk = Desk::at(folder.path());
    desk.ask("open_demo", json!({}));
    desk.run();
    (folder, desk)
}

fn open_count(view: &Value) -> u64 {
    view["result"]["open"]["count"].as_u64().unwrap()
}

#[test]
fn the_demo_opens_runs_and_is_proven() {
    let (_folder, desk) = demo();
    let view = desk.ask("view", json!({}));
    assert_eq!(view["layers"].as_array().unwrap().len(), 5);
    assert_eq!(view["result"]["proof_holds"], true);
    assert!(open_count(&view) > 0);
    let result = &view["result"];
    let sum = ["open", "by_rule", "by_hand"].map(|part| result[part]["count"].as_u64().unwrap()).iter().sum::<u64>();
    assert_eq!(result["conflicts"]["count"].as_u64().unwrap(), sum);
    let pairs = result["by_pair"].as_array().unwrap().iter().map(|pair| pair["tally"]["count"].as_u64().unwrap());
    assert_eq!(pairs.sum::<u64>(), sum);
    let classes =
        result["by_class"].as_array().unwrap().iter().map(|class| class["tally"]["area_m2"].as_f64().unwrap());
    let whole = result["blueprint"]["area_m2"].as_f64().unwrap();
    assert!((classes.sum::<f64>() / whole - 1.0).abs() < 1e-12);
}

#[test]
fn a_decision_outlives_a_crash_and_can_be_undone_and_redone() {
    let (folder, desk) = demo();
    let before = open_count(&desk.ask("view", json!({})));
    let id = desk.list("open", 3)["rows"][2]["id"].as_str().unwrap().to_owned();
    let detail = desk.ask("conflict", json!({ "id": id }));
    let party = &detail["parties"][0];
    let choice = json!({ "kind": "give-to", "layer": party["layer"], "fid": party["fid"] });
    let decide = json!({ "conflicts": [id], "choice": choice, "reason": "现场核查", "basis": "国土调查" });
    let view = desk.ask("decide", decide);
    assert_eq!(open_count(&view), before - 1);
    assert_eq!(view["result"]["proof_holds"], true);
    assert_eq!(open_count(&desk.ask("undo", json!({}))), before);
    assert_eq!(open_count(&desk.ask("redo", json!({}))), before - 1);
    // As a power failure would: nothing is closed.
    std::mem::forget(desk);

    let again = Desk::at(folder.path());
    again.ask("open_demo", json!({}));
    assert_eq!(open_count(&again.run()), before - 1);
    let detail = again.ask("conflict", json!({ "id": id }));
    assert_eq!(detail["row"]["state"], "hand");
    assert_eq!(detail["decision"]["operation"]["who"], "王规划");
    assert_eq!(detail["decision"]["operation"]["reason"], "现场核查");
    assert_eq!(again.ask("view", json!({}))["history"].as_array().unwrap().len(), 3);
}

#[test]
fn pages_filters_and_sorts_agree_with_each_other() {
    let (_folder, desk) = demo();
    let all = desk.list("", 500);
    let total = all["total"]["count"].as_u64().unwrap() as usize;
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), total.min(500));
    let areas: Vec<f64> = rows.iter().map(|row| row["area_m2"].as_f64().unwrap()).collect();
    assert!(areas.is_sorted_by(|a, b| a >= b));
    let parts: usize = ["open", "rule", "hand"]
        .iter()
        .map(|state| desk.list(state, 1)["total"]["count"].as_u64().unwrap() as usize)
        .sum();
    assert_eq!(parts, total);
    let wanted = rows[rows.len() / 2]["id"].as_str().unwrap();
    let page =
        desk.ask("conflicts", json!({ "filter": {}, "sort": "width", "offset": 0, "limit": 500, "locate": wanted }));
    let at = page["row_of"].as_u64().unwrap() as usize;
    assert_eq!(page["rows"][at]["id"], wanted);
    let pair: Vec<String> =
        serde_json::from_value(desk.ask("view", json!({}))["result"]["by_pair"][0]["classes"].clone()).unwrap();
    let of_pair = desk.ask(
        "conflicts",
        json!({ "filter": { "classes": pair }, "sort": "pair", "offset": 0, "limit": 5, "locate": null }),
    );
    assert_eq!(of_pair["total"]["count"], desk.ask("view", json!({}))["result"]["by_pair"][0]["tally"]["count"]);
}

#[test]
fn the_place_inside_a_conflict_leads_back_to_it() {
    let (_folder, desk) = demo();
    for row in desk.list("open", 10)["rows"].as_array().unwrap() {
        let detail = desk.ask("conflict", json!({ "id": row["id"] }));
        let picked = desk.ask("pick", json!({ "lonlat": detail["lonlat_inside"], "tolerance_m": 0.0 }));
        assert_eq!(picked["conflict"], row["id"]);
        let [w, s, e, n]: [f64; 4] = serde_json::from_value(detail["lonlat_bounds"].clone()).unwrap();
        let [x, y]: [f64; 2] = serde_json::from_value(detail["lonlat_inside"].clone()).unwrap();
        assert!(w < x && x < e && s < y && y < n, "{detail}");
        let planar = row["area_m2"].as_f64().unwrap();
        assert!((detail["ellipsoid_area_m2"].as_f64().unwrap() / planar - 1.0).abs() < 2e-3);
    }
}

#[test]
fn a_layer_of_another_class_needs_another_run_and_data_files_make_a_project() {
    let folder = copy_of_demo();
    let desk = Desk::at(folder.path());
    let file = folder.path().join("sample-data/liechtenstein/liechtenstein_protected.geojson");
    let view = desk.ask("open", json!({ "paths": [file] }));
    assert_eq!(view["layers"][0]["name"], "liechtenstein_protected");
    assert_eq!(view["layers"][0]["class"], "nature-reserve", "recognised by the dictionary");
    desk.run();
    let natural = folder.path().join("sample-data/liechtenstein/liechtenstein_natural.geojson");
    let view = desk.ask("open", json!({ "paths": [natural] }));
    assert_eq!((view["layers"].as_array().unwrap().len(), &view["result"]), (2, &Value::Null));
    desk.ask("edit_layer", json!({ "name": "liechtenstein_natural", "rename": "林地", "class": "forest" }));
    let view = desk.run();
    assert_eq!(view["result"]["proof_holds"], true);
    assert_eq!(view["layers"][1]["name"], "林地");
    // The record alone brings the project back.
    let record = view["record"].as_str().unwrap().to_owned();
    let again = Desk::at(folder.path());
    let view = again.ask("open", json!({ "paths": [record] }));
    assert_eq!(view["layers"][1]["class"], "forest");
    let view = again.ask("remove_layer", json!({ "name": "林地" }));
    assert_eq!(view["layers"].as_array().unwrap().len(), 1);
}

#[test]
fn an_export_is_proven_and_a_run_can_be_stopped() {
    let (folder, desk) = demo();
    let path = folder.path().join("蓝图.gpkg");
    let written = desk.ask("export", json!({ "path": path, "what": "blueprint" }));
    assert_eq!(written["proven"], true);
    // The table of styles beside the blueprint is no layer to choose from.
    let source = path.display().to_string();
    assert!(lantu_project::verify(&source, &[], &|_| true).unwrap().holds);

    desk.ask("run", json!({}));
    desk.ask("cancel", json!({}));
    let problem = loop {
        let heard = desk.progress.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
        if ["done", "failed"].contains(&heard.stage.as_str()) {
            break heard.problem;
        }
    };
    assert_eq!(problem.map(|problem| problem.code).as_deref(), Some("cancelled"));
    assert_eq!(desk.ask("view", json!({}))["result"]["proof_holds"], true, "the last result stays");
}

#[test]
fn what_cannot_be_done_is_said_in_both_languages() {
    let folder = copy_of_demo();
    let desk = Desk::at(folder.path());
    let told = |name: &str, request: Value| desk.project.call(name, request).unwrap_err();
    assert!(told("run", json!({})).message[1].contains("No project"));
    assert!(told("open", json!({ "paths": ["/no/such/file.shp"] })).message[0].contains("/no/such/file.shp"));
    assert_eq!(told("dance", json!({})).code, "internal");
    desk.ask("open_demo", json!({}));
    assert!(
        told("conflicts", json!({ "filter": {}, "sort": "area", "offset": 0, "limit": 1, "locate": null })).message[1]
            .contains("no result")
    );
    assert!(told("edit_layer", json!({ "name": "nobody" })).message[1].contains("nobody"));
    assert!(told("undo", json!({})).message[1].contains("nothing to undo"));
}

/// Two squares in metres that overlap, and one that nobody says the CRS of.
fn small_files(folder: &Path) -> [PathBuf; 2] {
    let square = |x: f64| {
        let (w, e, s, n) = (x, x + 10.0, 2_200_000.0, 2_200_010.0);
        format!("POLYGON (({w} {s}, {e} {s}, {e} {n}, {w} {n}, {w} {s}))")
    };
    [("a", 0.0), ("b", 5.0)].map(|(name, x)| {
        let path = folder.join(format!("{name}.csv"));
        std::fs::write(&path, format!("WKT,name\n\"{}\",{name}\n", square(x + 500_000.0))).unwrap();
        path
    })
}

#[test]
fn a_layer_without_a_crs_is_asked_about_and_opened_with_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::at(folder.path());
    let files = small_files(folder.path());
    let problem = desk.project.call("open", json!({ "paths": files })).unwrap_err();
    assert_eq!(problem.code, "no-crs");
    assert!(!folder.path().join("a.lantu").exists(), "nothing is made for what cannot be opened");
    let problem = desk.project.call("open", json!({ "paths": files, "assume_crs": "EPSG:no" })).unwrap_err();
    assert_eq!(problem.code, "no-crs", "a wrong answer is asked again");
    let view = desk.ask("open", json!({ "paths": files, "assume_crs": "EPSG:4546" }));
    assert_eq!([&view["layers"][0]["crs"], &view["layers"][1]["crs"]], ["EPSG:4546"; 2]);
}

#[test]
fn what_the_window_changed_of_a_project_file_is_there_when_it_is_opened_again() {
    let folder = copy_of_demo();
    let desk = Desk::at(folder.path());
    desk.ask("open_demo", json!({}));
    desk.ask("edit_layer", json!({ "name": "天然林", "rename": "林地二", "class": "water" }));
    desk.ask("remove_layer", json!({ "name": "建成区" }));
    let file = folder.path().join("sample-data/liechtenstein/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();

    let again = Desk::at(folder.path());
    let view = again.ask("open_demo", json!({}));
    let names: Vec<&str> =
        view["layers"].as_array().unwrap().iter().map(|layer| layer["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["林地", "林地二", "永久基本农田", "生态保护红线"]);
    assert_eq!(view["layers"][1]["class"], "water");
    assert_eq!(view["restored"].as_array().unwrap().len(), 3, "and it is said");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "the file is its author's");

    let view = again.ask("drop_edits", json!({}));
    assert_eq!((view["layers"].as_array().unwrap().len(), &view["restored"]), (5, &json!([])));
    let view = Desk::at(folder.path()).ask("open_demo", json!({}));
    assert_eq!(view["layers"].as_array().unwrap().len(), 5);
}

#[test]
fn a_choice_that_cannot_apply_is_refused_with_a_sentence() {
    let (_folder, desk) = demo();
    let gap = desk.ask("conflicts", json!({ "filter": { "kind": "gap" }, "sort": "area", "offset": 0, "limit": 1 }));
    let gap = gap["rows"][0]["id"].clone();
    let refused = |id: &Value, choice: Value| {
        let request = json!({ "conflicts": [id], "choice": choice, "reason": "", "basis": "" });
        desk.project.call("decide", request).unwrap_err()
    };
    assert!(refused(&gap, json!({ "kind": "keep-all" })).message[1].contains("gap"));
    let overlap = desk.list("open", 1)["rows"][0]["id"].clone();
    let stranger = json!({ "kind": "give-to", "layer": "林地", "fid": -7 });
    assert!(refused(&overlap, stranger).message[0].contains("林地"));
    assert!(refused(&overlap, json!({ "kind": "give-to-class", "class": "sea" })).message[1].contains("class"));
    assert_eq!(desk.ask("view", json!({}))["history"], json!([]), "nothing of it is in the record");
    let filled = json!({ "conflicts": [gap], "choice": { "kind": "other-class", "class": "water" }, "reason": "水", "basis": "三调" });
    let view = desk.ask("decide", filled);
    assert_eq!(view["history"][0]["basis"], "三调");
    assert_eq!(desk.ask("conflict", json!({ "id": gap }))["decision"]["class"], "water");
}

#[test]
fn one_operation_decides_all_that_a_filter_lets_through_as_the_preview_said() {
    let (_folder, desk) = demo();
    let id = desk.list("open", 1)["rows"][0]["id"].clone();
    let detail = desk.ask("conflict", json!({ "id": id }));
    let mut classes: Vec<String> = serde_json::from_value(detail["row"]["classes"].clone()).unwrap();
    classes.sort();
    let rule = detail["decision"]["rule"].as_str().unwrap();
    let filter = json!({ "state": "open", "classes": classes, "rule": if rule.is_empty() { "-" } else { rule }, "sliver": false });
    let rows = json!({ "filter": filter, "sort": "area", "ranges": [] });
    let choice = json!({ "kind": "give-to-class", "class": classes[0] });

    let before = desk.ask("view", json!({}));
    let supposed = desk.ask("suppose", json!({ "rows": rows, "choice": choice }));
    let listed = desk.ask("conflicts", json!({ "filter": filter, "sort": "area", "offset": 0, "limit": 1 }));
    assert_eq!(supposed["applies"], listed["total"]);
    assert_eq!(desk.ask("view", json!({}))["revision"], before["revision"], "supposing changes nothing");

    let view = desk.ask("decide", json!({ "rows": rows, "choice": choice, "reason": "同类", "basis": "" }));
    let count = supposed["applies"]["count"].as_u64().unwrap();
    assert!(count > 1);
    assert_eq!(open_count(&view), open_count(&before) - count);
    assert_eq!(view["result"]["proof_holds"], true);
    for change in supposed["changes"].as_array().unwrap() {
        let by_class = view["result"]["by_class"].as_array().unwrap();
        let now = by_class
            .iter()
            .find(|tally| tally["class"] == change["class"])
            .map_or(0.0, |t| t["tally"]["area_m2"].as_f64().unwrap());
        assert!((now - change["after_m2"].as_f64().unwrap()).abs() < 1e-3, "{change} {now}");
    }
    assert_eq!(view["history"].as_array().unwrap().len(), 1);
    assert_eq!(open_count(&desk.ask("undo", json!({}))), open_count(&before));
}

#[test]
fn a_list_that_goes_on_after_decisions_is_the_one_that_is_made_anew() {
    let (_folder, desk) = demo();
    let page = |state: &str| {
        let filter = json!({ "state": state, "classes": [], "kind": "", "sliver": null });
        desk.ask("conflicts", json!({ "filter": filter, "sort": "area", "offset": 0, "limit": 500, "locate": null }))
    };
    // Asking for another list has the one before forgotten.
    let anew = |state: &str| {
        page("rule");
        page(state)
    };
    for state in ["open", "hand", ""] {
        let ids: Vec<Value> = anew("open")["rows"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
        page(state);
        for step in 0..6 {
            let (command, request) = match step {
                3 => ("undo", json!({})),
                4 => ("redo", json!({})),
                _ => {
                    let some = &ids[step..2 * step + 2];
                    let choice = json!({ "kind": "keep-all" });
                    ("decide", json!({ "conflicts": some, "rows": null, "choice": choice, "reason": "", "basis": "" }))
                }
            };
            desk.ask(command, request);
            let went_on = page(state);
            assert_eq!(went_on, anew(state), "{state} after {command}");
            page(state);
        }
        desk.ask("return_to", json!({ "number": 0 }));
    }
}

#[test]
fn rows_of_the_list_are_chosen_by_where_they_stand() {
    let (_folder, desk) = demo();
    let rows = desk.list("open", 10)["rows"].clone();
    let ranges = json!([[0, 1], [4, 4]]);
    let rows_wanted = json!({ "filter": { "state": "open" }, "sort": "area", "ranges": ranges });
    let supposed = desk.ask("suppose", json!({ "rows": rows_wanted, "choice": { "kind": "leave-empty" } }));
    let ids: Vec<&Value> = supposed["sample"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, [0, 1, 4].map(|at| &rows[at]["id"]));
    let lost: f64 = [0, 1, 4].iter().map(|&at: &usize| rows[at]["area_m2"].as_f64().unwrap()).sum();
    let empty = supposed["changes"].as_array().unwrap().iter().find(|change| change["class"] == "-").unwrap().clone();
    assert!((empty["after_m2"].as_f64().unwrap() - lost).abs() < 1e-6);
}

#[test]
fn conflicts_are_found_by_name_by_size_by_place_and_by_how_near_they_are() {
    let (_folder, desk) = demo();
    let listed = |filter: Value, sort: &str, near: Value| {
        desk.ask("conflicts", json!({ "filter": filter, "sort": sort, "near": near, "offset": 0, "limit": 500 }))
    };
    let detail = desk.ask("conflict", json!({ "id": desk.list("open", 3)["rows"][2]["id"] }));
    let id = &detail["row"]["id"];
    let near = listed(json!({}), "near", detail["lonlat_inside"].clone());
    assert_eq!(near["rows"][0]["id"], *id);
    let within = listed(json!({ "within": detail["lonlat_bounds"] }), "area", Value::Null);
    assert!(within["rows"].as_array().unwrap().iter().any(|row| row["id"] == *id));
    assert!(within["total"]["count"].as_u64() < desk.list("", 1)["total"]["count"].as_u64());
    let sized =
        listed(json!({ "min_area_m2": 1000.0, "max_area_m2": 50_000.0, "min_width_m": 3.0 }), "area", Value::Null);
    for row in sized["rows"].as_array().unwrap() {
        assert!(
            (1000.0..=50_000.0).contains(&row["area_m2"].as_f64().unwrap()) && row["width_m"].as_f64().unwrap() >= 3.0
        );
    }
    let label = detail["parties"][1]["label"].as_str().unwrap().to_lowercase();
    let named = listed(json!({ "text": label }), "area", Value::Null);
    assert!(named["rows"].as_array().unwrap().iter().any(|row| row["id"] == *id));
    assert_eq!(listed(json!({ "text": "no such name" }), "area", Value::Null)["total"]["count"], 0);
    let compatible = listed(json!({ "state": "compatible" }), "area", Value::Null);
    assert_eq!(compatible["total"]["count"], desk.ask("view", json!({}))["result"]["compatible"]["count"]);
}

#[test]
fn a_layers_findings_have_their_places_and_the_map_its_metres() {
    let (_folder, desk) = demo();
    let view = desk.ask("view", json!({}));
    let layer = view["layers"].as_array().unwrap().iter().find(|layer| layer["findings"] != json!([])).unwrap();
    for told in layer["findings"].as_array().unwrap() {
        let page =
            desk.ask("findings", json!({ "layer": layer["name"], "code": told["code"], "offset": 0, "limit": 2 }));
        assert_eq!(page["total"], told["count"]);
        assert!(page["rows"].as_array().unwrap().len() <= 2 && page["rows"][0]["fid"].is_number());
    }
    let detail = desk.ask("conflict", json!({ "id": desk.list("open", 1)["rows"][0]["id"] }));
    let place = desk.ask("place", json!({ "lonlat": detail["lonlat_inside"] }));
    for axis in [0, 1] {
        let [found, wanted] = [&place["plane"], &detail["inside"]].map(|place| place[axis].as_f64().unwrap());
        assert!((found - wanted).abs() < 1e-3);
    }
}
