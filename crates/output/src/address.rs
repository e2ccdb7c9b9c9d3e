//! Which addresses of sources become links, on the page and in the workbook; the others are text.

use capstake::job::visible::visible_line;

/// Longest address that Excel takes, in UTF-16 units.
const LONGEST: usize = 2_079;

/// Whether an address is one of the web that every format can link to: `http` or `https`, a host, no blanks, no controls, no marks
/// of writing direction, and not too long for a workbook.
pub fn is_link(address: &str) -> bool {
    let scheme = |name: &str| {
        let head = address.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then(|| &address[name.len()..])
    };
    let Some(rest) = scheme("https://").or_else(|| scheme("http://")) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_empty()
        && address.encode_utf16().count() <= LONGEST
        && !address.contains(char::is_whitespace)
        && visible_line(address) == address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for address in
            ["https://a.b/?c=1&d=\"2\"", "HTTP://example.org", "https://de.wikipedia.org/wiki/Köln#a"]
        {
            assert!(is_link(address), "{address}");
        }
        for address in [
            "",
            "https://",
            "https:///path",
            "http",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)//http://a.b",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://a.b",
            " https://a.b",
            "https://a.b/c d",
            "https://a.b/\u{1}c",
            "https://a.b/\u{85}c",
            "https://a.b/\n",
            "https://a.b/\u{202e}gpj.exe",
            "é://",
        ] {
            assert!(!is_link(address), "{address:?}");
        }
        let long = |letter: &str| format!("https://a.b/{}", letter.repeat(LONGEST - 12));
        assert!(is_link(&long("x")));
        assert!(!is_link(&long("xx")) && !is_link(&long("🚀")));
    }
}
