//! A sum of floating-point numbers that is rounded only when read, so the order of adding cannot matter.
//!
//! The sum is one two's-complement integer in units of 2⁻¹⁰⁷⁴ with carries propagated at once, after Kulisch, and Neal (2015),
//! "Fast exact summation using small and large superaccumulators", arXiv:1505.05571. Adding is addition modulo 2²¹⁷⁶, which is
//! commutative and associative, and equal sums have equal limbs.

use serde::{Deserialize, Serialize};

/// 64-bit limbs: 2,098 bits hold every finite `f64`; the other 78 hold the sign and the carries of 2⁷⁶ numbers.
const LIMBS: usize = 34;

const MANTISSA_BITS: u32 = 52;
const MANTISSA: u64 = (1 << MANTISSA_BITS) - 1;
const INFINITY: u64 = 0x7ff << MANTISSA_BITS;

/// An exact sum of `f64`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<u64>", try_from = "Vec<u64>")]
pub struct ExactSum {
    /// Two's complement, least significant limb first, in units of 2⁻¹⁰⁷⁴.
    limbs: [u64; LIMBS],
    /// How many infinities and NaNs were added.
    not_finite: u64,
}

impl Default for ExactSum {
    fn default() -> Self {
        ExactSum::ZERO
    }
}

impl ExactSum {
    /// The empty sum.
    pub const ZERO: ExactSum = ExactSum { limbs: [0; LIMBS], not_finite: 0 };

    /// Adds one number; once an infinity or NaN was added, the value is NaN.
    pub fn add(&mut self, x: f64) {
        if !x.is_finite() {
            self.not_finite += 1;
            return;
        }
        let bits = x.to_bits();
        let exponent = (bits >> MANTISSA_BITS) as usize & 0x7ff;
        // Subnormal numbers have the exponent of the smallest normal ones, without the leading bit.
        let (mantissa, shift) = match exponent {
            0 => (bits & MANTISSA, 0),
            _ => (bits & MANTISSA | 1 << MANTISSA_BITS, exponent - 1),
        };
        let wide = u128::from(mantissa) << (shift % 64);
        let (low, high, at) = (wide as u64, (wide >> 64) as u64, shift / 64);
        if x.is_sign_negative() {
            self.subtract_at(at, low, high);
        } else {
            self.add_at(at, low, high);
        }
    }

    /// Adds a·b without rounding, as the rounded product and its error. (Exact unless the error, at most 2⁻⁵³·|a·b|, is below the
    /// smallest subnormal number.)
    pub fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        self.add(product);
        if product.is_finite() {
            self.add(a.mul_add(b, -product));
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &ExactSum) {
        let mut carry = false;
        for (limb, &addend) in self.limbs.iter_mut().zip(&other.limbs) {
            let (sum, over) = limb.overflowing_add(addend);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            *limb = sum;
            carry = over | over_again;
        }
        self.not_finite += other.not_finite;
    }

    /// The sum, rounded once to nearest, ties to even. NaN if an infinity or a NaN was added; infinite if the sum exceeds the
    /// range of `f64`.
    pub fn value(&self) -> f64 {
        if self.not_finite > 0 {
            return f64::NAN;
        }
        let negative = self.limbs[LIMBS - 1] >> 63 == 1;
        let magnitude = if negative { negated(&self.limbs) } else { self.limbs };
        let Some(top) = magnitude.iter().rposition(|&limb| limb != 0) else {
            return 0.0;
        };
        let length = 64 * top + 64 - magnitude[top].leading_zeros() as usize;
        let bits = if length <= 53 {
            // Below 2⁵³ units of 2⁻¹⁰⁷⁴ the integer is the bit pattern.
            magnitude[0]
        } else {
            let dropped = length - 53;
            let kept = bits_from(&magnitude, dropped) & (MANTISSA << 1 | 1);
            let half = bits_from(&magnitude, dropped - 1) & 1;
            let below = any_bit_below(&magnitude, dropped - 1);
            let round_up = half & (u64::from(below) | kept & 1);
            // The leading bit of `kept` adds one to the exponent field, and so does a carry out of the mantissa.
            (((dropped as u64) << MANTISSA_BITS) + kept + round_up).min(INFINITY)
        };
        let size = f64::from_bits(bits);
        if negative { -size } else { size }
    }

    /// Numbers of decreasing size whose exact sum is this sum; the first is [`value`](Self::value).
    pub fn parts(&self) -> impl Iterator<Item = f64> + use<> {
        let mut rest = self.clone();
        std::iter::from_fn(move || {
            let part = rest.value();
            if part == 0.0 {
                return None;
            }
            rest.add(-part);
            // After an infinite part the rest is NaN: stop there.
            if part.is_nan() {
                rest = ExactSum::ZERO;
            }
            Some(part)
        })
    }

    fn add_at(&mut self, at: usize, low: u64, high: u64) {
        let (sum, over) = self.limbs[at].overflowing_add(low);
        self.limbs[at] = sum;
        let (sum, over_high) = self.limbs[at + 1].overflowing_add(high);
        let (sum, over_again) = sum.overflowing_add(u64::from(over));
        self.limbs[at + 1] = sum;
        let mut carry = over_high | over_again;
        for limb in &mut self.limbs[at + 2..] {
            if !carry {
                break;
            }
            (*limb, carry) = limb.overflowing_add(1);
        }
    }

    fn subtract_at(&mut self, at: usize, low: u64, high: u64) {
        let (rest, under) = self.limbs[at].overflowing_sub(low);
        self.limbs[at] = rest;
        let (rest, under_high) = self.limbs[at + 1].overflowing_sub(high);
        let (rest, under_again) = rest.overflowing_sub(u64::from(under));
        self.limbs[at + 1] = rest;
        let mut borrow = under_high | under_again;
        for limb in &mut self.limbs[at + 2..] {
            if !borrow {
                break;
            }
            (*limb, borrow) = limb.overflowing_sub(1);
        }
    }
}

fn negated(limbs: &[u64; LIMBS]) -> [u64; LIMBS] {
    let mut carry = true;
    limbs.map(|limb| {
        let (inverse, over) = (!limb).overflowing_add(u64::from(carry));
        carry = over;
        inverse
    })
}

/// 64 bits of the integer, starting at bit `from`.
fn bits_from(limbs: &[u64; LIMBS], from: usize) -> u64 {
    let (at, offset) = (from / 64, from % 64);
    let next = limbs.get(at + 1).copied().unwrap_or(0);
    ((u128::from(next) << 64 | u128::from(limbs[at])) >> offset) as u64
}

fn any_bit_below(limbs: &[u64; LIMBS], end: usize) -> bool {
    let (at, offset) = (end / 64, end % 64);
    limbs[..at].iter().any(|&limb| limb != 0) || limbs[at] & ((1 << offset) - 1) != 0
}

impl From<ExactSum> for Vec<u64> {
    fn from(sum: ExactSum) -> Vec<u64> {
        sum.limbs.into_iter().chain([sum.not_finite]).collect()
    }
}

impl TryFrom<Vec<u64>> for ExactSum {
    type Error = String;

    fn try_from(words: Vec<u64>) -> Result<ExactSum, String> {
        match <[u64; LIMBS + 1]>::try_from(words) {
            Ok([limbs @ .., not_finite]) => Ok(ExactSum { limbs, not_finite }),
            Err(words) => Err(format!("an exact sum has {} words, not {}", LIMBS + 1, words.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum_of(values: &[f64]) -> ExactSum {
        let mut sum = ExactSum::ZERO;
        values.iter().for_each(|&x| sum.add(x));
        sum
    }

    #[test]
    fn is_small() {
        assert_eq!(size_of::<ExactSum>(), 280);
    }

    #[test]
    fn cancels_over_the_whole_range() {
        let cases: &[(&[f64], f64)] = &[
            (&[], 0.0),
            (&[-0.0], 0.0),
            (&[1e308, 1.0, -1e308], 1.0),
            (&[1e308, 1e308, -1e308, 5e-324, -1e308], 5e-324),
            (&[5e-324; 3], 1.5e-323),
            (&[-5e-324, f64::MIN_POSITIVE], f64::MIN_POSITIVE.next_down()),
            (&[1.0, 1e-16, 1e-16], 1.0 + f64::EPSILON),
            (&[0.1; 10], 1.0),
            (&[f64::MAX, f64::MAX, -f64::MAX], f64::MAX),
            (&[f64::MAX, f64::MAX], f64::INFINITY),
            (&[-f64::MAX, -f64::MAX], f64::NEG_INFINITY),
            // Half a unit beyond the largest number rounds away, a little less does not.
            (&[f64::MAX, 9.979201547673599e291], f64::INFINITY),
            (&[f64::MAX, 9.979201547673598e291], f64::MAX),
            // Ties go to even, and one bit far below breaks them.
            (&[9007199254740992.0, 1.0], 9007199254740992.0),
            (&[9007199254740992.0, 1.0, 5e-324], 9007199254740994.0),
            (&[9007199254740994.0, 1.0], 9007199254740996.0),
            (&[-9007199254740992.0, -1.0, -5e-324], -9007199254740994.0),
            (&[-9007199254740992.0, -1.0, 5e-324], -9007199254740992.0),
        ];
        for (values, expected) in cases {
            assert_eq!(sum_of(values).value().to_bits(), expected.to_bits(), "{values:?}");
            let reversed: Vec<f64> = values.iter().rev().copied().collect();
            assert_eq!(sum_of(values), sum_of(&reversed));
        }
    }

    #[test]
    fn marks_what_is_not_finite() {
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut sum = sum_of(&[1.0]);
            sum.merge(&sum_of(&[x]));
            assert!(sum.value().is_nan());
            assert_eq!(sum.parts().count(), 1);
        }
        let mut sum = ExactSum::ZERO;
        sum.add_product(1e300, 1e300);
        assert!(sum.value().is_nan());
    }

    #[test]
    fn reads_back() {
        let sum = sum_of(&[0.1, -1e300, f64::NAN]);
        let text = serde_json::to_string(&sum).unwrap();
        assert_eq!(serde_json::from_str::<ExactSum>(&text).unwrap(), sum);
        assert!(serde_json::from_str::<ExactSum>("[1,2]").is_err());
    }

    proptest! {
        /// Against integers: numbers m·2^s with s < 70 add up in 128 bits, and `as` rounds as IEEE 754 does.
        #[test]
        fn agrees_with_integers(
            terms in prop::collection::vec((any::<i64>(), 0_u32..11, 0_u32..60), 0..40),
            scale in prop::sample::select(vec![-1074_i32, -1060, -600, -53, 0, 300, 800]),
        ) {
            let mut integer = 0_i128;
            let mut sum = ExactSum::ZERO;
            for (m, fewer, shift) in terms {
                let m = m >> (11 + fewer);
                integer += i128::from(m) << shift;
                // In two exact steps: the scale alone may be below the smallest normal number.
                sum.add(m as f64 * 2f64.powi(shift as i32) * 2f64.powi(scale / 2) * 2f64.powi(scale - scale / 2));
            }
            let expected = integer as f64 * 2f64.powi(scale / 2) * 2f64.powi(scale - scale / 2);
            prop_assert_eq!(sum.value().to_bits(), (expected + 0.0).to_bits());
        }

        #[test]
        fn order_and_grouping_do_not_matter(
            values in prop::collection::vec(any::<f64>(), 0..60).prop_shuffle(),
            cuts in prop::collection::vec(0_usize..60, 2),
        ) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let (a, b) = (cuts[0].min(values.len()), cuts[1].min(values.len()));
            let (a, b) = (a.min(b), a.max(b));
            let mut grouped = sum_of(&values[b..]);
            let mut left = sum_of(&values[..a]);
            left.merge(&sum_of(&values[a..b]));
            grouped.merge(&left);
            prop_assert_eq!(grouped, sum_of(&sorted));
        }

        #[test]
        fn products_are_exact(a in -1i64 << 53..1 << 53, b in -1i64 << 53..1 << 53, scale in -200_i32..200) {
            let mut sum = ExactSum::ZERO;
            let unit = 2f64.powi(scale);
            sum.add_product(a as f64 * unit, b as f64 / unit);
            let product = i128::from(a) * i128::from(b);
            let high = product as f64;
            let parts: Vec<f64> = sum.parts().collect();
            prop_assert_eq!(sum.value(), high);
            prop_assert_eq!(parts.iter().map(|&p| p as i128).sum::<i128>(), product);
        }
    }
}
