//! What must stay the same when the same data are given another way, on random small layers in
//! which nearly everything is degenerate.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use geo::{Coord, LineString};
use lantu_engine::slivers::Limit;
use lantu_engine::{
    Action, Attributes, Blueprint, Choice, ClassId, Conflict, CutProof, DecisionLog, Feature, FindingCode, Layer,
    Means, Operation, Partition, PartyName, Point, PrecisionModel, Recall, Rule, RuleSet, SliverRules, Stop, Strategy,
    Unwatched, compose, compose_again, decide, decide_again, normalise, overlay_with,
};
use lantu_tests::depot::{Full, InMemory};
use lantu_tests::random::{Random, layers};
use lantu_tests::run::{Outcome, run_undecided};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::Arc;

const GRID: PrecisionModel = PrecisionModel { scale: 1.0, origin: [0, 0] };
/// How far apart the points of the coarse cases are; crossings are rounded to 1.
const APART: f64 = 100_000.0;

/// Where a point of a random case comes to lie.
type Place = fn(f64, f64) -> (f64, f64);

fn placed(seed: u64, place: impl Fn(f64, f64) -> (f64, f64)) -> Vec<Layer> {
    let coord = |p: &(i64, i64)| {
        let (x, y) = place(p.0 as f64, p.1 as f64);
        Coord { x, y }
    };
    let ring = |ring: &Vec<(i64, i64)>| LineString::new(ring.iter().chain(ring.first()).map(coord).collect());
    let given = layers(&mut Random(seed));
    let layer = |(index, features): (usize, &Vec<lantu_tests::reference::Polygons>)| {
        let name = ["a", "b", "c"][index];
        let feature = |(fid, polygons): (usize, &lantu_tests::reference::Polygons)| Feature {
            fid: fid as i64,
            class: None,
            attributes: Attributes::default(),
            polygons: polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect(),
        };
        let features = features.iter().enumerate().map(feature).collect();
        Layer { name: name.into(), class: ClassId::new(name), features }
    };
    given.iter().enumerate().map(layer).collect()
}

fn run(layers: Vec<Layer>) -> Outcome {
    let outcome = run_undecided(layers, &GRID, &RuleSet::default());
    assert!(outcome.proof.holds(), "{:?}", outcome.proof);
    outcome
}

#[test]
fn what_was_let_go_of_is_missed_by_the_proof() {
    let mut outcome = run(placed(7, |x, y| (x, y)));
    assert!(CutProof::of(&outcome.partition, &Unwatched).unwrap().with(&outcome.partition, &outcome.blueprint).holds());
    outcome.partition.let_go_of_windings();
    let proof = CutProof::of(&outcome.partition, &Unwatched).unwrap().with(&outcome.partition, &outcome.blueprint);
    assert!(!proof.holds() && proof.label_disagreements > 0 && proof.feature_area_mismatches > 0, "{proof:?}");
}

/// Faces by their parents' numbers, free of where they are.
fn faces(partition: &Partition) -> Vec<(Vec<u32>, i128)> {
    let face = |face| (partition.parents(face).iter().map(|parent| parent.0).collect(), partition.area2(face));
    let mut faces: Vec<_> = partition.bounded_faces().map(face).collect();
    faces.sort();
    faces
}

fn segments(partition: &Partition) -> BTreeSet<(Point, Point)> {
    let arcs = 0..partition.arc_count() as u32;
    arcs.flat_map(|arc| partition.arc_points(arc).windows(2).map(|w| (w[0].min(w[1]), w[0].max(w[1])))).collect()
}

/// The blueprint's patches as a layer of their own.
fn patches_as_layer(outcome: &Outcome) -> Layer {
    let partition = &outcome.partition;
    let ring = |ring: &Vec<Point>| {
        LineString::new(ring.iter().chain(ring.first()).map(|&point| partition.grid.locate(point)).collect())
    };
    let feature = |patch: usize| Feature {
        fid: patch as i64,
        class: None,
        attributes: Attributes::default(),
        polygons: outcome
            .blueprint
            .polygons(partition, patch as u32)
            .iter()
            .map(|rings| rings.iter().map(ring).collect())
            .collect(),
    };
    let features = (0..outcome.blueprint.patches.len()).map(feature).collect();
    Layer { name: "blueprint".into(), class: ClassId::new("patch"), features }
}

/// Whether two arrangements of coarse cases give every set of parties the same ground, but for
/// what rounding a few dozen crossings can move.
fn nearly_equal(one: &Outcome, other: &Outcome) -> Result<(), String> {
    let (one, other) = (one.area_by_parents(), other.area_by_parents());
    let zero = |areas: &BTreeMap<_, i128>, key: &Vec<(String, i64)>| areas.get(key).copied().unwrap_or(0);
    // Uncovered ground is left out: a bow-tie of no area has no direction of its own, and a line
    // that two rings of a feature share cancels or counts twice by its direction.
    let keys: BTreeSet<_> = one.keys().chain(other.keys()).filter(|parties| !parties.is_empty()).collect();
    for key in keys {
        let (a, b) = (zero(&one, key), zero(&other, key));
        // 2 × (longest extent 12 × APART) × about 100 edges, each moved by less than one unit.
        if (a - b).abs() > (2.0 * 12.0 * APART * 100.0) as i128 {
            return Err(format!("{key:?}: {a} and {b}"));
        }
    }
    Ok(())
}

/// Some conflicts and a choice that they can bear, or an undo or redo where there is one to make.
fn random_action(random: &mut Random, partition: &Partition, conflicts: &[Conflict], log: &DecisionLog) -> Action {
    match (random.below(4), log.undoable(), log.redoable()) {
        (0, Some(number), _) => return Action::Undo(number),
        (1, _, Some(number)) => return Action::Redo(number),
        _ => {}
    }
    let first = &conflicts[random.below(conflicts.len() as u64) as usize];
    let choice = match (random.below(5), first.parties.last()) {
        (0, Some(&party)) => {
            let (layer, fid) = (partition.layer_of(party).name.to_string(), partition.feature(party).fid);
            return Action::Decide {
                conflicts: vec![first.id],
                choice: Choice::GiveTo(PartyName { layer, fid, content: None }),
            };
        }
        (1, _) => Choice::LeaveEmpty,
        (2, _) => Choice::Open,
        (3, Some(_)) => return Action::Decide { conflicts: vec![first.id], choice: Choice::KeepAll },
        _ => Choice::OtherClass(ClassId::new("other")),
    };
    let several = 1 + random.below(3) as usize;
    Action::Decide { conflicts: conflicts.iter().take(several).map(|conflict| conflict.id).collect(), choice }
}

/// A case that random search found: a border that a feature has twice is an edge between tiles in
/// some of these runs, and it is cut at a pixel that its direction makes its parts' least point.
#[test]
fn a_feature_that_goes_makes_strangers_of_the_tiles_around_it_alone() {
    let square = |at: i32, shift: f64| {
        let (x, y) = (f64::from(at % 40) * 10.0 + shift, f64::from(at / 40) * 10.0 + shift);
        let ring = [(x, y), (x + 8.0, y), (x + 8.0, y + 8.0), (x, y + 8.0), (x, y)];
        let polygons = vec![vec![LineString::from(ring.to_vec())]];
        Feature { fid: at.into(), class: None, attributes: Attributes::default(), polygons }
    };
    let layer = |name: &str, shift: f64| {
        let features = (0..1600).map(|at| square(at, shift)).collect();
        Layer { name: name.into(), class: ClassId::new(name), features }
    };
    let mut given = vec![layer("a", 0.0), layer("b", 4.0)];
    let recall = Recall::new(|| Ok(Arc::new(InMemory::default())));
    let cut = |layers: &[Layer], recall| {
        let normal = layers.iter().map(|layer| normalise(layer, &GRID, &Unwatched).unwrap().value).collect();
        overlay_with(normal, &GRID, Means { per_tile: 60, depot: None, recall }, &Unwatched).unwrap()
    };
    cut(&given, Some(&recall));
    cut(&given, Some(&recall));
    let all = recall.reused();
    assert!(all > 100, "{all} tiles");
    // All behind it have other numbers then.
    given[0].features.remove(300);
    let (fresh, recalled) = (cut(&given, None), cut(&given, Some(&recall)));
    assert_eq!(format!("{:?}", fresh.value), format!("{:?}", recalled.value));
    let again = recall.reused() - all;
    assert!(again < all && again + 8 > all, "{again} of {all} tiles again");
}

#[test]
fn a_doubled_border_is_told_of_at_one_place_in_any_tiles() {
    let given = placed(17_448_105_427_363_218_647, |x, y| (x, y));
    let told = |per_tile| {
        let normal = given.iter().map(|layer| normalise(layer, &GRID, &Unwatched).unwrap().value).collect();
        overlay_with(normal, &GRID, Means { per_tile, ..Means::default() }, &Unwatched).unwrap().findings
    };
    let whole = told(6_000);
    assert!(whole.iter().any(|finding| finding.code == FindingCode::SelfIntersection));
    for per_tile in [1, 2, 5] {
        assert_eq!(told(per_tile), whole, "{per_tile} a tile");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_layers_and_of_their_features_makes_no_difference(seed: u64) {
        let given = placed(seed, |x, y| (x, y));
        let mut turned: Vec<Layer> = given.iter().rev().cloned().collect();
        turned.iter_mut().for_each(|layer| layer.features.reverse());
        let (one, other) = (run(given), run(turned));
        prop_assert_eq!(one.area_by_parents(), other.area_by_parents());
        let ids = |outcome: &Outcome| outcome.conflicts.iter().map(|conflict| conflict.id).collect::<BTreeSet<_>>();
        prop_assert_eq!(ids(&one), ids(&other));
        prop_assert_eq!(segments(&one.partition), segments(&other.partition));
    }

    #[test]
    fn neither_tiles_nor_threads_nor_a_depot_show_in_the_partition(seed: u64, per_tile in 1usize..40, threads in 1usize..5) {
        let given = placed(seed, |x, y| (x, y));
        let cut = |means: Means<'_>, threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let normal = given.iter().map(|layer| normalise(layer, &GRID, &Unwatched).unwrap().value).collect();
            pool.install(|| overlay_with(normal, &GRID, means, &Unwatched))
        };
        let one = cut(Means::default(), 1).unwrap();
        let depot = InMemory::default();
        let other = cut(Means { per_tile, depot: Some(&depot), recall: None }, threads).unwrap();
        prop_assert_eq!(format!("{:?}", one.value), format!("{:?}", other.value));
        if one.value.arc_count() > 0 {
            let full = cut(Means { per_tile, depot: Some(&Full), recall: None }, threads);
            prop_assert_eq!(full.err(), Some(Stop::Depot(ErrorKind::StorageFull)));
        }
        prop_assert_eq!(one.findings, other.findings);
    }

    #[test]
    fn what_is_recalled_of_the_last_run_gives_what_working_it_out_gives(seed: u64, per_tile in 1usize..30) {
        let recall = Recall::new(|| Ok(Arc::new(InMemory::default())));
        let means = |recall| Means { per_tile, depot: None, recall };
        let cut = |layers: &[Layer], recall| {
            let normal = layers.iter().map(|layer| normalise(layer, &GRID, &Unwatched).unwrap().value).collect();
            overlay_with(normal, &GRID, means(recall), &Unwatched).unwrap()
        };
        let mut given = placed(seed, |x, y| (x, y));
        let fresh = cut(&given, None);
        for _ in 0..2 {
            let recalled = cut(&given, Some(&recall));
            prop_assert_eq!(format!("{:?}", fresh.value), format!("{:?}", recalled.value));
            prop_assert_eq!(&fresh.findings, &recalled.findings);
        }
        prop_assert!(recall.reused() > 0 || fresh.value.arc_count() == 0);
        // A feature goes and another comes, so that those behind have other numbers.
        let gone = given[0].features.pop();
        given[0].features.insert(0, Feature { polygons: Vec::new(), ..gone.unwrap() });
        let extra = given[0].features[0].clone();
        given[0].features.insert(0, extra);
        // Then most of what was remembered is needed no more, and what is left is moved.
        for given in [given.clone(), given[..1].to_vec(), given] {
            let (fresh, recalled) = (cut(&given, None), cut(&given, Some(&recall)));
            prop_assert_eq!(format!("{:?}", fresh.value), format!("{:?}", recalled.value));
            prop_assert_eq!(fresh.findings, recalled.findings);
        }
    }

    #[test]
    fn what_a_full_disk_does_not_remember_is_worked_out_anew(seed: u64) {
        let recall = Recall::new(|| Ok(Arc::new(Full)));
        let given = placed(seed, |x, y| (x, y));
        let cut = |recall| {
            let normal = given.iter().map(|layer| normalise(layer, &GRID, &Unwatched).unwrap().value).collect();
            overlay_with(normal, &GRID, Means { recall, ..Means::default() }, &Unwatched).unwrap().value
        };
        let fresh = cut(None);
        for _ in 0..2 {
            prop_assert_eq!(format!("{fresh:?}"), format!("{:?}", cut(Some(&recall))));
        }
        prop_assert_eq!(recall.reused(), 0);
    }

    #[test]
    fn moving_everything_by_whole_grid_steps_changes_no_face(seed: u64, east in -1_000_000i32..1_000_000, north in -1_000_000i32..1_000_000) {
        let here = run(placed(seed, |x, y| (x, y)));
        let there = run(placed(seed, |x, y| (x + f64::from(east), y + f64::from(north))));
        prop_assert_eq!(faces(&here.partition), faces(&there.partition));
        prop_assert_eq!(here.conflicts.len(), there.conflicts.len());
    }

    #[test]
    fn another_origin_of_the_grid_gives_the_same_conflict_ids(seed: u64, east in -1_000i64..1_000, north in -1_000i64..1_000) {
        let here = run(placed(seed, |x, y| (x, y)));
        let elsewhere = PrecisionModel { scale: 1.0, origin: [east, north] };
        let there = run_undecided(placed(seed, |x, y| (x, y)), &elsewhere, &RuleSet::default());
        let ids = |outcome: &Outcome| outcome.conflicts.iter().map(|conflict| conflict.id).collect::<Vec<_>>();
        prop_assert_eq!(ids(&here), ids(&there));
    }

    #[test]
    fn turning_and_mirroring_give_every_set_of_parties_the_same_ground(seed: u64) {
        let upright = run(placed(seed, |x, y| (x * APART, y * APART)));
        let places: [Place; 4] = [
            |x, y| (-y * APART, x * APART),
            |x, y| (-x * APART, -y * APART),
            |x, y| (-x * APART, y * APART),
            |x, y| (y * APART, x * APART),
        ];
        for place in places {
            let turned = run(placed(seed, place));
            prop_assert_eq!(nearly_equal(&upright, &turned), Ok(()));
        }
    }

    #[test]
    fn a_run_on_its_own_output_changes_nothing(seed: u64) {
        let first = run(placed(seed, |x, y| (x, y)));
        prop_assume!(!first.blueprint.patches.is_empty());
        let second = run(vec![patches_as_layer(&first)]);
        prop_assert!(second.conflicts.iter().all(|conflict| conflict.parties.is_empty()), "only gaps are left");
        let areas = |outcome: &Outcome| outcome.blueprint.patches.iter().map(|patch| patch.area2).collect::<Vec<_>>();
        let by_patch: BTreeMap<i64, i128> = second.partition.features.iter().map(|feature| feature.fid)
            .zip((0..).map(|at| second.partition.feature_area2(lantu_engine::FeatureRef(at)))).collect();
        prop_assert_eq!(by_patch.into_values().collect::<Vec<_>>(), areas(&first));
        let (before, after) = (segments(&first.partition), segments(&second.partition));
        prop_assert!(after.is_subset(&before), "no line is moved");
    }

    #[test]
    fn deciding_what_changed_gives_what_deciding_everything_gives(seed: u64) {
        let first = run(placed(seed, |x, y| (x, y)));
        prop_assume!(!first.conflicts.is_empty());
        let (partition, conflicts, rules) = (&first.partition, &first.conflicts, RuleSet::default());
        let (mut decisions, mut blueprint) = (first.decisions.clone(), first.blueprint.clone());
        let (mut log, mut random) = (DecisionLog::default(), Random(seed));
        for number in 1..=12 {
            let action = random_action(&mut random, partition, conflicts, &log);
            let text = String::new;
            let operation = Operation { number, who: text(), when: text(), action, reason: text(), basis: text() };
            let known = log.operations().len();
            prop_assert!(log.append(operation).is_ok());
            let touched: BTreeSet<_> = log.touched_since(known).collect();
            let which: Vec<u32> = (0u32..).zip(conflicts).filter(|(_, c)| touched.contains(&c.id)).map(|(at, _)| at).collect();
            prop_assert_eq!(decide_again(partition, conflicts, &rules, &log, &which, &mut decisions), 0);
            if !compose_again(&mut blueprint, partition, conflicts, &decisions, &rules, &which) {
                blueprint = compose(partition, conflicts, &decisions, &rules, &Unwatched).unwrap();
            }
            let all = decide(partition, conflicts, &rules, &log, &Unwatched).unwrap().value;
            prop_assert_eq!(&decisions, &all);
            prop_assert_eq!(&blueprint, &compose(partition, conflicts, &all, &rules, &Unwatched).unwrap());
        }
    }

    #[test]
    fn the_blueprint_covers_exactly_what_the_inputs_cover(seed: u64) {
        let outcome = run(placed(seed, |x, y| (x, y)));
        let partition = &outcome.partition;
        let covered: i128 = partition.bounded_faces().filter(|&face| !partition.parents(face).is_empty()).map(|face| partition.area2(face)).sum();
        prop_assert_eq!(outcome.blueprint.patches.iter().map(|patch| patch.area2).sum::<i128>(), covered);
    }

    #[test]
    fn merging_slivers_keeps_the_ground_and_crosses_no_limit(seed: u64, area in 1u32..40, passes in 1u32..5, limit in 0usize..4, open: bool) {
        let (rules, settings) = (order_of_classes(), sliver_settings(area, passes, limit, open));
        let plain = run_undecided(placed(seed, |x, y| (x, y)), &GRID, &rules);
        let mut merged = run_undecided(placed(seed, |x, y| (x, y)), &GRID, &rules);
        merged.merge_slivers(&rules, &settings);
        prop_assert!(merged.proof.holds(), "{:?}", merged.proof);
        let total = |outcome: &Outcome| outcome.blueprint.patches.iter().map(|patch| patch.area2).sum::<i128>();
        let filled: i128 = merged.moved.iter().filter(|moved| moved.gap).map(|moved| moved.area2).sum();
        prop_assert_eq!(total(&merged), total(&plain) + filled);
        // Per class: what it had, less what went, and what came.
        let mut by_class = doubled_by_class(&plain.blueprint);
        for moved in &merged.moved {
            let to = &merged.blueprint.patches[moved.patch as usize].class;
            if !moved.gap {
                *by_class.entry(moved.from.clone()).or_default() -= moved.area2;
            }
            *by_class.entry(to.clone()).or_default() += moved.area2;
            prop_assert!(moved.area2 < 2 * i128::from(area), "no sliver");
        }
        by_class.retain(|_, area2| *area2 != 0);
        prop_assert_eq!(by_class, doubled_by_class(&merged.blueprint));
        // Every patch hangs together and lies on one side of the limit.
        let partition = &merged.partition;
        let inside = |face: u32| partition.parents(face).iter().any(|&parent| limited(limit, &partition.layer_of(parent).name));
        for patch in &merged.blueprint.patches {
            prop_assert!(patch.faces.iter().all(|&face| inside(face) == inside(patch.faces[0])), "across a limit");
            prop_assert!(hangs_together(partition, &patch.faces), "in pieces");
        }
    }

    #[test]
    fn neither_the_order_of_layers_nor_threads_show_in_what_slivers_become(seed: u64, area in 1u32..40, threads in 1usize..5, limit in 0usize..4) {
        let (rules, settings) = (order_of_classes(), sliver_settings(area, 3, limit, true));
        let merged = |layers: Vec<Layer>, threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut outcome = run_undecided(layers, &GRID, &rules);
                outcome.merge_slivers(&rules, &settings);
                let unfilled = outcome.findings.iter().filter(|finding| finding.code == FindingCode::UnfilledGap).count();
                (outcome.blueprint, outcome.moved, outcome.left, unfilled)
            })
        };
        let given = placed(seed, |x, y| (x, y));
        let backwards = given.iter().rev().cloned().collect();
        prop_assert_eq!(merged(given, 1), merged(backwards, threads));
    }
}

/// Class a before b before c, so that most conflicts are decided.
fn order_of_classes() -> RuleSet {
    let order = ["a", "b", "c"].map(ClassId::new).to_vec();
    let (when, because, basis) = Default::default();
    let then = Strategy::Priority(order);
    let rule = Rule { id: "P".to_owned(), when, then, because, basis, certainty: Default::default(), enabled: true };
    RuleSet { rules: vec![rule], ..RuleSet::default() }
}

/// Settings with the edge of one layer as a limit: of `a`, `b` or `c`, or none at 3.
fn sliver_settings(area: u32, passes: u32, limit: usize, open: bool) -> SliverRules {
    let layer = ["a", "b", "c"].get(limit);
    let limits = match (layer, limit) {
        (Some(layer), 0) => vec![Limit { layer: Some((*layer).to_owned()), ..Limit::default() }],
        (Some(layer), _) => vec![Limit { edge_of: Some(ClassId::new(layer)), ..Limit::default() }],
        (None, _) => Vec::new(),
    };
    let area = f64::from(area);
    SliverRules { area_m2: area, gap_area_m2: area, passes, open, limits, ..SliverRules::default() }
}

fn limited(limit: usize, layer: &str) -> bool {
    ["a", "b", "c"].get(limit) == Some(&layer)
}

fn doubled_by_class(blueprint: &Blueprint) -> BTreeMap<Option<ClassId>, i128> {
    blueprint.patches.iter().fold(BTreeMap::new(), |mut sums, patch| {
        *sums.entry(patch.class.clone()).or_default() += patch.area2;
        sums
    })
}

/// Whether faces are joined by arcs, told by walking from one to the next.
fn hangs_together(partition: &Partition, faces: &[u32]) -> bool {
    let (mut seen, mut waiting) = (BTreeSet::from([faces[0]]), vec![faces[0]]);
    while let Some(face) = waiting.pop() {
        for edge in partition.half_edges(face) {
            let beyond = partition.left(edge ^ 1);
            if faces.binary_search(&beyond).is_ok() && seen.insert(beyond) {
                waiting.push(beyond);
            }
        }
    }
    seen.len() == faces.len()
}
