//! `lantu`: the work of the window from a terminal. Arguments in, exit code out.
//!
//! One file per command. Results go to stdout, in sentences or as JSON; progress and errors go to
//! stderr. The exit code is 0 for yes, 1 for no and 2 where there is no answer.

mod check;
mod info;
mod inputs;
mod manner;
mod merge;
mod replay;
mod reports;
mod rules;
mod say;
mod slivers;
mod summary;
mod table;
mod verify;
mod watch;

use clap::{Parser, Subcommand};
use lantu_project::api::Problem;
use lantu_project::sweep_temp;
use std::process::ExitCode;

/// A run asks for millions of small pieces of memory and gives them back from other threads.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXAMPLES: &str = "\
Examples · 示例:
  lantu merge project.toml --out blueprint.geojson --conflicts conflicts.geojson --report report.json
  lantu merge --layer '红线=red.gpkg|layername=STBHHX' --layer \"林地=dltb.shp|subset=DLBM LIKE '03%'\" --out out.gpkg
  lantu check project.toml && echo 'nothing is open'
  lantu verify blueprint.geojson --against red.gpkg
  lantu report project.toml --out report.xlsx --out report.pdf
  lantu info dltb.shp
  lantu replay project.lantu --into again
  lantu rules check rules.toml && lantu rules test rules.toml
  lantu slivers project.toml --log slivers.csv

Language: Chinese where LC_ALL, LC_MESSAGES or LANG begins with zh, else English.
语言：LC_ALL、LC_MESSAGES 或 LANG 以 zh 开头时为中文，否则为英文。";

/// Merges overlapping planning layers into one blueprint · 把重叠的规划图层合并成一张蓝图
#[derive(Debug, Parser)]
#[command(name = "lantu", version, after_help = EXAMPLES, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Merge(merge::Merge),
    Check(check::Check),
    Verify(verify::Verify),
    Info(info::Info),
    Replay(replay::ReplayArgs),
    Report(reports::ReportArgs),
    Rules(rules::Rules),
    Slivers(slivers::Slivers),
}

/// What a command comes to, if it comes to an end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    /// Done, or yes: exit code 0.
    Yes,
    /// Conflicts are open, or it is no partition: exit code 1.
    No,
}

impl Answer {
    fn yes_if(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    watch::stop_on_request();
    // What cannot be removed takes room and does no harm: no reason not to do what was asked for.
    let _ = sweep_temp();
    match run(&arguments.command) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(problem) => {
            say::problem(&problem);
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> Result<Answer, Problem> {
    match command {
        Command::Merge(merge) => merge.run(),
        Command::Check(check) => check.run(),
        Command::Verify(verify) => verify.run(),
        Command::Info(info) => info.run(),
        Command::Replay(replay) => replay.run(),
        Command::Report(report) => report.run(),
        Command::Rules(rules) => rules.run(),
        Command::Slivers(slivers) => slivers.run(),
    }
}
