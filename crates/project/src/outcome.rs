//! From inputs to a proven blueprint, and again after every decision.

use crate::api::Problem;
use crate::districts::Districts;
use crate::in_districts::InDistricts;
use crate::load::Inputs;
use crate::plan::Plan;
use crate::problem;
use crate::progress::Meter;
use crate::room::{Room, lent};
use crate::splits;
use lantu_engine::{
    About, Basis, Blueprint, Conflict, ConflictId, CutProof, Decision, DecisionLog, Depot, FaceId, Finding,
    FindingCode, Layer, Means, Merged, Moved, NormalLayer, OutOfRange, Partition, PrecisionModel, Proof, Reported,
    Rounded, RuleSet, SliverRules, Stop, Unwatched, Watch, compose, compose_again, decide, decide_again, detect,
    merge_slivers, normalise, overlay_with,
};
use lantu_files::{ArcAreas, BlueprintExport, Crs, FileError, TempDepot};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Marks a face that belongs to no conflict.
pub const NO_CONFLICT: u32 = u32::MAX;

/// What a run has cut and found: it stays as it is, whatever is decided.
#[derive(Debug)]
pub struct Cut {
    /// The partition.
    pub partition: Partition,
    /// Its proof, whatever blueprint is made of it.
    pub proof: CutProof,
    /// Its conflicts.
    pub conflicts: Vec<Conflict>,
    /// The conflict of each face, or [`NO_CONFLICT`].
    pub conflict_of: Vec<u32>,
    /// What normalising and cutting found.
    pub findings: Vec<Finding>,
    /// The ellipsoidal areas of the arcs.
    pub arcs: ArcAreas,
    /// Where faces and conflicts lie, if the plan has districts.
    pub(crate) lying: Option<InDistricts>,
    /// Ids and indices of the conflicts, sorted when one is first asked for: most runs never do.
    index_of: OnceLock<Vec<(ConflictId, u32)>>,
}

/// What rules and choices make of a cut.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was cut.
    pub cut: Arc<Cut>,
    /// The rules that applied.
    pub rules: Arc<RuleSet>,
    /// The record that applied.
    pub log: Arc<DecisionLog>,
    /// One decision per conflict.
    pub decisions: Vec<Decision>,
    /// The blueprint, slivers merged.
    pub blueprint: Blueprint,
    /// What became of slivers.
    pub slivers: Slivers,
    /// Its proof.
    pub proof: Proof,
    /// Decisions that have lost their conflict.
    pub orphaned: u32,
    /// How long each stage took, in seconds, in order.
    pub timings: Vec<(&'static str, f64)>,
}

/// How slivers were merged, and which.
#[derive(Clone, Debug, Default)]
pub struct Slivers {
    /// What the plan says of them; the record stands above it.
    pub of_plan: Option<Arc<SliverRules>>,
    /// By which settings they were merged; `None` if they were not.
    pub settings: Option<SliverRules>,
    /// Every patch that was merged, in the order of its first face.
    pub moved: Vec<Moved>,
    /// How many no neighbour could take, and twice their area in square grid units.
    pub left: (u64, i128),
    /// Gaps that were not filled.
    pub findings: Vec<Finding>,
}

/// What a run is given of its inputs.
pub struct Taken {
    /// The layers as they were read; those that were rounded meanwhile, without their rings.
    pub layers: Vec<(Arc<Layer>, Option<Rounded>)>,
    /// Where they stand that did not fit into memory.
    pub depot: Option<TempDepot>,
}

impl Cut {
    /// Cuts layers and finds their conflicts.
    ///
    /// A layer that nobody else holds is let go as soon as it lies on the grid.
    ///
    /// # Errors
    /// A problem if the data fit no grid, are too many, or the work was stopped.
    pub fn of(
        inputs: &Inputs,
        taken: Taken,
        plan: &Plan,
        rules: &RuleSet,
        room: &Room,
        meter: &Meter<'_>,
        clock: &mut Clock,
    ) -> Result<Self, Problem> {
        let Taken { layers, depot } = taken;
        let grid_m = plan.grid;
        let grid = grid(inputs, &layers, plan.step())?;
        let mut findings = Vec::new();
        if grid.step() > grid_m * 1.5 / inputs.crs.metres_per_unit() {
            let (code, about) = (FindingCode::CoarserGrid, About::default());
            findings.push(Finding { code, severity: code.severity(), about, at: None });
        }
        meter.reached("normalise", 0.0, "");
        let mut normal = normal_layers(layers, &grid, lent(&depot), &mut findings, meter)?;
        if let Some(splits) = splits::layer(&plan.splits, &inputs.crs)? {
            // What is found of them was made here and is nothing to tell a planner.
            normal.push(normalise(splits, &grid, meter)?.value.cutting());
        }
        clock.lap("normalise");
        let vertices = normal.iter().map(NormalLayer::vertex_count).sum();
        let depot = depot.map_or_else(|| room.depot(vertices), |depot| Ok(Some(depot)))?;
        let means = Means { depot: lent(&depot), recall: room.recall(), ..Means::default() };
        let mut cut = overlay_with(normal, &grid, means, meter)?;
        drop(depot);
        findings.extend(cut.findings);
        clock.lap("overlay");
        let proof = CutProof::of(&cut.value, meter)?;
        // Nothing but the proof asks for them, and a province has gigabytes of what comes next.
        cut.value.let_go_of_windings();
        clock.lap("check");
        meter.reached("detect", 0.0, "");
        // The engine's tolerances are in the plane's units.
        let unit = inputs.crs.metres_per_unit();
        let mut tolerances = rules.tolerances;
        tolerances.sliver_area_m2 /= unit * unit;
        tolerances.sliver_width_m /= unit;
        let conflicts = detect(&cut.value, &tolerances, meter)?;
        clock.lap("detect");
        let arcs = ArcAreas::of(&cut.value, &inputs.crs, &|part| meter.reached("ellipsoid", part, ""));
        let arcs = arcs.map_err(|error| match error {
            FileError::Cancelled { .. } => problem::cancelled(),
            other => other.into(),
        })?;
        clock.lap("ellipsoid");
        let mut cut = Self::indexed(cut.value, proof, conflicts, findings, arcs);
        if let Some(of) = &plan.districts {
            let lying = InDistricts::of(Districts::of(of, inputs, &cut, meter)?, &cut);
            lying.tell(&mut cut.conflicts);
            cut.lying = Some(lying);
            clock.lap("districts");
        }
        Ok(cut)
    }

    fn indexed(
        partition: Partition,
        proof: CutProof,
        conflicts: Vec<Conflict>,
        findings: Vec<Finding>,
        arcs: ArcAreas,
    ) -> Self {
        let mut conflict_of = vec![NO_CONFLICT; partition.face_count()];
        for (index, conflict) in (0u32..).zip(&conflicts) {
            conflict.faces.iter().for_each(|&face| conflict_of[face as usize] = index);
        }
        Self { partition, proof, conflicts, conflict_of, findings, arcs, lying: None, index_of: OnceLock::new() }
    }

    /// Returns the step of the grid where it is coarser than the plan asks for.
    pub(crate) fn coarsened(&self, plan: &Plan) -> Option<f64> {
        // Steps are decimals: nothing between them comes from rounding alone.
        let step = self.partition.grid.step();
        (step > plan.grid * 1.5).then_some(step)
    }

    /// Returns the districts with what of each face lies in which, if the plan has any.
    pub(crate) fn districts(&self) -> Option<&Districts> {
        self.lying.as_ref().map(InDistricts::districts)
    }

    /// Returns whether a face belongs to a conflict.
    pub fn is_conflict(&self, face: FaceId) -> bool {
        self.conflict_of[face as usize] != NO_CONFLICT
    }

    /// Returns the index of the conflict of this id.
    pub fn find(&self, id: ConflictId) -> Option<u32> {
        let index_of = self.index_of.get_or_init(|| {
            let mut index_of: Vec<_> = self.conflicts.iter().map(|conflict| conflict.id).zip(0u32..).collect();
            index_of.par_sort_unstable();
            index_of
        });
        let place = index_of.binary_search_by_key(&id, |&(id, _)| id).ok()?;
        Some(index_of[place].1)
    }
}

/// The coarsest grid that is taken without being asked for: a centimetre, ±21,000 km.
pub(crate) const COARSEST_M: f64 = 0.01;

/// The grid of the step asked for, or the finest that holds the data.
fn grid(inputs: &Inputs, layers: &[(Arc<Layer>, Option<Rounded>)], grid_m: f64) -> Result<PrecisionModel, Problem> {
    let extent = inputs.extent().ok_or_else(problem::no_result)?;
    let step = grid_m / inputs.crs.metres_per_unit();
    let coarsest = step.max(COARSEST_M / inputs.crs.metres_per_unit()) * 1.5;
    let grid = PrecisionModel::coarsened(extent, step);
    // One stray coordinate would make a grid on which everything else is nothing.
    let fine = grid.and_then(|grid| {
        let (width, height) = (extent.width(), extent.height());
        if grid.step() <= coarsest { Ok(grid) } else { Err(OutOfRange { width, height, step: coarsest / 1.5 }) }
    });
    fine.map_err(|source| {
        let Some(loaded) = inputs.farthest() else { return problem::no_result() };
        // What was read may have been handed over to the run.
        let layer = layers.iter().find(|(layer, _)| layer.name == loaded.layer.name);
        let features = layer.map_or(&[][..], |(layer, _)| &layer.features);
        FileError::out_of_range(loaded.source.as_ref(), source, features).into()
    })
}

fn normal_layers(
    layers: Vec<(Arc<Layer>, Option<Rounded>)>,
    grid: &PrecisionModel,
    depot: Option<&dyn Depot>,
    findings: &mut Vec<Finding>,
    meter: &Meter<'_>,
) -> Result<Vec<NormalLayer>, Problem> {
    let one = |(layer, rounded): (Arc<Layer>, Option<Rounded>)| match rounded {
        None => Ok(normalise(&*layer, grid, meter)?),
        Some(rounded) => {
            let normal = rounded.into_normal(Arc::unwrap_or_clone(layer), grid, depot, meter)?;
            normal.ok_or_else(|| problem::fault("a layer was rounded to another grid"))
        }
    };
    let reported: Vec<Reported<NormalLayer>> = layers.into_par_iter().map(one).collect::<Result<_, Problem>>()?;
    let lay_by = |reported: Reported<NormalLayer>| {
        findings.extend(reported.findings);
        reported.value
    };
    Ok(reported.into_iter().map(lay_by).collect())
}

impl Outcome {
    /// Applies rules and choices to a cut, and proves the blueprint.
    ///
    /// # Errors
    /// A problem if the work was stopped.
    pub fn of(
        cut: Arc<Cut>,
        rules: Arc<RuleSet>,
        log: Arc<DecisionLog>,
        slivers: Option<Arc<SliverRules>>,
        meter: &Meter<'_>,
        clock: &mut Clock,
    ) -> Result<Self, Problem> {
        meter.reached("decide", 0.0, "");
        let decided = decide(&cut.partition, &cut.conflicts, &rules, &log, meter)?;
        clock.lap("decide");
        meter.reached("compose", 0.0, "");
        let blueprint = compose(&cut.partition, &cut.conflicts, &decided.value, &rules, meter)?;
        clock.lap("compose");
        let (blueprint, slivers) = merged(&cut, &decided.value, &rules, &log, blueprint, slivers, meter)?;
        if slivers.settings.is_some() {
            clock.lap("slivers");
        }
        let proof = cut.proof.with(&cut.partition, &blueprint);
        clock.lap("check_patches");
        let orphaned = decided.findings.len() as u32;
        let timings = clock.laps.clone();
        Ok(Self { cut, rules, log, decisions: decided.value, blueprint, slivers, proof, orphaned, timings })
    }

    /// Applies a longer record, and the rules that it has put in force, to the same cut: nothing is cut
    /// or measured anew, and only what the new operations touch is decided and composed again.
    ///
    /// # Errors
    /// [`Stop::Limit`] where there is too much of something; nobody can stop it.
    pub fn go_on(&mut self, log: Arc<DecisionLog>, rules: Arc<RuleSet>) -> Result<(), Stop> {
        let touched = self.touched(&log, &rules);
        self.go_on_touching(log, rules, touched.as_deref()).map(drop)
    }

    /// Returns the conflicts that a longer record touches, by their indices, ascending; `None` if it may touch
    /// any.
    pub(crate) fn touched(&self, log: &DecisionLog, rules: &Arc<RuleSet>) -> Option<Vec<u32>> {
        // A sliver may go elsewhere whatever else is decided: then all is composed again.
        let merging = self.slivers.settings.is_some() || log.slivers() != self.log.slivers();
        if merging || !Arc::ptr_eq(&self.rules, rules) {
            return None;
        }
        let touched: Option<BTreeSet<u32>> =
            log.touched_since(self.log.operations().len()).map(|id| self.cut.find(id)).collect();
        Some(touched?.into_iter().collect())
    }

    /// Applies a longer record as [`Outcome::go_on`] does, given what [`Outcome::touched`] tells of it; returns
    /// whether nothing else was decided or composed again.
    ///
    /// # Errors
    /// As [`Outcome::go_on`].
    pub(crate) fn go_on_touching(
        &mut self,
        log: Arc<DecisionLog>,
        rules: Arc<RuleSet>,
        touched: Option<&[u32]>,
    ) -> Result<bool, Stop> {
        self.rules = rules;
        let before = std::mem::replace(&mut self.log, log);
        let again = touched.is_some_and(|which| self.again(&before, which));
        if !again {
            self.all_again()?;
        }
        Ok(again)
    }

    fn again(&mut self, before: &DecisionLog, which: &[u32]) -> bool {
        // All of these conflicts are there, so only their own choices come to apply or cease to.
        let applied_not = if self.orphaned == 0 { 0 } else { self.not_applying(before, which) };
        let Self { cut, rules, log, decisions, blueprint, .. } = self;
        let (partition, conflicts) = (&cut.partition, &cut.conflicts);
        let lost = decide_again(partition, conflicts, rules, log, which, decisions);
        self.orphaned = self.orphaned + lost as u32 - applied_not;
        compose_again(blueprint, partition, conflicts, decisions, rules, which)
    }

    /// How many of some conflicts have a choice in force that names a party they do not have.
    fn not_applying(&self, log: &DecisionLog, which: &[u32]) -> u32 {
        let ids = which.iter().map(|&index| self.cut.conflicts[index as usize].id).collect();
        let chosen = log.standing_of(&ids);
        let by_rules = |&&index: &&u32| {
            let id = self.cut.conflicts[index as usize].id;
            chosen.contains_key(&id) && !matches!(self.decisions[index as usize].basis, Basis::Choice(_))
        };
        which.iter().filter(by_rules).count() as u32
    }

    fn all_again(&mut self) -> Result<(), Stop> {
        let (partition, conflicts) = (&self.cut.partition, &self.cut.conflicts);
        let decided = decide(partition, conflicts, &self.rules, &self.log, &Unwatched)?;
        let blueprint = compose(partition, conflicts, &decided.value, &self.rules, &Unwatched)?;
        let of_plan = self.slivers.of_plan.take();
        let (cut, rules, log) = (&self.cut, &self.rules, &self.log);
        (self.blueprint, self.slivers) = merged(cut, &decided.value, rules, log, blueprint, of_plan, &Unwatched)?;
        self.decisions = decided.value;
        self.orphaned = decided.findings.len() as u32;
        self.proof = cut.proof.with(partition, &self.blueprint);
        Ok(())
    }

    /// Returns what other rules and another record would make of the same cut.
    ///
    /// # Errors
    /// [`Stop::Limit`] where there is too much of something; nobody can stop it.
    pub fn under(&self, rules: Arc<RuleSet>, log: Arc<DecisionLog>) -> Result<Self, Stop> {
        let cut = self.cut.clone();
        let slivers = Slivers { of_plan: self.slivers.of_plan.clone(), ..Slivers::default() };
        let (decisions, blueprint, proof) = (Vec::new(), Blueprint::default(), self.proof);
        let (orphaned, timings) = (0, Vec::new());
        let mut then = Self { cut, rules, log, decisions, blueprint, slivers, proof, orphaned, timings };
        then.all_again()?;
        Ok(then)
    }

    /// Returns all that an export needs.
    pub fn export<'a>(&'a self, crs: &'a Crs, [title, note]: [&'a str; 2]) -> BlueprintExport<'a> {
        BlueprintExport {
            partition: &self.cut.partition,
            conflicts: &self.cut.conflicts,
            decisions: &self.decisions,
            blueprint: &self.blueprint,
            rules: &self.rules,
            log: &self.log,
            crs,
            proof: &self.proof,
            arcs: &self.cut.arcs,
            title,
            note,
        }
    }
}

/// Merges the slivers of a blueprint as the record says, else as the plan does.
fn merged(
    cut: &Cut,
    decisions: &[Decision],
    rules: &RuleSet,
    log: &DecisionLog,
    blueprint: Blueprint,
    of_plan: Option<Arc<SliverRules>>,
    watch: &dyn Watch,
) -> Result<(Blueprint, Slivers), Stop> {
    let said = log.slivers().unwrap_or(of_plan.as_deref());
    let Some(settings) = said.cloned() else { return Ok((blueprint, Slivers { of_plan, ..Slivers::default() })) };
    let merged = merge_slivers(&cut.partition, &cut.conflicts, decisions, blueprint, rules, &settings, watch)?;
    let Merged { blueprint, moved, left, findings } = merged;
    Ok((blueprint, Slivers { of_plan, settings: Some(settings), moved, left, findings }))
}

/// Takes the time of stages.
#[derive(Debug)]
pub struct Clock {
    last: Instant,
    /// The stages so far and their seconds.
    pub laps: Vec<(&'static str, f64)>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { last: Instant::now(), laps: Vec::new() }
    }
}

impl Clock {
    /// Ends a stage.
    pub fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, (now - self.last).as_secs_f64()));
        self.last = now;
    }
}
