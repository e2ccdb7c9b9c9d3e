//! Intervals by resampling units of paths: what an answer could have been had other units been drawn.
//!
//! Efron's percentile interval (Efron and Tibshirani 1993, chapter 13). Units are batches of paths, which are independent
//! and alike, so that nothing need be assumed of how values on a path hang together. The draws come from a stream of their
//! own: equal seeds give equal intervals.

use crate::rng::stream::{StreamKey, uniform_of_draw};

/// Resamples behind an interval.
pub const RESAMPLES: usize = 1_000;
/// More units than this are joined before they are resampled.
pub const MOST_UNITS: usize = 512;

/// An estimate with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate; NaN: there is none.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Lower end of the interval that covers it with probability 95%.
    pub low95: f64,
    /// Upper end.
    pub high95: f64,
}

impl Estimate {
    /// No value.
    pub const NONE: Estimate =
        Estimate { value: f64::NAN, std_error: f64::NAN, low95: f64::NAN, high95: f64::NAN };

    /// A value with a standard error whose distribution is close to normal.
    pub fn normal(value: f64, std_error: f64) -> Estimate {
        let half = 1.959_963_984_540_054 * std_error;
        Estimate { value, std_error, low95: value - half, high95: value + half }
    }

    /// A value that has no error.
    pub fn exact(value: f64) -> Estimate {
        Estimate { value, std_error: 0.0, low95: value, high95: value }
    }
}

/// Estimates of statistics of `units` units: `statistic` writes them from how often each unit counts. Fewer than ten units
/// give no interval.
pub fn bootstrap(
    units: usize,
    seed: u64,
    statistics: usize,
    statistic: impl Fn(&[f64], &mut [f64]),
) -> Vec<Estimate> {
    let mut values = vec![f64::NAN; statistics];
    statistic(&vec![1.0; units], &mut values);
    let mut samples: Vec<Vec<f64>> = vec![Vec::with_capacity(RESAMPLES); statistics];
    if units >= 10 {
        let key = StreamKey::new(seed, "study.bootstrap");
        let mut weights = vec![0.0; units];
        let mut sample = vec![f64::NAN; statistics];
        for resample in 0..RESAMPLES {
            weights.fill(0.0);
            for draw in 0..units {
                let at = uniform_of_draw(key, resample as u64, draw as u32) * units as f64;
                weights[at as usize] += 1.0;
            }
            statistic(&weights, &mut sample);
            for (list, &value) in samples.iter_mut().zip(&sample) {
                if !value.is_nan() {
                    list.push(value);
                }
            }
        }
    }
    values
        .into_iter()
        .zip(samples)
        .map(|(value, mut list)| {
            if list.len() < RESAMPLES / 2 || value.is_nan() {
                return Estimate { value, ..Estimate::NONE };
            }
            list.sort_unstable_by(f64::total_cmp);
            let n = list.len() as f64;
            let mean = list.iter().sum::<f64>() / n;
            let squares: f64 = list.iter().map(|x| (x - mean) * (x - mean)).sum();
            let at = |q: f64| list[((n - 1.0) * q).round() as usize];
            Estimate { value, std_error: (squares / (n - 1.0)).sqrt(), low95: at(0.025), high95: at(0.975) }
        })
        .collect()
}

/// The unit of a batch when `batches` of them are joined to as many as [`MOST_UNITS`] units.
pub fn unit_of(batch: usize, batches: usize) -> usize {
    let units = batches.min(MOST_UNITS);
    batch * units / batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::normal::quantile;

    #[test]
    fn the_error_of_a_mean_is_that_of_the_textbook_and_its_interval_covers() {
        let key = StreamKey::new(3, "test");
        let (mut covered, mut ratio) = (0, 0.0);
        const TRIALS: usize = 200;
        for trial in 0..TRIALS {
            let values: Vec<f64> =
                (0..100).map(|i| quantile(uniform_of_draw(key, trial as u64, i))).collect();
            let mean = bootstrap(100, trial as u64, 1, |weights, out| {
                let total: f64 = weights.iter().zip(&values).map(|(w, x)| w * x).sum();
                out[0] = total / weights.iter().sum::<f64>();
            });
            ratio += mean[0].std_error / 0.1 / TRIALS as f64;
            covered += usize::from(mean[0].low95 <= 0.0 && 0.0 <= mean[0].high95);
        }
        assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
        // 95% of 200 are 190, with a standard deviation of 3.
        assert!((176..=199).contains(&covered), "{covered}");
    }

    #[test]
    fn few_units_have_no_interval_and_units_are_joined_evenly() {
        assert!(bootstrap(9, 1, 1, |_, out| out[0] = 1.0)[0].std_error.is_nan());
        let mut sizes = vec![0; MOST_UNITS];
        (0..1_300).for_each(|batch| sizes[unit_of(batch, 1_300)] += 1);
        assert!(sizes.iter().all(|&n| n == 2 || n == 3));
        assert_eq!((0..7).map(|batch| unit_of(batch, 7)).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
    }
}
