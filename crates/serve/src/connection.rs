//! Connections: one request and its reply each, within bounds of bytes, of time and of how many there are at once.
//!
//! Who sends slowly, or nothing, holds a thread for a few seconds at most, gives way to newer connections before that, and never keeps the
//! server from ending: every wait is short and looks whether it is to go on.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The most bytes of a request's head. The cookies of all servers on this machine are in it.
const MOST_HEAD: usize = 32 << 10;
/// The most headers of a request.
const MOST_HEADERS: usize = 100;
/// The most bytes of a request's body.
pub const MOST_BODY: usize = 64 << 10;
/// How long a request may take to arrive, and a reply to be taken.
const ARRIVES: Duration = Duration::from_secs(5);
const TAKEN: Duration = Duration::from_secs(20);
/// How long what is still being sent is read after a reply, so that the reply is not lost with it; and how much.
const LINGERS: Duration = Duration::from_millis(500);
const MOST_LEFT: usize = 1 << 20;
/// How often a wait looks whether it is to go on.
const LOOK: Duration = Duration::from_millis(50);
/// Connections that may wait for their requests; a newer one ends the oldest.
const WAITING: u64 = 32;
/// Connections at once; a further one waits.
const AT_ONCE: usize = 96;

/// A request, read whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, ….
    pub method: String,
    /// The path with its query.
    pub target: String,
    /// The body; `None` if it is longer than [`MOST_BODY`].
    pub body: Option<Vec<u8>>,
    headers: Vec<(String, String)>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What is sent back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The media type.
    pub kind: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// A reply of a kind.
    pub fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, kind, body: body.into(), headers: Vec::new() }
    }

    /// A reply in words.
    pub fn text(status: u16, text: &str) -> Reply {
        Reply::new(status, "text/plain; charset=utf-8", text)
    }

    /// A reply for the script of a page.
    pub fn json(status: u16, value: &serde_json::Value) -> Reply {
        Reply::new(status, "application/json", value.to_string())
    }

    /// A file to save.
    pub fn file(name: &str, kind: &'static str, body: Vec<u8>) -> Reply {
        let named = ("Content-Disposition", format!("attachment; filename=\"{name}\""));
        Reply { headers: vec![named], ..Reply::new(200, kind, body) }
    }
}

/// Why a request is not answered as asked.
#[derive(Debug, PartialEq, Eq)]
enum Unread {
    /// The connection is gone or too slow, or the server ends.
    Gone,
    /// It is not a request that this server reads.
    Refused(u16),
}

/// Where connections come in.
pub struct Door {
    listener: TcpListener,
    ended: AtomicBool,
    newest: AtomicU64,
    open: AtomicUsize,
}

impl Door {
    /// Takes connections of a listener.
    pub fn new(listener: TcpListener) -> Door {
        Door { listener, ended: AtomicBool::new(false), newest: AtomicU64::new(0), open: AtomicUsize::new(0) }
    }

    /// Answers each connection in a thread of its own until `stop` says so, which is asked several times a second.
    pub fn answer(&self, reply: &(dyn Fn(&Request) -> Reply + Sync), stop: &mut dyn FnMut() -> bool) {
        std::thread::scope(|scope| {
            let taking = scope.spawn(|| self.take(scope, reply));
            while !stop() {
                std::thread::sleep(LOOK);
            }
            self.ended.store(true, Ordering::SeqCst);
            // The listener waits for a connection: this is the last.
            while !taking.is_finished() {
                if let Ok(address) = self.listener.local_addr() {
                    drop(TcpStream::connect_timeout(&address, LOOK));
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        });
    }

    fn take<'scope>(
        &'scope self,
        scope: &'scope std::thread::Scope<'scope, '_>,
        reply: &'scope (dyn Fn(&Request) -> Reply + Sync),
    ) {
        while !self.has_ended() {
            let stream = self.listener.accept();
            let (Ok((stream, _)), false) = (stream, self.has_ended()) else {
                // No more files may be open, or the peer was gone at once.
                std::thread::sleep(Duration::from_millis(5));
                continue;
            };
            while self.open.load(Ordering::SeqCst) >= AT_ONCE && !self.has_ended() {
                std::thread::sleep(Duration::from_millis(5));
            }
            let number = self.newest.fetch_add(1, Ordering::SeqCst) + 1;
            self.open.fetch_add(1, Ordering::SeqCst);
            let begun = std::thread::Builder::new().spawn_scoped(scope, move || {
                let _open = Open(&self.open);
                // A page that has gone away needs no answer.
                let _ = self.exchange(stream, number, reply);
            });
            if begun.is_err() {
                self.open.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    fn exchange(
        &self,
        mut stream: TcpStream,
        number: u64,
        reply: &dyn Fn(&Request) -> Reply,
    ) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(LOOK))?;
        let until = Instant::now() + ARRIVES;
        let goes_on = || {
            let is_pushed_out = self.newest.load(Ordering::SeqCst) >= number + WAITING;
            !self.has_ended() && !is_pushed_out && Instant::now() < until
        };
        let (reply, is_head) = match request(&mut stream, &goes_on) {
            Ok(request) => (reply(&request), request.method == "HEAD"),
            Err(Unread::Refused(status)) => {
                (Reply::text(status, &format!("{}\n", reason(status).to_lowercase())), false)
            }
            Err(Unread::Gone) => return Ok(()),
        };
        let until = Instant::now() + TAKEN;
        let goes_on = || !self.has_ended() && Instant::now() < until;
        send(&mut stream, &head(&reply), &goes_on)?;
        if !is_head {
            send(&mut stream, &reply.body, &goes_on)?;
        }
        stream.shutdown(Shutdown::Write)?;
        let until = Instant::now() + LINGERS;
        let mut left = [0; 4096];
        let mut most = MOST_LEFT;
        while most > 0 && !self.has_ended() && Instant::now() < until {
            match stream.read(&mut left) {
                Ok(0) => break,
                Ok(count) => most = most.saturating_sub(count),
                Err(error) if is_wait(&error) => {}
                Err(_) => break,
            }
        }
        Ok(())
    }
}

/// An open connection, counted.
struct Open<'a>(&'a AtomicUsize);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

/// Reads some bytes more.
fn more(stream: &mut impl Read, into: &mut Vec<u8>, goes_on: &dyn Fn() -> bool) -> Result<(), Unread> {
    let mut part = [0; 4096];
    while goes_on() {
        match stream.read(&mut part) {
            Ok(0) => return Err(Unread::Gone),
            Ok(count) => {
                into.extend_from_slice(&part[..count]);
                return Ok(());
            }
            Err(error) if is_wait(&error) => {}
            Err(_) => return Err(Unread::Gone),
        }
    }
    Err(Unread::Gone)
}

/// Reads a request. Its body has a length in its head: pages send no other.
fn request(stream: &mut impl Read, goes_on: &dyn Fn() -> bool) -> Result<Request, Unread> {
    let mut bytes = Vec::new();
    let (mut found, length) = loop {
        if let Some(found) = parsed(&bytes)? {
            break found;
        }
        if bytes.len() > MOST_HEAD {
            return Err(Unread::Refused(431));
        }
        more(stream, &mut bytes, goes_on)?;
    };
    let Some(wanted) = content_length(&found)? else { return Ok(found) };
    let mut body = bytes.split_off(length);
    while body.len() < wanted {
        more(stream, &mut body, goes_on)?;
    }
    body.truncate(wanted);
    found.body = Some(body);
    Ok(found)
}

/// The request of a head with the number of its bytes; `None` as long as it is not whole.
fn parsed(bytes: &[u8]) -> Result<Option<(Request, usize)>, Unread> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Unread::Refused(431)),
        Err(_) => return Err(Unread::Refused(400)),
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| Unread::Refused(400));
    let headers: Result<Vec<(String, String)>, Unread> =
        parsed.headers.iter().map(|header| Ok((header.name.to_owned(), text(header.value)?))).collect();
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        body: None,
        headers: headers?,
    };
    // What says two things is not read: a proxy before this server might take the other.
    let count = |name: &str| request.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).count();
    if ["Host", "Origin", "Content-Length"].into_iter().any(|name| count(name) > 1) {
        return Err(Unread::Refused(400));
    }
    if count("Transfer-Encoding") > 0 {
        return Err(Unread::Refused(411));
    }
    Ok(Some((request, length)))
}

/// The bytes of a body; `None` of more than are read.
fn content_length(request: &Request) -> Result<Option<usize>, Unread> {
    let Some(text) = request.header("Content-Length") else { return Ok(Some(0)) };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unread::Refused(400));
    }
    Ok(text.parse().ok().filter(|&length: &usize| length <= MOST_BODY))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        _ => "Error",
    }
}

fn head(reply: &Reply) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} {}\r\nConnection: close\r\n", reply.status, reason(reply.status));
    if reply.status != 204 {
        head.push_str(&format!("Content-Type: {}\r\nContent-Length: {}\r\n", reply.kind, reply.body.len()));
    }
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn send(stream: &mut impl Write, mut bytes: &[u8], goes_on: &dyn Fn() -> bool) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if is_wait(&error) && goes_on() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that come three at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(3).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn read(text: &str) -> Result<Request, Unread> {
        request(&mut Slow(text.as_bytes()), &|| true)
    }

    #[test]
    fn requests_are_read_whole() {
        let found =
            read("POST /api/answer?x HTTP/1.1\r\nhost: a:1\r\nContent-Length: 5\r\n\r\nhello and more")
                .unwrap();
        assert_eq!((found.method.as_str(), found.target.as_str()), ("POST", "/api/answer?x"));
        assert_eq!(found.body.as_deref(), Some(&b"hello"[..]));
        assert_eq!((found.header("Host"), found.header("Origin")), (Some("a:1"), None));
        assert_eq!(read("GET / HTTP/1.0\r\n\r\n").unwrap().body, Some(Vec::new()));
    }

    #[test]
    fn what_is_too_long_or_says_two_things_is_refused() {
        for (text, status) in [
            ("nonsense\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nOrigin: a\r\norigin: b\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
            ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na", 400),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        ] {
            assert_eq!(read(text), Err(Unread::Refused(status)), "{text}");
        }
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(MOST_HEAD));
        assert_eq!(read(&long), Err(Unread::Refused(431)));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(MOST_HEADERS + 1));
        assert_eq!(read(&many), Err(Unread::Refused(431)));
        // A long body is not read: its head is answered.
        let body = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", MOST_BODY + 1);
        assert_eq!(read(&body).unwrap().body, None);
        assert_eq!(
            read("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n").unwrap().body,
            None
        );
    }

    #[test]
    fn what_does_not_come_is_not_waited_for() {
        for text in ["", "GET / HT", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel"] {
            assert_eq!(read(text), Err(Unread::Gone), "{text}");
            assert_eq!(request(&mut Slow(text.as_bytes()), &|| false), Err(Unread::Gone), "{text}");
        }
    }
}
