//! Zip archives and folders of data files: which files are in them.
//!
//! An archive is unpacked into a folder that vanishes with the dataset, so that whatever is in it is
//! read as if it lay there: its parts are checked, its text is decoded. Names that lead out of the
//! folder are passed over, and no more is unpacked than a layer can honestly need.

use crate::error::FileError;
use crate::messages::Cause;
use crate::open::has_ending;
use crate::temp::TempFolder;
use crate::text;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// The endings of files that are looked for.
const DATA: [&str; 22] = [
    "shp",
    "gdb",
    "gpkg",
    "geojson",
    "json",
    "geojsonl",
    "geojsons",
    "ndjson",
    "fgb",
    "kml",
    "kmz",
    "gml",
    "dxf",
    "tab",
    "mif",
    "csv",
    "txt",
    "xlsx",
    "xls",
    "ods",
    "parquet",
    "geoparquet",
];
/// No more than this is unpacked, in bytes and in files.
const MOST_BYTES: u64 = 4 << 30;
/// No honest layer is packed closer than this, beyond what is unpacked in any case.
const MOST_RATIO: u64 = 250;
const FREE_BYTES: u64 = 64 << 20;
const MOST_FILES: usize = 20_000;
/// Folders in folders, so deep.
const DEEPEST: u32 = 6;

/// What an archive or a folder holds.
pub(crate) struct Container {
    /// Data files with the names by which they are asked for.
    pub members: Vec<(String, PathBuf)>,
    /// What an archive was unpacked into.
    pub unpacked: Option<TempFolder>,
}

/// Returns what is in an archive or a folder; `None` for any other file.
pub(crate) fn look_into(path: &Path) -> Result<Option<Container>, FileError> {
    let is_archive = has_ending(path, &["zip"]);
    if !is_archive && (!path.is_dir() || has_ending(path, &["gdb"])) {
        return Ok(None);
    }
    let failed = |source: io::Error| FileError::Missing { path: path.to_path_buf(), source };
    let unpacked = if is_archive { Some(unpack(path)?) } else { None };
    let folder = unpacked.as_ref().map_or(path, TempFolder::path);
    let files = data_files(folder, &DATA).map_err(failed)?;
    if files.is_empty() {
        return Err(FileError::NoLayers { path: path.to_path_buf() });
    }
    Ok(Some(Container { members: named(folder, files), unpacked }))
}

/// Files by their stems; by their names where two stems are the same, and by their paths where two names are.
fn named(folder: &Path, files: Vec<PathBuf>) -> Vec<(String, PathBuf)> {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let stems: Vec<String> = files.iter().map(|file| text(file.file_stem())).collect();
    let names: Vec<String> = files.iter().map(|file| text(file.file_name())).collect();
    let unique = |name: &String, names: &[String]| names.iter().filter(|other| *other == name).count() == 1;
    let named = |at: usize, file: &Path| {
        if unique(&stems[at], &stems) {
            return stems[at].clone();
        }
        if unique(&names[at], &names) {
            return names[at].clone();
        }
        let parts = file.strip_prefix(folder).unwrap_or(file).iter().map(|part| part.to_string_lossy());
        parts.collect::<Vec<_>>().join("/")
    };
    let called: Vec<String> = files.iter().enumerate().map(|(at, file)| named(at, file)).collect();
    called.into_iter().zip(files).collect()
}

/// Returns the files of some endings in a folder and the folders in it, six deep, by their paths. Hidden
/// folders and links to folders are not gone into.
///
/// # Errors
/// A folder that cannot be read, or more than 20,000 such files.
pub fn data_files(folder: &Path, endings: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    gather(folder, DEEPEST, endings, &mut files)?;
    files.sort();
    Ok(files)
}

fn gather(folder: &Path, deeper: u32, endings: &[&str], files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if has_ending(&path, endings) && (path.is_file() || has_ending(&path, &["gdb"])) {
            if files.len() == MOST_FILES {
                return Err(io::Error::other(format!("it holds more than {MOST_FILES} data files")));
            }
            files.push(path);
        } else if deeper > 0 && entry.file_type()?.is_dir() && !entry.file_name().to_string_lossy().starts_with('.') {
            gather(&path, deeper - 1, endings, files)?;
        }
    }
    Ok(())
}

fn unpack(path: &Path) -> Result<TempFolder, FileError> {
    let broken = |cause: String| FileError::NotGis { path: path.to_path_buf(), source: Cause(cause) };
    let failed = |source: io::Error| FileError::Missing { path: path.to_path_buf(), source };
    let file = File::open(path).map_err(failed)?;
    let packed = file.metadata().map_err(failed)?.len();
    let mut archive = zip::ZipArchive::new(file).map_err(|error| broken(error.to_string()))?;
    if archive.len() > MOST_FILES {
        return Err(broken(format!("{} files are more than the {MOST_FILES} that are unpacked", archive.len())));
    }
    let folder = TempFolder::new().map_err(failed)?;
    let most = (FREE_BYTES + MOST_RATIO.saturating_mul(packed)).min(MOST_BYTES);
    let mut room = most;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(|error| broken(error.to_string()))?;
        if entry.encrypted() {
            return Err(broken("it is locked with a password".to_owned()));
        }
        let Some(target) = place(folder.path(), entry.name_raw()).filter(|_| entry.is_file()) else { continue };
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        // The size that an entry declares may be a lie: the bytes are counted.
        let mut out = File::create(&target).map_err(failed)?;
        let written =
            io::copy(&mut (&mut entry).take(room + 1), &mut out).map_err(|error| broken(error.to_string()))?;
        room = room
            .checked_sub(written)
            .ok_or_else(|| broken(format!("it unpacks to more than {} MiB, as no archive of data does", most >> 20)))?;
    }
    Ok(folder)
}

/// Where an entry goes; `None` if its name leads elsewhere or is of no interest.
fn place(folder: &Path, name: &[u8]) -> Option<PathBuf> {
    // Chinese archives name their files in GBK without saying so.
    let (name, _) = text::decode(name, None);
    let relative = PathBuf::from(name.replace('\\', "/"));
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let hidden = relative.iter().any(|part| {
        let part = part.to_string_lossy();
        part.starts_with('.') || part == "__MACOSX" || part.contains([':', '\0'])
    });
    (plain && !hidden && relative.components().next().is_some()).then(|| folder.join(relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_of_the_folder_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        for bad in ["../a.shp", "/etc/a.shp", "a/../../b.shp", "..\\a.shp", "C:\\a.shp", "__MACOSX/a.shp", ".a.shp", ""]
        {
            assert_eq!(place(folder.path(), bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(place(folder.path(), b"\xba\xec\xcf\xdf\\a.shp"), Some(folder.path().join("红线/a.shp")));
    }
}
