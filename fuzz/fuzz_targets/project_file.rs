//! A project as a person writes it (TOML), and its record: a good one with some of its bytes changed.
//!
//! The first byte says which. For a record, every five bytes say where and what to change.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lantu_project::api::Problem;
use lantu_project::{Plan, Project, Settings, Watcher, replay};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

/// A folder with a project that was run, decided and exported, and its record's bytes.
struct Good {
    folder: TempDir,
    record: Vec<u8>,
}

static GOOD: OnceLock<Good> = OnceLock::new();

fn good() -> Good {
    let folder = tempfile::tempdir().expect("a folder for the project");
    let at = |name: &str| folder.path().join(name);
    for (name, west) in [("farmland", 111.0), ("forest", 111.005)] {
        let [e, n] = [west + 0.01, 20.01];
        let ring = format!("[[[{west},20],[{e},20],[{e},{n}],[{west},{n}],[{west},20]]]");
        let feature = format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}}"#);
        let text = format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#);
        fs::write(at(&format!("{name}.geojson")), text).expect("a layer can be written");
    }
    let layer = |name: &str| format!("[[layer]]\nname = '{name}'\npath = '{name}.geojson'\n");
    fs::write(at("p.toml"), layer("farmland") + &layer("forest")).expect("the project can be written");
    let plan = Plan::read(&at("p.toml")).expect("it is a project");
    let never = AtomicBool::new(false);
    let watcher = || Watcher { tell: &|_| {}, stop: &never };
    let room = lantu_project::Room::default();
    let job = lantu_project::Job::run(plan, None, &[], &room, watcher()).expect("it runs");
    let manner = lantu_project::Manner::default();
    let written = job.write_blueprint(&at("out.gpkg"), &manner, watcher()).expect("it is written");
    job.keep(&at("p.lantu"), &manner, &written, None).expect("it is kept");
    let record = fs::read(at("p.lantu")).expect("there is a record");
    Good { folder, record }
}

fn changed(record: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut bytes = record.to_vec();
    for change in changes.chunks_exact(5) {
        let at = u32::from_le_bytes([change[0], change[1], change[2], 0]) as usize % bytes.len();
        let end = (at + usize::from(change[4] >> 4) + 1).min(bytes.len());
        bytes[at..end].fill(change[3]);
        if change[4] & 15 == 15 {
            bytes.truncate(at.max(1));
        }
    }
    bytes
}

fn is_a_sentence(problem: &Problem) {
    assert!(problem.code != "internal" && problem.message.iter().all(|text| text.len() > 8), "{problem:?}");
}

fn open(folder: &Path) {
    let settings = Settings { data_dir: folder.to_owned(), state_dir: folder.join("state"), who: "fuzz".to_owned() };
    let project = Project::new(settings, Box::new(|_| {}));
    let request = json!({ "paths": [folder.join("p.toml")], "assume_crs": null });
    if let Err(problem) = project.call("open", request) {
        is_a_sentence(&problem);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&which, rest)) = bytes.split_first() else { return };
    let good = GOOD.get_or_init(good);
    let folder = good.folder.path();
    if which % 2 == 0 {
        let path = folder.join("written.toml");
        fs::write(&path, rest).expect("the project can be written");
        if let Err(problem) = Plan::read(&path) {
            is_a_sentence(&problem);
        }
        return;
    }
    let record = folder.join("p.lantu");
    fs::write(&record, changed(&good.record, rest)).expect("the record can be written");
    let watcher = Watcher { tell: &|_| {}, stop: &AtomicBool::new(false) };
    if let Err(problem) = replay(&record, None, watcher) {
        is_a_sentence(&problem);
    }
    open(folder);
});
