//! Two counties and the plan above them.

use lantu_project::api::Problem;
use lantu_project::{Details, Job, Language, Plan, Report, Room, Watcher, paper, report_listing};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

static STAY: AtomicBool = AtomicBool::new(false);

fn run(project: &Path) -> Result<Job, Problem> {
    let watcher = Watcher { tell: &|_| (), stop: &STAY };
    Job::run(Plan::read(project)?, Some(&project.with_extension("lantu")), &[], &Room::default(), watcher)
}

/// A table of one shape, in metres beside a corner in EPSG:4546.
fn table(folder: &Path, name: &str, ring: &[[f64; 2]]) {
    let at = |[x, y]: &[f64; 2]| format!("{} {}", 500_000.0 + x, 2_100_000.0 + y);
    let points: Vec<String> = ring.iter().chain(ring.first()).map(at).collect();
    std::fs::write(folder.join(format!("{name}.csv")), format!("WKT\n\"POLYGON (({}))\"\n", points.join(", ")))
        .unwrap();
}

fn rectangle(folder: &Path, name: &str, [west, south, east, north]: [f64; 4]) {
    table(folder, name, &[[west, south], [east, south], [east, north], [west, north]]);
}

/// Writes a project of layers with their classes, each of the table of its name.
fn project(folder: &Path, name: &str, rules: &str, layers: &[(&str, &str)]) -> std::path::PathBuf {
    let mut text = format!("crs = 'EPSG:4546'\nrules = '{name}.rules.toml'\n");
    for (layer, class) in layers {
        let lower = class.is_empty();
        let ending = if lower { "toml" } else { "csv" };
        write!(text, "[[layer]]\nname = '{layer}'\npath = '{layer}.{ending}'\n").unwrap();
        if !lower {
            write!(text, "class = '{class}'\ncrs = 'EPSG:4546'\n").unwrap();
        }
    }
    std::fs::write(folder.join(format!("{name}.rules.toml")), rules).unwrap();
    let path = folder.join(format!("{name}.toml"));
    std::fs::write(&path, text).unwrap();
    path
}

/// 甲县 is a square kilometre of forest and town, with a red line in the forest and a pond in the
/// town. 乙县, all farmland, overlaps it by ten metres, and leaves a gap of ten. The province has a
/// red line in 甲县's town.
fn two_counties() -> (TempDir, std::path::PathBuf) {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    rectangle(at, "林地", [0.0, 0.0, 600.0, 1000.0]);
    rectangle(at, "城镇", [500.0, 0.0, 1000.0, 1000.0]);
    rectangle(at, "红线", [0.0, 0.0, 100.0, 100.0]);
    rectangle(at, "水面", [850.0, 850.0, 900.0, 900.0]);
    let rules = "[[pair]]\nclasses = ['forest', 'red-line']\nrelation = 'compatible'\n\
        [[rule]]\nid = 'T'\nwhen.classes = ['forest', 'town']\nthen.give-to = 'forest'\nbecause = { zh = '林地优先', en = 'forest first' }\n\
        [[class]]\nid = 'red-line'\nkind = 'control'\nname = { zh = '红线', en = 'red line' }\ncolor = '#1f7a4d'\n";
    project(at, "甲县", rules, &[("林地", "forest"), ("城镇", "town"), ("红线", "red-line"), ("水面", "water")]);
    let east = [
        [2000.0, 0.0],
        [2000.0, 1000.0],
        [990.0, 1000.0],
        [990.0, 900.0],
        [1010.0, 900.0],
        [1010.0, 500.0],
        [990.0, 500.0],
        [990.0, 0.0],
    ];
    table(at, "农田", &east);
    project(at, "乙县", "", &[("农田", "farmland")]);
    rectangle(at, "省红线", [700.0, 200.0, 800.0, 300.0]);
    let binding = "[[rule]]\nid = 'U'\nwhen.classes = ['red-line', 'town']\nthen.ranked = { field = '@layer', values = ['省红线', '甲县', '乙县'] }\n\
        because = { zh = '下级服从上级', en = 'the upper plan binds' }\n\
        [[pair]]\nclasses = ['forest', 'red-line']\nrelation = 'compatible'\n";
    let upper = project(at, "省", binding, &[("甲县", ""), ("乙县", ""), ("省红线", "red-line")]);
    (folder, upper)
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 0.01, "{found} for {expected}");
}

#[test]
fn a_county_that_is_a_layer_is_decided_by_the_rules_of_its_own_districts() {
    let (folder, upper) = two_counties();
    let at = |name: &str| folder.path().join(name);
    let ring = "499000 2099000, 502000 2099000, 502000 2102000, 499000 2102000, 499000 2099000";
    std::fs::write(at("行政区.csv"), format!("WKT,XZQDM,XZQMC\n\"POLYGON (({ring}))\",460105,甲县\n")).unwrap();
    let [county, rules] = ["甲县.toml", "甲县.rules.toml"].map(|name| std::fs::read_to_string(at(name)).unwrap());
    std::fs::write(at("甲县.toml"), format!("{county}[districts]\npath = '行政区.csv'\ncrs = 'EPSG:4546'\n")).unwrap();
    let open = |code: &str| {
        let here = format!("when.classes = ['forest', 'town']\nwhen.district = ['{code}']");
        std::fs::write(at("甲县.rules.toml"), rules.replace("when.classes = ['forest', 'town']", &here)).unwrap();
        let report = lantu_project::report(&run(&upper).unwrap(), None).unwrap();
        report.levels.counties.iter().find(|county| county.layer == "甲县").unwrap().open.area_m2.round()
    };
    assert_eq!(open("4601"), 2500.0, "the pond alone");
    assert_eq!(open("4602"), 102_500.0, "and the strip of forest and town, for which no rule is in force here");
}

#[test]
fn counties_overlaps_gaps_and_contradictions_with_the_upper_plan_are_found_and_listed() {
    let (_folder, upper) = two_counties();
    let job = run(&upper).unwrap();
    let report = report_listing(&job, None, &Details { list: 10, ..Details::default() }, Watcher::nobody()).unwrap();
    assert!(report.proof.holds);
    let levels = &report.levels;
    let open: Vec<_> =
        levels.counties.iter().map(|county| (county.layer.as_str(), county.open.area_m2.round())).collect();
    assert_eq!(open, [("乙县", 0.0), ("甲县", 2500.0)], "the pond in the town is open in 甲县");
    let [border] = &levels.borders[..] else { panic!("{:?}", levels.borders) };
    assert_eq!(border.counties, ["乙县", "甲县"]);
    assert_eq!((border.overlaps.count, border.open.count, border.gaps.count), (2, 2, 1));
    near(border.overlaps.area_m2, 6000.0);
    near(border.gaps.area_m2, 4000.0);
    let [against] = &levels.against[..] else { panic!("{:?}", levels.against) };
    assert_eq!((against.county.as_str(), against.layer.as_str()), ("甲县", "省红线"));
    assert_eq!((against.conflicts.count, against.open.count), (1, 0), "the province's line binds by rule U");
    near(against.conflicts.area_m2, 10_000.0);
    let places: Vec<_> = levels.places.iter().map(|place| (place.kind, place.area_m2.round(), place.state)).collect();
    assert_eq!(places, [("overlap", 5000.0, "open"), ("gap", 4000.0, "open"), ("overlap", 1000.0, "open")]);
    assert!(levels.places[0].parties[1].starts_with("甲县 · town · 城镇:"), "{:?}", levels.places[0].parties);
    // The upper blueprint has the province's red line where the county has its town.
    let red = report.blueprint.by_class.iter().find(|class| class.class.as_deref() == Some("red-line")).unwrap();
    near(red.area_m2, 10_000.0);
}

#[test]
fn what_was_decided_in_a_county_stays_with_its_patches() {
    let (_folder, upper) = two_counties();
    let job = run(&upper).unwrap();
    let partition = &job.outcome.cut.partition;
    let info = partition.layers.iter().find(|info| &*info.name == "甲县").unwrap();
    let features: Vec<_> =
        (info.first.0..info.first.0 + info.count).map(|at| partition.feature(lantu_engine::FeatureRef(at))).collect();
    let text = |feature: &lantu_engine::FeatureInfo, field: &str| feature.attributes.get(field).unwrap().to_text();
    let decided = features.iter().find(|feature| text(feature, "decided_by") == "T").unwrap();
    assert_eq!(decided.class.as_str(), "forest");
    assert!(text(decided, "source").contains("林地:") && text(decided, "source").contains("城镇:"));
    // A line beside the class is on its ground too, and is no conflict with it.
    let line = features.iter().find(|feature| feature.class.as_str() == "red-line").unwrap();
    assert_eq!(text(line, "layer"), "林地");
    assert_eq!(job.inputs.layers[0].files.len(), 1 + 1 + 4, "the project, its rules and its layers are inputs");
}

#[test]
fn the_report_tells_of_both_levels_in_both_languages() {
    let (folder, upper) = two_counties();
    let job = run(&upper).unwrap();
    let report: Report =
        report_listing(&job, None, &Details { list: 10, ..Details::default() }, Watcher::nobody()).unwrap();
    for (language, border, against) in [
        (Language::Chinese, "交界", "与上级图层的矛盾"),
        (Language::English, "Shared borders", "Against the upper plan"),
    ] {
        let page = folder.path().join("report.html");
        let paper = paper(&job, &report, language, 0, Watcher::nobody()).unwrap();
        report.write_as(&page, &paper, Watcher::nobody()).unwrap();
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(
            text.contains(&format!("data-name=\"{border}\"")) && text.contains(&format!("data-name=\"{against}\"")),
            "{border}"
        );
    }
}

#[test]
fn a_project_that_is_made_of_itself_is_refused() {
    let (folder, upper) = two_counties();
    let county = folder.path().join("乙县.toml");
    let text = std::fs::read_to_string(&county).unwrap();
    std::fs::write(&county, text + "[[layer]]\nname = '省'\npath = '省.toml'\n").unwrap();
    let problem = run(&upper).unwrap_err();
    assert!(problem.message[1].contains("which is made of it in turn"), "{problem:?}");
}
