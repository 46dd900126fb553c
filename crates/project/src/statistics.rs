//! What became of all ground: one walk over the faces, added up by layer, class, fate and district.

use crate::api::Problem;
use crate::balance::BalancePlan;
use crate::districts::Districts;
use crate::outcome::{NO_CONFLICT, Outcome};
use crate::progress::GoOn;
use crate::rounding::Cell;
use lantu_engine::{Basis, Blueprint, ClassId, FaceId, FeatureRef, OUTSIDE, Patch, Verdict};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// What became of ground that a feature claimed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Nobody else claimed it: it is kept.
    Uncontested,
    /// The feature won it or names its class.
    Won,
    /// The feature's class stays there beside the one that names the place.
    Beside,
    /// Another feature of the same layer has it.
    WithinLayer,
    /// It was given to another layer.
    Lost,
    /// It was a sliver, and another patch has it now.
    Sliver,
    /// It became a class that none of the parties has.
    OtherClass,
    /// Nobody keeps it.
    LeftEmpty,
    /// Nobody has decided.
    Open,
}

/// Who or what decided.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "by", content = "name")]
pub enum DecidedBy {
    /// There was nothing to decide, or nobody has.
    Nobody,
    /// The classes may lie over each other.
    Compatible,
    /// These rules, joined by `+`.
    Rule(String),
    /// This person.
    Person(String),
}

/// Figures per district, by the district's index.
pub(crate) type PerDistrict = BTreeMap<u32, Cell>;

/// What the ground of a layer's class is added up by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Destiny<'a> {
    pub layer: u32,
    pub class: &'a ClassId,
    pub fate: Fate,
    /// The layer that has it now, and the class that it has.
    pub to: (Option<u32>, Option<&'a ClassId>),
    pub by: DecidedBy,
}

/// The figures of a class that must keep its area.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Turn {
    /// It had the ground and has it no more.
    Lost,
    /// It has ground that it did not have.
    Added,
    /// Nobody has decided on its ground.
    Pending,
}

/// What a turn of the ledger is added up by: the class that has the ground now, and who decided.
pub(crate) type Entry<'a> = (Turn, Option<&'a ClassId>, DecidedBy);

/// Everything that was added up.
#[derive(Debug, Default)]
pub(crate) struct Statistics<'a> {
    pub account: BTreeMap<Destiny<'a>, PerDistrict>,
    pub classes: BTreeMap<Option<&'a ClassId>, PerDistrict>,
    /// Where a class, or one that lies within it, is for certain, naming the place or beside.
    pub present: BTreeMap<&'a ClassId, PerDistrict>,
    /// Where it may come to be: it is a party of an open conflict.
    pub possible: BTreeMap<&'a ClassId, PerDistrict>,
    pub ledger: BTreeMap<Entry<'a>, PerDistrict>,
    /// Each layer's ground, each place once.
    pub grounds: BTreeMap<u32, PerDistrict>,
    /// Where a class is, as in `present`, on the ground of a layer that shares are of.
    pub on: BTreeMap<(&'a ClassId, u32), PerDistrict>,
}

/// Adds everything up; `go_on` hears how much of it is done.
///
/// # Errors
/// What `go_on` says.
pub(crate) fn statistics<'a>(
    outcome: &'a Outcome,
    districts: &Districts,
    balance: &BalancePlan,
    go_on: GoOn<'_>,
) -> Result<Statistics<'a>, Problem> {
    let mut sums = Statistics::default();
    let wider = Wider::of(outcome);
    let partition = &outcome.cut.partition;
    let bases: Vec<u32> = (0..partition.layers.len() as u32)
        .filter(|&layer| balance.lines.iter().any(|line| *line.of == *partition.layers[layer as usize].name))
        .collect();
    let faces: Vec<FaceId> = partition.bounded_faces().collect();
    let chunks = faces.par_chunks(CHUNK).map(|some| {
        go_on(f64::from(some[0]) / faces.len() as f64)?;
        let mut sums = Statistics::default();
        for &face in some {
            let place = Place::of(outcome, &wider, face);
            for part in districts.of_face(&outcome.cut, face) {
                sums.add_claims(&place, part.district, part.cell);
                sums.add_present(&place, &bases, part.district, part.cell);
                sums.add_turn(&place, balance, part.district, part.cell);
            }
        }
        Ok(sums)
    });
    // Areas on the ellipsoid are doubles: put together in the order of the faces they come out the
    // same, whoever has added them up.
    chunks.collect::<Result<Vec<_>, Problem>>()?.into_iter().for_each(|some| sums.join(some));
    Ok(sums)
}

/// Faces that are added up in one go.
const CHUNK: usize = 1 << 15;

/// Adds other sums to sums.
fn join<K: Ord>(sums: &mut BTreeMap<K, PerDistrict>, others: BTreeMap<K, PerDistrict>) {
    for (key, cells) in others {
        let own = sums.entry(key).or_default();
        cells.into_iter().for_each(|(district, cell)| own.entry(district).or_default().add(cell));
    }
}

fn add<K: Ord>(sums: &mut BTreeMap<K, PerDistrict>, key: K, district: u32, cell: Cell) {
    sums.entry(key).or_default().entry(district).or_default().add(cell);
}

/// What each class lies within, itself first: ground of a class is ground of these, too.
struct Wider<'a>(HashMap<&'a ClassId, Vec<&'a ClassId>>);

impl<'a> Wider<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        let rules = &outcome.rules;
        let all = outcome.cut.partition.classes().iter().chain(rules.classes.iter().map(|def| &def.id));
        Self(all.map(|class| (class, rules.lineage(class))).collect())
    }

    fn lineage(&self, class: &'a ClassId) -> impl Iterator<Item = &'a ClassId> {
        let known = self.0.get(class);
        known.into_iter().flatten().copied().chain(known.is_none().then_some(class))
    }

    /// All that some classes lie within, each once.
    fn all(&self, classes: impl Iterator<Item = &'a ClassId>) -> Vec<&'a ClassId> {
        let mut all: Vec<&ClassId> = classes.flat_map(|class| self.lineage(class)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// A face and what was decided of it.
struct Place<'a, 'w> {
    wider: &'w Wider<'a>,
    outcome: &'a Outcome,
    parents: &'a [FeatureRef],
    patch: Option<&'a Patch>,
    kept: &'a [FeatureRef],
    by: DecidedBy,
    /// Whether it was merged into a patch that it was no part of.
    merged: bool,
}

impl<'a, 'w> Place<'a, 'w> {
    fn of(outcome: &'a Outcome, wider: &'w Wider<'a>, face: FaceId) -> Self {
        debug_assert_ne!(face, OUTSIDE);
        let at = outcome.blueprint.patch_of[face as usize];
        let patch = (at != Blueprint::NONE).then(|| &outcome.blueprint.patches[at as usize]);
        let conflict = outcome.cut.conflict_of[face as usize];
        let decision = (conflict != NO_CONFLICT).then(|| &outcome.decisions[conflict as usize]);
        let parents = outcome.cut.partition.parents(face);
        let merged = patch.is_some_and(|patch| match patch.conflict {
            None => conflict != NO_CONFLICT || patch.source != parents.first().copied(),
            Some(own) => conflict != own,
        });
        let kept = decision
            .filter(|decision| decision.verdict != Verdict::Open && !merged)
            .map_or(&[][..], |decision| &decision.kept[..]);
        let by = decision.map_or(DecidedBy::Nobody, |decision| decided_by(outcome, &decision.basis));
        Self { wider, outcome, parents, patch, kept, by, merged }
    }

    fn fate(&self, feature: FeatureRef) -> Fate {
        let partition = &self.outcome.cut.partition;
        let Some(patch) = self.patch else { return Fate::LeftEmpty };
        match patch.source {
            _ if patch.is_open() => Fate::Open,
            source if self.merged && source != Some(feature) => Fate::Sliver,
            Some(source) if source == feature && patch.conflict.is_none() => Fate::Uncontested,
            Some(source) if source == feature => Fate::Won,
            _ if self.kept.contains(&feature) => Fate::Beside,
            Some(source) if partition.feature(source).layer == partition.feature(feature).layer => Fate::WithinLayer,
            Some(_) => Fate::Lost,
            None => Fate::OtherClass,
        }
    }

    /// Whether a layer claims the place, whoever has it now.
    fn lies_on(&self, layer: u32) -> bool {
        self.parents.iter().any(|&parent| self.outcome.cut.partition.feature(parent).layer == layer)
    }

    /// The classes that the place has for certain, and all that they lie within.
    fn classes(&self) -> Vec<&'a ClassId> {
        let settled = self.patch.filter(|patch| !patch.is_open());
        self.wider.all(settled.into_iter().flat_map(|patch| patch.class.iter().chain(patch.designations.iter())))
    }
}

/// Returns who or what decided.
pub(crate) fn decided_by(outcome: &Outcome, basis: &Basis) -> DecidedBy {
    match basis {
        Basis::Compatible => DecidedBy::Compatible,
        Basis::Rule(ids) => DecidedBy::Rule(ids.to_string()),
        Basis::Choice(number) => {
            let operation = outcome.log.operations().get(*number as usize - 1);
            DecidedBy::Person(operation.map(|operation| operation.who.clone()).unwrap_or_default())
        }
        Basis::Nobody => DecidedBy::Nobody,
    }
}

impl<'a> Statistics<'a> {
    fn join(&mut self, other: Self) {
        join(&mut self.account, other.account);
        join(&mut self.classes, other.classes);
        join(&mut self.present, other.present);
        join(&mut self.possible, other.possible);
        join(&mut self.ledger, other.ledger);
        join(&mut self.grounds, other.grounds);
        join(&mut self.on, other.on);
    }

    fn add_claims(&mut self, place: &Place<'a, '_>, district: u32, cell: Cell) {
        let partition = &place.outcome.cut.partition;
        let mut before = None;
        for &parent in place.parents {
            let feature = partition.feature(parent);
            let fate = place.fate(parent);
            let source = place.patch.and_then(|patch| patch.source);
            let moved = matches!(fate, Fate::Lost | Fate::Sliver | Fate::Beside | Fate::OtherClass);
            let to = match place.patch {
                Some(patch) if moved => (source.map(|source| partition.feature(source).layer), patch.class.as_ref()),
                _ => (None, None),
            };
            let by = place.by.clone();
            add(
                &mut self.account,
                Destiny { layer: feature.layer, class: &feature.class, fate, to, by },
                district,
                cell,
            );
            // Parents are ascending, so those of a layer stand together.
            if before != Some(feature.layer) {
                add(&mut self.grounds, feature.layer, district, cell);
            }
            before = Some(feature.layer);
        }
    }

    fn add_present(&mut self, place: &Place<'a, '_>, bases: &[u32], district: u32, cell: Cell) {
        let Some(patch) = place.patch else { return };
        add(&mut self.classes, patch.class.as_ref(), district, cell);
        let under: Vec<u32> = bases.iter().copied().filter(|&layer| place.lies_on(layer)).collect();
        for class in place.classes() {
            add(&mut self.present, class, district, cell);
            under.iter().for_each(|&layer| add(&mut self.on, (class, layer), district, cell));
        }
        if patch.is_open() {
            let candidates = place.wider.all(patch.designations.iter());
            candidates.into_iter().for_each(|class| add(&mut self.possible, class, district, cell));
        }
    }

    fn add_turn(&mut self, place: &Place<'a, '_>, balance: &BalancePlan, district: u32, cell: Cell) {
        let partition = &place.outcome.cut.partition;
        let had = place.parents.iter().any(|&parent| {
            let mut lineage = place.wider.lineage(&partition.feature(parent).class);
            lineage.any(|class| balance.is_kept(class)) && !balance.is_addition(&partition.layer_of(parent).name)
        });
        let open = place.patch.is_some_and(|patch| patch.is_open());
        let has = place.classes().into_iter().any(|class| balance.is_kept(class));
        let turn = match (had, has, open) {
            (true, _, true) => Turn::Pending,
            (true, false, false) => Turn::Lost,
            (false, true, false) => Turn::Added,
            _ => return,
        };
        let class = place.patch.and_then(|patch| patch.class.as_ref());
        add(&mut self.ledger, (turn, class, place.by.clone()), district, cell);
    }
}
