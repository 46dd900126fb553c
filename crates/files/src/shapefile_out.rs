//! Shapefiles, as older programs want them: short field names, texts of at most 254 bytes, UTF-8 or
//! GBK with a .cpg that says so, no file above 2 GB.
//!
//! ```text
//! a.shp a.shx a.dbf a.prj a.cpg   the first part
//! a_2.shp …                       further parts, where one would pass 2 GB
//! a.fields.csv                    which field is what, and how many texts had to be cut
//! ```

use crate::error::FileError;
use crate::format::Format;
use crate::gdal_out::{self, Field, Table};
use crate::geojson::Totals;
use crate::gpkg::Dress;
use crate::manner::{Manner, TextOut, dictionary};
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::{Kind, Theme};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// The most bytes of a field's name and of a text.
const NAME: usize = 10;
const TEXT: usize = 254;
/// Digits of an area: enough for a continent in square centimetres.
const REAL: usize = 20;

/// What was written.
pub(crate) struct WrittenParts {
    /// Features and their area in all parts.
    pub totals: Totals,
    /// The parts, in order.
    pub parts: Vec<PathBuf>,
    /// How many texts were cut.
    pub cut: u64,
    /// Fields with texts of which the encoding lacks a character, and how many texts.
    pub unknown: Vec<(String, u64)>,
}

/// Writes a Shapefile, in parts if it would be too large.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    manner: &Manner,
    watch: &Part<'_>,
) -> Result<WrittenParts, FileError> {
    let encoding = manner.encoding;
    let sizes = Sizes::of(sheet, theme, encoding);
    let names = short_names(theme, encoding);
    let fields: Vec<Field> = theme
        .columns
        .iter()
        .zip(names.iter().zip(&sizes.widths))
        .map(|(&(_, kind), (name, &width))| Field { name: name.clone(), kind, width })
        .collect();
    let label = match encoding {
        TextOut::Utf8 => "ENCODING=UTF-8",
        TextOut::Gbk => "ENCODING=CP936",
    };
    // The real date would make every file differ.
    let options = [label, "DBF_DATE_LAST_UPDATE=2000-01-01"];
    let fit = |text: String| encoding.beginning(&known(encoding, text), TEXT).to_owned();
    let chunks = sizes.chunks(manner.part_bytes);
    let (totals, cut) = (Totals::default(), sizes.cut.iter().sum());
    let unknown = names.iter().cloned().zip(sizes.unknown.iter().copied()).filter(|(_, times)| *times > 0).collect();
    let mut written = WrittenParts { totals, parts: Vec::new(), cut, unknown };
    for (number, groups) in chunks.iter().enumerate() {
        let part = part(path, number);
        let name = part.file_stem().unwrap_or_default().to_string_lossy();
        let table =
            Table { format: Format::Shapefile, name: &name, fields: &fields, options: &options, groups, fit: &fit };
        let totals = gdal_out::write(&part, sheet, theme, dress, &table, watch)?;
        let page = match encoding {
            TextOut::Utf8 => "UTF-8",
            TextOut::Gbk => "GBK",
        };
        let refuse = |source| FileError::NotWritable { path: part.clone(), source };
        std::fs::write(part.with_extension("cpg"), page).map_err(refuse)?;
        written.totals.features += totals.features;
        written.totals.ellipsoid_m2 += totals.ellipsoid_m2;
        written.parts.push(part);
    }
    let sidecar = path.with_extension("fields.csv");
    let table = mapping(theme, &names, &sizes.cut).map_err(std::io::Error::from);
    let write = table.and_then(|table| std::fs::write(&sidecar, table));
    write.map_err(|source| FileError::NotWritable { path: sidecar, source })?;
    Ok(written)
}

/// Returns the path of a part, counted from 0.
fn part(path: &Path, number: usize) -> PathBuf {
    match number {
        0 => path.to_path_buf(),
        _ => {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            path.with_file_name(format!("{stem}_{}.shp", number + 1))
        }
    }
}

/// A text without characters that the encoding does not have.
fn known(encoding: TextOut, text: String) -> String {
    match encoding {
        TextOut::Utf8 => text,
        TextOut::Gbk => encoding_rs::GBK.decode_without_bom_handling(&encoding.encode(&text)).0.into_owned(),
    }
}

/// What the rows of a table need.
struct Sizes {
    /// The bytes of each field.
    widths: Vec<usize>,
    /// How many texts of each field are too long.
    cut: Vec<u64>,
    /// How many texts of each field have characters that the encoding has not.
    unknown: Vec<u64>,
    /// The bytes of each group's shape.
    shapes: Vec<u64>,
}

impl Sizes {
    fn of(sheet: &Sheet<'_>, theme: &Theme<'_>, encoding: TextOut) -> Self {
        let columns = theme.columns.len();
        let none = || [vec![1; columns], vec![0; columns], vec![0; columns]];
        let longest = |[mut widths, mut cut, mut unknown]: [Vec<u64>; 3], group: usize| {
            for (at, cell) in (theme.values)(group, 0.0).iter().enumerate() {
                let Some(text) = gdal_out::text(cell) else { continue };
                let length = encoding.length_of(&text);
                widths[at] = widths[at].max(length.min(TEXT) as u64);
                cut[at] += u64::from(length > TEXT);
                unknown[at] += u64::from(!encoding.holds(&text));
            }
            [widths, cut, unknown]
        };
        let join = |[mut widths, mut cut, mut unknown]: [Vec<u64>; 3], [w, c, u]: [Vec<u64>; 3]| {
            widths.iter_mut().zip(w).for_each(|(width, other)| *width = other.max(*width));
            cut.iter_mut().zip(c).for_each(|(times, other)| *times += other);
            unknown.iter_mut().zip(u).for_each(|(times, other)| *times += other);
            [widths, cut, unknown]
        };
        let [widths, cut, unknown] = (0..sheet.len()).into_par_iter().fold(none, longest).reduce(none, join);
        let mut widths: Vec<usize> = widths.into_iter().map(|width| width as usize).collect();
        for (width, (_, kind)) in widths.iter_mut().zip(theme.columns) {
            match kind {
                Kind::Real => *width = REAL,
                Kind::Flag => *width = 1,
                Kind::Text | Kind::List | Kind::Object => {}
            }
        }
        let shapes = (0..sheet.len()).into_par_iter().map(|group| shape_bytes(sheet, group)).collect();
        Self { widths, cut, unknown, shapes }
    }

    /// The groups of each part, so that none of its files passes `most` bytes.
    fn chunks(&self, most: u64) -> Vec<Vec<usize>> {
        const HEADER: u64 = 100;
        let row = 1 + self.widths.iter().sum::<usize>() as u64;
        let table = 33 + 32 * self.widths.len() as u64;
        let (mut chunks, mut shapes) = (vec![Vec::new()], HEADER);
        for (group, &bytes) in self.shapes.iter().enumerate() {
            let rows = chunks[chunks.len() - 1].len() as u64;
            if rows > 0 && (shapes + bytes > most || table + (rows + 1) * row > most) {
                chunks.push(Vec::new());
                shapes = HEADER;
            }
            let last = chunks.len() - 1;
            chunks[last].push(group);
            shapes += bytes;
        }
        chunks
    }
}

/// The bytes that a group takes in a .shp file.
fn shape_bytes(sheet: &Sheet<'_>, group: usize) -> u64 {
    let ground = sheet.ground(group);
    let rings = ground.iter().map(Vec::len).sum::<usize>() as u64;
    let points = ground.iter().flatten().map(|ring| ring.len() as u64 + 1).sum::<u64>();
    52 + 4 * rings + 16 * points
}

/// Names of at most ten bytes, no two alike in capital or small letters.
fn short_names(theme: &Theme<'_>, encoding: TextOut) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in theme.columns {
        let taken = |candidate: &str| names.iter().any(|other| other.to_lowercase() == candidate.to_lowercase());
        let plain = encoding.beginning(name, NAME).to_owned();
        let numbered = (2..).map(|k: u32| {
            let number = k.to_string();
            format!("{}{number}", encoding.beginning(name, NAME - number.len()))
        });
        let free = std::iter::once(plain).chain(numbered).find(|candidate| !taken(candidate));
        names.push(free.unwrap_or_default());
    }
    names
}

/// The table of fields, in UTF-8 with the mark by which spreadsheets know it.
fn mapping(theme: &Theme<'_>, names: &[String], cut: &[u64]) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".into());
    table.write_record(["field", "full_name", "含义", "meaning", "texts_cut"])?;
    for (((full, _), name), cut) in theme.columns.iter().zip(names).zip(cut) {
        let known = dictionary().iter().find(|row| row.is_called(full));
        let [zh, en] = known.map_or(["", ""], |row| [&*row.meaning[0], &*row.meaning[1]]);
        table.write_record([name, *full, zh, en, &cut.to_string()])?;
    }
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// Removes the spatial indexes of an older Shapefile of this name, which no longer fit.
pub(crate) fn drop_old_indexes(path: &Path) {
    for ending in ["qix", "sbn", "sbx"] {
        // Mostly there is none.
        let _ = std::fs::remove_file(path.with_extension(ending));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart_when_they_are_cut() {
        let columns = &[("ellipsoid_area_m2", Kind::Real), ("ellipsoid_area_m3", Kind::Real), ("椭球面积", Kind::Real)];
        let theme = Theme { name: "x", columns, groups: Vec::new(), values: Box::new(|_, _| Vec::new()) };
        assert_eq!(short_names(&theme, TextOut::Utf8), ["ellipsoid_", "ellipsoid2", "椭球面"]);
        assert_eq!(short_names(&theme, TextOut::Gbk), ["ellipsoid_", "ellipsoid2", "椭球面积"]);
    }

    #[test]
    fn a_part_ends_before_one_of_its_files_is_too_large() {
        let sizes = Sizes { widths: vec![10], cut: vec![0], unknown: vec![0], shapes: vec![100, 100, 250, 10] };
        assert_eq!(sizes.chunks(300), [vec![0, 1], vec![2], vec![3]].map(|part| part));
        assert_eq!(sizes.chunks(1_000_000), [vec![0, 1, 2, 3]]);
        assert_eq!(part(Path::new("d/a.shp"), 0), Path::new("d/a.shp"));
        assert_eq!(part(Path::new("d/a.shp"), 1), Path::new("d/a_2.shp"));
    }
}
