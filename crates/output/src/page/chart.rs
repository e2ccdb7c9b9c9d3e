//! A chart of a page: a plot with title, legend and caption, a table of its values to read, and its exact
//! data to download.

use super::plot::{Plot, Tone};

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Its anchor in the page and the stem of its files: letters, digits and `-`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its caption: how to read it.
    pub caption: String,
    /// Its legend.
    pub legend: Vec<Key>,
    /// The plot.
    pub plot: Plot,
    /// The same plot with a logarithmic y axis, if that shows more.
    pub log: Option<Plot>,
    /// Values at the plot's anchors, one row per anchor.
    pub readings: Readings,
    /// Its data, unrounded.
    pub exact: Exact,
    /// Its width on the page.
    pub width: Width,
    /// Index of the deal, if it shows only one.
    pub deal: Option<usize>,
    /// Index of the choice that shows it, if the reader chooses among charts.
    pub choice: Option<usize>,
}

/// Width of a chart on a wide page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Two charts side by side.
    Half,
    /// The full width of the page.
    Full,
}

/// An entry of a legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its colour.
    pub tone: Tone,
    /// Its shape.
    pub mark: Mark,
    /// Its text.
    pub text: String,
}

/// Shape of a legend entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A filled area.
    Area,
    /// The inner band of a fan chart.
    InnerArea,
    /// The outer band of a fan chart.
    OuterArea,
    /// A line.
    Line,
    /// A dashed line.
    BrokenLine,
    /// A thin line, one of many.
    ThinLine,
}

/// A table for reading, with rounded numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// Its title.
    pub title: String,
    /// Column headings; the first column names the rows.
    pub columns: Vec<String>,
    /// Rows, each with one cell per column.
    pub rows: Vec<Vec<String>>,
    /// Indices of emphasised rows.
    pub main: Vec<usize>,
}

/// A table for programs, with unrounded numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exact {
    /// Column names.
    pub columns: Vec<&'static str>,
    /// Rows, each with one value per column.
    pub rows: Vec<Vec<Value>>,
}

/// A value of an exact table.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number: a count or a year.
    Whole(i64),
    /// A number; NaN if there is none.
    Number(f64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Value {
        Value::Whole(number.into())
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Value {
        Value::Whole(i64::try_from(count).expect("counts of paths are far below 2⁶³"))
    }
}

/// An entry of a list from which the reader chooses which charts are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its text in the list.
    pub name: String,
}
