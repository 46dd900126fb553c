//! Errors as people see them: what happened, to which thing, what to do; Chinese and English.

use crate::api::Problem;

/// Returns a problem from its four sentences.
pub(crate) fn problem(message: [String; 2], hint: [&str; 2]) -> Problem {
    Problem { code: "problem".to_owned(), message, hint: hint.map(str::to_owned) }
}

fn internal(message: [String; 2]) -> Problem {
    let hint = ["这是程序的错误，请把这句话告诉开发者。", "This is a fault of the program: please tell its makers this sentence."];
    Problem { code: "internal".to_owned(), ..problem(message, hint) }
}

/// A command that the list does not have.
pub(crate) fn unknown_command(name: &str) -> Problem {
    internal([format!("没有名为 {name} 的命令。"), format!("There is no command {name}.")])
}

/// A request that does not fit its command.
pub(crate) fn bad_request(name: &str, cause: &serde_json::Error) -> Problem {
    internal([format!("命令 {name} 的参数无法理解：{cause}。"), format!("The request of {name} is not understood: {cause}.")])
}

/// A response that cannot be written as JSON.
pub(crate) fn bad_response(name: &str, cause: &serde_json::Error) -> Problem {
    internal([format!("命令 {name} 的结果无法写出：{cause}。"), format!("The response of {name} cannot be written: {cause}.")])
}
