//! What a project must be told of the machine it runs on: the engine and the files never ask it.

use std::path::PathBuf;

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
    /// Returns the demo project's file.
    pub fn demo(&self) -> PathBuf {
        self.data_dir.join("sample-data/liechtenstein/demo.toml")
    }
}
