//! Data that are large in one way only: one polygon, one node, one place, one list of layers.
//!
//! Each must come to an end with a proof that holds. What it takes is printed, not asserted.
//! Normally the data are a fraction of what the tests are named after; `LANTU_FULL_LIMITS=1`
//! runs them in full (`make fuzz` does).

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use geo::{Coord, LineString, Rect};
use lantu_engine::{Attributes, ClassId, Feature, Layer, PrecisionModel, RuleSet};
use lantu_tests::run::{Outcome, run_undecided};
use std::time::Instant;

type Ring = Vec<(f64, f64)>;

/// `full` if the full sizes are asked for, else `short`.
fn size(full: usize, short: usize) -> usize {
    if std::env::var_os("LANTU_FULL_LIMITS").is_some() { full } else { short }
}

fn layer(name: &str, features: Vec<Vec<Ring>>) -> Layer {
    let coords = |ring: Ring| {
        ring.first().copied().into_iter().fold(ring, |mut ring, first| {
            ring.push(first);
            ring
        })
    };
    let line = |ring: Ring| LineString::new(coords(ring).into_iter().map(|(x, y)| Coord { x, y }).collect());
    let feature = |(fid, rings): (usize, Vec<Ring>)| Feature {
        fid: fid as i64,
        class: None,
        attributes: Attributes::default(),
        polygons: vec![rings.into_iter().map(line).collect()],
    };
    let features = features.into_iter().enumerate().map(feature).collect();
    Layer { name: name.into(), class: ClassId::new(name), features }
}

fn square(x: f64, y: f64, side: f64) -> Ring {
    vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
}

/// Runs everything and says what it took.
fn finish(what: &str, layers: Vec<Layer>) -> Outcome {
    let extent = Rect::new(Coord { x: -60_000.0, y: -60_000.0 }, Coord { x: 60_000.0, y: 60_000.0 });
    let grid = PrecisionModel::covering(extent, 1e-4).unwrap();
    let start = Instant::now();
    let outcome = run_undecided(layers, &grid, &RuleSet::default());
    println!("{what}: {:.2} s, {} MB held at most so far", start.elapsed().as_secs_f64(), peak_mb());
    assert!(outcome.proof.holds(), "{what}: {:?}", outcome.proof);
    outcome
}

/// The most memory of the process so far, where the system tells.
fn peak_mb() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kb =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kb.map_or_else(|| "?".to_owned(), |kb| (kb / 1000).to_string())
}

/// A ring of `count` points around the origin with a ragged edge.
fn ragged(count: usize, radius: f64) -> Ring {
    let point = |k: usize| {
        let (angle, out) =
            (k as f64 / count as f64 * std::f64::consts::TAU, radius + ((k * 7_919) % 97) as f64 * 0.003);
        (out * angle.cos(), out * angle.sin())
    };
    (0..count).map(point).collect()
}

fn area_m2(outcome: &Outcome) -> f64 {
    outcome.area_by_class().values().sum()
}

#[test]
fn one_polygon_of_a_million_vertices() {
    let count = size(1_000_000, 100_000);
    let outcome = finish(
        &format!("a polygon of {count} vertices"),
        vec![
            layer("ragged", vec![vec![ragged(count, 50_000.0)]]),
            layer("square", vec![vec![square(0.0, 0.0, 55_000.0)]]),
        ],
    );
    assert!(outcome.conflicts.iter().any(|conflict| conflict.parties.len() == 2));
}

#[test]
fn one_polygon_of_100_000_holes() {
    let across = size(317, 100);
    let hole = |k: usize| {
        let mut ring = square((k % across) as f64 * 100.0 + 10.0, (k / across) as f64 * 100.0 + 10.0, 50.0);
        ring.reverse();
        ring
    };
    let side = across as f64 * 100.0;
    let holes = (0..across * across).map(hole);
    let rings = std::iter::once(square(0.0, 0.0, side)).chain(holes).collect();
    let fillings = (0..across * across / 2)
        .map(|k| vec![square((k % across) as f64 * 100.0 + 10.0, (k / across) as f64 * 100.0 + 10.0, 50.0)])
        .collect();
    let outcome = finish(
        &format!("a polygon of {} holes, half of them filled by another layer", across * across),
        vec![layer("cheese", vec![rings]), layer("filling", fillings)],
    );
    let open = (across * across - across * across / 2) as f64 * 2_500.0;
    assert_eq!(area_m2(&outcome), side * side - open);
}

#[test]
fn one_feature_10_000_times() {
    let count = size(10_000, 1_000);
    let outcome = finish(
        &format!("{count} copies of one feature"),
        vec![
            layer("copies", (0..count).map(|_| vec![ragged(60, 100.0)]).collect()),
            layer("square", vec![vec![square(0.0, 0.0, 90.0)]]),
        ],
    );
    assert_eq!(outcome.conflicts.iter().map(|conflict| conflict.parties.len()).max(), Some(count + 1));
}

#[test]
fn one_feature_in_500_layers() {
    let count = size(500, 200);
    let moved =
        |k: usize| vec![square(k as f64 * 0.5, (k % 7) as f64, 400.0), square(k as f64 * 0.5 + 100.0, 150.0, 20.0)];
    let outcome = finish(
        &format!("{count} layers"),
        (0..count).map(|k| layer(&format!("layer{k:03}"), vec![moved(k)])).collect(),
    );
    assert_eq!(outcome.partition.layers.len(), count);
}

/// The sweep of the proof compares all edges that overlap in x, and in a fan nearly all do: the work
/// grows with the square of their number, so the full size stops at 10,000 edges.
#[test]
fn a_fan_of_10_000_edges_in_one_node() {
    let count = size(5_000, 2_000);
    let at = |k: usize| {
        let angle = k as f64 / (2 * count) as f64 * std::f64::consts::TAU;
        (50_000.0 * angle.cos(), 50_000.0 * angle.sin())
    };
    let blade = |k: usize| vec![vec![(0.0, 0.0), at(2 * k), at(2 * k + 1)]];
    let outcome = finish(
        &format!("a fan of {} edges in one node", 2 * count),
        vec![
            layer("fan", (0..count).map(blade).collect()),
            layer("square", vec![vec![square(-20_000.0, -20_000.0, 40_000.0)]]),
        ],
    );
    assert!(outcome.partition.face_count() > 2 * count);
}
