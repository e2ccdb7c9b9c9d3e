//! Normal and lognormal distributions.

use super::error::{DistributionError, finite, positive, require};
use crate::math::quadrature::{Remainder, mean_and_std_dev};
use crate::math::{elementary, normal};

/// Normal with mean `mean` and standard deviation `sd`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    pub(super) mean: f64,
    pub(super) sd: f64,
}

impl Normal {
    pub(super) fn new(mean: f64, sd: f64) -> Result<Self, DistributionError> {
        Ok(Normal { mean: finite("mean", mean)?, sd: positive("sd", sd)? })
    }

    /// The standard normal value that corresponds to x.
    pub(super) fn score(&self, x: f64) -> f64 {
        (x - self.mean) / self.sd
    }

    /// The value at standard normal y.
    #[inline(always)]
    pub(super) fn at(&self, y: f64) -> f64 {
        self.sd.mul_add(y, self.mean)
    }

    pub(super) fn moments_between(&self, min: f64, max: f64) -> (f64, f64) {
        gaussian_moments(|y| self.sd * y, self.score(min), self.score(max), 0.0, self.mean)
    }
}

/// Lognormal: `median · e^(sigma·y)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lognormal {
    pub(super) median: f64,
    pub(super) sigma: f64,
}

impl Lognormal {
    pub(super) fn new(median: f64, sigma: f64) -> Result<Self, DistributionError> {
        Ok(Lognormal { median: positive("median", median)?, sigma: positive("sigma", sigma)? })
    }

    /// With mean `mean` and standard deviation `sd`: σ² = ln(1 + sd²/mean²), median = mean/√(1 + sd²/mean²).
    pub(super) fn of_moments(mean: f64, sd: f64) -> Result<Self, DistributionError> {
        let (mean, sd) = (positive("mean", mean)?, positive("sd", sd)?);
        let ratio = (sd / mean) * (sd / mean);
        require(ratio > 0.0 && ratio.is_finite(), "sd", sd, || {
            format!("within 1e150 times `mean` = {mean} and 1e-150 of it")
        })?;
        Lognormal::new(mean / (1.0 + ratio).sqrt(), elementary::ln_1p(ratio).sqrt())
    }

    pub(super) fn score(&self, x: f64) -> f64 {
        if x > 0.0 { (x / self.median).ln() / self.sigma } else { f64::NEG_INFINITY }
    }

    #[inline(always)]
    pub(super) fn at(&self, y: f64) -> f64 {
        self.median * elementary::exp(self.sigma * y)
    }

    pub(super) fn moments(&self) -> (f64, f64) {
        let s2 = self.sigma * self.sigma;
        let mean = self.median * (0.5 * s2).exp();
        (mean, mean * s2.exp_m1().sqrt())
    }

    pub(super) fn moments_between(&self, min: f64, max: f64) -> (f64, f64) {
        let reach = 2.0 * self.sigma;
        gaussian_moments(
            |y| self.median * (self.sigma * y).exp(),
            self.score(min),
            self.score(max),
            reach,
            0.0,
        )
    }
}

/// Moments of `x(y) + shift` for standard normal y between `a` and `b`. `reach` is how far x moves the weight's
/// centre of mass to the right in the second moment.
fn gaussian_moments(x: impl Fn(f64) -> f64, a: f64, b: f64, reach: f64, shift: f64) -> (f64, f64) {
    // Never further into a tail than a hundred units of density, counted from the nearest point of the interval.
    let nearest = 0f64.clamp(a, b);
    let (a, b) = (a.max(nearest.min(0.0) - 14.0), b.min(nearest.max(0.0) + 14.0 + reach));
    let weight = |y: f64| (-0.5 * (y - nearest) * (y + nearest)).exp();
    let (mean, sd) = mean_and_std_dev(|y| (x(y), weight(y)), &[a, b], Remainder::default());
    (mean + shift, sd)
}

/// P(Y ≤ y) and P(Y > y).
pub(super) fn tails(y: f64) -> (f64, f64) {
    (normal::cdf(y), normal::cdf(-y))
}

/// The standard normal value with probability p below and q = 1 − p above, computed from the smaller of the two.
#[inline(always)]
pub(super) fn score_at(p: f64, q: f64) -> f64 {
    let low = p < q;
    let y = normal::quantile(if low { p } else { q });
    if low { y } else { -y }
}
