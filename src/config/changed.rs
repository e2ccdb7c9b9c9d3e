//! What a changed scenario changes: a file that extends the original, and the numbers of a scenario one by one.

use super::choice::Word;
use super::date::Date;
use super::scenario::Config;
use super::section::Section;
use super::spec::{EntryKey, SectionSpec, ValueKind, entry_label, join};
use super::tree::{Entry, Node, Value, inline, key_text, print_table, printed, printed_entry};

/// A scenario that extends the file of that name and holds what differs in `after`.
pub fn extending(file: &str, before: &Config, after: &Config) -> String {
    let mut removed = Vec::new();
    let (before, after) = (print_table(before.print()), print_table(after.print()));
    let changed = match (&before, &after) {
        (Value::Table(before), Value::Table(after)) => {
            changed_entries(before, after, Config::SPEC, "", &mut removed)
        }
        _ => Vec::new(),
    };
    let mut out = format!("extends = {}\n", inline(&Value::Text(file.to_owned())));
    if !removed.is_empty() {
        let removed = removed.into_iter().map(|key| printed(Value::Text(key))).collect();
        out.push_str(&format!("remove = {}\n", inline(&Value::Array(removed))));
    }
    super::resolved::write_section(&mut out, &changed, Config::SPEC, "");
    out
}

/// The entries of a table that differ; entries of lists keep what names them.
fn changed_entries(
    before: &[Entry],
    after: &[Entry],
    spec: &'static SectionSpec,
    path: &str,
    removed: &mut Vec<String>,
) -> Vec<Entry> {
    let find = |entries: &[Entry], key: &str| entries.iter().position(|entry| entry.key == key);
    for entry in before {
        if find(after, &entry.key).is_none() {
            removed.push(join(path, &entry.key));
        }
    }
    let mut changed = Vec::new();
    for entry in after {
        let Some(at) = find(before, &entry.key) else {
            changed.push(entry.clone());
            continue;
        };
        let (old, path) = (&before[at].node.value, join(path, &entry.key));
        let kind = spec.find(&entry.key).map(|row| row.kind);
        let value = match (kind, old, &entry.node.value) {
            (Some(ValueKind::Table(inner)), Value::Table(old), Value::Table(new)) => {
                Value::Table(changed_entries(old, new, inner, &path, removed))
            }
            (Some(ValueKind::List(inner)), Value::Array(old), Value::Array(new)) => {
                Value::Array(changed_items(old, new, inner, &path, removed))
            }
            (_, old, new) if old == new => continue,
            (_, _, new) => new.clone(),
        };
        let is_empty = match &value {
            Value::Table(entries) => entries.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if !is_empty {
            changed.push(printed_entry(entry.key.clone(), value));
        }
    }
    changed
}

/// The entries of a list that differ, each with the key that names it.
fn changed_items(
    before: &[Node],
    after: &[Node],
    spec: &'static SectionSpec,
    path: &str,
    removed: &mut Vec<String>,
) -> Vec<Node> {
    let label = |(index, item): (usize, &Node)| entry_label(spec.entry_key, index, item);
    let labels: Vec<String> = before.iter().enumerate().map(label).collect();
    let kept: Vec<String> = after.iter().enumerate().map(label).collect();
    removed.extend(labels.iter().filter(|label| !kept.contains(label)).map(|label| join(path, label)));
    let mut changed = Vec::new();
    for (item, label) in after.iter().zip(kept) {
        let old = labels.iter().position(|known| *known == label).map(|at| &before[at].value);
        let (Some(Value::Table(old)), Value::Table(new)) = (old, &item.value) else {
            changed.push(item.clone());
            continue;
        };
        let own = changed_entries(old, new, spec, &join(path, &label), removed);
        if own.is_empty() {
            continue;
        }
        let names = naming_keys(spec);
        let names_it = |entry: &&Entry| names.contains(&entry.key.as_str());
        let mut entries: Vec<Entry> = new.iter().filter(names_it).take(1).cloned().collect();
        entries.extend(own.into_iter().filter(|entry| !names.contains(&entry.key.as_str())));
        changed.push(printed(Value::Table(entries)));
    }
    changed
}

/// The keys of which one names an entry of a list.
fn naming_keys(spec: &SectionSpec) -> Vec<&'static str> {
    match spec.entry_key {
        EntryKey::Named(key) | EntryKey::Dated(key) => vec![key],
        EntryKey::NamedOrDated(name, date) => vec![name, date],
        EntryKey::Single | EntryKey::Numbered => Vec::new(),
    }
}

/// A number of a scenario, or one parameter of an uncertain one, by the key that sets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Settable {
    /// The key of the number.
    pub number: String,
    /// The parameter; empty of a plain number.
    pub parameter: String,
    /// Its value.
    pub value: f64,
}

impl Settable {
    /// The key that sets it.
    pub fn key(&self) -> String {
        join(&self.number, &self.parameter).trim_end_matches('.').to_owned()
    }
}

/// Every number that a scenario sets, in the order of the file; of an uncertain one its parameters.
pub fn settable(config: &Config) -> Vec<Settable> {
    let mut all = Vec::new();
    if let Value::Table(entries) = print_table(config.print()) {
        collect(&mut all, &entries, Config::SPEC, "");
    }
    all
}

fn collect(all: &mut Vec<Settable>, entries: &[Entry], spec: &'static SectionSpec, path: &str) {
    for entry in entries {
        let path = join(path, &entry.key);
        let kind = spec.find(&entry.key).map(|row| row.kind);
        match (kind, &entry.node.value) {
            (Some(ValueKind::Table(inner)), Value::Table(below)) => collect(all, below, inner, &path),
            (Some(ValueKind::List(inner) | ValueKind::Steps(inner)), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Table(below) = &item.value {
                        collect(all, below, inner, &join(&path, &entry_label(inner.entry_key, index, item)));
                    }
                }
            }
            (Some(ValueKind::Loadings | ValueKind::Years), Value::Table(below)) => {
                below.iter().for_each(|entry| number(all, &join(&path, &entry.key), &entry.node.value));
            }
            (Some(ValueKind::Number | ValueKind::Steps(_)), value) => number(all, &path, value),
            _ => {}
        }
    }
}

fn number(all: &mut Vec<Settable>, path: &str, value: &Value) {
    let plain = |value: &Value| match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    let mut push = |parameter: &str, value: f64| {
        all.push(Settable { number: path.to_owned(), parameter: parameter.to_owned(), value });
    };
    match value {
        Value::Table(entries) => {
            let is_uncertain = entries.iter().any(|entry| entry.key == "dist");
            for entry in entries {
                match (entry.key.as_str(), plain(&entry.node.value)) {
                    ("value", Some(value)) => push("", value),
                    (key, Some(value)) if is_uncertain => push(key_text(key).as_str(), value),
                    _ => {}
                }
            }
        }
        value => {
            if let Some(value) = plain(value) {
                push("", value);
            }
        }
    }
}

/// What a key that is no uncertain number is set to.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A date.
    Date(Date),
    /// `true` or `false`.
    Flag(bool),
    /// A word of a fixed list, with the list.
    Word(String, &'static [Word]),
}

/// A date, a word or a flag of a scenario, by the key that sets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// What it is set to.
    pub term: Term,
    /// What the key means.
    pub meaning: String,
}

/// Every date, word and flag that a scenario sets, in the order of the file. Dates that name an entry of a list are left out: another
/// date would name another entry.
pub fn settings(config: &Config) -> Vec<Setting> {
    let mut all = Vec::new();
    if let Value::Table(entries) = print_table(config.print()) {
        collect_settings(&mut all, &entries, Config::SPEC, "", &[]);
    }
    all
}

fn collect_settings(
    all: &mut Vec<Setting>,
    entries: &[Entry],
    spec: &'static SectionSpec,
    path: &str,
    naming: &[&str],
) {
    for entry in entries.iter().filter(|entry| !naming.contains(&entry.key.as_str())) {
        let path = join(path, &entry.key);
        let Some(row) = spec.find(&entry.key) else { continue };
        let mut push = |term| all.push(Setting { key: path.clone(), term, meaning: row.meaning() });
        match (row.kind, &entry.node.value) {
            (ValueKind::Table(inner), Value::Table(below)) => collect_settings(all, below, inner, &path, &[]),
            (ValueKind::List(inner) | ValueKind::Steps(inner), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Table(below) = &item.value {
                        let path = join(&path, &entry_label(inner.entry_key, index, item));
                        collect_settings(all, below, inner, &path, &naming_keys(inner));
                    }
                }
            }
            (ValueKind::Date, Value::Date(date)) => push(Term::Date(*date)),
            (ValueKind::Flag, Value::Flag(flag)) => push(Term::Flag(*flag)),
            (ValueKind::Choice(words), Value::Text(word)) => push(Term::Word(word.clone(), words)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ScenarioBytes, parse, read_files, resolved};

    const BASE: &str = "\
name = \"base\"
[timeline]
valuation_date = 2026-07-01
horizon = 2030-12-31
[[segment]]
name = \"business\"
process = \"gbm\"
rate_now_usd_bn = 20
growth = { dist = \"lognormal\", p10 = 0.2, p50 = 0.4, p90 = 0.6, source = \"x\" }
volatility = 0.1
[[source]]
key = \"x\"
title = \"X\"
[[deal]]
name = \"a\"
rate = 0.2
cap_usd_bn = { value = 38, note = \"reported\" }
[[deal]]
name = \"b\"
rate = 0.1
";

    fn config(flags: &[&str]) -> Config {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        parse("base.toml", BASE, &flags).1.expect("a scenario")
    }

    #[test]
    fn a_file_that_extends_the_original_is_the_changed_scenario() {
        for flags in [
            vec!["deal.a.cap_usd_bn=60"],
            vec!["segment.business.growth.p50=0.5", "deal.b.rate=0.3"],
            vec!["deal.a.cap_usd_bn=none", "segment.business.volatility=0.2"],
            vec!["timeline.horizon=2031-12-31"],
        ] {
            let after = config(&flags);
            let text = extending("base.toml", &config(&[]), &after);
            assert!(text.starts_with("extends = \"base.toml\"\n"), "{text}");
            let file = |name: &str, text: &str| ScenarioBytes { name: name.to_owned(), bytes: text.into() };
            let files = [file("mine.toml", &text), file("base.toml", BASE)];
            let (_, read, problems) = read_files(&files, &["name=\"base\"".to_owned()]);
            assert!(!problems.has_errors(), "{text}\n{problems}");
            assert_eq!(resolved::to_toml(&read.expect("a scenario")), resolved::to_toml(&after), "{text}");
            assert!(text.len() < BASE.len() / 2, "only what differs: {text}");
        }
        let unchanged = extending("base.toml", &config(&[]), &config(&[]));
        assert_eq!(unchanged, "extends = \"base.toml\"\n");
    }

    #[test]
    fn numbers_go_by_the_keys_that_set_them() {
        let found: Vec<(String, f64)> =
            settable(&config(&[])).iter().map(|one| (one.key(), one.value)).collect();
        for (key, value) in [
            ("segment.business.rate_now_usd_bn", 20.0),
            ("segment.business.growth.p50", 0.4),
            ("deal.a.cap_usd_bn", 38.0),
            ("deal.b.rate", 0.1),
        ] {
            assert!(found.contains(&(key.to_owned(), value)), "{key} in {found:?}");
            config(&[&format!("{key}={value}")]);
        }
    }

    #[test]
    fn dates_words_and_flags_go_by_the_keys_that_set_them() {
        let found = settings(&config(&["timeline.period=\"month\""]));
        let of = |key: &str| found.iter().find(|one| one.key == key).map(|one| one.term.clone());
        let date = |text: &str| Term::Date(Date::parse(text).expect("a date"));
        assert_eq!(of("timeline.horizon"), Some(date("2030-12-31")));
        let Some(Term::Word(word, words)) = of("timeline.period") else { panic!("{found:?}") };
        assert_eq!(word, "month");
        assert!(words.iter().any(|one| one.word == "quarter"));
        assert!(found.iter().all(|one| !one.meaning.is_empty()));
        for one in &found {
            let value = match &one.term {
                Term::Date(date) => date.to_string(),
                Term::Flag(flag) => flag.to_string(),
                Term::Word(word, _) => format!("\"{word}\""),
            };
            config(&[&format!("{}={value}", one.key)]);
        }
        // A date that names an entry is no setting.
        let period = "[[history.period]]\nfrom = 2025-10-01\nto = 2025-12-31\nnet_revenue_usd_bn = 1\n";
        let listed = parse("base.toml", &format!("{BASE}{period}"), &[]).1.expect("a scenario");
        let keys: Vec<String> = settings(&listed).into_iter().map(|one| one.key).collect();
        assert!(keys.contains(&"history.period.2025-10-01.to".to_owned()), "{keys:?}");
        assert!(!keys.contains(&"history.period.2025-10-01.from".to_owned()), "{keys:?}");
    }
}
