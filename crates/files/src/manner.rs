//! How results are to be written: encoding of text, names of fields, which classes.

use crate::error::FileError;
use crate::theme::{BlueprintExport, Kind, Theme};
use lantu_engine::ClassId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

const DICTIONARY: &str = include_str!("../../../seeds/field-names.csv");

/// How results are to be written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Manner {
    /// The encoding of text, where the format leaves a choice: Shapefile and boundary TXT.
    pub encoding: TextOut,
    /// What the fields are called.
    pub names: FieldNames,
    /// Only patches of these classes are written; all if there are none.
    pub only: Vec<ClassId>,
    /// The most bytes of a file of a Shapefile; what is larger is written in parts.
    pub part_bytes: u64,
    /// Whether every patch becomes a file of its own, where the format leaves a choice: boundary TXT.
    pub each: bool,
}

/// The most bytes of a file that all readers of Shapefiles can address.
const MOST_BYTES: u64 = (1 << 31) - 1;

impl Default for Manner {
    fn default() -> Self {
        let (encoding, names) = (TextOut::default(), FieldNames::default());
        Self { encoding, names, only: Vec::new(), part_bytes: MOST_BYTES, each: false }
    }
}

/// The encoding of text that is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextOut {
    /// UTF-8.
    #[default]
    Utf8,
    /// GBK (code page 936), which older Chinese programs expect.
    Gbk,
}

/// What fields are called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldNames {
    /// As in docs/file-formats.md.
    #[default]
    Lantu,
    /// In Chinese.
    Chinese,
    /// By the codes of the database standard.
    Standard,
}

impl Manner {
    /// Returns what is written of a blueprint: all patches, or those of the classes asked for.
    pub(crate) fn select<'a>(&self, path: &Path, export: &BlueprintExport<'a>) -> Result<Theme<'a>, FileError> {
        let theme = export.blueprint_theme();
        if self.only.is_empty() {
            return Ok(theme);
        }
        let class = |at: usize| export.blueprint.patches[at].class.as_ref();
        let chosen: Vec<usize> =
            (0..theme.groups.len()).filter(|&at| class(at).is_some_and(|class| self.only.contains(class))).collect();
        if chosen.is_empty() {
            let there: BTreeSet<&ClassId> = (0..theme.groups.len()).filter_map(class).collect();
            return Err(FileError::NoneOfClasses {
                path: path.to_path_buf(),
                wanted: self.only.iter().map(ToString::to_string).collect(),
                there: there.into_iter().map(ToString::to_string).collect(),
            });
        }
        let Theme { name, columns, groups, values } = theme;
        let groups = chosen.iter().map(|&at| groups[at]).collect();
        Ok(Theme { name, columns, groups, values: Box::new(move |at, area| values(chosen[at], area)) })
    }
}

impl TextOut {
    /// Returns the encoding.
    pub(crate) fn encoding(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gbk => encoding_rs::GBK,
        }
    }

    /// Returns a text without the characters that the encoding does not have; `?` stands for them.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let (bytes, _, unmappable) = self.encoding().encode(text);
        if !unmappable {
            return bytes.into_owned();
        }
        let mut buffer = [0; 4];
        let one = |c: char| {
            let (bytes, _, unmappable) = self.encoding().encode(c.encode_utf8(&mut buffer));
            if unmappable { vec![b'?'] } else { bytes.into_owned() }
        };
        text.chars().flat_map(one).collect()
    }

    /// Returns whether the encoding has every character of a text.
    pub(crate) fn holds(self, text: &str) -> bool {
        self == Self::Utf8 || text.is_ascii() || !self.encoding().encode(text).2
    }

    /// Returns the longest beginning of a text that takes at most so many bytes when encoded.
    pub(crate) fn beginning(self, text: &str, most: usize) -> &str {
        let mut taken = 0;
        let fits = |&(_, c): &(usize, char)| {
            taken += self.length(c);
            taken <= most
        };
        let count: usize = text.char_indices().take_while(fits).map(|(_, c)| c.len_utf8()).sum();
        &text[..count]
    }

    /// Returns how many bytes a text takes when encoded.
    pub(crate) fn length_of(self, text: &str) -> usize {
        text.chars().map(|c| self.length(c)).sum()
    }

    fn length(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Gbk if c.is_ascii() => 1,
            Self::Gbk => 2,
        }
    }
}

/// A property and what it is called.
pub(crate) struct FieldName {
    /// The property's own name.
    pub property: String,
    zh: String,
    code: String,
    /// What it means: Chinese, English.
    pub meaning: [String; 2],
}

impl FieldName {
    /// Returns whether the property goes by this name in some naming.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        [&self.property, &self.zh, &self.code].iter().any(|own| *own == name)
    }
}

/// Returns the dictionary of `seeds/field-names.csv`.
pub(crate) fn dictionary() -> &'static [FieldName] {
    static ROWS: OnceLock<Vec<FieldName>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut reader = csv::Reader::from_reader(DICTIONARY.as_bytes());
        // A row that is not one would be a missing name, which a test looks for.
        let rows = reader.records().filter_map(Result::ok);
        let text = |row: &csv::StringRecord, at: usize| row.get(at).unwrap_or_default().to_owned();
        rows.map(|row| FieldName {
            property: text(&row, 0),
            zh: text(&row, 1),
            code: text(&row, 2),
            meaning: [text(&row, 3), text(&row, 4)],
        })
        .collect()
    })
}

impl FieldNames {
    /// Returns what a property is called.
    pub(crate) fn name(self, property: &'static str) -> &'static str {
        let row = || dictionary().iter().find(|row| row.property == property);
        match self {
            Self::Lantu => property,
            Self::Chinese => row().map_or(property, |row| &row.zh),
            Self::Standard => row().map_or(property, |row| &row.code),
        }
    }

    /// Returns a theme's columns under these names.
    pub(crate) fn columns(self, own: &'static Columns) -> &'static Columns {
        // Themes live on fixed lists: each is made once per naming and kept.
        static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());
        if self == Self::Lantu {
            return own;
        }
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let known = made.iter().find(|made| made.names == self && std::ptr::eq(made.own, own));
        if let Some(known) = known {
            return known.columns;
        }
        let columns: Vec<_> = own.iter().map(|&(name, kind)| (self.name(name), kind)).collect();
        let columns: &'static Columns = Box::leak(columns.into_boxed_slice());
        made.push(Made { names: self, own, columns });
        columns
    }
}

/// Names and kinds of a theme's properties.
type Columns = [(&'static str, Kind)];

/// A theme's columns under other names.
struct Made {
    names: FieldNames,
    own: &'static Columns,
    columns: &'static Columns,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_counted_in_bytes() {
        assert_eq!(TextOut::Utf8.beginning("规划地类", 10), "规划地");
        assert_eq!(TextOut::Gbk.beginning("规划地类a", 9), "规划地类a");
        assert_eq!((TextOut::Utf8.length_of("红a"), TextOut::Gbk.length_of("红a")), (4, 3));
        assert_eq!(TextOut::Gbk.encode("红😀a"), [0xba, 0xec, b'?', b'a']);
        assert!(TextOut::Gbk.holds("红a") && !TextOut::Gbk.holds("红😀a") && TextOut::Utf8.holds("😀"));
    }

    #[test]
    fn every_row_of_the_dictionary_has_a_name_of_each_kind_that_a_shapefile_can_hold() {
        let properties: Vec<_> = dictionary().iter().map(|row| row.property.as_str()).collect();
        assert_eq!(properties.len(), DICTIONARY.trim_end().lines().count() - 1);
        for row in dictionary() {
            assert!(row.zh.chars().count() <= 5 && !row.zh.is_empty(), "{}", row.property);
            assert!(row.code.len() <= 10 && row.code.chars().all(|c| c.is_ascii_uppercase()), "{}", row.code);
            assert!(row.meaning.iter().all(|meaning| !meaning.is_empty()), "{}", row.property);
        }
    }
}
