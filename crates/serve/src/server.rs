//! The server: reads requests, refuses those that are not of its own page, and routes the others.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use serde_json::json;

use super::answer::{self, NoAnswer};
use super::assumptions;
use super::connection::{Door, Reply, Request};
use super::download;
use super::guard::{Guard, Origin};
use super::page;
use super::pages::Pages;
use super::refusal;
use super::request::{self, Asked};
use super::subject::Subject;
use super::turn::{Turn, Turns};

/// A page that has been silent for so long is thought to be gone.
pub const SILENCE: Duration = Duration::from_secs(60);
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
    door: Door,
    port: u16,
    guard: Guard,
    pages: Pages,
    subject: Subject,
}

impl Server {
    /// Listens on a port of 127.0.0.1; 0 takes one that is free.
    ///
    /// # Errors
    /// The port is taken, or the system has no random numbers.
    pub fn bind(subject: Subject, port: u16, silence: Duration) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let port = listener.local_addr()?.port();
        let (guard, pages) = (Guard::new(port)?, Pages::new(silence));
        Ok(Server { door: Door::new(listener), port, guard, pages, subject })
    }

    /// The address to open. `set` are changes that the page begins with, each `KEY=VALUE`.
    pub fn address(&self, set: &[String]) -> String {
        let pairs: Vec<String> = set.iter().map(|text| format!("set={}", encoded(text))).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("http://127.0.0.1:{}/{query}#{}", self.port, self.guard.token())
    }

    /// Answers until `stop` says so.
    pub fn serve(&self, stop: &dyn Fn() -> bool) {
        let mut ends = || {
            self.pages.listen();
            let ends = stop();
            if ends {
                self.pages.end();
            }
            ends
        };
        self.door.answer(&|request| self.answer(request), &mut ends);
    }

    fn answer(&self, request: &Request) -> Reply {
        let mut reply = self.reply(request);
        reply.headers.extend(HEADERS.map(|(name, value)| (name, value.to_owned())));
        reply
    }

    fn reply(&self, request: &Request) -> Reply {
        let [host, origin, cookie] = ["Host", "Origin", "Cookie"].map(|name| request.header(name));
        let from = Origin { host, origin, cookie };
        if !self.guard.is_ours(from) {
            return Reply::text(403, "capstake answers its own page on this machine only\n");
        }
        let path = request.target.split(['?', '#']).next().unwrap_or_default();
        if path == "/api" || path.starts_with("/api/") {
            if !self.guard.is_known(from) {
                return Reply::json(401, &json!({"message": "open the address that capstake serve printed"}));
            }
            return self.api(request, path);
        }
        match (request.method.as_str(), path) {
            ("GET", "/") => Reply::new(200, "text/html; charset=utf-8", page::PAGE),
            ("GET", "/live.css") => Reply::new(200, "text/css; charset=utf-8", page::style()),
            ("GET", "/live.js") => Reply::new(200, "text/javascript; charset=utf-8", page::script()),
            ("POST", "/session") => match request.body.as_deref().and_then(|bytes| self.session(bytes)) {
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

    fn api(&self, request: &Request, path: &str) -> Reply {
        match (request.method.as_str(), path) {
            ("GET", "/api/scenario") => Reply::json(200, &assumptions::scenario(&self.subject)),
            ("GET", "/api/status") => {
                let (simulating, most) = self.pages.alive();
                Reply::json(200, &json!({"simulating": simulating, "most": most}))
            }
            (
                "POST",
                "/api/alive" | "/api/answer" | "/api/bridge" | "/api/toml" | "/api/report" | "/api/workbook",
            ) => {
                let Some(body) = &request.body else { return Reply::text(413, "too long\n") };
                match request::asked(body) {
                    Ok(asked) => self.asked(path, &asked),
                    Err(why) => Reply::json(400, &json!({"message": why})),
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
        let turns = self.pages.heard(&asked.page);
        let asked_turn = || asked.turn.unwrap_or_else(|| turns.next());
        let outcome = match path {
            "/api/alive" => Ok(Reply::new(204, "text/plain", Vec::new())),
            "/api/answer" => {
                let number = asked_turn();
                in_turn(&turns, number, |turn| answer::answer(subject, set, asked.level, turn)).map(
                    |mut value| {
                        value["turn"] = json!(number);
                        Reply::json(200, &value)
                    },
                )
            }
            "/api/bridge" => in_turn(&turns, asked_turn(), |turn| answer::bridge(subject, set, turn))
                .map(|value| Reply::json(200, &value)),
            "/api/toml" => download::toml(subject, set).map_err(NoAnswer::from).map(|text| {
                Reply::file(&format!("{name}-changed.toml"), "application/toml", text.into_bytes())
            }),
            "/api/report" => in_turn(&turns, turns.next(), |turn| download::report(subject, set, turn))
                .map(|bytes| Reply::file(&format!("{name}-report.html"), "application/octet-stream", bytes)),
            _ => in_turn(&turns, turns.next(), |turn| download::workbook(subject, set, turn)).map(|bytes| {
                let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                Reply::file(&format!("{name}.xlsx"), kind, bytes)
            }),
        };
        match outcome {
            Ok(reply) => reply,
            Err(NoAnswer::Superseded) => Reply::json(409, &json!({"superseded": true})),
            Err(NoAnswer::Refused(failure)) => Reply::json(422, &refusal::problems(&failure, set)),
        }
    }
}

/// Does work that simulates, when the older of the same page has ended and unless a newer has begun.
fn in_turn<T>(
    turns: &Turns,
    number: u64,
    work: impl FnOnce(&Turn<'_>) -> Result<T, NoAnswer>,
) -> Result<T, NoAnswer> {
    turns.take(number).map_or(Err(NoAnswer::Superseded), |turn| work(&turn))
}

/// A text within a query.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
