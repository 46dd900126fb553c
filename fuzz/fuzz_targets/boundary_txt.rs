//! The land bureau's boundary file, whatever stands in it: text, parcels, placement and rings.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lantu_project::{Watcher, info};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

static FOLDER: OnceLock<TempDir> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder for the file"));
    let path = folder.path().join("a.txt");
    std::fs::write(&path, bytes).expect("the file can be written");
    let watcher = Watcher { tell: &|_| {}, stop: &AtomicBool::new(false) };
    if let Err(problem) = info(&path, watcher) {
        assert!(problem.code != "internal" && problem.message.iter().all(|text| text.contains("a.txt")), "{problem:?}");
    }
});
