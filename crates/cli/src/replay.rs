//! `lantu replay`: can what was exported be made again, byte for byte?

use crate::say::{self, in_language};
use crate::{Answer, watch};
use clap::Args;
use lantu_project::api::Problem;
use lantu_project::{Replay, Replayed, replay};
use std::path::PathBuf;

const ENDS: &str = "\
Exit code · 退出码:
  0  every export came out the same · 全部逐字节一致
  1  inputs have changed, or an export differs · 输入文件已改变，或结果不同
  2  an error · 出错";

/// Make exports again from a record and the same inputs, and compare them byte by byte · 按记录重做导出并逐字节核对
#[derive(Debug, Args)]
#[command(after_help = ENDS)]
pub struct ReplayArgs {
    /// The record · 记录文件
    #[arg(value_name = "PROJECT.lantu")]
    record: PathBuf,
    /// Write the exports into this folder; otherwise they are only compared · 写入该文件夹，不给则只核对
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// Print the result as JSON · 输出 JSON
    #[arg(long)]
    json: bool,
}

impl ReplayArgs {
    pub fn run(&self) -> Result<Answer, Problem> {
        let found = watch::under_a_bar(|watcher| replay(&self.record, self.into.as_deref(), watcher))?;
        let text = if self.json { say::json(serde_json::to_string_pretty(&found))? } else { sentences(&found) };
        say::result(&text)?;
        Ok(Answer::yes_if(found.holds()))
    }
}

fn sentences(found: &Replay) -> String {
    let mut lines = Vec::new();
    for input in &found.changed {
        let path = input.path.display();
        lines.push(in_language(match input.gone {
            true => {
                [format!("输入文件 {path} 已不在或无法读取。"), format!("The input {path} is gone or cannot be read.")]
            }
            false => [format!("输入文件 {path} 的内容已改变。"), format!("The input {path} has changed.")],
        }));
    }
    if !found.changed.is_empty() {
        lines.push(in_language([
            "用到这些文件的导出没有重做。".to_owned(),
            "Exports that were made from them are not made again.".to_owned(),
        ]));
    }
    if let Some(version) = &found.program {
        lines.push(in_language([
            format!("记录由 {version} 版写成，与本程序不同。"),
            format!("The record was written by version {version}, which is not this one."),
        ]));
    }
    lines.extend(found.exports.iter().map(export));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn export(made: &Replayed) -> String {
    let path = made.written.as_ref().unwrap_or(&made.path).display();
    in_language(match made.same {
        Some(true) => [format!("{path}：逐字节一致。"), format!("{path}: the same, byte for byte.")],
        Some(false) => [format!("{path}：不一致。"), format!("{path}: NOT the same.")],
        None => [
            format!("{path}：已重做并验证；该格式每次写出的字节都不同。"),
            format!("{path}: made again and proven; this format never gives the same bytes twice."),
        ],
    })
}
