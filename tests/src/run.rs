//! The whole way through the engine, as every test of it goes.

use lantu_engine::{
    Blueprint, Conflict, Decision, DecisionLog, Finding, Layer, Moved, Partition, PrecisionModel, Proof, RuleSet,
    SliverRules, Stop, Unwatched, check, compose, decide, detect, merge_slivers, normalise, overlay,
};
use std::collections::BTreeMap;

/// What a run comes to.
pub struct Outcome {
    /// The partition.
    pub partition: Partition,
    /// Its conflicts.
    pub conflicts: Vec<Conflict>,
    /// Their decisions, one by one.
    pub decisions: Vec<Decision>,
    /// The blueprint.
    pub blueprint: Blueprint,
    /// What `check` says.
    pub proof: Proof,
    /// All findings.
    pub findings: Vec<Finding>,
    /// Slivers that were merged.
    pub moved: Vec<Moved>,
    /// Slivers that no neighbour could take, and twice their area.
    pub left: (u64, i128),
}

/// Cuts the layers and finds what they contradict each other in.
pub fn cut(layers: Vec<Layer>, grid: &PrecisionModel, rules: &RuleSet) -> (Partition, Vec<Conflict>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut normal = Vec::new();
    for layer in layers {
        let reported = unstopped(normalise(layer, grid, &Unwatched));
        findings.extend(reported.findings);
        normal.push(reported.value);
    }
    let Ok(reported) = overlay(normal, grid, &Unwatched) else { panic!("nobody stops the work") };
    findings.extend(reported.findings);
    let conflicts = unstopped(detect(&reported.value, &rules.tolerances, &Unwatched));
    (reported.value, conflicts, findings)
}

/// Runs everything; the record of choices is made once the conflicts are known.
pub fn run(
    layers: Vec<Layer>,
    grid: &PrecisionModel,
    rules: &RuleSet,
    choose: impl FnOnce(&Partition, &[Conflict]) -> DecisionLog,
) -> Outcome {
    let (partition, conflicts, mut findings) = cut(layers, grid, rules);
    let log = choose(&partition, &conflicts);
    let decided = unstopped(decide(&partition, &conflicts, rules, &log, &Unwatched));
    findings.extend(decided.findings);
    let blueprint = unstopped(compose(&partition, &conflicts, &decided.value, rules, &Unwatched));
    let Ok(proof) = check(&partition, &blueprint, &Unwatched) else { panic!("nobody stops the proof") };
    Outcome {
        partition,
        conflicts,
        decisions: decided.value,
        blueprint,
        proof,
        findings,
        moved: Vec::new(),
        left: (0, 0),
    }
}

/// Runs with nobody having chosen anything.
pub fn run_undecided(layers: Vec<Layer>, grid: &PrecisionModel, rules: &RuleSet) -> Outcome {
    run(layers, grid, rules, |_, _| DecisionLog::default())
}

impl Outcome {
    /// Merges the slivers of the blueprint and proves it again.
    pub fn merge_slivers(&mut self, rules: &RuleSet, settings: &SliverRules) {
        let before = std::mem::take(&mut self.blueprint);
        let (partition, conflicts, decisions) = (&self.partition, &self.conflicts, &self.decisions);
        let merged = unstopped(merge_slivers(partition, conflicts, decisions, before, rules, settings, &Unwatched));
        (self.blueprint, self.moved, self.left) = (merged.blueprint, merged.moved, merged.left);
        self.findings.extend(merged.findings);
        let Ok(proof) = check(&self.partition, &self.blueprint, &Unwatched) else { panic!("nobody stops the proof") };
        self.proof = proof;
    }

    /// Returns the area of the blueprint per class, in the plane's units; `open` for what is open.
    pub fn area_by_class(&self) -> BTreeMap<String, f64> {
        let mut doubled: BTreeMap<String, i128> = BTreeMap::new();
        for patch in &self.blueprint.patches {
            let class = patch.class.as_ref().map_or("open", |class| class.as_str());
            *doubled.entry(class.to_owned()).or_default() += patch.area2;
        }
        doubled.into_iter().map(|(class, area2)| (class, self.partition.grid.area(area2))).collect()
    }

    /// Returns the doubled area of the places that each set of features covers, the features named
    /// by layer and id.
    pub fn area_by_parents(&self) -> BTreeMap<Vec<(String, i64)>, i128> {
        let mut doubled = BTreeMap::new();
        for face in self.partition.bounded_faces() {
            let parents = self.partition.parents(face).iter();
            let mut names: Vec<_> = parents
                .map(|&parent| (self.partition.layer_of(parent).name.to_string(), self.partition.feature(parent).fid))
                .collect();
            names.sort();
            *doubled.entry(names).or_default() += self.partition.area2(face);
        }
        doubled
    }
}

/// Returns the result of work that nobody stops.
///
/// # Panics
/// If it was stopped all the same.
pub fn unstopped<T>(result: Result<T, Stop>) -> T {
    result.unwrap_or_else(|stop| panic!("nobody stops the work: {stop}"))
}
