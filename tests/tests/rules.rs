//! The seeds: every pack can be used as it stands, and every rule of the starter pack does what
//! it says, called by its name.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use geo::{Coord, LineString};
use lantu_engine::rules::{Bilingual, Certainty, ClassKind};
use lantu_engine::{
    Attributes, Basis, ClassId, Feature, Layer, Patch, PrecisionModel, Relation, RuleSet, Strategy, Value, Verdict,
};
use lantu_tests::run::{Outcome, run_undecided};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const CLASSES: [&str; 17] = [
    "built-up",
    "coastline",
    "farmland",
    "forest",
    "heritage",
    "land-class",
    "land-use-plan",
    "landward",
    "nature-reserve",
    "open-land",
    "red-line",
    "sea",
    "seaward",
    "survey",
    "urban-boundary",
    "urban-plan",
    "water",
];

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds")
}

fn table(file: &str) -> toml::Table {
    fs::read_to_string(seeds().join(file)).unwrap().parse().unwrap()
}

/// The codes of the tables of classes, by which packs may name classes too.
fn codes() -> BTreeSet<ClassId> {
    let table = table("classes/land-sea-2023.toml");
    table["class"].as_array().unwrap().iter().map(|class| ClassId::new(class["code"].as_str().unwrap())).collect()
}

fn pack(path: &Path) -> RuleSet {
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn three_lines() -> RuleSet {
    pack(&seeds().join("rules/three-lines.toml"))
}

fn packs() -> Vec<(PathBuf, RuleSet)> {
    let files = fs::read_dir(seeds().join("rules")).unwrap().map(|entry| entry.unwrap().path());
    // Beside a pack lie its cases.
    let files = files.filter(|path| !path.to_string_lossy().ends_with(".cases.toml"));
    let packs: Vec<_> = files.map(|path| (path.clone(), pack(&path))).collect();
    assert!(!packs.is_empty());
    packs
}

/// One square of 1 km² for each class, one metre apart from the next, so that nobody is drawn twice.
fn contest(classes: &[&str], red_line_zone: &str) -> Outcome {
    squares(classes, red_line_zone, 1000.0)
}

fn squares(classes: &[&str], red_line_zone: &str, side: f64) -> Outcome {
    let layer = |(at, class): (usize, &&str)| {
        let far = side + at as f64;
        let corners = [(0.0, 0.0), (far, 0.0), (far, far), (0.0, far), (0.0, 0.0)];
        let ring = LineString::new(corners.iter().map(|&(x, y)| Coord { x, y }).collect());
        let zone = Attributes::new([Box::from("ZRBHDFQ")].into(), [Value::Text(red_line_zone)]);
        let feature = Feature { fid: 1, class: None, attributes: zone, polygons: vec![vec![ring]] };
        Layer { name: (*class).into(), class: ClassId::new(class), features: vec![feature] }
    };
    let layers = classes.iter().enumerate().map(layer).collect();
    run_undecided(layers, &PrecisionModel { scale: 100.0, origin: [0, 0] }, &three_lines())
}

/// The class that gets the place that all claim (`open` if nobody), and on what basis.
fn verdict(outcome: &Outcome) -> (String, Basis) {
    let all = outcome.conflicts.iter().position(|conflict| conflict.parties.len() == outcome.partition.features.len());
    let decision = &outcome.decisions[all.unwrap()];
    assert!(outcome.proof.holds());
    let class = match &decision.verdict {
        Verdict::GiveTo(party) => outcome.partition.feature(*party).class.to_string(),
        Verdict::KeepAll => "all".to_owned(),
        Verdict::Open => "open".to_owned(),
        other => panic!("a rule does not make {other:?}"),
    };
    (class, decision.basis.clone())
}

fn assert_decided(classes: &[&str], winner: &str, rule: &str) {
    assert_eq!(verdict(&contest(classes, "")), (winner.to_owned(), Basis::Rule(rule.into())), "{classes:?}");
}

#[test]
fn in_a_reserves_core_zone_the_red_line_outranks_farmland() {
    let outcome = contest(&["red-line", "farmland"], "核心保护区");
    assert_eq!(verdict(&outcome), ("red-line".to_owned(), Basis::Rule("R1".into())));
}

#[test]
fn in_the_general_control_zone_a_planner_decides_between_red_line_and_farmland() {
    let outcome = contest(&["red-line", "farmland"], "一般控制区");
    assert_eq!(verdict(&outcome), ("open".to_owned(), Basis::Rule("R2".into())));
}

#[test]
fn red_line_against_farmland_is_never_automatic_without_a_zone_even_if_it_is_a_sliver() {
    let outcome = squares(&["red-line", "farmland"], "", 2.0);
    assert!(outcome.conflicts.iter().any(|conflict| conflict.sliver));
    assert_eq!(verdict(&outcome), ("open".to_owned(), Basis::Rule("R2".into())));
}

#[test]
fn a_red_line_outranks_the_urban_boundary() {
    assert_decided(&["red-line", "urban-boundary"], "red-line", "R3");
}

#[test]
fn farmland_outranks_the_urban_boundary() {
    assert_decided(&["farmland", "urban-boundary"], "farmland", "R4");
}

#[test]
fn farmland_against_forest_is_for_a_planner() {
    assert_decided(&["farmland", "forest"], "open", "R5");
}

#[test]
fn a_sliver_between_farmland_and_forest_goes_to_the_longest_border() {
    let (winner, basis) = verdict(&squares(&["farmland", "forest"], "", 2.0));
    assert_eq!((winner.as_str(), basis), ("forest", Basis::Rule("S1".into())));
}

#[test]
fn slivers_are_not_settled_across_the_red_line_nor_between_built_and_unbuilt() {
    for classes in [["red-line", "farmland"], ["farmland", "built-up"], ["red-line", "built-up"]] {
        let (_, basis) = verdict(&squares(&classes, "", 2.0));
        assert_ne!(basis, Basis::Rule("S1".into()), "{classes:?}");
    }
}

#[test]
fn two_plans_that_differ_are_for_a_planner() {
    assert_decided(&["land-use-plan", "urban-plan"], "open", "R6");
}

#[test]
fn the_sea_against_the_land_is_for_a_planner_with_the_surveyed_coastline() {
    let lands =
        [("land-use-plan", "R7"), ("farmland", "R7-farmland"), ("forest", "R7-forest"), ("built-up", "R7-built-up")];
    for (land, rule) in lands {
        assert_decided(&["sea", land], "open", rule);
    }
}

#[test]
fn a_red_line_outranks_what_is_built() {
    assert_decided(&["red-line", "built-up"], "red-line", "B1");
}

#[test]
fn farmland_against_what_is_built_is_for_a_planner() {
    assert_decided(&["farmland", "built-up"], "open", "B2");
}

#[test]
fn forest_outranks_what_is_said_to_be_built() {
    assert_decided(&["forest", "built-up"], "forest", "B3");
}

#[test]
fn forest_inside_the_red_line_is_the_normal_case() {
    let outcome = contest(&["forest", "red-line"], "");
    assert_eq!(verdict(&outcome), ("all".to_owned(), Basis::Compatible));
    let both = |patch: &&Patch| patch.parents(&outcome.partition, &outcome.conflicts).len() == 2;
    let patch = outcome.blueprint.patches.iter().find(both).unwrap();
    assert_eq!(patch.class, Some(ClassId::new("forest")), "the use names the place");
    assert_eq!(*patch.designations, [ClassId::new("red-line")], "the control line stays beside it");
}

#[test]
fn every_pack_can_be_used_as_it_stands() {
    for (path, pack) in packs() {
        let problems = pack.problems(&codes());
        assert!(problems.is_empty(), "{}: {problems:?}", path.display());
    }
}

#[test]
fn every_rule_and_pair_says_why_in_both_languages() {
    for (path, pack) in packs() {
        let said = |text: &Bilingual| !text.zh.is_empty() && !text.en.is_empty();
        assert!(said(&pack.name) && pack.classes.iter().all(|class| said(&class.name)), "{}", path.display());
        assert!(pack.pairs.iter().all(|pair| said(&pair.because)), "{}", path.display());
        for rule in &pack.rules {
            assert!(said(&rule.because) && said(&rule.basis), "{}: rule {}", path.display(), rule.id);
        }
    }
}

#[test]
fn what_was_not_read_in_a_source_is_marked_as_unconfirmed() {
    let pack = three_lines();
    let certain = |id: &str| pack.rules.iter().find(|rule| rule.id == id).unwrap().certainty;
    for id in ["R1", "R2", "R3", "R4", "R5", "R6", "B1", "B2", "B3", "S1"] {
        assert_eq!(certain(id), Certainty::Unconfirmed, "{id}");
    }
    assert_eq!(certain("R7"), Certainty::Source);
}

#[test]
fn the_three_lines_exclude_each_other() {
    let pack = three_lines();
    for [a, b] in [["red-line", "farmland"], ["red-line", "urban-boundary"], ["farmland", "urban-boundary"]] {
        let pair = pack.pairs.iter().find(|pair| pair.classes == [ClassId::new(a), ClassId::new(b)]).unwrap();
        assert_eq!((pair.relation, pair.certainty), (Relation::Conflict, Certainty::Source), "{a} {b}");
        let class = pack.classes.iter().find(|class| class.id.as_str() == a).unwrap();
        assert_eq!(class.kind, ClassKind::Control);
    }
}

#[test]
fn classes_have_the_agreed_ids_and_colours_of_their_own() {
    let pack = three_lines();
    let ids: BTreeSet<&str> = pack.classes.iter().map(|class| class.id.as_str()).collect();
    assert_eq!(ids, CLASSES.into());
    let colours: BTreeSet<&str> = pack.classes.iter().map(|class| class.color.as_str()).collect();
    assert_eq!(colours.len(), pack.classes.len());
    let is_colour = |text: &str| text.len() == 7 && text[1..].chars().all(|digit| digit.is_ascii_hexdigit());
    assert!(colours.iter().all(|colour| colour.starts_with('#') && is_colour(colour)));
}

#[test]
fn a_rule_that_names_an_unknown_class_is_told_apart() {
    let mut pack = three_lines();
    pack.rules[2].then = Strategy::GiveTo(ClassId::new("red_line"));
    assert_eq!(pack.problems(&codes()).len(), 1);
}

#[test]
fn every_name_in_the_dictionary_leads_to_one_known_class() {
    let mut classes: BTreeMap<String, String> = BTreeMap::new();
    for entry in table("layer-names.toml")["name"].as_array().unwrap() {
        let class = entry["class"].as_str().unwrap();
        assert!(CLASSES.contains(&class), "{class}");
        for name in entry["names"].as_array().unwrap() {
            let before = classes.insert(name.as_str().unwrap().to_lowercase(), class.to_owned());
            assert_eq!(before, None, "{name} stands twice");
        }
    }
    for (name, class) in [("stbhhx", "red-line"), ("yjjbnt", "farmland"), ("czkfbj", "urban-boundary")] {
        assert_eq!(classes[name], class);
    }
}

#[test]
fn the_cases_figures_name_their_source_and_are_given_in_both_languages() {
    let case = table("hainan-case-12.toml");
    let both = |text: &toml::Value| {
        ["zh", "en"].iter().all(|language| text[*language].as_str().is_some_and(|text| !text.is_empty()))
    };
    assert!(both(&case["source"]));
    let figures = case["figure"].as_array().unwrap();
    assert!(figures.iter().all(|figure| both(&figure["name"]) && both(&figure["value"])));
    assert!(figures.iter().any(|figure| figure["value"]["en"].as_str() == Some("721,000")));
}
