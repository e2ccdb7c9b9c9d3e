//! The sheet *Charts*: native charts of the cells of the other sheets.

use super::chart::{Axis, COLOURS, Chart, Kind, Paint, Range, Series, UNNAMED, colour};
use super::components::{self, Components};
use super::distributions::{self, Spread, column};
use super::heading::title;
use super::sheet::{Look, Placed, Sheet};
use super::subjects::Subjects;
use super::years::{self, Block, EVENTS, Events, YEARS};
use crate::page::wording;
use capstake::model::PartyNames;
use capstake::report::results::Results;

/// Name of the sheet.
pub const SHEET: &str = "Charts";

/// Metrics whose distributions are drawn.
const METRICS: [&str; 2] = ["microsoft_take_pv", "openai_retained_pv"];
/// Series that are drawn by year.
const SERIES: [&str; 4] = ["net_revenue", "equity", "cumulative_payments", "cash"];
const CLOUD: &str = "cloud_share.";
const DOLLARS: &str = "billions of US dollars";
/// Colour of lines over areas.
const INK: u32 = 0x1F2328;

/// Width and height of a chart in pixels.
pub(super) const SIZE: (u32, u32) = (620, 360);
/// Distance between charts in rows and columns.
const STEP: (u32, u16) = (19, 10);
const FIRST_ROW: u32 = 3;
/// Rows of charts per printed page.
const ROWS_A_PAGE: u32 = 2;

/// Positions of the cells that the charts draw.
pub struct ChartCells<'a> {
    /// Cells of the components of Microsoft's total, if there are any.
    pub components: Option<&'a Components>,
    /// Cells of the yearly series.
    pub years: &'a years::Series<'a>,
    /// Cells of the events.
    pub events: &'a Events<'a>,
    /// Cells of the distributions.
    pub spread: &'a Spread<'a>,
}

/// Lays the sheet out.
pub fn sheet(results: &Results, subjects: &Subjects, from: &ChartCells) -> Sheet {
    let mut sheet = Sheet::new(SHEET);
    title(&mut sheet, "Charts", &results.facts);
    let names = &results.facts.names;
    let mut charts = Vec::new();
    for metric in METRICS {
        let words = &wording::metric(metric, names);
        charts.extend(
            subjects
                .deals()
                .enumerate()
                .filter_map(|(i, deal)| histogram(from.spread, deal, i, metric, words)),
        );
        charts.extend(cumulative(from.spread, subjects, metric, words));
        // Next to the distributions of the take, so that the rows of charts are full.
        if metric == METRICS[0] {
            charts.extend(from.components.and_then(|parts| parts_of_total(parts, names)));
        }
    }
    charts.extend(
        subjects.deals().enumerate().filter_map(|(i, deal)| cap_timing(from.events, results, deal, i)),
    );
    for series in SERIES {
        let words = &wording::series(series, names);
        charts.extend(
            subjects.deals().enumerate().filter_map(|(i, deal)| fan(from.years, deal, i, series, words)),
        );
    }
    charts.extend(subjects.deals().filter_map(|deal| cloud_mix(from.years, deal, names)));
    if charts.is_empty() {
        sheet.text(FIRST_ROW, 0, "Nothing to draw.", Look::Note);
    }
    for (i, chart) in (0..).zip(charts) {
        let (row, side) = (i / 2, i as u16 % 2);
        let cell = (FIRST_ROW + row * STEP.0, side * STEP.1);
        if side == 0 && row > 0 && row % ROWS_A_PAGE == 0 {
            sheet.breaks.push(cell.0);
        }
        sheet.charts.push(Placed { cell, size: SIZE, chart });
    }
    sheet.widths = vec![8.43; 2 * usize::from(STEP.1)];
    sheet
}

fn axis(title: &str, format: &'static str) -> Axis {
    Axis { title: title.into(), format, ..Axis::default() }
}

/// Interval between labels that leaves about ten of them.
fn every(rows: u32) -> Option<u16> {
    Some(rows.div_ceil(10).max(1) as u16)
}

fn histogram(spread: &Spread, deal: &str, i: usize, metric: &str, words: &str) -> Option<Chart> {
    let Block { first_row, rows } = spread.histogram(deal, metric)?;
    let [strong, _, light] = colour(i);
    let series = |name: &str, column, paint| Series {
        name: name.into(),
        categories: Range::column(distributions::SHEET, first_row, rows, column::BIN),
        values: Range::column(distributions::SHEET, first_row, rows, column),
        paint: Paint::Colour(paint),
        errors: None,
    };
    Some(Chart {
        title: format!("{deal}: {words}"),
        description: format!("Histogram of {metric} under {deal}; the bins from p10 to p90 are darker."),
        kind: Kind::StackedColumns,
        series: vec![
            series("from p10 to p90", column::INSIDE, strong),
            series("outside", column::OUTSIDE, light),
        ],
        lines: Vec::new(),
        x: Axis {
            every: every(rows),
            ..axis("present value, billions of US dollars; bins by their lower edge", "")
        },
        y: axis("part of the paths", "0%"),
        gap: 8,
    })
}

/// The cumulative distributions of a metric, one line a deal.
pub(super) fn cumulative(spread: &Spread, subjects: &Subjects, metric: &str, words: &str) -> Option<Chart> {
    let series: Vec<Series> = subjects
        .deals()
        .enumerate()
        .filter_map(|(i, deal)| {
            let block = spread.cumulative(deal, metric)?.block;
            // Without the smallest and the largest value, which depend on the number of paths more than on
            // the distribution.
            let (first, rows) = (block.first_row + 1, block.rows - 2);
            let range = |column| Range::column(distributions::SHEET, first, rows, column);
            let paint = Paint::Colour(colour(i)[0]);
            Some(Series {
                name: deal.into(),
                categories: range(column::VALUE),
                values: range(column::Q),
                paint,
                errors: None,
            })
        })
        .collect();
    (!series.is_empty()).then(|| Chart {
        title: format!("{words}: probability of less"),
        description: format!("Cumulative distributions of {metric}, one line a deal."),
        kind: Kind::Points,
        series,
        lines: Vec::new(),
        x: axis(DOLLARS, "#,##0"),
        y: Axis { bounds: Some((0.0, 1.0)), ..axis("probability", "0%") },
        gap: 0,
    })
}

/// What Microsoft's total is made of, a column a deal.
pub(super) fn parts_of_total(components: &Components, names: &PartyNames) -> Option<Chart> {
    let row = |row| Range::row(components::SHEET, row, components.first_column, components.deals);
    let series = |(i, name): (usize, &&str)| Series {
        name: wording::metric(name, names),
        categories: row(components.header),
        values: row(components.header + 1 + i as u32),
        paint: Paint::Colour(COLOURS[i % COLOURS.len()][0]),
        errors: None,
    };
    (!components.names.is_empty()).then(|| Chart {
        title: names.tell("Where {partner’s} total comes from, mean present value"),
        description: "Stacked columns, one a deal: share, stake, resale, hosting and licence.".into(),
        kind: Kind::StackedColumns,
        series: components.names.iter().enumerate().map(series).collect(),
        lines: Vec::new(),
        x: axis("", ""),
        y: axis(DOLLARS, "#,##0"),
        gap: 80,
    })
}

fn cap_timing(events: &Events, results: &Results, deal: &str, i: usize) -> Option<Chart> {
    const EVENT: &str = "cap_reached";
    let happens = |row: &&capstake::report::tables::EventRow| {
        row.deal == deal && row.event == EVENT && row.probability > 0.0
    };
    results.tables.events.iter().find(happens)?;
    let Block { first_row, rows } = events.block(deal, EVENT)?;
    let range = |column| Range::column(EVENTS, first_row, rows, column);
    let [strong, ..] = colour(i);
    let series = |name: &str, column, paint| Series {
        name: name.into(),
        categories: range(Events::PERIOD),
        values: range(column),
        paint,
        errors: None,
    };
    Some(Chart {
        title: format!("{deal}: when the cap is reached"),
        description: format!("Probability that the cap of {deal} is reached in a period, and by its end."),
        kind: Kind::StackedColumns,
        series: vec![series("in the period", Events::IN_PERIOD, Paint::Colour(strong))],
        lines: vec![series("by then", Events::BY_THEN, Paint::Colour(INK))],
        x: Axis { every: every(rows), ..axis("", "") },
        y: axis("probability", "0%"),
        gap: 30,
    })
}

fn fan(years: &years::Series, deal: &str, i: usize, name: &str, words: &str) -> Option<Chart> {
    let Block { first_row, rows } = years.block(deal, name)?;
    let range = |column: &str| Range::column(YEARS, first_row, rows, years::Series::column(column));
    let [_, middle, light] = colour(i);
    let series = |name: &str, column: &str, paint| Series {
        name: name.into(),
        categories: range(years::LABEL),
        values: range(column),
        paint,
        errors: None,
    };
    let band = |name: &str, column: &str, colour| series(name, column, Paint::Colour(colour));
    Some(Chart {
        title: format!("{deal}: {words}"),
        description: format!("Fan of {name} by year under {deal}: p5 to p95, p25 to p75, median and mean."),
        kind: Kind::StackedAreas,
        series: vec![
            series(UNNAMED, "p05", Paint::Nothing),
            band("p5 to p95", "p05_to_p25", light),
            band("p25 to p75", "p25_to_p50", middle),
            band(UNNAMED, "p50_to_p75", middle),
            band(UNNAMED, "p75_to_p95", light),
        ],
        lines: vec![series("median", "p50", Paint::Colour(INK)), series("mean", "mean", Paint::Dashes(INK))],
        x: axis("", ""),
        y: axis(DOLLARS, "#,##0"),
        gap: 0,
    })
}

fn cloud_mix(years: &years::Series, deal: &str, names: &PartyNames) -> Option<Chart> {
    let clouds = years.names.iter().filter_map(|name| Some((*name, name.strip_prefix(CLOUD)?)));
    let series: Vec<Series> = clouds
        .enumerate()
        .filter_map(|(i, (name, cloud))| {
            let Block { first_row, rows } = years.block(deal, name)?;
            let range = |column: &str| Range::column(YEARS, first_row, rows, years::Series::column(column));
            Some(Series {
                name: cloud.into(),
                categories: range(years::LABEL),
                values: range("mean"),
                paint: Paint::Colour(COLOURS[i % COLOURS.len()][0]),
                errors: None,
            })
        })
        .collect();
    (!series.is_empty()).then(|| Chart {
        title: format!("{deal}: {}", names.tell("which clouds sell {company's} models, mean shares")),
        description: format!("Stacked areas of the clouds' mean shares by year under {deal}."),
        kind: Kind::StackedAreas,
        series,
        lines: Vec::new(),
        x: axis("", ""),
        y: Axis { bounds: Some((0.0, 1.0)), ..axis("part of cloud sales", "0%") },
        gap: 0,
    })
}
