//! What is wrong with a rule set: what keeps it from being used, and what cannot be meant.

use crate::layer::ClassId;
use crate::rules::{Relation, Rule, RuleSet, ShareTest, Strategy, When};
use std::collections::{BTreeMap, BTreeSet};

/// Which entry of the set is meant, counted from 0 within its kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Entry {
    /// A `[[class]]`.
    Class(usize),
    /// A `[[pair]]`.
    Pair(usize),
    /// A `[[rule]]`.
    Rule(usize),
}

/// A mistake in a rule set, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The entry.
    pub at: Entry,
    /// The rule's or class's id; both classes of a pair joined by ` × `.
    pub of: String,
    /// What is wrong with it.
    pub mistake: Mistake,
}

/// What is wrong with an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// It names a class that neither the set nor a layer knows.
    UnknownClass(ClassId),
    /// An earlier entry has the same id.
    Repeated,
    /// The class lies within itself.
    WithinItself,
    /// The same pair is listed earlier with the other relation.
    OtherRelation,
    /// The matrix lets its two classes stay, so no conflict of theirs reaches the rule.
    Compatible,
    /// No conflict can meet its conditions: a least value is above a largest.
    NeverMet,
    /// The earlier rule of this id decides all that could reach it, in the same way.
    Unreachable(String),
    /// The earlier rule of this id has the same conditions and decides otherwise.
    Contradicts(String),
    /// What it takes out is all of its districts.
    NowhereLeft,
    /// It asks for the conflict's district, and the project has no districts.
    NoDistricts,
    /// Its winner is neither of its two classes, so it takes out both and nobody may be left.
    WinnerNotConcerned(ClassId),
}

impl Mistake {
    /// Returns whether a run with such a set is refused; all others are advice.
    pub fn is_fatal(&self) -> bool {
        matches!(
            self,
            Self::UnknownClass(_) | Self::Repeated | Self::WithinItself | Self::OtherRelation | Self::NoDistricts
        )
    }
}

impl RuleSet {
    /// Returns what keeps the set from being used; `known` are the classes that the layers use.
    pub fn problems(&self, known: &BTreeSet<ClassId>) -> Vec<Problem> {
        let mut all: BTreeSet<&ClassId> = known.iter().collect();
        all.extend(self.classes.iter().map(|def| &def.id));
        let mut problems = Vec::new();
        self.problems_of_classes(&all, &mut problems);
        self.problems_of_pairs(&all, &mut problems);
        let mut ids = BTreeSet::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let mut say = |mistake| problems.push(Problem { at: Entry::Rule(at), of: rule.id.clone(), mistake });
            let unknown: BTreeSet<&ClassId> = rule.classes_named().filter(|class| !all.contains(class)).collect();
            unknown.into_iter().for_each(|class| say(Mistake::UnknownClass(class.clone())));
            if !ids.insert(&rule.id) {
                say(Mistake::Repeated);
            }
        }
        problems
    }

    /// Returns what keeps the set from being used where there are no districts: such rules would never
    /// apply, and nobody would know.
    pub fn problems_without_districts(&self) -> impl Iterator<Item = Problem> {
        let asking = self.rules.iter().enumerate().filter(|(_, rule)| rule.enabled && rule.when.asks_for_district());
        asking.map(|(at, rule)| Problem { at: Entry::Rule(at), of: rule.id.clone(), mistake: Mistake::NoDistricts })
    }

    fn problems_of_classes(&self, all: &BTreeSet<&ClassId>, problems: &mut Vec<Problem>) {
        let mut ids = BTreeSet::new();
        for (at, def) in self.classes.iter().enumerate() {
            let mut say = |mistake| problems.push(Problem { at: Entry::Class(at), of: def.id.to_string(), mistake });
            if !ids.insert(&def.id) {
                say(Mistake::Repeated);
            }
            let Some(within) = &def.within else { continue };
            if !all.contains(within) {
                say(Mistake::UnknownClass(within.clone()));
            } else if self.is(within, &def.id) {
                say(Mistake::WithinItself);
            }
        }
    }

    fn problems_of_pairs(&self, all: &BTreeSet<&ClassId>, problems: &mut Vec<Problem>) {
        let mut relations = BTreeMap::new();
        for (at, pair) in self.pairs.iter().enumerate() {
            let of = format!("{} × {}", pair.classes[0], pair.classes[1]);
            let mut say = |mistake| problems.push(Problem { at: Entry::Pair(at), of: of.clone(), mistake });
            let unknown = pair.classes.iter().filter(|class| !all.contains(class));
            unknown.for_each(|class| say(Mistake::UnknownClass(class.clone())));
            let mut key = pair.classes.clone();
            key.sort();
            if *relations.entry(key).or_insert(pair.relation) != pair.relation {
                say(Mistake::OtherRelation);
            }
        }
    }

    /// Returns what can be used but cannot be meant: rules that nothing reaches, and rules that
    /// contradict earlier ones.
    pub fn advice(&self) -> Vec<Problem> {
        let mut advice = Vec::new();
        for (at, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.enabled) {
            let earlier = self.rules[..at].iter().filter(|earlier| earlier.enabled);
            let found = self.wrong_by_itself(rule).or_else(|| earlier.filter_map(|one| self.shadows(one, rule)).next());
            advice.extend(found.map(|mistake| Problem { at: Entry::Rule(at), of: rule.id.clone(), mistake }));
        }
        advice
    }

    fn wrong_by_itself(&self, rule: &Rule) -> Option<Mistake> {
        let when = &rule.when;
        let above = |least: Option<f64>, most: Option<f64>| least.zip(most).is_some_and(|(least, most)| least > most);
        let share = when.share.as_ref().is_some_and(|share| {
            above(share.at_least, share.at_most)
                || share.at_least.is_some_and(|least| least > 1.0)
                || share.at_most.is_some_and(|most| most < 0.0)
        });
        if above(when.min_area_m2, when.max_area_m2) || above(when.min_width_m, when.max_width_m) || share {
            return Some(Mistake::NeverMet);
        }
        let taken_out = |code: &str| when.except_district.iter().any(|out| code.starts_with(&**out));
        if taken_out("") || (!when.district.is_empty() && when.district.iter().all(|code| taken_out(code))) {
            return Some(Mistake::NowhereLeft);
        }
        let [a, b] = when.classes.as_ref()?;
        // Of one class with itself: classes within it may exclude each other.
        if a != b && self.relation(a, b) == Relation::Compatible {
            return Some(Mistake::Compatible);
        }
        match &rule.then {
            Strategy::GiveTo(winner)
                if ![a, b].iter().any(|class| self.is(class, winner) || self.is(winner, class)) =>
            {
                Some(Mistake::WinnerNotConcerned(winner.clone()))
            }
            _ => None,
        }
    }

    /// Why a rule is never reached, if an earlier one is the reason.
    fn shadows(&self, earlier: &Rule, rule: &Rule) -> Option<Mistake> {
        if !self.implies(&rule.when, &earlier.when) || !self.settles(earlier, rule) {
            return None;
        }
        let at_odds = rule.then != earlier.then && self.implies(&earlier.when, &rule.when);
        Some(match at_odds {
            true => Mistake::Contradicts(earlier.id.clone()),
            false => Mistake::Unreachable(earlier.id.clone()),
        })
    }

    /// Whether every conflict that meets `narrow` meets `wide`, as far as it can be told.
    fn implies(&self, narrow: &When, wide: &When) -> bool {
        let classes = match (&narrow.classes, &wide.classes) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some([a, b]), Some([x, y])) => (self.is(a, x) && self.is(b, y)) || (self.is(a, y) && self.is(b, x)),
        };
        let least = |narrow: Option<f64>, wide: Option<f64>| wide.is_none_or(|wide| narrow.is_some_and(|n| n >= wide));
        let most = |narrow: Option<f64>, wide: Option<f64>| wide.is_none_or(|wide| narrow.is_some_and(|n| n <= wide));
        let share = |narrow: &ShareTest, wide: &ShareTest| {
            narrow.of == wide.of
                && narrow.under == wide.under
                && least(narrow.at_least, wide.at_least)
                && most(narrow.at_most, wide.at_most)
        };
        classes
            && lies_within(narrow, wide)
            && wide.tests().all(|test| narrow.tests().any(|other| other == test))
            && wide.share.as_ref().is_none_or(|wide| narrow.share.as_ref().is_some_and(|narrow| share(narrow, wide)))
            && wide.sliver.is_none_or(|sliver| narrow.sliver == Some(sliver))
            && least(narrow.min_area_m2, wide.min_area_m2)
            && most(narrow.max_area_m2, wide.max_area_m2)
            && least(narrow.min_width_m, wide.min_width_m)
            && most(narrow.max_width_m, wide.max_width_m)
    }

    /// Whether the earlier rule, where it applies, surely leaves nothing for the later one.
    fn settles(&self, earlier: &Rule, rule: &Rule) -> bool {
        let Some([a, b]) = &rule.when.classes else {
            return matches!(earlier.then, Strategy::Ask | Strategy::KeepAll);
        };
        let parts = |winner: &ClassId| self.is(a, winner) != self.is(b, winner);
        match &earlier.then {
            Strategy::Ask | Strategy::KeepAll => true,
            Strategy::GiveTo(winner) => parts(winner),
            Strategy::Priority(order) => {
                order.iter().find(|class| self.is(a, class) || self.is(b, class)).is_some_and(parts)
            }
            Strategy::LongestBorder | Strategy::LargestArea | Strategy::SmallestArea => true,
            // They apply only where the data carry what they look at.
            Strategy::Latest(_) | Strategy::Ranked(_) | Strategy::Follow(_) => false,
        }
    }
}

/// Whether every district where `narrow` holds is one where `wide` holds.
fn lies_within(narrow: &When, wide: &When) -> bool {
    let begins = |code: &str, codes: &[String]| codes.iter().any(|wider| code.starts_with(&**wider));
    let inside = wide.district.is_empty()
        || (!narrow.district.is_empty() && narrow.district.iter().all(|code| begins(code, &wide.district)));
    let apart = |out: &str| {
        let meets = |code: &String| code.starts_with(out) || out.starts_with(&**code);
        !narrow.district.is_empty() && !narrow.district.iter().any(meets)
    };
    // What the wider one takes out, the narrower one must not reach either.
    let outside = wide.except_district.iter().all(|out| begins(out, &narrow.except_district) || apart(out));
    inside && outside
}
