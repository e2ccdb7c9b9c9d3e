//! A server under test, and a client of few words for it.

use crate::cli::Place;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A server with the cookie for it.
pub(super) struct Live {
    process: Child,
    pub(super) port: u16,
    pub(super) token: String,
    pub(super) cookie: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Live {
    /// Starts `capstake serve` and shows it its token.
    pub(super) fn start(place: &Place, arguments: &[&str]) -> Live {
        let mut process = Command::new(assert_cmd::cargo::cargo_bin!("capstake"))
            .current_dir(place.at("."))
            .arg("serve")
            .args(arguments)
            .env("NO_COLOR", "1")
            .env("TMPDIR", place.at("temporary"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut address = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        output.read_line(&mut address).expect("an address");
        let rest = address.trim().strip_prefix("http://127.0.0.1:").unwrap_or_else(|| panic!("{address}"));
        let (place, token) = rest.split_once('#').expect("a token");
        let port = place.split('/').next().and_then(|port| port.parse().ok()).expect("a port");
        let mut live = Live { process, port, token: token.to_owned(), cookie: String::new() };
        let reply = live.request("POST", "/session", &[], live.token.as_bytes());
        assert_eq!(reply.status, 204);
        let cookie =
            reply.header("Set-Cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
        live.cookie = cookie;
        live
    }

    pub(super) fn address(&self, query: &str) -> String {
        format!("http://127.0.0.1:{}/{query}#{}", self.port, self.token)
    }

    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(super) fn wait(&mut self) -> Option<i32> {
        self.process.wait().expect("it ends").code()
    }

    /// A request with the cookie, and the host that belongs there unless another is given.
    pub(super) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let own = [("Host", format!("127.0.0.1:{}", self.port)), ("Cookie", self.cookie.clone())];
        let given = |name: &str| headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in own.iter().filter(|(name, value)| !given(name) && !value.is_empty()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).expect("it reads");
        // It may answer before it has read all.
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        reply(&bytes)
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &[], b"")
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Reply {
        self.request("POST", path, &[], body.to_string().as_bytes())
    }

    /// The answer to changes at a level.
    pub(super) fn answer(&self, set: &[String], level: u64, turn: Option<u64>) -> Value {
        let mut asked = json!({"set": set, "level": level});
        if let Some(turn) = turn {
            asked["turn"] = json!(turn);
        }
        let reply = self.post("/api/answer", &asked);
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        reply.json()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn reply(bytes: &[u8]) -> Reply {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the head");
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut body = bytes[end + 4..].to_vec();
    let is_chunked = headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("Transfer-Encoding") && value == "chunked");
    if is_chunked {
        body = whole(&body);
    }
    Reply { status: status.expect("a status"), headers, body }
}

/// The body that comes in chunks.
fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let size =
            std::str::from_utf8(&chunks[..end]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let size = size.expect("the size of a chunk");
        if size == 0 {
            break;
        }
        body.extend_from_slice(&chunks[end + 2..end + 2 + size]);
        chunks = &chunks[end + 2 + size + 2..];
    }
    body
}
