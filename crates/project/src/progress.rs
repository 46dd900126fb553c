//! How far long work is, told at most 20 times a second, and the wish to stop it.

use crate::api;
use crate::problem;
use lantu_engine::{Stage, Watch};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Hears of progress.
pub type Listener<'a> = &'a (dyn Fn(api::Progress) + Sync);

/// The shortest time between two reports of one stage.
const PAUSE: Duration = Duration::from_millis(50);

/// The stages of a run with the fraction of the whole at which each ends, as measured on a province.
const RUN: &[(&str, f64)] = &[
    ("read", 0.10),
    ("normalise", 0.15),
    ("edges", 0.18),
    ("noding", 0.35),
    ("faces", 0.47),
    ("labels", 0.53),
    ("check", 0.74),
    ("detect", 0.84),
    ("ellipsoid", 0.90),
    ("districts", 0.91),
    ("decide", 0.93),
    ("compose", 0.98),
    ("slivers", 1.0),
];

/// The stages of an export.
const EXPORT: &[(&str, f64)] = &[("write", 0.6), ("prove", 1.0)];

/// The stages of a report: its numbers, and the papers that show them.
const REPORT: &[(&str, f64)] = &[("report", 0.4), ("paper", 1.0)];

/// Hears how much of a part is done; fails if the work is to stop.
pub(crate) type GoOn<'a> = &'a (dyn Fn(f64) -> Result<(), api::Problem> + Sync);

/// Passes on how far the work is.
pub struct Meter<'a> {
    tell: Listener<'a>,
    stop: &'a AtomicBool,
    plan: &'static [(&'static str, f64)],
    last: Mutex<Last>,
}

struct Last {
    at: Instant,
    stage: &'static str,
    /// Progress never runs backwards, whichever thread reports last.
    fraction: f64,
}

impl<'a> Meter<'a> {
    /// Returns the meter of a run.
    pub fn of_run(tell: Listener<'a>, stop: &'a AtomicBool) -> Self {
        Self::new(tell, stop, RUN)
    }

    /// Returns the meter of an export.
    pub fn of_export(tell: Listener<'a>, stop: &'a AtomicBool) -> Self {
        Self::new(tell, stop, EXPORT)
    }

    /// Returns the meter of a report.
    pub fn of_report(tell: Listener<'a>, stop: &'a AtomicBool) -> Self {
        Self::new(tell, stop, REPORT)
    }

    fn new(tell: Listener<'a>, stop: &'a AtomicBool, plan: &'static [(&'static str, f64)]) -> Self {
        let last = Last { at: Instant::now(), stage: "", fraction: 0.0 };
        Self { tell, stop, plan, last: Mutex::new(last) }
    }

    /// Takes note that a part of a stage, about some thing, is done; returns whether to go on.
    pub fn reached(&self, stage: &'static str, part: f64, about: &str) -> bool {
        let go_on = !self.stop.load(Ordering::Relaxed);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // What it is about may change with every report, where several layers are read at once.
        if last.stage == stage && last.at.elapsed() < PAUSE {
            return go_on;
        }
        let fraction = self.whole(stage, part).max(last.fraction);
        *last = Last { at: Instant::now(), stage, fraction };
        drop(last);
        (self.tell)(api::Progress { stage: stage.to_owned(), fraction, about: about.to_owned(), problem: None });
        go_on
    }

    /// Takes note as [`Meter::reached`] does.
    ///
    /// # Errors
    /// A problem of code `cancelled` if the work is to stop.
    pub fn go_on(&self, stage: &'static str, part: f64) -> Result<(), api::Problem> {
        if self.reached(stage, part, "") { Ok(()) } else { Err(problem::cancelled()) }
    }

    /// The fraction of the whole work.
    fn whole(&self, stage: &str, part: f64) -> f64 {
        let at = self.plan.iter().position(|(name, _)| *name == stage).unwrap_or(0);
        let from = if at == 0 { 0.0 } else { self.plan[at - 1].1 };
        from + (self.plan[at].1 - from) * part.clamp(0.0, 1.0)
    }
}

/// The name of a stage, as the window knows it.
pub(crate) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Normalise => "normalise",
        Stage::Edges => "edges",
        Stage::Noding => "noding",
        Stage::Faces => "faces",
        Stage::Labels => "labels",
        Stage::Detect => "detect",
        Stage::Decide => "decide",
        Stage::Compose => "compose",
        Stage::Slivers => "slivers",
        Stage::Check => "check",
    }
}

impl Watch for Meter<'_> {
    fn reached(&self, stage: Stage, fraction: f64) {
        Meter::reached(self, stage_name(stage), fraction, "");
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_runs_backwards_and_says_every_new_stage() {
        let heard = Mutex::new(Vec::new());
        let tell = |progress: api::Progress| heard.lock().unwrap().push(progress.fraction);
        let stop = AtomicBool::new(false);
        let meter = Meter::of_run(&tell, &stop);
        for (stage, part) in [("read", 0.5), ("noding", 0.9), ("edges", 0.1), ("slivers", 1.0)] {
            assert!(meter.reached(stage, part, ""));
        }
        let heard = heard.into_inner().unwrap();
        assert_eq!(heard.len(), 4);
        assert!(heard.is_sorted(), "{heard:?}");
        assert_eq!(heard.last(), Some(&1.0));
    }

    #[test]
    fn a_stage_that_reports_all_the_time_is_told_20_times_a_second_at_most() {
        let heard = Mutex::new(0);
        let tell = |_: api::Progress| *heard.lock().unwrap() += 1;
        let stop = AtomicBool::new(false);
        let meter = Meter::of_run(&tell, &stop);
        let start = Instant::now();
        for k in 0..10_000 {
            meter.reached("noding", f64::from(k) / 1e4, "");
        }
        let most = start.elapsed().as_millis() / PAUSE.as_millis() + 1;
        assert!(*heard.lock().unwrap() <= most);
    }

    #[test]
    fn whoever_asks_to_stop_is_heard_at_once() {
        let stop = AtomicBool::new(true);
        let meter = Meter::of_export(&|_| {}, &stop);
        assert!(!meter.reached("write", 0.0, ""));
        assert!(meter.cancelled());
    }
}
