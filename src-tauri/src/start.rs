//! What the program was asked to open when it was started.
//!
//! Opening begins with the window's first question: from then on it hears how that goes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use lantu_project::Project;
use lantu_project::api::Progress;
use serde_json::{Value, json};
use tauri::{AppHandle, Emitter, Manager};

use crate::call::guarded;

const USAGE: &str = "lantu-app [PROJECT.toml | FILE…]   打开项目或数据 / opens a project or data\n\
                     lantu-app --demo                   打开演示项目 / opens the demo project";

/// What to open at the start.
#[derive(Debug, PartialEq)]
pub enum Request {
    /// Nothing: the start screen.
    Nothing,
    /// The demo project.
    Demo,
    /// A project file or data files.
    Files(Vec<PathBuf>),
}

/// Reads the arguments; `Err` is what to print instead of opening a window.
pub fn request(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut files = Vec::new();
    for argument in arguments {
        match argument.to_str() {
            Some("--demo") => return Ok(Request::Demo),
            Some("--version") => return Err(env!("CARGO_PKG_VERSION").into()),
            Some(option) if option.starts_with("--") => return Err(USAGE.into()),
            _ => files.push(std::path::absolute(&argument).unwrap_or_else(|_| argument.into())),
        }
    }
    Ok(if files.is_empty() { Request::Nothing } else { Request::Files(files) })
}

/// What is still to be opened.
pub struct Waiting(Mutex<Request>);

impl Waiting {
    /// Keeps the request until the window asks for the first time.
    pub fn new(request: Request) -> Self {
        Self(Mutex::new(request))
    }

    fn take(&self) -> Request {
        let mut request = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut request, Request::Nothing)
    }
}

/// Opens what is waiting, beside the window, and tells the window when it is done.
pub fn open(app: AppHandle, project: Arc<Project>) {
    let (name, arguments) = match app.state::<Waiting>().take() {
        Request::Nothing => return,
        Request::Demo => ("open_demo", json!({})),
        Request::Files(paths) => ("open", json!({ "paths": paths })),
    };
    std::thread::spawn(move || {
        let opened: Result<Value, _> = guarded(name, || project.call(name, arguments));
        let problem = opened.err();
        let stage = if problem.is_some() { "failed" } else { "done" };
        // Fails only while the window closes.
        let _ = app.emit("progress", Progress { stage: stage.into(), fraction: 1.0, about: String::new(), problem });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(arguments: &[&str]) -> Result<Request, String> {
        request(arguments.iter().map(OsString::from))
    }

    #[test]
    fn without_arguments_the_start_screen_is_shown() {
        assert_eq!(asked(&[]), Ok(Request::Nothing));
    }

    #[test]
    fn files_become_absolute_so_that_the_project_remembers_where_they_are() {
        let Ok(Request::Files(files)) = asked(&["plan.toml"]) else { panic!("no files") };
        assert!(files[0].is_absolute() && files[0].ends_with("plan.toml"));
    }

    #[test]
    fn an_unknown_option_shows_the_usage() {
        assert_eq!(asked(&["--wrong"]), Err(USAGE.into()));
    }
}
