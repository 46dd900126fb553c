//! All about one conflict, and what lies at a place of the map.

use crate::api::{ConflictDetail, DecisionView, OperationView, Party, PickAt, Picked, Problem};
use crate::edits::Edits;
use crate::history::operation_view;
use crate::inbox::Inbox;
use crate::load::lonlat_bounds;
use crate::measure::Measure;
use crate::names::LayerNames;
use crate::outcome::{NO_CONFLICT, Outcome};
use crate::problem;
use crate::splits::{self, Split};
use crate::state::State;
use crate::tiles::inside;
use geo::{Coord, Rect};
use lantu_engine::rules::{Bilingual, Certainty};
use lantu_engine::{Attributes, Basis, Conflict, ConflictKind, FeatureRef, Rule, Verdict};
use lantu_files::Crs;

/// What a question about a result needs.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The result.
    pub outcome: &'a Outcome,
    /// Its list.
    pub inbox: &'a Inbox,
    /// Its CRS.
    pub crs: &'a Crs,
    /// Its measure.
    pub measure: Measure,
    /// The dictionary, for the names of features.
    pub names: &'a LayerNames,
    /// What the window changed: splits and locks among it.
    pub edits: &'a Edits,
    /// The splits in force.
    pub splits: &'a [Split],
}

impl Asked<'_> {
    /// Returns all about a conflict.
    pub(crate) fn conflict(self, id: &str) -> Result<ConflictDetail, Problem> {
        let index = self.index(id)?;
        let cut = &self.outcome.cut;
        let conflict = &cut.conflicts[index as usize];
        let inside = inside(&cut.partition, conflict);
        let mut lonlat = [inside];
        self.crs.to_lonlat(&mut lonlat)?;
        let own = |face| cut.conflict_of[face as usize] == index;
        Ok(ConflictDetail {
            row: self.inbox.row(self.outcome, index),
            lonlat_bounds: lonlat_bounds(self.crs, self.bounds(conflict)).unwrap_or_default(),
            lonlat_inside: lonlat[0].into(),
            inside: inside.into(),
            ellipsoid_area_m2: cut.arcs.area(&cut.partition, &conflict.faces, own),
            parties: conflict.parties.iter().map(|&party| self.party(party, conflict.area2)).collect(),
            decision: self.decision(index),
            split: splits::of_conflict(self, self.splits, index).map(splits::view),
            locked: self.edits.locks(conflict.id),
        })
    }

    /// Returns the index of the conflict of this id.
    pub(crate) fn index(self, id: &str) -> Result<u32, Problem> {
        id.parse().ok().and_then(|id| self.outcome.cut.find(id)).ok_or_else(|| unknown(id))
    }

    /// Returns the smallest box around a conflict.
    pub(crate) fn bounds(self, conflict: &Conflict) -> Rect<f64> {
        let grid = &self.outcome.cut.partition.grid;
        Rect::new(grid.locate(conflict.bounds.0), grid.locate(conflict.bounds.1))
    }

    fn party(self, party: FeatureRef, taken2: i128) -> Party {
        let partition = &self.outcome.cut.partition;
        let feature = partition.feature(party);
        let all2 = partition.feature_area2(party);
        Party {
            layer: partition.layer_of(party).name.to_string(),
            fid: feature.fid,
            class: feature.class.to_string(),
            label: self.label(&feature.attributes),
            area_m2: self.measure.m2(all2),
            share: if all2 > 0 { taken2 as f64 / all2 as f64 } else { 0.0 },
            attributes: feature.attributes.iter().map(|(name, value)| [name.to_owned(), value.to_text()]).collect(),
        }
    }

    /// Returns the name or code by which people know a feature.
    pub(crate) fn label(self, attributes: &Attributes) -> String {
        let values = self.names.label_fields.iter().filter_map(|field| attributes.get(field));
        values.map(|value| value.to_text()).find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn decision(self, index: u32) -> DecisionView {
        let (cut, decision) = (&self.outcome.cut, &self.outcome.decisions[index as usize]);
        let conflict = &cut.conflicts[index as usize];
        let patch = self.outcome.blueprint.patch_of[conflict.faces[0] as usize];
        let class = self.outcome.blueprint.patches.get(patch as usize).and_then(|patch| patch.class.as_ref());
        let party = match &decision.verdict {
            Verdict::GiveTo(winner) => conflict.parties.iter().position(|party| party == winner),
            _ => None,
        };
        let rules = self.rules(&decision.basis);
        let export = self.outcome.export(self.crs, [""; 2]);
        let because = export.because(conflict, &decision.basis).unwrap_or_default();
        let pairs = export.pairs(conflict, &decision.basis);
        let of_rules = rules.iter().map(|rule| (&rule.basis, rule.certainty));
        let of_pairs = pairs.iter().map(|pair| (&pair.basis, pair.certainty));
        let (bases, certainties): (Vec<&Bilingual>, Vec<Certainty>) = of_rules.chain(of_pairs).unzip();
        let basis = lantu_files::joined(bases);
        DecisionView {
            verdict: decision.verdict.as_str().to_owned(),
            party: party.map(|at| at as u32),
            class: class.map(ToString::to_string).unwrap_or_default(),
            rule: rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>().join("+"),
            because: [because.zh, because.en],
            basis: [basis.zh, basis.en],
            confirmed: certainties.iter().all(|certainty| *certainty == Certainty::Source),
            operation: self.operation(&decision.basis),
        }
    }

    fn rules(&self, basis: &Basis) -> Vec<&Rule> {
        let Basis::Rule(ids) = basis else { return Vec::new() };
        ids.split('+').filter_map(|id| self.outcome.rules.rules.iter().find(|rule| rule.id == id)).collect()
    }

    fn operation(self, basis: &Basis) -> Option<OperationView> {
        let Basis::Choice(number) = basis else { return None };
        self.outcome.log.operations().get(*number as usize - 1).map(|operation| operation_view(operation))
    }

    /// Returns what lies at a place.
    pub(crate) fn pick(self, wanted: &PickAt) -> Result<Picked, Problem> {
        let cut = &self.outcome.cut;
        let mut place = [Coord::from(wanted.lonlat)];
        self.crs.from_lonlat(&mut place)?;
        let [place] = place;
        let face = cut.partition.face_at(place);
        let patch = face.map(|face| self.outcome.blueprint.patch_of[face as usize]);
        let patch = patch.and_then(|patch| self.outcome.blueprint.patches.get(patch as usize));
        let parties = face.map_or(&[][..], |face| cut.partition.parents(face));
        let conflict = self.conflict_near(place, wanted.tolerance_m / self.crs.metres_per_unit(), wanted.compatible);
        Ok(Picked {
            conflict: conflict.map(|index| cut.conflicts[index as usize].id.to_string()),
            class: patch.and_then(|patch| patch.class.as_ref()).map(ToString::to_string).unwrap_or_default(),
            parties: parties
                .iter()
                .map(|&party| self.party(party, face.map_or(0, |face| cut.partition.area2(face))))
                .collect(),
        })
    }

    /// The conflict at a place; a tiny one near by, which could not be hit otherwise, goes first.
    fn conflict_near(self, place: Coord<f64>, tolerance: f64, compatible: bool) -> Option<u32> {
        let cut = &self.outcome.cut;
        let shown = |&index: &u32| {
            index != NO_CONFLICT
                && (compatible || State::of(&self.outcome.decisions[index as usize]) != State::Compatible)
        };
        let here = cut.partition.face_at(place).map(|face| cut.conflict_of[face as usize]).filter(shown);
        let reach = Coord { x: tolerance, y: tolerance };
        let around = cut.partition.faces_in(Rect::new(place - reach, place + reach));
        let tiny = around.iter().map(|&face| cut.conflict_of[face as usize]).filter(shown).filter(|&index| {
            let conflict = &cut.conflicts[index as usize];
            let bounds = self.bounds(conflict);
            conflict.kind != ConflictKind::Gap && bounds.width().max(bounds.height()) < 2.0 * tolerance
        });
        tiny.chain(here).min_by_key(|&index| cut.conflicts[index as usize].area2)
    }
}

/// There is no conflict of this id.
pub(crate) fn unknown(id: &str) -> Problem {
    problem::problem(
        [format!("没有编号为 {id} 的冲突。"), format!("There is no conflict {id}.")],
        [
            "它可能随数据变化而消失；请在列表中重新选择。",
            "It may have gone with a change of the data; choose again in the list.",
        ],
    )
}
