//! Fractions of revenue that drift from today's to a long-run level (methodology: costs).

use super::decay::{Decay, half_life_rate};
use super::numbers::Numbers;
use super::timeline::Steps;
use crate::math::vector::Vector;
use crate::model::reversion::Trend;

/// `trend(t) = long_run + (now - long_run)·2^(-t/half_life)` on eight paths.
pub struct TrendPaths<V> {
    trend: Trend,
    long_run: V,
    gap: V,
    fade: Decay<V>,
    /// Value at the period's middle; at time 0 before the first period.
    pub at_middle: V,
}

impl<V: Vector> TrendPaths<V> {
    /// Allocates a trend.
    pub fn new(trend: Trend, steps: &Steps) -> TrendPaths<V> {
        TrendPaths {
            trend,
            long_run: V::zero(),
            gap: V::zero(),
            fade: Decay::new(steps),
            at_middle: V::zero(),
        }
    }

    /// Computes the coefficients on the paths and goes back to time 0.
    #[inline(always)]
    pub fn prepare(&mut self, steps: &Steps, numbers: &Numbers<V>) {
        self.long_run = numbers[self.trend.long_run];
        self.gap = numbers[self.trend.now] - self.long_run;
        self.fade.prepare(steps, half_life_rate(numbers[self.trend.half_life]));
        self.at_middle = self.gap.mul_add(V::one(), self.long_run);
    }

    /// Advances one period, whose length has index `step`.
    #[inline(always)]
    pub fn advance(&mut self, step: usize) {
        self.at_middle = self.gap.mul_add(self.fade.to_middle(step), self.long_run);
    }
}
