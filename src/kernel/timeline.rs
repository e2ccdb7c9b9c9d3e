//! The timeline as the kernels walk it: periods, calendar years, and the distinct lengths of a step.

use crate::model::timeline::{Period, Year};

/// Slack when two times are compared that are equal on paper, years.
pub const TIME_SLACK: f64 = 1e-9;

/// The timeline as the kernels walk it.
#[derive(Clone, Debug)]
pub struct Steps {
    /// The periods.
    pub periods: Vec<Period>,
    /// The calendar years.
    pub years: Vec<Year>,
    /// Distinct period lengths, years.
    pub lengths: Vec<f64>,
    /// For each period, the index of its length.
    pub length_of: Vec<usize>,
}

/// One period of the walk.
#[derive(Clone, Copy, Debug)]
pub struct StepRef {
    /// Index of the period, from 0.
    pub period: usize,
    /// Index of its length.
    pub step: usize,
    /// `Δ_p`, years.
    pub length: f64,
    /// `T_{p-1}`, years.
    pub start: f64,
    /// `m_p`, years.
    pub middle: f64,
    /// `T_p`, years.
    pub end: f64,
}

impl Steps {
    pub(super) fn new(periods: &[Period], years: &[Year]) -> Steps {
        let mut lengths: Vec<f64> = Vec::new();
        let length_of = periods
            .iter()
            .map(|p| {
                // Equal lengths may differ in the last bit when they are differences of times.
                lengths.iter().position(|&l| (l - p.length).abs() < TIME_SLACK).unwrap_or_else(|| {
                    lengths.push(p.length);
                    lengths.len() - 1
                })
            })
            .collect();
        Steps { periods: periods.to_vec(), years: years.to_vec(), lengths, length_of }
    }

    /// The period of that index.
    pub fn at(&self, period: usize) -> StepRef {
        let p = &self.periods[period];
        let step = self.length_of[period];
        StepRef { period, step, length: self.lengths[step], start: p.start, middle: p.middle, end: p.end }
    }
}

/// How much of two spans (from, to) is common, years.
pub(super) fn overlap(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.1.min(b.1) - a.0.max(b.0)).max(0.0)
}
