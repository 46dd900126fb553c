//! Finds what may not stay as it is: places with several parents, and enclosed places with none.
//!
//! A conflict is a connected set of faces with the same parties; connected means sharing an arc,
//! not merely a node, and on no two sides of a line that only cuts. Whether the parties' classes are compatible is not asked here but in
//! [`crate::decide()`], so that a change of rules never changes which conflicts there are.

use crate::conflict::{Conflict, ConflictId, ConflictKind};
use crate::few::Few;
use crate::groups::Groups;
use crate::partition::{ArcId, FaceId, FeatureRef, Partition};
use crate::precision::Point;
use crate::rules::Tolerances;
use crate::watch::{Stage, Steps, Stop, Watch};
use rayon::prelude::*;

/// Returns the conflicts of a partition, in the order of their first face.
///
/// Areas and widths of `tolerances` are in the plane's units. Ids depend on content alone; of two
/// conflicts that agree in all of it (which no two places can) the later in order gets another id.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it.
pub fn detect(partition: &Partition, tolerances: &Tolerances, watch: &dyn Watch) -> Result<Vec<Conflict>, Stop> {
    let steps = Steps::new(watch, Stage::Detect, 0.0..0.4, partition.arc_count());
    let groups =
        Groups::of(partition, |face| partition.parents(face).len() != 1, |a, b| partition.same_cover(a, b), &steps)?;
    let steps = Steps::new(watch, Stage::Detect, 0.4..0.7, partition.arc_count());
    let reaches = reaches(partition, &groups, &steps)?;
    let steps = Steps::new(watch, Stage::Detect, 0.7..0.9, groups.len());
    let mut conflicts: Vec<Conflict> = Vec::with_capacity(groups.len());
    for batch in steps.batches() {
        let one = |group: usize| conflict(partition, &reaches[group], tolerances, groups.faces(group));
        conflicts.par_extend(batch?.into_par_iter().map(one));
    }
    drop((groups, reaches));
    // Faces are numbered along a curve that begins at the run's origin; the list must not be.
    conflicts.par_sort_unstable_by(|one, other| {
        let place = |conflict: &Conflict| (conflict.bounds, conflict.area2, conflict.id);
        let content = || one.parties.cmp(&other.parties).then_with(|| one.faces.cmp(&other.faces));
        place(one).cmp(&place(other)).then_with(content)
    });
    tell_apart(&mut conflicts);
    Ok(conflicts)
}

/// Returns what the boundary of each group reaches over. Arcs are looked at once, in their order,
/// and not again for each face beside them.
fn reaches(partition: &Partition, groups: &Groups, steps: &Steps<'_>) -> Result<Vec<Reach>, Stop> {
    let mut reaches = vec![Reach::NOTHING; groups.len()];
    let sides = |arc: ArcId| {
        let (left, right) = partition.sides(arc);
        (groups.group(left), groups.group(right))
    };
    let mut batch: Vec<Reach> = Vec::new();
    for arcs in steps.batches() {
        let arcs = arcs?;
        let arcs = arcs.start as ArcId..arcs.end as ArcId;
        let one = |arc: ArcId| {
            let (left, right) = sides(arc);
            if left == right { Reach::NOTHING } else { Reach::of(partition.arc_points(arc)) }
        };
        arcs.clone().into_par_iter().map(one).collect_into_vec(&mut batch);
        for (arc, reach) in arcs.zip(&batch) {
            let (left, right) = sides(arc);
            if left == right {
                continue;
            }
            for group in [left, right].into_iter().filter(|&group| group != Groups::NONE) {
                let whole = &mut reaches[group as usize];
                *whole = whole.with(*reach);
            }
        }
    }
    Ok(reaches)
}

/// How long a boundary is, and what it reaches over.
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

    /// Returns the reach of both.
    fn with(self, other: Self) -> Self {
        let (low, high) = self.bounds;
        let (other_low, other_high) = other.bounds;
        let bounds = (
            Point::new(low.x.min(other_low.x), low.y.min(other_low.y)),
            Point::new(high.x.max(other_high.x), high.y.max(other_high.y)),
        );
        let extremes = (self.extremes.0.min(other.extremes.0), self.extremes.1.max(other.extremes.1));
        Self { length: self.length + other.length, bounds, extremes }
    }
}

fn conflict(partition: &Partition, reach: &Reach, tolerances: &Tolerances, faces: &[FaceId]) -> Conflict {
    let parties = Few::from(partition.parents(faces[0]));
    let area2 = faces.iter().map(|&face| partition.area2(face)).sum();
    let (kind, faces) = (kind(partition, &parties), Few::from(faces));
    let (perimeter, bounds) = (reach.length, reach.bounds);
    let (id, sliver, district) = (ConflictId(0), false, None);
    let mut conflict = Conflict { id, kind, sliver, parties, faces, area2, perimeter, bounds, district };
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
    let named = |(at, conflict): (usize, &Conflict)| (conflict.id, at);
    let mut order: Vec<(ConflictId, usize)> = conflicts.iter().enumerate().map(named).collect();
    order.par_sort_unstable();
    for same in order.chunk_by(|one, other| one.0 == other.0) {
        for (ordinal, &(plain, at)) in same.iter().enumerate().skip(1) {
            let mut mix = Mix(plain.0);
            mix.add(ordinal as u64);
            conflicts[at].id = ConflictId(mix.0);
        }
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
