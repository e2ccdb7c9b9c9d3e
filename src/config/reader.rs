//! The state of reading a scenario: the key being read and the problems found so far.

use super::choice::Word;
use super::code::Code;
use super::problem::{Problem, Problems};
use super::spec::{KeySpec, SectionSpec, ValueKind};
use super::spelling::nearest;
use super::tables::{header_at, headers_with};
use super::tree::{self, Entry, Node, Value};

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
    /// The outermost section of the format, to find the table in which a misplaced key belongs.
    root: &'static SectionSpec,
    /// The problems found so far.
    pub problems: Problems,
}

impl Reader {
    /// Makes a reader for the format whose outermost section is `root`.
    pub fn new(root: &'static SectionSpec) -> Reader {
        Reader { root, problems: Problems::new() }
    }

    /// Reports a value of the wrong type.
    pub fn wrong_type(&mut self, key: KeyContext<'_>, node: &Node) {
        self.problems.push(wrong_type(self.root, key, node));
    }

    /// Reports a key that does not exist in its table.
    pub fn unknown_key(&mut self, path: &str, entry: &Entry, spec: &'static SectionSpec) {
        // Further problems are only counted.
        let problem = if self.problems.are_many() {
            no_such_key(path, entry)
        } else {
            unknown_key(self.root, path, entry, spec)
        };
        self.problems.push(problem);
    }

    /// Reports a word that is not one of the allowed words.
    pub fn unknown_word(&mut self, path: &str, node: &Node, text: &str, words: &'static [Word]) {
        self.problems.push(unknown_word(path, node, text, words));
    }
}

/// The problem that a value has the wrong type.
fn wrong_type(root: &'static SectionSpec, key: KeyContext<'_>, node: &Node) -> Problem {
    let problem = Problem::error(
        Code::WrongType,
        node.place,
        format!("`{}` must be {}, not {}", key.path, key.spec.kind.words(), node.value.words()),
    )
    .found(node.value.brief())
    .allowed(key.spec.kind.words());
    match (&key.spec.kind, &node.value) {
        (
            ValueKind::Number
            | ValueKind::Real
            | ValueKind::Reals
            | ValueKind::Integer
            | ValueKind::Flag
            | ValueKind::Date
            | ValueKind::Steps(_),
            Value::Text(text),
        ) if tree::value(text, node.place.origin, 0)
            .is_ok_and(|inner| !matches!(inner.value, Value::Text(_))) =>
        {
            problem.help(format!("leave out the quotes: {text}"))
        }
        (ValueKind::Integer, Value::Float(number)) if number.fract() == 0.0 && number.abs() < 1e18 => {
            problem.help(format!("write it without point and exponent: {}", *number as i64))
        }
        (ValueKind::List(_), Value::Table(_)) => problem
            .help(format!("write [[{}]] with two brackets: there may be several", header_at(root, key.path))),
        (ValueKind::Table(_), Value::Array(_)) => {
            problem.help(format!("write [{}] with one bracket: there is only one", header_at(root, key.path)))
        }
        (ValueKind::Date, Value::Time(_)) => problem.help("give the day alone, without a time"),
        _ => problem,
    }
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
