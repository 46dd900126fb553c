//! What a project must be told of the machine it runs on: the engine and the files never ask it.

use std::path::{Path, PathBuf};

/// Where things lie on this machine, and who works at it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder with `sample-data/`.
    pub data_dir: PathBuf,
    /// A folder that may be written to, for the records of projects whose own folder may not.
    pub state_dir: PathBuf,
    /// Who decides, for the record.
    pub who: String,
}

impl Default for Settings {
    /// Returns settings with the user's own state folder and an empty data folder.
    fn default() -> Self {
        Self { data_dir: PathBuf::new(), state_dir: state_dir(), who: "planner".to_owned() }
    }
}

/// The user's folder for a program's own files, as each system has it.
fn state_dir() -> PathBuf {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = of("XDG_DATA_HOME")
        .or_else(|| of("APPDATA"))
        .or_else(|| of("HOME").map(|home| home.join(".local/share")))
        .unwrap_or_else(std::env::temp_dir);
    base.join("lantu")
}

impl Settings {
    /// Returns the settings of this machine.
    ///
    /// The starter knowledge (`seeds/`) and the demo (`sample-data/`) lie, in this order: where
    /// `LANTU_DATA` says; in `resources`, where an installer puts them; in the workspace that the
    /// program was built in, found by going up from the program and from the present folder. Found
    /// nowhere, the project says in words which file it misses.
    pub fn of_machine(resources: Option<PathBuf>) -> Self {
        let given = std::env::var_os("LANTU_DATA").map(PathBuf::from);
        let program = || std::env::current_exe().ok().and_then(|path| above(&path));
        let here = || std::env::current_dir().ok().and_then(|path| above(&path));
        let resources = resources.filter(|path| holds_seeds(path));
        let data_dir = given.or(resources).or_else(program).or_else(here).unwrap_or_default();
        let names = ["LANTU_WHO", "USER", "USERNAME"].iter().filter_map(|name| std::env::var(name).ok());
        let who = names.into_iter().find(|name| !name.is_empty());
        let Self { state_dir, who: nobody, .. } = Self::default();
        Self { data_dir, state_dir, who: who.unwrap_or(nobody) }
    }

    /// Returns the demo project's file.
    pub fn demo(&self) -> PathBuf {
        self.data_dir.join("sample-data/liechtenstein/demo.toml")
    }
}

fn above(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|path| holds_seeds(path)).map(Path::to_owned)
}

fn holds_seeds(folder: &Path) -> bool {
    folder.join("seeds").join("rules").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_found_from_the_workspace() {
        let settings =
            Settings { data_dir: above(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap(), ..Settings::default() };
        assert!(settings.demo().is_file());
    }
}
