//! Liability from the revenue share: the expected cost of payments still to come (methodology: revenue share,
//! owed).

use super::deal::Share;
use crate::math::elementary::{exp, exps, ln};
use crate::math::vector::{Mask, Vector};
use std::f64::consts::LN_2;

/// Terms and revenue that determine the liability.
pub struct OwedTerms<V> {
    /// Rate of the share times the eligible fraction of revenue.
    pub rate: V,
    /// Revenue to which the rate applies, billions a year.
    pub annual_base: V,
    /// Net revenue over that of a year before; NaN without a year before.
    pub year_ago_ratio: V,
    /// Fading of growth.
    pub fade: Fade<V>,
    /// Continuous discount rate of the share, `ln(1 + r_share)`.
    pub discount: V,
    /// Start of the share, years.
    pub effective: f64,
    /// Time of the valuation, years.
    pub time: f64,
}

/// Exponential fading of growth.
#[derive(Clone, Copy)]
pub struct Fade<V> {
    /// Rate of decay `ln 2/h`, per year; 0 for an infinite half-life.
    rate: V,
    /// Its inverse, years.
    inverse: V,
}

impl<V: Vector> Fade<V> {
    /// Fading with a half-life in years.
    #[inline(always)]
    pub fn new(half_life: V) -> Fade<V> {
        Fade { rate: V::splat(LN_2) / half_life, inverse: half_life * (1.0 / LN_2) }
    }
}

impl<V: Vector> Share<V> {
    /// Computes the liability by Simpson's rule over the time left, with growth fading by its half-life.
    #[inline(always)]
    pub fn owe(&mut self, t: &OwedTerms<V>) {
        let (zero, one) = (V::zero(), V::one());
        let tau = (self.ends - t.effective.max(t.time)).positive_part();
        if !tau.gt(zero).any() {
            self.owe_nothing();
            return;
        }
        let half = tau * 0.5;
        // Growth `G`, limited to 0..1; 0 without a year before.
        let growth = ln(t.year_ago_ratio).positive_part().min(one);
        let fade = t.fade.rate;
        let scale = growth * t.fade.inverse;
        let kept = exp(-fade * half);
        // With an infinite half-life growth does not fade.
        let constant = fade.eq(zero);
        let gamma_half = V::select(constant, growth * half, scale * (one - kept));
        let gamma_full = V::select(constant, growth * tau, scale * (one - kept * kept));
        let [q_half, q_full] = exps([gamma_half - half * t.discount, gamma_full - tau * t.discount]);
        let simpson = q_half * 4.0 + q_full + 1.0;
        let owed = t.rate * t.annual_base * (tau * (1.0 / 6.0)) * simpson;
        self.expected = V::select(self.terminated.lt(V::splat(t.time)), zero, owed);
        self.owed = self.expected.min(self.cap_left);
    }

    /// Sets the liability to 0.
    #[inline(always)]
    pub fn owe_nothing(&mut self) {
        self.expected = V::zero();
        self.owed = V::zero();
    }
}
