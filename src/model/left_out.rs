//! Terms that a deal leaves out and another deal sets: their defaults are seldom what is meant beside it.

use crate::config::section::Section;
use crate::config::spec::{KeySpec, Presence};
use crate::config::{Code, Config, Deal, NumberContent, Problem, RateContent};

/// Warns of every deal that leaves out terms which other deals set, with the values taken for them.
pub fn left_out(config: &Config) -> Vec<Problem> {
    let terms = terms();
    let written: Vec<Vec<&str>> = config.deal.iter().map(written_terms).collect();
    let setter = |term: &str| written.iter().position(|keys| keys.contains(&term));
    // Looked up once: there may be many deals.
    let set: Vec<(&str, &str, usize)> =
        terms.iter().filter_map(|(term, without)| Some((*term, *without, setter(term)?))).collect();
    let mut problems = Vec::new();
    for (deal, keys) in config.deal.iter().zip(&written) {
        let missing: Vec<&(&str, &str, usize)> =
            set.iter().filter(|(term, ..)| !keys.contains(term) && matters(deal, term)).collect();
        // A licence without an end has no date that could be written.
        if missing.iter().all(|(term, ..)| *term == "licence_ends") {
            continue;
        }
        let count = |other: usize| missing.iter().filter(|(term, ..)| written[other].contains(term)).count();
        let Some(model) =
            missing.iter().map(|(.., other)| *other).max_by_key(|&other| (count(other), usize::MAX - other))
        else {
            continue;
        };
        let words: Vec<String> =
            missing.iter().map(|(term, without, _)| format!("`{term}` ({without})")).collect();
        let whole = unasked(deal, &config.deal[model]);
        let (name, other) = (name(deal), name(&config.deal[model]));
        let who = if count(model) == missing.len() {
            format!("`deal.{other}` sets")
        } else {
            "other deals set".to_owned()
        };
        let them = if missing.len() == 1 { "it" } else { "them" };
        let message = format!("`deal.{name}` leaves out {}, which {who}", and(&words));
        let help = format!(
            "add {them}, or write `like = \"{other}\"` to take what is left out from that deal{whole}"
        );
        problems.push(Problem::warning(Code::TermsLeftOut, deal.place, message).help(help));
    }
    problems
}

/// The terms that have a default, each with what applies without it. A cap and an exclusivity are terms that a deal has or has
/// not.
fn terms() -> Vec<(&'static str, &'static str)> {
    let of = |spec: &KeySpec| match (spec.key, spec.presence) {
        ("stake", _) => Some(("stake", "none: its take is the share alone")),
        ("cap_usd_bn" | "share_ends_years", _) => None,
        (key, Presence::Default(without)) => Some((key, without)),
        _ => None,
    };
    Deal::SPEC.all().filter_map(of).collect()
}

/// What a deal takes from another that it is said to be like, without having been asked for it here.
fn unasked(deal: &Deal, other: &Deal) -> &'static str {
    let is_exclusive = |deal: &Deal| deal.exclusive_until.is_some() || deal.exclusive_until_years.is_some();
    let cap = deal.cap_usd_bn.is_none() && other.cap_usd_bn.is_some();
    let exclusivity = !is_exclusive(deal) && is_exclusive(other);
    match (cap, exclusivity) {
        (true, true) => ", its cap and its exclusivity too",
        (true, false) => ", its cap too",
        (false, true) => ", its exclusivity too",
        (false, false) => "",
    }
}

/// The terms that a deal sets; an end in years is the same term as its date.
fn written_terms(deal: &Deal) -> Vec<&'static str> {
    let of = |key| if key == "share_ends_years" { "share_ends" } else { key };
    deal.written().into_iter().map(|(key, _)| of(key)).collect()
}

/// Whether a term changes anything in this deal.
fn matters(deal: &Deal, term: &str) -> bool {
    let shares_nothing =
        matches!(&deal.rate, Some(RateContent::Number(rate)) if rate.content == NumberContent::Constant(0.0));
    match term {
        "paid_to_date_usd_bn" => deal.cap_usd_bn.is_some() && !shares_nothing,
        "effective"
        | "share_ends"
        | "base"
        | "eligible"
        | "termination_rate_per_year"
        | "payment_lag_years" => !shares_nothing,
        _ => true,
    }
}

fn name(deal: &Deal) -> &str {
    deal.name.as_ref().map_or("", |name| &name.value)
}

/// `a`, `a and b`, `a, b and c`.
fn and(words: &[String]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        words => words.concat(),
    }
}
