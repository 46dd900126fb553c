//! `lantu rules` and `lantu slivers`: what is wrong is told by line, what would move is counted.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod common;

use common::{FARMLAND_PREVAILS, folder, lantu, lantu_in, root, two_layers, write};

#[test]
fn the_starter_pack_is_right_and_does_what_its_cases_say() {
    let pack = root().join("seeds/rules/three-lines.toml");
    let pack = pack.to_str().unwrap();
    let checked = lantu(&["rules", "check", pack]);
    assert_eq!((checked.code, checked.out.as_str()), (Some(0), "The rules are right.\n"), "{}", checked.err);
    let tried = lantu(&["rules", "test", pack]);
    assert_eq!(tried.code, Some(0), "{}{}", tried.out, tried.err);
}

#[test]
fn mistakes_are_told_with_file_and_line_in_both_languages() {
    let folder = folder();
    let text = FARMLAND_PREVAILS.replace("forest\"]", "forrest\"]")
        + "\n[[class]]\nid = \"farmland\"\nname = {}\ncolor = \"#000000\"\n";
    let pack = write(&folder, "pack.toml", text);
    let pack = pack.to_str().unwrap();
    let told = lantu(&["rules", "check", pack]);
    assert_eq!(told.code, Some(1));
    assert!(told.out.contains("pack.toml:4: error: rule T1 names \"forrest\""), "{}", told.out);
    let told = lantu_in("zh_CN.UTF-8", &["rules", "check", pack]);
    assert!(told.out.contains("pack.toml:4: 错误: 规则 T1"), "{}", told.out);
    let broken = write(&folder, "broken.toml", "[[rule]]\nid = \"A\"\nwhenn = {}\n");
    let told = lantu(&["rules", "check", broken.to_str().unwrap()]);
    assert!(told.code == Some(2) && told.err.contains("whenn") && told.err.contains("line 3"), "{}", told.err);
}

#[test]
fn a_case_that_fails_says_what_came_of_it() {
    let folder = folder();
    let pack = write(
        &folder,
        "pack.toml",
        FARMLAND_PREVAILS.to_owned()
            + "[[class]]\nid = \"farmland\"\nname = {}\ncolor = \"#000000\"\n[[class]]\nid = \"forest\"\nname = {}\ncolor = \"#000000\"\n",
    );
    let cases = "[[case]]\nname = 'farmland yields'\nparties = [{ class = 'farmland' }, { class = 'forest' }]\nexpect = 'forest by T1'\n";
    write(&folder, "pack.cases.toml", cases);
    let tried = lantu(&["rules", "test", pack.to_str().unwrap()]);
    assert_eq!(tried.code, Some(1), "{}", tried.err);
    for word in ["farmland yields", "expected forest by T1", "found    farmland by T1", "1 cases, of which 0"] {
        assert!(tried.out.contains(word), "{word}: {}", tried.out);
    }
}

#[test]
fn slivers_are_counted_before_anything_is_written_and_merged_when_it_is() {
    let folder = folder();
    let layers = two_layers(&folder, true);
    let rules = write(&folder, "rules.toml", FARMLAND_PREVAILS);
    let settings = write(&folder, "slivers.toml", "area_m2 = 1e9\n[[class]]\nclass = 'farmland'\narea_m2 = 0.0\n");
    let log = folder.path().join("log.csv");
    let [rules, settings] = [rules, settings].map(|path| path.to_str().unwrap().to_owned());
    let inputs = [layers[0].as_str(), &layers[1], "--rules", &rules, "--slivers", &settings];
    let told = lantu(&[&["slivers"], &inputs[..], &["--json", "--log", log.to_str().unwrap()]].concat());
    let preview = told.json();
    // In the plane the squares' northern edges bend apart: a lens of forest moves as well.
    let moved = preview["moved"]["count"].as_u64().unwrap() as usize;
    assert!(moved >= 1 && preview["by_class"][0]["from"] == "forest", "{preview}");
    let rows = std::fs::read_to_string(&log).unwrap();
    assert!(rows.starts_with("from,from_source,gap,to,to_source,area_m2"), "{rows}");
    assert!(rows.lines().count() == moved + 1 && rows.contains("forest,forest:"), "{rows}");
    let out = folder.path().join("out.gpkg");
    let again = folder.path().join("again.csv");
    let more = ["--json", "--out", out.to_str().unwrap(), "--log", again.to_str().unwrap()];
    let merged = lantu(&[&["merge"], &inputs[..], &more].concat()).json();
    assert_eq!(std::fs::read_to_string(&again).unwrap(), rows, "the merge logs what was previewed");
    assert_eq!((&merged["slivers"]["moved"], &merged["proof"]["holds"]), (&preview["moved"], &true.into()));
    assert_eq!(merged["blueprint"]["by_class"].as_array().unwrap().len(), 1, "all of it is farmland");
}
