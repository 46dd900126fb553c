//! From decisions to the blueprint: no geometry is computed, arcs are only kept or dropped.

use crate::conflict::Conflict;
use crate::decide::{Basis, Decision, Verdict};
use crate::few::Few;
use crate::groups::Groups;
use crate::layer::ClassId;
use crate::partition::{FaceId, FeatureRef, GridPolygon, Partition};
use crate::rules::RuleSet;
use crate::watch::{Stage, Steps, Stop, Watch};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// A connected place of the blueprint with one class and one history.
#[derive(Clone, PartialEq, Debug)]
pub struct Patch {
    /// The faces it consists of, ascending.
    pub faces: Few<FaceId>,
    /// Its class; `None` while its conflict is open.
    pub class: Option<ClassId>,
    /// The feature it comes from: the one that names its class, `None` while open or if the
    /// planner gave it another class.
    pub source: Option<FeatureRef>,
    /// The classes that stay beside its own; while open, the candidates.
    pub designations: Arc<[ClassId]>,
    /// The index of its conflict.
    pub conflict: Option<u32>,
    /// Its area, doubled, in square grid units.
    pub area2: i128,
}

impl Patch {
    /// Returns whether nobody has decided its conflict: whatever else becomes of a place names a class.
    pub fn is_open(&self) -> bool {
        self.class.is_none()
    }

    /// Returns the rule or the planner's operation that decided it; `decisions` are those that it
    /// was composed of.
    pub fn decided_by<'a>(&self, decisions: &'a [Decision]) -> Option<&'a Basis> {
        let basis = &decisions[self.conflict? as usize].basis;
        (*basis != Basis::Nobody).then_some(basis)
    }

    /// Returns all features that cover it, ascending; slivers merged into it aside. `conflicts` are
    /// those that it was composed of.
    pub fn parents<'a>(&self, partition: &'a Partition, conflicts: &'a [Conflict]) -> &'a [FeatureRef] {
        if let Some(conflict) = self.conflict {
            return &conflicts[conflict as usize].parties;
        }
        // Uncontested ground has one parent; a sliver that it took may have others.
        let mut faces = self.faces.iter().map(|&face| partition.parents(face));
        faces.find(|parents| parents.first() == self.source.as_ref() && parents.len() < 2).unwrap_or_default()
    }
}

/// A province has ten million of them.
const _: () = assert!(size_of::<Patch>() <= 80);

/// The coverage: every place exactly one patch.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Blueprint {
    /// The patches, in the order of their first face.
    pub patches: Vec<Patch>,
    /// The patch of each face; [`Blueprint::NONE`] for the outside and for what stays empty.
    pub patch_of: Vec<u32>,
}

impl Blueprint {
    /// Marks a face that belongs to no patch.
    pub const NONE: u32 = u32::MAX;

    /// Returns the ground of a patch.
    pub fn polygons(&self, partition: &Partition, patch: u32) -> Vec<GridPolygon> {
        let faces = &self.patches[patch as usize].faces;
        partition.polygons(faces, |face| self.patch_of[face as usize] == patch)
    }
}

/// Returns the blueprint that the decisions make of the partition.
///
/// A patch is a connected place with one history: the ground of one feature that nobody contests,
/// or one conflict. Two conflicts side by side with equal verdicts stay two patches, so that each
/// can be traced. `decisions` belong to `conflicts` one by one.
///
/// # Errors
/// [`Stop::Cancelled`] if the watcher asks for it.
pub fn compose(
    partition: &Partition,
    conflicts: &[Conflict],
    decisions: &[Decision],
    rules: &RuleSet,
    watch: &dyn Watch,
) -> Result<Blueprint, Stop> {
    let steps = Steps::new(watch, Stage::Compose, 0.0..0.6, partition.arc_count());
    let history = histories(partition, conflicts, decisions);
    let groups = Groups::of(
        partition,
        |face| history[face as usize] != History::Empty,
        |a, b| history[a as usize] == history[b as usize],
        &steps,
    )?;
    let steps = Steps::new(watch, Stage::Compose, 0.6..1.0, groups.len());
    let mut patches = Vec::with_capacity(groups.len());
    for batch in steps.batches() {
        let one = |decider: &mut Decider<'_>, group: usize| {
            let faces = groups.faces(group);
            match history[faces[0] as usize] {
                History::Conflict(index) => decider.patch(index, faces.into()),
                _ => uncontested(partition, faces.into()),
            }
        };
        let deciders = || Decider::new(partition, decisions, rules);
        patches.par_extend(batch?.into_par_iter().with_min_len(SHARED).map_init(deciders, one));
    }
    Ok(Blueprint { patches, patch_of: groups.into_of_faces() })
}

/// Composes the patches of some conflicts anew, by their indices, after their decisions changed.
///
/// Returns whether that was enough: if ground that was empty no longer is, or is now, the patches
/// are others and all must be composed again.
pub fn compose_again(
    blueprint: &mut Blueprint,
    partition: &Partition,
    conflicts: &[Conflict],
    decisions: &[Decision],
    rules: &RuleSet,
    which: &[u32],
) -> bool {
    let patch = |blueprint: &Blueprint, index: u32| blueprint.patch_of[conflicts[index as usize].faces[0] as usize];
    let same_ground = |&index: &u32| {
        let empty = stays_empty(&conflicts[index as usize], &decisions[index as usize]);
        (patch(blueprint, index) == Blueprint::NONE) == empty
    };
    if !which.iter().all(same_ground) {
        return false;
    }
    let mut decider = Decider::new(partition, decisions, rules);
    for &index in which {
        // A conflict hangs together, so it is one patch or none.
        let at = patch(blueprint, index);
        if at != Blueprint::NONE {
            let faces = std::mem::take(&mut blueprint.patches[at as usize].faces);
            blueprint.patches[at as usize] = decider.patch(index, faces);
        }
    }
    true
}

/// Whether a conflict's ground is in no patch.
fn stays_empty(conflict: &Conflict, decision: &Decision) -> bool {
    decision.verdict == Verdict::LeaveEmpty || (conflict.parties.is_empty() && decision.verdict == Verdict::Open)
}

/// At least so many patches in a row share their designations.
const SHARED: usize = 1 << 12;

/// Where a face's class comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum History {
    Empty,
    Feature(FeatureRef),
    Conflict(u32),
}

fn histories(partition: &Partition, conflicts: &[Conflict], decisions: &[Decision]) -> Vec<History> {
    let mut history = vec![History::Empty; partition.face_count()];
    for face in partition.bounded_faces() {
        if let [only] = partition.parents(face) {
            history[face as usize] = History::Feature(*only);
        }
    }
    for (index, (conflict, decision)) in conflicts.iter().zip(decisions).enumerate() {
        if !stays_empty(conflict, decision) {
            conflict.faces.iter().for_each(|&face| history[face as usize] = History::Conflict(index as u32));
        }
    }
    history
}

fn area2(partition: &Partition, faces: &[FaceId]) -> i128 {
    faces.iter().map(|&face| partition.area2(face)).sum()
}

fn uncontested(partition: &Partition, faces: Few<FaceId>) -> Patch {
    let source = partition.parents(faces[0]).first().copied();
    Patch {
        class: source.map(|parent| partition.feature(parent).class.clone()),
        source,
        designations: Arc::default(),
        conflict: None,
        area2: area2(partition, &faces),
        faces,
    }
}

/// Makes the patches of conflicts. Few sets of classes stay beside another, so patches share them.
struct Decider<'a> {
    partition: &'a Partition,
    decisions: &'a [Decision],
    rules: &'a RuleSet,
    designations: HashMap<Vec<&'a ClassId>, Arc<[ClassId]>>,
}

impl<'a> Decider<'a> {
    fn new(partition: &'a Partition, decisions: &'a [Decision], rules: &'a RuleSet) -> Self {
        Self { partition, decisions, rules, designations: HashMap::new() }
    }

    fn patch(&mut self, index: u32, faces: Few<FaceId>) -> Patch {
        let (partition, decision) = (self.partition, &self.decisions[index as usize]);
        let class_of = |party: FeatureRef| &partition.feature(party).class;
        let naming = decision.kept.iter().copied().min_by_key(|&party| (self.rules.rank(class_of(party)), party));
        let (class, source) = match &decision.verdict {
            Verdict::GiveTo(winner) => (Some(class_of(*winner).clone()), Some(*winner)),
            Verdict::KeepAll => (naming.map(|party| class_of(party).clone()), naming),
            Verdict::OtherClass(class) => (Some(class.clone()), None),
            Verdict::LeaveEmpty | Verdict::Open => (None, None),
        };
        let kept = decision.kept.iter().map(|&party| class_of(party));
        let mut beside: Vec<&ClassId> = kept.filter(|&other| Some(other) != class.as_ref()).collect();
        beside.sort_unstable();
        beside.dedup();
        Patch {
            designations: self.shared(beside),
            class,
            source,
            conflict: Some(index),
            area2: area2(partition, &faces),
            faces,
        }
    }

    fn shared(&mut self, classes: Vec<&'a ClassId>) -> Arc<[ClassId]> {
        let copied = |classes: &Vec<&ClassId>| classes.iter().copied().cloned().collect();
        self.designations.entry(classes).or_insert_with_key(copied).clone()
    }
}
