//! Folders that a running program holds, and temporary ones that do not outlive a killed program for long.
//!
//! A folder of a running program is locked. A program that is killed leaves its folder, which may hold
//! gigabytes, and no lock; whoever starts next removes it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What the folders' names begin with.
const PREFIX: &str = "lantu-";
/// The file by which a running program holds its folder.
pub(crate) const LOCK: &str = ".lock";
/// How often a folder is made anew if another program takes it for abandoned.
const ATTEMPTS: u32 = 8;

/// A folder that vanishes with this value.
#[derive(Debug)]
pub struct TempFolder {
    // Closed first: elsewhere an open file keeps its folder.
    _lock: File,
    folder: TempDir,
}

impl TempFolder {
    /// Makes a folder among the system's temporary files.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn new() -> io::Result<Self> {
        Self::within(&std::env::temp_dir())
    }

    fn within(parent: &Path) -> io::Result<Self> {
        let (folder, lock) = locked_folder(parent, PREFIX)?;
        Ok(Self { _lock: lock, folder })
    }

    /// Returns its path; hidden files in it are none of the user's.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes a folder in another and locks it.
pub(crate) fn locked_folder(parent: &Path, prefix: &str) -> io::Result<(TempDir, File)> {
    let mut attempts = 0;
    loop {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir_in(parent)?;
        attempts += 1;
        let lock = File::create(folder.path().join(LOCK));
        let taken = match &lock {
            // Another program looks at it before it is locked, and will remove it.
            Ok(lock) => matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        // Without locks (some network drives) no folder can be told from an abandoned one: all stay.
        if !taken || attempts == ATTEMPTS {
            return Ok((folder, lock?));
        }
    }
}

/// Removes what killed programs have left among the system's temporary files; returns which folders.
/// What belongs to another user, or cannot be removed, stays.
///
/// # Errors
/// A folder of temporary files that cannot be read.
pub fn sweep_temp() -> io::Result<Vec<PathBuf>> {
    sweep(&std::env::temp_dir())
}

fn sweep(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let folders = fs::read_dir(parent)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // A link would lead to what is not temporary.
        name.starts_with(PREFIX) && fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
    };
    // An empty one was being made when its program was killed. If it still is being made, it is made again.
    let removed = |path: &PathBuf| match abandoned(path) {
        true => fs::remove_dir_all(path).is_ok(),
        false => fs::remove_dir(path).is_ok(),
    };
    Ok(folders.filter(ours).filter(removed).collect())
}

/// Whether a folder has a lock that nobody holds. Of one without, nobody knows whose it is.
fn abandoned(folder: &Path) -> bool {
    let lock = folder.join(LOCK);
    let plain = fs::symlink_metadata(&lock).is_ok_and(|about| about.is_file());
    plain && File::open(lock).is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_killed_programs_left_goes_and_what_is_in_use_or_strange_stays() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        let mine = TempFolder::within(parent.path()).unwrap();
        fs::write(mine.path().join("a.shp"), "in use").unwrap();
        for name in ["lantu-killed", "other-killed"] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join(LOCK), "").unwrap();
            fs::write(at(name).join("a.shp"), "left").unwrap();
        }
        fs::create_dir(at("lantu-without")).unwrap();
        fs::write(at("lantu-without/a.shp"), "whose").unwrap();
        fs::create_dir(at("lantu-begun")).unwrap();
        fs::write(at("lantu-file"), "").unwrap();
        let mut removed = sweep(parent.path()).unwrap();
        removed.sort();
        assert_eq!(removed, [at("lantu-begun"), at("lantu-killed")]);
        assert!(mine.path().join("a.shp").exists() && at("other-killed/a.shp").exists());
        assert!(at("lantu-without").exists() && at("lantu-file").exists());
        let path = mine.path().to_path_buf();
        drop(mine);
        assert!(!path.exists());
        assert_eq!(sweep(parent.path()).unwrap(), Vec::<PathBuf>::new());
    }
}
