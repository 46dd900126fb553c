//! How text is encoded: as a file declares it, as its bytes tell, or as the planner says.
//!
//! A declaration is believed as long as the bytes bear it out. Chinese GIS files often carry none,
//! or a wrong one that some program wrote by habit, and reading them by it gives text that looks
//! like text and means nothing.

use crate::error::FileError;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// The encoding of a file's text, and who says so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TextEncoding {
    /// Its name: `UTF-8`, `GBK`, …
    pub name: String,
    /// Who says so.
    pub basis: EncodingBasis,
    /// Whether every byte fits.
    pub certain: bool,
}

/// Who says how text is encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncodingBasis {
    /// The file or its format.
    Declared,
    /// The bytes: nothing was declared, or it does not fit.
    Detected,
    /// The planner.
    Given,
}

impl TextEncoding {
    /// The encoding of formats that have no other.
    pub(crate) fn utf8() -> Self {
        Self { name: UTF_8.name().to_owned(), basis: EncodingBasis::Declared, certain: true }
    }

    fn of(encoding: &'static Encoding, basis: EncodingBasis, certain: bool) -> Self {
        Self { name: encoding.name().to_owned(), basis, certain }
    }
}

impl EncodingBasis {
    /// Returns what people read: Chinese, English.
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Self::Declared => ["文件声明", "declared"],
            Self::Detected => ["自动识别", "detected"],
            Self::Given => ["用户指定", "given"],
        }
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Returns the encoding of a name, in any of the spellings of .cpg files, programs and people.
pub(crate) fn named(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches('\0').to_ascii_lowercase();
    let bare: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    let page = ["oem", "ansi", "cp", "windows", "ms", "ldid"].iter().find_map(|word| bare.strip_prefix(word));
    match page.unwrap_or(&bare) {
        "936" | "gb2312" | "gbk" => Some(GBK),
        "54936" | "gb18030" => Some(GB18030),
        "65001" | "utf8" => Some(UTF_8),
        "950" | "big5" => Some(BIG5),
        "1252" | "88591" | "iso88591" | "latin1" => Some(WINDOWS_1252),
        _ => Encoding::for_label(label.as_bytes()),
    }
}

/// Returns the encoding that a planner gives.
pub(crate) fn given(path: &Path, label: &str) -> Result<&'static Encoding, FileError> {
    let unknown = || FileError::UnknownEncoding { path: path.to_path_buf(), label: label.to_owned() };
    named(label).ok_or_else(unknown)
}

/// What a file's bytes tell about their encoding, gathered piece by piece.
pub(crate) struct Evidence {
    ascii: bool,
    utf8: bool,
    gb: bool,
    /// Sequences of four bytes, which GB18030 has and GBK has not.
    four: bool,
    /// Characters of GB: all, and those of the common two thousand with its punctuation.
    gb_chars: u64,
    gb_common: u64,
    /// UTF-8 sequences of three or more bytes, as Chinese has them.
    wide: u64,
    /// UTF-8 sequences of two bytes that stand alone, and those that follow another.
    alone: u64,
    crowded: u64,
    detector: EncodingDetector,
    fed: usize,
}

/// More text than this tells the detector nothing new.
const ENOUGH: usize = 1 << 20;

impl Evidence {
    /// Returns what is known before the first byte.
    pub(crate) fn new() -> Self {
        Self {
            ascii: true,
            utf8: true,
            gb: true,
            four: false,
            gb_chars: 0,
            gb_common: 0,
            wide: 0,
            alone: 0,
            crowded: 0,
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            fed: 0,
        }
    }

    /// Looks at a piece of text. A character that its end cuts in two is no evidence.
    pub(crate) fn look(&mut self, bytes: &[u8]) {
        if bytes.is_ascii() {
            return;
        }
        self.ascii = false;
        if self.fed < ENOUGH {
            self.fed += bytes.len();
            self.detector.feed(bytes, false);
            self.detector.feed(b"\n", false);
        }
        if self.utf8 {
            self.look_for_utf8(bytes);
        }
        if self.gb {
            self.look_for_gb(bytes);
        }
    }

    fn look_for_utf8(&mut self, bytes: &[u8]) {
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => {
                self.utf8 = false;
                return;
            }
        };
        let mut after_narrow = false;
        for c in valid.chars() {
            match c.len_utf8() {
                1 => {}
                2 if after_narrow => self.crowded += 1,
                2 => self.alone += 1,
                _ => self.wide += 1,
            }
            after_narrow = c.len_utf8() == 2;
        }
    }

    fn look_for_gb(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(&lead) = bytes.get(at) {
            if lead < 0x80 {
                at += 1;
                continue;
            }
            let trail = bytes.get(at + 1).copied();
            let length = match trail {
                None => 1,
                Some(0x30..=0x39) => 4,
                Some(0x40..=0x7e | 0x80..=0xfe) => 2,
                Some(_) => 0,
            };
            let tail = bytes.get(at + 2..).unwrap_or_default();
            let four = length == 4 && matches!(tail, [] | [0x81..=0xfe] | [0x81..=0xfe, 0x30..=0x39, ..]);
            if !(0x81..=0xfe).contains(&lead) || length == 0 || (length == 4 && !four) {
                self.gb = false;
                return;
            }
            self.four |= four;
            self.gb_chars += 1;
            let common = matches!(lead, 0xa1..=0xa3 | 0xb0..=0xd7) && trail.is_none_or(|trail| trail >= 0xa1);
            self.gb_common += u64::from(common);
            at += length;
        }
    }

    /// Whether all of it is the common characters of GB, as text in no other encoding is.
    fn surely_gb(&self) -> bool {
        self.gb && 2 * self.gb_common >= self.gb_chars
    }

    /// Whether it is UTF-8 and not GB whose pairs happen to look like it.
    fn surely_utf8(&self) -> bool {
        self.utf8 && (!self.surely_gb() || self.wide + self.alone > self.crowded)
    }

    fn gb_kind(&self) -> &'static Encoding {
        if self.four { GB18030 } else { GBK }
    }

    /// What the bytes alone tell, and whether every one of them fits.
    fn detected(self) -> (&'static Encoding, bool) {
        if self.ascii || self.surely_utf8() {
            return (UTF_8, true);
        }
        if self.surely_gb() {
            return (self.gb_kind(), true);
        }
        let gb = self.gb;
        let kind = self.gb_kind();
        let guess = self.detector.guess(None, Utf8Detection::Deny);
        if guess == GBK || guess == GB18030 { (kind, gb) } else { (guess, guess == BIG5) }
    }

    /// Returns the encoding that the planner gives, and whether the bytes fit it.
    pub(crate) fn as_given(&self, given: &'static Encoding) -> TextEncoding {
        let fits = match given {
            _ if self.ascii => true,
            given if given == UTF_8 => self.utf8,
            given if given == GBK || given == GB18030 => self.gb,
            _ => true,
        };
        TextEncoding::of(given, EncodingBasis::Given, fits)
    }

    /// Returns the encoding: as declared where the bytes bear it out, else as they tell.
    pub(crate) fn judge(self, declared: Option<&str>) -> TextEncoding {
        let told = declared.and_then(named);
        let believed = match told {
            None => false,
            Some(_) if self.ascii => true,
            Some(told) if told == UTF_8 => self.utf8,
            Some(told) if told == GBK || told == GB18030 => self.gb && (self.surely_gb() || !self.surely_utf8()),
            // Every byte is a letter of a single-byte page: what is surely something else is that.
            Some(_) => !(self.surely_gb() || self.surely_utf8()),
        };
        if let Some(told) = told.filter(|_| believed) {
            let told = if told == GBK && self.four { GB18030 } else { told };
            return TextEncoding::of(told, EncodingBasis::Declared, true);
        }
        let nothing_to_tell = self.ascii;
        let (encoding, certain) = self.detected();
        // Without one letter beyond ASCII all encodings are the same.
        TextEncoding::of(encoding, EncodingBasis::Detected, certain || nothing_to_tell)
    }
}

/// Returns the text of a file that does not say its encoding: by its byte order mark, else as what its
/// bytes look like, UTF-8 or GBK among them.
pub fn text_of(bytes: &[u8]) -> String {
    decode(bytes, None).0
}

/// Returns a text file's text: by its byte order mark, as given, or as its bytes tell.
pub(crate) fn decode(bytes: &[u8], given: Option<&'static Encoding>) -> (String, TextEncoding) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return (text.into_owned(), TextEncoding::of(encoding, EncodingBasis::Declared, !broken));
    }
    let judged = || {
        let mut evidence = Evidence::new();
        bytes.split(|&b| b == b'\n').for_each(|line| evidence.look(line));
        evidence.judge(None)
    };
    let mut encoding = match (given, utf16_without_mark(bytes)) {
        (Some(given), _) => TextEncoding::of(given, EncodingBasis::Given, true),
        (None, Some(wide)) => TextEncoding::of(wide, EncodingBasis::Detected, true),
        (None, None) => judged(),
    };
    let by = named(&encoding.name).unwrap_or(UTF_8);
    let (text, broken) = by.decode_without_bom_handling(bytes);
    encoding.certain &= !broken;
    (text.into_owned(), encoding)
}

/// UTF-16 that begins with an ASCII letter, as spreadsheets save "Unicode text".
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [1..=0x7f, 0, 1..=0x7f, 0, ..] => Some(UTF_16LE),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(bytes: &[&[u8]], declared: Option<&str>) -> (String, EncodingBasis) {
        let mut evidence = Evidence::new();
        bytes.iter().for_each(|piece| evidence.look(piece));
        let judged = evidence.judge(declared);
        (judged.name, judged.basis)
    }

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn chinese_is_told_by_its_bytes() {
        use EncodingBasis::Detected;
        assert_eq!(judge(&[&gbk("水田")], None), ("GBK".to_owned(), Detected));
        assert_eq!(judge(&[&gbk("基本农田保护区"), &gbk("水")[..1]], None), ("GBK".to_owned(), Detected));
        assert_eq!(judge(&["水田".as_bytes()], None), ("UTF-8".to_owned(), Detected));
        assert_eq!(judge(&[&"水田".as_bytes()[..5]], None), ("UTF-8".to_owned(), Detected));
        assert_eq!(judge(&[&gbk("㐀村水田㙍")], None).0, "gb18030");
        assert_eq!(judge(&["Straße".as_bytes(), "café".as_bytes()], None).0, "UTF-8");
        let big5 = BIG5.encode("香港特別行政區城市規劃委員會綠化地帶農業用地").0;
        assert_eq!(judge(&[&big5], None).0, "Big5");
    }

    #[test]
    fn pairs_that_happen_to_be_utf_8_are_still_chinese() {
        // Each of the two bytes pairs of these is a valid sequence of UTF-8.
        let pairs = [0xc2, 0xb3, 0xc4, 0xaa, 0xd0, 0xa1, 0xcb, 0xae];
        assert!(std::str::from_utf8(&pairs).is_ok());
        assert_eq!(judge(&[&pairs], None).0, "GBK");
        assert_eq!(judge(&[&pairs], Some("UTF-8")), ("UTF-8".to_owned(), EncodingBasis::Declared));
    }

    #[test]
    fn a_declaration_is_believed_only_where_the_bytes_bear_it_out() {
        use EncodingBasis::{Declared, Detected};
        let (gb, utf8) = (gbk("永久基本农田"), "永久基本农田".as_bytes());
        for label in ["936", "CP936", "OEM 936", "ANSI 936", "GB2312", "gbk"] {
            assert_eq!(judge(&[&gb], Some(label)), ("GBK".to_owned(), Declared), "{label}");
            assert_eq!(judge(&[utf8], Some(label)), ("UTF-8".to_owned(), Detected), "{label}");
        }
        for label in ["UTF-8", "65001", "utf8", "ISO-8859-1", "88591", "1252", "nonsense", ""] {
            assert_eq!(judge(&[&gb], Some(label)), ("GBK".to_owned(), Detected), "{label}");
        }
        assert_eq!(judge(&[b"Stra\xdfe"], Some("1252")), ("windows-1252".to_owned(), Declared));
    }

    #[test]
    fn text_that_no_encoding_fits_is_uncertain() {
        let mut evidence = Evidence::new();
        evidence.look(&[0xff, 0x81, 0x20, 0xff]);
        assert!(!evidence.judge(None).certain);
    }

    #[test]
    fn a_text_file_is_decoded_by_its_mark_or_by_its_bytes() {
        let text = "坐标系=2000国家大地坐标系\r\n带号=37";
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for (bytes, name) in
            [(&gbk(text), "GBK"), (&text.as_bytes().to_vec(), "UTF-8"), (&with_mark, "UTF-8"), (&wide, "UTF-16LE")]
        {
            let (decoded, encoding) = decode(bytes, None);
            assert_eq!((decoded.as_str(), encoding.name.as_str(), encoding.certain), (text, name, true));
        }
        let (_, encoding) = decode(&gbk(text), Some(UTF_8));
        assert_eq!((encoding.basis, encoding.certain), (EncodingBasis::Given, false));
    }
}
