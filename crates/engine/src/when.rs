//! Whether a rule's conditions hold for a conflict.

use crate::conflict::Conflict;
use crate::known::Known;
use crate::layer::ClassId;
use crate::partition::{FeatureRef, LayerInfo, Partition};
use crate::rules::{AttributeTest, LAYER_FIELD, Relation, RuleSet, ShareTest, When};
use std::cmp::Ordering;

/// Returns the rules, by index, that are switched on and whose conditions hold for a conflict of all its
/// parties, whether or not an earlier rule leaves it to them.
pub fn applicable(partition: &Partition, conflict: &Conflict, rules: &RuleSet) -> Vec<usize> {
    let known = Known::new(rules);
    let holds = |when: &When| applies(partition, conflict, &conflict.parties, &known, when);
    let all = rules.rules.iter().enumerate();
    all.filter(|(_, rule)| rule.enabled && holds(&rule.when)).map(|(at, _)| at).collect()
}

/// Returns whether all conditions hold; `rest` are the parties still in the race.
pub(crate) fn applies(
    partition: &Partition,
    conflict: &Conflict,
    rest: &[FeatureRef],
    rules: &Known<'_>,
    when: &When,
) -> bool {
    when.classes.as_ref().is_none_or(|wanted| exclude(partition, rest, rules, wanted))
        && when.sliver.is_none_or(|sliver| sliver == conflict.sliver)
        && lies_there(conflict.district.as_deref(), when)
        && within(partition.grid.area(conflict.area2), when.min_area_m2, when.max_area_m2)
        && within(partition.grid.length(conflict.mean_width()), when.min_width_m, when.max_width_m)
        && when.tests().all(|test| rest.iter().any(|&party| passes(partition, party, rules, test)))
        && when.share.as_ref().is_none_or(|share| rest.iter().any(|&party| covered(partition, party, rules, share)))
}

/// Whether a party of the one class and a party of the other exclude each other: classes within the
/// two may be compatible where these are not.
fn exclude(partition: &Partition, rest: &[FeatureRef], rules: &Known<'_>, [a, b]: &[ClassId; 2]) -> bool {
    let of = |wanted| {
        let classes = rest.iter().map(|&party| &partition.feature(party).class);
        classes.filter(move |class| rules.is(class, wanted))
    };
    of(a).any(|one| of(b).any(|other| rules.relation(one, other) == Relation::Conflict))
}

/// Whether a conflict lies where the rule is in force; nowhere, where nobody has told its district.
fn lies_there(district: Option<&str>, when: &When) -> bool {
    let begins = |code: &str, codes: &[String]| codes.iter().any(|wider| code.starts_with(&**wider));
    let there =
        |code: &str| (when.district.is_empty() || begins(code, &when.district)) && !begins(code, &when.except_district);
    !when.asks_for_district() || district.is_some_and(there)
}

fn within(value: f64, least: Option<f64>, most: Option<f64>) -> bool {
    least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most)
}

fn passes(partition: &Partition, party: FeatureRef, rules: &Known<'_>, test: &AttributeTest) -> bool {
    if test.class.as_ref().is_some_and(|class| !rules.is(&partition.feature(party).class, class)) {
        return false;
    }
    let Some(value) = value_of(partition, party, &test.field) else { return test.absent };
    let one_of = test.values.is_empty() || test.values.contains(&value);
    let begins = test.begins.is_empty() || test.begins.iter().any(|code| value.starts_with(&**code));
    let is = |bound: &Option<String>, not: Ordering| bound.as_ref().is_none_or(|bound| in_order(&value, bound) != not);
    !test.absent && one_of && begins && is(&test.at_least, Ordering::Less) && is(&test.at_most, Ordering::Greater)
}

fn covered(partition: &Partition, party: FeatureRef, rules: &Known<'_>, share: &ShareTest) -> bool {
    let whole = partition.feature_area2(party);
    if whole == 0 || !rules.is(&partition.feature(party).class, &share.of) {
        return false;
    }
    let under = partition.covered2(|class| rules.set.is(class, &share.under))[party.0 as usize];
    within(under as f64 / whole as f64, share.at_least, share.at_most)
}

/// Returns what a party carries in a field; `None` if nothing. [`LAYER_FIELD`] is its layer's name.
pub(crate) fn value_of(partition: &Partition, party: FeatureRef, field: &str) -> Option<String> {
    let layer: &LayerInfo = partition.layer_of(party);
    if field == LAYER_FIELD {
        return Some(layer.name.to_string());
    }
    let value = partition.feature(party).attributes.get(field)?.to_text();
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The order of two values: as numbers, as dates, else as text.
fn in_order(a: &str, b: &str) -> Ordering {
    if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return a.total_cmp(&b);
    }
    match (date(a), date(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

/// Returns year, month and day (0 if not said) of a date as offices write them: `2019-3-1`,
/// `20190301`, `2019年3月`; `None` for what is no date.
pub(crate) fn date(text: &str) -> Option<[u32; 3]> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let first = parts.next()?;
    let number = |text: &str| text.parse::<u32>().ok();
    let date = match first.len() {
        4 => {
            let mut further = || parts.next().map_or(Some(0), number);
            [number(first)?, further()?, further()?]
        }
        8 => [number(&first[..4])?, number(&first[4..6])?, number(&first[6..])?],
        _ => return None,
    };
    (date[1] <= 12 && date[2] <= 31).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_city_covers_its_counties_but_for_those_taken_out() {
        let codes = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect::<Vec<_>>();
        let when = |district: &[&str], except: &[&str]| When {
            district: codes(district),
            except_district: codes(except),
            ..When::default()
        };
        let city = when(&["4601"], &["460107"]);
        let lies = |code| lies_there(Some(code), &city);
        assert_eq!([lies("460105"), lies("460107"), lies("469001"), lies("-")], [true, false, false, false]);
        let elsewhere = when(&[], &["4601"]);
        assert_eq!([lies_there(Some("469001"), &elsewhere), lies_there(Some("460105"), &elsewhere)], [true, false]);
        // Where districts are unknown, no rule about them holds, nor one about what they are not.
        assert!(!lies_there(None, &city) && !lies_there(None, &elsewhere) && lies_there(None, &When::default()));
    }

    #[test]
    fn dates_are_read_as_offices_write_them() {
        for text in ["2019-03-01", "2019/3/1", "20190301", "2019年3月1日", "2019-03-01T08:00:00+08:00"] {
            assert_eq!(date(text), Some([2019, 3, 1]), "{text}");
        }
        assert_eq!(date("2019年"), Some([2019, 0, 0]));
        assert_eq!(date("国发〔19〕3号"), None);
        assert_eq!(date("2019-13-01"), None);
    }

    #[test]
    fn values_are_compared_as_what_they_are() {
        assert_eq!(in_order("9", "10"), Ordering::Less);
        assert_eq!(in_order("2019-9-1", "2019-10-1"), Ordering::Less);
        assert_eq!(in_order("20190901", "2019-10-01"), Ordering::Less);
        assert_eq!(in_order("b", "a"), Ordering::Greater);
    }
}
