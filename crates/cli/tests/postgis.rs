//! A PostGIS database as a source, against a real server that the test starts and ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod common;
#[path = "../../files/tests/common/server.rs"]
mod server;

use common::{collection, folder, geojson, lantu, layer, square, write};
use server::Server;
use std::fs;
use std::path::Path;
use std::process::Command;

fn ogr2ogr(arguments: &[&str]) {
    let ran = Command::new("ogr2ogr").args(arguments).output().unwrap();
    assert!(ran.status.success() && ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn a_postgis_table_gives_what_the_same_file_gives_and_is_replayed_by_its_rows() {
    let mut server = Server::start();
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let fields = geojson(&folder, "fields.geojson", &[square(111.0, 20.0, 0.01), square(111.02, 20.0, 0.01)]);
    let woods = collection("", &[square(111.005, 20.0, 0.01), square(111.1, 20.0, 0.01)]);
    let woods = woods.replacen("{}", r#"{"名称":"甲"}"#, 1).replacen("{}", r#"{"名称":"乙"}"#, 1);
    let woods = write(&folder, "woods.geojson", woods);
    ogr2ogr(&["-f", "GPKG", &at("fields.gpkg"), fields.to_str().unwrap()]);
    server.sql(
        "county",
        "CREATE TABLE woods (fid int PRIMARY KEY, 名称 text, geom geometry(Polygon, 4326));
         INSERT INTO woods VALUES (1, '乙', ST_ForcePolygonCCW(ST_MakeEnvelope(111.1, 20, 111.11, 20.01, 4326))),
                                  (0, '甲', ST_ForcePolygonCCW(ST_MakeEnvelope(111.005, 20, 111.015, 20.01, 4326)));
         CREATE TABLE roads (fid int PRIMARY KEY, geom geometry(LineString, 4490))",
    );
    let fields = layer("farmland", Path::new(&at("fields.gpkg")));
    let table = format!("--layer=forest={} tables=woods", server.source());
    let by_name = format!("--layer=forest={}|layername=woods", server.source());
    let merge = |forest: &str, out: &str| {
        let (out, record) = (at(out), at("p.lantu"));
        let ran = lantu(&["merge", &fields, forest, "--json", "--out", &out, "--record", &record]);
        assert_eq!(ran.code, Some(0), "{forest}: {}", ran.err);
        let mut report = ran.json();
        assert_eq!(report["proof"]["holds"], true);
        for part in ["timings_s", "peak_rss_bytes", "layers"] {
            report.as_object_mut().unwrap().remove(part);
        }
        (fs::read_to_string(out).unwrap(), report)
    };
    let of_file = merge(&layer("forest", &woods), "file.geojson");
    for (source, out) in [(&table, "table.geojson"), (&by_name, "named.geojson")] {
        assert_eq!(merge(source, out), of_file);
    }

    // As other sources with several layers.
    let ran = lantu(&["check", &format!("--layer=forest={}", server.source())]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("roads") && ran.err.contains("woods") && ran.err.contains("layername"), "{}", ran.err);
    let ran = lantu(&["info", &server.source(), "--json"]);
    assert!(ran.out.contains("名称") && ran.out.contains("|layername=woods"), "{} {}", ran.out, ran.err);

    // A plan may name it, and a condition cannot write.
    let plan = |subset: &str| {
        let text = format!(
            "[[layer]]\nname = 'forest'\npath = \"{}\"\nlayername = 'woods'\nsubset = \"{subset}\"\n",
            server.source()
        );
        let project = write(&folder, "p.toml", text);
        lantu(&["check", project.to_str().unwrap(), "--json"])
    };
    let ran = plan("名称 = '甲'");
    assert_eq!((ran.code, &ran.json()["layers"][0]["features"]), (Some(0), &1.into()), "{}", ran.err);
    assert_eq!(plan("true); DELETE FROM woods; SELECT (true").code, Some(2));
    assert_eq!(server.sql("county", "SELECT count(*) FROM woods"), "2");

    // The rows are the input: their hash is in the record, and what was changed is named.
    let replay = || lantu(&["replay", &at("p.lantu")]);
    let ran = replay();
    assert_eq!(ran.code, Some(0), "{} {}", ran.out, ran.err);
    server.sql("county", "UPDATE woods SET 名称 = '丙' WHERE fid = 1");
    let ran = replay();
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("dbname=county") && ran.out.contains("has changed"), "{}", ran.out);

    server.stop();
    let ran = lantu(&["check", &table]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("cannot be reached") && ran.err.contains("dbname=county"), "{}", ran.err);
}

#[test]
fn a_password_in_a_source_reaches_no_file_and_no_message() {
    let folder = folder();
    let record = folder.path().join("p.lantu");
    let source = "PG:host=/nowhere dbname=county user=lantu password=hush";
    let project = write(&folder, "p.toml", format!("[[layer]]\nname = 'a'\npath = '{source}'\n"));
    let (layer, bare) = (format!("--layer=a={source}"), format!("--layer={source}"));
    for arguments in
        [vec!["check", &layer], vec!["check", &bare], vec!["check", project.to_str().unwrap()], vec!["info", source]]
    {
        let ran = lantu(&arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}");
        assert!(!ran.err.contains("hush") && !ran.out.contains("hush"), "{}", ran.err);
    }
    assert!(!record.exists());
}
