//! A base map from a server: asked only once the planner has said so, from outside the page, and no longer than that.

use super::*;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A PNG of one red pixel, which the map stretches.
const RED: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
    2, 0, 0, 0, 0x90, 0x77, 0x53, 0xDE, 0, 0, 0, 0x0C, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0xF8, 0xCF, 0xC0, 0,
    0, 3, 1, 1, 0, 0xC9, 0xFE, 0x92, 0xEF, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
];

/// A server of red tiles on this machine, or of refusals.
struct Tiles {
    port: u16,
    connections: Arc<AtomicUsize>,
    refuses: Arc<AtomicBool>,
}

impl Tiles {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let tiles =
            Self { port: listener.local_addr().unwrap().port(), connections: Arc::default(), refuses: Arc::default() };
        let (connections, refuses) = (tiles.connections.clone(), tiles.refuses.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                let (status, body): (u16, &[u8]) = if refuses.load(Ordering::SeqCst) {
                    (403, "{\"msg\":\"非法Key\"}".as_bytes())
                } else {
                    (200, RED)
                };
                let head =
                    format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(&[head.as_bytes(), body].concat());
            }
        });
        tiles
    }

    fn asked(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{{z}}/{{x}}/{{y}}.png?tk=geheim99", self.port)
    }
}

/// Waits until the server has been left alone for a while.
fn quiet(d: &Driver, tiles: &Tiles) -> usize {
    let mut before = usize::MAX;
    d.wait("the server is left alone", |_| {
        std::thread::sleep(std::time::Duration::from_millis(700));
        std::mem::replace(&mut before, tiles.asked()) == tiles.asked()
    });
    tiles.asked()
}

#[test]
fn a_server_is_asked_from_the_word_of_the_planner_until_its_map_is_put_away() {
    let _alone = alone();
    let stage = Stage::set();
    let tiles = Tiles::start();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    let plain = d.screenshot();
    d.click("[data-testid=base-choose]");
    d.click("[data-testid=base-kind-web]");
    d.fill("[data-testid=base-address]", &tiles.address());
    let told = d.text("[data-testid=base-told]");
    assert!(told.contains(&format!("127.0.0.1:{}", tiles.port)) && told.contains("此外什么都不发出"), "{told}");
    assert_eq!(tiles.asked(), 0, "an address that is only typed is not asked");

    d.click("[data-testid=base-show]");
    d.wait("that it is online", |d| d.text("[data-testid=base-online]").contains("127.0.0.1"));
    settled(&d);
    let shown = quiet(&d, &tiles);
    assert!(shown > 1 && d.screenshot() != plain, "tiles lie under the layers: {shown}");
    Album::open().keep(&d, "base-online-zh-light");
    let record = std::fs::read(stage.file("sample-data/liechtenstein/demo.lantu")).unwrap();
    assert!(!record.windows(8).any(|bytes| bytes == b"geheim99"), "the key is in no record");

    d.click("[data-testid=base-none]");
    d.wait("none again", |d| d.sees("[data-testid=base-choose]"));
    let after = tiles.asked();
    d.click("[data-testid=whole-map]");
    settled(&d);
    d.script("document.querySelector('[data-testid=map] canvas').dispatchEvent(new WheelEvent('wheel', { deltaY: -400, bubbles: true, clientX: 700, clientY: 400 }))", json!([]));
    settled(&d);
    assert_eq!(quiet(&d, &tiles), after);
    d.close();

    // What was typed is offered again, and nobody is asked by a start.
    let d = stage.open(&["--demo"]);
    d.wait("the layers", |d| d.sees("[data-testid=layers] li"));
    settled(&d);
    d.click("[data-testid=base-choose]");
    d.wait("what was typed", |d| {
        d.script("return document.querySelector('[data-testid=base-address]')?.value ?? ''", json!([]))
            == tiles.address()
    });
    assert_eq!(tiles.asked(), after);
    d.close();
}

#[test]
fn a_refusal_is_a_sentence_beside_the_base_map_and_breaks_nothing() {
    let _alone = alone();
    let stage = Stage::set();
    let tiles = Tiles::start();
    let d = stage.open(&[]);
    open_demo_and_run(&d);
    d.click("[data-testid=base-choose]");
    d.click("[data-testid=base-kind-web]");
    d.fill("[data-testid=base-address]", &tiles.address());
    tiles.refuses.store(true, Ordering::SeqCst);
    d.click("[data-testid=base-show]");
    d.wait("that it is refused", |d| d.text(NOTICE).contains("403") && d.text(NOTICE).contains("非法Key"));
    assert!(!d.text(NOTICE).contains("geheim"), "{}", d.text(NOTICE));
    tiles.refuses.store(false, Ordering::SeqCst);
    d.click("[data-testid=base-show]");
    d.wait("that it is online", |d| d.sees("[data-testid=base-online]"));
    settled(&d);
    quiet(&d, &tiles);
    // From here on it refuses: the map goes on as if there were no base map there.
    tiles.refuses.store(true, Ordering::SeqCst);
    look_at_open(&d, ROW);
    d.wait("what went wrong", |d| d.text("[data-testid=base-trouble]").contains("403"));
    Album::open().keep(&d, "base-trouble-zh-light");
    let before = open_count(&d);
    d.key("1");
    d.wait("decisions go on", |d| open_count(d) == before - 1);
    tiles.refuses.store(false, Ordering::SeqCst);
    d.click("[data-testid=base-again]");
    d.wait("all is well again", |d| !d.sees("[data-testid=base-trouble]"));
    d.close();
}
