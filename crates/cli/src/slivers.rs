//! `lantu slivers`: which patches would go to a neighbour? Nothing of the blueprint is written.

use crate::Answer;
use crate::inputs::Inputs;
use crate::say::{self, in_language};
use crate::table::{self, count, hectares};
use clap::Args;
use lantu_project::api::{Problem, Tally};
use lantu_project::{SliverPreview, Targets};
use std::path::PathBuf;

const ENDS: &str = "\
Settings: --slivers FILE, else [slivers] of the project, else those that come with the program.
设定：--slivers 文件；没有则用项目的 [slivers]；再没有则用程序自带的起步设定。";

/// Preview how slivers would be merged into their neighbours: counts and hectares, a dry run · 预演碎图斑归并
#[derive(Debug, Args)]
#[command(after_help = ENDS)]
pub struct Slivers {
    #[command(flatten)]
    inputs: Inputs,
    /// Every sliver with from and to, as CSV · 每个碎图斑的来去，CSV
    #[arg(long, value_name = "FILE.csv")]
    log: Option<PathBuf>,
    /// Print the result as JSON · 输出 JSON
    #[arg(long)]
    json: bool,
}

impl Slivers {
    pub fn run(&self) -> Result<Answer, Problem> {
        let plan = self.inputs.plan(&Targets { log: self.log.clone(), ..Targets::default() })?;
        let job = self.inputs.run(plan, None)?;
        let preview = job.slivers()?;
        if let Some(path) = &self.log {
            preview.write_log(path)?;
        }
        let text = if self.json { say::json(serde_json::to_string_pretty(&preview))? } else { sentences(&preview) };
        say::result(&text)?;
        Ok(Answer::Yes)
    }
}

/// Returns what merging slivers does, in a few tables.
pub fn sentences(preview: &SliverPreview) -> String {
    let row =
        |name: [&str; 2], tally: Tally| vec![in_language(name).to_owned(), count(tally.count), hectares(tally.area_m2)];
    let mut rows = vec![
        row(["并入相邻图斑", "merged into a neighbour"], preview.moved),
        row(["填补的空隙", "gaps filled"], preview.filled),
        row(["无处可并", "no neighbour can take"], preview.left),
    ];
    rows.push(vec![
        in_language(["保留的空隙", "gaps that stay"]).to_owned(),
        count(preview.unfilled as u64),
        String::new(),
    ]);
    let mut text = format!("{}\n{}\n", in_language(["碎图斑", "Slivers"]), table::columns(&rows));
    if !preview.by_class.is_empty() {
        let name = |class: &str| match class {
            "" => in_language(["空隙或待定", "gap or open"]).to_owned(),
            class => class.to_owned(),
        };
        let rows: Vec<Vec<String>> = preview
            .by_class
            .iter()
            .map(|sum| {
                let way = format!("{} → {}", name(&sum.from), name(&sum.to));
                vec![way, count(sum.tally.count), hectares(sum.tally.area_m2)]
            })
            .collect();
        text += &format!("{}\n{}\n", in_language(["类别之间", "Between classes"]), table::columns(&rows));
    }
    text
}
