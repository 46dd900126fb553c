//! Coordinates that cannot be what their CRS says are recognised before one of them is used.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{Made, dataset, folder, geojson, go_on, request, square};
use gdal::vector::OGRwkbGeometryType;
use lantu_engine::FindingCode;
use lantu_files::{
    Crs, FileError, LayerRequest, PlaneShift, ReadLayer, Shift, SpaceShift, choose_crs, read_layer, summary,
};
use std::path::PathBuf;
use tempfile::TempDir;

/// A GeoPackage of one square of 100 m (or 0.001°).
fn made(folder: &TempDir, epsg: Option<u32>, x: f64, y: f64) -> PathBuf {
    let path = folder.path().join(format!("{}_{x:.0}_{y:.0}.gpkg", epsg.unwrap_or(0)));
    let side = if x.abs() < 400.0 && y.abs() < 400.0 { 0.001 } else { 100.0 };
    let wkt = format!("POLYGON (({x} {y},{} {y},{} {},{x} {},{x} {y}))", x + side, x + side, y + side, y + side);
    let kind = OGRwkbGeometryType::wkbPolygon;
    dataset(&path, &Made { driver: "GPKG", layer: "a", epsg, kind, options: &[], rows: &[(&wkt, "甲")] });
    path
}

fn asked(path: &std::path::Path) -> LayerRequest {
    request(path.to_str().unwrap())
}

fn read(request: &LayerRequest) -> Result<(ReadLayer, Vec<FindingCode>), FileError> {
    let read = read_layer(request, &Crs::epsg(4546).unwrap(), &go_on)?;
    Ok((read.value, read.findings.iter().map(|finding| finding.code).collect()))
}

fn refusal(path: &std::path::Path) -> FileError {
    read(&asked(path)).map(|_| ()).unwrap_err()
}

/// That a claim is refused with a proposal, and that the proposal then leads home.
fn assert_proposed(path: &std::path::Path, code: u32) {
    let error = refusal(path);
    let crs = format!("EPSG:{code}");
    assert!(matches!(error, FileError::Contradicted { .. } | FileError::LooksLike { .. }), "{error:?}");
    for (sentence, hint) in error.sentence().iter().zip(error.hint()) {
        assert!(hint.contains(&format!("crs = \"{crs}\"")), "{sentence} {hint}");
    }
    assert!(choose_crs(&[asked(path)]).is_err());
    let assumed = LayerRequest { assume_crs: Some(Crs::epsg(code).unwrap()), ..asked(path) };
    assert_eq!(read(&assumed).unwrap().0.file_crs, crs);
    let told = &summary(path).unwrap()[0];
    assert!(told.crs_advice.as_ref().unwrap()[1].contains(&crs), "{:?}", told.crs_advice);
}

#[test]
fn degrees_in_a_crs_of_metres_and_metres_in_one_of_degrees() {
    let folder = folder();
    for claimed in [4546, 4527, 32_649] {
        let path = made(&folder, Some(claimed), 110.9, 20.1);
        assert!(matches!(refusal(&path), FileError::Contradicted { .. }));
        assert_proposed(&path, 4490);
    }
    assert_proposed(&made(&folder, Some(2361), 110.9, 20.1), 4610);
    assert_proposed(&made(&folder, Some(4490), 37_456_000.0, 2_201_000.0), 4525);
    let metres = geojson(&folder, "metres.geojson", &[("{}", &square(37_456_000.0, 2_201_000.0, 100.0))]);
    assert_proposed(&metres, 4525);
    let six = geojson(&folder, "six.geojson", &[("{}", &square(456_000.0, 2_201_000.0, 100.0))]);
    let error = refusal(&six);
    assert!(error.hint()[1].contains("zone 37 (111°) is EPSG:4546"), "{:?}", error.hint());
}

#[test]
fn eastings_with_a_zone_in_a_crs_without_and_the_other_way_round() {
    let folder = folder();
    assert_proposed(&made(&folder, Some(4546), 37_456_000.0, 2_201_000.0), 4525);
    assert_proposed(&made(&folder, Some(4525), 456_000.0, 2_201_000.0), 4546);
    assert_proposed(&made(&folder, Some(4525), 36_456_000.0, 2_201_000.0), 4524);
    assert_proposed(&made(&folder, Some(2382), 37_456_000.0, 2_201_000.0), 2361);
}

#[test]
fn a_layer_without_a_crs_gets_a_proposal_from_its_numbers() {
    let folder = folder();
    assert_proposed(&made(&folder, None, 110.9, 20.1), 4490);
    assert_proposed(&made(&folder, None, 37_456_000.0, 2_201_000.0), 4525);
    assert_proposed(&made(&folder, None, 19_456_000.0, 2_201_000.0), 4497);
    assert_proposed(&made(&folder, None, 9.5, 47.1), 4326);
    assert!(matches!(refusal(&made(&folder, None, 1_000.0, 2_000.0)), FileError::NoCrs { .. }));
}

#[test]
fn exchanged_axes_are_put_right_with_a_finding() {
    let folder = folder();
    for (claimed, x, y) in
        [(4490, 20.1, 110.9), (4326, 20.1, 110.9), (4525, 2_201_000.0, 37_456_000.0), (4546, 2_201_000.0, 456_000.0)]
    {
        let path = made(&folder, Some(claimed), x, y);
        let (layer, codes) = read(&asked(&path)).unwrap();
        assert_eq!(codes, [FindingCode::SwappedAxes], "{claimed}");
        let mut corner = [layer.layer.features[0].polygons[0][0].0[0]];
        Crs::epsg(4546).unwrap().to_lonlat(&mut corner).unwrap();
        assert!((corner[0].x - 110.9).abs() < 0.5 && (corner[0].y - 20.1).abs() < 0.5, "{claimed} {corner:?}");
        assert_eq!(choose_crs(&[asked(&path)]).unwrap().name(), "EPSG:4546");
    }
}

#[test]
fn what_fits_is_left_alone() {
    let folder = folder();
    for (claimed, x, y) in [
        (4490, 110.9, 20.1),
        (4525, 37_456_000.0, 2_201_000.0),
        (4546, 456_000.0, 2_201_000.0),
        (4546, 1_040_000.0, 2_201_000.0),
        (4326, 25.0, 80.0),
        (32_632, 540_000.0, 5_210_000.0),
        (3857, 50.0, 60.0),
    ] {
        let (layer, codes) = read(&asked(&made(&folder, Some(claimed), x, y))).unwrap();
        assert_eq!((layer.file_crs, codes), (format!("EPSG:{claimed}"), vec![]));
    }
}

#[test]
fn the_planners_word_outranks_the_file_but_not_the_numbers() {
    let folder = folder();
    let path = made(&folder, Some(4490), 110.9, 20.1);
    let of = |code: u32| read(&LayerRequest { crs: Some(Crs::epsg(code).unwrap()), ..asked(&path) });
    assert_eq!(of(4326).unwrap().0.file_crs, "EPSG:4326");
    assert!(matches!(of(4525), Err(FileError::Contradicted { .. })));
}

#[test]
fn an_old_datum_without_parameters_is_a_finding_and_with_them_is_moved() {
    let folder = folder();
    let path = made(&folder, Some(2361), 37_456_000.0, 2_201_000.0);
    let (bare, codes) = read(&asked(&path)).unwrap();
    assert_eq!(codes, [FindingCode::NoDatumShift]);
    let corner = |layer: &ReadLayer| layer.layer.features[0].polygons[0][0].0[0];
    let space = SpaceShift {
        dx: 100.0,
        dy: 0.0,
        dz: 0.0,
        rx: 0.0,
        ry: 0.0,
        rz: 0.0,
        scale: 0.0,
        convention: Default::default(),
    };
    let (moved, codes) = read(&LayerRequest { shift: Some(Shift::Space(space)), ..asked(&path) }).unwrap();
    assert_eq!(codes, []);
    let off = (corner(&moved).x - corner(&bare).x).hypot(corner(&moved).y - corner(&bare).y);
    assert!((90.0..110.0).contains(&off), "{off}");
    let plane = PlaneShift { north: 1.0, east: -37_000_000.0, angle: 0.0, scale: 0.0, to: "EPSG:4546".to_owned() };
    let (moved, _) = read(&LayerRequest { shift: Some(Shift::Plane(plane)), ..asked(&path) }).unwrap();
    assert_eq!((corner(&moved).x, corner(&moved).y), (456_000.0, 2_201_001.0));
    let own = read_layer(&asked(&path), &Crs::epsg(2382).unwrap(), &go_on).unwrap();
    assert!(own.findings.is_empty(), "the same datum needs no parameters");
}

#[test]
fn heights_are_dropped_with_a_note() {
    let folder = folder();
    let path = folder.path().join("z.gpkg");
    let wkt = "POLYGON ZM ((456000 2201000 5 1,456100 2201000 5 2,456100 2201100 5 3,456000 2201000 5 1))";
    let kind = OGRwkbGeometryType::wkbPolygon;
    dataset(&path, &Made { driver: "GPKG", layer: "a", epsg: Some(4546), kind, options: &[], rows: &[(wkt, "甲")] });
    let (layer, codes) = read(&asked(&path)).unwrap();
    assert_eq!((layer.layer.features[0].polygons[0][0].0.len(), codes), (4, vec![FindingCode::HeightsDropped]));
}
