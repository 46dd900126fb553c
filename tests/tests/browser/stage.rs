//! What a test in Chromium stands on: a WebDriver, the page with the project behind it, and a folder of its own. No
//! display is needed, and no name but this machine's is found.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use lantu_project::Settings;
use lantu_tests::driver::Driver;
use lantu_tests::host::Host;
use lantu_tests::places::{copy, free_port, wait_for_port, workspace};
use serde_json::json;
use tempfile::TempDir;

/// Everything a test in a browser stands on.
pub struct Stage {
    host: Host,
    port: u16,
    folder: TempDir,
    webdriver: Child,
}

impl Stage {
    /// Starts the page and the WebDriver.
    pub fn set() -> Self {
        let folder = TempDir::new().expect("a folder for the test");
        for name in ["seeds", "sample-data"] {
            copy(&workspace().join(name), &folder.path().join(name));
        }
        std::fs::create_dir(folder.path().join("export")).expect("a folder for exports");
        let port = free_port();
        let webdriver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("HOME", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("chromedriver does not start ({error}); install the package chromium-driver")
            });
        wait_for_port(port);
        let host = Host::start(free_port(), &settings(&folder), "").unwrap_or_else(|error| panic!("{error}"));
        Self { host, port, folder, webdriver }
    }

    /// Starts the browser on a project of its own, told to open what the app would be started with.
    pub fn open(&self, arguments: &[&str]) -> Driver {
        let open = match arguments {
            [] => json!(null),
            ["--demo"] => json!({ "demo": true }),
            paths => json!({ "paths": paths }),
        };
        let told = format!(
            "window.__LANTU_OPEN__ = {open}; window.__LANTU_EXPORT_TO__ = {};",
            json!(self.folder.path().join("export"))
        );
        self.host.restart(&settings(&self.folder), &told);
        let own = format!("--user-data-dir={}", self.folder.path().join("browser").display());
        let fixed = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-unsafe-swiftshader",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=1440,900",
            // Whatever the page or the browser wants of a network, it does not find it.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ];
        let arguments: Vec<String> = fixed.iter().map(|one| (*one).to_owned()).chain([own]).collect();
        Driver::browse(self.port, &self.host.address(), &arguments)
    }

    /// Where exports are written.
    pub fn export(&self, name: &str) -> PathBuf {
        self.folder.path().join("export").join(name)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.webdriver.kill();
        let _ = self.webdriver.wait();
    }
}

fn settings(folder: &TempDir) -> Settings {
    let home = folder.path().join("home");
    Settings { data_dir: folder.path().to_owned(), state_dir: home, who: "王规划".to_owned() }
}
