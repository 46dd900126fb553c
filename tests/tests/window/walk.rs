//! A new user's first hour, without a word of reading: from the empty screen and a folder of files to a blueprint that
//! was exported and proven. Every click and key is counted; the pictures are those of docs/guide/walk.md.

use super::*;
use std::cell::Cell;

/// Whoever walks, and how much their hands have done.
struct Walker<'a> {
    d: &'a Driver,
    clicks: Cell<u32>,
    keys: Cell<u32>,
    told: std::cell::RefCell<Vec<String>>,
}

impl Walker<'_> {
    fn click(&self, css: &str) {
        self.d.click(css);
        self.clicks.set(self.clicks.get() + 1);
    }

    /// What the system's own dialog takes, which no test can drive.
    fn in_a_dialog(&self, clicks: u32) {
        self.clicks.set(self.clicks.get() + clicks);
    }

    fn choose(&self, css: &str, value: &str) {
        self.d.wait(css, |d| d.sees(&format!("{css}:not(:disabled)")));
        choose(self.d, css, value);
        // One opens the list, one picks.
        self.clicks.set(self.clicks.get() + 2);
    }

    fn key(&self, key: &str) {
        self.d.key(key);
        self.keys.set(self.keys.get() + 1);
    }

    fn tell(&self, step: &str) {
        self.told.borrow_mut().push(format!("{step}: {} clicks, {} keys so far", self.clicks.get(), self.keys.get()));
    }
}

#[test]
fn a_new_user_goes_from_a_folder_of_files_to_a_proven_blueprint() {
    let _alone = alone();
    let stage = Stage::set();
    let folder = stage.file("列支敦士登");
    std::fs::create_dir(&folder).unwrap();
    for name in ["landuse", "natural", "protected"] {
        let name = format!("liechtenstein_{name}.geojson");
        std::fs::copy(stage.file(&format!("sample-data/liechtenstein/{name}")), folder.join(&name)).unwrap();
    }
    let (d, album) = (stage.open(&[]), Album::open());
    d.wait("the start screen", |d| d.sees("[data-testid=start]"));
    let walker = Walker { d: &d, clicks: Cell::default(), keys: Cell::default(), told: std::cell::RefCell::default() };
    album.keep(&d, "walk-1-start");

    d.script("window.__LANTU_CHOSEN__ = [arguments[0]]", json!([folder]));
    walker.click("[data-testid=open-folder]");
    walker.in_a_dialog(2);
    d.wait("the layers of the folder", |d| {
        d.script("return document.querySelectorAll('[data-testid=layers] li').length", json!([])) == 3
    });
    settled(&d);
    let told = d.text("[data-testid=unrecognised]");
    assert!(told.contains("liechtenstein_landuse") && !told.contains("liechtenstein_protected"), "{told}");
    album.keep(&d, "walk-2-layers");
    walker.tell("open the folder");

    walker.choose("[data-layer=liechtenstein_landuse] select", "land-class");
    walker.choose("[data-layer=liechtenstein_natural] select", "forest");
    d.wait("nothing is unclear", |d| !d.sees("[data-testid=unrecognised]"));
    settled(&d);
    album.keep(&d, "walk-3-classes");
    walker.tell("choose the classes that were not recognised");

    walker.click("[data-testid=run]");
    d.wait("the conflicts", |d| d.sees(ROW) && !d.sees("[data-testid=progress]"));
    settled(&d);
    album.keep(&d, "walk-4-conflicts");
    walker.tell("find the conflicts");

    walker.key("n");
    d.wait("the first conflict", |d| d.sees("[data-testid=in-force]"));
    settled(&d);
    album.keep(&d, "walk-5-detail");
    decide_all(&walker, &album);
    walker.tell("decide all conflicts");

    d.wait("all is decided", |d| d.sees("[data-testid=all-decided]"));
    walker.click("[data-testid=step-blueprint]");
    settled(&d);
    album.keep(&d, "walk-7-blueprint");
    walker.click("[data-testid=export]");
    walker.click("[data-testid=export-blueprint-gpkg]");
    walker.in_a_dialog(1);
    d.wait("that it was written and proven", |d| d.text(NOTICE).contains("不重不漏的划分"));
    album.keep(&d, "walk-8-exported");
    walker.tell("export");

    let source = stage.export("蓝图.gpkg").to_string_lossy().parse().unwrap();
    let verified = lantu_files::verify(&source, &[], &|_| true).unwrap();
    assert!(verified.holds && verified.features > 1000, "{verified:?}");
    let told = walker.told.into_inner().join("\n");
    std::fs::write(lantu_tests::places::workspace().join("out/screenshots/walk.txt"), &told).unwrap();
    assert!(walker.clicks.get() + walker.keys.get() <= 40, "more than forty moves:\n{told}");
    d.close();
}

/// Whatever is open goes to the first of its parties, all of a kind at once.
fn decide_all(walker: &Walker<'_>, album: &Album) {
    let d = walker.d;
    for round in 0..12 {
        let before = open_count(d);
        if before == 0 {
            return;
        }
        choose(d, "[data-testid=filter-state]", "open");
        if round == 0 {
            walker.clicks.set(walker.clicks.get() + 2);
        }
        walker.key("n");
        d.wait("an open conflict", |d| d.attribute(DETAIL, "data-state") == "open");
        let row = ask(d, "conflict", json!({ "id": d.attribute(DETAIL, "data-id") }))["row"].clone();
        walker.key("l");
        d.wait("all like it", |d| !d.attribute("[data-testid=bulk]", "data-count").is_empty());
        // The protected one of two, the only one there is, or nobody.
        walker.key(match row["classes"].as_array().unwrap().len() {
            0 => "e",
            1 => "1",
            _ => "2",
        });
        d.wait("what would change", |d| d.sees("[data-testid=bulk-decide]:not(:disabled)"));
        if round == 0 {
            album.keep(d, "walk-6-many");
        }
        walker.key(ENTER);
        d.wait("fewer are open", |d| open_count(d) < before);
    }
    panic!("still open: {}", open_count(d));
}
