//! The page and the project behind it over loopback HTTP, so that a browser shows the real window on the real engine.
//!
//! ```text
//! GET  /                          ui/dist, under the content security policy of the app
//! POST /call/{name}               a command; 422 with the problem if it fails
//! GET  /events/{number}           progress from that number on, as soon as there is any
//! GET  /tiles/{kind}/{r}/{z}/{x}/{y}
//! ```
//!
//! For tests and for work on the UI, and no part of what is shipped. It answers this machine only, and only pages of
//! its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lantu_project::api::{Problem, Progress};
use lantu_project::{Project, Settings};
use serde_json::{Value, json};

use crate::http::{Answer, Request, Server};
use crate::places::workspace;

/// How long a question for events waits for one.
const PATIENCE: Duration = Duration::from_secs(5);

/// A page and a project that a browser can look at.
pub struct Host {
    server: Server,
    shown: Arc<Mutex<Shown>>,
}

/// What the page is about.
struct Shown {
    project: Arc<Project>,
    told: Arc<Told>,
    at_start: String,
}

/// What the project has told of its work.
#[derive(Default)]
struct Told {
    events: Mutex<Vec<Progress>>,
    news: Condvar,
}

impl Host {
    /// Serves `ui/dist` and an empty project at a port.
    ///
    /// # Errors
    /// A sentence if the port is taken or the UI was not built.
    pub fn start(port: u16, settings: &Settings, at_start: &str) -> Result<Self, String> {
        let page = workspace().join("ui/dist");
        if !page.join("index.html").is_file() {
            return Err(format!("{} is missing: run npm ci and npm run build in ui first", page.display()));
        }
        let headers = format!("Cache-Control: no-store\r\nContent-Security-Policy: {}\r\n", policy()?);
        let shown = Arc::new(Mutex::new(Shown::of(settings, at_start)));
        let asked = shown.clone();
        let server = Server::start(port, headers, move |request| answer(&request, &asked, &page));
        Ok(Self { server: server.map_err(|error| format!("port {port}: {error}"))?, shown })
    }

    /// Where a browser finds it.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.server.port())
    }

    /// Puts another, empty project in place, as if the program had been ended and started again.
    pub fn restart(&self, settings: &Settings, at_start: &str) {
        let mut shown = held(&self.shown);
        shown.project.close();
        *shown = Shown::of(settings, at_start);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        held(&self.shown).project.close();
    }
}

impl Shown {
    fn of(settings: &Settings, at_start: &str) -> Self {
        let told = Arc::new(Told::default());
        let hears = told.clone();
        let project = Arc::new(Project::new(settings.clone(), Box::new(move |progress| hears.tell(progress))));
        Self { project, told, at_start: at_start.to_owned() }
    }
}

impl Told {
    fn tell(&self, progress: Progress) {
        held(&self.events).push(progress);
        self.news.notify_all();
    }

    /// Returns the events from a number on; waits a while if there are none yet.
    fn after(&self, number: Option<usize>) -> Value {
        let events = held(&self.events);
        let Some(number) = number else { return json!({ "next": events.len(), "events": [] }) };
        let none = |events: &mut Vec<Progress>| events.len() <= number;
        let waited = self.news.wait_timeout_while(events, PATIENCE, none).unwrap_or_else(PoisonError::into_inner);
        let events = waited.0;
        json!({ "next": events.len().max(number), "events": events.get(number..).unwrap_or_default() })
    }
}

fn answer(request: &Request, shown: &Mutex<Shown>, page: &Path) -> Answer {
    let parts: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    let (project, told, at_start) = {
        let shown = held(shown);
        (shown.project.clone(), shown.told.clone(), shown.at_start.clone())
    };
    match (request.method.as_str(), parts.as_slice()) {
        _ if !is_own(request) => bare(403),
        ("POST", ["call", name]) => call(&project, name, &request.body),
        ("GET", ["events", number]) => json_of(200, &told.after(number.parse().ok())),
        ("GET", ["tiles", rest @ ..]) => tile(&project, rest),
        ("GET", ["at-start.js"]) => Answer { status: 200, kind: "text/javascript", body: at_start.into_bytes() },
        ("GET", _) => file(page, &request.path),
        _ => bare(405),
    }
}

/// Whether a request is from this server's own page or from nobody's: another page that is open in the same browser
/// must not reach the project, by whatever name it calls this machine.
fn is_own(request: &Request) -> bool {
    let host = request.header("Host").unwrap_or_default();
    let own = host.strip_prefix("127.0.0.1").is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    own && request.header("Origin").is_none_or(|origin| origin == format!("http://{host}"))
}

fn call(project: &Project, name: &str, body: &[u8]) -> Answer {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    match catch_unwind(AssertUnwindSafe(|| project.call(name, asked))) {
        Ok(Ok(answer)) => json_of(200, &answer),
        Ok(Err(problem)) => json_of(422, &json!(problem)),
        Err(_) => json_of(500, &json!({ "code": "internal", "message": [name, name], "hint": ["", ""] })),
    }
}

fn tile(project: &Project, parts: &[&str]) -> Answer {
    let numbers: Vec<u32> = parts.iter().skip(1).filter_map(|part| part.parse().ok()).collect();
    let (Some(kind), [_, z, x, y]) = (parts.first(), numbers.as_slice()) else { return bare(404) };
    // The statuses are those of the app.
    let refused = |problem: Problem| bare(if problem.code == "base" { 502 } else { 404 });
    match catch_unwind(AssertUnwindSafe(|| project.tile(kind, *z as u8, *x, *y))) {
        Ok(tile) => tile.map_or_else(refused, |body| Answer { status: 200, kind: "application/x-protobuf", body }),
        Err(_) => bare(500),
    }
}

/// A file of the page. The first one also loads what the page is to open.
fn file(page: &Path, path: &str) -> Answer {
    let name = if path == "/" { Path::new("index.html") } else { Path::new(path.trim_start_matches('/')) };
    let inside = name.components().all(|part| matches!(part, Component::Normal(_)));
    let Some(mut body) = inside.then(|| std::fs::read(page.join(name)).ok()).flatten() else { return bare(404) };
    let kind = match name.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    if path == "/" {
        let told = "<head><script src=\"/at-start.js\"></script>";
        body = String::from_utf8_lossy(&body).replacen("<head>", told, 1).into_bytes();
    }
    Answer { status: 200, kind, body }
}

fn bare(status: u16) -> Answer {
    Answer { status, kind: "text/plain", body: Vec::new() }
}

/// The app's own policy, so that the page may do no more here than there.
fn policy() -> Result<String, String> {
    let path = workspace().join("src-tauri/tauri.conf.json");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let config: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let rules = config["app"]["security"]["csp"].as_object().ok_or("tauri.conf.json has no policy")?;
    let rules: Vec<String> =
        rules.iter().map(|(name, value)| format!("{name} {}", value.as_str().unwrap_or_default())).collect();
    Ok(rules.join("; "))
}

fn json_of(status: u16, value: &Value) -> Answer {
    Answer { status, kind: "application/json", body: value.to_string().into_bytes() }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
