//! Who has a project open: a file beside its record that the program holds, and that tells others.

use crate::api::Problem;
use crate::problem;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// A record that this program has open; let go when dropped or when the program ends, however it ends.
#[derive(Debug)]
pub(crate) struct Held {
    _file: File,
    path: PathBuf,
    left_by: String,
}

impl Held {
    /// Returns who held the record when the program was broken off; empty if it was let go.
    pub(crate) fn left_by(&self) -> &str {
        &self.left_by
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Whoever finds the file without its holder takes it over.
        let _ = fs::remove_file(&self.path);
    }
}

/// Holds a record, or returns what is to be said of the one who holds it.
///
/// Two windows may work on one record, as each decision is checked when it is written; but the second
/// must know. Where a folder takes no such file, nobody can be told.
pub(crate) fn hold(record: &Path, who: &str, now: &str) -> Result<Option<Held>, Problem> {
    let path = beside(record);
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let Ok(mut file) = options else { return Ok(None) };
    if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
        let mut holder = String::new();
        // On some systems a locked file cannot even be read.
        let _ = file.read_to_string(&mut holder);
        return Err(held(record, holder.trim()));
    }
    // Whoever ends as it should takes the file away: what stands there was left behind.
    let mut left_by = String::new();
    let _ = file.read_to_string(&mut left_by).and_then(|_| file.rewind());
    let _ = file.set_len(0).and_then(|()| file.write_all(format!("{who} · {now}\n").as_bytes()));
    Ok(Some(Held { _file: file, path, left_by: left_by.trim().to_owned() }))
}

/// A hidden file beside a record.
fn beside(record: &Path) -> PathBuf {
    let name = record.file_name().unwrap_or_default().to_string_lossy();
    record.with_file_name(format!(".{name}.lock"))
}

fn held(record: &Path, holder: &str) -> Problem {
    let path = record.display();
    let [zh, en] = if holder.is_empty() {
        [String::new(), String::new()]
    } else {
        [format!("（{holder}）"), format!(" ({holder})")]
    };
    problem::problem(
        [format!("{path} 已在另一个窗口中打开{zh}。"), format!("{path} is open in another window{en}.")],
        [
            "可以查看；两边同时裁定时，后写的一方会被拒绝，需重新打开。",
            "You may look at it; where both decide, the later one is refused and has to open the project again.",
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_to_open_a_record_is_told_by_whom_it_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let record = folder.path().join("a.lantu");
        let held = hold(&record, "王规划", "2026-01-01").unwrap();
        assert!(held.is_some());
        let problem = hold(&record, "李", "2026-01-02").unwrap_err();
        assert!(problem.message[0].contains("王规划 · 2026-01-01"), "{problem:?}");
        drop(held);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        // Left behind by a program that was killed.
        fs::write(beside(&record), "王规划 · 2026-01-01, a name longer than the next").unwrap();
        let held = hold(&record, "李", "2026-01-02").unwrap();
        assert!(held.as_ref().unwrap().left_by().starts_with("王规划 · 2026-01-01"));
        assert_eq!(fs::read_to_string(beside(&record)).unwrap(), "李 · 2026-01-02\n");
        drop(held);
        assert!(hold(Path::new("/nowhere/a.lantu"), "李", "2026-01-02").unwrap().is_none());
    }
}
