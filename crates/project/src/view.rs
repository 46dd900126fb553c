//! The whole state of a project as the window shows it.

use crate::api::{
    About, CaseFigure, ClassView, CodeCount, FindingPage, FindingRow, LayerView, ListFindings, Problem, View,
};
use crate::classes::UNKNOWN;
use crate::history;
use crate::load::Loaded;
use crate::measure::Measure;
use crate::outcome::Cut;
use crate::problem::fault;
use crate::project::Open;
use geo::Coord;
use lantu_engine::rules::{Bilingual, ClassKind};
use lantu_engine::{FeatureRef, Finding, FindingCode, LayerInfo, Severity};
use rayon::prelude::*;
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const FIGURES: &str = include_str!("../../../seeds/hainan-case-12.toml");

/// The most findings that one page may have.
const MOST_FINDINGS: usize = 500;

/// Returns the view of what is open.
pub(crate) fn view(open: Option<&Open>, revision: u32, running: bool) -> View {
    let Some(open) = open else { return View { revision, running, ..View::default() } };
    let record = open.store.lock().unwrap_or_else(std::sync::PoisonError::into_inner).path().display().to_string();
    View {
        revision,
        title: open.plan.title.both(),
        demo: open.plan.demo,
        note: open.plan.note.both(),
        record,
        crs: open.inputs.crs.name().to_owned(),
        grid_m: open.result.as_ref().map_or(open.plan.grid, |found| found.measure.m(1.0)),
        lonlat_bounds: open.inputs.lonlat_bounds(),
        layers: layers(open),
        classes: classes(open),
        rules: [open.rules.name.zh.clone(), open.rules.name.en.clone()],
        result: open.result.as_ref().map(|found| found.totals.view(&found.outcome, &found.inbox, found.measure)),
        running,
        undo: history::by_number(&open.log, open.log.undoable()),
        redo: history::by_number(&open.log, open.log.redoable()),
        history: history::latest(&open.log),
        restored: open.restored.to_vec(),
        said: open.said.to_vec(),
        recovered: recovered(open),
        districts: open.plan.districts.is_some(),
        shared: open.held.as_ref().as_ref().err().cloned(),
    }
}

/// Who held the record when a program was broken off.
fn recovered(open: &Open) -> String {
    let held = open.held.as_ref().as_ref().ok().and_then(Option::as_ref);
    held.map(|held| held.left_by().to_owned()).unwrap_or_default()
}

/// The layers in the order of their names.
fn layers(open: &Open) -> Vec<LayerView> {
    let mut views: Vec<LayerView> = open.inputs.layers.iter().map(|loaded| layer(open, loaded)).collect();
    views.sort_by(|a, b| a.name.cmp(&b.name));
    views
}

fn layer(open: &Open, loaded: &Loaded) -> LayerView {
    let unit2 = open.inputs.crs.metres_per_unit().powi(2);
    let name = &*loaded.layer.name;
    let cut = open.result.as_ref().and_then(|found| found.of_layers.get(name));
    LayerView {
        name: name.to_owned(),
        class: loaded.layer.class.to_string(),
        source: loaded.source.clone(),
        crs: loaded.file_crs.clone(),
        features: loaded.layer.features.len() as u32,
        area_m2: cut.map_or(loaded.area * unit2, |cut| cut.area_m2),
        findings: findings(&loaded.counts, cut.map(|cut| &cut.findings)),
    }
}

/// What cutting has told of a layer: the same after every decision.
#[derive(Debug, Default)]
pub(crate) struct CutLayer {
    /// The sum of its features' ground.
    area_m2: f64,
    /// How often each finding occurs.
    findings: BTreeMap<FindingCode, u32>,
}

/// Returns what cutting has told of every layer, by its name.
pub(crate) fn of_layers(cut: &Cut, measure: Measure) -> BTreeMap<Arc<str>, CutLayer> {
    let ground = |info: &LayerInfo| {
        let features = (info.first.0..info.first.0 + info.count).into_par_iter().map(FeatureRef);
        measure.m2(features.map(|feature| cut.partition.feature_area2(feature)).sum())
    };
    let layer = |info: &LayerInfo| (info.name.clone(), CutLayer { area_m2: ground(info), ..CutLayer::default() });
    let mut layers: BTreeMap<Arc<str>, CutLayer> = cut.partition.layers.iter().map(layer).collect();
    for finding in &cut.findings {
        if let Some(layer) = finding.about.layer.as_ref().and_then(|layer| layers.get_mut(layer)) {
            *layer.findings.entry(finding.code).or_default() += 1;
        }
    }
    layers
}

/// How often each finding of reading and cutting occurs, the gravest first.
fn findings(read: &BTreeMap<FindingCode, u32>, cut: Option<&BTreeMap<FindingCode, u32>>) -> Vec<CodeCount> {
    let mut counts = read.clone();
    for (code, count) in cut.into_iter().flatten() {
        *counts.entry(*code).or_default() += count;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(code, count)| Reverse((code.severity(), count)));
    let count = |(code, count): (FindingCode, u32)| CodeCount {
        code: code.as_str().to_owned(),
        severity: severity_name(code.severity()).to_owned(),
        count,
    };
    counts.into_iter().map(count).collect()
}

/// What reading and cutting found of a layer.
fn findings_of<'a>(open: &'a Open, loaded: &'a Loaded) -> impl Iterator<Item = &'a Finding> {
    let cut = open.result.iter().flat_map(|found| &found.outcome.cut.findings);
    let mine = |finding: &&Finding| finding.about.layer.as_ref() == Some(&loaded.layer.name);
    loaded.findings.iter().chain(cut.filter(mine))
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Loss => "loss",
    }
}

/// Returns a page of a layer's findings of one code.
pub(crate) fn finding_page(open: &Open, wanted: &ListFindings) -> Result<FindingPage, Problem> {
    let loaded = open.inputs.layers.iter().find(|loaded| *loaded.layer.name == *wanted.layer);
    let of_code = |finding: &&Finding| finding.code.as_str() == wanted.code;
    let all: Vec<&Finding> = loaded.into_iter().flat_map(|loaded| findings_of(open, loaded)).filter(of_code).collect();
    let limit = (wanted.limit as usize).min(MOST_FINDINGS);
    let shown = all.iter().skip(wanted.offset as usize).take(limit);
    let rows = shown.map(|finding| {
        let lonlat = finding.at.map(|at| lonlat(open, at)).transpose()?.flatten();
        Ok(FindingRow { fid: finding.about.fid, lonlat })
    });
    Ok(FindingPage { total: all.len() as u32, rows: rows.collect::<Result<_, Problem>>()? })
}

fn lonlat(open: &Open, at: Coord<f64>) -> Result<Option<[f64; 2]>, Problem> {
    let mut place = [at];
    open.inputs.crs.to_lonlat(&mut place)?;
    Ok(Some(place[0].into()).filter(|[x, y]: &[f64; 2]| x.is_finite() && y.is_finite()))
}

/// The classes of the rules in their order, then those that only layers have.
fn classes(open: &Open) -> Vec<ClassView> {
    let known: BTreeSet<_> = open.rules.classes.iter().map(|def| def.id.clone()).collect();
    let of_rules = open.rules.classes.iter().map(|def| ClassView {
        id: def.id.to_string(),
        zh: def.name.zh.clone(),
        en: def.name.en.clone(),
        color: def.color.clone(),
        control: def.kind == ClassKind::Control,
        to_be_checked: open.inputs.tables.is_to_be_checked(&def.id),
    });
    let others = open.inputs.classes().into_iter().filter(|class| !known.contains(class));
    let others = others.map(|class| {
        let id = class.to_string();
        let (zh, en, color) = (id.clone(), id.clone(), UNKNOWN.to_owned());
        ClassView { id, zh, en, color, control: false, to_be_checked: false }
    });
    of_rules.chain(others).collect()
}

#[derive(Deserialize)]
struct Case {
    source: Bilingual,
    #[serde(rename = "figure")]
    figures: Vec<Figure>,
}

#[derive(Deserialize)]
struct Figure {
    name: Bilingual,
    value: Bilingual,
}

/// Returns what the about page says.
pub(crate) fn about() -> Result<About, Problem> {
    let case: Case = toml::from_str(FIGURES).map_err(|cause| fault(&cause.to_string()))?;
    let pair = |words: Bilingual| [words.zh, words.en];
    let figure = |figure: Figure| CaseFigure { name: pair(figure.name), value: pair(figure.value) };
    Ok(About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        figures: case.figures.into_iter().map(figure).collect(),
        source: pair(case.source),
    })
}
