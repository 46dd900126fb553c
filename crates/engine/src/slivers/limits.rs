//! What no sliver crosses, as one bit per limit of every feature and every place.

use super::{MOST_LIMITS, Places, SliverRules};
use crate::layer::ClassId;
use crate::partition::{ArcId, FaceId, Partition};
use crate::rules::RuleSet;
use std::collections::HashMap;

/// The limits of a run.
pub(super) struct Limits {
    /// Which limits' edges each feature draws.
    drawn: Vec<u64>,
    /// On which side of the limits between classes each place lies; nothing for a gap, which has no
    /// class, and for a place that may come to lie on either.
    side: Vec<Side>,
}

#[derive(Clone, Copy)]
enum Side {
    Any,
    Of(u64),
    Torn,
}

impl Limits {
    pub(super) fn of(partition: &Partition, rules: &RuleSet, settings: &SliverRules, places: &Places<'_>) -> Self {
        let limits = || settings.limits.iter().take(MOST_LIMITS).enumerate();
        let bits = |holds: &dyn Fn(&super::Limit) -> bool| {
            limits().filter(|(_, limit)| holds(limit)).fold(0u64, |bits, (bit, _)| bits | 1 << bit)
        };
        let mut of_class: HashMap<&ClassId, [u64; 2]> = HashMap::new();
        for class in partition.classes().iter().chain(rules.classes.iter().map(|def| &def.id)) {
            let edge = bits(&|limit| limit.edge_of.as_ref().is_some_and(|of| rules.is(class, of)));
            let among = bits(&|limit| limit.between.iter().any(|of| rules.is(class, of)));
            of_class.insert(class, [edge, among]);
        }
        let of_layer: Vec<u64> =
            partition.layers.iter().map(|info| bits(&|limit| limit.layer.as_deref() == Some(&*info.name))).collect();
        let classed = |class: &ClassId| of_class.get(class).copied().unwrap_or_default();
        let drawn =
            partition.features.iter().map(|feature| classed(&feature.class)[0] | of_layer[feature.layer as usize]);
        let side = |place: u32| {
            let Some(patch) = places.patch(place) else { return Side::Any };
            let candidates: &[ClassId] = if patch.class.is_none() { &patch.designations } else { &[] };
            let mut sides = patch.class.iter().chain(candidates).map(|class| classed(class)[1]);
            let Some(first) = sides.next() else { return Side::Any };
            if sides.all(|side| side == first) { Side::Of(first) } else { Side::Torn }
        };
        Self { drawn: drawn.collect(), side: (0..places.len() as u32).map(side).collect() }
    }

    /// Whether a place may go to another across an arc between them.
    pub(super) fn may_cross(&self, partition: &Partition, arc: ArcId, from: u32, to: u32) -> bool {
        let sides = match (self.side[from as usize], self.side[to as usize]) {
            (Side::Of(one), Side::Of(other)) => one == other,
            (Side::Any, _) | (_, Side::Any) => true,
            _ => false,
        };
        let (left, right) = partition.sides(arc);
        sides && self.over(partition, left) == self.over(partition, right)
    }

    /// The limits whose ground a face lies on.
    fn over(&self, partition: &Partition, face: FaceId) -> u64 {
        partition.parents(face).iter().fold(0, |bits, parent| bits | self.drawn[parent.0 as usize])
    }
}
