//! The land bureau's boundary file (界址点坐标 TXT): its lines.
//!
//! ```text
//! [属性描述]
//! 坐标系=2000国家大地坐标系
//! 几度分带=3
//! 带号=37
//! [地块坐标]
//! 4,1.2345,地块001,名称,面,图幅号,住宅用地,0701,@
//! J1,1,2201234.567,37456789.123
//! ```
//!
//! Lines are known by their shape, not by their place: `[…]` begins a section, `…=…` is a key,
//! what ends in `@` begins a parcel, all other lines are its points. Brackets, commas and digits
//! may be full-width. Sections that are not known are passed over. `boundary` draws the parcels.

use lantu_engine::FindingCode;

/// A boundary file, line by line.
#[derive(Debug, Default)]
pub(crate) struct Boundary {
    /// Keys and values of its head.
    keys: Vec<(String, String)>,
    /// Its parcels.
    pub parcels: Vec<Parcel>,
    /// Whether a section or a parcel line shows that it is such a file.
    pub marked: bool,
}

/// A parcel as it is written.
#[derive(Debug, Default)]
pub(crate) struct Parcel {
    /// What stands before the `@`, in the order of the format; empty for points without a parcel.
    pub fields: Vec<String>,
    /// Its points.
    pub points: Vec<Point>,
    /// How many of its lines are no points.
    pub unreadable: usize,
}

/// A point line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Point {
    /// The number of the point, where it has one: the 3 of `J3`.
    pub number: Option<u32>,
    /// The number of the ring.
    pub ring: u32,
    /// The first coordinate: north, if all is well.
    pub first: f64,
    /// The second: east.
    pub second: f64,
}

/// The eight fields before the `@`.
pub(crate) const FIELDS: [&str; 8] =
    ["界址点数", "地块面积", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码"];

/// The sections whose lines are read.
const SECTIONS: [&str; 2] = ["属性描述", "地块坐标"];

/// Reads the lines of a boundary file.
pub(crate) fn parse(text: &str) -> Boundary {
    let mut boundary = Boundary::default();
    let mut known_section = true;
    for line in text.lines() {
        let line = narrow(line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\0' | '\u{1a}')));
        if line.is_empty() {
            continue;
        }
        if let Some(section) = section(&line) {
            known_section = SECTIONS.contains(&section);
            boundary.marked |= known_section;
        } else if let Some(head) = parcel_head(&line) {
            boundary.marked = true;
            boundary.parcels.push(Parcel { fields: head, ..Parcel::default() });
            known_section = true;
        } else if let Some((key, value)) = line.split_once('=') {
            boundary.keys.push((key.trim().to_owned(), value.trim().to_owned()));
        } else if known_section {
            boundary.add_point(&line);
        }
    }
    boundary
}

/// Full-width brackets, signs and digits become the usual ones; where a line has commas of its own,
/// full-width commas are part of its names.
fn narrow(line: &str) -> String {
    let has_commas = line.contains(',');
    let change = |c: char| match c {
        '【' | '［' | '〔' => '[',
        '】' | '］' | '〕' => ']',
        '，' if !has_commas => ',',
        '＝' => '=',
        '＠' => '@',
        '．' => '.',
        '－' => '-',
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '\u{3000}' => ' ',
        other => other,
    };
    line.chars().map(change).collect()
}

fn section(line: &str) -> Option<&str> {
    Some(line.strip_prefix('[')?.strip_suffix(']')?.trim())
}

fn parcel_head(line: &str) -> Option<Vec<String>> {
    let head = line.trim_end_matches([',', ';', ' ', '\t']).strip_suffix('@')?;
    let head = head.trim_end().strip_suffix(',').unwrap_or(head);
    let mut fields: Vec<String> = head.split(',').map(|field| unquoted(field).to_owned()).collect();
    // The count of points is sometimes left out altogether.
    let number = |text: &str| text.parse::<f64>().is_ok();
    if let [first, second, ..] = fields.as_slice()
        && first.contains('.')
        && number(first)
        && !number(second)
    {
        fields.insert(0, String::new());
    }
    Some(fields)
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"').trim()
}

impl Boundary {
    /// Returns whether there is a ring in it, whatever else the text may be.
    pub(crate) fn has_ring(&self) -> bool {
        self.parcels.iter().any(|parcel| parcel.points.len() > 2)
    }

    /// Returns the value of the first key that contains a word and has a value.
    pub(crate) fn key(&self, word: &str) -> Option<&str> {
        let found = self.keys.iter().find(|(key, value)| key.contains(word) && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the first whole number in a key's value: the 37 of `第37带`.
    pub(crate) fn number(&self, word: &str) -> Option<u32> {
        let mut runs = self.key(word)?.split(|c: char| !c.is_ascii_digit());
        runs.find(|run| !run.is_empty())?.parse().ok()
    }

    fn add_point(&mut self, line: &str) {
        let point = point(line);
        if self.parcels.is_empty() {
            if point.is_none() {
                return;
            }
            self.parcels.push(Parcel::default());
        }
        let Some(parcel) = self.parcels.last_mut() else { return };
        match point {
            Some(point) => parcel.points.push(point),
            None => parcel.unreadable += 1,
        }
    }
}

/// Number, ring, north, east; the ring or the number may be missing.
fn point(line: &str) -> Option<Point> {
    let comma = line.contains(',');
    let apart = |c: char| if comma { c == ',' } else { c.is_whitespace() || c == ';' };
    let tokens: Vec<&str> = line.split(apart).map(unquoted).filter(|token| comma || !token.is_empty()).collect();
    let (number, ring, first, second) = match tokens.as_slice() {
        [first, second] => ("", "", first, second),
        [number, first, second] => (*number, "", first, second),
        [number, ring, first, second, ..] => (*number, *ring, first, second),
        _ => return None,
    };
    let coordinate = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let digits = |text: &str| text.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok();
    Some(Point {
        number: digits(number),
        ring: digits(ring).unwrap_or(1),
        first: coordinate(first)?,
        second: coordinate(second)?,
    })
}

impl Parcel {
    /// Returns a field of the format by its place; `None` where it is missing or empty.
    pub(crate) fn field(&self, at: usize) -> Option<&str> {
        self.fields.get(at).map(String::as_str).filter(|field| !field.is_empty())
    }

    /// Returns its rings: a new one begins with another ring number, after a closing point, and
    /// where the numbering of points begins again.
    pub(crate) fn rings(&self) -> Vec<Vec<Point>> {
        let mut rings: Vec<Vec<Point>> = Vec::new();
        let mut closed = false;
        for point in &self.points {
            let begins = match rings.last().and_then(|ring| Some((ring.first()?, ring.last()?, ring.len()))) {
                None => true,
                Some((first, last, length)) => {
                    let closes = length > 2 && same_place(first, point);
                    let again = length > 2 && point.number == Some(1) && last.number > Some(1) && !closes;
                    first.ring != point.ring || closed || again
                }
            };
            if begins {
                rings.push(Vec::new());
            }
            if let Some(ring) = rings.last_mut() {
                ring.push(*point);
                closed = ring.len() > 3 && same_place(&ring[0], point);
            }
        }
        rings
    }

    /// Returns what is wrong with its lines: a count of points that is neither theirs nor theirs
    /// without the closing points, lines that are no points.
    pub(crate) fn complaints(&self, rings: &[Vec<Point>]) -> Vec<FindingCode> {
        let closings =
            rings.iter().filter(|ring| ring.len() > 3 && same_place(&ring[0], &ring[ring.len() - 1])).count();
        let stated = self.field(0).and_then(|count| count.parse::<usize>().ok());
        let fits = |stated: usize| (self.points.len() - closings..=self.points.len() + rings.len()).contains(&stated);
        let wrong_count = stated.is_some_and(|stated| !fits(stated));
        let unreadable = std::iter::repeat_n(FindingCode::UnreadableLine, self.unreadable.min(1));
        wrong_count.then_some(FindingCode::StatedOtherwise).into_iter().chain(unreadable).collect()
    }
}

/// Whether two points are the same to the millimetre that such files are written with.
fn same_place(one: &Point, other: &Point) -> bool {
    let tolerance = if one.first.abs() > 180.0 { 1e-3 } else { 1e-8 };
    (one.first - other.first).abs() < tolerance && (one.second - other.second).abs() < tolerance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_known_by_their_shape() {
        let text = "\u{feff}【属性描述】\r\n格式版本号＝1.00\r\n\r\n带号=第37带\r\n[其他信息]\r\n一行字\r\n【地块坐标】\r\n4，1.5，A1，甲地，面，，住宅用地，0701，＠\r\nJ1,1,2201234.567,37456789.123\r\n2 1 2201234.5 37456799\r\nJ３,1,2201240,37456799\r\n不是点\r\n";
        let boundary = parse(text);
        assert_eq!((boundary.key("版本号"), boundary.number("带号"), boundary.marked), (Some("1.00"), Some(37), true));
        let [parcel] = boundary.parcels.as_slice() else { panic!("{boundary:?}") };
        assert_eq!(
            (parcel.field(2), parcel.field(3), parcel.field(5), parcel.field(7)),
            (Some("A1"), Some("甲地"), None, Some("0701"))
        );
        let numbers: Vec<_> = parcel.points.iter().map(|point| (point.number, point.ring)).collect();
        assert_eq!(numbers, [(Some(1), 1), (Some(2), 1), (Some(3), 1)]);
        assert_eq!((parcel.points[0].first, parcel.unreadable), (2_201_234.567, 1));
    }

    #[test]
    fn a_missing_count_does_not_shift_the_fields() {
        let boundary = parse("1.2345,地块001,名称,面,,住宅用地,0701,@\n");
        assert_eq!((boundary.parcels[0].field(0), boundary.parcels[0].field(1)), (None, Some("1.2345")));
    }

    #[test]
    fn rings_are_told_by_number_closing_point_and_numbering() {
        let lengths = |lines: &[(u32, u32, f64, f64)]| {
            let point = |&(number, ring, first, second): &(u32, u32, f64, f64)| Point {
                number: Some(number),
                ring,
                first,
                second,
            };
            let parcel = Parcel { points: lines.iter().map(point).collect(), ..Parcel::default() };
            parcel.rings().iter().map(Vec::len).collect::<Vec<_>>()
        };
        let by_number = [
            (1, 1, 0.0, 0.0),
            (2, 1, 0.0, 9.0),
            (3, 1, 9.0, 9.0),
            (4, 2, 1.0, 2.0),
            (5, 2, 1.0, 3.0),
            (6, 2, 2.0, 3.0),
        ];
        assert_eq!(lengths(&by_number), [3, 3]);
        let by_closing = [
            (1, 1, 0.0, 0.0),
            (2, 1, 0.0, 9.0),
            (3, 1, 9.0, 9.0),
            (1, 1, 0.0, 0.0),
            (4, 1, 1.0, 2.0),
            (5, 1, 1.0, 3.0),
            (6, 1, 2.0, 3.0),
        ];
        assert_eq!(lengths(&by_closing), [4, 3]);
        let by_numbering = [
            (1, 1, 0.0, 0.0),
            (2, 1, 0.0, 9.0),
            (3, 1, 9.0, 9.0),
            (1, 1, 1.0, 2.0),
            (2, 1, 1.0, 3.0),
            (3, 1, 2.0, 3.0),
        ];
        assert_eq!(lengths(&by_numbering), [3, 3]);
    }

    #[test]
    fn no_text_makes_the_parser_panic() {
        let pieces = [
            "[",
            "]",
            "@",
            ",",
            "=",
            "J1",
            "1",
            "1e308",
            "NaN",
            "-",
            "\u{feff}",
            "地块",
            "\n",
            " ",
            "2201234.5",
            "37456789.5",
        ];
        let mut state = 7_u64;
        for _ in 0..2_000 {
            let mut text = String::new();
            for _ in 0..30 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            for parcel in parse(&text).parcels {
                let rings = parcel.rings();
                parcel.complaints(&rings);
                assert!(parcel.points.iter().all(|point| point.first.is_finite() && point.second.is_finite()));
            }
        }
    }
}
