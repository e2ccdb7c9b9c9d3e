//! The server: reads requests, refuses those that are not of its own page, and routes the others.

use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tiny_http::{Header, Method, Request, Response};

use super::answer::{self, NoAnswer};
use super::assumptions;
use super::download;
use super::guard::{Guard, Origin};
use super::page;
use super::refusal;
use super::request::{self, Asked, MOST_BYTES};
use super::subject::Subject;
use super::turn::{Turn, Turns};

/// A page that has been silent for so long is thought to be gone.
pub const SILENCE: Duration = Duration::from_secs(60);
/// Requests that are answered at once; simulations take turns all the same.
const WORKERS: usize = 6;
/// How often a worker looks whether the server is to end.
const LOOK: Duration = Duration::from_millis(100);

/// Sent with every answer: nothing is fetched from elsewhere, framed, kept or guessed.
const HEADERS: [(&str, &str); 7] = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
];

/// A server that listens on this machine alone.
pub struct Server {
    http: tiny_http::Server,
    port: u16,
    guard: Guard,
    turns: Turns,
    subject: Subject,
}

/// What is sent back.
struct Reply {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, kind, body: body.into(), headers: Vec::new() }
    }

    fn text(status: u16, text: &str) -> Reply {
        Reply::new(status, "text/plain; charset=utf-8", text)
    }

    fn json(status: u16, value: &Value) -> Reply {
        Reply::new(status, "application/json", value.to_string())
    }

    fn file(name: &str, kind: &'static str, body: Vec<u8>) -> Reply {
        let named = ("Content-Disposition", format!("attachment; filename=\"{name}\""));
        Reply { headers: vec![named], ..Reply::new(200, kind, body) }
    }
}

impl Server {
    /// Listens on a port of 127.0.0.1; 0 takes one that is free.
    ///
    /// # Errors
    /// The port is taken, or the system has no random numbers.
    pub fn bind(subject: Subject, port: u16, silence: Duration) -> io::Result<Server> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let http = tiny_http::Server::http(address).map_err(|error| match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other.to_string()),
        })?;
        let port = http.server_addr().to_ip().map_or(port, |address| address.port());
        Ok(Server { http, port, guard: Guard::new(port)?, turns: Turns::new(silence), subject })
    }

    /// The address to open. `set` are changes that the page begins with, each `KEY=VALUE`.
    pub fn address(&self, set: &[String]) -> String {
        let pairs: Vec<String> = set.iter().map(|text| format!("set={}", encoded(text))).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("http://127.0.0.1:{}/{query}#{}", self.port, self.guard.token())
    }

    /// Answers until `stop` says so.
    pub fn serve(&self, stop: &(dyn Fn() -> bool + Sync)) {
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(|| {
                    while !ended.load(Ordering::Relaxed) {
                        if let Ok(Some(request)) = self.http.recv_timeout(LOOK) {
                            self.answer(request);
                        }
                    }
                });
            }
            while !stop() {
                std::thread::sleep(LOOK / 2);
                self.turns.listen();
            }
            ended.store(true, Ordering::Relaxed);
            self.turns.end();
        });
    }

    fn answer(&self, mut request: Request) {
        let reply = self.reply(&mut request);
        let header = |name: &str, value: &str| Header::from_bytes(name, value).expect("a header of ours");
        let own = HEADERS.iter().map(|(name, value)| header(name, value));
        let more = reply.headers.iter().map(|(name, value)| header(name, value));
        let response = Response::from_data(reply.body).with_status_code(reply.status);
        let response = own
            .chain(more)
            .chain([header("Content-Type", reply.kind)])
            .fold(response, |response, header| response.with_header(header));
        // A page that has gone away needs no answer.
        let _ = request.respond(response);
    }

    fn reply(&self, request: &mut Request) -> Reply {
        let value = |name: &'static str| {
            let found = request.headers().iter().find(|header| header.field.equiv(name));
            found.map(|header| header.value.as_str().to_owned())
        };
        let (host, origin, cookie) = (value("Host"), value("Origin"), value("Cookie"));
        let from = Origin { host: host.as_deref(), origin: origin.as_deref(), cookie: cookie.as_deref() };
        if !self.guard.is_ours(from) {
            return Reply::text(403, "capstake answers its own page on this machine only\n");
        }
        let path = request.url().split(['?', '#']).next().unwrap_or_default().to_owned();
        if path == "/api" || path.starts_with("/api/") {
            if !self.guard.is_known(from) {
                return Reply::json(401, &json!({"message": "open the address that capstake serve printed"}));
            }
            self.turns.hear();
            return self.api(request, &path);
        }
        match (request.method(), path.as_str()) {
            (Method::Get, "/") => Reply::new(200, "text/html; charset=utf-8", page::PAGE),
            (Method::Get, "/live.css") => Reply::new(200, "text/css; charset=utf-8", page::style()),
            (Method::Get, "/live.js") => Reply::new(200, "text/javascript; charset=utf-8", page::script()),
            (Method::Post, "/session") => match body(request).ok().and_then(|bytes| self.session(&bytes)) {
                Some(cookie) => Reply {
                    headers: vec![("Set-Cookie", cookie)],
                    ..Reply::new(204, "text/plain", Vec::new())
                },
                None => Reply::text(401, "that is not the token of this server\n"),
            },
            (_, "/" | "/live.css" | "/live.js" | "/session") => Reply::text(405, "not that way\n"),
            _ => Reply::text(404, "there is nothing here\n"),
        }
    }

    fn session(&self, bytes: &[u8]) -> Option<String> {
        self.guard.exchange(std::str::from_utf8(bytes).ok()?.trim())
    }

    fn api(&self, request: &mut Request, path: &str) -> Reply {
        match (request.method(), path) {
            (Method::Get, "/api/scenario") => Reply::json(200, &assumptions::scenario(&self.subject)),
            (Method::Get, "/api/status") => {
                let (simulating, most) = self.turns.alive();
                Reply::json(200, &json!({"simulating": simulating, "most": most}))
            }
            (Method::Post, "/api/alive") => Reply::new(204, "text/plain", Vec::new()),
            (Method::Post, "/api/answer" | "/api/bridge" | "/api/toml" | "/api/report" | "/api/workbook") => {
                match body(request).map(|bytes| request::asked(&bytes)) {
                    Ok(Ok(asked)) => self.asked(path, &asked),
                    Ok(Err(why)) => Reply::json(400, &json!({"message": why})),
                    Err(reply) => reply,
                }
            }
            (
                _,
                "/api/scenario" | "/api/status" | "/api/alive" | "/api/answer" | "/api/bridge" | "/api/toml"
                | "/api/report" | "/api/workbook",
            ) => Reply::json(405, &json!({"message": "not that way"})),
            _ => Reply::json(404, &json!({"message": "there is nothing here"})),
        }
    }

    fn asked(&self, path: &str, asked: &Asked) -> Reply {
        let (subject, set) = (&self.subject, &asked.set);
        let name = &subject.base.model.name;
        let outcome = match path {
            "/api/answer" => {
                let number = asked.turn.unwrap_or_else(|| self.turns.next());
                self.in_turn(number, |turn| answer::answer(subject, set, asked.level, turn)).map(
                    |mut value| {
                        value["turn"] = json!(number);
                        Reply::json(200, &value)
                    },
                )
            }
            "/api/bridge" => {
                let number = asked.turn.unwrap_or_else(|| self.turns.next());
                self.in_turn(number, |turn| answer::bridge(subject, set, turn))
                    .map(|value| Reply::json(200, &value))
            }
            "/api/toml" => download::toml(subject, set).map_err(NoAnswer::from).map(|text| {
                Reply::file(&format!("{name}-changed.toml"), "application/toml", text.into_bytes())
            }),
            "/api/report" => self
                .in_turn(self.turns.next(), |turn| download::report(subject, set, turn))
                .map(|bytes| Reply::file(&format!("{name}-report.html"), "application/octet-stream", bytes)),
            _ => {
                self.in_turn(self.turns.next(), |turn| download::workbook(subject, set, turn)).map(|bytes| {
                    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                    Reply::file(&format!("{name}.xlsx"), kind, bytes)
                })
            }
        };
        match outcome {
            Ok(reply) => reply,
            Err(NoAnswer::Superseded) => Reply::json(409, &json!({"superseded": true})),
            Err(NoAnswer::Refused(failure)) => Reply::json(422, &refusal::problems(&failure, set)),
        }
    }

    /// Does work that simulates, when the older has ended and unless a newer has begun.
    fn in_turn<T>(
        &self,
        number: u64,
        work: impl FnOnce(&Turn<'_>) -> Result<T, NoAnswer>,
    ) -> Result<T, NoAnswer> {
        self.turns.take(number).map_or(Err(NoAnswer::Superseded), |turn| work(&turn))
    }
}

/// Reads what a request brings, up to a bound.
fn body(request: &mut Request) -> Result<Vec<u8>, Reply> {
    let mut bytes = Vec::new();
    let read = request.as_reader().take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes);
    match read {
        Ok(size) if size <= MOST_BYTES => Ok(bytes),
        Ok(_) => Err(Reply::text(413, "too long\n")),
        Err(_) => Err(Reply::text(400, "cannot be read\n")),
    }
}

/// A text within a query.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
