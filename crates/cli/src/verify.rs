//! `lantu verify`: is a file a partition, as written?

use crate::say::{self, in_language};
use crate::table::{self, count, hectares, square_metres};
use crate::{Answer, watch};
use clap::Args;
use lantu_project::api::{Problem, Progress};
use lantu_project::{Verification, verify};
use std::fmt::Write;
use std::sync::atomic::Ordering;

const ENDS: &str = "\
Exit code · 退出码:
  0  it is a partition (of the same ground) · 是不重叠的剖分（且覆盖范围一致）
  1  it is not · 不是
  2  an error · 出错";

/// Prove whether a polygon file is a partition as written · 验证面文件是否互不重叠、边界一致
///
/// Any polygon file may be given, whoever wrote it. Overlaps, borders that do not match point by point and
/// invalid polygons speak against it; an enclosed gap does not, unless --against says that it is covered.
///
/// 任何软件写出的面文件都可以验证。重叠、公共边顶点不一致、无效的面都算不成立；封闭的空隙本身不算，除非 --against 的文件覆盖了它。
#[derive(Debug, Args)]
#[command(after_help = ENDS)]
pub struct Verify {
    /// The file, as PATH or 'PATH|layername=LAYER' · 要验证的文件
    #[arg(value_name = "FILE")]
    file: String,
    /// An input that it must cover, no more and no less than all of them together · 应当覆盖的输入，可重复
    #[arg(long, value_name = "INPUT")]
    against: Vec<String>,
    /// Print the result as JSON · 输出 JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(&self) -> Result<Answer, Problem> {
        let found = watch::under_a_bar(|watcher| {
            verify(&self.file, &self.against, &|fraction| {
                let (stage, about) = ("check".to_owned(), self.file.clone());
                (watcher.tell)(Progress { stage, fraction, about, problem: None });
                !watcher.stop.load(Ordering::Relaxed)
            })
        })?;
        let text = if self.json { say::json(serde_json::to_string_pretty(&found))? } else { self.sentences(&found) };
        say::result(&text)?;
        Ok(Answer::yes_if(found.holds))
    }

    fn sentences(&self, found: &Verification) -> String {
        let file = &self.file;
        let mut text = in_language(match found.holds {
            true => {
                [format!("{file} 成立：互不重叠，边界逐点一致。\n"), format!("{file} is a partition as written.\n")]
            }
            false => [format!("{file} 不成立。\n"), format!("{file} is NOT a partition as written.\n")],
        });
        text += &table::list(&facts(found));
        if !found.exact {
            let step = found.grid_step;
            let _ = writeln!(
                text,
                "{}",
                in_language([
                    format!("坐标位数多于 {step} 的格网，面积按该格网计。"),
                    format!("Coordinates have more digits than a grid of {step} holds; areas are those on that grid."),
                ])
            );
        }
        text
    }
}

/// What was found, name by name; faults only where there are any.
fn facts(found: &Verification) -> Vec<(&'static str, String)> {
    let mut rows = vec![(["要素", "features"], count(found.features)), (["面积", "area"], hectares(found.area_m2))];
    let faults = [
        (["无效的面", "invalid polygons"], found.invalid),
        (["边相交或相触（端点之外）", "edges that cross or touch"], found.residual_crossings),
        (["同侧重复的边", "edges with ground on one side twice"], found.repeated_edges),
        (["公共边上顶点不一致", "borders whose vertices differ"], found.unmatched_edges),
    ];
    rows.extend(faults.into_iter().filter(|(_, times)| *times > 0).map(|(name, times)| (name, count(times))));
    if found.overlap_m2 > 0.0 {
        rows.push((["重叠", "overlap"], square_metres(found.overlap_m2)));
    }
    if found.gaps > 0 {
        let gaps = format!("{}, {}", count(found.gaps), hectares(found.enclosed_gap_m2));
        rows.push((["封闭的空隙（不算错）", "enclosed gaps (no fault)"], gaps));
    }
    if let Some(ground) = &found.ground {
        rows.push((["少了", "missing"], square_metres(ground.gap_m2)));
        rows.push((["多了", "too much"], square_metres(ground.excess_m2)));
        rows.push((["边界取舍之差（不算错）", "along borders (no fault)"], square_metres(ground.border_m2)));
    }
    rows.into_iter().map(|(name, value)| (in_language(name), value)).collect()
}
