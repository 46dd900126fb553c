//! Whole GeoPackages, FlatGeobufs and geodatabases, each damaged in one place of its structure:
//! cut off, pages and nodes that lead in a circle, counts and sizes that lie, bytes turned over.
//!
//! Each is read, if what is damaged does not matter, or refused with a sentence that names it and
//! says what to do: within a minute, in bounded memory, with nothing written and the file as it was.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use common::{bounded, folder, geojson, lantu, layer, square};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A damage: what it is called, and the file's bytes with it.
type Damage = (String, Vec<u8>);

/// The blueprint of a chessboard of fields, as a file or a folder.
fn blueprint(target: &TempDir, ending: &str) -> PathBuf {
    let at = |k: u32| (111.0 + f64::from(k % 40) * 1e-3, 20.0 + f64::from(k / 40) * 1e-3);
    let squares: Vec<String> = (0..1200).map(at).map(|(x, y)| square(x, y, 9e-4)).collect();
    let fields = geojson(target, "fields.geojson", &squares);
    let path = target.path().join(format!("whole.{ending}"));
    let ran = lantu(&["merge", &layer("farmland", &fields), "--out", path.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    path
}

/// What came of the damaged ones: how many were read in spite of it, how many were refused.
#[derive(Default)]
struct Came {
    read: usize,
    refused: usize,
}

impl Came {
    /// Merges a damaged source, which holds a file or a folder.
    fn of(&mut self, name: &str, path: &Path) {
        let out = folder();
        let target = out.path().join("out.fgb");
        let layer = format!("farmland={}", path.display());
        let merge = ["merge", "--layer", &layer, "--out", target.to_str().unwrap()];
        let ran = bounded(&merge, "en_GB.UTF-8");
        assert!(!ran.err.contains("panicked"), "{name}: {}", ran.err);
        match ran.code {
            Some(0) => {
                assert!(ran.out.contains("Proof holds"), "{name}: {}", ran.out);
                self.read += 1;
            }
            Some(2) => {
                let named = path.file_name().unwrap().to_str().unwrap();
                assert!(ran.err.starts_with("error: ") && ran.err.contains(named), "{name}: {}", ran.err);
                assert!(ran.err.trim_end().ends_with('.') && ran.err.lines().count() > 1, "{name}: {}", ran.err);
                assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0, "{name}: something was written");
                self.refused += 1;
            }
            other => panic!("{name}: {other:?} {} {}", ran.out, ran.err),
        }
        let info = bounded(&["info", path.to_str().unwrap()], "zh_CN.UTF-8");
        assert!(matches!(info.code, Some(0 | 2)) && !info.err.contains("panicked"), "{name}: {}", info.err);
    }
}

/// Writes each damaged file, merges it, and looks whether it is as it was.
fn each(ending: &str, damages: Vec<Damage>) -> Came {
    let mut came = Came::default();
    for (name, bytes) in damages {
        let place = folder();
        let path = place.path().join(format!("damaged.{ending}"));
        fs::write(&path, &bytes).unwrap();
        came.of(&name, &path);
        assert!(fs::read(&path).unwrap() == bytes, "{name} was touched");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "{name}: something lies beside it");
    }
    came
}

/// The bytes with some of them in place of those at `at`.
fn with(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

#[test]
fn damaged_geopackages_are_read_or_refused_and_never_harm() {
    let target = folder();
    let whole = fs::read(blueprint(&target, "gpkg")).unwrap();
    let page = u16::from_be_bytes([whole[16], whole[17]]) as usize;
    let pages = whole.len() / page;
    assert!(pages > 15 && whole.len().is_multiple_of(page));
    let mut damages: Vec<Damage> = Vec::new();
    for cut in [1, 16, 50, 100, 108, 1000, page, 2 * page, page * pages / 2, page * (pages - 1), whole.len() - 1] {
        damages.push((format!("cut after {cut}"), whole[..cut].to_vec()));
    }
    let head: [(&str, usize, &[u8]); 12] = [
        ("page size of nothing", 16, &[0, 0]),
        ("page size of three", 16, &[0, 3]),
        ("page size doubled", 16, &(2 * page as u16).to_be_bytes()),
        ("format of the future", 18, &[9, 9]),
        ("page count of all ones", 28, &[0xff; 4]),
        ("page count of one", 28, &[0, 0, 0, 1]),
        ("list of free pages that begins nowhere", 32, &[0x7f; 8]),
        ("schema format of the future", 44, &[0, 0, 0, 9]),
        ("text of no encoding", 56, &[0, 0, 0, 7]),
        ("text in UTF-16", 56, &[0, 0, 0, 2]),
        ("application of another", 68, b"MPBX"),
        ("version of all ones", 60, &[0xff; 4]),
    ];
    damages.extend(head.iter().map(|(name, at, new)| ((*name).to_owned(), with(&whole, *at, new))));
    // Every kind of page lies among the first, those of the rows everywhere.
    let looked_at = (0..pages.min(14)).chain((14..pages).step_by(pages / 6));
    for at in looked_at {
        let start = at * page + if at == 0 { 100 } else { 0 };
        let number = (at as u32 + 1).to_be_bytes();
        damages.push((format!("page {at} of zeros"), with(&whole, start, &vec![0; page - start % page])));
        damages.push((format!("page {at} of ones"), with(&whole, start, &vec![0xff; page - start % page])));
        damages.push((format!("page {at} with 65,535 cells"), with(&whole, start + 3, &[0xff, 0xff])));
        damages.push((format!("page {at} that leads to itself"), {
            let inner = with(&whole, start, &[5]);
            with(&inner, start + 8, &number)
        }));
        damages.push((format!("page {at} whose cells begin in its head"), with(&whole, start + 8, &[0, 1, 0, 1])));
    }
    // Geometries: `GP`, version, flags, number, box, byte order, type, count of polygons.
    let blobs: Vec<usize> = (0..whole.len() - 60).filter(|&at| whole[at..at + 4] == *b"GP\0\x03").collect();
    assert_eq!(blobs.len(), 1200);
    for &at in [blobs[0], blobs[blobs.len() / 2], blobs[blobs.len() - 1]].iter() {
        let geometry: [(&str, usize, &[u8]); 7] = [
            ("of another magic", 0, b"XX"),
            ("of another version", 2, &[77]),
            ("with a box of seven axes", 3, &[0x0f]),
            ("of a byte order of nobody", 40, &[7]),
            ("of an unknown type", 41, &[0xee, 0xee, 0, 0]),
            ("of four thousand million polygons", 45, &[0xff; 4]),
            ("with a ring of four thousand million points", 58, &[0xff; 4]),
        ];
        for (name, offset, new) in geometry {
            damages.push((format!("a geometry at {at} {name}"), with(&whole, at + offset, new)));
        }
    }
    let (count, came) = (damages.len(), each("gpkg", damages));
    assert!(came.refused > count / 4 && came.read > 0, "{} read, {} refused of {count}", came.read, came.refused);
}

#[test]
fn damaged_flatgeobufs_are_read_or_refused_and_never_harm() {
    let target = folder();
    let whole = fs::read(blueprint(&target, "fgb")).unwrap();
    let head = u32::from_le_bytes(whole[8..12].try_into().unwrap()) as usize;
    let index = 12 + head;
    let mut damages: Vec<Damage> = Vec::new();
    for cut in [4, 8, 11, 12, 40, index - 1, index, index + 39, index + 4000, whole.len() / 2, whole.len() - 1] {
        damages.push((format!("cut after {cut}"), whole[..cut.min(whole.len() - 1)].to_vec()));
    }
    damages.push(("head of nothing".to_owned(), with(&whole, 8, &[0; 4])));
    damages.push(("head of two thousand million bytes".to_owned(), with(&whole, 8, &[0xff, 0xff, 0xff, 0x7f])));
    damages.push(("another version".to_owned(), with(&whole, 3, &[99])));
    // Every word of the head in turn: offsets, counts, lengths of names.
    for at in (12..index.min(400)).step_by(4) {
        damages.push((format!("head with ones at {at}"), with(&whole, at, &[0xff; 4])));
    }
    for (name, at) in [("first", index), ("tenth", index + 360), ("hundredth", index + 3960)] {
        // A node: its box of four doubles, then where it leads.
        damages.push((format!("{name} node without a box"), with(&whole, at, &[0xff; 32])));
        damages.push((format!("{name} node that leads nowhere"), with(&whole, at + 32, &[0xff; 8])));
        damages.push((format!("{name} node that leads to the first"), with(&whole, at + 32, &[0; 8])));
    }
    for share in 1..12 {
        let at = index + (whole.len() - index) * share / 12;
        damages.push((format!("sixteen ones at {at}"), with(&whole, at.min(whole.len() - 16), &[0xff; 16])));
    }
    let (count, came) = (damages.len(), each("fgb", damages));
    assert!(came.refused > count / 6, "{} read, {} refused of {count}", came.read, came.refused);
}

#[test]
fn damaged_geodatabases_are_read_or_refused_and_never_harm() {
    let target = folder();
    let whole = blueprint(&target, "gdb");
    let mut parts: Vec<PathBuf> = fs::read_dir(&whole).unwrap().map(|entry| entry.unwrap().path()).collect();
    parts.sort();
    assert!(parts.len() > 10);
    let mut came = Came::default();
    let mut damaged = |name: String, part: &Path, bytes: Option<Vec<u8>>| {
        let place = folder();
        let copy = place.path().join("damaged.gdb");
        fs::create_dir(&copy).unwrap();
        for file in &parts {
            fs::copy(file, copy.join(file.file_name().unwrap())).unwrap();
        }
        let part = copy.join(part.file_name().unwrap());
        match bytes {
            Some(bytes) => fs::write(part, bytes).unwrap(),
            None => fs::remove_file(part).unwrap(),
        }
        came.of(&name, &copy);
    };
    for part in &parts {
        let (name, bytes) = (part.file_name().unwrap().to_str().unwrap(), fs::read(part).unwrap());
        damaged(format!("{name} missing"), part, None);
        if bytes.len() > 40 && (name.ends_with("table") || name.ends_with("tablx")) {
            damaged(format!("{name} of nothing"), part, Some(Vec::new()));
            damaged(format!("{name} cut in its head"), part, Some(bytes[..30].to_vec()));
            damaged(format!("{name} cut in half"), part, Some(bytes[..bytes.len() / 2].to_vec()));
            damaged(format!("{name} with counts of all ones"), part, Some(with(&bytes, 4, &[0xff; 12])));
            damaged(format!("{name} with offsets of all ones"), part, Some(with(&bytes, 24, &[0xff; 12])));
        }
    }
    assert!(came.refused > 5 && came.read > 5, "{} read, {} refused", came.read, came.refused);
}
