//! What the format says of its tables and keys: kinds of values, units, domains, what holds without a key.

use super::choice::{Word, running};
use super::tree::{Node, Value};
use super::unit::{Domain, Unit};

/// What a key may hold.
#[derive(Clone, Copy, Debug)]
pub enum ValueKind {
    /// A text.
    Text,
    /// A name: a text that becomes part of key paths.
    Name,
    /// A date.
    Date,
    /// A whole number, not negative.
    Integer,
    /// `true` or `false`.
    Flag,
    /// One of some words.
    Choice(&'static [Word]),
    /// A number that may be uncertain: a number, or a table.
    Number,
    /// A number that is always certain.
    Real,
    /// A list of certain numbers.
    Reals,
    /// A number that may be uncertain, or a list of dated steps.
    Steps(&'static SectionSpec),
    /// Names with numbers that may be uncertain.
    Loadings,
    /// Years with numbers that may be uncertain.
    Years,
    /// A list of two texts.
    Pair,
    /// A table.
    Table(&'static SectionSpec),
    /// A list of tables.
    List(&'static SectionSpec),
}

impl ValueKind {
    /// What is expected, in words.
    pub fn words(&self) -> String {
        match self {
            ValueKind::Text | ValueKind::Name => "a text in quotes".to_owned(),
            ValueKind::Date => "a date like 2026-07-01, without quotes".to_owned(),
            ValueKind::Integer => "a whole number".to_owned(),
            ValueKind::Flag => "true or false".to_owned(),
            ValueKind::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.word)).collect();
                format!("one of {}", words.join(", "))
            }
            ValueKind::Number => "a number, or a table with `value` or `dist`".to_owned(),
            ValueKind::Real => "a number".to_owned(),
            ValueKind::Reals => "a list of numbers".to_owned(),
            ValueKind::Steps(_) => {
                "a number, a table with `value` or `dist`, or a list of {from, rate} steps".to_owned()
            }
            ValueKind::Loadings => "a table of names and numbers".to_owned(),
            ValueKind::Years => "a table of years and numbers".to_owned(),
            ValueKind::Pair => "a list of two texts".to_owned(),
            ValueKind::Table(_) => "a table".to_owned(),
            ValueKind::List(_) => "a list of tables".to_owned(),
        }
    }
}

/// What holds where a key is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The table is not complete without it.
    Required,
    /// Required under a condition, in words.
    RequiredIf(&'static str),
    /// This value is taken.
    Default(&'static str),
    /// The thing does not exist.
    Absent,
}

/// A key of a section: one row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    /// The key as written.
    pub key: &'static str,
    /// What it holds.
    pub kind: ValueKind,
    /// The unit, of numbers.
    pub unit: Option<Unit>,
    /// Where a number may lie.
    pub domain: Domain,
    /// What holds without it.
    pub presence: Presence,
    /// What it means; lines begin with a space.
    pub doc: &'static str,
}

impl KeySpec {
    /// The meaning as running text.
    pub fn meaning(&self) -> String {
        running(self.doc)
    }

    /// What holds without the key, in words.
    pub fn default_words(&self) -> String {
        match self.presence {
            Presence::Required => "required".to_owned(),
            Presence::RequiredIf(condition) => format!("required: {condition}"),
            Presence::Default(default) => default.to_owned(),
            Presence::Absent => "absent".to_owned(),
        }
    }

    /// The unit of a number that has one.
    pub fn unit_words(&self) -> &'static str {
        self.unit.map_or("", |unit| unit.name())
    }

    /// The type of a key in one or two words.
    pub fn type_word(&self) -> &'static str {
        match self.kind {
            ValueKind::Text => "text",
            ValueKind::Name => "name",
            ValueKind::Date => "date",
            ValueKind::Integer => "whole number",
            ValueKind::Flag => "flag",
            ValueKind::Choice(_) => "word",
            ValueKind::Number => "number",
            ValueKind::Real => "plain number",
            ValueKind::Reals => "list of plain numbers",
            ValueKind::Steps(_) => "number, or list of steps",
            ValueKind::Loadings => "numbers by name",
            ValueKind::Years => "numbers by year",
            ValueKind::Pair => "two texts",
            ValueKind::Table(_) => "table",
            ValueKind::List(_) => "list of tables",
        }
    }

    /// What a key takes, in words.
    pub fn allowed_words(&self) -> String {
        match self.kind {
            ValueKind::Choice(words) => {
                words.iter().map(|word| format!("\"{}\"", word.word)).collect::<Vec<_>>().join(", ")
            }
            ValueKind::Number | ValueKind::Steps(_) | ValueKind::Loadings | ValueKind::Years => {
                self.domain.words().to_owned()
            }
            ValueKind::Flag => "true, false".to_owned(),
            _ => String::new(),
        }
    }
}

/// By what an entry of a list is named in key paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKey {
    /// Not a list.
    Single,
    /// The text under this key.
    Named(&'static str),
    /// The date under this key.
    Dated(&'static str),
    /// The text under the first key, or else the date under the second.
    NamedOrDated(&'static str, &'static str),
    /// Its position, from 1.
    Numbered,
}

/// A section: its keys and how its entries are named.
#[derive(Clone, Copy, Debug)]
pub struct SectionSpec {
    /// What the table is.
    pub doc: &'static str,
    /// How entries of a list of these are named.
    pub entry_key: EntryKey,
    /// The keys, in the order in which they are printed.
    pub keys: &'static [KeySpec],
    /// Keys of another section that stand in the same table, after these.
    pub more: Option<&'static SectionSpec>,
}

impl SectionSpec {
    /// What the table is, as running text.
    pub fn meaning(&self) -> String {
        running(self.doc)
    }

    /// The row of `key`.
    pub fn find(&self, key: &str) -> Option<&'static KeySpec> {
        self.all().find(|spec| spec.key == key)
    }

    /// All rows.
    pub fn all(&self) -> impl Iterator<Item = &'static KeySpec> + use<> {
        let more: &'static [KeySpec] = self.more.map_or(&[], |more| more.keys);
        self.keys.iter().chain(more)
    }
}

/// Unit, domain and presence of a key, as the declarations write them.
#[derive(Clone, Copy, Debug)]
pub struct KeyAttributes {
    pub(crate) unit: Option<Unit>,
    pub(crate) domain: Domain,
    pub(crate) presence: Presence,
    pub(crate) name: bool,
}

/// A key that may be left out.
pub(crate) const fn plain() -> KeyAttributes {
    KeyAttributes { unit: None, domain: Domain::Any, presence: Presence::Absent, name: false }
}

/// A key that may not be left out.
pub(crate) const fn required() -> KeyAttributes {
    KeyAttributes { presence: Presence::Required, ..plain() }
}

/// A name; it may not be left out.
pub(crate) const fn name() -> KeyAttributes {
    KeyAttributes { presence: Presence::Required, name: true, ..plain() }
}

/// A number.
pub(crate) const fn number(unit: Unit, domain: Domain) -> KeyAttributes {
    KeyAttributes { unit: Some(unit), domain, ..plain() }
}

impl KeyAttributes {
    /// The value taken where the key is left out.
    pub(crate) const fn or(self, default: &'static str) -> KeyAttributes {
        KeyAttributes { presence: Presence::Default(default), ..self }
    }

    /// May not be left out.
    pub(crate) const fn required(self) -> KeyAttributes {
        KeyAttributes { presence: Presence::Required, ..self }
    }

    /// May not be left out under a condition.
    pub(crate) const fn required_if(self, condition: &'static str) -> KeyAttributes {
        KeyAttributes { presence: Presence::RequiredIf(condition), ..self }
    }

    /// The row of the catalogue.
    pub(crate) const fn row(self, key: &'static str, kind: ValueKind, doc: &'static str) -> KeySpec {
        let kind = if self.name { ValueKind::Name } else { kind };
        KeySpec { key, kind, unit: self.unit, domain: self.domain, presence: self.presence, doc }
    }
}

/// `path.key`, or `key` at the top.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The part of a key path that names an entry of a list: its name or date, or its position from 1.
pub(crate) fn entry_label(entry_key: EntryKey, index: usize, item: &Node) -> String {
    let by_key = match entry_key {
        EntryKey::Named(key) => text_under(item, key),
        EntryKey::Dated(key) => date_under(item, key),
        EntryKey::NamedOrDated(name, date) => text_under(item, name).or_else(|| date_under(item, date)),
        EntryKey::Numbered | EntryKey::Single => None,
    };
    by_key.unwrap_or_else(|| (index + 1).to_string())
}

fn text_under(item: &Node, key: &str) -> Option<String> {
    match &item.get(key)?.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn date_under(item: &Node, key: &str) -> Option<String> {
    match &item.get(key)?.value {
        Value::Date(date) => Some(date.to_string()),
        _ => None,
    }
}
