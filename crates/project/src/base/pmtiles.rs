//! PMTiles, version 3: one file of pictures, found through directories that say at which byte each begins.
//!
//! ```text
//! header 127 bytes │ root directory │ metadata (JSON) │ leaf directories │ pictures
//! ```
//!
//! A picture has a number: all of the zooms above it, then its place along the Hilbert curve of its zoom. An entry
//! of a directory stands for a run of numbers with the same bytes, or for a further directory. Counts and lengths
//! are bounded by what the file can hold before anything is made of them.

use super::{bad_file, is_picture, width};
use crate::api::{BaseView, Problem};
use flate2::read::GzDecoder;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const HEADER: usize = 127;
/// No directory or text about a file is larger than this once it is unpacked.
const MOST: u64 = 16 << 20;
/// So many leaf directories are kept; each is some hundred kilobytes.
const KEPT: usize = 64;
/// The format allows no longer way from the root to a picture.
const DEPTH: usize = 4;

/// An open file.
#[derive(Debug)]
pub(super) struct PmTiles {
    path: PathBuf,
    file: Mutex<File>,
    header: Header,
    root: Arc<Vec<Entry>>,
    leaves: Mutex<HashMap<u64, Arc<Vec<Entry>>>>,
}

#[derive(Debug, Clone, Copy)]
struct Header {
    root: Span,
    about: Span,
    leaves_at: u64,
    pictures_at: u64,
    packed: bool,
    min_zoom: u8,
    max_zoom: u8,
}

/// Bytes of the file: where they begin, and how many.
type Span = (u64, u64);

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Entry {
    number: u64,
    at: u64,
    length: u32,
    /// How many numbers have these bytes; 0 for a further directory.
    run: u32,
}

impl PmTiles {
    /// Opens a file of pictures.
    ///
    /// # Errors
    /// A problem if it is no PMTiles file of version 3, or one of vector tiles.
    pub(super) fn open(path: &Path) -> Result<(Self, BaseView), Problem> {
        let bad = |cause: io::Error| bad_file(path, &cause);
        let mut file = File::open(path).map_err(bad)?;
        let header = Header::read(&mut file).map_err(bad)?;
        let root = directory(&span(&mut file, header.root, header.packed).map_err(bad)?).map_err(bad)?;
        let about = span(&mut file, header.about, header.packed).unwrap_or_default();
        // What a file tells of itself is a courtesy: without it the pictures are the same.
        let about: serde_json::Value = serde_json::from_slice(&about).unwrap_or_default();
        let told = |key: &str| about[key].as_str().unwrap_or_default().to_owned();
        let opened = Self {
            path: path.to_path_buf(),
            file: Mutex::new(file),
            header,
            root: Arc::new(root),
            leaves: Mutex::default(),
        };
        let first = opened.root.first().map(|entry| opened.find(entry.number)).transpose().map_err(bad)?.flatten();
        let view = BaseView {
            path: path.display().to_string(),
            name: told("name"),
            attribution: plain(&told("attribution")),
            min_zoom: header.min_zoom,
            max_zoom: header.max_zoom,
            tile_px: first.and_then(|picture| width(&picture)).unwrap_or(256),
            ..BaseView::default()
        };
        Ok((opened, view))
    }

    /// Returns a picture as the file holds it, if it has one there.
    ///
    /// # Errors
    /// A problem if the file cannot be read any more.
    pub(super) fn tile(&self, z: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>, Problem> {
        self.find(number(z, x, y)).map_err(|cause| bad_file(&self.path, &cause))
    }

    fn find(&self, number: u64) -> io::Result<Option<Vec<u8>>> {
        let mut directory = self.root.clone();
        for _ in 0..DEPTH {
            let at = directory.partition_point(|entry| entry.number <= number);
            let Some(entry) = at.checked_sub(1).map(|at| directory[at]) else { return Ok(None) };
            if entry.run > 0 {
                let covers = number - entry.number < u64::from(entry.run);
                return if covers { self.picture(entry).map(Some) } else { Ok(None) };
            }
            directory = self.leaf(entry)?;
        }
        Err(broken("the directories go too deep"))
    }

    fn leaf(&self, entry: Entry) -> io::Result<Arc<Vec<Entry>>> {
        if let Some(kept) = held(&self.leaves).get(&entry.at) {
            return Ok(kept.clone());
        }
        let at = self.header.leaves_at.checked_add(entry.at).ok_or_else(|| broken("a directory lies nowhere"))?;
        let bytes = span(&mut held(&self.file), (at, u64::from(entry.length)), self.header.packed)?;
        let leaf = Arc::new(directory(&bytes)?);
        let mut leaves = held(&self.leaves);
        if leaves.len() >= KEPT {
            leaves.clear();
        }
        leaves.insert(entry.at, leaf.clone());
        Ok(leaf)
    }

    fn picture(&self, entry: Entry) -> io::Result<Vec<u8>> {
        let at = self.header.pictures_at.checked_add(entry.at).ok_or_else(|| broken("a picture lies nowhere"))?;
        let picture = span(&mut held(&self.file), (at, u64::from(entry.length)), false)?;
        if is_picture(&picture) {
            Ok(picture)
        } else {
            Err(broken("what stands for a picture is none · 不是图片"))
        }
    }
}

impl Header {
    fn read(file: &mut File) -> io::Result<Self> {
        let mut bytes = [0; HEADER];
        file.read_exact(&mut bytes)?;
        if !bytes.starts_with(b"PMTiles\x03") {
            return Err(broken("not PMTiles of version 3 · 不是 PMTiles 第 3 版"));
        }
        let mut numbers = bytes[8..].chunks_exact(8).map(|eight| {
            let mut number = [0; 8];
            number.copy_from_slice(eight);
            u64::from_le_bytes(number)
        });
        let mut next = || numbers.next().unwrap_or_default();
        let (root, about) = ((next(), next()), (next(), next()));
        let (leaves_at, _, pictures_at) = (next(), next(), next());
        let [packed, _, kind, min_zoom, max_zoom] = [97, 98, 99, 100, 101].map(|at| bytes[at]);
        if kind == 1 {
            return Err(broken("vector tiles · 矢量瓦片"));
        }
        if packed > 2 {
            return Err(broken("its directories are packed in a way that is not known here (neither plain nor gzip)"));
        }
        Ok(Self { root, about, leaves_at, pictures_at, packed: packed == 2, min_zoom, max_zoom })
    }
}

/// Reads bytes of the file, unpacked if they are packed.
fn span(file: &mut File, (at, length): Span, packed: bool) -> io::Result<Vec<u8>> {
    let end = at.checked_add(length);
    if length > MOST || end.is_none_or(|end| file.metadata().is_ok_and(|known| end > known.len())) {
        return Err(broken("the file is shorter than it says · 文件不完整"));
    }
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.by_ref().take(length).read_to_end(&mut bytes)?;
    if !packed {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    GzDecoder::new(&bytes[..]).take(MOST).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

/// Reads a directory: a count, then all numbers, runs, lengths and places, each a column of its own.
fn directory(mut bytes: &[u8]) -> io::Result<Vec<Entry>> {
    let count = usize::try_from(varint(&mut bytes)?).unwrap_or(usize::MAX);
    // An entry takes four bytes at the least.
    if count > bytes.len() / 4 {
        return Err(broken("a directory is shorter than it says"));
    }
    let mut entries = vec![Entry::default(); count];
    let mut number = 0_u64;
    for entry in &mut entries {
        number = number.checked_add(varint(&mut bytes)?).ok_or_else(|| broken("a number is too large"))?;
        entry.number = number;
    }
    for entry in &mut entries {
        entry.run = small(&mut bytes)?;
    }
    for entry in &mut entries {
        entry.length = small(&mut bytes)?;
    }
    let mut next = 0_u64;
    for entry in &mut entries {
        // Nought: right behind the one before.
        entry.at = varint(&mut bytes)?.checked_sub(1).unwrap_or(next);
        next = entry.at.checked_add(u64::from(entry.length)).ok_or_else(|| broken("a place is too large"))?;
    }
    Ok(entries)
}

fn small(bytes: &mut &[u8]) -> io::Result<u32> {
    u32::try_from(varint(bytes)?).map_err(|_| broken("a length is too large"))
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn varint(bytes: &mut &[u8]) -> io::Result<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or_else(|| broken("a directory breaks off"))?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(broken("a number has no end"))
}

/// The number of a tile.
fn number(z: u8, x: u32, y: u32) -> u64 {
    let (mut x, mut y) = (u64::from(x), u64::from(y));
    let above = ((1_u64 << (2 * u32::from(z))) - 1) / 3;
    let mut along = 0;
    for bit in (0..z).rev() {
        let side = 1_u64 << bit;
        let (right, below) = (u64::from(x & side > 0), u64::from(y & side > 0));
        along += side * side * ((3 * right) ^ below);
        if below == 0 {
            if right == 1 {
                (x, y) = (side.wrapping_sub(1).wrapping_sub(x), side.wrapping_sub(1).wrapping_sub(y));
            }
            (x, y) = (y, x);
        }
    }
    above + along
}

/// Words about the source without the tags that web pages want.
fn plain(words: &str) -> String {
    let mut shown = String::new();
    let mut inside = false;
    for letter in words.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => shown.push(other),
            _ => {}
        }
    }
    shown.replace("&copy;", "©").replace("&amp;", "&")
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::pmtiles::{PmTilesWriter, TileCoord, TileType};

    /// A picture that tells one place from another.
    fn picture(z: u8, x: u32, y: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0".to_vec();
        bytes.extend([z, x as u8, y as u8, (x >> 8) as u8]);
        bytes
    }

    /// Writes all tiles down to a zoom with the library of the format's own people.
    fn written(path: &Path, kind: TileType, deepest: u8) {
        let about = r#"{"name":"影像","attribution":"<a href=\"x\">&copy; 某局</a>"}"#;
        let file = File::create(path).unwrap();
        let mut writer = PmTilesWriter::new(kind).metadata(about).min_zoom(0).max_zoom(deepest).create(file).unwrap();
        for z in 0..=deepest {
            let side = 1_u32 << z;
            let mut places: Vec<_> = (0..side).flat_map(|x| (0..side).map(move |y| (x, y))).collect();
            places.sort_by_key(|&(x, y)| number(z, x, y));
            for (x, y) in places {
                writer.add_tile(TileCoord::new(z, x, y).unwrap(), &picture(z, x, y)).unwrap();
            }
        }
        writer.finalize().unwrap();
    }

    #[test]
    fn every_picture_of_a_file_that_others_wrote_is_found_through_its_directories() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pmtiles");
        // 21,845 tiles: more than fit into the root directory.
        written(&path, TileType::Png, 7);
        let (file, view) = PmTiles::open(&path).unwrap();
        assert!(file.root.iter().any(|entry| entry.run == 0), "there are leaf directories");
        assert_eq!((view.name.as_str(), view.attribution.as_str()), ("影像", "© 某局"));
        assert_eq!((view.min_zoom, view.max_zoom, view.tile_px), (0, 7, 512));
        for z in 0..=7_u8 {
            for (x, y) in [(0, 0), (1, 0), (77, 99), (127, 127), (3, 126)].map(|(x, y)| (x >> (7 - z), y >> (7 - z))) {
                assert_eq!(file.tile(z, x, y).unwrap(), Some(picture(z, x, y)), "{z}/{x}/{y}");
            }
        }
        assert_eq!(file.tile(8, 0, 0).unwrap(), None);
    }

    #[test]
    fn numbers_follow_the_hilbert_curve() {
        let first = [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0)];
        assert_eq!(first.map(|(z, x, y)| number(z, x, y)), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_file_of_vector_tiles_or_a_damaged_one_is_refused_and_breaks_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pmtiles");
        written(&path, TileType::Mvt, 0);
        assert!(PmTiles::open(&path).unwrap_err().message[0].contains("矢量"));
        written(&path, TileType::Png, 3);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len().min(400) {
            let mut bytes = whole.clone();
            bytes[at] = !bytes[at];
            std::fs::write(&path, &bytes).unwrap();
            if let Ok((file, _)) = PmTiles::open(&path) {
                for (x, y) in [(0, 0), (7, 7), (3, 5)] {
                    // Refused or found: in any case answered.
                    let _ = file.tile(3, x, y);
                }
            }
            std::fs::write(&path, &whole[..at]).unwrap();
            assert!(PmTiles::open(&path).is_err(), "cut at {at}");
        }
    }
}
