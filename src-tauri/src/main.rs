//! The window: shows `ui/dist` and passes its calls, its tiles and its events to one
//! [`lantu_project::Project`]. No work is done here.
//!
//! `lantu-app [PROJECT.toml | DATA FILES… | --demo]` opens what it is given.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `LANTU_DATA` | the folder that holds `seeds/` and `sample-data/`, see [`Settings::of_machine`] |
//! | `JSC_forceRAMSize` | Linux: for how many bytes of memory the page's JavaScript is to tune itself; a gigabyte if unset |
//! | `LANTU_EXPORT_TO` | a folder that answers every save dialog: a test cannot drive the system's dialog |

// Without it Windows opens a console behind the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod call;
mod start;
mod tiles;

use std::process::ExitCode;
use std::sync::Arc;

use lantu_project::{Project, Settings};
use serde_json::Value;
use tauri::{App, Emitter, Manager, RunEvent, WebviewWindowBuilder};

/// A run asks for millions of small pieces of memory and gives them back from other threads.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keep_the_page_small();
    let request = match start::request(std::env::args_os().skip(1)) {
        Ok(request) => request,
        Err(words) => {
            println!("{words}");
            return ExitCode::SUCCESS;
        }
    };
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![call::call])
        .register_asynchronous_uri_scheme_protocol("tiles", tiles::answer)
        .setup(move |app| set_up(app, &request))
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    app.state::<Arc<Project>>().close();
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("窗口无法启动 / The window cannot start: {error}");
            ExitCode::from(2)
        }
    }
}

/// Tells WebKit's JavaScript to clear up as if the machine had a gigabyte of memory.
///
/// Left alone it lets the map's old tiles lie until they are a good part of all memory, which the project
/// needs for itself. A planner who sets the variable knows better.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn keep_the_page_small() {
    const NAME: &str = "JSC_forceRAMSize";
    if std::env::var_os(NAME).is_none() {
        // SAFETY: nothing else runs yet that could read the environment meanwhile: this is the program's
        // first act, and its only thread.
        unsafe { std::env::set_var(NAME, "1073741824") };
    }
}

#[cfg(not(target_os = "linux"))]
fn keep_the_page_small() {}

/// Makes the project before the window, so that no call of the window can come too early.
fn set_up(app: &mut App, request: &Value) -> Result<(), Box<dyn std::error::Error>> {
    let handle = app.handle().clone();
    let events = Box::new(move |progress| {
        // Fails only while the window closes; then nobody is there to be told.
        let _ = handle.emit("progress", progress);
    });
    let settings = Settings::of_machine(app.path().resource_dir().ok());
    app.manage(Arc::new(Project::new(settings, events)));
    open_window(app, request)
}

/// Opens the window and tells it what to open.
fn open_window(app: &App, request: &Value) -> Result<(), Box<dyn std::error::Error>> {
    let config = app.config().app.windows.first().ok_or("tauri.conf.json names no window")?;
    let mut window = WebviewWindowBuilder::from_config(app.handle(), config)?;
    window = window.initialization_script(format!("window.__LANTU_OPEN__ = {request};"));
    if let Some(folder) = std::env::var_os("LANTU_EXPORT_TO") {
        let folder = serde_json::to_string(&folder.to_string_lossy())?;
        window = window.initialization_script(format!("window.__LANTU_EXPORT_TO__ = {folder};"));
    }
    window.build()?;
    Ok(())
}
