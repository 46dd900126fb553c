//! What GDAL does not say about Shapefiles: whether they are whole, and how their text is encoded.
//!
//! GDAL reads a Shapefile that was cut off by a failed copy without complaint, as fewer or empty
//! features, and reads Chinese text without a .cpg file as if it were Latin. Both are looked at
//! here, in the bytes.

use crate::error::FileError;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How the text of an attribute table is encoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Encoding {
    /// Its name: `UTF-8`, `GBK`, …
    pub name: String,
    /// Whether GDAL must be told, because the file does not say it.
    pub detected: bool,
}

impl Encoding {
    fn said(name: &str) -> Self {
        Self { name: name.to_owned(), detected: false }
    }

    fn detected(name: &str) -> Self {
        Self { name: name.to_owned(), detected: true }
    }
}

/// Returns whether a path names a Shapefile.
pub(crate) fn is_shapefile(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("shp"))
}

/// Checks that the parts of a Shapefile are there and as long as their headers promise.
pub(crate) fn check_whole(path: &Path) -> Result<(), FileError> {
    let Some(index) = companion(path, "shx") else {
        return Err(FileError::Companion { path: path.to_path_buf(), companion: path.with_extension("shx") });
    };
    for file in [path, &index] {
        let header = read_start::<28>(file)?;
        let promised = 2 * u64::from(u32::from_be_bytes([header[24], header[25], header[26], header[27]]));
        refuse_shorter(file, promised)?;
    }
    if let Some(table) = companion(path, "dbf") {
        let header = read_start::<32>(&table)?;
        let layout = Layout::of(&header);
        refuse_shorter(&table, layout.header + layout.rows * layout.row)?;
    }
    Ok(())
}

fn refuse_shorter(path: &Path, promised: u64) -> Result<(), FileError> {
    let found = std::fs::metadata(path).map_err(|source| missing(path, source))?.len();
    if found < promised {
        return Err(FileError::Truncated { path: path.to_path_buf(), promised, found });
    }
    Ok(())
}

fn read_start<const N: usize>(path: &Path) -> Result<[u8; N], FileError> {
    let mut start = [0; N];
    let mut file = File::open(path).map_err(|source| missing(path, source))?;
    match file.read_exact(&mut start) {
        Ok(()) => Ok(start),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            let found = file.metadata().map_err(|source| missing(path, source))?.len();
            Err(FileError::Truncated { path: path.to_path_buf(), promised: N as u64, found })
        }
        Err(source) => Err(missing(path, source)),
    }
}

fn missing(path: &Path, source: io::Error) -> FileError {
    FileError::Missing { path: path.to_path_buf(), source }
}

/// The file beside a Shapefile with this ending, in small or capital letters.
fn companion(path: &Path, ending: &str) -> Option<PathBuf> {
    let small = path.with_extension(ending);
    let capital = path.with_extension(ending.to_ascii_uppercase());
    [small, capital].into_iter().find(|file| file.exists())
}

/// The sizes that a .dbf header gives, in bytes.
struct Layout {
    header: u64,
    rows: u64,
    row: u64,
}

impl Layout {
    fn of(header: &[u8; 32]) -> Self {
        let short = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let rows = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
        Self { header: short(8), rows, row: short(10) }
    }
}

/// Returns how a Shapefile's text is encoded.
///
/// A .cpg file and a telling language byte are believed. Otherwise the bytes decide: all ASCII or
/// valid UTF-8 is UTF-8; what can be GBK is GBK, as in most Chinese files; the rest is Latin 1.
pub(crate) fn encoding(path: &Path) -> Result<Encoding, FileError> {
    let Some(table) = companion(path, "dbf") else { return Ok(Encoding::said("UTF-8")) };
    if let Some(page) = companion(path, "cpg") {
        let text = std::fs::read(&page).map_err(|source| missing(&page, source))?;
        return Ok(Encoding::said(String::from_utf8_lossy(&text).trim()));
    }
    let header = read_start::<32>(&table)?;
    match header[29] {
        // 0: nothing said; 87: "the system's", whatever it was.
        0 | 87 => guess(&table, &Layout::of(&header)).map_err(|source| missing(&table, source)),
        77 | 122 => Ok(Encoding::said("CP936")),
        byte => Ok(Encoding::said(&format!("LDID/{byte}"))),
    }
}

/// What a text field's bytes can be.
struct Guess {
    ascii: bool,
    utf8: bool,
    gbk: bool,
}

impl Guess {
    /// Looks at one field's bytes. A character that the field's end cuts in two is no evidence.
    fn look(&mut self, bytes: &[u8]) {
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        let bytes = &bytes[..end];
        if bytes.is_ascii() {
            return;
        }
        self.ascii = false;
        self.utf8 &= std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true);
        self.gbk &= can_be_gbk(bytes);
    }
}

fn can_be_gbk(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] < 0x80 {
            at += 1;
            continue;
        }
        let lead = (0x81..=0xfe).contains(&bytes[at]);
        let trail = bytes.get(at + 1).is_none_or(|&b| (0x40..=0xfe).contains(&b) && b != 0x7f);
        if !lead || !trail {
            return false;
        }
        at += 2;
    }
    true
}

fn guess(table: &Path, layout: &Layout) -> io::Result<Encoding> {
    let mut file = BufReader::with_capacity(1 << 18, File::open(table)?);
    let mut guess = Guess { ascii: true, utf8: true, gbk: true };
    let fields = text_fields(&mut file, layout, &mut guess)?;
    file.seek(SeekFrom::Start(layout.header))?;
    let mut row = vec![0; layout.row as usize];
    for _ in 0..layout.rows {
        file.read_exact(&mut row)?;
        for &(start, length) in &fields {
            if let Some(bytes) = row.get(start..start + length) {
                guess.look(bytes);
            }
        }
    }
    Ok(match guess {
        Guess { utf8: true, .. } => Encoding::detected("UTF-8"),
        Guess { gbk: true, .. } => Encoding::detected("GBK"),
        _ => Encoding::detected("ISO-8859-1"),
    })
}

/// Looks at the fields' names and returns where in a row the text fields stand.
fn text_fields(file: &mut BufReader<File>, layout: &Layout, guess: &mut Guess) -> io::Result<Vec<(usize, usize)>> {
    let mut header = vec![0; layout.header as usize];
    file.read_exact(&mut header)?;
    let mut fields = Vec::new();
    let mut start = 1;
    for field in header.get(32..).unwrap_or_default().chunks_exact(32) {
        if field[0] == b'\r' {
            break;
        }
        guess.look(&field[..11]);
        let length = usize::from(field[16]);
        if field[11] == b'C' {
            fields.push((start, length));
        }
        start += length;
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gbk_is_told_from_latin_by_its_pairs() {
        assert!(can_be_gbk(&[0xb2, 0xdd, 0xb5, 0xd8]));
        assert!(can_be_gbk(&[b'a', 0xb2]), "cut in two by the field's end");
        assert!(!can_be_gbk(b"Stra\xdf "));
    }
}
