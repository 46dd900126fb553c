//! How often a run tells how far it is, how soon it stops when asked to, what it holds, and what a
//! changed layer costs.
//!
//! ```text
//! cargo run --release -p lantu-project --example pace -- NAME=PATH NAME=PATH … [changed:NAME=PATH] [stops:COUNT]
//! ```
//!
//! Runs the layers once and lists for each stage how long it took, how many reports it gave and its
//! longest silence, and what the partition takes of memory. With a `changed:` layer it then runs all
//! again with that one in the place of its namesake, remembering the first run and not remembering it.
//! Then it runs the layers again and again, asks each run to stop at another moment, and says how
//! long it took to come back, its memory freed.

use lantu_engine::Partition;
use lantu_project::{Job, LayerPlan, Plan, Room, Watcher, api};
use std::error::Error;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The window's allocator.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many runs are stopped, if nothing else is said.
const STOPS: u32 = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let mut plan = Plan::default();
    let (mut changed, mut stops) = (None, STOPS);
    for layer in std::env::args().skip(1) {
        if let Some(count) = layer.strip_prefix("stops:") {
            stops = count.parse()?;
            continue;
        }
        match layer.strip_prefix("changed:") {
            Some(layer) => changed = Some(LayerPlan::parse(layer).map_err(sentence)?),
            None => plan.layers.push(LayerPlan::parse(&layer).map_err(sentence)?),
        }
    }
    let heard: Mutex<Vec<(Instant, api::Progress)>> = Mutex::default();
    let tell = |progress: api::Progress| {
        if let Ok(mut heard) = heard.lock() {
            heard.push((Instant::now(), progress));
        }
    };
    let start = Instant::now();
    let never = AtomicBool::new(false);
    let job = Job::run(plan.clone(), None, &[], &Room::default(), Watcher { tell: &tell, stop: &never });
    let job = job.map_err(sentence)?;
    let whole = start.elapsed();
    println!("whole run: {:.1} s", whole.as_secs_f64());
    held(&job.outcome.cut.partition);
    drop(job);
    silences(&heard.into_inner()?, start);

    if let Some(changed) = changed {
        again(&plan, changed)?;
    }

    let mut latest = Duration::ZERO;
    for stop in 0..stops {
        let after = whole * (2 * stop + 1) / (2 * stops);
        let wait = stopped(&plan, after)?;
        latest = latest.max(wait);
        println!("asked to stop after {:5.2} s: back after {:.3} s", after.as_secs_f64(), wait.as_secs_f64());
    }
    println!("longest wait: {:.3} s", latest.as_secs_f64());
    Ok(())
}

/// Prints what a partition takes of memory, as a whole and of each arc and edge.
fn held(partition: &Partition) {
    let (arcs, held) = (partition.arc_count() as f64, partition.footprint());
    let edges = partition.edge_count() as f64;
    println!("{arcs} arcs of {edges} edges, {} faces", partition.face_count());
    for (what, bytes) in held.parts() {
        let bytes = bytes as f64;
        println!("{what:>10}: {:8.1} MB, {:5.1} an arc, {:5.1} an edge", bytes / 1e6, bytes / arcs, bytes / edges);
    }
}

/// Runs a plan, and then with one layer changed: with what the first run remembers, and afresh.
fn again(plan: &Plan, changed: LayerPlan) -> Result<(), Box<dyn Error>> {
    let mut other = plan.clone();
    let place = other.layers.iter_mut().find(|layer| layer.name == changed.name);
    *place.ok_or("no layer has the name of the changed one")? = changed;
    let room = Room::remembering();
    for (what, plan, room) in
        [("first", plan, &room), ("changed", &other, &room), ("changed, afresh", &other, &Room::default())]
    {
        let never = AtomicBool::new(false);
        let job = Job::run(plan.clone(), None, &[], room, Watcher { tell: &|_| {}, stop: &never }).map_err(sentence)?;
        let laps: Vec<String> = job.timings.borrow().iter().map(|(stage, lap)| format!("{stage} {lap:.2}")).collect();
        println!("{what}: {}", laps.join(", "));
    }
    Ok(())
}

fn sentence(problem: api::Problem) -> String {
    problem.message[1].clone()
}

/// Prints how long each stage took, how often it reported and where it was silent for longest.
fn silences(heard: &[(Instant, api::Progress)], start: Instant) {
    let (mut before, mut fraction) = (start, 0.0);
    for stage in heard.chunk_by(|one, other| one.1.stage == other.1.stage) {
        let (began, mut longest) = (before, (Duration::ZERO, 0.0));
        for (at, progress) in stage {
            if *at - before > longest.0 {
                longest = (*at - before, fraction);
            }
            (before, fraction) = (*at, progress.fraction);
        }
        let (name, count, lasted) = (&stage[0].1.stage, stage.len(), (before - began).as_secs_f64());
        let (silence, after) = (longest.0.as_secs_f64(), longest.1);
        println!("{name:>10}: {lasted:6.2} s, {count:4} reports, longest silence {silence:.3} s after {after:.4}");
    }
}

/// Runs a plan, asks it to stop after a while and returns how long it took to come back.
fn stopped(plan: &Plan, after: Duration) -> Result<Duration, Box<dyn Error>> {
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let end = std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let watcher = Watcher { tell: &|_| {}, stop: &stop };
            drop(Job::run(plan.clone(), None, &[], &Room::default(), watcher));
            Instant::now()
        });
        std::thread::sleep(after);
        stop.store(true, Ordering::Relaxed);
        run.join()
    });
    let end = end.map_err(|_| "the run panicked")?;
    Ok(end.saturating_duration_since(start + after))
}
