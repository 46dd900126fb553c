//! Files appear whole or not at all: written beside their target, flushed to disk, then renamed.
//!
//! ```text
//! .lantu-XXXX/      being written, locked by its program     → killed here: the next one removes it
//! .lantu-done-XXXX/ several files, complete, being moved      → killed here: the next one moves on
//! ```
//!
//! A single file takes its place by one rename. Where a format has several files, as a Shapefile,
//! no system renames them at once: they are moved out of a folder that is known to be complete, and
//! whoever comes next finishes what a killed program began.

use crate::error::FileError;
use crate::format::Format;
use crate::temp::{LOCK, locked_folder};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What folders of drafts begin with.
const PREFIX: &str = ".lantu-";
/// What folders begin with whose files are complete.
const DONE: &str = ".lantu-done-";
/// The list of files that go when those of a complete folder come.
const GONE: &str = ".lock-gone";

/// A file, or several that belong together, that are being written and do not yet stand where they
/// belong.
///
/// They lie in a hidden folder beside the target, so that what a driver writes next to them (as
/// SQLite's journal) vanishes with it. Dropped without [`Draft::publish`], it leaves no trace.
pub(crate) struct Draft {
    folder: TempDir,
    _lock: File,
    path: PathBuf,
    target: PathBuf,
    gone: Vec<String>,
}

impl Draft {
    /// Returns a draft of a file, after putting in order what killed programs have left in its folder.
    pub(crate) fn of(target: &Path) -> Result<Self, FileError> {
        if target.is_dir() {
            let source = io::ErrorKind::IsADirectory.into();
            return Err(FileError::NotWritable { path: target.to_path_buf(), source });
        }
        Self::begin(target)
    }

    /// Returns a draft of a format that is a folder; only one with such an ending is ever replaced.
    pub(crate) fn of_folder(target: &Path) -> Result<Self, FileError> {
        if target.is_file() {
            let source = io::ErrorKind::AlreadyExists.into();
            return Err(FileError::NotWritable { path: target.to_path_buf(), source });
        }
        Self::begin(target)
    }

    fn begin(target: &Path) -> Result<Self, FileError> {
        let refuse = |source: io::Error| FileError::NotWritable { path: target.to_path_buf(), source };
        let name = target.file_name().ok_or_else(|| refuse(io::ErrorKind::InvalidInput.into()))?;
        let parent = parent(target);
        put_in_order(parent).map_err(refuse)?;
        let (folder, lock) = locked_folder(parent, PREFIX).map_err(refuse)?;
        let path = folder.path().join(name);
        Ok(Self { folder, _lock: lock, path, target: target.to_path_buf(), gone: Vec::new() })
    }

    /// Returns where to write. What stands beside it is published with it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what has been written.
    pub(crate) fn files(&self) -> io::Result<Vec<PathBuf>> {
        contents(self.folder.path())
    }

    /// Has files beside the target, by name, removed when this one is published.
    pub(crate) fn remove_with_it(&mut self, names: Vec<String>) {
        self.gone = names;
    }

    /// Puts the files where they belong, in place of what was there, and returns them.
    pub(crate) fn publish(self) -> Result<Vec<PathBuf>, FileError> {
        let target = self.target.clone();
        self.put_in_place().map_err(|source| FileError::NotWritable { path: target, source })
    }

    fn put_in_place(self) -> io::Result<Vec<PathBuf>> {
        let parent = parent(&self.target).to_path_buf();
        let files = contents(self.folder.path())?;
        files.iter().try_for_each(|file| flush(file))?;
        let targets = files.iter().map(|file| self.target.with_file_name(file.file_name().unwrap_or_default()));
        let targets = targets.collect();
        match files.as_slice() {
            [only] if only.is_file() && self.gone.is_empty() => fs::rename(only, &self.target)?,
            _ => {
                if !self.gone.is_empty() {
                    let list = self.folder.path().join(GONE);
                    fs::write(&list, self.gone.join("\n"))?;
                    flush(&list)?;
                }
                // From this rename on the files count as written, whatever happens.
                flush(self.folder.path())?;
                let name = self.folder.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
                let done = parent.join(name.replacen(PREFIX, DONE, 1));
                fs::rename(self.folder.path(), &done)?;
                // Its folder has another name now, under which it is emptied and removed.
                let _ = self.folder.keep();
                flush(&parent)?;
                move_out(&done, &parent)?;
            }
        }
        // The rename itself is only safe once the folder is on disk.
        flush(&parent)?;
        Ok(targets)
    }
}

/// Writes a small file, whole or not at all.
///
/// # Errors
/// [`FileError::NotWritable`]; the old file is untouched then.
pub fn write_whole(target: &Path, contents: &[u8]) -> Result<(), FileError> {
    write_whole_by(target, |draft| File::create(draft)?.write_all(contents))
}

/// Lets somebody write a file, whole or not at all; there is none yet where it is to be written.
///
/// # Errors
/// [`FileError::NotWritable`]; the old file is untouched then.
pub fn write_whole_by(target: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), FileError> {
    let draft = Draft::of(target)?;
    write(draft.path()).map_err(|source| FileError::NotWritable { path: target.to_path_buf(), source })?;
    draft.publish().map(drop)
}

/// Says what keeps a file from being written; nothing is left behind.
///
/// # Errors
/// [`FileError::NotWritable`].
pub fn can_be_written(target: &Path) -> Result<(), FileError> {
    let refuse = |source: io::Error| FileError::NotWritable { path: target.to_path_buf(), source };
    let is_folder = Format::of(target).is_ok_and(Format::is_folder);
    if target.file_name().is_none() {
        return Err(refuse(io::ErrorKind::InvalidInput.into()));
    }
    if target.exists() && target.is_dir() != is_folder {
        let kind = if is_folder { io::ErrorKind::NotADirectory } else { io::ErrorKind::IsADirectory };
        return Err(refuse(kind.into()));
    }
    // Without a name, so that even a killed program leaves nothing.
    tempfile::tempfile_in(parent(target)).map(drop).map_err(refuse)
}

/// Removes what killed programs were writing in a folder, and finishes what they had written.
///
/// # Errors
/// Whatever keeps the folder from being read, or a finished file from taking its place.
pub fn put_in_order(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !(name.starts_with(PREFIX) && path.is_dir()) {
            continue;
        }
        let Ok(lock) = File::open(path.join(LOCK)) else {
            // Just made, and not locked yet, or emptied by a killed program: only an empty one goes,
            // and whoever has just made it makes another.
            let _ = fs::remove_dir(&path);
            continue;
        };
        match lock.try_lock() {
            Ok(()) if name.starts_with(DONE) => move_out(&path, folder)?,
            Ok(()) => remove(&path)?,
            // Another program is at work there, or the file system has no locks to tell it.
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
    Ok(())
}

/// Moves the files of a complete folder to where they belong and removes it.
fn move_out(done: &Path, parent: &Path) -> io::Result<()> {
    for file in contents(done)? {
        let target = parent.join(file.file_name().unwrap_or_default());
        if target.is_dir() {
            // A folder cannot be replaced by one rename; the old one goes with the draft's.
            let aside = done.join(LOCK.to_owned() + "-old");
            if aside.exists() {
                fs::remove_dir_all(&aside)?;
            }
            fs::rename(&target, aside)?;
        }
        fs::rename(&file, &target)?;
    }
    remove_listed(done, parent)?;
    flush(parent)?;
    remove(done)
}

/// Removes what a complete folder says is to go with it.
fn remove_listed(done: &Path, parent: &Path) -> io::Result<()> {
    let list = match fs::read_to_string(done.join(GONE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        list => list?,
    };
    // Names only, whatever somebody has made of the list.
    for name in list.lines().filter_map(|line| Path::new(line).file_name()) {
        match fs::remove_file(parent.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Removes a folder that nobody works in; another program may be doing so too.
fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What a folder of drafts holds to be published, by name.
fn contents(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(LOCK) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Brings a file, or a folder with all that is in it, to the disk.
fn flush(path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Only folders of our own and of our formats are gone into: never the folder that results lie in.
    let ours = name.starts_with(PREFIX) || Path::new(&*name).extension().is_some_and(|ending| ending == "gdb");
    if path.is_dir() && ours {
        for entry in fs::read_dir(path)? {
            flush(&entry?.path())?;
        }
    }
    // Elsewhere a folder cannot be opened to be flushed.
    if path.is_file() || cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn parent(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_draft_that_is_not_published_leaves_the_old_file_and_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.geojson");
        fs::write(&target, "old").unwrap();
        let draft = Draft::of(&target).unwrap();
        fs::write(draft.path(), "half").unwrap();
        drop(draft);
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(names(folder.path()), ["a.geojson"]);
        write_whole(&target, b"new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert_eq!(names(folder.path()), ["a.geojson"]);
    }

    #[test]
    fn several_files_and_folders_take_the_place_of_the_old_ones() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["old", "new"] {
            let draft = Draft::of(&folder.path().join("a.shp")).unwrap();
            fs::write(draft.path(), text).unwrap();
            fs::write(draft.path().with_extension("dbf"), text).unwrap();
            draft.publish().unwrap();
            let draft = Draft::of_folder(&folder.path().join("a.gdb")).unwrap();
            fs::create_dir(draft.path()).unwrap();
            fs::write(draft.path().join(text), text).unwrap();
            draft.publish().unwrap();
        }
        assert_eq!(names(folder.path()), ["a.dbf", "a.gdb", "a.shp"]);
        assert_eq!(fs::read_to_string(folder.path().join("a.dbf")).unwrap(), "new");
        assert_eq!(names(&folder.path().join("a.gdb")), ["new"]);
    }

    #[test]
    fn what_a_killed_program_left_is_removed_if_half_and_finished_if_whole() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, file) in [(".lantu-half", "a.gpkg"), (".lantu-done-whole", "b.shp")] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join(LOCK), "").unwrap();
            fs::write(at(name).join(file), "text").unwrap();
        }
        fs::create_dir(at(".lantu-empty")).unwrap();
        let working = Draft::of(&at("c.gpkg")).unwrap();
        fs::write(working.path(), "text").unwrap();
        put_in_order(folder.path()).unwrap();
        assert!(at("b.shp").exists() && !at(".lantu-half").exists() && !at(".lantu-empty").exists());
        working.publish().unwrap();
        assert_eq!(names(folder.path()), ["b.shp", "c.gpkg"], "a program that is still at work is left alone");
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
