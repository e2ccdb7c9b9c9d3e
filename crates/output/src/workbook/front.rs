//! The sheet *Read me*: what was run, how to repeat it, what each sheet holds, and what the terms mean.

use super::sheet::{Look, Sheet};
use crate::glossary;
use crate::page::view::View;
use crate::sentences::sentences;
use capstake::kernel::metric::Metric;
use capstake::report::command;
use capstake::report::digits::thousands;
use capstake::report::results::{Facts, Results};
use capstake::report::unhelped::unhelped;

/// Name of the sheet.
pub const SHEET: &str = "Read me";

const UNITS: [(&str, &str); 12] = [
    (
        "usd_bn",
        "billions of US dollars: present values are of the valuation date, other amounts of their own time",
    ),
    ("usd_bn_per_year", "billions of US dollars a year"),
    ("fraction", "a part of 1, shown as percent"),
    ("probability", "a probability, shown as percent"),
    ("flag", "0 or 1 on a path, so that the mean is a probability; shown as percent"),
    ("per_year", "a rate a year, shown as percent"),
    ("per_sqrt_year", "a volatility per square root of a year, shown as percent"),
    ("years", "years, counted from the valuation date"),
    ("months", "months"),
    ("multiple", "so many times"),
    ("shares_bn", "billions of shares"),
    ("usd_per_share", "US dollars a share"),
];

/// Lays the sheet out; `others` are the following sheets, each with its description.
pub fn sheet(results: &Results, others: &[(String, String)]) -> Sheet {
    let facts = &results.facts;
    let mut sheet = Sheet::new(SHEET);
    sheet.text(0, 0, format!("capstake: {}", facts.title()), Look::Title);
    sheet.heights.push((0, 2));
    sheet.text(
        1,
        0,
        facts.names.tell(
            "Who gets what from {company's} growth: results of a simulation, not a forecast and not investment advice",
        ),
        Look::Note,
    );
    let mut row = 3;
    if facts.partial {
        let words = format!(
            "PARTIAL: stopped after {} of {} paths; all figures are over those",
            thousands(facts.paths),
            thousands(facts.paths_asked)
        );
        sheet.text(row, 0, words, Look::Warning);
        row += 2;
    }
    let view = View::new(results);
    let is_answered = facts.paths > 0;
    let answers: Vec<(String, String)> = (0..view.deals.len())
        .filter(|_| is_answered)
        .map(|deal| (view.deals[deal].to_owned(), sentences(&view, deal).paragraph()))
        .collect();
    if is_answered {
        row = pairs(&mut sheet, row, "The answer", &answers);
    }
    let mut lines = run(facts);
    lines.extend(unhelped(results).map(|sentence| ("not helped".to_owned(), sentence)));
    row = pairs(&mut sheet, row, "This run", &lines);
    row = heading(&mut sheet, row, "Sheets");
    for (name, what) in others {
        sheet.inside(row, 0, name);
        sheet.text(row, 1, what.clone(), Look::Wrapped);
        row += 1;
    }
    row += 1;
    row = pairs(&mut sheet, row, "How to read it", &reading());
    row = pairs(&mut sheet, row, "Units", &units());
    let metrics: Vec<(String, String)> = Metric::ALL
        .iter()
        .map(|metric| {
            let label = glossary::label(*metric, &facts.names);
            (metric.key().to_owned(), format!("{label}. {}", glossary::metric(*metric, &facts.names)))
        })
        .collect();
    row = pairs(&mut sheet, row, "Metrics", &metrics);
    if !facts.sources.is_empty() {
        row = heading(&mut sheet, row, "Sources");
        for source in &facts.sources {
            sheet.text(row, 0, &source.key, Look::Plain);
            let title = if source.title.is_empty() { &source.key } else { &source.title };
            let words = match source.date.as_str() {
                "" => title.clone(),
                date => format!("{title} ({date})"),
            };
            sheet.link(row, 1, &words, &source.url);
            row += 1;
        }
    }
    sheet.measure(&[26.0, 118.0]);
    sheet
}

/// Facts about the run: label and text.
pub fn run(facts: &Facts) -> Vec<(String, String)> {
    let mut lines = vec![("scenario", facts.scenario.clone()), ("file", facts.file.clone())];
    lines.extend(facts.further_files.iter().map(|file| ("further file", file.clone())));
    lines.extend(facts.overrides.iter().map(|flag| ("changed with --set", flag.clone())));
    lines.extend([("paths", thousands(facts.paths)), ("seed", facts.seed.clone())]);
    lines.extend(facts.errors().map(|errors| ("Sobol points", errors)));
    lines.extend(facts.precision.clone().map(|precision| ("precision asked for", precision)));
    lines.extend([
        ("run again with", command::again(facts)),
        ("started (UTC)", facts.started.clone()),
        ("simulated in", format!("{:.1} s on {} threads", facts.seconds, facts.threads)),
        ("digest of the scenario", facts.digest.clone()),
        ("program", format!("capstake {}, revision {}", facts.version, facts.revision)),
        (
            "built for",
            format!("{}; streams of random numbers version {}", facts.target, facts.stream_version),
        ),
    ]);
    lines.into_iter().map(|(label, text)| (label.to_owned(), text)).collect()
}

/// Units in words.
pub fn units() -> Vec<(String, String)> {
    UNITS.map(|(unit, text)| (unit.to_owned(), text.to_owned())).to_vec()
}

fn reading() -> Vec<(String, String)> {
    [
        (
            "mean and std_error",
            "The standard error says how far the simulation may be off; a 0 says that all paths agree, not that the figure is \
             exact. low95 to high95 is the 95% interval of the mean. Neither says whether the assumptions are right. Where \
             `undefined` is not 0, the mean is over the `paths` that have a value.",
        ),
        (
            "p05, p50, p95",
            "One future in twenty ends below p05, one in twenty above p95; half end below p50, the median. They show how \
             uncertain the business is.",
        ),
        (
            "LATER - FIRST",
            "The later deal minus the first, path by path on the same draws. Means of times are over the paths on which the \
             event happens; `undefined` counts the others.",
        ),
        (
            "formulas",
            "Differences, sums, shares and all of the sheet Ask are live formulas; yellow cells are for typing. Changing a \
             figure here does not simulate again.",
        ),
        (
            "names",
            "Headline figures have names: =microsoft_take_pv_DEAL is a mean, =microsoft_take_pv_DEAL_error its standard \
             error, where DEAL is the deal's name with _ for -.",
        ),
        (
            "equal results",
            "Scenario, seed, paths and version determine every figure, on any number of threads. `capstake report` makes \
             this file again from the results folder.",
        ),
    ]
    .map(|(label, text)| (label.to_owned(), text.to_owned()))
    .to_vec()
}

/// Puts a heading; returns the row below it.
pub fn heading(sheet: &mut Sheet, row: u32, text: &str) -> u32 {
    sheet.text(row, 0, text, Look::Heading);
    row + 1
}

/// Longest line in one cell, in characters; a longer one, such as the command of a long sweep, continues in
/// the rows below.
const LINE: usize = 8_000;

/// Puts lines of label and text below a heading; returns the row after an empty one.
pub fn pairs(sheet: &mut Sheet, row: u32, over: &str, lines: &[(String, String)]) -> u32 {
    let mut row = heading(sheet, row, over);
    for (label, text) in lines {
        let letters: Vec<char> = text.chars().collect();
        for (i, part) in letters.chunks(LINE).enumerate() {
            sheet.text(row, 0, if i == 0 { label.as_str() } else { "(goes on)" }, Look::Wrapped);
            sheet.text(row, 1, part.iter().collect::<String>(), Look::Wrapped);
            row += 1;
        }
        if letters.is_empty() {
            sheet.text(row, 0, label, Look::Wrapped);
            row += 1;
        }
    }
    row + 1
}
