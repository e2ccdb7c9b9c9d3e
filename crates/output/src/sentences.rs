//! The answer of a run in sentences, the same on the terminal, the page and the workbook.

use crate::page::view::{Difference, View};
use crate::page::wording::{Measure, measure, paths};
use capstake::report::digits::{
    self, Precision, condition, is_decided_by_few, percent_in_passing, significant,
};
use capstake::report::tables::SummaryRow;

const TAKE: &str = "microsoft_take_pv";
const RETAINED: &str = "openai_retained_pv";
const KEPT: &str = "revenue_kept_pv";

/// The answer about a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentences {
    /// The first sentence in three parts: before the number, the number, after it.
    pub first: [String; 3],
    /// Further sentences, most important first.
    pub further: Vec<String>,
}

impl Sentences {
    /// All in one paragraph.
    pub fn paragraph(&self) -> String {
        std::iter::once(self.first.concat()).chain(self.further.iter().cloned()).collect::<Vec<_>>().join(" ")
    }
}

/// The answer about a deal: what the take is worth and in which range, the part of each side, the cap, and what the other deals
/// would give.
pub fn sentences(view: &View, deal: usize) -> Sentences {
    let name = view.deals[deal];
    let take_of = view.tell("{partner’s} take");
    let Some(take) = view.summary(name, TAKE) else {
        let first = [format!("Nothing is known of {take_of} under {name}."), String::new(), String::new()];
        return Sentences { first, further: Vec::new() };
    };
    let has_stake = view.has_series(name, "stake") && view.summary(name, "stake_pv").is_some();
    let stake = if has_stake { "" } else { "; it has no stake" };
    let retained = view.summary(name, RETAINED);
    let part = retained.and_then(|retained| part(take, retained));
    let of_both = part.as_ref().map_or(String::new(), |(part, _)| format!(", {part} of what both sides get"));
    let first = [
        format!("{take_of} is worth "),
        worth(view, take),
        format!(" under {name}{}{of_both}{stake}.", in_brackets(&[range(take, true), on_part(take)])),
    ];
    let mut further = Vec::new();
    let holders = match (retained, view.summary(name, KEPT)) {
        (Some(row), _) => Some(("{company’s} other holders keep", row)),
        (None, Some(row)) => Some(("{company} keeps revenue of", row)),
        _ => None,
    };
    if let Some((verb, row)) = holders {
        let rest = part.map_or(String::new(), |(_, rest)| format!(", the other {rest}"));
        let range = in_brackets(&[range(row, false), on_part(row)]);
        further.push(format!("{} {}{range}{rest}.", view.tell(verb), worth(view, row)));
    }
    further.extend(cap(view, name));
    further.extend(view.differences.iter().filter_map(|difference| other_deal(view, deal, difference)));
    if view.is_certain() {
        further.push("Nothing in this scenario is uncertain: every future is the same.".to_owned());
    }
    Sentences { first, further }
}

/// A mean in passing, without its error: `about $206 bn`, `$20 bn (exact)`, `$20 bn (all 5,000 paths agree)`.
fn worth(view: &View, row: &SummaryRow) -> String {
    let dollars = measure(&row.unit);
    let estimate = view.estimate(row, dollars.factor);
    match estimate.precision {
        Precision::Error(_) => format!("about {}", in_passing(&dollars, row.mean, row.std_error)),
        Precision::Unknown => dollars.value(row.mean, 3),
        _ => dollars.written(estimate),
    }
}

/// An amount with three digits, or as many as its error supports if they are fewer.
fn in_passing(dollars: &Measure, value: f64, std_error: f64) -> String {
    dollars.number(&digits::in_passing(value, std_error)) + dollars.after
}

/// The range of nine futures in ten: `nine futures in ten: $48–390 bn`, with its name and a word of caution, or alone.
fn range(row: &SummaryRow, is_named: bool) -> Option<String> {
    if row.min == row.max || row.paths < 2 {
        return None;
    }
    let dollars = measure(&row.unit);
    let ends = |digits| [row.p05, row.p95].map(|value| significant(value, digits));
    // Two digits are enough, unless the ends would agree.
    let [low, high] = (2..6).map(ends).find(|[low, high]| low != high).unwrap_or_else(|| ends(6));
    let between = if row.p05 < 0.0 { " to " } else { "–" };
    let high = if row.p05 < 0.0 { dollars.number(&high) } else { dollars.number(&high).replacen('$', "", 1) };
    let span = format!("{}{between}{high}{}", dollars.number(&low), dollars.after);
    let few = if is_decided_by_few(row) { "; few futures decide the mean" } else { "" };
    Some(if is_named { format!("nine futures in ten: {span}{few}") } else { span })
}

fn on_part(row: &SummaryRow) -> Option<String> {
    condition(row.paths, row.undefined)
}

fn in_brackets(parts: &[Option<String>]) -> String {
    let parts: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) }
}

/// The part of the take in what both sides get, and the rest: the ratio of the means. Means over different paths have none.
fn part(take: &SummaryRow, retained: &SummaryRow) -> Option<(String, String)> {
    let sum = take.mean + retained.mean;
    let is_whole = take.undefined == 0 && retained.undefined == 0 && take.mean >= 0.0 && retained.mean >= 0.0;
    (is_whole && sum > 0.0).then(|| {
        let part = |mean: f64| percent_in_passing(mean / sum, 0.0);
        // Both are rounded, so that they add up.
        match part(take.mean).trim_end_matches('%').parse::<f64>() {
            Ok(percent) => (format!("{percent}%"), format!("{}%", 100.0 - percent)),
            Err(_) => (part(take.mean), part(retained.mean)),
        }
    })
}

/// Whether the cap of a deal binds, and when.
fn cap(view: &View, deal: &str) -> Option<String> {
    if !view.is_capped(deal) {
        return Some("The payments have no cap.".to_owned());
    }
    let chance = view.chance(deal, "cap_reached");
    let half = view.median_period(deal, "cap_reached");
    if view.is_certain()
        && let Some(period) = half
    {
        return Some(format!("The cap binds in {period}."));
    }
    let when = half.map_or(String::new(), |half| format!(" (median date {half})"));
    Some(match chance.probability {
        p if p.is_nan() => return None,
        0.0 if chance.exact => "The cap never binds.".to_owned(),
        1.0 if chance.exact => format!("The cap binds in all futures{when}."),
        p if p == 0.0 || p == 1.0 => {
            format!("The cap binds in {} of futures{when}.", view.ever(&chance))
        }
        p => format!("The cap binds in {} of futures{when}.", percent_in_passing(p, chance.std_error)),
    })
}

/// What another deal would give, seen from the chosen one.
fn other_deal(view: &View, deal: usize, difference: &Difference) -> Option<String> {
    let (other, sign) = match (deal, view.deals[deal] == difference.later) {
        (0, _) => (difference.later, 1.0),
        (_, true) => (view.deals[0], -1.0),
        _ => return None,
    };
    let take = view.summary(difference.name, TAKE)?;
    let there = view.summary(other, TAKE)?;
    let partner = &view.results.facts.names.partner;
    let only = on_part(take).map_or(String::new(), |words| format!(", {words}"));
    let holders = view.summary(difference.name, RETAINED);
    let holders = holders.map_or(String::new(), |row| {
        let only = on_part(row).map_or(String::new(), |words| format!(" ({words})"));
        format!("; the other holders would keep {}{only}", more_or_less(view, row, sign))
    });
    let gets = format!("{partner} would get {}", worth(view, there));
    Some(format!(
        "Under {other}, in the same futures, {gets}, {}{only}{holders}.",
        more_or_less(view, take, sign)
    ))
}

/// The mean of a difference in words: `$18.4 bn more`, `about as much`, `just as much`.
fn more_or_less(view: &View, row: &SummaryRow, sign: f64) -> String {
    let mean = sign * row.mean;
    if row.mean == 0.0 && row.std_error == 0.0 {
        return match view.results.tables.is_exact(&row.deal, &row.metric) {
            true => "just as much".to_owned(),
            false => format!("just as much on all {}", paths(row.paths)),
        };
    }
    if mean.abs() <= 2.0 * row.std_error {
        return "about as much".to_owned();
    }
    let dollars = measure(&row.unit);
    let side = if mean > 0.0 { "more" } else { "less" };
    format!("{} {side}", in_passing(&dollars, mean.abs(), row.std_error))
}
