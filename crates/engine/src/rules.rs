//! What the office has agreed: classes, the matrix of pairs, ordered rules, tolerances.
//!
//! A rule set is data with reasons; the engine only reads ids and conditions. It is checked by
//! [`RuleSet::problems`] before a run, so that a misspelt class is a sentence and not a rule that
//! silently never applies.

use crate::layer::ClassId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A text in both languages of the interface.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Bilingual {
    /// Chinese.
    #[serde(default)]
    pub zh: String,
    /// English.
    #[serde(default)]
    pub en: String,
}

/// How sure it is that a statement is in force as it stands here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Read in a source.
    Source,
    /// From practice, not confirmed: to be checked before it is relied on.
    #[default]
    Unconfirmed,
}

/// Whether a class is a use of the land or a line of control drawn over uses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassKind {
    /// A land or sea use: a place has exactly one.
    #[default]
    Land,
    /// A control line: excludes a use or is compatible with it.
    Control,
}

/// A planning class as the rule set knows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassDef {
    /// Its id.
    pub id: ClassId,
    /// Land use or control line.
    #[serde(default)]
    pub kind: ClassKind,
    /// Its name for people.
    pub name: Bilingual,
    /// Its colour on the map, `#rrggbb`.
    pub color: String,
}

/// Whether two classes may lie over each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// They may not.
    Conflict,
    /// They may: the place keeps both.
    Compatible,
}

/// One entry of the pair matrix; unlisted pairs of different classes are conflicts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The two classes, in any order.
    pub classes: [ClassId; 2],
    /// Their relation.
    pub relation: Relation,
    /// Why, for people.
    #[serde(default)]
    pub because: Bilingual,
    /// How sure it is.
    #[serde(default)]
    pub certainty: Certainty,
}

/// How a rule decides.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The named class keeps the place.
    GiveTo(ClassId),
    /// The class that comes first in the list keeps it.
    Priority(Vec<ClassId>),
    /// The party with the longest border along the conflict keeps it.
    LongestBorder,
    /// The party whose feature is larger keeps it.
    LargestArea,
    /// The party whose feature is smaller keeps it.
    SmallestArea,
    /// All keep it.
    KeepAll,
    /// A planner decides.
    Ask,
}

/// When a rule applies. All conditions that are given must hold.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Both classes are among the conflict's parties.
    pub classes: Option<[ClassId; 2]>,
    /// A party of `class` has one of `values` in `field`.
    pub attribute: Option<AttributeTest>,
    /// The conflict is a sliver (`true`) or is not (`false`).
    pub sliver: Option<bool>,
    /// The conflict is at most this large, in m².
    pub max_area_m2: Option<f64>,
    /// The conflict is at least this large, in m².
    pub min_area_m2: Option<f64>,
}

/// A condition on an attribute.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeTest {
    /// The class of the party whose attribute is read.
    pub class: ClassId,
    /// The field.
    pub field: String,
    /// The values that count, as text.
    pub values: Vec<String>,
}

/// One ordered rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, unique in the set: `R1`.
    pub id: String,
    /// When it applies.
    #[serde(default)]
    pub when: When,
    /// How it decides.
    pub then: Strategy,
    /// Why, for people.
    pub because: Bilingual,
    /// The legal basis.
    #[serde(default)]
    pub basis: Bilingual,
    /// How sure it is.
    #[serde(default)]
    pub certainty: Certainty,
    /// Switched off rules are kept but do not apply.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// What counts as a sliver.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tolerances {
    /// At most this large, in m².
    pub sliver_area_m2: f64,
    /// Or at most this wide on average, in m.
    pub sliver_width_m: f64,
}

impl Default for Tolerances {
    fn default() -> Self {
        Self { sliver_area_m2: 200.0, sliver_width_m: 1.0 }
    }
}

/// What the office has agreed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleSet {
    /// Its name for people.
    pub name: Bilingual,
    /// The classes it knows; their order breaks ties between compatible classes.
    #[serde(rename = "class")]
    pub classes: Vec<ClassDef>,
    /// The pair matrix.
    #[serde(rename = "pair")]
    pub pairs: Vec<Pair>,
    /// The rules, first to last.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// What counts as a sliver.
    pub tolerances: Tolerances,
}

/// A mistake in a rule set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// A pair or rule names a class that neither the set nor a layer knows.
    UnknownClass {
        /// The rule's id, or `pair`.
        rule: String,
        /// The class.
        class: ClassId,
    },
    /// Two rules have the same id.
    RepeatedRule(String),
    /// The same pair is listed with both relations.
    Contradiction(ClassId, ClassId),
}

impl RuleSet {
    /// Returns the relation of two classes: what the matrix says, else compatible if they are the
    /// same class and conflict if not.
    pub fn relation(&self, a: &ClassId, b: &ClassId) -> Relation {
        if a == b {
            return Relation::Compatible;
        }
        let listed = self.pairs.iter().find(|pair| {
            let [x, y] = &pair.classes;
            (x == a && y == b) || (x == b && y == a)
        });
        listed.map_or(Relation::Conflict, |pair| pair.relation)
    }

    /// Returns where a class stands when one of several compatible ones must name the place:
    /// uses before control lines, then the order of the set, then the id.
    pub fn rank<'a>(&self, class: &'a ClassId) -> (ClassKind, usize, &'a ClassId) {
        let at = self.classes.iter().position(|def| def.id == *class);
        let kind = at.map_or(ClassKind::Land, |at| self.classes[at].kind);
        (kind, at.unwrap_or(usize::MAX), class)
    }

    /// Returns the mistakes in the set; `known` are the classes that the layers use.
    pub fn problems(&self, known: &BTreeSet<ClassId>) -> Vec<Problem> {
        let mut all: BTreeSet<&ClassId> = known.iter().collect();
        all.extend(self.classes.iter().map(|def| &def.id));
        let mut problems = Vec::new();
        let mut say = |rule: &str, class: &ClassId| {
            if !all.contains(class) {
                problems.push(Problem::UnknownClass { rule: rule.to_owned(), class: class.clone() });
            }
        };
        for pair in &self.pairs {
            pair.classes.iter().for_each(|class| say("pair", class));
        }
        for rule in &self.rules {
            rule.classes_named().for_each(|class| say(&rule.id, class));
        }
        self.repeats(&mut problems);
        problems
    }

    fn repeats(&self, problems: &mut Vec<Problem>) {
        let mut ids = BTreeSet::new();
        for rule in &self.rules {
            if !ids.insert(&rule.id) {
                problems.push(Problem::RepeatedRule(rule.id.clone()));
            }
        }
        let mut relations = BTreeMap::new();
        for pair in &self.pairs {
            let mut key = pair.classes.clone();
            key.sort();
            if let Some(before) = relations.insert(key.clone(), pair.relation)
                && before != pair.relation
            {
                let [a, b] = key;
                problems.push(Problem::Contradiction(a, b));
            }
        }
    }
}

impl Rule {
    /// Returns every class that the rule names.
    pub fn classes_named(&self) -> impl Iterator<Item = &ClassId> {
        let pair = self.when.classes.iter().flatten();
        let tested = self.when.attribute.iter().map(|test| &test.class);
        let given: &[ClassId] = match &self.then {
            Strategy::GiveTo(class) => std::slice::from_ref(class),
            Strategy::Priority(order) => order,
            _ => &[],
        };
        pair.chain(tested).chain(given)
    }
}
