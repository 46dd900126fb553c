//! How a layer is read, its new versions, and the project as a file for others.

use super::*;

/// A layer of land with survey codes.
fn land(path: &std::path::Path, fields: &[(f64, &str)]) {
    let feature = |(west, code): &(f64, &str)| {
        let ring: Vec<[f64; 2]> = [(0.0, 0.0), (0.01, 0.0), (0.01, 0.01), (0.0, 0.01), (0.0, 0.0)]
            .map(|(x, y)| [west + x, 20.0 + y])
            .to_vec();
        json!({ "type": "Feature", "properties": { "BSM": "1", "DLBM": code }, "geometry": { "type": "Polygon", "coordinates": [ring] } })
    };
    let features: Vec<Value> = fields.iter().map(feature).collect();
    std::fs::write(path, json!({ "type": "FeatureCollection", "features": features }).to_string()).unwrap();
}

#[test]
fn survey_codes_are_recognised_explained_and_read_as_planning_codes_and_stay_so() {
    let _alone = alone();
    let stage = Stage::set();
    let file = stage.file("地块.geojson");
    land(&file, &[(111.0, "0601"), (111.02, "1006")]);
    let path = file.to_str().unwrap().to_owned();
    let d = stage.open(&[&path]);
    d.wait("the layer", |d| d.sees("[data-layer=地块]"));
    d.click("[data-testid=reading-toggle]");
    d.wait("how it is read", |d| d.sees("[data-testid=reading]"));
    let told = d.text("[data-testid=reading]");
    assert!(told.contains("DLBM") && told.contains("三调"), "{told}");
    let chosen = "return document.querySelector('[data-testid=reading-encoding]').selectedOptions[0].innerText";
    let encoding = d.script(chosen, json!([]));
    assert!(encoding.as_str().unwrap().starts_with("UTF-8"), "{encoding}");
    d.click("[data-testid=reading-take]");
    d.wait("the field", |d| d.sees("[data-testid=reading-codes]"));
    Album::open().keep(&d, "reading-zh-light");
    d.click("[data-testid=reading-apply]");
    let classes = |d: &Driver| -> Vec<String> {
        let view = ask(d, "view", json!({}));
        view["classes"].as_array().unwrap().iter().map(|class| class["id"].as_str().unwrap().to_owned()).collect()
    };
    d.wait("planning codes", |d| classes(d).iter().any(|id| id == "1001"));
    assert!(classes(&d).iter().any(|id| id == "0601"), "the survey's 1006 is the guide's 0601");
    d.close();
    let record = file.with_extension("lantu");
    let d = stage.open(&[record.to_str().unwrap()]);
    d.wait("the layer again", |d| d.sees("[data-layer=地块]"));
    assert!(classes(&d).iter().any(|id| id == "1001"), "it is remembered");
    d.close();
}

#[test]
fn a_layer_gets_a_new_version_and_decisions_that_no_longer_fit_are_listed() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    look_at_open(&d, ROW);
    let id = d.attribute(DETAIL, "data-id");
    let layer = ask(&d, "conflict", json!({ "id": id }))["parties"][0]["layer"].as_str().unwrap().to_owned();
    d.key("1");
    d.wait("the decision", |d| state_of(d, &id) == "hand");

    let file = stage.file("新版.geojson");
    land(&file, &[(9.5, "0101")]);
    d.script("window.__LANTU_CHOSEN__ = arguments[0]", json!([[file.to_str().unwrap()]]));
    d.click(&format!("[data-layer='{layer}'] [data-testid=reading-toggle]"));
    d.click(&format!("[data-layer='{layer}'] [data-testid=replace]"));
    d.wait("the new file", |d| d.text(&format!("[data-layer='{layer}'] [data-testid=reading]")).contains("新版"));
    d.click("[data-testid=run]");
    d.wait("the run's end", |d| d.sees("[data-testid=conflicts]") && !d.sees("[data-testid=progress]"));
    d.click("[data-testid=step-blueprint]");
    d.click("[data-testid=orphans] summary");
    d.wait("the decision and its old layers", |d| d.text("[data-testid=orphans]").contains(&layer));
    d.close();
}

#[test]
fn conflicts_and_blueprint_go_into_the_project_and_a_copy_is_saved() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=export]");
    d.click("[data-testid=keep-layers]");
    d.wait("the words that they are in it", |d| d.text(NOTICE).contains("QGIS"));
    d.click("[data-testid=export]");
    d.click("[data-testid=save-as]");
    d.wait("the words that it is saved", |d| d.text(NOTICE).contains("已另存"));
    Album::open().keep(&d, "saved-zh-light");
    let copy = std::fs::read(stage.export("项目.lantu")).unwrap();
    let has = |text: &str| copy.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(copy.starts_with(b"SQLite format 3") && has("rtree_blueprint_geom") && has("rtree_conflicts_geom"));
    d.close();
}
