//! How long work is watched and stopped from outside.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A stage of the engine's work, in the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// Rounding coordinates to the grid and judging rings.
    Normalise,
    /// Sharing edges out to tiles.
    Edges,
    /// Finding where edges cross, and cutting them at hot pixels.
    Noding,
    /// Chaining edges into arcs and arcs into faces.
    Faces,
    /// Finding which features cover each face.
    Labels,
    /// Proving the partition.
    Check,
    /// Finding conflicts.
    Detect,
    /// Applying rules and choices.
    Decide,
    /// Composing the blueprint.
    Compose,
    /// Merging slivers into their neighbours.
    Slivers,
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

/// How many steps are a batch: some milliseconds of work.
const BATCH: usize = 1 << 16;

/// Counts many small steps of a stage, of which only some are told: asking costs more than the step.
pub(crate) struct Steps<'a> {
    watch: &'a dyn Watch,
    stage: Stage,
    part: std::ops::Range<f64>,
    count: usize,
    done: AtomicUsize,
}

impl<'a> Steps<'a> {
    /// Returns the counter of `count` steps that lead through a part of a stage.
    pub fn new(watch: &'a dyn Watch, stage: Stage, part: std::ops::Range<f64>, count: usize) -> Self {
        Self { watch, stage, part, count, done: AtomicUsize::new(0) }
    }

    /// Takes note of one step; returns `Err` now and then if the watcher asked to stop.
    #[inline]
    pub fn one(&self) -> Result<(), Stop> {
        let done = self.done.fetch_add(1, Ordering::Relaxed);
        if done.is_multiple_of(1 << 10) { self.tell(done) } else { Ok(()) }
    }

    /// Takes note of many steps at once.
    fn many(&self, count: usize) -> Result<(), Stop> {
        self.tell(self.done.fetch_add(count, Ordering::Relaxed))
    }

    /// Returns the steps in batches, each told before it begins: for work that rayon shares out, which
    /// would ask too often by itself and, with a `Result` each, hold twice what it makes.
    pub fn batches(&self) -> impl Iterator<Item = Result<std::ops::Range<usize>, Stop>> {
        let batch = |start: usize| start..self.count.min(start + BATCH);
        (0..self.count).step_by(BATCH).map(move |start| self.many(batch(start).len()).map(|()| batch(start)))
    }

    /// As [`Steps::one`] for a step that is worth telling.
    pub fn large(&self) -> Result<(), Stop> {
        self.tell(self.done.fetch_add(1, Ordering::Relaxed))
    }

    fn tell(&self, done: usize) -> Result<(), Stop> {
        let share = done as f64 / self.count.max(1) as f64;
        step(self.watch, self.stage, self.part.start + (self.part.end - self.part.start) * share)
    }
}

/// Returns `Err` if the watcher asked to stop; tells it the progress otherwise.
pub(crate) fn step(watch: &dyn Watch, stage: Stage, fraction: f64) -> Result<(), Stop> {
    watch.reached(stage, fraction);
    if watch.cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
}
