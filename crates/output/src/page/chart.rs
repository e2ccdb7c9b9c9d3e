//! A figure: a drawing with its title, legend and caption, the same in words and digits, and its data to take away.

use super::plot::{Plot, Tone};

/// A figure.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Its anchor, and the stem of the files made of it: letters, digits, `-`.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How to read it.
    pub caption: String,
    /// What the colours stand for.
    pub legend: Vec<Key>,
    /// The drawing.
    pub plot: Plot,
    /// The same with a logarithmic y axis, where that shows more.
    pub log: Option<Plot>,
    /// Row by row what stands at the drawing's anchors.
    pub readings: Readings,
    /// The figures behind it, unrounded.
    pub exact: Exact,
    /// How much room it wants.
    pub width: Width,
    /// The deal it belongs to, where it shows one alone.
    pub deal: Option<usize>,
    /// The choice it belongs to, where one of several is shown.
    pub choice: Option<usize>,
}

/// How much room a figure wants on a wide page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Two stand side by side.
    Half,
    /// It has the page to itself.
    Full,
}

/// An entry of a legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The colour.
    pub tone: Tone,
    /// The form.
    pub mark: Mark,
    /// What it stands for.
    pub text: String,
}

/// The form of a legend's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// An area.
    Area,
    /// The inner area of a fan.
    InnerArea,
    /// The outer area of a fan.
    OuterArea,
    /// A line.
    Line,
    /// A broken line.
    BrokenLine,
    /// One line of many.
    ThinLine,
}

/// A table for reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// What it lists.
    pub title: String,
    /// Heads of the columns; the first column names the rows.
    pub columns: Vec<String>,
    /// Rows, as long as the heads.
    pub rows: Vec<Vec<String>>,
    /// Rows that the eye should find first.
    pub main: Vec<usize>,
}

/// A table for machines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exact {
    /// Names of the columns.
    pub columns: Vec<&'static str>,
    /// Rows, as long as the names.
    pub rows: Vec<Vec<Value>>,
}

/// A value of a table for machines.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Words.
    Text(String),
    /// A count, or a year.
    Whole(i64),
    /// A figure; NaN: there is none.
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

/// A figure of which one of several is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What stands in the list.
    pub name: String,
}
