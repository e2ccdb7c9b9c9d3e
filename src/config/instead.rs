//! What to write instead of a value that a key cannot take: decided by the key's kind, unit and domain.

use super::choice::Word;
use super::date::Date;
use super::date_text;
use super::decimal::Decimal;
use super::names;
use super::place::Origin;
use super::spec::{Format, KeySpec, Presence, SectionSpec, ValueKind};
use super::spelling::nearest;
use super::tree::{self, Value, quoted};
use super::unit::{Domain, Unit};

/// A key that takes a value: one of the format, or a parameter of a number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    format: Format,
    spec: &'static KeySpec,
    /// For a parameter, the number that it describes.
    of: Option<&'static KeySpec>,
    /// Whether it is one entry of the key's list.
    entry: bool,
}

/// What to do about a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// Write this TOML value, for this reason.
    Write {
        /// The value.
        toml: String,
        /// The reason, without a full stop.
        why: String,
    },
    /// Leave the key out: without it, this holds.
    LeaveOut {
        /// The last part of the key.
        key: &'static str,
        /// What holds without it.
        without: &'static str,
    },
}

impl Instead {
    fn new(toml: impl Into<String>, why: impl Into<String>) -> Instead {
        Instead::Write { toml: toml.into(), why: why.into() }
    }

    /// The help for a value in a file, or for a plain value anywhere.
    pub fn help(&self) -> String {
        match self {
            Instead::Write { toml, why } => format!("write `{toml}`: {why}"),
            Instead::LeaveOut { key, without } => {
                format!("leave `{key}` out of the scenario: without it, {without}")
            }
        }
    }

    /// The help for the value of `--set`, in quotes where a shell needs them.
    pub fn help_for_flag(&self, key: &str) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        match self {
            Instead::Write { toml, why } if !toml.chars().all(plain) => {
                format!("write --set '{key}={toml}': {why}; single quotes keep the shell away from it")
            }
            _ => self.help(),
        }
    }
}

/// What to write instead of a number with this unit and domain.
pub fn instead_of_number(unit: Unit, domain: Domain, text: &str) -> Option<Instead> {
    number(unit, domain, text)
}

impl Slot {
    /// The key itself, where its path is not known.
    pub(super) fn of_key(format: Format, spec: &'static KeySpec) -> Slot {
        Slot { format, spec, of: None, entry: false }
    }

    /// The key at `steps`. Paths of `--set` name the entries of lists (`labelled`), headers of a file do not.
    pub(super) fn find(format: Format, steps: &[&str], labelled: bool) -> Option<Slot> {
        Slot::below(format, format.root, steps, labelled)
    }

    fn below(format: Format, section: &'static SectionSpec, steps: &[&str], labelled: bool) -> Option<Slot> {
        let (step, rest) = steps.split_first()?;
        let spec = section.find(step)?;
        let entry =
            |inner| Slot::below(format, inner, if labelled { rest.get(1..)? } else { rest }, labelled);
        let parameter = |rest: &[&str]| match rest {
            [name] => Some(Slot { format, spec: format.number.find(name)?, of: Some(spec), entry: false }),
            _ => None,
        };
        match spec.kind {
            _ if rest.is_empty() => Some(Slot { format, spec, of: None, entry: false }),
            ValueKind::Table(inner) => Slot::below(format, inner, rest, labelled),
            ValueKind::List(inner) => entry(inner),
            ValueKind::Steps(inner) if format.number.find(rest[0]).is_none() => entry(inner),
            ValueKind::Number | ValueKind::Steps(_) => parameter(rest),
            ValueKind::Loadings | ValueKind::Years => {
                // `equity.multiple` is one name with a point in it.
                let names = if rest[0] == "equity" && rest.len() > 1 { 2 } else { 1 };
                match &rest[names..] {
                    [] => Some(Slot { format, spec: &NUMBER, of: Some(spec), entry: false }),
                    below => parameter(below),
                }
            }
            _ => None,
        }
    }

    /// What the key takes, in words.
    pub(super) fn words(self) -> String {
        self.spec.kind.words()
    }

    /// One entry of the list that this key takes.
    pub(super) fn entry(self) -> Option<Slot> {
        match self.spec.kind {
            ValueKind::List(_) | ValueKind::Steps(_) => Some(Slot { entry: true, ..self }),
            _ => None,
        }
    }

    /// The unit and domain of the number that stands here. Shapes and weights have no unit, and spreads no domain.
    fn measure(self) -> (Unit, Domain) {
        let of = self.of.unwrap_or(self.spec);
        let unit = of.unit.unwrap_or(Unit::Fraction);
        match self.spec.key {
            "weight" | "sigma" | "df" | "a" | "b" | "weights" if self.of.is_some() => {
                (Unit::Multiple, Domain::Any)
            }
            "sd" | "scale" if self.of.is_some() => (unit, Domain::Any),
            _ => (unit, of.domain),
        }
    }

    /// Whether `text` is a value that this key takes, as far as kind and domain go.
    pub(super) fn takes(self, text: &str) -> bool {
        tree::value(text.trim(), Origin::File, 0).is_ok_and(|node| self.takes_value(&node.value))
    }

    fn takes_value(self, value: &Value) -> bool {
        if self.entry {
            return matches!(value, Value::Table(_));
        }
        match (self.spec.kind, value) {
            (
                ValueKind::Number | ValueKind::Real | ValueKind::Steps(_),
                Value::Integer(_) | Value::Float(_),
            ) => {
                let number = match value {
                    Value::Integer(whole) => *whole as f64,
                    Value::Float(number) => *number,
                    _ => return false,
                };
                self.measure().1.contains(number)
            }
            (ValueKind::Number, Value::Table(_)) => true,
            (ValueKind::Steps(_), Value::Table(_) | Value::Array(_)) => true,
            (ValueKind::Text, Value::Text(_)) => true,
            (ValueKind::Name, Value::Text(text)) => names::is_name(text),
            (ValueKind::Date, Value::Date(_)) => true,
            (ValueKind::Integer, Value::Integer(whole)) => *whole >= 0,
            (ValueKind::Flag, Value::Flag(_)) => true,
            (ValueKind::Choice(words), Value::Text(text)) => words.iter().any(|word| word.word == text),
            (ValueKind::Reals | ValueKind::Texts | ValueKind::Pair | ValueKind::List(_), Value::Array(_)) => {
                true
            }
            (ValueKind::Loadings | ValueKind::Years | ValueKind::Table(_), Value::Table(_)) => true,
            _ => false,
        }
    }

    /// What to write here instead of `text`.
    pub(super) fn instead(self, text: &str) -> Option<Instead> {
        let text = text.trim();
        let straight = straight(text);
        if straight != text && self.takes(&straight) {
            return Some(Instead::new(straight, "texts have plain double quotes"));
        }
        let text = straight.as_str();
        if text.starts_with(['{', '[']) {
            let toml = self.nested(text)?;
            return (toml != text).then(|| Instead::new(toml, "every value in it must be TOML"));
        }
        if let Some(instead) = self.endless(text) {
            return Some(instead);
        }
        match self.spec.kind {
            ValueKind::Number | ValueKind::Real | ValueKind::Reals | ValueKind::Steps(_) => {
                let (unit, domain) = self.measure();
                number(unit, domain, text)
            }
            ValueKind::Date => date(text, self.spec.doc.contains("last day")),
            ValueKind::Integer => integer(text),
            ValueKind::Flag => flag(text),
            ValueKind::Choice(words) => choice(text, words),
            ValueKind::Name => {
                let name = names::mended(bare(text));
                names::is_name(&name).then(|| Instead::new(quoted(&name), names::FORM))
            }
            ValueKind::Texts if !text.is_empty() => {
                Some(Instead::new(format!("[{}]", quoted(bare(text))), "a list has square brackets"))
            }
            ValueKind::Text if !text.is_empty() => {
                Some(Instead::new(quoted(bare(text)), "texts have double quotes"))
            }
            _ => None,
        }
    }

    /// A value that means that there is none: `inf`, `none`, `unlimited`.
    fn endless(self, text: &str) -> Option<Instead> {
        let word = bare(text).to_lowercase();
        let infinite = matches!(
            word.trim_start_matches('+'),
            "inf" | "infinite" | "infinity" | "∞" | "unlimited" | "uncapped" | "no cap" | "never" | "forever"
        );
        let none = matches!(word.as_str(), "none" | "null" | "nil" | "nan" | "n/a" | "na" | "no" | "-" | "");
        let none = none && !matches!(self.spec.kind, ValueKind::Text | ValueKind::Name | ValueKind::Flag);
        if !(infinite || none) || matches!(self.spec.kind, ValueKind::Choice(_)) {
            return None;
        }
        let key = self.spec.key;
        if self.of.is_some() {
            let bound = ["lower", "upper", "min", "max"].contains(&key);
            return bound.then_some(Instead::LeaveOut { key, without: "the distribution has no such bound" });
        }
        if infinite && self.spec.domain == Domain::PositiveOrInfinite {
            return Some(Instead::new("inf", "it has no end"));
        }
        match self.spec.presence {
            // Other defaults are numbers or other keys.
            Presence::Default(without @ ("no cap" | "never" | "the horizon" | "always")) => {
                Some(Instead::LeaveOut { key, without })
            }
            Presence::Absent if none => Some(Instead::LeaveOut { key, without: "there is none" }),
            Presence::Absent if self.spec.doc.trim_start().starts_with("At most") => {
                Some(Instead::LeaveOut { key, without: "it is not tested" })
            }
            Presence::Absent if self.spec.unit == Some(Unit::Years) => {
                Some(Instead::new("100", "years beyond the horizon mean to its end"))
            }
            _ => None,
        }
    }

    /// A list or an inline table with every value as it should be written; `None` if one of them cannot be told.
    fn nested(self, text: &str) -> Option<String> {
        let format = self.format;
        let below = |spec| Slot { format, spec, of: None, entry: false };
        match self.spec.kind {
            ValueKind::Table(section) => inline(text, |key| section.find(key).map(below)),
            ValueKind::Number => self.number_table(text),
            ValueKind::Steps(_) if text.starts_with('{') && !self.entry => self.number_table(text),
            ValueKind::List(section) | ValueKind::Steps(section) if self.entry => {
                inline(text, |key| section.find(key).map(below))
            }
            ValueKind::List(section) | ValueKind::Steps(section) => {
                list(text, |item| inline(item, |key| section.find(key).map(below)))
            }
            ValueKind::Loadings | ValueKind::Years => {
                inline(text, |_| Some(Slot { format, spec: &NUMBER, of: Some(self.spec), entry: false }))
            }
            ValueKind::Reals => {
                let (unit, domain) = self.measure();
                list(text, |item| match item.parse::<f64>() {
                    Ok(_) => Some(item.to_owned()),
                    Err(_) => written(number(unit, domain, item)),
                })
            }
            ValueKind::Texts | ValueKind::Pair => list(text, |item| Some(quoted(bare(item)))),
            _ => None,
        }
    }

    fn number_table(self, text: &str) -> Option<String> {
        let of = self.of.unwrap_or(self.spec);
        inline(text, |key| {
            Some(Slot {
                format: self.format,
                spec: self.format.number.find(key)?,
                of: Some(of),
                entry: false,
            })
        })
    }
}

/// A number in a table of numbers; unit and domain are those of the table.
static NUMBER: KeySpec = super::spec::plain().row("number", ValueKind::Number, "");

fn written(instead: Option<Instead>) -> Option<String> {
    match instead? {
        Instead::Write { toml, .. } => Some(toml),
        Instead::LeaveOut { .. } => None,
    }
}

/// `{ key = value, … }` with each value as its key takes it.
fn inline(text: &str, slot: impl Fn(&str) -> Option<Slot>) -> Option<String> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut parts: Vec<String> = Vec::new();
    for part in split_list(inside) {
        // What follows a comma and has no key is the rest of a decimal comma.
        match parts.last_mut() {
            Some(last) if !part.contains(['=', ':']) => last.push_str(&format!(",{part}")),
            _ => parts.push(part),
        }
    }
    let mut entries = Vec::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').or_else(|| part.split_once(':'))?;
        let (key, value) = (key.trim(), value.trim());
        let slot = slot(key.trim_matches('"'))?;
        let value = if slot.takes(value) { value.to_owned() } else { written(slot.instead(value))? };
        entries.push(format!("{key} = {value}"));
    }
    checked(format!("{{ {} }}", entries.join(", ")))
}

/// `[item, …]` with each item rewritten.
fn list(text: &str, item: impl Fn(&str) -> Option<String>) -> Option<String> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let items: Option<Vec<String>> =
        split_list(inside).iter().filter(|part| !part.is_empty()).map(|part| item(part)).collect();
    checked(format!("[{}]", items?.join(", ")))
}

fn checked(toml: String) -> Option<String> {
    tree::value(&toml, Origin::File, 0).is_ok().then_some(toml)
}

/// The parts of a text between commas outside brackets, braces and quotes, trimmed.
pub fn split_list(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut depth, mut quote) = (Vec::new(), String::new(), 0_i32, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part.trim().to_owned());
    parts
}

/// The text with plain double quotes where a word processor has put curly ones.
fn straight(text: &str) -> String {
    const CURLY: [char; 10] = [
        '\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}', '\u{ab}', '\u{bb}', '\u{2018}', '\u{2019}',
        '\u{201a}', '\u{201b}',
    ];
    // An apostrophe in a text that has plain quotes is one.
    let marks = if text.contains(['"', '\u{201c}', '\u{201e}', '\u{ab}']) { &CURLY[..6] } else { &CURLY[..] };
    text.replace(marks, "\"")
}

/// The text without the quotes around it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inside = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    inside('"').or_else(|| inside('\'')).unwrap_or(text).trim()
}

/// A number with its unit moved to that of the key: `60bn`, `$500m`, `20%`, `50 bp`, `18 months`, `10x`.
fn number(unit: Unit, domain: Domain, text: &str) -> Option<Instead> {
    let text = bare(text).to_lowercase().replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ");
    let text = text.trim_start_matches(['~', '≈']).trim();
    let (text, negative) = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inside) => (inside.trim(), true),
        None => (text, false),
    };
    let without_dollars = ["us$", "usd", "$"].iter().find_map(|sign| text.strip_prefix(sign));
    let dollars = without_dollars.is_some();
    let text = without_dollars.unwrap_or(text).trim();
    // A lone `e` is no exponent: `5 eur`.
    let exponent =
        |at: usize| text[at + 1..].trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit());
    let ends = text
        .char_indices()
        .find(|&(at, c)| {
            let of_number = c.is_ascii_digit() || " .,_'+-\u{2212}\u{2019}".contains(c);
            !(of_number || (c == 'e' && at > 0 && exponent(at)))
        })
        .map_or(text.len(), |(at, _)| at);
    let number = Decimal::read(&text[..ends])?;
    let number = if negative { Decimal::read(&format!("-{number}"))? } else { number };
    let suffix = text[ends..].trim();
    let suffix = ["a year", "/year", "/yr", "/y", "p.a.", "pa", "per year", "per annum", "annually"]
        .iter()
        .find_map(|end| suffix.strip_suffix(end))
        .unwrap_or(suffix)
        .trim();
    let suffix = ["us dollars", "dollars", "us$", "usd", "$"]
        .iter()
        .find_map(|end| suffix.strip_suffix(end))
        .unwrap_or(suffix)
        .trim()
        .trim_end_matches('.');
    let (number, why) = match unit {
        Unit::UsdBn | Unit::UsdBnPerYear | Unit::SharesBn => {
            let why = if unit == Unit::SharesBn {
                "shares are in billions"
            } else {
                "money is in billions of US dollars"
            };
            let by = match suffix {
                "" if dollars && number.value().abs() >= 1e6 => -9,
                "" | "b" | "bn" | "bln" | "billion" | "billions" | "mrd" | "mia" => 0,
                "m" | "mn" | "mm" | "mln" | "mio" | "million" | "millions" => -3,
                "k" | "thousand" => -6,
                "t" | "tn" | "trn" | "trillion" | "trillions" => 3,
                _ => return None,
            };
            let plain = suffix.is_empty() && !dollars;
            (if by == 0 { number } else { number.moved(by).shortest() }, if plain { POINT } else { why })
        }
        Unit::Fraction | Unit::Probability | Unit::PerYear | Unit::PerSqrtYear | Unit::Flag => {
            let percent = "percentages are written as fractions of 1";
            match suffix {
                "" if domain.contains(number.value()) => (number, POINT),
                // A percentage without its sign.
                "" if number.value() >= 2.0 && number.value() <= 100.0 => (number.moved(-2), percent),
                "%" | "percent" | "pct" | "pc" | "per cent" => (number.moved(-2), percent),
                "bp" | "bps" | "basis points" => {
                    (number.moved(-4).shortest(), "basis points are written as fractions of 1")
                }
                _ => return None,
            }
        }
        Unit::Multiple => match suffix {
            "" | "x" | "×" | "times" => {
                (number, if suffix.is_empty() { POINT } else { "a multiple is a plain number" })
            }
            "%" | "percent" | "pct" => (number.moved(-2), "a multiple is a plain number"),
            _ => return None,
        },
        Unit::Years | Unit::Months => return duration(unit, domain, number, suffix),
        Unit::UsdPerShare if suffix.is_empty() => (number, "the price is in US dollars"),
        Unit::UsdPerShare => return None,
    };
    domain.contains(number.value()).then(|| Instead::new(number.to_string(), why))
}

const POINT: &str = "a number has digits, a decimal point and no quotes";

fn duration(unit: Unit, domain: Domain, number: Decimal, suffix: &str) -> Option<Instead> {
    let months = match suffix {
        "" => None,
        "y" | "yr" | "yrs" | "year" | "years" => Some(12.0),
        "q" | "quarter" | "quarters" => Some(3.0),
        "m" | "mo" | "mos" | "mth" | "mths" | "month" | "months" => Some(1.0),
        "w" | "wk" | "week" | "weeks" => Some(7.0 / 30.0),
        "d" | "day" | "days" => Some(1.0 / 30.0),
        _ => return None,
    };
    let own = if unit == Unit::Years { 12.0 } else { 1.0 };
    let (toml, why) = match (months, unit) {
        (None, _) => (number.to_string(), POINT),
        (Some(months), _) if months == own => (number.to_string(), words_of(unit)),
        (Some(months), _) => (format!("{}", number.value() * months / own), words_of(unit)),
    };
    let value: f64 = toml.parse().ok()?;
    domain.contains(value).then(|| Instead::new(toml, why))
}

fn words_of(unit: Unit) -> &'static str {
    if unit == Unit::Years { "the unit is years" } else { "the unit is months" }
}

fn date(text: &str, last: bool) -> Option<Instead> {
    let reading = date_text::read(bare(text), last)?;
    let date = reading.date;
    let why = match reading.or {
        Some(other) => format!("a date is year-month-day without quotes; if the day comes first, `{other}`"),
        None if is_day_number(bare(text)) => format!("{} is how Excel counts that day", bare(text)),
        None => "a date is year-month-day without quotes".to_owned(),
    };
    Some(Instead::new(date.to_string(), why))
}

fn is_day_number(text: &str) -> bool {
    matches!(text.len(), 5 | 6) && text.parse::<i64>().is_ok_and(|number| Date::from_excel(number).is_some())
}

fn integer(text: &str) -> Option<Instead> {
    let text = bare(text).to_lowercase();
    let ends = text.find(|c: char| c.is_alphabetic() && c != 'e').unwrap_or(text.len());
    let by = match text[ends..].trim() {
        "" => 0,
        "k" | "thousand" => 3,
        "m" | "mn" | "million" => 6,
        "g" | "b" | "bn" | "billion" => 9,
        _ => return None,
    };
    let whole = Decimal::read(&text[..ends])?.moved(by).whole()?;
    let whole = u64::try_from(whole).ok()?;
    Some(Instead::new(whole.to_string(), "a whole number has digits only"))
}

fn flag(text: &str) -> Option<Instead> {
    let word = match bare(text).to_lowercase().as_str() {
        "true" | "yes" | "y" | "on" | "1" => "true",
        "false" | "no" | "n" | "off" | "0" | "none" => "false",
        _ => return None,
    };
    Some(Instead::new(word, "a flag is true or false, in small letters and without quotes"))
}

fn choice(text: &str, words: &'static [Word]) -> Option<Instead> {
    let near = nearest(&bare(text).replace(' ', "-"), words.iter().map(|word| word.word))?;
    Some(Instead::new(quoted(near), "words are in small letters and double quotes"))
}
