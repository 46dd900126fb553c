//! As much of HTTP/1.1 as a browser on the same machine needs: a thread per connection, kept alive, bodies with a
//! length. (`tiny_http` may leave a connection waiting for a thread that never comes.)

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// No request has more, neither before its body nor in it.
const LARGEST_HEAD: u64 = 64 << 10;
const LARGEST_BODY: u64 = 64 << 20;

/// What was asked.
pub struct Request {
    /// `GET`, `POST`, ….
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

/// What is answered.
pub struct Answer {
    /// 200, 404, ….
    pub status: u16,
    /// Its MIME type.
    pub kind: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Returns a header by its name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A server that answers until it is dropped.
pub struct Server {
    port: u16,
    ended: Arc<AtomicBool>,
}

impl Server {
    /// Answers requests at a port of this machine; every answer has `headers` too.
    ///
    /// # Errors
    /// The system's if the port is taken.
    pub fn start(
        port: u16,
        headers: String,
        answer: impl Fn(Request) -> Answer + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let (port, ended) = (listener.local_addr()?.port(), Arc::new(AtomicBool::new(false)));
        let (over, answer) = (ended.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Acquire) {
                    return;
                }
                let (answer, headers, over) = (answer.clone(), headers.clone(), over.clone());
                // A browser that goes away breaks its connection off, and nobody need hear of it.
                std::thread::spawn(move || serve(stream, &headers, &*answer, &over));
            }
        });
        Ok(Self { port, ended })
    }

    /// Returns the port it listens at.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(stream: TcpStream, headers: &str, answer: &dyn Fn(Request) -> Answer, ended: &AtomicBool) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = read(&mut reader)? {
        if ended.load(Ordering::Acquire) {
            break;
        }
        let Answer { status, kind, body } = answer(request);
        let length = body.len();
        let head = format!("HTTP/1.1 {status} .\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}\r\n");
        (&stream).write_all(&[head.as_bytes(), &body].concat())?;
    }
    Ok(())
}

/// Reads a request; `None` once the other side has ended.
fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut head = reader.by_ref().take(LARGEST_HEAD);
    let mut line = String::new();
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, body: Vec::new(), headers };
    let length = request.header("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    reader.by_ref().take(LARGEST_BODY.min(length)).read_to_end(&mut request.body)?;
    Ok(Some(request))
}
