//! The full keys that a scenario has or may have, and those that a part of a key may mean.

use super::scenario::Config;
use super::section::Section;
use super::spec::{SectionSpec, ValueKind, entry_label, join};
use super::tree::{Node, Value};

/// Every full key that can be set in a scenario, entries of lists by their names.
pub(super) fn full_keys(root: &Node) -> Vec<String> {
    let mut keys = Vec::new();
    of_section(Some(root), Config::SPEC, "", &mut keys);
    keys
}

fn of_section(node: Option<&Node>, spec: &'static SectionSpec, path: &str, keys: &mut Vec<String>) {
    for row in spec.all() {
        let path = join(path, row.key);
        let below = node.and_then(|node| node.get(row.key));
        match row.kind {
            ValueKind::Table(inner) => of_section(below, inner, &path, keys),
            ValueKind::List(inner) => of_entries(below, inner, &path, keys),
            ValueKind::Steps(inner) => {
                of_entries(below, inner, &path, keys);
                keys.push(path);
            }
            ValueKind::Loadings | ValueKind::Years => {
                let entries = below.and_then(Node::entries).unwrap_or_default();
                keys.extend(entries.iter().map(|entry| join(&path, &entry.key)));
            }
            _ => keys.push(path),
        }
    }
}

fn of_entries(node: Option<&Node>, spec: &'static SectionSpec, path: &str, keys: &mut Vec<String>) {
    let Some(Value::Array(items)) = node.map(|node| &node.value) else { return };
    for (index, item) in items.iter().enumerate() {
        of_section(Some(item), spec, &join(path, &entry_label(spec.entry_key, index, item)), keys);
    }
}

/// Whether `steps` are parts of a full key in its order, the last being its last part or the beginning of it: `cap` of
/// `deal.x.cap_usd_bn`.
pub(super) fn is_meant_by(key: &str, steps: &[&str]) -> bool {
    let Some((last, before)) = steps.split_last() else { return false };
    let mut parts = key.split('.');
    let Some(end) = parts.next_back() else { return false };
    let begins = end.strip_prefix(last).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    begins && before.iter().all(|step| parts.any(|part| part == *step))
}

#[cfg(test)]
mod tests {
    use super::is_meant_by;

    #[test]
    fn parts_of_a_key_mean_it() {
        let key = "deal.amended-2026.cap_usd_bn";
        for steps in [&["cap"][..], &["cap_usd_bn"], &["deal", "cap"], &["amended-2026", "cap_usd"]] {
            assert!(is_meant_by(key, steps), "{steps:?}");
        }
        for steps in [&["ca"][..], &["usd_bn"], &["cap", "deal"], &["segment", "cap"], &[]] {
            assert!(!is_meant_by(key, steps), "{steps:?}");
        }
    }
}
