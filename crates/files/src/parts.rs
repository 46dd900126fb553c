//! What a result takes beside its own name: files that belong to it, and the parts of a large one.
//!
//! ```text
//! a.shp a.shx a.dbf a.prj a.cpg a.fields.csv   belong to the target
//! a_2.shp … a_001.txt …                        parts, listed in a.shp.parts.csv, a.txt.parts.csv
//! ```
//!
//! Parts have names that nobody chose. One takes the place of a file only if the list of the export
//! before names it, and what that list names goes when the new export has no such part, so that parts
//! of two exports never lie side by side.

use crate::draft::Draft;
use crate::error::FileError;
use crate::format::Format;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The endings of what belongs to a Shapefile of one part.
const OF_SHAPEFILE: [&str; 6] = ["shp", "shx", "dbf", "prj", "cpg", "fields.csv"];
/// What the list of parts adds to the target's name.
const LIST: &str = "parts.csv";
/// Its first line.
const HEADER: &str = "file";

/// Returns the files that a result written to `target` takes the place of or removes: itself, what
/// belongs to it, and the parts of the export before.
pub fn taken_by(target: &Path) -> Vec<PathBuf> {
    let mut files = own(target);
    files.extend(listed(target));
    files
}

/// The target and what belongs to it under its name; the list comes last.
fn own(target: &Path) -> Vec<PathBuf> {
    let mut files = vec![target.to_path_buf()];
    match Format::of(target) {
        Ok(Format::Shapefile) => files.extend(OF_SHAPEFILE.iter().map(|ending| target.with_extension(ending))),
        Ok(Format::BoundaryTxt) => {}
        _ => return files,
    }
    files.push(list_of(target));
    files
}

fn list_of(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!("{name}.{LIST}"))
}

/// The parts that the export before has listed; none where there is no such list.
fn listed(target: &Path) -> Vec<PathBuf> {
    if !matches!(Format::of(target), Ok(Format::Shapefile | Format::BoundaryTxt)) {
        return Vec::new();
    }
    let Ok(text) = fs::read_to_string(list_of(target)) else { return Vec::new() };
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    if lines.next() != Some(HEADER) {
        return Vec::new();
    }
    let start = format!("{}_", target.file_stem().unwrap_or_default().to_string_lossy());
    // A list that was tampered with must not lead to files that no part can be called.
    let plain = |name: &&str| {
        name.starts_with(&start)
            && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
            && !name.contains(['/', '\\'])
    };
    lines.filter(plain).map(|name| target.with_file_name(name)).collect()
}

/// Lists the parts in a draft, refuses those that would take the place of a file that is none of the
/// export before, and has what was listed before and is no part now removed with the draft's publication.
///
/// # Errors
/// [`FileError::PartInTheWay`] names such a file; [`FileError::NotWritable`].
pub(crate) fn settle(draft: &mut Draft, target: &Path) -> Result<(), FileError> {
    let refuse = |source: io::Error| FileError::NotWritable { path: target.to_path_buf(), source };
    let names = |files: &[PathBuf]| -> BTreeSet<String> {
        files.iter().map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect()
    };
    let (own, listed) = (names(&own(target)), names(&listed(target)));
    let parts: BTreeSet<String> = &names(&draft.files().map_err(refuse)?) - &own;
    let strange = parts.iter().find(|part| !listed.contains(*part) && target.with_file_name(part).exists());
    if let Some(part) = strange {
        return Err(FileError::PartInTheWay { path: target.to_path_buf(), part: target.with_file_name(part) });
    }
    let list = list_of(target).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut stale = &listed - &parts;
    if parts.is_empty() {
        stale.extend(own.contains(&list).then_some(list));
    } else {
        let lines: Vec<&str> = std::iter::once(HEADER).chain(parts.iter().map(String::as_str)).collect();
        // With the mark by which spreadsheets know UTF-8.
        let text = format!("\u{feff}{}\r\n", lines.join("\r\n"));
        fs::write(draft.path().with_file_name(list), text).map_err(refuse)?;
    }
    stale.retain(|name| target.with_file_name(name).exists());
    draft.remove_with_it(stale.into_iter().collect());
    Ok(())
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

    fn export(target: &Path, files: &[&str]) -> Result<Vec<PathBuf>, FileError> {
        let mut draft = Draft::of(target).unwrap();
        for name in files {
            fs::write(draft.path().with_file_name(name), "new").unwrap();
        }
        settle(&mut draft, target)?;
        draft.publish()
    }

    #[test]
    fn parts_of_the_export_before_go_and_nobody_elses_file_does() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.txt");
        fs::write(folder.path().join("a_note.txt"), "mine").unwrap();
        export(&target, &["a_1.txt", "a_2.txt", "a_3.txt"]).unwrap();
        assert_eq!(names(folder.path()), ["a.txt.parts.csv", "a_1.txt", "a_2.txt", "a_3.txt", "a_note.txt"]);
        assert!(taken_by(&target).contains(&folder.path().join("a_3.txt")));
        export(&target, &["a_1.txt", "a_2.txt"]).unwrap();
        assert_eq!(names(folder.path()), ["a.txt.parts.csv", "a_1.txt", "a_2.txt", "a_note.txt"]);
        export(&target, &["a.txt"]).unwrap();
        assert_eq!(names(folder.path()), ["a.txt", "a_note.txt"]);
        // What the list does not name is somebody's: nothing is touched.
        fs::write(folder.path().join("a_2.txt"), "mine").unwrap();
        let error = export(&target, &["a_1.txt", "a_2.txt"]).unwrap_err();
        assert!(matches!(&error, FileError::PartInTheWay { part, .. } if part.ends_with("a_2.txt")), "{error}");
        assert_eq!(names(folder.path()), ["a.txt", "a_2.txt", "a_note.txt"]);
        assert_eq!(fs::read_to_string(folder.path().join("a_2.txt")).unwrap(), "mine");
    }

    #[test]
    fn a_list_that_was_tampered_with_leads_to_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.shp");
        fs::create_dir(folder.path().join("a_")).unwrap();
        for name in ["b.shp", "a_/b.shp"] {
            fs::write(folder.path().join(name), "mine").unwrap();
        }
        fs::write(list_of(&target), "file\n../b.shp\nb.shp\na_/../b.shp\na_2.shp\n").unwrap();
        assert_eq!(listed(&target), [folder.path().join("a_2.shp")]);
        export(&target, &["a.shp", "a.dbf"]).unwrap();
        assert_eq!(names(folder.path()), ["a.dbf", "a.shp", "a_", "b.shp"]);
    }
}
