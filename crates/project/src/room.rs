//! How much memory a run may take, and where it puts what does not fit.

use crate::api::Problem;
use crate::problem;
use lantu_engine::{Depot, Recall, Shelf};
use lantu_files::{Source, TempDepot};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a run holds of each vertex at its peak, in bytes, as measured on a province
/// (docs/benchmarks.md), and some more.
const PER_VERTEX: u64 = 50;

/// The share of the free memory that is taken without being asked.
const SHARE: f64 = 0.7;

/// Where the system does not say how much memory is free.
const UNKNOWN: u64 = 4 << 30;

/// How much memory a run may take, and the folder of its temporary file.
#[derive(Debug)]
pub struct Room {
    memory: u64,
    folder: PathBuf,
    /// What is remembered from run to run; nothing if there will be only one.
    recall: Option<Recall>,
}

impl Default for Room {
    fn default() -> Self {
        Self::new(None, None)
    }
}

impl Room {
    /// Returns the room of so many bytes, or of most of what is free, with temporary files in a folder
    /// or in the system's own.
    pub fn new(memory: Option<u64>, folder: Option<&Path>) -> Self {
        let most_of = |free: u64| (free as f64 * SHARE) as u64;
        let memory = memory.unwrap_or_else(|| free_memory().map_or(UNKNOWN, most_of));
        Self { memory, folder: folder.map_or_else(std::env::temp_dir, Path::to_path_buf), recall: None }
    }

    /// Returns a room of most of what is free that remembers what one run has worked out for the next.
    pub fn remembering() -> Self {
        let room = Self::default();
        let folder = room.folder.clone();
        let shelf = move || TempDepot::within(&folder).map(|depot| Arc::new(depot) as Shelf);
        Self { recall: Some(Recall::new(shelf)), ..room }
    }

    /// Returns what is remembered of the last run for the next.
    pub(crate) fn recall(&self) -> Option<&Recall> {
        self.recall.as_ref()
    }

    /// Returns a depot if what can be in these sources would not fit.
    pub(crate) fn depot_for(&self, sources: &[Source]) -> Result<Option<TempDepot>, Problem> {
        let mut paths: Vec<&Path> = sources.iter().map(|source| &*source.path).collect();
        paths.sort_unstable();
        paths.dedup();
        self.depot(paths.into_iter().map(|path| vertices_within(path) as u64).sum())
    }

    /// Returns a depot if cutting so many vertices would not fit.
    pub(crate) fn depot(&self, vertices: u64) -> Result<Option<TempDepot>, Problem> {
        if vertices.saturating_mul(PER_VERTEX) <= self.memory {
            return Ok(None);
        }
        TempDepot::within(&self.folder).map(Some).map_err(|cause| {
            let folder = self.folder.display();
            let message = [
                format!("数据超出可用内存，而文件夹 {folder} 中无法建立临时文件：{cause}。"),
                format!("The data do not fit into memory, and no temporary file can be made in {folder}: {cause}."),
            ];
            let hint = [
                "请用 --temp 指定可写的文件夹，或用 --memory 允许更多内存。",
                "Name a folder that can be written to with --temp, or allow more memory with --memory.",
            ];
            problem::problem(message, hint)
        })
    }
}

/// So many bytes at least a vertex takes of a file; only numbers of few digits in a text take fewer.
const OF_FILE: u64 = 16;

/// Returns how many vertices a source can have, as its size tells; 0 if nothing tells.
pub(crate) fn most_vertices(source: &Source) -> usize {
    if source.is_database() { 0 } else { vertices_within(&source.path) }
}

fn vertices_within(path: &Path) -> usize {
    let size = std::fs::metadata(path).ok().filter(|about| about.is_file()).map_or(0, |about| about.len());
    (size / OF_FILE) as usize
}

/// Lends a depot to the engine.
pub(crate) fn lent(depot: &Option<TempDepot>) -> Option<&dyn Depot> {
    depot.as_ref().map(|depot| depot as &dyn Depot)
}

/// The memory that is free, as Linux tells it; `None` elsewhere.
fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_needs_no_depot_and_what_does_not_gets_one_where_it_can_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::new(Some(1000 * PER_VERTEX), Some(folder.path()));
        assert!(room.depot(1000).unwrap().is_none());
        assert!(room.depot(1001).unwrap().is_some());
        let nowhere = Room::new(Some(0), Some(&folder.path().join("missing")));
        let problem = nowhere.depot(1).unwrap_err();
        assert!(problem.message[1].contains("missing"), "{problem:?}");
    }
}
