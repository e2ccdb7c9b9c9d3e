//! Lists every table and key of the format by walking its sections from the outermost one.

use super::date::Date;
use super::spec::{EntryKey, KeySpec, SectionSpec, ValueKind, join};

/// One key of the format, with its full path.
#[derive(Clone, Debug)]
pub struct Row {
    /// The full key, with NAME, DATE, YEAR and N in place of entry names: `segment.NAME.growth_now`.
    pub pattern: String,
    /// The header of its table: `[[segment]]`; empty at the top of the file.
    pub table: String,
    /// Kind of value, unit, domain, usual range, default and meaning.
    pub spec: &'static KeySpec,
}

/// One table of the format.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// The path of the table: `segment.NAME`; empty at the top of the file.
    pub pattern: String,
    /// The header: `[[segment]]`; empty at the top of the file.
    pub header: String,
    /// The specification of its keys.
    pub spec: &'static SectionSpec,
}

impl TableSpec {
    /// Its keys with their full paths.
    pub fn rows(&self) -> Vec<Row> {
        let row = |spec| Row { pattern: pattern_of(&self.pattern, spec), table: self.header.clone(), spec };
        self.spec.all().map(row).collect()
    }
}

/// Every key of the format whose outermost section is `root`, in the order of the reference page.
pub fn rows(root: &'static SectionSpec) -> Vec<Row> {
    tables(root).iter().flat_map(TableSpec::rows).collect()
}

/// The full path of a key; for a table of numbers, of the numbers in it.
fn pattern_of(table: &str, spec: &KeySpec) -> String {
    let pattern = join(table, spec.key);
    match spec.kind {
        ValueKind::Loadings => join(&pattern, "NAME"),
        ValueKind::Years => join(&pattern, "YEAR"),
        _ => pattern,
    }
}

/// Every table of the format, the outermost section first.
pub fn tables(root: &'static SectionSpec) -> Vec<TableSpec> {
    let mut tables = vec![TableSpec { pattern: String::new(), header: String::new(), spec: root }];
    add_tables(&mut tables, root, "", "");
    tables
}

/// Appends the subtables of a section, each followed by its own subtables.
fn add_tables(tables: &mut Vec<TableSpec>, spec: &'static SectionSpec, pattern: &str, path: &str) {
    for key in spec.all() {
        let (inner, list) = match key.kind {
            ValueKind::Table(inner) => (inner, false),
            ValueKind::List(inner) | ValueKind::Steps(inner) => (inner, true),
            _ => continue,
        };
        let path = join(path, key.key);
        let entry = match inner.entry_key {
            EntryKey::Single => "",
            EntryKey::Named(_) | EntryKey::NamedOrDated(..) => "NAME",
            EntryKey::Dated(_) => "DATE",
            EntryKey::Numbered => "N",
        };
        let below = join(pattern, key.key);
        let below = if list && !entry.is_empty() { join(&below, entry) } else { below };
        let header = if list { format!("[[{path}]]") } else { format!("[{path}]") };
        tables.push(TableSpec { pattern: below.clone(), header, spec: inner });
        add_tables(tables, inner, &below, &path);
    }
}

/// The headers of all tables with a key of this name: `[[deal]]`, `[costs]`.
pub(super) fn headers_with(root: &'static SectionSpec, key: &str) -> Vec<String> {
    tables(root)
        .into_iter()
        .filter(|table| !table.header.is_empty() && table.spec.find(key).is_some())
        .map(|table| table.header)
        .collect()
}

/// The header text (without brackets) of the table at `path`: the path without names of entries.
pub(super) fn header_at(root: &'static SectionSpec, path: &str) -> String {
    let pattern =
        rows(root).into_iter().map(|row| row.pattern).find(|pattern| matches_pattern(pattern, path));
    let pattern = pattern.unwrap_or_else(|| path.to_owned());
    let parts = pattern.split('.').filter(|part| !["NAME", "DATE", "YEAR", "N"].contains(part));
    parts.collect::<Vec<_>>().join(".")
}

/// Whether `key` matches the pattern: `segment.business.growth_now` matches `segment.NAME.growth_now`.
pub(super) fn matches_pattern(pattern: &str, key: &str) -> bool {
    if pattern == key {
        return true;
    }
    let (mut parts, mut given) = (pattern.split('.').peekable(), key.split('.').peekable());
    while let Some(part) = parts.next() {
        let Some(text) = given.next() else { return false };
        let fits = match part {
            "NAME" if parts.peek().is_none() && text == "equity" => {
                // The only name with a point in it.
                return given.eq(["multiple"]) || key.ends_with(".equity");
            }
            "NAME" => !text.is_empty(),
            "DATE" => Date::parse(text).is_some(),
            "YEAR" => text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()),
            "N" => text.parse::<usize>().is_ok(),
            _ => text == part,
        };
        if !fits {
            return false;
        }
    }
    given.next().is_none()
}
