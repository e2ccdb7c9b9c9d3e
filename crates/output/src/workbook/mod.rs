//! The workbook of a run or a study as data: sheets, tables, formulas, names and charts, without file bytes.

mod ask;
mod assumptions;
pub mod chart;
mod components;
mod digits;
mod distributions;
mod front;
mod heading;
mod inputs;
mod metrics;
mod pictures;
pub mod sheet;
pub mod study;
mod subjects;
mod summary;
mod years;
mod years_across;

use crate::page::view::View;
use crate::page::wording;
use capstake::report::digits::thousands;
use capstake::report::results::{Facts, Results};
use metrics::Places;
use pictures::ChartCells;
use sheet::{Properties, TooLarge, Workbook};
use subjects::Subjects;

const TAKE: &str = "microsoft_take_pv";
/// Place of the sheet *Read me*: after what is read first.
const FRONT: usize = 5;

/// Lays out the workbook of a run; equal results give equal workbooks.
///
/// # Errors
/// What exceeds the limits of the format, with its count.
pub fn workbook(results: &Results) -> Result<Workbook, TooLarge> {
    let subjects = Subjects::of(&results.tables.summary);
    let view = View::new(results);
    let places = Places::of(&subjects);
    let (mut summary, components, mut names) = summary::sheet(&view, &subjects, &places);
    let (years, series) = years::years(results);
    let (by_date, events) = years::events(results);
    let (distributions, spread) = distributions::sheet(results, &places);
    let components = components.as_ref();
    let take = || {
        let words = wording::metric(TAKE, &results.facts.names);
        pictures::cumulative(&spread, &subjects, TAKE, &words)
    };
    summary::draw(&mut summary, &view, components, take);
    let cells = ChartCells { components, years: &series, events: &events, spread: &spread };
    let charts = pictures::sheet(results, &subjects, &cells);
    let mut sheets = vec![
        summary,
        charts,
        years_across::sheet(&view),
        inputs::sheet(results),
        assumptions::assumptions(results),
    ];
    if let Some((ask, further)) = ask::sheet(results, &subjects, &spread) {
        sheets.push(ask);
        names.extend(further);
    }
    sheets.extend([metrics::sheet(results, &subjects), years, by_date, distributions]);
    sheets.push(assumptions::correlations(results));
    let what: Vec<(String, String)> = sheets
        .iter()
        .map(|sheet| (sheet.name.clone(), results.facts.names.tell(holds(&sheet.name))))
        .collect();
    sheets.insert(FRONT, front::sheet(results, &what));
    sheets.push(inputs::as_written(results));
    for sheet in &sheets {
        sheet.fits()?;
    }
    Ok(Workbook { properties: properties(&results.facts), sheets, names })
}

/// Description of a sheet.
fn holds(name: &str) -> &'static str {
    match name {
        components::SHEET => "the answer, the headline, and where {partner's} total comes from",
        years_across::SHEET => "the main series with years as columns: mean, p5, median and p95",
        metrics::SHEET => "every metric of every deal and difference, with all its statistics",
        years::YEARS => "series by calendar year: mean and quantiles, and the bands that the charts stack",
        years::EVENTS => {
            "how likely the cap is reached, the company ready, listed or failed by the end of each period"
        }
        distributions::SHEET => "histogram and cumulative distribution of every metric, side by side",
        ask::SHEET => "type a value for its probability, or a percentile for its value",
        crate::inputs::SHEET => {
            "every number of the scenario in cells to change: the file runs again with them"
        }
        assumptions::ASSUMPTIONS => {
            "every number of the scenario: distribution, source with link, what was drawn"
        }
        assumptions::CORRELATIONS => "correlated pairs: asked for, used after a repair, drawn",
        pictures::SHEET => "charts on the cells of the other sheets",
        _ => "",
    }
}

fn properties(facts: &Facts) -> Properties {
    Properties {
        title: format!("capstake: {}", facts.title()),
        subject: facts.names.tell("Who gets what from {company's} growth: a Monte Carlo valuation"),
        keywords: format!("scenario {}, seed {}, digest {}", facts.scenario, facts.seed, facts.digest),
        comment: format!(
            "{} paths, seed {}, capstake {} ({})",
            thousands(facts.paths),
            facts.seed,
            facts.version,
            facts.revision
        ),
        created: facts.started.clone(),
    }
}
