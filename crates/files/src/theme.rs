//! What is written of each patch and each conflict: names and values of the properties.

use lantu_engine::log::Operation;
use lantu_engine::rules::Bilingual;
use lantu_engine::{
    Attributes, Basis, Blueprint, ClassId, Conflict, ConflictKind, Decision, DecisionLog, FaceId, FeatureRef,
    Partition, RuleSet, Verdict,
};
use serde_json::{Value as Json, json};

use crate::area::ArcAreas;
use crate::crs::Crs;

/// All that a blueprint or its conflicts are written from.
#[derive(Clone, Copy)]
pub struct BlueprintExport<'a> {
    /// The partition of the run.
    pub partition: &'a Partition,
    /// Its conflicts.
    pub conflicts: &'a [Conflict],
    /// Their decisions, one by one.
    pub decisions: &'a [Decision],
    /// What the decisions made of the partition.
    pub blueprint: &'a Blueprint,
    /// The rules, for reasons and colours.
    pub rules: &'a RuleSet,
    /// The planners' record, for their reasons.
    pub log: &'a DecisionLog,
    /// The CRS of the partition's plane.
    pub crs: &'a Crs,
    /// The ellipsoidal areas of the partition's arcs.
    pub arcs: &'a ArcAreas,
    /// The project's title, written into the file.
    pub title: &'a str,
}

/// How a property is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Text,
    Flag,
    Real,
    /// Texts; joined by `, ` where a format has no lists.
    List,
    /// An object; JSON text where a format has none.
    Object,
}

/// A layer to be written: groups of faces with properties.
pub(crate) struct Theme<'a> {
    /// The layer's name.
    pub name: &'static str,
    /// The properties' names and kinds.
    pub columns: &'static [(&'static str, Kind)],
    /// The faces of each feature.
    pub groups: Vec<&'a [FaceId]>,
    /// The properties' values of a feature, given its ellipsoidal area in m².
    pub values: Box<dyn Fn(usize, f64) -> Vec<Json> + 'a>,
}

const BLUEPRINT: &[(&str, Kind)] = &[
    ("class", Kind::Text),
    ("layer", Kind::Text),
    ("source", Kind::List),
    ("designations", Kind::List),
    ("decided_by", Kind::Text),
    ("conflict", Kind::Text),
    ("open", Kind::Flag),
    ("area_m2", Kind::Real),
    ("ellipsoid_area_m2", Kind::Real),
    ("attributes", Kind::Object),
];

const CONFLICTS: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("kind", Kind::Text),
    ("sliver", Kind::Flag),
    ("parties", Kind::List),
    ("classes", Kind::List),
    ("area_m2", Kind::Real),
    ("ellipsoid_area_m2", Kind::Real),
    ("mean_width_m", Kind::Real),
    ("verdict", Kind::Text),
    ("class", Kind::Text),
    ("decided_by", Kind::Text),
    ("because", Kind::Object),
    ("reason", Kind::Text),
];

impl<'a> BlueprintExport<'a> {
    /// One feature per patch, in the order of the blueprint.
    pub(crate) fn blueprint_theme(self) -> Theme<'a> {
        let groups = self.blueprint.patches.iter().map(|patch| patch.faces.as_slice()).collect();
        let values = Box::new(move |index: usize, ellipsoid: f64| self.patch_values(index, ellipsoid));
        Theme { name: "blueprint", columns: BLUEPRINT, groups, values }
    }

    /// One feature per conflict, in the order of the conflicts.
    pub(crate) fn conflict_theme(self) -> Theme<'a> {
        let groups = self.conflicts.iter().map(|conflict| conflict.faces.as_slice()).collect();
        let operations = self.log.operations();
        let values = Box::new(move |index: usize, ellipsoid: f64| self.conflict_values(index, ellipsoid, operations));
        Theme { name: "conflicts", columns: CONFLICTS, groups, values }
    }

    fn patch_values(&self, index: usize, ellipsoid: f64) -> Vec<Json> {
        let patch = &self.blueprint.patches[index];
        let layer = patch.source.map(|source| self.partition.layer_of(source).name.to_string());
        let attributes = patch.source.map(|source| attributes(&self.partition.feature(source).attributes));
        let conflict = patch.conflict.map(|conflict| self.conflicts[conflict as usize].id.to_string());
        vec![
            json!(patch.class.as_ref().map(ClassId::as_str)),
            json!(layer),
            json!(self.names(&patch.parents)),
            json!(patch.designations.iter().map(ClassId::as_str).collect::<Vec<_>>()),
            json!(patch.decided_by.as_ref().and_then(decided_by)),
            json!(conflict),
            json!(patch.open),
            json!(rounded(self.planar_area(patch.area2, ellipsoid))),
            json!(rounded(ellipsoid)),
            attributes.unwrap_or_else(|| json!({})),
        ]
    }

    fn conflict_values(&self, index: usize, ellipsoid: f64, operations: &[Operation]) -> Vec<Json> {
        let (conflict, decision) = (&self.conflicts[index], &self.decisions[index]);
        let mut classes: Vec<&str> = conflict.parties.iter().map(|&party| self.class_of(party).as_str()).collect();
        classes.sort_unstable();
        classes.dedup();
        let width = self.partition.grid.length(conflict.mean_width()) * self.crs.metres_per_unit();
        let reason = match decision.basis {
            // Operations are numbered from 1, without holes.
            Basis::Choice(number) => operations.get(number as usize - 1).map(|operation| operation.reason.as_str()),
            _ => None,
        };
        vec![
            json!(conflict.id.to_string()),
            json!(kind_name(conflict.kind)),
            json!(conflict.sliver),
            json!(self.names(&conflict.parties)),
            json!(classes),
            json!(rounded(self.planar_area(conflict.area2, ellipsoid))),
            json!(rounded(ellipsoid)),
            json!(rounded(width)),
            json!(verdict_name(&decision.verdict)),
            json!(self.class_after(decision).map(ClassId::as_str)),
            json!(decided_by(&decision.basis)),
            json!(self.because(conflict, &decision.basis)),
            json!(reason),
        ]
    }

    /// Features as `layer:fid`.
    fn names(&self, features: &[FeatureRef]) -> Vec<String> {
        let name = |&feature: &FeatureRef| {
            format!("{}:{}", self.partition.layer_of(feature).name, self.partition.feature(feature).fid)
        };
        features.iter().map(name).collect()
    }

    fn class_of(&self, feature: FeatureRef) -> &'a ClassId {
        &self.partition.feature(feature).class
    }

    /// Planar m²; a plane of degrees has no area of its own.
    fn planar_area(&self, area2: i128, ellipsoid: f64) -> f64 {
        if self.crs.is_geographic() {
            return ellipsoid;
        }
        self.partition.grid.area(area2) * self.crs.metres_per_unit().powi(2)
    }

    /// The class that the conflict's ground has by its decision.
    fn class_after<'b>(&self, decision: &'b Decision) -> Option<&'b ClassId>
    where
        'a: 'b,
    {
        match &decision.verdict {
            Verdict::GiveTo(winner) => Some(self.class_of(*winner)),
            Verdict::KeepAll => {
                let naming = decision.kept.iter().min_by_key(|&&party| (self.rules.rank(self.class_of(party)), party));
                naming.map(|&party| self.class_of(party))
            }
            Verdict::OtherClass(class) => Some(class),
            Verdict::LeaveEmpty | Verdict::Open => None,
        }
    }

    /// Returns why the rules or the matrix decide a conflict so; `None` if a planner or nobody did.
    pub fn because(&self, conflict: &Conflict, basis: &Basis) -> Option<Bilingual> {
        let reasons: Vec<&Bilingual> = match basis {
            Basis::Rule(ids) => {
                let rule = |id: &str| self.rules.rules.iter().find(|rule| rule.id == id);
                ids.split('+').filter_map(|id| rule(id).map(|rule| &rule.because)).collect()
            }
            Basis::Compatible => {
                let party = |class: &ClassId| conflict.parties.iter().any(|&party| self.class_of(party) == class);
                let concerned = self.rules.pairs.iter().filter(|pair| pair.classes.iter().all(party));
                concerned.map(|pair| &pair.because).collect()
            }
            Basis::Choice(_) | Basis::Nobody => return None,
        };
        let join = |pick: fn(&Bilingual) -> &str, between: &str| {
            reasons.iter().map(|&reason| pick(reason)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(between)
        };
        Some(Bilingual { zh: join(|reason| &reason.zh, "；"), en: join(|reason| &reason.en, "; ") })
    }
}

fn decided_by(basis: &Basis) -> Option<String> {
    match basis {
        Basis::Rule(ids) => Some(ids.clone()),
        Basis::Choice(number) => Some(format!("operation {number}")),
        Basis::Compatible | Basis::Nobody => None,
    }
}

fn attributes(row: &Attributes) -> Json {
    // A number that JSON does not know (not finite) becomes null.
    let value = |value| serde_json::to_value(value).unwrap_or(Json::Null);
    Json::Object(row.iter().map(|(name, of_name)| (name.to_owned(), value(of_name))).collect())
}

fn kind_name(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::Overlap => "overlap",
        ConflictKind::SelfOverlap => "self-overlap",
        ConflictKind::Gap => "gap",
    }
}

fn verdict_name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::GiveTo(_) => "give-to",
        Verdict::KeepAll => "keep-all",
        Verdict::OtherClass(_) => "other-class",
        Verdict::LeaveEmpty => "leave-empty",
        Verdict::Open => "open",
    }
}

/// To four decimals: a square centimetre.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
