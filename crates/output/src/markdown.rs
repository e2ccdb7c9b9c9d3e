//! Text in Markdown: what people typed stays text, whatever program opens it.

use capstake::job::visible::visible_line;

/// Characters that mean something within a line of Markdown, in some dialect.
const MARKS: &str = "\\`*_{}[]<>|~^&@";

/// A text within a line: its marks are escaped, line breaks and control characters become visible or spaces.
pub fn text(text: &str) -> String {
    let line = visible_line(text);
    let mut out = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            // Before a digit it is money; elsewhere two of them could enclose a formula.
            '$' if !letters.peek().is_some_and(char::is_ascii_digit) => out.push_str("\\$"),
            letter if letter.is_control() => out.push(' '),
            letter if MARKS.contains(letter) => out.extend(['\\', letter]),
            letter => out.push(letter),
        }
    }
    // What begins a heading, a list or a rule at the beginning of a line.
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let number = out.chars().take_while(char::is_ascii_digit).count();
    match out[number..].chars().next() {
        Some('#' | '-' | '+' | '=' | ':') if number == 0 => out.insert(0, '\\'),
        Some('.' | ')') if number > 0 && !is_digit(out.as_bytes().get(number + 1)) => {
            out.insert(number, '\\');
        }
        _ => {}
    }
    out
}

/// A text as code: between more backticks than it has in a row.
pub fn code(text: &str) -> String {
    let line = visible_line(text);
    let longest = line.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// A table: its heading, and its rows; the first column is text, the others are numbers or as `is_text` says. Cells are Markdown.
pub fn table(columns: &[String], rows: &[Vec<String>], is_text: impl Fn(usize) -> bool) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule: Vec<String> = (0..columns.len())
        .map(|column| if column == 0 || is_text(column) { ":---" } else { "---:" }.to_owned())
        .collect();
    let body: String = rows.iter().map(|row| line(row)).collect();
    line(columns) + &line(&rule) + &body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_stays_text() {
        assert_eq!(text("a|b *c* _d_ <e> [f](g) `h`"), "a\\|b \\*c\\* \\_d\\_ \\<e\\> \\[f\\](g) \\`h\\`");
        assert_eq!(text("$48–390 bn, $x$"), "$48–390 bn, \\$x\\$");
        assert_eq!(text("# not a heading"), "\\# not a heading");
        assert_eq!(text("- no list"), "\\- no list");
        assert_eq!(text("1. no list"), "1\\. no list");
        assert_eq!(text("12) no list"), "12\\) no list");
        assert_eq!(text("12.5 of 15.5"), "12.5 of 15.5");
        assert!(!text("a\nb\r\n# c\u{1b}").contains(['\n', '\r', '\u{1b}']));
    }

    #[test]
    fn code_ends_where_it_ends() {
        assert_eq!(code("capstake run a.toml"), "`capstake run a.toml`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert!(!code("a\nb").contains('\n'));
    }
}
