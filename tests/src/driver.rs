//! A small W3C WebDriver client: just what the window's tests need, blocking, over loopback HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

/// How long the window may take for anything a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);
/// What goes wrong in the page is told when a test waits in vain.
const WATCH: &str = "window.__errors = [];
    const keep = (e) => window.__errors.push(String(e.reason?.stack ?? e.error?.stack ?? e.message));
    addEventListener('error', keep);
    addEventListener('unhandledrejection', keep);";
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session with the window.
pub struct Driver {
    agent: ureq::Agent,
    session: String,
    browser: bool,
}

impl Driver {
    /// Starts the app `binary` through WebKit's WebDriver at `port`.
    pub fn open(port: u16, binary: &str, arguments: &[&str]) -> Self {
        let driver = Self::session(port, "webkitgtk:browserOptions", json!({ "binary": binary, "args": arguments }));
        driver.script(WATCH, json!([]));
        driver
    }

    /// Starts Chromium through its WebDriver at `port` and goes to an address.
    pub fn browse(port: u16, address: &str, arguments: &[String]) -> Self {
        let driver = Self::session(port, "goog:chromeOptions", json!({ "args": arguments }));
        driver.post("/url", json!({ "url": address })).unwrap_or_else(|error| panic!("{address}: {error}"));
        driver.script(WATCH, json!([]));
        driver
    }

    fn session(port: u16, vendor: &str, options: Value) -> Self {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let base = format!("http://127.0.0.1:{port}/session");
        let body = json!({ "capabilities": { "alwaysMatch": { vendor: options } } });
        let answer = send(&agent, "POST", &base, Some(&body)).unwrap_or_else(|error| panic!("no session: {error}"));
        let id = answer["sessionId"].as_str().expect("a session has an id");
        Self { session: format!("{base}/{id}"), agent, browser: vendor.starts_with("goog") }
    }

    /// Whether it is a browser instead of the app.
    pub fn is_browser(&self) -> bool {
        self.browser
    }

    /// Ends the session and with it the window; says nothing if the window is gone already.
    pub fn close(&self) {
        let _ = send(&self.agent, "DELETE", &self.session, None);
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        send(&self.agent, method, &format!("{}{path}", self.session), body)
    }

    fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        self.ask("POST", path, Some(&body))
    }

    /// Runs JavaScript in the window: the body of a function, its result as JSON.
    pub fn script(&self, body: &str, arguments: Value) -> Value {
        self.post("/execute/sync", json!({ "script": body, "args": arguments }))
            .unwrap_or_else(|error| panic!("{error}\nin: {body}"))
    }

    /// Runs JavaScript that ends later: the body of a function whose last argument takes the result.
    pub fn script_later(&self, body: &str, arguments: Value) -> Value {
        self.post("/execute/async", json!({ "script": body, "args": arguments }))
            .unwrap_or_else(|error| panic!("{error}\nin: {body}"))
    }

    /// Whether an element is there and can be seen.
    pub fn sees(&self, css: &str) -> bool {
        let script = "const e = document.querySelector(arguments[0]); return !!e && e.getClientRects().length > 0";
        self.script(script, json!([css])) == json!(true)
    }

    /// The words of an element as they are shown, empty if it is not there.
    pub fn text(&self, css: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
        self.script(script, json!([css])).as_str().unwrap_or_default().to_owned()
    }

    /// An attribute of an element, empty if either is not there.
    pub fn attribute(&self, css: &str, name: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''";
        self.script(script, json!([css, name])).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until `holds`; fails with `what` after a minute, and with what the window says by then.
    pub fn wait(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            if start.elapsed() > PATIENCE {
                let errors = self.script("return (window.__errors ?? []).join('\\n')", json!([]));
                let notice = self.text("[data-testid=notice]");
                panic!("waited in vain for: {what}\nerrors: {errors}\nnotice: {notice}\nwindow: {}", self.text("body"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Clicks an element once it is there and can be used.
    ///
    /// What has just been drawn may have no place yet, or lose it to a redrawing between looking and clicking: as
    /// a person would, it is then tried again.
    pub fn click(&self, css: &str) {
        self.soon(&format!("click {css}"), |d| {
            if d.script("return document.querySelector(arguments[0])?.disabled", json!([css])) == json!(true) {
                return Err("it is disabled".to_owned());
            }
            d.post(&format!("/element/{}/click", d.element(css)?), json!({})).map(drop)
        });
    }

    /// Types into a field once it is there.
    pub fn fill(&self, css: &str, words: &str) {
        self.soon(&format!("fill {css}"), |d| {
            d.post(&format!("/element/{}/value", d.element(css)?), json!({ "text": words })).map(drop)
        });
    }

    /// Tries until it succeeds, with the patience of [`Self::wait`].
    fn soon(&self, what: &str, act: impl Fn(&Self) -> Result<(), String>) {
        let start = Instant::now();
        while let Err(error) = act(self) {
            if start.elapsed() > PATIENCE {
                panic!("{what}: {error}\nwindow: {}", self.text("body"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn element(&self, css: &str) -> Result<String, String> {
        let found = self.post("/element", json!({ "using": "css selector", "value": css }))?;
        found[ELEMENT].as_str().map(str::to_owned).ok_or_else(|| format!("no {css}"))
    }

    /// Presses and lets go a key.
    pub fn key(&self, key: &str) {
        let strokes = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let source = json!({ "type": "key", "id": "keys", "actions": strokes });
        self.post("/actions", json!({ "actions": [source] })).unwrap_or_else(|error| panic!("key {key}: {error}"));
    }

    /// Holds a key down.
    pub fn hold(&self, key: &str) {
        let source = json!({ "type": "key", "id": "keys", "actions": [{ "type": "keyDown", "value": key }] });
        self.post("/actions", json!({ "actions": [source] })).unwrap_or_else(|error| panic!("hold {key}: {error}"));
    }

    /// Lets go all that is held.
    pub fn let_go(&self) {
        self.ask("DELETE", "/actions", None).unwrap_or_else(|error| panic!("let go: {error}"));
    }

    /// Moves the pointer to a point of the window, in CSS pixels.
    pub fn move_to(&self, x: f64, y: f64) {
        self.mouse(&[step_to(x, y)]);
    }

    /// Clicks at a point of the window, in CSS pixels.
    pub fn click_at(&self, x: f64, y: f64) {
        self.mouse(&[step_to(x, y), press(), pause(30), release()]);
    }

    /// Presses at one point, moves to another and lets go there.
    pub fn drag(&self, from: (f64, f64), to: (f64, f64)) {
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let steps = [from, middle, to].map(|(x, y)| step_to(x, y));
        let [first, second, third] = steps;
        self.mouse(&[first, press(), pause(30), second, pause(30), third, pause(30), release()]);
    }

    /// Clicks an element twice.
    pub fn double_click(&self, css: &str) {
        let (x, y) = self.middle(css);
        self.mouse(&[step_to(x, y), press(), release(), press(), release()]);
    }

    /// Clicks an element with a key held.
    pub fn click_holding(&self, key: &str, css: &str) {
        let (x, y) = self.middle(css);
        self.hold(key);
        self.click_at(x, y);
        self.let_go();
    }

    /// The middle of an element, in CSS pixels.
    pub fn middle(&self, css: &str) -> (f64, f64) {
        let script = "const r = document.querySelector(arguments[0]).getBoundingClientRect();
            return [r.left + r.width / 2, r.top + r.height / 2]";
        serde_json::from_value(self.script(script, json!([css]))).unwrap_or_else(|error| panic!("no {css}: {error}"))
    }

    fn mouse(&self, steps: &[Value]) {
        let source =
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": steps });
        self.post("/actions", json!({ "actions": [source] }))
            .unwrap_or_else(|error| panic!("mouse {steps:?}: {error}"));
    }

    /// Gives the window a size.
    pub fn resize(&self, width: u32, height: u32) {
        self.post("/window/rect", json!({ "x": 0, "y": 0, "width": width, "height": height }))
            .unwrap_or_else(|error| panic!("resize: {error}"));
    }

    /// The window as PNG.
    pub fn screenshot(&self) -> Vec<u8> {
        let answer = self.ask("GET", "/screenshot", None).unwrap_or_else(|error| panic!("screenshot: {error}"));
        let text = answer.as_str().expect("a screenshot is base64");
        base64::engine::general_purpose::STANDARD.decode(text).expect("a screenshot is base64")
    }
}

fn step_to(x: f64, y: f64) -> Value {
    json!({ "type": "pointerMove", "duration": 0, "origin": "viewport", "x": x.round() as i64, "y": y.round() as i64 })
}

fn press() -> Value {
    json!({ "type": "pointerDown", "button": 0 })
}

fn release() -> Value {
    json!({ "type": "pointerUp", "button": 0 })
}

fn pause(ms: u32) -> Value {
    json!({ "type": "pause", "duration": ms })
}

fn send(agent: &ureq::Agent, method: &str, url: &str, body: Option<&Value>) -> Result<Value, String> {
    let sent = match (method, body) {
        ("GET", _) => agent.get(url).call(),
        ("DELETE", _) => agent.delete(url).call(),
        (_, body) => agent.post(url).send_json(body.unwrap_or(&json!({}))),
    };
    let mut response = sent.map_err(|error| error.to_string())?;
    let answer: Value =
        response.body_mut().with_config().limit(64 << 20).read_json().map_err(|error| error.to_string())?;
    let value = answer["value"].clone();
    match value.get("error") {
        Some(error) => Err(format!("{error}: {}", value["message"])),
        None => Ok(value),
    }
}
