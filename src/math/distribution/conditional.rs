//! A distribution of one number: a family with its parameters, truncated to an interval by conditioning, and perhaps read as
//! year-on-year rates.

use super::atoms::{Discrete, Empirical};
use super::beta::Beta;
use super::bounded::{Triangular, Uniform};
use super::error::{self, DistributionError, LEAST_PROBABILITY};
use super::family::{Family, Window};
use super::gaussian::{Lognormal, Normal, score_at};
use super::metalog::{Metalog, QuantilePair};
use super::student_t::StudentT;
use super::transform::{LEAST_RATE, Transform};
use crate::math::normal;
use crate::math::quadrature::{Remainder, mean_and_std_dev};

/// The distribution of one number, possibly conditioned on lying in an interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    pub(super) family: Family,
    pub(super) window: Option<Window>,
    pub(super) transform: Transform,
}

impl Distribution {
    fn whole(family: Family) -> Self {
        Distribution { family, window: None, transform: Transform::Identity }
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

    /// Lognormal with mean `mean` and standard deviation `sd`, both above 0.
    pub fn lognormal_of_moments(mean: f64, sd: f64) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Lognormal(Lognormal::of_moments(mean, sd)?)))
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

    /// The three-term metalog through three quantiles, `[low, median, high]`, whose outer two are at the probabilities of the pair:
    /// unbounded, or in its log form with one bound and its logit form with two.
    pub fn quantiles(
        pair: QuantilePair,
        quantiles: [f64; 3],
        lower: Option<f64>,
        upper: Option<f64>,
    ) -> Result<Self, DistributionError> {
        Ok(Self::whole(Family::Metalog(Metalog::new(pair, quantiles, lower, upper)?)))
    }

    /// The distribution of ln(1 + X): the continuous rate where X is a year-on-year rate. What X has below −1, a probability
    /// that the caller keeps negligible, counts as lying just above it. Of a distribution that is such a rate already, itself.
    pub fn continuous_rate(self) -> Self {
        let rate = |x: &f64| Transform::LogOnePlus.apply(*x);
        match self.family {
            _ if self.transform == Transform::LogOnePlus => self,
            Family::Discrete(law) => Self::whole(Family::Discrete(law.mapped(rate))),
            Family::Empirical(law) => Self::whole(Family::Empirical(law.mapped(rate))),
            _ => Distribution { transform: Transform::LogOnePlus, ..self },
        }
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
        let transform = self.transform;
        let (min, max) = (transform.undo(min), transform.undo(max));
        // A difference of tails may fall below 0 by rounding.
        let improbable =
            |probability: f64| DistributionError::Improbable { min, max, probability: probability.max(0.0) };
        let (low, high) = self.untransformed_support();
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
                    let family = Family::Uniform(Uniform { low: from, high: to });
                    return Ok(Distribution { family, window: None, transform });
                }
                let window = Some(Window { min: from, max: to, below, above, inside });
                Ok(Distribution { family: self.family, window, transform })
            }
        }
    }

    /// P(X ≤ x).
    pub fn cdf(&self, x: f64) -> f64 {
        self.tails(x).0
    }

    /// P(X < x), precise to the last digits even where it is small.
    pub fn probability_below(&self, x: f64) -> f64 {
        if self.window.is_none() { self.family.below(self.transform.undo(x)) } else { self.tails(x).0 }
    }

    /// P(X > x), precise to the last digits even where it is small.
    pub fn probability_above(&self, x: f64) -> f64 {
        self.tails(x).1
    }

    fn tails(&self, x: f64) -> (f64, f64) {
        let x = self.transform.undo(x);
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
        self.at(u, 1.0 - u)
    }

    /// The value with probability p below and q = 1 − p above.
    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        let (p, q) = self.window.as_ref().map_or((p, q), |window| window.widen(p, q));
        let (low, high) = self.support();
        self.transform.apply(self.family.at(p, q)).clamp(low, high)
    }

    /// The mean and the standard deviation, computed together; `None` for one that does not exist or is infinite.
    pub fn mean_and_std_dev(&self) -> (Option<f64>, Option<f64>) {
        let (mean, std_dev) = match self.transform {
            Transform::Identity => self.family.moments(self.window.as_ref()),
            Transform::LogOnePlus => self.moments_of_rate(),
        };
        (mean.filter(|mean| mean.is_finite()), std_dev.filter(|sd| sd.is_finite()))
    }

    /// Moments of ln(1 + X), by the standard normal behind it. Logarithms grow so slowly that nothing is left beyond ±10.
    fn moments_of_rate(&self) -> (Option<f64>, Option<f64>) {
        const END: f64 = 10.0;
        let point = |y: f64| (self.at(normal::cdf(y), normal::cdf(-y)), (-0.5 * y * y).exp());
        // A peak of a triangular law is a kink of its quantile function.
        let kink = match &self.family {
            Family::Triangular(law) => {
                let (below, above) = self.tails(self.transform.apply(law.mode));
                score_at(below, above).clamp(-END, END)
            }
            _ => 0.0,
        };
        let centre = Remainder { centre: self.at(0.5, 0.5), ..Remainder::default() };
        let (mean, sd) = mean_and_std_dev(point, &[-END, kink, END], centre);
        (Some(mean), Some(sd))
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
        let (low, high) = self.untransformed_support();
        (self.transform.apply(low), self.transform.apply(high))
    }

    /// The same of the values before they are transformed; of rates, above −1.
    pub(super) fn untransformed_support(&self) -> (f64, f64) {
        let (low, high) = match &self.window {
            Some(window) => (window.min, window.max),
            None => self.family.support(),
        };
        match self.transform {
            Transform::Identity => (low, high),
            Transform::LogOnePlus => (low.max(LEAST_RATE), high),
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
