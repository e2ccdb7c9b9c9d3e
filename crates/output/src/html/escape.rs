//! Escaping for HTML: text between tags, attributes, and JSON inside a script element.

use crate::address::is_link;

/// Escapes text for use between tags or in a quoted attribute; control characters become spaces.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Escapes JSON for a script element: no `<` can close the element, and the JSON keeps its meaning.
pub fn json(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// The address if it is safe to link to; `None` for `javascript:` and similar schemes.
pub fn address(url: &str) -> Option<String> {
    is_link(url).then(|| escape(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(escape("<b a=\"1\" c='2'>&\u{7}\n"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp; \n");
        let text = json(&serde_json::json!({"a": "</script><!--"}));
        assert!(!text.contains('<'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["a"], "</script><!--");
    }

    #[test]
    fn addresses() {
        assert_eq!(address("https://a.b/?c=1&d=\"").as_deref(), Some("https://a.b/?c=1&amp;d=&quot;"));
        for url in ["javascript:alert(1)", "data:text/html,x", "", "ftp://x", " https://x"] {
            assert_eq!(address(url), None, "{url}");
        }
    }
}
