//! How long work is watched and stopped from outside.

use std::sync::atomic::{AtomicBool, Ordering};

/// A stage of the engine's work, in the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// Rounding coordinates to the grid and judging rings.
    Normalise,
    /// Merging equal edges.
    Edges,
    /// Finding where edges cross.
    Crossings,
    /// Cutting edges at hot pixels.
    Noding,
    /// Chaining edges into arcs and arcs into faces.
    Faces,
    /// Finding which features cover each face.
    Labels,
    /// Finding conflicts.
    Detect,
    /// Applying rules and choices.
    Decide,
    /// Composing the blueprint.
    Compose,
    /// Proving the partition.
    Check,
}

/// Sees progress and may ask to stop.
pub trait Watch: Sync {
    /// Takes note that `fraction` (0 to 1) of a stage is done. Called often; must be quick.
    fn reached(&self, stage: Stage, fraction: f64);
    /// Returns whether the work should stop.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing and never stops.
pub struct Unwatched;

impl Watch for Unwatched {
    fn reached(&self, _: Stage, _: f64) {}
}

impl Watch for AtomicBool {
    fn reached(&self, _: Stage, _: f64) {}
    fn cancelled(&self) -> bool {
        self.load(Ordering::Relaxed)
    }
}

/// Why the engine stopped without a result. Bad data are findings, never a reason to stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Stop {
    /// The watcher asked to stop.
    #[error("stopped on request")]
    Cancelled,
    /// What does not fit into memory could not be kept elsewhere; see [`crate::Depot`].
    #[error("the temporary file could not be used: {0}")]
    Depot(std::io::ErrorKind),
    /// More edges, arcs or features than 32-bit numbers can count.
    #[error("the data hold {count} {what}, more than the {limit} that one run can hold; split the layers")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
}

/// Returns `Err` if the watcher asked to stop; tells it the progress otherwise.
pub(crate) fn step(watch: &dyn Watch, stage: Stage, fraction: f64) -> Result<(), Stop> {
    watch.reached(stage, fraction);
    if watch.cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
}
