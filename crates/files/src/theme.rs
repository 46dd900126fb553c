//! What is written of each patch and each conflict: names and values of the properties.

use lantu_engine::log::Operation;
use lantu_engine::rules::{Bilingual, Pair};
use lantu_engine::{
    Attributes, Basis, Blueprint, ClassId, Conflict, Decision, DecisionLog, FaceId, FeatureRef, Partition, Proof,
    Relation, RuleSet, Verdict,
};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

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
    /// The proof of the partition and its blueprint.
    pub proof: &'a Proof,
    /// The ellipsoidal areas of the partition's arcs.
    pub arcs: &'a ArcAreas,
    /// The project's title, written into the file.
    pub title: &'a str,
    /// What must be said wherever the data are shown, as their licence; written into the file where
    /// its format has a place for it.
    pub note: &'a str,
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
    pub values: Box<dyn Fn(usize, f64) -> Vec<Cell<'a>> + Sync + 'a>,
}

/// One value of a property.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    Nothing,
    Flag(bool),
    Real(f64),
    Text(Cow<'a, str>),
    Texts(Vec<Cow<'a, str>>),
    Words(Bilingual),
    Row(&'a Attributes),
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Nothing => serializer.serialize_unit(),
            Cell::Flag(flag) => serializer.serialize_bool(*flag),
            Cell::Real(number) => serializer.serialize_f64(*number),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Texts(texts) => texts.serialize(serializer),
            Cell::Words(words) => words.serialize(serializer),
            // A number that JSON does not know (not finite) becomes null.
            Cell::Row(row) => serializer.collect_map(row.iter()),
        }
    }
}

impl<'a> Cell<'a> {
    fn text(text: Option<impl Into<Cow<'a, str>>>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text.into()))
    }
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
        let groups = self.blueprint.patches.iter().map(|patch| &*patch.faces).collect();
        let values = Box::new(move |index: usize, ellipsoid: f64| self.patch_values(index, ellipsoid));
        Theme { name: "blueprint", columns: BLUEPRINT, groups, values }
    }

    /// One feature per conflict, in the order of the conflicts.
    pub(crate) fn conflict_theme(self) -> Theme<'a> {
        let groups = self.conflicts.iter().map(|conflict| &*conflict.faces).collect();
        let operations = self.log.operations();
        let values = Box::new(move |index: usize, ellipsoid: f64| self.conflict_values(index, ellipsoid, operations));
        Theme { name: "conflicts", columns: CONFLICTS, groups, values }
    }

    fn patch_values(&self, index: usize, ellipsoid: f64) -> Vec<Cell<'a>> {
        let patch = &self.blueprint.patches[index];
        let source = patch.source.map(|source| self.partition.feature(source));
        let layer = patch.source.map(|source| &*self.partition.layer_of(source).name);
        let conflict = patch.conflict.map(|conflict| self.conflicts[conflict as usize].id.to_string());
        vec![
            Cell::text(patch.class.as_ref().map(ClassId::as_str)),
            Cell::text(layer),
            Cell::Texts(self.names(patch.parents(self.partition, self.conflicts))),
            Cell::Texts(patch.designations.iter().map(|class| class.as_str().into()).collect()),
            Cell::text(patch.decided_by(self.decisions).and_then(decided_by)),
            Cell::text(conflict),
            Cell::Flag(patch.is_open()),
            Cell::Real(rounded(self.planar_area(patch.area2, ellipsoid))),
            Cell::Real(rounded(ellipsoid)),
            source.map_or(Cell::Row(no_attributes()), |source| Cell::Row(&source.attributes)),
        ]
    }

    fn conflict_values(&self, index: usize, ellipsoid: f64, operations: &'a [Arc<Operation>]) -> Vec<Cell<'a>> {
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
            Cell::Text(conflict.id.to_string().into()),
            Cell::Text(conflict.kind.as_str().into()),
            Cell::Flag(conflict.sliver),
            Cell::Texts(self.names(&conflict.parties)),
            Cell::Texts(classes.into_iter().map(Cow::from).collect()),
            Cell::Real(rounded(self.planar_area(conflict.area2, ellipsoid))),
            Cell::Real(rounded(ellipsoid)),
            Cell::Real(rounded(width)),
            Cell::Text(decision.verdict.as_str().into()),
            Cell::text(self.class_after(decision).map(ClassId::as_str)),
            Cell::text(decided_by(&decision.basis)),
            self.because(conflict, &decision.basis).map_or(Cell::Nothing, Cell::Words),
            Cell::text(reason),
        ]
    }

    /// Features as `layer:fid`.
    fn names(&self, features: &[FeatureRef]) -> Vec<Cow<'a, str>> {
        let name = |&feature: &FeatureRef| {
            format!("{}:{}", self.partition.layer_of(feature).name, self.partition.feature(feature).fid).into()
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
    fn class_after(&self, decision: &'a Decision) -> Option<&'a ClassId> {
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

    /// Returns why a conflict is decided so: the reasons of rules, or what the matrix says of its
    /// classes; while nobody has decided, why they contradict each other. `None` if a planner did.
    pub fn because(&self, conflict: &Conflict, basis: &Basis) -> Option<Bilingual> {
        let reasons: Vec<&Bilingual> = match basis {
            Basis::Rule(ids) => {
                let rule = |id: &str| self.rules.rules.iter().find(|rule| rule.id == id);
                ids.split('+').filter_map(|id| rule(id).map(|rule| &rule.because)).collect()
            }
            Basis::Compatible | Basis::Nobody => {
                self.pairs(conflict, basis).into_iter().map(|pair| &pair.because).collect()
            }
            Basis::Choice(_) => return None,
        };
        (!reasons.is_empty()).then(|| joined(reasons))
    }

    /// Returns what the matrix says of a conflict's classes that the basis rests on, each entry once:
    /// that they are compatible, or, while nobody has decided, that they are not.
    pub fn pairs(&self, conflict: &Conflict, basis: &Basis) -> Vec<&'a Pair> {
        let relation = match basis {
            Basis::Compatible => Relation::Compatible,
            Basis::Nobody => Relation::Conflict,
            Basis::Rule(_) | Basis::Choice(_) => return Vec::new(),
        };
        let mut classes: Vec<&ClassId> = conflict.parties.iter().map(|&party| self.class_of(party)).collect();
        classes.sort_unstable();
        classes.dedup();
        let mut pairs: Vec<&Pair> = Vec::new();
        for (at, a) in classes.iter().enumerate() {
            let listed = classes[at + 1..].iter().filter_map(|b| self.rules.pair(a, b));
            for pair in listed.filter(|pair| pair.relation == relation) {
                if !pairs.iter().any(|other| std::ptr::eq(*other, pair)) {
                    pairs.push(pair);
                }
            }
        }
        pairs
    }
}

/// Returns texts joined as each language does it; those that say nothing are passed over.
pub fn joined<'a>(texts: impl IntoIterator<Item = &'a Bilingual>) -> Bilingual {
    let mut all = Bilingual::default();
    for text in texts {
        for (whole, part, between) in [(&mut all.zh, &text.zh, "；"), (&mut all.en, &text.en, "; ")] {
            if !part.is_empty() && !whole.is_empty() {
                whole.push_str(between);
            }
            whole.push_str(part);
        }
    }
    all
}

fn decided_by(basis: &Basis) -> Option<String> {
    match basis {
        Basis::Rule(ids) => Some(ids.to_string()),
        Basis::Choice(number) => Some(format!("operation {number}")),
        Basis::Compatible | Basis::Nobody => None,
    }
}

/// The row of a patch that comes from no feature.
fn no_attributes() -> &'static Attributes {
    static NONE: OnceLock<Attributes> = OnceLock::new();
    NONE.get_or_init(Attributes::default)
}

/// To four decimals: a square centimetre.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
