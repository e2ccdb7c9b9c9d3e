//! Confidence intervals for quantiles from order statistics, by exact binomial probabilities.

use super::incomplete_beta::incomplete_beta;

/// Ranks `(l, u)`, from 1, of the order statistics of `n` independent draws between which the `q`-quantile of any
/// continuous law lies with probability at least `level`, with at most half the rest on either side (Conover 1999,
/// section 3.2). `n ≥ 1`, `0 < q < 1`, `0 < level < 1`.
///
/// Where the sample is too small to bound a side, its rank is clamped to 1 or n and that side's promise is lost.
pub fn order_statistic_interval(n: u64, q: f64, level: f64) -> (u64, u64) {
    let side = 0.5 * (1.0 - level);
    // The count of draws below the quantile is B ~ Binomial(n, q). Below X_(l) with P(B ≤ l − 1), above X_(u) with
    // P(B ≥ u).
    let lower = last_true(n, |rank| tails(n, q, rank).0 <= side).max(1);
    let upper = last_true(n, |rank| tails(n, q, rank).1 > side) + 1;
    (lower, upper.min(n))
}

/// `P(B < k)` and `P(B ≥ k)` for `1 ≤ k ≤ n`.
fn tails(n: u64, q: f64, k: u64) -> (f64, f64) {
    let (at_least, below) = incomplete_beta(k as f64, (n - k + 1) as f64, q, 1.0 - q);
    (below, at_least)
}

/// The last rank of 1..=n for which `holds`, which once false stays false; 0 where it is false at 1.
fn last_true(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut yes, mut no) = (0, n + 1);
    while no - yes > 1 {
        let middle = yes + (no - yes) / 2;
        if holds(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    yes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P(B ≤ k) for k = 0..n by adding up, from logarithms of factorials added up too.
    fn distribution(n: u64, q: f64) -> Vec<f64> {
        let mut ln_term = n as f64 * (-q).ln_1p();
        let mut sum = 0.0;
        (0..=n)
            .map(|k| {
                sum += ln_term.exp();
                ln_term += (((n - k) as f64) / (k + 1) as f64).ln() + (q / (1.0 - q)).ln();
                sum
            })
            .collect()
    }

    #[test]
    fn covers_with_equal_tails_and_no_rank_to_spare() {
        for n in [1, 2, 10, 59, 100, 1000, 10_000] {
            for q in [0.001, 0.05, 0.3, 0.5, 0.95, 0.999] {
                let (l, u) = order_statistic_interval(n, q, 0.95);
                assert!(1 <= l && l <= u && u <= n);
                let at_most = distribution(n, q);
                let below = |k: u64| if k == 0 { 0.0 } else { at_most[k as usize - 1] };
                // P(B < l) and P(B ≥ u) are small, and would not be one rank further in.
                assert!(l == 1 || below(l) <= 0.025);
                assert!(below(l + 1) > 0.025);
                assert!(u == n || 1.0 - below(u) <= 0.025);
                assert!(u == 1 || 1.0 - below(u - 1) > 0.025);
            }
        }
    }

    #[test]
    fn textbook_ranks() {
        // The median of 10 and of 100 draws.
        assert_eq!(order_statistic_interval(10, 0.5, 0.95), (2, 9));
        assert_eq!(order_statistic_interval(100, 0.5, 0.95), (40, 61));
        // 59 draws are needed for the largest to exceed the 95 % quantile with confidence 95 % on one side.
        assert_eq!(order_statistic_interval(59, 0.95, 0.90).1, 59);
    }

    #[test]
    fn large_samples_follow_the_normal_approximation() {
        for q in [0.5, 0.95, 0.999] {
            let n = 1_000_000_000u64;
            let (l, u) = order_statistic_interval(n, q, 0.95);
            let (mean, sd) = (n as f64 * q, (n as f64 * q * (1.0 - q)).sqrt());
            let z = 1.959963984540054;
            assert!(((mean - l as f64) / sd - z).abs() < 5e-3 && ((u as f64 - mean) / sd - z).abs() < 5e-3);
        }
    }
}
