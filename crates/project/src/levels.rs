//! Two-level work in figures: where the blueprints of lower projects overlap each other or leave
//! gaps between them, and where they contradict the upper project's own layers.

use crate::api::{Problem, Tally};
use crate::job::Job;
use crate::outcome::NO_CONFLICT;
use crate::rounding::hundredths;
use crate::state::State;
use crate::tiles::inside;
use lantu_engine::{Blueprint, Conflict, ConflictKind, FeatureRef};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many places are listed; the tallies count all.
const PLACES: usize = 1_000;

/// What lower projects and the upper one have to settle.
#[derive(Debug, Default, Serialize)]
pub struct Levels {
    /// The layers that are blueprints of lower projects.
    pub counties: Vec<County>,
    /// Lower projects that overlap or leave gaps between them.
    pub borders: Vec<Border>,
    /// Lower projects against layers of the upper one; what may lie over each other is left out.
    pub against: Vec<Against>,
    /// The places on shared borders, the largest first, at most 1,000.
    pub places: Vec<BorderPlace>,
    /// How many places are not listed.
    pub places_omitted: usize,
}

/// A layer that is the blueprint of a lower project.
#[derive(Debug, Serialize)]
pub struct County {
    /// The layer's name.
    pub layer: String,
    /// The project file.
    pub project: String,
    /// Ground that is open in it and so has the layer's own class.
    pub open: Tally,
}

/// Lower projects that meet.
#[derive(Debug, Serialize)]
pub struct Border {
    /// Their layers.
    pub counties: Vec<String>,
    /// Places that they all claim, whatever their classes.
    pub overlaps: Tally,
    /// Of these, places that nobody has decided.
    pub open: Tally,
    /// Enclosed places between them that nothing covers.
    pub gaps: Tally,
}

/// A lower project and a layer of the upper one.
#[derive(Debug, Serialize)]
pub struct Against {
    /// The lower project's layer.
    pub county: String,
    /// The upper project's layer.
    pub layer: String,
    /// Places where they contradict each other.
    pub conflicts: Tally,
    /// Of these, places that nobody has decided.
    pub open: Tally,
}

/// A place on a shared border.
#[derive(Debug, Serialize)]
pub struct BorderPlace {
    /// The conflict's id.
    pub id: String,
    /// `overlap` or `gap`.
    pub kind: &'static str,
    /// The layers that meet there.
    pub counties: Vec<String>,
    /// What they say of it: `layer · class · source in the lower project`.
    pub parties: Vec<String>,
    /// `open`, `rule`, `hand` or `compatible`; a gap is open until it is filled or left empty by hand.
    pub state: &'static str,
    /// Its planar area in m², to the hundredth.
    pub area_m2: f64,
    /// A point inside, in degrees with seven decimals.
    pub lonlat: [f64; 2],
}

/// Returns what there is between levels; nothing where no layer is a project.
///
/// # Errors
/// A place that has no longitude and latitude.
pub(crate) fn levels(job: &Job) -> Result<Levels, Problem> {
    let plans: BTreeMap<&str, &str> =
        job.plan.layers.iter().filter(|layer| layer.is_project()).map(|layer| (&*layer.name, &*layer.path)).collect();
    if plans.is_empty() {
        return Ok(Levels::default());
    }
    let between = Between::of(job, &plans);
    let (places, places_omitted) = places(job, &between)?;
    Ok(Levels {
        counties: counties(job, &plans),
        borders: borders(job, &between),
        against: against(job, &between),
        places,
        places_omitted,
    })
}

/// The layers of each conflict that two levels or two lower projects have to settle.
struct Between<'a> {
    /// Lower projects that meet in a conflict, by its index.
    met: BTreeMap<u32, Vec<&'a str>>,
    /// Lower and upper layers that contradict each other, by the conflict's index.
    against: BTreeMap<u32, Vec<[&'a str; 2]>>,
}

impl<'a> Between<'a> {
    fn of(job: &'a Job, plans: &BTreeMap<&str, &str>) -> Self {
        let (cut, decisions) = (&job.outcome.cut, &job.outcome.decisions);
        let name = |party: FeatureRef| &*cut.partition.layer_of(party).name;
        let gaps = beside_gaps(job, plans);
        let (mut met, mut against) = (BTreeMap::new(), BTreeMap::new());
        for ((index, conflict), decision) in (0u32..).zip(&cut.conflicts).zip(decisions) {
            let layers: BTreeSet<&str> = match conflict.kind {
                ConflictKind::Gap => gaps.get(&index).cloned().unwrap_or_default(),
                _ => conflict.parties.iter().map(|&party| name(party)).collect(),
            };
            let (lower, upper): (Vec<&str>, Vec<&str>) = layers.into_iter().partition(|name| plans.contains_key(name));
            if conflict.kind == ConflictKind::Overlap && State::of(decision) != State::Compatible {
                let pairs = lower.iter().flat_map(|county| upper.iter().map(|layer| [*county, *layer]));
                against.insert(index, pairs.collect());
            }
            if lower.len() > 1 {
                met.insert(index, lower);
            }
        }
        Self { met, against }
    }
}

/// The lower projects around each gap, by the conflict's index.
fn beside_gaps<'a>(job: &'a Job, plans: &BTreeMap<&str, &str>) -> BTreeMap<u32, BTreeSet<&'a str>> {
    let cut = &job.outcome.cut;
    let mut around: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for arc in 0..cut.partition.arc_count() as u32 {
        let (left, right) = cut.partition.sides(arc);
        for [gap, beside] in [[left, right], [right, left]] {
            let index = cut.conflict_of[gap as usize];
            if index == NO_CONFLICT || cut.conflicts[index as usize].kind != ConflictKind::Gap {
                continue;
            }
            let layers = cut.partition.parents(beside).iter().map(|&party| &*cut.partition.layer_of(party).name);
            around.entry(index).or_default().extend(layers.filter(|name| plans.contains_key(name)));
        }
    }
    around
}

fn counties(job: &Job, plans: &BTreeMap<&str, &str>) -> Vec<County> {
    let partition = &job.outcome.cut.partition;
    let county = |(&layer, &project): (&&str, &&str)| {
        let info = partition.layers.iter().find(|info| &*info.name == layer)?;
        let own = (info.first.0..info.first.0 + info.count).map(FeatureRef);
        let open = own.filter(|&at| partition.feature(at).class == info.class);
        let open = job.measure().tally(open.map(|at| partition.feature_area2(at)));
        Some(County { layer: layer.to_owned(), project: project.to_owned(), open })
    };
    plans.iter().filter_map(county).collect()
}

/// Conflicts by what they are between, in the order of the names.
type Groups<'a, Key> = BTreeMap<Key, Vec<(&'a Conflict, &'static str)>>;

fn borders(job: &Job, between: &Between<'_>) -> Vec<Border> {
    let mut groups: Groups<'_, &[&str]> = BTreeMap::new();
    for (&index, counties) in &between.met {
        groups.entry(counties).or_default().push(conflict(job, index));
    }
    let border = |(counties, all): (&[&str], Vec<(&Conflict, &str)>)| Border {
        counties: counties.iter().map(|&name| name.to_owned()).collect(),
        overlaps: tally(job, &all, |kind, _| kind != ConflictKind::Gap),
        open: tally(job, &all, |kind, state| kind != ConflictKind::Gap && state == "open"),
        gaps: tally(job, &all, |kind, _| kind == ConflictKind::Gap),
    };
    groups.into_iter().map(border).collect()
}

fn against(job: &Job, between: &Between<'_>) -> Vec<Against> {
    let mut groups: Groups<'_, [&str; 2]> = BTreeMap::new();
    for (&index, pairs) in &between.against {
        pairs.iter().for_each(|&pair| groups.entry(pair).or_default().push(conflict(job, index)));
    }
    let row = |([county, layer], all): ([&str; 2], Vec<(&Conflict, &str)>)| Against {
        county: county.to_owned(),
        layer: layer.to_owned(),
        conflicts: tally(job, &all, |_, _| true),
        open: tally(job, &all, |_, state| state == "open"),
    };
    groups.into_iter().map(row).collect()
}

fn conflict(job: &Job, index: u32) -> (&Conflict, &'static str) {
    let (outcome, at) = (&job.outcome, index as usize);
    let conflict = &outcome.cut.conflicts[at];
    let state = State::of(&outcome.decisions[at]);
    // A gap stays empty unless somebody or the step for slivers fills it: until then it is open here.
    let filled = outcome.blueprint.patch_of[conflict.faces[0] as usize] != Blueprint::NONE;
    let open = conflict.kind == ConflictKind::Gap && state != State::Hand && !filled;
    (conflict, if open { State::Open } else { state }.name())
}

fn tally(job: &Job, all: &[(&Conflict, &str)], pass: impl Fn(ConflictKind, &str) -> bool) -> Tally {
    let passing = all.iter().filter(|(conflict, state)| pass(conflict.kind, state));
    job.measure().of_conflicts(passing.map(|(conflict, _)| *conflict))
}

fn places(job: &Job, between: &Between<'_>) -> Result<(Vec<BorderPlace>, usize), Problem> {
    let mut order: Vec<u32> = between.met.keys().copied().collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(conflict(job, index).0.area2), index));
    let omitted = order.len().saturating_sub(PLACES);
    order.truncate(PLACES);
    let place = |index: u32| {
        let (conflict, state) = conflict(job, index);
        let mut at = [inside(&job.outcome.cut.partition, conflict)];
        job.inputs.crs.to_lonlat(&mut at)?;
        let counties = between.met[&index].iter().map(|&name| name.to_owned()).collect();
        Ok(BorderPlace {
            id: conflict.id.to_string(),
            kind: if conflict.kind == ConflictKind::Gap { "gap" } else { "overlap" },
            counties,
            parties: conflict.parties.iter().map(|&party| told(job, party)).collect(),
            state,
            area_m2: hundredths(job.measure().m2(conflict.area2)),
            lonlat: [at[0].x, at[0].y].map(|degrees| (degrees * 1e7).round() / 1e7),
        })
    };
    Ok((order.into_iter().map(place).collect::<Result<_, Problem>>()?, omitted))
}

/// A party with what it was in the lower project.
fn told(job: &Job, party: FeatureRef) -> String {
    let partition = &job.outcome.cut.partition;
    let feature = partition.feature(party);
    let text = |field: &str| feature.attributes.get(field).map(|value| value.to_text()).unwrap_or_default();
    let words =
        [partition.layer_of(party).name.to_string(), feature.class.to_string(), text("source"), text("decided_by")];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ")
}
