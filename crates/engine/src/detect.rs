//! Finds what may not stay as it is: places with several parents, and enclosed places with none.
//!
//! A conflict is a connected set of faces with the same parties; connected means sharing an arc,
//! not merely a node, and on no two sides of a line that only cuts. Whether the parties' classes are compatible is not asked here but in
//! [`crate::decide()`], so that a change of rules never changes which conflicts there are.

use crate::conflict::{Conflict, ConflictId, ConflictKind};
use crate::partition::{FaceId, FeatureRef, OUTSIDE, Partition};
use crate::precision::Point;
use crate::rules::Tolerances;
use crate::watch::{Stage, Steps, Stop, Watch};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Returns the conflicts of a partition, in the order of their first face.
///
/// Areas and widths of `tolerances` are in the plane's units. Ids depend on content alone; of two
/// conflicts that agree in all of it (which no two places can) the later in order gets another id.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it.
pub fn detect(partition: &Partition, tolerances: &Tolerances, watch: &dyn Watch) -> Result<Vec<Conflict>, Stop> {
    let steps = Steps::new(watch, Stage::Detect, 0.0..0.4, partition.face_count());
    let groups = connected(
        partition,
        |face| is_conflict(partition, face),
        |a, b| partition.covering(a) == partition.covering(b),
        &steps,
    )?;
    let arcs: Vec<Reach> =
        (0..partition.arc_count() as u32).into_par_iter().map(|arc| Reach::of(partition.arc_points(arc))).collect();
    let steps = Steps::new(watch, Stage::Detect, 0.5..0.9, groups.len());
    let one = |faces| {
        steps.one()?;
        Ok(conflict(partition, &arcs, tolerances, faces))
    };
    let mut conflicts: Vec<Conflict> = groups.into_par_iter().map(one).collect::<Result<_, Stop>>()?;
    // Faces are numbered along a curve that begins at the run's origin; the list must not be.
    conflicts.par_sort_by(|one, other| {
        let place = |conflict: &Conflict| (conflict.bounds, conflict.area2, conflict.id);
        place(one).cmp(&place(other)).then_with(|| one.parties.cmp(&other.parties))
    });
    tell_apart(&mut conflicts);
    Ok(conflicts)
}

fn is_conflict(partition: &Partition, face: FaceId) -> bool {
    face != OUTSIDE && partition.parents(face).len() != 1
}

/// Returns the connected groups of the faces that `takes_part`, joined across arcs where
/// `belong_together` holds; faces ascending, groups in the order of their first face.
pub(crate) fn connected(
    partition: &Partition,
    takes_part: impl Fn(FaceId) -> bool,
    belong_together: impl Fn(FaceId, FaceId) -> bool,
    steps: &Steps<'_>,
) -> Result<Vec<Vec<FaceId>>, Stop> {
    let mut seen = vec![false; partition.face_count()];
    let mut groups = Vec::new();
    for start in partition.bounded_faces() {
        steps.one()?;
        if seen[start as usize] || !takes_part(start) {
            continue;
        }
        seen[start as usize] = true;
        let mut faces = vec![start];
        let mut at = 0;
        while at < faces.len() {
            let face = faces[at];
            for edge in partition.half_edges(face) {
                let beyond = partition.left(edge ^ 1);
                if !seen[beyond as usize] && takes_part(beyond) && belong_together(face, beyond) {
                    seen[beyond as usize] = true;
                    faces.push(beyond);
                }
            }
            at += 1;
        }
        faces.sort_unstable();
        groups.push(faces);
    }
    Ok(groups)
}

/// How long an arc is, or arcs are, and what they reach over. Points are looked at once, one after
/// another, and not again for each face beside them.
#[derive(Clone, Copy)]
struct Reach {
    length: f64,
    /// The lowest and highest corner of the box.
    bounds: (Point, Point),
    /// The smallest and the greatest point.
    extremes: (Point, Point),
}

impl Reach {
    const NOTHING: Self = {
        let (low, high) = (Point::new(i32::MIN, i32::MIN), Point::new(i32::MAX, i32::MAX));
        Self { length: 0.0, bounds: (high, low), extremes: (high, low) }
    };

    fn of(points: &[Point]) -> Self {
        let of_point = |&point| Self { length: 0.0, bounds: (point, point), extremes: (point, point) };
        let reach = points.iter().map(of_point).fold(Self::NOTHING, Self::with);
        Self { length: points.windows(2).map(|w| w[0].distance(w[1])).sum(), ..reach }
    }

    /// Returns the reach of both, without a length.
    fn with(self, other: Self) -> Self {
        let (low, high) = self.bounds;
        let (other_low, other_high) = other.bounds;
        let bounds = (
            Point::new(low.x.min(other_low.x), low.y.min(other_low.y)),
            Point::new(high.x.max(other_high.x), high.y.max(other_high.y)),
        );
        let extremes = (self.extremes.0.min(other.extremes.0), self.extremes.1.max(other.extremes.1));
        Self { length: 0.0, bounds, extremes }
    }
}

fn conflict(partition: &Partition, arcs: &[Reach], tolerances: &Tolerances, faces: Vec<FaceId>) -> Conflict {
    let (parties, faces) = (Box::from(partition.parents(faces[0])), faces.into_boxed_slice());
    let area2 = faces.iter().map(|&face| partition.area2(face)).sum();
    let inside = |face: FaceId| faces.binary_search(&face).is_ok();
    let (mut perimeter, mut reach) = (0.0, Reach::NOTHING);
    for edge in faces.iter().flat_map(|&face| partition.half_edges(face)) {
        let arc = arcs[edge as usize / 2];
        reach = reach.with(arc);
        if !inside(partition.left(edge ^ 1)) {
            perimeter += arc.length;
        }
    }
    let (kind, bounds) = (kind(partition, &parties), reach.bounds);
    let mut conflict = Conflict { id: ConflictId(0), kind, sliver: false, parties, faces, area2, perimeter, bounds };
    conflict.sliver = partition.grid.area(area2) <= tolerances.sliver_area_m2
        || partition.grid.length(conflict.mean_width()) <= tolerances.sliver_width_m;
    conflict.id = name(partition, &conflict, reach.extremes);
    conflict
}

fn kind(partition: &Partition, parties: &[FeatureRef]) -> ConflictKind {
    let layer = |party: &FeatureRef| partition.feature(*party).layer;
    match parties {
        [] => ConflictKind::Gap,
        [first, rest @ ..] if rest.iter().all(|party| layer(party) == layer(first)) => ConflictKind::SelfOverlap,
        _ => ConflictKind::Overlap,
    }
}

/// Returns the name of a conflict: kind, layers and classes of the parties, place and size.
///
/// The place is told by the conflict's extreme points and its area in absolute grid units, so
/// neither the run's origin, nor the numbering of features, nor what else is in the data matters.
fn name(partition: &Partition, conflict: &Conflict, extremes: (Point, Point)) -> ConflictId {
    let mut mix = Mix::default();
    mix.add(conflict.kind as u64);
    for &party in &conflict.parties {
        mix.add_text(&partition.layer_of(party).name);
        mix.add_text(partition.feature(party).class.as_str());
    }
    for extreme in [extremes.0, extremes.1] {
        partition.grid.absolute(extreme).into_iter().for_each(|unit| mix.add(unit as u64));
    }
    mix.add(conflict.area2 as u64);
    mix.add((conflict.area2 >> 64) as u64);
    mix.add(partition.grid.scale.to_bits());
    ConflictId(mix.0)
}

/// Gives conflicts that share an id ids of their own, in order.
fn tell_apart(conflicts: &mut [Conflict]) {
    let mut taken: BTreeMap<ConflictId, u64> = BTreeMap::new();
    for conflict in conflicts {
        let plain = conflict.id;
        let ordinal = taken.entry(plain).or_insert(0);
        if *ordinal > 0 {
            let mut mix = Mix(plain.0);
            mix.add(*ordinal);
            conflict.id = ConflictId(mix.0);
        }
        *ordinal += 1;
    }
}

/// A hash that stays the same between versions of compiler and library (FNV-1a over words, with
/// the final mix of SplitMix64): ids are kept in files.
struct Mix(u64);

impl Default for Mix {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Mix {
    fn add(&mut self, word: u64) {
        let mut mixed = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.0 = mixed ^ (mixed >> 31);
    }

    fn add_text(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.add(byte.into()));
        self.add(u64::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::Mix;

    #[test]
    fn the_hash_behind_conflict_ids_never_changes() {
        let mut mix = Mix::default();
        mix.add_text("永久基本农田");
        mix.add(42);
        assert_eq!(mix.0, 18_192_032_991_838_167_693);
    }
}
