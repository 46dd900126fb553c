//! The rules page: rules are ordered, tried, changed, undone, written and read.

use super::*;

const PAGE: &str = "[data-testid=rules-page]";
const RULES: &str = "[data-testid=rule-list] [role=option]";

fn rule(id: &str) -> String {
    format!("{RULES}[data-id='{id}']")
}

fn tried(d: &Driver) {
    d.wait("the rules have been tried", |d| d.attribute("[data-testid=trial]", "data-state") == "tried");
}

fn open_page(d: &Driver) {
    d.click("[data-testid=rules-open]");
    d.wait("the rules", |d| d.sees(PAGE) && d.sees(RULES));
    tried(d);
}

fn first(d: &Driver) -> String {
    d.attribute(RULES, "data-id")
}

/// The rule that leaves most to planners, and how many conflicts that are.
fn busiest(d: &Driver) -> (String, u64) {
    let book = ask(d, "rule_state", json!({}))["book"].clone();
    let supposed = ask(d, "suppose_rules", json!({ "book": book }));
    let count = |effect: &Value| effect["decides"][0]["count"].as_u64().unwrap();
    let effect = supposed["rules"].as_array().unwrap().iter().max_by_key(|effect| count(effect)).cloned().unwrap();
    (effect["id"].as_str().unwrap().to_owned(), count(&effect))
}

#[test]
fn a_rule_is_switched_off_tried_taken_and_brought_back_by_undo() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let (before, (id, decides)) = (open_count(&d), busiest(&d));
    assert!(decides > 0);
    open_page(&d);
    d.click(&rule(&id));
    d.wait("it is at hand", |d| d.attribute("[data-testid=rule-form]", "data-id") == id);
    d.click("[data-testid=rule-enabled]");
    d.wait("that is a change", |d| d.sees("[data-testid=rules-changed]"));
    d.wait("what it would do", |d| d.text("[data-testid=trial-rules] .moved").starts_with(&id));
    assert_eq!(open_count(&d), before, "a try decides nothing");
    assert!(d.text("[data-testid=trial-classes]").contains("公顷"), "areas before and after stand there");

    d.fill("[data-testid=rules-reason]", "局务会议");
    d.click("[data-testid=rules-apply]");
    d.wait("the rules are taken", |d| !d.sees("[data-testid=rules-changed]"));
    let view = ask(&d, "view", json!({}));
    assert_eq!((&view["history"][0]["kind"], &view["history"][0]["reason"]), (&json!("rules"), &json!("局务会议")));
    let now = view["result"]["open"]["count"].as_u64().unwrap();
    d.key(ESCAPE);
    d.key(ESCAPE);
    d.wait("the work again", |d| !d.sees(PAGE));
    d.wait("the list tells it", |d| d.text("[data-testid=open-tally]").contains(&grouped(now)));
    d.click("[data-testid=undo]");
    d.wait("the rule decides again", |d| open_count(d) == before);
    d.close();
}

#[test]
fn a_rule_about_districts_is_wrong_where_the_project_has_none() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    open_page(&d);
    d.click(RULES);
    d.wait("a rule at hand", |d| d.sees("[data-testid=rule-form]"));
    choose(&d, "[data-testid=rule-districts]", "4601、460205");
    choose(&d, "[data-testid=rule-except_districts]", "460107");
    d.wait("it is marked", |d| d.text(PAGE).contains("先改正标红的 1 处"));
    assert!(d.sees("[data-testid=rules-apply]:disabled"), "it cannot be taken");
    choose(&d, "[data-testid=rule-districts]", "");
    choose(&d, "[data-testid=rule-except_districts]", "");
    d.wait("the rules are as they were", |d| !d.sees("[data-testid=rules-changed]"));
    d.close();
}

fn grouped(count: u64) -> String {
    let digits = count.to_string();
    if digits.len() <= 3 { digits } else { format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..]) }
}

#[test]
fn rules_are_ordered_by_keys_and_by_dragging_and_given_up_again() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    open_page(&d);
    let was = first(&d);
    let second = d.attribute(&format!("{RULES}:nth-child(2)"), "data-id");
    d.click(&rule(&was));
    d.script("document.querySelector('[data-testid=rule-list]').focus()", json!([]));
    d.hold(ALT);
    d.key(DOWN);
    d.let_go();
    d.wait("the second is first", |d| first(d) == second);
    d.click("[data-testid=rules-revert]");
    d.wait("as before", |d| first(d) == was && !d.sees("[data-testid=rules-changed]"));

    let (from, to) = (d.middle(&format!("{} .grip", rule(&was))), d.middle(&format!("{RULES}:nth-child(3)")));
    d.drag(from, to);
    d.wait("dragged to the third place", |d| d.attribute(&format!("{RULES}:nth-child(3)"), "data-id") == was);
    d.close();
}

#[test]
fn a_pair_becomes_compatible_and_its_conflicts_would_go() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    open_page(&d);
    d.click("[data-testid=rules-tab-pairs]");
    let cell = "[data-testid=pair-matrix] [data-pair='forest farmland']";
    d.wait("the matrix", |d| d.sees(cell));
    d.click(cell);
    d.wait("the pair", |d| d.sees("[data-testid=pair-form]"));
    d.click("[data-testid=pair-compatible]");
    d.wait("fewer conflicts", |d| d.sees("[data-testid=trial-sums] .moved"));
    d.click("[data-testid=rules-apply]");
    d.wait("the rules are taken", |d| !d.sees("[data-testid=rules-changed]"));
    let filter = json!({ "classes": ["farmland", "forest"] });
    let page =
        ask(&d, "conflicts", json!({ "filter": filter, "sort": "area", "offset": 0, "limit": 1, "locate": null }));
    assert_eq!(page["total"]["count"], 0);
    d.click("[data-testid=rules-drop]");
    d.wait("those of the file again", |d| !d.sees("[data-testid=rules-drop]"));
    d.close();
}

#[test]
fn rules_are_written_and_read_and_a_mistake_in_them_is_shown_where_it_is() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    open_page(&d);
    d.click("[data-testid=rules-export]");
    let file = stage.export("规则.toml");
    d.wait("the words that they were written", |d| d.text(PAGE).contains("规则.toml"));
    let text = std::fs::read_to_string(&file).unwrap();
    let wrong = text.replacen("give-to = \"red-line\"", "give-to = \"red-lime\"", 1);
    assert_ne!(wrong, text);
    std::fs::write(&file, wrong).unwrap();
    d.script("window.__LANTU_CHOSEN__ = [arguments[0]]", json!([file]));
    d.click("[data-testid=rules-import]");
    d.wait("what is wrong", |d| d.text(PAGE).contains("red-lime"));
    assert!(d.sees("[data-testid=rules-apply]:disabled"));
    std::fs::write(&file, text).unwrap();
    d.click("[data-testid=rules-import]");
    d.wait("nothing is wrong", |d| !d.text(PAGE).contains("red-lime"));
    d.close();
}
