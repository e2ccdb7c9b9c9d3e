//! The rows of the sheet *Inputs*: one for each key, then a table for each list.

use super::cell::CellValue;
use super::column::Column;
use super::list::{DISCRETE, Holds, List, UNCERTAIN, entries_of, has_table, lists};
use super::number::{Cells, cells_of};
use super::route::entry_label;
use super::scalar::cell_of;
use capstake::config::Config;
use capstake::config::section::Section;
use capstake::config::spec::{EntryKey, KeySpec, SectionSpec, ValueKind};
use capstake::config::tree::{Node, Value};

/// Name of the sheet.
pub const SHEET: &str = "Inputs";

/// Empty rows below the keys, for keys that the scenario does not set.
pub const SPARE_KEYS: usize = 8;
/// Empty rows below each list.
pub const SPARE_ENTRIES: usize = 4;

/// A row of a key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// The full key.
    pub key: String,
    /// What it means.
    pub label: String,
    /// The unit of a number; empty without one.
    pub unit: &'static str,
    /// What it takes: an uncertain number, or something else.
    pub kind: ValueKind,
    /// The cells from the kind on; the kind of what is no uncertain number is the type of its value.
    pub cells: Cells,
}

/// A row of a list.
#[derive(Clone, Debug, Default)]
pub struct EntryRow {
    /// The full path of the entry.
    pub path: String,
    /// What its cells hold.
    pub cells: Cells,
}

/// A table of a list.
#[derive(Clone, Debug)]
pub struct ListTable {
    /// The list.
    pub list: List,
    /// Its entries.
    pub rows: Vec<EntryRow>,
}

/// A part of the sheet.
#[derive(Clone, Debug)]
pub enum Line {
    /// Keys of a table follow, or of an entry of a list: its path and what it is.
    Heading(String, String),
    /// A key.
    Key(KeyRow),
}

/// The whole sheet.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The rows of keys, with headings.
    pub keys: Vec<Line>,
    /// The tables of lists.
    pub lists: Vec<ListTable>,
}

impl Layout {
    /// Lays out a scenario.
    pub fn of(root: &Node) -> Layout {
        let mut keys = Vec::new();
        section(&mut keys, root, Config::SPEC, "", "");
        let tables = lists().into_iter().map(|list| table(root, list)).collect();
        Layout { keys, lists: tables }
    }

    /// The rows of keys.
    pub fn rows(&self) -> impl Iterator<Item = &KeyRow> {
        self.keys.iter().filter_map(|line| match line {
            Line::Key(row) => Some(row),
            Line::Heading(..) => None,
        })
    }
}

/// Puts the rows of a table. `pattern` is its path without names of entries.
fn section(lines: &mut Vec<Line>, node: &Node, spec: &'static SectionSpec, path: &str, pattern: &str) {
    let named_by = match spec.entry_key {
        EntryKey::Named(key) => key,
        _ => "",
    };
    let join = |before: &str, key: &str| match before {
        "" => key.to_owned(),
        before => format!("{before}.{key}"),
    };
    let mut tables = Vec::new();
    for entry in node.entries().unwrap_or(&[]) {
        let Some(row) = spec.find(&entry.key).filter(|row| row.key != named_by || path.is_empty()) else {
            continue;
        };
        let key = join(path, row.key);
        match (row.kind, &entry.node.value) {
            (ValueKind::Table(_) | ValueKind::List(_), _) => tables.push((row, entry, key)),
            (ValueKind::Steps(_), Value::Array(_)) => tables.push((row, entry, key)),
            (ValueKind::Loadings | ValueKind::Years, Value::Table(below)) => {
                for one in below {
                    lines.extend(number(&join(&key, &one.key), row, &one.node).map(Line::Key));
                }
            }
            (ValueKind::Number | ValueKind::Steps(_), _) => {
                lines.extend(number(&key, row, &entry.node).map(Line::Key))
            }
            (kind, value) => lines.push(Line::Key(KeyRow {
                key,
                label: plain_words(&row.meaning()),
                unit: "",
                kind,
                cells: vec![
                    (Column::Kind, CellValue::text(row.type_word())),
                    (Column::Value, cell_of(kind, value)),
                ],
            })),
        }
    }
    for (row, entry, path) in tables {
        let pattern = join(pattern, row.key);
        let (ValueKind::Table(inner) | ValueKind::List(inner) | ValueKind::Steps(inner)) = row.kind else {
            continue;
        };
        match &entry.node.value {
            Value::Array(items) if has_table(&pattern) => {
                for (index, item) in items.iter().enumerate() {
                    uncertain(lines, item, inner, &join(&path, &entry_label(inner, index, item)));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let path = join(&path, &entry_label(inner, index, item));
                    lines.push(Line::Heading(path.clone(), plain_words(&inner.meaning())));
                    section(lines, item, inner, &path, &pattern);
                }
            }
            _ => {
                let at = lines.len();
                lines.push(Line::Heading(path.clone(), plain_words(&inner.meaning())));
                section(lines, &entry.node, inner, &path, &pattern);
                // All that a table has may be in the tables of lists.
                if lines.len() == at + 1 {
                    lines.pop();
                }
            }
        }
    }
}

/// Puts the uncertain numbers of an entry whose list has a table of its own.
fn uncertain(lines: &mut Vec<Line>, item: &Node, spec: &'static SectionSpec, path: &str) {
    let numbers = item.entries().unwrap_or(&[]).iter().filter(|entry| is_uncertain(&entry.node));
    let rows: Vec<KeyRow> = numbers
        .filter_map(|entry| number(&format!("{path}.{}", entry.key), spec.find(&entry.key)?, &entry.node))
        .collect();
    if !rows.is_empty() {
        lines.push(Line::Heading(
            path.to_owned(),
            format!("{} Its other values are in a table below.", plain_words(&spec.meaning())),
        ));
        lines.extend(rows.into_iter().map(Line::Key));
    }
}

/// Words without the marks that the scenario's reference puts around keys and values: a sheet does not show them.
fn plain_words(words: &str) -> String {
    words.replace('`', "")
}

/// Whether a number is more than a plain one with a source and a note.
pub fn is_uncertain(node: &Node) -> bool {
    node.get("dist").is_some() || node.get("same_as").is_some()
}

fn number(key: &str, row: &'static KeySpec, node: &Node) -> Option<KeyRow> {
    let cells = cells_of(node)?;
    Some(KeyRow {
        key: key.to_owned(),
        label: plain_words(&row.meaning()),
        unit: row.unit_words(),
        kind: ValueKind::Number,
        cells,
    })
}

fn table(root: &Node, list: List) -> ListTable {
    if list.path == DISCRETE {
        let mut rows = Vec::new();
        discrete(root, Config::SPEC, "", &mut |key, values, weights| {
            for (value, weight) in values.iter().zip(weights) {
                rows.push(EntryRow {
                    path: key.to_owned(),
                    cells: vec![
                        (Column::Key, CellValue::text(key)),
                        (Column::Value, plain(value)),
                        (Column::P10, plain(weight)),
                    ],
                });
            }
        });
        return ListTable { list, rows };
    }
    let rows = entries_of(root, &list).into_iter().map(|entry| {
        let cells = list.fields.iter().map(|field| {
            let cell = match field.holds {
                Holds::Outer => CellValue::text(entry.outer.clone().unwrap_or_default()),
                holds => field_cell(holds, entry.node),
            };
            (field.column, cell)
        });
        EntryRow { path: entry.path.clone(), cells: cells.collect() }
    });
    let rows = rows.collect();
    ListTable { list, rows }
}

/// The cell of an entry's key.
pub fn field_cell(holds: Holds, entry: &Node) -> CellValue {
    match holds {
        Holds::Key(row) => match entry.get(row.key) {
            None => CellValue::Empty,
            Some(node) if is_uncertain(node) => CellValue::text(UNCERTAIN),
            Some(node) => match row.kind {
                ValueKind::Number => plain(node.get("value").unwrap_or(node)),
                kind => cell_of(kind, &node.value),
            },
        },
        Holds::Pair(part) => match entry.get("between").map(|node| &node.value) {
            Some(Value::Array(names)) => {
                names.get(part).map_or(CellValue::Empty, |name| cell_of(ValueKind::Text, &name.value))
            }
            _ => CellValue::Empty,
        },
        Holds::Outer | Holds::Discrete(_) => CellValue::Empty,
    }
}

fn plain(node: &Node) -> CellValue {
    cell_of(ValueKind::Real, &node.value)
}

/// Takes the key, the values and the weights of a discrete distribution.
type TakeDiscrete<'t, 'a> = &'t mut dyn FnMut(&str, &'a [Node], &'a [Node]);

/// Calls `take` with every discrete distribution.
pub fn discrete<'a>(node: &'a Node, spec: &'static SectionSpec, path: &str, take: TakeDiscrete<'_, 'a>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let of = |node: &'a Node| -> Option<(&'a [Node], &'a [Node])> {
        match (&node.get("values")?.value, &node.get("weights")?.value) {
            (Value::Array(values), Value::Array(weights)) => Some((values, weights)),
            _ => None,
        }
    };
    for entry in node.entries().unwrap_or(&[]) {
        let Some(row) = spec.find(&entry.key) else { continue };
        let key = join(row.key);
        match (row.kind, &entry.node.value) {
            (ValueKind::Table(inner), _) => discrete(&entry.node, inner, &key, take),
            (ValueKind::List(inner) | ValueKind::Steps(inner), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    discrete(item, inner, &format!("{key}.{}", entry_label(inner, index, item)), take);
                }
            }
            (ValueKind::Loadings | ValueKind::Years, Value::Table(below)) => {
                for one in below {
                    if let Some((values, weights)) = of(&one.node) {
                        take(&format!("{key}.{}", one.key), values, weights);
                    }
                }
            }
            _ => {
                if let Some((values, weights)) = of(&entry.node) {
                    take(&key, values, weights);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capstake::config::place::Origin;
    use capstake::config::{parse, resolved, tree};

    fn base() -> Layout {
        let text = include_str!("../../../../tests/engine/scenarios/frozen-base.toml");
        let config = parse("base.toml", text, &[]).1.expect("it is sound");
        Layout::of(&tree::document(&resolved::to_toml(&config), Origin::File).expect("it is TOML"))
    }

    #[test]
    fn every_key_of_the_base_scenario_has_one_cell() {
        let layout = base();
        let mut keys: Vec<&str> = layout.rows().map(|row| row.key.as_str()).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
        for key in ["name", "timeline.horizon", "deal.amended-2026.cap_usd_bn", "contract.azure-a.draw"] {
            assert!(keys.contains(&key), "{key}");
        }
        assert!(!keys.contains(&"contract.coreweave.draw"), "a plain number of a list is in its table");
        let rows = |path: &str| layout.lists.iter().find(|table| table.list.path == path).unwrap().rows.len();
        assert_eq!((rows("contract"), rows("round"), rows("history.period")), (7, 2, 5));
        assert_eq!((rows("deal.rate"), rows("segment.plan")), (0, 0));
        assert!(rows("correlation") > 25 && rows(DISCRETE) > 10);
        for line in &layout.keys {
            let words = match line {
                Line::Heading(_, words) => words,
                Line::Key(row) => &row.label,
            };
            assert!(!words.contains('`'), "{words}");
        }
    }
}
