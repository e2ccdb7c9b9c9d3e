//! The canonical text of a scenario: every key that is set, in one order and spelling. Its bytes identify the
//! scenario.

use super::scenario::Config;
use super::section::Section;
use super::spec::{SectionSpec, ValueKind, entry_label, join};
use super::tree::{Entry, Value, float_text, inline, key_text, print_table};

/// The scenario as canonical TOML, after overrides. Comments, key order and number formats of the file do not
/// affect it; the order of list entries does, because results are listed in that order. Reading the text and
/// printing it again gives the same text.
pub fn to_toml(config: &Config) -> String {
    let mut out = String::new();
    if let Value::Table(entries) = print_table(config.print()) {
        write_section(&mut out, &entries, Config::SPEC, "");
    }
    out
}

/// The scenario as JSON. Dates, `inf` and `nan` become texts because JSON has none of them.
pub fn to_json(config: &Config) -> serde_json::Value {
    json(&print_table(config.print()))
}

/// Every key that is set, with its value as TOML. Keys are full paths as in `--set`. A number is one value,
/// without `source`, `informed_by` and `note`, which do not affect the simulation.
pub fn flat(config: &Config) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    if let Value::Table(entries) = print_table(config.print()) {
        flatten(&mut rows, &entries, Config::SPEC, "");
    }
    rows
}

fn flatten(rows: &mut Vec<(String, String)>, entries: &[Entry], spec: &'static SectionSpec, path: &str) {
    for entry in entries {
        let path = join(path, &entry.key);
        let kind = spec.find(&entry.key).map(|row| row.kind);
        match (kind, &entry.node.value) {
            (Some(ValueKind::Table(inner)), Value::Table(below)) => flatten(rows, below, inner, &path),
            (Some(ValueKind::List(inner) | ValueKind::Steps(inner)), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Table(below) = &item.value {
                        flatten(rows, below, inner, &join(&path, &entry_label(inner.entry_key, index, item)));
                    }
                }
            }
            (Some(ValueKind::Loadings | ValueKind::Years), Value::Table(below)) => {
                for entry in below {
                    rows.push((join(&path, &entry.key), bare_number(&entry.node.value)));
                }
            }
            (Some(ValueKind::Number | ValueKind::Steps(_)), value) => rows.push((path, bare_number(value))),
            (_, value) => rows.push((path, inline(value))),
        }
    }
}

/// A number without what says where it is from: `{ value = 1 }` becomes `1`.
fn bare_number(value: &Value) -> String {
    let Value::Table(entries) = value else { return inline(value) };
    let told = |entry: &&Entry| !matches!(entry.key.as_str(), "source" | "informed_by" | "note");
    let kept: Vec<Entry> = entries.iter().filter(told).cloned().collect();
    match kept.as_slice() {
        [only] if only.key == "value" => inline(&only.node.value),
        _ => inline(&Value::Table(kept)),
    }
}

pub(super) fn write_section(out: &mut String, entries: &[Entry], spec: &'static SectionSpec, path: &str) {
    let kind = |entry: &Entry| spec.find(&entry.key).map(|row| row.kind);
    let mut tables = Vec::new();
    for entry in entries {
        match (kind(entry), &entry.node.value) {
            (Some(ValueKind::Table(inner)), Value::Table(below)) => {
                tables.push((entry, inner, vec![below], "[", "]"))
            }
            (Some(ValueKind::List(inner)), Value::Array(items)) => {
                let below = items.iter().filter_map(|item| match &item.value {
                    Value::Table(below) => Some(below),
                    _ => None,
                });
                tables.push((entry, inner, below.collect(), "[[", "]]"));
            }
            (_, value) => {
                out.push_str(&format!("{} = {}\n", key_text(&entry.key), inline(value)));
            }
        }
    }
    for (entry, inner, list, open, close) in tables {
        let path =
            if path.is_empty() { key_text(&entry.key) } else { format!("{path}.{}", key_text(&entry.key)) };
        for below in list {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&format!("{open}{path}{close}\n"));
            write_section(out, below, inner, &path);
        }
    }
}

fn json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::Table(entries) => {
            Json::Object(entries.iter().map(|entry| (entry.key.clone(), json(&entry.node.value))).collect())
        }
        Value::Array(items) => Json::Array(items.iter().map(|item| json(&item.value)).collect()),
        Value::Text(text) => Json::String(text.clone()),
        Value::Integer(number) => match u64::try_from(*number) {
            Ok(number) => Json::from(number),
            Err(_) => Json::from(*number as i64),
        },
        Value::Float(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| Json::String(float_text(*number)), Json::Number),
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Date(date) => Json::String(date.to_string()),
        Value::Time(time) => Json::String(time.clone()),
    }
}
