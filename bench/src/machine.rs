//! What machine and which sources a measurement was made on.

use std::process::{Command, Stdio};

/// Returns what a command prints, if it can be run and is content.
pub fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    // mapshaper tells its version on stderr.
    let text = [output.stdout, output.stderr].concat();
    output.status.success().then(|| String::from_utf8_lossy(&text).trim().to_owned())
}

/// Returns a version and the revision of the sources it was built from.
pub fn revision(version: &str) -> String {
    match said("git", &["describe", "--always", "--dirty"]) {
        Some(revision) => format!("{version}, {revision}"),
        None => version.to_owned(),
    }
}

/// Returns processor, memory and system.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
    let model = model.map(str::to_owned).or_else(|| said("sysctl", &["-n", "machdep.cpu.brand_string"]));
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory =
        memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok());
    let memory = memory.map_or_else(String::new, |kb: f64| format!(", {:.0} GB of memory", kb / 1e6));
    format!(
        "{cores} × {}{memory}, {}",
        model.unwrap_or_else(|| "an unknown processor".to_owned()),
        std::env::consts::OS
    )
}
