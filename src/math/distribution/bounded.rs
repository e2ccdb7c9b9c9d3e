//! Uniform and triangular distributions.

use super::error::{DistributionError, finite, require};
use crate::math::quadrature::{Remainder, mean_and_std_dev};

/// Uniform between `low` and `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Uniform {
    pub(super) fn new(low: f64, high: f64) -> Result<Self, DistributionError> {
        finite("low", low)?;
        finite("high", high)?;
        require(low < high && (high - low).is_finite(), "high", high, || format!("above `low` = {low}"))?;
        Ok(Uniform { low, high })
    }

    pub(super) fn lower(&self, x: f64) -> f64 {
        ((x - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    pub(super) fn upper(&self, x: f64) -> f64 {
        ((self.high - x) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The value with probability p below and q = 1 − p above, measured from the nearer end.
    #[inline(always)]
    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        let width = self.high - self.low;
        if p < 0.5 { width.mul_add(p, self.low) } else { width.mul_add(-q, self.high) }
    }

    pub(super) fn moments(&self) -> (f64, f64) {
        (0.5 * self.low + 0.5 * self.high, (self.high - self.low) / 12f64.sqrt())
    }
}

/// Triangular with its peak at `mode`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Triangular {
    pub(super) low: f64,
    pub(super) mode: f64,
    pub(super) high: f64,
}

/// Checks `low <= mode <= high` and `low < high`.
pub(super) fn three_points(low: f64, mode: f64, high: f64) -> Result<(), DistributionError> {
    Uniform::new(low, high)?;
    require(low <= mode && mode <= high, "mode", mode, || {
        format!("between `low` = {low} and `high` = {high}")
    })?;
    Ok(())
}

impl Triangular {
    pub(super) fn new(low: f64, mode: f64, high: f64) -> Result<Self, DistributionError> {
        three_points(low, mode, high)?;
        Ok(Triangular { low, mode, high })
    }

    pub(super) fn lower(&self, x: f64) -> f64 {
        if x <= self.low {
            0.0
        } else if x <= self.mode {
            (x - self.low) / (self.high - self.low) * ((x - self.low) / (self.mode - self.low))
        } else {
            1.0 - self.upper(x)
        }
    }

    pub(super) fn upper(&self, x: f64) -> f64 {
        if x >= self.high {
            0.0
        } else if x > self.mode {
            (self.high - x) / (self.high - self.low) * ((self.high - x) / (self.high - self.mode))
        } else {
            1.0 - self.lower(x)
        }
    }

    /// The value with probability p below and q = 1 − p above.
    #[inline(always)]
    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        let width = self.high - self.low;
        let (left, right) = (self.mode - self.low, self.high - self.mode);
        let rising = self.low + (p * width * left).sqrt();
        let falling = self.high - (q * width * right).sqrt();
        if p * width < left { rising } else { falling }
    }

    pub(super) fn moments(&self) -> (f64, f64) {
        let (l, r) = (self.mode - self.low, self.high - self.mode);
        (self.mode + (r - l) / 3.0, ((l * l + l * r + r * r) / 18.0).sqrt())
    }

    /// Moments given that the value lies between `min` and `max`.
    pub(super) fn moments_between(&self, min: f64, max: f64) -> (f64, f64) {
        let (min, max) = (min.max(self.low), max.min(self.high));
        let (left, right) = (self.mode - self.low, self.high - self.mode);
        let density =
            |x: f64| if x < self.mode { (x - self.low) / left } else { (self.high - x) / right.max(1e-300) };
        let breaks = [min, self.mode.clamp(min, max), max];
        mean_and_std_dev(|x| (x, density(x)), &breaks, Remainder { centre: min, ..Remainder::default() })
    }
}
