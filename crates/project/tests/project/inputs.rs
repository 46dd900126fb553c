//! What planners hand over stays as it is: how a layer is read, where results go, in which plane it lies.

use crate::desk::{self, Desk, open, write};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const FIELDS: [desk::Rect; 2] = [[0.0, 0.0, 4.0, 4.0], [3.0, 0.0, 9.0, 4.0]];
const WOODS: [desk::Rect; 1] = [[8.0, 1.0, 12.0, 3.0]];

/// Opens a project file of this text beside the layers.
fn project(folder: &Path, text: &str) -> Desk {
    write(folder, "fields.geojson", &FIELDS);
    write(folder, "wood.geojson", &WOODS);
    fs::write(folder.join("rules.toml"), "").unwrap();
    fs::write(folder.join("p.toml"), format!("rules = 'rules.toml'\n{text}")).unwrap();
    let desk = Desk::at(folder);
    desk.ask("open", json!({ "paths": [folder.join("p.toml")], "assume_crs": null }));
    desk
}

/// Reads a layer again as the window does: all that it was shown goes back, one thing changed.
fn read_again(desk: &Desk, change: impl FnOnce(&mut Value)) {
    let shown = desk.ask("layer_reading", json!({ "name": "a" }));
    let mut request = json!({
        "name": "a", "encoding": "", "crs": shown["crs_given"], "class_field": shown["class_field"],
        "codes": shown["codes"], "shift": shown["shift"],
    });
    change(&mut request);
    desk.ask("read_layer", request);
}

/// The plan as the record keeps it.
fn kept(folder: &Path) -> Value {
    let record = rusqlite::Connection::open(folder.join("p.lantu")).unwrap();
    let text: String =
        record.query_row("SELECT value FROM lantu_meta WHERE key = 'plan'", [], |row| row.get(0)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn another_edit_of_a_layer_leaves_its_datum_parameters_as_they_were_written() {
    for shift in [
        "{ dx = 1.0, dy = -2.0, dz = 3.0, rx = 0.5, ry = 0.0, rz = -0.25, scale = 1.5, convention = 'position-vector' }",
        "{ north = 1.0, east = 2.0, angle = 0.5, scale = 0.0, to = 'EPSG:4547' }",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "crs = 'EPSG:4546'\n[[layer]]\nname = 'a'\npath = 'fields.geojson'\ncrs = 'EPSG:4610'\nshift = {shift}\n"
        );
        let desk = project(folder.path(), &text);
        let before = kept(folder.path())["layer"][0].clone();
        read_again(&desk, |request| request["encoding"] = json!("UTF-8"));
        let mut after = kept(folder.path())["layer"][0].clone();
        assert_eq!(after["encoding"], "UTF-8");
        after["encoding"] = Value::Null;
        assert_eq!(after, before, "only the encoding was changed");
        // Other numbers are of the same kind; another kind begins anew.
        let numbers = desk.ask("layer_reading", json!({ "name": "a" }))["shift"].as_array().unwrap().len();
        read_again(&desk, |request| request["shift"] = json!(vec![0.125; numbers]));
        let layer = &kept(folder.path())["layer"][0]["shift"];
        assert_eq!((&layer["convention"], &layer["to"]), (&before["shift"]["convention"], &before["shift"]["to"]));
        read_again(&desk, |request| request["shift"] = json!(vec![0.125; 11 - numbers]));
        let layer = &kept(folder.path())["layer"][0]["shift"];
        let anew = if numbers == 7 { &layer["to"] } else { &layer["convention"] };
        assert!(anew == "EPSG:4546" || anew == "coordinate-frame", "{layer}");
    }
}

#[test]
fn an_encoding_that_is_changed_gives_back_the_text() {
    let folder = tempfile::tempdir().unwrap();
    // 名称 and 水田 in GBK.
    let (name, paddy) = (b"\xc3\xfb\xb3\xc6", b"\xcb\xae\xcc\xef");
    let wkt = b",\"POLYGON((500000 2200000,500100 2200000,500100 2200100,500000 2200000))\"\n";
    fs::write(folder.path().join("list.csv"), [&name[..], b",WKT\n", paddy, wkt].concat()).unwrap();
    let text = "[[layer]]\nname = 'a'\npath = 'list.csv'\ncrs = 'EPSG:4546'\nencoding = 'Big5'\n";
    let desk = project(folder.path(), text);
    let fields = |desk: &Desk| desk.ask("layer_reading", json!({ "name": "a" }));
    assert_ne!(fields(&desk)["fields"][0], "名称");
    read_again(&desk, |request| request["encoding"] = json!("GBK"));
    let reading = fields(&desk);
    assert_eq!(
        (&reading["fields"][0], &reading["encoding_basis"], &reading["encoding_certain"]),
        (&json!("名称"), &json!("given"), &json!(true))
    );
    drop(desk);
    let again = Desk::at(folder.path());
    again.ask("open", json!({ "paths": [folder.path().join("p.toml")], "assume_crs": null }));
    assert_eq!(fields(&again)["fields"][0], "名称", "it is remembered");
}

const LAYERS: &str = "[[layer]]\nname = 'a'\npath = 'fields.geojson'\n[[layer]]\nname = 'b'\npath = 'wood.geojson'\n";

#[test]
fn nothing_that_the_window_writes_takes_the_place_of_an_input() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("state")).unwrap();
    write(folder.path(), "old.json", &[[20.0, 0.0, 21.0, 1.0]]);
    let desk = project(folder.path(), &format!("{LAYERS}[[layer]]\nname = 'c'\npath = 'old.json'\n"));
    desk.run();
    let inputs = ["fields.geojson", "wood.geojson", "p.toml", "old.json"];
    let before = inputs.map(|name| fs::read(at(name)).unwrap());
    let refused = |command: &str, request: Value| {
        let problem = desk.project.call(command, request).unwrap_err();
        assert!(problem.message[1].contains("one of the inputs"), "{command}: {problem:?}");
    };
    for what in ["blueprint", "conflicts"] {
        refused("export", json!({ "path": at("fields.geojson"), "what": what }));
    }
    // However the way there is spelt.
    refused("export", json!({ "path": at("state/../wood.geojson"), "what": "blueprint" }));
    for name in inputs {
        refused("save_as", json!({ "path": at(name) }));
    }
    refused("write_report", json!({ "path": at("old.json"), "list": 1, "language": "zh", "figures": 0 }));
    refused("write_rules", json!({ "path": at("p.toml"), "book": desk.ask("rule_state", json!({}))["book"] }));
    assert_eq!(inputs.map(|name| fs::read(at(name)).unwrap()), before);
    desk.ask("export", json!({ "path": at("out.geojson"), "what": "blueprint" }));
    desk.ask("save_as", json!({ "path": at("copy.lantu") }));
    let own = desk.project.call("save_as", json!({ "path": at("p.lantu") })).unwrap_err();
    assert!(own.message[1].contains("record that is in use"), "{own:?}");
}

#[test]
fn survey_codes_are_recognised_by_the_field_and_read_as_what_they_mean() {
    let folder = tempfile::tempdir().unwrap();
    let land = |name: &str, field: &str, codes: &[&str]| {
        let rows = (0..).zip(codes).map(|(k, code)| {
            let (w, e) = (500_000 + 100 * k, 500_100 + 100 * k);
            format!("{code},\"POLYGON(({w} 2200000,{e} 2200000,{e} 2200100,{w} 2200000))\"\n")
        });
        let text: String = [format!("{field},WKT\n")].into_iter().chain(rows).collect();
        fs::write(folder.path().join(name), text).unwrap();
    };
    land("dltb.csv", "DLBM", &["0601", "0303"]);
    land("plan.csv", "YDYHFLDM", &["0601"]);
    land("told.csv", "CODE", &["0601", "1006"]);
    land("vague.csv", "CODE", &["0601", "0101"]);
    land("said.csv", "DLBM", &["0601"]);
    let layer = |name: &str, field: &str, more: &str| {
        format!(
            "[[layer]]\nname = '{name}'\nclass = 'land'\npath = '{name}.csv'\ncrs = 'EPSG:4546'\nclass_field = '{field}'\n{more}"
        )
    };
    let text = [
        layer("dltb", "DLBM", ""),
        layer("plan", "YDYHFLDM", ""),
        layer("told", "CODE", ""),
        layer("vague", "CODE", ""),
        layer("said", "DLBM", "codes = 'planning'\n"),
    ]
    .concat();
    let desk = project(folder.path(), &text);
    let view = desk.ask("view", json!({}));
    let found = |name: &str| {
        let layers = view["layers"].as_array().unwrap();
        let layer = layers.iter().find(|layer| layer["name"] == name).unwrap();
        let codes =
            layer["findings"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap().to_owned());
        codes.filter(|code| code.ends_with("codes")).collect::<Vec<_>>()
    };
    assert_eq!((found("dltb"), found("told")), (vec!["survey-codes".to_owned()], vec!["survey-codes".to_owned()]));
    assert_eq!(found("vague"), ["undecided-codes"]);
    assert_eq!((found("plan"), found("said")), (vec![], vec![]));
    let classes: Vec<&str> =
        view["classes"].as_array().unwrap().iter().map(|class| class["id"].as_str().unwrap()).collect();
    // 0601 of the survey is industry (1001), of the planning guide a rural road.
    assert!(["1001", "0507", "0601"].iter().all(|code| classes.contains(code)), "{classes:?}");
    let reading = |name: &str| desk.ask("layer_reading", json!({ "name": name }));
    let dltb = reading("dltb");
    assert_eq!((&dltb["codes"], &dltb["codes_system"]), (&json!(""), &json!("survey")));
    assert!(dltb["codes_because"][1].as_str().unwrap().contains("DLBM"), "{dltb}");
    assert!(reading("vague")["codes_because"][1].as_str().unwrap().contains("do not tell"));
}

#[test]
fn a_plane_that_was_chosen_stays_when_a_layer_moves_the_middle_elsewhere() {
    let (folder, desk) = desk::county(&FIELDS, &WOODS);
    let conflict = |desk: &Desk| {
        let rows = desk.list("", 10)["rows"].clone();
        rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let ids = conflict(&desk);
    let choice = json!({ "kind": "keep-all" });
    desk.ask("decide", json!({ "conflicts": [ids[0]], "choice": choice, "reason": "", "basis": "" }));
    assert_eq!(desk.ask("view", json!({}))["crs"], "EPSG:4546");
    // Another wood three degrees to the west: the middle is in the zone of 108° now.
    write(folder.path(), "wood-2.geojson", &[WOODS[0], [-330.0, 0.0, -329.0, 1.0]]);
    desk.ask("replace_layer", json!({ "name": "forest", "path": folder.path().join("wood-2.geojson") }));
    desk.close(folder.path());
    let again = open(folder.path());
    let view = again.ask("view", json!({}));
    assert_eq!((&view["crs"], &view["result"]["orphaned"]), (&json!("EPSG:4546"), &json!(0)));
    assert!(conflict(&again).contains(&ids[0]));
    assert_eq!(view["said"], json!([]));
    again.close(folder.path());
    // Where the project file says otherwise, it is told.
    let text = fs::read_to_string(folder.path().join("p.toml")).unwrap();
    fs::write(folder.path().join("p.toml"), format!("crs = 'EPSG:4545'\n{text}")).unwrap();
    let view = open(folder.path()).ask("view", json!({}));
    assert_eq!(view["crs"], "EPSG:4545");
    let said = view["said"][0][1].as_str().unwrap();
    assert!(said.contains("the CRS was EPSG:4546 and is now EPSG:4545"), "{said}");
}

#[test]
fn a_grid_that_had_to_be_coarser_stays_so_when_the_data_shrink_again() {
    let folder = tempfile::tempdir().unwrap();
    // Eight degrees from west to east are more than the finest grid holds.
    write(folder.path(), "far.geojson", &[[0.0, 0.0, 4.0, 4.0], [800.0, 0.0, 801.0, 1.0]]);
    let desk = project(folder.path(), LAYERS);
    assert_eq!(desk.run()["grid_m"], 0.0001);
    let id = desk.list("", 1)["rows"][0]["id"].clone();
    desk.ask("decide", json!({ "conflicts": [id], "choice": { "kind": "keep-all" }, "reason": "", "basis": "" }));
    let replace = |file: &str| {
        desk.ask("replace_layer", json!({ "name": "b", "path": folder.path().join(file) }));
        desk.run()
    };
    let view = replace("far.geojson");
    assert_eq!(view["grid_m"], 0.001);
    let said = view["said"][0][1].as_str().unwrap();
    assert!(said.contains("the grid was 0.0001 and is now 0.001"), "{said}");
    assert_eq!(replace("wood.geojson")["grid_m"], 0.001);
    desk.close(folder.path());
    let again = open(folder.path());
    let view = again.ask("view", json!({}));
    assert_eq!((&view["grid_m"], &view["said"]), (&json!(0.001), &json!([])));
    again.close(folder.path());
    let text = fs::read_to_string(folder.path().join("p.toml")).unwrap();
    fs::write(folder.path().join("p.toml"), format!("grid = 0.01\n{text}")).unwrap();
    let view = open(folder.path()).ask("view", json!({}));
    assert_eq!(view["grid_m"], 0.01);
    assert!(view["said"][0][1].as_str().unwrap().contains("the grid was 0.001 and is now 0.01"), "{}", view["said"]);
}

#[test]
fn a_folder_is_searched_to_its_depth_and_points_and_lines_in_it_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("三调/成果/2024");
    fs::create_dir_all(&deep).unwrap();
    fs::create_dir_all(folder.path().join(".hidden")).unwrap();
    write(&deep, "fields.geojson", &FIELDS);
    write(folder.path(), "wood.geojson", &WOODS);
    write(&folder.path().join(".hidden"), "old.geojson", &WOODS);
    let points = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[111,20]}}]}"#;
    fs::write(deep.join("界桩.geojson"), points).unwrap();
    let state = tempfile::tempdir().unwrap();
    let desk = Desk::at(state.path());
    let view = desk.ask("open", json!({ "paths": [folder.path()], "assume_crs": null }));
    let names: Vec<&str> =
        view["layers"].as_array().unwrap().iter().map(|layer| layer["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["fields", "wood"]);
    let said = view["said"][0][0].as_str().unwrap();
    assert!(said.contains("界桩.geojson") && said.contains("略过"), "{said}");
    let other = Desk::at(state.path());
    let alone = json!({ "paths": [deep.join("界桩.geojson")], "assume_crs": null });
    let problem = other.project.call("open", alone).unwrap_err();
    assert!(problem.message[1].contains("points"), "a file that is named alone is meant: {problem:?}");
}

#[test]
fn a_replay_makes_decisions_by_hand_and_what_was_undone_again() {
    let (folder, desk) = desk::county(&FIELDS, &[[1.0, 1.0, 2.0, 2.0], WOODS[0]]);
    let at = |name: &str| folder.path().join(name);
    let rows = desk.list("", 10)["rows"].clone();
    let decide = |row: usize, class: &str| {
        let choice = json!({ "kind": "other-class", "class": class });
        desk.ask("decide", json!({ "conflicts": [rows[row]["id"]], "choice": choice, "reason": "", "basis": "" }));
    };
    decide(0, "farmland");
    desk.ask("export", json!({ "path": at("one.gpkg"), "what": "blueprint" }));
    decide(1, "forest");
    desk.ask("undo", json!({}));
    desk.ask("export", json!({ "path": at("two.gpkg"), "what": "blueprint" }));
    decide(1, "farmland");
    desk.ask("export", json!({ "path": at("three.gpkg"), "what": "conflicts" }));
    desk.close(folder.path());
    let stop = std::sync::atomic::AtomicBool::new(false);
    let watcher = lantu_project::Watcher { tell: &|_| {}, stop: &stop };
    let replay = lantu_project::replay(&at("p.lantu"), None, watcher).unwrap();
    assert!(replay.holds() && replay.program.is_none(), "{replay:?}");
    let same: Vec<Option<bool>> = replay.exports.iter().map(|export| export.same).collect();
    assert_eq!(same, [Some(true); 3]);
    let [one, two] = ["one.gpkg", "two.gpkg"].map(|name| fs::read(at(name)).unwrap());
    assert!(one == two, "an operation that was undone leaves nothing");
}

#[test]
fn a_project_that_was_moved_with_its_data_opens_where_it_lies_now() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
    fs::create_dir_all(old.join("data")).unwrap();
    write(&old.join("data"), "fields.geojson", &FIELDS);
    write(&old.join("data"), "wood.geojson", &WOODS);
    let state = tempfile::tempdir().unwrap();
    let desk = Desk::at(state.path());
    let files = ["fields", "wood"].map(|name| old.join(format!("data/{name}.geojson")));
    desk.ask("open", json!({ "paths": files, "assume_crs": null }));
    desk.run();
    let id = desk.list("", 1)["rows"][0]["id"].clone();
    desk.ask("decide", json!({ "conflicts": [id], "choice": { "kind": "keep-all" }, "reason": "", "basis": "" }));
    desk.close(&old.join("data"));
    fs::rename(&old, &new).unwrap();
    let desk = Desk::at(state.path());
    desk.ask("open", json!({ "paths": [new.join("data/fields.lantu")], "assume_crs": null }));
    let view = desk.run();
    assert_eq!(view["result"]["orphaned"], 0);
    let sources = view["layers"].as_array().unwrap().iter().map(|layer| layer["source"].as_str().unwrap().to_owned());
    assert!(
        sources.clone().all(|source| source.starts_with(new.to_str().unwrap())),
        "{:?}",
        sources.collect::<Vec<_>>()
    );
}

#[test]
fn the_window_says_how_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let desk = project(folder.path(), LAYERS);
    let result = desk.run()["result"].clone();
    let tally = result["by_class"].as_array().unwrap().iter().find(|tally| tally["class"] != "").unwrap();
    let (class, of_class) = (tally["class"].clone(), tally["tally"]["count"].as_u64().unwrap());
    let all = result["blueprint"]["count"].as_u64().unwrap();
    let export = |name: &str, manner: Value| {
        let request = json!({ "path": at(name), "what": "blueprint", "manner": manner });
        desk.ask("export", request)["features"].as_u64().unwrap()
    };
    assert_eq!(export("all.shp", json!({})), all);
    let manner = json!({ "encoding": "gbk", "names": "standard", "only": [class] });
    assert_eq!(export("some.shp", manner), of_class, "only one class");
    assert!(0 < of_class && of_class < all);
    let read = |name: &str| fs::read_to_string(at(name)).unwrap();
    assert_eq!((read("all.cpg").trim(), read("some.cpg").trim()), ("UTF-8", "GBK"));
    let fields = ["all.fields.csv", "some.fields.csv"].map(read);
    assert_ne!(fields[0], fields[1], "other names");
    assert_eq!(export("each.txt", json!({ "each": true })), all);
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let each = names.filter(|name| name.to_string_lossy().starts_with("each_"));
    assert_eq!(each.filter(|name| name.to_string_lossy().ends_with(".txt")).count() as u64, all, "a file per patch");
}

#[test]
fn the_record_knows_the_files_of_a_run_before_anything_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let desk = project(folder.path(), LAYERS);
    let kept = || {
        let record = rusqlite::Connection::open(folder.path().join("p.lantu")).unwrap();
        let number = |select: &str| record.query_row(select, [], |row| row.get::<_, i64>(0)).unwrap();
        (number("SELECT count(*) FROM lantu_run"), number("SELECT count(*) FROM lantu_input WHERE length(sha256) = 64"))
    };
    assert_eq!(kept(), (0, 0));
    desk.run();
    assert_eq!(kept(), (1, 2));
    desk.run();
    assert_eq!(kept(), (1, 2), "the same again");
    write(folder.path(), "wood.geojson", &[[0.5, 0.0, 2.0, 1.0]]);
    desk.ask("open", json!({ "paths": [folder.path().join("p.toml")], "assume_crs": null }));
    desk.run();
    assert_eq!(kept(), (2, 4), "another file");
}
