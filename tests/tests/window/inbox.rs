//! The inbox beyond its list: groups, saved filters, a box drawn on the map, going on or staying.

use super::*;

const SHOWN: &str = "[data-testid=shown]";

fn shown(d: &Driver) -> String {
    d.text(SHOWN).split_whitespace().next().unwrap_or_default().to_owned()
}

#[test]
fn groups_become_filters_and_filters_are_kept_by_name() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let all = shown(&d);
    d.click("[data-testid=filter-more]");
    choose(&d, "[data-testid=grouping]", "feature");
    d.wait("the groups", |d| d.sees("[data-testid=group]"));
    d.click("[data-testid=group]");
    d.wait("the conflicts of one feature", |d| d.sees("[data-testid=chip-party]") && shown(d) != all);
    let one = shown(&d);
    d.click("[data-testid=filter-saved]");
    d.fill("[data-testid=saved-name]", "这一块");
    d.click("[data-testid=saved-keep]");
    d.wait("it is kept", |d| d.sees("[data-testid=saved-filter]"));
    d.click("[data-testid=filter-reset]");
    d.wait("all again", |d| shown(d) == all);
    d.close();

    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=filter-saved]");
    d.click("[data-testid=saved-filter]");
    d.wait("the same conflicts on the next day", |d| shown(d) == one);
    d.click("[data-testid=chip-party]");
    d.wait("all again", |d| shown(d) == all);
    d.close();
}

#[test]
fn a_box_drawn_on_the_map_is_a_filter() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let all = shown(&d);
    d.click("[data-testid=filter-box]");
    d.wait("how to draw it", |d| d.sees("[data-testid=box-hint]"));
    let (x, y) = d.middle("[data-testid=map]");
    d.click_at(x - 60.0, y - 60.0);
    d.click_at(x + 60.0, y + 60.0);
    d.wait("fewer conflicts", |d| !d.sees("[data-testid=box-hint]") && shown(d) != all);
    assert_eq!(d.attribute("[data-testid=filter-here]", "aria-pressed"), "true");
    d.close();
}

#[test]
fn whoever_wants_to_stay_is_not_led_on_to_the_next_conflict() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    choose(&d, "[data-testid=filter-state]", "open");
    d.click("[data-testid=filter-more]");
    d.click("[data-testid=advance]");
    d.click(ROW);
    d.wait("its detail", |d| d.sees("[data-testid=give-1]"));
    let id = d.attribute(DETAIL, "data-id");
    d.key(ESCAPE);
    d.click(&format!("{ROW}[data-id='{id}']"));
    d.wait("its detail", |d| d.sees("[data-testid=give-1]"));
    d.key("1");
    d.wait("it is decided and still at hand", |d| {
        d.attribute(DETAIL, "data-state") == "hand" && d.attribute(DETAIL, "data-id") == id
    });
    d.close();
}
