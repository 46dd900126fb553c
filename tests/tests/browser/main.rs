//! The same page in Chromium, in front of the same project over loopback HTTP: the whole way, every screen by axe, and
//! the tests of the real window that need nothing of a window. What holds in one web view holds in another.
//!
//! Needs the UI built (`npm run build` in `ui/`) and chromium and chromium-driver installed; no display.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

// The planner's moves are the same; only what they stand on differs.
#[path = "../window/inbox.rs"]
mod inbox;
#[path = "../window/looking.rs"]
mod looking;
#[path = "../window/many.rs"]
mod many;
#[path = "../window/parts.rs"]
mod parts;
#[path = "../window/rules.rs"]
mod rules;
mod screens;
mod stage;

use lantu_tests::desk::*;
use lantu_tests::driver::Driver;
use serde_json::{Value, json};
use stage::Stage;

#[test]
fn a_planner_goes_the_whole_way_in_a_browser_too() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let wanted = an_open_conflict(&d);
    let id = wanted["row"]["id"].as_str().unwrap();
    let before = open_count(&d);
    choose(&d, "[data-testid=filter-state]", "open");
    d.wait("only open ones", |d| d.text("[data-testid=shown]").starts_with(&format!("{before} ")));
    click_it_on_the_map(&d, &wanted);
    decide_with_the_keyboard(&d, id);
    assert_eq!(open_count(&d), before - 1);
    undo_and_redo(&d, id, before);
    export_and_verify(&d, &stage.export("蓝图.geojson"));
    d.close();

    let d = stage.open(&["--demo"]);
    d.wait("the demo's layers", |d| d.sees("[data-testid=layers] li"));
    d.click("[data-testid=run]");
    d.wait("the conflicts after the restart", |d| d.sees(ROW) && !d.sees("[data-testid=progress]"));
    assert_eq!(state_of(&d, id), "hand", "the decision is in the record");
    d.close();
}

#[test]
fn a_page_of_somebody_else_reaches_no_project() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    d.wait("the start screen", |d| d.sees("[data-testid=start]"));
    let address = d.script("return location.origin", json!([])).as_str().unwrap().to_owned();
    let asked = |origin: &str| {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        agent.post(format!("{address}/call/view")).header("Origin", origin).send("{}").unwrap().status().as_u16()
    };
    assert_eq!((asked(&address), asked("http://example.org")), (200, 403));
    // And the page itself reaches nobody else, as in the app.
    let tried = "const done = arguments[arguments.length - 1];
        fetch('http://127.0.0.1:9/').then(() => done('reached'), (error) => done(String(error)))";
    assert_eq!(d.script_later(tried, json!([])), "TypeError: Failed to fetch");
    d.close();
}
