//! Timeline of the kernels: periods, calendar years, and distinct lengths of a period.

use crate::model::timeline::{Period, Year};

/// Tolerance for rounding when two times are compared, years.
pub const TIME_SLACK: f64 = 1e-9;

/// Timeline of a plan.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Periods, in order.
    pub periods: Vec<Period>,
    /// Calendar years, in order.
    pub years: Vec<Year>,
    /// Distinct period lengths, years.
    pub lengths: Vec<f64>,
    /// For each period, the index of its length.
    pub length_of: Vec<usize>,
}

/// One period, with its times in years from the valuation date.
#[derive(Clone, Copy, Debug)]
pub struct StepRef {
    /// Index of the period, from 0.
    pub period: usize,
    /// Index of its length among the distinct lengths.
    pub step: usize,
    /// Length `Δ_p`, years.
    pub length: f64,
    /// Start `T_{p-1}`.
    pub start: f64,
    /// Middle `m_p`.
    pub middle: f64,
    /// End `T_p`.
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

    /// The period with this index.
    pub fn at(&self, period: usize) -> StepRef {
        let p = &self.periods[period];
        let step = self.length_of[period];
        StepRef { period, step, length: self.lengths[step], start: p.start, middle: p.middle, end: p.end }
    }
}

/// Length of the overlap of two spans of time (from, to), years.
pub(super) fn overlap(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.1.min(b.1) - a.0.max(b.0)).max(0.0)
}
