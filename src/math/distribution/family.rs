//! The nine families of distributions behind one type: probabilities, quantiles, support and moments.

use super::atoms::{Discrete, Empirical};
use super::beta::Beta;
use super::bounded::{Triangular, Uniform};
use super::gaussian::{Lognormal, Normal, score_at, tails};
use super::metalog::Metalog;
use super::student_t::StudentT;

/// An untruncated distribution: a family with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Family {
    Uniform(Uniform),
    Triangular(Triangular),
    Beta(Beta),
    Normal(Normal),
    Lognormal(Lognormal),
    StudentT(StudentT),
    Discrete(Discrete),
    Empirical(Empirical),
    Metalog(Metalog),
}

/// The interval that a continuous distribution is conditioned on, with its probabilities before conditioning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) min: f64,
    pub(super) max: f64,
    /// Probability below `min`.
    pub(super) below: f64,
    /// Probability above `max`.
    pub(super) above: f64,
    /// Probability of the interval.
    pub(super) inside: f64,
}

impl Window {
    /// Converts the probabilities below and above from conditioned to unconditioned.
    #[inline(always)]
    pub(super) fn widen(&self, p: f64, q: f64) -> (f64, f64) {
        (self.inside.mul_add(p, self.below), self.inside.mul_add(q, self.above))
    }
}

impl Family {
    /// P(X ≤ x) and P(X > x), the smaller to full relative precision.
    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        match self {
            Family::Uniform(law) => (law.lower(x), law.upper(x)),
            Family::Triangular(law) => (law.lower(x), law.upper(x)),
            Family::Beta(law) => law.tails(x),
            Family::Normal(law) => tails(law.score(x)),
            Family::Lognormal(law) => tails(law.score(x)),
            Family::StudentT(law) => law.tails(x),
            Family::Discrete(law) => law.tails(x),
            Family::Empirical(law) => law.tails(x),
            Family::Metalog(law) => law.tails(x),
        }
    }

    /// P(X < x).
    pub(super) fn below(&self, x: f64) -> f64 {
        match self {
            Family::Discrete(law) => law.below(x),
            Family::Empirical(law) => law.below(x),
            _ => self.tails(x).0,
        }
    }

    /// The value with probability p below and q above.
    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        match self {
            Family::Uniform(law) => law.at(p, q),
            Family::Triangular(law) => law.at(p, q),
            Family::Beta(law) => law.at(p, q),
            Family::Normal(law) => law.at(score_at(p, q)),
            Family::Lognormal(law) => law.at(score_at(p, q)),
            Family::StudentT(law) => law.at(p, q),
            Family::Discrete(law) => law.at(p, q),
            Family::Empirical(law) => law.at(p, q),
            Family::Metalog(law) => law.at(p, q),
        }
    }

    pub(super) fn support(&self) -> (f64, f64) {
        match self {
            Family::Uniform(law) => (law.low, law.high),
            Family::Triangular(law) => (law.low, law.high),
            Family::Beta(law) => (law.low, law.high),
            Family::Normal(_) | Family::StudentT(_) => (f64::NEG_INFINITY, f64::INFINITY),
            Family::Lognormal(_) => (0.0, f64::INFINITY),
            Family::Discrete(law) => (law.values[0], law.values[law.values.len() - 1]),
            Family::Empirical(law) => (law.sample[0], law.sample[law.sample.len() - 1]),
            Family::Metalog(law) => law.support(),
        }
    }

    /// Number of values that are kept in memory.
    pub(super) fn sample_len(&self) -> usize {
        match self {
            Family::Empirical(law) => law.sample.len(),
            _ => 0,
        }
    }

    pub(super) fn moments(&self, window: Option<&Window>) -> (Option<f64>, Option<f64>) {
        let finite = |(mean, sd): (f64, f64)| (Some(mean), Some(sd));
        match (self, window) {
            (Family::Uniform(law), _) => finite(law.moments()),
            (Family::Discrete(law), _) => finite(law.moments()),
            (Family::Empirical(law), _) => finite(law.moments()),
            (Family::Triangular(law), None) => finite(law.moments()),
            (Family::Triangular(law), Some(w)) => finite(law.moments_between(w.min, w.max)),
            (Family::Beta(law), None) => finite(law.moments()),
            (Family::Beta(law), Some(w)) => finite(law.moments_between(w.min, w.max)),
            (Family::Normal(law), None) => (Some(law.mean), Some(law.sd)),
            (Family::Normal(law), Some(w)) => finite(law.moments_between(w.min, w.max)),
            (Family::Lognormal(law), None) => finite(law.moments()),
            (Family::Lognormal(law), Some(w)) => finite(law.moments_between(w.min, w.max)),
            (Family::StudentT(law), None) => law.moments(),
            (Family::StudentT(law), Some(w)) => law.moments_between(w.min, w.max, w.inside),
            (Family::Metalog(law), None) => {
                let (low, high) = law.support();
                law.moments_between(low, high)
            }
            (Family::Metalog(law), Some(w)) => law.moments_between(w.min, w.max),
        }
    }
}
