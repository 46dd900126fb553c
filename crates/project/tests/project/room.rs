//! Where a run puts what does not fit shows nowhere in what it comes to.

use lantu_project::{Job, Manner, Plan, Room, Watcher};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this program has a file of a folder mapped, as the system tells it: the file's name is gone by
/// then. `None` where no system tells.
fn maps_files_of(folder: &Path) -> Option<bool> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    Some(maps.contains(&folder.display().to_string()))
}

/// Runs a plan in a room of so much memory and returns its blueprint and conflicts as they are written, and
/// its findings; and whether anything stood on a temporary file whenever progress was told.
fn written(plan: &Path, memory: Option<u64>) -> ([Vec<u8>; 3], bool) {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::new(memory, Some(folder.path()));
    let (stop, used) = (AtomicBool::new(false), AtomicBool::new(false));
    let tell = |_| {
        used.fetch_or(maps_files_of(folder.path()) == Some(true), Ordering::Relaxed);
    };
    let job = Job::run(Plan::read(plan).unwrap(), None, &[], &room, Watcher { tell: &tell, stop: &stop })
        .unwrap_or_else(|problem| panic!("{problem:?}"));
    // Nothing of what stands there has a name, while the run holds it either.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(job.outcome.proof.holds());
    let out = tempfile::tempdir().unwrap();
    let [blueprint, conflicts] = ["blueprint.gpkg", "conflicts.gpkg"].map(|name| out.path().join(name));
    job.write_blueprint(&blueprint, &Manner::default(), Watcher::nobody()).unwrap();
    job.write_conflicts(&conflicts, &Manner::default(), Watcher::nobody()).unwrap();
    let findings: Vec<String> = job.findings().map(|finding| format!("{finding:?}")).collect();
    let [blueprint, conflicts] = [blueprint, conflicts].map(|path| std::fs::read(path).unwrap());
    ([blueprint, conflicts, findings.join("\n").into_bytes()], used.into_inner())
}

#[test]
fn a_run_that_fits_nowhere_writes_what_one_writes_that_fits() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample-data/liechtenstein/demo.toml");
    let (fitting, in_memory) = written(&demo, None);
    let (nowhere, on_files) = written(&demo, Some(0));
    assert!(fitting == nowhere);
    if maps_files_of(&demo).is_some() {
        assert_eq!([in_memory, on_files], [false, true], "what does not fit stands on files");
    }
    assert!(fitting.iter().all(|part| !part.is_empty()));
}

#[test]
fn layers_too_wide_for_the_grid_that_was_asked_for_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let square = |x: f64, y: f64| format!("[[[{x},{y}],[{0},{y}],[{0},{1}],[{x},{1}],[{x},{y}]]]", x + 0.4, y + 0.3);
    let feature = |place: &str| {
        format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":{place}}}}}"#)
    };
    for (name, places) in [("west", [(105.0, 30.0), (105.2, 30.1)]), ("east", [(105.3, 30.2), (118.0, 31.0)])] {
        let features: Vec<String> = places.iter().map(|&(x, y)| feature(&square(x, y))).collect();
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        std::fs::write(folder.path().join(format!("{name}.geojson")), text).unwrap();
    }
    let plan = folder.path().join("wide.toml");
    let layer = |name: &str| format!("[[layer]]\nname = \"{name}\"\npath = \"{name}.geojson\"\nclass = \"{name}\"\n");
    std::fs::write(&plan, layer("west") + &layer("east")).unwrap();
    let (fitting, _) = written(&plan, None);
    assert!(fitting == written(&plan, Some(0)).0);
    let findings = String::from_utf8_lossy(&fitting[2]);
    assert!(findings.contains("CoarserGrid"), "{findings}");
}
