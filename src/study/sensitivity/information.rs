//! The value of information to someone who chooses the deal with the highest mean of a metric.
//!
//! The expected value of perfect information about X is `E max_d E(M_d | X) − max_d E M_d` (Howard 1966,
//! "Information value theory", IEEE Transactions on Systems Science and Cybernetics 2). A rule says which
//! deal to choose in each part of X's range. It is made on fifteen sixteenths of the run and valued on the
//! rest, in turn, against the deal that is best over the whole run: one choice for all sixteenths, because
//! they would differ from each other if each had its own where deals are nearly equal. The mean of these
//! gains exceeds the truth by chance only, since a rule made on a sample cannot beat the best rule. Choosing and valuing each part on the same paths can only look better than the
//! truth: that is where the interval's upper end comes from.

use super::estimate::Estimate;
use super::gather::{ChoiceSums, FOLDS, Gathered, Wanted};
use super::group::Lines;
use super::variables::Variable;
use ndarray::{Array1, Array2, Array3, Axis, s};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The value of knowing something before choosing a deal.
#[derive(Clone, Debug, PartialEq)]
pub struct InformationValue {
    /// What is known: an input, a group, or everything.
    pub about: String,
    /// The expected gain, in the unit of the metric; it exceeds the truth by chance only.
    pub gain: Estimate,
    /// Fraction of paths on which the informed choice differs from the uninformed one; NaN for everything.
    pub changes: f64,
}

/// A choice among deals by the mean of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Position, among the columns of the choice, of the deal chosen without knowing more.
    pub uninformed: usize,
    /// The value of knowing each input, the most valuable first.
    pub inputs: Vec<InformationValue>,
    /// The value of knowing each group's straight line for each deal, which is a lower bound for the group.
    pub groups: Vec<InformationValue>,
    /// The value of knowing everything: the best deal on every path.
    pub everything: InformationValue,
}

/// Position of the largest value; of equal ones, the first.
fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}

/// A mean over folds with its error.
struct FoldMean {
    mean: f64,
    std_error: f64,
    /// Half the width of the 95% interval, by Student's t.
    half: f64,
}

impl FoldMean {
    fn new(gains: &[f64]) -> FoldMean {
        let n = gains.len() as f64;
        let mean = gains.iter().sum::<f64>() / n;
        let squares: f64 = gains.iter().map(|gain| (gain - mean) * (gain - mean)).sum();
        // Gains that are all alike, as where no path seen changes the choice, tell nothing of their error.
        let std_error = if squares == 0.0 { f64::NAN } else { (squares / (n - 1.0) / n).sqrt() };
        let student = StudentsT::new(0.0, 1.0, n - 1.0).expect("more than one fold");
        FoldMean { mean, std_error, half: student.inverse_cdf(0.975) * std_error }
    }
}

impl InformationValue {
    /// The gain of the best deal on every path over the whole run; the folds give its error, and the interval
    /// covers both means.
    fn of_everything(gains: &[f64], gain: f64) -> InformationValue {
        let folds = FoldMean::new(gains);
        let value = gain.max(0.0);
        let gain = Estimate {
            value,
            std_error: folds.std_error,
            low95: (value.min(folds.mean) - folds.half).max(0.0),
            high95: value.max(folds.mean) + folds.half,
        };
        InformationValue { about: "everything".to_owned(), gain, changes: f64::NAN }
    }

    /// The mean of the folds' gains with its error; the truth exceeds `upper` by chance only.
    fn of_folds(about: &str, gains: &[f64], upper: f64, changes: f64) -> InformationValue {
        let folds = FoldMean::new(gains);
        // Knowing is never worth less than nothing, because a rule need not be used.
        let value = folds.mean.max(0.0);
        let gain = Estimate {
            value,
            std_error: folds.std_error,
            low95: (folds.mean - folds.half).max(0.0),
            high95: upper.max(value) + folds.half,
        };
        InformationValue { about: about.to_owned(), gain, changes }
    }
}

/// Sums of a choice per fold and over all folds, with the uninformed choices.
struct Folds<'a> {
    folds: Vec<&'a ChoiceSums>,
    paths: f64,
    best: f64,
    /// Sum of each column over all folds.
    columns: Vec<f64>,
    /// `[input][bin][paths, then each column]`, over all folds.
    bins: Array3<f64>,
    /// The uninformed choice of the whole run.
    uninformed: usize,
}

impl<'a> Folds<'a> {
    /// Collects the sums; `None` if a fold has no paths.
    fn new(gathered: &'a Gathered, choice: usize) -> Option<Folds<'a>> {
        let folds: Vec<&ChoiceSums> = gathered.folds.iter().map(|fold| &fold.choices[choice]).collect();
        if folds.iter().any(|fold| fold.paths == 0.0) {
            return None;
        }
        let sum = |of: &dyn Fn(&ChoiceSums) -> f64| -> f64 { folds.iter().map(|fold| of(fold)).sum() };
        let deals = folds[0].columns.len();
        let columns: Vec<f64> = (0..deals).map(|deal| sum(&|fold| fold.columns[deal])).collect();
        let mut bins = Array3::zeros(folds[0].bins.dim());
        folds.iter().for_each(|fold| bins += &fold.bins);
        Some(Folds {
            paths: sum(&|fold| fold.paths),
            best: sum(&|fold| fold.best),
            uninformed: largest(&columns),
            columns,
            bins,
            folds,
        })
    }

    /// The value of knowing everything.
    fn everything(&self) -> InformationValue {
        let gain = |fold: &&ChoiceSums| (fold.best - fold.columns[self.uninformed]) / fold.paths;
        let gains: Vec<f64> = self.folds.iter().map(gain).collect();
        InformationValue::of_everything(&gains, (self.best - self.columns[self.uninformed]) / self.paths)
    }

    /// The value of knowing an input, by a rule that chooses a deal for each part of its range.
    fn input(&self, input: usize, name: &str) -> InformationValue {
        let bins = self.bins.index_axis(Axis(0), input);
        let mut gains = vec![0.0; FOLDS];
        let (mut upper, mut changes) = (-self.columns[self.uninformed] / self.paths, 0.0);
        for (bin, cell) in bins.outer_iter().enumerate() {
            let sums = cell.slice(s![1..]).to_vec();
            let best = largest(&sums);
            upper += sums[best] / self.paths;
            if best != self.uninformed {
                changes += cell[0] / self.paths;
            }
            for (gain, fold) in gains.iter_mut().zip(&self.folds) {
                let own = fold.bins.slice(s![input, bin, 1..]);
                let others: Vec<f64> = sums.iter().zip(own).map(|(sum, own)| sum - own).collect();
                *gain += (own[largest(&others)] - own[self.uninformed]) / fold.paths;
            }
        }
        InformationValue::of_folds(name, &gains, upper, changes)
    }
}

/// The value of knowing each input, each group and everything before choosing among the columns of a set;
/// `None` if a fold has no paths.
pub fn information(
    wanted: &Wanted<'_>,
    gathered: &Gathered,
    groups: &[Variable],
    lines: &Lines,
    set: usize,
) -> Option<Choice> {
    let folds = Folds::new(gathered, set)?;
    let by_gain = |a: &InformationValue, b: &InformationValue| b.gain.value.total_cmp(&a.gain.value);
    let named = wanted.inputs.iter().enumerate();
    let mut inputs: Vec<InformationValue> =
        named.map(|(input, variable)| folds.input(input, &variable.name)).collect();
    inputs.sort_by(by_gain);
    let columns = &wanted.choices[set];
    let mut of_groups: Vec<InformationValue> = groups
        .iter()
        .zip(&lines.fitted)
        .filter_map(|(group, fitted)| {
            let fitted: Option<Vec<_>> = columns.iter().map(|&c| fitted[c].as_ref()).collect();
            of_lines(gathered, columns, &fitted?, folds.uninformed, &group.name)
        })
        .collect();
    of_groups.sort_by(by_gain);
    Some(Choice { uninformed: folds.uninformed, inputs, groups: of_groups, everything: folds.everything() })
}

/// The value of a rule that chooses the deal whose line is highest; no line has seen the paths on which it is
/// read.
fn of_lines(
    gathered: &Gathered,
    columns: &[usize],
    fitted: &[&Array1<f64>],
    uninformed: usize,
    name: &str,
) -> Option<InformationValue> {
    let kept = &gathered.kept;
    // Per fold, number of paths and sum of gains.
    let mut gains = Array2::<f64>::zeros((FOLDS, 2));
    let mut changes = 0.0;
    for path in 0..kept.paths {
        let lines: Vec<f64> =
            columns.iter().zip(fitted).map(|(&c, line)| line[path] + gathered.centres[c]).collect();
        let rule = largest(&lines);
        let value = |choice: usize| kept.columns[[columns[choice], path]];
        let mut fold = gains.row_mut(path / 64 / 2 % FOLDS);
        fold[0] += 1.0;
        fold[1] += value(rule) - value(uninformed);
        changes += if rule == uninformed { 0.0 } else { 1.0 / kept.paths as f64 };
    }
    if gains.column(0).iter().any(|paths| *paths == 0.0) {
        return None;
    }
    let gains: Vec<f64> = gains.rows().into_iter().map(|fold| fold[1] / fold[0]).collect();
    Some(InformationValue::of_folds(name, &gains, 0.0, changes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quantile 97.5% of Student's distribution with 15 degrees of freedom, from a table.
    #[test]
    fn the_interval_of_sixteen_folds_is_students() {
        let gains: Vec<f64> = (0..FOLDS).map(|fold| if fold % 2 == 0 { 1.0 } else { 3.0 }).collect();
        let folds = FoldMean::new(&gains);
        assert_eq!(folds.mean, 2.0);
        assert!((folds.std_error - (16.0_f64 / 15.0 / 16.0).sqrt()).abs() < 1e-15);
        assert!((folds.half / folds.std_error - 2.131_449_545_559_323).abs() < 1e-9);
    }
}
