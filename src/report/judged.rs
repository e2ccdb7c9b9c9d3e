//! Judges tables and answers that were read from a folder: what a run or a study cannot have written is refused before
//! a page or a workbook is made of it.

use std::collections::{HashMap, HashSet};

use super::answer::{Answer, Chart, Shown, Table};
use super::row::Row;
use super::tables::{
    AnnualRow, BridgeRow, CorrelationRow, EventRow, HistogramRow, InputRow, OriginRow, QuantileRow,
    SamplePathRow, SummaryRow, Tables, UNSOURCED,
};
use super::what_if::{self, WhatIfRow};
use crate::config::names::is_name;
use crate::config::{Date, Unit};
use crate::kernel::metric::{Metric, Series};
use crate::run::{Event, SAMPLE_PATHS};
use crate::study::sensitivity::origins::Kind;
use crate::study::what_if::BINS;

/// Separator of the two names of a difference.
const MINUS: &str = " - ";
/// Rounding of sums of probabilities and correlations.
const SLACK: f64 = 1e-9;
/// Largest number of characters of a name that is a sheet's or a file's.
const LONGEST_NAME: usize = 31;
/// Characters of a cell that a message shows.
const SHOWN_OF_A_CELL: usize = 80;

/// A cell that cannot be what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: `{found}` cannot stand there; {wanted}")]
pub struct BadCell {
    /// Name of the table and stem of its file.
    pub table: &'static str,
    /// Line of its row in the file, counted from 1.
    pub line: u64,
    /// The column.
    pub column: &'static str,
    /// What stands there.
    pub found: String,
    /// What belongs there.
    pub wanted: &'static str,
}

/// The judge of a row: it says which cell is wrong.
struct At<R> {
    line: u64,
    row: std::marker::PhantomData<R>,
}

impl<R: Row> At<R> {
    fn line(line: u64) -> At<R> {
        At { line, row: std::marker::PhantomData }
    }

    fn wants(
        &self,
        holds: bool,
        column: &'static str,
        found: impl std::fmt::Display,
        wanted: &'static str,
    ) -> Result<(), BadCell> {
        debug_assert!(R::COLUMNS.contains(&column), "{column}");
        if holds {
            return Ok(());
        }
        let found = found.to_string().chars().take(SHOWN_OF_A_CELL).collect();
        Err(BadCell { table: R::TABLE, line: self.line, column, found, wanted })
    }
}

/// The rows of a table with the lines on which they stand, below the header.
fn lines<R: Row>(rows: &[R]) -> impl Iterator<Item = (At<R>, &R)> {
    (2..).map(At::line).zip(rows)
}

/// Whether two numbers rise, as far as both are there.
fn in_order(low: f64, high: f64) -> bool {
    low <= high || low.is_nan() || high.is_nan()
}

/// What the tables of a run have in common.
struct Run<'a> {
    /// Names of the deals, in order.
    deals: Vec<&'a str>,
    /// Values of each metric of each deal and difference.
    counts: HashMap<(&'a str, &'a str), u64>,
    /// Simulated paths.
    paths: u64,
}

/// Judges the tables of a run of so many paths.
///
/// # Errors
/// The first cell that no run writes.
pub fn tables(tables: &Tables, paths: u64) -> Result<(), BadCell> {
    let run = Run::of(&tables.summary, paths)?;
    run.quantiles(&tables.quantiles)?;
    run.histogram(&tables.histogram)?;
    run.annual(&tables.annual)?;
    run.events(&tables.events)?;
    run.sample_paths(&tables.sample_paths)?;
    run.bridge(&tables.bridge)?;
    run.origins(&tables.origins)?;
    run.what_if(&tables.what_if)?;
    inputs(&tables.inputs)?;
    correlations(&tables.correlations)
}

/// Judges the figures that a manifest calls exact: they exist, and no path of theirs differs from another.
///
/// # Errors
/// The first that cannot be exact, in words.
pub fn exact(tables: &Tables) -> Result<(), String> {
    for of in &tables.exact {
        for figure in &of.figures {
            let metrics = tables.summary.iter().filter(|row| row.deal == of.deal && row.metric == *figure);
            let years = tables.annual.iter().filter(|row| row.deal == of.deal && row.series == *figure);
            let events = tables.events.iter().filter(|row| row.deal == of.deal && row.event == *figure);
            let spreads: Vec<f64> = metrics
                .map(|row| row.std_error)
                .chain(years.map(|row| row.std_error))
                .chain(events.map(|row| row.std_error))
                .collect();
            // Agreement up to rounding; NaN without a value.
            if spreads.is_empty() || spreads.iter().any(|error| *error > 1e-6) {
                let shown = |text: &str| text.chars().take(SHOWN_OF_A_CELL).collect::<String>();
                return Err(format!(
                    "exact: `{}` of `{}` cannot stand there",
                    shown(figure),
                    shown(&of.deal)
                ));
            }
        }
    }
    Ok(())
}

impl<'a> Run<'a> {
    /// Judges the summary, with which the other tables must agree.
    fn of(rows: &'a [SummaryRow], paths: u64) -> Result<Run<'a>, BadCell> {
        let mut run = Run { deals: Vec::new(), counts: HashMap::new(), paths };
        for (at, row) in lines(rows) {
            let name = row.deal.as_str();
            match name.split_once(MINUS) {
                Some((later, first)) => {
                    let known = [later, first].iter().all(|deal| run.deals.contains(deal));
                    at.wants(known && later != first, "deal", name, "a difference is of two deals above it")?;
                }
                None if !run.deals.contains(&name) => {
                    at.wants(is_name(name), "deal", name, NAME)?;
                    run.deals.push(name);
                }
                None => {}
            }
            is_metric(&at, &row.metric, &row.unit)?;
            at.wants(row.paths <= paths, "paths", row.paths, PATHS)?;
            let all = row.paths.checked_add(row.undefined) == Some(paths);
            at.wants(all, "undefined", row.undefined, "it and `paths` add up to the paths of the run")?;
            at.wants(
                row.std_error.is_nan() || row.std_error >= 0.0,
                "std_error",
                row.std_error,
                "an error is 0 or more",
            )?;
            at.wants(in_order(row.low95, row.high95), "low95", row.low95, "it is not above `high95`")?;
            at.wants(in_order(row.min, row.max), "min", row.min, "it is not above `max`")?;
            let new = run.counts.insert((name, &row.metric), row.paths).is_none();
            at.wants(new, "metric", &row.metric, "a deal has each metric once")?;
        }
        Ok(run)
    }

    fn quantiles(&self, rows: &[QuantileRow]) -> Result<(), BadCell> {
        let mut before: HashMap<(&str, &str), f64> = HashMap::new();
        for (at, row) in lines(rows) {
            self.has(&at, &row.deal, &row.metric, &row.unit)?;
            let last = before.insert((&row.deal, &row.metric), row.q).unwrap_or(0.0);
            let rises = last < row.q && row.q < 1.0;
            at.wants(rises, "q", row.q, "the probabilities of a metric rise between 0 and 1")?;
            let holds = in_order(row.low95, row.value) && in_order(row.value, row.high95);
            at.wants(holds, "value", row.value, "an interval holds its quantile")?;
        }
        Ok(())
    }

    fn histogram(&self, rows: &[HistogramRow]) -> Result<(), BadCell> {
        let mut before: HashMap<(&str, &str), (f64, u64)> = HashMap::new();
        for (at, row) in lines(rows) {
            let count = self.has(&at, &row.deal, &row.metric, &row.unit)?;
            let (edge, sum) = before.entry((&row.deal, &row.metric)).or_insert((f64::NEG_INFINITY, 0));
            at.wants(*edge <= row.low, "low", row.low, "the bins of a metric rise")?;
            at.wants(row.low <= row.high, "high", row.high, "it is not below `low`")?;
            (*edge, *sum) = (row.high, sum.saturating_add(row.count));
            at.wants(*sum <= count, "count", row.count, "the counts of a metric add up to its paths")?;
        }
        Ok(())
    }

    fn annual(&self, rows: &[AnnualRow]) -> Result<(), BadCell> {
        let mut before: HashMap<(&str, &str), i32> = HashMap::new();
        for (at, row) in lines(rows) {
            self.has_deal(&at, &row.deal)?;
            is_series(&at, &row.series, Some(&row.unit))?;
            let is_year = Date::new(row.year, 1, 1).is_some();
            at.wants(is_year, "year", row.year, "a calendar year has four digits")?;
            let last = before.insert((&row.deal, &row.series), row.year);
            let follows = last.is_none_or(|last| row.year == last + 1);
            at.wants(follows, "year", row.year, "the years of a series follow each other")?;
            at.wants(row.paths <= self.paths, "paths", row.paths, PATHS)?;
        }
        Ok(())
    }

    fn events(&self, rows: &[EventRow]) -> Result<(), BadCell> {
        let mut first: Option<(&str, &str)> = None;
        let mut dates: Vec<&str> = Vec::new();
        // Of the event under way: whose it is, and how many of its dates there were.
        let mut now = (("", ""), 0);
        let mut met = HashSet::new();
        for (i, (at, row)) in lines(rows).enumerate() {
            self.has_deal(&at, &row.deal)?;
            let is_event = Event::ALL.iter().any(|event| event.name() == row.event);
            at.wants(is_event, "event", &row.event, "no event has that name")?;
            at.wants(Date::parse(&row.date).is_some(), "date", &row.date, DATE)?;
            let is_part = row.probability.is_nan() || (-SLACK..=1.0 + SLACK).contains(&row.probability);
            at.wants(is_part, "probability", row.probability, "a probability lies between 0 and 1")?;
            let who = (row.deal.as_str(), row.event.as_str());
            if now.0 != who {
                let is_whole = i == 0 || now.1 == dates.len();
                at.wants(is_whole, "event", &row.event, SAME_DATES)?;
                at.wants(met.insert(who), "event", &row.event, "the rows of an event stand together")?;
                now = (who, 0);
                first = first.or(Some(who));
            }
            if first == Some(who) {
                let rises = dates.last().is_none_or(|last| *last < row.date.as_str());
                at.wants(rises, "date", &row.date, "the dates of an event rise")?;
                dates.push(&row.date);
            } else {
                let same = dates.get(now.1).is_some_and(|date| *date == row.date);
                at.wants(same, "date", &row.date, SAME_DATES)?;
            }
            now.1 += 1;
        }
        let last = rows.last().filter(|_| now.1 != dates.len());
        last.map_or(Ok(()), |row| {
            At::<EventRow>::line(rows.len() as u64 + 1).wants(false, "date", &row.date, SAME_DATES)
        })
    }

    fn sample_paths(&self, rows: &[SamplePathRow]) -> Result<(), BadCell> {
        for (at, row) in lines(rows) {
            self.has_deal(&at, &row.deal)?;
            is_series(&at, &row.series, None)?;
            at.wants(row.path < SAMPLE_PATHS, "path", row.path, "only the first paths are kept")?;
            at.wants(Date::parse(&row.period_end).is_some(), "period_end", &row.period_end, DATE)?;
        }
        Ok(())
    }

    fn bridge(&self, rows: &[BridgeRow]) -> Result<(), BadCell> {
        for (at, row) in lines(rows) {
            let metric = self
                .deals
                .first()
                .is_some_and(|deal| self.counts.contains_key(&(*deal, row.metric.as_str())));
            at.wants(metric, "metric", &row.metric, "summary.csv has no such metric")?;
            at.wants(is_name(&row.clause), "clause", &row.clause, "clauses have names")?;
            let figures = [
                ("alone_first", row.alone_first, row.alone_first_error),
                ("alone_last", row.alone_last, row.alone_last_error),
                ("in_order", row.in_order, row.in_order_error),
                ("shapley", row.shapley, row.shapley_error),
            ];
            for (column, figure, error) in figures {
                at.wants(figure.is_finite(), column, figure, "a number")?;
                at.wants(error >= 0.0 || error.is_nan(), column, error, "an error of 0 or more")?;
            }
        }
        Ok(())
    }

    fn origins(&self, rows: &[OriginRow]) -> Result<(), BadCell> {
        for (at, row) in lines(rows) {
            self.has_deal(&at, &row.deal)?;
            let known = self.counts.contains_key(&(row.deal.as_str(), row.metric.as_str()));
            at.wants(known, "metric", &row.metric, "summary.csv has no such metric")?;
            let kind = Kind::ALL.iter().any(|kind| kind.name() == row.kind);
            at.wants(kind, "kind", &row.kind, "sourced, derived or judgement")?;
            let share = row.share_of_variance.abs() <= 2.0;
            at.wants(share, "share_of_variance", row.share_of_variance, "a part of a whole")?;
            at.wants(row.std_error >= 0.0, "std_error", row.std_error, "an error of 0 or more")?;
        }
        Ok(())
    }

    fn what_if(&self, rows: &[WhatIfRow]) -> Result<(), BadCell> {
        for (at, row) in lines(rows) {
            let known = self.counts.contains_key(&(row.deal.as_str(), row.metric.as_str()));
            at.wants(known, "deal", &row.deal, "summary.csv has no such deal with that metric")?;
            is_metric(&at, &row.metric, &row.unit)?;
            at.wants(is_key(&row.key) || row.key.is_empty(), "key", &row.key, KEY)?;
            let second = &row.second_key;
            at.wants(is_key(second) || second.is_empty(), "second_key", second, KEY)?;
            let is_set = |key: &str, value: f64| key.is_empty() != value.is_finite();
            at.wants(is_set(&row.key, row.value), "value", row.value, "a key has a value")?;
            let second = is_set(&row.second_key, row.second_value);
            at.wants(second, "second_value", row.second_value, "a key has a value")?;
            for (column, error) in [("std_error", row.std_error), ("difference_error", row.difference_error)]
            {
                at.wants(error >= 0.0 || error.is_nan(), column, error, "an error of 0 or more")?;
            }
            for (column, exact, error) in [
                ("exact", row.exact, row.std_error),
                ("difference_exact", row.difference_exact, row.difference_error),
            ] {
                // Agreement up to rounding.
                let holds = exact == 0 || (exact == 1 && (error.is_nan() || error <= 1e-6));
                at.wants(holds, column, exact, "1 of a figure without an error, else 0")?;
            }
            at.wants(in_order(row.p05, row.p95), "p95", row.p95, "quantiles rise")?;
            at.wants(row.paths <= self.paths, "paths", row.paths, PATHS)?;
            let counts = what_if::counts(row);
            let total =
                counts.as_ref().map(|counts| counts.iter().fold(0_u64, |sum, &n| sum.saturating_add(n)));
            let bins = counts.map_or(0, |counts| counts.len());
            let is_whole = row.counts.is_empty() || (bins == BINS && total == Some(row.paths));
            at.wants(is_whole, "counts", &row.counts, "40 counts of paths that add up to them")?;
            let has_ends = row.counts.is_empty() || row.low < row.high;
            at.wants(has_ends, "high", row.high, "bins lie between two ends")?;
        }
        Ok(())
    }

    fn has_deal<R: Row>(&self, at: &At<R>, deal: &str) -> Result<(), BadCell> {
        at.wants(self.deals.contains(&deal), "deal", deal, "summary.csv has no such deal")
    }

    /// The number of values of a metric in the summary.
    fn has<R: Row>(&self, at: &At<R>, deal: &str, metric: &str, unit: &str) -> Result<u64, BadCell> {
        is_metric(at, metric, unit)?;
        let count = self.counts.get(&(deal, metric)).copied();
        at.wants(count.is_some(), "deal", deal, "summary.csv has no such deal with that metric")?;
        Ok(count.unwrap_or_default())
    }
}

const NAME: &str = "a name has letters a to z, digits, `_` and `-`, at most 64";
const KEY: &str = "a key has letters a to z, digits, `.`, `_` and `-`";
const DATE: &str = "a date is written 2026-07-01";
const PATHS: &str = "the manifest says that there are fewer paths";
const SAME_DATES: &str = "every event of every deal has the same dates";

/// Whether a text can be a dotted key.
fn is_key(text: &str) -> bool {
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter);
    !text.is_empty() && text.chars().all(plain)
}

/// Whether a metric has that name and unit; names of mix metrics end in their year.
fn is_metric<R: Row>(at: &At<R>, name: &str, unit: &str) -> Result<(), BadCell> {
    let year = name.rsplit('_').next().and_then(|year| year.parse::<u16>().ok()).unwrap_or_default();
    let known = Metric::ALL.into_iter().find(|metric| metric.name(year.into()) == name);
    at.wants(known.is_some(), "metric", name, "no metric has that name")?;
    at.wants(
        known.is_some_and(|metric| metric.unit().name() == unit),
        "unit",
        unit,
        "the metric has another unit",
    )
}

/// Whether a series has that name, and that unit if there is one.
fn is_series<R: Row>(at: &At<R>, name: &str, unit: Option<&str>) -> Result<(), BadCell> {
    let cloud = name.strip_prefix("cloud_share.").filter(|cloud| is_name(cloud)).map(str::to_owned);
    let clouds = [cloud.unwrap_or_default()];
    let known = Series::ALL.into_iter().find(|series| series.name(&clouds) == name);
    at.wants(known.is_some(), "series", name, "no series has that name")?;
    match (unit, known) {
        (Some(unit), Some(series)) => {
            at.wants(series.unit().name() == unit, "unit", unit, "the series has another unit")
        }
        _ => Ok(()),
    }
}

fn inputs(rows: &[InputRow]) -> Result<(), BadCell> {
    let mut line = 2;
    let mut keys = HashSet::new();
    for row in rows {
        let at = At::<InputRow>::line(line);
        // An author's note may have several lines.
        line += 1 + [&row.distribution, &row.note].iter().flat_map(|text| text.matches('\n')).count() as u64;
        at.wants(is_key(&row.key), "key", &row.key, KEY)?;
        at.wants(keys.insert(&row.key), "key", &row.key, "each key stands once")?;
        at.wants(
            Unit::ALL.iter().any(|unit| unit.name() == row.unit),
            "unit",
            &row.unit,
            "no unit has that name",
        )?;
        let one_kind = row.informed_by.is_empty() || row.source == UNSOURCED;
        at.wants(
            one_kind,
            "informed_by",
            &row.informed_by,
            "a number with a source is not derived from one",
        )?;
    }
    Ok(())
}

fn correlations(rows: &[CorrelationRow]) -> Result<(), BadCell> {
    for (at, row) in lines(rows) {
        for (column, number) in [("target", row.target), ("repaired", row.repaired), ("sampled", row.sampled)]
        {
            let is_correlation = number.is_nan() || number.abs() <= 1.0 + SLACK;
            at.wants(is_correlation, column, number, "a correlation lies between -1 and 1")?;
        }
    }
    Ok(())
}

/// Judges the answer of the study `command`.
///
/// # Errors
/// The first part that no study writes: where it is, and what is wrong.
pub fn answer(answer: &Answer, command: &str) -> Result<(), String> {
    if answer.study != command {
        return Err(format!("study: the answer of `{}` in a folder of `{command}`", answer.study));
    }
    let mut names = HashSet::new();
    for (i, one) in answer.tables.iter().enumerate() {
        table(one).map_err(|what| format!("tables[{i}]{what}"))?;
        if !names.insert(&one.name) {
            return Err(format!("tables[{i}].name: a second table `{}`", one.name));
        }
    }
    for (i, chart) in answer.charts.iter().enumerate() {
        self::chart(chart).map_err(|what| format!("charts[{i}]{what}"))?;
    }
    Ok(())
}

fn table(table: &Table) -> Result<(), String> {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    if table.name.is_empty() || table.name.len() > LONGEST_NAME || !table.name.chars().all(is_letter) {
        return Err(".name: letters a to z and `_`, at most 31, name a table".to_owned());
    }
    let columns = table.columns.len();
    let own: HashSet<String> = table.columns.iter().map(|column| column.name.to_lowercase()).collect();
    if columns == 0 || own.len() != columns {
        return Err(".columns: every column needs a name of its own".to_owned());
    }
    for (i, row) in table.rows.iter().enumerate() {
        if row.len() != columns {
            return Err(format!(".rows[{i}]: {} values for {columns} columns", row.len()));
        }
    }
    match table.shown {
        Shown::FirstOfEach { alike, .. } if alike > columns => {
            Err(format!(".shown.alike: {alike} of {columns} columns"))
        }
        _ => Ok(()),
    }
}

fn chart(chart: &Chart) -> Result<(), String> {
    match chart {
        Chart::Curves { x: axis, curves, .. } => {
            for (i, curve) in curves.iter().enumerate() {
                for (j, point) in curve.points.iter().enumerate() {
                    let place = format!(".curves[{i}].points[{j}]");
                    // The axis counts calendar years, which have four digits; the end of one is the next.
                    if axis.is_calendar() && !point.x.is_nan() && !(0.0..=10_000.0).contains(&point.x) {
                        return Err(format!("{place}.x: {} is no calendar year", point.x));
                    }
                    if point.std_error < 0.0 {
                        return Err(format!("{place}.std_error: {} is below 0", point.std_error));
                    }
                }
            }
            Ok(())
        }
        Chart::Heat { columns, rows, cells, .. } => {
            if cells.len() != rows.len() {
                return Err(format!(".cells: {} rows for {} names", cells.len(), rows.len()));
            }
            match cells.iter().position(|row| row.len() != columns.len()) {
                Some(i) => {
                    Err(format!(".cells[{i}]: {} values for {} columns", cells[i].len(), columns.len()))
                }
                None => Ok(()),
            }
        }
        Chart::Bars { .. } | Chart::Waterfall { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests;
