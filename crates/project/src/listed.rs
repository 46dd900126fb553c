//! Conflicts one by one, for reports: who claims them, what was decided, why and by what law.

use crate::api::Problem;
use crate::detail::Asked;
use crate::edits::Edits;
use crate::inbox::Inbox;
use crate::job::Job;
use crate::names::LayerNames;
use crate::problem::fault;
use crate::rounding::hundredths;
use crate::statistics::{DecidedBy, decided_by};
use crate::tiles::state_name;
use lantu_engine::ConflictKind;
use rayon::prelude::*;
use serde::Serialize;

/// A conflict of a report.
#[derive(Debug, Serialize)]
pub struct ListedConflict {
    /// Its id.
    pub id: String,
    /// `overlap` or `self-overlap`.
    pub kind: String,
    /// Whether it is a sliver.
    pub sliver: bool,
    /// `open`, `rule` or `hand`.
    pub state: &'static str,
    /// Who claims it.
    pub parties: Vec<ListedParty>,
    /// Its planar area in m², to the hundredth.
    pub area_m2: f64,
    /// Its ellipsoidal area in m², to the hundredth.
    pub ellipsoid_m2: f64,
    /// A point inside, in degrees with seven decimals: a centimetre.
    pub lonlat: [f64; 2],
    /// The same in the plane.
    pub at: [f64; 2],
    /// `give-to`, `keep-all`, `other-class`, `leave-empty` or `open`.
    pub verdict: String,
    /// The class that the place has now, if it has one.
    pub class: Option<String>,
    /// Who or what decided.
    pub decided: DecidedBy,
    /// Why: Chinese, English.
    pub reason: [String; 2],
    /// The legal reference: Chinese, English.
    pub basis: [String; 2],
    /// Whether the rule or the pair of classes was read in a source; `null` where neither speaks, as
    /// where a planner decided. What was not is to be checked before it is relied on.
    pub confirmed: Option<bool>,
    /// When a planner decided it.
    pub when: String,
}

/// A party of a listed conflict.
#[derive(Debug, Serialize)]
pub struct ListedParty {
    /// Its layer.
    pub layer: String,
    /// Its id in its file.
    pub fid: i64,
    /// Its class.
    pub class: String,
    /// The name or code by which people know it.
    pub label: String,
}

/// Returns the first conflicts, and how many there are beyond them.
pub(crate) fn listed(job: &Job, most: usize) -> Result<(Vec<ListedConflict>, usize), Problem> {
    let outcome = &job.outcome;
    let state = |index: u32| state_name(&outcome.decisions[index as usize]);
    let conflict = |index: u32| &outcome.cut.conflicts[index as usize];
    let all = 0..outcome.cut.conflicts.len() as u32;
    let mut order: Vec<u32> =
        all.filter(|&index| conflict(index).kind != ConflictKind::Gap && state(index) != "compatible").collect();
    let omitted = order.len().saturating_sub(most);
    let place = |&index: &u32| (state(index) != "open", std::cmp::Reverse(conflict(index).area2), index);
    // Of a province's conflicts few are listed: these are looked for before they are put in order.
    if omitted > 0 && most > 0 {
        order.select_nth_unstable_by_key(most, place);
    }
    order.truncate(most);
    if order.is_empty() {
        return Ok((Vec::new(), omitted));
    }
    order.sort_unstable_by_key(place);
    let names = LayerNames::seeded().map_err(|cause| fault(&cause.to_string()))?;
    let inbox = Inbox::of(&outcome.cut, job.measure());
    let edits = Edits::default();
    let asked = Asked {
        outcome,
        inbox: &inbox,
        crs: &job.inputs.crs,
        measure: job.measure(),
        names: &names,
        // Locks are of the window; a report tells decisions.
        edits: &edits,
        splits: &job.plan.splits,
        open: None,
    };
    let list = order.par_iter().map(|&index| one(asked, index, state(index))).collect::<Result<_, _>>()?;
    Ok((list, omitted))
}

fn one(asked: Asked<'_>, index: u32, state: &'static str) -> Result<ListedConflict, Problem> {
    let outcome = asked.outcome;
    let detail = asked.conflict(&outcome.cut.conflicts[index as usize].id.to_string())?;
    let decision = detail.decision;
    let speaks =
        decision.operation.is_none() && decision.because.iter().chain(&decision.basis).any(|text| !text.is_empty());
    let confirmed = speaks.then_some(decision.confirmed);
    let (reason, basis, when) = match decision.operation {
        Some(operation) => {
            ([operation.reason.clone(), operation.reason], [operation.basis.clone(), operation.basis], operation.when)
        }
        None => (decision.because, decision.basis, String::new()),
    };
    let party = |party: crate::api::Party| ListedParty {
        layer: party.layer,
        fid: party.fid,
        class: party.class,
        label: party.label,
    };
    Ok(ListedConflict {
        id: detail.row.id,
        kind: detail.row.kind,
        sliver: detail.row.sliver,
        state,
        parties: detail.parties.into_iter().map(party).collect(),
        area_m2: hundredths(detail.row.area_m2),
        ellipsoid_m2: hundredths(detail.ellipsoid_area_m2),
        lonlat: detail.lonlat_inside.map(|degrees| (degrees * 1e7).round() / 1e7),
        at: detail.inside,
        verdict: decision.verdict,
        class: Some(decision.class).filter(|class| !class.is_empty()),
        decided: decided_by(outcome, &outcome.decisions[index as usize].basis),
        reason,
        basis,
        confirmed,
        when,
    })
}
