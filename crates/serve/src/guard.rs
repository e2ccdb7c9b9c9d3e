//! Who may ask: pages of this server on this machine alone, and of these who has shown the token once.
//!
//! The token is in the fragment of the printed address, which browsers send to nobody. The page exchanges it for a cookie that no script
//! can read and no other site's page can send (`HttpOnly`, `SameSite=Strict`). A request under another host name (DNS rebinding) or from
//! another origin is refused before anything else is looked at.

use std::fmt::Write;

use rand::TryRng;
use rand::rngs::SysRng;

/// The secrets of a server.
pub struct Guard {
    port: u16,
    token: String,
    cookie: String,
}

/// What a request says of where it comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The header `Host`.
    pub host: Option<&'a str>,
    /// The header `Origin`.
    pub origin: Option<&'a str>,
    /// The header `Cookie`.
    pub cookie: Option<&'a str>,
}

/// 128 random bits in hexadecimal.
fn secret() -> std::io::Result<String> {
    let mut bytes = [0_u8; 16];
    SysRng.try_fill_bytes(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Compares without telling by the time how much agrees.
fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

impl Guard {
    /// New secrets for a server on a port.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn new(port: u16) -> std::io::Result<Guard> {
        Ok(Guard { port, token: secret()?, cookie: secret()? })
    }

    /// The token of the printed address.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether a request is to this server by a name of this machine, and from a page of it or from no page.
    pub fn is_ours(&self, from: Origin<'_>) -> bool {
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", self.port));
        let is_host = |host: &str| hosts.iter().any(|known| host.eq_ignore_ascii_case(known));
        let is_origin =
            |origin: &str| origin.strip_prefix("http://").is_some_and(|host| from.host == Some(host));
        from.host.is_some_and(is_host) && from.origin.is_none_or(is_origin)
    }

    /// The header `Set-Cookie` for who shows the token; `None` for another.
    pub fn exchange(&self, token: &str) -> Option<String> {
        is_same(token, &self.token)
            .then(|| format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name(), self.cookie))
    }

    /// Whether a request brings the cookie.
    pub fn is_known(&self, from: Origin<'_>) -> bool {
        let name = self.cookie_name();
        let pairs = from.cookie.unwrap_or_default().split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.into_iter().any(|(key, value)| key == name && is_same(value, &self.cookie))
    }

    /// Cookies of one host are shared by all ports: each server has a name of its own.
    fn cookie_name(&self) -> String {
        format!("capstake-{}", self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from<'a>(host: &'a str, origin: Option<&'a str>) -> Origin<'a> {
        Origin { host: Some(host), origin, cookie: None }
    }

    #[test]
    fn only_pages_of_this_server_are_ours() {
        let guard = Guard::new(7777).unwrap();
        for (host, origin) in [
            ("127.0.0.1:7777", None),
            ("localhost:7777", Some("http://localhost:7777")),
            ("127.0.0.1:7777", Some("http://127.0.0.1:7777")),
        ] {
            assert!(guard.is_ours(from(host, origin)), "{host} {origin:?}");
        }
        for (host, origin) in [
            ("evil.example:7777", None),
            ("127.0.0.1", None),
            ("127.0.0.1:80", None),
            ("127.0.0.1:7777.evil.example", None),
            ("127.0.0.1:7777", Some("http://evil.example")),
            ("127.0.0.1:7777", Some("https://127.0.0.1:7777")),
            ("127.0.0.1:7777", Some("null")),
            ("127.0.0.1:7777", Some("http://localhost:7777")),
            ("127.0.0.1:7777", Some("http://127.0.0.1:8888")),
        ] {
            assert!(!guard.is_ours(from(host, origin)), "{host} {origin:?}");
        }
        assert!(!guard.is_ours(Origin::default()), "without a host");
    }

    #[test]
    fn the_token_is_exchanged_for_a_cookie_and_nothing_else_is() {
        let guard = Guard::new(7777).unwrap();
        assert_eq!(guard.token().len(), 32);
        let cookie = guard.exchange(guard.token()).unwrap();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        let pair = cookie.split(';').next().unwrap();
        assert!(!pair.contains(guard.token()), "the token is not the cookie");
        let with = |text: &str| guard.is_known(Origin { cookie: Some(text), ..Origin::default() });
        assert!(with(pair) && with(&format!("a=b; {pair}; c=d")));
        let token = format!("capstake-7777={}", guard.token());
        for wrong in ["", "capstake-7777=", &pair[..pair.len() - 1], &format!("{pair}0"), &token] {
            assert!(!with(wrong), "{wrong}");
        }
        assert!(!guard.is_known(Origin::default()));
        for wrong in
            ["", "0", &guard.token()[1..], &guard.token().to_uppercase().replace(char::is_numeric, "A")]
        {
            assert!(guard.exchange(wrong).is_none(), "{wrong}");
        }
        assert_ne!(Guard::new(7777).unwrap().token(), guard.token());
    }
}
