//! Every square metre of every layer is accounted for, by district too, and districts change
//! nothing of the blueprint.

use lantu_project::{
    Area, Details, DistrictPlan, Fate, Job, Light, Manner, Plan, Region, Report, Room, Watcher, report,
};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

fn run(plan: Plan) -> Job {
    let room = Room::new(None, None);
    Job::run(plan, None, &[], &room, Watcher::nobody()).unwrap_or_else(|problem| panic!("{problem:?}"))
}

fn demo() -> Plan {
    Plan::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample-data/liechtenstein/demo.toml")).unwrap()
}

/// A ring of longitudes and latitudes as a feature.
fn feature(properties: &str, ring: &[[f64; 2]]) -> String {
    let ring: Vec<String> = ring.iter().chain(ring.first()).map(|[x, y]| format!("[{x},{y}]")).collect();
    let coordinates = ring.join(",");
    format!(
        r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{{"type":"Polygon","coordinates":[[{coordinates}]]}}}}"#
    )
}

fn write(path: &Path, features: &[String]) {
    std::fs::write(path, format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))).unwrap();
}

/// Four districts whose borders run askew through the country, in two cities of one province, and
/// that leave its south out.
fn districts(folder: &Path) -> DistrictPlan {
    let path = folder.join("xzq.geojson");
    let middle = [9.551_234_5, 47.161_111_7];
    let district = |code: &str, name: &str, ring: &[[f64; 2]]| {
        feature(&format!(r#""XZQDM":"{code}","XZQMC":"{name}""#), &[ring, &[middle]].concat())
    };
    write(
        &path,
        &[
            district("460105", "甲县", &[[9.53, 47.4], [9.3, 47.4], [9.3, 47.17]]),
            district("460106", "乙县", &[[9.8, 47.15], [9.8, 47.4], [9.53, 47.4]]),
            district("460201", "丙县", &[[9.3, 47.17], [9.3, 47.07], [9.557, 47.07]]),
            district("460202001", "丁镇", &[[9.557, 47.07], [9.8, 47.07], [9.8, 47.15]]),
        ],
    );
    let (layername, code, name, crs, encoding) = (None, None, None, None, None);
    DistrictPlan { path: path.to_string_lossy().into_owned(), layername, code, name, crs, encoding }
}

fn exact(area: &Area) -> i128 {
    area.grid_units2.as_i128().unwrap()
}

/// What is shown, in steps of the last decimal, which whole numbers hold.
fn shown(area: &Area) -> Vec<i64> {
    let sizes = |sizes: lantu_project::Sizes| {
        [(sizes.m2, 1e2), (sizes.ha, 1e4), (sizes.mu, 1e2), (sizes.km2, 1e6)]
            .map(|(size, step)| (size * step).round() as i64)
    };
    [sizes(area.plane), sizes(area.ellipsoid)].concat()
}

fn sum_shown<'a>(areas: impl Iterator<Item = &'a Area>) -> Vec<i64> {
    areas.fold(vec![0; 8], |sum, area| sum.iter().zip(shown(area)).map(|(a, b)| a + b).collect())
}

/// Says that parts are exactly their whole, and add up to it as shown.
fn adds_up<'a>(whole: &Area, parts: impl Iterator<Item = &'a Area> + Clone, what: &str) {
    assert_eq!(parts.clone().map(exact).sum::<i128>(), exact(whole), "{what}: exact");
    assert_eq!(sum_shown(parts), shown(whole), "{what}: as shown");
}

fn everything_is_accounted_for(job: &Job, report: &Report) {
    let partition = &job.outcome.cut.partition;
    for (account, info) in report.accounts.iter().zip(&partition.layers) {
        let name = &account.layer;
        adds_up(&account.claimed, account.rows.iter().map(|row| &row.area), name);
        let own = info.first.0..info.first.0 + info.count;
        let features: i128 = own.map(|at| partition.feature_area2(lantu_engine::FeatureRef(at))).sum();
        assert_eq!(exact(&account.claimed), features, "{name}: the sum of its features");
        assert!(account.changed_by_cutting_m2.abs() <= 1e-3 * account.drawn_m2, "{name}: {account:?}");
        for row in account.rows.iter().filter(|_| job.plan.districts.is_some()) {
            adds_up(&row.area, row.by_district.iter().map(|part| &part.area), name);
        }
    }
    // The other way round: the blueprint's ground is what its layers keep, each place once.
    let patches: i128 = job.outcome.blueprint.patches.iter().map(|patch| patch.area2).sum();
    let all = &report.regions[0];
    assert_eq!(exact(&all.blueprint), patches);
    adds_up(&all.blueprint, all.classes.iter().map(|class| &class.area), "classes");
    let fate = |wanted: &[Fate]| -> i128 {
        let rows = report.accounts.iter().flat_map(|account| &account.rows);
        rows.filter(|row| wanted.contains(&row.fate)).map(|row| exact(&row.area)).sum()
    };
    let own: i128 =
        job.outcome.blueprint.patches.iter().filter(|patch| patch.source.is_some()).map(|patch| patch.area2).sum();
    assert_eq!(fate(&[Fate::Uncontested, Fate::Won]), own, "every patch has one feature that names it");
}

#[test]
fn every_square_metre_of_liechtensteins_layers_is_accounted_for() {
    let job = run(demo());
    let report = report(&job, None).unwrap();
    everything_is_accounted_for(&job, &report);
    assert_eq!(report.regions.len(), 1);
    let farmland = report.accounts.iter().find(|account| account.layer == "永久基本农田").unwrap();
    let lost = farmland.rows.iter().filter(|row| row.fate == Fate::Lost);
    assert!(lost.clone().count() > 0 && lost.clone().all(|row| row.to_layer.is_some() && row.to_class.is_some()));
    // What the ledger says was lost is what the account says that farmland lost to other classes.
    let given: i128 = lost.filter(|row| row.to_class.as_deref() != Some("farmland")).map(|row| exact(&row.area)).sum();
    let ledger: i128 =
        report.balances.turns.iter().filter(|turn| turn.turn == "lost").map(|turn| exact(&turn.area)).sum();
    assert!(ledger > 0 && ledger <= given, "a place that two fields claim is lost once: {ledger} {given}");
}

fn by_code(report: &Report) -> BTreeMap<&str, &Region> {
    report.regions.iter().map(|region| (region.code.as_str(), region)).collect()
}

#[test]
fn districts_split_every_figure_and_change_no_byte_of_the_blueprint() {
    let folder = TempDir::new().unwrap();
    let (bare, split) = (run(demo()), run(Plan { districts: Some(districts(folder.path())), ..demo() }));
    let write = |job: &Job, name: &str| {
        let path: PathBuf = folder.path().join(name);
        job.write_blueprint(&path, &Manner::default(), Watcher::nobody()).unwrap();
        std::fs::read(path).unwrap()
    };
    assert!(write(&bare, "bare.geojson") == write(&split, "split.geojson"), "the blueprint is another");
    let (bare, report) = (report(&bare, None).unwrap(), report(&split, None).unwrap());
    everything_is_accounted_for(&split, &report);
    let regions = by_code(&report);
    let codes: Vec<&str> = regions.keys().copied().collect();
    assert_eq!(codes, ["", "-", "46", "4601", "460105", "460106", "4602", "460201", "460202", "460202001"]);
    assert_eq!(shown(&regions[""].blueprint), shown(&bare.regions[0].blueprint));
    assert_eq!(exact(&regions[""].blueprint), exact(&bare.regions[0].blueprint));
    let sums = |whole: &str, parts: &[&str]| {
        adds_up(&regions[whole].blueprint, parts.iter().map(|part| &regions[part].blueprint), whole)
    };
    sums("", &["46", "-"]);
    sums("46", &["4601", "4602"]);
    sums("4601", &["460105", "460106"]);
    sums("4602", &["460201", "460202"]);
    sums("460202", &["460202001"]);
    let km2 = |code: &str| regions[code].blueprint.plane.km2;
    let sizes: Vec<_> = codes.iter().map(|code| (code, km2(code))).collect();
    assert!(sizes.iter().all(|(_, km2)| *km2 > 0.01), "{sizes:?}");
    let count = |code: &str| regions[code].conflicts.values().map(|found| found.count).sum::<u32>();
    assert_eq!(count(""), ["460105", "460106", "460201", "460202001", "-"].map(count).iter().sum::<u32>());
    assert_eq!(
        regions["4601"].conflicts["rule"].count,
        regions["460105"].conflicts["rule"].count + regions["460106"].conflicts["rule"].count
    );
}

/// A strip of land between 110° and 110.03°, 20° and 20.01°, cut by a district's border.
fn strip() -> (TempDir, Plan) {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    // Borders have a corner every thousandth of a degree, so that neighbours' are the same line.
    let along = |w: f64, e: f64, lat: f64| {
        let corner = move |k: i32| [110.0 + f64::from(k) / 1000.0, lat];
        let thousandths = |lon: f64| ((lon - 110.0) * 1000.0).round() as i32;
        (thousandths(w)..=thousandths(e)).map(corner).collect::<Vec<_>>()
    };
    let rect = |w: f64, e: f64| [along(w, e, 20.0), vec![[e, 20.01], [w, 20.01]]].concat();
    write(&at("fields.geojson"), &[feature("", &rect(110.0, 110.02))]);
    write(&at("town.geojson"), &[feature("", &rect(110.015, 110.03))]);
    write(&at("new.geojson"), &[feature("", &rect(110.03, 110.034))]);
    let shore: Vec<[f64; 2]> = along(110.0, 110.034, 20.0).into_iter().rev().collect();
    write(&at("sea.geojson"), &[feature("", &[&[[110.0, 19.99], [110.034, 19.99]][..], &shore].concat())]);
    let code = |code: &str, w, e| {
        feature(&format!(r#""XZQDM":"{code}","XZQMC":"{code}""#), &[[w, 19.9], [e, 19.9], [e, 20.1], [w, 20.1]])
    };
    write(&at("xzq.geojson"), &[code("460105", 109.9, 110.018), code("460106", 110.018, 110.1)]);
    let mut text = "crs = 'EPSG:4546'\nrules = 'rules.toml'\n[districts]\npath = 'xzq.geojson'\n[balance]\nadded = ['补划']\nsea = '海域'\nbuilt = ['town']\n\
        shoreline-at-least = 60\n[[balance.target]]\nclass = 'farmland'\nat-least = '150 公顷'\n[[balance.target]]\nclass = 'farmland'\nat-least = '300 公顷'\n\
        [[balance.target]]\nclass = 'town'\ndistrict = '460106'\nat-most = '1 km2'\n[[balance.line]]\nclass = 'farmland'\nof = '农田'\n".to_owned();
    for (name, class, file) in
        [("农田", "farmland", "fields"), ("城镇", "town", "town"), ("补划", "farmland", "new"), ("海域", "sea", "sea")]
    {
        writeln!(text, "[[layer]]\nname = '{name}'\nclass = '{class}'\npath = '{file}.geojson'").unwrap();
    }
    let rules = "[[rule]]\nid = 'T'\nbecause = { zh = '城镇优先', en = 'the town goes first' }\nwhen.classes = ['farmland', 'town']\nthen.give-to = 'town'\n";
    std::fs::write(at("rules.toml"), rules).unwrap();
    std::fs::write(at("plan.toml"), text).unwrap();
    let plan = Plan::read(&at("plan.toml")).unwrap_or_else(|problem| panic!("{problem:?}"));
    (folder, plan)
}

#[test]
fn the_ledger_owes_in_the_county_where_farmland_was_lost() {
    let (_folder, plan) = strip();
    let job = run(plan);
    let report = report(&job, None).unwrap();
    everything_is_accounted_for(&job, &report);
    let ledger: BTreeMap<&str, _> = report.balances.ledger.iter().map(|row| (row.code.as_str(), row)).collect();
    // A degree of longitude at 20° is some 104.6 km, of latitude 110.7 km.
    let near = |value: f64, expected: f64| assert!((value / expected - 1.0).abs() < 0.01, "{value} {expected}");
    near(ledger[""].lost.ellipsoid.ha, 57.9);
    near(ledger["460105"].lost.ellipsoid.ha, 34.7);
    near(ledger["460106"].lost.ellipsoid.ha, 23.2);
    near(ledger["460106"].added.ellipsoid.ha, 46.3);
    assert_eq!(ledger["460105"].light, Light::Red, "the city has found some of it, not all");
    let covered = ledger["460105"].covered_in_city_m2.unwrap();
    near(covered, 46.3e4 - 23.2e4);
    assert_eq!((ledger["460106"].covered_in_city_m2, ledger["4601"].covered_in_city_m2), (Some(0.0), Some(covered)));
    near(ledger["460105"].owed_m2 - covered, ledger["4601"].owed_m2);
    assert_eq!(ledger["460106"].light, Light::Green);
    near(ledger["4601"].owed_m2, 57.9e4 - 46.3e4);
    let lights: Vec<Light> = report.balances.targets.iter().map(|target| target.light).collect();
    assert_eq!(lights, [Light::Green, Light::Red, Light::Red]);
    let line = |of: Option<&str>| {
        let line = report.balances.lines.iter().find(|line| line.code.is_empty() && line.of.as_deref() == of);
        line.unwrap()
    };
    let (fields, whole) = (line(Some("农田")), line(None));
    assert_eq!(fields.share.map(f64::round), Some(75.0), "a quarter of the fields went to the town");
    near(whole.area.ellipsoid.ha / fields.area.ellipsoid.ha, 19.0 / 15.0);
    assert!(whole.share.unwrap() < 1.0, "the districts reach far beyond");
    let shore: BTreeMap<&str, _> = report.balances.shoreline.iter().map(|row| (row.code.as_str(), row)).collect();
    // The town has a hundredth and a half of three hundredths of a degree.
    near(shore[""].kept, 55.9);
    assert_eq!((shore[""].light, shore["460105"].light), (Some(Light::Red), Some(Light::Green)));
}

/// The coast is drawn as a line of its own, so far south of the land's border, in metres.
fn coast(folder: &TempDir, plan: &mut Plan, south_m: f64, reach: Option<f64>) {
    let lat = 20.0 - south_m / 110_700.0;
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{}},"geometry":{{"type":"LineString","coordinates":[[110.0,{lat}],[110.034,{lat}]]}}}}]}}"#
    );
    let path = folder.path().join("coast.geojson");
    std::fs::write(&path, text).unwrap();
    let (layername, crs) = (None, None);
    plan.balance.shoreline =
        Some(lantu_project::ShorelinePlan { path: path.display().to_string(), layername, crs, reach });
}

#[test]
fn the_shoreline_kept_is_the_length_of_the_coastline_outside_of_built_ground() {
    let (folder, mut plan) = strip();
    // Drawn by another hand, three metres off; the plan's layer of the sea is not asked.
    coast(&folder, &mut plan, 3.0, None);
    let shore = |plan: &Plan| {
        let report = report(&run(plan.clone()), None).unwrap();
        report.balances.shoreline.into_iter().map(|row| (row.code.clone(), row)).collect::<BTreeMap<_, _>>()
    };
    let near = |value: f64, expected: f64| assert!((value / expected - 1.0).abs() < 0.01, "{value} {expected}");
    let found = shore(&plan);
    near(found[""].length_m, 0.034 * 104_640.0);
    near(found[""].built_m, 0.015 * 104_640.0);
    near(found[""].kept, 55.9);
    assert_eq!((found[""].light, found["460105"].light), (Some(Light::Red), Some(Light::Green)));
    let sum = ["460105", "460106"].map(|code| found[code].length_m).iter().sum::<f64>();
    assert!((sum - found[""].length_m).abs() < 1e-6, "districts add up, and none of the coast lies in none");
    near(found["460106"].built_m, 0.012 * 104_640.0);
    // Thirty metres off the land it is another line, unless the planner says how far apart they are drawn.
    coast(&folder, &mut plan, 30.0, None);
    assert_eq!(shore(&plan)[""].kept, 100.0);
    coast(&folder, &mut plan, 30.0, Some(50.0));
    // Forty metres more at each end of the town: there the reach is round.
    near(shore(&plan)[""].kept, 53.6);
}

#[test]
fn a_coastline_that_is_no_layer_of_lines_is_refused() {
    let (folder, mut plan) = strip();
    coast(&folder, &mut plan, 0.0, None);
    std::fs::copy(folder.path().join("sea.geojson"), folder.path().join("coast.geojson")).unwrap();
    let problem = Job::run(plan, None, &[], &Room::default(), Watcher::nobody()).unwrap_err();
    assert!(problem.message[1].contains("has no line") && problem.message[0].contains("没有一条线"), "{problem:?}");
}

#[test]
fn a_report_that_is_to_stop_says_so_at_every_stage_and_leaves_the_old_file() {
    let (folder, plan) = strip();
    let job = run(plan);
    let details = Details { list: 100, figures: 5, ..Details::default() };
    let made = |stop_at: Option<usize>, name: &str| {
        let (stop, heard) = (AtomicBool::new(false), Mutex::new(Vec::new()));
        let tell = |progress: lantu_project::api::Progress| {
            let mut heard = heard.lock().unwrap();
            heard.push(progress.stage);
            stop.store(stop_at == Some(heard.len()), Ordering::Relaxed);
        };
        let watcher = Watcher { tell: &tell, stop: &stop };
        let path = folder.path().join(name);
        std::fs::write(&path, "before").unwrap();
        let report = lantu_project::report_listing(&job, None, &details, watcher);
        let language = lantu_project::Language::Chinese;
        let done = report
            .and_then(|mut report| report.write_all(&job, std::slice::from_ref(&path), language, &details, watcher));
        (done.map_err(|problem| problem.code), std::fs::read(&path).unwrap() == b"before", heard.into_inner().unwrap())
    };
    for name in ["stop.pdf", "stop.xlsx", "stop.html"] {
        let (done, kept, heard) = made(None, name);
        assert_eq!((done, kept), (Ok(()), false));
        assert!(["report", "paper"].iter().all(|stage| heard.iter().any(|told| told == stage)), "{heard:?}");
        let (done, kept, _) = made(Some(1), name);
        assert_eq!((done, kept), (Err("cancelled".to_owned()), true), "{name}, while numbers are added up");
        let paper = heard.iter().position(|stage| stage == "paper").unwrap() + 1;
        let (done, kept, _) = made(Some(paper), name);
        assert_eq!((done, kept), (Err("cancelled".to_owned()), true), "{name}, while it is laid out");
    }
}

#[test]
fn a_red_line_on_land_and_at_sea_has_its_share_of_each() {
    let (folder, mut plan) = strip();
    let ring = [[110.004, 19.995], [110.014, 19.995], [110.014, 20.005], [110.004, 20.005]];
    write(&folder.path().join("red.geojson"), &[feature("", &ring)]);
    let mut rules = std::fs::read_to_string(folder.path().join("rules.toml")).unwrap();
    for class in ["farmland", "sea"] {
        writeln!(rules, "[[pair]]\nclasses = ['red-line', '{class}']\nrelation = 'compatible'").unwrap();
    }
    std::fs::write(folder.path().join("rules.toml"), rules).unwrap();
    let layer = lantu_project::LayerPlan {
        name: "红线".to_owned(),
        class: Some("red-line".to_owned()),
        path: folder.path().join("red.geojson").display().to_string(),
        ..plan.layers[0].clone()
    };
    plan.layers.push(layer);
    for of in ["农田", "海域"] {
        plan.balance.lines.push(lantu_project::LinePlan { class: "red-line".to_owned(), of: of.to_owned() });
    }
    let report = report(&run(plan), None).unwrap();
    let red: Vec<_> = report.balances.lines.iter().filter(|line| line.class == "red-line").collect();
    let whole = |of: Option<&str>| *red.iter().find(|line| line.code.is_empty() && line.of.as_deref() == of).unwrap();
    let [all, land, sea] = [None, Some("农田"), Some("海域")].map(whole);
    assert_eq!(land.share.map(f64::round), Some(25.0), "a quarter of the fields");
    assert_eq!(sea.share.map(f64::round), Some(15.0), "five of thirty-four parts of the sea");
    assert_eq!(exact(&land.area) + exact(&sea.area), exact(&all.area), "it lies on the one or the other");
    assert!(red.iter().all(|line| line.share.is_some_and(|share| (0.0..=100.0).contains(&share))));
    assert!(red.iter().any(|line| line.code == "460105" && line.of.is_some()), "districts have theirs");
}

#[test]
fn ground_of_a_class_counts_for_what_the_class_lies_within() {
    let (folder, plain) = strip();
    let rules = folder.path().join("rules.toml");
    let text = std::fs::read_to_string(&rules).unwrap();
    let expected = report(&run(plain.clone()), None).unwrap().balances;
    // The layers name arbor forest by its code, the balances all of forest by the wider one.
    std::fs::write(&rules, text.replace("'farmland'", "'0301'")).unwrap();
    let mut plan = plain;
    for layer in plan.layers.iter_mut().filter(|layer| layer.class.as_deref() == Some("farmland")) {
        layer.class = Some("0301".to_owned());
    }
    plan.balance.ledger = Some(vec!["03".to_owned()]);
    plan.balance.targets.iter_mut().filter(|target| target.class == "farmland").for_each(|target| {
        "03".clone_into(&mut target.class);
    });
    let found = report(&run(plan), None).unwrap().balances;
    let owed = |balances: &lantu_project::Balances| {
        balances.ledger.iter().map(|row| (row.code.clone(), exact(&row.lost), exact(&row.added))).collect::<Vec<_>>()
    };
    assert_eq!(owed(&found), owed(&expected));
    let has = |balances: &lantu_project::Balances| {
        balances.targets.iter().map(|target| (exact(&target.has), target.light)).collect::<Vec<_>>()
    };
    assert_eq!(has(&found), has(&expected));
    assert!(has(&found)[0].0 > 0);
}

/// The rows of a page's table, as texts.
fn table_of(page: &str, name: &str) -> Vec<Vec<String>> {
    let start = page.find(&format!("data-name=\"{name}\"")).unwrap_or_else(|| panic!("no table {name}"));
    let table = page[start..].split("</table>").next().unwrap();
    let body = table.split("<tbody>").nth(1).unwrap();
    let cell = |cell: &str| cell.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned();
    body.split("<tr>").skip(1).map(|row| row.split("<td").skip(1).map(cell).collect()).collect()
}

#[test]
fn spreadsheet_page_and_json_say_the_same_numbers() {
    use calamine::{Data, Reader};
    let (folder, plan) = strip();
    let job = run(plan);
    let (details, nobody) = (Details { list: 100, ..Details::default() }, Watcher::nobody());
    let report = lantu_project::report_listing(&job, None, &details, nobody).unwrap();
    let paper = lantu_project::paper(&job, &report, lantu_project::Language::English, 5, nobody).unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["r.xlsx", "r.html", "r.pdf", "r.json"] {
        report.write_as(&at(name), &paper, nobody).unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
    }
    let page = std::fs::read_to_string(at("r.html")).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(at("r.xlsx")).unwrap();
    let sheets: Vec<String> = book.sheet_names().into_iter().skip(1).collect();
    assert!(sheets.len() >= 12, "{sheets:?}");
    for sheet in &sheets {
        let range = book.worksheet_range(sheet).unwrap();
        let shown = table_of(&page, sheet);
        assert_eq!(range.height(), shown.len() + 1, "{sheet}");
        for (row, told) in range.rows().skip(1).zip(&shown) {
            for (cell, told) in row.iter().zip(told) {
                match cell {
                    Data::Float(number) => assert_eq!(told.replace(',', "").parse::<f64>(), Ok(*number), "{sheet}"),
                    Data::Empty => assert_eq!(told, "", "{sheet}"),
                    text => assert_eq!(text.to_string(), told.replace("&amp;", "&"), "{sheet}"),
                }
            }
        }
    }
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(at("r.json")).unwrap()).unwrap();
    let classes = table_of(&page, "Classes");
    let told = json["regions"][0]["classes"].as_array().unwrap();
    assert_eq!(told.len() + 1, classes.len(), "and the sum");
    for (class, row) in told.iter().zip(&classes) {
        let number = |at: usize| row[at].replace(',', "").parse::<f64>().ok();
        assert_eq!(number(3), class["area"]["ellipsoid"]["ha"].as_f64());
        assert_eq!(number(5), class["area"]["plane"]["ha"].as_f64());
    }
    let pdf = std::fs::read(at("r.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 20_000);
    // The map and four charts: classes, states, conflicts by district, classes by district.
    assert_eq!(page.matches("<figure>").count(), 5 + report.conflict_list.len().min(5));
}
