//! The figures of districts, rolled up to county, city and province: the blueprint's classes and
//! the conflicts. Districts add up to their county, counties to their city, all to the whole, as
//! shown.

use crate::accounts::in_districts;
use crate::districts::Districts;
use crate::job::Job;
use crate::rounding::{self, Area, Cell};
use crate::state::State;
use crate::statistics::{PerDistrict, Statistics};
use lantu_engine::{ClassId, ConflictKind};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// The figures of a district or of what districts add up to.
#[derive(Debug, Serialize)]
pub struct Region {
    /// Its code; empty for the whole, `-` for what lies in no district.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it is a district of the layer itself and no sum of several.
    pub leaf: bool,
    /// Its own ground, wherever layers lie; nothing where there are no districts.
    pub ground: Area,
    /// The blueprint within; adds up from `classes`.
    pub blueprint: Area,
    /// Per class; `null` is what is open.
    pub classes: Vec<InClass>,
    /// Overlaps within, by what they are now; a conflict on a border counts where most of it lies.
    pub conflicts: BTreeMap<&'static str, Conflicts>,
}

/// A class within a region.
#[derive(Debug, Serialize)]
pub struct InClass {
    /// The class.
    pub class: Option<String>,
    /// Whether its name comes from practice and is to be checked.
    pub to_be_checked: bool,
    /// How much.
    pub area: Area,
}

/// Conflicts of one state within a region.
#[derive(Debug, Serialize)]
pub struct Conflicts {
    /// How many.
    pub count: u32,
    /// Their area within.
    pub area: Area,
}

/// Returns the figures of the whole and of every region.
pub(crate) fn regions(job: &Job, districts: &Districts, statistics: &Statistics<'_>) -> Vec<Region> {
    let (by_class, found) = (by_class(job, districts, statistics), found(job, districts));
    let levels = districts.levels();
    levels
        .into_iter()
        .map(|(district, within)| {
            let classes: Vec<InClass> = by_class
                .iter()
                .filter_map(|(class, parts)| {
                    let checked = |class: &String| job.inputs.tables.is_to_be_checked(&ClassId::new(class));
                    let to_be_checked = class.as_ref().is_some_and(checked);
                    Some(InClass { class: class.clone(), to_be_checked, area: sum_of(parts, &within)? })
                })
                .collect();
            Region {
                leaf: districts.is_leaf(&district.code),
                ground: rounding::whole(within.iter().map(|&at| districts.ground[at as usize]).sum(), job.measure()),
                blueprint: rounding::together(classes.iter().map(|class| &class.area)),
                conflicts: conflicts(&found, &within),
                code: district.code,
                name: district.name,
                classes,
            }
        })
        .collect()
}

type Parts = BTreeMap<u32, Area>;

/// The blueprint's classes in districts as shown: the whole into classes, each class into districts.
fn by_class(job: &Job, districts: &Districts, statistics: &Statistics<'_>) -> Vec<(Option<String>, Parts)> {
    let cells: Vec<Cell> = statistics.classes.values().map(|cells| cells.values().copied().sum()).collect();
    let (_, areas) = rounding::whole_and_parts(&cells, job.measure());
    let class = statistics.classes.iter().zip(areas);
    class.map(|((class, cells), area)| (class.map(ToString::to_string), parts(job, districts, &area, cells))).collect()
}

fn parts(job: &Job, districts: &Districts, shown: &Area, cells: &PerDistrict) -> Parts {
    if job.outcome.cut.lying.is_none() {
        return [(0, shown.clone())].into();
    }
    cells.keys().copied().zip(in_districts(job, districts, shown, cells).into_iter().map(|part| part.area)).collect()
}

/// What of some parts lies in some districts, as shown.
pub(crate) fn sum_of(parts: &Parts, within: &[u32]) -> Option<Area> {
    let own: Vec<&Area> = within.iter().filter_map(|at| parts.get(at)).collect();
    (!own.is_empty()).then(|| rounding::together(own.into_iter()))
}

type Found = BTreeMap<&'static str, (BTreeMap<u32, u32>, Parts)>;

/// Per state: how many conflicts lie in each district, and how much of all.
type Sums = BTreeMap<State, (BTreeMap<u32, u32>, PerDistrict)>;

/// Conflicts that are added up in one go.
const CHUNK: usize = 1 << 14;

/// The overlaps by state, counted and measured per district.
fn found(job: &Job, districts: &Districts) -> Found {
    let outcome = &job.outcome;
    let chunks = outcome.cut.conflicts.par_chunks(CHUNK).zip(outcome.decisions.par_chunks(CHUNK)).enumerate();
    let added = chunks.map(|(chunk, (conflicts, decisions))| {
        let mut sums = Sums::new();
        for (index, (conflict, decision)) in ((chunk * CHUNK) as u32..).zip(conflicts.iter().zip(decisions)) {
            if conflict.kind == ConflictKind::Gap {
                continue;
            }
            let (counts, cells) = sums.entry(State::of(decision)).or_default();
            for part in conflict.faces.iter().flat_map(|&face| districts.of_face(&outcome.cut, face)) {
                cells.entry(part.district).or_default().add(part.cell);
            }
            // Without districts there is one for all.
            let most = outcome.cut.lying.as_ref().map_or(0, |lying| lying.at(index));
            *counts.entry(most).or_default() += 1;
        }
        sums
    });
    // As doubles are added in the order of the conflicts, they come out the same for any number of threads.
    let mut sums = Sums::new();
    for (state, (counts, cells)) in added.collect::<Vec<_>>().into_iter().flatten() {
        let own = sums.entry(state).or_default();
        counts.into_iter().for_each(|(district, count)| *own.0.entry(district).or_default() += count);
        cells.into_iter().for_each(|(district, cell)| own.1.entry(district).or_default().add(cell));
    }
    let shown = |(counts, cells): (BTreeMap<u32, u32>, PerDistrict)| {
        let whole = rounding::whole(cells.values().copied().sum(), job.measure());
        (counts, parts(job, districts, &whole, &cells))
    };
    sums.into_iter().map(|(state, sums)| (state.name(), shown(sums))).collect()
}

fn conflicts(found: &Found, within: &[u32]) -> BTreeMap<&'static str, Conflicts> {
    let own = |(counts, parts): &(BTreeMap<u32, u32>, Parts)| {
        let count = within.iter().filter_map(|at| counts.get(at)).sum();
        Some(Conflicts { count, area: sum_of(parts, within)? })
    };
    found.iter().filter_map(|(&state, sums)| Some((state, own(sums)?))).collect()
}
