//! From decisions to the blueprint: no geometry is computed, arcs are only kept or dropped.

use crate::conflict::Conflict;
use crate::decide::{Basis, Decision, Verdict};
use crate::layer::ClassId;
use crate::partition::{FaceId, FeatureRef, GridPolygon, Partition};
use crate::rules::RuleSet;
use std::collections::BTreeSet;

/// A connected place of the blueprint with one class and one history.
#[derive(Clone, PartialEq, Debug)]
pub struct Patch {
    /// The faces it consists of, ascending.
    pub faces: Vec<FaceId>,
    /// Its class; `None` while its conflict is open.
    pub class: Option<ClassId>,
    /// The feature it comes from: the one that names its class, `None` while open or if the
    /// planner gave it another class.
    pub source: Option<FeatureRef>,
    /// All features that cover it, ascending.
    pub parents: Vec<FeatureRef>,
    /// The classes that stay beside its own; while open, the candidates.
    pub designations: Vec<ClassId>,
    /// The rule or the planner's operation that decided it.
    pub decided_by: Option<Basis>,
    /// The index of its conflict.
    pub conflict: Option<u32>,
    /// Whether nobody has decided its conflict.
    pub open: bool,
    /// Its area, doubled, in square grid units.
    pub area2: i128,
}

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
