//! What counties of a city find for each other: replacement (补划) is sought in the same county first, then
//! in the same city. Which counties have no city is said by `seeds/districts.toml`.

use crate::api::Problem;
use crate::problem::fault;
use crate::rounding::largest_remainder;
use serde::Deserialize;
use std::collections::BTreeMap;

const SEED: &str = include_str!("../../../seeds/districts.toml");

/// How many digits a county's code and a city's have.
const COUNTY: usize = 6;
const CITY: usize = 4;

#[derive(Deserialize)]
struct Seed {
    no_city: Vec<String>,
}

/// What of each county's debt is covered within its city, in hundredths of a square metre.
#[derive(Debug, Default)]
pub(crate) struct Covering(BTreeMap<String, i64>);

impl Covering {
    /// Shares what some counties of a city have beyond their need out among those that owe, in proportion
    /// to what they owe. `owed` has codes of every level; only counties find and owe.
    ///
    /// # Errors
    /// Seeds that cannot be read; a test sees to it that they can.
    pub(crate) fn of<'a>(owed: impl Iterator<Item = (&'a str, f64)>) -> Result<Self, Problem> {
        let seed: Seed = toml::from_str(SEED).map_err(|cause| fault(&cause.to_string()))?;
        let mut cities: BTreeMap<&str, Vec<(&str, i64)>> = BTreeMap::new();
        for (code, owed_m2) in owed.filter(|(code, _)| is_county(code)) {
            let (city, hundredths) = (&code[..CITY], (owed_m2 * 100.0).round() as i64);
            if !seed.no_city.iter().any(|digits| *digits == city[2..]) {
                cities.entry(city).or_default().push((code, hundredths));
            }
        }
        Ok(Self(cities.into_values().flat_map(covered).collect()))
    }

    /// Returns what is covered in the counties of a code, in m²; `None` where no county of a city is.
    pub(crate) fn within(&self, code: &str) -> Option<f64> {
        let mut counties = self.0.iter().filter(|(county, _)| county.starts_with(code)).peekable();
        counties.peek()?;
        Some(counties.map(|(_, hundredths)| *hundredths).sum::<i64>() as f64 / 100.0)
    }

    /// Returns what other counties have found for a county, in m².
    pub(crate) fn of_county(&self, code: &str) -> f64 {
        self.0.get(code).map_or(0.0, |hundredths| *hundredths as f64 / 100.0)
    }
}

fn is_county(code: &str) -> bool {
    code.len() == COUNTY && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// The counties of one city with what is covered of their debts.
fn covered(counties: Vec<(&str, i64)>) -> Vec<(String, i64)> {
    let owed: i64 = counties.iter().map(|(_, owed)| *owed.max(&0)).sum();
    let spare: i64 = counties.iter().map(|(_, owed)| (-owed).max(0)).sum();
    let found = owed.min(spare);
    let share = |(_, own): &(&str, i64)| *own.max(&0) as f64 * found as f64 / owed.max(1) as f64;
    let shares = largest_remainder(found, &counties.iter().map(share).collect::<Vec<_>>());
    counties.into_iter().zip(shares).map(|((code, _), covered)| (code.to_owned(), covered)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covering(owed: &[(&str, f64)]) -> Covering {
        Covering::of(owed.iter().copied()).unwrap()
    }

    #[test]
    fn what_one_county_has_beyond_its_need_covers_the_others_of_its_city() {
        let found = covering(&[("460105", 300.0), ("460106", -120.0), ("460107", 100.0), ("460205", 50.0)]);
        assert_eq!([found.of_county("460105"), found.of_county("460107")], [90.0, 30.0], "as they owe");
        assert_eq!(found.of_county("460205"), 0.0, "another city finds nothing for it");
        assert_eq!([found.within("4601"), found.within("46"), found.within("")], [Some(120.0); 3]);
    }

    #[test]
    fn no_more_is_covered_than_is_owed_and_the_parts_add_up() {
        let found = covering(&[("460105", 0.01), ("460106", 0.01), ("460107", 0.01), ("460108", -9e9)]);
        assert_eq!(found.within("4601"), Some(0.03));
        let thirds = covering(&[("460105", 1.0), ("460106", 1.0), ("460107", 1.0), ("460108", -1.0)]);
        assert_eq!(["460105", "460106", "460107"].map(|code| thirds.of_county(code)), [0.34, 0.33, 0.33]);
    }

    #[test]
    fn counties_directly_under_the_province_and_districts_of_other_codes_have_no_city() {
        let found = covering(&[("469005", 10.0), ("469002", -10.0), ("east", 5.0), ("-", -5.0), ("", 1.0)]);
        assert_eq!(["469005", "4690", "east", "-", ""].map(|code| found.within(code)), [None; 5]);
    }
}
