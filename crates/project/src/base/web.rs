//! Tiles from a server, fetched here so that the window's page itself may reach nobody.
//!
//! What leaves the machine is the address of a tile, that is which square of the earth is looked at, with the key
//! that stands in it. Nothing is asked before a planner has chosen the server, nor after it was put away. Pictures are
//! kept in memory up to a bound, never on the disk. Whatever goes wrong is a sentence: a place without a picture
//! stays empty, and a server that refuses or is silent is left alone for a while.

use super::address::{Address, server_of, tianditu};
use super::{Part, is_picture, wmts};
use crate::api::{BaseView, Problem};
use crate::problem::problem;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// Pictures kept in memory, in bytes.
const KEPT: u64 = 64 << 20;
/// The largest picture and the largest description that are read.
const LARGEST: u64 = 8 << 20;
const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(12);
/// How long a server is left alone that refuses or is silent: the map asks for dozens of tiles at once.
const PAUSE: Duration = Duration::from_secs(8);
/// So many tiles are fetched at a time, as browsers do.
const AT_ONCE: usize = 6;
/// Zooms of servers that do not tell theirs.
const DEEPEST: u8 = 19;

/// A server of tiles.
pub(super) struct Web {
    agent: Agent,
    server: String,
    ground: Address,
    labels: Option<Address>,
    pictures: Cache<Key, Option<Vec<u8>>, Bytes>,
    turns: Turns,
    closed: AtomicBool,
    trouble: Mutex<Option<(Instant, Problem)>>,
}

/// Whether names or ground, zoom, column, row.
type Key = (bool, u8, u32, u32);

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Option<Vec<u8>>> for Bytes {
    fn weight(&self, _: &Key, picture: &Option<Vec<u8>>) -> u64 {
        64 + picture.as_ref().map_or(0, Vec::len) as u64
    }
}

impl Web {
    /// Returns the server of an address: of tiles, or of a WMTS that is asked to describe itself.
    ///
    /// # Errors
    /// A problem if it is no such address, or the description cannot be had.
    pub(super) fn at(address: &str) -> Result<(Self, BaseView), Problem> {
        let agent = agent();
        let (ground, name) = match Address::read(address) {
            Some(ground) => (ground, String::new()),
            None => {
                let server = server_of(address)?;
                let asked = wmts::description(address);
                let text = fetch(&agent, &asked, &server)?.ok_or_else(|| refused(&server, 404, &[]))?;
                wmts::tiles(&String::from_utf8_lossy(&text), &asked)?
            }
        };
        let zooms = ground.zooms.as_ref();
        let (min_zoom, max_zoom) =
            (zooms.and_then(|zooms| zooms.keys().next()), zooms.and_then(|zooms| zooms.keys().last()));
        let view = BaseView {
            name,
            min_zoom: min_zoom.copied().unwrap_or(0),
            max_zoom: max_zoom.copied().unwrap_or(DEEPEST),
            ..BaseView::default()
        };
        Self::of(agent, ground, None, view)
    }

    /// Returns a map of Tianditu.
    ///
    /// # Errors
    /// A problem if there is no such map or no key.
    pub(super) fn tianditu(map: &str, labels: bool, key: &str) -> Result<(Self, BaseView), Problem> {
        let mut parts = tianditu(map, labels, key)?.into_iter();
        let ground = parts.next().ok_or_else(|| silent("tianditu.gov.cn", ""))?;
        let view = BaseView {
            name: "天地图 Tianditu".to_owned(),
            attribution: "© 国家地理信息公共服务平台 天地图 (Tianditu)".to_owned(),
            min_zoom: 1,
            max_zoom: 18,
            labels,
            ..BaseView::default()
        };
        Self::of(agent(), ground, parts.next(), view)
    }

    fn of(agent: Agent, ground: Address, labels: Option<Address>, view: BaseView) -> Result<(Self, BaseView), Problem> {
        let server = ground.server()?;
        let view = BaseView { server: server.clone(), tile_px: 256, ..view };
        let pictures = Cache::with_weighter(2048, KEPT, Bytes);
        let (turns, closed, trouble) = (Turns::default(), AtomicBool::new(false), Mutex::default());
        Ok((Self { agent, server, ground, labels, pictures, turns, closed, trouble }, view))
    }

    /// Returns a picture, from memory if it was fetched before; `None` where the server has none.
    ///
    /// # Errors
    /// A problem if the server refuses, is silent or sends something else.
    pub(super) fn tile(&self, part: Part, z: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>, Problem> {
        let labels = part == Part::Labels;
        let address = if labels { self.labels.as_ref() } else { Some(&self.ground) };
        let Some(address) = address.and_then(|address| address.of(z, x, y)) else { return Ok(None) };
        // Whoever asks for the same tile meanwhile waits for this one.
        self.pictures.get_or_insert_with(&(labels, z, x, y), || self.ask(&address))
    }

    fn ask(&self, address: &str) -> Result<Option<Vec<u8>>, Problem> {
        let _turn = self.turns.wait();
        // Both may have changed while it waited.
        if self.closed.load(Ordering::Acquire) {
            return Err(put_away());
        }
        if let Some((since, problem)) = held(&self.trouble).clone()
            && since.elapsed() < PAUSE
        {
            return Err(problem);
        }
        let found = fetch(&self.agent, address, &self.server).and_then(|found| match found {
            Some(bytes) if is_picture(&bytes) => Ok(Some(bytes)),
            Some(bytes) if bytes.is_empty() => Ok(None),
            Some(bytes) => Err(no_picture(&self.server, &bytes)),
            None => Ok(None),
        });
        *held(&self.trouble) = found.as_ref().err().map(|problem| (Instant::now(), problem.clone()));
        found
    }

    /// Returns what the last tile that was asked for met with.
    pub(super) fn trouble(&self) -> Option<Problem> {
        held(&self.trouble).clone().map(|(_, problem)| problem)
    }

    /// Asks for nothing any more.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

fn agent() -> Agent {
    // The system's own list of authorities: offices have servers that only theirs vouches for.
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(WHOLE))
        .max_redirects(3)
        .http_status_as_error(false)
        .user_agent(concat!("Lantu/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::new_with_config(config)
}

/// Fetches what is at an address; `None` if nothing is.
fn fetch(agent: &Agent, address: &str, server: &str) -> Result<Option<Vec<u8>>, Problem> {
    // The address may hold a key, which no sentence tells.
    let silent = |cause: ureq::Error| silent(server, &cause.to_string().replace(address, server));
    let mut response = agent.get(address).call().map_err(silent)?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(LARGEST).read_to_vec();
    match status {
        200..300 => body.map(Some).map_err(silent),
        404 | 410 => Ok(None),
        _ => Err(refused(server, status, &body.unwrap_or_default())),
    }
}

/// So many may ask at a time; the others wait.
#[derive(Default)]
struct Turns {
    taken: Mutex<usize>,
    free: Condvar,
}

struct Turn<'a>(&'a Turns);

impl Turns {
    fn wait(&self) -> Turn<'_> {
        let taken = held(&self.taken);
        let mut taken = self.free.wait_while(taken, |taken| *taken >= AT_ONCE).unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *held(&self.0.taken) -= 1;
        self.0.free.notify_one();
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A problem that the window shows beside the base map instead of as a notice.
fn trouble(message: [String; 2], hint: [&str; 2]) -> Problem {
    Problem { code: "base".to_owned(), ..problem(message, hint) }
}

fn silent(server: &str, cause: &str) -> Problem {
    let message = [
        format!("底图服务 {server} 没有回应（{cause}）。"),
        format!("The server of the base map, {server}, does not answer ({cause})."),
    ];
    let hint = [
        "请检查网络与地址；图层和裁定不受影响。",
        "Check the network and the address; layers and decisions are not affected.",
    ];
    trouble(message, hint)
}

fn refused(server: &str, status: u16, body: &[u8]) -> Problem {
    let said = said(body);
    let (message, hint) = match status {
        401 | 403 | 418 => (
            [
                format!("底图服务 {server} 拒绝了请求（{status}）{said}。"),
                format!("The server of the base map, {server}, refuses ({status}){said}."),
            ],
            [
                "请核对密钥：是否填错、过期、超出当日配额，类型是否为“服务器端”。",
                "Check the key: whether it is right, still valid, within the day's quota, and of the kind for servers.",
            ],
        ),
        429 => (
            [
                format!("底图服务 {server} 暂不接受更多请求（{status}）{said}。"),
                format!("The server of the base map, {server}, takes no more requests at present ({status}){said}."),
            ],
            ["请稍后再看，或换用本机底图文件。", "Look again later, or use a file of this machine."],
        ),
        _ => (
            [
                format!("底图服务 {server} 出错（{status}）{said}。"),
                format!("The server of the base map, {server}, has failed ({status}){said}."),
            ],
            ["请核对地址，或稍后再试。", "Check the address, or try again later."],
        ),
    };
    trouble(message, hint)
}

fn no_picture(server: &str, body: &[u8]) -> Problem {
    let said = said(body);
    let message =
        [format!("底图服务 {server} 返回的不是图片{said}。"), format!("What {server} sends is no picture{said}.")];
    let hint = [
        "请核对地址与密钥；内网服务可能要先登录。",
        "Check address and key; a server inside an office may want you to log in first.",
    ];
    trouble(message, hint)
}

fn put_away() -> Problem {
    trouble(["底图已去掉。".to_owned(), "The base map was put away.".to_owned()], ["", ""])
}

/// The sentence that a server gives as its reason, if it gives one that can be read.
fn said(body: &[u8]) -> String {
    let Ok(answer) = serde_json::from_slice::<serde_json::Value>(body) else { return String::new() };
    let sentence = ["msg", "message", "error"].iter().find_map(|key| answer[*key].as_str());
    sentence.map_or_else(String::new, |words| {
        let words: String = words.chars().filter(|letter| !letter.is_control()).take(80).collect();
        format!("：{words}")
    })
}

#[cfg(test)]
mod tests;
