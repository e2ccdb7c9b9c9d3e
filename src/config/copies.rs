//! Copies of a deal under other names, so that one model compares many variants of it on the same random
//! draws.

use super::deal::Deal;
use super::section::Section;
use super::spec::{SectionSpec, ValueKind, entry_label, join};
use super::tree::{Entry, Node, Value};

/// A request to copy a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealCopy {
    /// Name of the deal to copy.
    pub of: String,
    /// Name of the copy; no other deal may have it.
    pub name: String,
    /// Overrides for the copy, each `KEY=VALUE` with a key under `deal.<name of the copy>`.
    pub flags: Vec<String>,
}

/// Appends the copy to the deals of a scenario, or does nothing if there is no such deal. Uncertain numbers
/// of the copy are `same_as` those of the original, so both use the same draws.
pub(super) fn make(root: &mut Node, copy: &DealCopy) {
    let Value::Table(entries) = &mut root.value else { return };
    let Some(Node { value: Value::Array(deals), .. }) =
        entries.iter_mut().find(|entry| entry.key == "deal").map(|entry| &mut entry.node)
    else {
        return;
    };
    let is_it = |(index, deal): &(usize, &Node)| entry_label(Deal::SPEC.entry_key, *index, deal) == copy.of;
    let Some((_, deal)) = deals.iter().enumerate().find(is_it) else { return };
    let mut deal = deal.clone();
    share_draws(&mut deal, Deal::SPEC, &join("deal", &copy.of));
    if let Value::Table(keys) = &mut deal.value
        && let Some(name) = keys.iter_mut().find(|entry| entry.key == "name")
    {
        name.node.value = Value::Text(copy.name.clone());
    }
    deals.push(deal);
}

/// Replaces every uncertain number of a table by a `same_as` reference to its own key.
fn share_draws(table: &mut Node, spec: &'static SectionSpec, path: &str) {
    let Value::Table(entries) = &mut table.value else { return };
    for entry in entries {
        let Some(row) = spec.find(&entry.key) else { continue };
        let path = join(path, &entry.key);
        let place = entry.node.place;
        let drawn = entry.node.get("dist").is_some();
        match (row.kind, &mut entry.node.value) {
            (ValueKind::Number | ValueKind::Steps(_), Value::Table(_)) if drawn => {
                let same = Node { place, value: Value::Text(path) };
                let same = Entry { key: "same_as".to_owned(), key_place: place, node: same };
                entry.node.value = Value::Table(vec![same]);
            }
            (ValueKind::Steps(steps), Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let path = join(&path, &entry_label(steps.entry_key, index, item));
                    share_draws(item, steps, &path);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, resolved};

    const TEXT: &str = r#"
[timeline]
valuation_date = 2026-07-01
horizon = 2030-12-31
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 25
growth = 0.3
volatility = 0.2
[[deal]]
name = "now"
rate = [
  { from = 2026-07-01, rate = { dist = "uniform", low = 0.1, high = 0.2 } },
  { from = 2028-01-01, rate = 0.15 },
]
eligible = { dist = "uniform", low = 0.9, high = 1.0, source = "s" }
cap_usd_bn = 38
[[source]]
key = "s"
title = "S"
"#;

    #[test]
    fn a_copy_has_its_own_constants_and_the_draws_of_its_deal() {
        let copy = DealCopy {
            of: "now".to_owned(),
            name: "now--1".to_owned(),
            flags: vec!["deal.now--1.cap_usd_bn=20".to_owned()],
        };
        let (_, config, problems) = config::read_copies("t.toml", TEXT.as_bytes(), &[], &[copy]);
        assert!(problems.is_empty(), "{problems}");
        let text = resolved::to_toml(&config.expect("it is read"));
        let (before, copied) = text.split_once("name = \"now--1\"").expect("there is a copy");
        assert!(before.contains("cap_usd_bn = 38") && before.contains("low = 0.9"));
        assert!(copied.contains("cap_usd_bn = 20"), "{copied}");
        assert!(copied.contains("eligible = { same_as = \"deal.now.eligible\" }"), "{copied}");
        assert!(copied.contains("{ same_as = \"deal.now.rate.2026-07-01.rate\" }"), "{copied}");
        assert!(copied.contains("0.15") && !copied.contains("dist"), "{copied}");
    }

    #[test]
    fn no_deal_no_copy_and_a_wrong_flag_is_a_problem_of_its_own() {
        let copy = |of: &str, flag: &str| DealCopy {
            of: of.to_owned(),
            name: "x".to_owned(),
            flags: vec![flag.to_owned()],
        };
        let read = |copy| {
            config::read_copies("t.toml", TEXT.as_bytes(), &["deal.now.stake=0.2".to_owned()], &[copy])
        };
        assert!(read(copy("gone", "deal.x.rate=0.1")).2.to_string().contains("no entry `x`"));
        let (sources, _, problems) = read(copy("now", "deal.x.rat=0.1"));
        let place = problems.iter().next().expect("a problem").place();
        assert_eq!(sources.excerpt(place), "rat");
    }
}
