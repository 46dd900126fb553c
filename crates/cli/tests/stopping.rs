//! Whoever asks the program to end politely is heard while reports are made, too.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{command, ended, folder};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// So many squares in a row and rows of them: each is a conflict with a figure of its own.
const SIDE: u32 = 70;

fn squares(path: &Path, shift: f64) {
    let mut text = "WKT\n".to_owned();
    for k in 0..SIDE * SIDE {
        let west = 500_000.0 + f64::from(k % SIDE) * 30.0 + shift;
        let south = 2_100_000.0 + f64::from(k / SIDE) * 30.0 + shift;
        let (east, north) = (west + 20.0, south + 20.0);
        let ring = format!("{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}");
        writeln!(text, "\"POLYGON (({ring}))\"").unwrap();
    }
    fs::write(path, text).unwrap();
}

#[test]
fn a_request_to_end_is_heard_while_reports_are_made_and_leaves_the_old_report() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    squares(&at("a.csv"), 0.0);
    squares(&at("b.csv"), 7.0);
    let mut text = "crs = 'EPSG:4546'\n".to_owned();
    for (name, class) in [("a", "farmland"), ("b", "forest")] {
        writeln!(text, "[[layer]]\nname = '{name}'\nclass = '{class}'\npath = '{name}.csv'\ncrs = 'EPSG:4546'")
            .unwrap();
    }
    fs::write(at("p.toml"), text).unwrap();
    fs::write(at("r.pdf"), "before").unwrap();
    let path = |name: &str| at(name).display().to_string();
    let (figures, out) = (format!("--figures={}", SIDE * SIDE), format!("--out={}", path("b.csv.geojson")));
    let mut lantu = command(&["merge", &path("p.toml"), &out, &format!("--report={}", path("r.pdf")), &figures]);
    let lantu = lantu.env("LC_ALL", "en_GB.UTF-8").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The blueprint is complete before reports are begun.
    let began = Instant::now();
    while !at("b.csv.geojson").exists() {
        assert!(began.elapsed() < Duration::from_secs(120), "no blueprint");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-TERM", &lantu.id().to_string()]).status().unwrap().success());
    let ran = ended(lantu.wait_with_output().unwrap());
    assert!(ran.code == Some(2) && ran.err.contains("Stopped"), "{:?} {}{}", ran.code, ran.out, ran.err);
    assert_eq!(fs::read(at("r.pdf")).unwrap(), b"before");
}
