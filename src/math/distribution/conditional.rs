//! A distribution of one number: a family with its parameters, truncated to an interval by conditioning.

use super::atoms::{Discrete, Empirical};
use super::beta::Beta;
use super::bounded::{Triangular, Uniform};
use super::error::{self, DistributionError, LEAST_PROBABILITY};
use super::family::{Family, Window};
use super::gaussian::{Lognormal, Normal};
use super::metalog::Metalog;
use super::student_t::StudentT;

/// The distribution of one number, possibly conditioned on lying in an interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    pub(super) family: Family,
    pub(super) window: Option<Window>,
}

impl Distribution {
    fn whole(family: Family) -> Self {
        Distribution { family, window: None }
    }

    /// Always the same value.
    pub fn constant(value: f64) -> Result<Self, DistributionError> {
        error::finite("value", value)?;
        Ok(Self::whole(Family::Discrete(Discrete::new(&[value], &[1.0])?)))
    }

    /// Uniform on `low..high`, `low < high`.
    pub fn uniform(low: f64, high: f64) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Uniform(Uniform::new(low, high)?)))
    }

    /// Triangular on `low..high` with its peak at `mode`, which may equal either end.
    pub fn triangular(low: f64, mode: f64, high: f64) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Triangular(Triangular::new(low, mode, high)?)))
    }

    /// PERT: the beta distribution on `low..high` with its peak at `mode` and mean `(low + weight·mode + high)/(weight + 2)`;
    /// the usual `weight` is 4.
    pub fn pert(low: f64, mode: f64, high: f64, weight: f64) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Beta(Beta::pert(low, mode, high, weight)?)))
    }

    /// Normal with standard deviation `sd > 0`.
    pub fn normal(mean: f64, sd: f64) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Normal(Normal::new(mean, sd)?)))
    }

    /// Lognormal with median `median` and standard deviation `sigma` of its logarithm, both above 0.
    pub fn lognormal(median: f64, sigma: f64) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Lognormal(Lognormal::new(median, sigma)?)))
    }

    /// `mean + scale·T`, where T is Student's t with `df` degrees of freedom (0.1 to 10⁸). For `df ≤ 1`, where no mean exists,
    /// `mean` is the centre.
    pub fn student_t(df: f64, mean: f64, scale: f64) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::StudentT(StudentT::new(df, mean, scale)?)))
    }

    /// Beta with shapes `a` and `b` (0.01 to 10⁹), scaled to `low..high`.
    pub fn beta(a: f64, b: f64, low: f64, high: f64) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Beta(Beta::new(a, b, low, high)?)))
    }

    /// `values` with probabilities proportional to `weights`, in any order.
    pub fn discrete(values: &[f64], weights: &[f64]) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Discrete(Discrete::new(values, weights)?)))
    }

    /// The empirical distribution of a sample: the quantile at u is the order statistic of rank `ceil(n u)`, not interpolated.
    pub fn empirical(sample: Vec<f64>) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Empirical(Empirical::new(sample)?)))
    }

    /// The three-term metalog through three quantiles: unbounded, or in its log form with one bound and its logit form with two.
    pub fn quantiles(
        p10: f64,
        p50: f64,
        p90: f64,
        lower: Option<f64>,
        upper: Option<f64>,
    ) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Metalog(Metalog::new(p10, p50, p90, lower, upper)?)))
    }

    /// The distribution conditioned on the number lying between `min` and `max`: no probability piles up at the bounds. Truncating
    /// twice is truncating to the intersection.
    pub fn truncated(self, min: Option<f64>, max: Option<f64>) -> Result<Self, DistributionError> {
        for (parameter, bound) in [("min", min), ("max", max)] {
            if let Some(value) = bound {
                error::require(!value.is_nan(), parameter, value, || "a number".to_owned())?;
            }
        }
        let (min, max) = (min.unwrap_or(f64::NEG_INFINITY), max.unwrap_or(f64::INFINITY));
        if min >= max {
            return Err(DistributionError::Interval { min, max });
        }
        // A difference of tails may fall below 0 by rounding.
        let improbable =
            |probability: f64| DistributionError::Improbable { min, max, probability: probability.max(0.0) };
        let (low, high) = self.support();
        if min <= low && high <= max {
            return Ok(self);
        }
        let (from, to) = (min.max(low), max.min(high));
        match &self.family {
            Family::Discrete(law) => {
                Ok(Self::whole(Family::Discrete(law.between(min, max).map_err(improbable)?)))
            }
            Family::Empirical(law) => {
                Ok(Self::whole(Family::Empirical(law.between(min, max).map_err(improbable)?)))
            }
            law => {
                if from >= to {
                    return Err(improbable(0.0));
                }
                let (below, after_min) = law.tails(from);
                let (before_max, above) = law.tails(to);
                let inside = if below > 0.5 {
                    after_min - above
                } else if above > 0.5 {
                    before_max - below
                } else {
                    1.0 - below - above
                };
                if inside.is_nan() || inside < LEAST_PROBABILITY {
                    return Err(improbable(inside));
                }
                if let Family::Uniform(_) = law {
                    return Ok(Self::whole(Family::Uniform(Uniform { low: from, high: to })));
                }
                let window = Some(Window { min: from, max: to, below, above, inside });
                Ok(Distribution { family: self.family, window })
            }
        }
    }

    /// P(X ≤ x).
    pub fn cdf(&self, x: f64) -> f64 {
        self.tails(x).0
    }

    /// P(X < x), precise to the last digits even where it is small.
    pub fn probability_below(&self, x: f64) -> f64 {
        if self.window.is_none() { self.family.below(x) } else { self.tails(x).0 }
    }

    /// P(X > x), precise to the last digits even where it is small.
    pub fn probability_above(&self, x: f64) -> f64 {
        self.tails(x).1
    }

    fn tails(&self, x: f64) -> (f64, f64) {
        let (lower, upper) = self.family.tails(x);
        let Some(w) = &self.window else { return (lower, upper) };
        if x < w.min {
            return (0.0, 1.0);
        }
        if x >= w.max {
            return (1.0, 0.0);
        }
        // Each tail from the differences that do not cancel.
        let low = if lower <= 0.5 { lower - w.below } else { w.inside - (upper - w.above) };
        let high = if upper <= 0.5 { upper - w.above } else { w.inside - (lower - w.below) };
        let low = if w.below > 0.5 { (1.0 - w.below) - upper } else { low };
        let high = if w.above > 0.5 { (1.0 - w.above) - lower } else { high };
        ((low / w.inside).clamp(0.0, 1.0), (high / w.inside).clamp(0.0, 1.0))
    }

    /// The smallest x with P(X ≤ x) ≥ u, for u from 0 to 1.
    pub fn quantile(&self, u: f64) -> f64 {
        let (low, high) = self.support();
        if u <= 0.0 {
            return low;
        }
        if u >= 1.0 {
            return high;
        }
        let (p, q) = match &self.window {
            Some(window) => window.widen(u, 1.0 - u),
            None => (u, 1.0 - u),
        };
        self.family.at(p, q).clamp(low, high)
    }

    /// The mean and the standard deviation, computed together; `None` for one that does not exist or is infinite.
    pub fn mean_and_std_dev(&self) -> (Option<f64>, Option<f64>) {
        let (mean, std_dev) = self.family.moments(self.window.as_ref());
        (mean.filter(|mean| mean.is_finite()), std_dev.filter(|sd| sd.is_finite()))
    }

    /// The mean; `None` where it does not exist or is infinite.
    pub fn mean(&self) -> Option<f64> {
        self.mean_and_std_dev().0
    }

    /// The standard deviation; `None` where it does not exist or is infinite.
    pub fn std_dev(&self) -> Option<f64> {
        self.mean_and_std_dev().1
    }

    /// The smallest interval with all the probability; an end may be infinite.
    pub fn support(&self) -> (f64, f64) {
        match &self.window {
            Some(window) => (window.min, window.max),
            None => self.family.support(),
        }
    }

    /// Number of values that are kept in memory: those of an empirical distribution.
    pub fn sample_len(&self) -> usize {
        self.family.sample_len()
    }

    /// Whether all the probability is at one value.
    pub fn is_constant(&self) -> bool {
        let (low, high) = self.support();
        low == high
    }
}
