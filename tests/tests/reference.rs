//! The engine against the brute-force overlay, on small integer coordinates.
//!
//! `LANTU_FUZZ_SECONDS` makes it go on that long with new cases (`make fuzz`).

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use geo::{Coord, LineString};
use lantu_engine::{
    Attributes, ClassId, DecisionLog, Feature, Layer, Partition, Point, PrecisionModel, RuleSet, Unwatched, check,
    compose, decide, detect, normalise, overlay,
};
use lantu_tests::random::{Random, layers};
use lantu_tests::reference::{P, Polygons, arrange};
use std::time::{Duration, Instant};

const GRID: PrecisionModel = PrecisionModel { scale: 1.0, origin: [0, 0] };

fn coord(p: &P) -> Coord<f64> {
    Coord { x: p.0 as f64, y: p.1 as f64 }
}

fn layer(index: usize, features: &[Polygons]) -> Layer {
    let ring = |ring: &Vec<P>| LineString::new(ring.iter().chain(ring.first()).map(coord).collect());
    let feature = |(fid, polygons): (usize, &Polygons)| Feature {
        fid: fid as i64,
        class: None,
        attributes: Attributes::default(),
        polygons: polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect(),
    };
    let name = ["a", "b", "c"][index];
    Layer { name: name.into(), class: ClassId::new(name), features: features.iter().enumerate().map(feature).collect() }
}

fn partition(layers: Vec<Layer>) -> Partition {
    let normal = layers.into_iter().map(|layer| normalise(layer, &GRID).value).collect();
    overlay(normal, &GRID, &Unwatched).unwrap().value
}

fn faces(partition: &Partition) -> Vec<(Vec<usize>, i64)> {
    let one = |face| {
        let parents = partition.parents(face).iter().map(|parent| parent.0 as usize).collect();
        (parents, partition.area2(face) as i64)
    };
    let mut faces: Vec<_> = partition.bounded_faces().map(one).collect();
    faces.sort();
    faces
}

fn segments(partition: &Partition) -> std::collections::BTreeSet<(P, P)> {
    let p = |p: Point| (i64::from(p.x), i64::from(p.y));
    let arcs = 0..partition.arc_count() as u32;
    let steps =
        arcs.flat_map(|arc| partition.arc_points(arc).windows(2).map(|w| (p(w[0].min(w[1])), p(w[0].max(w[1])))));
    steps.collect()
}

/// Compares one case; every claim of the engine that the brute force can judge.
fn compare(seed: u64) {
    let given = layers(&mut Random(seed));
    let features: Vec<Polygons> = given.iter().flatten().cloned().collect();
    let wanted = arrange(&features);
    let mut input: Vec<Layer> = given.iter().enumerate().map(|(index, features)| layer(index, features)).collect();
    if seed % 2 == 1 {
        input.reverse();
    }
    let partition = partition(input);
    assert_eq!(segments(&partition), wanted.segments, "segments of case {seed}: {given:?}");
    assert_eq!(faces(&partition), wanted.faces, "faces of case {seed}: {given:?}");

    let rules = RuleSet::default();
    let conflicts = detect(&partition, &rules.tolerances);
    let contested: i64 = wanted.faces.iter().filter(|(parents, _)| parents.len() != 1).map(|(_, area2)| area2).sum();
    assert_eq!(
        conflicts.iter().map(|conflict| conflict.area2 as i64).sum::<i64>(),
        contested,
        "conflicts of case {seed}: {given:?}"
    );
    let decisions = decide(&partition, &conflicts, &rules, &DecisionLog::default()).value;
    let blueprint = compose(&partition, &conflicts, &decisions, &rules);
    let proof = check(&partition, &blueprint, &Unwatched).unwrap();
    assert!(proof.holds(), "proof of case {seed}: {proof:?} {given:?}");
    if seed.is_multiple_of(8) {
        run_on_its_own_output(&partition, &blueprint, seed);
    }
}

/// The patches' polygons, run again, give the same segments and every patch as one set of faces.
fn run_on_its_own_output(before: &Partition, blueprint: &lantu_engine::Blueprint, seed: u64) {
    let as_ring =
        |ring: &Vec<Point>| LineString::new(ring.iter().chain(ring.first()).map(|&p| GRID.locate(p)).collect());
    let feature = |patch: u32| Feature {
        fid: patch.into(),
        class: None,
        attributes: Attributes::default(),
        polygons: blueprint.polygons(before, patch).iter().map(|rings| rings.iter().map(as_ring).collect()).collect(),
    };
    let features = (0..blueprint.patches.len() as u32).map(feature).collect();
    let again = partition(vec![Layer { name: "blueprint".into(), class: ClassId::new("any"), features }]);
    let kept: std::collections::BTreeSet<(P, P)> = {
        let p = |p: Point| (i64::from(p.x), i64::from(p.y));
        let borders = (0..before.arc_count() as u32).filter(|&arc| {
            let (left, right) = before.sides(arc);
            blueprint.patch_of[left as usize] != blueprint.patch_of[right as usize]
        });
        borders
            .flat_map(|arc| before.arc_points(arc).windows(2).map(|w| (p(w[0].min(w[1])), p(w[0].max(w[1])))))
            .collect()
    };
    assert_eq!(segments(&again), kept, "the second run of case {seed}");
    for face in again.bounded_faces() {
        assert!(again.parents(face).len() <= 1, "the second run of case {seed} covers a place twice");
    }
    for (index, patch) in blueprint.patches.iter().enumerate() {
        assert_eq!(
            again.feature_area2(lantu_engine::FeatureRef(index as u32)),
            patch.area2,
            "patch {index} of case {seed}"
        );
    }
}

#[test]
fn the_engine_agrees_with_brute_force_on_100_000_small_integer_cases() {
    let seconds = std::env::var("LANTU_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let start = Instant::now();
    let counts: Vec<u64> = std::thread::scope(|scope| {
        let work = |thread| {
            move || {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
                pool.install(|| {
                    let fresh = seconds.map_or(0, |_| rand_start());
                    let mut count = 0;
                    while match seconds {
                        Some(seconds) => start.elapsed() < Duration::from_secs(seconds),
                        None => count * threads < 100_000,
                    } {
                        compare(fresh + thread + count * threads);
                        count += 1;
                    }
                    count
                })
            }
        };
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(work(thread))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    println!("{} cases compared in {:.0?}", counts.iter().sum::<u64>(), start.elapsed());
    assert!(counts.iter().sum::<u64>() >= 100_000);
}

/// Another range of cases at each fuzzing run; a failing case names its number.
fn rand_start() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    now.as_secs() << 20
}
