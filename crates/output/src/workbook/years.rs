//! The sheets *By year* and *Events*: series by calendar year, and probabilities of events by date.

use super::digits::{by_error, day_number};
use super::heading::title;
use super::sheet::{Digits, Look, Sheet, cell_name};
use capstake::report::date_axis::period_label;
use capstake::report::results::{Facts, Results};
use capstake::report::row::Row;
use capstake::report::tables::{AnnualRow, EventRow};
use std::collections::HashMap;

/// Name of the sheet of years.
pub const YEARS: &str = "By year";
/// Name of the sheet of events.
pub const EVENTS: &str = "Events";

/// Row of the header of both sheets.
const HEADER: u32 = 3;

/// Columns of the sheet of years: those of the table, with the year next to the text columns and its label.
const YEAR_COLUMNS: [&str; 13] = [
    "deal",
    "series",
    "unit",
    "year",
    LABEL,
    "mean",
    "std_error",
    "p05",
    "p25",
    "p50",
    "p75",
    "p95",
    "paths",
];
/// The column of the years' labels, by which charts name them.
pub const LABEL: &str = "label";
/// End of the names of the series that complete a cut first year with its history.
const FULL_YEAR: &str = "_full_year";
/// Columns with the distances between quantiles, which the charts stack as bands.
const BANDS: [&str; 4] = ["p05_to_p25", "p25_to_p50", "p50_to_p75", "p75_to_p95"];

/// Consecutive rows of one series, event or distribution.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// First row.
    pub first_row: u32,
    /// Number of rows.
    pub rows: u32,
}

/// Positions of the series in the sheet.
pub struct Series<'a> {
    blocks: HashMap<(&'a str, &'a str), Block>,
    /// Names of series, in order.
    pub names: Vec<&'a str>,
}

impl Series<'_> {
    /// Rows of a series of a deal that a chart shows: if history completes the first year, that row and the later years.
    pub fn block(&self, deal: &str, series: &str) -> Option<Block> {
        self.blocks.get(&(deal, series)).copied()
    }

    /// The column of a statistic or a band.
    pub fn column(name: &str) -> u16 {
        let mut columns = YEAR_COLUMNS.iter().chain(&BANDS);
        columns.position(|column| *column == name).expect("a column of the years") as u16
    }
}

/// Lays out the sheet of years by deal and series, so that each series is one block for the charts.
pub fn years(results: &Results) -> (Sheet, Series<'_>) {
    let rows = &results.tables.annual;
    let mut sheet = Sheet::new(YEARS);
    title(&mut sheet, "By calendar year", &results.facts);
    let look = |name: &str| {
        if matches!(name, "deal" | "series" | "unit" | LABEL) { Look::Header } else { Look::HeaderRight }
    };
    let headers: Vec<(&str, Look)> =
        YEAR_COLUMNS.iter().chain(&BANDS).map(|name| (*name, look(name))).collect();
    sheet.table("years", HEADER, 0, &headers, rows.len() as u32);
    let mut order: Vec<&AnnualRow> = rows.iter().collect();
    let names = in_order(rows.iter().map(|row| row.series.as_str()));
    let deals = in_order(rows.iter().map(|row| row.deal.as_str()));
    let place = |all: &[&str], name: &str| all.iter().position(|one| *one == name);
    // A whole first year stands below the part of it that is simulated, and above the year after it.
    let part_of = |row: &AnnualRow| row.series.strip_suffix(FULL_YEAR).is_some();
    let base = |row: &'_ AnnualRow| place(&names, row.series.strip_suffix(FULL_YEAR).unwrap_or(&row.series));
    order.sort_by_key(|row| (place(&deals, &row.deal), base(row), row.year, part_of(row)));
    let mut blocks: HashMap<(&str, &str), Block> = HashMap::new();
    for (at, row) in (HEADER + 1..).zip(order) {
        match row.series.strip_suffix(FULL_YEAR) {
            Some(series) => drop(blocks.insert((&row.deal, series), Block { first_row: at, rows: 1 })),
            None => {
                let who = (row.deal.as_str(), row.series.as_str());
                blocks.entry(who).or_insert(Block { first_row: at, rows: 0 }).rows += 1;
            }
        }
        year_cells(&mut sheet, at, row, &results.facts);
    }
    sheet.text(
        2,
        0,
        "A year that the valuation date or the horizon cuts says so (2026 H2); rows of …_full_year add its history",
        Look::Note,
    );
    sheet.widths = vec![
        20.0, 26.0, 10.0, 8.0, 11.0, 11.0, 10.0, 11.0, 11.0, 11.0, 11.0, 11.0, 11.0, 12.0, 12.0, 12.0, 12.0,
    ];
    sheet.frozen = (HEADER + 1, 5);
    sheet.repeated = Some(HEADER);
    sheet.print_first_page();
    (sheet, Series { blocks, names })
}

fn year_cells(sheet: &mut Sheet, at: u32, row: &AnnualRow, facts: &Facts) {
    let digits = by_error(&row.unit, row.std_error);
    sheet.text(at, 0, &row.deal, Look::Plain);
    sheet.text(at, 1, &row.series, Look::Plain);
    sheet.text(at, 2, &row.unit, Look::Plain);
    sheet.number(at, 3, f64::from(row.year), Digits::Year);
    let quantiles = [row.p05, row.p25, row.p50, row.p75, row.p95];
    let numbers = [row.mean, row.std_error].into_iter().chain(quantiles);
    let label = match row.series.ends_with(FULL_YEAR) {
        true => row.year.to_string(),
        false => facts.year_label(row.year),
    };
    sheet.text(at, 4, label, Look::Plain);
    for (column, number) in (5..).zip(numbers) {
        sheet.number(at, column, number, digits);
    }
    sheet.number(at, 12, row.paths as f64, Digits::Decimals(0));
    let first = YEAR_COLUMNS.len() as u16;
    for (band, pair) in (0..).zip(quantiles.windows(2)) {
        let (low, high) = (cell_name(at, 7 + band), cell_name(at, 8 + band));
        sheet.formula(at, first + band, format!("={high}-{low}"), pair[1] - pair[0], digits);
    }
}

/// Positions of the events in the sheet.
pub struct Events<'a> {
    blocks: HashMap<(&'a str, &'a str), Block>,
}

impl Events<'_> {
    /// Column of the last day of each period.
    const DATE: u16 = 2;
    /// Column of the probability by a date.
    pub const BY_THEN: u16 = 3;
    /// Column of the probability within the period that ends at a date.
    pub const IN_PERIOD: u16 = EventRow::COLUMNS.len() as u16;

    /// Column of the periods' names, by which charts name them.
    pub const PERIOD: u16 = Events::IN_PERIOD + 1;

    /// Rows of an event of a deal.
    pub fn block(&self, deal: &str, event: &str) -> Option<Block> {
        self.blocks.get(&(deal, event)).copied()
    }
}

/// Lays out the sheet of events.
pub fn events(results: &Results) -> (Sheet, Events<'_>) {
    let rows = &results.tables.events;
    let mut sheet = Sheet::new(EVENTS);
    title(&mut sheet, "Events: probability by the end of each period", &results.facts);
    let mut headers: Vec<(&str, Look)> = EventRow::COLUMNS
        .iter()
        .map(|name| (*name, if matches!(*name, "deal" | "event") { Look::Header } else { Look::HeaderRight }))
        .collect();
    headers.push(("in_the_period", Look::HeaderRight));
    headers.push(("period", Look::Header));
    sheet.table("events", HEADER, 0, &headers, rows.len() as u32);
    let mut blocks: HashMap<(&str, &str), Block> = HashMap::new();
    let mut before: Option<&EventRow> = None;
    for (at, row) in (HEADER + 1..).zip(rows) {
        let block = blocks.entry((&row.deal, &row.event)).or_insert(Block { first_row: at, rows: 0 });
        block.rows += 1;
        let digits = by_error("probability", row.std_error);
        sheet.text(at, 0, &row.deal, Look::Plain);
        sheet.text(at, 1, &row.event, Look::Plain);
        match day_number(&row.date) {
            Some(day) => sheet.number(at, Events::DATE, day, Digits::Date),
            None => sheet.text(at, Events::DATE, &row.date, Look::Plain),
        }
        sheet.number(at, Events::BY_THEN, row.probability, digits);
        for (column, number) in (Events::BY_THEN + 1..).zip([row.std_error, row.low95, row.high95]) {
            sheet.number(at, column, number, digits);
        }
        let here = cell_name(at, Events::BY_THEN);
        let same = before.filter(|before| (&before.deal, &before.event) == (&row.deal, &row.event));
        let (formula, result) = match same {
            Some(before) => (
                format!("={here}-{}", cell_name(at - 1, Events::BY_THEN)),
                row.probability - before.probability,
            ),
            None => (format!("={here}"), row.probability),
        };
        sheet.formula(at, Events::IN_PERIOD, formula, result, digits);
        let period = period_label(&row.date, results.facts.period_months);
        sheet.text(at, Events::PERIOD, period, Look::Plain);
        before = Some(row);
    }
    sheet.widths = vec![20.0, 16.0, 12.0, 12.0, 12.0, 12.0, 12.0, 14.0, 12.0];
    sheet.frozen = (HEADER + 1, 2);
    sheet.repeated = Some(HEADER);
    sheet.print_first_page();
    (sheet, Events { blocks })
}

/// Distinct names in order of first appearance.
fn in_order<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut order: Vec<&str> = Vec::new();
    for name in names {
        if !order.contains(&name) {
            order.push(name);
        }
    }
    order
}
