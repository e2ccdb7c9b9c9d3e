//! Who is answered: nobody without the token, no other host, no other origin, no other machine.

use super::client::Live;
use super::place;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

const PATHS: [&str; 12] = [
    "/",
    "/live.js",
    "/session",
    "/api",
    "/api/",
    "/api/scenario",
    "/api/status",
    "/api/answer",
    "/api/report",
    "/api/nothing",
    "/api/../live.js",
    "/nothing",
];

#[test]
fn every_address_of_the_api_wants_the_token() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    for path in PATHS.into_iter().filter(|path| path.starts_with("/api")) {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
            for cookie in ["x=y".to_owned(), format!("capstake-{}={}", live.port, live.token)] {
                let reply = live.request(method, path, &[("Cookie", &cookie)], b"{\"set\": []}");
                assert_eq!(reply.status, 401, "{method} {path}");
            }
        }
    }
    // With it, what exists is there, and what does not is not.
    assert_eq!(live.get("/api/scenario").status, 200);
    assert_eq!(live.get("/api/nothing").status, 404);
    assert_eq!(live.request("PUT", "/api/answer", &[], b"").status, 405);
    for wrong in ["", "0", &live.token[1..], "00000000000000000000000000000000"] {
        assert_eq!(live.request("POST", "/session", &[], wrong.as_bytes()).status, 401, "{wrong}");
    }
    let reply = live.request("POST", "/session", &[], live.token.as_bytes());
    let cookie = reply.header("Set-Cookie").expect("a cookie");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
}

#[test]
fn other_hosts_and_origins_are_refused_everywhere() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let own = format!("http://127.0.0.1:{}", live.port);
    for path in PATHS {
        for (name, value) in [
            ("Host", "evil.example".to_owned()),
            ("Host", format!("evil.example:{}", live.port)),
            ("Host", "127.0.0.1".to_owned()),
            ("Origin", "http://evil.example".to_owned()),
            ("Origin", "null".to_owned()),
            ("Origin", format!("https://127.0.0.1:{}", live.port)),
            ("Origin", "http://127.0.0.1:1".to_owned()),
        ] {
            let reply = live.request("GET", path, &[(name, &value)], b"");
            assert_eq!(reply.status, 403, "{path} {name}: {value}");
        }
        let reply = live.request("GET", path, &[("Origin", &own)], b"");
        assert_ne!(reply.status, 403, "{path}");
        // No other page may read an answer.
        assert!(
            reply.headers.iter().all(|(name, _)| !name.to_lowercase().starts_with("access-control")),
            "{path}"
        );
        let policy = reply.header("Content-Security-Policy").expect("a policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'")
                && policy.contains("frame-ancestors 'none'")
        );
        assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    }
    let named = live.request("GET", "/", &[("Host", &format!("localhost:{}", live.port))], b"");
    assert_eq!(named.status, 200);
    // The page itself holds nothing of the scenario.
    let page = String::from_utf8(live.get("/").body).expect("UTF-8");
    assert!(!page.contains("amended") && !page.contains("38"), "{page}");
}

#[cfg(target_os = "linux")]
#[test]
fn it_listens_on_this_machine_alone() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let port = format!(":{:04X}", live.port);
    let listening = |table: &str| -> Vec<String> {
        let text = std::fs::read_to_string(table).unwrap_or_default();
        let sockets = text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
        // State 0A listens.
        sockets
            .filter(|parts| parts[3] == "0A" && parts[1].ends_with(&port))
            .map(|parts| parts[1].to_owned())
            .collect()
    };
    assert_eq!(listening("/proc/net/tcp"), [format!("0100007F{port}")], "127.0.0.1");
    assert_eq!(listening("/proc/net/tcp6"), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn it_begins_at_once_and_ends_at_a_signal() {
    let place = place();
    let began = Instant::now();
    let mut live = Live::start(&place, &["base.toml", "--set", "deal.amended-2026.cap_usd_bn=60", "-q"]);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // Another cannot have the same port.
    let port = live.port.to_string();
    place.run_with(&["serve", "base.toml", "--port", &port]).ends(6).says("cannot be listened on");
    let end = Instant::now();
    let killed = std::process::Command::new("kill").args(["-INT", &live.id().to_string()]).status();
    assert!(killed.expect("kill").success());
    assert_eq!(live.wait(), Some(0));
    assert!(end.elapsed() < Duration::from_secs(5), "{:?}", end.elapsed());
    place.run("serve base.toml --set deal.amended-2026.rate=2").ends(4).says("S301");
    place.run("serve gone.toml").ends(3);
}

/// Connections that say what they will send, and then send nothing more.
fn held(live: &Live, sent: &str) -> Vec<TcpStream> {
    let connections = (0..60).map(|_| {
        let mut stream = TcpStream::connect(("127.0.0.1", live.port)).expect("it listens");
        let _ = stream.write_all(sent.as_bytes());
        stream
    });
    connections.collect()
}

#[cfg(unix)]
#[test]
fn who_sends_nothing_more_holds_up_nobody() {
    let place = place();
    for path in ["/session", "/api/answer", "/"] {
        let mut live = Live::start(&place, &["base.toml"]);
        let host = format!("Host: 127.0.0.1:{}\r\n", live.port);
        let body = format!(
            "POST {path} HTTP/1.1\r\n{host}Cookie: {}\r\nContent-Length: 60000\r\n\r\n{{",
            live.cookie
        );
        let half = format!("GET {path} HTTP/1.1\r\n{host}X: ");
        let _held = [held(&live, &body), held(&live, &half), held(&live, "")];
        let asked = Instant::now();
        assert_eq!(live.get("/api/status").status, 200);
        assert!(asked.elapsed() < Duration::from_secs(2), "{path}: {:?}", asked.elapsed());
        let end = Instant::now();
        let killed = std::process::Command::new("kill").args(["-INT", &live.id().to_string()]).status();
        assert!(killed.expect("kill").success());
        assert_eq!(live.wait(), Some(0), "{path}");
        assert!(end.elapsed() < Duration::from_secs(2), "{path}: {:?}", end.elapsed());
    }
}

#[test]
fn requests_are_bounded() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let own = format!("127.0.0.1:{}", live.port);
    let status =
        |headers: &[(&str, &str)], body: &[u8]| live.request("POST", "/session", headers, body).status;
    let long = "x".repeat(40_000);
    assert_eq!(status(&[("X", &long)], b""), 431);
    assert_eq!(status(&[("X", "y"); 200], b""), 431);
    assert_eq!(status(&[("Transfer-Encoding", "chunked")], b""), 411);
    // What says two things is not read.
    assert_eq!(status(&[("Host", &own), ("Host", "evil.example")], b""), 400);
    assert_eq!(status(&[("Origin", "http://evil.example"), ("Origin", &format!("http://{own}"))], b""), 400);
    // A head without end is cut off, and takes no memory.
    let mut stream = TcpStream::connect(("127.0.0.1", live.port)).expect("it listens");
    let endless = "X: y\r\n".repeat(10_000);
    let _ = stream.write_all(b"GET / HTTP/1.1\r\n");
    let cut_off = (0..1_000).any(|_| stream.write_all(endless.as_bytes()).is_err());
    assert!(cut_off, "60 megabytes of headers were read");
    assert_eq!(live.get("/api/status").status, 200);
}
