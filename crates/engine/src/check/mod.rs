//! Proves that a blueprint is a partition, from the arcs alone and by other ways than it was made.
//!
//! What made the partition is not asked: crossings are looked for by a plane sweep along bands
//! instead of in tiles, the place of every hole is found by looking left instead of down, areas are
//! added along boundaries instead of over faces. A proof that does not hold is a bug of the
//! engine; it is reported, never repaired.

mod holes;
mod lines;
mod pairs;
mod place;
mod status;
mod sweep;

use crate::compose::Blueprint;
use crate::overlay::labels::add;
use crate::partition::{ArcId, FaceId, OUTSIDE, Partition};
use crate::rings::cross_of;
use crate::watch::{Stage, Steps, Stop, Unwatched, Watch, step};
use geo::Coord;
use lines::{Pieces, Singly};
use rayon::prelude::*;
use serde::Serialize;

/// What was checked, and how far each differs from what it must be; lengths in grid units.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Proof {
    /// Pairs of arc segments that cross, touch or overlap other than at common ends, or of which one
    /// passes the pixel of the other's end. At 0, every vertex is at least half a grid unit from
    /// every segment that it does not end, so the digits of a file cannot make them touch.
    pub residual_crossings: u64,
    /// Arcs across which the windings do not change by what runs along the arc.
    pub label_disagreements: u64,
    /// Holes and islands that do not lie in the face that claims them.
    pub misplaced_holes: u64,
    /// Features whose faces do not add up to the ground that their boundary encloses, or whose
    /// ground changed by more than moving its boundary by `farthest_move` explains.
    pub feature_area_mismatches: u64,
    /// Faces that are covered but in no patch, or in a patch that does not list them.
    pub misassigned_faces: u64,
    /// Doubled area of all patches minus that enclosed by the boundary of what they cover.
    pub area_difference_grid_units: i128,
    /// Features of which the grid kept nothing. Reported, no fault.
    pub collapsed_features: u64,
    /// How far an edge was moved by cutting at most. Reported, no fault.
    pub farthest_move: f64,
}

impl Proof {
    /// Returns whether the blueprint is a partition of the ground of its inputs.
    pub fn holds(&self) -> bool {
        self.residual_crossings == 0
            && self.label_disagreements == 0
            && self.misplaced_holes == 0
            && self.feature_area_mismatches == 0
            && self.misassigned_faces == 0
            && self.area_difference_grid_units == 0
    }
}

/// What a proof says of arcs and faces: it stands for every blueprint of the partition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CutProof(Proof);

impl CutProof {
    /// Proves a partition.
    ///
    /// # Errors
    /// [`Stop::Cancelled`] if the watcher asks for it.
    pub fn of(partition: &Partition, watch: &dyn Watch) -> Result<Self, Stop> {
        step(watch, Stage::Check, 0.0)?;
        let residual_crossings = crossings(partition, watch)?;
        step(watch, Stage::Check, 0.7)?;
        let steps = Steps::new(watch, Stage::Check, 0.7..0.8, holes::STRETCHES);
        let misplaced_holes = holes::misplaced(partition, &steps)?;
        step(watch, Stage::Check, 0.8)?;
        let label_disagreements = label_disagreements(partition);
        step(watch, Stage::Check, 0.9)?;
        let steps = Steps::new(watch, Stage::Check, 0.9..1.0, partition.arc_count());
        let feature_area_mismatches = feature_area_mismatches(partition, &steps)?;
        step(watch, Stage::Check, 1.0)?;
        Ok(Self(Proof {
            residual_crossings,
            misplaced_holes,
            label_disagreements,
            feature_area_mismatches,
            collapsed_features: collapsed_features(partition),
            farthest_move: partition.noding.farthest_move,
            ..Proof::default()
        }))
    }

    /// Returns the proof of a blueprint of this partition: its patches are looked at.
    #[must_use]
    pub fn with(&self, partition: &Partition, blueprint: &Blueprint) -> Proof {
        Proof {
            misassigned_faces: misassigned_faces(partition, blueprint),
            area_difference_grid_units: area_difference(partition, blueprint),
            ..self.0
        }
    }
}

/// Proves a blueprint and its partition.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it.
pub fn check(partition: &Partition, blueprint: &Blueprint, watch: &dyn Watch) -> Result<Proof, Stop> {
    Ok(CutProof::of(partition, watch)?.with(partition, blueprint))
}

/// Sees first whether there is anything to count.
fn crossings(partition: &Partition, watch: &dyn Watch) -> Result<u64, Stop> {
    let pieces = Pieces::of(partition);
    Ok(if sweep::any_meet(&pieces, watch)? { pairs::count(&pieces.segments()) } else { 0 })
}

/// Returns how many pairs of segments cross, touch or overlap other than at common ends, on the
/// coordinates as they are. Equal segments count as overlapping; coordinates must be finite.
pub fn crossings_as_written(segments: &[[Coord<f64>; 2]]) -> u64 {
    // Nobody watches, so nobody stops it; pairs that were not looked for would be counted.
    if sweep::any_meet(&Singly(segments), &Unwatched) == Ok(false) { 0 } else { pairs::count(segments) }
}

/// Returns an arc's part of the shoelace sum: what it adds to the doubled area on its left.
fn share(partition: &Partition, arc: ArcId) -> i128 {
    partition.arc_points(arc).windows(2).map(|w| cross_of(w[0], w[1])).sum()
}

fn label_disagreements(partition: &Partition) -> u64 {
    if partition.labels.have_no_windings() {
        return partition.arc_count() as u64;
    }
    let disagrees = |arc: u32, sum: &mut Vec<(u32, i32)>| {
        let (left, right) = partition.sides(arc);
        let windings = |face: FaceId| partition.labels.windings(partition.label_of[face as usize]);
        add(windings(right), partition.changes.of(arc as usize), 1, sum);
        sum.as_slice() != windings(left)
    };
    let arcs = (0..partition.arc_count() as u32).into_par_iter();
    let count = arcs.map_init(Vec::new, |sum, arc| u64::from(disagrees(arc, sum))).sum::<u64>();
    count + u64::from(partition.label_of[OUTSIDE as usize] != 0)
}

fn feature_area_mismatches(partition: &Partition, steps: &Steps<'_>) -> Result<u64, Stop> {
    if partition.labels.have_no_windings() {
        return Ok(partition.features.len() as u64);
    }
    let mut by_boundary = vec![0i128; partition.features.len()];
    let mut shares = Vec::new();
    for arcs in steps.batches() {
        let arcs = arcs?;
        arcs.clone().into_par_iter().map(|arc| share(partition, arc as ArcId)).collect_into_vec(&mut shares);
        for (arc, share) in arcs.zip(&shares) {
            for change in partition.changes.of(arc) {
                by_boundary[change.feature as usize] += i128::from(change.winding) * share;
            }
        }
    }
    let mut by_faces = vec![0i128; partition.features.len()];
    for face in partition.bounded_faces() {
        for &(feature, winding) in partition.labels.windings(partition.label_of[face as usize]) {
            by_faces[feature as usize] += i128::from(winding) * partition.area2(face);
        }
    }
    let wrong = (0..partition.features.len()).filter(|&feature| {
        let before = partition.ground[feature];
        let moved = (by_boundary[feature] - before.area2).unsigned_abs() as f64;
        // An edge of length l that moves by m at most sweeps l·m, doubled twice that; its new
        // corners add less than m² each.
        let explained =
            2.0 * partition.noding.farthest_move * (before.perimeter + 4.0 * partition.noding.farthest_move);
        by_faces[feature] != by_boundary[feature] || moved > explained
    });
    Ok(wrong.count() as u64)
}

fn misassigned_faces(partition: &Partition, blueprint: &Blueprint) -> u64 {
    let mut listed = vec![Blueprint::NONE; partition.face_count()];
    let mut twice = 0;
    for (index, patch) in blueprint.patches.iter().enumerate() {
        for &face in &patch.faces {
            twice += u64::from(listed[face as usize] != Blueprint::NONE || face == OUTSIDE);
            listed[face as usize] = index as u32;
        }
    }
    let wrong = (0..partition.face_count()).filter(|&face| listed[face] != blueprint.patch_of[face]);
    // One parent means that nobody contests the place: it must be in the blueprint.
    let missing = partition
        .bounded_faces()
        .filter(|&face| listed[face as usize] == Blueprint::NONE && partition.parents(face).len() == 1);
    twice + wrong.count() as u64 + missing.count() as u64
}

/// The patches' area over faces, minus the same along the boundary of what is in a patch.
fn area_difference(partition: &Partition, blueprint: &Blueprint) -> i128 {
    let patches: i128 = blueprint.patches.iter().map(|patch| patch.area2).sum();
    let inside = |face: FaceId| blueprint.patch_of[face as usize] != Blueprint::NONE;
    let boundary: i128 = (0..partition.arc_count() as u32)
        .into_par_iter()
        .map(|arc| match partition.sides(arc) {
            (left, right) if inside(left) && !inside(right) => share(partition, arc),
            (left, right) if !inside(left) && inside(right) => -share(partition, arc),
            _ => 0,
        })
        .sum();
    patches - boundary
}

fn collapsed_features(partition: &Partition) -> u64 {
    (0..partition.layers.len() as u32).map(|layer| u64::from(partition.collapsed_features(layer))).sum()
}
