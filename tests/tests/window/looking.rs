//! Looking: places and their coordinates, findings, comparisons, sizes that stay, the matrix.

use super::*;

#[test]
fn the_pointer_has_metres_of_the_project_beside_its_degrees() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let (x, y) = d.middle("[data-testid=map]");
    d.move_to(x, y);
    d.wait("the coordinates", |d| d.text("[data-testid=plane]").starts_with('E'));
    let number = |text: &str| text.replace([',', '°'], "").parse::<f64>().unwrap();
    let plane = d.text("[data-testid=plane]");
    let degrees = d.text("footer .degrees");
    let words: Vec<&str> = degrees.split_whitespace().collect();
    let place = ask(&d, "place", json!({ "lonlat": [number(words[0]), number(words[2])] }))["plane"].clone();
    let told: Vec<&str> = plane.split_whitespace().collect();
    for (axis, word) in [(0, told[1]), (1, told[3])] {
        assert!((place[axis].as_f64().unwrap() - number(word)).abs() < 1.0, "{plane} {degrees} {place}");
    }
    d.close();
}

#[test]
fn the_ruler_tells_length_and_area_on_the_ellipsoid() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.key("m");
    d.wait("the ruler", |d| d.sees("[data-testid=measured]"));
    let (x, y) = d.middle("[data-testid=map]");
    for (dx, dy) in [(-100.0, 0.0), (100.0, 0.0), (0.0, 100.0)] {
        d.click_at(x + dx, y + dy);
        std::thread::sleep(std::time::Duration::from_millis(600));
    }
    d.wait("an area", |d| {
        d.script("return document.querySelectorAll('[data-testid=measured] b').length", json!([])) == 2
    });
    let area = d.text("[data-testid=measured] b + b");
    assert!(area.contains("公顷") || area.contains("km²"), "{area}");
    // The map's own scale says how far 200 pixels of its first leg and the second leg go.
    let told = d.attribute("[data-testid=map]", "data-bounds");
    let [west, south, east, north]: [f64; 4] =
        told.split(',').map(|n| n.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap();
    let width = d.script("return document.querySelector('[data-testid=map]').clientWidth", json!([])).as_f64().unwrap();
    let metres = (east - west) * 111_319.5 * ((south + north) / 2.0).to_radians().cos() / width;
    let expected = metres * (200.0 + 100.0 * 2.0_f64.sqrt());
    let text = d.text("[data-testid=measured] b").replace([',', ' '], "");
    let measured: f64 = text.trim_end_matches('m').parse().unwrap();
    assert!((measured / expected - 1.0).abs() < 0.02, "{text}, expected {expected}");
    // Half of 200 by 100 pixels, whichever way round it was drawn.
    let hectares = expected / (200.0 + 100.0 * 2.0_f64.sqrt());
    let hectares = hectares * hectares * 10_000.0 / 1e4;
    let number: f64 = area.replace(',', "").split_whitespace().next().unwrap().parse().unwrap();
    let told = if area.contains("km²") { number * 100.0 } else { number };
    assert!((told / hectares - 1.0).abs() < 0.04, "{area}, expected {hectares} ha");
    Album::open().keep(&d, "measure-zh-light");
    d.key(ESCAPE);
    d.wait("no ruler", |d| !d.sees("[data-testid=measured]"));
    d.close();
}

#[test]
fn a_finding_is_explained_and_its_place_pointed_out() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-layer=永久基本农田] [data-testid=findings-toggle]");
    d.wait("the findings", |d| d.sees("[data-testid=findings] p"));
    d.click("[data-testid=findings] button");
    d.wait("the place", |d| d.sees("[data-testid=pin]"));
    settled(&d);
    let (x, y) = d.middle("[data-testid=pin]");
    let (a, b) = d.middle("[data-testid=map]");
    assert!((x - a).abs() < 2.0 && (y - b).abs() < 2.0, "the map looks at it");
    d.close();
}

#[test]
fn the_blueprint_is_compared_with_the_layers_by_swipe_and_by_blink() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=step-blueprint]");
    d.click("[data-testid=swipe-toggle]");
    d.wait("both maps", |d| d.attribute("[data-testid=swipe]", "data-state") == "idle");
    assert_eq!(
        d.attribute("[data-testid=swipe]", "data-bounds"),
        d.attribute("[data-testid=map]", "data-bounds"),
        "both look at the same place"
    );
    let (x, y) = d.middle("[data-testid=swipe-handle]");
    d.drag((x, y), (x - 200.0, y));
    d.wait("the line has moved", |d| (d.middle("[data-testid=swipe-handle]").0 - (x - 200.0)).abs() < 3.0);
    d.key("s");
    d.wait("one map again", |d| !d.sees("[data-testid=swipe]"));

    settled(&d);
    let blueprint = d.screenshot();
    d.hold("b");
    d.wait("the layers", |d| d.attribute("[data-testid=map]", "data-mode") == "layers");
    settled(&d);
    assert_ne!(d.screenshot(), blueprint);
    d.let_go();
    d.wait("the blueprint again", |d| d.attribute("[data-testid=map]", "data-mode") == "blueprint");
    d.close();
}

#[test]
fn panels_keep_the_sizes_that_they_were_given() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let width = |d: &Driver| d.script("return document.querySelector('aside.right').clientWidth", json!([])).as_i64();
    let before = width(&d).unwrap();
    for (divider, by) in [("[data-testid=divide-right]", (-60.0, 0.0)), ("[data-testid=divide-list]", (0.0, 70.0))] {
        let (x, y) = d.middle(divider);
        d.drag((x, y), (x + by.0, y + by.1));
        d.wait("the divider has moved", |d| {
            let (u, v) = d.middle(divider);
            (u - x - by.0).abs() < 3.0 && (v - y - by.1).abs() < 3.0
        });
    }
    d.close();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    assert_eq!(width(&d), Some(before + 60));
    d.close();
}

#[test]
fn a_cell_of_the_matrix_filters_the_list() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=tab-matrix]");
    let told = d.text("[data-testid=cell] b");
    d.click("[data-testid=cell]");
    d.wait("the list of that pair", |d| d.text("[data-testid=shown]").starts_with(&format!("{told} ")));
    d.close();
}

#[test]
fn the_list_is_narrowed_by_text_by_size_and_by_what_the_map_shows() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let shown =
        |d: &Driver| d.text("[data-testid=shown]").split_whitespace().next().unwrap_or_default().replace(',', "");
    let all = shown(&d);
    d.key("/");
    d.fill("[data-testid=filter-text]", "Europaschutz");
    d.wait("those with that name", |d| shown(d) != all);
    let named = shown(&d);
    d.click("[data-testid=filter-more]");
    d.fill("[data-testid=filter-min_area_m2]", "50000");
    d.wait("the large ones of them", |d| shown(d) != named);
    d.click("[data-testid=filter-reset]");
    d.wait("all again", |d| shown(d) == all);
    d.click("[data-testid=conflicts] [role=option]");
    d.wait("its detail", |d| d.sees("[data-testid=give-1]"));
    settled(&d);
    d.click("[data-testid=filter-here]");
    d.wait("what the map shows", |d| shown(d) != all);
    choose(&d, "[data-testid=filter-sort]", "near");
    d.wait("the nearest first", |d| {
        d.attribute("[data-testid=conflicts] [role=option]", "data-id") == d.attribute(DETAIL, "data-id")
    });
    d.close();
}

#[test]
fn overlaps_of_compatible_classes_can_be_looked_at_too() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    choose(&d, "[data-testid=filter-state]", "compatible");
    let row = "[data-testid=conflicts] [role=option]";
    d.wait("the compatible ones", |d| d.attribute(row, "data-state") == "compatible");
    d.click(row);
    d.wait("why it stays", |d| d.text("[data-testid=in-force]").contains("相容"));
    settled(&d);
    let detail = ask(&d, "conflict", json!({ "id": d.attribute(DETAIL, "data-id") }));
    d.key(ESCAPE);
    d.wait("nothing is chosen", |d| d.attribute(DETAIL, "data-id").is_empty());
    let (x, y) = pixel(&d, &detail["lonlat_inside"]);
    d.click_at(x, y);
    d.wait("it is found on the map", |d| d.attribute(DETAIL, "data-id") == detail["row"]["id"].as_str().unwrap());
    d.close();
}
