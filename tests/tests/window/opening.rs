//! What is opened: files that do not say all they should, and projects that were changed here.

use super::*;

#[test]
fn a_file_without_a_crs_is_asked_about_where_the_notice_stands() {
    let _alone = alone();
    let stage = Stage::set();
    let file = stage.file("地块.csv");
    let ring = "500000 2200000, 500100 2200000, 500100 2200100, 500000 2200100, 500000 2200000";
    std::fs::write(&file, format!("WKT,name\n\"POLYGON (({ring}))\",a\n")).unwrap();
    let d = stage.open(&[file.to_str().unwrap()]);
    d.wait("the question", |d| d.sees("[data-testid=crs-ask]"));
    assert!(d.text(NOTICE).contains("地块.csv"));
    Album::open().keep(&d, "no-crs-zh-light");
    choose(&d, "[data-testid=crs-ask] select", "EPSG:4546");
    d.click("[data-testid=crs-open]");
    d.wait("the layer", |d| d.text("[data-testid=layers]").contains("EPSG:4546"));
    d.close();
}

#[test]
fn what_was_changed_of_the_layers_is_there_again_is_said_and_can_be_dropped() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&["--demo"]);
    d.wait("the demo's layers", |d| d.sees("[data-layer=天然林]"));
    d.double_click("[data-layer=天然林] .name");
    d.wait("its name as a field", |d| d.sees("[data-testid=rename]"));
    d.fill("[data-testid=rename]", "公益林");
    d.key(ENTER);
    d.wait("the new name", |d| d.sees("[data-layer=公益林]"));
    choose(&d, "[data-layer=公益林] select", "water");
    d.wait("the new class", |d| {
        let layers = ask(d, "view", json!({}))["layers"].clone();
        layers.as_array().unwrap().iter().any(|layer| layer["name"] == "公益林" && layer["class"] == "water")
    });
    d.close();

    let d = stage.open(&["--demo"]);
    d.wait("the changed layer", |d| d.sees("[data-layer=公益林]"));
    let told = d.text(NOTICE);
    assert!(told.contains("天然林") && told.contains("公益林") && told.contains("陆地水域"), "{told}");
    settled(&d);
    Album::open().keep(&d, "restored-zh-light");
    d.click("[data-testid=drop-edits]");
    d.wait("the layer as the file has it", |d| d.sees("[data-layer=天然林]"));
    assert!(!d.sees("[data-layer=公益林]"));
    d.close();
}

#[test]
fn an_export_that_does_not_pass_its_proof_looks_like_a_failure() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    // The proof of a real file holds: only its answer is changed on the way.
    let script = "const real = window.fetch;
        window.fetch = async (address, options) => {
            const answer = await real(address, options);
            const text = await answer.clone().text();
            if (!text.includes('\"proven\":true')) return answer;
            return new Response(text.replace('\"proven\":true', '\"proven\":false'), { status: 200, headers: answer.headers });
        }";
    d.script(script, json!([]));
    d.click("[data-testid=export]");
    d.click("[data-testid=export-blueprint-geojson]");
    d.wait("the words that it failed", |d| d.attribute(NOTICE, "role") == "alert");
    let told = d.text(NOTICE);
    assert!(told.contains("复核未通过") && told.contains("请勿使用"), "{told}");
    Album::open().keep(&d, "proof-fails-zh-light");
    d.close();
}

#[test]
fn an_export_is_written_as_the_menu_says() {
    let _alone = alone();
    let stage = Stage::set();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=export]");
    choose(&d, "[data-testid=export-names]", "chinese");
    choose(&d, "[data-testid=export-encoding]", "gbk");
    choose(&d, "[data-testid=export-only]", "forest");
    Album::open().keep(&d, "export-zh-light");
    let broken = access::broken(&d, "export");
    assert!(broken.is_empty(), "{broken:?}");
    d.click("[data-testid=export-blueprint-shp]");
    let file = stage.export("蓝图.shp");
    d.wait("the words that it was written", |d| d.text(NOTICE).contains("蓝图.shp"));
    let page = std::fs::read_to_string(file.with_extension("cpg")).unwrap();
    assert_eq!(page.trim(), "GBK");
    let fields = std::fs::read_to_string(file.with_extension("fields.csv")).unwrap();
    assert!(fields.contains("地类"), "{fields}");
    let source = file.to_string_lossy().parse().unwrap();
    let written = lantu_files::verify(&source, &[], &|_| true).unwrap();
    let tallies = ask(&d, "view", json!({}))["result"]["by_class"].clone();
    let forest = tallies.as_array().unwrap().iter().find(|tally| tally["class"] == "forest").unwrap();
    assert_eq!((written.features as u64, written.holds), (forest["tally"]["count"].as_u64().unwrap(), true));
    d.close();
}
