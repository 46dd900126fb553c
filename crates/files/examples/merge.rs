//! The whole way in one small program: layers in, a proven blueprint out.
//!
//! ```text
//! cargo run --release -p lantu-files --example merge -- OUT.geojson NAME=SOURCE...
//! ```
//! A layer's name is its class, too; there are no rules, so every overlap stays open.

use lantu_engine::{
    ClassId, DecisionLog, PrecisionModel, RuleSet, Stop, Tolerances, Unwatched, check, compose, decide, detect,
    normalise, overlay,
};
use lantu_files::{ArcAreas, BlueprintExport, LayerRequest, choose_crs, read_layer, write_blueprint, write_conflicts};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("give the output file and at least one NAME=SOURCE")?;
    let requests: Vec<LayerRequest> = arguments.map(|argument| request(&argument)).collect::<Result<_, _>>()?;
    let mut clock = Clock(Instant::now());
    let crs = choose_crs(&requests)?;
    clock.tell(&format!("chosen {crs}"));

    let mut extent = None;
    let mut layers = Vec::new();
    for request in &requests {
        let read = read_layer(request, &crs, &|_| true)?;
        let features = read.value.layer.features.len();
        clock.tell(&format!("read {}: {features} features, {} findings", request.name, read.findings.len()));
        let all = extent.map_or(read.value.extent, |all: geo::Rect<f64>| surround(all, read.value.extent));
        extent = Some(all);
        layers.push(read.value.layer);
    }
    let extent = extent.ok_or("no layer given")?;
    let grid = PrecisionModel::coarsened(extent, 1e-4)?;
    let normal =
        layers.into_iter().map(|layer| Ok(normalise(layer, &grid, &Unwatched)?.value)).collect::<Result<_, Stop>>()?;
    let partition = overlay(normal, &grid, &Unwatched)?.value;
    clock.tell(&format!("overlay: {} faces", partition.face_count()));
    let (rules, log) = (RuleSet::default(), DecisionLog::default());
    let conflicts = detect(&partition, &Tolerances::default(), &Unwatched)?;
    let decisions = decide(&partition, &conflicts, &rules, &log, &Unwatched)?.value;
    let blueprint = compose(&partition, &conflicts, &decisions, &rules, &Unwatched)?;
    let proof = check(&partition, &blueprint, &Unwatched)?;
    clock.tell(&format!("{} patches, proof holds: {}", blueprint.patches.len(), proof.holds()));

    let arcs = ArcAreas::of(&partition, &crs, &|_| true)?;
    clock.tell("ellipsoidal areas");
    let export = BlueprintExport {
        partition: &partition,
        conflicts: &conflicts,
        decisions: &decisions,
        blueprint: &blueprint,
        rules: &rules,
        log: &log,
        crs: &crs,
        proof: &proof,
        arcs: &arcs,
        title: "merged",
        note: "",
    };
    let written = write_blueprint(Path::new(&out), &export, &|_| true)?;
    clock.tell(&format!("written: {written:#?}\nproof holds: {}", written.proof.holds()));
    let beside = Path::new(&out).with_extension("conflicts.geojson");
    let written = write_conflicts(&beside, &export, &|_| true)?;
    clock.tell(&format!("conflicts written: {}, proof holds: {}", written.features, written.proof.holds()));
    Ok(())
}

fn request(argument: &str) -> Result<LayerRequest, Box<dyn Error>> {
    let (name, source) = argument.split_once('=').ok_or("a layer is given as NAME=SOURCE")?;
    let (class, source) = (ClassId::new(name), source.parse()?);
    Ok(LayerRequest::new(name, source, class))
}

fn surround(a: geo::Rect<f64>, b: geo::Rect<f64>) -> geo::Rect<f64> {
    let low = geo::Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
    let high = geo::Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
    geo::Rect::new(low, high)
}

struct Clock(Instant);

impl Clock {
    fn tell(&mut self, what: &str) {
        println!("{:8.3} s  {what}", self.0.elapsed().as_secs_f64());
        self.0 = Instant::now();
    }
}
