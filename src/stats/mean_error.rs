//! The error of a mean and the interval that follows: from independent values, or from replicates of Sobol points.

use crate::math::binomial::{probability_interval, wilson_interval_at};
use crate::math::student::half_interval;

/// Half-width of a 95% interval in standard errors, for independent values.
pub const HALF_INTERVAL: f64 = 1.96;

/// The standard error of a mean, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanError {
    /// The standard error, in the unit of the mean; NaN if there are too few values.
    pub std_error: f64,
    /// Degrees of freedom of an error that comes from replicates: one less than the replicates that have a value. NaN where the
    /// values are independent, so that the mean is normal as good as exactly.
    pub df: f64,
}

impl MeanError {
    /// The error of the mean of independent values.
    pub fn independent(std_error: f64) -> MeanError {
        MeanError { std_error, df: f64::NAN }
    }

    /// The error of a mean that no draw can move.
    pub const EXACT: MeanError = MeanError { std_error: 0.0, df: f64::NAN };

    /// How many standard errors a 95% interval reaches to either side: 1.96, or Student's t with the error's degrees of freedom.
    pub fn reach(self) -> f64 {
        if self.df.is_nan() { HALF_INTERVAL } else { half_interval(self.df) }
    }

    /// Half the width of the 95% interval; NaN without an error.
    pub fn half_width(self) -> f64 {
        if self.std_error == 0.0 { 0.0 } else { self.reach() * self.std_error }
    }

    /// The 95% interval of a mean.
    pub fn interval(self, mean: f64) -> (f64, f64) {
        let half = self.half_width();
        (mean - half, mean + half)
    }

    /// The 95% interval of a probability `p` whose error comes from replicates; never beyond 0 or 1. `None` where paths are
    /// independent, and where no replicate differs from another, as for an event that happens on none of the paths or on all.
    ///
    /// It is Wilson's, with Student's t and with as many independent paths as would have this error (Korn and Graubard 1998,
    /// "Confidence intervals for proportions with small expected number of positive counts estimated from survey data", Survey
    /// Methodology 24, do the same to Clopper's and Pearson's). For a probability that is many errors away from 0 and 1 that is the
    /// t interval, `p` ± t·`std_error`; for a rare event that one ends below 0 and covers too little.
    pub fn probability_interval(self, p: f64) -> Option<(f64, f64)> {
        let equivalent = p * (1.0 - p) / (self.std_error * self.std_error);
        let known = !self.df.is_nan() && equivalent.is_finite() && equivalent > 0.0;
        known.then(|| wilson_interval_at(p, equivalent, self.reach()))
    }

    /// The 95% interval of a probability `p` over so many paths as it is shown: [`MeanError::probability_interval`], and where there
    /// is none that of independent paths.
    pub fn shown_interval(self, p: f64, paths: u64) -> (f64, f64) {
        let events = (p * paths as f64).round() as u64;
        self.probability_interval(p).unwrap_or_else(|| probability_interval(events, paths))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::binomial::wilson_interval;

    #[test]
    fn independent_values_reach_as_far_as_a_normal_and_few_replicates_further() {
        let plain = MeanError::independent(0.5);
        assert_eq!(plain.interval(10.0), (10.0 - 0.98, 10.0 + 0.98));
        let of_eight = MeanError { std_error: 0.5, df: 7.0 };
        let (low, high) = of_eight.interval(10.0);
        assert!((low - 8.817_687).abs() < 1e-5 && (high - 11.182_312).abs() < 1e-5, "{low} {high}");
        assert_eq!(MeanError::EXACT.interval(3.0), (3.0, 3.0));
        assert!(MeanError { std_error: f64::NAN, df: 0.0 }.interval(1.0).0.is_nan());
        // No error is known from one replicate, whatever its value.
        assert!(MeanError { std_error: 1.0, df: 0.0 }.half_width().is_nan());
    }

    #[test]
    fn probabilities_stay_between_0_and_1() {
        let error = |std_error: f64| MeanError { std_error, df: 31.0 };
        // Far from 0 and 1 it is the t interval.
        let (low, high) = error(1e-4).probability_interval(0.3).expect("an interval");
        let half = error(1e-4).half_width();
        assert!((low - 0.3 + half).abs() < 1e-7 && (high - 0.3 - half).abs() < 1e-7, "{low} {high}");
        // As precise as so many independent paths: Wilson's, a little wider for Student's t.
        let p: f64 = 3.0 / 1_000.0;
        let (low, high) =
            error((p * (1.0 - p) / 1_000.0).sqrt()).probability_interval(p).expect("an interval");
        let wilson = wilson_interval(3, 1_000);
        assert!(0.0 < low && low < wilson.0 && wilson.1 < high && high < 1.1 * wilson.1, "{low} {high}");
        // Nothing to tell replicates apart by, or no replicates.
        assert_eq!(error(0.0).probability_interval(0.0), None);
        assert_eq!(error(0.0).probability_interval(0.5), None);
        assert_eq!(error(f64::NAN).probability_interval(f64::NAN), None);
        assert_eq!(MeanError::independent(1e-4).probability_interval(0.3), None);
    }
}
