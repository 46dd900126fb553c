//! A font with Chinese characters, looked for on the machine: one of them is larger than the
//! whole program, so none is brought along.

use crate::error::FileError;
use fontdb::{Database, Family, Query};
use std::collections::HashMap;
use std::path::Path;

/// Families that have both scripts, the best first.
const FAMILIES: [&str; 10] = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
];
/// A character that no Western font has.
const CHINESE: char = '蓝';

/// A font, and how wide its characters are.
pub(super) struct Typeface {
    /// The file.
    pub data: Vec<u8>,
    /// Which of the fonts in the file.
    pub index: u32,
    widths: HashMap<char, f64>,
}

impl Typeface {
    /// Finds a font: the file that `LANTU_FONT` names, else a known family, else any that has the
    /// characters.
    pub(super) fn find(path: &Path) -> Result<Self, FileError> {
        let mut fonts = Database::new();
        match std::env::var_os("LANTU_FONT") {
            Some(file) => fonts.load_font_file(file).unwrap_or_default(),
            None => fonts.load_system_fonts(),
        }
        let known = FAMILIES
            .iter()
            .filter_map(|name| fonts.query(&Query { families: &[Family::Name(name)], ..Query::default() }));
        let found = known.chain(fonts.faces().map(|face| face.id)).find_map(|id| {
            fonts.with_face_data(id, |data, index| has_chinese(data, index).then(|| (data.to_vec(), index)))?
        });
        let (data, index) = found.ok_or_else(|| FileError::NoFont { path: path.to_path_buf() })?;
        Ok(Self { data, index, widths: HashMap::new() })
    }

    /// Returns how wide a text is at size 1.
    pub(super) fn width(&mut self, text: &str) -> f64 {
        let unknown: Vec<char> = text.chars().filter(|c| !self.widths.contains_key(c)).collect();
        if let Some(face) =
            (!unknown.is_empty()).then(|| ttf_parser::Face::parse(&self.data, self.index).ok()).flatten()
        {
            let em = f64::from(face.units_per_em());
            for c in unknown {
                let advance = face.glyph_index(c).and_then(|glyph| face.glyph_hor_advance(glyph));
                self.widths.insert(c, advance.map_or(0.5, |advance| f64::from(advance) / em));
            }
        }
        text.chars().map(|c| self.widths.get(&c).copied().unwrap_or(0.5)).sum()
    }
}

fn has_chinese(data: &[u8], index: u32) -> bool {
    ttf_parser::Face::parse(data, index).is_ok_and(|face| face.glyph_index(CHINESE).is_some())
}
