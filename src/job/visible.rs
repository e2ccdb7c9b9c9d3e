//! Makes text safe for a terminal: what a terminal would obey is shown instead.
//!
//! File names, manifests, cells of CSV files and messages of the system may hold anything. Escape sequences in them could move the
//! cursor, change the terminal's title or hide a line; marks of writing direction could show a name in another order than it has.

use std::borrow::Cow;
use std::fmt::Write;

use crate::config::obeyed::is_obeyed;

/// The text with escapes for everything that a terminal obeys, save line breaks and tabs: `\x1b`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |c| is_obeyed(c) && !matches!(c, '\n' | '\t'), escape)
}

/// The same on one line: line breaks and tabs are shown too.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    replaced(text, is_obeyed, escape)
}

/// The text of a JSON document, with JSON's own escapes for what a terminal obeys: it reads back the same.
pub fn visible_json(text: &str) -> Cow<'_, str> {
    replaced(
        text,
        |c| is_obeyed(c) && !matches!(c, '\n' | '\t'),
        |c, out| {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        },
    )
}

/// Like [`visible`], but keeps colours and weights (`ESC [ … m`). Only for text whose foreign parts are made visible already.
pub fn visible_painted(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return visible(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&visible(&rest[..at]));
        let after = &rest[at + 1..];
        let style = after.strip_prefix('[').and_then(|inside| {
            let end = inside.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
            inside[end..].starts_with('m').then_some(end + 2)
        });
        match style {
            Some(length) => out.push_str(&rest[at..at + 1 + length]),
            None => escape('\u{1b}', &mut out),
        }
        rest = &after[style.unwrap_or(0)..];
    }
    out.push_str(&visible(rest));
    Cow::Owned(out)
}

fn escape(c: char, out: &mut String) {
    let _ = match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        c if c.is_ascii() => write!(out, "\\x{:02x}", c as u32),
        c => write!(out, "\\u{{{:x}}}", c as u32),
    };
}

fn replaced(text: &str, bad: impl Fn(char) -> bool, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(&bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if bad(c) { escape(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        assert_eq!(visible("a\u{1b}]0;title\u{7}b"), "a\\x1b]0;title\\x07b");
        assert_eq!(
            visible("\u{9b}31m \u{202e}gnp.exe\u{2066} \u{7f}\r"),
            "\\u{9b}31m \\u{202e}gnp.exe\\u{2066} \\x7f\\r"
        );
        assert_eq!(visible_line("two\nlines\tand \u{2028}"), "two\\nlines\\tand \\u{2028}");
        for fine in ["", "Köln – 38 ± 0.1 €\n\tx", "مرحبا", "👩\u{200d}🚀"] {
            assert!(matches!(visible(fine), Cow::Borrowed(same) if same == fine));
        }
    }

    #[test]
    fn the_programs_own_colours_stay_and_no_other_sequence_does() {
        assert_eq!(visible_painted("\u{1b}[1;31merror\u{1b}[0m: x"), "\u{1b}[1;31merror\u{1b}[0m: x");
        for (text, shown) in [
            ("\u{1b}[2J", "\\x1b[2J"),
            ("\u{1b}[31", "\\x1b[31"),
            ("\u{1b}]0;m\u{7}", "\\x1b]0;m\\x07"),
            ("\u{1b}", "\\x1b"),
            ("\u{1b}\u{1b}[1m", "\\x1b\u{1b}[1m"),
            ("\u{1b}[?25lm", "\\x1b[?25lm"),
        ] {
            assert_eq!(visible_painted(text), shown);
        }
    }

    #[test]
    fn json_reads_back_the_same() {
        let value = serde_json::json!({ "a": "\u{1b}[31m \u{9b} \u{202e} \u{e0041} \u{7f} é\n" });
        let text = format!("{value:#}\n");
        let shown = visible_json(&text);
        assert!(!shown.chars().any(|c| is_obeyed(c) && c != '\n'), "{shown:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
