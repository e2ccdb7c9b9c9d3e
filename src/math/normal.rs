//! The standard normal distribution: density, distribution function and quantile function.
//!
//! Every function is a ratio of polynomials with positive coefficients in a positive variable, so no sum cancels. The
//! coefficients are minimax fits made by `tools/numerics/fit_normal.py`, with fitting errors below 6e-17. The stated errors were
//! measured against a reference of 50 digits; the tests hold them on the tables of `tools/numerics/reference_normal.py`.

use super::elementary::{exp, ln};
use super::lanes::{LANES, Lanes};
use super::vector::{Mask, Real, Vector, WIDTH};
use crate::{outlined, simd_fn};

/// Below this value of u (1 − u), [`quantile`] uses the tail expansion: for about 0.8% of uniform draws.
const CENTRAL_LOW: f64 = 0.004;

/// Numerator of Φ⁻¹(u)/(u − ½) in u (1 − u), lowest power first.
const CENTRAL_ABOVE: [f64; 14] = [
    7.967131341697995,
    53468.38758331947,
    76551698.87828988,
    38938686493.38555,
    8618971330674.193,
    918159186662804.1,
    4.9557729129706616e+16,
    1.3837232286203087e+18,
    1.9910673228740854e+19,
    1.433607616542342e+20,
    4.8430907561615806e+20,
    6.772894191047562e+20,
    3.006573048779762e+20,
    1.8884866421374456e+19,
];

/// Its denominator.
const CENTRAL_BELOW: [f64; 14] = [
    1.0,
    7809.790667697307,
    12446581.572606008,
    6962315783.678927,
    1691194010929.151,
    198377308178434.78,
    1.1882043858436708e+16,
    3.727414823652142e+17,
    6.137191592974367e+18,
    5.19534553339333e+19,
    2.1522691963413227e+20,
    3.9668535334813395e+20,
    2.6939906050912607e+20,
    4.2614536972796e+19,
];

/// Numerator of −Φ⁻¹(p) in √(−ln p) − 2 for p from 3e-327 to 0.0042, lowest power first.
const TAIL_ABOVE: [f64; 11] = [
    2.089849982971993,
    5.474905850036437,
    5.881287895322649,
    3.4255122997640655,
    1.1888487738022318,
    0.2519340849971232,
    0.031998038398497804,
    0.002305261811917157,
    8.555325251497053e-05,
    1.386662898207218e-06,
    6.8689723645520265e-09,
];

/// Its denominator.
const TAIL_BELOW: [f64; 10] = [
    1.0,
    1.8394961881853737,
    1.4148998099084722,
    0.5878806756455724,
    0.14160916807965257,
    0.019733595971046812,
    0.0015157434038110575,
    5.857167864615967e-05,
    9.70811116153205e-07,
    4.857089779009925e-09,
];

/// Numerator of Φ(−a) e^(a²/2) in a from 0 to 40, lowest power first.
const MILLS_ABOVE: [f64; 10] = [
    0.5,
    0.7755022830869168,
    0.5949574475978253,
    0.2899839605186597,
    0.0979919069828242,
    0.023711873169722144,
    0.004108326747382726,
    0.000493169168222846,
    3.750431065565909e-05,
    1.3968528681172256e-06,
];

/// Its denominator.
const MILLS_BELOW: [f64; 11] = [
    1.0,
    2.3488891269766885,
    2.56405726464841,
    1.717306582289777,
    0.7838817129939735,
    0.25573930271774586,
    0.06066604113695649,
    0.010392057341348744,
    0.0012396931723247444,
    9.400936550804693e-05,
    3.501390894731448e-06,
];

/// 1/√(2π).
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

/// The polynomial of these coefficients (lowest power first) at x, as two interleaved chains in x².
#[inline(always)]
fn polynomial<R: Real, const COUNT: usize>(coefficients: &[f64; COUNT], x: R, x2: R) -> R {
    let mut upper = R::splat(coefficients[COUNT - 1]);
    let mut lower = R::splat(coefficients[COUNT - 2]);
    let mut at = COUNT - 2;
    while at >= 2 {
        upper = upper.mul_add(x2, R::splat(coefficients[at - 1]));
        lower = lower.mul_add(x2, R::splat(coefficients[at - 2]));
        at -= 2;
    }
    // An odd count leaves the constant over: the chains then hold the odd powers in `lower`.
    if at == 1 {
        upper.mul_add(x2, lower.mul_add(x, R::splat(coefficients[0])))
    } else {
        upper.mul_add(x, lower)
    }
}

/// Φ⁻¹(u) where u (1 − u) ≥ [`CENTRAL_LOW`].
#[inline(always)]
fn quantile_central<R: Real>(u: R) -> R {
    let z = u * (R::one() - u);
    let z2 = z * z;
    (u - 0.5) * (polynomial(&CENTRAL_ABOVE, z, z2) / polynomial(&CENTRAL_BELOW, z, z2))
}

/// Φ⁻¹(u) where u (1 − u) < [`CENTRAL_LOW`].
#[inline(always)]
fn quantile_tail<R: Real>(u: R) -> R {
    let lower = u.lt(R::splat(0.5));
    let p = R::select(lower, u, R::one() - u);
    let r = (-ln(p)).sqrt() - 2.0;
    let r2 = r * r;
    let size = polynomial(&TAIL_ABOVE, r, r2) / polynomial(&TAIL_BELOW, r, r2);
    let size = R::select(p.eq(R::zero()), R::splat(f64::INFINITY), size);
    R::select(lower, -size, size)
}

/// Whether u takes [`quantile_tail`]; true for NaN and outside 0 to 1.
#[inline(always)]
fn in_tail<R: Real>(u: R) -> R::Mask {
    !(u * (R::one() - u)).ge(R::splat(CENTRAL_LOW))
}

/// Φ⁻¹(u), the number below which a standard normal falls with probability u, with an error below 5 ulp for u ≥ 1e-300
/// (largest 4.6, mean 0.8 over 8,500 random points; largest 4.1 for u above 1e-16).
///
/// −∞ at 0, ∞ at 1, NaN outside. The tail expansion is computed only where a lane needs it.
#[inline(always)]
pub fn quantile<R: Real>(u: R) -> R {
    R::formula(
        #[inline(always)]
        || {
            let central = quantile_central(u);
            let tail = in_tail(u);
            if tail.any() { R::select(tail, quantile_tail(u), central) } else { central }
        },
    )
}

/// [`polynomial`] at two points, interleaved.
#[inline(always)]
fn polynomials<R: Real, const COUNT: usize>(coefficients: &[f64; COUNT], x: [R; 2], x2: [R; 2]) -> [R; 2] {
    const { assert!(COUNT.is_multiple_of(2), "only `polynomial` handles an odd count") };
    let mut upper = [R::splat(coefficients[COUNT - 1]); 2];
    let mut lower = [R::splat(coefficients[COUNT - 2]); 2];
    let mut at = COUNT - 2;
    while at >= 2 {
        let (high, low) = (R::splat(coefficients[at - 1]), R::splat(coefficients[at - 2]));
        upper = [upper[0].mul_add(x2[0], high), upper[1].mul_add(x2[1], high)];
        lower = [lower[0].mul_add(x2[0], low), lower[1].mul_add(x2[1], low)];
        [upper, lower] = R::keep_interleaved(upper, lower);
        at -= 2;
    }
    [upper[0].mul_add(x[0], lower[0]), upper[1].mul_add(x[1], lower[1])]
}

/// [`quantile_central`] of two vectors, and the lanes of each that need [`quantile_tail`].
#[inline(always)]
fn central_pair<R: Real>([u, v]: [R; 2]) -> ([R; 2], [R::Mask; 2]) {
    let z = [u * (R::one() - u), v * (R::one() - v)];
    let z2 = [z[0] * z[0], z[1] * z[1]];
    let above = polynomials(&CENTRAL_ABOVE, z, z2);
    let below = polynomials(&CENTRAL_BELOW, z, z2);
    let x = [(u - 0.5) * (above[0] / below[0]), (v - 0.5) * (above[1] / below[1])];
    let least = R::splat(CENTRAL_LOW);
    (x, [!z[0].ge(least), !z[1].ge(least)])
}

/// Pairs of vectors whose tails wait to be computed together.
const KEPT: usize = 32;

/// Writes Φ⁻¹ of many vectors into rows, with the results of [`quantile`].
///
/// One number in 125 lies in a tail. Its expansion costs as much as the centre's, so the tails are collected and computed a full
/// vector at a time. [`Quantiles::finish`] writes them; rows must not be read before it.
pub struct Quantiles<V> {
    /// Pairs of uniforms with at least one lane in a tail.
    pairs: [[V; 2]; KEPT],
    /// The rows that each pair is written to.
    rows: [[usize; 2]; KEPT],
    /// The lanes of each pair that lie in a tail, as bits: the first vector's in the low half, the second's in the high half.
    lanes: [u32; KEPT],
    kept: usize,
}

impl<V: Vector> Quantiles<V> {
    /// An empty collection.
    #[inline(always)]
    pub fn new() -> Quantiles<V> {
        Quantiles { pairs: [[V::zero(); 2]; KEPT], rows: [[0; 2]; KEPT], lanes: [0; KEPT], kept: 0 }
    }

    /// Writes Φ⁻¹ of an even number of vectors of uniforms into every `stride`-th row, starting at `first`.
    #[inline(always)]
    pub fn rows(&mut self, uniforms: &[V], rows: &mut [V], first: usize, stride: usize) {
        assert!(uniforms.len().is_multiple_of(2), "vectors of uniforms come in pairs");
        let mut row = first;
        for &pair in uniforms.as_chunks::<2>().0 {
            self.pair(pair, rows, [row, row + stride]);
            row += 2 * stride;
        }
    }

    #[inline(always)]
    fn pair(&mut self, uniforms: [V; 2], rows: &mut [V], at: [usize; 2]) {
        let (x, tails) = V::formula(
            #[inline(always)]
            || central_pair(uniforms),
        );
        (rows[at[0]], rows[at[1]]) = (x[0], x[1]);
        // Always written, counted only where needed: a branch here would be mispredicted too often.
        let (kept, lanes) = (self.kept, tails[0].to_bitmask() | tails[1].to_bitmask() << WIDTH);
        self.pairs[kept] = uniforms;
        self.rows[kept] = at;
        self.lanes[kept] = lanes;
        self.kept = kept + usize::from(lanes != 0);
        if self.kept == KEPT {
            self.finish(rows);
        }
    }

    /// Computes the collected tails and writes them to their rows.
    #[inline(always)]
    pub fn finish(&mut self, rows: &mut [V]) {
        outlined!(V, self.fill_tails(rows));
    }

    #[inline(always)]
    fn fill_tails(&mut self, rows: &mut [V]) {
        let (mut tails, mut places, mut waiting) = ([0.5; WIDTH], [(0, 0); WIDTH], 0);
        for kept in 0..self.kept {
            let mut lanes = self.lanes[kept];
            while lanes != 0 {
                let lane = lanes.trailing_zeros() as usize % (2 * WIDTH);
                let half = lane / WIDTH;
                tails[waiting] = self.pairs[kept][half].lanes()[lane % WIDTH];
                places[waiting] = (self.rows[kept][half], lane % WIDTH);
                waiting += 1;
                lanes &= lanes - 1;
                if waiting == WIDTH {
                    fill(&tails, &places, rows);
                    waiting = 0;
                }
            }
        }
        if waiting > 0 {
            fill(&tails, &places[..waiting], rows);
        }
        self.kept = 0;
    }
}

/// Writes the quantiles of a vector of tail numbers to their places (row, lane).
#[inline(always)]
fn fill<V: Vector>(tails: &[f64; WIDTH], places: &[(usize, usize)], rows: &mut [V]) {
    let answers = quantile_tail(V::load(tails)).to_array();
    for (&(row, lane), answer) in places.iter().zip(answers) {
        rows[row].lanes_mut()[lane] = answer;
    }
}

impl<V: Vector> Default for Quantiles<V> {
    fn default() -> Quantiles<V> {
        Quantiles::new()
    }
}

/// Writes Φ⁻¹(u) of every lane, with the results of [`quantile`]; for use inside block functions.
///
/// The central ratio is computed on all lanes, then the few in the tails are recomputed one by one.
#[inline(always)]
pub fn quantile_block(uniform: &Lanes, out: &mut Lanes) {
    let mut tails = 0_u64;
    for i in 0..LANES {
        let u: f64 = uniform[i];
        out[i] = quantile_central(u);
        tails |= u64::from(in_tail(u)) << i;
    }
    while tails != 0 {
        let i = tails.trailing_zeros() as usize % LANES;
        out[i] = quantile_tail(uniform[i]);
        tails &= tails - 1;
    }
}

simd_fn! {
    /// Writes Φ⁻¹(u) of every lane, with the results of [`quantile`].
    pub fn quantiles(uniform: &Lanes, out: &mut Lanes) {
        quantile_block(uniform, out);
    }
}

/// e^(−a²/2) for a from 0 to 40, corrected for the rounding of a².
#[inline(always)]
fn bell<R: Real>(a: R) -> R {
    let square = a * a;
    let rest = a.mul_add(a, -square);
    let value = exp(square * -0.5);
    // The correction is added to the value and not made a factor, so that it costs no second rounding of its own.
    value.mul_add(rest * -0.5, value)
}

/// |x|, or 40 where that is less: beyond it the density and the tail are 0 in f64.
#[inline(always)]
fn size_to_40<R: Real>(x: R) -> R {
    // In this order NaN stays.
    R::splat(40.0).min(x.abs())
}

/// Φ(−|x|), the smaller tail.
#[inline(always)]
fn smaller_tail<R: Real>(x: R) -> R {
    let a = size_to_40(x);
    let a2 = a * a;
    bell(a) * (polynomial(&MILLS_ABOVE, a, a2) / polynomial(&MILLS_BELOW, a, a2))
}

/// φ(x) = e^(−x²/2)/√(2π), the standard normal density, with an error below 3 ulp.
#[inline(always)]
pub fn pdf<R: Real>(x: R) -> R {
    bell(size_to_40(x)) * DENSITY_AT_ZERO
}

/// Φ(x), the probability that a standard normal is at most x, with an error below 4.5 ulp for x above −8 and below 5.5 ulp
/// further down (largest 4.1 and 5.1, mean 0.8 over 30,000 random points).
#[inline(always)]
pub fn cdf<R: Real>(x: R) -> R {
    let tail = smaller_tail(x);
    R::select(x.gt(R::zero()), R::one() - tail, tail)
}

simd_fn! {
    /// Writes Φ(y) and Φ(−y) of every lane, with the results of [`cdf`].
    pub fn cdf_pair(y: &Lanes, lower: &mut Lanes, upper: &mut Lanes) {
        for i in 0..LANES {
            let tail = smaller_tail(y[i]);
            let rest = 1.0 - tail;
            lower[i] = if y[i] > 0.0 { rest } else { tail };
            upper[i] = if y[i] < 0.0 { rest } else { tail };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::reference::worst_ulps;
    use crate::math::simd::Isa;

    #[test]
    fn quantile_is_within_its_bound_of_the_reference() {
        let [normal, subnormal] =
            worst_ulps("quantile", include_str!("../../tests/reference/quantile.csv"), quantile);
        assert!(normal <= 5.0 && subnormal <= 1.0);
    }

    #[test]
    fn cdf_is_within_its_bound_of_the_reference() {
        let [normal, subnormal] = worst_ulps("cdf", include_str!("../../tests/reference/cdf.csv"), cdf);
        assert!(normal <= 5.5 && subnormal <= 1.0);
    }

    #[test]
    fn pdf_is_within_its_bound_of_the_reference() {
        let [normal, subnormal] = worst_ulps("pdf", include_str!("../../tests/reference/pdf.csv"), pdf);
        assert!(normal <= 3.0 && subnormal <= 1.0);
    }

    #[test]
    fn quantile_at_published_values_and_edges() {
        for (u, x) in [
            (1e-300, -37.0470962993612),
            (1e-16, -8.222082216130435),
            (1e-10, -6.361340902404056),
            (0.02425, -1.972961051311885),
            (0.975, 1.959963984540054),
        ] {
            assert!((quantile(u) / x - 1.0).abs() < 1e-15, "{u:e}: {}", quantile(u));
        }
        assert_eq!(quantile(0.5), 0.0);
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
        assert!(quantile(-1e-9).is_nan());
        assert!(quantile(1.0 + 1e-9).is_nan());
        assert!(quantile(f64::NAN).is_nan());
    }

    #[test]
    fn quantile_has_no_step_at_the_seam() {
        let seam = 0.5 - (0.25 - CENTRAL_LOW).sqrt();
        let mut u = seam * (1.0 - 1e-12);
        for _ in 0..2_000 {
            let next = u * (1.0 + 1e-15);
            // Neighbours may fall back by rounding alone: two errors of 5 ulp, an ulp below 4 being 2⁻⁵¹.
            let slack = -10.0 * 2.0 * f64::EPSILON;
            assert!(quantile(next) - quantile(u) > slack, "{u}");
            assert!(quantile(1.0 - u) - quantile(1.0 - next) > slack, "{u}");
            u = next;
        }
    }

    #[test]
    fn cdf_and_pdf_at_edges() {
        assert_eq!(cdf(0.0), 0.5);
        assert_eq!(cdf(f64::NEG_INFINITY), 0.0);
        assert_eq!(cdf(f64::INFINITY), 1.0);
        assert!(cdf(f64::NAN).is_nan());
        assert_eq!(pdf(f64::INFINITY), 0.0);
        assert_eq!(pdf(0.0), DENSITY_AT_ZERO);
        assert!(pdf(f64::NAN).is_nan());
        // Abramowitz and Stegun (1964), table 26.1.
        assert!((pdf(1.0) / 0.241_970_724_519_143_35 - 1.0).abs() < 1e-15);
        assert!((pdf(-5.0) / 1.486_719_514_734_297_7e-6 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn cdf_undoes_quantile() {
        for step in 1..20_000 {
            let u = f64::from(step) / 20_000.0;
            // One ulp of x moves Φ(x) by up to 2⁻⁵² x φ(x): 5 ulp of x on top of 4.5 ulp of Φ.
            let x = quantile(u);
            let bound = f64::EPSILON * (4.5 * u + 5.0 * (x * pdf(x)).abs());
            assert!((cdf(x) - u).abs() <= bound, "{u}");
        }
    }

    #[test]
    fn every_vector_width_gives_the_bits_of_one_at_a_time() {
        for isa in Isa::available() {
            for block in 0..300 {
                let mut u = Lanes::ZERO;
                for i in 0..LANES {
                    u[i] = (f64::from(block * LANES as i32 + i as i32) + 0.5) / (300.0 * LANES as f64);
                }
                u[7] = exp(-f64::from(block) * 2.3);
                u[8] = 1.0 - exp(-f64::from(block % 36) - 1.0);
                let mut x = Lanes::ZERO;
                quantiles(isa, &u, &mut x);
                let (mut lower, mut upper) = (Lanes::ZERO, Lanes::ZERO);
                x[9] = [f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0][block as usize % 4];
                cdf_pair(isa, &x, &mut lower, &mut upper);
                for i in 0..LANES {
                    if i != 9 {
                        assert_eq!(x[i].to_bits(), quantile(u[i]).to_bits(), "{} {}", u[i], isa.name());
                    }
                    assert_eq!(lower[i].to_bits(), cdf(x[i]).to_bits(), "{} {}", x[i], isa.name());
                    assert_eq!(upper[i].to_bits(), cdf(-x[i]).to_bits(), "{} {}", x[i], isa.name());
                }
            }
        }
    }
}
