//! Tables of an answer for human readers: numbers with the digits that their errors support, next to errors
//! and intervals.

use capstake::model::PartyNames;
use capstake::report::answer::{Column, Role, Table, Value};
use capstake::report::digits::{Estimate, NONE, Precision, at_place, exponent, place_of_error, significant};
use capstake::report::label;

/// Significant digits of numbers without an error.
const DIGITS: i32 = 5;

/// A column of text as a reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Laid {
    /// Its name, with the unit unless the name implies it.
    pub heading: String,
    /// One cell per row.
    pub cells: Vec<String>,
    /// Alignment of the cells.
    pub side: Side,
}

/// Alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Left, for text.
    Left,
    /// Right, for numbers.
    Right,
}

impl Laid {
    /// Number of characters of its widest cell.
    pub fn width(&self) -> usize {
        self.cells.iter().chain([&self.heading]).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

/// Lays out some rows of a table for a reader: with labels in place of keys, and without the columns that are only for files.
pub fn read(table: &Table, rows: &[&Vec<Value>], names: &PartyNames) -> Vec<Laid> {
    let heading = |column: &Column| heading(table, column, names);
    let mut laid = Vec::new();
    for (i, column) in table.columns.iter().enumerate() {
        let next = table.columns.get(i + 1).map(|column| column.role);
        match column.role {
            Role::Detail | Role::Error | Role::High => {}
            Role::Key => laid.push(Laid { heading: heading(column), ..key(column, rows, i, names) }),
            Role::Low => laid.push(interval(rows, i)),
            Role::Quantity => {
                let interval = next == Some(Role::Error)
                    && table
                        .columns
                        .get(i + 2)
                        .is_some_and(|low| low.role == Role::Detail && low.name.ends_with("low95"));
                laid.extend(numbers(heading(column), rows, i, next == Some(Role::Error), interval));
            }
        }
    }
    laid
}

/// The label of a column, with the unit of its numbers.
pub fn heading(table: &Table, column: &Column, names: &PartyNames) -> String {
    let label = label::of_heading(&table.name, &column.name, names);
    match column.unit.map_or("", label::of_unit) {
        "" => label,
        unit => format!("{label} ({unit})"),
    }
}

fn key(column: &Column, rows: &[&Vec<Value>], at: usize, names: &PartyNames) -> Laid {
    let numbers = rows.iter().all(|row| !matches!(row[at], Value::Text(_)));
    let cell = |value: &Value| match value {
        Value::Text(text) => label::of_cell(&column.name, text, names),
        number => plain(number, 12),
    };
    let cells = rows.iter().map(|row| cell(&row[at])).collect();
    Laid { heading: String::new(), cells, side: if numbers { Side::Right } else { Side::Left } }
}

fn plain(value: &Value, digits: i32) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Whole(number) => number.to_string(),
        Value::Number(number) if number.is_finite() => significant(*number, digits),
        Value::Number(number) if number.is_infinite() => number.to_string(),
        Value::Number(_) => NONE.to_owned(),
    }
}

/// Numbers, combined with the column of their errors if there is one; an interval beside it that a table does not show replaces
/// the error where that would mislead.
fn numbers(
    heading: String,
    rows: &[&Vec<Value>],
    at: usize,
    with_error: bool,
    with_interval: bool,
) -> Vec<Laid> {
    let number = |value: &Value| match value {
        Value::Number(number) => *number,
        Value::Whole(number) => *number as f64,
        Value::Text(_) => f64::NAN,
    };
    if !with_error {
        let cells = rows.iter().map(|row| plain(&row[at], DIGITS)).collect();
        return vec![Laid { heading, cells, side: Side::Right }];
    }
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        let mean = number(&row[at]);
        let estimate = Estimate::new(mean, number(&row[at + 1])).exact_if(row[at + 1] == Value::EXACT);
        let interval = with_interval.then(|| [number(&row[at + 2]), number(&row[at + 3])]);
        let known = match &estimate.precision {
            // In few columns: a table has many.
            Precision::Agree(_) => "all agree".to_owned(),
            other => other.words(),
        };
        let lopsided = interval.filter(|_| estimate.precision != Precision::Exact);
        errors.push(lopsided.and_then(|[low, high]| lopsided_words(mean, low, high)).unwrap_or(known));
        values.push(estimate.value);
    }
    vec![
        Laid { heading, cells: values, side: Side::Right },
        Laid { heading: "± error".to_owned(), cells: errors, side: Side::Left },
    ]
}

/// The 95% interval of a probability whose sides are so unequal that ± would mislead: `95%: 0.0010 to 0.0088`, `95%: below 0.0030`.
fn lopsided_words(p: f64, low: f64, high: f64) -> Option<String> {
    let (below, above) = (p - low, high - p);
    if low.is_nan() || high.is_nan() || (above - below).abs() <= 0.2 * above.max(below) {
        return None;
    }
    let two = |x: f64, of: f64| at_place(x, exponent(of) - 1);
    Some(match p {
        0.0 => format!("95%: below {}", two(high, high)),
        1.0 => format!("95%: above {}", two(low, 1.0 - low)),
        _ => format!("95%: {} to {}", two(low, below.min(above)), two(high, below.min(above))),
    })
}

/// An interval as `12.3 to 14.5`, with the digits that its width supports.
fn interval(rows: &[&Vec<Value>], at: usize) -> Laid {
    let cells = rows
        .iter()
        .map(|row| match (&row[at], &row[at + 1]) {
            (Value::Number(low), Value::Number(high)) if low.is_finite() && high.is_finite() => {
                let place = if high > low { place_of_error(0.5 * (high - low)) } else { i32::MIN };
                match place {
                    i32::MIN => significant(*low, DIGITS),
                    place => format!("{} to {}", at_place(*low, place), at_place(*high, place)),
                }
            }
            _ => NONE.to_owned(),
        })
        .collect();
    Laid { heading: "95% interval".to_owned(), cells, side: Side::Left }
}
