//! How far the work is, as a bar on a terminal; and the wish to stop it.

use crate::say::in_language;
use indicatif::{ProgressBar, ProgressStyle};
use lantu_project::Watcher;
use lantu_project::api::Progress;
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// The bar's length: fractions are drawn as parts of it.
const PARTS: f64 = 1000.0;

/// Makes Ctrl-C, and whatever else ends programs politely, end the work at its next step.
pub fn stop_on_request() {
    // Without a handler the system ends the program at once: nothing is half-written then either.
    let _ = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed));
}

/// Returns whether somebody asked to stop.
pub fn stopped() -> bool {
    STOP.load(Ordering::Relaxed)
}

/// Does some work under a bar that is gone afterwards; without a terminal there is no bar.
pub fn under_a_bar<T>(work: impl FnOnce(Watcher<'_>) -> T) -> T {
    let bar = ProgressBar::new(PARTS as u64).with_style(style());
    let tell = |progress: Progress| show(&bar, &progress);
    let done = work(Watcher { tell: &tell, stop: &STOP });
    bar.finish_and_clear();
    done
}

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {elapsed}  {msg}");
    style.unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_position((progress.fraction * PARTS) as u64);
    let stage = if stopped() { in_language(["正在停止", "stopping"]) } else { stage(&progress.stage) };
    let about = if progress.about.is_empty() { String::new() } else { format!(" {}", progress.about) };
    bar.set_message(format!("{stage}{about}"));
}

fn stage(name: &str) -> &str {
    in_language(match name {
        "read" => ["读取", "reading"],
        "normalise" => ["落到格网", "rounding to the grid"],
        "edges" => ["合并相同的边", "merging equal edges"],
        "ellipsoid" => ["量算椭球面积", "measuring on the ellipsoid"],
        "districts" => ["按行政区分摊", "sharing out among districts"],
        "noding" => ["切分边", "cutting edges"],
        "faces" => ["构面", "building faces"],
        "labels" => ["标注归属", "labelling faces"],
        "detect" => ["查找冲突", "finding conflicts"],
        "decide" => ["裁定", "deciding"],
        "compose" => ["合成蓝图", "composing the blueprint"],
        "check" => ["证明", "proving"],
        "report" => ["统计", "adding up"],
        "paper" => ["制作报告", "making the report"],
        "write" => ["写出", "writing"],
        "prove" => ["回读验证", "reading back"],
        other => [other, other],
    })
}
