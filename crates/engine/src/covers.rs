//! How much of each feature the features of other classes cover; asked for by rules on shares.

use crate::layer::ClassId;
use crate::partition::{FeatureRef, Partition};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What was asked for already: it depends on the partition and the classes alone, so decisions
/// after the first find it worked out.
#[derive(Default)]
pub(crate) struct Covers {
    classes: OnceLock<Vec<ClassId>>,
    known: Mutex<Vec<Cover>>,
}

/// Sorted classes, and per feature twice the ground that they cover.
type Cover = (Vec<ClassId>, Arc<Vec<i128>>);

impl Clone for Covers {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Covers {
    /// What happens to be worked out is no part of the partition.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Covers")
    }
}

impl Partition {
    /// Returns the classes that features have, sorted, each once.
    pub fn classes(&self) -> &[ClassId] {
        self.covers.classes.get_or_init(|| {
            let all: BTreeSet<&ClassId> = self.features.iter().map(|feature| &feature.class).collect();
            all.into_iter().cloned().collect()
        })
    }

    /// Returns per feature twice the part of its ground that lies under other features whose
    /// class is `wanted`, each place counted once, in square grid units.
    pub(crate) fn covered2(&self, wanted: impl Fn(&ClassId) -> bool) -> Arc<Vec<i128>> {
        let by: Vec<ClassId> = self.classes().iter().filter(|&class| wanted(class)).cloned().collect();
        let mut known = self.covers.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, covered)) = known.iter().find(|(classes, _)| *classes == by) {
            return covered.clone();
        }
        let covered = Arc::new(self.cover(&by));
        known.push((by, covered.clone()));
        covered
    }

    fn cover(&self, by: &[ClassId]) -> Vec<i128> {
        let covers: Vec<bool> = self.features.iter().map(|feature| by.binary_search(&feature.class).is_ok()).collect();
        let mut covered = vec![0; self.features.len()];
        for face in self.bounded_faces() {
            let parents = self.parents(face);
            let covering = parents.iter().filter(|parent| covers[parent.0 as usize]).count();
            for &FeatureRef(parent) in parents {
                if covering > usize::from(covers[parent as usize]) {
                    covered[parent as usize] += self.area2(face);
                }
            }
        }
        covered
    }
}
