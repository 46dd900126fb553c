//! Every export opens in other programs without a word of complaint: GDAL's own tools, its check of
//! GeoPackages, QGIS's libraries, LibreOffice, and a JSON schema of RFC 7946.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{demo, folder, lantu, read_by_libreoffice};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Runs another program; it must succeed and say nothing on its second output.
fn silently(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|cause| panic!("{program}: {cause}"));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success() && err.trim().is_empty(), "{program} {arguments:?}: {out} {err}");
    out
}

/// The number behind `Feature Count:`.
fn count(summary: &str) -> u64 {
    let line = summary.lines().find_map(|line| line.strip_prefix("Feature Count: "));
    line.unwrap_or_else(|| panic!("{summary}")).parse().unwrap()
}

/// Opens sources by QGIS's libraries, which must say nothing; returns for each how many features it
/// has and how it is drawn.
fn by_qgis(sources: &[String]) -> Vec<(u64, String)> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/qgis_opens.py");
    // Qt asks for a folder that is the user's alone, and complains if it has none.
    let folder = folder();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut python = Command::new("/usr/bin/python3");
    python.arg(script).args(sources).env("QT_QPA_PLATFORM", "offscreen");
    let output = python.env("XDG_RUNTIME_DIR", folder.path()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && err.trim().is_empty(), "{out} {err}");
    let line = |line: &str| {
        let [read, invalid, crs, drawn] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(invalid == "0" && ["EPSG:4326", "EPSG:32632", "-"].contains(&crs), "{line}");
        (read.parse().unwrap(), drawn.to_owned())
    };
    out.lines().map(line).collect()
}

fn merge(project: &Path, blueprint: &Path, conflicts: &Path) {
    let [project, blueprint, conflicts] = [project, blueprint, conflicts].map(|path| path.to_str().unwrap());
    let ran = lantu(&["merge", project, "--out", blueprint, "--conflicts", conflicts]);
    assert_eq!(ran.code, Some(0), "{blueprint}: {}", ran.err);
}

#[test]
fn gdals_tools_and_qgis_open_every_export_without_a_warning() {
    let ((_desk, project), target) = (demo(None), folder());
    let drivers = silently("ogrinfo", &["--formats"]);
    let (mut counts, mut sources) = (Vec::new(), Vec::new());
    for ending in ["gpkg", "geojson", "shp", "fgb", "gdb", "parquet", "dxf"] {
        let [blueprint, conflicts] = ["b", "c"].map(|name| target.path().join(format!("{name}.{ending}")));
        merge(&project, &blueprint, &conflicts);
        // A system's GDAL may have been built without it; docs/formats.md says what reads it then.
        if ending == "parquet" && !drivers.contains("Parquet") {
            continue;
        }
        for (file, layer) in [(&blueprint, "blueprint"), (&conflicts, "conflicts")] {
            let file = file.to_str().unwrap();
            let layers = if ["gpkg", "gdb"].contains(&ending) { vec![layer] } else { vec![] };
            let summary = silently("ogrinfo", &[&["-ro", "-so", "-al", file], &layers[..]].concat());
            if ending != "dxf" {
                counts.push((layer, count(&summary)));
            }
            sources.push(match layers.first() {
                Some(layer) => format!("{file}|layername={layer}"),
                None => file.to_owned(),
            });
            // Every row is read, too.
            let copy = target.path().join(format!("{ending}-{layer}-copy.geojson"));
            let copying = ["-f", "GeoJSON", copy.to_str().unwrap(), file];
            silently("ogr2ogr", &[&copying[..], &layers[..]].concat());
        }
    }
    let opened = by_qgis(&sources);
    assert_eq!(opened.len(), sources.len());
    for ((read, drawn), source) in opened.iter().zip(&sources) {
        assert!(source.ends_with(".dxf") || counts.iter().any(|(_, count)| count == read), "{source}: {read}");
        // Only a GeoPackage carries its colours.
        let coloured = drawn == "QgsCategorizedSymbolRenderer";
        assert_eq!(coloured, source.contains(".gpkg|"), "{source}: {drawn}");
    }
    counts.sort_unstable();
    counts.dedup();
    assert!(counts.len() == 2 && counts[0].1 > 1_000, "every format holds as many features: {counts:?}");
}

fn is_valid_geopackage(file: &Path) {
    let check = ["-W", "ignore::DeprecationWarning", "-m", "osgeo_utils.samples.validate_gpkg"];
    let strictly = ["-k", "--extra", "--warning-as-error", file.to_str().unwrap()];
    // The system's own Python is the one that GDAL's package is installed for.
    let said = silently("/usr/bin/python3", &[check, strictly].concat());
    assert!(said.trim().is_empty(), "{said}");
}

#[test]
fn geopackages_and_records_pass_gdals_check() {
    let ((_desk, project), target) = (demo(None), folder());
    let at = |name: &str| target.path().join(name);
    let [blueprint, conflicts, record, copy] = ["b.gpkg", "c.gpkg", "p.lantu", "p.gpkg"].map(at);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let ran = lantu(&[
        "merge".to_owned(),
        text(&project),
        format!("--out={}", text(&blueprint)),
        format!("--conflicts={}", text(&conflicts)),
        format!("--record={}", text(&record)),
        "--layers-in-record".to_owned(),
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    is_valid_geopackage(&blueprint);
    is_valid_geopackage(&conflicts);
    // Its ending is the one thing in which a record is no GeoPackage.
    std::fs::copy(record, &copy).unwrap();
    is_valid_geopackage(&copy);
}

#[test]
fn geojson_follows_the_schema_of_rfc_7946() {
    let ((_desk, project), target) = (demo(None), folder());
    let schema: serde_json::Value = serde_json::from_str(include_str!("fixtures/rfc-7946.schema.json")).unwrap();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("rfc-7946.json", schema).unwrap();
    let schema = compiler.compile("rfc-7946.json", &mut schemas).unwrap();
    let [blueprint, conflicts] = ["b.geojson", "c.geojson"].map(|name| target.path().join(name));
    merge(&project, &blueprint, &conflicts);
    for file in [blueprint, conflicts] {
        let mut written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        schemas.validate(&written, schema).unwrap_or_else(|cause| panic!("{}: {cause:#}", file.display()));
        // The schema can fail: an open ring of two points, and a CRS of the file's own.
        written["features"][0]["geometry"]["coordinates"] = serde_json::json!([[[1, 2], [3, 4]]]);
        assert!(schemas.validate(&written, schema).is_err());
    }
}

#[test]
fn libreoffice_reads_every_cell_of_the_spreadsheet() {
    let ((_desk, project), target) = (demo(None), folder());
    let book = target.path().join("r.xlsx");
    let ran = lantu(&["report", project.to_str().unwrap(), "--out", book.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let numbers = read_by_libreoffice(&book);
    assert!(numbers > 500, "{numbers}");
}
