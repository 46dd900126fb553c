//! The answers to the commands. Each is short: the work is done by modules of its own.

use super::layers::layer_at;
use super::{Open, Project, asked, lock};
use crate::api::{self, Commands, Nothing, Problem, View};
use crate::balance_figures;
use crate::base::Base;
use crate::choosing;
use crate::course;
use crate::drawn;
use crate::history;
use crate::job::{self, Job, Watcher};
use crate::load::load_one;
use crate::moved::home_of;
use crate::opening;
use crate::outcome::Cut;
use crate::paper::Language;
use crate::picture;
use crate::plan::class_ids;
use crate::problem::{self, no_result};
use crate::progress::Meter;
use crate::provenance;
use crate::reading;
use crate::reattach;
use crate::report::{Details, report_listing};
use crate::rule_book;
use crate::ruler;
use crate::runs::{Export, Run, What};
use crate::since;
use crate::slivers;
use crate::splits;
use crate::store::{Store, now};
use crate::targets::{self, Targets};
use crate::view;
use geo::LineString;
use lantu_engine::{Action, ClassId};
use lantu_files::{FieldNames, Manner, TextOut, write_blueprint_as, write_conflicts_as, write_whole_by};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Commands for Project {
    fn view(&self, _: Nothing) -> Result<View, Problem> {
        Ok(self.shared.view())
    }

    fn about(&self, _: Nothing) -> Result<api::About, Problem> {
        view::about()
    }

    fn open_demo(&self, _: Nothing) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        self.shared.open_plan(opening::of_file(self.shared.settings.demo())?, None)
    }

    fn open(&self, request: api::Paths) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        if let Some(text) = &request.assume_crs {
            opening::known_crs(text)?;
        }
        if let Some(opening) = opening::project(&request.paths, &self.shared.settings)? {
            return self.shared.open_plan(opening, request.assume_crs);
        }
        if let Ok(open) = self.shared.open() {
            return self.shared.add_files(open, &request.paths, request.assume_crs);
        }
        self.shared.open_plan(opening::new_project(&request.paths)?, request.assume_crs)
    }

    fn drop_edits(&self, _: Nothing) -> Result<View, Problem> {
        let _work = self.shared.work()?;
        let open = self.shared.open()?;
        let file = open.file.clone().ok_or_else(|| {
            let message = ["没有项目文件可以恢复。", "There is no project file to go back to."];
            problem::nothing_there(message, ["本项目由数据文件直接建立。", "This project was made of data files."])
        })?;
        let opening = opening::of_file(file)?;
        lock(&open.store).keep_edits(&open.edits.without_layers())?;
        self.shared.open_plan(opening, open.edits.crs.clone())
    }

    fn edit_layer(&self, request: api::EditLayer) -> Result<View, Problem> {
        self.shared.edit_layer(request)
    }

    fn replace_layer(&self, request: api::ReplaceLayer) -> Result<View, Problem> {
        self.shared.replace_layer(request)
    }

    fn read_layer(&self, request: api::ReadLayer) -> Result<View, Problem> {
        self.shared.read_layer(request)
    }

    fn remove_layer(&self, request: api::ByName) -> Result<View, Problem> {
        self.shared.remove_layer(request)
    }

    fn orphans(&self, _: Nothing) -> Result<api::Orphans, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let places = lock(&open.store).places()?;
        let orphans = reattach::orphans(&found.outcome, &open.log, &places);
        Ok(api::Orphans { rows: orphans.into_iter().map(history::orphan).collect() })
    }

    fn layer_reading(&self, request: api::ByName) -> Result<api::LayerReading, Problem> {
        let open = self.shared.open()?;
        let at = layer_at(&open.plan, &request.name)?;
        reading::of_layer(&open.plan.layers[at], &open.inputs.layers[at])
    }

    fn run(&self, _: Nothing) -> Result<View, Problem> {
        self.shared.open()?;
        Ok(self.start(self.shared.work()?))
    }

    fn cancel(&self, _: Nothing) -> Result<View, Problem> {
        self.shared.stop.store(true, Ordering::Relaxed);
        Ok(self.shared.view())
    }

    fn conflicts(&self, request: api::ListConflicts) -> Result<api::ConflictPage, Problem> {
        self.shared.ask(|asked| asked.page(&request))
    }

    fn groups(&self, request: api::ListGroups) -> Result<api::Groups, Problem> {
        self.shared.ask(|asked| asked.groups(&request))
    }

    fn districts(&self, _: Nothing) -> Result<api::DistrictFigures, Problem> {
        self.shared.ask(|asked| asked.district_figures())
    }

    fn balances(&self, _: Nothing) -> Result<api::BalanceFigures, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let job = Job::seen(&open, &found.outcome, HashMap::new());
        balance_figures::figures(&job)
    }

    fn course(&self, _: Nothing) -> Result<api::Course, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        Ok(course::course(&found.outcome.log, &found.outcome.cut, found.measure))
    }

    fn since(&self, request: api::ByNumber) -> Result<api::Since, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let then = Arc::new((request.number, since::then(&found.outcome, request.number, &open.pack, &open.inputs)?));
        let told = since::since(request.number, &then.1, &found.outcome, found.measure);
        if let Some(now) = self.shared.state().open.as_mut().and_then(|open| open.result.as_mut()) {
            // A run may have ended meanwhile: then this compares nothing any more.
            if Arc::ptr_eq(&now.outcome.cut, &found.outcome.cut) {
                now.then = Some(then);
            }
        }
        Ok(told)
    }

    fn conflict(&self, request: api::ById) -> Result<api::ConflictDetail, Problem> {
        self.shared.ask(|asked| asked.conflict(&request.id))
    }

    fn pick(&self, request: api::PickAt) -> Result<api::Picked, Problem> {
        self.shared.ask(|asked| asked.pick(&request))
    }

    fn findings(&self, request: api::ListFindings) -> Result<api::FindingPage, Problem> {
        view::finding_page(&self.shared.open()?, &request)
    }

    fn place(&self, request: api::PlaceAt) -> Result<api::Place, Problem> {
        let mut place = [request.lonlat.into()];
        self.shared.open()?.inputs.crs.from_lonlat(&mut place)?;
        Ok(api::Place { plane: place[0].into() })
    }

    fn measure(&self, request: api::DrawnLine) -> Result<api::Measured, Problem> {
        Ok(ruler::measure(&request))
    }

    fn suppose(&self, request: api::Suppose) -> Result<api::Supposed, Problem> {
        self.shared.ask(|asked| asked.suppose(request))
    }

    fn decide(&self, request: api::Decide) -> Result<View, Problem> {
        self.shared.append(|open| {
            if let Some(class) = choosing::class_named(&request.choice) {
                known_class(open, &ClassId::new(class))?;
            }
            let choice = history::choice(request.choice);
            let conflicts = asked(open)?.chosen(&request.conflicts, request.rows.as_ref(), &choice)?;
            Ok((Action::Decide { conflicts, choice }, [request.reason, request.basis]))
        })
    }

    fn sliver_state(&self, _: Nothing) -> Result<api::SliverState, Problem> {
        let open = self.shared.open()?;
        slivers::state(&open.plan, open.log.slivers())
    }

    fn suppose_slivers(&self, request: api::SliverSettings) -> Result<api::SliversSupposed, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let preview = slivers::suppose(&found.outcome, slivers::asked(&request), &open.inputs, found.measure)?;
        slivers::supposed(preview, &open.inputs.crs)
    }

    fn merge_slivers(&self, request: api::MergeSlivers) -> Result<View, Problem> {
        self.shared.append(|open| {
            let settings = slivers::checked(request.settings.as_ref(), &open.rules, &open.inputs)?;
            Ok((Action::Slivers(settings), [request.reason, request.basis]))
        })
    }

    fn slivers(&self, request: api::ListSlivers) -> Result<api::SliverPage, Problem> {
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        slivers::page(&found.outcome, found.measure, &open.inputs.crs, &request)
    }

    fn rule_state(&self, _: Nothing) -> Result<api::RuleState, Problem> {
        rule_book::state(&self.shared.open()?)
    }

    fn read_rules(&self, request: api::FileAt) -> Result<api::RuleState, Problem> {
        rule_book::read(Path::new(&request.path), &self.shared.open()?)
    }

    fn suppose_rules(&self, request: api::SupposeRules) -> Result<api::RulesSupposed, Problem> {
        let open = self.shared.open()?;
        let rules = rule_book::set(&request.book, &open.pack)?;
        rule_book::suppose(&rules, &open.inputs, open.result.as_ref())
    }

    fn change_rules(&self, request: api::ChangeRules) -> Result<View, Problem> {
        self.shared.append(|open| {
            let checked = |book| rule_book::checked(book, &open.pack, &open.inputs).map(Box::new);
            let rules = request.book.as_ref().map(checked).transpose()?;
            Ok((Action::Rules(rules), [request.reason, request.basis]))
        })
    }

    fn write_rules(&self, request: api::WriteRules) -> Result<api::FileAt, Problem> {
        let (open, path) = (self.shared.open()?, Path::new(&request.path));
        // The office's own rules are meant to be written again; nothing else is.
        if open.plan.rules.as_deref() != Some(path) {
            open.spares(path)?;
        }
        rule_book::write(path, &request.book, &open.pack)?;
        Ok(api::FileAt { path: request.path })
    }

    fn choose_base(&self, request: api::ChooseBase) -> Result<api::BaseView, Problem> {
        let base = Base::choose(&request)?.map(Arc::new);
        let view = base.as_ref().map(|base| base.view().clone()).unwrap_or_default();
        self.shared.show_base(base);
        Ok(view)
    }

    fn base_state(&self, _: Nothing) -> Result<api::BaseState, Problem> {
        Ok(self.shared.base_state())
    }

    fn history(&self, request: api::ListHistory) -> Result<api::HistoryPage, Problem> {
        Ok(history::page(&self.shared.open()?.log, &request))
    }

    fn write_picture(&self, request: api::WritePicture) -> Result<api::FileAt, Problem> {
        let path = Path::new(&request.path);
        let bytes = picture::bytes(path, request.content)?;
        // A picture may be of nothing but the base map.
        if let Ok(open) = self.shared.open() {
            open.spares(path)?;
        }
        write_whole_by(path, |draft| std::fs::write(draft, &bytes))?;
        Ok(api::FileAt { path: request.path })
    }

    fn undo(&self, _: Nothing) -> Result<View, Problem> {
        self.shared.append(|open| {
            let number = open
                .log
                .undoable()
                .ok_or_else(|| problem::nothing_there(["没有可撤销的裁定。", "There is nothing to undo."], ["", ""]))?;
            unlocked(open, number)?;
            Ok((Action::Undo(number), Default::default()))
        })
    }

    fn return_to(&self, request: api::ByNumber) -> Result<View, Problem> {
        self.shared.append_all(|open| {
            let next = open.log.towards(u64::from(request.number)).ok_or_else(|| not_there(request.number))?;
            if let Some(Action::Undo(number) | Action::Redo(number)) = next {
                unlocked(open, number)?;
            }
            Ok(next.map(|action| (action, Default::default())))
        })
    }

    fn lock(&self, request: api::Lock) -> Result<View, Problem> {
        let ids = self.shared.ask(|asked| asked.lockable(&request))?;
        self.shared.change_edits(|edits, _| ids.iter().for_each(|&id| edits.lock(id, request.locked)))?;
        Ok(self.shared.view())
    }

    fn split(&self, request: api::SplitConflict) -> Result<View, Problem> {
        let work = self.shared.work()?;
        let open = self.shared.open()?;
        let along = match request.path.as_str() {
            "" => splits::Along::Line(request.line),
            path => splits::Along::Borders(borders(&open, path, &self.shared.meter())?),
        };
        let asked = asked(&open)?;
        if open.edits.locks(asked.outcome.cut.conflicts[asked.index(&request.id)? as usize].id) {
            return Err(choosing::locked_fast());
        }
        let split = splits::Split {
            number: open.plan.splits.iter().map(|split| split.number).max().unwrap_or(0) + 1,
            sides: splits::sides(asked, &request.id, along)?,
            conflict: request.id,
            along: request.path,
            who: self.shared.settings.who.clone(),
            when: now(),
            crs: open.inputs.crs.name().to_owned(),
        };
        self.shared.change_edits(|_, splits| splits.push(split))?;
        Ok(self.start(work))
    }

    fn rejoin(&self, request: api::ByNumber) -> Result<View, Problem> {
        let work = self.shared.work()?;
        self.shared.change_edits(|_, splits| splits.retain(|split| split.number != request.number))?;
        Ok(self.start(work))
    }

    fn redo(&self, _: Nothing) -> Result<View, Problem> {
        self.shared.append(|open| {
            let number = open
                .log
                .redoable()
                .ok_or_else(|| problem::nothing_there(["没有可重做的裁定。", "There is nothing to redo."], ["", ""]))?;
            unlocked(open, number)?;
            Ok((Action::Redo(number), Default::default()))
        })
    }

    fn export(&self, request: api::Export) -> Result<api::Exported, Problem> {
        let _work = self.shared.work()?;
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let meter = Meter::of_export(&self.shared.events, &self.shared.stop);
        let watch = |part: f64| meter.reached(if part < 0.6 { "write" } else { "prove" }, part, "");
        let title = job::title(&open.plan);
        let note = open.plan.note.one();
        let export = found.outcome.export(&open.inputs.crs, [&title, &note]);
        let path = Path::new(&request.path);
        open.check(&Targets { blueprint: Some(path.to_path_buf()), ..Targets::default() })?;
        let manner = manner(&request.manner);
        let (what, written) = match request.what.as_str() {
            "conflicts" => (What::Conflicts, write_conflicts_as(path, &export, &manner, &watch)?),
            _ => (What::Blueprint, write_blueprint_as(path, &export, &manner, &watch)?),
        };
        let exported = job::exported(what, &manner, &written)?;
        let store = lock(&open.store);
        store.keep_run(&work(&open, &found.outcome.cut, &store, vec![exported])?)?;
        drop(store);
        Ok(api::Exported { path: request.path, features: written.features as u32, proven: written.proof.holds() })
    }

    fn write_report(&self, request: api::WriteReport) -> Result<api::ReportWritten, Problem> {
        let _work = self.shared.work()?;
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        open.check(&Targets { reports: vec![request.path.clone().into()], ..Targets::default() })?;
        let job = Job::seen(&open, &found.outcome, lock(&open.store).places()?);
        let details = Details {
            list: request.list as usize,
            figures: request.figures as usize,
            conflicts: request.conflicts,
            rows: request.rows,
        };
        let watcher = Watcher { tell: &self.shared.events, stop: &self.shared.stop };
        let mut report = report_listing(&job, None, &details, watcher)?;
        let language = if request.language == "zh" { Language::Chinese } else { Language::English };
        report.write_all(&job, &[PathBuf::from(&request.path)], language, &details, watcher)?;
        Ok(api::ReportWritten { path: request.path, proven: report.proof.holds })
    }

    fn keep_layers(&self, _: Nothing) -> Result<api::KeptLayers, Problem> {
        let _work = self.shared.work()?;
        let open = self.shared.open()?;
        let found = open.result.as_ref().ok_or_else(no_result)?;
        let meter = Meter::of_export(&self.shared.events, &self.shared.stop);
        let watch = |part: f64| meter.reached("write", part, "");
        let title = job::title(&open.plan);
        let note = open.plan.note.one();
        let export = found.outcome.export(&open.inputs.crs, [&title, &note]);
        let store = lock(&open.store);
        let [patches, conflicts] = drawn::keep_layers(&store, &export, &watch)?;
        Ok(api::KeptLayers { path: store.path().display().to_string(), patches, conflicts })
    }

    fn save_as(&self, request: api::SaveAs) -> Result<View, Problem> {
        let (open, path) = (self.shared.open()?, Path::new(&request.path));
        // Of the record itself the store has more to say.
        targets::spares(path, &open.plan, &open.read_from())?;
        lock(&open.store).save_as(path)?;
        Ok(self.shared.view())
    }
}

/// How to write, as the window says it.
fn manner(asked: &api::ExportManner) -> Manner {
    Manner {
        encoding: if asked.encoding == "gbk" { TextOut::Gbk } else { TextOut::Utf8 },
        names: match asked.names.as_str() {
            "chinese" => FieldNames::Chinese,
            "standard" => FieldNames::Standard,
            _ => FieldNames::Lantu,
        },
        only: class_ids(&asked.only),
        each: asked.each,
        ..Manner::default()
    }
}

/// What the record is to know of work on what is open, and of its exports.
pub(super) fn work(open: &Open, cut: &Cut, store: &Store, exports: Vec<Export>) -> Result<Run, Problem> {
    let layers = open.inputs.layers.iter().flat_map(|loaded| loaded.files.clone());
    let layers = layers.chain(cut.districts().into_iter().flat_map(|districts| districts.files.clone()));
    let inputs = layers.map(Ok).chain(open.plan.classes.iter().map(|path| provenance::look_at(path)));
    Ok(Run {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        title: job::title(&open.plan),
        operations: open.log.operations().len() as u64,
        plan: (*open.plan).clone(),
        rules: (*open.rules).clone(),
        inputs: inputs.collect::<Result<_, _>>()?,
        exports,
        home: home_of(store.path()),
    })
}

/// The borders of all layers in a file, in the project's plane.
fn borders(open: &Open, path: &str, meter: &Meter<'_>) -> Result<Vec<Vec<LineString<f64>>>, Problem> {
    let mut polygons = Vec::new();
    for layer in opening::layers_of(&[path.to_owned()])?.layers {
        let loaded = load_one(&layer, &open.names, &open.inputs, meter)?;
        polygons.extend(loaded.layer.features.iter().flat_map(|feature| feature.polygons.clone()));
    }
    Ok(polygons)
}

/// Says so if an operation has decided a conflict that is locked.
fn unlocked(open: &Open, number: u64) -> Result<(), Problem> {
    let operation = open.log.operations().get(number as usize - 1);
    let decided = operation.map(|operation| &operation.action);
    let Some(Action::Decide { conflicts, .. }) = decided else { return Ok(()) };
    if conflicts.iter().any(|&id| open.edits.locks(id)) { Err(choosing::locked_fast()) } else { Ok(()) }
}

fn not_there(number: u32) -> Problem {
    problem::problem(
        [format!("第 {number} 步已不能回到。"), format!("There is no way back to operation {number}.")],
        ["它被撤销后又有了新的裁定。", "It was undone, and other decisions were made since."],
    )
}

fn known_class(open: &Open, class: &ClassId) -> Result<(), Problem> {
    let known = open.rules.classes.iter().any(|def| def.id == *class) || open.inputs.classes().contains(class);
    if known {
        return Ok(());
    }
    let message = [format!("“{class}”不是已知的类别。"), format!("\"{class}\" is no class here.")];
    Err(problem::problem(message, ["请从列表中选择类别。", "Choose a class of the list."]))
}
