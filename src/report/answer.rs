//! The page of a study, whatever was asked: sentences, tables with units and errors, and charts; no bytes.
//!
//! One form for all studies, so that each sink (CSV, terminal, JSON, workbook, page) has one function that writes any of
//! them. The form is kept in the results folder as JSON, from which workbook and page can be made again.

use crate::config::Unit;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// What a study answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The command that asked: `compare`, `sweep`, …
    pub study: Cow<'static, str>,
    /// Which scenario, paths, seed: one line.
    pub title: String,
    /// What to know before believing the rest.
    pub warnings: Vec<String>,
    /// The answer in sentences, the most important first.
    pub sentences: Vec<String>,
    /// Tables; each is a file of its name.
    pub tables: Vec<Table>,
    /// Charts of the same figures.
    pub charts: Vec<Chart>,
}

/// A table: a file, a sheet, a section of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Stem of its file: small letters and underscores.
    pub name: Cow<'static, str>,
    /// What it shows, in words; where a first page shows the rows of one thing alone ([`Shown::First`]), its name goes first,
    /// up to a semicolon.
    pub title: String,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Rows, each with a value for every column.
    pub rows: Vec<Vec<Value>>,
    /// How much of it a first page shows; files have all.
    pub shown: Shown,
}

/// How much of a table a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// All rows.
    All,
    /// So many first rows.
    First(usize),
    /// So many first rows of every run of rows that are alike in their first columns.
    FirstOfEach {
        /// Rows of each.
        rows: usize,
        /// Columns in which they are alike.
        alike: usize,
    },
    /// Nothing: it is for files.
    None,
}

impl Table {
    /// The title without what it says of the rows that a first page shows.
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
    /// Its name: small letters and underscores.
    pub name: String,
    /// The unit of its figures, where all rows have one; a table of many units has a column `unit`.
    pub unit: Option<Unit>,
    /// What stands in it.
    pub role: Role,
}

/// What a column is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Says what the row is about.
    Key,
    /// A figure that is exact, or whose error stands in the next column.
    #[serde(rename = "figure")]
    Quantity,
    /// Standard error of the column before it.
    Error,
    /// Lower end of an interval; the upper end is the next column.
    Low,
    /// Upper end of the interval.
    High,
    /// For files only.
    Detail,
}

impl Column {
    /// A column of words or numbers that say what the row is about.
    pub fn key(name: impl Into<String>) -> Column {
        Column { name: name.into(), unit: None, role: Role::Key }
    }

    /// A column of figures.
    pub fn quantity(name: impl Into<String>, unit: impl Into<Option<Unit>>) -> Column {
        Column { name: name.into(), unit: unit.into(), role: Role::Quantity }
    }

    /// The standard errors of the column before it.
    pub fn error(name: impl Into<String>, unit: impl Into<Option<Unit>>) -> Column {
        Column { name: name.into(), unit: unit.into(), role: Role::Error }
    }

    /// Another role for the same column.
    pub fn as_role(self, role: Role) -> Column {
        Column { role, ..self }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Words.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A figure; NaN: there is none.
    Number(f64),
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
    /// What runs along it: a key of the scenario, a metric, a statistic.
    pub name: String,
    /// Its unit.
    pub unit: Option<Unit>,
}

impl Axis {
    /// An axis of figures, or of names.
    pub fn new(name: impl Into<String>, unit: impl Into<Option<Unit>>) -> Axis {
        Axis { name: name.into(), unit: unit.into() }
    }

    /// Calendar years: the end of 2026 is 2027.
    pub fn calendar() -> Axis {
        Axis::new(CALENDAR, None)
    }

    /// Whether its figures are calendar years.
    pub fn is_calendar(&self) -> bool {
        self.name == CALENDAR
    }
}

/// Name of an axis of calendar years; no key and no metric has a space.
const CALENDAR: &str = "calendar year";

/// A picture of figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    /// Curves over a common axis.
    Curves {
        /// What it shows.
        title: String,
        /// Along the bottom.
        x: Axis,
        /// Up the side.
        y: Axis,
        /// Each with points in rising order of x.
        curves: Vec<Curve>,
        /// Places worth a line across: a root, the scenario's own value.
        marks: Vec<Mark>,
    },
    /// A value for each pair of two others.
    Heat {
        /// What it shows.
        title: String,
        /// Along the bottom.
        x: Axis,
        /// Up the side.
        y: Axis,
        /// The value of each cell.
        z: Axis,
        /// Along the bottom, in order; labels where they are not numbers.
        columns: Vec<String>,
        /// Up the side, in order.
        rows: Vec<String>,
        /// Row by row; NaN: none.
        #[serde(with = "grid")]
        cells: Vec<Vec<f64>>,
    },
    /// A bar a row between two values, around a centre (a tornado).
    Bars {
        /// What it shows.
        title: String,
        /// Along the bottom.
        x: Axis,
        /// Where the bars meet.
        #[serde(with = "number")]
        centre: f64,
        /// What stands at the low and at the high end of each; empty where there is nothing to say.
        ends: [String; 2],
        /// The longest first.
        bars: Vec<Bar>,
    },
}

impl Chart {
    /// What it shows.
    pub fn title(&self) -> &str {
        match self {
            Chart::Curves { title, .. } | Chart::Heat { title, .. } | Chart::Bars { title, .. } => title,
        }
    }

    /// Whether there is a figure in it.
    pub fn is_drawn(&self) -> bool {
        match self {
            Chart::Curves { curves, .. } => {
                curves.iter().flat_map(|curve| &curve.points).any(|point| point.y.is_finite())
            }
            Chart::Heat { cells, .. } => cells.iter().flatten().any(|cell| cell.is_finite()),
            Chart::Bars { bars, .. } => bars.iter().any(|bar| bar.low.is_finite() && bar.high.is_finite()),
        }
    }
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// What it is of.
    pub name: String,
    /// In rising order of x.
    pub points: Vec<Point>,
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Along the bottom.
    #[serde(with = "number")]
    pub x: f64,
    /// Up the side.
    #[serde(with = "number")]
    pub y: f64,
    /// Its standard error; 0: exact.
    #[serde(with = "number")]
    pub std_error: f64,
}

/// A value of the bottom axis with words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Where.
    #[serde(with = "number")]
    pub x: f64,
    /// What is there.
    pub text: String,
}

/// A bar between two values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// One end.
    #[serde(with = "number")]
    pub low: f64,
    /// The other.
    #[serde(with = "number")]
    pub high: f64,
}

/// A text is a string, a whole number has no point, a figure has one, and null is none: so each reads back as what it was.
/// A figure without an end reads back as the text that every page writes for it.
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

/// Figures as JSON has them: what is not finite is null, and null is none.
mod number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        number.is_finite().then_some(*number).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
    }
}

/// Rows of such figures.
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
