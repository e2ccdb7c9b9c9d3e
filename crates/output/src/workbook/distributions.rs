//! The sheet *Distributions*: histogram and cumulative distribution of every metric, side by side in one table.

use super::digits::{by_error, by_size};
use super::heading::title;
use super::metrics::Places;
use super::sheet::{Digits, Look, Sheet, cell_name};
use super::years::Block;
use capstake::report::digits::significant;
use capstake::report::results::Results;
use capstake::report::tables::{HistogramRow, QuantileRow, SummaryRow};
use std::collections::HashMap;

/// Name of the sheet.
pub const SHEET: &str = "Distributions";
/// Row of the header.
pub const HEADER: u32 = 3;

const COLUMNS: [(&str, Look); 15] = [
    ("deal", Look::Header),
    ("metric", Look::Header),
    ("unit", Look::Header),
    ("bin", Look::HeaderRight),
    ("low", Look::HeaderRight),
    ("high", Look::HeaderRight),
    ("count", Look::HeaderRight),
    ("share", Look::HeaderRight),
    ("p10_to_p90", Look::HeaderRight),
    ("outside", Look::HeaderRight),
    ("q", Look::HeaderRight),
    ("value", Look::HeaderRight),
    ("low95", Look::HeaderRight),
    ("high95", Look::HeaderRight),
    ("distribution", Look::Header),
];

/// Columns that others refer to.
pub mod column {
    #![allow(missing_docs)] // as in the header
    pub const UNIT: u16 = 2;
    pub const BIN: u16 = 3;
    pub const INSIDE: u16 = 8;
    pub const OUTSIDE: u16 = 9;
    pub const Q: u16 = 10;
    pub const VALUE: u16 = 11;
    pub const KEY: u16 = 14;
}

/// A cumulative distribution: its rows in the table and its points in rising order.
#[derive(Clone, Debug)]
pub struct Cumulative {
    /// Its rows.
    pub block: Block,
    /// (probability, value) of each point, from the smallest value to the largest.
    pub points: Vec<(f64, f64)>,
}

/// Positions of the distributions in the sheet.
pub struct Spread<'a> {
    histograms: HashMap<(&'a str, &'a str), Block>,
    cumulative: Vec<(&'a str, &'a str, Cumulative)>,
    /// Number of rows of the table.
    pub rows: u32,
}

impl Spread<'_> {
    /// Rows of a histogram.
    pub fn histogram(&self, subject: &str, metric: &str) -> Option<Block> {
        self.histograms.get(&(subject, metric)).copied()
    }

    /// A cumulative distribution.
    pub fn cumulative(&self, subject: &str, metric: &str) -> Option<&Cumulative> {
        let is = |(s, m, _): &&(&str, &str, Cumulative)| (*s, *m) == (subject, metric);
        self.cumulative.iter().find(is).map(|(.., cumulative)| cumulative)
    }
}

/// The key by which formulas find a distribution.
fn key(subject: &str, metric: &str) -> String {
    format!("{subject} | {metric}")
}

/// Lays the sheet out.
pub fn sheet<'a>(results: &'a Results, places: &Places) -> (Sheet, Spread<'a>) {
    let tables = &results.tables;
    let mut sheet = Sheet::new(SHEET);
    title(&mut sheet, "Distributions: histogram and cumulative", &results.facts);
    let mut bins: HashMap<(&str, &str), Vec<&HistogramRow>> = HashMap::new();
    for row in &tables.histogram {
        bins.entry((&row.deal, &row.metric)).or_default().push(row);
    }
    let mut quantiles: HashMap<(&str, &str), Vec<&QuantileRow>> = HashMap::new();
    for row in &tables.quantiles {
        quantiles.entry((&row.deal, &row.metric)).or_default().push(row);
    }
    let mut spread = Spread { histograms: HashMap::new(), cumulative: Vec::new(), rows: 0 };
    let mut at = HEADER + 1;
    for summary in &tables.summary {
        let who = (summary.deal.as_str(), summary.metric.as_str());
        let bins = bins.get(&who).map_or(&[][..], Vec::as_slice);
        let quantiles = quantiles.get(&who).map_or(&[][..], Vec::as_slice);
        let rows = bins.len().max(if quantiles.is_empty() { 0 } else { quantiles.len() + 2 }) as u32;
        for row in at..at + rows {
            sheet.text(row, 0, &summary.deal, Look::Plain);
            sheet.text(row, 1, &summary.metric, Look::Plain);
            sheet.text(row, 2, &summary.unit, Look::Plain);
        }
        if !bins.is_empty() {
            histogram(&mut sheet, at, summary, bins, places);
            spread.histograms.insert(who, Block { first_row: at, rows: bins.len() as u32 });
        }
        if !quantiles.is_empty() {
            let points = cumulative(&mut sheet, at, summary, quantiles);
            let block = Block { first_row: at, rows: points.len() as u32 };
            spread.cumulative.push((who.0, who.1, Cumulative { block, points }));
        }
        at += rows;
    }
    spread.rows = at - HEADER - 1;
    sheet.table("distributions", HEADER, 0, &COLUMNS, spread.rows);
    sheet.widths =
        vec![27.0, 24.0, 10.0, 10.0, 11.0, 11.0, 11.0, 9.0, 11.0, 9.0, 8.0, 12.0, 12.0, 12.0, 44.0];
    sheet.frozen = (HEADER + 1, 2);
    sheet.repeated = Some(HEADER);
    sheet.print_first_page();
    (sheet, spread)
}

fn histogram(sheet: &mut Sheet, first: u32, summary: &SummaryRow, bins: &[&HistogramRow], places: &Places) {
    let place = |column| places.cell(&summary.deal, &summary.metric, column).expect("a row of the summary");
    let (paths, p10, p90) = (place("paths"), place("p10"), place("p90"));
    let n = summary.paths as f64;
    for ((row, bin), name) in (first..).zip(bins).zip(names(bins)) {
        let edges = by_size(&summary.unit, bin.high - bin.low);
        sheet.text(row, 3, name, Look::Right);
        sheet.number(row, 4, bin.low, edges);
        sheet.number(row, 5, bin.high, edges);
        sheet.number(row, 6, bin.count as f64, Digits::Decimals(0));
        let share = bin.count as f64 / n;
        let [low, high, count, part, inside] = [4, 5, 6, 7, 8].map(|column| cell_name(row, column));
        sheet.formula(row, 7, format!("={count}/{paths}"), share, SHARE);
        let middle = (bin.low + bin.high) / 2.0;
        let within = middle >= summary.p10 && middle <= summary.p90;
        let formula = format!("=IF(AND(({low}+{high})/2>={p10},({low}+{high})/2<={p90}),{part},0)");
        let shown = if within { share } else { 0.0 };
        sheet.formula(row, 8, formula, shown, SHARE);
        sheet.formula(row, 9, format!("={part}-{inside}"), share - shown, SHARE);
    }
}

const SHARE: Digits = Digits::Percent(2);

/// Labels of the bins: their lower edges, and open ranges for wide bins at the ends.
fn names(bins: &[&HistogramRow]) -> Vec<String> {
    let width = |bin: &HistogramRow| bin.high - bin.low;
    let usual = bins.iter().map(|bin| width(bin)).fold(f64::INFINITY, f64::min);
    let wide = |bin: &HistogramRow| width(bin) > 1.5 * usual;
    let last = bins.len() - 1;
    let name = |(i, bin): (usize, &&HistogramRow)| match i {
        0 if last > 0 && wide(bin) => format!("<{}", significant(bin.high, 6)),
        i if i == last && last > 0 && wide(bin) => format!("{}+", significant(bin.low, 6)),
        _ => significant(bin.low, 6),
    };
    bins.iter().enumerate().map(name).collect()
}

fn cumulative(
    sheet: &mut Sheet,
    first: u32,
    summary: &SummaryRow,
    quantiles: &[&QuantileRow],
) -> Vec<(f64, f64)> {
    let digits = by_error(&summary.unit, summary.std_error);
    let none = f64::NAN;
    let inner = quantiles.iter().map(|row| (row.q, row.value, row.low95, row.high95));
    let all = std::iter::once((0.0, summary.min, none, none)).chain(inner).chain(std::iter::once((
        1.0,
        summary.max,
        none,
        none,
    )));
    let mut points = Vec::new();
    for (row, (q, value, low95, high95)) in (first..).zip(all) {
        sheet.number(row, column::Q, q, Digits::Percent(1));
        sheet.number(row, column::VALUE, value, digits);
        sheet.number(row, column::VALUE + 1, low95, digits);
        sheet.number(row, column::VALUE + 2, high95, digits);
        sheet.text(row, column::KEY, key(&summary.deal, &summary.metric), Look::Aside);
        points.push((q, value));
    }
    points
}
