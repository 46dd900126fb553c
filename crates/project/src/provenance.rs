//! Which files a run was made from, byte for byte: their paths, sizes and SHA-256.

use crate::api::Problem;
use crate::plan::tidy;
use crate::problem;
use lantu_files::{Content, Source};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What belongs to a Shapefile and decides what is read from it.
const OF_SHAPEFILE: [&str; 5] = ["shp", "shx", "dbf", "prj", "cpg"];

/// A file as it was when it was read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct InputFile {
    /// Its path.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

impl InputFile {
    /// Returns what was read of a database: its source in place of a path, and the hash of the rows.
    pub(crate) fn of_database(source: &str, content: Content) -> Self {
        Self { path: PathBuf::from(source), bytes: content.bytes, sha256: content.sha256 }
    }

    /// Returns it with its path seen from a folder.
    pub(crate) fn seen_from(mut self, base: &Path) -> Self {
        if !self.is_database() {
            self.path = tidy(&base.join(self.path));
        }
        self
    }

    /// Returns whether it is a database, whose rows only reading it again tells.
    pub(crate) fn is_database(&self) -> bool {
        Source::file(&self.path).is_database()
    }
}

/// Whether work that takes long is to go on.
type Wanted<'a> = &'a dyn Fn() -> bool;

/// Returns the files behind a source: one, those of a Shapefile, or all of a folder.
///
/// # Errors
/// A problem that names the file that cannot be read, or says that it is no longer wanted.
pub(crate) fn files_of(path: &Path, wanted: Wanted<'_>) -> Result<Vec<InputFile>, Problem> {
    let mut paths = Vec::new();
    gather(path, &mut paths).map_err(|source| problem::missing(path, source))?;
    paths.sort();
    paths.dedup();
    paths.iter().map(|path| look_while(path, wanted)).collect()
}

/// Returns a file as it is now.
///
/// # Errors
/// A problem if it cannot be read.
pub(crate) fn look_at(path: &Path) -> Result<InputFile, Problem> {
    look_while(path, &|| true)
}

fn look_while(path: &Path, wanted: Wanted<'_>) -> Result<InputFile, Problem> {
    let digest = digest(path, wanted).map_err(|source| problem::missing(path, source))?;
    let (bytes, sha256) = digest.ok_or_else(problem::cancelled)?;
    Ok(InputFile { path: path.to_path_buf(), bytes, sha256 })
}

fn gather(path: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            // Records change with every decision and are nobody's input.
            if !entry.file_name().to_string_lossy().contains(".lantu") {
                gather(&entry.path(), paths)?;
            }
        }
        return Ok(());
    }
    let is_shapefile = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("shp"));
    if !is_shapefile {
        paths.push(path.to_path_buf());
        return Ok(());
    }
    let spellings = OF_SHAPEFILE.iter().flat_map(|ending| [(*ending).to_owned(), ending.to_uppercase()]);
    paths.extend(spellings.map(|ending| path.with_extension(ending)).filter(|file| file.is_file()));
    Ok(())
}

/// The size and hash of a file; `None` if they are no longer wanted.
fn digest(path: &Path, wanted: Wanted<'_>) -> io::Result<Option<(u64, String)>> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 18];
    loop {
        if !wanted() {
            return Ok(None);
        }
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
    let digits = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some((bytes, digits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_shapefile_and_the_files_of_a_folder_are_all_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a.shp", "a.dbf", "a.sbn", "b.txt"] {
            std::fs::write(at(name), "abc").unwrap();
        }
        let files_of = |path: &Path| super::files_of(path, &|| true);
        let names =
            |path: &Path| -> Vec<PathBuf> { files_of(path).unwrap().into_iter().map(|file| file.path).collect() };
        assert_eq!(names(&at("a.shp")), [at("a.dbf"), at("a.shp")]);
        assert_eq!(names(folder.path()).len(), 4);
        let [file] = files_of(&at("b.txt")).unwrap().try_into().unwrap();
        assert_eq!(file.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(files_of(&at("c.txt")).unwrap_err().message[1].contains("c.txt"));
        assert_eq!(super::files_of(&at("b.txt"), &|| false).unwrap_err().code, "cancelled");
    }
}
