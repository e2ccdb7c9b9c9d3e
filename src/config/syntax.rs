//! Turns the TOML parser's complaints into problems that say what to write at that key.

use super::code::Code;
use super::format::FORMAT;
use super::instead::{Instead, Slot};
use super::place::{Origin, Place};
use super::problem::Problem;

/// The problem that a file is not TOML: the parser's message, or, where the line sets a key, what that key takes.
pub(super) fn file_problem(
    text: &str,
    origin: Origin,
    message: &str,
    span: std::ops::Range<usize>,
) -> Problem {
    if let Some(problem) = assignment_at(text, span.start).and_then(|assignment| assignment.problem(origin)) {
        return problem;
    }
    let problem = Problem::error(
        Code::Syntax,
        Place::new(origin, span),
        format!("not valid TOML: {}", message.lines().next().unwrap_or(message)),
    );
    if message.contains("duplicate key") {
        problem.help("a key stands once in its table; entries of a list begin with [[two brackets]]")
    } else if message.contains("string values must be quoted") {
        problem.help("put the text in double quotes")
    } else {
        problem
    }
}

/// A line `key = value` of a file.
struct Assignment<'a> {
    /// The key as written; empty for a table in a list over several lines.
    key: &'a str,
    /// Whether an equals sign stands between key and value.
    equals: bool,
    value: &'a str,
    /// First byte of the value in the file.
    start: usize,
    slot: Slot,
}

impl Assignment<'_> {
    fn problem(&self, origin: Origin) -> Option<Problem> {
        let Assignment { key, value, start, slot, .. } = *self;
        let toml = if slot.takes(value) {
            // The value will do: at fault is the colon.
            if self.equals {
                return None;
            }
            Instead::Write {
                toml: value.to_owned(),
                why: "an equals sign stands between key and value".to_owned(),
            }
        } else {
            slot.instead(value)?
        };
        let help = match &toml {
            Instead::Write { toml, why } if !key.is_empty() => format!("write `{key} = {toml}`: {why}"),
            other => other.help(),
        };
        let shown = if key.is_empty() { "this entry".to_owned() } else { format!("`{key}`") };
        let place = Place::new(origin, start..start + value.len());
        Some(Problem::error(Code::Syntax, place, format!("{shown} cannot be {value}")).help(help))
    }
}

/// The assignment in the line of byte `at`, if its key is known.
fn assignment_at(text: &str, at: usize) -> Option<Assignment<'_>> {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    // A fault found at the end of a line is one of that line.
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    let line = without_comment(&text[start..end]);
    let before = &text[..start];
    let header = header_above(before);
    let mut steps: Vec<&str> = header.split('.').filter(|step| !step.is_empty()).collect();
    let trimmed = line.trim();
    if trimmed.starts_with('{') {
        // One entry a line, in a list that a line above opens.
        let opening = before.lines().rev().find(|line| without_comment(line).trim_end().ends_with('['))?;
        let (key, _) = opening.split_once('=')?;
        steps.push(key.trim());
        let value = trimmed.trim_end_matches(',').trim_end();
        let start = start + line.find('{')?;
        let slot = Slot::find(FORMAT, &steps, false)?.entry()?;
        return Some(Assignment { key: "", equals: true, value, start, slot });
    }
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-.\"' \t".contains(c);
    let mark = line.find(|c| !bare(c))?;
    let (key, rest) = line.split_at(mark);
    let equals = rest.starts_with('=');
    if !equals && !rest.starts_with(':') {
        return None;
    }
    let value = rest[1..].trim();
    let key = key.trim();
    steps.extend(key.split('.').map(|step| step.trim().trim_matches(['"', '\''])));
    let start = start + mark + 1 + (rest[1..].len() - rest[1..].trim_start().len());
    let slot = Slot::find(FORMAT, &steps, false)?;
    Some(Assignment { key, equals, value, start, slot })
}

/// The path of the last header: `segment.plan` of `[[segment.plan]]`; empty at the top of a file.
fn header_above(text: &str) -> &str {
    let header = |line: &str| {
        let line = without_comment(line).trim();
        line.starts_with('[') && line.ends_with(']') && !line.contains(['=', ',', '{'])
    };
    text.lines()
        .rev()
        .find(|line| header(line))
        .map_or("", |line| without_comment(line).trim().trim_matches(['[', ']']).trim())
}

/// A line without its comment.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return &line[..at],
            (None, '"' | '\'') => quote = Some(c),
            (Some(mark), _) if c == mark => quote = None,
            _ => {}
        }
    }
    line
}
