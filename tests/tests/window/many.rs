//! Many conflicts decided at once, and choices tried before they are made.

use super::*;

const BULK: &str = "[data-testid=bulk]";

fn count(d: &Driver) -> u64 {
    d.attribute(BULK, "data-count").parse().unwrap_or_default()
}

fn row(k: usize) -> String {
    format!("[data-testid=conflicts] [role=option]:nth-child({k})")
}

#[test]
fn all_like_the_one_at_hand_are_decided_by_one_key_each_and_taken_back_by_one_undo() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    look_at_open(&d, &row(1));
    let before = open_count(&d);

    d.key("l");
    d.wait("all like it", |d| count(d) > 1);
    let alike = count(&d);
    d.key("1");
    d.wait("what would change", |d| d.sees("[data-testid=changes]"));
    assert_eq!(open_count(&d), before, "a preview decides nothing");
    d.key(ENTER);
    d.wait("the decision", |d| open_count(d) == before - alike);
    let history = ask(&d, "view", json!({}))["history"].clone();
    assert_eq!((history.as_array().unwrap().len(), &history[0]["conflicts"]), (1, &json!(alike)));
    d.wait("the panel is done", |d| !d.sees(BULK));
    d.key("u");
    d.wait("all of it taken back", |d| open_count(d) == before);
    d.close();
}

#[test]
fn rows_are_chosen_with_mouse_and_keys_and_their_filter_travels_instead_of_ids() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    choose(&d, "[data-testid=filter-state]", "open");
    d.wait("open ones only", |d| d.attribute(&row(1), "data-state") == "open");
    let before = open_count(&d);
    d.click(&row(1));
    d.wait("its detail", |d| d.sees("[data-testid=give-1]"));
    d.click_holding(SHIFT, &row(4));
    d.wait("four rows", |d| count(d) == 4);
    d.click_holding(CONTROL, &row(2));
    d.wait("one less", |d| count(d) == 3);
    d.key(ESCAPE);
    d.wait("nothing is chosen", |d| !d.sees(BULK));

    d.hold(CONTROL);
    d.key("a");
    d.let_go();
    d.wait("all that the filter lets through", |d| count(d) == before);
    d.key("e");
    d.click("[data-testid=bulk-decide]");
    d.wait("all left empty", |d| open_count(d) == 0);
    d.wait("the way on", |d| d.sees("[data-testid=all-decided]"));
    d.click("[data-testid=undo]");
    d.wait("all of it taken back", |d| open_count(d) == before);
    d.close();
}

#[test]
fn a_gap_has_nobody_to_keep_it_but_may_become_a_class_that_is_typed() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=filter-more]");
    choose(&d, "[data-testid=filter-kind]", "gap");
    d.click(&row(1));
    d.wait("its detail", |d| d.sees("[data-testid=other-class]"));
    let gap = d.attribute(DETAIL, "data-id");
    assert!(!d.sees("[data-testid=keep-all]") && !d.sees("[data-testid=give-1]"));
    d.key("k");
    d.key("c");
    d.wait("the classes", |d| d.sees("[data-testid=class-filter]"));
    assert_eq!(d.text(NOTICE), "", "K means nothing here, and nothing is wrong with that");
    d.fill("[data-testid=class-filter]", "水域");
    d.key(ENTER);
    d.wait("the gap is filled", |d| state_of(d, &gap) == "hand");
    assert_eq!(ask(&d, "conflict", json!({ "id": gap }))["decision"]["class"], "water");
    d.close();
}

#[test]
fn pointing_at_a_choice_shows_the_areas_it_would_change() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    look_at_open(&d, &row(1));
    let (x, y) = d.middle("[data-testid=give-1]");
    d.move_to(x, y);
    d.wait("areas before and after", |d| d.sees("[data-testid=changes]"));
    let row = ask(&d, "conflict", json!({ "id": d.attribute(DETAIL, "data-id") }))["row"].clone();
    let hectares = format!("{:.4}", row["area_m2"].as_f64().unwrap() / 1e4);
    let told = d.text("[data-testid=changes]");
    assert!(told.contains(&format!("+{hectares}")) && told.contains(&format!("−{hectares}")), "{hectares}: {told}");
    d.close();
}
