//! `lantu rules`: is a rule file right, and does it do what its cases say?

use crate::say::{self, in_language};
use crate::{Answer, table};
use clap::{Args, Subcommand};
use lantu_project::api::Problem;
use lantu_project::{Remark, Tried, look_through, try_cases_of};
use std::path::PathBuf;

const ENDS: &str = "\
Exit code · 退出码:
  0  nothing is wrong · 没有错误
  1  something is wrong with the rules, or a case fails · 规则有误，或有用例不符
  2  an error: the file cannot be read · 出错，文件无法读取";

/// Look through a rule file, or try its cases · 检查规则文件，或试算它的用例
#[derive(Debug, Args)]
#[command(after_help = ENDS)]
pub struct Rules {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say line by line what is wrong: unknown classes, rules that nothing reaches, contradictions · 逐行说明错误
    Check {
        /// The rule file · 规则文件
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        /// A project whose layers and classes the rules are for · 规则所用于的项目
        #[arg(long, value_name = "PROJECT.toml")]
        project: Option<PathBuf>,
    },
    /// Try the cases in FILE.cases.toml beside the rule file · 试算规则文件旁 FILE.cases.toml 中的用例
    Test {
        /// The rule file, or a file of cases · 规则文件或用例文件
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        /// A project whose tables of classes the cases name classes of · 用例所用类别表所属的项目
        #[arg(long, value_name = "PROJECT.toml")]
        project: Option<PathBuf>,
    },
}

impl Rules {
    pub fn run(&self) -> Result<Answer, Problem> {
        let (right, text) = match &self.what {
            What::Check { file, project } => checked(&look_through(file, project.as_deref())?, file),
            What::Test { file, project } => tried(&try_cases_of(file, project.as_deref())?),
        };
        say::result(&text)?;
        Ok(Answer::yes_if(right))
    }
}

fn checked(remarks: &[Remark], file: &std::path::Path) -> (bool, String) {
    let line = |remark: &Remark| {
        let weight = match remark.fatal {
            true => in_language(["错误", "error"]),
            false => in_language(["提醒", "advice"]),
        };
        format!("{}:{}: {weight}: {}\n", file.display(), remark.line, in_language(remark.said.clone()))
    };
    let text: String = remarks.iter().map(line).collect();
    let end = match remarks.len() as u64 {
        0 => in_language(["规则没有错误。", "The rules are right."]).to_owned(),
        number => in_language([
            format!("有 {} 处需要改正。", table::count(number)),
            format!("Mend {} of its entries.", table::count(number)),
        ]),
    };
    (remarks.is_empty(), text + &end + "\n")
}

fn tried(cases: &[Tried]) -> (bool, String) {
    let wrong: Vec<&Tried> = cases.iter().filter(|case| !case.is_right()).collect();
    let line = |case: &&Tried| {
        in_language([
            format!("不符：{}\n    应为 {}\n    得到 {}\n", case.name, case.wanted, case.found),
            format!("wrong: {}\n    expected {}\n    found    {}\n", case.name, case.wanted, case.found),
        ])
    };
    let text: String = wrong.iter().map(line).collect();
    let (all, right) = (table::count(cases.len() as u64), table::count((cases.len() - wrong.len()) as u64));
    let end = in_language([
        format!("{all} 个用例，{right} 个符合。\n"),
        format!("{all} cases, of which {right} come out as they say.\n"),
    ]);
    (wrong.is_empty(), text + &end)
}
