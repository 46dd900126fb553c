//! Rules are tried and changed in the window: one operation of the record, undone like any other, in force
//! wherever the record is read; nothing is cut again.

use crate::desk::{self, Desk, open};
use lantu_project::{Job, Manner, Plan, Room, Watcher};
use serde_json::{Value, json};
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

/// Two woods over a field, which no rule decides: a large conflict in the west, a small one in the east.
fn county() -> (TempDir, Desk) {
    desk::county(&[[0.0, 0.0, 12.0, 4.0]], &[[1.0, 1.0, 5.0, 3.0], [8.0, 1.0, 8.5, 3.0]])
}

fn rule(id: &str, class: &str, further: &str) -> Value {
    json!({
        "id": id, "enabled": true, "classes": ["farmland", "forest"], "then": { "kind": "give-to", "class": class },
        "because": ["因", "because"], "basis": ["据", "basis"], "confirmed": false, "conditions": ["", ""],
        "further": further
    })
}

fn book(rules: &[Value]) -> Value {
    json!({ "name": ["本局规则", "our rules"], "classes": [], "pairs": [], "rules": rules })
}

fn change(desk: &Desk, book: &Value) -> Value {
    desk.ask("change_rules", json!({ "book": book, "reason": "会议纪要", "basis": "〔2026〕3 号" }))
}

fn state(view: &Value) -> (u64, u64) {
    let count = |key: &str| view["result"][key]["count"].as_u64().unwrap();
    (count("open"), count("by_rule"))
}

#[test]
fn changed_rules_decide_at_once_are_undone_and_redone_and_are_there_after_the_night() {
    let (folder, desk) = county();
    let before = desk.ask("view", json!({}));
    assert_eq!(state(&before), (2, 0));
    let view = change(&desk, &book(&[rule("R1", "farmland", "")]));
    assert_eq!((state(&view), &view["rules"][0]), ((0, 2), &json!("本局规则")));
    assert_eq!((&view["history"][0]["kind"], &view["history"][0]["reason"]), (&json!("rules"), &json!("会议纪要")));
    assert_eq!(state(&desk.ask("undo", json!({}))), (2, 0));
    assert_eq!(state(&desk.ask("redo", json!({}))), (0, 2));
    assert_eq!(desk.ask("rule_state", json!({}))["from"], "record");
    desk.close(folder.path());

    let desk = open(folder.path());
    assert_eq!(state(&desk.ask("view", json!({}))), (0, 2));
    // Back to those of the file: a step of its own.
    let view = desk.ask("change_rules", json!({ "book": null }));
    assert_eq!((state(&view), desk.ask("rule_state", json!({}))["from"].as_str()), ((2, 0), Some("file")));
    desk.close(folder.path());
}

#[test]
fn a_try_tells_what_would_change_by_class_pair_and_rule_and_which_rule_shadows_which() {
    let (_folder, desk) = county();
    let small = r#"{"max_area_m2":2000000.0}"#;
    let tried = book(&[rule("R1", "forest", small), rule("R2", "farmland", "")]);
    let supposed = desk.ask("suppose_rules", json!({ "book": tried }));
    assert_eq!((&supposed["tried"], &supposed["remarks"]), (&json!(true), &json!([])));
    let counts = |both: &Value| [0, 1].map(|at| both[at]["count"].as_u64().unwrap());
    assert_eq!((counts(&supposed["open"]), counts(&supposed["conflicts"])), ([2, 0], [2, 2]));
    assert_eq!(counts(&supposed["pairs"][0]["open"]), [2, 0]);
    let effect = |at: usize| &supposed["rules"][at];
    assert_eq!((counts(&effect(0)["decides"]), counts(&effect(1)["decides"])), ([0, 1], [0, 1]));
    assert_eq!((&effect(0)["shadowed"], &effect(1)["shadowed"][0]["by"]), (&json!([]), &json!("R1")));
    assert_eq!(effect(1)["shadowed"][0]["tally"]["count"], 1);
    let area = |supposed: &Value, class: &str| {
        let found = supposed["classes"].as_array().unwrap().iter().find(|one| one["class"] == class).cloned();
        found.map(|one| [one["before_m2"].as_f64().unwrap(), one["after_m2"].as_f64().unwrap()])
    };
    let open = area(&supposed, "").unwrap();
    assert!(open[0] > 0.0 && open[1] == 0.0);
    assert_eq!(state(&desk.ask("view", json!({}))), (2, 0), "a try decides nothing");

    // What was told comes true.
    change(&desk, &tried);
    let view = desk.ask("view", json!({}));
    let farmland =
        view["result"]["by_class"].as_array().unwrap().iter().find(|one| one["class"] == "farmland").cloned();
    assert_eq!(farmland.unwrap()["tally"]["area_m2"], area(&supposed, "farmland").unwrap()[1]);
}

#[test]
fn a_pair_that_becomes_compatible_leaves_the_conflicts_and_the_rule_about_it_is_told_to_be_idle() {
    let (_folder, desk) = county();
    let mut tried = book(&[rule("R1", "farmland", "")]);
    tried["pairs"] =
        json!([{ "classes": ["forest", "farmland"], "compatible": true, "because": ["", ""], "confirmed": false }]);
    let supposed = desk.ask("suppose_rules", json!({ "book": tried }));
    assert_eq!((&supposed["conflicts"][0]["count"], &supposed["conflicts"][1]["count"]), (&json!(2), &json!(0)));
    let remark = &supposed["remarks"][0];
    assert_eq!((&remark["entry"], &remark["fatal"]), (&json!("rule"), &json!(false)), "{remark}");
    assert_eq!(state(&change(&desk, &tried)), (0, 0));
}

#[test]
fn rules_that_cannot_be_meant_are_refused_and_leave_no_trace() {
    let (_folder, desk) = county();
    for wrong in [
        book(&[rule("R1", "farmlnad", "")]),
        book(&[rule("R1", "forest", ""), rule("R1", "farmland", "")]),
        book(&[rule(" ", "forest", "")]),
        book(&[rule("R1", "forest", "{ not conditions")]),
    ] {
        desk.project.call("change_rules", json!({ "book": wrong })).unwrap_err();
    }
    assert_eq!(desk.ask("view", json!({}))["history"], json!([]));
}

#[test]
fn a_locked_decision_stands_against_other_rules() {
    let (_folder, desk) = county();
    change(&desk, &book(&[rule("R1", "farmland", "")]));
    let row = desk.list("", 1)["rows"][0].clone();
    desk.ask("lock", json!({ "conflicts": [row["id"]], "locked": true }));
    let other = book(&[rule("R1", "forest", "")]);
    let problem = desk.project.call("change_rules", json!({ "book": other })).unwrap_err();
    assert!(problem.message[1].contains("locked"), "{problem:?}");
    desk.project.call("undo", json!({})).unwrap_err();
    change(&desk, &book(&[rule("R9", "farmland", "")]));
    desk.ask("lock", json!({ "conflicts": [row["id"]], "locked": false }));
    change(&desk, &other);
}

#[test]
fn window_terminal_and_replay_decide_by_the_records_rules_and_write_the_same_bytes() {
    let (folder, desk) = county();
    change(&desk, &book(&[rule("R1", "farmland", "")]));
    let (one, other) = (folder.path().join("window.geojson"), folder.path().join("terminal.geojson"));
    desk.ask("export", json!({ "path": one, "what": "blueprint" }));
    desk.close(folder.path());

    let stop = AtomicBool::new(false);
    let watcher = Watcher { tell: &|_| {}, stop: &stop };
    let replay = lantu_project::replay(&folder.path().join("p.lantu"), None, watcher).unwrap();
    assert!(replay.holds() && replay.exports.len() == 1, "{replay:?}");
    let plan = Plan::read(&folder.path().join("p.toml")).unwrap();
    let job = Job::run(plan, Some(&folder.path().join("p.lantu")), &[], &Room::default(), watcher).unwrap();
    job.write_blueprint(&other, &Manner::default(), watcher).unwrap();
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(other).unwrap());
}

#[test]
fn rules_go_to_a_file_and_come_back() {
    let (folder, desk) = county();
    let path = folder.path().join("out.toml");
    let rules = book(&[rule("R1", "farmland", r#"{"sliver":false}"#)]);
    desk.ask("write_rules", json!({ "path": path, "book": rules }));
    let read = desk.ask("read_rules", json!({ "path": path }));
    assert_eq!(read["remarks"], json!([]));
    assert_eq!(read["book"]["rules"][0]["conditions"][1], "it is no sliver");
    assert_eq!(state(&change(&desk, &read["book"])), (0, 2));
}
