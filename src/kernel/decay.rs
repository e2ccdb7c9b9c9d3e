//! Exponential decay along the timeline: discount factors, trends and fading volatilities.

use super::plan::Steps;
use crate::math::elementary::exp;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::simd_fn;

/// `e^(-rate·t)` at the start, middle and end of the current period, for one rate a path.
pub struct Decay {
    full: Vec<Lanes>,
    half: Vec<Lanes>,
    /// At `T_{p-1}`.
    pub at_start: Lanes,
    /// At `m_p`.
    pub at_middle: Lanes,
    /// At `T_p`.
    pub at_end: Lanes,
}

impl Decay {
    /// Room for the coefficients of each distinct period length.
    pub fn new(steps: &Steps) -> Decay {
        let n = steps.lengths.len();
        Decay {
            full: vec![Lanes::ZERO; n],
            half: vec![Lanes::ZERO; n],
            at_start: Lanes::splat(1.0),
            at_middle: Lanes::splat(1.0),
            at_end: Lanes::splat(1.0),
        }
    }

    /// Coefficients of a block: `rate` per year on each path. Time goes back to 0.
    pub fn prepare(&mut self, isa: Isa, steps: &Steps, rate: &Lanes) {
        for (i, &length) in steps.lengths.iter().enumerate() {
            factors(isa, rate, length, &mut self.half[i], &mut self.full[i]);
        }
        self.at_end = Lanes::splat(1.0);
    }

    /// On to the next period, of the step of that index.
    pub fn advance(&mut self, isa: Isa, step: usize) {
        advance(
            isa,
            &self.half[step],
            &self.full[step],
            &mut self.at_start,
            &mut self.at_middle,
            &mut self.at_end,
        );
    }
}

simd_fn! {
    fn factors(rate: &Lanes, length: f64, half: &mut Lanes, full: &mut Lanes) {
        for l in 0..LANES {
            half[l] = exp(-0.5 * length * rate[l]);
            full[l] = exp(-length * rate[l]);
        }
    }
}

simd_fn! {
    fn advance(half: &Lanes, full: &Lanes, start: &mut Lanes, middle: &mut Lanes, end: &mut Lanes) {
        for l in 0..LANES {
            start[l] = end[l];
            middle[l] = end[l] * half[l];
            end[l] *= full[l];
        }
    }
}
