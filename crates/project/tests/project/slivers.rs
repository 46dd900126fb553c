//! Slivers in the window and in the terminal: preview, apply, undo; the same bytes either way.

use lantu_project::{Job, Manner, Plan, Project, Room, Settings, Watcher, report};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Two fields, a strip of grass between them, and a hole: in metres of EPSG:4546.
const LAYERS: [(&str, &str); 2] = [
    (
        "farmland",
        "[[[500000,2200000],[500100,2200000],[500100,2200100],[500000,2200100],[500000,2200000]],[[500040,2200040],[500040,2200045],[500045,2200045],[500045,2200040],[500040,2200040]]]",
    ),
    ("grass", "[[[500100,2200000],[500101,2200000],[500101,2200100],[500100,2200100],[500100,2200000]]]"),
];

fn project_file(folder: &Path, slivers: &str) -> PathBuf {
    let mut plan = format!("crs = 'EPSG:4546'\n{slivers}\n");
    for (name, rings) in LAYERS {
        let text = format!(
            r#"{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":"EPSG:4546"}}}},"features":[{{"type":"Feature","id":1,"properties":{{}},"geometry":{{"type":"Polygon","coordinates":{rings}}}}}]}}"#
        );
        std::fs::write(folder.join(format!("{name}.geojson")), text).unwrap();
        plan += &format!("[[layer]]\nname = '{name}'\nclass = '{name}'\npath = '{name}.geojson'\n");
    }
    let path = folder.join("plan.toml");
    std::fs::write(&path, plan).unwrap();
    path
}

fn opened(folder: &Path, slivers: &str) -> Project {
    let file = project_file(folder, slivers);
    let settings = Settings { state_dir: folder.to_path_buf(), ..Settings::default() };
    let project = Project::new(settings, Box::new(|_| {}));
    ask(&project, "open", json!({ "paths": [file.display().to_string()] }));
    run(&project);
    project
}

fn ask(project: &Project, name: &str, request: Value) -> Value {
    project.call(name, request).unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
}

fn run(project: &Project) -> Value {
    ask(project, "run", json!({}));
    loop {
        let view = ask(project, "view", json!({}));
        if view["running"] == false {
            assert!(view["result"].is_object(), "{view}");
            return view;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The area of a class in the blueprint, to the square metre.
fn area(view: &Value, class: &str) -> f64 {
    let classes = view["result"]["by_class"].as_array().unwrap();
    let found = classes.iter().find(|entry| entry["class"] == class);
    found.map_or(0.0, |entry| entry["tally"]["area_m2"].as_f64().unwrap().round())
}

fn settings() -> Value {
    json!({
        "area_m2": 200.0, "width_m": 0.0, "scale": null, "per_scale_m2": 0.0, "passes": 3, "open": false,
        "gap_area_m2": 50.0, "gap_width_m": 0.0, "classes": [], "limits": [], "except": []
    })
}

#[test]
fn slivers_are_previewed_merged_and_given_back_in_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let project = opened(folder.path(), "");
    let before = ask(&project, "view", json!({}));
    assert_eq!((area(&before, "farmland"), area(&before, "grass")), (9975.0, 100.0));
    let state = ask(&project, "sliver_state", json!({}));
    assert_eq!((state["active"].as_bool(), state["from"].as_str()), (Some(false), Some("seeds")));

    let supposed = ask(&project, "suppose_slivers", settings());
    assert_eq!((&supposed["moved"]["count"], &supposed["filled"]["count"]), (&json!(1), &json!(1)));
    assert_eq!(supposed["by_class"][0]["from"], "grass");
    assert_eq!(ask(&project, "view", json!({}))["result"], before["result"], "nothing is changed");

    let merged = ask(&project, "merge_slivers", json!({ "settings": settings(), "reason": "碎图斑", "basis": "" }));
    assert_eq!((area(&merged, "farmland"), area(&merged, "grass")), (10_100.0, 0.0));
    assert_eq!((&merged["result"]["slivers"]["count"], &merged["result"]["proof_holds"]), (&json!(2), &json!(true)));
    assert_eq!(merged["undo"]["kind"], "slivers");
    let page = ask(&project, "slivers", json!({ "offset": 0, "limit": 10 }));
    let rows = page["rows"].as_array().unwrap();
    assert!(
        rows.iter().any(|row| row["from"] == "grass" && row["to"] == "farmland" && row["to_source"] == "farmland:1")
    );
    assert!(rows.iter().any(|row| row["gap"] == true && row["to"] == "farmland"));

    let undone = ask(&project, "undo", json!({}));
    assert_eq!(undone["result"], before["result"]);
    let redone = ask(&project, "redo", json!({}));
    assert_eq!(redone["result"], merged["result"]);
}

#[test]
fn settings_that_name_an_unknown_class_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let project = opened(folder.path(), "");
    let mut wrong = settings();
    wrong["except"] = json!(["farmlnad"]);
    let problem = project.call("suppose_slivers", wrong).unwrap_err();
    assert!(problem.message[1].contains("farmlnad"), "{problem:?}");
}

#[test]
fn window_terminal_and_replay_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds/rules/three-lines.toml");
    let plan = format!("rules = '{}'\n[slivers]\narea_m2 = 200.0\ngap_area_m2 = 50.0\n", rules.display());
    let project = opened(folder.path(), &plan);
    let window = folder.path().join("window.gpkg");
    ask(&project, "export", json!({ "path": window.display().to_string(), "what": "blueprint" }));

    let (stop, quiet) = (AtomicBool::new(false), |_: lantu_project::api::Progress| {});
    let watcher = Watcher { tell: &quiet, stop: &stop };
    let read = Plan::read(&folder.path().join("plan.toml")).unwrap();
    let job = Job::run(read, None, &[], &Room::default(), watcher).unwrap();
    let terminal = folder.path().join("terminal.gpkg");
    let written = job.write_blueprint(&terminal, &Manner::default(), watcher).unwrap();
    assert!(written.proof.holds());
    assert!(std::fs::read(&window).unwrap() == std::fs::read(&terminal).unwrap());

    let replay = lantu_project::replay(&folder.path().join("plan.lantu"), None, watcher).unwrap();
    assert!(replay.holds() && replay.exports.len() == 1, "{replay:?}");

    let told = serde_json::to_value(report(&job, Some(&written)).unwrap()).unwrap();
    assert_eq!((&told["slivers"]["moved"]["count"], &told["slivers"]["filled"]["count"]), (&json!(1), &json!(1)));
    assert_eq!(told["sliver_log"].as_array().unwrap().len(), 2);
    let geojson = folder.path().join("terminal.geojson");
    assert!(job.write_blueprint(&geojson, &Manner::default(), watcher).unwrap().proof.holds());
}
