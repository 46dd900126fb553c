//! What the engine is given: layers of features, as they were read.
//!
//! Nothing here is checked. Rings may be open, crossed, repeated or not finite; [`crate::normalise()`]
//! says so in findings.

use crate::attributes::Attributes;
use geo::LineString;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A planning class, by its id in the class table: `farmland`, `red-line`, `0301`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClassId(pub Arc<str>);

impl ClassId {
    /// Returns the class of this id.
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClassId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing of a layer, with its geometry in the project's plane.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Feature {
    /// The feature's id in its file.
    pub fid: i64,
    /// Its planning class; `None` takes the layer's.
    pub class: Option<ClassId>,
    /// Its row of the attribute table.
    pub attributes: Attributes,
    /// Polygons as lists of rings, outer ring first; closed or not, valid or not.
    pub polygons: Vec<Vec<LineString<f64>>>,
}

/// A dataset of one theme.
#[derive(Clone, PartialEq, Debug)]
pub struct Layer {
    /// The name the planner gave it; unique in a run. Layers are put in the order of their names.
    pub name: Arc<str>,
    /// The class of features that name none.
    pub class: ClassId,
    /// Its features, in the file's order.
    pub features: Vec<Feature>,
}
