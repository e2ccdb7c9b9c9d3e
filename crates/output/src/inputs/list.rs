//! Lists of the scenario that are tables of their own on the sheet *Inputs*, so that a row can be added or emptied.

use super::column::Column;
use super::route::entry_label;
use capstake::config::Config;
use capstake::config::section::Section;
use capstake::config::spec::{EntryKey, KeySpec, SectionSpec, ValueKind};
use capstake::config::tree::{Node, Value, inline};

/// Marks the table of a list: the text of the cell above its header.
pub fn marker(path: &str) -> String {
    format!("[[{path}]]")
}

/// The list whose table begins with this cell.
pub fn marked(text: &str) -> Option<&str> {
    text.trim().strip_prefix("[[")?.strip_suffix("]]")
}

/// Stands for a number that is uncertain, and so has a row of its own.
pub const UNCERTAIN: &str = "see above";

/// Values and weights of discrete distributions, by key.
pub const DISCRETE: &str = "discrete";

/// Lists that have a table, each with the words above it.
const LISTS: [(&str, &str); 8] = [
    ("history.period", "Figures before the valuation date"),
    ("segment.plan", "Planned rates of revenue, of segments with process plan"),
    ("contract", "Promises to take compute"),
    ("deal.rate", "Rates of a deal that change at dates"),
    ("round", "Rounds of new money that are agreed"),
    (DISCRETE, "Values and weights of discrete distributions"),
    ("correlation", "Correlations of the normals behind two inputs or factors"),
    ("source", "Sources"),
];

/// A list with a table.
#[derive(Clone, Debug)]
pub struct List {
    /// Its path without names of entries: `history.period`, `segment.plan`.
    pub path: &'static str,
    /// The words above it.
    pub title: &'static str,
    /// What an entry has; `None` for the values of discrete distributions.
    pub spec: Option<&'static SectionSpec>,
    /// Its columns.
    pub fields: Vec<Field>,
}

/// A column of a table of a list.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its header: the key.
    pub header: &'static str,
    /// Where it stands.
    pub column: Column,
    /// What it holds.
    pub holds: Holds,
}

/// What a column of a list holds.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    /// The name of the entry of the outer list: the segment of a plan.
    Outer,
    /// A key of the entry.
    Key(&'static KeySpec),
    /// One of the two names of a correlation.
    Pair(usize),
    /// The key of a discrete distribution, a value of it, its weight.
    Discrete(usize),
}

impl Holds {
    /// Whether it holds a number.
    pub fn is_number(self) -> bool {
        match self {
            Holds::Key(row) => matches!(row.kind, ValueKind::Number | ValueKind::Real),
            Holds::Discrete(part) => part > 0,
            _ => false,
        }
    }

    /// Whether it holds a date.
    pub fn is_date(self) -> bool {
        matches!(self, Holds::Key(KeySpec { kind: ValueKind::Date, .. }))
    }

    /// Whether its cell is never empty in an entry: without it there is none.
    pub fn names(self) -> bool {
        !matches!(self, Holds::Key(_))
    }
}

impl List {
    /// Whether the list lies in the entries of another, and in which.
    pub fn outer(&self) -> Option<(&'static str, &'static str)> {
        let (outer, inner) = self.path.split_once('.')?;
        (outer != "history").then_some((outer, inner))
    }
}

/// All lists that have a table, in the order of the sheet.
pub fn lists() -> Vec<List> {
    LISTS.iter().map(|&(path, title)| list(path, title)).collect()
}

/// Whether a list of the format has a table.
pub fn has_table(path: &str) -> bool {
    LISTS.iter().any(|(known, _)| *known == path)
}

fn list(path: &'static str, title: &'static str) -> List {
    let discrete = [("key", Column::Key, 0), ("value", Column::Value, 1), ("weight", Column::P10, 2)];
    if path == DISCRETE {
        let field = |(header, column, part)| Field { header, column, holds: Holds::Discrete(part) };
        return List { path, title, spec: None, fields: discrete.map(field).to_vec() };
    }
    let mut spec = Config::SPEC;
    let mut fields = Vec::new();
    for step in path.split('.') {
        let row = spec.find(step).expect("a list of the format");
        match row.kind {
            ValueKind::Table(inner) => spec = inner,
            ValueKind::List(inner) | ValueKind::Steps(inner) => {
                if path.len() > step.len() && path.starts_with(step) {
                    fields.push(Field { header: row.key, column: Column::Key, holds: Holds::Outer });
                }
                spec = inner;
            }
            _ => unreachable!("a path leads through tables and lists"),
        }
    }
    // Texts from the left, where columns are wide; a third one on the right; the rest from the column of values on.
    let mut texts = [Column::Key, Column::Label, Column::Source].into_iter().skip(fields.len());
    let mut rest =
        [Column::Value, Column::P10, Column::P50, Column::P90, Column::Low, Column::Mode].into_iter();
    for row in spec.all() {
        match row.kind {
            ValueKind::Pair => {
                for (part, header) in ["between", "and"].into_iter().enumerate() {
                    let column = texts.next().expect("room for a pair");
                    fields.push(Field { header, column, holds: Holds::Pair(part) });
                }
            }
            ValueKind::Text | ValueKind::Name => {
                let column = texts.next().expect("at most three texts");
                fields.push(Field { header: row.key, column, holds: Holds::Key(row) });
            }
            _ => {
                let column = rest.next().expect("at most six others");
                fields.push(Field { header: row.key, column, holds: Holds::Key(row) });
            }
        }
    }
    List { path, title, spec: Some(spec), fields }
}

/// An entry of a list: its full path and its node.
pub struct ListEntry<'a> {
    /// The name of the entry of the outer list, if there is one.
    pub outer: Option<String>,
    /// The full path: `contract.azure-a`.
    pub path: String,
    /// The entry.
    pub node: &'a Node,
}

/// The entries of a list that a scenario has.
pub fn entries_of<'a>(root: &'a Node, list: &List) -> Vec<ListEntry<'a>> {
    let Some(spec) = list.spec else { return Vec::new() };
    let of = |node: Option<&'a Node>, before: &str, outer: Option<&str>| {
        let items = match node.map(|node| &node.value) {
            Some(Value::Array(items)) => items.as_slice(),
            _ => &[],
        };
        let entry = |(index, node): (usize, &'a Node)| ListEntry {
            outer: outer.map(str::to_owned),
            path: format!("{before}.{}", entry_label(spec, index, node)),
            node,
        };
        items.iter().enumerate().map(entry).collect::<Vec<_>>()
    };
    match list.outer() {
        None => {
            let node = list.path.split('.').try_fold(root, |node, key| node.get(key));
            of(node, list.path, None)
        }
        Some((outer, inner)) => {
            let Some(Value::Array(items)) = root.get(outer).map(|node| &node.value) else {
                return Vec::new();
            };
            let name = |item: &Node| match item.get("name").map(|node| &node.value) {
                Some(Value::Text(text)) => text.clone(),
                _ => String::new(),
            };
            items
                .iter()
                .flat_map(|item| {
                    let name = name(item);
                    of(item.get(inner), &format!("{outer}.{name}.{inner}"), Some(&name))
                })
                .collect()
        }
    }
}

/// The two names of a correlation, in one order.
pub fn pair_of(entry: &Node) -> Option<String> {
    let Value::Array(names) = &entry.get("between")?.value else { return None };
    let mut names: Vec<String> = names.iter().map(|name| inline(&name.value)).collect();
    names.sort();
    Some(names.join(" "))
}

/// What tells an entry from the others of its list: its name or date, or its pair in either order.
pub fn identity(list: &List, outer: &str, entry: &Node) -> String {
    let label = || match list.spec.map(|spec| spec.entry_key) {
        Some(EntryKey::Numbered) | None => String::new(),
        Some(_) => entry_label(list.spec.expect("it has one"), usize::MAX - 1, entry),
    };
    format!("{outer} {}", pair_of(entry).unwrap_or_else(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_its_columns() {
        for list in lists() {
            let mut columns: Vec<Column> = list.fields.iter().map(|field| field.column).collect();
            columns.sort();
            columns.dedup();
            assert_eq!(columns.len(), list.fields.len(), "{}", list.path);
            let is_dated = list.path == "history.period";
            assert_eq!(
                list.fields[0].column,
                if is_dated { Column::Value } else { Column::Key },
                "{}",
                list.path
            );
            for field in &list.fields {
                assert!(
                    !field.holds.is_number() || field.column.is_numeric(),
                    "{}: {}",
                    list.path,
                    field.header
                );
            }
        }
        let rate = lists().into_iter().find(|list| list.path == "deal.rate").unwrap();
        assert_eq!(rate.outer(), Some(("deal", "rate")));
        let headers: Vec<&str> = rate.fields.iter().map(|field| field.header).collect();
        assert_eq!(headers, ["deal", "from", "rate"]);
    }

    #[test]
    fn tables_are_known_by_their_marker() {
        assert_eq!(marked(&marker("history.period")), Some("history.period"));
        assert_eq!(marked("[one]"), None);
        assert!(has_table("round") && !has_table("cloud"));
    }
}
