//! A project asked as the window asks it.
#![allow(dead_code, reason = "each test file uses its own part")]

use lantu_project::{Project, Settings};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// West, south, east, north in hundredths of a degree from 111° east and 20° north.
pub type Rect = [f64; 4];

/// Writes a GeoJSON file of rectangles.
pub fn write(folder: &Path, name: &str, boxes: &[Rect]) {
    let feature = |[w, s, e, n]: &Rect| {
        let at = |x: &f64, y: &f64| format!("[{},{}]", 111.0 + x / 100.0, 20.0 + y / 100.0);
        let ring = [at(w, s), at(e, s), at(e, n), at(w, n), at(w, s)].join(",");
        format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#)
    };
    let features: Vec<String> = boxes.iter().map(feature).collect();
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    std::fs::write(folder.join(name), text).unwrap();
}

/// Writes and opens a project of `farmland` in `fields.geojson` and `forest` in `wood.geojson`, in
/// which no rule decides.
pub fn county(fields: &[Rect], woods: &[Rect]) -> (TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "fields.geojson", fields);
    write(folder.path(), "wood.geojson", woods);
    std::fs::write(folder.path().join("rules.toml"), "").unwrap();
    let text = "rules = 'rules.toml'\n[[layer]]\nname = 'farmland'\npath = 'fields.geojson'\n\
                [[layer]]\nname = 'forest'\npath = 'wood.geojson'\n";
    std::fs::write(folder.path().join("p.toml"), text).unwrap();
    let desk = open(folder.path());
    (folder, desk)
}

/// Opens `p.toml` in a folder and runs it.
pub fn open(folder: &Path) -> Desk {
    let desk = Desk::at(folder);
    desk.ask("open", json!({ "paths": [folder.join("p.toml")], "assume_crs": null }));
    desk.run();
    desk
}

fn is_lock(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().ends_with(".lantu.lock")
}

pub struct Desk {
    pub project: Project,
    pub progress: Receiver<lantu_project::api::Progress>,
}

impl Desk {
    pub fn at(folder: &Path) -> Self {
        let (tell, progress) = channel();
        let settings =
            Settings { data_dir: folder.to_owned(), state_dir: folder.join("state"), who: "王规划".to_owned() };
        let events = move |heard: lantu_project::api::Progress| drop(tell.send(heard));
        // `Sender` is shared by the threads of a run one after another.
        Self { project: Project::new(settings, Box::new(events)), progress }
    }

    /// Closes the project in a folder and waits until its hold on the record is gone: the thread of a
    /// run ends a moment after it has told so.
    pub fn close(self, folder: &Path) {
        drop(self);
        let held = || std::fs::read_dir(folder).unwrap().any(|entry| is_lock(&entry.unwrap().file_name()));
        for _ in 0..1000 {
            if !held() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the record is still held");
    }

    pub fn ask(&self, name: &str, request: Value) -> Value {
        self.project.call(name, request).unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
    }

    pub fn run(&self) -> Value {
        assert_eq!(self.ask("run", json!({}))["running"], true);
        self.ran()
    }

    /// Waits for the end of a run that has been started.
    pub fn ran(&self) -> Value {
        loop {
            let heard = self.progress.recv_timeout(Duration::from_secs(60)).expect("the run ends");
            assert_eq!(heard.problem, None);
            if heard.stage == "done" {
                return self.ask("view", json!({}));
            }
        }
    }

    pub fn list(&self, state: &str, limit: u32) -> Value {
        let filter = json!({ "state": state });
        self.ask("conflicts", json!({ "filter": filter, "sort": "area", "offset": 0, "limit": limit, "locate": null }))
    }
}
