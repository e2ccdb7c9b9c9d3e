//! A scenario that extends another: its keys replace those of the other file, list entries meet by name.

use std::path::Path;

use super::code::Code;
use super::number::NumberTable;
use super::place::Place;
use super::problem::{Problem, Problems};
use super::scenario::Config;
use super::section::Section;
use super::spec::{EntryKey, SectionSpec, ValueKind, entry_label, join, own_label};
use super::spelling::nearest;
use super::tree::{Entry, Node, Value};

/// The key that names the file which a scenario extends.
pub(super) const EXTENDS: &str = "extends";
/// The key that takes parts of that file out.
pub(super) const REMOVE: &str = "remove";

/// The file that a scenario extends, as written, if it says so with a text.
pub(super) fn extends(root: &Node) -> Option<(&str, Place)> {
    let node = root.get(EXTENDS)?;
    match &node.value {
        Value::Text(text) => Some((text, node.place)),
        _ => None,
    }
}

/// Reports `extends` below other keys, and `remove` without `extends`.
pub(super) fn check_directives(root: &Node, problems: &mut Problems) {
    let entries = root.entries().unwrap_or_default();
    let find = |key: &str| entries.iter().position(|entry| entry.key == key);
    match (find(EXTENDS), find(REMOVE)) {
        (Some(at), _) if at > 0 => problems.push(
            Problem::error(
                Code::ExtendsFirst,
                entries[at].key_place,
                "`extends` is not the first key of the file",
            )
            .help("move it to the top: everything below changes the scenario that it names"),
        ),
        (None, Some(at)) => problems.push(
            Problem::error(
                Code::KeyWithoutEffect,
                entries[at].key_place,
                "`remove` has no effect without `extends`",
            )
            .help("write `extends = \"FILE.toml\"` as the first key, or delete the lines themselves"),
        ),
        _ => {}
    }
}

/// The scenario `over` laid over the scenario `base` that it extends.
pub(super) fn extend(mut base: Node, over: Node, problems: &mut Problems) -> Node {
    remove(&mut base, &over, problems);
    if let Value::Table(entries) = &mut base.value {
        // The directives of the base have been followed; a scenario is not named after another.
        let is_done = |entry: &Entry| match entry.key.as_str() {
            "name" => true,
            EXTENDS => matches!(entry.node.value, Value::Text(_)),
            REMOVE => matches!(entry.node.value, Value::Array(_)),
            _ => false,
        };
        entries.retain(|entry| !is_done(entry));
    }
    if let Some((file, _)) = extends(&over)
        && let Some(folder) = Path::new(file).parent()
        && !folder.as_os_str().is_empty()
    {
        move_csv(&mut base, folder);
    }
    lay_over(&mut base, over, Config::SPEC);
    base
}

/// Makes the CSV files of a table relative to the folder from which `folder` leads to its scenario.
fn move_csv(node: &mut Node, folder: &Path) {
    match &mut node.value {
        Value::Table(entries) => {
            for entry in entries {
                match &mut entry.node.value {
                    Value::Text(csv) if entry.key == "csv" => *csv = folder.join(&*csv).display().to_string(),
                    _ => move_csv(&mut entry.node, folder),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| move_csv(item, folder)),
        _ => {}
    }
}

/// Lays a table over one of the same section.
fn lay_over(base: &mut Node, over: Node, spec: &'static SectionSpec) {
    let (Value::Table(_), Value::Table(entries)) = (&base.value, &over.value) else {
        *base = over;
        return;
    };
    // A number in its other form replaces the first form.
    let replaced: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.node.value != Value::Flag(false))
        .filter_map(|entry| spec.other_form(&entry.key))
        .collect();
    let Value::Table(kept) = &mut base.value else { return };
    kept.retain(|entry| !replaced.contains(&entry.key.as_str()));
    base.place = over.place;
    let Value::Table(entries) = over.value else { return };
    for entry in entries {
        let Some(at) = kept.iter().position(|other| other.key == entry.key) else {
            kept.push(entry);
            continue;
        };
        kept[at].key_place = entry.key_place;
        let below = &mut kept[at].node;
        match spec.find(&entry.key).map(|row| row.kind) {
            Some(ValueKind::Table(inner)) => lay_over(below, entry.node, inner),
            Some(ValueKind::List(inner) | ValueKind::Steps(inner)) => lay_list_over(below, entry.node, inner),
            Some(ValueKind::Loadings | ValueKind::Years) => lay_numbers_over(below, entry.node),
            _ => *below = entry.node,
        }
    }
}

/// Lays a list over another: entries that mean the same are laid over each other, others are added.
fn lay_list_over(base: &mut Node, over: Node, spec: &'static SectionSpec) {
    match (&mut base.value, over.value) {
        (Value::Array(kept), Value::Array(items)) => {
            // Each meets one entry of the base; a name given twice in one file stays a problem.
            let mut is_met = vec![false; kept.len()];
            for item in items {
                let met = (0..is_met.len()).find(|&at| !is_met[at] && is_same_entry(&kept[at], &item, spec));
                match met {
                    Some(at) => {
                        is_met[at] = true;
                        lay_over(&mut kept[at], item, spec);
                    }
                    None => kept.push(item),
                }
            }
        }
        (value, other) => *value = other,
    }
    base.place = over.place;
}

/// Lays a table of numbers by name or year over another.
fn lay_numbers_over(base: &mut Node, over: Node) {
    match (&mut base.value, over.value) {
        (Value::Table(kept), Value::Table(entries)) => {
            for entry in entries {
                match kept.iter_mut().find(|other| loading_name(other) == loading_name(&entry)) {
                    Some(other) => *other = entry,
                    None => kept.push(entry),
                }
            }
        }
        (value, other) => *value = other,
    }
    base.place = over.place;
}

/// `equity.multiple` without quotes is a table in a table.
fn loading_name(entry: &Entry) -> String {
    match entry.node.entries() {
        Some([inner]) if entry.key == "equity" => join(&entry.key, &inner.key),
        _ => entry.key.clone(),
    }
}

/// Whether two entries of a list have the same name or date, or correlate the same pair.
fn is_same_entry(a: &Node, b: &Node, spec: &'static SectionSpec) -> bool {
    match spec.entry_key {
        EntryKey::Numbered => pair(a).is_some() && pair(a) == pair(b),
        by => own_label(by, a).is_some() && own_label(by, a) == own_label(by, b),
    }
}

/// The two names of a correlation, in order.
fn pair(item: &Node) -> Option<[&str; 2]> {
    let Value::Array(names) = &item.get("between")?.value else { return None };
    let [Value::Text(a), Value::Text(b)] = [&names.first()?.value, &names.get(1)?.value] else { return None };
    Some(if a <= b { [a, b] } else { [b, a] })
}

/// Takes out of `base` what `over` removes; reports what is not there.
fn remove(base: &mut Node, over: &Node, problems: &mut Problems) {
    let Some(Value::Array(items)) = over.get(REMOVE).map(|node| &node.value) else { return };
    let mut addresses = Vec::new();
    for item in items {
        let Value::Text(key) = &item.value else { continue };
        match address(base, Config::SPEC, key, "") {
            Ok(address) => addresses.push(address),
            Err(near) => problems.push(nothing_to_remove(key, item.place, near)),
        }
    }
    // From the end, so that positions before it stay what they are.
    addresses.sort();
    addresses.dedup();
    addresses.iter().rev().for_each(|address| take_out(base, address));
}

fn nothing_to_remove(key: &str, place: Place, near: Option<String>) -> Problem {
    let message = format!("`{key}` is not in the scenario that is extended: nothing can be removed");
    let problem = Problem::error(Code::RemoveUnknown, place, message).found(key.to_owned());
    problem.help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write a full key, a table or a list entry of that file, such as `deal.NAME.cap_usd_bn`"
            .to_owned(),
    })
}

/// The positions that lead to `key` below a table; otherwise the full key of the nearest that there is.
fn address(
    node: &Node,
    spec: &'static SectionSpec,
    key: &str,
    path: &str,
) -> Result<Vec<usize>, Option<String>> {
    let entries = node.entries().unwrap_or_default();
    let names: Vec<(String, usize)> =
        entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
    let (at, name, rest) = first_part(&names, key, path)?;
    let Some(rest) = rest else { return Ok(vec![at]) };
    let below = &entries[at].node;
    let path = join(path, name);
    let address = match (spec.find(name).map(|row| row.kind), &below.value) {
        (Some(ValueKind::Table(inner)), _) => address(below, inner, rest, &path),
        (Some(ValueKind::List(inner) | ValueKind::Steps(inner)), Value::Array(items)) => {
            let labels: Vec<(String, usize)> = items
                .iter()
                .enumerate()
                .map(|(at, item)| (entry_label(inner.entry_key, at, item), at))
                .collect();
            let (item, label, rest) = first_part(&labels, rest, &path)?;
            let mut address = match rest {
                None => Vec::new(),
                Some(rest) => self::address(&items[item], inner, rest, &join(&path, label))?,
            };
            address.insert(0, item);
            Ok(address)
        }
        // A parameter of a number, a loading, a year.
        _ => self::address(below, NumberTable::SPEC, rest, &path),
    };
    address.map(|mut address| {
        address.insert(0, at);
        address
    })
}

/// The name with which `key` begins, its position, and the rest of the key. A name may have points in it.
fn first_part<'a, 'k>(
    names: &'a [(String, usize)],
    key: &'k str,
    path: &str,
) -> Result<(usize, &'a str, Option<&'k str>), Option<String>> {
    let found = names.iter().find_map(|(name, at)| {
        let rest = key.strip_prefix(name.as_str())?;
        match rest.strip_prefix('.') {
            Some(rest) => Some((*at, name.as_str(), Some(rest))),
            None => rest.is_empty().then_some((*at, name.as_str(), None)),
        }
    });
    found.ok_or_else(|| {
        let (part, rest) = key.split_once('.').map_or((key, None), |(part, rest)| (part, Some(rest)));
        let near = nearest(part, names.iter().map(|(name, _)| name.as_str()))?;
        let near = join(path, near);
        Some(rest.map_or(near.clone(), |rest| join(&near, rest)))
    })
}

/// Takes out what lies at an address.
fn take_out(node: &mut Node, address: &[usize]) {
    let [at, rest @ ..] = address else { return };
    match &mut node.value {
        Value::Table(entries) if rest.is_empty() => {
            entries.remove(*at);
        }
        Value::Table(entries) => take_out(&mut entries[*at].node, rest),
        Value::Array(items) if rest.is_empty() => {
            items.remove(*at);
        }
        Value::Array(items) => take_out(&mut items[*at], rest),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{self, Code, ScenarioBytes, resolved};

    const BASE: &str = r#"
name = "base"
[timeline]
valuation_date = 2026-07-01
horizon = 2030-12-31
period = "quarter"
[[history.period]]
from = 2026-01-01
to = 2026-06-30
net_revenue_usd_bn = 12
[[segment]]
name = "a"
process = "gbm"
rate_now_usd_bn = 25
growth = { dist = "empirical", csv = "g.csv", column = "g" }
[[segment]]
name = "b"
process = "plan"
annual_totals = { "2027" = 10, "2028" = 20 }
[[deal]]
name = "x"
share_ends = 2030-12-31
cap_usd_bn = 38
[[deal]]
name = "y"
rate = [{ from = 2026-07-01, rate = 0.1 }, { from = 2028-01-01, rate = 0.2 }]
[[correlation]]
between = ["segment.a.growth", "segment.b.volatility"]
value = 0.3
[[correlation]]
between = ["segment.a.growth", "deal.x.eligible"]
value = 0.1
"#;

    fn read(files: &[&str]) -> Result<String, Vec<(Code, String)>> {
        let files: Vec<ScenarioBytes> = files
            .iter()
            .enumerate()
            .map(|(i, text)| ScenarioBytes { name: format!("{i}.toml"), bytes: text.as_bytes().to_vec() })
            .collect();
        let (sources, config, problems) = config::read_files(&files, &[]);
        if problems.has_errors() {
            let told = |one: &config::Problem| {
                (
                    one.code,
                    format!("{} {}", sources.locate(one.place()), one.help.clone().unwrap_or_default()),
                )
            };
            return Err(problems.iter().map(told).collect());
        }
        Ok(resolved::to_toml(&config.expect("it is read")))
    }

    #[test]
    fn keys_replace_entries_meet_by_name_date_and_pair_and_the_name_is_not_inherited() {
        let over = r#"
extends = "base.toml"
[[segment]]
name = "a"
growth = 0.2
[[segment]]
name = "b"
annual_totals = { "2028" = 30 }
[[segment]]
name = "c"
process = "gbm"
[[deal]]
name = "x"
share_ends_years = 3
[[deal]]
name = "y"
rate = [{ from = 2028-01-01, rate = 0.15 }]
[[history.period]]
from = 2026-01-01
to = 2026-06-30
net_revenue_usd_bn = 13
[[correlation]]
between = ["segment.b.volatility", "segment.a.growth"]
value = -0.3
"#;
        let whole = r#"
[timeline]
valuation_date = 2026-07-01
horizon = 2030-12-31
period = "quarter"
[[history.period]]
from = 2026-01-01
to = 2026-06-30
net_revenue_usd_bn = 13
[[segment]]
name = "a"
process = "gbm"
rate_now_usd_bn = 25
growth = 0.2
[[segment]]
name = "b"
process = "plan"
annual_totals = { "2027" = 10, "2028" = 30 }
[[segment]]
name = "c"
process = "gbm"
[[deal]]
name = "x"
share_ends_years = 3
cap_usd_bn = 38
[[deal]]
name = "y"
rate = [{ from = 2026-07-01, rate = 0.1 }, { from = 2028-01-01, rate = 0.15 }]
[[correlation]]
between = ["segment.b.volatility", "segment.a.growth"]
value = -0.3
[[correlation]]
between = ["segment.a.growth", "deal.x.eligible"]
value = 0.1
"#;
        assert_eq!(read(&[over, BASE]), read(&[whole]));
        // A chain of two gives the same.
        let further = "extends = \"over.toml\"\n[[deal]]\nname = \"x\"\ncap_usd_bn = 50\n";
        let expected = whole.replace("cap_usd_bn = 38", "cap_usd_bn = 50");
        assert_eq!(read(&[further, over, BASE]), read(&[&expected]));
    }

    #[test]
    fn remove_takes_out_keys_tables_and_entries_before_anything_is_added() {
        let over = r#"
extends = "base.toml"
remove = ["deal.y", "deal.x.cap_usd_bn", "history", "segment.b.annual_totals.2027", "correlation.1", "correlation.2"]
[[deal]]
name = "y"
stake = 0.2
"#;
        let text = read(&[over, BASE]).expect("it is read");
        for gone in ["cap_usd_bn", "history", "2027 =", "correlation", "rate = ["] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
        assert!(text.contains("name = \"y\"\nstake = 0.2"), "{text}");
        let bad = "extends = \"base.toml\"\nremove = [\"deal.z\", \"deal.x.cap_usd\", \"ipo\", \"segment.a.growth.colum\"]\n";
        let helps: Vec<String> =
            read(&[bad, BASE]).expect_err("nothing there").into_iter().map(|(_, help)| help).collect();
        assert!(helps[0].starts_with("0.toml:2:11 write a full key"), "{helps:?}");
        assert!(helps[1].ends_with("did you mean `deal.x.cap_usd_bn`?"), "{helps:?}");
        assert!(helps[3].ends_with("did you mean `segment.a.growth.column`?"), "{helps:?}");
    }

    #[test]
    fn directives_out_of_place_and_files_that_are_not_given_are_problems() {
        let codes = |files: &[&str]| -> Vec<Code> {
            read(files).expect_err("a problem").into_iter().map(|(code, _)| code).collect()
        };
        assert_eq!(codes(&["name = \"n\"\nextends = \"base.toml\"\n", BASE]), [Code::ExtendsFirst]);
        assert_eq!(codes(&["name = \"n\"\nremove = [\"deal.x\"]\n"]), [Code::KeyWithoutEffect]);
        assert_eq!(codes(&["extends = \"base.toml\"\nname = \"n\"\n"]), [Code::ExtendsFile]);
        assert_eq!(codes(&["extends = 3\n"]), [Code::WrongType]);
        assert_eq!(codes(&["extends = \"b.toml\"\nremove = \"deal.x\"\n", BASE]), [Code::WrongType]);
        let found =
            read(&["extends = \"b.toml\"\n", "[[deal]]\nname = \"x\"\ncap = 3\n"]).expect_err("a problem");
        assert_eq!(found[0], (Code::UnknownKey, "1.toml:3:1 did you mean `cap_usd_bn`?".to_owned()));
    }

    #[test]
    fn a_name_given_twice_in_one_file_stays_twice() {
        let twice = "extends = \"b.toml\"\n[[deal]]\nname = \"x\"\ncap_usd_bn = 60\n[[deal]]\nname = \"x\"\ncap_usd_bn = 5\n";
        let text = read(&[twice, BASE]).expect("it is read");
        assert_eq!(text.matches("name = \"x\"").count(), 2, "{text}");
        let pair = "[[correlation]]\nbetween = [\"segment.a.growth\", \"deal.x.eligible\"]\nvalue = 0.2\n";
        let text = read(&[&format!("extends = \"b.toml\"\n{pair}{pair}"), BASE]).expect("it is read");
        assert_eq!(text.matches("deal.x.eligible").count(), 2, "{text}");
    }

    #[test]
    fn a_table_in_place_of_a_list_is_shown_where_it_is_written() {
        let found = read(&["extends = \"b.toml\"\n[deal]\nname = \"x\"\n", BASE]).expect_err("a problem");
        assert!(found[0].0 == Code::WrongType && found[0].1.starts_with("0.toml:2:"), "{found:?}");
    }

    #[test]
    fn a_new_number_loses_the_source_of_the_old_one_and_loadings_meet_in_both_spellings() {
        let base = "[[shock]]\nname = \"s\"\nrate_per_year = { value = 0.1, source = \"k\", note = \"n\" }\nmean = -0.1\n\
                    loading = { equity.multiple = 0.5, a = 1 }\n";
        let over = "extends = \"b.toml\"\n[[shock]]\nname = \"s\"\nrate_per_year = 0.2\nloading = { \"equity.multiple\" = 0.7 }\n";
        let text = read(&[over, base]).expect("it is read");
        assert!(text.contains("rate_per_year = 0.2\n") && !text.contains("source"), "{text}");
        assert!(text.contains("{ a = 1.0, \"equity.multiple\" = 0.7 }"), "{text}");
    }

    #[test]
    fn csv_files_are_those_beside_the_file_that_names_them() {
        let text = read(&["extends = \"../inputs/base.toml\"\nname = \"n\"\n", BASE]).expect("it is read");
        assert!(text.contains("csv = \"../inputs/g.csv\""), "{text}");
        let text = read(&["extends = \"base.toml\"\nname = \"n\"\n", BASE]).expect("it is read");
        assert!(text.contains("csv = \"g.csv\""), "{text}");
    }
}
