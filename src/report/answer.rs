//! The answer of any study in one form: sentences, tables with units and errors, and charts.
//!
//! All studies share this form, so that each output (CSV, terminal, JSON, workbook, page) has one function
//! that writes any
//! of them. It is kept in the results folder as JSON, from which workbook and page can be made again.

use super::panel::Panel;
use crate::config::Unit;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::HashSet;

/// The answer of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The command of the study: `compare`, `sweep`, …
    pub study: Cow<'static, str>,
    /// Scenario, number of paths and seed in one line.
    pub title: String,
    /// Reasons for caution.
    pub warnings: Vec<String>,
    /// The answer in sentences, most important first.
    pub sentences: Vec<String>,
    /// Tables; each is written to a file of its name.
    pub tables: Vec<Table>,
    /// Charts of the same numbers.
    pub charts: Vec<Chart>,
    /// What a terminal shows instead of the tables, whose figures these are; without any it shows the tables. Files do not keep
    /// it.
    #[serde(skip)]
    pub screen: Vec<Panel>,
}

impl Answer {
    /// The same answer with a header of its own for every column of a table: some headers are names that people choose. All
    /// outputs come after this, so a column has one name in all of them.
    pub fn with_headers_of_their_own(mut self) -> Answer {
        for table in &mut self.tables {
            let names = unique_headers(table.columns.iter().map(|column| column.name.clone()).collect());
            for (column, name) in table.columns.iter_mut().zip(names) {
                column.name = name;
            }
        }
        self
    }
}

/// Makes headers unique, where capitals do not count, as in spreadsheets and databases: the first of equal headers stays, each
/// later one ends in `_2`, or the next number that makes a header which no column has.
pub fn unique_headers(headers: Vec<String>) -> Vec<String> {
    let mut taken: HashSet<String> = headers.iter().map(|header| header.to_lowercase()).collect();
    let mut met = HashSet::new();
    let own = |header: String| {
        if met.insert(header.to_lowercase()) {
            return header;
        }
        let mut numbered = (2_u64..).map(|i| format!("{header}_{i}"));
        numbered.find(|name| taken.insert(name.to_lowercase())).expect("some number is free")
    };
    headers.into_iter().map(own).collect()
}

/// A table, which becomes a file, a sheet and a section of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Stem of its file: lower-case letters and underscores.
    pub name: Cow<'static, str>,
    /// Title. If a terminal shows the rows of one quantity only ([`Shown::First`]), the title begins with
    /// that quantity and
    /// a semicolon.
    pub title: String,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Rows, each with a value for every column.
    pub rows: Vec<Vec<Value>>,
    /// Which rows a terminal shows; files have all.
    pub shown: Shown,
}

/// Which rows of a table a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// All rows.
    All,
    /// The first rows, up to a number.
    First(usize),
    /// The first rows of each group of consecutive rows with equal leading cells.
    FirstOfEach {
        /// Rows of each group.
        rows: usize,
        /// Number of leading cells that are equal within a group.
        alike: usize,
    },
    /// None: the table is only for files.
    None,
}

impl Table {
    /// The title for the whole table, without the quantity whose rows a terminal shows.
    pub fn title_of_all(&self) -> String {
        let parts = match self.shown {
            Shown::First(_) => self.title.split_once("; "),
            _ => None,
        };
        let words = parts.map_or(self.title.as_str(), |(_, rest)| rest);
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    /// Rows that a terminal shows.
    pub fn shown_rows(&self) -> Vec<&Vec<Value>> {
        match self.shown {
            Shown::All => self.rows.iter().collect(),
            Shown::First(rows) => self.rows.iter().take(rows).collect(),
            Shown::FirstOfEach { rows, alike } => {
                let runs = self.rows.chunk_by(|a, b| a[..alike] == b[..alike]);
                runs.flat_map(|run| run.iter().take(rows)).collect()
            }
            Shown::None => Vec::new(),
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name: lower-case letters and underscores.
    pub name: String,
    /// The unit of its numbers if it is the same in all rows; a table with several units has a column `unit`.
    pub unit: Option<Unit>,
    /// What it holds.
    pub role: Role,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Identifies what the row is about.
    Key,
    /// A quantity; its error, if it has one, is in the next column.
    #[serde(rename = "figure")]
    Quantity,
    /// Standard error of the column before it: [`Value::EXACT`] for a figure that no draw can move, 0.0 where all paths agree.
    Error,
    /// Lower end of an interval; the upper end is the next column.
    Low,
    /// Upper end of the interval.
    High,
    /// Detail that is only written to files.
    Detail,
}

impl Column {
    /// A column that identifies what a row is about.
    pub fn key(name: impl Into<String>) -> Column {
        Column { name: name.into(), unit: None, role: Role::Key }
    }

    /// A column of quantities.
    pub fn quantity(name: impl Into<String>, unit: impl Into<Option<Unit>>) -> Column {
        Column { name: name.into(), unit: unit.into(), role: Role::Quantity }
    }

    /// A column with the standard errors of the one before it.
    pub fn error(name: impl Into<String>, unit: impl Into<Option<Unit>>) -> Column {
        Column { name: name.into(), unit: unit.into(), role: Role::Error }
    }

    /// The same column with another role.
    pub fn as_role(self, role: Role) -> Column {
        Column { role, ..self }
    }
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A number; NaN if there is none.
    Number(f64),
}

impl Value {
    /// The error of a figure that no draw can move: a 0 without a decimal point, in JSON too.
    pub const EXACT: Value = Value::Whole(0);

    /// The standard error of a figure.
    pub fn error(std_error: f64, exact: bool) -> Value {
        if exact && std_error == 0.0 { Value::EXACT } else { Value::Number(std_error) }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Whole(number)
    }
}

/// An axis of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What it measures: a key of the scenario, a metric or a statistic.
    pub name: String,
    /// Its unit.
    pub unit: Option<Unit>,
}

impl Axis {
    /// An axis of numbers or names.
    pub fn new(name: impl Into<String>, unit: impl Into<Option<Unit>>) -> Axis {
        Axis { name: name.into(), unit: unit.into() }
    }

    /// An axis of calendar years, on which the end of 2026 is 2027.
    pub fn calendar() -> Axis {
        Axis::new(CALENDAR, None)
    }

    /// Whether it is an axis of calendar years.
    pub fn is_calendar(&self) -> bool {
        self.name == CALENDAR
    }
}

/// Name of an axis of calendar years; keys and metrics have no spaces, so it cannot clash.
const CALENDAR: &str = "calendar year";

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    /// Curves over a common axis.
    Curves {
        /// Title.
        title: String,
        /// Horizontal axis.
        x: Axis,
        /// Vertical axis.
        y: Axis,
        /// Curves, each with points in rising order of x.
        curves: Vec<Curve>,
        /// Vertical lines, for example at a root or at the scenario's own value.
        marks: Vec<Mark>,
    },
    /// A heat map: a value for each pair of two others.
    Heat {
        /// Title.
        title: String,
        /// Horizontal axis.
        x: Axis,
        /// Vertical axis.
        y: Axis,
        /// Meaning of the cells' values.
        z: Axis,
        /// Labels of the columns, in order.
        columns: Vec<String>,
        /// Labels of the rows, in order.
        rows: Vec<String>,
        /// Values by row; NaN if there is none.
        #[serde(with = "grid")]
        cells: Vec<Vec<f64>>,
    },
    /// A tornado chart: per row a bar between two values around a centre.
    Bars {
        /// Title.
        title: String,
        /// Horizontal axis.
        x: Axis,
        /// The value at which the bars meet.
        #[serde(with = "number")]
        centre: f64,
        /// What the two ends of each bar mean; empty if there is nothing to say.
        ends: [String; 2],
        /// Bars, longest first.
        bars: Vec<Bar>,
    },
    /// A waterfall: from one total to another in steps, each from where the one before ends, or of a change alone from 0.
    Waterfall {
        /// Title.
        title: String,
        /// Horizontal axis.
        x: Axis,
        /// The first total, from 0; `None` for a change alone.
        from: Option<Bar>,
        /// The steps, each from its start to its end.
        steps: Vec<Bar>,
        /// The last total, from 0.
        to: Bar,
    },
}

impl Chart {
    /// Title.
    pub fn title(&self) -> &str {
        match self {
            Chart::Curves { title, .. }
            | Chart::Heat { title, .. }
            | Chart::Bars { title, .. }
            | Chart::Waterfall { title, .. } => title,
        }
    }

    /// Whether it has a finite value to draw.
    pub fn is_drawn(&self) -> bool {
        match self {
            Chart::Curves { curves, .. } => {
                curves.iter().flat_map(|curve| &curve.points).any(|point| point.y.is_finite())
            }
            Chart::Heat { cells, .. } => cells.iter().flatten().any(|cell| cell.is_finite()),
            Chart::Bars { bars, .. } => bars.iter().any(|bar| bar.low.is_finite() && bar.high.is_finite()),
            Chart::Waterfall { from, steps, to, .. } => {
                steps.iter().chain(from).chain([to]).all(|bar| bar.low.is_finite() && bar.high.is_finite())
            }
        }
    }
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// Points in rising order of x.
    pub points: Vec<Point>,
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Horizontal axis.
    #[serde(with = "number")]
    pub x: f64,
    /// Vertical axis.
    #[serde(with = "number")]
    pub y: f64,
    /// Standard error of y; 0 where all paths agree.
    #[serde(with = "number")]
    pub std_error: f64,
}

/// A labelled value of the horizontal axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The value.
    #[serde(with = "number")]
    pub x: f64,
    /// The label.
    pub text: String,
}

/// A bar between two values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// One end.
    #[serde(with = "number")]
    pub low: f64,
    /// The other.
    #[serde(with = "number")]
    pub high: f64,
}

/// Text becomes a string, a whole number has no decimal point, another number has one, and NaN becomes null:
/// each reads
/// back as what it was. An infinite number becomes text.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Text(text) => to.serialize_str(text),
            Value::Whole(number) => to.serialize_u64(*number),
            Value::Number(number) if number.is_infinite() => to.serialize_str(&number.to_string()),
            Value::Number(number) => number::serialize(number, to),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Value;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, a number or null")
            }
            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Whole(number))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number))
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Number(f64::NAN))
            }
        }
        from.deserialize_any(Visitor)
    }
}

/// Numbers in JSON: a number that is not finite is written as null, and null is read as NaN.
mod number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        number.is_finite().then_some(*number).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
    }
}

/// Rows of numbers in the same form.
mod grid {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(rows: &[Vec<f64>], to: S) -> Result<S::Ok, S::Error> {
        let row = |row: &Vec<f64>| -> Vec<Option<f64>> {
            row.iter().map(|number| number.is_finite().then_some(*number)).collect()
        };
        rows.iter().map(row).collect::<Vec<_>>().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<f64>>, D::Error> {
        let rows = Vec::<Vec<Option<f64>>>::deserialize(from)?;
        Ok(rows
            .into_iter()
            .map(|row| row.into_iter().map(|cell| cell.unwrap_or(f64::NAN)).collect())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_is_of_one_column() {
        let unique = |headers: &[&str]| {
            unique_headers(headers.iter().map(|header| (*header).to_owned()).collect()).join(" ")
        };
        assert_eq!(unique(&["deal", "metric", "a", "a_std_error"]), "deal metric a a_std_error");
        // Scenarios named like a fixed column, and one named like another's column of errors.
        assert_eq!(unique(&["deal", "unit", "deal", "deal_std_error"]), "deal unit deal_2 deal_std_error");
        let x = ["x", "x_std_error", "x_std_error", "x_std_error_std_error"];
        assert_eq!(unique(&x), "x x_std_error x_std_error_2 x_std_error_std_error");
        assert_eq!(unique(&["Base", "base", "BASE"]), "Base base_2 BASE_3");
        // A number that a later column has by itself is not taken from it.
        assert_eq!(unique(&["a", "a", "a_2", "a", "a_2"]), "a a_3 a_2 a_4 a_2_2");
        assert_eq!(unique(&["", ""]), " _2");
    }
}
