//! When a patch is a sliver, and where it may not go: what a plan or an operation says of it.

use crate::layer::ClassId;
use crate::rules::Bilingual;
use serde::{Deserialize, Serialize};

/// How many limits there may be.
pub const MOST_LIMITS: usize = 64;

/// When a patch is a sliver, and where it may not go. Areas in m², widths in m.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SliverRules {
    /// A patch smaller than this is a sliver, where neither its class nor the scale says otherwise.
    pub area_m2: f64,
    /// A patch that is on average narrower than this is one too, whatever its area.
    pub width_m: f64,
    /// The denominator of the map's scale; together with `per_scale_m2` it takes the place of
    /// `area_m2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// The smallest patch per unit of `scale`.
    pub per_scale_m2: f64,
    /// How often slivers are looked for that a neighbour can take.
    pub passes: u32,
    /// Whether patches that nobody has decided are merged too; never those that a rule or a
    /// planner keeps open.
    pub open: bool,
    /// Gaps smaller than this are filled.
    pub gap_area_m2: f64,
    /// Gaps that are on average narrower than this are filled.
    pub gap_width_m: f64,
    /// Thresholds of classes, and of what lies within them.
    #[serde(rename = "class", skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassThreshold>,
    /// What no sliver crosses.
    #[serde(rename = "limit", skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// Classes whose patches are never merged into others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<ClassId>,
}

impl Default for SliverRules {
    fn default() -> Self {
        Self {
            area_m2: 0.0,
            width_m: 0.0,
            scale: None,
            per_scale_m2: 0.0,
            passes: 3,
            open: false,
            gap_area_m2: 0.0,
            gap_width_m: 0.0,
            classes: Vec::new(),
            limits: Vec::new(),
            except: Vec::new(),
        }
    }
}

/// The threshold of a class.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassThreshold {
    /// The class.
    pub class: ClassId,
    /// As [`SliverRules::area_m2`].
    pub area_m2: f64,
    /// As [`SliverRules::width_m`]; that one if absent.
    #[serde(default)]
    pub width_m: Option<f64>,
}

/// A line that no sliver crosses: the edge of a layer, of what a class covers, or between the
/// patches of some classes and all others.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limit {
    /// Its name for people.
    pub name: Bilingual,
    /// The layer whose edge it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// The class whose features' edge it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_of: Option<ClassId>,
    /// The classes that stay among themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub between: Vec<ClassId>,
}
