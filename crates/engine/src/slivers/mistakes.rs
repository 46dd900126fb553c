//! What is wrong with the settings of the sliver step.

use super::{MOST_LIMITS, SliverRules};
use crate::layer::ClassId;
use std::collections::BTreeSet;

/// Something in the settings that cannot be meant.
#[derive(Clone, PartialEq, Debug)]
pub enum SliverMistake {
    /// A class that nobody knows.
    UnknownClass(ClassId),
    /// A limit names a layer that is not there.
    UnknownLayer(String),
    /// A limit (counted from 1) says nothing: neither layer, nor edge, nor classes.
    EmptyLimit(usize),
    /// There are more limits than [`MOST_LIMITS`].
    TooManyLimits(usize),
    /// A threshold (its key) that is no number from 0 on.
    NoMeasure(&'static str),
    /// A scale without the smallest patch per unit of it.
    ScaleAlone,
}

impl SliverRules {
    /// Returns what is wrong, given the classes and the layers that are known.
    pub fn mistakes(&self, classes: &BTreeSet<ClassId>, layers: &BTreeSet<String>) -> Vec<SliverMistake> {
        let limits = self.limits.iter();
        let named = self.classes.iter().map(|threshold| &threshold.class).chain(&self.except);
        let named = named.chain(limits.clone().flat_map(|limit| limit.edge_of.iter().chain(&limit.between)));
        let unknown: BTreeSet<&ClassId> = named.filter(|class| !classes.contains(class)).collect();
        let mut mistakes: Vec<SliverMistake> =
            unknown.into_iter().map(|class| SliverMistake::UnknownClass(class.clone())).collect();
        let absent = limits.clone().filter_map(|limit| limit.layer.as_ref()).filter(|name| !layers.contains(*name));
        mistakes.extend(absent.map(|name| SliverMistake::UnknownLayer(name.clone())));
        let empty = |limit: &super::Limit| limit.layer.is_none() && limit.edge_of.is_none() && limit.between.is_empty();
        let empty = limits.enumerate().filter(|(_, limit)| empty(limit));
        mistakes.extend(empty.map(|(at, _)| SliverMistake::EmptyLimit(at + 1)));
        if self.limits.len() > MOST_LIMITS {
            mistakes.push(SliverMistake::TooManyLimits(self.limits.len()));
        }
        let of_classes = self.classes.iter();
        let measures = [
            ("area_m2", self.area_m2),
            ("width_m", self.width_m),
            ("scale", self.scale.unwrap_or(0.0)),
            ("per_scale_m2", self.per_scale_m2),
            ("gap_area_m2", self.gap_area_m2),
            ("gap_width_m", self.gap_width_m),
        ]
        .into_iter()
        .chain(of_classes.clone().map(|threshold| ("class.area_m2", threshold.area_m2)))
        .chain(of_classes.map(|threshold| ("class.width_m", threshold.width_m.unwrap_or(0.0))));
        let wrong = measures.filter(|(_, value)| !(value.is_finite() && *value >= 0.0));
        mistakes.extend(wrong.map(|(key, _)| SliverMistake::NoMeasure(key)));
        if self.scale.is_some() && self.per_scale_m2 == 0.0 {
            mistakes.push(SliverMistake::ScaleAlone);
        }
        mistakes
    }
}
