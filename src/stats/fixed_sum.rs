//! An exact sum of 32 bytes for numbers of ordinary size: an integer in units of 2⁻⁹⁶, so the order of adding cannot matter.
//!
//! [`ExactSum`](super::exact_sum::ExactSum) holds every `f64` and takes 280 bytes. A sum per replicate and metric has to be
//! smaller. What an addend has below 2⁻⁹⁶ (1.3·10⁻²⁹) is cut off, addend by addend; addends of 2⁹⁴ (2·10²⁸) and more do not fit.

use serde::{Deserialize, Serialize};

/// 64-bit limbs: the integer ends at 2¹⁵⁹, and 2⁶⁴ addends below 2⁹⁴ stay below that.
const LIMBS: usize = 4;

/// The unit is 2 to the power of minus this.
const FRACTION_BITS: i32 = 96;

/// Addends are smaller than this in size: 2⁹⁴.
const LIMIT: f64 = (1_u128 << 94) as f64;

const MANTISSA_BITS: u32 = 52;
const MANTISSA: u64 = (1 << MANTISSA_BITS) - 1;

/// An exact sum of numbers below 2⁹⁴ in size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedSum {
    /// Two's complement, least significant limb first.
    limbs: [u64; LIMBS],
}

impl FixedSum {
    /// The empty sum.
    pub const ZERO: FixedSum = FixedSum { limbs: [0; LIMBS] };

    /// Adds a number; `false` if it does not fit, and then nothing is added.
    #[inline]
    #[must_use]
    pub fn add(&mut self, x: f64) -> bool {
        if x.is_nan() || x.abs() >= LIMIT {
            return false;
        }
        let bits = x.to_bits();
        let exponent = (bits >> MANTISSA_BITS) as i32 & 0x7ff;
        // The place of the mantissa's last bit. Numbers without a leading bit are far below the unit.
        let place = exponent - 1075 + FRACTION_BITS;
        let mantissa = bits & MANTISSA | 1 << MANTISSA_BITS;
        let (mantissa, place) = match place {
            0.. => (mantissa, place as u32),
            -52..=-1 => (mantissa >> -place, 0),
            _ => return true,
        };
        let wide = u128::from(mantissa) << (place % 64);
        let mut addend = [0; LIMBS];
        let at = (place / 64) as usize;
        addend[at] = wide as u64;
        addend[at + 1] = (wide >> 64) as u64;
        if x.is_sign_negative() {
            self.subtract(&addend);
        } else {
            self.add_limbs(&addend);
        }
        true
    }

    /// Adds a·b as the rounded product and its error; `false` if it does not fit, and then nothing is added.
    #[inline]
    #[must_use]
    pub fn add_product(&mut self, a: f64, b: f64) -> bool {
        let product = a * b;
        self.add(product) && self.add(a.mul_add(b, -product))
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &FixedSum) {
        self.add_limbs(&other.limbs);
    }

    /// The sum within two units in the last place; the same for equal sums.
    pub fn value(&self) -> f64 {
        let negative = self.limbs[LIMBS - 1] >> 63 == 1;
        let mut magnitude = *self;
        if negative {
            magnitude = FixedSum::ZERO;
            magnitude.subtract(&self.limbs);
        }
        let size = magnitude.limbs.iter().rev().fold(0.0, |sum, &limb| sum * 2f64.powi(64) + limb as f64)
            * 2f64.powi(-FRACTION_BITS);
        if negative { -size } else { size }
    }

    #[inline]
    fn add_limbs(&mut self, addend: &[u64; LIMBS]) {
        let mut carry = false;
        for (limb, &more) in self.limbs.iter_mut().zip(addend) {
            let (sum, over) = limb.overflowing_add(more);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            *limb = sum;
            carry = over | over_again;
        }
    }

    #[inline]
    fn subtract(&mut self, less: &[u64; LIMBS]) {
        let mut borrow = false;
        for (limb, &less) in self.limbs.iter_mut().zip(less) {
            let (rest, under) = limb.overflowing_sub(less);
            let (rest, under_again) = rest.overflowing_sub(u64::from(borrow));
            *limb = rest;
            borrow = under | under_again;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exact_sum::ExactSum;
    use super::*;
    use proptest::prelude::*;

    fn sum_of(values: &[f64]) -> FixedSum {
        let mut sum = FixedSum::ZERO;
        assert!(values.iter().all(|&x| sum.add(x)));
        sum
    }

    #[test]
    fn known_sums() {
        let cases: &[(&[f64], f64)] = &[
            (&[], 0.0),
            (&[-0.0, 5e-324, -1e-300], 0.0),
            (&[0.1; 10], 1.0),
            (&[1e28, 1.0, -1e28], 1.0),
            (&[-1.0, -2.0], -3.0),
            (&[2f64.powi(-96), 2f64.powi(-97)], 2f64.powi(-96)),
            (&[-1.5 * 2f64.powi(-96)], -(2f64.powi(-96))),
        ];
        for (values, expected) in cases {
            let value = sum_of(values).value();
            assert!((value - expected).abs() <= 2f64.powi(-60), "{values:?}: {value}");
        }
        assert_eq!(sum_of(&[2f64.powi(-96), 2f64.powi(-97)]).value(), 2f64.powi(-96));
    }

    #[test]
    fn what_does_not_fit_is_not_added() {
        let mut sum = sum_of(&[1.0]);
        for x in [f64::NAN, f64::INFINITY, -f64::INFINITY, LIMIT, -LIMIT] {
            assert!(!sum.add(x));
        }
        assert!(!sum.add_product(1e20, 1e20));
        assert_eq!(sum, sum_of(&[1.0]));
        assert!(sum.add(LIMIT.next_down()));
    }

    proptest! {
        /// Numbers from 10⁻¹² to 10²⁰ have no bit below the unit, so the sum is that of the wide accumulator.
        #[test]
        fn agrees_with_the_wide_sum_in_any_order(
            terms in prop::collection::vec((any::<bool>(), -40_i32..66, 0_u64..1 << 52), 0..60).prop_shuffle(),
            cut in 0_usize..60,
        ) {
            let number = |&(negative, exponent, mantissa): &(bool, i32, u64)| {
                let size = (1.0 + mantissa as f64 * 2f64.powi(-52)) * 2f64.powi(exponent);
                if negative { -size } else { size }
            };
            let values: Vec<f64> = terms.iter().map(number).collect();
            let mut wide = ExactSum::ZERO;
            values.iter().for_each(|&x| wide.add(x));
            let cut = cut.min(values.len());
            let mut parts = sum_of(&values[cut..]);
            parts.merge(&sum_of(&values[..cut]));
            prop_assert_eq!(parts, sum_of(&values));
            let (found, exact) = (parts.value(), wide.value());
            prop_assert!((found - exact).abs() <= 4.0 * f64::EPSILON * exact.abs(), "{} {}", found, exact);
        }

        #[test]
        fn products_are_exact(n in 1_u64..1 << 40, x in -1e12_f64..1e12) {
            prop_assume!(x.abs() > 1e-6);
            let mut sum = FixedSum::ZERO;
            prop_assert!(sum.add_product(n as f64, x));
            prop_assert!(sum.add_product(-(n as f64), x));
            prop_assert_eq!(sum, FixedSum::ZERO);
            prop_assert!(sum.add_product(3.0, x));
            let mut thrice = sum_of(&[x, x, x]);
            prop_assert_eq!(sum, thrice);
            prop_assert!(thrice.add(-x));
            prop_assert_eq!(thrice, sum_of(&[x, x]));
        }
    }
}
