//! `lantu check`: are there open conflicts?

use crate::inputs::Inputs;
use crate::{Answer, merge, say, summary};
use clap::Args;
use lantu_project::api::Problem;
use lantu_project::{Targets, report};
use std::path::PathBuf;

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
    /// The report as JSON · JSON 报告
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// Print the report as JSON instead of a summary · 输出 JSON 报告
    #[arg(long)]
    json: bool,
}

impl Check {
    pub fn run(&self) -> Result<Answer, Problem> {
        let targets = Targets { report: self.report.clone(), ..Targets::default() };
        let plan = self.inputs.plan(&targets)?;
        let job = self.inputs.run(plan, None)?;
        let report = report(&job, None)?;
        if let Some(path) = &self.report {
            report.write(path)?;
        }
        let text = if self.json { report.json()? } else { summary::of_check(&job, &report, self.report.as_deref()) };
        say::result(&text)?;
        if !report.proof.holds {
            return Err(merge::unproven(["运算结果", "the result"].map(str::to_owned)));
        }
        Ok(Answer::yes_if(report.conflicts.open == 0))
    }
}
