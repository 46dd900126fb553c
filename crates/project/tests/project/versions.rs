//! A layer gets a new version: decisions follow features to their new numbers, and what no longer
//! fits is listed with its old place.

use crate::desk::{self, Desk, Rect, open, write};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// Two fields that overlap each other; a wood where both are and one over the second's eastern side.
const FIELDS: [Rect; 2] = [[0.0, 0.0, 4.0, 4.0], [3.0, 0.0, 9.0, 4.0]];
const WOODS: [Rect; 2] = [[3.2, 1.0, 3.8, 3.0], [8.0, 1.0, 12.0, 3.0]];

/// A project of the fields and the wood, in which no rule decides.
fn county() -> (TempDir, Desk) {
    desk::county(&FIELDS, &WOODS)
}

/// The conflict of so many parties.
fn conflict(desk: &Desk, parties: usize) -> Value {
    let list = desk.list("", 10);
    let rows = list["rows"].as_array().unwrap().iter();
    let mut details = rows.map(|row| desk.ask("conflict", json!({ "id": row["id"] })));
    details.find(|detail| detail["parties"].as_array().unwrap().len() == parties).unwrap()
}

/// Gives a conflict to the party of a number.
fn give(desk: &Desk, parties: usize, layer: &str, fid: i64) {
    let choice = json!({ "kind": "give-to", "layer": layer, "fid": fid });
    let id = conflict(desk, parties)["row"]["id"].clone();
    desk.ask("decide", json!({ "conflicts": [id], "choice": choice, "reason": "现场核查", "basis": "文号" }));
}

/// The number and area of the party that a conflict goes to.
fn winner(desk: &Desk, parties: usize) -> (Value, f64) {
    let detail = conflict(desk, parties);
    assert_eq!(detail["row"]["state"], "hand", "{detail}");
    let party = &detail["parties"][detail["decision"]["party"].as_u64().unwrap() as usize];
    (party["fid"].clone(), party["area_m2"].as_f64().unwrap())
}

fn replace(desk: &Desk, folder: &Path, boxes: &[Rect]) {
    write(folder, "fields-2.geojson", boxes);
    desk.ask("replace_layer", json!({ "name": "farmland", "path": folder.join("fields-2.geojson") }));
    desk.run();
}

#[test]
fn a_choice_follows_its_feature_to_another_number() {
    let (folder, desk) = county();
    give(&desk, 3, "farmland", 0);
    give(&desk, 2, "farmland", 1);
    let before = winner(&desk, 3);
    assert_eq!(before.0, 0);
    // The same fields the other way round: number 0 is now what 1 was, and both are parties.
    let elsewhere = [[20.0, 20.0, 21.0, 21.0]];
    replace(&desk, folder.path(), &[FIELDS[1], FIELDS[0], elsewhere[0]]);
    let after = winner(&desk, 3);
    assert_eq!(after.0, 1);
    assert!((after.1 / before.1 - 1.0).abs() < 1e-9, "{before:?} {after:?}");
    assert_eq!(winner(&desk, 2).0, 0);
    assert_eq!(desk.ask("orphans", json!({}))["rows"], json!([]));
    // The record says what was decided then, and decisions go on.
    desk.ask("undo", json!({}));
    assert_eq!(conflict(&desk, 2)["row"]["state"], "open");
    desk.ask("redo", json!({}));
    give(&desk, 3, "farmland", 0);
    assert_eq!(winner(&desk, 3).0, 0);
    drop(desk);
    let again = open(folder.path());
    assert_eq!((winner(&again, 3).0, winner(&again, 2).0), (json!(0), json!(0)));
}

#[test]
fn a_field_that_changed_elsewhere_keeps_what_it_alone_can_be_meant_by() {
    let (folder, desk) = county();
    give(&desk, 2, "farmland", 1);
    // The second field begins farther west, away from the wood, and is now the first.
    replace(&desk, folder.path(), &[[2.5, 0.0, 9.0, 4.0], FIELDS[0]]);
    assert_eq!(winner(&desk, 2).0, 0);
}

#[test]
fn a_decision_that_no_longer_fits_is_listed_with_its_old_place_and_kept() {
    let (folder, desk) = county();
    give(&desk, 3, "farmland", 0);
    give(&desk, 2, "forest", 1);
    replace(&desk, folder.path(), &[FIELDS[0]]);
    let rows = desk.ask("orphans", json!({}))["rows"].clone();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    let (first, second) = (&rows[0], &rows[1]);
    assert_eq!(
        (&first["because"], &first["operation"], &first["who"]),
        (&json!("conflict-gone"), &json!(1), &json!("王规划"))
    );
    assert_eq!((&second["layers"], &second["kind"]), (&json!(["farmland", "forest"]), &json!("overlap")));
    assert_eq!((&second["reason"], &second["choice"]["layer"]), (&json!("现场核查"), &json!("forest")));
    let at = [&first["lonlat"][0], &first["lonlat"][1]].map(|side| side.as_f64().unwrap());
    assert!((at[0] - 111.035).abs() < 1e-5 && (at[1] - 20.02).abs() < 1e-5, "{at:?}");
    assert_eq!(desk.ask("view", json!({}))["result"]["orphaned"], 2);
    // With the old version back, both hold again.
    replace(&desk, folder.path(), &FIELDS);
    assert_eq!(winner(&desk, 3).0, 0);
    assert_eq!(desk.ask("orphans", json!({}))["rows"], json!([]));
}

#[test]
fn choices_without_their_party_are_counted_decision_by_decision() {
    let (folder, desk) = county();
    let orphaned = |desk: &Desk| desk.ask("view", json!({}))["result"]["orphaned"].clone();
    give(&desk, 3, "farmland", 0);
    // Both fields changed outside the wood: which of them is meant cannot be told.
    replace(&desk, folder.path(), &[[-1.0, 0.0, 4.0, 4.0], [3.0, 0.0, 9.5, 4.0]]);
    assert_eq!(desk.ask("orphans", json!({}))["rows"][0]["because"], "party-gone");
    give(&desk, 2, "forest", 1);
    assert_eq!(orphaned(&desk), 1);
    give(&desk, 3, "farmland", 1);
    assert_eq!(orphaned(&desk), 0);
    desk.ask("undo", json!({}));
    assert_eq!(orphaned(&desk), 1);
    assert_eq!(conflict(&desk, 3)["row"]["state"], "open");
    drop(desk);
    assert_eq!(orphaned(&open(folder.path())), 1);
}

#[test]
fn a_new_version_is_remembered_and_a_layer_that_is_not_there_is_named() {
    let (folder, desk) = county();
    replace(&desk, folder.path(), &[FIELDS[0]]);
    drop(desk);
    let again = open(folder.path());
    let view = again.ask("view", json!({}));
    let farmland = view["layers"].as_array().unwrap().iter().find(|layer| layer["name"] == "farmland").unwrap();
    assert!(farmland["source"].as_str().unwrap().ends_with("fields-2.geojson"));
    assert_eq!((&farmland["class"], &farmland["features"]), (&json!("farmland"), &json!(1)));
    assert!(view["restored"].as_array().unwrap().iter().any(|edit| edit["kind"] == "replace"));
    let problem = again.project.call("replace_layer", json!({ "name": "sea", "path": "x.shp" })).unwrap_err();
    assert!(problem.message[1].contains("\"sea\""), "{problem:?}");
}
