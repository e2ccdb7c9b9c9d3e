//! What quantities are at each variant of a scenario, and how they differ from the scenario as it stands.

use super::quantity::Quantity;
use super::variant::Columns;
use crate::config::Unit;
use crate::kernel::plan::Plan;
use crate::run::paired::PairedResult;
use crate::stats::summary::MetricSummary;

/// What is known of a quantity in one variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Over the paths on which the quantity has a value.
    pub mean: f64,
    /// Standard error of the mean.
    pub std_error: f64,
    /// Quantiles 0.05, 0.50, 0.95; NaN where bins were not kept.
    pub quantiles: [f64; 3],
    /// Mean of the difference from the first variant, path by path, where both have a value; NaN for the first.
    pub difference: f64,
    /// Standard error of that mean.
    pub difference_error: f64,
    /// Paths with a value.
    pub paths: u64,
    /// Paths without.
    pub undefined: u64,
}

/// A quantity as it is named and counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The deal or difference.
    pub of: String,
    /// The metric.
    pub metric: String,
    /// The unit of its values.
    pub unit: Unit,
}

impl Named {
    /// The names of a quantity.
    pub fn new(plan: &Plan, quantity: Quantity) -> Named {
        Named {
            of: quantity.of.name(plan),
            metric: quantity.metric.name(plan.model().run.mix_year),
            unit: quantity.unit(),
        }
    }

    /// `amended-2026.share_pv`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.of, self.metric)
    }
}

/// A sweep: quantities over points, and as the scenario stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Name of the scenario.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// Paths of each point.
    pub paths: u64,
    /// Paths asked for.
    pub asked: u64,
    /// The keys that vary.
    pub keys: Vec<String>,
    /// Their units, of those that are numbers.
    pub units: Vec<Option<Unit>>,
    /// For each point a value of every key, as TOML.
    pub points: Vec<Vec<String>>,
    /// What is measured.
    pub quantities: Vec<Named>,
    /// For each quantity, as the scenario stands.
    pub base: Vec<Measured>,
    /// For each point and quantity.
    pub measured: Vec<Vec<Measured>>,
}

impl Sweep {
    /// Whether a quantity is the same at all points, to the bit.
    pub fn is_flat(&self, quantity: usize) -> bool {
        let mut means = self
            .measured
            .iter()
            .map(|point| (point[quantity].mean.to_bits(), point[quantity].std_error.to_bits()));
        means.next().is_none_or(|first| means.all(|other| other == first))
    }
}

/// Quantiles of [`Measured`].
pub const QUANTILES: [f64; 3] = [0.05, 0.50, 0.95];

/// For each variant and quantity what was measured.
pub fn measured(result: &PairedResult, columns: &Columns) -> Vec<Vec<Measured>> {
    let differences = |variant: usize, quantity: usize| columns.differences[variant].get(quantity);
    columns
        .values
        .iter()
        .enumerate()
        .map(|(variant, values)| {
            values
                .iter()
                .enumerate()
                .map(|(quantity, &value)| {
                    let difference = differences(variant, quantity).map(|&column| &result.columns[column]);
                    one(&result.columns[value], difference)
                })
                .collect()
        })
        .collect()
}

fn one(value: &MetricSummary, difference: Option<&MetricSummary>) -> Measured {
    let moments = value.moments();
    let quantiles = if value.bins().count() > 0 {
        let ranked = value.ranked();
        QUANTILES.map(|q| ranked.quantile(q))
    } else {
        [f64::NAN; 3]
    };
    let (difference, difference_error) = difference.map_or((f64::NAN, f64::NAN), |column| {
        let moments = column.moments();
        (moments.mean(), moments.std_error())
    });
    Measured {
        mean: moments.mean(),
        std_error: moments.std_error(),
        quantiles,
        difference,
        difference_error,
        paths: moments.count(),
        undefined: moments.undefined(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::paired::{Column, Keep, PathValue};

    #[test]
    fn what_was_not_kept_is_not_a_number() {
        let value = PathValue::Metric { plan: 0, subject: 0, metric: 0 };
        let columns = Columns {
            columns: vec![Column { value, keep: Keep::Moments }],
            values: vec![vec![0]],
            differences: vec![vec![]],
        };
        let result = PairedResult::empty(1, 1);
        let measured = measured(&result, &columns)[0][0];
        assert!(measured.mean.is_nan() && measured.quantiles[1].is_nan() && measured.difference.is_nan());
        assert_eq!((measured.paths, measured.undefined), (0, 0));
    }
}
