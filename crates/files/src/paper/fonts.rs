//! A font with Chinese characters, looked for on the machine: one of them is larger than the
//! whole program, so none is brought along.

use crate::error::FileError;
use fontdb::{Database, Family, Query};
use krilla::text::{GlyphId, KrillaGlyph};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

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

/// A font, and what is known of its characters.
///
/// Characters are set one after the other: neither Chinese nor Latin text needs more, and shaping
/// each of a report's hundred thousand cells by the font's own tables takes minutes.
pub(super) struct Typeface {
    /// The file.
    pub data: Arc<Vec<u8>>,
    /// Which of the fonts in the file.
    pub index: u32,
    known: HashMap<char, Known>,
}

/// The glyph of a character and how far it reaches at size 1.
#[derive(Clone, Copy)]
struct Known {
    glyph: u32,
    advance: f64,
}

/// What stands for a character that the font does not have.
const MISSING: Known = Known { glyph: 0, advance: 0.5 };

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
        Ok(Self { data: Arc::new(data), index, known: HashMap::new() })
    }

    /// Returns how wide a text is at size 1.
    pub(super) fn width(&mut self, text: &str) -> f64 {
        self.learn(text);
        text.chars().map(|c| self.of(c).advance).sum()
    }

    /// Returns the glyphs of a text.
    pub(super) fn glyphs(&mut self, text: &str) -> Vec<KrillaGlyph> {
        self.learn(text);
        let glyph = |(at, c): (usize, char)| {
            let Known { glyph, advance } = self.of(c);
            KrillaGlyph::new(GlyphId::new(glyph), advance as f32, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
        };
        text.char_indices().map(glyph).collect()
    }

    fn of(&self, c: char) -> Known {
        self.known.get(&c).copied().unwrap_or(MISSING)
    }

    /// Looks up what is not known yet.
    fn learn(&mut self, text: &str) {
        if text.chars().all(|c| self.known.contains_key(&c)) {
            return;
        }
        let Ok(face) = ttf_parser::Face::parse(&self.data, self.index) else { return };
        let em = f64::from(face.units_per_em());
        for c in text.chars() {
            self.known.entry(c).or_insert_with(|| {
                let Some(glyph) = face.glyph_index(c) else { return MISSING };
                let advance = face.glyph_hor_advance(glyph).map_or(0.5, |advance| f64::from(advance) / em);
                Known { glyph: glyph.0.into(), advance }
            });
        }
    }
}

fn has_chinese(data: &[u8], index: u32) -> bool {
    ttf_parser::Face::parse(data, index).is_ok_and(|face| face.glyph_index(CHINESE).is_some())
}
