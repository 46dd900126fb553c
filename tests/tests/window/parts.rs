//! Conflicts in parts: split by a line or a file, decided apart, locked, and the way back in the record.

use super::*;

/// The largest open conflict is at hand, and the map looks at it.
fn take_the_largest(d: &Driver) -> Value {
    choose(d, "[data-testid=filter-state]", "open");
    d.click(ROW);
    d.wait("its detail", |d| d.sees("[data-testid=give-1]"));
    settled(d);
    ask(d, "conflict", json!({ "id": d.attribute(DETAIL, "data-id") }))
}

/// Clicks from beyond its western to beyond its eastern border, at the height of a point inside.
fn draw_across(d: &Driver, detail: &Value) {
    let [west, south, east, north]: [f64; 4] = serde_json::from_value(detail["lonlat_bounds"].clone()).unwrap();
    let (margin, height) = ((east - west) * 0.1, detail["lonlat_inside"][1].as_f64().unwrap());
    assert!(south < height && height < north);
    for (at, lon) in [west - margin, east + margin].into_iter().enumerate() {
        let (x, y) = pixel(d, &json!([lon, height]));
        d.click_at(x, y);
        if at == 0 {
            // Two clicks in a row would zoom.
            std::thread::sleep(std::time::Duration::from_millis(600));
        }
    }
}

#[test]
fn a_line_across_a_conflict_makes_parts_that_are_decided_apart_and_exported_so() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let whole = take_the_largest(&d);
    let before = open_count(&d);

    d.key("d");
    d.wait("the words how to draw", |d| d.sees("[data-testid=drawing]"));
    draw_across(&d, &whole);
    d.wait("two places of the line", |d| {
        d.script("return !document.querySelector('[data-testid=split-done]').disabled", json!([])) == json!(true)
    });
    settled(&d);
    Album::open().keep(&d, "split-zh-light");
    d.key(ENTER);
    d.wait("the parts", |d| d.sees("[data-testid=part]") && !d.sees("[data-testid=progress]"));
    let parts = open_count(&d) - before + 1;
    assert!(parts >= 2, "{parts}");
    assert!(d.text("[data-testid=part]").contains("王规划"));
    settled(&d);
    Album::open().keep(&d, "part-zh-light");

    // The first part to one party, the next open part to the other.
    let first = d.attribute(DETAIL, "data-id");
    d.key("1");
    d.wait("the first part is decided", |d| state_of(d, &first) == "hand");
    let page = ask(&d, "conflicts", json!({ "filter": { "state": "open" }, "sort": "area", "offset": 0, "limit": 50 }));
    let of_split = |row: &&Value| !ask(&d, "conflict", json!({ "id": row["id"] }))["split"].is_null();
    let second = page["rows"].as_array().unwrap().iter().find(of_split).unwrap()["id"].as_str().unwrap().to_owned();
    d.click(&format!("{ROW}[data-id='{second}']"));
    d.wait("the second part", |d| d.attribute(DETAIL, "data-id") == second);
    d.key("2");
    d.wait("the second part is decided", |d| state_of(d, &second) == "hand");

    d.click("[data-testid=export]");
    d.click("[data-testid=export-conflicts-geojson]");
    d.wait("the words that it was proven", |d| d.text(NOTICE).contains("互不重叠"));
    let written = std::fs::read_to_string(stage.export("冲突.geojson")).unwrap();
    assert!(written.contains(&first) && written.contains(&second), "both parts stand in the file");
    assert!(!written.contains(whole["row"]["id"].as_str().unwrap()), "the whole does not");
    d.close();
}

#[test]
fn a_locked_decision_withstands_keys_and_undo_and_the_record_leads_back() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    take_the_largest(&d);
    let before = open_count(&d);
    let [first, second] = [0, 1].map(|_| {
        let id = d.attribute(DETAIL, "data-id");
        d.fill("[data-testid=reason]", "现场核查");
        d.key(ESCAPE);
        d.key("1");
        d.wait("the decision", |d| state_of(d, &id) == "hand");
        d.wait("the next one", |d| d.attribute(DETAIL, "data-id") != id && d.sees("[data-testid=give-1]"));
        id
    });
    // What was written before is offered.
    d.click("[data-testid=reason]");
    d.wait("words used lately", |d| d.text("[data-testid=lately]").contains("现场核查"));
    let (x, y) = d.middle("[data-testid=lately] button");
    d.click_at(x, y);
    let reason = "return document.querySelector('[data-testid=reason]').value";
    d.wait("the words are taken", |d| d.script(reason, json!([])) == "现场核查");
    d.key(ESCAPE);

    choose(&d, "[data-testid=filter-state]", "hand");
    d.click(&format!("{ROW}[data-id='{second}']"));
    d.wait("its detail", |d| d.attribute(DETAIL, "data-id") == second);
    d.click("[data-testid=lock]");
    d.wait("it is locked", |d| d.attribute("[data-testid=lock]", "aria-pressed") == "true");
    Album::open().keep(&d, "locked-zh-light");
    d.key("u");
    d.wait("the words that it is locked", |d| d.text(NOTICE).contains("已锁定"));
    assert_eq!(state_of(&d, &second), "hand");
    d.click("[data-testid=lock]");
    d.wait("it is unlocked", |d| d.attribute("[data-testid=lock]", "aria-pressed") == "false");

    d.click("[data-testid=tab-history]");
    d.click("[data-testid=return-1]");
    d.wait("the second is taken back", |d| open_count(d) == before - 1);
    assert_eq!(state_of(&d, &first), "hand");
    Album::open().keep(&d, "return-zh-light");
    d.click("[data-testid=return-0]");
    d.wait("all is taken back", |d| open_count(d) == before);
    d.close();
}
