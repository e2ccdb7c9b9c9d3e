//! The text of a scenario file under the changes of a workbook: comments and layout stay where nothing changed.

use super::list::pair_of;
use super::route::entry_label;
use capstake::config::section::Section;
use capstake::config::spec::{EntryKey, KeySpec, SectionSpec, ValueKind};
use capstake::config::tree::{self, Entry, Node, Value, inline};
use capstake::config::{Config, NumberTable, parse, place::Origin, resolved};
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike};

/// The text `written` with the changes that make it the scenario of the canonical text `now`; `None` if that cannot be said in it, as
/// of a term that a deal has from another by `like` and is to lose.
pub fn text(written: &str, now: &str) -> Option<String> {
    let canonical = |text: &str| parse("", text, &[]).1.ok().map(|config| resolved::to_toml(&config));
    let tree = |text: &str| tree::document(text, Origin::File).ok();
    let then = canonical(written)?;
    if then == now {
        return Some(written.to_owned());
    }
    let (then, target) = (tree(&then)?, tree(now)?);
    // Terms that a deal has by `like` follow the other deal, unless they must be written.
    [Terms::Taken, Terms::Written].into_iter().find_map(|terms| {
        let mut document: DocumentMut = written.parse().ok()?;
        section(document.as_table_mut(), then.entries()?, target.entries()?, Config::SPEC, terms);
        let text = document.to_string();
        (canonical(&text)? == now).then_some(text)
    })
}

/// What becomes of a changed term that the text does not have: a deal takes it from another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Terms {
    /// It follows the other deal.
    Taken,
    /// It is written.
    Written,
}

/// Changes the keys of a table that differ.
fn section(
    table: &mut dyn TableLike,
    then: &[Entry],
    now: &[Entry],
    spec: &'static SectionSpec,
    terms: Terms,
) {
    let find = |entries: &[Entry], key: &str| {
        entries.iter().find(|entry| entry.key == key).map(|entry| entry.node.clone())
    };
    for entry in then.iter().filter(|entry| find(now, &entry.key).is_none()) {
        let key = spelt(table, spec, &entry.key);
        table.remove(&key);
    }
    for entry in now {
        let before = find(then, &entry.key);
        if before.as_ref().is_some_and(|before| inline(&before.value) == inline(&entry.node.value)) {
            continue;
        }
        let key = spelt(table, spec, &entry.key);
        let row = spec.find(&entry.key);
        if before.is_some() && table.get(&key).is_none() && terms == Terms::Taken {
            continue;
        }
        change(table, &key, before.as_ref(), &entry.node, row, terms);
    }
}

/// The spelling of a key in the text.
fn spelt(table: &dyn TableLike, spec: &'static SectionSpec, key: &str) -> String {
    let row = spec.find(key);
    let known = table.iter().map(|(known, _)| known.to_owned());
    let own = row.and_then(|row| known.into_iter().find(|known| row.is_spelt(known)));
    own.unwrap_or_else(|| key.to_owned())
}

/// Gives a key its new value: part by part, where there are parts.
fn change(
    table: &mut dyn TableLike,
    key: &str,
    then: Option<&Node>,
    now: &Node,
    row: Option<&'static KeySpec>,
    terms: Terms,
) {
    let entries = |node: Option<&Node>| node.and_then(Node::entries).map(<[Entry]>::to_vec);
    let inner = match row.map(|row| row.kind) {
        Some(ValueKind::Table(inner)) => Some(inner),
        Some(ValueKind::Number | ValueKind::Steps(_)) => Some(NumberTable::SPEC),
        _ => None,
    };
    if let (Some(then), Some(now), Some(item)) = (entries(then), entries(Some(now)), table.get_mut(key))
        && let Some(own) = item.as_table_like_mut()
    {
        return match inner {
            Some(inner) => section(own, &then, &now, inner, terms),
            None => by_name(own, &then, &now),
        };
    }
    if let (Some(ValueKind::List(inner) | ValueKind::Steps(inner)), Value::Array(items)) =
        (row.map(|row| row.kind), &now.value)
    {
        let before = match then.map(|then| &then.value) {
            Some(Value::Array(items)) => items.as_slice(),
            _ => &[],
        };
        if list(table, key, before, items, inner, terms) {
            return;
        }
    }
    put(table, key, &now.value);
}

/// Changes numbers by name or year.
fn by_name(table: &mut dyn TableLike, then: &[Entry], now: &[Entry]) {
    let find = |entries: &[Entry], key: &str| {
        entries.iter().find(|entry| entry.key == key).map(|entry| entry.node.clone())
    };
    for entry in then.iter().filter(|entry| find(now, &entry.key).is_none()) {
        table.remove(&entry.key);
    }
    for entry in now {
        if find(then, &entry.key).is_none_or(|before| inline(&before.value) != inline(&entry.node.value)) {
            put(table, &entry.key, &entry.node.value);
        }
    }
}

/// Puts a value where another stood, or at the end of its table; what stands around it stays.
fn put(table: &mut dyn TableLike, key: &str, value: &Value) {
    let Ok(mut new) = inline(value).parse::<toml_edit::Value>() else { return };
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    match table.get_mut(key) {
        Some(item) => *item = Item::Value(new),
        None => drop(table.insert(key, Item::Value(new))),
    }
}

/// What tells an entry of a list from the others.
fn identity(spec: &SectionSpec, index: usize, entry: &Node) -> String {
    match spec.entry_key {
        EntryKey::Numbered => pair_of(entry).unwrap_or_default(),
        _ => entry_label(spec, index, entry),
    }
}

/// Changes a list entry by entry: those that are gone are taken out, new ones come last. False if the text has it in another form.
fn list(
    table: &mut dyn TableLike,
    key: &str,
    then: &[Node],
    now: &[Node],
    spec: &'static SectionSpec,
    terms: Terms,
) -> bool {
    let names = |items: &[Node]| -> Vec<String> {
        items.iter().enumerate().map(|(index, item)| identity(spec, index, item)).collect()
    };
    let (before, after) = (names(then), names(now));
    if table.get(key).is_none() && then.is_empty() {
        table.insert(key, Item::ArrayOfTables(ArrayOfTables::new()));
    }
    let kept: Vec<usize> = (0..then.len()).filter(|&at| after.contains(&before[at])).collect();
    let Some(item) = table.get_mut(key) else { return false };
    let pairs = kept.iter().filter_map(|&at| Some((at, after.iter().position(|name| *name == before[at])?)));
    let pairs: Vec<(usize, usize)> = pairs.collect();
    let new = (0..now.len()).filter(|&at| !before.contains(&after[at])).filter_map(|at| now[at].entries());
    if let Some(tables) = item.as_array_of_tables_mut() {
        if tables.len() != then.len() {
            return false;
        }
        for (at, place) in pairs {
            if let (Some(own), Some(a), Some(b)) =
                (tables.get_mut(at), then[at].entries(), now[place].entries())
            {
                section(own, a, b, spec, terms);
            }
        }
        for at in (0..then.len()).rev().filter(|at| !kept.contains(at)) {
            tables.remove(at);
        }
        for entries in new {
            let mut own = Table::new();
            section(&mut own, &[], entries, spec, terms);
            tables.push(own);
        }
        return true;
    }
    let Some(array) = item.as_array_mut().filter(|array| array.len() == then.len()) else { return false };
    for (at, place) in pairs {
        let own = array.get_mut(at).and_then(toml_edit::Value::as_inline_table_mut);
        if let (Some(own), Some(a), Some(b)) = (own, then[at].entries(), now[place].entries()) {
            section(own, a, b, spec, terms);
        }
    }
    for at in (0..then.len()).rev().filter(|at| !kept.contains(at)) {
        array.remove(at);
    }
    for entries in new {
        let mut own = InlineTable::new();
        section(&mut own, &[], entries, spec, terms);
        array.push(own);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# A scenario of two deals.
name = "a"  # its name
[timeline]
valuation_date = 2026-07-01
horizon   = 2035-12-31        # included
[[segment]]
name = "s"
process = "gbm"
rate_now_usd_bn = 25 # a round number
growth = { dist = "normal", mean = 0.4, sd = 0.1 }   # a guess
annual_totals = { "2027" = 62.0 }
# ---- deals
[[deal]]
name = "x"
# one number
cap_usd_bn = { value = 38.0, note = "reported" } # the cap
rate = [ # steps
  { from = 2026-07-01, rate = 0.2 },
  { from = 2028-01-01, rate = 0.1 }, # later
]
[[deal]]
name = "y"
like = "x"
[[correlation]]
between = ["a.b", "c.d"]
value = 0.5
"#;

    fn changed(flags: &[&str]) -> Option<String> {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let config = parse("", TEXT, &flags).1.unwrap_or_else(|problems| panic!("{problems}"));
        text(TEXT, &resolved::to_toml(&config))
    }

    /// The lines that are not in the original, and those of it that are gone.
    fn lines(text: &str) -> (Vec<&str>, Vec<&str>) {
        let new = text.lines().filter(|line| !TEXT.lines().any(|known| known == *line));
        let gone = TEXT.lines().filter(|line| !text.lines().any(|known| known == *line));
        (new.collect(), gone.collect())
    }

    #[test]
    fn without_a_change_the_text_is_the_original() {
        assert_eq!(changed(&[]).as_deref(), Some(TEXT));
    }

    #[test]
    fn a_change_touches_its_line_alone_and_leaves_the_comment_there() {
        for (flag, line) in [
            ("segment.s.rate_now_usd_bn=30", "rate_now_usd_bn = 30.0 # a round number"),
            ("segment.s.growth.mean=0.5", "growth = { dist = \"normal\", mean = 0.5, sd = 0.1 }   # a guess"),
            ("timeline.horizon=2034-12-31", "horizon   = 2034-12-31        # included"),
            ("deal.x.rate.2028-01-01.rate=0.15", "  { from = 2028-01-01, rate = 0.15 }, # later"),
            ("deal.x.cap_usd_bn=60", "cap_usd_bn = 60.0 # the cap"),
            ("correlation.1.value=0.4", "value = 0.4"),
        ] {
            let text = changed(&[flag]).unwrap_or_else(|| panic!("{flag}"));
            assert_eq!(lines(&text).0, [line], "{flag}");
            assert_eq!(lines(&text).1.len(), 1, "{flag}");
        }
    }

    #[test]
    fn keys_and_entries_are_taken_out_and_added() {
        let text =
            changed(&["deal.x.cap_usd_bn=none", "segment.s.volatility=0.2", "deal.y.eligible=0.9"]).unwrap();
        assert_eq!(lines(&text).0, ["volatility = 0.2", "eligible = 0.9"]);
        let text = changed(&["deal.y=none"]).unwrap();
        assert!(text.contains("[[correlation]]") && !text.contains("like"), "{text}");
        let text = changed(&["deal.z.like=\"x\""]).unwrap();
        assert!(text.contains("# ---- deals") && text.contains("name = \"z\""), "{text}");
        assert!(changed(&["deal.y.cap_usd_bn=none"]).is_none(), "it has the term by `like`");
    }
}
