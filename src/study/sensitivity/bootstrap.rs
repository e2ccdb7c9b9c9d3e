//! Intervals by the Poisson bootstrap: the spread of an answer over what other paths could have given.
//!
//! These are Efron's percentile intervals (Efron and Tibshirani 1993, chapter 13), expanded as Student's t
//! expands those of a mean: the percentiles of few units are too narrow (Hesterberg 2015, "What Teachers
//! Should Know About the Bootstrap", The American Statistician 69). In each replicate a unit
//! of paths counts as often as a Poisson number of mean 1 says, independently of the other units (Hanley and
//! MacGibbon 2006, "Creating non-parametric bootstrap samples using Poisson frequencies", Computer Methods
//! and Programs in Biomedicine 83; Chamandy and others 2012, "Estimating uncertainty for massive data
//! streams"). Drawing units by index would fix their total, so each weight would depend on the number of
//! units. Here a weight depends on seed, unit and replicate alone: parts of a run can be weighted separately
//! and added.
//!
//! Units are batches of paths. Batches are independent and identically distributed, so no assumption is
//! needed about how the values within a path depend on each other.

use super::estimate::Estimate;
use crate::math::normal::cdf;
use crate::rng::stream;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use rand_distr::{Distribution, Poisson};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Number of replicates behind an interval.
pub const REPLICATES: usize = 1_000;
/// The largest number of units; more batches than this share units, see [`unit_of`].
pub const MOST_UNITS: usize = 512;
/// The smallest number of units that gives an interval.
const FEWEST_UNITS: usize = 10;

/// Draws how often each unit counts in each replicate: `[replicate][unit]`. A unit's weights do not depend on
/// the number of units.
fn weights(seed: u64, units: usize) -> Array2<f64> {
    let poisson = Poisson::new(1.0).expect("a positive mean");
    let mut weights = Array2::zeros((REPLICATES, units));
    for (unit, mut column) in weights.columns_mut().into_iter().enumerate() {
        let mut numbers = stream(seed, "study.bootstrap", unit as u64);
        column.mapv_inplace(|_: f64| poisson.sample(&mut numbers));
    }
    weights
}

/// Estimates `statistics` numbers that are functions of sums over units, with their intervals.
///
/// `terms` holds the terms of the sums, `[unit][sum]`; `statistic` writes the numbers, given the sums. Fewer than
/// ten units give no interval.
pub fn bootstrap(
    terms: ArrayView2<'_, f64>,
    seed: u64,
    statistics: usize,
    statistic: impl Fn(&[f64], &mut [f64]),
) -> Vec<Estimate> {
    let units = terms.nrows();
    let mut numbers = vec![f64::NAN; statistics];
    let mut estimate = |weights: ArrayView1<'_, f64>| {
        statistic(&weighted_sums(weights, terms), &mut numbers);
        Array1::from_vec(numbers.clone())
    };
    let values = estimate(Array1::ones(units).view());
    let replicates = if units < FEWEST_UNITS { 0 } else { REPLICATES };
    let mut replicated = Array2::zeros((replicates, statistics));
    for (weights, mut row) in weights(seed, units).rows().into_iter().zip(replicated.rows_mut()) {
        row.assign(&estimate(weights));
    }
    values
        .into_iter()
        .zip(replicated.columns())
        .map(|(value, column)| percentile(value, column, units))
        .collect()
}

/// Weighted sums of the terms. They are added unit by unit because the bits of a matrix product would depend
/// on the processor.
fn weighted_sums(weights: ArrayView1<'_, f64>, terms: ArrayView2<'_, f64>) -> Vec<f64> {
    let mut sums = vec![0.0; terms.ncols()];
    for (&weight, row) in weights.iter().zip(terms.rows()).filter(|(weight, _)| **weight != 0.0) {
        sums.iter_mut().zip(row).for_each(|(sum, term)| *sum += weight * term);
    }
    sums
}

/// The expanded percentile interval of a value; none if fewer than half of the replicates have a value.
fn percentile(value: f64, replicates: ArrayView1<'_, f64>, units: usize) -> Estimate {
    let mut list: Vec<f64> = replicates.iter().copied().filter(|x| !x.is_nan()).collect();
    if list.len() < REPLICATES / 2 || value.is_nan() {
        return Estimate { value, ..Estimate::NONE };
    }
    list.sort_unstable_by(f64::total_cmp);
    let n = list.len() as f64;
    let mean = list.iter().sum::<f64>() / n;
    let squares: f64 = list.iter().map(|x| (x - mean) * (x - mean)).sum();
    let at = |q: f64| list[((n - 1.0) * q).round() as usize];
    // Replicates spread by √((u − 1)/u) less than what they stand for, as u units do about their own mean.
    let others = units as f64 - 1.0;
    let expand = (units as f64 / others).sqrt();
    let student = StudentsT::new(0.0, 1.0, others).expect("more than one unit").inverse_cdf(0.975);
    let tail = cdf(-expand * student);
    Estimate {
        value,
        std_error: expand * (squares / (n - 1.0)).sqrt(),
        low95: at(tail),
        high95: at(1.0 - tail),
    }
}

/// The unit of a batch: batches go to [`MOST_UNITS`] units in turn, however many there are.
pub fn unit_of(batch: usize) -> usize {
    batch % MOST_UNITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::normal::quantile;
    use crate::rng::stream::{StreamKey, uniform_of_draw};

    /// Of 200 trials with some units each: by how much the error of the mean is off, and how many intervals, each `part` of its
    /// width, cover `truth`.
    fn trials(units: usize, truth: f64, part: f64) -> (f64, usize) {
        let key = StreamKey::new(3, "test");
        let (mut covered, mut ratio) = (0, 0.0);
        const TRIALS: usize = 200;
        for trial in 0..TRIALS {
            let value = |i: usize| quantile(uniform_of_draw(key, trial as u64, i as u32));
            let terms = Array2::from_shape_fn((units, 2), |(i, k)| if k == 0 { value(i) } else { 1.0 });
            let mean = bootstrap(terms.view(), trial as u64, 1, |sums, out| out[0] = sums[0] / sums[1])[0];
            ratio += mean.std_error * (units as f64).sqrt() / TRIALS as f64;
            let end = |end: f64| mean.value + part * (end - mean.value);
            covered += usize::from(end(mean.low95) <= truth && truth <= end(mean.high95));
        }
        (ratio, covered)
    }

    #[test]
    fn the_error_of_a_mean_is_that_of_the_textbook_and_its_interval_covers() {
        // 95% of 200 are 190, with a standard deviation of 3.
        for units in [100, 10] {
            let (ratio, covered) = trials(units, 0.0, 1.0);
            assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
            assert!((182..=199).contains(&covered), "{units} units: {covered}");
        }
        let moved = trials(100, 0.1, 1.0).1;
        assert!(moved < 176, "the truth moved by a standard error: {moved}");
        let narrow = trials(100, 0.0, 0.6).1;
        assert!(narrow < 176, "intervals of 60% of the width: {narrow}");
    }

    /// A ratio of sums, as every index is: of units of exponential size, whose ratio to themselves plus noise is 1/2.
    #[test]
    fn a_ratio_of_sums_is_covered() {
        let mut covered = 0;
        for trial in 0..200 {
            let key = StreamKey::new(trial, "ratio");
            let draw = |unit: usize, d: u32| -> f64 { -uniform_of_draw(key, unit as u64, d).ln() };
            let term = |(unit, k): (usize, usize)| draw(unit, 0) + if k == 0 { 0.0 } else { draw(unit, 1) };
            let terms = Array2::from_shape_fn((200, 2), term);
            let ratio = bootstrap(terms.view(), trial, 1, |sums, out| out[0] = sums[0] / sums[1])[0];
            covered += usize::from(ratio.low95 <= 0.5 && 0.5 <= ratio.high95);
        }
        assert!((176..=199).contains(&covered), "{covered}");
    }

    #[test]
    fn the_weights_of_a_unit_are_poisson_and_depend_on_no_other_unit() {
        let (few, many) = (weights(5, 20), weights(5, 300));
        assert_eq!(few, many.slice(ndarray::s![.., ..20]));
        assert_ne!(few, weights(6, 20));
        // Mean and variance 1 over 300,000 weights: standard errors 0.0018 and, with the fourth moment 4, 0.0032.
        let n = many.len() as f64;
        let mean = many.sum() / n;
        let variance = many.iter().map(|w| (w - 1.0) * (w - 1.0)).sum::<f64>() / n;
        assert!((mean - 1.0).abs() < 0.008 && (variance - 1.0).abs() < 0.014, "{mean} {variance}");
        let zeros = many.iter().filter(|w| **w == 0.0).count() as f64 / n;
        assert!((zeros - (-1.0_f64).exp()).abs() < 0.004, "{zeros}");
    }

    /// Frozen: intervals that were reported depend on them, and `rand_distr` may change how it draws.
    #[test]
    fn weights_are_frozen() {
        let weights = weights(1, 3);
        let first: Vec<f64> = weights.slice(ndarray::s![..8, ..]).iter().copied().collect();
        assert_eq!(first, FROZEN_WEIGHTS);
    }

    /// The first eight replicates of three units; computed apart from this code, from the definitions, in Python.
    const FROZEN_WEIGHTS: [f64; 24] = [
        1.0, 1.0, 1.0, 2.0, 0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 0.0, 2.0, 2.0, 0.0, 2.0, 3.0, 0.0, 1.0,
        0.0, 1.0, 0.0, 0.0,
    ];

    #[test]
    fn few_units_have_no_interval_and_batches_are_dealt_out_evenly() {
        let few = Array2::ones((9, 1));
        assert!(bootstrap(few.view(), 1, 1, |_, out| out[0] = 1.0)[0].std_error.is_nan());
        let mut sizes = vec![0; MOST_UNITS];
        (0..1_300).for_each(|batch| sizes[unit_of(batch)] += 1);
        assert!(sizes.iter().all(|&n| n == 2 || n == 3));
        assert_eq!((0..7).map(unit_of).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
    }
}
