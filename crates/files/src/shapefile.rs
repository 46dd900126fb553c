//! What GDAL does not say about Shapefiles: whether they are whole, and how their text is encoded.
//!
//! GDAL reads a Shapefile that was cut off by a failed copy without complaint, as fewer or empty
//! features, and reads Chinese text without a .cpg file as if it were Latin. Both are looked at
//! here, in the bytes.

use crate::error::FileError;
use crate::messages::Cause;
use crate::text::{Evidence, TextEncoding};
use encoding_rs::Encoding;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

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
        refuse_contradicting(&table, &layout)?;
    }
    Ok(())
}

/// Refuses a table whose fields do not fit its rows: GDAL would read it as if it had none.
fn refuse_contradicting(table: &Path, layout: &Layout) -> Result<(), FileError> {
    if layout.rows == 0 {
        return Ok(());
    }
    let mut header = vec![0; layout.header as usize];
    let read = File::open(table).and_then(|mut file| file.read_exact(&mut header));
    read.map_err(|source| missing(table, source))?;
    let fields = header.get(32..).unwrap_or_default().chunks_exact(32).take_while(|field| field[0] != b'\r');
    let (count, bytes) = fields.fold((0, 1), |(count, sum), field| (count + 1, sum + u64::from(field[16])));
    if count > 0 && bytes <= layout.row {
        return Ok(());
    }
    let (header, row) = (layout.header, layout.row);
    let said = format!("{count} fields of {bytes} bytes in rows of {row} bytes after a header of {header} bytes");
    Err(FileError::Broken { path: table.to_path_buf(), after: 0, source: Cause(said) })
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
/// What a .cpg file or the language byte declares is held against every name and value; where they
/// do not fit, or nothing is declared, the bytes decide.
pub(crate) fn encoding(path: &Path, given: Option<&'static Encoding>) -> Result<TextEncoding, FileError> {
    let Some(table) = companion(path, "dbf") else { return Ok(TextEncoding::utf8()) };
    let header = read_start::<32>(&table)?;
    let evidence = gather(&table, &Layout::of(&header)).map_err(|source| missing(&table, source))?;
    if let Some(given) = given {
        return Ok(evidence.as_given(given));
    }
    let page = match companion(path, "cpg") {
        Some(page) => Some(std::fs::read(&page).map_err(|source| missing(&page, source))?),
        None => None,
    };
    let declared = match (&page, header[29]) {
        (Some(page), _) => Some(String::from_utf8_lossy(page).into_owned()),
        (None, byte) => language(byte).map(str::to_owned),
    };
    Ok(evidence.judge(declared.as_deref()))
}

/// The code page that the language byte of a .dbf names. 87 is "the system's", whatever it was.
fn language(byte: u8) -> Option<&'static str> {
    match byte {
        3 | 89 => Some("1252"),
        77 | 122 => Some("936"),
        79 | 120 => Some("950"),
        19 | 123 => Some("932"),
        78 | 121 => Some("949"),
        200 => Some("1250"),
        201 => Some("1251"),
        _ => None,
    }
}

fn gather(table: &Path, layout: &Layout) -> io::Result<Evidence> {
    let mut file = BufReader::with_capacity(1 << 18, File::open(table)?);
    let mut evidence = Evidence::new();
    let fields = text_fields(&mut file, layout, &mut evidence)?;
    file.seek(SeekFrom::Start(layout.header))?;
    let mut row = vec![0; layout.row as usize];
    for _ in 0..layout.rows {
        file.read_exact(&mut row)?;
        for &(start, length) in &fields {
            if let Some(bytes) = row.get(start..start + length) {
                evidence.look(until_zero(bytes));
            }
        }
    }
    Ok(evidence)
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len())]
}

/// Looks at the fields' names and returns where in a row the text fields stand.
fn text_fields(
    file: &mut BufReader<File>,
    layout: &Layout,
    evidence: &mut Evidence,
) -> io::Result<Vec<(usize, usize)>> {
    let mut header = vec![0; layout.header as usize];
    file.read_exact(&mut header)?;
    let mut fields = Vec::new();
    let mut start = 1;
    for field in header.get(32..).unwrap_or_default().chunks_exact(32) {
        if field[0] == b'\r' {
            break;
        }
        evidence.look(until_zero(&field[..11]));
        let length = usize::from(field[16]);
        if field[11] == b'C' {
            fields.push((start, length));
        }
        start += length;
    }
    Ok(fields)
}
