//! Files of every supported format become layers; what cannot be read says why.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{Made, dataset, folder, geojson, go_on, request, shapefile, square, write, zone};
use gdal::vector::OGRwkbGeometryType;
use lantu_engine::{ClassId, FindingCode, Value};
use lantu_files::{EncodingBasis, FileError, LayerRequest, ReadLayer, choose_crs, read_layer, summary};

fn read(request: &LayerRequest) -> ReadLayer {
    read_layer(request, &zone(), &go_on).unwrap().value
}

fn refusal(source: &str) -> FileError {
    let error = read_layer(&request(source), &zone(), &go_on).map(|_| ()).unwrap_err();
    let ([zh, en], [zh_hint, en_hint]) = (error.sentence(), error.hint());
    assert!(zh.ends_with('。') && zh_hint.ends_with('。'), "{zh} {zh_hint}");
    assert!(en.ends_with('.') && en_hint.ends_with('.'), "{en} {en_hint}");
    error
}

#[test]
fn geojson_is_brought_into_the_projects_plane() {
    let folder = folder();
    let path =
        geojson(&folder, "a.geojson", &[(r#"{"name":"水田","n":3,"x":1.5,"none":null}"#, &square(111.0, 20.0, 0.01))]);
    let read = read(&request(path.to_str().unwrap()));
    let feature = &read.layer.features[0];
    assert_eq!(feature.polygons[0][0].0.len(), 5);
    let corner = feature.polygons[0][0].0[0];
    assert!((corner.x - 500_000.0).abs() < 1e-3 && (2_212_000.0..2_213_000.0).contains(&corner.y), "{corner:?}");
    assert_eq!(feature.attributes.get("name"), Some(Value::Text("水田")));
    assert_eq!(feature.attributes.get("n"), Some(Value::Int(3)));
    assert_eq!(feature.attributes.get("x"), Some(Value::Real(1.5)));
    assert_eq!(feature.attributes.get("none"), Some(Value::Null));
    assert_eq!(read.file_crs, "EPSG:4326");
    assert!(read.extent.width() > 1_000.0 && read.extent.height() > 1_000.0);
}

#[test]
fn a_field_that_a_feature_lacks_is_no_value_and_not_zero() {
    let folder = folder();
    let features = [(r#"{"n":0}"#, &*square(111.0, 20.0, 0.01)), ("{}", &*square(111.1, 20.0, 0.01))];
    let path = geojson(&folder, "a.geojson", &features);
    let features = read(&request(path.to_str().unwrap())).layer.features;
    assert_eq!(features[0].attributes.get("n"), Some(Value::Int(0)));
    assert_eq!(features[1].attributes.get("n"), Some(Value::Null));
}

#[test]
fn a_subset_in_sql_chooses_features() {
    let folder = folder();
    let features: Vec<(String, String)> = ["meadow", "forest", "farmland"]
        .iter()
        .enumerate()
        .map(|(k, use_)| (format!(r#"{{"landuse":"{use_}"}}"#), square(111.0 + k as f64 / 10.0, 20.0, 0.01)))
        .collect();
    let features: Vec<(&str, &str)> = features.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let path = geojson(&folder, "a.geojson", &features);
    let read = read(&request(&format!("{}|subset=landuse IN ('farmland','meadow')", path.display())));
    let fids: Vec<i64> = read.layer.features.iter().map(|feature| feature.fid).collect();
    assert_eq!(fids, [0, 2], "fids stay those of the file");
}

#[test]
fn a_class_field_gives_features_their_own_class() {
    let folder = folder();
    let features =
        [(r#"{"dlbm":"0301"}"#, &*square(111.0, 20.0, 0.01)), (r#"{"dlbm":null}"#, &*square(111.1, 20.0, 0.01))];
    let path = geojson(&folder, "a.geojson", &features);
    let request = LayerRequest { class_field: Some("dlbm".to_owned()), ..request(path.to_str().unwrap()) };
    let classes: Vec<_> = read(&request).layer.features.into_iter().map(|feature| feature.class).collect();
    assert_eq!(classes, [Some(ClassId::new("0301")), None]);
    let wrong = LayerRequest { class_field: Some("DLBM".to_owned()), ..request };
    let error = read_layer(&wrong, &zone(), &go_on).unwrap_err();
    assert!(matches!(&error, FileError::UnknownField { there, .. } if there == &["dlbm"]), "{error}");
}

#[test]
fn a_gbk_shapefile_without_a_code_page_is_read_as_chinese() {
    let folder = folder();
    let path = shapefile(&folder, "gbk.shp", "CP936");
    std::fs::remove_file(path.with_extension("cpg")).unwrap();
    let table = path.with_extension("dbf");
    let mut bytes = std::fs::read(&table).unwrap();
    bytes[29] = 0;
    std::fs::write(&table, bytes).unwrap();
    let read = read(&request(path.to_str().unwrap()));
    assert_eq!((read.encoding.name.as_str(), read.encoding.basis), ("GBK", EncodingBasis::Detected));
    assert_eq!(read.layer.features[0].attributes.get("名称"), Some(Value::Text("水田")));
    assert_eq!(read.layer.features[1].attributes.get("名称"), Some(Value::Text("基本农田保护区")));
    assert_eq!(read.file_crs, "EPSG:4546");
}

#[test]
fn a_code_page_file_and_utf_8_are_believed() {
    let folder = folder();
    for encoding in ["CP936", "UTF-8"] {
        let path = shapefile(&folder, &format!("{encoding}.shp"), encoding);
        let read = read(&request(path.to_str().unwrap()));
        assert_eq!(read.layer.features[0].attributes.get("名称"), Some(Value::Text("水田")), "{encoding}");
        let name = if encoding == "CP936" { "GBK" } else { encoding };
        assert_eq!((read.encoding.name.as_str(), read.encoding.basis), (name, EncodingBasis::Declared));
    }
}

#[test]
fn a_geopackage_layer_is_found_by_its_name() {
    let folder = folder();
    let path = folder.path().join("三调.gpkg");
    let rows = [("MULTIPOLYGON (((500000 2200000,500100 2200000,500100 2200100,500000 2200000)))", "水田")];
    let made = Made {
        driver: "GPKG",
        layer: "DLTB",
        epsg: Some(4546),
        kind: OGRwkbGeometryType::wkbMultiPolygon,
        options: &[],
        rows: &rows,
    };
    dataset(&path, &made);
    let read = read(&request(&format!("{}|layername=DLTB|subset=\"number\" = 0", path.display())));
    assert_eq!((read.layer.features.len(), read.layer.features[0].fid), (1, 1));
    let error = refusal(&format!("{}|layername=dltb", path.display()));
    assert!(matches!(&error, FileError::UnknownLayer { there, .. } if there == &["DLTB"]), "{error}");
    assert!(error.sentence()[1].contains("DLTB"));
}

#[test]
fn curves_are_made_straight() {
    let folder = folder();
    let path = folder.path().join("curve.gpkg");
    let rows = [(
        "CURVEPOLYGON (CIRCULARSTRING (500000 2200000,500100 2200100,500200 2200000,500100 2199900,500000 2200000))",
        "环岛",
    )];
    let made = Made {
        driver: "GPKG",
        layer: "a",
        epsg: Some(4546),
        kind: OGRwkbGeometryType::wkbCurvePolygon,
        options: &[],
        rows: &rows,
    };
    dataset(&path, &made);
    let read = read(&request(path.to_str().unwrap()));
    let ring = &read.layer.features[0].polygons[0][0];
    assert!(ring.0.len() > 50, "{}", ring.0.len());
    let off = ring.0.iter().map(|c| ((c.x - 500_100.0).hypot(c.y - 2_200_000.0) - 100.0).abs()).fold(0.0, f64::max);
    assert!(off < 1e-3, "{off}");
}

#[test]
fn single_points_among_polygons_are_findings() {
    let folder = folder();
    let point = r#"{"type":"Point","coordinates":[111,20]}"#;
    let path = geojson(&folder, "a.geojson", &[("{}", &square(111.0, 20.0, 0.01)), ("{}", point), ("{}", "null")]);
    let read = read_layer(&request(path.to_str().unwrap()), &zone(), &go_on).unwrap();
    assert_eq!(read.value.layer.features.len(), 2, "a feature without geometry is left to the engine");
    let codes: Vec<_> = read.findings.iter().map(|finding| (finding.code, finding.about.fid)).collect();
    assert_eq!(codes, [(FindingCode::NotAPolygon, Some(1))]);
}

#[test]
fn nan_and_infinite_coordinates_reach_the_engine_without_spoiling_others() {
    let folder = folder();
    let path = folder.path().join("nan.gpkg");
    let rows = [
        ("POLYGON ((500000 2200000,500100 2200000,500100 NaN,500000 2200000))", "坏"),
        ("POLYGON ((500000 2200000,500100 2200000,inf 2200100,500000 2200000))", "坏"),
        ("POLYGON ((500000 2200000,500100 2200000,500100 2200100,500000 2200000))", "好"),
    ];
    let made = Made {
        driver: "GPKG",
        layer: "a",
        epsg: Some(4545),
        kind: OGRwkbGeometryType::wkbPolygon,
        options: &["SPATIAL_INDEX=NO"],
        rows: &rows,
    };
    dataset(&path, &made);
    let read = read(&request(path.to_str().unwrap()));
    let finite: Vec<bool> = read
        .layer
        .features
        .iter()
        .map(|feature| feature.polygons[0][0].0.iter().all(|c| c.x.is_finite() && c.y.is_finite()))
        .collect();
    assert_eq!(finite, [false, false, true]);
    assert!(read.extent.width() < 1_000.0);
}

#[test]
fn a_missing_file_is_named() {
    let error = refusal("/nowhere/三调.shp");
    assert!(matches!(error, FileError::Missing { .. }), "{error}");
    assert!(error.sentence()[1].contains("/nowhere/三调.shp"));
}

#[test]
fn a_file_that_is_no_gis_file_is_refused() {
    let folder = folder();
    let path = write(&folder, "notes.txt", "nothing to see here");
    let error = refusal(path.to_str().unwrap());
    assert!(matches!(error, FileError::NotGis { .. }), "{error}");
}

#[test]
fn broken_geojson_is_told_with_line_and_column() {
    let folder = folder();
    let whole =
        geojson(&folder, "whole.geojson", &[("{}", &square(111.0, 20.0, 0.01)), ("{}", &square(111.1, 20.0, 0.01))]);
    let text = std::fs::read_to_string(whole).unwrap();
    for (name, broken) in [
        ("cut.geojson", &text[..text.len() * 2 / 3]),
        ("comma.geojson", &text.replace("\"properties\":{},", "\"properties\":{}")),
    ] {
        let path = write(&folder, name, broken);
        let error = refusal(path.to_str().unwrap());
        assert!(matches!(error, FileError::BrokenJson { .. } | FileError::Broken { .. }), "{name}: {error:?}");
    }
}

#[test]
fn an_empty_layer_is_refused() {
    let folder = folder();
    let path = geojson(&folder, "a.geojson", &[]);
    let error = refusal(path.to_str().unwrap());
    assert!(matches!(error, FileError::Empty { .. }), "{error:?}");
}

#[test]
fn a_layer_without_crs_says_how_to_give_one() {
    let folder = folder();
    let path = shapefile(&folder, "a.shp", "UTF-8");
    std::fs::remove_file(path.with_extension("prj")).unwrap();
    let error = refusal(path.to_str().unwrap());
    assert!(matches!(error, FileError::LooksLike { .. }), "{error:?}");
    assert!(error.hint()[0].contains("EPSG:4546"));
    let assumed = LayerRequest { assume_crs: Some(zone()), ..request(path.to_str().unwrap()) };
    assert_eq!(read(&assumed).file_crs, "EPSG:4546");
}

#[test]
fn points_and_lines_are_no_areas() {
    let folder = folder();
    let point = r#"{"type":"Point","coordinates":[111,20]}"#;
    let line = r#"{"type":"LineString","coordinates":[[111,20],[112,21]]}"#;
    for (name, geometry, word) in [
        ("points.geojson", point, "points"),
        ("lines.geojson", line, "lines"),
        ("rows.geojson", "null", "rows without geometry"),
    ] {
        let path = geojson(&folder, name, &[("{}", geometry), ("{}", geometry)]);
        let error = refusal(path.to_str().unwrap());
        assert!(matches!(error, FileError::NotAreas { .. }), "{error:?}");
        assert!(error.sentence()[1].contains(&format!("holds {word}, not areas (2 features)")), "{error}");
    }
}

#[test]
fn a_truncated_shapefile_is_noticed_in_each_of_its_parts() {
    let folder = folder();
    for ending in ["shp", "shx", "dbf"] {
        let path = shapefile(&folder, &format!("{ending}.shp"), "UTF-8");
        let part = path.with_extension(ending);
        let bytes = std::fs::read(&part).unwrap();
        for length in [bytes.len() - 40, 10] {
            std::fs::write(&part, &bytes[..length]).unwrap();
            let error = refusal(path.to_str().unwrap());
            assert!(matches!(&error, FileError::Truncated { path, .. } if *path == part), "{ending}: {error:?}");
        }
    }
    let path = shapefile(&folder, "alone.shp", "UTF-8");
    std::fs::remove_file(path.with_extension("shx")).unwrap();
    assert!(matches!(refusal(path.to_str().unwrap()), FileError::Companion { .. }));
}

#[test]
fn a_subset_that_matches_nothing_or_is_no_sql_is_refused() {
    let folder = folder();
    let geojson = geojson(&folder, "a.geojson", &[(r#"{"landuse":"meadow"}"#, &square(111.0, 20.0, 0.01))]);
    let shapefile = shapefile(&folder, "a.shp", "UTF-8");
    for (path, field) in [(geojson, "landuse"), (shapefile, "名称")] {
        let error = refusal(&format!("{}|subset=\"{field}\" = 'desert'", path.display()));
        assert!(matches!(error, FileError::NothingMatches { .. }), "{error:?}");
        for sql in ["landuse IS IN (", "no_such_field = 3"] {
            let error = refusal(&format!("{}|subset={sql}", path.display()));
            assert!(matches!(error, FileError::BadSubset { .. }), "{error:?}");
            assert!(error.sentence()[1].contains(sql), "{error}");
        }
    }
}

#[test]
fn a_cancelled_read_stops() {
    let folder = folder();
    let path = geojson(&folder, "a.geojson", &[("{}", &square(111.0, 20.0, 0.01))]);
    let error = read_layer(&request(path.to_str().unwrap()), &zone(), &|_| false).unwrap_err();
    assert!(matches!(error, FileError::Cancelled { .. }));
}

#[test]
fn a_summary_tells_layers_fields_and_sources() {
    let folder = folder();
    let path = shapefile(&folder, "a.shp", "UTF-8");
    let layers = summary(&path).unwrap();
    assert_eq!(layers.len(), 1);
    assert_eq!((layers[0].name.as_str(), layers[0].features, layers[0].crs.as_deref()), ("a", 2, Some("EPSG:4546")));
    assert_eq!(layers[0].fields, ["名称", "number"]);
    assert_eq!(layers[0].source.path, path);
    assert_eq!(layers[0].extent.unwrap().width(), 200.0);
}

#[test]
fn the_crs_is_chosen_by_the_middle_of_all_layers() {
    let folder = folder();
    let west = geojson(&folder, "w.geojson", &[("{}", &square(108.6, 19.0, 0.01))]);
    let east = geojson(&folder, "e.geojson", &[("{}", &square(111.0, 20.0, 0.01))]);
    let liechtenstein =
        geojson(&folder, "l.geojson", &[("{}", &square(9.5, 47.1, 0.1)), (r#"{"far":1}"#, &square(30.0, 47.1, 0.1))]);
    let of = |requests: &[LayerRequest]| choose_crs(requests).unwrap().name().to_owned();
    let (west, east) = (request(west.to_str().unwrap()), request(east.to_str().unwrap()));
    assert_eq!(of(std::slice::from_ref(&west)), "EPSG:4545");
    assert_eq!(of(&[west, east]), "EPSG:4546");
    let subset = request(&format!("{}|subset=far IS NULL", liechtenstein.display()));
    assert_eq!(of(&[subset]), "EPSG:32632", "the subset's middle counts");
}
