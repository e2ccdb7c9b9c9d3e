//! Estimates with their errors, and means from sums about a centre.

use std::cmp::Ordering;

/// Half the width of a normal 95% interval, in standard errors.
pub(super) const HALF_INTERVAL: f64 = 1.959_963_984_540_054;

/// An estimate with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate; NaN if there is none.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Lower end of the interval that covers the truth with probability 95%.
    pub low95: f64,
    /// Upper end of that interval.
    pub high95: f64,
}

impl Estimate {
    /// No value.
    pub const NONE: Estimate =
        Estimate { value: f64::NAN, std_error: f64::NAN, low95: f64::NAN, high95: f64::NAN };

    /// A value with a standard error whose distribution is close to normal.
    pub fn normal(value: f64, std_error: f64) -> Estimate {
        let half = HALF_INTERVAL * std_error;
        Estimate { value, std_error, low95: value - half, high95: value + half }
    }

    /// A value without error.
    pub fn exact(value: f64) -> Estimate {
        Estimate { value, std_error: 0.0, low95: value, high95: value }
    }

    /// The difference of two independent estimates.
    pub(super) fn swing(low: &Estimate, high: &Estimate) -> Estimate {
        Estimate::normal(high.value - low.value, low.std_error.hypot(high.std_error))
    }

    /// Orders estimates by absolute value; a missing one is smallest.
    pub(super) fn by_size(a: &Estimate, b: &Estimate) -> Ordering {
        let size = |estimate: &Estimate| if estimate.value.is_nan() { -1.0 } else { estimate.value.abs() };
        size(a).total_cmp(&size(b))
    }
}

/// Count, sum and sum of squares of values about a centre.
#[derive(Clone, Copy, Debug, Default)]
pub struct CentredSums {
    /// How many values.
    pub count: f64,
    sum: f64,
    squares: f64,
}

impl CentredSums {
    /// Adds a value, given as its distance from the centre.
    #[inline]
    pub(super) fn add(&mut self, from_centre: f64) {
        self.count += 1.0;
        self.sum += from_centre;
        self.squares += from_centre * from_centre;
    }

    /// Adds the sums over other values.
    pub(super) fn merge(&mut self, other: &CentredSums) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// The mean of the values with its error; none for fewer than two values.
    pub(super) fn mean(&self, centre: f64) -> Estimate {
        let n = self.count;
        if n < 2.0 {
            return Estimate::NONE;
        }
        let mean = self.sum / n;
        let variance = ((self.squares - n * mean * mean) / (n - 1.0)).max(0.0);
        Estimate::normal(centre + mean, (variance / n).sqrt())
    }
}

/// A centre about which squares can be summed without cancellation: the mean of the finite values, or 0 if
/// there are none.
pub(super) fn centre(values: impl Iterator<Item = f64>) -> f64 {
    let finite: Vec<f64> = values.filter(|x| x.is_finite()).collect();
    if finite.is_empty() { 0.0 } else { finite.iter().sum::<f64>() / finite.len() as f64 }
}
