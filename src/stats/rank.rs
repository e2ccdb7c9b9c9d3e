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

/// A 95% confidence interval for a rank correlation: Fisher's transformation with the variance
/// `(1 + r²/2)/(n − 3)` (Bonett and Wright 2000, "Sample size requirements for estimating Pearson, Kendall and Spearman
/// correlations", Psychometrika 65).
pub fn rank_interval(correlation: f64, n: usize) -> (f64, f64) {
    if n < 4 || correlation.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    let half = 1.959_963_984_540_054 * ((1.0 + 0.5 * correlation * correlation) / (n as f64 - 3.0)).sqrt();
    let centre = correlation.clamp(-1.0 + 1e-15, 1.0 - 1e-15).atanh();
    ((centre - half).tanh(), (centre + half).tanh())
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
        let (low, high) = rank_interval(0.5, 1_003);
        // atanh 0.5 = 0.549306, half 1.96·√(1.125/1000) = 0.065740.
        assert!((low - (0.549306_f64 - 0.065740).tanh()).abs() < 1e-6, "{low}");
        assert!((high - (0.549306_f64 + 0.065740).tanh()).abs() < 1e-6, "{high}");
        assert!(rank_interval(0.1, 3).0.is_nan());
        let (low, high) = rank_interval(1.0, 100);
        assert!(low > 1.0 - 1e-12 && high <= 1.0, "{low} {high}");
    }
}
