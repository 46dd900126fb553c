//! `verify` says of any polygon file whether it is a partition, and finds the smallest fault.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{Made, dataset, folder, geojson, go_on, square, write};
use gdal::vector::OGRwkbGeometryType;
use lantu_files::{FileError, Source, Verification, verify};
use tempfile::TempDir;

/// The features, in well-known text, as a file in a plane of metres.
fn of(folder: &TempDir, name: &str, wkt: &[&str]) -> Source {
    let path = folder.path().join(name);
    let rows: Vec<(&str, &str)> = wkt.iter().map(|wkt| (*wkt, "")).collect();
    let made = Made {
        driver: "GPKG",
        layer: "a",
        epsg: Some(4546),
        kind: OGRwkbGeometryType::wkbUnknown,
        options: &[],
        rows: &rows,
    };
    dataset(&path, &made);
    Source::file(path)
}

fn verified(wkt: &[&str]) -> Verification {
    let folder = folder();
    verify(&of(&folder, "a.gpkg", wkt), &[], &go_on).unwrap()
}

const WEST: &str = "POLYGON ((500000 2200000,500100 2200000,500100 2200100,500000 2200100,500000 2200000))";
const EAST: &str = "POLYGON ((500100 2200000,500200 2200000,500200 2200100,500100 2200100,500100 2200000))";

#[test]
fn two_squares_side_by_side_are_a_partition() {
    let found = verified(&[WEST, EAST]);
    assert!(found.holds && found.exact, "{found:#?}");
    assert_eq!((found.features, found.area_m2, found.overlap_m2, found.gaps), (2, 20_000.0, 0.0, 0));
}

#[test]
fn the_direction_of_rings_does_not_matter() {
    let clockwise = "POLYGON ((500100 2200000,500100 2200100,500200 2200100,500200 2200000,500100 2200000))";
    assert!(verified(&[WEST, clockwise]).holds);
}

#[test]
fn an_overlap_of_a_tenth_of_a_millimetre_is_found() {
    let wider = "POLYGON ((500099.9999 2200000,500200 2200000,500200 2200100,500099.9999 2200100,500099.9999 2200000))";
    let found = verified(&[WEST, wider]);
    assert!(!found.holds && found.residual_crossings > 0, "{found:#?}");
    assert!((found.overlap_m2 - 0.01).abs() < 1e-9, "{found:#?}");
}

#[test]
fn the_same_square_twice_is_no_partition() {
    let found = verified(&[WEST, WEST]);
    assert_eq!((found.holds, found.repeated_edges, found.overlap_m2, found.area_m2), (false, 4, 10_000.0, 10_000.0));
}

#[test]
fn a_feature_inside_another_is_found_though_no_edges_meet() {
    let inside = "POLYGON ((500040 2200040,500060 2200040,500060 2200060,500040 2200060,500040 2200040))";
    let found = verified(&[WEST, inside]);
    assert_eq!((found.holds, found.residual_crossings, found.repeated_edges, found.overlap_m2), (false, 0, 0, 400.0));
}

#[test]
fn a_vertex_that_only_one_side_has_is_no_partition_as_written() {
    let found = verified(&[
        WEST,
        "POLYGON ((500100 2200000,500200 2200000,500200 2200100,500100 2200100,500100 2200050,500100 2200000))",
    ]);
    assert!(!found.holds, "{found:#?}");
    assert_eq!((found.overlap_m2, found.gaps, found.unmatched_edges), (0.0, 0, 1));
}

#[test]
fn a_vertex_beside_a_slanted_edge_is_found_though_no_digits_put_it_on_the_edge() {
    let below = "POLYGON ((500000 2200000,500300 2200000,500300 2200100,500000 2200000))";
    let above = "POLYGON ((500000 2200000,500100 2200033.333333333,500300 2200100,500000 2200100,500000 2200000))";
    let found = verified(&[below, above]);
    assert!(!found.holds && found.unmatched_edges > 0, "{found:#?}");
}

#[test]
fn enclosed_gaps_are_told_and_a_fault_only_against_ground_that_has_none() {
    let folder = folder();
    let ring = "POLYGON ((500000 2200000,500100 2200000,500100 2200100,500000 2200100,500000 2200000),(500040 2200040,500040 2200060,500060 2200060,500060 2200040,500040 2200040))";
    let file = of(&folder, "ring.gpkg", &[ring]);
    let found = verify(&file, &[], &go_on).unwrap();
    assert_eq!((found.holds, found.gaps, found.enclosed_gap_m2), (true, 1, 400.0));
    let whole = of(&folder, "whole.gpkg", &[WEST]);
    let against = verify(&file, std::slice::from_ref(&whole), &go_on).unwrap();
    let ground = against.ground.unwrap();
    assert_eq!((against.holds, ground.gap_m2, ground.excess_m2, ground.against_m2), (false, 400.0, 0.0, 10_000.0));
    let excess = verify(&whole, std::slice::from_ref(&file), &go_on).unwrap();
    assert_eq!((excess.holds, excess.ground.unwrap().excess_m2), (false, 400.0));
    let (both, east) = (of(&folder, "both.gpkg", &[WEST, EAST]), of(&folder, "east.gpkg", &[EAST]));
    let same = verify(&both, &[whole, east], &go_on).unwrap();
    assert!(same.holds, "{same:#?}");
}

#[test]
fn an_invalid_polygon_is_counted() {
    let bow = "POLYGON ((500000 2200000,500100 2200100,500100 2200000,500000 2200100,500000 2200000))";
    let found = verified(&[bow]);
    assert_eq!((found.holds, found.invalid), (false, 1));
    let not_finite = "POLYGON ((500000 2200000,500100 2200000,500100 NaN,500000 2200000))";
    let found = verified(&[WEST, not_finite]);
    assert_eq!((found.holds, found.invalid), (false, 1), "{found:#?}");
}

#[test]
fn degrees_are_verified_as_written_and_measured_on_the_ellipsoid() {
    let folder = folder();
    let path = geojson(&folder, "a.geojson", &[("{}", &square(111.0, 20.0, 0.5)), ("{}", &square(111.5, 20.0, 0.5))]);
    let found = verify(&Source::file(&path), &[], &go_on).unwrap();
    assert!(found.holds && found.exact, "{found:#?}");
    assert!((found.area_m2 / 5.77e9 - 1.0).abs() < 0.01, "{}", found.area_m2);
    let shifted = std::fs::read_to_string(&path).unwrap().replacen("[111.5,", "[111.500000001,", 1);
    let path = write(&folder, "shifted.geojson", &shifted);
    assert!(!verify(&Source::file(path), &[], &go_on).unwrap().holds);
}

#[test]
fn what_cannot_be_read_cannot_be_verified() {
    let error = verify(&Source::file("/nowhere.geojson"), &[], &go_on).unwrap_err();
    assert!(matches!(error, FileError::Missing { .. }));
    let folder = folder();
    let file = of(&folder, "a.gpkg", &[WEST]);
    assert!(matches!(verify(&file, &[], &|_| false).unwrap_err(), FileError::Cancelled { .. }));
}
