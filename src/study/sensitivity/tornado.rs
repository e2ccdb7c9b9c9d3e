//! The tornado of a metric: how far its conditional mean moves between an input's 10% and 90% quantiles, and
//! their rank correlation.

use super::estimate::{CentredSums, Estimate};
use super::gather::{Gathered, Wanted};
use super::kept::number;
use crate::config::Unit;
use crate::model::parameters::Distribution;
use crate::stats::rank::{correlation, midranks, rank_interval};

/// The effect of one input on a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct InputEffect {
    /// Key of the input, or `termination.time`.
    pub key: String,
    /// Unit of the input; `None` for the time of termination, whose distribution depends on the hazard.
    pub unit: Option<Unit>,
    /// Quantiles 10% and 90% of the input; NaN if it has no distribution of its own.
    pub at: [f64; 2],
    /// Means of the metric on the paths near either quantile.
    pub means: [Estimate; 2],
    /// Number of paths behind each mean.
    pub paths: [u64; 2],
    /// The second mean minus the first.
    pub swing: Estimate,
    /// Spearman's rank correlation of input and metric over the paths kept.
    pub rank: Estimate,
}

/// Effects of every input on a column, the largest swing first.
pub fn input_effects(wanted: &Wanted<'_>, gathered: &Gathered, column: usize) -> Vec<InputEffect> {
    let kept = &gathered.kept;
    // Paths on which the metric has a value.
    let values = kept.columns.row(column);
    let defined: Vec<usize> = (0..kept.paths).filter(|&path| !values[path].is_nan()).collect();
    let metric_ranks = midranks(&defined.iter().map(|&path| values[path]).collect::<Vec<f64>>());
    let rank_of = |input: usize| {
        let values: Vec<f64> = defined.iter().map(|&path| f64::from(kept.values[[input, path]])).collect();
        let ranks = midranks(&values);
        let value = correlation(&ranks, &metric_ranks);
        let (std_error, low95, high95) = rank_interval(&ranks, &metric_ranks, value);
        Estimate { value, std_error, low95, high95 }
    };
    let mut effects: Vec<InputEffect> = wanted
        .inputs
        .iter()
        .enumerate()
        .map(|(i, input)| {
            let entry = number(wanted.plan, input).map(|num| wanted.plan.model().parameters.entry(num));
            let at = [0.1, 0.9].map(|q| match entry.map(|entry| &entry.distribution) {
                Some(Distribution::Uncertain(law)) => law.quantile(q),
                Some(Distribution::Constant(value)) => *value,
                None => f64::NAN,
            });
            let ends = ends(gathered, column, i);
            let means = ends.map(|end| end.mean(gathered.centres[column]));
            // Both ends are the same paths if one value has both quantiles.
            let same = gathered.windows[i][0] == gathered.windows[i][1];
            InputEffect {
                key: input.name.clone(),
                unit: entry.map(|entry| entry.unit),
                at,
                means,
                paths: ends.map(|end| end.count as u64),
                swing: if same { Estimate::exact(0.0) } else { Estimate::swing(&means[0], &means[1]) },
                rank: rank_of(i),
            }
        })
        .collect();
    effects.sort_by(|a, b| Estimate::by_size(&b.swing, &a.swing));
    effects
}

/// Sums of a column near both ends of an input, over all folds.
fn ends(gathered: &Gathered, column: usize, input: usize) -> [CentredSums; 2] {
    let mut ends = [CentredSums::default(); 2];
    for fold in &gathered.folds {
        ends.iter_mut().zip(&fold.ends[[column, input]]).for_each(|(end, part)| end.merge(part));
    }
    ends
}

/// Mean and standard deviation of a column over the whole run, and the number of paths without a value.
pub fn whole(gathered: &Gathered, column: usize) -> (Estimate, f64, u64) {
    let mut sums = CentredSums::default();
    gathered.folds.iter().for_each(|fold| sums.merge(&fold.whole[column]));
    let mean = sums.mean(gathered.centres[column]);
    (mean, mean.std_error * sums.count.sqrt(), gathered.paths - sums.count as u64)
}
