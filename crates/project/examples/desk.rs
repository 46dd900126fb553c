//! How quickly an open project answers its window: decisions, undo, lists, details, tiles.
//!
//! ```text
//! cargo run --release -p lantu-project --example desk -- NAME=PATH NAME=PATH … [PART …]
//! cargo run --release -p lantu-project --example desk -- target/bench/hainan/province.toml [PART …]
//! ```
//!
//! Takes layers, without rules, or a project as `lantu-bench hainan` writes it. A part is `pages`,
//! `decisions`, `many` or `tiles`; all of them if none is named.
//!
//! Opens the layers as one project in a folder of its own, runs it, and then does what a planner
//! does, several hundred times at many places, through the same commands as the window. Times are of
//! the answers as JSON and of the tiles as bytes: what comes after is drawing.

use lantu_project::{Project, Settings, api};
use serde_json::{Value, json};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// The window's allocator.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many decisions, pages and details are timed.
const TIMES: u64 = 200;
/// How many conflicts are decided in one operation.
const MANY: u64 = 100_000;
/// How many tiles of each kind and zoom.
const TILES: u64 = 40;

type Answer<T> = Result<T, Box<dyn Error>>;

fn main() -> Answer<()> {
    let folder = tempfile::tempdir()?;
    let desk = open(folder.path())?;
    let view = desk.ask("view", json!({}))?;
    let conflicts = desk.page("area", json!({}), 0, 0)?["total"]["count"].as_u64().ok_or("no total")?;
    println!("{conflicts} conflicts, {} patches", view["result"]["blueprint"]["count"]);
    println!("| what | times | min ms | median | p95 | p99 | max |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let parts = std::env::args().skip(1).filter(|word| !word.contains('=') && !word.ends_with(".toml"));
    let parts: Vec<String> = parts.collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|word| word == part);
    let steps: [(&str, &dyn Fn() -> Answer<()>); 4] = [
        ("pages", &|| pages(&desk, conflicts)),
        ("decisions", &|| decisions(&desk, conflicts)),
        ("many", &|| many_at_once(&desk)),
        ("tiles", &|| tiles(&desk, &view)),
    ];
    for (part, work) in steps {
        if wanted(part) {
            work()?;
            println!("resident after {part}: {:.2} GB", resident("VmRSS:")?);
        }
    }
    println!("largest resident memory: {:.2} GB", resident("VmHWM:")?);
    Ok(())
}

/// A project and its answers.
struct Desk {
    project: Project,
}

impl Desk {
    fn ask(&self, name: &str, request: Value) -> Answer<Value> {
        self.project.call(name, request).map_err(|problem| format!("{name}: {}", problem.message[1]).into())
    }

    fn page(&self, sort: &str, filter: Value, offset: u64, limit: u64) -> Answer<Value> {
        let near = (sort == "near").then_some([111.0, 20.0]);
        self.ask("conflicts", json!({ "filter": filter, "sort": sort, "near": near, "offset": offset, "limit": limit }))
    }

    /// The conflict of a row of the list by size.
    fn conflict(&self, row: u64) -> Answer<Value> {
        Ok(self.page("area", json!({}), row, 1)?["rows"][0]["id"].clone())
    }
}

/// The project on the command line, or one of the layers there without rules.
fn plan() -> Answer<String> {
    if let Some(path) = std::env::args().skip(1).find(|word| word.ends_with(".toml")) {
        let path = std::fs::canonicalize(path)?;
        let beside = path.parent().ok_or("a file lies in a folder")?.display().to_string();
        // Of the lines that name files.
        let text = std::fs::read_to_string(&path)?;
        let text = text.replace("\npath = \"", &format!("\npath = \"{beside}/"));
        return Ok(text.replace("\nrules = \"", &format!("\nrules = \"{beside}/")));
    }
    let mut text = "rules = 'rules.toml'\n".to_owned();
    for layer in std::env::args().skip(1) {
        let Some((name, path)) = layer.split_once('=') else { continue };
        let path = std::fs::canonicalize(path)?;
        writeln!(text, "[[layer]]\nname = '{name}'\npath = '{}'", path.display())?;
    }
    Ok(text)
}

/// Writes the project into a folder of its own, where its record begins empty, opens it and runs it.
fn open(folder: &Path) -> Answer<Desk> {
    std::fs::write(folder.join("rules.toml"), "")?;
    std::fs::write(folder.join("p.toml"), plan()?)?;
    let (tell, told) = channel::<api::Progress>();
    let settings = Settings { data_dir: folder.to_owned(), state_dir: folder.join("state"), who: "planner".to_owned() };
    // Whoever listens may have gone already.
    let desk = Desk { project: Project::new(settings, Box::new(move |heard| drop(tell.send(heard)))) };
    let start = Instant::now();
    desk.ask("open", json!({ "paths": [folder.join("p.toml")], "assume_crs": null }))?;
    println!("read: {:.1} s, {:.2} GB", start.elapsed().as_secs_f64(), resident("VmRSS:")?);
    let tile = Instant::now();
    desk.project.tile("sources", 0, 0, 0).map_err(|problem| problem.message[1].clone())?;
    println!("first tile of the sources: {:.1} s, {:.2} GB", tile.elapsed().as_secs_f64(), resident("VmRSS:")?);
    let run = Instant::now();
    desk.ask("run", json!({}))?;
    loop {
        let heard = told.recv()?;
        if let Some(problem) = heard.problem {
            return Err(problem.message[1].clone().into());
        }
        if heard.stage == "done" {
            break;
        }
    }
    println!("run: {:.1} s, {:.2} GB", run.elapsed().as_secs_f64(), resident("VmRSS:")?);
    Ok(desk)
}

/// Rows spread over the whole list, in an order that jumps.
fn rows(count: u64) -> impl Iterator<Item = u64> {
    (0..TIMES).map(move |k| k * 0x9e37_79b9 % count.max(1))
}

fn pages(desk: &Desk, count: u64) -> Answer<()> {
    for sort in ["area", "width", "pair", "near"] {
        let first = timed(|| desk.page(sort, json!({}), 0, 50).map(drop))?;
        say(&format!("list by {sort}, the first time"), vec![first]);
        let again = rows(count).map(|row| timed(|| desk.page(sort, json!({}), row, 50).map(drop)));
        say(&format!("list by {sort}, a page"), again.collect::<Answer<_>>()?);
    }
    let mut filtered = Vec::new();
    for k in 0..20 {
        let size = f64::from(k) * 50.0;
        for filter in [
            json!({ "state": "open", "min_area_m2": size }),
            json!({ "kind": "self-overlap", "max_area_m2": 100.0 + size }),
            json!({ "sliver": k % 2 == 0, "max_width_m": 1.0 + size }),
            json!({ "text": format!("{k}") }),
        ] {
            filtered.push(timed(|| desk.page("area", filter, 0, 50).map(drop))?);
        }
    }
    say("another filter", filtered);
    let mut details = Vec::new();
    for row in rows(count) {
        let id = desk.conflict(row)?;
        details.push(timed(|| desk.ask("conflict", json!({ "id": id })).map(drop))?);
    }
    say("all about a conflict", details);
    Ok(())
}

fn decisions(desk: &Desk, count: u64) -> Answer<()> {
    let (mut decided, mut undone, mut supposed) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows(count) {
        let id = desk.conflict(row)?;
        let what = json!({ "conflicts": [id], "choice": { "kind": "keep-all" }, "reason": "as agreed", "basis": "" });
        supposed.push(timed(|| desk.ask("suppose", what.clone()).map(drop))?);
        decided.push(timed(|| desk.ask("decide", what).map(drop))?);
    }
    for _ in 0..TIMES {
        undone.push(timed(|| desk.ask("undo", json!({})).map(drop))?);
    }
    say("what a choice would change", supposed);
    say("a decision, durable", decided);
    say("undo", undone);
    Ok(())
}

fn many_at_once(desk: &Desk) -> Answer<()> {
    let rows = json!({ "filter": { "state": "open" }, "sort": "area", "ranges": [[0, MANY - 1]] });
    let what = json!({ "rows": rows, "choice": { "kind": "keep-all" }, "reason": "by agreement", "basis": "" });
    let (mut supposed, mut decided, mut undone) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        supposed.push(timed(|| desk.ask("suppose", what.clone()).map(drop))?);
        decided.push(timed(|| desk.ask("decide", what.clone()).map(drop))?);
        undone.push(timed(|| desk.ask("undo", json!({})).map(drop))?);
    }
    say(&format!("what a choice for {MANY} would change"), supposed);
    say(&format!("a decision of {MANY}, durable"), decided);
    say(&format!("undo of {MANY}"), undone);
    Ok(())
}

fn tiles(desk: &Desk, view: &Value) -> Answer<()> {
    let bounds: [f64; 4] = serde_json::from_value(view["lonlat_bounds"].clone())?;
    for kind in ["sources", "conflicts", "blueprint"] {
        let tile = |z: u8, k: u64| {
            let (x, y) = tile_at(&bounds, z, k);
            let tile = || desk.project.tile(kind, z, x, y).map_err(|problem| problem.message[1].clone().into());
            timed(|| tile().map(drop))
        };
        say(&format!("first tile of {kind}"), vec![tile(0, 0)?]);
        let mut all = Vec::new();
        for zooms in [4..=7, 8..=10, 11..=12, 13..=18] {
            let tiles = zooms.clone().flat_map(|z| (0..TILES).map(move |k| (z, k)));
            let of_zooms = tiles.map(|(z, k)| tile(z, k)).collect::<Answer<Vec<_>>>()?;
            say(&format!("tiles of {kind}, zoom {}–{}", zooms.start(), zooms.end()), of_zooms.clone());
            all.extend(of_zooms);
        }
        say(&format!("tiles of {kind}, zoom 4–18"), all);
    }
    Ok(())
}

/// The `k`th of some tiles spread over a box in degrees.
fn tile_at([w, s, e, n]: &[f64; 4], z: u8, k: u64) -> (u32, u32) {
    let part = |factor: f64| (k as f64 * factor).fract();
    let (lon, lat) = (w + (e - w) * part(0.618_034), s + (n - s) * part(0.754_878));
    let size = f64::from(1u32 << z);
    let north = (lat.to_radians().tan() + 1.0 / lat.to_radians().cos()).ln() / std::f64::consts::PI;
    (((lon + 180.0) / 360.0 * size) as u32, ((1.0 - north) / 2.0 * size) as u32)
}

fn timed(act: impl FnOnce() -> Answer<()>) -> Answer<Duration> {
    let start = Instant::now();
    act()?;
    Ok(start.elapsed())
}

/// Prints a row of the table.
fn say(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize].as_secs_f64() * 1e3;
    let figures = [0.0, 0.5, 0.95, 0.99, 1.0].map(|part| format!("{:.1}", at(part)));
    println!("| {what} | {} | {} |", times.len(), figures.join(" | "));
}

/// A figure of the process's memory as Linux tells it, in GB.
fn resident(name: &str) -> Answer<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1e6)
}
