//! The Gauss–Krüger zones of China and their EPSG codes.
//!
//! Three datums, zones of 3° (25 to 45) and of 6° (13 to 23), eastings with the zone's number in
//! front of them (8 digits) or without (6 digits). The codes of each of the twelve families follow
//! one another, so that a family is its first code.

use std::fmt;

/// The datum under a Chinese CRS.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Datum {
    /// 2000 国家大地坐标系.
    Cgcs2000,
    /// 1980 西安坐标系.
    Xian80,
    /// 1954 年北京坐标系.
    Beijing54,
}

/// How wide a zone is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Width {
    /// 3°, numbered by a third of its meridian.
    Three,
    /// 6°, the first of which is centred on 3° east.
    Six,
}

/// A zone of a datum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Zone {
    /// Its datum.
    pub datum: Datum,
    /// Its width.
    pub width: Width,
    /// Its number, which also tells the width: 13 to 23 or 25 to 45.
    pub number: u32,
}

/// Every family: datum, width, whether eastings carry the zone, code of the zone numbered 0.
const FAMILIES: [(Datum, Width, bool, u32); 12] = [
    (Datum::Cgcs2000, Width::Three, true, 4488),
    (Datum::Cgcs2000, Width::Three, false, 4509),
    (Datum::Cgcs2000, Width::Six, true, 4478),
    (Datum::Cgcs2000, Width::Six, false, 4489),
    (Datum::Xian80, Width::Three, true, 2324),
    (Datum::Xian80, Width::Three, false, 2345),
    (Datum::Xian80, Width::Six, true, 2314),
    (Datum::Xian80, Width::Six, false, 2325),
    (Datum::Beijing54, Width::Three, true, 2376),
    (Datum::Beijing54, Width::Three, false, 2397),
    (Datum::Beijing54, Width::Six, true, 21_400),
    (Datum::Beijing54, Width::Six, false, 21_440),
];

impl Datum {
    /// Returns the EPSG code of its longitudes and latitudes.
    pub(crate) fn geographic(self) -> u32 {
        match self {
            Self::Cgcs2000 => 4490,
            Self::Xian80 => 4610,
            Self::Beijing54 => 4214,
        }
    }

    /// Returns the datum that a Chinese or English name of a CRS tells.
    pub(crate) fn named(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["2000", "cgcs"]) {
            Some(Self::Cgcs2000)
        } else if has(&["西安", "xian", "xi'an", "80"]) {
            Some(Self::Xian80)
        } else if has(&["北京", "beijing", "54"]) {
            Some(Self::Beijing54)
        } else {
            None
        }
    }

    /// Returns its name in Chinese and in English.
    pub(crate) fn names(self) -> [&'static str; 2] {
        match self {
            Self::Cgcs2000 => ["2000 国家大地坐标系", "CGCS2000"],
            Self::Xian80 => ["1980 西安坐标系", "Xian 1980"],
            Self::Beijing54 => ["1954 年北京坐标系", "Beijing 1954"],
        }
    }
}

impl Zone {
    /// Returns the zone of this number: 13 to 23 are 6° wide, 25 to 45 are 3° wide.
    pub(crate) fn numbered(datum: Datum, number: u32) -> Option<Self> {
        let width = match number {
            13..=23 => Width::Six,
            25..=45 => Width::Three,
            _ => return None,
        };
        Some(Self { datum, width, number })
    }

    /// Returns the zone that an easting of eight digits begins with.
    pub(crate) fn of_easting(datum: Datum, easting: f64) -> Option<Self> {
        let number = (easting / 1e6).floor();
        // An easting lies within 500 km of the middle of its zone.
        (13.0..46.0).contains(&number).then(|| Self::numbered(datum, number as u32)).flatten()
    }

    /// Returns the zone of an EPSG code, and whether its eastings carry the number.
    pub(crate) fn of_code(code: u32) -> Option<(Self, bool)> {
        FAMILIES.iter().find_map(|&(datum, width, prefixed, base)| {
            let zone = Self::numbered(datum, code.checked_sub(base)?)?;
            (zone.width == width).then_some((zone, prefixed))
        })
    }

    /// Returns the EPSG code for eastings that carry the zone's number, or do not.
    pub(crate) fn code(self, prefixed: bool) -> u32 {
        let family =
            FAMILIES.iter().find(|family| (family.0, family.1, family.2) == (self.datum, self.width, prefixed));
        family.map_or(0, |family| family.3 + self.number)
    }

    /// Returns its central meridian in degrees.
    pub(crate) fn meridian(self) -> u32 {
        match self.width {
            Width::Three => 3 * self.number,
            Width::Six => 6 * self.number - 3,
        }
    }
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Three => "3°",
            Self::Six => "6°",
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::crs::Crs;

    /// Every zone with both kinds of eastings.
    pub(crate) fn every() -> impl Iterator<Item = (Zone, bool)> {
        let datums = [Datum::Cgcs2000, Datum::Xian80, Datum::Beijing54];
        let numbers = || (13..=23).chain(25..=45);
        datums.into_iter().flat_map(move |datum| {
            numbers().flat_map(move |number| {
                [true, false].map(|prefixed| (Zone::numbered(datum, number).unwrap(), prefixed))
            })
        })
    }

    #[test]
    fn every_code_is_the_zone_that_epsg_means_by_it() {
        for (zone, prefixed) in every() {
            let code = zone.code(prefixed);
            assert_eq!(Zone::of_code(code), Some((zone, prefixed)), "{code}");
            let srs = Crs::epsg(code).unwrap().to_gdal().unwrap();
            let name = srs.name().unwrap();
            let (datum, meridian) = (zone.datum.names()[1], format!("CM {}E", zone.meridian()));
            assert!(name.starts_with(datum), "{code}: {name}");
            assert!(
                name.ends_with(&if prefixed { format!("zone {}", zone.number) } else { meridian }),
                "{code}: {name}"
            );
            assert_eq!(name.contains("3-degree"), zone.width == Width::Three, "{code}: {name}");
            assert_eq!(srs.get_proj_param("central_meridian").unwrap(), Some(f64::from(zone.meridian())), "{code}");
        }
        assert_eq!(Zone::of_code(4490), None);
        assert_eq!(Zone::of_code(32_649), None);
    }

    #[test]
    fn a_name_tells_its_datum_in_either_language() {
        for (text, datum) in [
            ("2000国家大地坐标系", Some(Datum::Cgcs2000)),
            ("CGCS2000", Some(Datum::Cgcs2000)),
            ("国家2000", Some(Datum::Cgcs2000)),
            ("80国家大地坐标系", Some(Datum::Xian80)),
            ("1980西安坐标系", Some(Datum::Xian80)),
            ("Xian_1980_3_Degree_GK_Zone_37", Some(Datum::Xian80)),
            ("北京54", Some(Datum::Beijing54)),
            ("1954年北京坐标系", Some(Datum::Beijing54)),
            ("地方坐标系", None),
        ] {
            assert_eq!(Datum::named(text), datum, "{text}");
        }
    }
}
