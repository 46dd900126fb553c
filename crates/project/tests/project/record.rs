//! The record: layers for QGIS in it, copies of it, and who else has it open.

use crate::desk::Desk;
use rusqlite::Connection;
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A project of two squares that overlap by half.
fn county() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, west) in [("farmland", 111.0), ("forest", 111.005)] {
        let (east, south, north) = (west + 0.01, 20.0, 20.01);
        let ring = format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]");
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"名称":"甲"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
        );
        std::fs::write(folder.path().join(format!("{name}.geojson")), text).unwrap();
    }
    let text = "[[layer]]\nname = 'farmland'\npath = 'farmland.geojson'\n\
                [[layer]]\nname = 'forest'\npath = 'forest.geojson'\n";
    let file = folder.path().join("p.toml");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

fn open(file: &Path) -> Desk {
    let desk = Desk::at(file.parent().unwrap());
    desk.ask("open", json!({ "paths": [file], "assume_crs": null }));
    desk.run();
    desk
}

fn decide(desk: &Desk) {
    let id = desk.list("", 1)["rows"][0]["id"].clone();
    let decide = json!({ "conflicts": [id], "choice": { "kind": "keep-all" }, "reason": "", "basis": "" });
    desk.ask("decide", decide);
}

#[test]
fn the_record_draws_the_project_and_keeps_its_decisions() {
    let (_folder, file) = county();
    let desk = open(&file);
    decide(&desk);
    // Twice: the second takes the place of the first.
    for _ in 0..2 {
        let kept = desk.ask("keep_layers", json!({}));
        assert_eq!(
            (&kept["patches"], &kept["conflicts"]),
            (&desk.ask("view", json!({}))["result"]["blueprint"]["count"], &json!(1))
        );
    }
    let record = file.with_extension("lantu");
    let database = Connection::open(&record).unwrap();
    let number = |select: &str| -> i64 { database.query_row(select, [], |row| row.get(0)).unwrap() };
    let text = |select: &str| -> String { database.query_row(select, [], |row| row.get(0)).unwrap() };
    assert_eq!(text("PRAGMA integrity_check"), "ok");
    assert_eq!(text("SELECT rtreecheck('rtree_blueprint_geom')"), "ok");
    assert_eq!(
        number("SELECT count(*) FROM layer_styles WHERE useAsDefault = 1 AND styleQML LIKE '%categorizedSymbol%'"),
        2
    );
    assert_eq!(number("SELECT count(*) FROM gpkg_contents WHERE data_type = 'features'"), 2);
    assert_eq!(
        number(
            "SELECT count(*) FROM gpkg_geometry_columns JOIN gpkg_spatial_ref_sys USING (srs_id) WHERE organization_coordsys_id = 4546"
        ),
        2
    );
    assert_eq!(number("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'conflicts'"), 6);
    assert_eq!(number("SELECT count(*) FROM rtree_conflicts_geom"), number("SELECT count(*) FROM conflicts"));
    assert_eq!(number("SELECT count(*) FROM lantu_operation"), 1);
    assert_eq!(number("SELECT count(*) FROM lantu_place"), 1);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let layers = lantu_project::info(&record, lantu_project::Watcher { tell: &|_| (), stop: &stop }).unwrap();
    let mut drawn: Vec<_> = layers.iter().map(|layer| (layer.layer.as_str(), layer.crs.as_deref())).collect();
    drawn.sort_unstable();
    let drawn: Vec<_> = drawn.into_iter().filter(|(name, _)| ["blueprint", "conflicts"].contains(name)).collect();
    assert_eq!(drawn, [("blueprint", Some("EPSG:4546")), ("conflicts", Some("EPSG:4546"))]);
}

#[test]
fn a_copy_holds_everything_and_the_project_goes_on_with_its_own() {
    let (folder, file) = county();
    let desk = open(&file);
    decide(&desk);
    let copy = folder.path().join("copy.lantu");
    std::fs::write(&copy, "old").unwrap();
    let view = desk.ask("save_as", json!({ "path": copy }));
    assert!(view["record"].as_str().unwrap().ends_with("p.lantu"));
    desk.ask("undo", json!({}));
    let again = Desk::at(folder.path());
    again.ask("open", json!({ "paths": [copy], "assume_crs": null }));
    let view = again.run();
    assert_eq!((&view["result"]["by_hand"]["count"], view["history"].as_array().unwrap().len()), (&json!(1), 1));
    let record = file.with_extension("lantu");
    let problem = desk.project.call("save_as", json!({ "path": record })).unwrap_err();
    assert!(problem.message[1].contains("p.lantu"), "{problem:?}");
    let problem = desk.project.call("save_as", json!({ "path": "/nowhere/x.lantu" })).unwrap_err();
    assert!(problem.message[1].contains("/nowhere/x.lantu"), "{problem:?}");
}

#[test]
fn the_second_window_is_told_and_what_was_decided_at_the_same_time_is_refused() {
    let (folder, file) = county();
    let (one, other) = (open(&file), open(&file));
    assert_eq!(one.ask("view", json!({}))["shared"], json!(null));
    let shared = other.ask("view", json!({}))["shared"].clone();
    assert!(shared["message"][1].as_str().unwrap().contains("open in another window (王规划"), "{shared}");
    // Opened anew in its own window it is still its own.
    one.ask("open", json!({ "paths": [file], "assume_crs": null }));
    assert_eq!(one.run()["shared"], json!(null));
    decide(&one);
    let id = other.list("", 1)["rows"][0]["id"].clone();
    let decide = json!({ "conflicts": [id], "choice": { "kind": "keep-all" }, "reason": "", "basis": "" });
    let problem = other.project.call("decide", decide).unwrap_err();
    assert!(problem.message[1].contains("Another window"), "{problem:?}");
    drop(other);
    one.close(folder.path());
    let again = open(&file);
    assert!(again.ask("view", json!({}))["shared"].is_null());
    again.close(folder.path());
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with('.')).count(), 0);
}
