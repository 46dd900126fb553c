//! Reports as files, and `lantu report`, which writes nothing else.

use crate::inputs::Inputs;
use crate::{Answer, merge, say, summary};
use clap::{Args, ValueEnum};
use lantu_project::api::Problem;
use lantu_project::{Job, Language, Report, Targets, Written, report_listing};
use std::path::{Path, PathBuf};

/// What reports are to be like.
#[derive(Debug, Args)]
pub struct ReportManner {
    /// Conflicts to list one by one: open ones first, the largest first · 报告中逐处列出的冲突数
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    list: usize,
    /// Conflicts to draw in .html and .pdf, from the beginning of the list · 绘图的冲突数
    #[arg(long, value_name = "N", default_value_t = 20)]
    figures: usize,
    /// Language of .xlsx, .html and .pdf, the terminal's if nothing is said · 报告语言
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    language: Option<Tongue>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tongue {
    Zh,
    En,
}

impl ReportManner {
    /// Makes the report of a job and writes it to files, each as its ending says; conflicts are
    /// listed only where it becomes a file.
    pub fn write(&self, job: &Job, written: Option<&Written>, files: &[PathBuf]) -> Result<Report, Problem> {
        let language = match self.language {
            Some(Tongue::Zh) => Language::Chinese,
            Some(Tongue::En) => Language::English,
            None => say::in_language([Language::Chinese, Language::English]),
        };
        let mut report = report_listing(job, written, if files.is_empty() { 0 } else { self.list })?;
        report.write_all(job, files, language, self.figures)?;
        Ok(report)
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
        let report = self.manner.write(&job, None, &self.out)?;
        let files: Vec<&Path> = self.out.iter().map(PathBuf::as_path).collect();
        say::result(&summary::of_check(&job, &report, &files))?;
        if !report.proof.holds {
            return Err(merge::unproven(["运算结果", "the result"].map(str::to_owned)));
        }
        Ok(Answer::Yes)
    }
}
