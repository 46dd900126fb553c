//! A planner at the window, whether it is the app or a browser in front of the same project: the moves that
//! tests of both are made of.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::driver::Driver;
use crate::places::workspace;

/// A row of the list of conflicts.
pub const ROW: &str = "[data-testid=conflicts] [role=option]";
/// The conflict at hand.
pub const DETAIL: &str = "[data-testid=detail]";
/// What the window says.
pub const NOTICE: &str = "[data-testid=notice]";
/// The key Escape by its WebDriver name.
pub const ESCAPE: &str = "\u{e00c}";
/// The key Enter by its WebDriver name.
pub const ENTER: &str = "\u{e007}";
/// The key Control by its WebDriver name.
pub const CONTROL: &str = "\u{e009}";
/// The key Shift by its WebDriver name.
pub const SHIFT: &str = "\u{e008}";
/// The key Alt by its WebDriver name.
pub const ALT: &str = "\u{e00a}";
/// The key arrow down by its WebDriver name.
pub const DOWN: &str = "\u{e015}";

/// Two windows at once would only wait for each other.
pub fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Waits until the map shows all that it is to show.
pub fn settled(d: &Driver) {
    d.wait("the map has come to rest", |d| d.attribute("[data-testid=map]", "data-state") == "idle");
}

/// Opens the demo from the start screen and finds its conflicts.
pub fn open_demo_and_run(d: &Driver) {
    d.wait("the start screen", |d| d.sees("[data-testid=start]"));
    d.click("[data-testid=open-demo]");
    d.wait("the demo's layers", |d| d.sees("[data-testid=layers] li"));
    d.click("[data-testid=run]");
    d.wait("the list of conflicts", |d| d.sees(ROW));
    d.wait("the run's end", |d| !d.sees("[data-testid=progress]"));
    settled(d);
}

/// Lists the open conflicts and looks at that of a row.
pub fn look_at_open(d: &Driver, row: &str) {
    choose(d, "[data-testid=filter-state]", "open");
    d.click(row);
    d.wait("its detail", |d| d.sees("[data-testid=give-1]"));
}

/// Asks the project behind the window, as the window does.
pub fn ask(d: &Driver, name: &str, request: Value) -> Value {
    let script = "const [name, request] = arguments;
        if (window.__TAURI_INTERNALS__) return window.__TAURI_INTERNALS__.invoke('call', { name, request });
        return fetch(`/call/${name}`, { method: 'POST', body: JSON.stringify(request) }).then((answer) => answer.json())";
    d.script(script, json!([name, request]))
}

/// Where a place of the earth lies in the window, by the bounds the map tells (Web Mercator).
pub fn pixel(d: &Driver, lonlat: &Value) -> (f64, f64) {
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

/// How many conflicts are open.
pub fn open_count(d: &Driver) -> u64 {
    ask(d, "view", json!({}))["result"]["open"]["count"].as_u64().unwrap()
}

/// The state of a conflict: `open`, `rule`, `hand` or `compatible`.
pub fn state_of(d: &Driver, id: &str) -> String {
    ask(d, "conflict", json!({ "id": id }))["row"]["state"].as_str().unwrap().to_owned()
}

/// The third of the open conflicts, largest first: neither the first nor the one chosen by chance.
pub fn an_open_conflict(d: &Driver) -> Value {
    let filter = json!({ "state": "open", "classes": [], "kind": "", "sliver": false });
    let page =
        ask(d, "conflicts", json!({ "filter": filter, "sort": "area", "offset": 2, "limit": 1, "locate": null }));
    ask(d, "conflict", json!({ "id": page["rows"][0]["id"] }))
}

/// Chooses a value of a list of choices.
pub fn choose(d: &Driver, css: &str, value: &str) {
    let script = "const list = document.querySelector(arguments[0]);
        list.value = arguments[1];
        list.dispatchEvent(new Event('change', { bubbles: true }))";
    d.script(script, json!([css, value]));
}

/// The map is brought near by the list, the choice given up, and the place itself clicked.
pub fn click_it_on_the_map(d: &Driver, wanted: &Value) {
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

/// Decides the conflict at hand for its first party, with reason and basis, by keys alone.
pub fn decide_with_the_keyboard(d: &Driver, id: &str) {
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

/// Takes the decision back and brings it back again.
pub fn undo_and_redo(d: &Driver, id: &str, before: u64) {
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
    d.wait("and in the record", |d| d.text("[data-testid=history]").contains("三调〔2021〕第 12 条"));
    d.click("[data-testid=tab-inbox]");
}

/// Exports the blueprint as GeoJSON, reads the file again and holds it against what the window says of it.
pub fn export_and_verify(d: &Driver, file: &Path) {
    d.click("[data-testid=export]");
    d.click("[data-testid=export-blueprint-geojson]");
    d.wait("the words that it was written", |d| d.text("[data-testid=notice]").contains("蓝图.geojson"));
    let source = file.to_string_lossy().parse().unwrap();
    let verified = lantu_files::verify(&source, &[], &|_| true).unwrap();
    assert!(verified.holds, "the exported file is a partition as written: {verified:?}");
    let patches = ask(d, "view", json!({}))["result"]["blueprint"]["count"].as_u64().unwrap();
    assert_eq!(verified.features as u64, patches);
}

/// A tip that was dismissed in an earlier session stays away.
pub fn dismiss_the_tip(d: &Driver) {
    if d.sees("[data-testid=tip-close]") {
        d.click("[data-testid=tip-close]");
    }
}

/// Gives the window a language (`zh`, `en`) and a theme (`light`, `dark`).
pub fn prefer(d: &Driver, language: &str, theme: &str) {
    if (d.text("[data-testid=language]").trim() == "English") != (language == "zh") {
        d.click("[data-testid=language]");
    }
    if d.attribute("html", "data-theme") != theme {
        d.click("[data-testid=theme]");
    }
    d.wait("the theme", |d| d.attribute("html", "data-theme") == theme);
}

/// Pictures of every screen, kept in `out/screenshots` for people to look at.
pub struct Album(PathBuf);

impl Album {
    /// Opens the folder.
    pub fn open() -> Self {
        let folder = workspace().join("out/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Keeps the window as it is shown now. A picture of a window that shows nothing compresses to almost nothing.
    pub fn keep(&self, d: &Driver, name: &str) {
        // What the page holds is drawn a moment later.
        std::thread::sleep(std::time::Duration::from_millis(200));
        let picture = d.screenshot();
        assert!(picture.len() > 20_000, "{name} shows next to nothing");
        let folder = if d.is_browser() { self.0.join("chromium") } else { self.0.clone() };
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}
