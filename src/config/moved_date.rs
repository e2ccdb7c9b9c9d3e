//! A valuation date that is moved by `--set` or `extends` while the values of the former date stay.

use std::collections::BTreeMap;

use super::code::Code;
use super::date::Date;
use super::place::{Origin, Place};
use super::problem::{Problem, Problems};
use super::scenario::Config;
use super::section::Section;
use super::spec::{SectionSpec, ValueKind, entry_label, join};
use super::tree::{Node, Value};

/// Keys without `now` in their name whose values are of the valuation date.
const OF_THE_DATE: [&str; 4] = ["paid_to_date_usd_bn", "received_before_usd_bn", "losses_usd_bn", "stake"];

/// Most keys that a warning names.
const NAMED: usize = 4;

/// The valuation date that held for each file when it was written: its own, else that of the file that it extends.
#[derive(Default)]
pub(super) struct Dates {
    of_files: Vec<(Origin, Date, Place)>,
}

impl Dates {
    /// Notes the date that holds in the scenario up to a file.
    pub(super) fn note(&mut self, file: Origin, root: &Node) {
        self.of_files.extend(valuation_date(root).map(|(date, place)| (file, date, place)));
    }

    /// Warns of values that were written for another date than the one in force, and of ends in years that move along.
    pub(super) fn warn(&self, root: &Node, problems: &mut Problems) {
        let Some((now, place)) = valuation_date(root) else { return };
        let former = |value: Place| {
            let of_file = self.of_files.iter().find(|(file, ..)| *file == value.origin)?;
            (of_file.1 != now).then_some((of_file.1, of_file.2))
        };
        let mut of_the_date: BTreeMap<Date, (Place, Vec<String>)> = BTreeMap::new();
        let mut in_years = Vec::new();
        each_key(root, Config::SPEC, "", &mut |path, key, node| {
            let Some((date, written)) = former(node.place) else { return };
            if is_of_the_date(key) {
                of_the_date.entry(date).or_insert((written, Vec::new())).1.push(path.to_owned());
            } else if is_end_in_years(key) {
                in_years.push((path.to_owned(), node.place, date));
            }
        });
        for (former, (written, keys)) in of_the_date {
            let message = format!(
                "the valuation date is moved from {former} to {now}, and {} of {former}: the company is as large on {now} as it was then",
                counted(&keys)
            );
            problems.push(
                Problem::warning(Code::DateMoved, place, message)
                    .found(now.to_string())
                    .also(written, "the date of these values")
                    .help(format!("set what the company is on {now} too: {}", named(&keys))),
            );
        }
        for (path, end, former) in in_years {
            let message =
                format!("`{path}` counts from the valuation date: now from {now}, no longer from {former}");
            let help = match path.strip_suffix("_years") {
                Some(dated) => format!("write `{dated}` as a date, or the number of years from {now}"),
                None => format!("write the number of years from {now}"),
            };
            problems
                .push(Problem::warning(Code::EndMoved, end, message).also(place, "moved here").help(help));
        }
    }
}

fn valuation_date(root: &Node) -> Option<(Date, Place)> {
    let node = root.get("timeline")?.get("valuation_date")?;
    match node.value {
        Value::Date(date) => Some((date, node.place)),
        _ => None,
    }
}

fn is_of_the_date(key: &str) -> bool {
    key.split('_').any(|word| word == "now") || OF_THE_DATE.contains(&key)
}

/// Whether a key is a time in years from the valuation date.
fn is_end_in_years(key: &str) -> bool {
    matches!(key, "share_ends_years" | "exclusive_until_years" | "midpoint_years")
}

/// Calls `visit` with the full key, the key and the value of everything that is written in a table and below it.
fn each_key(table: &Node, spec: &'static SectionSpec, path: &str, visit: &mut impl FnMut(&str, &str, &Node)) {
    for entry in table.entries().unwrap_or_default() {
        let path = join(path, &entry.key);
        match (spec.find(&entry.key).map(|row| row.kind), &entry.node.value) {
            (Some(ValueKind::Table(inner)), _) => each_key(&entry.node, inner, &path, visit),
            (Some(ValueKind::List(inner)), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    each_key(item, inner, &join(&path, &entry_label(inner.entry_key, index, item)), visit);
                }
            }
            _ => visit(&path, &entry.key, &entry.node),
        }
    }
}

fn counted(keys: &[String]) -> String {
    match keys.len() {
        1 => "1 value stays that".to_owned(),
        count => format!("{count} values stay those"),
    }
}

fn named(keys: &[String]) -> String {
    let shown: Vec<String> = keys.iter().take(NAMED).map(|key| format!("`{key}`")).collect();
    match keys.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{self, Code, ScenarioBytes};

    const BASE: &str = r#"
[timeline]
valuation_date = 2026-07-01
[cash]
now_usd_bn = 40
[[segment]]
name = "a"
rate_now_usd_bn = 25
growth_long_run = 0.1
[[deal]]
name = "x"
stake = 0.27
share_ends_years = 4.5
"#;

    fn warnings(files: &[&str], flags: &[&str]) -> Vec<(Code, String)> {
        let files: Vec<ScenarioBytes> = files
            .iter()
            .map(|text| ScenarioBytes { name: "t.toml".to_owned(), bytes: text.as_bytes().to_vec() })
            .collect();
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let (_, _, problems) = config::read_files(&files, &flags);
        assert!(!problems.has_errors(), "{problems}");
        problems.iter().map(|one| (one.code, one.message.clone())).collect()
    }

    #[test]
    fn a_date_moved_by_a_flag_or_a_file_warns_of_the_values_that_stay() {
        let moved = "timeline.valuation_date=2026-10-01";
        let found = warnings(&[BASE], &[moved]);
        let codes: Vec<Code> = found.iter().map(|one| one.0).collect();
        assert_eq!(codes, [Code::EndMoved, Code::DateMoved]);
        assert!(
            found[1].1.contains("from 2026-07-01 to 2026-10-01, and 3 values stay those of 2026-07-01"),
            "{found:?}"
        );
        let over = "extends = \"b.toml\"\n[timeline]\nvaluation_date = 2026-10-01\n[cash]\nnow_usd_bn = 35\n";
        let found = warnings(&[over, BASE], &[]);
        assert!(found.iter().any(|one| one.1.contains("and 2 values")), "{found:?}");
    }

    #[test]
    fn each_value_is_of_the_date_of_its_own_file() {
        let over = "extends = \"b.toml\"\n[timeline]\nvaluation_date = 2026-10-01\n[cash]\nnow_usd_bn = 35\n";
        // Back to the date of the base: only the cash of the file between is of another.
        let back = warnings(&[over, BASE], &["timeline.valuation_date=2026-07-01"]);
        assert_eq!(back.len(), 1, "{back:?}");
        assert!(back[0].1.contains("from 2026-10-01 to 2026-07-01, and 1 value stays"), "{back:?}");
        let on: Vec<String> = warnings(&[over, BASE], &["timeline.valuation_date=2027-01-01"])
            .into_iter()
            .filter(|one| one.0 == Code::DateMoved)
            .map(|one| one.1)
            .collect();
        assert!(on[0].contains("from 2026-07-01 to 2027-01-01, and 2 values"), "{on:?}");
        assert!(on[1].contains("from 2026-10-01 to 2027-01-01, and 1 value "), "{on:?}");
    }

    #[test]
    fn values_of_the_new_date_and_the_same_date_again_do_not_warn() {
        let over = r#"
extends = "b.toml"
[timeline]
valuation_date = 2026-10-01
[cash]
now_usd_bn = 35
[[segment]]
name = "a"
rate_now_usd_bn = 30
[[deal]]
name = "x"
stake = 0.27
share_ends_years = 4.25
"#;
        assert_eq!(warnings(&[over, BASE], &[]), []);
        assert_eq!(warnings(&[BASE], &["timeline.valuation_date=2026-07-01"]), []);
        assert_eq!(warnings(&[BASE], &["cash.now_usd_bn=30"]), []);
    }
}
