//! The answer of a run in sentences and cards, and a table that compares the deals.

use super::chart::Readings;
use super::section::{Block, Section};
use super::view::{Chance, View};
use super::wording::{measure, paths};
use crate::sentences::{Sentences, sentences};
use capstake::kernel::metric::Metric;
use capstake::report::digits::{NONE, condition, is_decided_by_few, probability};
use capstake::report::tables::SummaryRow;

/// The answer for one deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Index of the deal.
    pub deal: usize,
    /// The main sentence in three parts: before the number, the number, after it.
    pub lead: [String; 3],
    /// Further sentences, most important first.
    pub sentences: Vec<String>,
    /// Key numbers.
    pub cards: Vec<Card>,
}

/// A key number with its name, its standard error and its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// The number with its unit.
    pub value: String,
    /// Its standard error with the unit.
    pub error: String,
    /// A remark, such as the range of nine futures in ten.
    pub remark: String,
}

/// Metrics of the comparison, in order.
const COMPARED: [&str; 14] = [
    "microsoft_take_pv",
    "share_pv",
    "stake_pv",
    "cap_saving_pv",
    "resale_pv",
    "hosting_pv",
    "licence_pv",
    "microsoft_total_pv",
    "openai_retained_pv",
    "revenue_kept_pv",
    "effective_rate",
    "cap_hit",
    "ipo",
    "failed",
];

/// Metrics that are emphasised.
const MAIN: [&str; 3] = ["microsoft_take_pv", "microsoft_total_pv", "openai_retained_pv"];

/// The answers, one per deal.
pub fn answers(view: &View) -> Vec<Answer> {
    (0..view.deals.len())
        .map(|deal| {
            let Sentences { first, further } = sentences(view, deal);
            Answer { deal, lead: first, sentences: further, cards: cards(view, deal) }
        })
        .collect()
}

fn cards(view: &View, deal: usize) -> Vec<Card> {
    let name = view.deals[deal];
    let mut cards = Vec::new();
    let shown = [
        ("openai_retained_pv", view.metric_label("openai_retained_pv")),
        ("revenue_kept_pv", view.metric_label("revenue_kept_pv")),
        ("microsoft_total_pv", view.metric_label("microsoft_total_pv")),
    ];
    for (metric, title) in shown {
        let Some(row) = view.summary(name, metric) else { continue };
        // Revenue kept replaces the holders' value if there is no equity; without clouds and licences the
        // total equals the take.
        if metric == "revenue_kept_pv" && !cards.is_empty() {
            continue;
        }
        if metric == "microsoft_total_pv"
            && view.summary(name, "microsoft_take_pv").is_some_and(|take| take.mean == row.mean)
        {
            continue;
        }
        let scale = measure(&row.unit);
        let (value, error) = scale.parts(view.estimate(row, scale.factor));
        let mut remark = spread(view, name, row);
        if let Some(condition) = condition(row.paths, row.undefined) {
            remark = if remark.is_empty() { condition } else { format!("{remark}; {condition}") };
        }
        cards.push(Card { name: title, value, error, remark });
    }
    cards.extend(events(view, deal).into_iter().map(|event| {
        let (value, error) = probability(view.seen(&event.chance));
        // The percent sign belongs to the number, not to its error; an interval has one of its own.
        let error = if error.starts_with("95%") { format!("{error}%") } else { error };
        let remark = format!("of futures, {}", event.when);
        Card { name: event.label, value: format!("{value}%"), error, remark }
    }));
    cards
}

/// An event that a deal can have: how likely it is by the horizon, and when.
pub struct EventTold {
    /// Its name in the tables.
    pub name: &'static str,
    /// Its plain label.
    pub label: String,
    /// Its probability.
    pub chance: Chance,
    /// When it happens: `most often in 2029; median date Q2 2029`.
    pub when: String,
}

/// Cap, IPO and failure under a deal, as far as the scenario has them.
pub fn events(view: &View, deal: usize) -> Vec<EventTold> {
    let name = view.deals[deal];
    let events = [
        (Metric::CapHit, "cap_reached", view.is_capped(name)),
        (Metric::Ipo, "listed", view.has_part("ipo")),
        (Metric::Failed, "failed", view.has_part("cash")),
    ];
    let told = events.into_iter().filter(|(.., is_there)| *is_there).map(|(metric, event, _)| {
        let chance = view.chance(name, event);
        let when = match (chance.year, view.median_period(name, event)) {
            (Some(year), Some(half)) => format!("most often in {year}; median date {half}"),
            _ => format!("in none of {}", paths(view.results.facts.paths)),
        };
        EventTold { name: event, label: view.metric_label(metric.key()), chance, when }
    });
    told.filter(|event| !event.chance.probability.is_nan()).collect()
}

/// The range of nine futures in ten, as text.
fn spread(view: &View, deal: &str, row: &SummaryRow) -> String {
    match (view.quantile(deal, &row.metric, 0.05), view.quantile(deal, &row.metric, 0.95)) {
        // What beside the value says it already.
        (Some(_), Some(_)) if row.min == row.max => String::new(),
        (Some(low), Some(high)) => {
            let dollars = measure(&row.unit);
            format!("nine futures in ten: {} to {}", dollars.number(&low), dollars.number(&high))
        }
        _ => String::new(),
    }
}

/// Means of all deals and of their differences, each with its error.
pub fn comparison(view: &View) -> Readings {
    let mut columns = vec!["Present values, means over futures".to_owned()];
    columns.extend(view.deals.iter().map(|deal| (*deal).to_owned()));
    columns.extend(view.differences.iter().map(|difference| difference.name.replace(" - ", " − ")));
    let mut rows = Vec::new();
    let mut main = Vec::new();
    for name in COMPARED {
        let is_shown = view.deals.iter().any(|deal| is_shown(view, deal, name));
        let Some(row) = view.deals.iter().find_map(|deal| view.summary(deal, name)).filter(|_| is_shown)
        else {
            continue;
        };
        if MAIN.contains(&name) {
            main.push(rows.len());
        }
        let scale = measure(&row.unit);
        let mut cells = vec![view.metric_label(name)];
        let subjects = view.deals.iter().copied().chain(view.differences.iter().map(|d| d.name));
        cells.extend(subjects.map(|subject| match view.summary(subject, name) {
            Some(_) if name == "cap_hit" && view.deals.contains(&subject) && !view.is_capped(subject) => {
                "no cap".to_owned()
            }
            Some(_) if name == "cap_hit" && subject.contains(" - ") && !view.are_both_capped(subject) => {
                NONE.to_owned()
            }
            Some(row) => match (row.unit.as_str(), subject.contains(" - ")) {
                ("flag", true) => scale.written(view.estimate(row, scale.factor)).replace('%', " pp"),
                _ => view.mean_in_full(row),
            },
            None => NONE.to_owned(),
        }));
        rows.push(cells);
    }
    Readings { title: "Means with their standard errors".to_owned(), columns, rows, main }
}

/// Whether few paths decide a mean of the comparison: it has a †.
pub fn is_marked(view: &View) -> bool {
    let few =
        |subject: &str| COMPARED.iter().filter_map(|name| view.summary(subject, name)).any(is_decided_by_few);
    view.deals.iter().copied().chain(view.differences.iter().map(|d| d.name)).any(few)
}

/// What a † says.
pub const MARKED: &str = "† Few futures decide this mean: its ± is itself uncertain. Ask for more paths.";

/// The comparison of all deals.
pub fn compared(view: &View) -> Section {
    let mut blocks = Vec::new();
    if view.deals.len() < 2 {
        blocks
            .push(Block::Absent("This scenario has one deal: there is none to compare it with.".to_owned()));
    } else {
        blocks.push(Block::Words(
            "All deals meet the same futures, so a difference is known far better than its two sides: it is taken \
             future by future. ± is the standard error of the simulation; it says nothing about whether the assumptions \
             are right."
                .to_owned(),
        ));
    }
    blocks.push(Block::Table(comparison(view)));
    if is_marked(view) {
        blocks.push(Block::Words(MARKED.to_owned()));
    }
    Section { id: "deals", name: "Deals", heading: "Deal against deal".to_owned(), blocks }
}

/// Whether a metric is shown: only if the scenario has what it measures.
fn is_shown(view: &View, deal: &str, metric: &str) -> bool {
    match metric {
        "cap_saving_pv" | "cap_hit" => view.is_capped(deal),
        "ipo" => view.has_part("ipo"),
        "failed" => view.has_part("cash"),
        "resale_pv" | "hosting_pv" | "licence_pv" => {
            view.summary(deal, metric).is_some_and(|row| row.min != 0.0 || row.max != 0.0)
        }
        "microsoft_total_pv" => {
            ["resale_pv", "hosting_pv", "licence_pv"].iter().any(|m| is_shown(view, deal, m))
        }
        _ => true,
    }
}
