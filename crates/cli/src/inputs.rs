//! What `merge` and `check` work on: a project file, layers from the command line, or both.

use crate::watch;
use clap::Args;
use lantu_project::api::Problem;
use lantu_project::{Job, LayerPlan, Plan, Room, Targets, read_slivers, use_threads};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct Inputs {
    /// Project file; the decisions in PROJECT.lantu beside it apply · 项目文件，同名 .lantu 中的裁定一并生效
    #[arg(value_name = "PROJECT.toml")]
    project: Option<PathBuf>,
    /// A further layer: 'NAME=PATH|layername=LAYER|subset=SQL', the last two parts optional · 另加图层，可重复
    #[arg(long = "layer", value_name = "NAME=PATH")]
    layers: Vec<String>,
    /// A new version of a layer: its name and file; decisions are kept · 图层的新版本，裁定沿用，可重复
    #[arg(long = "replace", value_name = "NAME=PATH")]
    replaced: Vec<String>,
    /// Rules instead of the project's · 规则文件，取代项目中的规则
    #[arg(long, value_name = "FILE.toml")]
    rules: Option<PathBuf>,
    /// Merge slivers by these settings instead of the project's [slivers] · 碎图斑设定文件，取代项目中的设定
    #[arg(long, value_name = "FILE.toml")]
    slivers: Option<PathBuf>,
    /// CRS to work in, as EPSG:4546, instead of the project's or the data's zone · 工作坐标系
    #[arg(long, value_name = "EPSG:n")]
    crs: Option<String>,
    /// Step of the grid, 0.0001 if nothing is said · 格网步长（米），默认 0.0001
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    grid: Option<f64>,
    /// Threads, one per processor if nothing is said; results are the same for any number · 线程数，不影响结果
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Memory to make do with, as 2G or 800M; most of what is free if nothing is said. What does not fit goes
    /// into a temporary file; results are the same · 内存上限，放不下的写入临时文件，不影响结果
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    /// Folder of the temporary file, the output's if nothing is said · 临时文件所在文件夹，默认为输出文件夹
    #[arg(long, value_name = "FOLDER")]
    temp: Option<PathBuf>,
}

/// Reads a size in bytes: a number with K, M, G or T behind it, or none of them.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text} 不是内存大小，请写成 2G、800M。 · {text} is no size; write 2G or 800M.");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().trim_end_matches("IB").trim_end_matches('B') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(wrong()),
    };
    let bytes = digits.parse::<f64>().map_err(|_| wrong())? * (1u64 << unit) as f64;
    if bytes >= 1.0 && bytes < u64::MAX as f64 { Ok(bytes as u64) } else { Err(wrong()) }
}

impl Inputs {
    /// Returns the plan, once it is certain that its results can be written.
    pub fn plan(&self, targets: &Targets) -> Result<Plan, Problem> {
        let mut plan = match &self.project {
            Some(path) if path.extension().is_none_or(|ending| ending != "toml") => return Err(no_project(path)),
            Some(path) => Plan::read(path)?,
            None => Plan::default(),
        };
        for layer in &self.layers {
            plan.layers.push(LayerPlan::parse(layer)?);
        }
        plan.rules = self.rules.clone().or(plan.rules);
        if let Some(path) = &self.slivers {
            plan.slivers = Some(read_slivers(path)?);
        }
        plan.crs = self.crs.clone().or(plan.crs);
        plan.grid = self.grid.unwrap_or(plan.grid);
        if plan.layers.is_empty() {
            return Err(no_layer());
        }
        plan.check()?;
        let own: Vec<PathBuf> = self.project.iter().cloned().chain(self.record()).collect();
        targets.check(&plan, &own)?;
        Ok(plan)
    }

    /// Runs a plan whose results will lie beside `output`.
    pub fn run(&self, plan: Plan, output: Option<&Path>) -> Result<Job, Problem> {
        if let Some(count) = self.threads {
            use_threads(count.into())?;
        }
        let beside = output.map(|path| path.parent().filter(|folder| !folder.as_os_str().is_empty()));
        let folder = self.temp.as_deref().or(beside.map(|folder| folder.unwrap_or(Path::new("."))));
        let room = Room::new(self.memory, folder);
        let replaced = self.replaced()?;
        watch::under_a_bar(|watcher| Job::run(plan, self.record().as_deref(), &replaced, &room, watcher))
    }

    /// Layers by name with their new sources.
    fn replaced(&self) -> Result<Vec<(String, String)>, Problem> {
        let parsed = self.replaced.iter().map(|text| LayerPlan::parse(text));
        parsed.map(|layer| layer.map(|layer| (layer.name, layer.path))).collect()
    }

    /// The record of decisions that belongs to the project.
    fn record(&self) -> Option<PathBuf> {
        Some(self.project.as_ref()?.with_extension("lantu"))
    }
}

fn problem(message: [String; 2], hint: [&str; 2]) -> Problem {
    Problem { code: "problem".to_owned(), message, hint: hint.map(str::to_owned) }
}

fn no_project(path: &Path) -> Problem {
    let path = path.display();
    problem(
        [format!("{path} 不是项目文件（.toml）。"), format!("{path} is no project file (.toml).")],
        ["数据文件请写成 --layer 名称=路径。", "Give data files as --layer NAME=PATH."],
    )
}

fn no_layer() -> Problem {
    problem(
        ["没有任何图层。", "There is no layer."].map(str::to_owned),
        ["请给出项目文件，或用 --layer 名称=路径 给出图层。", "Give a project file, or layers as --layer NAME=PATH."],
    )
}
