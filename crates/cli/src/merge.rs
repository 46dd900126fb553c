//! `lantu merge`: layers in, one blueprint out.

use crate::inputs::Inputs;
use crate::manner::MannerArgs;
use crate::reports::ReportManner;
use crate::{Answer, say, summary, watch};
use clap::Args;
use lantu_project::api::Problem;
use lantu_project::{Job, Report, Targets, Written};
use std::path::{Path, PathBuf};

const ENDS: &str = "\
Exit code · 退出码:
  0  written, open conflicts or not · 已写出，不论是否还有待定冲突
  1  written, but conflicts are open (--strict only) · 已写出，但仍有待定冲突（仅 --strict）
  2  an error; no file is half-written, old files stay · 出错；不会留下半个文件，原有文件不变";

/// Merge layers into one blueprint in which every place has exactly one class · 合并图层为一张蓝图
///
/// Cuts the layers once into faces, finds the conflicts, decides them by rules and by the planners' record,
/// and writes a blueprint that is proven to be a partition as written. What nobody has decided is in it as
/// open.
///
/// 把图层切成互不重叠的小块，找出冲突，按规则和规划师的裁定处理，写出经过验证、不重不漏的蓝图；无人裁定的地方标为待定。
#[derive(Debug, Args)]
#[command(after_help = ENDS)]
pub struct Merge {
    #[command(flatten)]
    inputs: Inputs,
    /// The blueprint: .geojson, .gpkg, .shp, .fgb, .gdb, .parquet, .dxf or .txt (boundary file) · 蓝图
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The conflicts, one feature each; endings as for --out · 冲突图斑，格式同上
    #[arg(long, value_name = "FILE")]
    conflicts: Option<PathBuf>,
    #[command(flatten)]
    manner: MannerArgs,
    /// The report: .json, .xlsx, .html or .pdf, repeatedly for several · 报告，可重复
    #[arg(long = "report", value_name = "FILE")]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    report_manner: ReportManner,
    /// Keep in this record from what it was made, for lantu replay · 把来源记入该文件，供 lantu replay 重做
    #[arg(long, value_name = "FILE.lantu")]
    record: Option<PathBuf>,
    /// Put blueprint and conflicts into the record as layers for QGIS · 把蓝图和冲突作为图层写入记录，供 QGIS 打开
    #[arg(long, requires = "record")]
    layers_in_record: bool,
    /// Every sliver that was merged, with from and to, as CSV · 每个归并的碎图斑的来去，CSV
    #[arg(long, value_name = "FILE.csv")]
    log: Option<PathBuf>,
    /// Exit with 1 if conflicts are open · 有待定冲突时退出码为 1
    #[arg(long)]
    strict: bool,
    /// Print the report as JSON instead of a summary · 输出 JSON 报告
    #[arg(long)]
    json: bool,
}

impl Merge {
    pub fn run(&self) -> Result<Answer, Problem> {
        let targets = Targets {
            blueprint: Some(self.out.clone()),
            conflicts: self.conflicts.clone(),
            reports: self.reports.clone(),
            log: self.log.clone(),
            record: self.record.clone(),
        };
        let plan = self.inputs.plan(&targets)?;
        let job = self.inputs.run(plan, Some(&self.out))?;
        self.report_manner.check(&job)?;
        let written = self.write(&job)?;
        if let (Some(record), Some(blueprint)) = (&self.record, written.first()) {
            job.keep(record, &self.manner.manner(), blueprint, written.get(1))?;
            if self.layers_in_record {
                watch::under_a_bar(|watcher| job.keep_layers(record, watcher))?;
            }
        }
        if let Some(log) = &self.log {
            job.merged_slivers().write_log(log)?;
        }
        let report = self.report_manner.write(&job, written.first(), &self.reports)?;
        let mut files: Vec<&Path> = written.iter().map(|written| written.path.as_path()).collect();
        files.extend(self.reports.iter().chain(&self.log).map(PathBuf::as_path));
        let text = if self.json { report.json()? } else { summary::of_merge(&job, &report, &files) };
        say::result(&text)?;
        proven(&report, &written)?;
        let answer = Answer::yes_if(!self.strict || report.conflicts.open == 0);
        // The program ends here: the system takes the memory back faster than piece by piece.
        std::mem::forget(job);
        Ok(answer)
    }

    /// Writes the blueprint and then the conflicts, if they are wanted.
    fn write(&self, job: &Job) -> Result<Vec<Written>, Problem> {
        watch::under_a_bar(|watcher| {
            let manner = self.manner.manner();
            let mut written = vec![job.write_blueprint(&self.out, &manner, watcher)?];
            if let Some(path) = &self.conflicts {
                written.push(job.write_conflicts(path, &manner, watcher)?);
            }
            Ok(written)
        })
    }
}

/// A blueprint that is no partition must not pass for one.
fn proven(report: &Report, written: &[Written]) -> Result<(), Problem> {
    let bad: Vec<String> = written
        .iter()
        .filter(|written| !written.proof.holds())
        .map(|written| written.path.display().to_string())
        .collect();
    match (report.proof.holds, bad.is_empty()) {
        (true, true) => Ok(()),
        (_, false) => Err(unproven([bad.join("、"), bad.join(", ")])),
        (false, true) => Err(unproven(["运算结果", "the result"].map(str::to_owned))),
    }
}

/// The proof does not hold; what was written may not be relied on.
pub fn unproven([zh, en]: [String; 2]) -> Problem {
    Problem {
        code: "internal".to_owned(),
        message: [
            format!("验证不成立！{zh} 不是一张不重不漏的图，请勿使用。"),
            format!("THE PROOF DOES NOT HOLD: {en} is not a partition and must not be used."),
        ],
        hint: [
            "这是程序的错误：请把报告和输入数据交给开发者。",
            "This is a fault of the program: please give its makers the report and the inputs.",
        ]
        .map(str::to_owned),
    }
}
