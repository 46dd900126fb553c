//! The land bureau's boundary files are read however they were written.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{folder, go_on, request};
use encoding_rs::GBK;
use lantu_engine::{Finding, FindingCode, Value};
use lantu_files::{Crs, EncodingBasis, FileError, LayerRequest, ReadLayer, choose_crs, read_layer, summary};
use std::path::PathBuf;
use tempfile::TempDir;

const HEAD: &str = "[属性描述]\n格式版本号=1.00\n数据产生单位=某局\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=37\n精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n";

/// A parcel of one hectare at a place in zone 37, north before east, without a closing point.
fn hectare(head: &str, north: f64, east: f64) -> String {
    let corners = [(north, east), (north, east + 100.0), (north + 100.0, east + 100.0), (north + 100.0, east)];
    let lines = corners.iter().enumerate().map(|(at, (north, east))| format!("J{},1,{north:.3},{east:.3}\n", at + 1));
    format!("{head}\n{}", lines.collect::<String>())
}

fn txt(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn asked(path: &std::path::Path) -> LayerRequest {
    request(path.to_str().unwrap())
}

/// Reads in zone 37 with plain eastings.
fn read(request: &LayerRequest) -> (ReadLayer, Vec<Finding>) {
    let read = read_layer(request, &Crs::epsg(4546).unwrap(), &go_on).unwrap();
    (read.value, read.findings)
}

fn codes(findings: &[Finding]) -> Vec<(&'static str, Option<i64>)> {
    findings.iter().map(|finding| (finding.code.as_str(), finding.about.fid)).collect()
}

fn refusal(path: &std::path::Path) -> FileError {
    read_layer(&asked(path), &Crs::epsg(4546).unwrap(), &go_on).map(|_| ()).unwrap_err()
}

#[test]
fn a_boundary_file_in_gbk_is_read_with_its_place_and_its_attributes() {
    let folder = folder();
    let text = format!("{HEAD}{}", hectare("4,1.0000,地块001,某村,面,F49,住宅用地,0701,@", 2_201_000.0, 37_456_000.0));
    let path = txt(&folder, "a.txt", GBK.encode(&text.replace('\n', "\r\n")).0);
    let (layer, findings) = read(&asked(&path));
    assert_eq!(codes(&findings), []);
    assert_eq!((layer.file_crs.as_str(), layer.encoding.name.as_str()), ("EPSG:4525", "GBK"));
    assert_eq!(layer.encoding.basis, EncodingBasis::Detected);
    let feature = &layer.layer.features[0];
    let corner = feature.polygons[0][0].0[0];
    assert!((corner.x - 456_000.0).abs() < 1e-6 && (corner.y - 2_201_000.0).abs() < 1e-6, "{corner:?}");
    assert_eq!(feature.polygons[0][0].0.len(), 5, "closed");
    for (field, value) in [
        ("界址点数", Value::Int(4)),
        ("地块面积", Value::Real(1.0)),
        ("地块编号", Value::Text("地块001")),
        ("地块名称", Value::Text("某村")),
        ("地块用途", Value::Text("住宅用地")),
        ("地类编码", Value::Text("0701")),
    ] {
        assert_eq!(feature.attributes.get(field), Some(value), "{field}");
    }
    assert_eq!(choose_crs(&[asked(&path)]).unwrap().name(), "EPSG:4546");
    let class = LayerRequest { class_field: Some("地类编码".to_owned()), ..asked(&path) };
    assert_eq!(read(&class).0.layer.features[0].class.as_ref().unwrap().as_str(), "0701");
}

#[test]
fn a_summary_and_a_subset_work_as_with_every_file() {
    let folder = folder();
    let (one, two) = (
        hectare("4,1,A,甲,面,,住宅,0701,@", 2_201_000.0, 37_456_000.0),
        hectare("4,1,B,乙,面,,工业,1001,@", 2_202_000.0, 37_456_000.0),
    );
    let path = txt(&folder, "地块.txt", format!("\u{feff}{HEAD}{one}{two}"));
    let layers = summary(&path).unwrap();
    assert_eq!((layers.len(), layers[0].name.as_str(), layers[0].features), (1, "地块", 2));
    assert_eq!(layers[0].crs.as_deref(), Some("EPSG:4525"));
    assert_eq!((layers[0].encoding.name.as_str(), layers[0].encoding.basis), ("UTF-8", EncodingBasis::Declared));
    let (layer, _) = read(&request(&format!("{}|subset=\"地类编码\" LIKE '10%'", path.display())));
    assert_eq!(layer.layer.features.iter().map(|feature| feature.fid).collect::<Vec<_>>(), [1]);
}

#[test]
fn wrong_counts_areas_and_lines_are_findings_and_no_failure() {
    let folder = folder();
    let good = hectare("4,0.9999,A,,面,,,,@", 2_201_000.0, 37_456_000.0);
    let closed =
        format!("{}J1,1,2201000.000,37457000.000\n", hectare("5,1.0000公顷,B,,面,,,,@", 2_201_000.0, 37_457_000.0));
    let wrong_count = hectare("17,1,C,,面,,,,@", 2_201_000.0, 37_458_000.0);
    let wrong_area = hectare("4,1.5,D,,面,,,,@", 2_201_000.0, 37_459_000.0);
    let no_area = hectare("4,一公顷,E,,面,,,,@", 2_201_000.0, 37_460_000.0);
    let bad_line = format!("{}J5,1,22x1000,37461000\n", hectare(",15亩,F,,面,,,,@", 2_201_000.0, 37_461_000.0));
    let square_metres = hectare("4,10000平方米,G,,面,,,,@", 2_201_000.0, 37_462_000.0);
    let all = [good, closed, wrong_count, wrong_area, no_area, bad_line, square_metres].concat();
    let (layer, mut findings) = read(&asked(&txt(&folder, "a.txt", format!("{HEAD}{all}"))));
    assert_eq!(layer.layer.features.len(), 7);
    findings.sort_by_key(|finding| finding.about.fid);
    let stated = FindingCode::StatedOtherwise.as_str();
    assert_eq!(
        codes(&findings),
        [(stated, Some(2)), (stated, Some(3)), (stated, Some(4)), ("unreadable-line", Some(5))]
    );
}

#[test]
fn exchanged_axes_are_recognised_by_their_digits() {
    let folder = folder();
    let swapped = HEAD.to_owned()
        + "4,1,A,,面,,,,@\nJ1,1,37456000,2201000\nJ2,1,37456100,2201000\nJ3,1,37456100,2201100\nJ4,1,37456000,2201100\n";
    let (layer, findings) = read(&asked(&txt(&folder, "a.txt", swapped)));
    assert_eq!(codes(&findings), [("swapped-axes", Some(0))]);
    let corner = layer.layer.features[0].polygons[0][0].0[0];
    assert!((corner.x - 456_000.0).abs() < 1e-6 && (corner.y - 2_201_000.0).abs() < 1e-6, "{corner:?}");
}

#[test]
fn the_zone_comes_from_the_eastings_or_from_the_head_or_is_asked_for() {
    let folder = folder();
    let parcel = |east: f64| hectare("4,1,A,,面,,,,@", 2_201_000.0, east);
    let crs = |head: &str, east: f64| {
        let path = txt(&folder, "zone.txt", format!("{head}[地块坐标]\n{}", parcel(east)));
        summary(&path).unwrap()[0].crs.clone().unwrap()
    };
    let of = |datum: &str, rest: &str| format!("[属性描述]\n坐标系={datum}\n{rest}\n");
    assert_eq!(crs(&of("2000国家大地坐标系", ""), 36_456_000.0), "EPSG:4524");
    assert_eq!(crs(&of("2000国家大地坐标系", "带号=36"), 456_000.0), "EPSG:4545");
    assert_eq!(crs(&of("2000国家大地坐标系", "几度分带=6\n带号=19"), 456_000.0), "EPSG:4508");
    assert_eq!(crs(&of("2000国家大地坐标系", "几度分带=6"), 19_456_000.0), "EPSG:4497");
    assert_eq!(crs(&of("2000国家大地坐标系", "中央子午线=108.0"), 456_000.0), "EPSG:4545");
    assert_eq!(crs(&of("1980西安坐标系", "带号=37"), 37_456_000.0), "EPSG:2361");
    assert_eq!(crs(&of("1954北京坐标系", "带号=37"), 456_000.0), "EPSG:2434");
    let path = txt(&folder, "ask.txt", format!("{}[地块坐标]\n{}", of("2000国家大地坐标系", ""), parcel(456_000.0)));
    let error = refusal(&path);
    assert!(matches!(error, FileError::NoZone { .. }), "{error:?}");
    assert!(error.hint()[0].contains("crs") && error.hint()[1].contains("EPSG:4546"), "{:?}", error.hint());
    let given = LayerRequest { crs: Some(Crs::epsg(4545).unwrap()), ..asked(&path) };
    assert_eq!(read(&given).0.file_crs, "EPSG:4545");
}

#[test]
fn a_zone_that_the_numbers_contradict_and_a_missing_datum_are_findings() {
    let folder = folder();
    let text = format!("带号=36\n{}", hectare("4,1,A,,面,,,,@", 2_201_000.0, 37_456_000.0));
    let (layer, findings) = read(&asked(&txt(&folder, "a.txt", text)));
    assert_eq!(layer.file_crs, "EPSG:4525");
    assert_eq!(codes(&findings), [("assumed-crs", None), ("stated-otherwise", None)]);
}

#[test]
fn degrees_are_degrees() {
    let folder = folder();
    let text = "[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n4,115.5,A,,面,,,,@\n1,1,19.90,110.98\n2,1,19.90,110.99\n3,1,19.91,110.99\n4,1,19.91,110.98\n";
    let (layer, findings) = read(&asked(&txt(&folder, "a.txt", text)));
    assert_eq!((layer.file_crs.as_str(), codes(&findings)), ("EPSG:4490", vec![]));
}

#[test]
fn parcels_in_two_zones_come_to_one_place_each() {
    let folder = folder();
    let text = format!(
        "{HEAD}{}{}",
        hectare("4,1,A,,面,,,,@", 2_201_000.0, 37_456_000.0),
        hectare("4,1,B,,面,,,,@", 2_201_000.0, 36_656_000.0)
    );
    let (layer, _) = read(&asked(&txt(&folder, "a.txt", text)));
    let mut corner = [layer.layer.features[1].polygons[0][0].0[0]];
    Crs::epsg(4546).unwrap().to_lonlat(&mut corner).unwrap();
    let mut wanted = [geo::Coord { x: 656_000.0, y: 2_201_000.0 }];
    Crs::epsg(4545).unwrap().to_lonlat(&mut wanted).unwrap();
    assert!(
        (corner[0].x - wanted[0].x).abs() < 1e-9 && (corner[0].y - wanted[0].y).abs() < 1e-9,
        "{corner:?} {wanted:?}"
    );
}

#[test]
fn holes_and_further_parts_are_told_by_where_they_lie() {
    let folder = folder();
    let ring = |number: u32, north: f64, side: f64| {
        [(0.0, 0.0), (0.0, side), (side, side), (side, 0.0)]
            .map(|(n, e)| format!("J1,{number},{},{}\n", north + n, 37_456_000.0 + north - 2_201_000.0 + e))
            .concat()
    };
    let text = format!(
        "{HEAD}12,0.85,A,,面,,,,@\n{}{}{}",
        ring(1, 2_201_000.0, 100.0),
        ring(2, 2_201_010.0, 50.0),
        ring(3, 2_201_500.0, 31.623)
    );
    let (layer, findings) = read(&asked(&txt(&folder, "a.txt", text)));
    assert_eq!(codes(&findings), []);
    assert_eq!(layer.layer.features[0].polygons.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn lines_and_points_among_the_parcels_are_passed_over_with_a_finding() {
    let folder = folder();
    let text = format!(
        "{HEAD}{}{}",
        hectare("4,1,A,,线,,,,@", 2_201_000.0, 37_456_000.0),
        hectare("4,1,B,,面,,,,@", 2_201_000.0, 37_457_000.0)
    );
    let (layer, findings) = read(&asked(&txt(&folder, "a.txt", text)));
    assert_eq!((layer.layer.features.len(), codes(&findings)), (1, vec![("not-a-polygon", Some(0))]));
}

#[test]
fn a_text_that_is_no_boundary_file_is_refused() {
    let folder = folder();
    for text in ["", "nothing to see here", "a=b\n1,2,3\n", "\0\0\0\u{1}"] {
        let error = refusal(&txt(&folder, "a.txt", text));
        assert!(matches!(error, FileError::NotGis { .. }), "{text:?}: {error:?}");
    }
    let error = refusal(&txt(&folder, "empty.txt", HEAD));
    assert!(matches!(error, FileError::Empty { .. }), "{error:?}");
}

#[test]
fn the_planners_encoding_outranks_the_detected_one() {
    let folder = folder();
    let text = format!("{HEAD}{}", hectare("4,1,A,某村,面,,,,@", 2_201_000.0, 37_456_000.0));
    let path = txt(&folder, "a.txt", &text);
    let wrong = LayerRequest { encoding: Some("Big5".to_owned()), ..asked(&path) };
    let read =
        read_layer(&LayerRequest { crs: Some(Crs::epsg(4525).unwrap()), ..wrong }, &Crs::epsg(4546).unwrap(), &go_on)
            .unwrap();
    assert_eq!((read.value.encoding.name.as_str(), read.value.encoding.basis), ("Big5", EncodingBasis::Given));
    assert!(read.findings.iter().any(|finding| finding.code == FindingCode::UncertainText));
    let unknown = LayerRequest { encoding: Some("Klingon".to_owned()), ..asked(&path) };
    let error = read_layer(&unknown, &Crs::epsg(4546).unwrap(), &go_on).unwrap_err();
    assert!(matches!(error, FileError::UnknownEncoding { .. }), "{error:?}");
}
