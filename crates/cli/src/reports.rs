//! Reports as files, and `lantu report`, which writes nothing else.

use crate::inputs::Inputs;
use crate::{Answer, merge, say, summary, watch};
use clap::{Args, ValueEnum};
use lantu_project::api::{Filter, Problem, Rows};
use lantu_project::{Details, Job, Language, Report, Targets, Written, report_listing};
use std::path::{Path, PathBuf};

/// What reports are to be like.
#[derive(Debug, Args)]
pub struct ReportManner {
    /// Conflicts to list one by one: open ones first, the largest first · 报告中逐处列出的冲突数
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    list: usize,
    /// Conflicts to draw in .html and .pdf, from the beginning of the list or of those chosen · 绘图的冲突数
    #[arg(long, value_name = "N", default_value_t = 20)]
    figures: usize,
    /// A conflict to tell and draw, by its id; may be repeated · 指定绘图的冲突编号，可重复
    #[arg(long = "figure", value_name = "ID")]
    chosen: Vec<String>,
    /// Draw conflicts of this state · 只画这种状态的冲突
    #[arg(long, value_enum, value_name = "STATE")]
    figure_state: Option<State>,
    /// Draw conflicts between just these classes, as farmland,forest · 只画这些类别之间的冲突
    #[arg(long, value_name = "CLASS,CLASS", value_delimiter = ',')]
    figure_classes: Vec<String>,
    /// Draw conflicts in the district of this code, or in one within it · 只画该行政区（或其下级）的冲突
    #[arg(long, value_name = "CODE")]
    figure_district: Option<String>,
    /// Language of .xlsx, .html and .pdf, the terminal's if nothing is said · 报告语言
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    language: Option<Tongue>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tongue {
    Zh,
    En,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Open,
    Rule,
    Hand,
}

impl ReportManner {
    /// Returns what reports tell of single conflicts, `list` of them one by one.
    fn details(&self, list: usize) -> Details {
        let state = self.figure_state.map_or("", |state| match state {
            State::Open => "open",
            State::Rule => "rule",
            State::Hand => "hand",
        });
        let mut classes = self.figure_classes.clone();
        classes.sort_unstable();
        let district = self.figure_district.clone().unwrap_or_default();
        let filter = Filter { state: state.to_owned(), classes, district, ..Filter::default() };
        let rows = (filter != Filter::default()).then(|| Rows {
            filter,
            sort: "area".to_owned(),
            near: None,
            ranges: Vec::new(),
        });
        Details { list, figures: self.figures, conflicts: self.chosen.clone(), rows }
    }

    /// Says what keeps the conflicts that were chosen from being drawn, before anything is written.
    pub fn check(&self, job: &Job) -> Result<(), Problem> {
        job.check_details(&self.details(0))
    }

    /// Makes the report of a job and writes it to files, each as its ending says; conflicts are
    /// listed only where it becomes a file.
    pub fn write(&self, job: &Job, written: Option<&Written>, files: &[PathBuf]) -> Result<Report, Problem> {
        let language = match self.language {
            Some(Tongue::Zh) => Language::Chinese,
            Some(Tongue::En) => Language::English,
            None => say::in_language([Language::Chinese, Language::English]),
        };
        // Nobody reads a list that becomes no file.
        let details = if files.is_empty() { Details::default() } else { self.details(self.list) };
        watch::under_a_bar(|watcher| {
            let mut report = report_listing(job, written, &details, watcher)?;
            report.write_all(job, files, language, &details, watcher)?;
            Ok(report)
        })
    }
}

const ENDS: &str = "\
Exit code · 退出码:
  0  written, open conflicts or not · 已写出，不论是否还有待定冲突
  2  an error; old files stay · 出错，原有文件不变";

/// Write the report: spreadsheet, page, PDF or JSON; no blueprint is written · 生成报告，不写蓝图
#[derive(Debug, Args)]
#[command(after_help = ENDS)]
pub struct ReportArgs {
    #[command(flatten)]
    inputs: Inputs,
    /// The report: .xlsx, .html, .pdf or .json, repeatedly for several · 报告文件，可重复
    #[arg(long, value_name = "FILE", required = true)]
    out: Vec<PathBuf>,
    #[command(flatten)]
    manner: ReportManner,
}

impl ReportArgs {
    pub fn run(&self) -> Result<Answer, Problem> {
        let targets = Targets { reports: self.out.clone(), ..Targets::default() };
        let plan = self.inputs.plan(&targets)?;
        let job = self.inputs.run(plan, self.out.first().map(PathBuf::as_path))?;
        self.manner.check(&job)?;
        let report = self.manner.write(&job, None, &self.out)?;
        let files: Vec<&Path> = self.out.iter().map(PathBuf::as_path).collect();
        say::result(&summary::of_check(&job, &report, &files))?;
        if !report.proof.holds {
            return Err(merge::unproven(["运算结果", "the result"].map(str::to_owned)));
        }
        Ok(Answer::Yes)
    }
}
