//! Specifications of tables and keys: kind of value, unit, domain, usual range, default and meaning.

use super::choice::{Word, running};
use super::tree::{Node, Value};
use super::unit::{Domain, Unit};
use super::usual::Usual;

/// The kind of value that a key takes.
#[derive(Clone, Copy, Debug)]
pub enum ValueKind {
    /// A text.
    Text,
    /// A name: a text that becomes part of key paths.
    Name,
    /// A date.
    Date,
    /// A whole number of 0 or more.
    Integer,
    /// `true` or `false`.
    Flag,
    /// One of a fixed list of words.
    Choice(&'static [Word]),
    /// A number that may be uncertain: a plain number or a number table.
    Number,
    /// A number that cannot be uncertain.
    Real,
    /// A list of numbers that cannot be uncertain.
    Reals,
    /// A number that may be uncertain, or a list of dated steps.
    Steps(&'static SectionSpec),
    /// A table of numbers by name; they may be uncertain.
    Loadings,
    /// A table of numbers by year; they may be uncertain.
    Years,
    /// A list of texts.
    Texts,
    /// A list of two texts.
    Pair,
    /// A table.
    Table(&'static SectionSpec),
    /// A list of tables.
    List(&'static SectionSpec),
}

impl ValueKind {
    /// It in a few words.
    pub fn type_word(self) -> &'static str {
        match self {
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
            ValueKind::Texts => "list of texts",
            ValueKind::Pair => "two texts",
            ValueKind::Table(_) => "table",
            ValueKind::List(_) => "list of tables",
        }
    }

    /// The expected value in words, for messages.
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
            ValueKind::Texts => "a list of texts".to_owned(),
            ValueKind::Pair => "a list of two texts".to_owned(),
            ValueKind::Table(_) => "a table".to_owned(),
            ValueKind::List(_) => "a list of tables".to_owned(),
        }
    }
}

/// Whether a key must be present, and what applies without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The key must be present.
    Required,
    /// The key must be present under this condition.
    RequiredIf(&'static str),
    /// Without the key, this value applies.
    Default(&'static str),
    /// Without the key, the feature is absent.
    Absent,
}

/// The specification of one key.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    /// The key as written.
    pub key: &'static str,
    /// The kind of value.
    pub kind: ValueKind,
    /// The unit of a number.
    pub unit: Option<Unit>,
    /// The values that a number may take.
    pub domain: Domain,
    /// The values that a number usually has; one outside is warned of.
    pub usual: Option<Usual>,
    /// What applies without the key.
    pub presence: Presence,
    /// A second spelling that is read as this key.
    pub also: Option<&'static str>,
    /// Whether its number is a growth rate, which may be given year on year (`basis`).
    pub growth: bool,
    /// The meaning, as in the doc comment: each line begins with a space.
    pub doc: &'static str,
}

impl KeySpec {
    /// Whether `key` is one of its spellings.
    pub fn is_spelt(&self, key: &str) -> bool {
        self.key == key || self.also == Some(key)
    }

    /// The meaning on one line.
    pub fn meaning(&self) -> String {
        running(self.doc)
    }

    /// What applies without the key, in words.
    pub fn default_words(&self) -> String {
        match self.presence {
            Presence::Required => "required".to_owned(),
            Presence::RequiredIf(condition) => format!("required: {condition}"),
            Presence::Default(default) => default.to_owned(),
            Presence::Absent => "absent".to_owned(),
        }
    }

    /// The usual range in words; empty without one.
    pub fn usual_words(&self) -> String {
        self.usual.map_or(String::new(), Usual::words)
    }

    /// The name of the unit; empty without one.
    pub fn unit_words(&self) -> &'static str {
        self.unit.map_or("", |unit| unit.name())
    }

    /// The kind of value in a few words, for the reference page.
    pub fn type_word(&self) -> &'static str {
        self.kind.type_word()
    }

    /// The allowed values in words, for the reference page.
    pub fn allowed_words(&self) -> String {
        match self.kind {
            ValueKind::Choice(words) => {
                words.iter().map(|word| format!("\"{}\"", word.word)).collect::<Vec<_>>().join(", ")
            }
            ValueKind::Number if self.growth => {
                format!("{}; with basis = \"annual\" {}", self.domain.words(), Domain::AboveMinusOne.words())
            }
            ValueKind::Number | ValueKind::Steps(_) | ValueKind::Loadings | ValueKind::Years => {
                self.domain.words().to_owned()
            }
            ValueKind::Flag => "true, false".to_owned(),
            _ => String::new(),
        }
    }
}

/// What names the entries of a list in key paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKey {
    /// The section is not a list.
    Single,
    /// The text under this key.
    Named(&'static str),
    /// The date under this key.
    Dated(&'static str),
    /// The text under the first key, or else the date under the second.
    NamedOrDated(&'static str, &'static str),
    /// The position in the list, from 1.
    Numbered,
}

/// The specification of a table.
#[derive(Clone, Copy, Debug)]
pub struct SectionSpec {
    /// The meaning of the table.
    pub doc: &'static str,
    /// What names its entries in key paths, if it is a list.
    pub entry_key: EntryKey,
    /// The keys, in the order in which they are printed.
    pub keys: &'static [KeySpec],
    /// A section whose keys follow these in the same table.
    pub more: Option<&'static SectionSpec>,
}

/// The format of scenarios.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its outermost section.
    pub root: &'static SectionSpec,
    /// The table form of a number.
    pub number: &'static SectionSpec,
}

impl SectionSpec {
    /// The meaning of the table on one line.
    pub fn meaning(&self) -> String {
        running(self.doc)
    }

    /// The specification of `key`, in either of its spellings, if the table has it.
    pub fn find(&self, key: &str) -> Option<&'static KeySpec> {
        self.all().find(|spec| spec.is_spelt(key))
    }

    /// The key that says the same as `key` in another form, if the table has one: a date and its number of years.
    pub fn other_form(&self, key: &str) -> Option<&'static str> {
        const FORMS: [(&str, &str); 3] =
            [("pre_money", "pre_money_usd_bn"), ("plan", "annual_totals"), ("date", "on_ipo")];
        let listed = FORMS.iter().find_map(|&(a, b)| match key {
            _ if key == a => Some(b.to_owned()),
            _ if key == b => Some(a.to_owned()),
            _ => None,
        });
        let dated = || key.strip_suffix("_years").map_or(format!("{key}_years"), str::to_owned);
        self.find(&listed.unwrap_or_else(dated)).map(|row| row.key)
    }

    /// The specifications of all keys.
    pub fn all(&self) -> impl Iterator<Item = &'static KeySpec> + use<> {
        let more: &'static [KeySpec] = self.more.map_or(&[], |more| more.keys);
        self.keys.iter().chain(more)
    }
}

/// Unit, domain, usual range and presence of a key, as written in `section!` declarations.
#[derive(Clone, Copy, Debug)]
pub struct KeyAttributes {
    pub(crate) unit: Option<Unit>,
    pub(crate) domain: Domain,
    pub(crate) usual: Option<Usual>,
    pub(crate) presence: Presence,
    pub(crate) also: Option<&'static str>,
    pub(crate) growth: bool,
    pub(crate) name: bool,
}

/// An optional key.
pub(crate) const fn plain() -> KeyAttributes {
    KeyAttributes {
        unit: None,
        domain: Domain::Any,
        usual: None,
        presence: Presence::Absent,
        also: None,
        growth: false,
        name: false,
    }
}

/// A required key.
pub(crate) const fn required() -> KeyAttributes {
    KeyAttributes { presence: Presence::Required, ..plain() }
}

/// A required key that names its table.
pub(crate) const fn name() -> KeyAttributes {
    KeyAttributes { presence: Presence::Required, name: true, ..plain() }
}

/// An optional number.
pub(crate) const fn number(unit: Unit, domain: Domain) -> KeyAttributes {
    KeyAttributes { unit: Some(unit), domain, ..plain() }
}

impl KeyAttributes {
    /// Sets the usual range: generous enough for any fast-growing company, and too narrow for a number in another unit.
    pub(crate) const fn usual(self, low: f64, high: f64) -> KeyAttributes {
        KeyAttributes { usual: Some(Usual { low, high }), ..self }
    }

    /// Sets the default, as shown in the reference.
    pub(crate) const fn or(self, default: &'static str) -> KeyAttributes {
        KeyAttributes { presence: Presence::Default(default), ..self }
    }

    /// Reads a second spelling as the key too.
    pub(crate) const fn also(self, spelling: &'static str) -> KeyAttributes {
        KeyAttributes { also: Some(spelling), ..self }
    }

    /// Makes the number a growth rate, which may be given year on year.
    pub(crate) const fn growth(self) -> KeyAttributes {
        KeyAttributes { growth: true, ..self }
    }

    /// Makes the key required.
    pub(crate) const fn required(self) -> KeyAttributes {
        KeyAttributes { presence: Presence::Required, ..self }
    }

    /// Makes the key required under a condition.
    pub(crate) const fn required_if(self, condition: &'static str) -> KeyAttributes {
        KeyAttributes { presence: Presence::RequiredIf(condition), ..self }
    }

    /// The complete specification of a key.
    pub(crate) const fn row(self, key: &'static str, kind: ValueKind, doc: &'static str) -> KeySpec {
        let kind = if self.name { ValueKind::Name } else { kind };
        let KeyAttributes { unit, domain, usual, presence, also, growth, .. } = self;
        KeySpec { key, kind, unit, domain, usual, presence, also, growth, doc }
    }
}

/// Joins a path and a key: `path.key`, or `key` for an empty path.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The part of a key path that names an entry of a list: its name, its date, or its position from 1.
pub(crate) fn entry_label(entry_key: EntryKey, index: usize, item: &Node) -> String {
    own_label(entry_key, item).unwrap_or_else(|| (index + 1).to_string())
}

/// The name or the date of an entry of a list; `None` if it has neither.
pub(super) fn own_label(entry_key: EntryKey, item: &Node) -> Option<String> {
    match entry_key {
        EntryKey::Named(key) => text_under(item, key),
        EntryKey::Dated(key) => date_under(item, key),
        EntryKey::NamedOrDated(name, date) => text_under(item, name).or_else(|| date_under(item, date)),
        EntryKey::Numbered | EntryKey::Single => None,
    }
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
