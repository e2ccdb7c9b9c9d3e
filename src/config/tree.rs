//! The scenario as a tree of TOML values with their source positions.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::date::Date;
use super::place::{Origin, Place};

/// A value with its source position.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Source position of the value.
    pub place: Place,
    /// The value.
    pub value: Value,
}

/// A key with its source position and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key without quotes.
    pub key: String,
    /// Source position of the key.
    pub key_place: Place,
    /// The value of the key.
    pub node: Node,
}

/// A TOML value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A table, with its keys in the order of the file.
    Table(Vec<Entry>),
    /// A list.
    Array(Vec<Node>),
    /// A text.
    Text(String),
    /// A whole number that fits in a signed or unsigned 64-bit integer.
    Integer(i128),
    /// Any other number, including `inf` and `nan`.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A date without a time.
    Date(Date),
    /// A time, or a date with a time. No key of the format takes one.
    Time(String),
}

impl Value {
    /// The type in words: "a text", "a number", …
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

    /// The value in a few characters, for messages.
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
    /// The entries, if this is a table.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of `key`, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }
}

/// Makes a table without source positions.
pub(crate) fn print_table(entries: Vec<(String, Value)>) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| printed_entry(key, value)).collect())
}

/// Makes an entry without a source position.
pub(crate) fn printed_entry(key: String, value: Value) -> Entry {
    Entry { key, key_place: Place::FILE, node: printed(value) }
}

/// Makes a value without a source position.
pub(crate) fn printed(value: Value) -> Node {
    Node { place: Place::FILE, value }
}

/// A TOML basic string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key as TOML, in quotes if it needs them.
pub(super) fn key_text(key: &str) -> String {
    let bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if bare { key.to_owned() } else { quoted(key) }
}

/// The shortest decimal text that reads back to the same bits.
pub(super) fn float_text(number: f64) -> String {
    if number.is_nan() { "nan".to_owned() } else { format!("{number:?}") }
}

/// The value as TOML on one line.
pub fn inline(value: &Value) -> String {
    match value {
        Value::Table(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Table(entries) => {
            let inner: Vec<String> = entries
                .iter()
                .map(|entry| format!("{} = {}", key_text(&entry.key), inline(&entry.node.value)))
                .collect();
            format!("{{ {} }}", inner.join(", "))
        }
        Value::Array(items) => {
            let inner: Vec<String> = items.iter().map(|item| inline(&item.value)).collect();
            format!("[{}]", inner.join(", "))
        }
        Value::Text(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => float_text(*number),
        Value::Flag(flag) => flag.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.clone(),
    }
}

/// Parses a whole TOML document; on failure returns the parser's first message and its byte range.
pub fn document(text: &str, origin: Origin) -> Result<Node, (String, std::ops::Range<usize>)> {
    let table = DeTable::parse(text).map_err(complaint)?;
    let span = table.span();
    Ok(Node { place: Place::new(origin, span), value: grow_table(table.into_inner(), origin, 0) })
}

/// Parses one TOML value that starts at byte `offset` of its origin; errors are as in [`document`].
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
            // The parser has removed underscores and the radix prefix. Beyond 64 bits a whole number becomes
            // a float.
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
    // The parser sorts by key; restore the order of the file.
    entries.sort_by_key(|entry| entry.key_place);
    Value::Table(entries)
}
