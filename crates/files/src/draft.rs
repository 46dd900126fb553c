//! Files appear whole or not at all: written beside their target, flushed to disk, then renamed.

use crate::error::FileError;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A file that is being written and does not yet stand where it belongs.
///
/// It lies in a hidden folder beside its target, so that what a driver writes next to it (as
/// SQLite's journal) vanishes with it. Dropped without [`Draft::publish`], it leaves no trace.
pub(crate) struct Draft {
    _folder: TempDir,
    path: PathBuf,
    target: PathBuf,
}

impl Draft {
    /// Returns a draft of `target`.
    pub(crate) fn of(target: &Path) -> Result<Self, FileError> {
        let refuse = |source: io::Error| FileError::NotWritable { path: target.to_path_buf(), source };
        let name = target.file_name().ok_or_else(|| refuse(io::ErrorKind::InvalidInput.into()))?;
        if target.is_dir() {
            return Err(refuse(io::ErrorKind::IsADirectory.into()));
        }
        let folder = tempfile::Builder::new().prefix(".lantu-").tempdir_in(parent(target)).map_err(refuse)?;
        Ok(Self { path: folder.path().join(name), _folder: folder, target: target.to_path_buf() })
    }

    /// Returns where to write.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the file where it belongs, in place of what was there.
    pub(crate) fn publish(self) -> Result<(), FileError> {
        let publish = || {
            File::open(&self.path)?.sync_all()?;
            std::fs::rename(&self.path, &self.target)?;
            // The rename itself is only safe once the folder is on disk.
            if cfg!(unix) { File::open(parent(&self.target))?.sync_all() } else { Ok(()) }
        };
        publish().map_err(|source| FileError::NotWritable { path: self.target.clone(), source })
    }
}

fn parent(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_that_is_not_published_leaves_the_old_file_and_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.geojson");
        std::fs::write(&target, "old").unwrap();
        let draft = Draft::of(&target).unwrap();
        std::fs::write(draft.path(), "half").unwrap();
        drop(draft);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let draft = Draft::of(&target).unwrap();
        std::fs::write(draft.path(), "new").unwrap();
        draft.publish().unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_to_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        for target in [folder.path().to_path_buf(), folder.path().join("no/such/folder/a.gpkg")] {
            let error = Draft::of(&target).map(|_| ()).unwrap_err();
            assert!(matches!(&error, FileError::NotWritable { path, .. } if *path == target), "{error}");
        }
    }
}
