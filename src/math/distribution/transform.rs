//! A monotone map of the values of a distribution, applied after its quantile function.

use crate::math::elementary::ln_1p;

/// How values follow from those of the family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Transform {
    /// They are those of the family.
    #[default]
    Identity,
    /// ln(1 + x): the continuous rate of a year-on-year rate x.
    LogOnePlus,
}

/// The smallest number above −1. What lies below it counts as it does, so that ln(1 + x) is finite: −36.7 or more.
pub(super) const LEAST_RATE: f64 = (-1.0_f64).next_up();

impl Transform {
    /// The value that follows from x.
    #[inline(always)]
    pub(super) fn apply(self, x: f64) -> f64 {
        match self {
            Transform::Identity => x,
            Transform::LogOnePlus => ln_1p(if x < LEAST_RATE { LEAST_RATE } else { x }),
        }
    }

    /// The x that the value follows from.
    pub(super) fn undo(self, value: f64) -> f64 {
        match self {
            Transform::Identity => value,
            Transform::LogOnePlus => value.exp_m1(),
        }
    }
}
