//! Errors as people see them: what happened, to which thing, what to do; Chinese and English.

use crate::api::Problem;
use lantu_engine::Stop;
use lantu_files::FileError;
use std::path::Path;

/// Returns a problem from its four sentences.
pub(crate) fn problem(message: [String; 2], hint: [&str; 2]) -> Problem {
    Problem { code: "problem".to_owned(), message, hint: hint.map(str::to_owned) }
}

fn internal(message: [String; 2]) -> Problem {
    let hint = [
        "这是程序的错误，请把这句话告诉开发者。",
        "This is a fault of the program: please tell its makers this sentence.",
    ];
    Problem { code: "internal".to_owned(), ..problem(message, hint) }
}

/// A command that the list does not have.
pub(crate) fn unknown_command(name: &str) -> Problem {
    internal([format!("没有名为 {name} 的命令。"), format!("There is no command {name}.")])
}

/// A request that does not fit its command.
pub(crate) fn bad_request(name: &str, cause: &serde_json::Error) -> Problem {
    internal([
        format!("命令 {name} 的参数无法理解：{cause}。"),
        format!("The request of {name} is not understood: {cause}."),
    ])
}

/// A response that cannot be written as JSON.
pub(crate) fn bad_response(name: &str, cause: &serde_json::Error) -> Problem {
    internal([
        format!("命令 {name} 的结果无法写出：{cause}。"),
        format!("The response of {name} cannot be written: {cause}."),
    ])
}

/// Something of the program itself that cannot be.
pub(crate) fn fault(what: &str) -> Problem {
    internal([format!("程序内部出错：{what}。"), format!("Something went wrong inside the program: {what}.")])
}

/// The planner stopped the work.
pub(crate) fn cancelled() -> Problem {
    let message = ["已按要求停止。".to_owned(), "Stopped on request.".to_owned()];
    let hint = ["原有结果未变，可随时重新开始。", "What was there before is unchanged; start again whenever you like."];
    Problem { code: "cancelled".to_owned(), ..problem(message, hint) }
}

/// Nothing is open, or the result that was asked about is not there.
pub(crate) fn nothing_there(what: [&str; 2], hint: [&str; 2]) -> Problem {
    problem(what.map(str::to_owned), hint)
}

/// There is no result yet.
pub(crate) fn no_result() -> Problem {
    nothing_there(["还没有结果。", "There is no result yet."], ["请先查找冲突。", "Find the conflicts first."])
}

/// Long work is under way already.
pub(crate) fn busy() -> Problem {
    nothing_there(
        ["另一项工作正在进行。", "Other work is under way."],
        ["请等它完成，或先停止它。", "Wait for it to end, or stop it first."],
    )
}

/// A file of the project that cannot be read as what it should be.
pub(crate) fn bad_file(path: &Path, cause: &dyn std::fmt::Display, hint: [&str; 2]) -> Problem {
    let cause = cause.to_string();
    let cause = cause.trim_end();
    let message = [
        format!("文件 {} 有误：{cause}", path.display()),
        format!("{} is not as it should be: {cause}", path.display()),
    ];
    problem(message, hint)
}

/// A file that cannot be opened.
pub(crate) fn missing(path: &Path, source: std::io::Error) -> Problem {
    FileError::Missing { path: path.to_path_buf(), source }.into()
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        let code = match error {
            FileError::Cancelled { .. } => "cancelled",
            FileError::NoCrs { .. }
            | FileError::LooksLike { .. }
            | FileError::Contradicted { .. }
            | FileError::NoZone { .. } => "no-crs",
            _ => "problem",
        };
        Self { code: code.to_owned(), message: error.sentence(), hint: error.hint() }
    }
}

impl From<Stop> for Problem {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Cancelled => cancelled(),
            Stop::Depot(cause) => problem(
                [
                    format!("内存不足时使用的临时文件无法使用：{cause}。"),
                    format!("The temporary file for what does not fit into memory could not be used: {cause}."),
                ],
                [
                    "请腾出磁盘空间，或用 --temp 指定另一个文件夹，或用 --memory 允许更多内存。没有写出任何文件。",
                    "Free some disk space, name another folder with --temp, or allow more memory with --memory. Nothing was written.",
                ],
            ),
            limit @ Stop::Limit { .. } => problem(
                [
                    format!("数据量超出一次运算的上限：{limit}。"),
                    format!("There is more than one run can hold: {limit}."),
                ],
                ["请把图层分成几部分处理。", "Split the layers into parts."],
            ),
        }
    }
}
