//! How quickly the real window answers a planner on a province.
//!
//! ```text
//! cargo run --release -p lantu-bench -- hainan
//! cargo build --release -p lantu-app --features custom-protocol
//! cargo run --release -p lantu-tests --example window -- target/bench/hainan/province.toml
//! ```
//!
//! Opens the project in the app under a WebDriver, finds its conflicts and then works through them by keys,
//! scrolls and filters. Each time is taken in the page, from the key to what it led to. Without a graphics
//! card the map is drawn by the processor; so the time until everything is at the map (the command
//! answered, the script done, the tiles there) and the time until it is drawn stand apart.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use lantu_tests::desk::{DETAIL, ROW, settled};
use lantu_tests::driver::Driver;
use lantu_tests::stage::Stage;
use serde_json::{Value, json};

/// How often each thing is done.
const TIMES: usize = 40;
/// For so long the page is watched while the engine runs.
const RUNNING_MS: u32 = 8000;
/// For how many pictures the list is scrolled.
const PICTURES: u32 = 300;

/// Presses a key and returns the milliseconds until another conflict is at hand, until the tiles in sight are
/// there and until all is drawn.
const PRESS: &str = "const [key, done] = arguments;
    const of = (name) => document.querySelector(`[data-testid=${name}]`);
    const before = of('detail')?.dataset.id, start = performance.now();
    let other = null, tiles = null, looks = 0;
    const look = () => {
        const now = performance.now() - start, map = of('map').dataset;
        if (other === null && of('detail')?.dataset.id !== before) other = now;
        // What follows from another conflict is under way two pictures later.
        if (other !== null && looks++ > 2) {
            if (tiles === null && map.tiles !== 'awaited') tiles = now;
            if (tiles !== null && map.state === 'idle') return done([other, tiles, now]);
        }
        if (now > 20000) return done(null);
        setTimeout(look, 1);
    };
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    document.body.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true }));
    look();";

/// Filters by a state and returns the milliseconds until the list tells how many there are and until the map has
/// come to rest, as it does before a planner thinks of another filter.
const FILTER: &str = "const [state, done] = arguments;
    const of = (name) => document.querySelector(`[data-testid=${name}]`);
    const before = of('shown').textContent, start = performance.now();
    const list = of('filter-state');
    list.value = state;
    list.dispatchEvent(new Event('change', { bubbles: true }));
    let listed = null, looks = 0;
    const look = () => {
        const now = performance.now() - start;
        if (listed === null && of('shown').textContent !== before && !document.querySelector('.bone')) listed = now;
        if (listed !== null && looks++ > 10 && of('map').dataset.state === 'idle') return done([listed, now]);
        if (now > 20000) return done(null);
        setTimeout(look, 1);
    };
    look();";

/// For so many milliseconds, fifty times a second, returns how late the page came to what was due: an input of that
/// moment would have waited as long.
const LATE: &str = "const [ms, done] = arguments;
    const late = [], end = performance.now() + ms;
    let due = performance.now() + 20;
    const tick = () => {
        const now = performance.now();
        late.push(now - due);
        if (now > end) return done(late);
        due = now + 20;
        setTimeout(tick, 20);
    };
    setTimeout(tick, 20);";

/// Scrolls the list and returns the milliseconds between pictures, those of the longest task between two of
/// them, and how many rows in sight were blank in each.
const SCROLL: &str = "const [pictures, step, done] = arguments;
    const list = document.querySelector('[data-testid=conflicts]');
    list.scrollTop = 0;
    const between = [], tasks = [], blank = [];
    let last = null, longest = 0, beat = performance.now(), running = true;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
        const now = performance.now();
        longest = Math.max(longest, now - beat);
        beat = now;
        if (running) channel.port2.postMessage(0);
    };
    channel.port2.postMessage(0);
    const draw = (now) => {
        if (last !== null) {
            between.push(now - last);
            tasks.push(longest);
            const { top, bottom } = list.getBoundingClientRect();
            const seen = [...list.querySelectorAll('[role=option]')].filter((row) => {
                const at = row.getBoundingClientRect();
                return at.bottom > top && at.top < bottom;
            });
            const wanted = Math.floor((bottom - top) / 28);
            blank.push(Math.max(0, wanted - seen.length) + seen.filter((row) => !row.dataset.id).length);
        }
        last = now;
        longest = 0;
        if (between.length >= pictures) {
            running = false;
            return done([between, tasks, blank]);
        }
        list.scrollTop += step;
        requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);";

fn main() {
    let path = std::env::args().nth(1).expect("the path of a project");
    let path = std::fs::canonicalize(path).expect("the project is there");
    let beside = path.parent().expect("a file lies in a folder").display().to_string();
    let stage = Stage::set();
    let text = std::fs::read_to_string(&path).expect("the project can be read");
    let text = text.replace("\npath = \"", &format!("\npath = \"{beside}/"));
    let text = text.replace("\nrules = \"", &format!("\nrules = \"{beside}/"));
    let project = stage.file("province.toml");
    std::fs::write(&project, text).expect("the project's copy can be written");

    let start = Instant::now();
    let d = stage.open(&[project.to_str().expect("a path of letters")]);
    d.wait("the first map", |d| {
        d.sees("[data-testid=layers] li") && d.attribute("[data-testid=map]", "data-tiles") == "here"
    });
    let there = start.elapsed().as_secs_f64();
    settled(&d);
    println!(
        "from the start of the program: tiles there {there:.1} s, first map drawn {:.1} s",
        start.elapsed().as_secs_f64()
    );
    let start = Instant::now();
    d.click("[data-testid=run]");
    let late = d.script_later(LATE, json!([RUNNING_MS]));
    assert!(d.sees("[data-testid=progress]"), "the engine runs all the while");
    let late: Vec<f64> = serde_json::from_value(late).expect("a list of times");
    d.wait("the list of conflicts", |d| d.sees(ROW));
    println!("conflicts listed after {:.1} s", start.elapsed().as_secs_f64());
    d.wait("the run's end", |d| !d.sees("[data-testid=progress]"));
    settled(&d);
    println!("{}", d.text("[data-testid=shown]"));

    println!("| what | times | min ms | median | p95 | max |\n| --- | ---: | ---: | ---: | ---: | ---: |");
    say("an input while the engine runs waits", late);
    filters(&d);
    d.script_later(FILTER, json!(["open"]));
    d.click(ROW);
    d.wait("its detail", |d| d.sees(&format!("{DETAIL} [data-testid=give-1]")));
    settled(&d);
    press(&d, "n", "the next conflict");
    press(&d, "1", "a decision");
    scrolling(&d);
    let [app, page] = stage.app_memory().map(|bytes| bytes as f64 / 1e9);
    println!("memory: the app {app:.2} GB, its page {page:.2} GB");
    d.close();
}

fn press(d: &Driver, key: &str, what: &str) {
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..TIMES {
        let told: [f64; 3] =
            serde_json::from_value(d.script_later(PRESS, json!([key]))).expect("another conflict within 20 s");
        all.iter_mut().zip(told).for_each(|(times, time)| times.push(time));
    }
    let [other, tiles, drawn] = all;
    say(&format!("{what}: durable and in the list"), other);
    say(&format!("{what}: tiles at the map"), tiles);
    say(&format!("{what}: drawn"), drawn);
}

fn filters(d: &Driver) {
    let (mut listed, mut drawn) = (Vec::new(), Vec::new());
    for _ in 0..TIMES / 4 {
        for state in ["open", "rule", "compatible", ""] {
            let told: [f64; 2] =
                serde_json::from_value(d.script_later(FILTER, json!([state]))).expect("another list within 20 s");
            listed.push(told[0]);
            drawn.push(told[1]);
        }
    }
    say("another filter: in the list", listed);
    say("another filter: drawn", drawn);
}

fn scrolling(d: &Driver) {
    for (step, what) in [(90, "the list at a wheel's pace"), (1400, "the list by fifty rows a picture")] {
        let told: Value = d.script_later(SCROLL, json!([PICTURES, step]));
        let [between, tasks, blank]: [Vec<f64>; 3] = serde_json::from_value(told).expect("three lists");
        let pictures = blank.iter().filter(|&&rows| rows > 0.0).count();
        say(&format!("{what}: between pictures"), between);
        say(&format!("{what}: longest task"), tasks);
        println!("{what}: {pictures} of {} pictures with a blank row", blank.len());
    }
}

/// Prints a row of the table.
fn say(what: &str, mut times: Vec<f64>) {
    times.sort_unstable_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize];
    let figures = [0.0, 0.5, 0.95, 1.0].map(|part| format!("{:.1}", at(part)));
    println!("| {what} | {} | {} |", times.len(), figures.join(" | "));
}
