//! The engine against the brute-force overlay, on one case of small integer coordinates.

use crate::reference::{P, Polygons, arrange};
use crate::run::unstopped;
use geo::{Coord, LineString};
use lantu_engine::{
    Attributes, Blueprint, ClassId, DecisionLog, Feature, FeatureRef, Layer, Means, Partition, Point, PrecisionModel,
    RuleSet, Unwatched, check, compose, decide, detect, normalise, overlay_with,
};
use std::collections::BTreeSet;

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
    // Layers are put in the order of their names.
    let name = char::from(b'a' + index as u8).to_string();
    Layer {
        name: name.as_str().into(),
        class: ClassId::new(&name),
        features: features.iter().enumerate().map(feature).collect(),
    }
}

fn partition(layers: Vec<Layer>, per_tile: usize) -> Partition {
    let normal = layers.into_iter().map(|layer| unstopped(normalise(layer, &GRID, &Unwatched)).value).collect();
    match overlay_with(normal, &GRID, Means { per_tile, ..Means::default() }, &Unwatched) {
        Ok(reported) => reported.value,
        Err(stop) => panic!("{stop}"),
    }
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

fn segments(partition: &Partition) -> BTreeSet<(P, P)> {
    let p = |p: Point| (i64::from(p.x), i64::from(p.y));
    let arcs = 0..partition.arc_count() as u32;
    let steps =
        arcs.flat_map(|arc| partition.arc_points(arc).windows(2).map(|w| (p(w[0].min(w[1])), p(w[0].max(w[1])))));
    steps.collect()
}

/// How thoroughly a case is looked at.
#[derive(Clone, Copy)]
pub struct How {
    /// How many vertices make a tile, about.
    pub per_tile: usize,
    /// Give the layers in the other order.
    pub reversed: bool,
    /// Run the engine on its own output too.
    pub twice: bool,
}

/// Compares one case; every claim of the engine that the brute force can judge. `case` names it.
///
/// # Panics
/// If the engine and the brute force differ, with the case in the message.
pub fn compare(given: &[Vec<Polygons>], case: &str, how: How) {
    let features: Vec<Polygons> = given.iter().flatten().cloned().collect();
    let wanted = arrange(&features);
    let mut input: Vec<Layer> = given.iter().enumerate().map(|(index, features)| layer(index, features)).collect();
    if how.reversed {
        input.reverse();
    }
    let partition = partition(input, how.per_tile);
    assert_eq!(segments(&partition), wanted.segments, "segments of case {case}: {given:?}");
    assert_eq!(faces(&partition), wanted.faces, "faces of case {case}: {given:?}");

    let rules = RuleSet::default();
    let conflicts = unstopped(detect(&partition, &rules.tolerances, &Unwatched));
    let contested: i64 = wanted.faces.iter().filter(|(parents, _)| parents.len() != 1).map(|(_, area2)| area2).sum();
    assert_eq!(
        conflicts.iter().map(|conflict| conflict.area2 as i64).sum::<i64>(),
        contested,
        "conflicts of case {case}: {given:?}"
    );
    let decisions = unstopped(decide(&partition, &conflicts, &rules, &DecisionLog::default(), &Unwatched)).value;
    let blueprint = unstopped(compose(&partition, &conflicts, &decisions, &rules, &Unwatched));
    let Ok(proof) = check(&partition, &blueprint, &Unwatched) else { panic!("nobody stops the proof") };
    assert!(proof.holds(), "proof of case {case}: {proof:?} {given:?}");
    if how.twice {
        run_on_its_own_output(&partition, &blueprint, how.per_tile, case);
    }
}

/// The patches' polygons, run again, give the same segments and every patch as one set of faces.
fn run_on_its_own_output(before: &Partition, blueprint: &Blueprint, per_tile: usize, case: &str) {
    let as_ring =
        |ring: &Vec<Point>| LineString::new(ring.iter().chain(ring.first()).map(|&p| GRID.locate(p)).collect());
    let feature = |patch: u32| Feature {
        fid: patch.into(),
        class: None,
        attributes: Attributes::default(),
        polygons: blueprint.polygons(before, patch).iter().map(|rings| rings.iter().map(as_ring).collect()).collect(),
    };
    let features = (0..blueprint.patches.len() as u32).map(feature).collect();
    let again = partition(vec![Layer { name: "blueprint".into(), class: ClassId::new("any"), features }], per_tile);
    let kept: BTreeSet<(P, P)> = {
        let p = |p: Point| (i64::from(p.x), i64::from(p.y));
        let borders = (0..before.arc_count() as u32).filter(|&arc| {
            let (left, right) = before.sides(arc);
            blueprint.patch_of[left as usize] != blueprint.patch_of[right as usize]
        });
        borders
            .flat_map(|arc| before.arc_points(arc).windows(2).map(|w| (p(w[0].min(w[1])), p(w[0].max(w[1])))))
            .collect()
    };
    assert_eq!(segments(&again), kept, "the second run of case {case}");
    for face in again.bounded_faces() {
        assert!(again.parents(face).len() <= 1, "the second run of case {case} covers a place twice");
    }
    for (index, patch) in blueprint.patches.iter().enumerate() {
        assert_eq!(again.feature_area2(FeatureRef(index as u32)), patch.area2, "patch {index} of case {case}");
    }
}
