//! What knowing something is worth to somebody who prefers the deal with the highest mean of a metric.
//!
//! The expected value of perfect information about X is `E max_d E(M_d | X) − max_d E M_d` (Howard 1966, "Information value
//! theory", IEEE Transactions on Systems Science and Cybernetics 2). A rule that says for each part of X's range which deal to
//! take is made on fifteen sixteenths of the run and valued on the rest, in turn: the mean of these gains is never above the truth but
//! by chance, since a rule found on a sample can only be worse than the best rule. The best mean of each part picked and
//! valued on the same paths can only be better: it is the upper end of the interval.

use super::bootstrap::Estimate;
use super::gather::{BINS, FOLDS, Gathered, Wanted};
use super::group::Lines;
use super::variables::Variable;

/// The quantile 97.5% of Student's law with 15 degrees of freedom, for the mean of sixteen folds.
const T15: f64 = 2.131_449_545_559_323;

/// What knowing something is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Information {
    /// An input, a group, or everything.
    pub about: String,
    /// The worth, in units of the metric; never above the truth but by chance.
    pub worth: Estimate,
    /// How often who knows takes another deal than who does not.
    pub changes: f64,
}

/// A choice among deals by the mean of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Position of the column that who knows nothing takes, among the columns of the choice.
    pub without: usize,
    /// Per input, the worthiest first.
    pub inputs: Vec<Information>,
    /// Per group, by the straight lines that are fitted for each deal: the worth of that line, so at least this.
    pub groups: Vec<Information>,
    /// Everything: the best deal of every path.
    pub everything: Information,
}

/// Position of the largest; the first of equals.
fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}

/// A mean over folds and its standard error.
fn mean_of_folds(gains: &[f64]) -> (f64, f64) {
    let n = gains.len() as f64;
    let mean = gains.iter().sum::<f64>() / n;
    let squares: f64 = gains.iter().map(|gain| (gain - mean) * (gain - mean)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// The best of every path, known before: `value` of the whole run, whose folds only give it an error, and around both.
fn of_everything(gains: &[f64], value: f64) -> Information {
    let (mean, std_error) = mean_of_folds(gains);
    let value = value.max(0.0);
    let worth = Estimate {
        value,
        std_error,
        low95: (value.min(mean) - T15 * std_error).max(0.0),
        high95: value.max(mean) + T15 * std_error,
    };
    Information { about: "everything".to_owned(), worth, changes: f64::NAN }
}

/// The mean of the folds' gains, with its error; `upper`: what it cannot be above but by chance.
fn of_folds(about: &str, gains: &[f64], upper: f64, changes: f64) -> Information {
    let (mean, std_error) = mean_of_folds(gains);
    // Knowing is never worth less than nothing: a rule may be left unused.
    let value = mean.max(0.0);
    let worth = Estimate {
        value,
        std_error,
        low95: (mean - T15 * std_error).max(0.0),
        high95: upper.max(value) + T15 * std_error,
    };
    Information { about: about.to_owned(), worth, changes }
}

/// What knowing each input, group and everything is worth to who chooses among the columns of a set; `None` where a fold has
/// no paths.
pub fn information(
    wanted: &Wanted<'_>,
    gathered: &Gathered,
    groups: &[Variable],
    lines: &Lines,
    set: usize,
) -> Option<Choice> {
    let deals = wanted.choices[set].len();
    if gathered.folds.iter().any(|fold| fold.best[set][0] == 0.0) {
        return None;
    }
    let total = |of: &dyn Fn(&super::gather::Sums) -> f64, without: Option<usize>| -> f64 {
        let folds = gathered.folds.iter().enumerate().filter(|(f, _)| Some(*f) != without);
        folds.map(|(_, fold)| of(fold)).sum()
    };
    let sum_of = |deal: usize, without: Option<usize>| total(&|fold| fold.best[set][2 + deal], without);
    let overall: Vec<f64> = (0..deals).map(|deal| sum_of(deal, None)).collect();
    let without = largest(&overall);
    // What a fold's others would take without knowing anything.
    let plain: Vec<usize> = (0..FOLDS)
        .map(|f| largest(&(0..deals).map(|deal| sum_of(deal, Some(f))).collect::<Vec<f64>>()))
        .collect();
    let paths = total(&|fold| fold.best[set][0], None);
    let per_fold = |f: usize| gathered.folds[f].best[set][0];
    let everything = {
        let gains: Vec<f64> = (0..FOLDS)
            .map(|f| {
                let fold = &gathered.folds[f].best[set];
                (fold[1] - fold[2 + plain[f]]) / fold[0]
            })
            .collect();
        let upper = (total(&|fold| fold.best[set][1], None) - overall[without]) / paths;
        of_everything(&gains, upper)
    };
    let width = 1 + deals;
    let mut inputs: Vec<Information> = wanted
        .inputs
        .iter()
        .enumerate()
        .map(|(i, input)| {
            let cell = |bin: usize, k: usize| (i * BINS + bin) * width + k;
            let mut gains = vec![0.0; FOLDS];
            let (mut upper, mut changes) = (-overall[without] / paths, 0.0);
            for bin in 0..BINS {
                let sums: Vec<f64> =
                    (0..deals).map(|d| total(&|fold| fold.bins[set][cell(bin, 1 + d)], None)).collect();
                let best = largest(&sums);
                upper += sums[best] / paths;
                if best != without {
                    changes += total(&|fold| fold.bins[set][cell(bin, 0)], None) / paths;
                }
                for (f, gain) in gains.iter_mut().enumerate() {
                    let own = &gathered.folds[f].bins[set];
                    let others: Vec<f64> = (0..deals).map(|d| sums[d] - own[cell(bin, 1 + d)]).collect();
                    let rule = largest(&others);
                    *gain += (own[cell(bin, 1 + rule)] - own[cell(bin, 1 + plain[f])]) / per_fold(f);
                }
            }
            of_folds(&input.name, &gains, upper, changes)
        })
        .collect();
    inputs.sort_by(|a, b| b.worth.value.total_cmp(&a.worth.value));
    let mut of_groups: Vec<Information> = groups
        .iter()
        .zip(&lines.fitted)
        .filter_map(|(group, fitted)| of_lines(gathered, &wanted.choices[set], fitted, without, &group.name))
        .collect();
    of_groups.sort_by(|a, b| b.worth.value.total_cmp(&a.worth.value));
    Some(Choice { without, inputs, groups: of_groups, everything })
}

/// What a rule is worth that takes the deal whose line is highest; the lines have not seen the paths they are read on.
fn of_lines(
    gathered: &Gathered,
    columns: &[usize],
    fitted: &[Vec<f64>],
    without: usize,
    name: &str,
) -> Option<Information> {
    if columns.iter().any(|&c| fitted[c].is_empty()) {
        return None;
    }
    let kept = &gathered.kept;
    let mut gains = [[0.0; 2]; FOLDS];
    let mut changes = 0.0;
    for path in 0..kept.paths {
        let lines: Vec<f64> = columns.iter().map(|&c| fitted[c][path] + gathered.centres[c]).collect();
        let rule = largest(&lines);
        let gain = &mut gains[path / 64 / 2 % FOLDS];
        gain[0] += 1.0;
        gain[1] += kept.columns[columns[rule]][path] - kept.columns[columns[without]][path];
        changes += if rule == without { 0.0 } else { 1.0 / kept.paths as f64 };
    }
    if gains.iter().any(|[n, _]| *n == 0.0) {
        return None;
    }
    let gains: Vec<f64> = gains.iter().map(|[n, sum]| sum / n).collect();
    Some(of_folds(name, &gains, 0.0, changes))
}
