//! The workbook of a run or a study as data: sheets, tables, formulas, names and charts, without file bytes.

mod ask;
pub mod chart;
mod digits;
mod distributions;
mod front;
mod heading;
mod inputs;
mod pictures;
pub mod sheet;
pub mod study;
mod subjects;
mod summary;
mod years;

use capstake::report::digits::thousands;
use capstake::report::results::{Facts, Results};
use pictures::ChartCells;
use sheet::{Properties, TooLarge, Workbook};
use subjects::Subjects;

/// Lays out the workbook of a run; equal results give equal workbooks.
///
/// # Errors
/// What exceeds the limits of the format, with its count.
pub fn workbook(results: &Results) -> Result<Workbook, TooLarge> {
    let subjects = Subjects::of(&results.tables.summary);
    let (summary, places, mut names) = summary::sheet(results, &subjects);
    let (years, series) = years::years(results);
    let (by_date, events) = years::events(results);
    let (distributions, spread) = distributions::sheet(results, &places);
    let cells = ChartCells { summary: &places, years: &series, events: &events, spread: &spread };
    let charts = pictures::sheet(results, &subjects, &cells);
    let mut sheets = vec![summary, years, by_date, distributions];
    if let Some((ask, further)) = ask::sheet(results, &subjects, &spread) {
        sheets.push(ask);
        names.extend(further);
    }
    sheets.extend([inputs::assumptions(results), inputs::correlations(results), charts]);
    let what: Vec<(String, String)> = sheets
        .iter()
        .map(|sheet| (sheet.name.clone(), results.facts.names.tell(holds(&sheet.name))))
        .collect();
    sheets.insert(0, front::sheet(results, &what));
    for sheet in &sheets {
        sheet.fits()?;
    }
    Ok(Workbook { properties: properties(&results.facts), sheets, names })
}

/// Description of a sheet.
fn holds(name: &str) -> &'static str {
    match name {
        summary::SHEET => {
            "the headline, where {partner's} total comes from, then every metric of every deal and difference"
        }
        years::YEARS => "series by calendar year: mean and quantiles, and the bands that the charts stack",
        years::EVENTS => {
            "how likely the cap is reached, the company ready, listed or failed by the end of each period"
        }
        distributions::SHEET => "histogram and cumulative distribution of every metric, side by side",
        ask::SHEET => "type a value for its probability, or a percentile for its value",
        inputs::ASSUMPTIONS => "every number of the scenario: distribution, source with link, what was drawn",
        inputs::CORRELATIONS => "correlated pairs: asked for, used after a repair, drawn",
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
