//! A report that has every table there is: the same numbers in JSON, page, PDF and spreadsheet, which
//! LibreOffice reads, and pages looked at as pictures.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use calamine::{Data, Reader, Xlsx, open_workbook};
use common::lantu;
use lantu_project::{Project, Settings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// All sheets behind the first, in their order.
const TABLES: [&str; 21] = [
    "Overview",
    "Classes",
    "Overlap matrix",
    "Districts",
    "Classes by district",
    "Accounts",
    "Slivers by class",
    "Proof",
    "Replacement ledger",
    "Ledger entries",
    "Targets",
    "Control lines",
    "Shoreline",
    "Shared borders",
    "Places on shared borders",
    "Against the upper plan",
    "Chosen conflicts",
    "Conflicts",
    "Sliver log",
    "Orphaned decisions",
    "Findings",
];

/// A row of a table of shapes: what stands behind the shape, and its ring in metres beside a corner.
type Row<'a> = (&'a str, Vec<[f64; 2]>);

fn rectangle([west, south, east, north]: [f64; 4]) -> Vec<[f64; 2]> {
    vec![[west, south], [east, south], [east, north], [west, north]]
}

fn table(folder: &Path, name: &str, fields: &str, rows: &[Row<'_>]) {
    let mut text = format!("WKT{fields}\n");
    for (values, ring) in rows {
        let at = |[x, y]: &[f64; 2]| format!("{} {}", 500_000.0 + x, 2_100_000.0 + y);
        let points: Vec<String> = ring.iter().chain(ring.first()).map(at).collect();
        writeln!(text, "\"POLYGON (({}))\"{values}", points.join(", ")).unwrap();
    }
    fs::write(folder.join(format!("{name}.csv")), text).unwrap();
}

fn one(folder: &Path, name: &str, corners: [f64; 4]) {
    table(folder, name, "", &[("", rectangle(corners))]);
}

/// A project of layers with their classes; one without a class is a project itself.
fn project(folder: &Path, name: &str, rules: &str, more: &str, layers: &[[&str; 3]]) -> PathBuf {
    let mut text = format!("crs = 'EPSG:4546'\nrules = '{name}.rules.toml'\n{more}");
    for [layer, file, class] in layers {
        let ending = if class.is_empty() { "toml" } else { "csv" };
        write!(text, "[[layer]]\nname = '{layer}'\npath = '{file}.{ending}'\n").unwrap();
        if !class.is_empty() {
            write!(text, "class = '{class}'\ncrs = 'EPSG:4546'\n").unwrap();
        }
    }
    fs::write(folder.join(format!("{name}.rules.toml")), rules).unwrap();
    let path = folder.join(format!("{name}.toml"));
    fs::write(&path, text).unwrap();
    path
}

const RULES: &str = "\
[[class]]\nid = 'red-line'\nkind = 'control'\nname = { zh = '红线', en = 'red line' }\ncolor = '#1f7a4d'\n
[[pair]]\nclasses = ['sea', 'red-line']\nrelation = 'compatible'\n
[[rule]]\nid = 'V'\nwhen.classes = ['road', 'farmland']\nthen.give-to = 'road'\ncertainty = 'source'\n
because = { zh = '道路已建', en = 'the road is built' }\nbasis = { zh = '验收文件', en = 'papers of acceptance' }\n
[[rule]]\nid = 'G'\nwhen.classes = ['grass', 'orchard']\nthen.give-to = 'orchard'\nbecause = { zh = '园地优先', en = 'orchards first' }\n";

const BALANCE: &str = "\
[districts]\npath = 'districts.csv'\ncrs = 'EPSG:4546'\n
[slivers]\narea_m2 = 200.0\ngap_area_m2 = 50.0\n
[balance]\nadded = ['补划']\nsea = '海域'\nbuilt = ['town']\nshoreline-at-least = 60\ntargets = 'targets.csv'\n
[[balance.line]]\nclass = 'red-line'\nof = '海域'\n";

/// Two counties that overlap and leave a gap, and above them a red line down into the sea, a road
/// through fields, a strip of grass in an orchard, and two districts. One decision holds; another
/// has lost its conflict because its layer was renamed.
fn everything(at: &Path) -> PathBuf {
    one(at, "town", [0.0, 0.0, 1000.0, 1000.0]);
    let notch = [[2000.0, 0.0], [2000.0, 1000.0], [990.0, 1000.0], [990.0, 900.0]];
    let notch = [&notch[..], &[[1010.0, 900.0], [1010.0, 500.0], [990.0, 500.0], [990.0, 0.0]]].concat();
    table(at, "fields", "", &[("", notch)]);
    project(at, "west", "", "", &[["城镇", "town", "town"]]);
    project(at, "east", "", "", &[["农田", "fields", "farmland"]]);
    one(at, "red", [700.0, -100.0, 800.0, 300.0]);
    one(at, "sea", [0.0, -500.0, 2100.0, 0.0]);
    one(at, "road", [1500.0, 0.0, 1520.0, 1000.0]);
    one(at, "added", [2000.0, 0.0, 2100.0, 1000.0]);
    one(at, "orchard", [0.0, 1000.0, 600.0, 1500.0]);
    // The same twice: a finding; and 0.1 m wide over the orchard: a sliver.
    let grass = rectangle([0.0, 1499.9, 600.0, 2000.0]);
    table(at, "grass", "", &[("", grass.clone()), ("", grass)]);
    let wide = [rectangle([-100.0, -600.0, 1200.0, 3000.0]), rectangle([1200.0, -600.0, 3000.0, 3000.0])];
    let [left, right] = wide;
    table(at, "districts", ",XZQDM,XZQMC", &[(",460105,甲县", left), (",460106,乙县", right)]);
    let targets =
        "class,district,at-least,at-most,unit\nfarmland,,50,,公顷\nfarmland,,500,,公顷\nred-line,4601,,1,km2\n";
    fs::write(at.join("targets.csv"), targets).unwrap();
    let layers = |red_line: &'static str| {
        let upper = [["西县", "west", ""], ["东县", "east", ""], [red_line, "red", "red-line"], ["海域", "sea", "sea"]];
        let more = [["道路", "road", "road"], ["补划", "added", "farmland"], ["园地", "orchard", "orchard"]];
        [&upper[..], &more, &[["草地", "grass", "grass"]]].concat()
    };
    let main = project(at, "main", RULES, BALANCE, &layers("旧红线"));
    decide(at, &main);
    project(at, "main", RULES, BALANCE, &layers("红线"))
}

/// A project in a window, with its result.
fn opened(folder: &Path, main: &Path) -> Project {
    let settings =
        Settings { data_dir: folder.to_path_buf(), state_dir: folder.join("state"), who: "规划师".to_owned() };
    let window = Project::new(settings, Box::new(|_| {}));
    ask(&window, "open", json!({ "paths": [main] }));
    ask(&window, "run", json!({}));
    while ask(&window, "view", json!({}))["running"] == true {
        std::thread::sleep(Duration::from_millis(20));
    }
    window
}

fn ask(window: &Project, name: &str, request: Value) -> Value {
    window.call(name, request).unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
}

/// Decides the two largest open conflicts in the window: that of the red line and one of the counties.
fn decide(folder: &Path, main: &Path) {
    let window = opened(folder, main);
    let list = json!({ "filter": { "state": "open" }, "sort": "area", "offset": 0, "limit": 2, "locate": null });
    for row in ask(&window, "conflicts", list)["rows"].as_array().unwrap() {
        let (reason, basis) = ("现场核实 & 会商", "会议纪要");
        let choice = json!({ "kind": "keep-all" });
        ask(&window, "decide", json!({ "conflicts": [row["id"]], "choice": choice, "reason": reason, "basis": basis }));
    }
}

/// The project's reports, made once for all tests.
fn made() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let made = || {
        // Nothing drops what lives as long as the tests; the next run clears it away.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("papers");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        let main = everything(&folder);
        let at = |name: &str| folder.join(name).display().to_string();
        let mut words: Vec<String> =
            ["report", &main.display().to_string(), "--language", "en", "--figures", "4"].map(str::to_owned).into();
        words.extend(["--figure-state", "rule", "--figure-classes", "road,farmland"].map(str::to_owned));
        words.extend(["r.xlsx", "r.html", "r.pdf", "r.json"].map(|name| format!("--out={}", at(name))));
        let ran = lantu(&words);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        for told in ["Targets", "green", "red", "Replacement ledger", "Shoreline"] {
            assert!(ran.out.contains(told), "{told}: {}", ran.out);
        }
        folder
    };
    MADE.get_or_init(made)
}

fn page() -> String {
    fs::read_to_string(made().join("r.html")).unwrap()
}

fn report() -> Value {
    serde_json::from_slice(&fs::read(made().join("r.json")).unwrap()).unwrap()
}

/// The rows of a page's table, as texts.
fn table_of(page: &str, name: &str) -> Vec<Vec<String>> {
    let start = page.find(&format!("data-name=\"{name}\"")).unwrap_or_else(|| panic!("no table {name}"));
    let body = page[start..].split("</table>").next().unwrap().split("<tbody>").nth(1).unwrap();
    let cell = |cell: &str| {
        let text = cell.split('>').nth(1).unwrap().split('<').next().unwrap();
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    body.split("<tr>").skip(1).map(|row| row.split("<td").skip(1).map(cell).collect()).collect()
}

fn plain(text: &str) -> Option<f64> {
    text.replace(',', "").parse().ok()
}

#[test]
fn spreadsheet_and_page_have_every_table_with_the_same_cells() {
    let mut book: Xlsx<_> = open_workbook(made().join("r.xlsx")).unwrap();
    assert_eq!(book.sheet_names()[1..], TABLES);
    let page = page();
    for sheet in TABLES {
        let (range, shown) = (book.worksheet_range(sheet).unwrap(), table_of(&page, sheet));
        assert!(!shown.is_empty() && range.height() == shown.len() + 1, "{sheet}: {shown:?}");
        for (row, told) in range.rows().skip(1).zip(&shown) {
            for (cell, told) in row.iter().zip(told) {
                match cell {
                    Data::Float(number) => assert_eq!(plain(told), Some(*number), "{sheet}"),
                    Data::Empty => assert_eq!(told, "", "{sheet}"),
                    text => assert_eq!(&text.to_string(), told, "{sheet}"),
                }
            }
        }
    }
}

/// Where each column's value stands in a row of the JSON; empty where the page has words for it.
type Columns = &'static [&'static str];

/// Compares a page's table with rows of JSON: numbers as numbers to the page's decimals, texts as texts.
fn compare(page: &str, name: &str, rows: &[Value], columns: Columns) {
    compare_all(page, name, rows, columns);
}

fn compare_all(page: &str, name: &str, rows: &[Value], columns: &[&str]) {
    let shown = table_of(page, name);
    assert_eq!(shown.len(), rows.len(), "{name}: {shown:?}");
    for (row, told) in rows.iter().zip(&shown) {
        assert_eq!(told.len(), columns.len(), "{name}: {told:?}");
        for (told, column) in told.iter().zip(columns.iter().copied()).filter(|(_, column)| !column.is_empty()) {
            match row.pointer(&format!("/{column}")) {
                Some(Value::Number(number)) => {
                    let digits = told.split_once('.').map_or(0, |(_, digits)| digits.len());
                    let step = 10f64.powi(-(digits as i32));
                    let apart = (plain(told).unwrap() - number.as_f64().unwrap()).abs();
                    assert!(apart <= step * 0.501, "{name} {column}: {told} {number}");
                }
                Some(Value::String(text)) => assert_eq!(told, text, "{name} {column}"),
                Some(Value::Null) | None => assert_eq!(told, "", "{name} {column}"),
                Some(other) => panic!("{name} {column}: {other}"),
            }
        }
    }
}

/// A list of the report.
fn list(report: &Value, pointer: &str) -> Vec<Value> {
    report.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{pointer}")).clone()
}

#[test]
fn page_and_json_say_the_same_in_every_table() {
    let (page, report) = (page(), report());
    let compare = |name: &str, rows: &[Value], columns: Columns| compare(&page, name, rows, columns);
    let whole = |area: &Value| json!({ "area": area, "class": null });
    let mut classes = list(&report, "/regions/0/classes");
    classes.push(whole(&report["regions"][0]["blueprint"]));
    compare(
        "Classes",
        &classes,
        &["", "class", "", "area/ellipsoid/ha", "area/ellipsoid/mu", "area/plane/ha", "area/ellipsoid/km2"],
    );
    let mut pairs = list(&report, "/conflicts/by_pair");
    pairs.sort_by(|a, b| b["area_m2"].as_f64().unwrap().total_cmp(&a["area_m2"].as_f64().unwrap()));
    compare("Overlap matrix", &pairs, &["", "count", "area_m2"]);
    let regions = list(&report, "/regions");
    let mut filled = regions.clone();
    for region in &mut filled {
        for state in ["open", "rule", "hand"] {
            // A region without such conflicts has none of them.
            if region["conflicts"].get(state).is_none() {
                region["conflicts"][state] = json!({ "count": 0, "area": { "ellipsoid": { "ha": 0.0 } } });
            }
        }
    }
    compare(
        "Districts",
        &filled,
        &[
            "code",
            "",
            "blueprint/ellipsoid/ha",
            "blueprint/ellipsoid/mu",
            "blueprint/plane/ha",
            "conflicts/open/count",
            "conflicts/open/area/ellipsoid/ha",
            "conflicts/rule/count",
            "conflicts/rule/area/ellipsoid/ha",
            "conflicts/hand/count",
            "conflicts/hand/area/ellipsoid/ha",
        ],
    );
    let of_region = |region: &Value| {
        let code = region["code"].clone();
        let with_code = move |class: Value| json!({ "code": code, "area": class["area"] });
        region["classes"].as_array().unwrap().clone().into_iter().map(with_code).collect::<Vec<_>>()
    };
    let by_region: Vec<Value> = regions.iter().flat_map(of_region).collect();
    compare(
        "Classes by district",
        &by_region,
        &["code", "", "", "area/ellipsoid/ha", "area/ellipsoid/mu", "area/plane/ha"],
    );
    let of_account = |account: &Value| {
        let rows = account["rows"].as_array().unwrap().iter().map(|row| row["area"].clone());
        let all = rows.chain([account["claimed"].clone()]);
        all.map(|area| json!({ "layer": account["layer"], "area": area })).collect::<Vec<_>>()
    };
    let accounts: Vec<Value> = list(&report, "/accounts").iter().flat_map(of_account).collect();
    compare(
        "Accounts",
        &accounts,
        &["layer", "", "", "", "", "area/ellipsoid/ha", "area/ellipsoid/mu", "area/plane/ha"],
    );
    compare("Slivers by class", &list(&report, "/slivers/by_class"), &["", "", "tally/count", "tally/area_m2"]);
    let log = list(&report, "/sliver_log");
    assert_eq!(
        log.len() as u64,
        report["slivers"]["moved"]["count"].as_u64().unwrap() + report["slivers"]["filled"]["count"].as_u64().unwrap()
    );
    compare(
        "Sliver log",
        &log,
        &["", "from_source", "", "to_source", "area_m2", "width_m", "border_m", "pass", "conflict", "at/0", "at/1"],
    );
    balances(&page, &report);
    listed(&page, &report);
}

fn balances(page: &str, report: &Value) {
    let rows = |name: &str| list(report, &format!("/balances/{name}"));
    compare(
        page,
        "Replacement ledger",
        &rows("ledger"),
        &[
            "code",
            "",
            "lost/ellipsoid/ha",
            "added/ellipsoid/ha",
            "pending/ellipsoid/ha",
            "owed_m2",
            "covered_in_city_m2",
            "light",
        ],
    );
    assert!(rows("ledger")[0].pointer("/lost/ellipsoid/ha").unwrap().as_f64().unwrap() > 0.0, "a road took fields");
    compare(
        page,
        "Ledger entries",
        &rows("turns"),
        &["turn", "", "", "area/ellipsoid/ha", "area/ellipsoid/mu", "area/plane/ha"],
    );
    let mut targets = rows("targets");
    for target in &mut targets {
        for key in ["at_least_m2", "at_most_m2"] {
            target[key.replace("m2", "ha")] = target[key].as_f64().map_or(Value::Null, |m2| json!(m2 / 1e4));
        }
    }
    compare(
        page,
        "Targets",
        &targets,
        &["", "district", "at_least_ha", "at_most_ha", "has/ellipsoid/ha", "possible/ellipsoid/ha", "light"],
    );
    let lights: Vec<&Value> = targets.iter().map(|target| &target["light"]).collect();
    assert_eq!(lights, ["green", "red", "green"], "from the table of targets");
    compare(
        page,
        "Control lines",
        &rows("lines"),
        &["", "code", "", "area/ellipsoid/ha", "area/ellipsoid/mu", "area/plane/ha", "share", "of"],
    );
    compare(page, "Shoreline", &rows("shoreline"), &["code", "", "length_m", "built_m", "kept", "light"]);
}

#[test]
fn the_window_shows_the_balances_of_the_report() {
    let report = report();
    let window = opened(made(), &made().join("main.toml"));
    let found = ask(&window, "balances", json!({}));
    let same = |name: &str, figures: &[(&str, &str)]| {
        let rows = list(&report, &format!("/balances/{name}"));
        let shown = found[name].as_array().unwrap();
        assert!(!rows.is_empty() && rows.len() == shown.len(), "{name}: {shown:?}");
        for (row, shown) in rows.iter().zip(shown) {
            for (key, pointer) in figures {
                let told = row.pointer(&format!("/{pointer}")).unwrap_or(&Value::Null);
                let [told, shown] =
                    [told, &shown[*key]].map(|value| if *value == json!("") { &Value::Null } else { value });
                match (told.as_f64(), shown.as_f64()) {
                    // Lengths and shares of the shore are shown to the hundredth.
                    (Some(told), Some(shown)) => {
                        assert!((told - shown).abs() <= 0.00501, "{name} {key}: {told} {shown}")
                    }
                    _ => assert_eq!(told, shown, "{name} {key}"),
                }
            }
        }
    };
    let lost = ("lost_ha", "lost/ellipsoid/ha");
    same(
        "ledger",
        &[("code", "code"), lost, ("added_ha", "added/ellipsoid/ha"), ("owed_m2", "owed_m2"), ("light", "light")],
    );
    let has = ("has_ha", "has/ellipsoid/ha");
    same("targets", &[("class", "class"), ("district", "district"), has, ("light", "light")]);
    same(
        "lines",
        &[("class", "class"), ("code", "code"), ("area_ha", "area/ellipsoid/ha"), ("share", "share"), ("of", "of")],
    );
    same("shoreline", &[("code", "code"), ("length_m", "length_m"), ("kept", "kept"), ("light", "light")]);
}

fn listed(page: &str, report: &Value) {
    let level = |name: &str| list(report, &format!("/levels/{name}"));
    compare(
        page,
        "Shared borders",
        &level("borders"),
        &["", "overlaps/count", "overlaps/area_m2", "open/count", "open/area_m2", "gaps/count", "gaps/area_m2"],
    );
    compare(
        page,
        "Places on shared borders",
        &level("places"),
        &["id", "kind", "", "", "", "area_m2", "lonlat/0", "lonlat/1"],
    );
    compare(
        page,
        "Against the upper plan",
        &level("against"),
        &["county", "layer", "conflicts/count", "conflicts/area_m2", "open/count", "open/area_m2"],
    );
    let one_by_one = |name: &str, key: &str| {
        let mut conflicts = list(report, key);
        for conflict in &mut conflicts {
            conflict["told"] = match &conflict["confirmed"] {
                Value::Bool(true) => json!("read in a source"),
                Value::Bool(false) => json!("to be checked"),
                _ => Value::Null,
            };
        }
        let numbers = ["id", "", "", "ellipsoid_m2", "area_m2", ""];
        let words = ["reason/1", "basis/1", "told", "when", "lonlat/0", "lonlat/1"];
        compare_all(page, name, &conflicts, &[numbers, words].concat());
        conflicts
    };
    let conflicts = one_by_one("Conflicts", "/conflict_list");
    let chosen = one_by_one("Chosen conflicts", "/chosen");
    assert!(!chosen.is_empty() && chosen.len() < conflicts.len());
    assert!(chosen.iter().all(|conflict| conflict["state"] == "rule"), "{chosen:?}");
    for told in ["read in a source", "to be checked"] {
        assert!(conflicts.iter().any(|conflict| conflict["told"] == told), "{told}");
    }
    compare(page, "Orphaned decisions", &list(report, "/orphans"), &["operation", "who", "when", "", ""]);
    let mut found: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut add = |layer: &str, counts: &Value| {
        for (code, many) in counts.as_object().unwrap() {
            found.insert((layer.to_owned(), code.clone()), many.as_u64().unwrap());
        }
    };
    for layer in report["layers"].as_array().unwrap() {
        add(layer["name"].as_str().unwrap(), &layer["findings"]);
    }
    add("(all)", &report["other_findings"]);
    let shown: BTreeMap<(String, String), u64> = table_of(page, "Findings")
        .into_iter()
        .map(|row| ((row[0].clone(), row[2].clone()), plain(&row[3]).unwrap() as u64))
        .collect();
    assert_eq!(shown, found);
    assert!(found.contains_key(&("(all)".to_owned(), "unfilled-gap".to_owned())), "{found:?}");
    let proof = table_of(page, "Proof");
    let of = |name: &str| proof.iter().find(|row| row[0] == name).unwrap()[1].clone();
    assert_eq!(of("the proof"), "holds");
    assert_eq!(of("area difference, grid units"), report["proof"]["area_difference_grid_units"].to_string());
    let overview = table_of(page, "Overview");
    let of = |name: &str| plain(&overview.iter().find(|row| row[0] == name).unwrap()[1]).map(|many| many as u64);
    for (name, key) in [("overlapping patches", "count"), ("open", "open")] {
        assert_eq!(of(name), report["conflicts"][key].as_u64(), "{name}");
    }
    for (name, key) in [("decided by rule", "by_rule"), ("decided by hand", "by_hand"), ("gaps", "gaps")] {
        assert_eq!(of(name), report["conflicts"][key]["count"].as_u64(), "{name}");
    }
}

/// The texts of a page's drawings.
fn words_of(page: &str) -> Vec<String> {
    let texts = page.split("<text ").skip(1).map(|rest| rest.split('>').nth(1).unwrap().split('<').next().unwrap());
    texts.map(str::to_owned).collect()
}

#[test]
fn charts_by_state_and_by_district_show_the_numbers_of_the_tables() {
    let (page, report) = (page(), report());
    let (words, text) = (words_of(&page), String::from_utf8(said("pdftotext", &["-layout", &pdf(), "-"])).unwrap());
    let hectares = |region: &Value, state: &str| {
        let found = region.pointer(&format!("/conflicts/{state}/area/ellipsoid/ha"));
        format!("{:.4}", found.and_then(Value::as_f64).unwrap_or(0.0))
    };
    let regions = list(&report, "/regions");
    let states = ["open", "rule", "hand"];
    let ground = |region: &&Value| region["leaf"] == true && region["blueprint"]["ellipsoid"]["ha"] != 0.0;
    let districts: Vec<&Value> = regions.iter().filter(ground).collect();
    assert_eq!(districts.len(), 2);
    for district in districts {
        let told = states.map(|state| hectares(district, state)).join(" + ") + " ha";
        assert!(words.contains(&told), "{told}: {words:?}");
        assert!(text.contains(&told), "{told} in the PDF");
        let ground = format!("{:.4} ha", district["blueprint"]["ellipsoid"]["ha"].as_f64().unwrap());
        assert!(words.contains(&ground), "{ground}: {words:?}");
    }
    for state in states {
        let count = regions[0].pointer(&format!("/conflicts/{state}/count")).and_then(Value::as_u64).unwrap_or(0);
        let told = format!("{count}: {} ha", hectares(&regions[0], state));
        assert!(words.contains(&told) && text.contains(&told), "{told}: {words:?}");
    }
}

/// The ids of the conflicts drawn on a page.
fn drawn(page: &str) -> Vec<String> {
    let captions = page.split("<figcaption>").skip(1).map(|rest| rest.split("</figcaption>").next().unwrap());
    let ids = captions.filter_map(|caption| caption.split("  ").next().filter(|id| id.starts_with('c')));
    ids.filter(|id| id.len() == 17).map(str::to_owned).collect()
}

fn ids(list: &[Value]) -> Vec<String> {
    list.iter().map(|conflict| conflict["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn figures_are_of_the_conflicts_that_were_chosen_by_filter_or_by_id() {
    let (page, report) = (page(), report());
    assert_eq!(drawn(&page), ids(&list(&report, "/chosen")));
    for (key, word) in [("parties", "道路 #"), ("decision", "Decision: "), ("coordinates", "At 11")] {
        assert!(page.matches(word).count() >= drawn(&page).len(), "{key}");
    }
    // By id, whatever their place on the list; each once.
    let main = made().join("main.toml").display().to_string();
    let folder = common::folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let all = ids(&list(&report, "/conflict_list"));
    let wanted = [all.last().unwrap().clone(), all[0].clone()];
    let outs = [format!("--out={}", at("r.html")), format!("--out={}", at("r.json"))];
    let named: Vec<String> = wanted.iter().chain([&wanted[0]]).map(|id| format!("--figure={id}")).collect();
    let words = [&["report".to_owned(), main.clone(), "--list=1".to_owned()][..], &named, &outs].concat();
    let ran = lantu(&words);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(drawn(&fs::read_to_string(at("r.html")).unwrap()), wanted);
    let told: Value = serde_json::from_slice(&fs::read(at("r.json")).unwrap()).unwrap();
    assert_eq!((ids(&list(&told, "/chosen")), list(&told, "/conflict_list").len()), (wanted.to_vec(), 1));
    // One that is not there is said before anything is written.
    let out = at("none.html");
    let ran = lantu(&["report", &main, "--figure", "c0000000000000000", "--out", &out]);
    assert!(ran.code == Some(2) && ran.err.contains("c0000000000000000"), "{}", ran.err);
    assert!(!Path::new(&out).exists());
}

#[test]
fn the_window_draws_the_conflicts_chosen_on_its_list_as_the_terminal_does() {
    let window = opened(made(), &made().join("main.toml"));
    let out = common::folder();
    let path = out.path().join("w.json");
    let filter = json!({ "state": "rule", "classes": ["farmland", "road"] });
    let rows = json!({ "filter": filter, "sort": "area", "ranges": [] });
    let wanted = json!({ "path": path, "language": "en", "list": 10000, "figures": 4, "conflicts": [], "rows": rows });
    ask(&window, "write_report", wanted);
    let (shown, told): (Value, Value) = (serde_json::from_slice(&fs::read(&path).unwrap()).unwrap(), report());
    for key in ["chosen", "conflict_list", "regions", "balances", "accounts", "orphans", "levels"] {
        assert_eq!(shown[key], told[key], "{key}");
    }
}

/// Runs another program, which must succeed.
fn said(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|cause| panic!("{program}: {cause}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn pdf() -> String {
    made().join("r.pdf").display().to_string()
}

#[test]
fn the_pdf_has_every_number_of_the_page_as_often() {
    let text = String::from_utf8(said("pdftotext", &["-layout", &pdf(), "-"])).unwrap();
    let mut has: BTreeMap<&str, usize> = BTreeMap::new();
    text.split_whitespace().for_each(|word| *has.entry(word).or_default() += 1);
    let page = page();
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for table in TABLES {
        for cell in table_of(&page, table).into_iter().flatten() {
            // Identifiers and short numbers stand in captions and page numbers too: more is no harm.
            if cell.contains('.') && plain(&cell).is_some() {
                *wanted.entry(cell).or_default() += 1;
            }
        }
    }
    assert!(wanted.len() > 100, "{}", wanted.len());
    let lacking: Vec<_> =
        wanted.iter().filter(|(number, many)| has.get(number.as_str()).unwrap_or(&0) < many).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

/// A page as a picture in grey, by the simplest of formats.
struct Picture {
    width: usize,
    pixels: Vec<u8>,
}

impl Picture {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let head: Vec<&[u8]> = bytes.splitn(4, |byte| byte.is_ascii_whitespace()).collect();
        let [kind, width, height, rest] = head[..] else { panic!("{}", path.display()) };
        let number = |text: &[u8]| std::str::from_utf8(text).unwrap().parse::<usize>().unwrap();
        let (width, height) = (number(width), number(height));
        let start = rest.iter().position(u8::is_ascii_whitespace).unwrap() + 1;
        assert!(kind == b"P5" && rest.len() - start == width * height, "{}", path.display());
        Self { width, pixels: rest[start..].to_vec() }
    }

    /// Columns and rows of what is not white.
    fn ink(&self) -> impl Iterator<Item = [usize; 2]> {
        let dark = self.pixels.iter().enumerate().filter(|(_, grey)| **grey < 200);
        dark.map(|(at, _)| [at % self.width, at / self.width])
    }
}

#[test]
fn no_page_of_the_pdf_is_blank_or_has_ink_in_its_margin() {
    let folder = common::folder();
    let prefix = folder.path().join("page").display().to_string();
    said("pdftoppm", &["-r", "50", "-gray", &pdf(), &prefix]);
    let mut pages: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    let told = String::from_utf8(said("pdfinfo", &[&pdf()])).unwrap();
    let count = told.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim().parse::<usize>().unwrap();
    assert_eq!(pages.len(), count);
    assert!((4..40).contains(&count), "{count} pages");
    // An A4 page is 595 by 842 points; at 50 dots per inch a point is 0.69 dots. The margin is 42
    // points, and the number of the page stands in the one below.
    let dots = |points: f64| (points * 50.0 / 72.0) as usize;
    let (left, right, above, below) = (dots(40.0), dots(595.0 - 40.0) + 1, dots(40.0), dots(842.0 - 34.0));
    for page in &pages {
        let picture = Picture::read(page);
        let ink: Vec<[usize; 2]> = picture.ink().collect();
        let foot = |[_, y]: &[usize; 2]| *y > below;
        assert!(ink.iter().filter(|at| !foot(at)).count() > 50, "{} is blank", page.display());
        let outside = ink.iter().filter(|at| !foot(at)).find(|[x, y]| *x < left || *x > right || *y < above);
        assert_eq!(outside, None, "{}", page.display());
        let number = |[x, _]: &[usize; 2]| (dots(250.0)..dots(345.0)).contains(x);
        assert!(ink.iter().filter(|at| foot(at)).all(number), "{}: only its number stands below", page.display());
    }
}

#[test]
fn libreoffice_reads_every_cell_of_every_sheet() {
    let numbers = common::read_by_libreoffice(&made().join("r.xlsx"));
    assert!(numbers > 300, "{numbers}");
}
