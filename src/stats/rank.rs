//! Ranks and Spearman's correlation with its interval.

/// Ranks counted from 1; ties share their mean rank.
pub fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let value = values[order[from]];
        let mut to = from + 1;
        while to < order.len() && values[order[to]] == value {
            to += 1;
        }
        let rank = 0.5 * (from + 1 + to) as f64;
        for &i in &order[from..to] {
            ranks[i] = rank;
        }
        from = to;
    }
    ranks
}

/// Pearson's correlation of two columns, which applied to [`midranks`] is Spearman's; NaN where one does not vary.
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "a value of each for every path");
    let n = x.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    if xx == 0.0 || yy == 0.0 { f64::NAN } else { xy / (xx * yy).sqrt() }
}

/// Standard error and ends of the 95% interval of a rank correlation, given the [`midranks`] of both columns.
///
/// The error is that of the correlation's influence function (what one more pair does to it): it holds for ties and for columns
/// that depend on each other without being correlated, where formulas for normal columns give too small an error. The interval is
/// symmetric in Fisher's transformation.
pub fn rank_interval(x: &[f64], y: &[f64], correlation: f64) -> (f64, f64, f64) {
    let n = x.len() as f64;
    if n < 4.0 || correlation.is_nan() {
        return (f64::NAN, f64::NAN, f64::NAN);
    }
    let (x, y) = (Ranks::new(x), Ranks::new(y));
    let (y_above, x_above) = (x.mean_above(&y.centred), y.mean_above(&x.centred));
    let scale = (x.variance * y.variance).sqrt();
    let influence = |i: usize| {
        let of_product = x.centred[i] * y.centred[i] + y_above[i] + x_above[i];
        // More ties make less variance.
        let of_variance = x.ties(i) / x.variance + y.ties(i) / y.variance;
        of_product / scale + 0.125 * correlation * of_variance
    };
    let list: Vec<f64> = (0..x.centred.len()).map(influence).collect();
    let mean = list.iter().sum::<f64>() / n;
    let squares: f64 = list.iter().map(|moved| (moved - mean) * (moved - mean)).sum();
    let std_error = (squares / n / (n - 3.0)).sqrt();
    let half = 1.959_963_984_540_054 * std_error;
    let slack = 1.0 - correlation * correlation;
    if slack < 1e-9 {
        return (std_error, (correlation - half).max(-1.0), (correlation + half).min(1.0));
    }
    let (centre, half) = (correlation.atanh(), half / slack);
    (std_error, (centre - half).tanh(), (centre + half).tanh())
}

/// The ranks of a column as parts of the number of values.
struct Ranks {
    /// Twice each rank, a whole number.
    twice: Vec<usize>,
    /// Rank over number, less the mean of that.
    centred: Vec<f64>,
    /// Mean square of `centred`.
    variance: f64,
    /// How many values have each doubled rank.
    count: Vec<f64>,
}

impl Ranks {
    fn new(midranks: &[f64]) -> Ranks {
        let n = midranks.len() as f64;
        let twice: Vec<usize> = midranks.iter().map(|rank| (2.0 * rank) as usize).collect();
        let centred: Vec<f64> = midranks.iter().map(|rank| (rank - 0.5 * (n + 1.0)) / n).collect();
        let variance = centred.iter().map(|u| u * u).sum::<f64>() / n;
        let mut count = vec![0.0; 2 * midranks.len() + 1];
        twice.iter().for_each(|&rank| count[rank] += 1.0);
        Ranks { twice, centred, variance, count }
    }

    /// For each value the mean over all values of `other` where this column is larger, half of it where it is equal.
    fn mean_above(&self, other: &[f64]) -> Vec<f64> {
        let n = other.len() as f64;
        let mut sums = vec![0.0; self.count.len()];
        self.twice.iter().zip(other).for_each(|(&rank, other)| sums[rank] += other / n);
        let mut above = 0.0;
        for sum in sums.iter_mut().rev() {
            let own = *sum;
            *sum = above + 0.5 * own;
            above += own;
        }
        self.twice.iter().map(|&rank| sums[rank]).collect()
    }

    /// The square of the part of all values that are equal to this one.
    fn ties(&self, i: usize) -> f64 {
        let part = self.count[self.twice[i]] / self.twice.len() as f64;
        part * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_ties_are_shared() {
        assert_eq!(midranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
        assert_eq!(midranks(&[]), Vec::<f64>::new());
    }

    #[test]
    fn a_textbook_case_and_limits() {
        // Ten pairs without ties: 1 − 6 Σd²/(n(n² − 1)).
        let x = [106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0];
        let y = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
        let r = correlation(&midranks(&x), &midranks(&y));
        assert!((r + 29.0 / 165.0).abs() < 1e-15, "{r}");
        assert!(correlation(&x, &[1.0; 10]).is_nan());
        let few = [1.0, 2.0, 3.0];
        assert!(rank_interval(&few, &few, 1.0).0.is_nan());
        let many: Vec<f64> = (1..=100).map(f64::from).collect();
        let (error, low, high) = rank_interval(&many, &many, 1.0);
        assert!(error < 1e-9 && low > 1.0 - 1e-9 && high <= 1.0, "{error} {low} {high}");
    }

    /// A 2 by 2 table, whose rank correlation is the mean square contingency φ: of 100 pairs 40, 10, 20 and 30. Its error from the
    /// delta method on the four frequencies, computed apart from this code.
    #[test]
    fn the_error_of_a_table_of_ties_is_that_of_the_delta_method() {
        let cells = [(0.0, 0.0, 40), (0.0, 1.0, 10), (1.0, 0.0, 20), (1.0, 1.0, 30)];
        let pairs = cells.iter().flat_map(|&(x, y, count)| std::iter::repeat_n((x, y), count));
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
        let (x, y) = (midranks(&x), midranks(&y));
        let r = correlation(&x, &y);
        assert!((r - 0.408_248_290).abs() < 1e-9, "{r}");
        let (error, low, high) = rank_interval(&x, &y, r);
        assert!((error * 0.97_f64.sqrt() - 0.090_138_782).abs() < 1e-8, "{error}");
        assert!(low < r - 1.8 * error && r + 1.7 * error < high, "{low} {high}");
    }
}
