//! Kills a working program, again and again, and looks at what is left.
//!
//! The program decides, takes back, runs anew and exports without pause, and says on its output what
//! it was told is done. Killed at a random moment it must have left: a record that opens and holds
//! every decision that was confirmed, targets that are whole, and nothing that the next start does
//! not put in order. 200 kills; `make torture` makes it 1,000. Then it works on a full disk and in a
//! read-only folder.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod desk;
mod hard;

use desk::Desk;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

const NAME: &str = "a_killed_program_loses_nothing_that_it_confirmed";
const KILLS: u32 = 200;
/// Kills come at any moment of the first so many milliseconds: starting, running, deciding, exporting.
const LONGEST_MS: u64 = 300;
const TARGETS: [&str; 4] = ["out.gpkg", "out.geojson", "out.shp", "c.gpkg"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [work, folder] = arguments.as_slice()
        && work == "work"
    {
        return work_without_pause(Path::new(folder));
    }
    // A filter of `cargo test` that means another test.
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    if !filters.is_empty() && !filters.iter().any(|filter| NAME.contains(filter.as_str())) {
        return;
    }
    let kills = std::env::var("LANTU_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let told = torture(kills);
    println!("test {NAME} ... ok ({kills} kills, {told})");
    println!("test a_full_disk_breaks_nothing ... ok ({})", hard::full_disk());
    println!("test a_read_only_folder_breaks_nothing ... ok ({})", hard::read_only());
}

/// The program that is killed.
fn work_without_pause(folder: &Path) {
    let say = |text: &str| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").unwrap();
        out.flush().unwrap();
    };
    let desk = Desk::at(folder);
    desk.ask("open", json!({ "paths": [folder.join("p.toml")], "assume_crs": null }));
    desk.run();
    say("ready");
    for round in 0.. {
        let id = desk.list("", 1)["rows"][0]["id"].clone();
        let choice = json!({ "kind": if round % 2 == 0 { "keep-all" } else { "leave-empty" } });
        let decide = json!({ "conflicts": [id], "choice": choice, "reason": "因", "basis": "据" });
        let view = desk.ask("decide", decide);
        say(&format!("operation {}", view["undo"]["number"]));
        if round % 3 == 0 {
            desk.ask("undo", json!({}));
            say("undone");
        }
        let target = TARGETS[round % TARGETS.len()];
        let what = if target.starts_with('c') { "conflicts" } else { "blueprint" };
        let exported = desk.ask("export", json!({ "path": folder.join(target), "what": what }));
        assert_eq!(exported["proven"], true);
        say(&format!("exported {target}"));
        if round % 5 == 4 {
            desk.ask("keep_layers", json!({}));
            desk.run();
            say("run");
        }
    }
}

/// Kills so often, and says what the killed had done.
fn torture(kills: u32) -> String {
    let folder = tempfile::tempdir().unwrap();
    county(folder.path());
    let mut random = Random::new();
    // How many operations were confirmed, over all lives.
    let mut confirmed = 0;
    let mut done: BTreeMap<&str, u32> = BTreeMap::new();
    for kill in 0..kills {
        let lines = one_life(folder.path(), Duration::from_millis(random.below(LONGEST_MS)));
        for line in &lines {
            let word =
                ["operation", "undone", "exported", "run", "ready"].into_iter().find(|word| line.starts_with(word));
            *done.entry(word.unwrap_or_else(|| panic!("{line}"))).or_insert(0) += 1;
        }
        let operations = operations(&folder.path().join("p.lantu"));
        let now = lines.iter().filter(|line| line.starts_with("operation") || line.as_str() == "undone").count() as u64;
        assert!(operations >= confirmed + now, "kill {kill}: {operations} operations of {confirmed} + {now}");
        confirmed = operations;
        TARGETS.iter().for_each(|target| whole(&folder.path().join(target)));
    }
    assert!(done["operation"] > kills / 4 && done["exported"] > kills / 4, "the program hardly worked: {done:?}");
    // The next start puts everything in order.
    let desk = Desk::at(folder.path());
    desk.ask("open", json!({ "paths": [folder.path().join("p.toml")], "assume_crs": null }));
    let view = desk.run();
    assert_eq!((&view["result"]["proof_holds"], &view["shared"]), (&json!(true), &Value::Null));
    desk.close(folder.path());
    let names =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.starts_with('.') || name.ends_with("-journal")).collect();
    assert!(left.is_empty(), "{left:?}");
    TARGETS.iter().for_each(|target| whole(&folder.path().join(target)));
    shapefile_fits(&folder.path().join("out.shp"));
    format!("{done:?}")
}

/// Starts the program, kills it after a while, and returns what it said was done.
fn one_life(folder: &Path, after: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["work".as_ref(), folder.as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    // Every life gets as far as working, then any moment may be its last.
    let mut lines = BufReader::new(out).lines();
    let first = if after.as_millis().is_multiple_of(4) { None } else { lines.next().and_then(Result::ok) };
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut said: Vec<String> = first.into_iter().chain(lines.map_while(Result::ok)).collect();
    // The last line may be cut off in the middle.
    said.retain(|line| ["ready", "undone", "run"].contains(&line.as_str()) || line.contains(' '));
    let mut complaint = String::new();
    err.read_to_string(&mut complaint).unwrap();
    assert_eq!(complaint, "");
    said
}

/// How many operations a record holds; it must be sound.
fn operations(record: &Path) -> u64 {
    if !record.exists() {
        return 0;
    }
    // Read-write, so that SQLite can take back what was not finished.
    let database = Connection::open_with_flags(record, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let sound: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let there: i64 = database
        .query_row("SELECT count(*) FROM sqlite_master WHERE name = 'lantu_operation'", [], |row| row.get(0))
        .unwrap();
    if there == 0 {
        return 0;
    }
    let select = "SELECT count(*), coalesce(max(number), 0) FROM lantu_operation";
    let (count, last): (i64, i64) = database.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(count, last, "the operations are numbered without a hole");
    count as u64
}

/// A target is not there yet, or whole.
fn whole(target: &Path) {
    if !target.exists() {
        return;
    }
    match target.extension().unwrap().to_str().unwrap() {
        "gpkg" => {
            let database = Connection::open_with_flags(target, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
            let sound: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            let styles: i64 = database.query_row("SELECT count(*) FROM layer_styles", [], |row| row.get(0)).unwrap();
            assert_eq!((sound.as_str(), styles), ("ok", 1), "{}", target.display());
        }
        "geojson" => {
            let all: Value = serde_json::from_slice(&std::fs::read(target).unwrap()).unwrap();
            assert!(!all["features"].as_array().unwrap().is_empty());
        }
        _ => {
            let bytes = std::fs::read(target).unwrap();
            let promised = 2 * u32::from_be_bytes(bytes[24..28].try_into().unwrap());
            assert_eq!(bytes.len(), promised as usize, "{}", target.display());
        }
    }
}

/// The parts of a Shapefile are of one writing: as many shapes as rows.
fn shapefile_fits(shp: &Path) {
    let index = std::fs::read(shp.with_extension("shx")).unwrap();
    let table = std::fs::read(shp.with_extension("dbf")).unwrap();
    let rows = u32::from_le_bytes(table[4..8].try_into().unwrap());
    assert_eq!((index.len() as u32 - 100) / 8, rows);
}

/// Two rows of fields and woods across them.
fn county(folder: &Path) {
    for (name, across) in [("farmland", false), ("forest", true)] {
        let feature = |k: u32| {
            let (a, b) = (f64::from(k) * 0.01, f64::from(k) * 0.01 + 0.008);
            let [w, s, e, n] = if across { [0.0, a, 0.2, b] } else { [a, 0.0, b, 0.2] };
            let at = |x: f64, y: f64| format!("[{},{}]", 111.0 + x, 20.0 + y);
            let ring = [at(w, s), at(e, s), at(e, n), at(w, n), at(w, s)].join(",");
            format!(
                r#"{{"type":"Feature","properties":{{"名称":"{k}"}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
            )
        };
        let features: Vec<String> = (0..12).map(feature).collect();
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        std::fs::write(folder.join(format!("{name}.geojson")), text).unwrap();
    }
    std::fs::write(folder.join("rules.toml"), "").unwrap();
    let text = "rules = 'rules.toml'\n[[layer]]\nname = 'farmland'\npath = 'farmland.geojson'\n\
                [[layer]]\nname = 'forest'\npath = 'forest.geojson'\n";
    std::fs::write(folder.join("p.toml"), text).unwrap();
}

/// Moments; where they fall is of no importance, only that they fall everywhere.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Self(now.as_nanos() as u64 | 1)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
