//! The report as a document: tables from the numbers of [`Report`], a map, charts and a figure per
//! chosen conflict from the arcs. `lantu_files` writes it as spreadsheet, page or PDF.

mod charts;
mod figures;
mod ledgers;
mod levels;
mod map;
mod slivers;
mod tables;

use crate::api::Problem;
use crate::job::{Job, Watcher};
use crate::load::Inputs;
use crate::outcome::Outcome;
use crate::progress::Meter;
use crate::report::{Details, Report, STAGE};
use lantu_files::paper::{Block, Paper, write_paper};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The language of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// 中文
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Returns the text of this language among Chinese and English.
    pub(crate) fn say<T>(self, [zh, en]: [T; 2]) -> T {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }
}

/// What documents need.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub outcome: &'a Outcome,
    pub inputs: &'a Inputs,
    pub report: &'a Report,
    pub language: Language,
}

impl Desk<'_> {
    fn say<T>(&self, both: [T; 2]) -> T {
        self.language.say(both)
    }

    /// The name of a class for people.
    fn class(&self, id: Option<&str>) -> String {
        let Some(id) = id.filter(|id| !id.is_empty()) else { return self.say(["待定", "open"]).to_owned() };
        let rules = &self.outcome.rules.classes;
        let known = rules.iter().find(|def| def.id.as_str() == id);
        known.map_or_else(|| id.to_owned(), |def| self.say([def.name.zh.clone(), def.name.en.clone()]))
    }

    /// The colour of a class; red for what is open, grey for what the rules do not know.
    fn colour(&self, id: Option<&str>) -> [u8; 3] {
        let Some(id) = id else { return [0xe8, 0x44, 0x0a] };
        let known = self.outcome.rules.classes.iter().find(|def| def.id.as_str() == id);
        let part = |at: usize| known.and_then(|def| u8::from_str_radix(def.color.get(at..at + 2)?, 16).ok());
        [1, 3, 5].map(|at| part(at).unwrap_or(0x9a))
    }
}

/// Returns a report as a document with figures of the conflicts that were chosen, else of its first, so
/// many; to whoever watches.
///
/// # Errors
/// The wish to stop.
pub fn paper(
    job: &Job,
    report: &Report,
    language: Language,
    figures: usize,
    watcher: Watcher<'_>,
) -> Result<Paper, Problem> {
    let meter = Meter::of_report(watcher.tell, watcher.stop);
    let desk = Desk { outcome: &job.outcome, inputs: &job.inputs, report, language };
    let mut blocks = vec![Block::Text(job.plan.note.both()[usize::from(language == Language::English)].clone())];
    blocks.retain(|block| !matches!(block, Block::Text(text) if text.is_empty()));
    blocks.push(Block::Text(desk.say(["本报告由蓝图生成；各面积四舍五入后分项之和等于合计。官方面积为椭球面积（CGCS2000）。", "Made by Lantu. Areas are rounded so that parts add up to the whole. Official areas are those on the ellipsoid (CGCS2000)."]).to_owned()));
    blocks.push(Block::Drawing(map::overview(&desk)));
    meter.go_on("paper", 0.0)?;
    blocks.extend(charts::all(&desk).into_iter().map(Block::Drawing));
    blocks.extend(tables::all(&desk));
    blocks.extend(ledgers::all(&desk));
    blocks.extend(levels::all(&desk));
    blocks.extend(tables::listed(&desk));
    let drawn = figures::figures(&desk, figures, &|part| meter.go_on("paper", part / 2.0))?;
    if !drawn.is_empty() {
        blocks.push(Block::Heading(desk.say(["冲突图", "Figures of conflicts"]).to_owned()));
        blocks.push(Block::Figures(drawn));
    }
    let title = job.title();
    let kind = desk.say(["报告", "report"]);
    let language = desk.say(["zh", "en"]);
    Ok(Paper { title: format!("{title} · {kind}"), language, blocks })
}

impl Report {
    /// Writes the report to files, each as its ending says, with figures as `details` say. What the
    /// papers took is added to the stage `report`, so JSON goes last.
    ///
    /// # Errors
    /// As [`Self::write_as`].
    pub fn write_all(
        &mut self,
        job: &Job,
        files: &[PathBuf],
        language: Language,
        details: &Details,
        watcher: Watcher<'_>,
    ) -> Result<(), Problem> {
        let is_json = |path: &&PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let papers: Vec<&PathBuf> = files.iter().filter(|path| !is_json(path)).collect();
        if !papers.is_empty() {
            let start = Instant::now();
            let paper = paper(job, self, language, details.figures, watcher)?;
            papers.into_iter().try_for_each(|path| self.write_as(path, &paper, watcher))?;
            *self.timings_s.entry(STAGE).or_insert(0.0) += start.elapsed().as_secs_f64();
        }
        files.iter().filter(is_json).try_for_each(|path| self.write(path))
    }

    /// Writes the report as the path's ending says: `.json`, `.xlsx`, `.html` or `.pdf`; whole or, if whoever
    /// watches wants it to stop, not at all.
    ///
    /// # Errors
    /// Another ending, no font with Chinese characters for a PDF, a file that cannot be written, or the
    /// wish to stop.
    pub fn write_as(&self, path: &Path, paper: &Paper, watcher: Watcher<'_>) -> Result<(), Problem> {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
            return self.write(path);
        }
        let meter = Meter::of_report(watcher.tell, watcher.stop);
        Ok(write_paper(path, paper, &|part| meter.reached("paper", 0.5 + part / 2.0, ""))?)
    }
}
