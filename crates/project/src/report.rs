//! The report of a run, as JSON. docs/file-formats.md explains every name.

pub use crate::listed::{Details, ListedConflict};

use crate::accounts::{LayerAccount, accounts};
use crate::api::Tally;
use crate::balances::{Balances, balances};
use crate::job::{Job, Watcher};
use crate::levels::{Levels, levels};
use crate::listed::listed;
use crate::measure::Measure;
use crate::outcome::Outcome;
use crate::problem::fault;
use crate::progress::Meter;
use crate::reattach::Orphan;
use crate::regions::{Region, regions};
use crate::rules;
use crate::slivers::{self, SliverLog, SliverPreview};
use crate::state::State;
use crate::statistics::statistics;
use crate::totals::{overlaps_by_layers, tally_where};
use crate::{api::Problem, load::Loaded};
use lantu_engine::{ConflictKind, FeatureRef, Finding, FindingCode, Severity};
use lantu_files::Written;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Instant;

/// How many findings and slivers are written out; the rest is counted.
const FINDINGS: usize = 10_000;

/// The stage of `timings_s` that counts what reports took.
pub(crate) const STAGE: &str = "report";

/// The report of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The program's version.
    pub lantu: &'static str,
    /// The CRS of the work.
    pub crs: String,
    /// The grid's step in metres.
    pub grid_m: f64,
    /// The layers, in the order of their names.
    pub layers: Vec<LayerReport>,
    /// Faces of the partition, the outside not counted.
    pub faces: usize,
    /// Arcs of the partition.
    pub arcs: usize,
    /// What contradicts itself.
    pub conflicts: ConflictReport,
    /// The blueprint.
    pub blueprint: BlueprintReport,
    /// What became of every layer's ground.
    pub accounts: Vec<LayerAccount>,
    /// The figures of the whole and of districts, rolled up to county, city and province.
    pub regions: Vec<Region>,
    /// Ledger, targets, control lines, shoreline.
    pub balances: Balances,
    /// Lower projects on their shared borders and against this project's own layers.
    pub levels: Levels,
    /// What became of slivers, by which settings, and the area moved per class.
    pub slivers: SliverPreview,
    /// Slivers that were merged, with from and to; at most 10,000.
    pub sliver_log: Vec<SliverLog>,
    /// How many slivers are not written out.
    pub slivers_omitted: usize,
    /// The proof.
    pub proof: ProofReport,
    /// What the format of the blueprint's file cannot hold, and which rules of the record no longer fit the
    /// project: Chinese, English.
    pub said: Vec<[String; 2]>,
    /// Planners' decisions in force whose conflict is gone.
    pub orphaned_decisions: u32,
    /// These decisions, with the places that they were made at.
    pub orphans: Vec<Orphan>,
    /// Conflicts one by one, if they were asked for: open ones first, the largest first.
    pub conflict_list: Vec<ListedConflict>,
    /// How many conflicts are not in the list; gaps and what may stay are never in it.
    pub conflicts_omitted: usize,
    /// The conflicts that were chosen for figures; `null` if none were.
    pub chosen: Option<Vec<ListedConflict>>,
    /// How often each finding occurs that is about no layer, as a gap that stays.
    pub other_findings: BTreeMap<&'static str, u32>,
    /// What is to be said of the data, with its place in the plane; at most 10,000.
    pub findings: Vec<FindingReport>,
    /// How many findings are not written out.
    pub findings_omitted: usize,
    /// Seconds per stage.
    pub timings_s: BTreeMap<&'static str, f64>,
    /// The most memory that the program has held, if the system tells.
    pub peak_rss_bytes: Option<u64>,
}

/// A layer.
#[derive(Debug, Serialize)]
pub struct LayerReport {
    /// Its name.
    pub name: String,
    /// Its source.
    pub path: String,
    /// Its class.
    pub class: String,
    /// The file's own CRS.
    pub crs: String,
    /// Its features.
    pub features: u32,
    /// Their vertices as read, closing points not counted.
    pub vertices: u64,
    /// The sum of its features' ground, in m².
    pub area_m2: f64,
    /// Its ground, each place once, in m².
    pub ground_m2: f64,
    /// How often each finding occurs.
    pub findings: BTreeMap<&'static str, u32>,
}

/// Counts and areas of conflicts.
#[derive(Debug, Serialize)]
pub struct ConflictReport {
    /// Patches covered by features of two or more layers, compatible or not.
    pub count: u32,
    /// Their area, each place once, in m².
    pub area_m2: f64,
    /// Conflicts that nobody has decided.
    pub open: u32,
    /// Their area in m².
    pub open_area_m2: f64,
    /// Overlaps that may stay: their classes are compatible.
    pub compatible: Tally,
    /// Decided by rule.
    pub by_rule: Tally,
    /// Decided by a planner.
    pub by_hand: Tally,
    /// Per set of layers.
    pub by_pair: Vec<PairReport>,
    /// Patches covered more than once by features of one layer.
    pub self_overlaps: Tally,
    /// Enclosed places that nothing covers.
    pub gaps: Tally,
    /// Conflicts so small or thin that they come from digitising.
    pub slivers: Tally,
}

/// Layers that overlap.
#[derive(Debug, Serialize)]
pub struct PairReport {
    /// The layers.
    pub parties: Vec<String>,
    /// How many patches.
    pub count: u32,
    /// Their area in m².
    pub area_m2: f64,
}

/// The blueprint.
#[derive(Debug, Default, Serialize)]
pub struct BlueprintReport {
    /// How many patches.
    pub patches: u32,
    /// Their planar area in m².
    pub area_m2: f64,
    /// Their ellipsoidal area in m².
    pub ellipsoid_area_m2: f64,
    /// Per class; `null` is what is open.
    pub by_class: Vec<ClassReport>,
}

/// A class of the blueprint.
#[derive(Debug, Serialize)]
pub struct ClassReport {
    /// The class.
    pub class: Option<String>,
    /// How many patches.
    pub patches: u32,
    /// Their planar area in m².
    pub area_m2: f64,
    /// Their ellipsoidal area in m².
    pub ellipsoid_area_m2: f64,
}

/// The proof that the blueprint is a partition, in memory and as written.
#[derive(Debug, Serialize)]
pub struct ProofReport {
    /// Pairs of arc segments that cross or touch other than at nodes.
    pub residual_crossings: u64,
    /// Arcs across which the covering features do not change as they must.
    pub label_disagreements: u64,
    /// Holes and islands in the wrong face.
    pub misplaced_holes: u64,
    /// Features whose faces do not add up to their ground.
    pub feature_area_mismatches: u64,
    /// Covered faces in no patch or in two.
    pub misassigned_faces: u64,
    /// Area of the patches minus area of the union, doubled, in square grid units.
    pub area_difference_grid_units: serde_json::Number,
    /// Features of which the grid kept nothing.
    pub collapsed_features: u64,
    /// How far a line was moved at most by cutting, in m.
    pub farthest_move_m: f64,
    /// Area covered twice in the file as written, in m²; `null` if no blueprint was written.
    pub written_overlap_m2: Option<f64>,
    /// Planned area not covered in the file as written, in m².
    pub written_gap_m2: Option<f64>,
    /// All that reading the file again has shown.
    pub written: Option<lantu_files::WrittenProof>,
    /// Whether all of it holds.
    pub holds: bool,
}

/// A finding.
#[derive(Debug, Serialize)]
pub struct FindingReport {
    /// What was found.
    pub code: FindingCode,
    /// How much it matters.
    pub severity: Severity,
    /// The layer it is about.
    pub layer: Option<String>,
    /// The feature it is about.
    pub fid: Option<i64>,
    /// Where, in the plane.
    pub at: Option<[f64; 2]>,
}

/// Returns the report of a job, and of the blueprint file if one was written.
///
/// # Errors
/// A problem if ellipsoidal areas cannot be measured.
pub fn report(job: &Job, written: Option<&Written>) -> Result<Report, Problem> {
    report_listing(job, written, &Details::default(), Watcher::nobody())
}

/// Returns the same with conflicts one by one, to whoever watches.
///
/// # Errors
/// As [`report`], a conflict that was chosen and is not there, and the wish to stop.
pub fn report_listing(
    job: &Job,
    written: Option<&Written>,
    details: &Details,
    watcher: Watcher<'_>,
) -> Result<Report, Problem> {
    let start = Instant::now();
    let meter = Meter::of_report(watcher.tell, watcher.stop);
    let step = |from: f64, to: f64| move |part: f64| from + (to - from) * part;
    let (adding, listing) = (step(0.0, 0.5), step(0.6, 1.0));
    let (outcome, measure) = (&job.outcome, job.measure());
    let partition = &outcome.cut.partition;
    let findings: Vec<&Finding> = job.findings().collect();
    let of_rules = rules::said_of(&job.log, &job.inputs);
    let districts = &*job.districts();
    let statistics = statistics(outcome, districts, &job.plan.balance, &|part| meter.go_on("report", adding(part)))?;
    let told = listed(job, details, &|part| meter.go_on("report", listing(part)))?;
    let mut slivers = slivers::told(outcome, measure);
    let mut sliver_log = std::mem::take(&mut slivers.log);
    let slivers_omitted = sliver_log.len().saturating_sub(FINDINGS);
    sliver_log.truncate(FINDINGS);
    // One adds up patch by patch; the other has the rest of the threads.
    let mut patches = BlueprintReport::default();
    let (accounts, regions) = rayon::in_place_scope(|scope| {
        scope.spawn(|_| patches = blueprint(outcome, measure));
        (accounts(job, districts, &statistics), regions(job, districts, &statistics))
    });
    let mut report = Report {
        accounts,
        regions,
        balances: balances(job, districts, &statistics)?,
        levels: levels(job)?,
        lantu: env!("CARGO_PKG_VERSION"),
        crs: job.inputs.crs.name().to_owned(),
        grid_m: measure.m(1.0),
        layers: layers(job, measure, &findings),
        other_findings: counted(findings.iter().filter(|finding| finding.about.layer.is_none())),
        faces: partition.face_count() - 1,
        arcs: partition.arc_count(),
        conflicts: conflicts(outcome, measure),
        blueprint: patches,
        slivers,
        sliver_log,
        slivers_omitted,
        proof: proof(outcome, measure, written)?,
        said: written.map(|written| written.said.clone()).into_iter().flatten().chain(of_rules).collect(),
        orphaned_decisions: outcome.orphaned,
        orphans: job.orphans(),
        conflict_list: told.list,
        conflicts_omitted: told.omitted,
        chosen: told.chosen,
        findings: findings.iter().take(FINDINGS).map(|finding| finding_report(finding)).collect(),
        findings_omitted: findings.len().saturating_sub(FINDINGS),
        timings_s: timings(job),
        peak_rss_bytes: peak_rss(),
    };
    report.timings_s.insert(STAGE, start.elapsed().as_secs_f64());
    Ok(report)
}

fn timings(job: &Job) -> BTreeMap<&'static str, f64> {
    job.timings.borrow().iter().fold(BTreeMap::new(), |mut sums, (stage, seconds)| {
        *sums.entry(*stage).or_insert(0.0) += seconds;
        sums
    })
}

/// How often each finding occurs.
fn counted<'a>(findings: impl Iterator<Item = &'a &'a Finding>) -> BTreeMap<&'static str, u32> {
    findings.fold(BTreeMap::new(), |mut counts, finding| {
        *counts.entry(finding.code.as_str()).or_insert(0) += 1;
        counts
    })
}

fn layers(job: &Job, measure: Measure, findings: &[&Finding]) -> Vec<LayerReport> {
    let partition = &job.outcome.cut.partition;
    let mut counts: BTreeMap<&str, BTreeMap<&'static str, u32>> = BTreeMap::new();
    for finding in findings {
        if let Some(layer) = &finding.about.layer {
            *counts.entry(layer).or_default().entry(finding.code.as_str()).or_insert(0) += 1;
        }
    }
    let loaded: BTreeMap<&str, &Loaded> =
        job.inputs.layers.iter().map(|loaded| (&*loaded.layer.name, loaded)).collect();
    let report = |(index, info): (usize, &lantu_engine::LayerInfo)| {
        let from = loaded[&*info.name];
        let features = (info.first.0..info.first.0 + info.count).map(FeatureRef);
        let unit2 = job.inputs.crs.metres_per_unit().powi(2);
        LayerReport {
            name: info.name.to_string(),
            path: from.source.clone(),
            class: from.layer.class.to_string(),
            crs: from.file_crs.clone(),
            features: info.count,
            vertices: info.vertices,
            area_m2: measure.m2(features.map(|feature| partition.feature_area2(feature)).sum()),
            ground_m2: partition.layer_ground(index) * unit2,
            findings: counts.remove(&*info.name).unwrap_or_default(),
        }
    };
    // What only cuts is no layer of the project.
    partition.layers.iter().enumerate().filter(|(_, info)| loaded.contains_key(&*info.name)).map(report).collect()
}

fn conflicts(outcome: &Outcome, measure: Measure) -> ConflictReport {
    let all = tally_where(outcome, measure, |kind, _| kind == ConflictKind::Overlap);
    let open = tally_where(outcome, measure, |kind, state| kind != ConflictKind::Gap && state == State::Open);
    let of_kind = |wanted| tally_where(outcome, measure, move |kind, _| kind == wanted);
    ConflictReport {
        count: all.count,
        area_m2: all.area_m2,
        open: open.count,
        open_area_m2: open.area_m2,
        compatible: tally_where(outcome, measure, |kind, state| {
            kind == ConflictKind::Overlap && state == State::Compatible
        }),
        by_rule: tally_where(outcome, measure, |kind, state| kind != ConflictKind::Gap && state == State::Rule),
        by_hand: tally_where(outcome, measure, |kind, state| kind != ConflictKind::Gap && state == State::Hand),
        by_pair: by_pair(outcome, measure),
        self_overlaps: of_kind(ConflictKind::SelfOverlap),
        gaps: of_kind(ConflictKind::Gap),
        slivers: measure.of_conflicts(outcome.cut.conflicts.iter().filter(|c| c.sliver && c.kind != ConflictKind::Gap)),
    }
}

fn by_pair(outcome: &Outcome, measure: Measure) -> Vec<PairReport> {
    let name = |&layer: &u32| outcome.cut.partition.layers[layer as usize].name.to_string();
    overlaps_by_layers(outcome)
        .into_iter()
        .map(|(layers, sum)| PairReport {
            parties: layers.iter().map(name).collect(),
            count: sum.count,
            area_m2: measure.m2(sum.area2),
        })
        .collect()
}

fn blueprint(outcome: &Outcome, measure: Measure) -> BlueprintReport {
    let (cut, blueprint) = (&outcome.cut, &outcome.blueprint);
    let ellipsoid = cut.arcs.of_groups(&cut.partition, &blueprint.patch_of, blueprint.patches.len());
    let mut sums: BTreeMap<Option<&str>, (u32, i128, f64)> = BTreeMap::new();
    for (patch, on_ellipsoid) in blueprint.patches.iter().zip(&ellipsoid) {
        let sum = sums.entry(patch.class.as_ref().map(|class| class.as_str())).or_default();
        *sum = (sum.0 + 1, sum.1 + patch.area2, sum.2 + on_ellipsoid);
    }
    let of_class = |(class, (patches, area2, ellipsoid_area_m2)): (Option<&str>, (u32, i128, f64))| ClassReport {
        class: class.map(str::to_owned),
        patches,
        area_m2: measure.m2(area2),
        ellipsoid_area_m2,
    };
    BlueprintReport {
        patches: blueprint.patches.len() as u32,
        area_m2: measure.m2(blueprint.patches.iter().map(|patch| patch.area2).sum()),
        ellipsoid_area_m2: ellipsoid.iter().fold(0.0, |sum, area| sum + area),
        by_class: sums.into_iter().map(of_class).collect(),
    }
}

fn proof(outcome: &Outcome, measure: Measure, written: Option<&Written>) -> Result<ProofReport, Problem> {
    let proof = &outcome.proof;
    let difference = proof.area_difference_grid_units;
    Ok(ProofReport {
        residual_crossings: proof.residual_crossings,
        label_disagreements: proof.label_disagreements,
        misplaced_holes: proof.misplaced_holes,
        feature_area_mismatches: proof.feature_area_mismatches,
        misassigned_faces: proof.misassigned_faces,
        area_difference_grid_units: serde_json::Number::from_i128(difference)
            .ok_or_else(|| fault(&format!("an area difference of {difference} grid units")))?,
        collapsed_features: proof.collapsed_features,
        farthest_move_m: measure.m(proof.farthest_move),
        written_overlap_m2: written.map(|written| written.proof.overlap_m2),
        written_gap_m2: written.map(|written| written.proof.gap_m2),
        written: written.map(|written| written.proof),
        holds: proof.holds() && written.is_none_or(|written| written.proof.holds()),
    })
}

fn finding_report(finding: &Finding) -> FindingReport {
    FindingReport {
        code: finding.code,
        severity: finding.severity,
        layer: finding.about.layer.as_ref().map(ToString::to_string),
        fid: finding.about.fid,
        at: finding.at.map(Into::into),
    }
}

/// The most memory that this process has held, as Linux tells it; `None` elsewhere.
fn peak_rss() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
