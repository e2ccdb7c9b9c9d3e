//! Binomial confidence bounds: for quantiles from order statistics, and for probabilities, rare ones too.

use statrs::distribution::{Beta, ContinuousCDF};

use super::incomplete_beta::incomplete_beta;
use super::root::Bracket;

/// The one-sided upper confidence bound, at the level `level`, of the probability of an event that happened in `events` of
/// `trials` independent trials (Clopper and Pearson 1934, "The use of confidence or fiducial limits illustrated in the case of
/// the binomial", Biometrika 26).
///
/// It is the p with P(B ≤ `events`) = 1 − `level` for B ~ Binomial(`trials`, p): the quantile `level` of
/// Beta(`events` + 1, `trials` − `events`). For an event never seen that is 1 − (1 − `level`)^(1/`trials`), about 3/`trials` at
/// 95%. The bound is 1 where every trial saw the event and where there were no trials. `0 < level < 1`; meant for rare events,
/// up to about a thousand. The probability at the bound is right to 10⁻⁹, to 10⁻⁵ for 10⁹ trials.
pub fn upper_probability_bound(events: u64, trials: u64, level: f64) -> f64 {
    if events >= trials {
        return 1.0;
    }
    if events == 0 {
        return -((-level).ln_1p() / trials as f64).exp_m1();
    }
    let law = Beta::new((events + 1) as f64, (trials - events) as f64).expect("both shapes are at least 1");
    // Not statrs's own inverse, which does not end for 10⁹ trials.
    let mut high = ((events + 1) as f64 / trials as f64).min(1.0);
    while law.cdf(high) < level {
        high = (2.0 * high).min(1.0);
    }
    let ends = [(0.0, -level), (high, law.cdf(high) - level)];
    let Some(mut bracket) = Bracket::new(ends[0], ends[1], 1e-12 * high) else { return f64::NAN };
    while let Some(p) = bracket.next() {
        bracket.take(p, law.cdf(p) - level);
    }
    bracket.root()
}

/// The two-sided 95% confidence interval of a probability, from the `events` that happened in `trials` independent trials
/// (Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22): the probabilities from which
/// the fraction seen is at most 1.96 of their own standard errors away. (0, 1) without trials.
///
/// The textbook interval, p ± 1.96·√(p(1 − p)/n), covers 74% where three events in a thousand are expected; this one 93 to 98%.
pub fn wilson_interval(events: u64, trials: u64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if trials == 0 {
        return (0.0, 1.0);
    }
    wilson_interval_at(events as f64 / trials as f64, trials as f64, Z)
}

/// [`wilson_interval`] around a fraction `p` seen in `trials` trials, which need not be a whole number, reaching `z` standard errors
/// to either side.
pub fn wilson_interval_at(p: f64, trials: f64, z: f64) -> (f64, f64) {
    let spread = z * z / trials;
    let centre = p + 0.5 * spread;
    let half = z * (p * (1.0 - p) / trials + 0.25 * spread / trials).sqrt();
    let low = if p == 0.0 { 0.0 } else { (centre - half) / (1.0 + spread) };
    let high = if p == 1.0 { 1.0 } else { (centre + half) / (1.0 + spread) };
    (low, high)
}

/// The 95% interval of a probability as it is shown: Wilson's, and for an event seen on none or all of the trials the exact
/// one-sided bound. NaN without trials.
pub fn probability_interval(events: u64, trials: u64) -> (f64, f64) {
    match events {
        _ if trials == 0 => (f64::NAN, f64::NAN),
        0 => (0.0, upper_probability_bound(0, trials, 0.95)),
        all if all == trials => (1.0 - upper_probability_bound(0, trials, 0.95), 1.0),
        some => wilson_interval(some, trials),
    }
}

/// A confidence interval for the `q`-quantile of any continuous distribution, from `n` independent draws: the ranks `(l, u)`,
/// counted from 1, of the order statistics that bound it (Conover 1999, section 3.2).
///
/// The interval covers the quantile with probability at least `level`, missing it on either side with at most half the rest.
/// `n ≥ 1`, `0 < q < 1`, `0 < level < 1`. Where the sample is too small for a side, that side is open: its rank is 0 or `n + 1`.
pub fn order_statistic_interval(n: u64, q: f64, level: f64) -> (u64, u64) {
    let side = 0.5 * (1.0 - level);
    // The count of draws below the quantile is B ~ Binomial(n, q). Below X_(l) with P(B ≤ l − 1), above X_(u) with
    // P(B ≥ u).
    let lower = last_true(n, |rank| tails(n, q, rank).0 <= side);
    let upper = last_true(n, |rank| tails(n, q, rank).1 > side) + 1;
    (lower, upper)
}

/// `P(B < k)` and `P(B ≥ k)` for `1 ≤ k ≤ n`.
fn tails(n: u64, q: f64, k: u64) -> (f64, f64) {
    let (at_least, below) = incomplete_beta(k as f64, (n - k + 1) as f64, q, 1.0 - q);
    (below, at_least)
}

/// The last rank of 1..=n where `holds` is true, given that it stays false once false; 0 where it is false at 1.
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
                assert!(l <= u && u <= n + 1);
                let at_most = distribution(n, q);
                let below = |k: u64| if k == 0 { 0.0 } else { at_most[k as usize - 1] };
                // P(B < l) and P(B ≥ u) are small, and would not be one rank further in.
                assert!(l == 0 || below(l) <= 0.025);
                assert!(below(l + 1) > 0.025);
                assert!(u == n + 1 || 1.0 - below(u) <= 0.025);
                assert!(u == 1 || 1.0 - below(u - 1) > 0.025);
            }
        }
    }

    #[test]
    fn wilson_intervals_cover_where_the_textbook_one_does_not() {
        // By hand, 3 of 1,000: (0.003 + 0.001920729 ± 1.96·√(2.991e-6 + 0.9604e-6))/(1.003841459).
        let (low, high) = wilson_interval(3, 1_000);
        assert!((low - 0.001_020_69).abs() < 1e-7 && (high - 0.008_783_05).abs() < 1e-7, "{low} {high}");
        assert_eq!(wilson_interval(0, 0), (0.0, 1.0));
        assert_eq!((wilson_interval(0, 50).0, wilson_interval(50, 50).1), (0.0, 1.0));
        let chance = |n: u64, p: f64, covers: &dyn Fn(u64) -> bool| {
            let at_most = distribution(n, p);
            let mass = |k: u64| at_most[k as usize] - if k == 0 { 0.0 } else { at_most[k as usize - 1] };
            (0..=n).filter(|&k| covers(k)).map(mass).sum::<f64>()
        };
        for (n, p) in
            [(1_000, 0.003), (1_000, 0.01), (1_000, 0.3), (100, 0.05), (10_000, 0.0003), (1_000, 0.997)]
        {
            let wilson = chance(n, p, &|k| {
                let (low, high) = wilson_interval(k, n);
                low <= p && p <= high
            });
            assert!((0.93..0.985).contains(&wilson), "{n} {p}: {wilson}");
        }
        let textbook = chance(100, 0.003, &|k| {
            let seen = k as f64 / 100.0;
            (seen - 0.003).abs() <= 1.96 * (seen * (1.0 - seen) / 100.0).sqrt()
        });
        assert!(textbook < 0.8, "{textbook}");
    }

    #[test]
    fn bounds_of_an_event_never_seen() {
        // 0 of 1,000 at 95%: 0.2991%, the "rule of three".
        assert!((upper_probability_bound(0, 1_000, 0.95) - 0.002_991_249_5).abs() < 1e-9);
        for trials in [1, 2, 30, 1_000, 100_000, 10_000_000, 1_000_000_000] {
            for level in [0.5, 0.95, 0.999] {
                // The chance of no event in so many trials is what the level leaves.
                let bound = upper_probability_bound(0, trials, level);
                let none = (trials as f64 * (-bound).ln_1p()).exp();
                assert!((none / (1.0 - level) - 1.0).abs() < 1e-12, "{trials} {level}: {bound:e}");
            }
        }
        assert_eq!([upper_probability_bound(0, 0, 0.95), upper_probability_bound(7, 7, 0.95)], [1.0; 2]);
    }

    #[test]
    fn at_the_bound_so_few_events_have_the_probability_that_is_left() {
        for (events, trials) in [
            (0, 20),
            (1, 20),
            (3, 59),
            (50, 1_000),
            (19, 20),
            (7, 1_000_000),
            (1_000, 100_000_000),
            (1, 1_000_000_000),
        ] {
            for level in [0.5, 0.95, 0.999] {
                let bound = upper_probability_bound(events, trials, level);
                // By our own incomplete beta function, and by adding up where that is quick.
                let at_most = tails(trials, bound, events + 1).0;
                let left = 1.0 - level;
                // What statrs loses in differences of large log-gamma values.
                let tolerance = 1e-9 + 1e-14 * trials as f64;
                let error = (at_most / left - 1.0).abs();
                assert!(error < tolerance, "{events} of {trials} at {level}: off by {error:e} at {bound:e}");
                if trials <= 1_000 {
                    let summed = distribution(trials, bound)[events as usize];
                    assert!((summed - left).abs() < 1e-9, "{events} of {trials}: {summed} at {bound:e}");
                }
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
