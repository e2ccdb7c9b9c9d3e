//! Exponential and natural logarithm without branches, tables or calls into the system's math library.
//!
//! Both use only additions, multiplications, `mul_add` and bit operations on [`Real`], so one number, a loop over
//! [`Lanes`](super::lanes::Lanes) and a vector of eight give identical results on every machine. The polynomials are minimax
//! fits made by `tools/numerics/fit_normal.py`. The stated errors were measured against a reference of 50 digits; the tests hold them
//! on the tables of `tools/numerics/reference_normal.py`.

use super::vector::{Bits, Real};
use std::f64::consts::LOG2_E;

/// The first 42 bits of ln 2, so that its product with an exponent is exact.
const LN_2_HIGH: f64 = 0.6931471805598903;
/// ln 2 less [`LN_2_HIGH`].
const LN_2_LOW: f64 = 5.497923018708371e-14;

/// (eʳ − 1 − r)/r² on |r| ≤ ln 2/2, lowest power first.
const EXP_TAIL: [f64; 11] = [
    0.5,
    0.1666666666666667,
    0.041666666666666616,
    0.008333333333326155,
    0.0013888888888918037,
    0.00019841269874763692,
    2.4801587245654877e-05,
    2.7557255463176952e-06,
    2.7557349630391976e-07,
    2.5105193780910506e-08,
    2.088938840169081e-09,
];

/// (2 artanh s − 2 s)/s³ in s², on s² ≤ (3 − 2√2)², lowest power first.
const LN_TAIL: [f64; 7] = [
    0.666666666666667,
    0.3999999999989469,
    0.28571428627330697,
    0.22222210972218523,
    0.1818289856160038,
    0.15331459607463563,
    0.14619240149824023,
];

/// 1.5 · 2⁵²: adding it to a number below 2⁵¹ in size leaves the nearest integer in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// 2⁵²: its low bits take a small non-negative integer, which is then its value less 2⁵².
const TWO_52: f64 = 4_503_599_627_370_496.0;
/// Twice the exponent bias of f64.
const TWO_BIASES: u64 = 2046;
/// √½, the low end of the interval to which [`ln`] reduces its argument.
const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
/// The bits of one.
const ONE: u64 = 1.0_f64.to_bits();

/// eˣ, with an error below 1 ulp (largest 0.94, mean 0.27 over 30,000 random points).
///
/// 0 below −745.2, infinite above 709.79, NaN for NaN.
#[inline(always)]
pub fn exp<R: Real>(x: R) -> R {
    let [power] = exps([x]);
    power
}

/// [`exp`] of several numbers, interleaved step by step: a single one leaves the processor waiting for its own results.
#[inline(always)]
pub fn exps<R: Real, const N: usize>(x: [R; N]) -> [R; N] {
    R::formula(
        #[inline(always)]
        || exps_in_place(x),
    )
}

#[inline(always)]
fn exps_in_place<R: Real, const N: usize>(x: [R; N]) -> [R; N] {
    let n = R::splat;
    /// Applies one operation to every number.
    macro_rules! each {
        ($i:ident: $operation:expr) => {{
            let mut all = [R::zero(); N];
            for $i in 0..N {
                all[$i] = $operation;
            }
            all
        }};
    }
    // In this order NaN fails both comparisons and stays.
    let x = each!(i: n(-746.0).max(x[i]));
    let x = each!(i: n(710.0).min(x[i]));
    let shifted = each!(i: x[i].mul_add(n(LOG2_E), n(ROUNDER + TWO_BIASES as f64)));
    let exponent = each!(i: shifted[i] - n(ROUNDER + TWO_BIASES as f64));
    let r = each!(i: exponent[i].mul_add(n(-LN_2_HIGH), x[i]));
    let r = each!(i: exponent[i].mul_add(n(-LN_2_LOW), r[i]));

    let c = &EXP_TAIL;
    let r2 = each!(i: r[i] * r[i]);
    let r4 = each!(i: r2[i] * r2[i]);
    let p01 = each!(i: r[i].mul_add(n(c[1]), n(c[0])));
    let p23 = each!(i: r[i].mul_add(n(c[3]), n(c[2])));
    let p45 = each!(i: r[i].mul_add(n(c[5]), n(c[4])));
    let p67 = each!(i: r[i].mul_add(n(c[7]), n(c[6])));
    let p89 = each!(i: r[i].mul_add(n(c[9]), n(c[8])));
    let p03 = each!(i: r2[i].mul_add(p23[i], p01[i]));
    let p47 = each!(i: r2[i].mul_add(p67[i], p45[i]));
    let p8a = each!(i: r2[i].mul_add(n(c[10]), p89[i]));
    let tail = each!(i: r4[i].mul_add(r4[i].mul_add(p8a[i], p47[i]), p03[i]));
    let power = each!(i: r2[i].mul_add(tail[i], r[i]) + n(1.0));

    // 2ᵏ is applied in two halves, so that neither half leaves the range and a subnormal result is rounded once.
    each!(i: {
        let biased = shifted[i].to_bits().wrapping_sub(R::Bits::splat(ROUNDER.to_bits()));
        let half = biased.shr::<1>();
        let rest = biased.wrapping_sub(half);
        power[i] * R::from_bits(half.shl::<52>()) * R::from_bits(rest.shl::<52>())
    })
}

/// The natural logarithm of x, with an error below 0.8 ulp (largest 0.77, mean 0.26 over 30,000 random points).
///
/// −∞ for 0, NaN for negative x and NaN, ∞ for ∞; as accurate for subnormal x.
#[inline(always)]
pub fn ln<R: Real>(x: R) -> R {
    R::formula(
        #[inline(always)]
        || ln_in_place(x),
    )
}

#[inline(always)]
fn ln_in_place<R: Real>(x: R) -> R {
    let n = R::splat;
    let tiny = x.lt(n(f64::MIN_POSITIVE));
    let scaled = R::select(tiny, x * n(4.0 * TWO_52), x);
    let bias = R::select(tiny, n(1023.0 + 54.0), n(1023.0));
    let value = ln_normal(scaled, bias);
    let value = R::select(x.eq(R::zero()), n(f64::NEG_INFINITY), value);
    let value = R::select(x.lt(R::zero()), n(f64::NAN), value);
    // Infinity and NaN are their own logarithms.
    R::select(x.lt(n(f64::INFINITY)), value, x)
}

/// ln(1 + x), with an error below 1.25 ulp (largest 1.19 over the 1,405 points of the reference), however near x is to 0.
///
/// −∞ for −1, NaN below it and for NaN, ∞ for ∞.
#[inline(always)]
pub fn ln_1p<R: Real>(x: R) -> R {
    let one = R::one();
    // What rounding 1 + x to `u` loses is x − (u − 1) exactly while |x| ≤ 1, and beyond it too little to matter.
    let u = one + x;
    let lost = x - (u - one);
    let correction = R::select(u.gt(R::zero()) & u.lt(R::splat(f64::INFINITY)), lost / u, R::zero());
    ln(u) + correction
}

/// ln(x · 2^(1023 − bias)) for normal positive finite x, without the special cases.
#[inline(always)]
fn ln_normal<R: Real>(x: R, bias: R) -> R {
    let n = R::splat;
    let b = R::Bits::splat;
    // x = 2ᵏ m with m in [√½, √2); `biased` is k + 1023.
    let bits = x.to_bits();
    let biased = bits.wrapping_add(b(ONE - SQRT_HALF)).shr::<52>();
    let k = R::from_bits(biased | b(TWO_52.to_bits())) - (n(TWO_52) + bias);
    let m = R::from_bits(bits.wrapping_sub(biased.shl::<52>()).wrapping_add(b(ONE)));

    // ln m = 2 artanh s with s = f/(2 + f), arranged so that f, which is exact, is the leading term:
    // ln m = f − (f²/2 − s (f²/2 + s² tail)).
    let f = m - n(1.0);
    let s = f / (f + n(2.0));
    let c = &LN_TAIL;
    let z = s * s;
    let z2 = z * z;
    let even = z2.mul_add(z2.mul_add(z2.mul_add(n(c[6]), n(c[4])), n(c[2])), n(c[0]));
    let odd = z2.mul_add(z2.mul_add(n(c[5]), n(c[3])), n(c[1]));
    let tail = z * z.mul_add(odd, even);
    let half_square = f * n(0.5) * f;
    let correction = s.mul_add(half_square + tail, k * n(LN_2_LOW));
    k.mul_add(n(LN_2_HIGH), f - (half_square - correction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::lanes::{LANES, Lanes};
    use crate::math::reference::worst_ulps;
    use crate::math::simd::Isa;
    use crate::simd_fn;

    #[test]
    fn exp_is_within_its_bound_of_the_reference() {
        let [normal, subnormal] = worst_ulps("exp", include_str!("../../tests/reference/exp.csv"), exp);
        assert!(normal <= 1.0 && subnormal <= 1.0);
    }

    #[test]
    fn ln_is_within_its_bound_of_the_reference() {
        let [normal, subnormal] = worst_ulps("ln", include_str!("../../tests/reference/ln.csv"), ln);
        assert!(normal <= 0.8 && subnormal <= 1.0);
    }

    #[test]
    fn ln_1p_is_within_its_bound_of_the_reference() {
        let [normal, _] = worst_ulps("ln_1p", include_str!("../../tests/reference/ln_1p.csv"), ln_1p);
        assert!(normal <= 1.25);
    }

    #[test]
    fn ln_1p_at_its_edges() {
        assert_eq!((ln_1p(0.0), ln_1p(1e-300), ln_1p(-5e-324)), (0.0, 1e-300, -5e-324));
        assert_eq!((ln_1p(-1.0), ln_1p(f64::INFINITY)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(ln_1p((-1.0_f64).next_down()).is_nan() && ln_1p(f64::NAN).is_nan());
        assert!(ln_1p(f64::NEG_INFINITY).is_nan());
        assert!(ln_1p(f64::MAX) == ln(f64::MAX) && ln_1p((-1.0_f64).next_up()) == ln(0.5 * f64::EPSILON));
    }

    #[test]
    fn exp_at_its_edges() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-0.0), 1.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(f64::MIN), 0.0);
        assert_eq!(exp(-745.2), 0.0);
        assert_eq!(exp(-745.1), 5e-324);
        assert!(exp(709.782).is_finite());
        assert_eq!(exp(709.79), f64::INFINITY);
        assert_eq!(exp(f64::MAX), f64::INFINITY);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn ln_at_its_edges() {
        assert_eq!(ln(1.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(-0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-f64::MIN_POSITIVE).is_nan());
        assert!(ln(f64::NEG_INFINITY).is_nan());
        assert!(ln(f64::NAN).is_nan());
    }

    simd_fn! {
        fn all(x: &Lanes, exps: &mut Lanes, lns: &mut Lanes, ln_1ps: &mut Lanes) {
            for i in 0..LANES {
                exps[i] = exp(x[i]);
                lns[i] = ln(x[i]);
                ln_1ps[i] = ln_1p(x[i]);
            }
        }
    }

    #[test]
    fn every_vector_width_gives_the_bits_of_one_at_a_time() {
        for isa in Isa::available() {
            for block in 0..400 {
                let mut x = Lanes::ZERO;
                for i in 0..LANES {
                    let step = f64::from(block * LANES as i32 + i as i32);
                    // Sweeps ±750 for exp and, on odd lanes, all binades for ln.
                    x[i] = if i % 2 == 0 { step * 0.058_623 - 750.0 } else { exp(step * 0.058_1 - 745.0) };
                }
                x[3] = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 5e-324][block as usize % 5];
                let (mut exps, mut lns, mut ln_1ps) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
                all(isa, &x, &mut exps, &mut lns, &mut ln_1ps);
                for i in 0..LANES {
                    assert_eq!(exps[i].to_bits(), exp(x[i]).to_bits(), "exp {:e} {}", x[i], isa.name());
                    let same = lns[i].to_bits() == ln(x[i]).to_bits() || (lns[i].is_nan() && x[i] < 0.0);
                    assert!(same, "ln {:e} {}", x[i], isa.name());
                    let one = ln_1p(x[i]);
                    let same = ln_1ps[i].to_bits() == one.to_bits() || (ln_1ps[i].is_nan() && one.is_nan());
                    assert!(same, "ln_1p {:e} {}", x[i], isa.name());
                }
            }
        }
    }
}
