//! The scenario as a tree of values with their places: the file's, and those that `--set` puts into it.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::date::Date;
use super::place::{Origin, Place};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// A key, where it stands, and what it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key without quotes.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// What it names.
    pub node: Node,
}

/// What a value may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Keys in the order of the file.
    Table(Vec<Entry>),
    /// A list.
    Array(Vec<Node>),
    /// A text.
    Text(String),
    /// A whole number that fits in 64 bits with or without a sign.
    Integer(i128),
    /// Any other number, `inf` and `nan` included.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A date without a time.
    Date(Date),
    /// A time, or a date with one: nothing in the format is that.
    Time(String),
}

impl Value {
    /// What it is, in words: "a text", "a number", …
    pub fn words(&self) -> &'static str {
        match self {
            Value::Table(_) => "a table",
            Value::Array(_) => "a list",
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::Date(_) => "a date",
            Value::Time(_) => "a time",
        }
    }

    /// The value in few characters, for "found …".
    pub fn brief(&self) -> String {
        match self {
            Value::Table(entries) if entries.is_empty() => "an empty table".to_owned(),
            Value::Table(entries) => {
                let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).take(4).collect();
                format!("a table with {}{}", keys.join(", "), if entries.len() > 4 { ", …" } else { "" })
            }
            Value::Array(items) => {
                format!("a list of {} {}", items.len(), if items.len() == 1 { "entry" } else { "entries" })
            }
            Value::Text(text) => {
                let short: String = text.chars().take(40).collect();
                format!("the text {:?}{}", short, if text.chars().count() > 40 { "…" } else { "" })
            }
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => format!("{number:?}"),
            Value::Flag(flag) => flag.to_string(),
            Value::Date(date) => format!("the date {date}"),
            Value::Time(text) => format!("the time {text}"),
        }
    }
}

impl Node {
    /// The entries of a table.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// What `key` names in a table.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }
}

/// A table of printed entries.
pub(crate) fn print_table(entries: Vec<(String, Value)>) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| printed_entry(key, value)).collect())
}

/// A printed entry: it has no place.
pub(crate) fn printed_entry(key: String, value: Value) -> Entry {
    Entry { key, key_place: Place::FILE, node: printed(value) }
}

/// A printed value: it has no place.
pub(crate) fn printed(value: Value) -> Node {
    Node { place: Place::FILE, value }
}

/// The whole document `text` as a table; the parser's first complaint and its bytes if it is not TOML.
pub fn document(text: &str, origin: Origin) -> Result<Node, (String, std::ops::Range<usize>)> {
    let table = DeTable::parse(text).map_err(complaint)?;
    let span = table.span();
    Ok(Node { place: Place::new(origin, span), value: grow_table(table.into_inner(), origin, 0) })
}

/// One TOML value that begins at byte `offset` of its origin; errors as in [`document`], their bytes moved likewise.
pub fn value(text: &str, origin: Origin, offset: usize) -> Result<Node, (String, std::ops::Range<usize>)> {
    let value = DeValue::parse(text).map_err(|error| {
        let (message, span) = complaint(error);
        (message, span.start + offset..span.end + offset)
    })?;
    Ok(grow(value, origin, offset))
}

fn complaint(error: toml::de::Error) -> (String, std::ops::Range<usize>) {
    (error.message().to_owned(), error.span().unwrap_or(0..0))
}

fn grow(value: Spanned<DeValue<'_>>, origin: Origin, offset: usize) -> Node {
    let span = value.span();
    let place = Place::new(origin, span.start + offset..span.end + offset);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            // The parser has taken out underscores and the prefix. Beyond 64 bits it is a number like any other.
            match i128::from_str_radix(number.as_str(), number.radix()) {
                Ok(whole) if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&whole) => {
                    Value::Integer(whole)
                }
                Ok(whole) => Value::Float(whole as f64),
                Err(_) => Value::Float(number.as_str().parse().unwrap_or(f64::INFINITY)),
            }
        }
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(moment) => match (moment.date, moment.time, moment.offset) {
            (Some(date), None, None) => {
                match Date::new(i32::from(date.year), u32::from(date.month), u32::from(date.day)) {
                    Some(date) => Value::Date(date),
                    None => Value::Time(moment.to_string()),
                }
            }
            _ => Value::Time(moment.to_string()),
        },
        DeValue::Array(items) => {
            Value::Array(items.into_iter().map(|item| grow(item, origin, offset)).collect())
        }
        DeValue::Table(table) => grow_table(table, origin, offset),
    };
    Node { place, value }
}

fn grow_table(table: DeTable<'_>, origin: Origin, offset: usize) -> Value {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value): (Spanned<Cow<'_, str>>, Spanned<DeValue<'_>>)| {
            let span = key.span();
            Entry {
                key_place: Place::new(origin, span.start + offset..span.end + offset),
                key: key.into_inner().into_owned(),
                node: grow(value, origin, offset),
            }
        })
        .collect();
    // The parser sorts by key; the file's order is the author's.
    entries.sort_by_key(|entry| entry.key_place);
    Value::Table(entries)
}
