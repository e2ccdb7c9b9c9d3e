//! Where a full key leads in the tree of a scenario: through tables, and entries of lists by their names or dates.

use capstake::config::Config;
use capstake::config::place::Place;
use capstake::config::section::Section;
use capstake::config::spec::{EntryKey, SectionSpec, ValueKind};
use capstake::config::tree::{Entry, Node, Value};

/// One step into a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// An entry of a list, by its position.
    Entry(usize),
    /// An entry that the list does not have: the key that names it, and its name.
    New(&'static str, String),
}

/// A way through a tree.
#[derive(Clone, Debug)]
pub struct Route {
    /// The steps from the top.
    pub steps: Vec<Step>,
    /// What the key at its end takes; `None` for a key that the format does not have.
    pub kind: Option<ValueKind>,
}

impl Route {
    /// Whether the key belongs to an entry that its list does not have.
    pub fn is_of_new_entry(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::New(..)))
    }
}

/// The way to a full key; `None` for a key that ends at a list or table, or goes on below a value.
pub fn route(root: &Node, key: &str) -> Option<Route> {
    let parts: Vec<&str> = key.split('.').map(str::trim).collect();
    let (mut node, mut spec): (Option<&Node>, &SectionSpec) = (Some(root), Config::SPEC);
    let (mut steps, mut at) = (Vec::new(), 0);
    loop {
        let part = *parts.get(at).filter(|part| !part.is_empty())?;
        at += 1;
        let Some(row) = spec.find(part) else {
            steps.push(Step::Key(part.to_owned()));
            return Some(Route { steps, kind: None });
        };
        // The tree may have the key in its other spelling.
        let spelt = node
            .and_then(Node::entries)
            .and_then(|entries| entries.iter().map(|entry| entry.key.as_str()).find(|key| row.is_spelt(key)));
        let name = spelt.unwrap_or(row.key).to_owned();
        node = node.and_then(|node| node.get(&name));
        steps.push(Step::Key(name));
        let is_last = at == parts.len();
        match row.kind {
            ValueKind::Table(inner) if !is_last => spec = inner,
            ValueKind::List(inner) | ValueKind::Steps(inner) if !is_last => {
                let label = parts[at];
                at += 1;
                let items = match node.map(|node| &node.value) {
                    Some(Value::Array(items)) => items.as_slice(),
                    _ => &[],
                };
                match items.iter().enumerate().position(|(i, item)| entry_label(inner, i, item) == label) {
                    Some(i) => {
                        steps.push(Step::Entry(i));
                        node = Some(&items[i]);
                    }
                    None => {
                        let EntryKey::Named(by) = inner.entry_key else { return None };
                        steps.push(Step::New(by, label.to_owned()));
                        node = None;
                    }
                }
                spec = inner;
            }
            ValueKind::Loadings | ValueKind::Years if !is_last => {
                // `equity.multiple` is one name with a point in it.
                steps.push(Step::Key(parts[at..].join(".")));
                return Some(Route { steps, kind: Some(ValueKind::Number) });
            }
            ValueKind::Table(_) | ValueKind::List(_) | ValueKind::Loadings | ValueKind::Years => return None,
            kind if is_last => return Some(Route { steps, kind: Some(kind) }),
            _ => return None,
        }
    }
}

/// The part of a key that names an entry of a list: its name, its date, or its position from 1.
pub fn entry_label(spec: &SectionSpec, index: usize, item: &Node) -> String {
    let under = |key: &str| match item.get(key).map(|node| &node.value) {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(Value::Date(date)) => Some(date.to_string()),
        _ => None,
    };
    let own = match spec.entry_key {
        EntryKey::Named(key) | EntryKey::Dated(key) => under(key),
        EntryKey::NamedOrDated(name, date) => under(name).or_else(|| under(date)),
        EntryKey::Numbered | EntryKey::Single => None,
    };
    own.unwrap_or_else(|| (index + 1).to_string())
}

/// The value at the end of a way.
pub fn get<'a>(root: &'a Node, steps: &[Step]) -> Option<&'a Node> {
    steps.iter().try_fold(root, |node, step| match (step, &node.value) {
        (Step::Key(key), _) => node.get(key),
        (Step::Entry(index), Value::Array(items)) => items.get(*index),
        _ => None,
    })
}

/// Puts a value at the end of a way; makes tables, lists and entries that are not there.
pub fn put(root: &mut Node, steps: &[Step], key_place: Place, value: Node) {
    let Some((step, rest)) = steps.split_first() else {
        *root = value;
        return;
    };
    match step {
        Step::Key(key) => {
            let Value::Table(entries) = &mut root.value else { return };
            let at = entries.iter().position(|entry| entry.key == *key).unwrap_or_else(|| {
                let empty = match rest.first() {
                    Some(Step::Entry(_) | Step::New(..)) => Value::Array(Vec::new()),
                    _ => Value::Table(Vec::new()),
                };
                let node = Node { place: key_place, value: empty };
                entries.push(Entry { key: key.clone(), key_place, node });
                entries.len() - 1
            });
            if rest.is_empty() {
                entries[at].key_place = key_place;
            }
            put(&mut entries[at].node, rest, key_place, value);
        }
        Step::Entry(index) => {
            let Value::Array(items) = &mut root.value else { return };
            if let Some(item) = items.get_mut(*index) {
                put(item, rest, key_place, value);
            }
        }
        Step::New(by, name) => {
            let Value::Array(items) = &mut root.value else { return };
            let text = Node { place: key_place, value: Value::Text(name.clone()) };
            let named = Entry { key: (*by).to_owned(), key_place, node: text };
            let mut item = Node { place: key_place, value: Value::Table(vec![named]) };
            put(&mut item, rest, key_place, value);
            items.push(item);
        }
    }
}

/// Takes the key at the end of a way out; a table of numbers by name that is empty then goes too.
pub fn remove(root: &mut Node, steps: &[Step]) {
    let Some((last, before)) = steps.split_last() else { return };
    let Step::Key(key) = last else { return };
    let parent = before.iter().try_fold(&mut *root, |node, step| match (step, &mut node.value) {
        (Step::Key(key), Value::Table(entries)) => {
            entries.iter_mut().find(|entry| entry.key == *key).map(|entry| &mut entry.node)
        }
        (Step::Entry(index), Value::Array(items)) => items.get_mut(*index),
        _ => None,
    });
    if let Some(Node { value: Value::Table(entries), .. }) = parent {
        entries.retain(|entry| entry.key != *key);
    }
}

/// Makes every place in a tree that of nothing in particular.
pub fn forget_places(node: &mut Node) {
    node.place = Place::FILE;
    match &mut node.value {
        Value::Table(entries) => {
            for entry in entries {
                entry.key_place = Place::FILE;
                forget_places(&mut entry.node);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(forget_places),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capstake::config::place::Origin;
    use capstake::config::tree;

    const TEXT: &str = "[history]\nperiod = [{ from = 2026-01-01, fcf_usd_bn = -1 }]\n[[segment]]\nname = \"a\"\ngrowth_now = 0.3\n\
                        [[shock]]\nname = \"s\"\nloading = { a = 1.0, \"equity.multiple\" = 0.5 }\n";

    fn root() -> Node {
        tree::document(TEXT, Origin::File).expect("it is TOML")
    }

    #[test]
    fn keys_lead_to_their_values() {
        let root = root();
        for (key, wanted) in [
            ("segment.a.growth_now", "0.3"),
            ("history.period.2026-01-01.fcf_usd_bn", "-1"),
            ("shock.s.loading.equity.multiple", "0.5"),
        ] {
            let way = route(&root, key).unwrap_or_else(|| panic!("{key}"));
            assert_eq!(get(&root, &way.steps).map(|node| tree::inline(&node.value)), Some(wanted.to_owned()));
            assert!(way.kind.is_some() && !way.is_of_new_entry());
        }
        assert!(route(&root, "segment.a.growth").is_some_and(|way| way.kind.is_some()));
        assert!(route(&root, "segment.a.growht").is_some_and(|way| way.kind.is_none()));
        for none in
            ["", "segment", "segment.a", "segment.a.growth_now.p50", "history.period.2027-01-01.to", "."]
        {
            assert!(route(&root, none).is_none(), "{none}");
        }
    }

    #[test]
    fn values_are_put_and_taken_out_and_entries_are_made() {
        let mut root = root();
        let number = |x| Node { place: Place::FILE, value: Value::Float(x) };
        for key in ["segment.a.growth_now", "segment.b.growth_now", "deal.x.cap_usd_bn", "cash.now_usd_bn"] {
            let way = route(&root, key).expect("a way");
            put(&mut root, &way.steps, Place::FILE, number(2.0));
            let way = route(&root, key).expect("a way");
            assert!(!way.is_of_new_entry(), "{key}");
            assert_eq!(get(&root, &way.steps), Some(&number(2.0)), "{key}");
        }
        let way = route(&root, "segment.b.growth_now").expect("a way");
        remove(&mut root, &way.steps);
        assert_eq!(get(&root, &way.steps), None);
    }
}
