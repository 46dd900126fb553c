//! The text of attribute tables is read by the encoding that its bytes bear out.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{folder, go_on, request, shapefile, zone};
use lantu_engine::FindingCode;
use lantu_files::{EncodingBasis, LayerRequest, read_layer, summary};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A Shapefile in one encoding that declares another by its .cpg; without one and without a
/// language byte for `None`.
fn declared(folder: &TempDir, encoding: &str, declared: Option<&str>) -> PathBuf {
    let path = shapefile(folder, "a.shp", encoding);
    let table = path.with_extension("dbf");
    let mut bytes = std::fs::read(&table).unwrap();
    bytes[29] = 0;
    std::fs::write(&table, bytes).unwrap();
    match declared {
        Some(page) => std::fs::write(path.with_extension("cpg"), page).unwrap(),
        None => std::fs::remove_file(path.with_extension("cpg")).unwrap(),
    }
    path
}

fn read(path: &Path, encoding: Option<&str>) -> (Option<String>, String, EncodingBasis, Vec<FindingCode>) {
    let asked = LayerRequest { encoding: encoding.map(str::to_owned), ..request(path.to_str().unwrap()) };
    let read = read_layer(&asked, &zone(), &go_on).unwrap();
    let value = read.value.layer.features[1].attributes.get("名称").map(|value| value.to_text());
    let codes = read.findings.iter().map(|finding| finding.code).collect();
    (value, read.value.encoding.name, read.value.encoding.basis, codes)
}

#[test]
fn a_wrong_code_page_makes_no_mojibake_in_names_or_values() {
    use EncodingBasis::{Declared, Detected};
    let meant = Some("基本农田保护区".to_owned());
    for (encoding, page, name, basis) in [
        ("CP936", None, "GBK", Detected),
        ("CP936", Some("UTF-8"), "GBK", Detected),
        ("CP936", Some("ISO-8859-1"), "GBK", Detected),
        ("CP936", Some("88591\r\n"), "GBK", Detected),
        ("CP936", Some("no such page"), "GBK", Detected),
        ("CP936", Some("GB2312"), "GBK", Declared),
        ("CP936", Some("936"), "GBK", Declared),
        ("UTF-8", None, "UTF-8", Detected),
        ("UTF-8", Some("GBK"), "UTF-8", Detected),
        ("UTF-8", Some("65001"), "UTF-8", Declared),
    ] {
        let folder = folder();
        let path = declared(&folder, encoding, page);
        assert_eq!(read(&path, None), (meant.clone(), name.to_owned(), basis, vec![]), "{encoding} {page:?}");
        assert_eq!(summary(&path).unwrap()[0].fields, ["名称", "number"], "{encoding} {page:?}");
    }
}

#[test]
fn the_planner_can_say_otherwise() {
    let folder = folder();
    let path = declared(&folder, "CP936", Some("UTF-8"));
    let (value, name, basis, codes) = read(&path, Some("cp936"));
    assert_eq!(value, Some("基本农田保护区".to_owned()));
    assert_eq!((name.as_str(), basis, codes), ("GBK", EncodingBasis::Given, vec![]));
    let asked = LayerRequest { encoding: Some("UTF-8".to_owned()), ..request(path.to_str().unwrap()) };
    let read = read_layer(&asked, &zone(), &go_on).unwrap();
    assert!(read.findings.iter().any(|finding| finding.code == FindingCode::UncertainText), "never silent");
}
