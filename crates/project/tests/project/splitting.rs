//! A conflict is split into parts that are decided apart, locked against further decisions, and the
//! record is gone back in; decisions elsewhere stay as they are.

use crate::desk::{self, Desk, open, write};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Two woods over a field, which no rule decides: a large conflict in the west, a small one in the east.
fn county() -> (TempDir, Desk) {
    desk::county(&[[0.0, 0.0, 12.0, 4.0]], &[[1.0, 1.0, 5.0, 3.0], [8.0, 1.0, 8.5, 3.0]])
}

/// The conflicts, largest first.
fn rows(desk: &Desk) -> Vec<Value> {
    desk.list("", 10)["rows"].as_array().unwrap().clone()
}

fn give(desk: &Desk, id: &Value, layer: &str, fid: i64) {
    let choice = json!({ "kind": "give-to", "layer": layer, "fid": fid });
    desk.ask("decide", json!({ "conflicts": [id], "choice": choice, "reason": "", "basis": "" }));
}

/// Cuts the first conflict from south to north at 111.02, a quarter of the way.
fn split(desk: &Desk, row: &Value) {
    let line = json!([[111.02, 20.005], [111.02, 20.02], [111.02, 20.035]]);
    desk.ask("split", json!({ "id": row["id"], "line": line, "path": "" }));
    desk.ran();
}

fn area(row: &Value) -> f64 {
    row["area_m2"].as_f64().unwrap()
}

#[test]
fn a_split_conflict_has_parts_that_are_decided_apart_and_no_decision_elsewhere_is_lost() {
    let (folder, desk) = county();
    let before = rows(&desk);
    assert_eq!(before.len(), 2);
    give(&desk, &before[1]["id"], "forest", 1);
    split(&desk, &before[0]);

    let after = rows(&desk);
    assert_eq!(after.len(), 3, "{after:?}");
    let parts: f64 = area(&after[0]) + area(&after[1]);
    // The line's ends on the border move it by less than a step of the grid.
    assert!((parts / area(&before[0]) - 1.0).abs() < 1e-7, "{before:?} {after:?}");
    assert!((area(&after[1]) / area(&before[0]) - 0.25).abs() < 1e-3, "a quarter lies west of the line");
    assert_eq!((&after[2]["id"], &after[2]["state"]), (&before[1]["id"], &json!("hand")));
    let detail = desk.ask("conflict", json!({ "id": after[0]["id"] }));
    assert_eq!((&detail["split"]["number"], &detail["split"]["who"]), (&json!(1), &json!("王规划")));

    give(&desk, &after[0]["id"], "forest", 0);
    give(&desk, &after[1]["id"], "farmland", 0);
    let result = desk.ask("view", json!({}))["result"].clone();
    assert_eq!((&result["proof_holds"], &result["open"]["count"]), (&json!(true), &json!(0)));
    let of = |class: &str| {
        let tallies = result["by_class"].as_array().unwrap();
        tallies.iter().find(|tally| tally["class"] == class).unwrap()["tally"]["area_m2"].as_f64().unwrap()
    };
    let forest = area(&after[0]) + area(&after[2]);
    assert!((of("forest") - forest).abs() < 1e-3, "{result}");
    desk.close(folder.path());

    // The split is in the record: it and its decisions are there again, and can be taken back.
    let again = open(folder.path());
    assert!(rows(&again).iter().all(|row| row["state"] == "hand"), "{:?}", rows(&again));
    again.ask("rejoin", json!({ "number": 1 }));
    again.ran();
    let joined = rows(&again);
    assert_eq!((joined.len(), &joined[0]["id"]), (2, &before[0]["id"]));
    assert_eq!(again.ask("view", json!({}))["result"]["orphaned"], 2, "what was decided of the parts is kept");
}

#[test]
fn the_borders_of_a_file_split_a_conflict_too_and_a_line_beside_it_is_refused() {
    let (folder, desk) = county();
    let first = rows(&desk)[0].clone();
    let path = folder.path().join("west.geojson");
    write(folder.path(), "west.geojson", &[[-1.0, -1.0, 3.0, 9.0]]);
    desk.ask("split", json!({ "id": first["id"], "line": [], "path": path }));
    desk.ran();
    let after = rows(&desk);
    assert_eq!(after.len(), 3);
    assert!((area(&after[0]) / area(&first) - 0.5).abs() < 1e-3);

    let line = json!([[111.06, 20.0], [111.06, 20.04]]);
    let problem = desk.project.call("split", json!({ "id": after[0]["id"], "line": line, "path": "" })).unwrap_err();
    assert!(problem.message[0].contains("没有"), "{problem:?}");
    assert_eq!(rows(&desk).len(), 3);
}

#[test]
fn a_locked_decision_is_neither_changed_nor_undone_until_it_is_unlocked() {
    let (folder, desk) = county();
    let first = rows(&desk)[0]["id"].clone();
    let lock = |desk: &Desk, locked: bool| desk.project.call("lock", json!({ "conflicts": [first], "locked": locked }));
    assert!(lock(&desk, true).is_err(), "an open conflict cannot be locked");
    give(&desk, &first, "forest", 0);
    lock(&desk, true).unwrap();
    desk.close(folder.path());

    let desk = open(folder.path());
    let choice = json!({ "kind": "leave-empty" });
    let refused = json!({ "conflicts": [first], "choice": choice, "reason": "", "basis": "" });
    assert!(desk.project.call("decide", refused.clone()).is_err());
    assert!(desk.project.call("undo", json!({})).is_err());
    // Among many it is passed over.
    let all = json!({ "filter": {}, "sort": "area", "ranges": [] });
    let many = json!({ "rows": all, "choice": choice, "reason": "", "basis": "" });
    desk.ask("decide", many);
    let detail = desk.ask("conflict", json!({ "id": first }));
    assert_eq!((&detail["decision"]["verdict"], &detail["locked"]), (&json!("give-to"), &json!(true)));
    lock(&desk, false).unwrap();
    desk.ask("decide", refused);
    assert_eq!(desk.ask("conflict", json!({ "id": first }))["decision"]["verdict"], "leave-empty");
}

#[test]
fn the_record_leads_back_to_any_operation_and_forth_again() {
    let (_folder, desk) = county();
    let both: Vec<Value> = rows(&desk).iter().map(|row| row["id"].clone()).collect();
    let state = |desk: &Desk, at: usize| desk.ask("conflict", json!({ "id": both[at] }))["row"]["state"].clone();
    give(&desk, &both[0], "forest", 0);
    give(&desk, &both[1], "forest", 1);
    give(&desk, &both[0], "farmland", 0);
    let view = desk.ask("return_to", json!({ "number": 1 }));
    assert_eq!((&view["undo"]["number"], &view["redo"]["number"]), (&json!(1), &json!(2)));
    assert_eq!((state(&desk, 0), state(&desk, 1)), (json!("hand"), json!("open")));
    desk.ask("return_to", json!({ "number": 0 }));
    assert_eq!(state(&desk, 0), "open");
    desk.ask("return_to", json!({ "number": 3 }));
    assert_eq!((state(&desk, 0), state(&desk, 1)), (json!("hand"), json!("hand")));
    desk.ask("return_to", json!({ "number": 2 }));
    give(&desk, &both[1], "farmland", 0);
    let problem = desk.project.call("return_to", json!({ "number": 3 })).unwrap_err();
    assert!(problem.message[1].contains('3'), "{problem:?}");
}
