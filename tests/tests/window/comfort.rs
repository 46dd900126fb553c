//! What makes the work easy: the graticule, comparing with before, slivers and reports in the window, recent
//! projects, tips that stay away, and a word after a crash.

use super::*;

#[test]
fn the_graticule_shows_degrees_then_metres_and_the_two_maps_lie_side_by_side() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let before = d.screenshot();
    d.key("g");
    d.wait("degrees", |d| d.attribute("[data-testid=graticule]", "data-kind") == "degrees");
    settled(&d);
    std::thread::sleep(std::time::Duration::from_millis(300));
    let degrees = d.screenshot();
    d.key("g");
    d.wait("metres", |d| d.attribute("[data-testid=graticule]", "data-kind") == "plane");
    settled(&d);
    std::thread::sleep(std::time::Duration::from_millis(300));
    let album = Album::open();
    album.keep(&d, "graticule-zh-light");
    assert!(before != degrees && degrees != d.screenshot(), "lines are drawn");
    d.key("v");
    d.wait("the blueprint beside", |d| d.attribute("[data-testid=swipe]", "data-state") == "idle");
    let half = d.script(
        "const [a, b] = ['map', 'swipe'].map((id) => document.querySelector(`[data-testid=${id}]`).getBoundingClientRect());
         return Math.abs(a.right - b.left) < 2 && Math.abs(a.width - b.width) < 2",
        json!([]),
    );
    assert_eq!(half, true);
    d.key("v");
    d.wait("one map again", |d| !d.sees("[data-testid=swipe]"));
    d.close();
}

#[test]
fn the_blueprint_is_compared_with_an_earlier_step() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    look_at_open(&d, ROW);
    let before = open_count(&d);
    d.key("1");
    d.wait("the decision", |d| open_count(d) == before - 1);
    d.click("[data-testid=step-blueprint]");
    choose(&d, "[data-testid=since-pick]", "0");
    d.wait("one has changed", |d| d.attribute("[data-testid=since]", "data-count") == "1");
    assert!(d.sees("[data-testid=changes]"), "areas then and now");
    d.click("[data-testid=since-side]");
    d.wait("the two beside each other", |d| d.attribute("[data-testid=swipe]", "data-state") == "idle");
    assert_eq!(d.attribute("[data-testid=map]", "data-mode"), "then");
    settled(&d);
    Album::open().keep(&d, "since-zh-light");
    d.click("[data-testid=undo]");
    d.wait("it is as it was", |d| d.attribute("[data-testid=since]", "data-count") == "0");
    d.close();
}

#[test]
fn slivers_are_previewed_merged_and_given_back_in_the_window() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=step-blueprint]");
    d.click("[data-testid=slivers-open]");
    d.wait("the settings", |d| d.sees("[data-testid=slivers-try]"));
    assert!(d.sees("[data-testid=slivers-apply]:disabled"), "nobody merges unseen");
    let limits =
        |d: &Driver| d.script("return document.querySelectorAll('[data-testid=slivers-limits] li').length", json!([]));
    assert_eq!(limits(&d), 4, "what no sliver crosses is shown");
    d.click("[data-testid=slivers-try]");
    d.wait("what it would do", |d| d.sees("[data-testid=slivers-found]"));
    assert!(d.text("[data-testid=slivers-found]").contains("公顷"), "counts and hectares");
    assert!(d.sees("[data-testid=slivers-byclass] tbody tr"), "from which class to which");

    // A threshold of a class and a limit are changed: what was previewed is not what would be merged.
    d.click("[data-testid=slivers-classes-open]");
    choose(&d, "[data-testid=slivers-class-area][data-class='03']", "900");
    d.click("[data-testid=slivers-limit-remove]");
    d.wait("one limit less", |d| limits(d) == 3);
    d.wait("it must be previewed again", |d| d.sees("[data-testid=slivers-apply]:disabled"));
    d.click("[data-testid=slivers-limit-add]");
    d.wait("another limit", |d| limits(d) == 4);
    d.click("[data-testid=slivers-try]");
    d.wait("it may be merged", |d| d.sees("[data-testid=slivers-apply]:not(:disabled)"));
    d.fill("[data-testid=slivers-reason]", "成果整理");
    d.click("[data-testid=slivers-apply]");
    d.wait("they are merged", |d| d.sees("[data-testid=slivers-stop]"));
    let view = ask(&d, "view", json!({}));
    assert!(view["result"]["slivers"]["count"].as_u64() > Some(0));
    assert_eq!(view["history"][0]["reason"], "成果整理");
    let settings = ask(&d, "sliver_state", json!({}))["settings"].clone();
    let forest = settings["classes"].as_array().unwrap().iter().find(|own| own["class"] == "03").unwrap();
    assert_eq!((forest["area_m2"].as_f64(), settings["limits"].as_array().unwrap().len()), (Some(900.0), 4));

    // One step, given back where it was made.
    d.click("[data-testid=slivers-undo]");
    d.wait("they are not", |d| ask(d, "view", json!({}))["result"]["slivers"]["count"] == 0);
    d.wait("nothing to undo here", |d| !d.sees("[data-testid=slivers-undo]"));
    d.close();
}

#[test]
fn a_report_is_made_by_a_button() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=export]");
    d.click("[data-testid=report-open]");
    d.wait("what is wanted", |d| d.sees("[data-testid=report-write]"));
    d.click("[data-testid=report-html]");
    d.click("[data-testid=report-write]");
    d.wait("the words that it was written", |d| d.text(NOTICE).contains("报告.html"));
    let page = std::fs::read_to_string(stage.export("报告.html")).unwrap();
    assert!(page.contains("永久基本农田") && page.contains("<svg"), "a page with a map");
    assert!(page.contains("各状态的冲突") && !page.contains("选定的冲突"), "charts, and nothing chosen");

    // Of the conflict at hand: as data and as a figure.
    d.click("[data-testid=step-conflicts]");
    d.wait("the list", |d| d.sees(ROW));
    d.click(ROW);
    let id =
        ask(&d, "conflicts", json!({ "filter": {}, "sort": "area", "offset": 0, "limit": 1, "locate": null }))["rows"]
            [0]["id"]
            .clone();
    d.click("[data-testid=step-blueprint]");
    d.click("[data-testid=export]");
    d.click("[data-testid=report-open]");
    d.wait("what is wanted", |d| d.sees("[data-testid=report-write]"));
    d.click("[data-testid=report-json]");
    choose(&d, "[data-testid=report-which]", "current");
    d.click("[data-testid=report-write]");
    d.wait("the words that it was written", |d| d.text(NOTICE).contains("报告.json"));
    let report: Value = serde_json::from_slice(&std::fs::read(stage.export("报告.json")).unwrap()).unwrap();
    let chosen = report["chosen"].as_array().unwrap();
    assert_eq!((chosen.len(), &chosen[0]["id"]), (1, &id));
    d.close();
}

#[test]
fn the_start_screen_offers_what_was_open_and_tips_stay_away() {
    let _alone = alone();
    let stage = Stage::set();
    let file = stage.file("sample-data/liechtenstein/liechtenstein_protected.geojson");
    let d = stage.open(&[file.to_str().unwrap()]);
    d.wait("the layer", |d| d.sees("[data-testid=layers] li"));
    d.wait("a tip", |d| d.sees("[data-testid=tip]"));
    d.click("[data-testid=tip-close]");
    d.wait("no tip", |d| !d.sees("[data-testid=tip]"));
    std::thread::sleep(std::time::Duration::from_millis(300));
    stage.kill_app();
    d.close();
    let d = stage.open(&[]);
    d.wait("the start screen", |d| d.sees("[data-testid=recent] li button"));
    Album::open().keep(&d, "recent-zh-light");
    d.click("[data-testid=recent] li button");
    d.wait("the layer again", |d| d.sees("[data-testid=layers] li"));
    d.wait("a word on the crash", |d| d.text(NOTICE).contains("上次没有正常结束"));
    assert!(!d.sees("[data-testid=tip]"), "what was dismissed stays away");
    d.close();
}

/// A file of one red picture for the whole earth.
fn base_map(path: &std::path::Path) {
    // A PNG of one red pixel, which the map stretches.
    const RED: &str = "89504E470D0A1A0A0000000D4948445200000001000000010802000000907753DE0000000C49444154789C63F8CFC0000003010100C9FE92EF0000000049454E44AE426082";
    let database = rusqlite::Connection::open(path).unwrap();
    let tables = format!(
        "CREATE TABLE metadata (name TEXT, value TEXT);
         CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
         INSERT INTO metadata VALUES ('name', '影像'), ('attribution', '某测绘院'), ('format', 'png');
         INSERT INTO tiles VALUES (0, 0, 0, x'{RED}');"
    );
    database.execute_batch(&tables).unwrap();
}

#[test]
fn a_base_map_is_off_until_a_file_is_chosen_and_comes_from_that_file_alone() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    assert!(d.sees("[data-testid=base-choose]"), "none at first");
    let file = stage.file("base.mbtiles");
    base_map(&file);
    let without = d.screenshot();
    d.script("window.__LANTU_CHOSEN__ = [arguments[0]]", json!([file]));
    d.click("[data-testid=base-choose]");
    assert!(d.text("[data-testid=base-told]").contains("不联网"));
    d.click("[data-testid=base-file]");
    d.wait("whose it is", |d| d.text("[data-testid=credit]").contains("某测绘院"));
    settled(&d);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(d.screenshot() != without, "it lies under the layers");
    Album::open().keep(&d, "base-zh-light");
    d.click("[data-testid=base-none]");
    d.wait("none again", |d| d.sees("[data-testid=base-choose]"));
    d.close();
}

#[test]
fn figures_are_copied_as_a_table_and_saved_as_a_picture() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    look_at_open(&d, ROW);
    d.key("1");
    d.click("[data-testid=step-blueprint]");
    d.click("[data-testid=figures-open]");
    d.wait("the course of the work", |d| d.sees("[data-testid=chart-course] svg"));
    d.click("[data-testid=chart-classes-svg]");
    d.wait("the words that it was saved", |d| d.text(NOTICE).contains(".svg"));
    let picture = std::fs::read_to_string(stage.export("各类别面积：图层与蓝图.svg")).unwrap();
    assert!(picture.contains("永久基本农田") && picture.contains("<rect"), "{picture}");
    d.click("[data-testid=chart-classes-png]");
    d.wait("the same as PNG", |d| d.text(NOTICE).contains(".png"));
    // Three pixels a point: what is printed small is still sharp.
    assert_eq!(png_size(&stage.export("各类别面积：图层与蓝图.png")).0, 3 * 720);
    d.key(ESCAPE);
    d.click("[data-testid=step-conflicts]");
    d.click("[data-testid=tab-matrix]");
    d.click("[data-testid=matrix-svg]");
    d.wait("the pairs as a picture", |d| d.text(NOTICE).contains("类别对冲突.svg"));
    let pairs = std::fs::read_to_string(stage.export("类别对冲突.svg")).unwrap();
    assert!(pairs.contains(" × ") && pairs.contains("公顷"), "{pairs}");
    d.close();
}

/// The width and height of a PNG in pixels.
fn png_size(file: &std::path::Path) -> (u32, u32) {
    let bytes = std::fs::read(file).unwrap();
    assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 10_000, "{} is a picture of something", file.display());
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn the_map_is_saved_as_a_picture_with_its_legend_and_scale() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=step-blueprint]");
    settled(&d);
    d.click("[data-testid=map-picture]");
    d.wait("the words that it was saved", |d| d.text(NOTICE).contains("地图.png"));
    let (width, height) = png_size(&stage.export("地图.png"));
    let size = "const r = document.querySelector('[data-testid=map] canvas'); return [r.width, r.height]";
    let drawn: [u32; 2] = serde_json::from_value(d.script(size, json!([]))).unwrap();
    assert_eq!(width, drawn[0]);
    assert!(height > drawn[1] + 40, "below the map stands what it shows: {height} {drawn:?}");
    std::fs::copy(stage.export("地图.png"), lantu_tests::places::workspace().join("out/screenshots/map-picture.png"))
        .unwrap();
    d.close();
}

#[test]
fn the_record_is_read_to_its_beginning_and_searched_to_it() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let page = ask(&d, "conflicts", json!({ "filter": { "state": "open" }, "sort": "area", "offset": 0, "limit": 1 }));
    let id = page["rows"][0]["id"].clone();
    for number in 1..=130 {
        let choice = json!({ "kind": if number % 2 == 0 { "leave-empty" } else { "open" } });
        let reason = if number == 3 { "最初的协商".to_owned() } else { format!("第{number}次") };
        ask(&d, "decide", json!({ "conflicts": [id], "rows": null, "choice": choice, "reason": reason, "basis": "" }));
    }
    d.click("[data-testid=tab-history]");
    d.wait("the newest first", |d| d.text("[data-testid=history] li").contains("第130次"));
    let rows = |d: &Driver| d.script("return document.querySelectorAll('[data-testid=history] li').length", json!([]));
    assert_eq!(rows(&d), 101, "a page, and the way to the next");
    d.script("document.querySelector('[data-testid=history]').scrollTop = 1e7", json!([]));
    d.wait("the first one too", |d| rows(d) == 130);
    d.fill("[data-testid=history-find]", "最初的协商");
    d.wait("the one that was meant", |d| rows(d) == 1);
    assert!(d.text("[data-testid=history-count]").contains("1 / 130"));
    Album::open().keep(&d, "history-found-zh-light");
    d.click("[data-testid=return-3]");
    d.wait("what was then", |d| ask(d, "view", json!({}))["undo"]["number"] == 3);
    d.close();
}
