//! The state of reading a scenario: the key being read and the problems found so far.

use super::choice::Word;
use super::code::Code;
use super::instead::Slot;
use super::problem::{Problem, Problems};
use super::spec::{Format, KeySpec, SectionSpec, ValueKind};
use super::spelling::{listed, nearest};
use super::tables::{header_at, headers_with, rows};
use super::tree::{Entry, Node, Value, inline};

/// The key being read: its specification and full path.
#[derive(Clone, Copy, Debug)]
pub struct KeyContext<'a> {
    /// The specification of the key.
    pub spec: &'static KeySpec,
    /// The full path, for example `segment.business.growth_now`.
    pub path: &'a str,
}

/// Collects problems while a scenario is read. Reading never stops at a problem.
#[derive(Debug)]
pub struct Reader {
    /// The format, to find the table in which a misplaced key belongs, and what a key takes.
    format: Format,
    /// The problems found so far.
    pub problems: Problems,
}

impl Reader {
    /// Makes a reader for the format.
    pub fn new(format: Format) -> Reader {
        Reader { format, problems: Problems::new() }
    }

    /// Reports a value of the wrong type.
    pub fn wrong_type(&mut self, key: KeyContext<'_>, node: &Node) {
        self.problems.push(wrong_type(self.format, key, node));
    }

    /// Reports a key that does not exist in its table.
    pub fn unknown_key(&mut self, path: &str, entry: &Entry, spec: &'static SectionSpec) {
        // Further problems are only counted.
        let problem = if self.problems.are_many() {
            no_such_key(path, entry)
        } else {
            unknown_key(self.format.root, path, entry, spec)
        };
        self.problems.push(problem);
    }

    /// Reports a key that stands in its table in both of its spellings.
    pub fn spelt_twice(&mut self, path: &str, first: &Entry, second: &Entry) {
        let message = format!("`{path}` has both `{}` and `{}`, which are one key", first.key, second.key);
        self.problems.push(
            Problem::error(Code::KeysExclusive, second.key_place, message)
                .also(first.key_place, format!("`{}`", first.key))
                .help(format!("keep one: `{}` or `{}`", first.key, second.key)),
        );
    }

    /// Reports a `basis` at a number that is no growth rate.
    pub fn misplaced_basis(&mut self, path: &str, entry: &Entry) {
        let rates: Vec<String> = rows(self.format.root)
            .into_iter()
            .filter(|row| row.spec.growth)
            .map(|row| format!("`{}`", row.pattern))
            .collect();
        self.problems.push(
            no_such_key(path, entry)
                .allowed("`basis` at growth rates of revenue only")
                .help(format!("take it out: only {} may be given year on year", listed(&rates))),
        );
    }

    /// Reports a word that is not one of the allowed words.
    pub fn unknown_word(&mut self, path: &str, node: &Node, text: &str, words: &'static [Word]) {
        self.problems.push(unknown_word(path, node, text, words));
    }
}

/// The problem that a value has the wrong type.
fn wrong_type(format: Format, key: KeyContext<'_>, node: &Node) -> Problem {
    let problem = Problem::error(
        Code::WrongType,
        node.place,
        format!("`{}` must be {}, not {}", key.path, key.spec.kind.words(), node.value.words()),
    )
    .found(node.value.brief())
    .allowed(key.spec.kind.words());
    match (&key.spec.kind, &node.value) {
        (ValueKind::List(_), Value::Table(_)) => problem.help(format!(
            "write [[{}]] with two brackets: there may be several",
            header_at(format.root, key.path)
        )),
        (ValueKind::Table(_), Value::Array(_)) => problem.help(format!(
            "write [{}] with one bracket: there is only one",
            header_at(format.root, key.path)
        )),
        _ => match instead(format, key, node) {
            Some(help) => problem.help(help),
            None => problem,
        },
    }
}

/// What to write instead of a value of the wrong type, as help.
fn instead(format: Format, key: KeyContext<'_>, node: &Node) -> Option<String> {
    let steps: Vec<&str> = key.path.split('.').collect();
    let slot = Slot::find(format, &steps, true).unwrap_or(Slot::of_key(format, key.spec));
    let text = match &node.value {
        Value::Text(text) if slot.takes(text) => return Some(format!("leave out the quotes: {text}")),
        Value::Text(text) => text.clone(),
        // A number of years where a date belongs has a key of its own.
        Value::Integer(_) | Value::Float(_) if matches!(key.spec.kind, ValueKind::Date) => {
            let number = inline(&node.value);
            if let Some(instead) = slot.instead(&number) {
                return Some(instead.help());
            }
            let (table, name) = steps.split_at(steps.len() - 1);
            let years = format!("{}_years", name[0]);
            let sibling = [table, &[years.as_str()]].concat();
            Slot::find(format, &sibling, true)?;
            return Some(format!("write a date, or `{years} = {number}`"));
        }
        Value::Date(date) => {
            let (table, name) = steps.split_at(steps.len() - 1);
            if let Some(day) = name[0].strip_suffix("_years")
                && Slot::find(format, &[table, &[day]].concat(), true).is_some()
            {
                return Some(format!("write `{day} = {date}`"));
            }
            date.to_string()
        }
        Value::Table(_) | Value::Array(_) => return None,
        other => inline(other),
    };
    Some(slot.instead(&text)?.help())
}

/// The problem that a table has no such key, without help.
fn no_such_key(path: &str, entry: &Entry) -> Problem {
    let table = if path.is_empty() { "the scenario".to_owned() } else { format!("`{path}`") };
    Problem::error(Code::UnknownKey, entry.key_place, format!("unknown key `{}` in {table}", entry.key))
        .found(entry.key.clone())
}

/// The problem that a table has no such key.
pub(crate) fn unknown_key(
    root: &'static SectionSpec,
    path: &str,
    entry: &Entry,
    spec: &'static SectionSpec,
) -> Problem {
    let problem = no_such_key(path, entry);
    let keys: Vec<&str> = spec.all().map(|row| row.key).collect();
    if let Some(near) = nearest(&entry.key, keys.iter().copied()) {
        return problem.allowed(keys.join(", ")).help(format!("did you mean `{near}`?"));
    }
    let elsewhere = headers_with(root, &entry.key);
    let problem = problem.allowed(keys.join(", "));
    match elsewhere.as_slice() {
        [] => problem.help(format!("the keys here are: {}", keys.join(", "))),
        tables => problem.help(format!("`{}` is a key of {}", entry.key, tables.join(", "))),
    }
}

/// The problem that a choice has no such word.
fn unknown_word(path: &str, node: &Node, text: &str, words: &'static [Word]) -> Problem {
    let allowed: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.word)).collect();
    let problem = Problem::error(Code::UnknownWord, node.place, format!("`{path}` cannot be {text:?}"))
        .found(format!("{text:?}"))
        .allowed(allowed.join(", "));
    match nearest(text, words.iter().map(|word| word.word)) {
        Some(near) => problem.help(format!("did you mean \"{near}\"?")),
        None => problem.help(format!("write one of {}", allowed.join(", "))),
    }
}
