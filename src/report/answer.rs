//! The page of a study, whatever was asked: sentences, tables with units and errors, and charts; no bytes.
//!
//! One form for all studies, so that each sink (CSV, terminal, JSON, workbook, page) has one function that writes any of
//! them.

use crate::config::Unit;

/// What a study answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The command that asked: `compare`, `sweep`, …
    pub study: &'static str,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Stem of its file: small letters and underscores.
    pub name: &'static str,
    /// What it shows, in words.
    pub title: String,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Rows, each with a value for every column.
    pub rows: Vec<Vec<Value>>,
    /// How much of it a first page shows; files have all.
    pub shown: Shown,
}

/// How much of a table a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name: small letters and underscores.
    pub name: String,
    /// The unit of its figures, where all rows have one; a table of many units has a column `unit`.
    pub unit: Option<Unit>,
    /// What stands in it.
    pub role: Role,
}

/// What a column is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Says what the row is about.
    Key,
    /// A figure that is exact, or whose error stands in the next column.
    Figure,
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
    pub fn figure(name: impl Into<String>, unit: impl Into<Option<Unit>>) -> Column {
        Column { name: name.into(), unit: unit.into(), role: Role::Figure }
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
    Figure(f64),
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
    fn from(figure: f64) -> Value {
        Value::Figure(figure)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Whole(number)
    }
}

/// An axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What runs along it: a key of the scenario, a metric, a statistic.
    pub name: String,
    /// Its unit.
    pub unit: Option<Unit>,
}

/// A picture of figures.
#[derive(Clone, Debug, PartialEq)]
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
        cells: Vec<Vec<f64>>,
    },
    /// A bar a row between two values, around a centre (a tornado).
    Bars {
        /// What it shows.
        title: String,
        /// Along the bottom.
        x: Axis,
        /// Where the bars meet.
        centre: f64,
        /// The longest first.
        bars: Vec<Bar>,
    },
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What it is of.
    pub name: String,
    /// In rising order of x.
    pub points: Vec<Point>,
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Along the bottom.
    pub x: f64,
    /// Up the side.
    pub y: f64,
    /// Its standard error; 0: exact.
    pub std_error: f64,
}

/// A value of the bottom axis with words.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where.
    pub x: f64,
    /// What is there.
    pub text: String,
}

/// A bar between two values.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// One end.
    pub low: f64,
    /// The other.
    pub high: f64,
}
