//! Figures of the window: groups, districts, the course of the work, and the blueprint against what it was.

use crate::desk::{self, Desk, open, write};
use lantu_project::{Job, Manner, Plan, Room, Watcher, replay};
use serde_json::{Value, json};
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

/// Two woods over a field in two districts: a large conflict in the west, a small one in the east.
fn county() -> (TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "fields.geojson", &[[0.0, 0.0, 12.0, 4.0]]);
    write(folder.path(), "wood.geojson", &[[1.0, 1.0, 5.0, 3.0], [8.0, 1.0, 8.5, 3.0]]);
    let ring = |west: f64, east: f64| {
        let [w, e] = [west, east].map(|x| 111.0 + x / 100.0);
        format!("[[{w},20],[{e},20],[{e},20.04],[{w},20.04],[{w},20]]")
    };
    let district = |code: &str, name: &str, ring: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"XZQDM":"{code}","XZQMC":"{name}"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    let (west, east) = (district("460105", "西县", &ring(0.0, 4.5)), district("460106", "东县", &ring(4.5, 12.0)));
    let text = format!(r#"{{"type":"FeatureCollection","features":[{west},{east}]}}"#);
    std::fs::write(folder.path().join("xzq.geojson"), text).unwrap();
    std::fs::write(folder.path().join("rules.toml"), "").unwrap();
    let text = "rules = 'rules.toml'\n[districts]\npath = 'xzq.geojson'\n[[layer]]\nname = 'farmland'\n\
                path = 'fields.geojson'\n[[layer]]\nname = 'forest'\npath = 'wood.geojson'\n";
    std::fs::write(folder.path().join("p.toml"), text).unwrap();
    let desk = open(folder.path());
    (folder, desk)
}

fn give(desk: &Desk, id: &Value, layer: &str, fid: i64) {
    let choice = json!({ "kind": "give-to", "layer": layer, "fid": fid });
    desk.ask("decide", json!({ "conflicts": [id], "choice": choice, "reason": "", "basis": "" }));
}

fn groups(desk: &Desk, by: &str, filter: Value) -> Vec<Value> {
    desk.ask("groups", json!({ "filter": filter, "by": by }))["rows"].as_array().unwrap().clone()
}

fn page(desk: &Desk, filter: Value, sort: &str) -> Value {
    desk.ask("conflicts", json!({ "filter": filter, "sort": sort, "offset": 0, "limit": 10, "locate": null }))
}

#[test]
fn conflicts_are_grouped_by_pair_district_and_feature_and_each_group_is_a_filter() {
    let (_folder, desk) = county();
    let pairs = groups(&desk, "pair", json!({}));
    assert_eq!((pairs.len(), &pairs[0]["classes"]), (1, &json!(["farmland", "forest"])));
    assert_eq!((&pairs[0]["tally"]["count"], &pairs[0]["open"]["count"]), (&json!(2), &json!(2)));

    let districts = groups(&desk, "district", json!({}));
    let named: Vec<_> = districts.iter().map(|row| (row["district"].clone(), row["name"].clone())).collect();
    assert_eq!(named, [(json!("460105"), json!("西县")), (json!("460106"), json!("东县"))]);
    for (district, wanted) in [("460105", 1), ("460106", 1), ("4601", 2), ("-", 0)] {
        let filter = json!({ "district": district });
        assert_eq!(page(&desk, filter, "area")["total"]["count"], wanted, "{district}");
    }
    let rows = page(&desk, json!({}), "district")["rows"].clone();
    assert!(rows[0]["area_m2"].as_f64() > rows[1]["area_m2"].as_f64(), "the west comes first");

    let features = groups(&desk, "feature", json!({}));
    assert_eq!(features.len(), 3);
    assert_eq!((&features[0]["party"]["layer"], &features[0]["tally"]["count"]), (&json!("farmland"), &json!(2)));
    let filter = json!({ "party": features[2]["party"] });
    assert_eq!(page(&desk, filter.clone(), "area")["total"]["count"], 1);
    assert_eq!(groups(&desk, "pair", filter)[0]["tally"]["count"], 1, "groups are of a filter too");
}

#[test]
fn what_a_district_holds_adds_up_to_the_blueprint() {
    let (_folder, desk) = county();
    let rows = desk.ask("districts", json!({}))["rows"].as_array().unwrap().clone();
    // The districts' corners are rounded: specks of the ground may lie in none.
    let codes: Vec<&Value> = rows.iter().map(|row| &row["code"]).filter(|code| **code != "-").collect();
    assert_eq!(codes, [&json!("460105"), &json!("460106")]);
    assert!(
        rows.iter()
            .filter(|row| row["code"] != "-")
            .all(|row| row["open"]["count"] == 1 && row["conflicts"]["count"] == 1),
        "{rows:?}"
    );
    let of = |row: &Value| {
        row["classes"].as_array().unwrap().iter().map(|one| one["tally"]["area_m2"].as_f64().unwrap()).sum::<f64>()
    };
    let whole = desk.ask("view", json!({}))["result"]["blueprint"]["area_m2"].as_f64().unwrap();
    assert!((rows.iter().map(of).sum::<f64>() / whole - 1.0).abs() < 1e-9, "{rows:?}");
}

/// A rule that gives farmland its ground in these districts, but for some.
fn rule_of_districts(districts: &[&str], except: &[&str]) -> Value {
    json!({
        "id": "D1", "enabled": true, "classes": ["farmland", "forest"],
        "districts": districts, "except_districts": except,
        "then": { "kind": "give-to", "class": "farmland" }, "because": ["因", "because"], "basis": ["据", "basis"],
        "confirmed": false, "conditions": ["", ""], "further": ""
    })
}

fn book(rule: &Value) -> Value {
    json!({ "name": ["本局规则", "our rules"], "classes": [], "pairs": [], "rules": [rule] })
}

#[test]
fn a_rule_holds_in_the_districts_it_names_whoever_runs_it() {
    let (folder, desk) = county();
    let told = desk.ask("rule_state", json!({}))["districts"].clone();
    let codes: Vec<&str> = told.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["46", "4601", "460105", "460106"], "the editor offers them");
    assert_eq!(told[2]["name"], "西县");

    let counts = |book: &Value| {
        let view = desk.ask("change_rules", json!({ "book": book, "reason": "", "basis": "" }));
        ["open", "by_rule"].map(|key| view["result"][key]["count"].as_u64().unwrap())
    };
    assert_eq!(counts(&book(&rule_of_districts(&["4601"], &[]))), [0, 2], "the city's code covers both counties");
    assert_eq!(counts(&book(&rule_of_districts(&["4602"], &[]))), [2, 0]);
    let west = book(&rule_of_districts(&["4601"], &["460106"]));
    assert_eq!(counts(&west), [1, 1]);
    let west_only = page(&desk, json!({ "district": "460105", "state": "rule" }), "area");
    assert_eq!(west_only["total"]["count"], 1, "{west_only}");

    // From a rule file the terminal decides the same, and a replay makes the same bytes.
    let path = folder.path().join("rules.toml");
    desk.ask("write_rules", json!({ "path": path, "book": west }));
    let out = folder.path().join("window.gpkg");
    desk.ask("export", json!({ "what": "blueprint", "path": out }));
    desk.close(folder.path());
    let (stop, record) = (AtomicBool::new(false), folder.path().join("p.lantu"));
    let watcher = Watcher { tell: &|_| {}, stop: &stop };
    let plan = Plan::read(&folder.path().join("p.toml")).unwrap();
    let job = Job::run(plan, None, &[], &Room::default(), watcher).unwrap();
    let again = folder.path().join("terminal.gpkg");
    job.write_blueprint(&again, &Manner::default(), watcher).unwrap();
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&again).unwrap(), "window and terminal");
    let replayed = replay(&record, None, watcher).unwrap();
    assert!(replayed.holds() && replayed.exports[0].same == Some(true), "{replayed:?}");

    // The districts are an input: with other ones the record does not promise the same.
    let districts = folder.path().join("xzq.geojson");
    let moved = std::fs::read_to_string(&districts).unwrap().replace("460106", "460206");
    std::fs::write(&districts, moved).unwrap();
    let changed = replay(&record, None, watcher).unwrap().changed;
    assert_eq!(changed.iter().map(|input| input.path.clone()).collect::<Vec<_>>(), [districts]);
}

#[test]
fn rules_about_districts_are_refused_where_there_are_none() {
    let (folder, desk) = desk::county(&[[0.0, 0.0, 12.0, 4.0]], &[[1.0, 1.0, 5.0, 3.0]]);
    let wanted = book(&rule_of_districts(&["4601"], &[]));
    let problem = desk.project.call("change_rules", json!({ "book": wanted })).unwrap_err();
    assert!(problem.message[1].contains("rule D1 asks for the district"), "{problem:?}");
    let mut rule = rule_of_districts(&["4601"], &[]);
    rule["enabled"] = json!(false);
    desk.ask("change_rules", json!({ "book": book(&rule) }));
    // A file says so before anything is cut.
    desk.ask("write_rules", json!({ "path": folder.path().join("rules.toml"), "book": wanted }));
    let stop = AtomicBool::new(false);
    let plan = Plan::read(&folder.path().join("p.toml")).unwrap();
    let watcher = Watcher { tell: &|_| {}, stop: &stop };
    let problem = Job::run(plan, None, &[], &Room::default(), watcher).unwrap_err();
    assert!(problem.message[0].contains("规则 D1"), "{problem:?}");
}

#[test]
fn rules_of_the_record_that_lost_their_districts_are_spoken_of() {
    let (folder, desk) = county();
    desk.ask("change_rules", json!({ "book": book(&rule_of_districts(&["4601"], &[])), "reason": "", "basis": "" }));
    let fitting = desk.ask("view", json!({}))["said"].clone();
    assert_eq!(fitting, json!([]), "as long as they fit, nothing is said");
    desk.close(folder.path());
    // The districts go from the project, and the rules' own file asks for none.
    let plan = folder.path().join("p.toml");
    let text = std::fs::read_to_string(&plan).unwrap().replace("[districts]\npath = 'xzq.geojson'\n", "");
    std::fs::write(&plan, text).unwrap();
    std::fs::write(folder.path().join("rules.toml"), "").unwrap();
    let record = folder.path().join("p.lantu");
    let job = Job::run(Plan::read(&plan).unwrap(), Some(&record), &[], &Room::default(), Watcher::nobody()).unwrap();
    let said = lantu_project::report(&job, None).unwrap().said;
    assert!(said.len() == 1 && said[0][1].contains("rule D1 asks for the district"), "{said:?}");
    let view = open(folder.path()).ask("view", json!({}));
    assert_eq!(view["said"], json!(said), "the window says the same");
}

#[test]
fn a_layer_of_districts_that_is_opened_with_others_splits_figures_and_is_not_overlaid() {
    let (folder, desk) = county();
    desk.close(folder.path());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let together = ["fields.geojson", "wood.geojson", "xzq.geojson"].map(&path);
    let told = |view: &Value| {
        let layers = view["layers"].as_array().unwrap().len();
        (layers, view["districts"].clone(), view["said"].to_string().contains("taken for districts"))
    };
    let desk = Desk::at(folder.path());
    let view = desk.ask("open", json!({ "paths": together, "assume_crs": null }));
    assert_eq!(told(&view), (2, json!(true), true));
    desk.run();
    let rows = desk.ask("districts", json!({}))["rows"].as_array().unwrap().clone();
    assert!(rows.iter().any(|row| row["name"] == "西县" && row["conflicts"]["count"] == 1), "{rows:?}");
    desk.close(folder.path());
    // The record keeps it.
    let desk = Desk::at(folder.path());
    let view = desk.ask("open", json!({ "paths": [path("fields.lantu")], "assume_crs": null }));
    assert_eq!((view["layers"].as_array().unwrap().len(), &view["districts"]), (2, &json!(true)));
    desk.close(folder.path());

    // Added to what is open; alone it is a layer like any other.
    let folder = tempfile::tempdir().unwrap();
    for name in ["fields.geojson", "wood.geojson", "xzq.geojson"] {
        std::fs::copy(path(name), folder.path().join(name)).unwrap();
    }
    let path = |name: &str| folder.path().join(name).display().to_string();
    let desk = Desk::at(folder.path());
    let view = desk.ask("open", json!({ "paths": [path("fields.geojson")], "assume_crs": null }));
    assert_eq!(told(&view), (1, json!(false), false));
    let view = desk.ask("open", json!({ "paths": [path("xzq.geojson")], "assume_crs": null }));
    assert_eq!(told(&view), (1, json!(true), true));
    desk.ask("open", json!({ "paths": [path("wood.geojson")], "assume_crs": null }));
    let view = desk.run();
    assert_eq!((view["result"]["conflicts"]["count"].as_u64(), &view["districts"]), (Some(2), &json!(true)));
    assert_eq!(desk.ask("districts", json!({}))["rows"][0]["code"], "460105");
    desk.close(folder.path());
    let alone = tempfile::tempdir().unwrap();
    std::fs::copy(path("xzq.geojson"), alone.path().join("xzq.geojson")).unwrap();
    let desk = Desk::at(alone.path());
    let view = desk.ask("open", json!({ "paths": [alone.path().join("xzq.geojson")], "assume_crs": null }));
    assert_eq!(told(&view), (1, json!(false), false));
}

#[test]
fn a_project_without_districts_says_where_to_write_them() {
    let (_folder, desk) = desk::county(&[[0.0, 0.0, 2.0, 2.0]], &[[1.0, 1.0, 3.0, 3.0]]);
    assert_eq!(desk.ask("view", json!({}))["districts"], false);
    let problem = desk.project.call("districts", json!({})).unwrap_err();
    assert!(problem.hint[1].contains("[districts]"), "{problem:?}");
}

#[test]
fn the_course_counts_what_stands_decided_by_hand_at_the_end_of_each_day() {
    let (_folder, desk) = county();
    let rows = page(&desk, json!({}), "area")["rows"].clone();
    give(&desk, &rows[0]["id"], "forest", 0);
    give(&desk, &rows[1]["id"], "forest", 1);
    desk.ask("undo", json!({}));
    give(&desk, &rows[0]["id"], "farmland", 0);
    let days = desk.ask("course", json!({}))["days"].as_array().unwrap().clone();
    let last = days.last().unwrap();
    assert_eq!((&last["decided"]["count"], &last["decided"]["area_m2"]), (&json!(1), &rows[0]["area_m2"]));
    assert_eq!(days.iter().map(|day| day["operations"].as_u64().unwrap()).sum::<u64>(), 4);
}

#[test]
fn the_blueprint_is_compared_with_what_it_was_and_what_differs_is_drawn() {
    let (_folder, desk) = county();
    let rows = page(&desk, json!({}), "area")["rows"].clone();
    give(&desk, &rows[0]["id"], "forest", 0);
    give(&desk, &rows[1]["id"], "forest", 1);
    let since = desk.ask("since", json!({ "number": 1 }));
    assert_eq!(since["changed"]["count"], 1);
    assert_eq!(since["changed"]["area_m2"], rows[1]["area_m2"]);
    let moved: Vec<&Value> = since["classes"].as_array().unwrap().iter().map(|one| &one["class"]).collect();
    assert_eq!(moved.len(), 2, "open ground became forest: {since}");
    assert_eq!(desk.ask("since", json!({ "number": 0 }))["changed"]["count"], 2);
    // The tile of zoom 12 that holds the small conflict at 111.08° east, 20.02° north.
    let tile = |kind: &str| desk.project.tile(kind, 12, 3311, 1815).unwrap();
    assert!(!tile("changes").is_empty() && !tile("then").is_empty() && tile("then") != tile("blueprint"));
    desk.ask("since", json!({ "number": 2 }));
    assert!(tile("changes").is_empty() && tile("then") == tile("blueprint"));
}

#[test]
fn whoever_opens_a_record_that_a_broken_off_program_held_is_told() {
    let (folder, desk) = county();
    assert_eq!(desk.ask("view", json!({}))["recovered"], "");
    desk.project.close();
    assert_eq!(desk.ask("view", json!({}))["record"], "");
    desk.close(folder.path());
    std::fs::write(folder.path().join(".p.lantu.lock"), "李 · 2026-01-01T08:00:00+08:00\n").unwrap();
    let desk = open(folder.path());
    assert!(desk.ask("view", json!({}))["recovered"].as_str().unwrap().starts_with("李 · 2026-01-01"));
    desk.close(folder.path());
}
