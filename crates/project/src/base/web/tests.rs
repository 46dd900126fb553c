use super::*;
use crate::api::ChooseBase;
use crate::base::Base;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, atomic::AtomicUsize};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest";

/// A server on this machine that answers by the path and writes down what it was asked.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn start(answer: impl Fn(&str) -> (u16, Vec<u8>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server =
            Self { port: listener.local_addr().unwrap().port(), asked: Arc::default(), connections: Arc::default() };
        let (asked, connections, answer) = (server.asked.clone(), server.connections.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::Relaxed);
                let (asked, answer) = (asked.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &asked, &*answer));
            }
        });
        server
    }

    fn choose(&self, rest: &str) -> Result<Base, Problem> {
        let address = format!("http://127.0.0.1:{}{rest}", self.port);
        Ok(Base::choose(&ChooseBase::Web { address })?.unwrap())
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, asked: &Mutex<Vec<String>>, answer: &dyn Fn(&str) -> (u16, Vec<u8>)) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let path = first.split(' ').nth(1).unwrap().to_owned();
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    asked.lock().unwrap().push(path.clone());
    let (status, body) = answer(&path);
    let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = (&stream).write_all(&[head.as_bytes(), &body].concat());
}

fn ground(base: &Base, z: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>, Problem> {
    base.tile(Part::Ground, z, x, y)
}

#[test]
fn a_tile_is_fetched_once_and_a_place_without_one_stays_empty() {
    let server = Server::start(|path| if path.contains("/3/") { (404, Vec::new()) } else { (200, PNG.to_vec()) });
    let base = server.choose("/{z}/{x}/{y}.png?tk=secret").unwrap();
    assert_eq!(server.asked(), ["/0/0/0.png?tk=secret"], "one tile tells whether the address is right");
    for _ in 0..3 {
        assert_eq!(ground(&base, 2, 1, 3).unwrap().as_deref(), Some(PNG));
        assert_eq!(ground(&base, 3, 1, 3).unwrap(), None);
        assert_eq!(base.tile(Part::Labels, 2, 1, 3).unwrap(), None, "it has no names of its own");
    }
    assert_eq!(server.asked().len(), 3);
    assert_eq!(base.trouble(), None);
    let view = base.view();
    assert_eq!(view.server, format!("127.0.0.1:{}", server.port));
    assert!(!format!("{view:?}").contains("secret"), "the key stays where it was typed");
}

#[test]
fn a_wrong_key_is_told_in_the_servers_words_and_the_key_in_none() {
    let refusal = r#"{"code":301015,"msg":"非法Key"}"#;
    let server = Server::start(move |_| (403, refusal.as_bytes().to_vec()));
    let problem = server.choose("/{z}/{x}/{y}?tk=secret").err().unwrap();
    assert_eq!(problem.code, "base");
    assert!(problem.message[0].contains("403") && problem.message[0].contains("非法Key"), "{problem:?}");
    assert!(problem.hint[0].contains("密钥") && !format!("{problem:?}").contains("secret"), "{problem:?}");
}

#[test]
fn no_network_is_a_sentence_and_is_not_tried_for_every_tile() {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let address = format!("http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}?tk=secret");
    let (web, _) = Web::at(&address).unwrap();
    let first = web.tile(Part::Ground, 1, 0, 0).unwrap_err();
    assert!(first.message[1].contains("does not answer") && !format!("{first:?}").contains("secret"), "{first:?}");
    // Somebody answers there now, but for a while nobody asks.
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(web.tile(Part::Ground, 1, 1, 0).unwrap_err(), first);
    assert_eq!(web.trouble(), Some(first));
    assert!(listener.accept().is_err(), "no connection was tried");
}

#[test]
fn a_page_instead_of_a_picture_is_told() {
    let server = Server::start(|_| (200, b"<html>please log in</html>".to_vec()));
    let problem = server.choose("/{z}/{x}/{y}").err().unwrap();
    assert!(problem.message[1].contains("no picture"), "{problem:?}");
}

#[test]
fn a_base_map_that_was_put_away_asks_nobody() {
    let server = Server::start(|_| (200, PNG.to_vec()));
    let base = server.choose("/{z}/{x}/{y}").unwrap();
    let before = server.connections.load(Ordering::Relaxed);
    base.close();
    assert!(ground(&base, 5, 1, 1).is_err());
    assert_eq!(server.connections.load(Ordering::Relaxed), before);
}

#[test]
fn the_same_tile_wanted_by_many_is_asked_for_once_and_few_at_a_time() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (at, peak) = (now.clone(), most.clone());
    let server = Server::start(move |_| {
        peak.fetch_max(at.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        at.fetch_sub(1, Ordering::SeqCst);
        (200, PNG.to_vec())
    });
    let base = server.choose("/{z}/{x}/{y}").unwrap();
    std::thread::scope(|scope| {
        for k in 0..60_u32 {
            let base = &base;
            scope.spawn(move || assert!(ground(base, 6, k % 30, 7).unwrap().is_some()));
        }
    });
    assert_eq!(server.asked().len(), 31);
    assert!(most.load(Ordering::SeqCst) <= AT_ONCE);
}

#[test]
fn memory_is_bounded() {
    let server = Server::start(|_| (200, [PNG, &[0; 1 << 20]].concat()));
    let (web, _) = Web::at(&format!("http://127.0.0.1:{}/{{z}}/{{x}}/{{y}}", server.port)).unwrap();
    for x in 0..100 {
        assert!(web.tile(Part::Ground, 10, x, 0).unwrap().is_some());
    }
    assert!(web.pictures.weight() <= KEPT, "{}", web.pictures.weight());
    assert!(web.pictures.len() > 20);
}

#[test]
fn a_wmts_is_asked_to_describe_itself_and_then_for_its_tiles() {
    let described = r#"<Capabilities xmlns:o="o"><Contents><Layer><o:Title>影像</o:Title><o:Identifier>img</o:Identifier>
        <TileMatrixSetLink><TileMatrixSet>w</TileMatrixSet></TileMatrixSetLink><Format>image/png</Format></Layer>
        <TileMatrixSet><o:Identifier>w</o:Identifier><o:SupportedCRS>EPSG:3857</o:SupportedCRS>
        <TileMatrix><o:Identifier>L7</o:Identifier><ScaleDenominator>4367830.1877</ScaleDenominator></TileMatrix>
        </TileMatrixSet></Contents></Capabilities>"#;
    let server = Server::start(move |path| match path.contains("GetCapabilities") {
        true => (200, described.as_bytes().to_vec()),
        false => (200, PNG.to_vec()),
    });
    let base = server.choose("/wmts?tk=k").unwrap();
    let view = base.view();
    assert_eq!((view.name.as_str(), view.min_zoom, view.max_zoom), ("影像", 7, 7));
    assert!(ground(&base, 7, 100, 50).unwrap().is_some());
    let asked = server.asked();
    assert!(asked[0].starts_with("/wmts?tk=k&SERVICE=WMTS&REQUEST=GetCapabilities"), "{asked:?}");
    assert!(asked[2].contains("TILEMATRIX=L7&TILEROW=50&TILECOL=100&tk=k"), "{asked:?}");
}
