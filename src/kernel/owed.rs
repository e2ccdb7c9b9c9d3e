//! What a buyer of the company must expect the revenue share still to cost (methodology: revenue share, owed).

use super::deal::Share;
use crate::math::elementary::{exp, ln};
use crate::math::vector::{Mask, Vector};
use std::f64::consts::LN_2;

/// What the expectation hangs on.
pub struct OwedTerms<V> {
    /// Part of revenue that is due.
    pub rate: V,
    /// The revenue that the rate is put on, billions a year.
    pub annual_base: V,
    /// Net revenue over that of a year before; NaN: no year before.
    pub year_ago_ratio: V,
    /// Half-life of growth, years.
    pub half_life: V,
    /// `ln(1 + r_share)`
    pub discount: V,
    /// Start of the share, years.
    pub effective: f64,
    /// Now, years.
    pub time: f64,
}

impl<V: Vector> Share<V> {
    /// Simpson's rule over the time left, growth fading with its half-life.
    #[inline(always)]
    pub fn owe(&mut self, t: &OwedTerms<V>) {
        let (zero, one) = (V::zero(), V::one());
        let tau = (self.ends - t.effective.max(t.time)).positive_part();
        if !tau.gt(zero).any() {
            self.owed = zero;
            return;
        }
        let half = tau * 0.5;
        // `G`, kept within 0 and 1; 0 where there is no year before.
        let growth = ln(t.year_ago_ratio).positive_part().least(one);
        let fade = V::splat(LN_2) / t.half_life;
        let scale = growth / fade;
        let kept = exp(-fade * half);
        // An infinite half-life: growth does not fade.
        let constant = fade.same(zero);
        let gamma_half = V::select(constant, growth * half, scale * (one - kept));
        let gamma_full = V::select(constant, growth * tau, scale * (one - kept * kept));
        let q_half = exp(gamma_half - half * t.discount);
        let q_full = exp(gamma_full - tau * t.discount);
        let simpson = q_half * 4.0 + q_full + 1.0;
        let owed = t.rate * t.annual_base * (tau * (1.0 / 6.0)) * simpson;
        let owed = V::select(self.terminated.lt(V::splat(t.time)), zero, owed);
        self.owed = owed.least(self.cap_left);
    }
}
