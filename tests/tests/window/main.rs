//! The real window, driven end to end: WebKitWebDriver operates the app with its real engine on
//! the demo project, as a planner would with mouse and keys.
//!
//! Needs the app built with `--features custom-protocol`, and webkit2gtk-driver and xvfb installed.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod base;
mod comfort;
mod inbox;
mod looking;
mod many;
mod opening;
mod parts;
mod reading;
mod rules;
mod walk;

use lantu_tests::access;
use lantu_tests::desk::*;
use lantu_tests::driver::Driver;
use lantu_tests::stage::Stage;
use serde_json::{Value, json};

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
    export_and_verify(&d, &stage.export("蓝图.geojson"));

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
        d.click("[data-testid=export]");
        d.wait("what can be written", |d| d.sees("[data-testid=export-manner]"));
        keep(&d, "export");
        d.key(ESCAPE);
        d.click("[data-testid=base-choose]");
        d.click("[data-testid=base-kind-tianditu]");
        d.wait("what leaves the machine", |d| d.sees("[data-testid=base-told]"));
        keep(&d, "base");
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
