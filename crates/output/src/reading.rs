//! Tables of an answer for human readers: numbers with the digits that their errors support, next to errors
//! and intervals.

use capstake::report::answer::{Column, Role, Table, Value};
use capstake::report::digits::{Estimate, NONE, Precision, at_place, place_of_error, significant};

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

/// Lays out some rows of a table for a reader, without the columns that are only for files.
pub fn read(table: &Table, rows: &[&Vec<Value>]) -> Vec<Laid> {
    let mut laid = Vec::new();
    for (i, column) in table.columns.iter().enumerate() {
        let next = table.columns.get(i + 1).map(|column| column.role);
        match column.role {
            Role::Detail | Role::Error | Role::High => {}
            Role::Key => laid.push(key(column, rows, i)),
            Role::Low => laid.push(interval(rows, i)),
            Role::Quantity => laid.extend(numbers(column, rows, i, next == Some(Role::Error))),
        }
    }
    laid
}

fn heading(column: &Column) -> String {
    match column.unit {
        Some(unit) if !column.name.ends_with(unit.name()) => format!("{} ({unit})", column.name),
        _ => column.name.clone(),
    }
}

fn key(column: &Column, rows: &[&Vec<Value>], at: usize) -> Laid {
    let numbers = rows.iter().all(|row| !matches!(row[at], Value::Text(_)));
    let cells = rows.iter().map(|row| plain(&row[at], 12)).collect();
    Laid { heading: heading(column), cells, side: if numbers { Side::Right } else { Side::Left } }
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

/// Numbers, combined with the column of their errors if there is one.
fn numbers(column: &Column, rows: &[&Vec<Value>], at: usize, with_error: bool) -> Vec<Laid> {
    let number = |value: &Value| match value {
        Value::Number(number) => *number,
        Value::Whole(number) => *number as f64,
        Value::Text(_) => f64::NAN,
    };
    if !with_error {
        let cells = rows.iter().map(|row| plain(&row[at], DIGITS)).collect();
        return vec![Laid { heading: heading(column), cells, side: Side::Right }];
    }
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        let estimate = Estimate::new(number(&row[at]), number(&row[at + 1]));
        values.push(estimate.value);
        errors.push(match estimate.precision {
            Precision::Error(error) => format!("± {error}"),
            Precision::Exact => "exact".to_owned(),
            Precision::Unknown => String::new(),
        });
    }
    vec![
        Laid { heading: heading(column), cells: values, side: Side::Right },
        Laid { heading: "± error".to_owned(), cells: errors, side: Side::Left },
    ]
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
