//! `lantu check`: are there open conflicts?

use crate::inputs::Inputs;
use crate::reports::ReportManner;
use crate::{Answer, merge, say, summary};
use clap::Args;
use lantu_project::Targets;
use lantu_project::api::Problem;
use std::path::{Path, PathBuf};

const ENDS: &str = "\
Exit code · 退出码:
  0  no conflict is open · 没有待定冲突
  1  conflicts are open · 还有待定冲突
  2  an error · 出错";

/// Find the conflicts and say how many are open; no blueprint is written · 检查冲突，不写蓝图
#[derive(Debug, Args)]
#[command(after_help = ENDS)]
pub struct Check {
    #[command(flatten)]
    inputs: Inputs,
    /// The report: .json, .xlsx, .html or .pdf, repeatedly for several · 报告，可重复
    #[arg(long = "report", value_name = "FILE")]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    report_manner: ReportManner,
    /// Print the report as JSON instead of a summary · 输出 JSON 报告
    #[arg(long)]
    json: bool,
}

impl Check {
    pub fn run(&self) -> Result<Answer, Problem> {
        let targets = Targets { reports: self.reports.clone(), ..Targets::default() };
        let plan = self.inputs.plan(&targets)?;
        let job = self.inputs.run(plan, None)?;
        let report = self.report_manner.write(&job, None, &self.reports)?;
        let files: Vec<&Path> = self.reports.iter().map(PathBuf::as_path).collect();
        let text = if self.json { report.json()? } else { summary::of_check(&job, &report, &files) };
        say::result(&text)?;
        if !report.proof.holds {
            return Err(merge::unproven(["运算结果", "the result"].map(str::to_owned)));
        }
        Ok(Answer::yes_if(report.conflicts.open == 0))
    }
}
