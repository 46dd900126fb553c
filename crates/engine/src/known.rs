//! What a rule set says of classes, looked up once: a province asks the same few questions a million times.

use crate::layer::ClassId;
use crate::rules::{ClassKind, Relation, RuleSet};
use std::cell::RefCell;
use std::collections::HashMap;

/// Answers by the two classes that were asked about.
type Answers<T> = RefCell<HashMap<ClassId, HashMap<ClassId, T>>>;

/// A rule set and its answers so far. Each thread has its own.
pub(crate) struct Known<'a> {
    /// The rule set.
    pub(crate) set: &'a RuleSet,
    relations: Answers<Relation>,
    within: Answers<bool>,
}

impl<'a> Known<'a> {
    /// Returns a rule set that has not been asked yet.
    pub(crate) fn new(set: &'a RuleSet) -> Self {
        Self { set, relations: RefCell::default(), within: RefCell::default() }
    }

    /// As [`RuleSet::relation`].
    pub(crate) fn relation(&self, a: &ClassId, b: &ClassId) -> Relation {
        answer(&self.relations, a, b, || self.set.relation(a, b))
    }

    /// As [`RuleSet::is`].
    pub(crate) fn is(&self, class: &ClassId, wanted: &ClassId) -> bool {
        class == wanted || answer(&self.within, class, wanted, || self.set.is(class, wanted))
    }

    /// As [`RuleSet::rank`].
    pub(crate) fn rank<'c>(&self, class: &'c ClassId) -> (ClassKind, usize, &'c ClassId) {
        self.set.rank(class)
    }
}

fn answer<T: Copy>(answers: &Answers<T>, a: &ClassId, b: &ClassId, find: impl FnOnce() -> T) -> T {
    if let Some(&known) = answers.borrow().get(a).and_then(|of| of.get(b)) {
        return known;
    }
    let found = find();
    answers.borrow_mut().entry(a.clone()).or_default().insert(b.clone(), found);
    found
}
