//! Conflicts one by one, for reports: who claims them, what was decided, why and by what law. The first
//! of all, and those that were chosen.

use crate::api::{Problem, Rows};
use crate::detail::{Asked, unknown};
use crate::edits::Edits;
use crate::inbox::Inbox;
use crate::job::Job;
use crate::names::LayerNames;
use crate::problem::fault;
use crate::progress::GoOn;
use crate::rounding::hundredths;
use crate::state::State;
use crate::statistics::{DecidedBy, decided_by};
use lantu_engine::ConflictKind;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// What a report tells of single conflicts.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// How many are listed: open ones first, the largest first.
    pub list: usize,
    /// How many are drawn in `.html` and `.pdf`: of `rows`, else from the beginning of the list.
    pub figures: usize,
    /// Those that were chosen one by one; all of them are told and drawn.
    pub conflicts: Vec<String>,
    /// Those that were chosen together.
    pub rows: Option<Rows>,
}

impl Details {
    /// Returns whether conflicts were chosen, be it none.
    pub(crate) fn choose(&self) -> bool {
        !self.conflicts.is_empty() || self.rows.is_some()
    }
}

/// Conflicts one by one.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The first.
    pub list: Vec<ListedConflict>,
    /// How many there are beyond them.
    pub omitted: usize,
    /// Those that were chosen; `None` if nobody chose.
    pub chosen: Option<Vec<ListedConflict>>,
}

/// Returns what is told of single conflicts; `go_on` hears how much of it is done.
pub(crate) fn listed(job: &Job, details: &Details, go_on: GoOn<'_>) -> Result<Told, Problem> {
    let outcome = &job.outcome;
    let state = |index: u32| State::of(&outcome.decisions[index as usize]);
    let conflict = |index: u32| &outcome.cut.conflicts[index as usize];
    let all = 0..outcome.cut.conflicts.len() as u32;
    let mut order: Vec<u32> =
        all.filter(|&index| conflict(index).kind != ConflictKind::Gap && state(index) != State::Compatible).collect();
    let omitted = order.len().saturating_sub(details.list);
    let place = |&index: &u32| (state(index) != State::Open, std::cmp::Reverse(conflict(index).area2), index);
    // Of a province's conflicts few are listed: these are looked for before they are put in order.
    if omitted > 0 && details.list > 0 {
        order.select_nth_unstable_by_key(details.list, place);
    }
    order.truncate(details.list);
    if order.is_empty() && !details.choose() {
        return Ok(Told { omitted, ..Told::default() });
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
    };
    let chosen = details.choose().then(|| chosen(asked, details)).transpose()?;
    let tell = |indices: &[u32]| -> Result<Vec<ListedConflict>, Problem> {
        let done = AtomicUsize::new(0);
        let one = |&index: &u32| {
            go_on(done.fetch_add(1, Ordering::Relaxed) as f64 / indices.len() as f64)?;
            one(asked, index, state(index).name())
        };
        indices.par_iter().map(one).collect()
    };
    Ok(Told { list: tell(&order)?, omitted, chosen: chosen.map(|chosen| tell(&chosen)).transpose()? })
}

/// The conflicts that were chosen, each once: those one by one first.
fn chosen(asked: Asked<'_>, details: &Details) -> Result<Vec<u32>, Problem> {
    let mut chosen: Vec<u32> = details.conflicts.iter().map(|id| asked.index(id)).collect::<Result<_, _>>()?;
    if let Some(rows) = &details.rows {
        chosen.extend(asked.rows(rows)?.into_iter().take(details.figures));
    }
    let mut seen = HashSet::new();
    chosen.retain(|&index| seen.insert(index));
    Ok(chosen)
}

impl Job {
    /// Says so if a conflict that was chosen by its id is not there, before anything is written.
    ///
    /// # Errors
    /// A problem that names it.
    pub fn check_details(&self, details: &Details) -> Result<(), Problem> {
        let there = |id: &String| id.parse().ok().and_then(|id| self.outcome.cut.find(id)).map(|_| ());
        details.conflicts.iter().try_for_each(|id| there(id).ok_or_else(|| unknown(id)))
    }
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
