//! Sliders of a page as data: what they move, the settings that were simulated, and small tables of these.

use super::chart::Readings;
use super::wording::Measure;
use capstake::report::what_if::WhatIfRow;

/// Sliders and everything that they show.
#[derive(Clone, Debug)]
pub struct Panel {
    /// The sliders.
    pub sliders: Vec<Slider>,
    /// What is shown of every setting.
    pub quantities: Vec<Quantity>,
    /// The settings that were simulated; the first is the scenario itself.
    pub nodes: Vec<Node>,
    /// Paths of every setting.
    pub paths: u64,
    /// The command that runs the scenario; changes are appended to it.
    pub command: String,
    /// The two sides in the middle of a sentence: whose take, what the others keep, and the revenue kept where there is no equity.
    pub sides: [String; 3],
    /// Small tables of the nodes.
    pub tables: Vec<Readings>,
}

/// A slider.
#[derive(Clone, Debug)]
pub struct Slider {
    /// The dotted key.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// The same within a sentence.
    pub phrase: String,
    /// How its values are written.
    pub measure: Measure,
    /// The values that were simulated, rising.
    pub nodes: Vec<f64>,
    /// Its value in the scenario.
    pub own: Own,
}

/// The value of a key in the scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Own {
    /// A number.
    Value(f64),
    /// A distribution with this median.
    Median(f64),
    /// The scenario does not set it.
    Unset,
}

/// A metric of a deal or of a difference.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// The deal or difference.
    pub deal: String,
    /// The metric's key.
    pub metric: String,
    /// Its plain label.
    pub label: String,
    /// How its values are written.
    pub measure: Measure,
    /// Whether it is 0 or 1 on a path.
    pub is_flag: bool,
    /// The ends of its histogram; `None` if it has none.
    pub ends: Option<(f64, f64)>,
}

/// A simulated setting.
#[derive(Clone, Debug)]
pub struct Node {
    /// Index of each slider that is moved, with its value.
    pub set: Vec<(usize, f64)>,
    /// The figures by quantity; `None` where the slider cannot move one.
    pub figures: Vec<Option<Figure>>,
}

/// A quantity at a setting.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The row of the table.
    pub row: WhatIfRow,
    /// Paths in bins; empty if it has no histogram.
    pub counts: Vec<u64>,
}
