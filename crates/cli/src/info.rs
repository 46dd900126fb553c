//! `lantu info`: what is in files, and what is wrong with it.

use crate::say::{self, in_language};
use crate::table::{self, count};
use crate::{Answer, summary, watch};
use clap::Args;
use lantu_project::api::Problem;
use lantu_project::{LayerInfo, info};
use std::path::PathBuf;

/// Show layers, CRS, counts, encoding, fields and findings of files · 查看文件的图层、坐标系、数量、编码、字段和问题
///
/// Areas are looked at as a run would look at them: invalid rings, repeated points, features drawn twice.
///
/// 面图层按合并时的标准检查：无效环、重复点、重复绘制的要素等。
#[derive(Debug, Args)]
pub struct Info {
    /// The files · 文件
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print the layers as JSON · 输出 JSON
    #[arg(long)]
    json: bool,
}

impl Info {
    /// Looks at every file that can be read; the first that cannot decides the exit code.
    pub fn run(&self) -> Result<Answer, Problem> {
        let looked = self.files.iter().map(|file| watch::under_a_bar(|watcher| info(file, watcher)));
        let mut layers = Vec::new();
        let mut problems = Vec::new();
        for looked in looked {
            match looked {
                Ok(found) => layers.extend(found),
                Err(problem) => problems.push(problem),
            }
            if watch::stopped() {
                break;
            }
        }
        let text = if self.json {
            say::json(serde_json::to_string_pretty(&layers))?
        } else {
            layers.iter().map(block).collect::<Vec<_>>().join("\n")
        };
        say::result(&text)?;
        let Some(last) = problems.pop() else { return Ok(Answer::Yes) };
        problems.iter().for_each(say::problem);
        Err(last)
    }
}

fn block(layer: &LayerInfo) -> String {
    let not_said = || in_language(["未注明", "not said"]).to_owned();
    let mut rows =
        vec![(["图层", "layer"], layer.layer.clone()), (["坐标系", "CRS"], layer.crs.clone().unwrap_or_else(not_said))];
    rows.extend(layer.crs_advice.as_ref().map(|advice| (["建议", "advice"], in_language(advice.clone()))));
    rows.extend([(["几何", "geometry"], layer.geometry.clone()), (["要素", "features"], count(layer.features))]);
    rows.extend(layer.vertices.map(|vertices| (["顶点", "vertices"], count(vertices))));
    rows.extend(layer.extent.map(|[w, s, e, n]| (["范围", "extent"], format!("{w} {s} {e} {n}"))));
    let basis = in_language(layer.encoding_basis.words());
    rows.push((["编码", "encoding"], format!("{} ({basis})", layer.encoding)));
    rows.push((["字段", "fields"], layer.fields.join(", ")));
    rows.extend(layer.recognised.as_ref().map(|known| {
        let because = in_language(known.because.clone());
        (["类别", "class"], format!("{} ({because})", known.class))
    }));
    rows.extend(layer.codes.as_ref().map(|codes| {
        let because = in_language(codes.because.clone());
        (["编码字段", "code field"], format!("{} ({because})", codes.field))
    }));
    let no_areas = || in_language(["未检查（没有面）", "not looked at (no areas)"]).to_owned();
    rows.push((["问题", "findings"], layer.findings.as_ref().map_or_else(no_areas, summary::findings)));
    let rows: Vec<_> = rows.into_iter().map(|(name, value)| (in_language(name), value)).collect();
    format!("{}\n{}", layer.source, table::list(&rows))
}
