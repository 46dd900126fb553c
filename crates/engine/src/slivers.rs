//! Merges slivers into their neighbours: the last step before the blueprint is proven.
//!
//! Neighbouring layers that were digitised apart leave patches that nobody planned. A patch under
//! its class's threshold goes to other ground of its own feature where that adjoins, so that what a
//! rule has decided stays decided, else to the neighbour with the longest common border; in several
//! passes, never across a limit. No coordinate is computed: arcs between a sliver and its new patch are
//! dropped, so areas balance to the last grid unit. A patch that is no sliver at the beginning
//! never moves, so what a sliver goes to is known at once and there are no chains.
//!
//! Borders are measured in whole numbers, so neither the order of layers nor threads decide.

use crate::compose::{Blueprint, Patch};
use crate::conflict::{Conflict, ConflictKind};
use crate::decide::{Basis, Decision, Verdict};
use crate::finding::{About, Finding, FindingCode};
use crate::layer::ClassId;
use crate::partition::{ArcId, FaceId, FeatureRef, Partition};
use crate::rules::RuleSet;
use crate::watch::{Stage, Stop, Watch, step};
use rayon::prelude::*;
use std::collections::HashMap;

mod limits;
mod mistakes;
mod regroup;
mod settings;

use limits::Limits;
pub use mistakes::SliverMistake;
pub use settings::{ClassThreshold, Limit, MOST_LIMITS, SliverRules};

/// A sliver that was merged.
#[derive(Clone, PartialEq, Debug)]
pub struct Moved {
    /// The class it had; `None` for a gap and for what was open.
    pub from: Option<ClassId>,
    /// The feature it came from, if from one.
    pub from_source: Option<FeatureRef>,
    /// The index of its conflict, if it was one.
    pub conflict: Option<u32>,
    /// Whether it was a gap.
    pub gap: bool,
    /// The patch that it is part of now.
    pub patch: u32,
    /// One of its faces.
    pub face: FaceId,
    /// Its area, doubled, in square grid units.
    pub area2: i128,
    /// Its mean width in grid units.
    pub width: f64,
    /// The length of the border that it shared with its new patch, in grid units.
    pub border: f64,
    /// The pass in which it moved, from 1.
    pub pass: u32,
}

/// What merging slivers has come to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Merged {
    /// The blueprint with the slivers in their new patches.
    pub blueprint: Blueprint,
    /// What moved, in the order of its first face.
    pub moved: Vec<Moved>,
    /// Slivers that no neighbour could take: how many, and twice their area.
    pub left: (u64, i128),
    /// Gaps that were not filled.
    pub findings: Vec<Finding>,
}

/// Borders are measured in parts of a grid unit.
const PARTS: f64 = 256.0;

/// A patch or a gap while it may move.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is no sliver and takes what comes.
    Takes,
    /// It neither moves nor takes.
    Aside,
    /// A sliver that has not moved.
    Waits,
    /// A sliver that moved.
    Gone,
}

/// Merges the slivers of a blueprint; `decisions` belong to `conflicts` one by one.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it.
pub fn merge_slivers(
    partition: &Partition,
    conflicts: &[Conflict],
    decisions: &[Decision],
    blueprint: Blueprint,
    rules: &RuleSet,
    settings: &SliverRules,
    watch: &dyn Watch,
) -> Result<Merged, Stop> {
    step(watch, Stage::Slivers, 0.0)?;
    let places = Places::of(partition, conflicts, decisions, blueprint);
    let borders = places.borders(partition);
    step(watch, Stage::Slivers, 0.2)?;
    let widths = places.widths(partition, &borders);
    let mut fates = places.fates(partition, decisions, rules, settings, &widths);
    let limits = Limits::of(partition, rules, settings, &places);
    let mut home: Vec<u32> = (0..places.len() as u32).collect();
    let mut area2 = places.area2.clone();
    let mut moves: Vec<Move> = Vec::new();
    for pass in 1..=settings.passes {
        step(watch, Stage::Slivers, 0.2 + 0.6 * f64::from(pass) / f64::from(settings.passes + 1))?;
        let chosen = choose(partition, &places, &borders, &fates, &home, &area2, &limits);
        if chosen.is_empty() {
            break;
        }
        for &(from, to, border) in &chosen {
            (home[from as usize], fates[from as usize]) = (to, Fate::Gone);
            area2[to as usize] += places.area2[from as usize];
            moves.push(Move { from, to, border: border as f64 / PARTS, pass });
        }
    }
    step(watch, Stage::Slivers, 0.8)?;
    let waiting = (0..places.len()).filter(|&place| fates[place] == Fate::Waits && !places.is_gap(place as u32));
    let left = waiting.fold((0, 0), |(count, sum), place| (count + 1, sum + places.area2[place]));
    let findings = places.unfilled(partition, &fates);
    let (blueprint, moved) = regroup::regroup(places, moves, &widths);
    step(watch, Stage::Slivers, 1.0)?;
    Ok(Merged { blueprint, moved, left, findings })
}

/// A sliver on its way.
struct Move {
    from: u32,
    to: u32,
    border: f64,
    pass: u32,
}

/// Patches, numbered as in the blueprint, and after them the gaps that may be filled.
struct Places<'a> {
    blueprint: Blueprint,
    conflicts: &'a [Conflict],
    /// The conflicts of the gaps.
    gaps: Vec<u32>,
    of: Vec<u32>,
    area2: Vec<i128>,
}

impl<'a> Places<'a> {
    fn of(partition: &Partition, conflicts: &'a [Conflict], decisions: &[Decision], blueprint: Blueprint) -> Self {
        let fillable = |&(conflict, decision): &(&Conflict, &Decision)| {
            // What a planner left empty stays so.
            let untouched = decision.basis == Basis::Nobody && decision.verdict == Verdict::LeaveEmpty;
            conflict.kind == ConflictKind::Gap && untouched
        };
        let all = (0u32..).zip(conflicts.iter().zip(decisions));
        let gaps: Vec<u32> = all.filter(|(_, both)| fillable(both)).map(|(index, _)| index).collect();
        let mut of = blueprint.patch_of.clone();
        of.resize(partition.face_count(), Blueprint::NONE);
        let mut area2: Vec<i128> = blueprint.patches.iter().map(|patch| patch.area2).collect();
        for &gap in &gaps {
            let conflict = &conflicts[gap as usize];
            conflict.faces.iter().for_each(|&face| of[face as usize] = area2.len() as u32);
            area2.push(conflict.area2);
        }
        Self { blueprint, conflicts, gaps, of, area2 }
    }

    fn len(&self) -> usize {
        self.area2.len()
    }

    fn patch(&self, place: u32) -> Option<&Patch> {
        self.blueprint.patches.get(place as usize)
    }

    fn is_gap(&self, place: u32) -> bool {
        place as usize >= self.blueprint.patches.len()
    }

    fn gap(&self, place: u32) -> Option<&Conflict> {
        let at = (place as usize).checked_sub(self.blueprint.patches.len())?;
        Some(&self.conflicts[self.gaps[at] as usize])
    }

    fn faces(&self, place: u32) -> &[FaceId] {
        self.patch(place).map(|patch| &*patch.faces).or_else(|| Some(&*self.gap(place)?.faces)).unwrap_or_default()
    }

    fn sides(&self, partition: &Partition, arc: ArcId) -> (u32, u32) {
        let (left, right) = partition.sides(arc);
        (self.of[left as usize], self.of[right as usize])
    }

    /// The length of each arc between two places; 0 for arcs within one.
    fn borders(&self, partition: &Partition) -> Vec<u64> {
        let border = |arc: ArcId| match self.sides(partition, arc) {
            (left, right) if left == right => 0,
            _ => (partition.arc_length(arc) * PARTS).round() as u64,
        };
        (0..partition.arc_count() as ArcId).into_par_iter().map(border).collect()
    }

    /// The mean width of each place in grid units, as that of a conflict.
    fn widths(&self, partition: &Partition, borders: &[u64]) -> Vec<f64> {
        let mut around = vec![0u64; self.len()];
        for (arc, border) in borders.iter().enumerate().filter(|(_, border)| **border > 0) {
            let (left, right) = self.sides(partition, arc as ArcId);
            for side in [left, right].into_iter().filter(|side| *side != Blueprint::NONE) {
                around[side as usize] += border;
            }
        }
        let width =
            |(&area2, &around): (&i128, &u64)| if around > 0 { area2 as f64 * PARTS / around as f64 } else { 0.0 };
        self.area2.iter().zip(&around).map(width).collect()
    }

    fn fates(
        &self,
        partition: &Partition,
        decisions: &[Decision],
        rules: &RuleSet,
        settings: &SliverRules,
        widths: &[f64],
    ) -> Vec<Fate> {
        let mut known: HashMap<Option<&ClassId>, Threshold> = HashMap::new();
        let grid = &partition.grid;
        let mut fates = Vec::with_capacity(self.len());
        for place in 0..self.len() as u32 {
            let threshold = match self.patch(place) {
                None => Some(Threshold { area: settings.gap_area_m2, width: settings.gap_width_m }),
                Some(patch) if stays(patch, decisions, settings) => None,
                Some(patch) => {
                    let class = patch.class.as_ref();
                    *known.entry(class).or_insert_with(|| Threshold::of(class, rules, settings))
                }
                .within(patch, rules, settings),
            };
            let (area, width) = (grid.area(self.area2[place as usize]), grid.length(widths[place as usize]));
            let sliver = threshold.is_some_and(|limit| area < limit.area || width < limit.width);
            let takes = self.patch(place).is_some_and(|patch| patch.class.is_some());
            fates.push(match (sliver, takes) {
                (true, _) => Fate::Waits,
                (false, true) => Fate::Takes,
                (false, false) => Fate::Aside,
            });
        }
        fates
    }

    fn unfilled(&self, partition: &Partition, fates: &[Fate]) -> Vec<Finding> {
        let gaps = self.blueprint.patches.len() as u32..self.len() as u32;
        let left = gaps.filter(|&gap| fates[gap as usize] != Fate::Gone);
        let finding = |gap: u32| {
            let code = FindingCode::UnfilledGap;
            let at = self.faces(gap).first().and_then(|&face| partition.corner(face));
            Finding { code, severity: code.severity(), about: About::default(), at }
        };
        left.map(finding).collect()
    }
}

/// Whether a patch stays for another reason than its size.
fn stays(patch: &Patch, decisions: &[Decision], settings: &SliverRules) -> bool {
    let basis = patch.decided_by(decisions);
    let asked_for = patch.is_open() && (!settings.open || basis.is_some());
    asked_for || matches!(basis, Some(Basis::Choice(_)))
}

/// Below which area or width a patch is a sliver.
#[derive(Clone, Copy)]
struct Threshold {
    area: f64,
    width: f64,
}

impl Threshold {
    fn of(class: Option<&ClassId>, rules: &RuleSet, settings: &SliverRules) -> Self {
        let general = settings.scale.map_or(settings.area_m2, |scale| scale * settings.per_scale_m2);
        let own = class.and_then(|class| {
            let of = |wider: &&ClassId| settings.classes.iter().find(|threshold| threshold.class == **wider);
            rules.lineage(class).iter().find_map(of)
        });
        match own {
            Some(own) => Self { area: own.area_m2, width: own.width_m.unwrap_or(settings.width_m) },
            None => Self { area: general, width: settings.width_m },
        }
    }

    /// The threshold, unless the patch's class, or one that it may come to have, is an exception.
    fn within(self, patch: &Patch, rules: &RuleSet, settings: &SliverRules) -> Option<Self> {
        let candidates: &[ClassId] = if patch.is_open() { &patch.designations } else { &[] };
        let mut classes = patch.class.iter().chain(candidates);
        let excepted = classes.any(|class| settings.except.iter().any(|except| rules.is(class, except)));
        (!excepted).then_some(self)
    }
}

/// Returns for each waiting sliver that a neighbour can take: the sliver, that neighbour, and the
/// length of their border. Ground of the sliver's own feature goes first, then the longest border,
/// among equals the larger neighbour.
fn choose(
    partition: &Partition,
    places: &Places<'_>,
    borders: &[u64],
    fates: &[Fate],
    home: &[u32],
    area2: &[i128],
    limits: &Limits,
) -> Vec<(u32, u32, u64)> {
    let link = |arc: ArcId| {
        let border = borders[arc as usize];
        let (left, right) = places.sides(partition, arc);
        if border == 0 || left == Blueprint::NONE || right == Blueprint::NONE {
            return None;
        }
        let (left, right) = (home[left as usize], home[right as usize]);
        let (from, to) = match (fates[left as usize], fates[right as usize]) {
            (Fate::Waits, Fate::Takes) => (left, right),
            (Fate::Takes, Fate::Waits) => (right, left),
            _ => return None,
        };
        limits.may_cross(partition, arc, from, to).then_some((from, to, border))
    };
    let mut links: Vec<(u32, u32, u64)> = (0..borders.len() as ArcId).into_par_iter().filter_map(link).collect();
    links.par_sort_unstable();
    links.dedup_by(|next, first| {
        let same = next.0 == first.0 && next.1 == first.1;
        if same {
            first.2 += next.2;
        }
        same
    });
    let best = |of_one: &[(u32, u32, u64)]| {
        // Ascending by neighbour: the first of equals stays.
        of_one.iter().copied().reduce(|best, next| {
            let source = |place: u32| places.patch(place).and_then(|patch| patch.source);
            let own = |from: u32, to: u32| source(from).is_some() && source(from) == source(to);
            let rank = |(from, to, border): (u32, u32, u64)| (own(from, to), border, area2[to as usize]);
            if rank(next) > rank(best) { next } else { best }
        })
    };
    links.chunk_by(|one, other| one.0 == other.0).filter_map(best).collect()
}
