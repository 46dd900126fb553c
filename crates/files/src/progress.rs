//! Progress of the parts of a longer work, and the wish to stop.

use crate::Progress;
use lantu_engine::{Stage, Watch};
use std::sync::atomic::{AtomicBool, Ordering};

/// A part of a longer work, from one fraction of it to another.
pub(crate) struct Part<'a> {
    watch: Progress<'a>,
    from: f64,
    to: f64,
    stopped: AtomicBool,
}

impl<'a> Part<'a> {
    /// Returns the part of the work from `from` to `to`.
    pub(crate) fn of(watch: Progress<'a>, from: f64, to: f64) -> Self {
        Self { watch, from, to, stopped: AtomicBool::new(false) }
    }

    /// Tells how much of the part is done; returns whether to go on.
    pub(crate) fn reached(&self, fraction: f64) -> bool {
        let go_on = (self.watch)(self.from + (self.to - self.from) * fraction.clamp(0.0, 1.0));
        self.stopped.fetch_or(!go_on, Ordering::Relaxed);
        go_on
    }
}

/// The stages of an overlay. Whatever else the engine is asked for is a part by itself.
const OVERLAY: [Stage; 4] = [Stage::Edges, Stage::Noding, Stage::Faces, Stage::Labels];

impl Watch for Part<'_> {
    fn reached(&self, stage: Stage, fraction: f64) {
        let before = OVERLAY.iter().position(|&known| known == stage);
        Part::reached(self, before.map_or(fraction, |before| (before as f64 + fraction) / OVERLAY.len() as f64));
    }

    fn cancelled(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}
