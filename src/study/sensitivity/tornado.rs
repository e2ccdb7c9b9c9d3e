//! The tornado of a metric: how far its conditional mean moves as one input goes from its 10% to its 90% quantile, and how
//! its ranks go with those of the input.

use super::bootstrap::Estimate;
use super::gather::{Gathered, Wanted, number};
use crate::config::Unit;
use crate::model::parameters::Distribution;
use crate::stats::rank::{correlation, midranks, rank_interval};

/// What one input does to a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct InputEffect {
    /// Key of the input, or `termination.time`.
    pub key: String,
    /// Its unit; none for the time of termination, whose law depends on the hazard.
    pub unit: Option<Unit>,
    /// Its quantiles 10% and 90%; NaN where it has no law of its own.
    pub at: [f64; 2],
    /// Mean of the metric on the paths near the one and near the other.
    pub means: [Estimate; 2],
    /// Paths behind each.
    pub paths: [u64; 2],
    /// The second mean less the first.
    pub swing: Estimate,
    /// Spearman's correlation of input and metric over the paths kept.
    pub rank: Estimate,
}

/// Effects of every input on a column, the largest swing first.
pub fn input_effects(wanted: &Wanted<'_>, gathered: &Gathered, column: usize) -> Vec<InputEffect> {
    let kept = &gathered.kept;
    // Paths on which the metric has a value.
    let values = &kept.columns[column];
    let defined: Vec<usize> = (0..kept.paths).filter(|&path| !values[path].is_nan()).collect();
    let metric_ranks = midranks(&defined.iter().map(|&path| values[path]).collect::<Vec<f64>>());
    let mut effects: Vec<InputEffect> = wanted
        .inputs
        .iter()
        .enumerate()
        .map(|(i, input)| {
            let num = number(wanted, input);
            let entry = num.map(|num| wanted.plan.model().parameters.entry(num));
            let at = [0.1, 0.9].map(|q| match entry.map(|entry| &entry.distribution) {
                Some(Distribution::Uncertain(law)) => law.quantile(q),
                Some(Distribution::Constant(value)) => *value,
                None => f64::NAN,
            });
            let mut ends = [[0.0; 3]; 2];
            for fold in &gathered.folds {
                for (sum, part) in ends.iter_mut().flatten().zip(fold.ends[column][i].iter().flatten()) {
                    *sum += part;
                }
            }
            let means = ends.map(|end| mean_of(end, gathered.centres[column]));
            // The same paths on both ends: a value that has both quantiles.
            let same = gathered.windows[i][0] == gathered.windows[i][1];
            let swing = match same {
                true => Estimate::exact(0.0),
                false => Estimate::normal(
                    means[1].value - means[0].value,
                    means[0].std_error.hypot(means[1].std_error),
                ),
            };
            let ranks =
                midranks(&defined.iter().map(|&p| f64::from(kept.values[i][p])).collect::<Vec<f64>>());
            let r = correlation(&ranks, &metric_ranks);
            let (low95, high95) = rank_interval(r, defined.len());
            InputEffect {
                key: input.name.clone(),
                unit: entry.map(|entry| entry.unit),
                at,
                means,
                paths: ends.map(|end| end[0] as u64),
                swing,
                rank: Estimate { value: r, std_error: (high95 - low95) / 3.919_927_969, low95, high95 },
            }
        })
        .collect();
    effects.sort_by(|a, b| by_size(&b.swing, &a.swing));
    effects
}

/// The order of two swings by size; none is smallest.
pub(super) fn by_size(a: &Estimate, b: &Estimate) -> std::cmp::Ordering {
    let size = |estimate: &Estimate| if estimate.value.is_nan() { -1.0 } else { estimate.value.abs() };
    size(a).total_cmp(&size(b))
}

/// The mean of a sum about a centre.
pub(super) fn mean_of([n, sum, squares]: [f64; 3], centre: f64) -> Estimate {
    if n < 2.0 {
        return Estimate::NONE;
    }
    let mean = sum / n;
    let variance = ((squares - n * mean * mean) / (n - 1.0)).max(0.0);
    Estimate::normal(centre + mean, (variance / n).sqrt())
}

/// The mean of a column over the whole run, and the paths on which it has no value.
pub fn whole(gathered: &Gathered, column: usize) -> (Estimate, f64, u64) {
    let mut own = [0.0; 3];
    for fold in &gathered.folds {
        own.iter_mut().zip(&fold.own[column]).for_each(|(sum, x)| *sum += x);
    }
    let mean = mean_of(own, gathered.centres[column]);
    (mean, mean.std_error * own[0].sqrt(), gathered.paths - own[0] as u64)
}
