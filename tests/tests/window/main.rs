//! The real window, driven end to end: WebKitWebDriver operates the app with its real engine on
//! the demo project, as a planner would with mouse and keys.
//!
//! Needs the app built with `--features custom-protocol`, and webkit2gtk-driver and xvfb installed.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod access;
mod comfort;
mod driver;
mod inbox;
mod looking;
mod many;
mod opening;
mod parts;
mod reading;
mod rules;
mod stage;

use std::sync::{Mutex, MutexGuard};

use driver::Driver;
use serde_json::{Value, json};
use stage::{Stage, workspace};

const ROW: &str = "[data-testid=conflicts] [role=option]";
const DETAIL: &str = "[data-testid=detail]";
const NOTICE: &str = "[data-testid=notice]";
/// Keys by their WebDriver names.
const ESCAPE: &str = "\u{e00c}";
const ENTER: &str = "\u{e007}";
const CONTROL: &str = "\u{e009}";
const SHIFT: &str = "\u{e008}";
const ALT: &str = "\u{e00a}";
const DOWN: &str = "\u{e015}";

/// Two windows at once would only wait for each other.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn settled(d: &Driver) {
    d.wait("the map has come to rest", |d| d.attribute("[data-testid=map]", "data-state") == "idle");
}

fn open_demo_and_run(d: &Driver) {
    d.wait("the start screen", |d| d.sees("[data-testid=start]"));
    d.click("[data-testid=open-demo]");
    d.wait("the demo's layers", |d| d.sees("[data-testid=layers] li"));
    d.click("[data-testid=run]");
    d.wait("the list of conflicts", |d| d.sees(ROW));
    d.wait("the run's end", |d| !d.sees("[data-testid=progress]"));
    settled(d);
}

/// Lists the open conflicts and looks at that of a row.
fn look_at_open(d: &Driver, row: &str) {
    choose(d, "[data-testid=filter-state]", "open");
    d.click(row);
    d.wait("its detail", |d| d.sees("[data-testid=give-1]"));
}

/// Asks the project behind the window, as the window does.
fn ask(d: &Driver, name: &str, request: Value) -> Value {
    let script = "return window.__TAURI_INTERNALS__.invoke('call', { name: arguments[0], request: arguments[1] })";
    d.script(script, json!([name, request]))
}

/// Where a place of the earth lies in the window, by the bounds the map tells (Web Mercator).
fn pixel(d: &Driver, lonlat: &Value) -> (f64, f64) {
    let told = d.attribute("[data-testid=map]", "data-bounds");
    let [west, south, east, north]: [f64; 4] =
        told.split(',').map(|n| n.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap();
    let script = "const r = document.querySelector('[data-testid=map]').getBoundingClientRect();
        return [r.left, r.top, r.width, r.height]";
    let [left, top, width, height]: [f64; 4] = serde_json::from_value(d.script(script, json!([]))).unwrap();
    let up = |latitude: f64| (std::f64::consts::FRAC_PI_4 + latitude.to_radians() / 2.0).tan().ln();
    let (lon, lat) = (lonlat[0].as_f64().unwrap(), lonlat[1].as_f64().unwrap());
    let x = left + (lon - west) / (east - west) * width;
    let y = top + (up(north) - up(lat)) / (up(north) - up(south)) * height;
    (x, y)
}

fn open_count(d: &Driver) -> u64 {
    ask(d, "view", json!({}))["result"]["open"]["count"].as_u64().unwrap()
}

fn state_of(d: &Driver, id: &str) -> String {
    ask(d, "conflict", json!({ "id": id }))["row"]["state"].as_str().unwrap().to_owned()
}

/// The third of the open conflicts, largest first: neither the first nor the one chosen by chance.
fn an_open_conflict(d: &Driver) -> Value {
    let filter = json!({ "state": "open", "classes": [], "kind": "", "sliver": false });
    let page =
        ask(d, "conflicts", json!({ "filter": filter, "sort": "area", "offset": 2, "limit": 1, "locate": null }));
    ask(d, "conflict", json!({ "id": page["rows"][0]["id"] }))
}

#[test]
fn a_planner_goes_the_whole_way_from_the_demo_to_a_verified_file() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);

    let wanted = an_open_conflict(&d);
    let id = wanted["row"]["id"].as_str().unwrap();
    let before = open_count(&d);
    click_it_on_the_map(&d, &wanted);

    decide_with_the_keyboard(&d, id);
    assert_eq!(open_count(&d), before - 1);
    undo_and_redo(&d, id, before);
    export_and_verify(&d, &stage);

    stage.kill_app();
    d.close();
    let d = stage.open(&["--demo"]);
    d.wait("the demo's layers", |d| d.sees("[data-testid=layers] li"));
    d.click("[data-testid=step-layers]");
    d.click("[data-testid=run]");
    d.wait("the conflicts after the restart", |d| d.sees(ROW) && !d.sees("[data-testid=progress]"));
    assert_eq!(state_of(&d, id), "hand", "the decision has outlived the crash");
    assert_eq!(open_count(&d), before - 1);
    d.close();
}

/// Chooses a value of a list of choices.
fn choose(d: &Driver, css: &str, value: &str) {
    let script = "const list = document.querySelector(arguments[0]);
        list.value = arguments[1];
        list.dispatchEvent(new Event('change', { bubbles: true }))";
    d.script(script, json!([css, value]));
}

/// The map is brought near by the list, the choice given up, and the place itself clicked.
fn click_it_on_the_map(d: &Driver, wanted: &Value) {
    let id = wanted["row"]["id"].as_str().unwrap();
    let row = format!("{ROW}[data-id='{id}']");
    choose(d, "[data-testid=filter-state]", "open");
    d.wait("the open conflicts", |d| d.sees(&row));
    d.click(&row);
    d.wait("its detail", |d| d.attribute(DETAIL, "data-id") == id);
    settled(d);
    d.key(ESCAPE);
    d.wait("nothing is chosen", |d| d.attribute(DETAIL, "data-id").is_empty());

    let (x, y) = pixel(d, &wanted["lonlat_inside"]);
    d.click_at(x, y);
    d.wait("the conflict that was clicked", |d| d.attribute(DETAIL, "data-id") == id);
    d.wait("the list follows the map", |d| d.attribute(&row, "aria-selected") == "true");
    settled(d);
}

fn decide_with_the_keyboard(d: &Driver, id: &str) {
    d.fill("[data-testid=reason]", "现场核查，按实地现状归并");
    d.fill("[data-testid=basis]", "三调〔2021〕第 12 条");
    d.key("1");
    assert_eq!(state_of(d, id), "open", "a key typed into a field decides nothing");
    d.key("\u{e003}");
    d.key(ESCAPE);
    d.key("1");
    d.wait("the decision", |d| state_of(d, id) == "hand");
    d.wait("the next conflict", |d| !["", id].contains(&d.attribute(DETAIL, "data-id").as_str()));
    let operation = ask(d, "conflict", json!({ "id": id }))["decision"]["operation"].clone();
    assert_eq!(operation["reason"], "现场核查，按实地现状归并");
    assert_eq!(operation["basis"], "三调〔2021〕第 12 条");
}

fn undo_and_redo(d: &Driver, id: &str, before: u64) {
    d.key("u");
    d.wait("the decision is taken back", |d| open_count(d) == before);
    d.wait("undo leads back to the conflict", |d| {
        d.attribute(DETAIL, "data-id") == id && d.attribute(DETAIL, "data-state") == "open"
    });
    d.click("[data-testid=redo]");
    d.wait("the decision is back", |d| {
        d.attribute(DETAIL, "data-id") == id && d.attribute(DETAIL, "data-state") == "hand"
    });
    assert_eq!(open_count(d), before - 1);
    assert!(d.text("[data-testid=basis-given]").contains("三调〔2021〕第 12 条"), "the basis stands in the detail");
    d.click("[data-testid=tab-history]");
    assert!(d.text("[data-testid=history]").contains("三调〔2021〕第 12 条"), "and in the record");
    d.click("[data-testid=tab-inbox]");
}

fn export_and_verify(d: &Driver, stage: &Stage) {
    d.click("[data-testid=export]");
    d.click("[data-testid=export-blueprint-geojson]");
    let file = stage.export("蓝图.geojson");
    d.wait("the words that it was written", |d| d.text("[data-testid=notice]").contains("蓝图.geojson"));
    let source = file.to_string_lossy().parse().unwrap();
    let verified = lantu_files::verify(&source, &[], &|_| true).unwrap();
    assert!(verified.holds, "the exported file is a partition as written: {verified:?}");
    let patches = ask(d, "view", json!({}))["result"]["blueprint"]["count"].as_u64().unwrap();
    assert_eq!(verified.features as u64, patches);
}

#[test]
fn a_file_that_cannot_be_read_is_named_in_the_present_language() {
    let _alone = alone();
    let stage = Stage::set();
    let broken = stage.file("broken.geojson");
    std::fs::write(&broken, "{ not a map").unwrap();
    let d = stage.open(&[broken.to_str().unwrap()]);
    d.wait("the error", |d| d.text("[data-testid=notice]").contains("broken.geojson"));
    let chinese = d.text("[data-testid=notice]");
    d.click("[data-testid=language]");
    d.wait("the same in English", |d| {
        d.text("[data-testid=notice]") != chinese && d.text("[data-testid=notice]").contains("broken.geojson")
    });
    assert!(d.sees("[data-testid=start]"), "the way in is still there");
    d.close();
}

#[test]
fn every_screen_is_shown_in_both_languages_and_themes() {
    let _alone = alone();
    let stage = Stage::set();
    let album = Album::open();
    let broken = std::cell::RefCell::new(Vec::new());
    for (language, theme) in [("zh", "light"), ("en", "light"), ("zh", "dark"), ("en", "dark")] {
        let d = stage.open(&[]);
        d.wait("the start screen", |d| d.sees("[data-testid=start]"));
        prefer(&d, language, theme);
        let keep = |d: &Driver, screen: &str| {
            album.keep(d, &format!("{screen}-{language}-{theme}"));
            // Both languages and both themes once: what is there is the same in all four.
            if (language == "zh") == (theme == "light") {
                broken.borrow_mut().extend(access::broken(d, screen));
            }
        };
        keep(&d, "start");
        d.click("[data-testid=open-demo]");
        d.wait("the demo's layers", |d| d.sees("[data-testid=layers] li"));
        settled(&d);
        keep(&d, "layers");
        d.click("[data-testid=run]");
        d.wait("the list of conflicts", |d| d.sees(ROW) && !d.sees("[data-testid=progress]"));
        settled(&d);
        keep(&d, "conflicts");
        dismiss_the_tip(&d);
        d.click("[data-layer=永久基本农田] [data-testid=findings-toggle]");
        d.click("[data-testid=findings] button");
        d.wait("the place of a finding", |d| d.sees("[data-testid=pin]"));
        settled(&d);
        keep(&d, "findings");
        d.click("[data-layer=永久基本农田] [data-testid=findings-toggle]");
        d.key(ESCAPE);
        d.click("[data-testid=whole-map]");
        let wanted = an_open_conflict(&d);
        click_it_on_the_map(&d, &wanted);
        keep(&d, "window");
        let (x, y) = d.middle("[data-testid=give-2]");
        d.move_to(x, y);
        d.wait("the areas before and after", |d| d.sees("[data-testid=changes]"));
        keep(&d, "suppose");
        d.key("c");
        d.wait("the classes", |d| d.sees("[data-testid=class-picker]"));
        keep(&d, "other-class");
        d.key(ESCAPE);
        d.key("l");
        d.wait("all like this one", |d| !d.attribute("[data-testid=bulk]", "data-count").is_empty());
        d.key("2");
        d.wait("what that would change", |d| d.sees("[data-testid=bulk-decide]"));
        keep(&d, "many");
        d.key(ESCAPE);
        d.click("[data-testid=tab-matrix]");
        keep(&d, "matrix");
        d.key("?");
        d.wait("the keys", |d| d.sees("[data-testid=keys]"));
        keep(&d, "keys");
        d.key(ESCAPE);
        d.click("[data-testid=tab-history]");
        keep(&d, "history");
        d.click("[data-testid=rules-open]");
        d.wait("the rules are tried", |d| d.attribute("[data-testid=trial]", "data-state") == "tried");
        keep(&d, "rules");
        d.click("[data-testid=rules-tab-pairs]");
        d.click("[data-testid=pair-matrix] button");
        keep(&d, "pairs");
        d.key(ESCAPE);
        d.click("[data-testid=step-blueprint]");
        settled(&d);
        d.click("[data-testid=whole-map]");
        settled(&d);
        dismiss_the_tip(&d);
        keep(&d, "blueprint");
        d.click("[data-testid=figures-open]");
        d.wait("the bars", |d| d.sees("[data-testid=chart-classes] svg"));
        keep(&d, "figures");
        d.key(ESCAPE);
        d.click("[data-testid=slivers-open]");
        d.click("[data-testid=slivers-try]");
        d.wait("what merging would do", |d| d.sees("[data-testid=slivers-found]"));
        keep(&d, "slivers");
        d.key(ESCAPE);
        d.click("[data-testid=export]");
        d.click("[data-testid=report-open]");
        d.wait("what report is wanted", |d| d.sees("[data-testid=report-write]"));
        keep(&d, "report");
        d.key(ESCAPE);
        d.key("s");
        d.wait("the two side by side", |d| d.attribute("[data-testid=swipe]", "data-state") == "idle");
        keep(&d, "swipe");
        d.key("s");
        d.click("[data-testid=about]");
        d.wait("the case's figures", |d| d.sees("[data-testid=about-page] dd"));
        keep(&d, "about");
        let page = d.text("[data-testid=about-page]");
        assert_eq!(page.contains("多规合一"), language == "zh", "the about page speaks {language}: {page}");
        d.close();
    }
    let broken = broken.into_inner();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A tip that was dismissed in an earlier session stays away.
fn dismiss_the_tip(d: &Driver) {
    if d.sees("[data-testid=tip-close]") {
        d.click("[data-testid=tip-close]");
    }
}

fn prefer(d: &Driver, language: &str, theme: &str) {
    if (d.text("[data-testid=language]").trim() == "English") != (language == "zh") {
        d.click("[data-testid=language]");
    }
    if d.attribute("html", "data-theme") != theme {
        d.click("[data-testid=theme]");
    }
    d.wait("the theme", |d| d.attribute("html", "data-theme") == theme);
}

/// Pictures of every screen, kept in `out/screenshots` for people to look at.
struct Album(std::path::PathBuf);

impl Album {
    fn open() -> Self {
        let folder = workspace().join("out/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A picture of a window that shows nothing compresses to almost nothing.
    fn keep(&self, d: &Driver, name: &str) {
        // What the page holds is drawn a moment later.
        std::thread::sleep(std::time::Duration::from_millis(200));
        let picture = d.screenshot();
        assert!(picture.len() > 20_000, "{name} shows next to nothing");
        std::fs::write(self.0.join(format!("{name}.png")), picture).unwrap();
    }
}
