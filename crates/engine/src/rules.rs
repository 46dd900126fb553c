//! What the office has agreed: classes, the matrix of pairs, ordered rules, tolerances.
//!
//! A rule set is data with reasons; the engine only reads ids and conditions. It is checked by
//! [`RuleSet::problems`] before a run, so that a misspelt class is a sentence and not a rule that
//! silently never applies.
//!
//! A class may lie within another (`0301` within `03` within `forest`); what is said of the wider
//! class then holds for the narrower, unless something nearer is said.

use crate::layer::ClassId;
use serde::{Deserialize, Serialize};

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

impl Bilingual {
    /// Returns whether nothing is said in either language.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
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
    /// The wider class that it belongs to: what is said of that one holds for it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<ClassId>,
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
    /// The legal basis.
    #[serde(default, skip_serializing_if = "Bilingual::is_empty")]
    pub basis: Bilingual,
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
    /// The party with the latest date in this field keeps it, if all concerned carry one.
    Latest(String),
    /// The party whose value comes first keeps it, if all concerned carry one of the values: the
    /// plan of a higher level binds that of a lower.
    Ranked(Ranking),
    /// What the layer of this class (role) says counts: parties that may not lie over its class
    /// leave. The survey base map and the surveyed coastline decide so, where they are loaded.
    Follow(ClassId),
    /// All keep it.
    KeepAll,
    /// A planner decides.
    Ask,
}

/// The order of a field's values.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// The field, or [`LAYER_FIELD`].
    pub field: String,
    /// The values, the strongest first.
    pub values: Vec<String>,
}

/// Instead of a field: the name of the party's layer.
pub const LAYER_FIELD: &str = "@layer";

/// When a rule applies. All conditions that are given must hold.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Both classes are among the conflict's parties and exclude each other.
    pub classes: Option<[ClassId; 2]>,
    /// A party's attribute passes.
    pub attribute: Option<AttributeTest>,
    /// Further attributes, which must all pass.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeTest>,
    /// How much of a party's ground another class covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<ShareTest>,
    /// The code of the conflict's district begins with one of these: that of a city covers its counties.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub district: Vec<String>,
    /// And it begins with none of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except_district: Vec<String>,
    /// The conflict is a sliver (`true`) or is not (`false`).
    pub sliver: Option<bool>,
    /// The conflict is at most this large, in m².
    pub max_area_m2: Option<f64>,
    /// The conflict is at least this large, in m².
    pub min_area_m2: Option<f64>,
    /// The conflict is on average at most this wide, in m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_width_m: Option<f64>,
    /// The conflict is on average at least this wide, in m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_width_m: Option<f64>,
}

/// A condition on an attribute; what is given must all hold for one party.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttributeTest {
    /// The class of the party whose attribute is read; of any party if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<ClassId>,
    /// The field, or [`LAYER_FIELD`].
    pub field: String,
    /// The value is one of these, as text.
    pub values: Vec<String>,
    /// The value begins with one of these: codes of districts or classes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub begins: Vec<String>,
    /// The value is at least this: a number, a date, else text in its order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// The value is at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<String>,
    /// The field is not there or empty.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
}

/// A condition on how much of a party's whole feature lies under another class, 0 to 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareTest {
    /// The class of the party that is measured.
    pub of: ClassId,
    /// The class that covers it.
    #[serde(rename = "in")]
    pub under: ClassId,
    /// The least share: 0.9 counts as inside.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// The largest share: 0.1 counts as outside.
    #[serde(default)]
    pub at_most: Option<f64>,
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

impl RuleSet {
    /// Returns the relation of two classes: what the matrix says of them or, from the nearest
    /// outwards, of the classes that they lie within; else compatible if one lies within the other
    /// and conflict if not.
    pub fn relation(&self, a: &ClassId, b: &ClassId) -> Relation {
        if a == b {
            return Relation::Compatible;
        }
        match self.pair(a, b) {
            Some(pair) => pair.relation,
            None if self.is(a, b) || self.is(b, a) => Relation::Compatible,
            None => Relation::Conflict,
        }
    }

    /// Returns what the matrix says of two classes or, from the nearest outwards, of the classes that
    /// they lie within; of entries that are as near, the first. An entry of a class with itself speaks
    /// of different classes within it, neither of which lies within the other.
    pub fn pair(&self, a: &ClassId, b: &ClassId) -> Option<&Pair> {
        let (wider_a, wider_b) = (self.lineage(a), self.lineage(b));
        let related = wider_a.contains(&b) || wider_b.contains(&a);
        let depth = |lineage: &[&ClassId], class: &ClassId| lineage.iter().position(|wider| *wider == class);
        let far = |pair: &Pair| {
            let [x, y] = &pair.classes;
            if related && x == y {
                return None;
            }
            let one = depth(&wider_a, x).zip(depth(&wider_b, y));
            let other = depth(&wider_a, y).zip(depth(&wider_b, x));
            one.into_iter().chain(other).map(|(a, b)| a + b).min()
        };
        let near = self.pairs.iter().filter_map(|pair| Some((far(pair)?, pair))).min_by_key(|(far, _)| *far);
        near.map(|(_, pair)| pair)
    }

    /// Returns a class and the classes that it lies within, the nearest first.
    pub fn lineage<'a>(&'a self, class: &'a ClassId) -> Vec<&'a ClassId> {
        let mut lineage = vec![class];
        let mut at = class;
        while let Some(wider) = self.definition(at).and_then(|def| def.within.as_ref())
            && !lineage.contains(&wider)
        {
            lineage.push(wider);
            at = wider;
        }
        lineage
    }

    /// Returns what the set says of a class.
    pub fn definition(&self, class: &ClassId) -> Option<&ClassDef> {
        self.classes.iter().find(|def| def.id == *class)
    }

    /// Returns whether a class is another or lies within it.
    pub fn is(&self, class: &ClassId, wanted: &ClassId) -> bool {
        class == wanted || self.lineage(class)[1..].contains(&wanted)
    }

    /// Returns where a class stands when one of several compatible ones must name the place:
    /// uses before control lines, then the order of the set, then the id.
    pub fn rank<'a>(&self, class: &'a ClassId) -> (ClassKind, usize, &'a ClassId) {
        let at = self.classes.iter().position(|def| def.id == *class);
        let kind = at.map_or(ClassKind::Land, |at| self.classes[at].kind);
        (kind, at.unwrap_or(usize::MAX), class)
    }
}

impl When {
    /// Returns all conditions on attributes.
    pub fn tests(&self) -> impl Iterator<Item = &AttributeTest> {
        self.attribute.iter().chain(&self.attributes)
    }

    /// Returns whether it asks for the conflict's district.
    pub fn asks_for_district(&self) -> bool {
        !(self.district.is_empty() && self.except_district.is_empty())
    }
}

impl Rule {
    /// Returns every class that the rule names.
    pub fn classes_named(&self) -> impl Iterator<Item = &ClassId> {
        let pair = self.when.classes.iter().flatten();
        let tested = self.when.tests().filter_map(|test| test.class.as_ref());
        let measured = self.when.share.iter().flat_map(|share| [&share.of, &share.under]);
        let given: &[ClassId] = match &self.then {
            Strategy::GiveTo(class) | Strategy::Follow(class) => std::slice::from_ref(class),
            Strategy::Priority(order) => order,
            _ => &[],
        };
        pair.chain(tested).chain(measured).chain(given)
    }
}
