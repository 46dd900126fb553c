//! Blueprints and conflicts are written whole, the same every time, and as true partitions.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{Run, corners, folder, go_on, layer, zone};
use lantu_engine::rules::{Bilingual, When};
use lantu_engine::{Action, Choice, ClassId, Operation, Rule, RuleSet, Strategy, Unwatched, compose, decide};
use lantu_files::{Crs, FileError, Written, verify, write_blueprint, write_conflicts};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::path::Path;

fn json(path: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn red_line_wins() -> RuleSet {
    let rule = Rule {
        id: "R3".to_owned(),
        when: When { classes: Some([ClassId::new("red-line"), ClassId::new("urban")]), ..When::default() },
        then: Strategy::GiveTo(ClassId::new("red-line")),
        because: Bilingual { zh: "红线优先".to_owned(), en: "The red line wins".to_owned() },
        basis: Bilingual::default(),
        certainty: lantu_engine::rules::Certainty::Unconfirmed,
        enabled: true,
    };
    RuleSet { rules: vec![rule], ..RuleSet::default() }
}

/// Two fields side by side, an urban boundary over both and a red line over a part of that.
fn small_county(rules: RuleSet) -> Run {
    let layers = vec![
        layer("farmland", &[&[&corners(500_000.0, 2_200_000.0, 500.0)], &[&corners(500_500.0, 2_200_000.0, 500.0)]]),
        layer("urban", &[&[&corners(500_300.0, 2_200_200.0, 400.0)]]),
        layer("red-line", &[&[&corners(500_600.0, 2_200_550.0, 300.0)]]),
    ];
    Run::of(layers, zone(), rules)
}

fn written(run: &Run, path: &Path) -> Written {
    let written = write_blueprint(path, &run.export(), &go_on).unwrap();
    assert!(written.proof.holds(), "{written:#?}");
    written
}

#[test]
fn a_licence_goes_with_the_file() {
    let folder = folder();
    let run = small_county(red_line_wins());
    let [json, gpkg] = ["a.geojson", "a.gpkg"].map(|name| folder.path().join(name));
    written(&run, &json);
    written(&run, &gpkg);
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(json["lantu"]["note"], "示意数据");
    let database = rusqlite::Connection::open(gpkg).unwrap();
    let select = "SELECT description FROM gpkg_contents WHERE table_name = 'blueprint'";
    assert_eq!(database.query_row(select, [], |row| row.get::<_, String>(0)), Ok("示意数据".to_owned()));
}

#[test]
fn a_blueprint_has_the_same_patches_in_both_formats() {
    let folder = folder();
    let run = small_county(red_line_wins());
    for name in ["a.geojson", "a.gpkg"] {
        let path = folder.path().join(name);
        let written = written(&run, &path);
        assert_eq!(written.features, run.blueprint.patches.len() as u64, "{name}");
        let source = format!("{}{}", path.display(), if name == "a.gpkg" { "|layername=blueprint" } else { "" });
        let verification = verify(&source.parse().unwrap(), &[], &go_on).unwrap();
        assert!(verification.holds && verification.exact, "{verification:#?}");
        assert_eq!(verification.features, written.features);
        assert!((verification.area_m2 / 625_000.0 - 1.0).abs() < 1e-3, "{}", verification.area_m2);
    }
}

#[test]
fn geojson_keeps_to_rfc_7946() {
    let folder = folder();
    let path = folder.path().join("a.geojson");
    written(&small_county(red_line_wins()), &path);
    let text = std::fs::read_to_string(&path).unwrap();
    let all = json(&path);
    assert_eq!(all["type"], "FeatureCollection");
    assert!(all.get("crs").is_none());
    let bbox: Vec<f64> = all["bbox"].as_array().unwrap().iter().map(|side| side.as_f64().unwrap()).collect();
    assert!(bbox[0] < bbox[2] && bbox[1] < bbox[3] && (bbox[0] - 111.0).abs() < 0.1, "{bbox:?}");
    for feature in all["features"].as_array().unwrap() {
        assert_eq!(feature["geometry"]["type"], "Polygon");
        for (at, ring) in feature["geometry"]["coordinates"].as_array().unwrap().iter().enumerate() {
            let ring: Vec<(f64, f64)> =
                ring.as_array().unwrap().iter().map(|c| (c[0].as_f64().unwrap(), c[1].as_f64().unwrap())).collect();
            assert_eq!(ring.first(), ring.last());
            let area: f64 = ring.windows(2).map(|w| w[0].0 * w[1].1 - w[1].0 * w[0].1).sum();
            assert_eq!(area > 0.0, at == 0, "outer rings run counter-clockwise");
        }
    }
    let coordinates = text.split("\"coordinates\":[[[").skip(1).flat_map(|rest| rest.split("]]]").next());
    let numbers = coordinates.flat_map(|numbers| numbers.split([',', '[', ']'])).filter(|number| !number.is_empty());
    for number in numbers {
        let decimals = number.split_once('.').map_or("", |(_, decimals)| decimals);
        assert!(decimals.len() <= 9 && !number.contains('e'), "{number}");
    }
}

#[test]
fn a_patch_tells_its_class_and_where_it_comes_from() {
    let folder = folder();
    let path = folder.path().join("a.geojson");
    let run = small_county(red_line_wins());
    written(&run, &path);
    let all = json(&path);
    let features: Vec<&Json> =
        all["features"].as_array().unwrap().iter().map(|feature| &feature["properties"]).collect();
    let names: Vec<&str> = features[0].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "class",
        "layer",
        "source",
        "designations",
        "decided_by",
        "conflict",
        "open",
        "area_m2",
        "ellipsoid_area_m2",
        "attributes",
    ];
    assert_eq!(names, expected);
    let free = features.iter().find(|patch| patch["source"] == serde_json::json!(["farmland:0"])).unwrap();
    assert_eq!(
        (&free["class"], &free["layer"], &free["open"]),
        (&"farmland".into(), &"farmland".into(), &false.into())
    );
    assert_eq!(free["attributes"], serde_json::json!({ "名称": "farmland“0”", "MJ": null }));
    assert_eq!((free["conflict"].is_null(), free["decided_by"].is_null()), (true, true));
    let by_rule = features.iter().find(|patch| patch["decided_by"] == "R3").unwrap();
    assert_eq!((&by_rule["class"], &by_rule["layer"]), (&"red-line".into(), &"red-line".into()));
    let open = features.iter().find(|patch| patch["open"] == true).unwrap();
    assert!(open["class"].is_null() && open["layer"].is_null() && open["conflict"].as_str().unwrap().starts_with('c'));
    assert_eq!(open["designations"].as_array().unwrap().len(), 2);
    assert_eq!(open["attributes"], serde_json::json!({}));
    let ellipsoid: f64 = features.iter().map(|patch| patch["ellipsoid_area_m2"].as_f64().unwrap()).sum();
    let planar: f64 = features.iter().map(|patch| patch["area_m2"].as_f64().unwrap()).sum();
    assert!((planar - 625_000.0).abs() < 1e-3, "{planar}");
    // At the central meridian the plane is true to scale.
    assert!((ellipsoid / planar - 1.0).abs() < 1e-6, "{ellipsoid} {planar}");
}

#[test]
fn conflicts_tell_parties_verdict_and_reason() {
    let folder = folder();
    let path = folder.path().join("conflicts.geojson");
    let mut run = small_county(red_line_wins());
    let chosen = run
        .conflicts
        .iter()
        .position(|conflict| conflict.parties.len() == 2 && run.partition.grid.area(conflict.area2) > 50_000.0)
        .unwrap();
    let operation = Operation {
        number: 1,
        who: "规划师".to_owned(),
        when: "2024-05-01T10:00:00+08:00".to_owned(),
        action: Action::Decide {
            conflicts: vec![run.conflicts[chosen].id],
            choice: Choice::GiveToClass(ClassId::new("farmland")),
        },
        reason: "现场核实".to_owned(),
        basis: String::new(),
    };
    run.log.append(operation).unwrap();
    run.decisions = decide(&run.partition, &run.conflicts, &run.rules, &run.log, &Unwatched).unwrap().value;
    run.blueprint = compose(&run.partition, &run.conflicts, &run.decisions, &run.rules, &Unwatched).unwrap();
    let written = write_conflicts(&path, &run.export(), &go_on).unwrap();
    assert!(written.proof.holds(), "{written:#?}");
    let all = json(&path);
    let features = all["features"].as_array().unwrap();
    assert_eq!(features.len(), run.conflicts.len());
    let expected = [
        "id",
        "kind",
        "sliver",
        "parties",
        "classes",
        "area_m2",
        "ellipsoid_area_m2",
        "mean_width_m",
        "verdict",
        "class",
        "decided_by",
        "because",
        "reason",
    ];
    assert_eq!(features[0]["properties"].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), expected);
    let by_hand = &features[chosen]["properties"];
    assert_eq!((&by_hand["decided_by"], &by_hand["reason"]), (&"operation 1".into(), &"现场核实".into()));
    assert_eq!((&by_hand["verdict"], &by_hand["class"]), (&"give-to".into(), &"farmland".into()));
    let by_rule =
        features.iter().map(|feature| &feature["properties"]).find(|conflict| conflict["decided_by"] == "R3").unwrap();
    assert_eq!(by_rule["because"], serde_json::json!({ "zh": "红线优先", "en": "The red line wins" }));
    assert_eq!(by_rule["classes"], serde_json::json!(["red-line", "urban"]));
    let path = folder.path().join("conflicts.gpkg");
    assert!(write_conflicts(&path, &run.export(), &go_on).unwrap().proof.holds());
}

#[test]
fn the_same_blueprint_gives_the_same_bytes() {
    let folder = folder();
    for ending in ["geojson", "gpkg"] {
        let bytes = ["a", "b"].map(|name| {
            let path = folder.path().join(format!("{name}.{ending}"));
            written(&small_county(red_line_wins()), &path);
            std::fs::read(path).unwrap()
        });
        assert!(bytes[0] == bytes[1], "{ending}");
    }
}

#[test]
fn neighbours_share_the_digits_of_their_border() {
    let folder = folder();
    let path = folder.path().join("a.geojson");
    // Long borders: many points are added where they bend.
    let layers = vec![
        layer(
            "farmland",
            &[&[&[
                (480_000.0, 2_200_000.0),
                (520_000.0, 2_205_000.0),
                (500_000.0, 2_240_000.0),
                (480_000.0, 2_200_000.0),
            ]]],
        ),
        layer(
            "forest",
            &[&[&[
                (480_000.0, 2_200_000.0),
                (500_000.0, 2_170_000.0),
                (520_000.0, 2_205_000.0),
                (480_000.0, 2_200_000.0),
            ]]],
        ),
    ];
    written(&Run::of(layers, zone(), RuleSet::default()), &path);
    let all = json(&path);
    let mut uses: HashMap<String, usize> = HashMap::new();
    for feature in all["features"].as_array().unwrap() {
        let ring = feature["geometry"]["coordinates"][0].as_array().unwrap();
        ring[1..].iter().for_each(|at| *uses.entry(at.to_string()).or_default() += 1);
    }
    let shared = uses.values().filter(|&&count| count == 2).count();
    assert!(shared > 10, "{shared} of {} points are shared", uses.len());
}

#[test]
fn a_point_that_bending_moves_across_a_border_makes_neither_overlap_nor_gap() {
    let folder = folder();
    let path = folder.path().join("a.geojson");
    // The border of 30 km leaves its chords by up to 2 cm to one side: points that close change
    // sides if they lie there.
    let (west, east) = ((450_000.0, 2_400_000.0), (480_000.0, 2_400_000.0));
    let mut contested = 0;
    for side in [1.0, -1.0] {
        let teeth: Vec<[(f64, f64); 4]> = (0..200)
            .map(|k| {
                let x = 450_100.0 + 149.0 * f64::from(k);
                let (tip, root) = (2_400_000.0 + side * 0.0003 * f64::from(k % 60 + 1), 2_400_000.0 + side * 30.0);
                [(x, tip), (x + 20.0, root), (x - 20.0, root), (x, tip)]
            })
            .collect();
        let teeth: Vec<[&[(f64, f64)]; 1]> = teeth.iter().map(|tooth| [tooth.as_slice()]).collect();
        let teeth: Vec<&[&[(f64, f64)]]> = teeth.iter().map(|tooth| tooth.as_slice()).collect();
        let field = [west, (465_000.0, 2_400_000.0 - side * 20_000.0), east, west];
        let layers = vec![layer("field", &[&[&field]]), layer("teeth", &teeth)];
        let written = written(&Run::of(layers, zone(), RuleSet::default()), &path);
        assert!(written.proof.contested_m2 < 1.0, "{written:#?}");
        assert!(verify(&path.display().to_string().parse().unwrap(), &[], &go_on).unwrap().holds);
        contested += written.proof.contested_faces;
    }
    assert!(contested > 10, "{contested}");
}

#[test]
fn a_planned_gap_stays_a_gap() {
    let folder = folder();
    let hole = corners(500_400.0, 2_200_400.0, 200.0);
    let layers = vec![layer("forest", &[&[&corners(500_000.0, 2_200_000.0, 1_000.0), &hole]])];
    let run = Run::of(layers, zone(), RuleSet::default());
    for name in ["a.geojson", "a.gpkg"] {
        let path = folder.path().join(name);
        written(&run, &path);
        let source = format!("{}{}", path.display(), if name == "a.gpkg" { "|layername=blueprint" } else { "" });
        let verification = verify(&source.parse().unwrap(), &[], &go_on).unwrap();
        assert_eq!(verification.gaps, 1, "{verification:#?}");
        assert!((verification.enclosed_gap_m2 / 40_000.0 - 1.0).abs() < 0.02);
    }
}

#[test]
fn crowded_layers_are_written_as_partitions() {
    let folder = folder();
    let mut seed = 20_240_501u64;
    let mut random = |range: f64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1u64 << 53) as f64 * range
    };
    for round in 0..12 {
        let size = [3.0, 300.0, 30_000.0][round % 3];
        let mut layers = Vec::new();
        for name in ["a", "b", "c"] {
            let triangles: Vec<Vec<(f64, f64)>> = (0..40)
                .map(|_| {
                    let (x, y) = (random(size), random(size));
                    let mut ring: Vec<(f64, f64)> = (0..3)
                        .map(|_| (470_000.0 + x + random(size / 3.0), 2_200_000.0 + y + random(size / 3.0)))
                        .collect();
                    ring.push(ring[0]);
                    ring
                })
                .collect();
            let triangles: Vec<[&[(f64, f64)]; 1]> = triangles.iter().map(|ring| [ring.as_slice()]).collect();
            let triangles: Vec<&[&[(f64, f64)]]> = triangles.iter().map(|ring| ring.as_slice()).collect();
            layers.push(layer(name, &triangles));
        }
        let run = Run::of(layers, zone(), RuleSet::default());
        for name in ["a.geojson", "a.gpkg"] {
            let path = folder.path().join(name);
            written(&run, &path);
            let conflicts = write_conflicts(&path, &run.export(), &go_on).unwrap();
            assert!(conflicts.proof.holds(), "{round} {name}: {conflicts:#?}");
        }
    }
}

#[test]
fn ellipsoidal_areas_of_the_parts_add_up_to_the_whole() {
    let run = small_county(RuleSet::default());
    let part = |(at, patch): (u32, &lantu_engine::Patch)| {
        run.arcs.area(&run.partition, &patch.faces, |face| run.blueprint.patch_of[face as usize] == at)
    };
    let parts: f64 = (0..).zip(&run.blueprint.patches).map(part).sum();
    let all: Vec<_> = run.partition.bounded_faces().collect();
    let whole = run.arcs.area(&run.partition, &all, |face| face != lantu_engine::OUTSIDE);
    assert!((parts - whole).abs() < 1e-4, "{parts} {whole}");
}

#[test]
fn cgcs2000_and_wgs_84_coincide() {
    let mut points = [geo::Coord { x: 480_123.25, y: 2_201_234.75 }];
    zone().to_lonlat(&mut points).unwrap();
    let mut again = points;
    Crs::epsg(4490).unwrap().from_lonlat(&mut again).unwrap();
    assert_eq!(points, again);
}

#[test]
fn a_failed_export_leaves_the_old_file_untouched() {
    let folder = folder();
    let run = small_county(RuleSet::default());
    for name in ["a.geojson", "a.gpkg"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "old").unwrap();
        for stop_at in [0.0, 0.3, 0.5, 0.7, 0.9] {
            let error = write_blueprint(&path, &run.export(), &|fraction| fraction < stop_at).unwrap_err();
            assert!(matches!(&error, FileError::Cancelled { path: about } if *about == path), "{error:?}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no trace is left");
}

#[test]
fn a_target_that_cannot_be_written_is_refused() {
    let folder = folder();
    let run = small_county(RuleSet::default());
    let refusal = |path: &Path| write_blueprint(path, &run.export(), &go_on).unwrap_err();
    for name in ["no/such/folder/a.geojson", "no/such/folder/a.gpkg"] {
        let path = folder.path().join(name);
        let error = refusal(&path);
        assert!(matches!(&error, FileError::NotWritable { path: about, .. } if *about == path), "{error:?}");
        assert!(error.sentence()[0].contains("无法写入") && error.sentence()[1].contains("cannot be written"));
    }
    let taken = folder.path().join("taken.gpkg");
    std::fs::create_dir(&taken).unwrap();
    assert!(matches!(refusal(&taken), FileError::NotWritable { .. }));
    assert!(matches!(refusal(&folder.path().join("a.xyz")), FileError::UnknownFormat { .. }));
}

#[test]
fn a_run_without_conflicts_writes_an_empty_collection() {
    let folder = folder();
    let run = Run::of(vec![layer("forest", &[&[&corners(500_000.0, 2_200_000.0, 100.0)]])], zone(), RuleSet::default());
    let path = folder.path().join("conflicts.geojson");
    let written = write_conflicts(&path, &run.export(), &go_on).unwrap();
    assert_eq!((written.features, written.proof.holds()), (0, true));
    assert_eq!(json(&path)["features"], serde_json::json!([]));
    let path = folder.path().join("conflicts.gpkg");
    assert_eq!(write_conflicts(&path, &run.export(), &go_on).unwrap().features, 0);
}
