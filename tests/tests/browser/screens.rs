//! Every screen in both themes, asked by axe whether all can read and use it, and in both languages, looked through for
//! words that do not fit.

use super::*;
use lantu_tests::access;

#[test]
fn every_screen_can_be_read_by_all_in_both_themes() {
    let _alone = alone();
    let stage = Stage::set();
    let album = Album::open();
    let mut broken = Vec::new();
    for (language, theme) in [("zh", "light"), ("en", "dark")] {
        let d = stage.open(&[]);
        d.wait("the start screen", |d| d.sees("[data-testid=start]"));
        prefer(&d, language, theme);
        let mut look = |screen: &str| {
            album.keep(&d, &format!("{screen}-{language}-{theme}"));
            broken.extend(access::broken(&d, &format!("{screen} {language} {theme}")));
            broken.extend(cut_off(&d).into_iter().map(|words| format!("{screen} {language}: {words} is cut off")));
        };
        look("start");
        open_demo_and_run(&d);
        look("conflicts");
        look_at_open(&d, ROW);
        look("detail");
        d.key("l");
        d.wait("all like it", |d| !d.attribute("[data-testid=bulk]", "data-count").is_empty());
        look("many");
        d.key(ESCAPE);
        d.key("1");
        d.wait("a decision", |d| d.attribute("[data-testid=undo]", "disabled").is_empty());
        for tab in ["matrix", "history"] {
            d.click(&format!("[data-testid=tab-{tab}]"));
            look(tab);
        }
        d.click("[data-testid=tab-inbox]");
        d.key("?");
        d.wait("the keys", |d| d.sees("[data-testid=keys]"));
        look("keys");
        d.key(ESCAPE);
        d.key("r");
        d.wait("the rules are tried", |d| d.attribute("[data-testid=trial]", "data-state") == "tried");
        look("rules");
        d.key(ESCAPE);
        d.click("[data-testid=step-blueprint]");
        look("blueprint");
        for (door, page) in
            [("figures-open", "figures-page"), ("slivers-open", "slivers-page"), ("about", "about-page")]
        {
            d.click(&format!("[data-testid={door}]"));
            d.wait(page, |d| d.sees(&format!("[data-testid={page}]")));
            look(page);
            d.key(ESCAPE);
        }
        d.click("[data-testid=base-choose]");
        for kind in ["file", "tianditu", "web"] {
            d.click(&format!("[data-testid=base-kind-{kind}]"));
            look(&format!("base-{kind}"));
        }
        d.key(ESCAPE);
        d.click("[data-testid=export]");
        look("export");
        d.close();
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Buttons whose words do not fit into them: a language that is longer than the one it was drawn for.
fn cut_off(d: &Driver) -> Vec<String> {
    let script = "return [...document.querySelectorAll('button, [role=tab], select, label')]
        .filter((e) => e.getClientRects().length > 0 && !e.classList.contains('cut') && !e.querySelector('.cut') && e.scrollWidth > e.clientWidth + 2)
        .map((e) => (e.dataset.testid ?? '') + ' ' + e.innerText.trim().slice(0, 40))";
    serde_json::from_value(d.script(script, json!([]))).unwrap()
}
