//! Each stage of the engine alone, on the three layers of a town (size S: 0.9 million vertices).
//!
//! `cargo bench -p lantu-engine`; docs/benchmarks.md says what the data are like. Throughput is in
//! vertices as read.

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use geo::{Coord, LineString, Rect};
use lantu_bench::{Ground, Shape, Size};
use lantu_engine::{
    Attributes, ClassId, DecisionLog, Feature, Layer, NormalLayer, PrecisionModel, RuleSet, SliverRules, Stop,
    Unwatched, check, compose, decide, detect, merge_slivers, normalise, overlay,
};
use std::convert::Infallible;

fn town() -> Vec<Layer> {
    let size = Size::ALL[0];
    let ground = Ground::new(size);
    (0..size.layers).map(|number| layer(&ground, number)).collect()
}

fn layer(ground: &Ground, number: u32) -> Layer {
    let mut features = Vec::new();
    let Ok(()) = ground.layer(number, |shape| {
        features.push(feature(shape));
        Ok::<(), Infallible>(())
    });
    let name = format!("layer{number}");
    Layer { name: name.as_str().into(), class: ClassId::new(&name), features }
}

fn feature(shape: Shape) -> Feature {
    let ring = |ring: Vec<[f64; 2]>| LineString::new(ring.into_iter().map(|[x, y]| Coord { x, y }).collect());
    let polygon = |rings: Vec<Vec<[f64; 2]>>| rings.into_iter().map(ring).collect();
    Feature {
        fid: shape.number.into(),
        class: None,
        attributes: Attributes::default(),
        polygons: shape.polygons.into_iter().map(polygon).collect(),
    }
}

fn extent(layers: &[Layer]) -> Rect<f64> {
    let rings = layers.iter().flat_map(|layer| &layer.features).flat_map(|feature| feature.polygons.iter().flatten());
    let (mut low, mut high) =
        (Coord { x: f64::INFINITY, y: f64::INFINITY }, Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY });
    for at in rings.flat_map(|ring| &ring.0) {
        low = Coord { x: low.x.min(at.x), y: low.y.min(at.y) };
        high = Coord { x: high.x.max(at.x), y: high.y.max(at.y) };
    }
    Rect::new(low, high)
}

fn unstopped<T>(result: Result<T, Stop>) -> T {
    let Ok(value) = result else { unreachable!("nobody stops the work") };
    value
}

fn stages(criterion: &mut Criterion) {
    let layers = town();
    let Ok(grid) = PrecisionModel::covering(extent(&layers), 1e-4) else { unreachable!("a town fits the grid") };
    let normal: Vec<NormalLayer> =
        layers.iter().map(|layer| unstopped(normalise(layer.clone(), &grid, &Unwatched)).value).collect();
    let vertices = normal.iter().map(NormalLayer::vertex_count).sum();
    let Ok(cut) = overlay(normal.clone(), &grid, &Unwatched) else { unreachable!("nobody stops the work") };
    let (partition, rules, log) = (cut.value, RuleSet::default(), DecisionLog::default());
    let conflicts = unstopped(detect(&partition, &rules.tolerances, &Unwatched));
    let decisions = unstopped(decide(&partition, &conflicts, &rules, &log, &Unwatched)).value;
    let blueprint = unstopped(compose(&partition, &conflicts, &decisions, &rules, &Unwatched));

    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Elements(vertices)).sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("normalise", |bench| {
        let all = |layers: Vec<Layer>| {
            layers.into_iter().map(|layer| normalise(layer, &grid, &Unwatched)).collect::<Vec<_>>()
        };
        bench.iter_batched(|| layers.clone(), all, BatchSize::PerIteration);
    });
    group.bench_function("overlay", |bench| {
        bench.iter_batched(|| normal.clone(), |normal| overlay(normal, &grid, &Unwatched), BatchSize::PerIteration);
    });
    group.bench_function("detect", |bench| bench.iter(|| detect(&partition, &rules.tolerances, &Unwatched)));
    group.bench_function("decide", |bench| bench.iter(|| decide(&partition, &conflicts, &rules, &log, &Unwatched)));
    group.bench_function("compose", |bench| {
        bench.iter(|| compose(&partition, &conflicts, &decisions, &rules, &Unwatched))
    });
    let settings =
        SliverRules { area_m2: 200.0, width_m: 1.0, gap_area_m2: 200.0, open: true, ..SliverRules::default() };
    group.bench_function("slivers", |bench| {
        let merge = |plain| merge_slivers(&partition, &conflicts, &decisions, plain, &rules, &settings, &Unwatched);
        bench.iter_batched(|| blueprint.clone(), merge, BatchSize::PerIteration);
    });
    group.bench_function("check", |bench| bench.iter(|| check(&partition, &blueprint, &Unwatched)));
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
