//! The one command: passes a call to the project, off the window's thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use lantu_project::Project;
use lantu_project::api::Problem;
use serde_json::Value;
use tauri::State;

/// Answers `name` with `request`. A panic becomes a [`Problem`]; the window lives on.
#[tauri::command]
pub async fn call(name: String, request: Value, project: State<'_, Arc<Project>>) -> Result<Value, Problem> {
    let project = project.inner().clone();
    tauri::async_runtime::spawn_blocking(move || guarded(&name, || project.call(&name, request)))
        .await
        .unwrap_or_else(|error| Err(internal(&error.to_string())))
}

/// Runs `work`; if it panics, returns a [`Problem`] that says in which command.
pub fn guarded<T>(name: &str, work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(internal(name)))
}

fn internal(what: &str) -> Problem {
    Problem {
        code: "internal".into(),
        message: [format!("程序内部出错：{what}"), format!("Something went wrong inside the program: {what}")],
        hint: [
            "已做的裁定都已保存；请重试，仍不行请重新打开程序。".into(),
            "Your decisions are saved; try again, or restart the program.".into(),
        ],
    }
}
