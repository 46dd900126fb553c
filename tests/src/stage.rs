//! What a test of the window stands on: a display, a WebDriver, the app and a folder of its own
//! for data and results. Everything is taken down at the end.

#![allow(clippy::expect_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::driver::Driver;
use crate::places::{copy, free_port, wait_for_port, workspace};
use tempfile::TempDir;

/// The size of the window in tests and in the README's pictures.
pub const SIZE: (u32, u32) = (1440, 900);

/// Everything a test of the window stands on.
pub struct Stage {
    app: PathBuf,
    port: u16,
    folder: TempDir,
    webdriver: Child,
    display: Option<Child>,
}

impl Stage {
    /// Starts a display if there is none, and the WebDriver.
    pub fn set() -> Self {
        let app = app();
        let folder = TempDir::new().expect("a folder for the test");
        let root = workspace();
        for name in ["seeds", "sample-data"] {
            copy(&root.join(name), &folder.path().join(name));
        }
        fs::create_dir(folder.path().join("export")).expect("a folder for exports");
        fs::create_dir(folder.path().join("home")).expect("a home for the app");
        let (display, name) = display();
        let port = free_port();
        let webdriver = webdriver(port, folder.path(), name.as_deref());
        Self { app, port, folder, webdriver, display }
    }

    /// Starts the app.
    pub fn open(&self, arguments: &[&str]) -> Driver {
        let driver = Driver::open(self.port, &self.app.to_string_lossy(), arguments);
        driver.resize(SIZE.0, SIZE.1);
        driver
    }

    /// Where the app writes its exports.
    pub fn export(&self, name: &str) -> PathBuf {
        self.folder.path().join("export").join(name)
    }

    /// A file of the test's own copy of `sample-data` and `seeds`.
    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Ends the app as a power failure would.
    pub fn kill_app(&self) {
        let pid = self.app_id();
        let done = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill runs");
        assert!(done.success(), "the app could not be killed");
        while Path::new(&format!("/proc/{pid}/exe")).read_link().is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The memory of the app and of the processes that it started, its page among them, in bytes; what several
    /// share is shared out.
    pub fn app_memory(&self) -> [u64; 2] {
        let app = self.app_id();
        let started =
            |pid: &u32| *pid != app && std::iter::successors(parent(*pid), |pid| parent(*pid)).any(|pid| pid == app);
        [shared_out(app), processes().filter(started).map(shared_out).sum()]
    }

    /// The number of the app's process.
    fn app_id(&self) -> u32 {
        let app = fs::canonicalize(&self.app).expect("the app's path");
        let mine = |pid: &u32| {
            parent(*pid) == Some(self.webdriver.id())
                && fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == app)
        };
        processes().find(mine).expect("the app is running")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for child in [Some(&mut self.webdriver), self.display.as_mut()].into_iter().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The app: `LANTU_APP`, or beside this test in the target folder.
fn app() -> PathBuf {
    let path = std::env::var_os("LANTU_APP").map_or_else(
        || {
            let test = std::env::current_exe().expect("the test's own path");
            test.ancestors().nth(2).expect("a target folder").join("lantu-app")
        },
        PathBuf::from,
    );
    assert!(
        path.is_file(),
        "{} is missing: build the window first with `npm --prefix ui ci && npm --prefix ui run build && \
         cargo build -p lantu-app --features custom-protocol`, or name it in LANTU_APP",
        path.display()
    );
    path
}

/// A display of our own, unless the caller has one (`xvfb-run`, or a desk).
fn display() -> (Option<Child>, Option<String>) {
    if std::env::var_os("DISPLAY").is_some() {
        return (None, None);
    }
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("Xvfb does not start ({error}); install the package xvfb"));
    let mut number = String::new();
    let out = child.stdout.take().expect("Xvfb tells its display");
    BufReader::new(out).read_line(&mut number).expect("Xvfb tells its display");
    (Some(child), Some(format!(":{}", number.trim())))
}

fn webdriver(port: u16, folder: &Path, display: Option<&str>) -> Child {
    let mut command = Command::new("WebKitWebDriver");
    command
        .arg(format!("--port={port}"))
        .env("TAURI_AUTOMATION", "true")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("LANTU_DATA", folder)
        .env("LANTU_EXPORT_TO", folder.join("export"))
        .env("LANTU_WHO", "王规划")
        .env("HOME", folder.join("home"))
        .env("XDG_DATA_HOME", folder.join("home/data"))
        .env("XDG_CONFIG_HOME", folder.join("home/config"))
        .env("XDG_CACHE_HOME", folder.join("home/cache"))
        // A window of the desk's Wayland session could not be driven.
        .env("GDK_BACKEND", "x11")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(display) = display {
        command.env("DISPLAY", display);
    }
    let child = command.spawn().unwrap_or_else(|error| {
        panic!("WebKitWebDriver does not start ({error}); install the package webkit2gtk-driver")
    });
    wait_for_port(port);
    child
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("/proc lists processes");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
}

/// The memory of a process in bytes, what it shares with others shared out among them.
fn shared_out(pid: u32) -> u64 {
    let told = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold spaces; the parent is the second field after it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}
