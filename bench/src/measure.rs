//! What a process takes, as the system counts it.
//!
//! The system sums up over all children of a process, so each measured command gets a parent of
//! its own: this program, called as `lantu-bench measure LOG COMMAND…`.

use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A command that takes longer is stopped.
const LONGEST: Duration = Duration::from_secs(40 * 60);

/// What a command took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Usage {
    /// Processor seconds, user and system, children included.
    pub cpu_s: f64,
    /// Seconds on the clock.
    pub wall_s: f64,
    /// The most memory that one of its processes held, in MB.
    pub peak_mb: f64,
    /// Its exit code; `None` if it was ended by a signal, as after [`LONGEST`].
    pub code: Option<i32>,
}

/// Runs a command and returns what it took; what it says goes into `log`.
pub fn run(log: &Path, command: &[String]) -> Result<Usage, String> {
    let this = std::env::current_exe().map_err(|cause| cause.to_string())?;
    let output = Command::new(this)
        .arg("measure")
        .arg(log)
        .args(command)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|cause| cause.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|_| format!("{} could not be run", command[0]))
}

/// Runs one command, waits for it and prints what it took.
pub fn child(log: &Path, command: &[&str]) -> Result<(), String> {
    let say = |cause: std::io::Error| format!("{}: {cause}", command[0]);
    let file = std::fs::File::create(log).map_err(|cause| format!("{}: {cause}", log.display()))?;
    let other = file.try_clone().map_err(say)?;
    let start = Instant::now();
    let mut running = Command::new(command[0]).args(&command[1..]).stdout(file).stderr(other).spawn().map_err(say)?;
    let status = loop {
        if let Some(status) = running.try_wait().map_err(say)? {
            break status;
        }
        if start.elapsed() > LONGEST {
            running.kill().map_err(say)?;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let wall_s = start.elapsed().as_secs_f64();
    let (cpu_s, peak_mb) = of_children()?;
    let usage = Usage { cpu_s, wall_s, peak_mb, code: status.code() };
    println!("{}", serde_json::to_string(&usage).map_err(|cause| cause.to_string())?);
    Ok(())
}

#[cfg(unix)]
fn of_children() -> Result<(f64, f64), String> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|cause| cause.to_string())?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    Ok((seconds(usage.user_time()) + seconds(usage.system_time()), usage.max_rss() as f64 * unit / 1e6))
}

#[cfg(not(unix))]
fn of_children() -> Result<(f64, f64), String> {
    Err("only Linux and macOS tell what a process took".to_owned())
}
