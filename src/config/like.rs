//! Deals that are like another: each takes every term that it does not set from that deal.

use std::collections::HashMap;

use super::code::Code;
use super::deal::Deal;
use super::place::Place;
use super::problem::{Problem, Problems};
use super::section::Section;
use super::spec::{SectionSpec, ValueKind, entry_label, join, own_label};
use super::tree::{Entry, Node, Value};

/// The key of a deal that names the deal which it is like.
pub(super) const LIKE: &str = "like";

/// Keys that a deal does not take from another.
const OWN: [&str; 2] = ["name", LIKE];

/// Fills in the terms of every deal that is like another; uncertain terms become `same_as` those of the other deal.
/// Reports circles and names that no deal has.
///
/// `removed` are names of deals and keys that flags take out of them: a deal does not take those from another.
pub(super) fn fill_in(root: &mut Node, removed: &[(String, String)], problems: &mut Problems) {
    let Value::Table(entries) = &mut root.value else { return };
    let deals = entries.iter_mut().find(|entry| entry.key == "deal").map(|entry| &mut entry.node.value);
    let Some(Value::Array(deals)) = deals else { return };
    let mut by_name: HashMap<String, usize> = HashMap::new();
    for (index, deal) in deals.iter().enumerate() {
        if let Some(name) = own_label(Deal::SPEC.entry_key, deal) {
            by_name.entry(name).or_insert(index);
        }
    }
    let links: Vec<Option<Link>> = deals.iter().map(link).collect();
    let mut filled = vec![false; deals.len()];
    for start in 0..deals.len() {
        // The chain from this deal to one that is filled already or like no other; the end is filled first.
        let mut chain = vec![start];
        while let Some(link) =
            links[chain[chain.len() - 1]].as_ref().filter(|_| !filled[chain[chain.len() - 1]])
        {
            let Some(&next) = by_name.get(&link.of) else {
                problems.push(unknown(link, by_name.keys().map(String::as_str), problems));
                break;
            };
            if let Some(at) = chain.iter().position(|&member| member == next) {
                let names = chain[at..]
                    .iter()
                    .chain([&next])
                    .map(|&member| entry_label(Deal::SPEC.entry_key, member, &deals[member]));
                problems.push(circle(link, &names.collect::<Vec<_>>()));
                break;
            }
            chain.push(next);
        }
        for pair in chain.windows(2).rev() {
            let [own, other] = [pair[0], pair[1]];
            if !filled[own] {
                let of = deals[other].clone();
                take_terms(
                    &mut deals[own],
                    removed,
                    &of,
                    &join("deal", &entry_label(Deal::SPEC.entry_key, other, &of)),
                );
            }
        }
        chain.into_iter().for_each(|member| filled[member] = true);
    }
}

/// What a deal says that it is like.
struct Link {
    of: String,
    place: Place,
    deal: String,
}

fn link(deal: &Node) -> Option<Link> {
    let like = deal.get(LIKE)?;
    let Value::Text(of) = &like.value else { return None };
    let name = own_label(Deal::SPEC.entry_key, deal).unwrap_or_default();
    Some(Link { of: of.clone(), place: like.place, deal: join("deal", &name) })
}

fn unknown<'a>(link: &Link, names: impl Iterator<Item = &'a str>, problems: &Problems) -> Problem {
    let mut names: Vec<&str> = names.filter(|name| join("deal", name) != link.deal).collect();
    names.sort_unstable();
    let message = format!("`{}` is like `{}`, and there is no such deal", link.deal, link.of);
    let problem = Problem::error(Code::UnknownDeal, link.place, message)
        .found(link.of.clone())
        .allowed(names.join(", "));
    match problems.nearest(&link.of, names.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => {
            problem.help("there is no other deal: write its terms, and leave `like` out")
        }
        None => problem.help(format!("the other deals are {}", names.join(", "))),
    }
}

fn circle(link: &Link, members: &[String]) -> Problem {
    let message = format!("`like` goes in a circle: {}", members.join(" -> "));
    Problem::error(Code::LikeCycle, link.place, message)
        .found(link.of.clone())
        .help("one of these deals must write its own terms: leave `like` out of it")
}

/// Adds the terms of `other`, the deal at `path`, that `deal` does not set in one form or another.
fn take_terms(deal: &mut Node, removed: &[(String, String)], other: &Node, path: &str) {
    let name = own_label(Deal::SPEC.entry_key, deal).unwrap_or_default();
    let (Value::Table(own), Value::Table(terms)) = (&mut deal.value, &other.value) else { return };
    for term in terms {
        let Some(row) = Deal::SPEC.find(&term.key) else { continue };
        let form = Deal::SPEC.other_form(row.key);
        let is_set = own.iter().any(|entry| entry.key == row.key || Some(entry.key.as_str()) == form);
        let is_removed =
            removed.iter().any(|(deal, key)| *deal == name && (key == row.key || Some(key.as_str()) == form));
        if OWN.contains(&row.key) || is_set || is_removed {
            continue;
        }
        let mut term = term.clone();
        share_draw(&mut term.node, row.kind, &join(path, row.key));
        own.push(term);
    }
}

/// Replaces a distribution at `path`, and those of dated steps below it, by `same_as` that path; source and note stay.
fn share_draw(node: &mut Node, kind: ValueKind, path: &str) {
    let place = node.place;
    let is_drawn = node.get("dist").is_some();
    match (kind, &mut node.value) {
        (ValueKind::Number | ValueKind::Steps(_), Value::Table(entries)) if is_drawn => {
            entries.retain(|entry| ["source", "informed_by", "note"].contains(&entry.key.as_str()));
            let same = Node { place, value: Value::Text(path.to_owned()) };
            entries.insert(0, Entry { key: "same_as".to_owned(), key_place: place, node: same });
        }
        (ValueKind::Steps(steps), Value::Array(items)) => {
            for (index, item) in items.iter_mut().enumerate() {
                let path = join(path, &entry_label(steps.entry_key, index, item));
                share_draws_of_table(item, steps, &path);
            }
        }
        _ => {}
    }
}

fn share_draws_of_table(table: &mut Node, spec: &'static SectionSpec, path: &str) {
    let Value::Table(entries) = &mut table.value else { return };
    for entry in entries {
        if let Some(row) = spec.find(&entry.key) {
            share_draw(&mut entry.node, row.kind, &join(path, row.key));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{self, Code, resolved};

    const TEXT: &str = r#"
[timeline]
valuation_date = 2026-07-01
[[deal]]
name = "now"
rate = [
  { from = 2026-07-01, rate = { dist = "uniform", low = 0.1, high = 0.2 } },
  { from = 2028-01-01, rate = 0.15 },
]
eligible = { dist = "uniform", low = 0.9, high = 1.0, source = "s", note = "n" }
cap_usd_bn = { value = 38, source = "s" }
share_ends = 2030-12-31
licence_exclusive = true
[[source]]
key = "s"
title = "S"
"#;

    fn printed(more: &str, flags: &[&str]) -> String {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let (_, config) = config::parse("t.toml", &format!("{TEXT}{more}"), &flags);
        resolved::to_toml(&config.unwrap_or_else(|problems| panic!("{problems}")))
    }

    /// The lines of a deal, in the canonical text.
    fn deal<'a>(text: &'a str, name: &str) -> &'a str {
        let (_, rest) = text.split_once(&format!("name = \"{name}\"\n")).expect("there is such a deal");
        rest.split_once("\n\n").map_or(rest, |(deal, _)| deal)
    }

    #[test]
    fn a_deal_takes_constants_as_they_are_and_distributions_as_the_same_draw() {
        let text = printed(
            "[[deal]]\nname = \"mine\"\nlike = \"now\"\ncap_usd_bn = 60\nshare_ends_years = 2\n",
            &[],
        );
        let mine = deal(&text, "mine");
        assert!(mine.contains("cap_usd_bn = 60") && mine.contains("licence_exclusive = true"), "{mine}");
        assert!(
            mine.contains("eligible = { same_as = \"deal.now.eligible\", source = \"s\", note = \"n\" }"),
            "{mine}"
        );
        assert!(
            mine.contains("{ same_as = \"deal.now.rate.2026-07-01.rate\" }") && mine.contains("0.15"),
            "{mine}"
        );
        assert!(mine.contains("share_ends_years = 2") && !mine.contains("share_ends ="), "{mine}");
        assert!(!text.contains("like"), "{text}");
        assert!(deal(&text, "now").contains("low = 0.9"));
    }

    #[test]
    fn chains_end_at_the_deal_that_draws_in_any_order() {
        let chain =
            "[[deal]]\nname = \"c\"\nlike = \"b\"\n[[deal]]\nname = \"b\"\nlike = \"now\"\nstake = 0.2\n";
        let text = printed(chain, &[]);
        let c = deal(&text, "c");
        assert!(c.contains("same_as = \"deal.now.eligible\"") && c.contains("stake = 0.2"), "{c}");
    }

    #[test]
    fn flags_add_a_deal_and_a_changed_original_is_taken_as_changed() {
        let flags = ["deal.mine.rate=0.3", "deal.mine.like=\"now\"", "deal.now.cap_usd_bn=50"];
        let text = printed("", &flags);
        let mine = deal(&text, "mine");
        assert!(mine.contains("rate = 0.3") && mine.contains("cap_usd_bn = 50"), "{mine}");
    }

    #[test]
    fn a_term_that_a_flag_takes_out_is_not_taken_from_the_other_deal() {
        let like = "[[deal]]\nname = \"mine\"\nlike = \"now\"\n";
        let mine = |flags: &[&str]| deal(&printed(like, flags), "mine").to_owned();
        assert!(mine(&[]).contains("cap_usd_bn = ") && mine(&[]).contains("share_ends = "));
        assert!(!mine(&["deal.mine.cap_usd_bn=none"]).contains("cap_usd_bn"));
        assert!(!mine(&["deal.mine.share_ends_years=none"]).contains("share_ends"));
        assert!(mine(&["deal.mine.cap_usd_bn=none", "deal.mine.cap_usd_bn=9"]).contains("cap_usd_bn = 9"));
    }

    #[test]
    fn circles_and_names_that_no_deal_has_are_problems() {
        let bad = |more: &str| {
            let (_, config) = config::parse("t.toml", &format!("{TEXT}{more}"), &[]);
            let problems = config.expect_err("there is a problem");
            problems.iter().map(|one| (one.code, one.help.clone().unwrap_or_default())).collect::<Vec<_>>()
        };
        let found = bad("[[deal]]\nname = \"mine\"\nlike = \"nwo\"\n");
        assert_eq!(found, [(Code::UnknownDeal, "did you mean `now`?".to_owned())]);
        let found = bad("[[deal]]\nname = \"a\"\nlike = \"b\"\n[[deal]]\nname = \"b\"\nlike = \"a\"\n");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, Code::LikeCycle);
        assert_eq!(bad("[[deal]]\nname = \"a\"\nlike = \"a\"\n")[0].0, Code::LikeCycle);
        assert_eq!(bad("[[deal]]\nname = \"a\"\nlike = 3\n")[0].0, Code::WrongType);
    }
}
