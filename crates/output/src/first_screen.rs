//! The first screen of a run: a table of its deals and of their differences, then the answer in sentences.

use crate::glossary::short_label;
use crate::page::view::View;
use crate::page::wording::{measure, run_line};
use crate::sentences::sentences;
use capstake::kernel::metric::Metric;
use capstake::report::assumptions::rests_on;
use capstake::report::digits::{
    NONE, Precision, condition, is_decided_by_few, percent_in_passing, probability, thousands,
};
use capstake::report::results::{Facts, Results};
use capstake::report::tables::SummaryRow;
use capstake::report::unhelped::unhelped;

/// The first screen of a run.
#[derive(Clone, Debug)]
pub struct FirstScreen {
    /// The run in one line.
    pub title: String,
    /// Reasons for caution, and the changes that the title only counts.
    pub remarks: Vec<String>,
    /// What the first column of the table holds.
    pub over_labels: &'static str,
    /// The columns of the table, most important first.
    pub columns: Vec<Column>,
    /// The rows of the table.
    pub rows: Vec<Row>,
    /// What marks in the table mean.
    pub notes: Vec<String>,
    /// What to know of the tables in full.
    pub notes_in_full: Vec<String>,
    /// The answer in sentences.
    pub answer: String,
}

/// A deal or a difference as a column of the table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in the tables.
    pub name: String,
    /// Its heading.
    pub heading: String,
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its label.
    pub label: String,
    /// Whether it holds the answer.
    pub is_main: bool,
    /// A cell for each column.
    pub cells: Vec<String>,
}

/// Longest cell of a probability, in characters.
const CELL: usize = 18;

/// Label of the row of p5 to p95.
const RANGE: &str = "  nine in ten";

/// Builds the first screen.
pub fn first_screen(results: &Results) -> FirstScreen {
    let view = View::new(results);
    let facts = &results.facts;
    let is_empty = facts.paths == 0;
    let table = Table { view: &view, notes: Vec::new() };
    let (rows, mut notes) = if is_empty { (Vec::new(), Vec::new()) } else { table.rows() };
    if !rows.is_empty() && view.differences.len() > 1 {
        notes.insert(0, format!("Δ is a deal minus {}, path by path", view.deals[0]));
    }
    if !rows.is_empty() {
        notes.extend(facts.errors().map(|errors| format!("± {errors}")));
    }
    FirstScreen {
        title: run_line(facts),
        remarks: remarks(facts),
        over_labels: "$bn, mean ± error",
        columns: if is_empty { Vec::new() } else { columns(&view) },
        rows,
        notes,
        notes_in_full: facts
            .errors()
            .map(|errors| format!("± {errors}"))
            .into_iter()
            .chain(unhelped(results))
            .chain(rests_on(&results.tables.origins, &facts.names))
            .collect(),
        answer: if is_empty || view.deals.is_empty() {
            String::new()
        } else {
            sentences(&view, 0).paragraph()
        },
    }
}

fn remarks(facts: &Facts) -> Vec<String> {
    let mut remarks: Vec<String> = facts.changes_listed().into_iter().collect();
    if facts.partial {
        let asked = thousands(facts.paths_asked);
        remarks.push(match facts.paths {
            0 => format!("PARTIAL: stopped before the first of {asked} paths was kept."),
            done => format!("PARTIAL: {} of {asked} paths; all below is over those.", thousands(done)),
        });
    }
    if facts.paths == 1 {
        remarks.push("One path says nothing about the error.".to_owned());
    }
    remarks
}

fn columns(view: &View) -> Vec<Column> {
    let column = |name: &str, heading: String| Column { name: name.to_owned(), heading };
    let mut columns: Vec<Column> = view.deals.iter().map(|name| column(name, (*name).to_owned())).collect();
    columns.extend(view.differences.iter().map(|difference| {
        let heading = match view.differences.len() {
            1 => "difference".to_owned(),
            _ => format!("Δ {}", difference.later),
        };
        column(difference.name, heading)
    }));
    columns
}

/// The table while it is made.
struct Table<'v, 'a> {
    view: &'v View<'a>,
    notes: Vec<String>,
}

impl Table<'_, '_> {
    /// The rows, and the notes on their marks.
    fn rows(mut self) -> (Vec<Row>, Vec<String>) {
        let has = |metric: Metric| {
            self.view.deals.iter().any(|deal| self.view.summary(deal, metric.key()).is_some())
        };
        let has_stake = self.view.deals.iter().any(|deal| self.view.has_series(deal, "stake"));
        let earns_more = |deal: &&str| {
            let mean = |metric: Metric| self.view.summary(deal, metric.key()).map(|row| row.mean);
            mean(Metric::MicrosoftTotalPv) != mean(Metric::MicrosoftTakePv)
        };
        let has_total = has(Metric::MicrosoftTotalPv) && self.view.deals.iter().any(earns_more);
        let holders =
            if has(Metric::OpenaiRetainedPv) { Metric::OpenaiRetainedPv } else { Metric::RevenueKeptPv };
        let mut rows = self.amount(Metric::MicrosoftTakePv, true);
        for (metric, is_shown, with_range) in [
            (Metric::SharePv, has_stake, false),
            (Metric::StakePv, has_stake, false),
            (Metric::MicrosoftTotalPv, has_total, false),
            (holders, has(holders), true),
        ] {
            if is_shown {
                rows.extend(self.amount(metric, with_range));
            }
        }
        let is_capped = self.view.deals.iter().any(|deal| self.view.is_capped(deal));
        for (metric, event, is_shown) in [
            (Metric::CapHit, "cap_reached", is_capped),
            (Metric::Ipo, "listed", self.view.has_part("ipo")),
            (Metric::Failed, "failed", self.view.has_part("cash")),
        ] {
            if is_shown {
                rows.push(self.row(metric, |table, name| table.chance(name, metric, event)));
            }
            if is_shown && metric == Metric::Ipo {
                let half =
                    |table: &mut Self, name: &str| table.view.median_period(name, event).unwrap_or_default();
                rows.push(Row { label: "  median date".to_owned(), ..self.row(metric, half) });
            }
        }
        (rows, self.notes)
    }

    fn row(&mut self, metric: Metric, cell: impl Fn(&mut Self, &str) -> String) -> Row {
        let names: Vec<String> = columns(self.view).into_iter().map(|column| column.name).collect();
        Row {
            label: short_label(metric, &self.view.results.facts.names),
            is_main: metric == Metric::MicrosoftTakePv,
            cells: names.iter().map(|name| cell(self, name)).collect(),
        }
    }

    /// The means of a present value and, if wanted, its range.
    fn amount(&mut self, metric: Metric, with_range: bool) -> Vec<Row> {
        let mut rows = vec![self.row(metric, |table, name| match table.view.summary(name, metric.key()) {
            Some(row) => table.mean(row, metric),
            None => NONE.to_owned(),
        })];
        let range = |table: &mut Self, name: &str| {
            let row =
                table.view.summary(name, metric.key()).filter(|row| row.min != row.max && row.paths > 1);
            let Some(row) = row else { return String::new() };
            let end = |q| table.view.quantile(name, &row.metric, q).map(|digits| number(&digits));
            match (end(0.05), end(0.95)) {
                (Some(low), Some(high)) => format!("{low} to {high}"),
                _ => String::new(),
            }
        };
        if with_range {
            let row = self.row(metric, range);
            if row.cells.iter().any(|cell| !cell.is_empty()) {
                rows.push(Row { label: RANGE.to_owned(), is_main: false, ..row });
            }
        }
        rows
    }

    fn mean(&mut self, row: &SummaryRow, metric: Metric) -> String {
        let estimate = self.view.estimate(row, 1.0);
        let value = number(&estimate.value);
        let mut cell = match &estimate.precision {
            Precision::Error(error) => format!("{value} ± {}", number(error)),
            Precision::Exact => format!("{value} (exact)"),
            Precision::Agree(_) => format!("{value} (all agree)"),
            Precision::Unknown => value,
        };
        if is_decided_by_few(row) {
            cell += " †";
            self.note("† few futures decide this mean: its ± is itself uncertain".to_owned());
        }
        if let Some(condition) = condition(row.paths, row.undefined) {
            cell += " *";
            let label = short_label(metric, &self.view.results.facts.names);
            self.note(format!("* {label}, {}: {condition}", row.deal));
        }
        cell
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The probability of an event under a deal, or its difference in percentage points.
    fn chance(&mut self, name: &str, metric: Metric, event: &str) -> String {
        let view = self.view;
        if !view.deals.contains(&name) {
            let is_known = metric != Metric::CapHit || view.are_both_capped(name);
            let row = view.summary(name, metric.key()).filter(|_| is_known);
            let flag = measure("flag");
            return row.map_or(NONE.to_owned(), |row| {
                flag.written(view.estimate(row, flag.factor)).replace('%', " pp")
            });
        }
        if metric == Metric::CapHit && !view.is_capped(name) {
            return "no cap".to_owned();
        }
        let chance = view.chance(name, event);
        if chance.probability.is_nan() {
            return NONE.to_owned();
        }
        let cell = match probability(view.seen(&chance)) {
            (value, precision) if precision.starts_with('±') => format!("{value} {precision}%"),
            (value, precision) if precision.is_empty() => format!("{value}%"),
            (value, precision) => {
                let percent = if chance.exact { "" } else { "%" };
                format!("{value}% ({}{percent})", precision.trim_start_matches("95%: "))
            }
        };
        match cell.chars().count() {
            long if long > CELL => percent_in_passing(chance.probability, chance.std_error),
            _ => cell,
        }
    }
}

/// A number with commas between its thousands and a typographic minus.
fn number(digits: &str) -> String {
    measure("").number(digits)
}
