//! `lantu-bench`: makes data of known sizes and measures Lantu and other tools on them in one run.
//!
//! ```text
//! lantu-bench generate S,M            the data alone, into target/bench/data
//! lantu-bench run S,M [RUNS]          data, measurements, docs/benchmarks.md and its picture
//! lantu-bench hainan                  the whole job on a province of Hainan's size, docs/hainan.md
//! lantu-bench county                  the same on a hundredth of it, into target/bench/county
//! lantu-bench figures                 10,000 conflicts of that county as figures in page and PDF
//! ```
//!
//! Every tool runs as a process of its own on the same files; its processor time (user and system,
//! children included), wall time and peak memory are what the system says of it. Run it from the
//! top of the repository; `make bench` does.

mod chart;
mod data;
mod page;
mod tools;

use lantu_bench::measure::{self, Usage};
use lantu_bench::{Province, Size, accounted, hainan};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tools::{Tool, Tools};

const FOLDER: &str = "target/bench";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["generate", names] => sizes(names).and_then(generate),
        ["run", names] => sizes(names).and_then(|sizes| run(&sizes, 1)),
        ["run", names, runs] => match runs.parse() {
            Ok(runs @ 1..) => sizes(names).and_then(|sizes| run(&sizes, runs)),
            _ => Err(format!("{runs} is no number of runs")),
        },
        ["hainan"] => rehearse(&Province::HAINAN, Path::new("docs/hainan.md")),
        ["county"] => rehearse(&Province::COUNTY, &Path::new(FOLDER).join("county/county.md")),
        ["figures"] => figures(),
        ["measure", log, command @ ..] if !command.is_empty() => measure::child(Path::new(log), command),
        _ => Err("usage: lantu-bench generate SIZES | run SIZES [RUNS] | hainan | county | figures; SIZES as S,M,L,XL"
            .to_owned()),
    };
    done.map_or_else(
        |problem| {
            eprintln!("lantu-bench: {problem}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

fn sizes(names: &str) -> Result<Vec<Size>, String> {
    let named = |name| Size::named(name).ok_or_else(|| format!("{name} is no size; S, M, L, XL are"));
    names.split([',', ' ']).filter(|name| !name.is_empty()).map(named).collect()
}

fn generate(sizes: Vec<Size>) -> Result<(), String> {
    for size in sizes {
        let data = data::prepare(size, &data_folder())?;
        println!("{}: {} polygons, {} vertices, {:.1} km²", data.size, data.polygons, data.vertices, data.area_km2);
    }
    Ok(())
}

/// The whole job on a province, and its page.
fn rehearse(province: &Province, page: &Path) -> Result<(), String> {
    let lantu = tools::lantu();
    let folder = Path::new(FOLDER).join(province.name);
    let rehearsal = hainan::rehearse(province, &folder, &lantu, &measure::run)?;
    let call = if *province == Province::HAINAN { "make hainan" } else { "lantu-bench county" };
    let text = hainan::page(&rehearsal, &lantu, call);
    println!("\n{text}");
    write(page, &text)
}

/// What the papers of a county take that list 10,000 conflicts and draw each of them.
fn figures() -> Result<(), String> {
    let folder = Path::new(FOLDER).join(Province::COUNTY.name);
    hainan::make(&Province::COUNTY, &folder)?;
    let at = |name: &str| folder.join(name).display().to_string();
    let mut line = vec![tools::lantu(), "report".to_owned(), at("province.toml"), "--figures=10000".to_owned()];
    line.extend(["xlsx", "html", "pdf", "json"].map(|ending| format!("--out={}", at(&format!("figures.{ending}")))));
    let usage = measure::run(&folder.join("figures.log"), &line)?;
    if usage.code != Some(0) {
        return Err(format!("lantu report failed: {}", at("figures.log")));
    }
    let bytes = std::fs::read(at("figures.json")).map_err(|cause| format!("{}: {cause}", at("figures.json")))?;
    let report: serde_json::Value = serde_json::from_slice(&bytes).map_err(|cause| cause.to_string())?;
    let page = std::fs::read_to_string(at("figures.html")).map_err(|cause| cause.to_string())?;
    // Before the figures stand the overview and the chart.
    let drawn = page.matches("<figure>").count().saturating_sub(2);
    println!(
        "{drawn} figures: report {:.1} s of {:.1} s, {:.0} MB",
        report["timings_s"]["report"], usage.wall_s, usage.peak_mb
    );
    Ok(())
}

fn data_folder() -> PathBuf {
    Path::new(FOLDER).join("data")
}

/// One tool on the data of one size.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The size's name.
    pub size: String,
    /// The tool.
    pub tool: Tool,
    /// What it took.
    pub usage: Usage,
    /// Whether it came to an end without an error.
    pub finished: bool,
    /// Whether what it wrote is a partition, by `lantu verify`; `None` if it was not judged.
    pub partition: Option<bool>,
    /// The same, by GEOS.
    pub partition_by_geos: Option<bool>,
    /// Lantu's own report.
    pub report: Option<serde_json::Value>,
}

/// Everything that was measured in one run.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// The machine, the versions, the day.
    pub about: Vec<[String; 2]>,
    /// The data.
    pub data: Vec<data::Data>,
    /// What was measured on them.
    pub rows: Vec<Row>,
    /// The call.
    pub call: String,
}

fn run(sizes: &[Size], runs: usize) -> Result<(), String> {
    let tools = Tools::find(Path::new(FOLDER))?;
    let names: Vec<&str> = sizes.iter().map(|size| size.name).collect();
    let call = format!("make bench SIZE={} RUNS={runs}", names.join(","));
    let mut measured = Measured { about: tools.about(), data: Vec::new(), rows: Vec::new(), call };
    for &size in sizes {
        let data = data::prepare(size, &data_folder())?;
        for tool in Tool::ALL {
            if !tools.have(tool) {
                println!("{:>2}  {tool}: not installed, left out", size.name);
            } else if !tool.can(size) {
                println!("{:>2}  {tool}: left out at this size", size.name);
            } else {
                measured.rows.push(row(&tools, tool, size, &data, runs)?);
            }
        }
        measured.data.push(data);
    }
    let text = serde_json::to_string_pretty(&measured).map_err(|cause| cause.to_string())?;
    write(&Path::new(FOLDER).join("measured.json"), &text)?;
    write(Path::new("docs/images/benchmarks.svg"), &chart::draw(&measured))?;
    page::update(Path::new("docs/benchmarks.md"), &measured)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|cause| format!("{}: {cause}", path.display()))
}

/// The run of the middle processor time, and what is to be said of its result.
fn row(tools: &Tools, tool: Tool, size: Size, data: &data::Data, runs: usize) -> Result<Row, String> {
    let log = Path::new(FOLDER).join(format!("{}-{}.log", size.name, tool.slug()));
    let mut usages =
        (0..runs).map(|_| measure::run(&log, &tools.command(tool, data))).collect::<Result<Vec<_>, _>>()?;
    usages.sort_by(|a, b| a.cpu_s.total_cmp(&b.cpu_s));
    let usage = usages.swap_remove(runs / 2);
    let finished = usage.code == Some(0);
    let result = tools.result(tool, data).filter(|_| finished);
    let (mut partition, mut partition_by_geos) = (None, None);
    if let Some(result) = &result {
        partition = tools.is_partition(tool, result);
        partition_by_geos = tools.is_partition_by_geos(result, size);
    }
    let report = std::fs::read(tools.report(tool, data)).ok().filter(|_| tool.is_lantu());
    let report: Option<serde_json::Value> = report.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if tool.is_lantu() && finished {
        let report = report.as_ref().ok_or_else(|| format!("{}: Lantu wrote no report", size.name))?;
        accounted(report).map_err(|cause| format!("{}: {cause}", size.name))?;
    }
    let row = Row { size: size.name.to_owned(), tool, usage, finished, partition, partition_by_geos, report };
    println!(
        "{:>2}  {tool}: {:.2} s CPU, {:.2} s wall, {:.0} MB{}",
        row.size,
        row.usage.cpu_s,
        row.usage.wall_s,
        row.usage.peak_mb,
        match row.usage.code {
            Some(0) => "",
            Some(_) => ", FAILED: see its log",
            None => ", stopped",
        }
    );
    Ok(row)
}
