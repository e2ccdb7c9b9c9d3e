//! The sheet *Ask*: the reader types a value and gets the probability of more, or types a percentile and gets
//! its value.

use super::digits::{by_error, by_size};
use super::distributions::{self, Cumulative, Spread, column};
use super::heading::title;
use super::sheet::{Choice, Digits, Look, Name, Sheet, Style, Texts, elsewhere, fixed};
use super::subjects::Subjects;
use capstake::report::digits::{at_place, exponent};
use capstake::report::results::Results;
use capstake::report::tables::SummaryRow;

/// Name of the sheet.
pub const SHEET: &str = "Ask";

const METRIC: &str = "microsoft_take_pv";
const PERCENTILE: f64 = 0.9;
const COUNT: Digits = Digits::Decimals(0);
/// Column of inputs and answers.
const CELL: u16 = 1;
/// Columns of the lists to choose from.
const DEALS: u16 = 4;
const METRICS: u16 = 5;

/// Rows of the questions.
mod at {
    pub const DEAL: u32 = 4;
    pub const METRIC: u32 = 5;
    pub const FIRST: u32 = 6;
    pub const POINTS: u32 = 7;
    pub const UNIT: u32 = 8;
    pub const VALUE: u32 = 11;
    pub const BELOW: u32 = 12;
    pub const CHANCE: u32 = 13;
    pub const PERCENTILE: u32 = 16;
    pub const UNDER: u32 = 17;
    pub const FOUND: u32 = 18;
}

/// The number of points not above a value, and the probability of more, by linear interpolation of a
/// cumulative distribution.
fn chance_of_more(points: &[(f64, f64)], value: f64) -> (usize, f64) {
    let below = points.iter().filter(|(_, x)| *x <= value).count();
    let chance = match below {
        0 => 1.0,
        all if all == points.len() => 0.0,
        k => {
            let ((q0, x0), (q1, x1)) = (points[k - 1], points[k]);
            1.0 - (q0 + (value - x0) / (x1 - x0) * (q1 - q0))
        }
    };
    (below, chance)
}

/// The number of points not above a percentile, and the value there, by the same interpolation; NaN below 0.
fn value_at(points: &[(f64, f64)], percentile: f64) -> (usize, f64) {
    let under = points.iter().filter(|(q, _)| *q <= percentile).count();
    let value = match under {
        0 => f64::NAN,
        all if all == points.len() => points[all - 1].1,
        k => {
            let ((q0, x0), (q1, x1)) = (points[k - 1], points[k]);
            x0 + (percentile - q0) / (q1 - q0) * (x1 - x0)
        }
    };
    (under, value)
}

/// Lays the sheet out; `None` where no metric has a distribution.
pub fn sheet(results: &Results, subjects: &Subjects, spread: &Spread) -> Option<(Sheet, Vec<Name>)> {
    let known = |metric: &str| subjects.all.iter().any(|one| spread.cumulative(one.name, metric).is_some());
    let mut metrics: Vec<&str> = Vec::new();
    for row in &results.tables.summary {
        if !metrics.contains(&row.metric.as_str()) && known(&row.metric) {
            metrics.push(&row.metric);
        }
    }
    let metric = *metrics.iter().find(|metric| **metric == METRIC).or(metrics.first())?;
    let deal = subjects.all.iter().find(|one| spread.cumulative(one.name, metric).is_some())?.name;
    let start = Start {
        deal,
        metric,
        cumulative: spread.cumulative(deal, metric)?,
        summary: subjects.row(deal, metric)?,
    };

    let mut sheet = Sheet::new(SHEET);
    title(&mut sheet, "Ask the distributions", &results.facts);
    words(&mut sheet);
    lists(&mut sheet, subjects, &metrics);
    let table = Table { rows: spread.rows };
    start.choose(&mut sheet, table);
    start.ask_probability(&mut sheet, table);
    start.ask_percentile(&mut sheet, table);
    sheet.widths = vec![24.0, 28.0, 66.0, 3.0, 28.0, 26.0];
    Some((sheet, names()))
}

/// Headings of the questions, and the text beside each cell.
fn words(sheet: &mut Sheet) {
    sheet.text(2, 0, "Yellow cells are for typing or choosing; the rest follows by formula.", Look::Note);
    for (row, text, note) in [
        (at::DEAL, "deal or difference", "choose from the list"),
        (at::METRIC, "metric", "choose from the list; a pair without values gives #N/A"),
        (at::FIRST, "begins in row", "of the table on the sheet Distributions"),
        (at::POINTS, "points", "of its cumulative distribution, from the least to the greatest value"),
        (at::UNIT, "unit", ""),
        (at::VALUE, "value", "type one, in the unit"),
        (at::BELOW, "points not above it", ""),
        (at::CHANCE, "probability of more", "between two points by straight line"),
        (at::PERCENTILE, "percentile", "type one, 0% to 100%"),
        (at::UNDER, "points not above it", ""),
        (at::FOUND, "value", "in the unit; that part of the paths lies below it"),
    ] {
        sheet.text(row, 0, text, Look::Plain);
        sheet.text(row, 2, note, Look::Aside);
    }
    sheet.text(at::VALUE - 1, 0, "How likely is more than …?", Look::Heading);
    sheet.text(at::PERCENTILE - 1, 0, "What lies at a percentile?", Look::Heading);
    sheet.text(at::DEAL - 1, 0, "Which distribution?", Look::Heading);
}

/// Names of the cells for other sheets and for the reader's own formulas.
fn names() -> Vec<Name> {
    let name = |name: &str, row| Name { name: name.into(), sheet: SHEET, cell: (row, CELL) };
    vec![
        name("ask_deal", at::DEAL),
        name("ask_metric", at::METRIC),
        name("ask_value", at::VALUE),
        name("answer_probability_of_more", at::CHANCE),
        name("ask_percentile", at::PERCENTILE),
        name("answer_value_at_percentile", at::FOUND),
    ]
}

/// A cell of this sheet, as in its formulas.
fn cell(row: u32) -> String {
    fixed(row, CELL)
}

/// References to the table of distributions: to whole columns, or to the rows of the chosen distribution.
#[derive(Clone, Copy)]
struct Table {
    rows: u32,
}

impl Table {
    /// A whole column.
    fn column(self, column: u16) -> String {
        let first = distributions::HEADER + 1;
        let last = fixed(distributions::HEADER + self.rows.max(1), column);
        format!("{}:{last}", elsewhere(distributions::SHEET, first, column))
    }

    /// The rows of the chosen distribution in a column.
    fn chosen(self, column: u16) -> String {
        let (all, first, points) = (self.column(column), cell(at::FIRST), cell(at::POINTS));
        format!("INDEX({all},{first}):INDEX({all},{first}+{points}-1)")
    }

    /// One row of the chosen distribution, counted from 0, in a column.
    fn pick(self, column: u16, offset: &str) -> String {
        format!("INDEX({},{}+{offset})", self.column(column), cell(at::FIRST))
    }

    /// The straight line between the points `k - 1` and `k`, from one column to another, at the typed value.
    fn line(self, k: &str, from: u16, to: u16, typed: &str) -> String {
        let before = format!("{k}-1");
        let (a0, a1) = (self.pick(from, &before), self.pick(from, k));
        let (b0, b1) = (self.pick(to, &before), self.pick(to, k));
        format!("{b0}+({typed}-{a0})/({a1}-{a0})*({b1}-{b0})")
    }
}

/// The initial question; the results of all formulas are stored with them, so the sheet is complete before it
/// is recalculated.
struct Start<'a> {
    deal: &'a str,
    metric: &'a str,
    cumulative: &'a Cumulative,
    summary: &'a SummaryRow,
}

impl Start<'_> {
    /// Cells that choose the distribution.
    fn choose(&self, sheet: &mut Sheet, table: Table) {
        let keys = table.column(column::KEY);
        let chosen = format!("{}&\" | \"&{}", cell(at::DEAL), cell(at::METRIC));
        sheet.text(at::DEAL, CELL, self.deal, Look::Input);
        sheet.text(at::METRIC, CELL, self.metric, Look::Input);
        let place = f64::from(self.cumulative.block.first_row - distributions::HEADER);
        sheet.formula(at::FIRST, CELL, format!("=MATCH({chosen},{keys},0)"), place, COUNT);
        let count = self.cumulative.points.len() as f64;
        sheet.formula(at::POINTS, CELL, format!("=SUMPRODUCT(1*({keys}={chosen}))"), count, COUNT);
        let unit = table.pick(column::UNIT, "0");
        sheet.formula_in_words(at::UNIT, CELL, format!("={unit}"), &self.summary.unit, Look::Right);
    }

    /// Cells that ask for the probability of more than a value.
    fn ask_probability(&self, sheet: &mut Sheet, table: Table) {
        // Start with a round number near the median.
        let value: f64 = at_place(self.summary.p50, exponent(self.summary.p50)).parse().unwrap_or(0.0);
        sheet.number(at::VALUE, CELL, value, Style { look: Look::Input, digits: by_size("", value) });
        let (below, chance) = chance_of_more(&self.cumulative.points, value);
        let (typed, values) = (cell(at::VALUE), table.chosen(column::VALUE));
        sheet.formula(at::BELOW, CELL, format!("=SUMPRODUCT(1*({values}<={typed}))"), below as f64, COUNT);
        let (k, points) = (cell(at::BELOW), cell(at::POINTS));
        let line = table.line(&k, column::VALUE, column::Q, &typed);
        let formula = format!("=IF({k}=0,1,IF({k}={points},0,1-({line})))");
        let style = Style { look: Look::Strong, digits: by_error("probability", 1e-4) };
        sheet.formula(at::CHANCE, CELL, formula, chance, style);
    }

    /// Cells that ask for the value at a percentile.
    fn ask_percentile(&self, sheet: &mut Sheet, table: Table) {
        let style = Style { look: Look::Input, digits: Digits::Percent(1) };
        sheet.number(at::PERCENTILE, CELL, PERCENTILE, style);
        let (under, found) = value_at(&self.cumulative.points, PERCENTILE);
        let (typed, parts) = (cell(at::PERCENTILE), table.chosen(column::Q));
        sheet.formula(at::UNDER, CELL, format!("=SUMPRODUCT(1*({parts}<={typed}))"), under as f64, COUNT);
        let (k, points) = (cell(at::UNDER), cell(at::POINTS));
        let last = table.pick(column::VALUE, &format!("{points}-1"));
        let line = table.line(&k, column::Q, column::VALUE, &typed);
        let formula = format!("=IF({k}=0,NA(),IF({k}={points},{last},{line}))");
        let style = Style { look: Look::Strong, digits: by_error("", self.summary.std_error) };
        sheet.formula(at::FOUND, CELL, formula, found, style);
    }
}

/// The lists of choices, on the right.
fn lists(sheet: &mut Sheet, subjects: &Subjects, metrics: &[&str]) {
    let subjects: Vec<&str> = subjects.all.iter().map(|subject| subject.name).collect();
    for (column, over, list, cell) in
        [(DEALS, "deals and differences", &subjects[..], at::DEAL), (METRICS, "metrics", metrics, at::METRIC)]
    {
        sheet.text(at::DEAL - 1, column, over, Look::Header);
        for (row, word) in (at::DEAL..).zip(list) {
            sheet.text(row, column, *word, Look::Note);
        }
        let from = format!("{}:{}", fixed(at::DEAL, column), fixed(at::DEAL + list.len() as u32 - 1, column));
        sheet.choices.push(Choice { range: ((cell, CELL), (cell, CELL)), from: Texts::Range(from) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A quarter of the paths at 0, the rest spread up to 10.
    const POINTS: [(f64, f64); 4] = [(0.0, 0.0), (0.25, 0.0), (0.5, 4.0), (1.0, 10.0)];

    #[test]
    fn probabilities_between_points() {
        let chance = |value| chance_of_more(&POINTS, value);
        assert_eq!(chance(-1.0), (0, 1.0));
        assert_eq!(chance(0.0), (2, 0.75));
        assert_eq!(chance(2.0), (2, 0.625));
        assert_eq!(chance(4.0), (3, 0.5));
        assert_eq!(chance(7.0), (3, 0.25));
        assert_eq!(chance(10.0), (4, 0.0));
        assert_eq!(chance(11.0), (4, 0.0));
    }

    #[test]
    fn values_between_points() {
        let value = |q| value_at(&POINTS, q).1;
        assert_eq!(value(0.0), 0.0);
        assert_eq!(value(0.25), 0.0);
        assert_eq!(value(0.375), 2.0);
        assert_eq!(value(0.75), 7.0);
        assert_eq!(value(1.0), 10.0);
        assert!(value(-0.1).is_nan());
    }
}
