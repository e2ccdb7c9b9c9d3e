//! Why parameters make no distribution, naming the parameter to change.

use thiserror::Error;

/// The least probability of an interval that a distribution may be truncated to.
pub const LEAST_PROBABILITY: f64 = 1e-12;

/// Why parameters make no distribution.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DistributionError {
    /// A parameter is outside its range, given the others.
    #[error("`{parameter}` is {value}; it must be {allowed}")]
    Value {
        /// The parameter.
        parameter: &'static str,
        /// The value found.
        value: f64,
        /// What is allowed, in words that follow "it must be".
        allowed: String,
    },
    /// An entry of a list is outside its range.
    #[error("`{parameter}[{index}]` is {value}; it must be {allowed}")]
    Entry {
        /// The list.
        parameter: &'static str,
        /// Position of the entry, from 0.
        index: usize,
        /// The value found.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A list is empty.
    #[error("`{parameter}` is empty; it must have at least one entry")]
    Empty {
        /// The list.
        parameter: &'static str,
    },
    /// `values` and `weights` differ in length.
    #[error("`weights` has {weights} entries; it must have one for each of the {values} `values`")]
    Lengths {
        /// Entries of `values`.
        values: usize,
        /// Entries of `weights`.
        weights: usize,
    },
    /// Weights that add up to 0 or to no finite number.
    #[error("`weights` add up to {sum}; the sum must be above 0 and finite")]
    Weightless {
        /// Their sum.
        sum: f64,
    },
    /// Three quantiles through which no increasing three-term metalog passes.
    #[error(
        "`p50` is {value}; between these `{}` and `{}` a three-term metalog exists only for a `p50` from {low} to {high}",
        pair[0],
        pair[1]
    )]
    Infeasible {
        /// The value found.
        value: f64,
        /// The names of the quantiles on both sides of it.
        pair: [&'static str; 2],
        /// Least feasible `p50`, in the units of the quantiles.
        low: f64,
        /// Greatest feasible `p50`.
        high: f64,
    },
    /// The upper bound of a truncation is not above the lower.
    #[error("`max` is {max}; it must be above `min` = {min}")]
    Interval {
        /// Lower bound.
        min: f64,
        /// Upper bound.
        max: f64,
    },
    /// The distribution has too little probability between the bounds of a truncation.
    #[error(
        "between `min` = {min} and `max` = {max} the distribution has probability {}; at least {} is needed",
        if *probability > 0.0 { format!("{probability:.1e}") } else { "0".to_owned() },
        LEAST_PROBABILITY
    )]
    Improbable {
        /// Lower bound, −∞ where none was given.
        min: f64,
        /// Upper bound, +∞ where none was given.
        max: f64,
        /// Probability of the interval.
        probability: f64,
    },
}

impl DistributionError {
    /// The parameter to change.
    pub fn parameter(&self) -> &'static str {
        match self {
            DistributionError::Value { parameter, .. }
            | DistributionError::Entry { parameter, .. }
            | DistributionError::Empty { parameter } => parameter,
            DistributionError::Lengths { .. } | DistributionError::Weightless { .. } => "weights",
            DistributionError::Infeasible { .. } => "p50",
            DistributionError::Interval { .. } => "max",
            DistributionError::Improbable { min, .. } => {
                if min.is_finite() {
                    "min"
                } else {
                    "max"
                }
            }
        }
    }
}

pub(super) fn finite(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    require(value.is_finite(), parameter, value, || "a finite number".to_owned())
}

pub(super) fn positive(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    require(value.is_finite() && value > 0.0, parameter, value, || "above 0 and finite".to_owned())
}

/// `Ok(value)` if `fine`, else the error that says what is allowed.
pub(super) fn require(
    fine: bool,
    parameter: &'static str,
    value: f64,
    allowed: impl FnOnce() -> String,
) -> Result<f64, DistributionError> {
    if fine { Ok(value) } else { Err(DistributionError::Value { parameter, value, allowed: allowed() }) }
}
