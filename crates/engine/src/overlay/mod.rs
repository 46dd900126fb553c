//! Cuts all layers once into one arrangement: arcs with a face on either side, each face with the
//! features that cover it.
//!
//! ```text
//! interact (R-tree) → tiles → node (crossings, hot pixels) → bridges → chains → arcs → faces → labels
//! ```
//!
//! The method is snap rounding on the run's integer grid. Every decision is an exact integer
//! predicate on original segments and global pixels, so neither tiles nor threads can show in the
//! result.

mod arcs;
mod bridges;
mod cells;
mod chains;
mod containers;
mod crossings;
mod depot;
pub(crate) mod exact;
mod faces;
mod hits;
mod interact;
pub(crate) mod labels;
mod noding;
mod plan;
mod recall;
mod runs;
mod segments;
mod tiling;
mod vertices;

pub(crate) use depot::failed;
pub use depot::{Depot, Lent};
pub use recall::{Recall, Shelf};

use crate::finding::{Finding, FindingCode, Reported};
use crate::list::List;
use crate::normalise::NormalLayer;
use crate::partition::{FeatureInfo, FeatureRef, LayerInfo, NodingRecord, Partition};
use crate::precision::{Point, PrecisionModel};
use crate::watch::{Stage, Stop, Watch, step};
use geo::Coord;
use rayon::prelude::*;

/// So many vertices make a tile: what is worked out of them fits the second-level cache.
const PER_TILE: usize = 6000;

/// Cuts layers into one partition.
///
/// The layers are put in the order of their names, so the order in which they are given does not
/// matter; all must have been normalised to `grid`. Findings: features whose rings cross or
/// overlap, and features of which the grid kept nothing.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it, [`Stop::Limit`] beyond 2³⁰ features or edges.
pub fn overlay(
    layers: Vec<NormalLayer>,
    grid: &PrecisionModel,
    watch: &dyn Watch,
) -> Result<Reported<Partition>, Stop> {
    overlay_with(layers, grid, Means::default(), watch)
}

/// What the work may use. The result is the same with any of it; tests show it.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// About so many vertices make a tile.
    pub per_tile: usize,
    /// Where what is not needed just now is kept; memory if there is none.
    pub depot: Option<&'a dyn Depot>,
    /// What the last run has worked out, if it was kept.
    pub recall: Option<&'a Recall>,
}

impl Default for Means<'_> {
    fn default() -> Self {
        Self { per_tile: PER_TILE, depot: None, recall: None }
    }
}

/// As [`overlay`], with the means given.
///
/// # Errors
/// As [`overlay`], and [`Stop::Depot`] if the depot cannot be used.
pub fn overlay_with(
    mut layers: Vec<NormalLayer>,
    grid: &PrecisionModel,
    means: Means<'_>,
    watch: &dyn Watch,
) -> Result<Reported<Partition>, Stop> {
    // What only cuts comes last, so that its features stand behind all parents.
    layers.sort_by(|a, b| (a.cuts(), a.name()).cmp(&(b.cuts(), b.name())));
    let claiming = layers.iter().filter(|layer| !layer.cuts()).map(|layer| layer.feature_count() as u32).sum();
    check_limits(&layers)?;
    step(watch, Stage::Edges, 0.0)?;
    let (infos, features, ground) = infos_of(&mut layers);
    let (arcs, seen) = plan::arcs_of(layers, means, watch)?;
    let noding = NodingRecord {
        edges: ground.iter().map(|ground| ground.edges).sum(),
        unique_edges: seen.unique_edges,
        crossings: seen.crossings,
        cut_edges: seen.cut_edges,
        rounds: seen.rounds,
        farthest_move: seen.farthest_move,
    };
    step(watch, Stage::Faces, 0.6)?;
    let faces = faces::faces(&arcs, means.depot, watch)?;
    step(watch, Stage::Labels, 0.0)?;
    let (labels, label_of) = labels::labels(&arcs, &faces, watch)?;
    step(watch, Stage::Labels, 1.0)?;
    let partition = Partition {
        grid: *grid,
        claiming,
        layers: infos,
        features,
        noding,
        ground,
        points: arcs.points,
        arc_starts: arcs.starts,
        next: faces.next,
        left: faces.left,
        cycles: faces.cycles,
        face_cycles: faces.face_cycles,
        area2: faces.area2,
        label_of: List::put(label_of, means.depot)?,
        labels,
        changes: arcs.changes,
        index: std::sync::OnceLock::new(),
        areas: std::sync::OnceLock::new(),
        covers: crate::covers::Covers::default(),
    };
    // Rings of one feature that overlap along a line are as invalid as rings that cross.
    let mut crossed = [seen.self_crossing, seen.doubled].concat();
    crossed.par_sort_unstable();
    let findings = findings(&partition, crossed);
    Ok(Reported { value: partition, findings })
}

/// What a feature enclosed on the grid before noding, to compare with afterwards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroundBefore {
    /// Twice the signed area of its rings.
    pub area2: i128,
    /// The length of its rings in grid units.
    pub perimeter: f64,
    /// How many edges its layer has, on the layer's first feature; 0 on the others.
    pub edges: u64,
}

fn check_limits(layers: &[NormalLayer]) -> Result<(), Stop> {
    let limit = u64::from(u32::MAX / 4);
    let features = layers.iter().map(|layer| layer.feature_count() as u64).sum();
    let edges = layers.iter().map(NormalLayer::vertex_count).sum();
    for (what, count) in [("features", features), ("edges", edges)] {
        if count > limit {
            return Err(Stop::Limit { what, count, limit });
        }
    }
    Ok(())
}

/// Returns what the partition keeps of layers and features; the layers keep their rings.
fn infos_of(layers: &mut [NormalLayer]) -> (Vec<LayerInfo>, Vec<FeatureInfo>, Vec<GroundBefore>) {
    let (mut infos, mut features, mut before) = (Vec::new(), Vec::new(), Vec::new());
    for (index, layer) in layers.iter_mut().enumerate() {
        let mut edges = layer.points().len() as u64;
        infos.push(LayerInfo {
            name: layer.name().clone(),
            class: layer.class().clone(),
            first: FeatureRef(features.len() as u32),
            count: layer.feature_count() as u32,
            vertices: layer.vertex_count(),
        });
        for feature in layer.features_mut() {
            before.push(GroundBefore {
                area2: feature.area2,
                perimeter: feature.perimeter,
                edges: std::mem::take(&mut edges),
            });
            features.push(FeatureInfo {
                layer: index as u32,
                fid: feature.fid,
                class: feature.class.clone(),
                attributes: std::mem::take(&mut feature.attributes),
            });
        }
    }
    (infos, features, before)
}

/// Findings that only the arrangement can tell.
fn findings(partition: &Partition, self_crossing: Vec<(u32, Point)>) -> Vec<Finding> {
    let mut places: Vec<(u32, Option<Coord<f64>>)> =
        self_crossing.into_iter().map(|(feature, at)| (feature, Some(partition.grid.locate(at)))).collect();
    for face in partition.bounded_faces() {
        let label = partition.label_of[face as usize];
        for &(feature, winding) in partition.labels.windings(label) {
            // Thinner faces come from the grid's rounding, not from the feature's rings.
            if winding != 1 && partition.mean_width(face) > 2.0 {
                places.push((feature, partition.corner(face)));
            }
        }
    }
    places.sort_by_key(|(feature, _)| *feature);
    places.dedup_by_key(|(feature, _)| *feature);
    let say = |code, feature: u32, at| {
        let info = &partition.features[feature as usize];
        Finding::of_feature(code, &partition.layers[info.layer as usize].name, info.fid, at)
    };
    let mut findings: Vec<Finding> =
        places.into_iter().map(|(feature, at)| say(FindingCode::SelfIntersection, feature, at)).collect();
    for feature in 0..partition.features.len() as u32 {
        let had_ground = partition.ground[feature as usize].perimeter > 0.0;
        if had_ground && partition.feature_area2(FeatureRef(feature)) == 0 {
            findings.push(say(FindingCode::Collapsed, feature, None));
        }
    }
    findings
}
