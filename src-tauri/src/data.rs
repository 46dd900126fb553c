//! Finds the folder with the starter knowledge (`seeds/`) and the demo project (`sample-data/`).
//!
//! Taken in this order: `LANTU_DATA`; the app's resources, where an installer puts them; the
//! workspace the program was built in, found by going up from the program and from the present folder.

use std::path::{Path, PathBuf};

use lantu_project::Settings;
use tauri::{App, Manager};

/// The project's settings on this machine.
pub fn settings(app: &App) -> Settings {
    Settings { data_dir: folder(app), who: planner(), ..Settings::default() }
}

fn folder(app: &App) -> PathBuf {
    if let Some(given) = std::env::var_os("LANTU_DATA") {
        return given.into();
    }
    let resources = app.path().resource_dir().ok().filter(|path| holds_seeds(path));
    let program = || std::env::current_exe().ok().and_then(|path| above(&path));
    let here = || std::env::current_dir().ok().and_then(|path| above(&path));
    // With nothing found the project says in words which file it misses.
    resources.or_else(program).or_else(here).unwrap_or_default()
}

fn above(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|path| holds_seeds(path)).map(Path::to_owned)
}

fn holds_seeds(folder: &Path) -> bool {
    folder.join("seeds").join("rules").is_dir()
}

/// Who decides, for the record: the name this machine knows the planner by.
fn planner() -> String {
    ["LANTU_WHO", "USER", "USERNAME"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "planner".into())
}
