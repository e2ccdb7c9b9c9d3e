//! A sweep: quantities at each variant of a scenario, and their differences from the unchanged scenario.

use super::quantity::Quantity;
use super::variant::Columns;
use crate::config::Unit;
use crate::kernel::plan::Plan;
use crate::run::paired::PairedResult;
use crate::stats::summary::MetricSummary;

/// A quantity as measured in one variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Mean over the paths on which the quantity has a value.
    pub mean: f64,
    /// Standard error of the mean.
    pub std_error: f64,
    /// Degrees of freedom of an error that comes from replicates; NaN where paths are independent.
    pub error_df: f64,
    /// Whether no draw can move the quantity in this variant.
    pub exact: bool,
    /// The 95% interval of the mean, for the simulation's error.
    pub interval: (f64, f64),
    /// Of a flag, on how many of the paths it is 1.
    pub events: Option<u64>,
    /// Quantiles 0.05, 0.50 and 0.95; NaN where bins were not kept.
    pub quantiles: [f64; 3],
    /// Mean difference from the first variant, path by path, over the paths where both have a value; NaN for
    /// the first variant.
    pub difference: f64,
    /// Standard error of the mean difference.
    pub difference_error: f64,
    /// Whether no draw can move the difference.
    pub difference_exact: bool,
    /// Number of paths with a value.
    pub paths: u64,
    /// Number of paths without a value.
    pub undefined: u64,
}

/// A quantity by its names and unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Name of the deal or difference.
    pub of: String,
    /// Name of the metric.
    pub metric: String,
    /// The unit of its values.
    pub unit: Unit,
}

impl Named {
    /// Names a quantity of a plan.
    pub fn new(plan: &Plan, quantity: Quantity) -> Named {
        Named {
            of: quantity.of.name(plan),
            metric: quantity.metric.name(plan.model().run.mix_year),
            unit: quantity.unit(),
        }
    }

    /// The full name, such as `amended-2026.share_pv`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.of, self.metric)
    }
}

/// Quantities at each point of a sweep, and for the unchanged scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of all points.
    pub seed: u64,
    /// Paths simulated per point.
    pub paths: u64,
    /// Paths asked for per point.
    pub asked: u64,
    /// The keys that are varied.
    pub keys: Vec<String>,
    /// Units of the keys; `None` for keys that are not numbers.
    pub units: Vec<Option<Unit>>,
    /// Values as TOML, `[point][key]`.
    pub points: Vec<Vec<String>>,
    /// The quantities measured.
    pub quantities: Vec<Named>,
    /// Measurements of the unchanged scenario, per quantity.
    pub base: Vec<Measured>,
    /// Measurements, `[point][quantity]`.
    pub measured: Vec<Vec<Measured>>,
}

impl Sweep {
    /// Whether no draw can make a quantity differ between the points: it is exact and the same at all of them.
    pub fn is_independent(&self, quantity: usize) -> bool {
        self.is_flat(quantity) && self.measured.iter().all(|point| point[quantity].exact)
    }

    /// Whether a quantity has equal bits at all points.
    pub fn is_flat(&self, quantity: usize) -> bool {
        let mut means = self
            .measured
            .iter()
            .map(|point| (point[quantity].mean.to_bits(), point[quantity].std_error.to_bits()));
        means.next().is_none_or(|first| means.all(|other| other == first))
    }
}

/// The probabilities of the quantiles in [`Measured`].
pub const QUANTILES: [f64; 3] = [0.05, 0.50, 0.95];

/// Reads the measurements, `[variant][quantity]`, from a paired run.
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
                    let exact = columns.exact.get(variant).map_or((false, false), |exact| exact[quantity]);
                    let is_flag = columns.flags.get(quantity).copied().unwrap_or(false);
                    one(&result.columns[value], difference, exact, is_flag)
                })
                .collect()
        })
        .collect()
}

fn one(
    value: &MetricSummary,
    difference: Option<&MetricSummary>,
    exact: (bool, bool),
    is_flag: bool,
) -> Measured {
    let moments = value.moments();
    let quantiles = if value.bins().count() > 0 {
        let ranked = value.ranked();
        QUANTILES.map(|q| ranked.quantile(q))
    } else {
        [f64::NAN; 3]
    };
    let (difference, difference_error) = difference
        .map_or((f64::NAN, f64::NAN), |column| (column.moments().mean(), column.mean_error().std_error));
    let (mean, error, paths) = (moments.mean(), value.mean_error(), moments.count());
    let events = is_flag.then(|| (mean * paths as f64).round() as u64);
    Measured {
        interval: match events {
            _ if exact.0 => (mean, mean),
            Some(_) => error.shown_interval(mean, paths),
            None => error.interval(mean),
        },
        events,
        mean: moments.mean(),
        std_error: error.std_error,
        error_df: error.df,
        exact: exact.0,
        quantiles,
        difference,
        difference_error,
        difference_exact: exact.1,
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
            exact: vec![],
            flags: vec![],
        };
        let result = PairedResult::empty(1, 1);
        let measured = measured(&result, &columns)[0][0];
        assert!(measured.mean.is_nan() && measured.quantiles[1].is_nan() && measured.difference.is_nan());
        assert_eq!((measured.paths, measured.undefined), (0, 0));
    }
}
