//! What is said to people: in Chinese or in English, results on stdout and the rest on stderr.

use lantu_project::api::Problem;
use std::io::{self, ErrorKind, Write};
use std::sync::LazyLock;

/// Where the language stands, the strongest first, as POSIX has it.
const LANGUAGE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

static CHINESE: LazyLock<bool> = LazyLock::new(|| {
    let told = LANGUAGE.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty());
    told.is_some_and(|value| value.to_lowercase().starts_with("zh"))
});

/// Returns a text, given in Chinese and in English, in the language of the terminal.
pub fn in_language<T>([zh, en]: [T; 2]) -> T {
    if *CHINESE { zh } else { en }
}

/// Writes a result to stdout.
///
/// # Errors
/// A problem if it cannot be written; a reader who has gone away is none.
pub fn result(text: &str) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => Err(Problem {
            code: "problem".to_owned(),
            message: [format!("无法写到标准输出：{cause}。"), format!("Standard output cannot be written: {cause}.")],
            hint: ["请检查输出重定向到的位置。", "Look at where the output is sent."].map(str::to_owned),
        }),
        _ => Ok(()),
    }
}

/// Says on stderr what is wrong and what to do.
pub fn problem(problem: &Problem) {
    let name = in_language(["错误：", "error: "]);
    aside(&format!("{name}{}\n{}\n", in_language(problem.message.each_ref()), in_language(problem.hint.each_ref())));
}

/// Says something on stderr.
pub fn aside(text: &str) {
    // Where nobody listens there is nobody to tell of it.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Returns what serde_json has made of a result, as a line of its own.
///
/// # Errors
/// A problem if the result has no form in JSON.
pub fn json(made: Result<String, serde_json::Error>) -> Result<String, Problem> {
    let text = made.map_err(|cause| Problem {
        code: "internal".to_owned(),
        message: [format!("结果无法写成 JSON：{cause}。"), format!("The result has no form in JSON: {cause}.")],
        hint: ["请把这句话告诉开发者。", "Please tell the program's makers this sentence."].map(str::to_owned),
    })?;
    Ok(text + "\n")
}
