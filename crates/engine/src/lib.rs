//! Lantu's engine: planning layers in, one proven planar partition and a blueprint out.
//!
//! ```text
//! normalise → overlay → check → detect → decide → compose
//! ```
//!
//! Everything here is planar and pure: no files, no coordinate reference systems, no clock, no
//! randomness. Same layers, rules, choices and grid give the same bytes, whatever the order of
//! the layers or the number of threads. Bad geometry is a [`Finding`], never an error; the
//! only errors are [`Stop::Cancelled`] and named limits.
//!
//! Modules in the order in which the work runs:

pub mod along;
pub mod apportion;
pub mod attributes;
pub mod check;
pub mod compose;
pub mod conflict;
mod covers;
pub mod decide;
pub mod detect;
pub mod few;
pub mod finding;
pub mod footprint;
mod groups;
mod known;
pub mod layer;
mod list;
pub mod log;
pub mod mistakes;
pub mod normalise;
pub mod overlay;
pub mod partition;
pub mod precision;
mod rings;
pub mod rounding;
pub mod rules;
pub mod slivers;

pub mod watch;
mod when;

pub use along::{Borders, Stretch, along};
pub use apportion::{Apportionment, Share, apportion};
pub use attributes::{Attributes, RowBuilder, Value};
pub use check::{CutProof, Proof, check};
pub use compose::{Blueprint, Patch, compose, compose_again};
pub use conflict::{Conflict, ConflictId, ConflictKind};
pub use decide::{Basis, Decision, Verdict, decide, decide_again};
pub use detect::detect;
pub use few::Few;
pub use finding::{About, Finding, FindingCode, Reported, Severity};
pub use footprint::Footprint;
pub use layer::{ClassId, Feature, Layer};
pub use log::{Action, Choice, DecisionLog, Operation, PartyName};
pub use normalise::{NormalLayer, normalise};
pub use overlay::{Depot, Lent, Means, Recall, Shelf, overlay, overlay_with};
pub use partition::{FaceId, FeatureInfo, FeatureRef, GridPolygon, LayerInfo, OUTSIDE, Partition};
pub use precision::{OutOfRange, Point, PrecisionModel};
pub use rings::Outline;
pub use rounding::{Rounded, Rounding};
pub use rules::{Relation, Rule, RuleSet, Strategy, Tolerances};
pub use slivers::{Merged, Moved, SliverRules, merge_slivers};
pub use watch::{Stage, Stop, Unwatched, Watch};
pub use when::applicable;
