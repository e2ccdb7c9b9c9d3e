//! The memo of a run: the answer, why, what is uncertain and how to run it again, as at most two pages of Markdown.

use crate::address::is_link;
use crate::markdown::{code, table, text};
use crate::page::answer::{self, MARKED};
use crate::page::assumptions::{Number, Source, number};
use crate::page::view::View;
use crate::page::wording::{measure, partial, run_line};
use crate::sentences::sentences;
use capstake::kernel::metric::Metric;
use capstake::report::command;
use capstake::report::digits::thousands;
use capstake::report::label;
use capstake::report::results::{Facts, Results};
use capstake::report::tables::{BridgeRow, InputRow, SAME_AS};
use capstake::study::bridge::PATHS_OF_RUNS;

/// Assumptions that the memo lists.
const ASSUMPTIONS: usize = 8;

/// Writes the memo; equal results give equal texts.
pub fn memo(results: &Results) -> String {
    let view = View::new(results);
    let sections = [
        heading(&view),
        question(&view),
        the_answer(&view),
        deals(&view),
        why(&view),
        drivers(&results.facts),
        events(&view),
        assumptions(&view),
        again(&results.facts),
    ];
    sections.into_iter().flatten().collect::<Vec<String>>().join("\n")
}

fn section(heading: &str, body: &str) -> Option<String> {
    (!body.is_empty()).then(|| format!("## {heading}\n\n{}\n", body.trim_end()))
}

fn heading(view: &View) -> Option<String> {
    let facts = &view.results.facts;
    let mut out = format!("# {}\n\n", text(&view.tell("Who gets what from {company’s} growth")));
    out += &format!("{}\n\n", text(&run_line(facts)));
    if let Some(changes) = facts.changes_listed() {
        out += &format!("{}\n\n", text(&changes));
    }
    if let Some(done) = partial(facts) {
        out += &format!("**Partial run: stopped after {done}; every number below is over those.**\n\n");
    }
    Some(
        out + "Results of a simulation under stated assumptions, not a forecast and not investment advice.\n",
    )
}

fn question(view: &View) -> Option<String> {
    let names: Vec<String> = view.deals.iter().map(|deal| text(deal)).collect();
    let under = match names.split_last() {
        None => return None,
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and under {last}", others.join(", under ")),
    };
    let asked =
        view.tell("How much of {company’s} growth goes to {partner}, and what do the other holders keep");
    section("The question", &format!("{}, under {under}?", text(&asked)))
}

fn the_answer(view: &View) -> Option<String> {
    let is_answered = view.results.facts.paths > 0 && !view.deals.is_empty();
    let words = if is_answered {
        sentences(view, 0).paragraph()
    } else {
        "No path was kept: there is no answer.".to_owned()
    };
    section("The answer", &text(&words))
}

/// Both deals and their difference, with errors.
fn deals(view: &View) -> Option<String> {
    let readings = answer::comparison(view);
    if readings.rows.is_empty() {
        return None;
    }
    let columns: Vec<String> = readings.columns.iter().map(|column| text(column)).collect();
    let row = |(i, row): (usize, &Vec<String>)| -> Vec<String> {
        let is_main = readings.main.contains(&i);
        row.iter().map(|cell| if is_main { format!("**{}**", text(cell)) } else { text(cell) }).collect()
    };
    let rows: Vec<Vec<String>> = readings.rows.iter().enumerate().map(row).collect();
    let mut body = table(&columns, &rows, |_| false);
    body += "\n± is the standard error of the simulation; it says nothing about whether the assumptions are right.";
    if view.deals.len() > 1 {
        body += " All deals meet the same futures, and a difference is taken future by future.";
    }
    if answer::is_marked(view) {
        body += &format!(" {MARKED}");
    }
    section(if view.deals.len() > 1 { "Deal against deal" } else { "The deal" }, &body)
}

/// What each clause of the change is worth, where the folder has it.
fn why(view: &View) -> Option<String> {
    let rows = &view.results.tables.bridge;
    let [to, from, ..] = view.deals.as_slice() else { return None };
    let metrics: Vec<&[BridgeRow]> = rows.chunk_by(|a, b| a.metric == b.metric).collect();
    let first = metrics.first()?;
    let largest = |rows: &&[BridgeRow]| {
        let row = rows
            .iter()
            .filter(|row| row.metric != Metric::MicrosoftTotalPv.key())
            .max_by(|a, b| a.shapley.abs().total_cmp(&b.shapley.abs()))?;
        let metric = Metric::ALL.into_iter().find(|metric| metric.key() == row.metric)?;
        let what = text(&label::noun(metric, &view.results.facts.names));
        Some(format!("The clause {} moves {what} most: {}.", code(&row.clause), worth(row)))
    };
    let largest: Vec<String> = metrics.iter().filter_map(largest).collect();
    let mut columns = vec!["Clause".to_owned()];
    columns.extend(metrics.iter().map(|rows| text(&view.metric_label(&rows[0].metric))));
    let cells: Vec<Vec<String>> = first
        .iter()
        .map(|clause| {
            let of_metric = |rows: &&[BridgeRow]| {
                rows.iter().find(|row| row.clause == clause.clause).map_or(String::new(), worth)
            };
            std::iter::once(text(&clause.clause)).chain(metrics.iter().map(of_metric)).collect()
        })
        .collect();
    let words = format!(
        "{} Each clause of the change from {} to {}, averaged over all orders (Shapley), over the first {} futures:\n\n",
        largest.join(" "),
        text(from),
        text(to),
        thousands(view.results.facts.paths.min(PATHS_OF_RUNS))
    );
    section("Why", &(words + &table(&columns, &cells, |_| false)))
}

/// What a clause is worth, with its sign and error.
fn worth(row: &BridgeRow) -> String {
    let unit = Metric::ALL.into_iter().find(|metric| metric.key() == row.metric).map(Metric::unit);
    let scale = measure(unit.map_or("", |unit| unit.name()));
    let sign = if row.shapley > 0.0 { "+" } else { "" };
    format!("{sign}{}", text(&scale.estimate(row.shapley, row.shapley_error)))
}

/// What drives the answer is a study of its own: its command.
fn drivers(facts: &Facts) -> Option<String> {
    // It draws plain random numbers whatever the run did.
    let asked = Facts { command: vec!["sensitivity".to_owned()], sampling: None, ..facts.clone() };
    let body = format!(
        "Which assumptions move the answer most is a study of its own, with a tornado, groups and the value of information: {}",
        code(&command::again(&asked))
    );
    section("What drives it", &body)
}

fn events(view: &View) -> Option<String> {
    let mut body = String::new();
    for (deal, name) in view.deals.iter().enumerate() {
        let told = answer::events(view, deal).into_iter().map(|event| {
            let chance = view.ever(&event.chance);
            format!("{}: {chance} of futures, {}", event.label, event.when)
        });
        let words: Vec<String> = told.collect();
        if !words.is_empty() {
            body += &format!("- **{}**: {}.\n", text(name), text(&words.join(". ")));
        }
    }
    section("Cap, IPO and failure", &body)
}

/// The uncertain numbers that are widest for their size.
fn assumptions(view: &View) -> Option<String> {
    let inputs = &view.results.tables.inputs;
    let is_uncertain = |row: &&InputRow| !row.distribution.starts_with(SAME_AS) && row.p05 < row.p95;
    let width = |row: &InputRow| (row.p95 - row.p05) / row.p50.abs();
    let uncertain = inputs.iter().filter(is_uncertain);
    let mut widest: Vec<&InputRow> = uncertain.clone().filter(|row| width(row).is_finite()).collect();
    // Equal widths stay in the order of the scenario.
    widest.sort_by(|a, b| width(b).total_cmp(&width(a)));
    widest.truncate(ASSUMPTIONS);
    if widest.is_empty() {
        return section("Assumptions", "Every number of the scenario is certain.");
    }
    let columns = ["Number of the scenario", "Mean; p5 to p95", "Where from"].map(str::to_owned);
    let row = |row: &&InputRow| {
        let number = number(view, row);
        vec![text(&number.key), text(&format!("{}; {}", number.value, number.range)), source(&number)]
    };
    let rows: Vec<Vec<String>> = widest.iter().map(row).collect();
    let words = format!(
        "The {} widest of {} uncertain numbers, by the distance from p5 to p95 over the size of the median. Wide is not \
         the same as important: that is what the study above says.\n\n",
        rows.len(),
        thousands(uncertain.count() as u64)
    );
    section("Assumptions that matter most", &(words + &table(&columns, &rows, |column| column == 2)))
}

fn source(number: &Number) -> String {
    match &number.source {
        Source::Judgement => "our judgement".to_owned(),
        Source::SameAs(key) => format!("same as {}", text(key)),
        Source::Text { states, title, url, date } => {
            let derived = if *states { "" } else { "derived from " };
            let title = text(title);
            let is_safe = is_link(url) && !url.contains(['<', '>', '|', '\\', ' ']);
            let title = if is_safe { format!("[{title}](<{url}>)") } else { title };
            let date = if date.is_empty() { String::new() } else { format!(", {}", text(date)) };
            format!("{derived}{title}{date}")
        }
    }
}

fn again(facts: &Facts) -> Option<String> {
    let revision = if facts.revision.is_empty() { String::new() } else { format!(" ({})", facts.revision) };
    let body = format!(
        "{}\n\ncapstake {}, seed {}, {} paths, digest of the scenario {}. The same version, digest, seed and paths give \
         identical results.",
        code(&command::again(facts)),
        text(&format!("{}{revision}", facts.version)),
        text(&facts.seed),
        thousands(facts.paths),
        code(&facts.digest)
    );
    section("How to reproduce it", &body)
}
