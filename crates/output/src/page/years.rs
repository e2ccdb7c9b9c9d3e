//! Series by calendar year: a table, and fan charts.

use super::chart::{Chart, Choice, Exact, Key, Mark, Readings, Value, Width};
use super::plot::{Axis, Dash, Layer, Plot, Tone, Weight};
use super::section::{Block, Section};
use super::view::View;
use super::wording::{Measure, measure};
use super::years_across;
use capstake::model::PartyNames;
use capstake::report::tables::AnnualRow;

/// Series that have a fan chart, most requested first.
const SERIES: [&str; 12] = [
    "net_revenue",
    "equity",
    "cumulative_payments",
    "cash",
    "payments",
    "cap_left",
    "free_cash_flow",
    "gross_margin",
    "compute",
    "compute_home",
    "multiple",
    "stake",
];
/// End of the names of the series that complete a cut first year with its history.
const FULL_YEAR: &str = "_full_year";
/// Ratio of the largest to the smallest value from which a logarithmic axis is offered.
pub const WORTH_A_LOG: f64 = 5.0;
/// Significant digits of quantiles, which are accurate to 0.5%.
pub const DIGITS: i32 = 3;

/// The section of series by year: the main ones as a table, then fan charts.
pub fn fans(view: &View) -> Section {
    let mut names: Vec<String> = SERIES.iter().map(|name| (*name).to_owned()).collect();
    if let Some(first) = view.deals.first() {
        names.extend(
            view.series_after(first, "cloud_share.").iter().map(|cloud| format!("cloud_share.{cloud}")),
        );
    }
    let is_there = |name: &String| {
        // Without a starting balance the series is a change of cash, not cash.
        (name != "cash" || view.has_part("cash"))
            && view
                .deals
                .iter()
                .any(|deal| view.annual(deal, name).iter().any(|row| row.p95 != 0.0 || row.p05 != 0.0))
    };
    names.retain(is_there);
    let mut charts = Vec::new();
    for (choice, name) in names.iter().enumerate() {
        for deal in 0..view.deals.len() {
            charts.extend(fan(view, name, deal, choice));
        }
    }
    let absent: Vec<&str> = [("equity", "equity value"), ("cash", "cash"), ("compute", "compute")]
        .into_iter()
        .filter(|&(name, _)| !names.iter().any(|known| known == name))
        .map(|(_, words)| words)
        .collect();
    let mut blocks = vec![];
    let tables = years_across::all(view);
    if !tables.is_empty() {
        blocks.push(Block::Words(years_across::note(&tables)));
        blocks.push(Block::Years(tables.iter().map(|table| table.table()).collect()));
    }
    if !charts.is_empty() {
        let choices = names.iter().map(|name| Choice { name: view.series_label(name) }).collect();
        blocks.push(Block::Chosen(choices, charts));
    }
    if !absent.is_empty() {
        blocks.push(Block::Absent(format!("Not in this scenario: {}.", absent.join(", "))));
    }
    Section { id: "years", name: "By year", heading: "Year by year".to_owned(), blocks }
}

/// A series by year, and whether its first year was completed with known history: the valuation date may
/// divide that year.
fn whole_years<'a>(view: &View<'a>, deal: &str, name: &str) -> (Vec<&'a AnnualRow>, bool) {
    let mut rows = view.annual(deal, name);
    let full = view.annual(deal, &format!("{name}{FULL_YEAR}"));
    let replaced = match (rows.first_mut(), full.first()) {
        (Some(row), Some(whole)) if row.year == whole.year => {
            *row = whole;
            true
        }
        _ => false,
    };
    (rows, replaced)
}

/// The bands and lines of a fan: 5% to 95%, 25% to 75%, median and mean, in this order.
pub fn bands(deal: usize, rows: &[&AnnualRow], scale: &Measure) -> Vec<Layer> {
    let f = scale.factor;
    let at = |row: &AnnualRow| f64::from(row.year);
    let band = |weight, low: fn(&AnnualRow) -> f64, high: fn(&AnnualRow) -> f64| Layer::Band {
        tone: Tone::Deal(deal),
        weight,
        points: rows.iter().map(|row| (at(row), f * low(row), f * high(row))).collect(),
    };
    let line = |weight, dash, value: fn(&AnnualRow) -> f64| Layer::Line {
        tone: Tone::Deal(deal),
        weight,
        dash,
        points: rows.iter().map(|row| (at(row), f * value(row))).collect(),
    };
    vec![
        band(Weight::Light, |row| row.p05, |row| row.p95),
        band(Weight::Plain, |row| row.p25, |row| row.p75),
        line(Weight::Strong, Dash::Whole, |row| row.p50),
        line(Weight::Plain, Dash::Broken, |row| row.mean),
    ]
}

/// The legend of a fan.
pub fn legend(deal: usize) -> Vec<Key> {
    let key = |mark, text: &str| Key { tone: Tone::Deal(deal), mark, text: text.to_owned() };
    vec![
        key(Mark::Line, "median"),
        key(Mark::BrokenLine, "mean"),
        key(Mark::InnerArea, "half of futures"),
        key(Mark::OuterArea, "nine in ten"),
    ]
}

/// The axis of years, with the labels of cut years.
pub fn along(view: &View, rows: &[&AnnualRow]) -> Axis {
    let (first, last) = (rows[0].year, rows[rows.len() - 1].year);
    let mut axis = Axis::years(f64::from(first), f64::from(last.max(first + 1)), first, last);
    let cut = rows.iter().filter(|row| !view.results.facts.is_whole_year(row.year));
    for row in cut {
        axis.mark(f64::from(row.year), label(view, row));
    }
    axis
}

/// The label of a row's year: a series that completes a cut year with its history is of the whole year.
pub fn label(view: &View, row: &AnnualRow) -> String {
    match row.series.ends_with(FULL_YEAR) {
        true => row.year.to_string(),
        false => view.results.facts.year_label(row.year),
    }
}

fn fan(view: &View, name: &str, deal: usize, choice: usize) -> Option<Chart> {
    let deal_name = view.deals[deal];
    let (rows, whole) = whole_years(view, deal_name, name);
    let unit = rows.first()?.unit.as_str();
    let scale = measure(unit);
    let f = scale.factor;
    let low = rows.iter().map(|row| row.p05.min(row.mean)).fold(0.0, f64::min);
    let high = rows.iter().map(|row| row.p95.max(row.mean)).fold(f64::NEG_INFINITY, f64::max);
    let x = along(view, &rows);
    let year = |row| label(view, row);
    let last = rows[rows.len() - 1];
    let plot = |y| Plot {
        x: x.clone(),
        y,
        layers: bands(deal, &rows, &scale),
        rows: 0,
        strips: Vec::new(),
        anchors: rows.iter().map(|row| f64::from(row.year)).collect(),
        described: format!(
            "Fan over {} to {} under {deal_name}: in {} the median is {}, nine futures in ten lie between {} and {}.",
            year(rows[0]),
            year(last),
            year(last),
            scale.value(last.p50, DIGITS),
            scale.value(last.p05, DIGITS),
            scale.value(last.p95, DIGITS)
        ),
    };
    let least = rows.iter().map(|row| row.p05).fold(f64::INFINITY, f64::min);
    let log = (f == 1.0 && least > 0.0 && high / least > WORTH_A_LOG)
        .then(|| plot(Axis::log(least, high, scale.axis)));
    let stock = if whole { " The first year is complete: its history plus the simulated rest." } else { "" };
    Some(Chart {
        id: id(name, deal),
        title: format!("{}, {deal_name}", view.series_label(name)),
        caption: format!(
            "{}{stock} Quantiles are over the first {} paths.",
            meaning(name, &view.results.facts.names),
            capstake::report::digits::thousands(last.paths)
        ),
        legend: legend(deal),
        plot: plot(Axis::linear(f * low, f * high, 6, scale.axis)),
        log,
        readings: Readings {
            title: format!("{} by year under {deal_name}", view.series_label(name)),
            columns: ["Year", "Mean", "p5", "p25", "Median", "p75", "p95"].map(str::to_owned).to_vec(),
            rows: rows
                .iter()
                .map(|row| {
                    let mut cells = vec![year(row), view.mean_of_year(row)];
                    cells.extend(
                        [row.p05, row.p25, row.p50, row.p75, row.p95].map(|q| scale.value(q, DIGITS)),
                    );
                    cells
                })
                .collect(),
            main: Vec::new(),
        },
        exact: exact(&rows),
        width: Width::Full,
        deal: Some(deal),
        choice: Some(choice),
    })
}

/// The anchor of a chart: the name of a cloud stays as it is, so that two clouds never share one.
fn id(name: &str, deal: usize) -> String {
    let (series, cloud) = name.split_once('.').map_or((name, ""), |(series, cloud)| (series, cloud));
    let dash = if cloud.is_empty() { "" } else { "-" };
    format!("year-{}{dash}{cloud}-{}", series.replace('_', "-"), deal + 1)
}

/// Explanation of a series from the glossary.
fn meaning(name: &str, names: &PartyNames) -> String {
    let word = name.split('.').next().unwrap_or(name);
    crate::glossary::SERIES
        .iter()
        .find(|term| term.name == word)
        .map_or(String::new(), |term| term.text(names))
}

/// The exact data of rows.
pub fn exact(rows: &[&AnnualRow]) -> Exact {
    Exact {
        columns: vec![
            "deal",
            "year",
            "series",
            "unit",
            "mean",
            "std_error",
            "p05",
            "p25",
            "p50",
            "p75",
            "p95",
            "paths",
        ],
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    Value::from(row.deal.as_str()),
                    Value::from(row.year),
                    Value::from(row.series.as_str()),
                    Value::from(row.unit.as_str()),
                    Value::from(row.mean),
                    Value::from(row.std_error),
                    Value::from(row.p05),
                    Value::from(row.p25),
                    Value::from(row.p50),
                    Value::from(row.p75),
                    Value::from(row.p95),
                    Value::from(row.paths),
                ]
            })
            .collect(),
    }
}
