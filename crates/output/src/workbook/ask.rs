//! The sheet *Ask*: the probability of more than a value that the reader types, and the value at a percentile.

use super::digits::{by_error, by_size};
use super::distributions::{self, Spread, column};
use super::heading::title;
use super::sheet::{Choice, Digits, Look, Name, Sheet, Style, elsewhere, fixed};
use super::subjects::Subjects;
use capstake::report::digits::{at_place, exponent};
use capstake::report::results::Results;

/// Its name.
pub const SHEET: &str = "Ask";

const METRIC: &str = "microsoft_take_pv";
const PERCENTILE: f64 = 0.9;
/// Column of what is typed and answered.
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

/// The probability of more than a value, from points of a cumulative distribution, straight between them.
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

/// The value at a percentile, from the same points; none outside 0 to 1.
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

/// Lays the sheet out; none where no metric has a distribution.
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
    let cumulative = spread.cumulative(deal, metric)?;
    let summary = subjects.row(deal, metric)?;

    let mut sheet = Sheet::new(SHEET);
    title(&mut sheet, "Ask the distributions", &results.facts);
    sheet.text(2, 0, "Yellow cells are for typing or choosing; the rest follows by formula.", Look::Note);
    let input = |digits| Style { look: Look::Input, digits };
    let strong = |digits| Style { look: Look::Strong, digits };
    let mut label = |row, text: &str, note: &str| {
        sheet.text(row, 0, text, Look::Plain);
        sheet.text(row, 2, note, Look::Aside);
    };
    label(at::DEAL, "deal or difference", "choose from the list");
    label(at::METRIC, "metric", "choose from the list; a pair without values gives #N/A");
    label(at::FIRST, "begins in row", "of the table on the sheet Distributions");
    label(at::POINTS, "points", "of its cumulative distribution, from the least to the greatest value");
    label(at::UNIT, "unit", "");
    label(at::VALUE, "value", "type one, in the unit");
    label(at::BELOW, "points not above it", "");
    label(at::CHANCE, "probability of more", "between two points by straight line");
    label(at::PERCENTILE, "percentile", "type one, 0% to 100%");
    label(at::UNDER, "points not above it", "");
    label(at::FOUND, "value", "in the unit; that part of the paths lies below it");
    sheet.text(at::VALUE - 1, 0, "How likely is more than …?", Look::Heading);
    sheet.text(at::PERCENTILE - 1, 0, "What lies at a percentile?", Look::Heading);
    sheet.text(at::DEAL - 1, 0, "Which distribution?", Look::Heading);
    lists(&mut sheet, subjects, &metrics);

    // Of the whole table, and of the chosen distribution in it.
    let whole = |column| {
        let first = distributions::HEADER + 1;
        let last = fixed(distributions::HEADER + spread.rows.max(1), column);
        format!("{}:{last}", elsewhere(distributions::SHEET, first, column))
    };
    let cell = |row| fixed(row, CELL);
    let (first, points) = (cell(at::FIRST), cell(at::POINTS));
    let part = |column| {
        let all = whole(column);
        format!("INDEX({all},{first}):INDEX({all},{first}+{points}-1)")
    };
    let pick = |column, offset: &str| format!("INDEX({},{first}+{offset})", whole(column));
    let (q, x, keys) = (column::Q, column::VALUE, whole(column::KEY));
    let chosen = format!("{}&\" | \"&{}", cell(at::DEAL), cell(at::METRIC));

    sheet.text(at::DEAL, CELL, deal, Look::Input);
    sheet.text(at::METRIC, CELL, metric, Look::Input);
    let place = cumulative.block.first_row - distributions::HEADER;
    let plain = Digits::Decimals(0);
    sheet.formula(at::FIRST, CELL, format!("=MATCH({chosen},{keys},0)"), f64::from(place), plain);
    let count = cumulative.points.len() as f64;
    sheet.formula(at::POINTS, CELL, format!("=SUMPRODUCT(1*({keys}={chosen}))"), count, plain);
    let unit = pick(column::UNIT, "0");
    sheet.formula_in_words(at::UNIT, CELL, format!("={unit}"), &summary.unit, Look::Right);

    // A round number near the middle, for a start.
    let value: f64 = at_place(summary.p50, exponent(summary.p50)).parse().unwrap_or(0.0);
    sheet.number(at::VALUE, CELL, value, input(by_size("", value)));
    let (below, chance) = chance_of_more(&cumulative.points, value);
    let v = cell(at::VALUE);
    sheet.formula(at::BELOW, CELL, format!("=SUMPRODUCT(1*({}<={v}))", part(x)), below as f64, plain);
    let k = cell(at::BELOW);
    let formula = |k: &str, none: &str, all: &str, from: u16, to: u16, typed: &str, shape: &str| {
        let (a0, a1) = (pick(from, &format!("{k}-1")), pick(from, k));
        let (b0, b1) = (pick(to, &format!("{k}-1")), pick(to, k));
        let between = shape.replace("LINE", &format!("{b0}+({typed}-{a0})/({a1}-{a0})*({b1}-{b0})"));
        format!("=IF({k}=0,{none},IF({k}={points},{all},{between}))")
    };
    let more = formula(&k, "1", "0", x, q, &v, "1-(LINE)");
    sheet.formula(at::CHANCE, CELL, more, chance, strong(by_error("probability", 1e-4)));

    sheet.number(at::PERCENTILE, CELL, PERCENTILE, input(Digits::Percent(1)));
    let (under, found) = value_at(&cumulative.points, PERCENTILE);
    let p = cell(at::PERCENTILE);
    sheet.formula(at::UNDER, CELL, format!("=SUMPRODUCT(1*({}<={p}))", part(q)), under as f64, plain);
    let k = cell(at::UNDER);
    let last = pick(x, &format!("{points}-1"));
    let value = formula(&k, "NA()", &last, q, x, &p, "LINE");
    sheet.formula(at::FOUND, CELL, value, found, strong(by_error("", summary.std_error)));

    sheet.widths = vec![24.0, 28.0, 66.0, 3.0, 28.0, 26.0];
    let name = |name: &str, row| Name { name: name.into(), sheet: SHEET, cell: (row, CELL) };
    let names = vec![
        name("ask_deal", at::DEAL),
        name("ask_metric", at::METRIC),
        name("ask_value", at::VALUE),
        name("answer_probability_of_more", at::CHANCE),
        name("ask_percentile", at::PERCENTILE),
        name("answer_value_at_percentile", at::FOUND),
    ];
    Some((sheet, names))
}

/// What can be chosen, on the right.
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
        sheet.choices.push(Choice { cell: (cell, CELL), from });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quarter of the paths at 0, then evenly up to 10.
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
