//! Decisions on a new version of the data: which still fit, which have lost their place.
//!
//! Conflicts keep their ids while their content is the same, so most decisions fit by themselves. A
//! choice of a feature is followed to the number that the feature has now. What fits nothing any more
//! is listed with the place that it was made at, and stays in the record.

use crate::api::Problem;
use crate::content::{self, Contents};
use crate::load::Loaded;
use crate::outcome::{Cut, Outcome};
use crate::project::Open;
use crate::store::Place;
use geo::Coord;
use lantu_engine::{Action, Basis, Choice, Conflict, ConflictId, DecisionLog, Operation, PartyName};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// A number that no feature has.
const NOBODY: i64 = i64::MIN;

/// A decision in force that fits no conflict any more.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Orphan {
    /// The conflict that it was made for.
    pub conflict: String,
    /// Why it does not fit: `conflict-gone`, or `party-gone` where the conflict is there without the
    /// feature or class chosen.
    pub because: &'static str,
    /// The operation's number.
    pub operation: u64,
    /// Who decided.
    pub who: String,
    /// When.
    pub when: String,
    /// What was chosen.
    pub choice: Choice,
    /// Why.
    pub reason: String,
    /// The legal reference.
    pub basis: String,
    /// Where it was; `None` in records of the first layout.
    pub place: Option<Place>,
}

/// Returns the record with every feature under the number that it has now.
pub(crate) fn followed(log: &DecisionLog, contents: &Contents, cut: &Cut) -> DecisionLog {
    let mut now = DecisionLog::default();
    for operation in log.operations() {
        let moved = moved(operation, contents, cut);
        // The same actions with other numbers follow from each other as they did.
        if now.append(moved.map_or_else(|| operation.clone(), Arc::new)).is_err() {
            return log.clone();
        }
    }
    now
}

/// The operation with another number for its feature; `None` if it stays as it is.
fn moved(operation: &Arc<Operation>, contents: &Contents, cut: &Cut) -> Option<Operation> {
    let Action::Decide { conflicts, choice: Choice::GiveTo(party) } = &operation.action else { return None };
    let content = party.content.as_deref().filter(|_| contents.know(&party.layer))?;
    let fid = contents
        .find(&party.layer, party.fid, content)
        .or_else(|| only_one(conflicts, &party.layer, cut))
        .unwrap_or(NOBODY);
    if fid == party.fid {
        return None;
    }
    let choice = Choice::GiveTo(PartyName { fid, ..party.clone() });
    let action = Action::Decide { conflicts: conflicts.clone(), choice };
    Some(Operation { action, ..(**operation).clone() })
}

/// The only feature of a layer in all of these conflicts that are still there: then it is meant,
/// however it has changed elsewhere.
fn only_one(conflicts: &[ConflictId], layer: &str, cut: &Cut) -> Option<i64> {
    let partition = &cut.partition;
    let mut only = None;
    for index in conflicts.iter().filter_map(|&id| cut.find(id)) {
        let parties = cut.conflicts[index as usize].parties.iter();
        let mut of_layer = parties.filter(|&&party| *partition.layer_of(party).name == *layer);
        let fid = partition.feature(*of_layer.next()?).fid;
        if of_layer.next().is_some() || only.is_some_and(|other| other != fid) {
            return None;
        }
        only = Some(fid);
    }
    only
}

/// Puts the content of the feature that an action names into it.
pub(crate) fn keep_content(layers: &[Loaded], action: &mut Action) {
    let Action::Decide { choice: Choice::GiveTo(party), .. } = action else { return };
    let layer = layers.iter().find(|loaded| *loaded.layer.name == *party.layer);
    let feature = layer.and_then(|loaded| loaded.layer.features.iter().find(|feature| feature.fid == party.fid));
    party.content = feature.map(content::content);
}

/// Returns where the conflicts lie that an action decides.
pub(crate) fn places(open: &Open, action: &Action) -> Result<Vec<(ConflictId, Place)>, Problem> {
    let (Action::Decide { conflicts, .. }, Some(found)) = (action, &open.result) else { return Ok(Vec::new()) };
    let cut = &found.outcome.cut;
    let decided: Vec<&Conflict> =
        conflicts.iter().filter_map(|&id| Some(&cut.conflicts[cut.find(id)? as usize])).collect();
    let middle = |conflict: &&Conflict| {
        let (low, high) = (cut.partition.grid.locate(conflict.bounds.0), cut.partition.grid.locate(conflict.bounds.1));
        Coord { x: (low.x + high.x) / 2.0, y: (low.y + high.y) / 2.0 }
    };
    let mut middles: Vec<Coord<f64>> = decided.iter().map(middle).collect();
    open.inputs.crs.to_lonlat(&mut middles)?;
    let place = |(conflict, at): (&Conflict, Coord<f64>)| {
        let layer = |&party: &lantu_engine::FeatureRef| cut.partition.layer_of(party).name.to_string();
        let mut layers: Vec<String> = conflict.parties.iter().map(layer).collect();
        layers.dedup();
        let lonlat = (at.x.is_finite() && at.y.is_finite()).then_some([at.x, at.y]);
        let kind = conflict.kind.as_str().to_owned();
        (conflict.id, Place { kind, layers, area_m2: found.measure.m2(conflict.area2), lonlat })
    };
    Ok(decided.into_iter().zip(middles).map(place).collect())
}

/// Returns the decisions in force that fit no conflict, in the order of the record.
pub(crate) fn orphans(outcome: &Outcome, record: &DecisionLog, places: &HashMap<String, Place>) -> Vec<Orphan> {
    let mut orphans: Vec<Orphan> = Vec::new();
    for (id, standing) in outcome.log.standing() {
        let decided = outcome.cut.find(id).map(|index| &outcome.decisions[index as usize].basis);
        let number = standing.operation.number;
        let because = match decided {
            None => "conflict-gone",
            Some(Basis::Choice(by)) if *by == number => continue,
            Some(_) => "party-gone",
        };
        // As it was made, not under another number.
        let Some(operation) = record.operations().get(number as usize - 1) else { continue };
        let Action::Decide { choice, .. } = &operation.action else { continue };
        orphans.push(Orphan {
            conflict: id.to_string(),
            because,
            operation: number,
            who: operation.who.clone(),
            when: operation.when.clone(),
            choice: choice.clone(),
            reason: operation.reason.clone(),
            basis: operation.basis.clone(),
            place: places.get(&id.to_string()).cloned(),
        });
    }
    orphans.sort_by(|a, b| (a.operation, &a.conflict).cmp(&(b.operation, &b.conflict)));
    orphans
}
