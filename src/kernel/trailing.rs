//! Sums over windows of past time (methodology: IPO, trailing figures).

use super::plan::Window;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::simd_fn;

/// The weighted sum over a window of a figure's periods and of its rows of history.
pub fn over(isa: Isa, window: &Window, by_period: &[Lanes], values: &[Lanes], out: &mut Lanes) {
    *out = Lanes::ZERO;
    for &(period, weight) in &window.periods {
        add(isa, weight, &by_period[period], out);
    }
    for &(num, weight) in &window.history {
        add(isa, weight, &values[num.index()], out);
    }
}

simd_fn! {
    fn add(weight: f64, figure: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = weight.mul_add(figure[l], out[l]);
        }
    }
}
