//! Vectors of eight paths: arithmetic that is written once and runs on every instruction set.
//!
//! A function that is generic over [`Real`] runs on one path as `f64` and on eight paths as a [`Vector`]. Every operation
//! is the IEEE operation on each lane and nothing sums across lanes, so both give identical results. The methods have the names
//! of `std::simd`. [`Isa::dispatch`](super::simd::Isa::dispatch) chooses the vectors that the machine has.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// Paths in a vector, on every machine.
pub const WIDTH: usize = 8;

/// A yes or no per lane: the result of a comparison.
pub trait Mask: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
    /// Whether any lane is set.
    fn any(self) -> bool;
    /// The lanes as the low bits of an integer, lane 0 lowest.
    fn to_bitmask(self) -> u32;
}

/// A 64-bit integer per lane; sums and differences wrap.
pub trait Bits:
    Copy + Send + Sync + 'static + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self>
{
    /// The same integer on every lane.
    fn splat(bits: u64) -> Self;
    /// The number of each lane: 0, 1, 2, …
    fn lane_indices() -> Self;
    /// The sum, modulo 2⁶⁴.
    fn wrapping_add(self, other: Self) -> Self;
    /// The difference, modulo 2⁶⁴.
    fn wrapping_sub(self, other: Self) -> Self;
    /// Shifted right by `BY` bits, zeros filling the high end.
    fn shr<const BY: u32>(self) -> Self;
    /// Shifted left by `BY` bits, zeros filling the low end.
    fn shl<const BY: u32>(self) -> Self;
    /// The full 64-bit product of the low 32 bits of both.
    fn widening_mul_u32(self, other: Self) -> Self;
}

/// What elementary functions are generic over: one `f64`, or eight of them.
///
/// On a plain `f64`, `x.min(y)` and `x.max(y)` call the standard library's methods, which treat NaN differently; generic code
/// calls these.
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// The result of comparisons.
    type Mask: Mask;
    /// The integers that hold bit patterns.
    type Bits: Bits;

    /// The same number on every lane.
    fn splat(x: f64) -> Self;
    /// `self · factor + term`, rounded once.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// The square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// The absolute value.
    fn abs(self) -> Self;
    /// The lesser of the two; `other` where either is NaN.
    fn min(self, other: Self) -> Self;
    /// The greater of the two; `other` where either is NaN.
    fn max(self, other: Self) -> Self;
    /// `self < other`; like every comparison, false where either is NaN.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`.
    fn le(self, other: Self) -> Self::Mask;
    /// `self > other`.
    fn gt(self, other: Self) -> Self::Mask;
    /// `self >= other`.
    fn ge(self, other: Self) -> Self::Mask;
    /// `self == other`.
    fn eq(self, other: Self) -> Self::Mask;
    /// `yes` where the mask is set, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// The bit patterns of the numbers.
    fn to_bits(self) -> Self::Bits;
    /// The numbers with these bit patterns.
    fn from_bits(bits: Self::Bits) -> Self;

    /// Runs a longer formula: inlined where an operation is one instruction, as a function of its own where it is eight.
    #[inline(always)]
    fn formula<R>(formula: impl FnOnce() -> R) -> R {
        formula()
    }

    /// Returns its arguments unchanged, and keeps the compiler from moving operations across this point.
    ///
    /// Several dependent chains of operations run faster interleaved, because the processor works on one while it waits for
    /// another. The compiler would reorder them one after the other to need fewer registers; a call between the steps stops it.
    /// Does nothing where an operation is more than one instruction.
    #[inline(always)]
    fn keep_interleaved(first: [Self; 2], second: [Self; 2]) -> [[Self; 2]; 2] {
        [first, second]
    }

    /// All zeros.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }

    /// All ones.
    #[inline(always)]
    fn one() -> Self {
        Self::splat(1.0)
    }

    /// 1 where the mask is set, else 0.
    #[inline(always)]
    fn flag(mask: Self::Mask) -> Self {
        Self::select(mask, Self::one(), Self::zero())
    }

    /// `self` where the mask is set, else 0.
    #[inline(always)]
    fn select_or_zero(self, mask: Self::Mask) -> Self {
        Self::select(mask, self, Self::zero())
    }

    /// max(x, 0); 0 for NaN.
    #[inline(always)]
    fn positive_part(self) -> Self {
        self.max(Self::zero())
    }

    /// Whether the number is not 0: reads a flag as a mask.
    #[inline(always)]
    fn is_set(self) -> Self::Mask {
        !self.eq(Self::zero())
    }

    /// Whether the number is neither infinite nor NaN.
    #[inline(always)]
    fn is_finite(self) -> Self::Mask {
        self.abs().lt(Self::splat(f64::INFINITY))
    }
}

/// [`WIDTH`] numbers, one per lane, in the registers of one instruction set.
pub trait Vector: Real + Send + Sync + 'static {
    /// Reads the lanes from memory.
    fn load(from: &[f64; WIDTH]) -> Self;
    /// Writes the lanes to memory.
    fn store(self, to: &mut [f64; WIDTH]);
    /// The lanes as an array.
    fn lanes(&self) -> &[f64; WIDTH];
    /// The lanes as a mutable array.
    fn lanes_mut(&mut self) -> &mut [f64; WIDTH];
    /// Runs a function that is compiled separately, for the instruction set of this vector ([`outlined!`](crate::outlined)).
    ///
    /// Everything it calls must be `#[inline(always)]` to be compiled for that instruction set too. Splitting long
    /// computations this way keeps functions small enough to compile quickly.
    fn outlined<R>(function: impl FnOnce() -> R) -> R;

    /// The lanes, copied.
    #[inline(always)]
    fn to_array(self) -> [f64; WIDTH] {
        let mut lanes = [0.0; WIDTH];
        self.store(&mut lanes);
        lanes
    }
}

/// A task that is written once for every kind of vector; [`Isa::dispatch`](super::simd::Isa::dispatch) chooses the kind.
pub trait WithVector {
    /// What the task returns.
    type Output;
    /// Runs the task with vectors of this kind.
    fn with<V: Vector>(self) -> Self::Output;
}

impl Mask for bool {
    #[inline(always)]
    fn any(self) -> bool {
        self
    }
    #[inline(always)]
    fn to_bitmask(self) -> u32 {
        u32::from(self)
    }
}

impl Bits for u64 {
    #[inline(always)]
    fn splat(bits: u64) -> u64 {
        bits
    }
    #[inline(always)]
    fn lane_indices() -> u64 {
        0
    }
    #[inline(always)]
    fn wrapping_add(self, other: u64) -> u64 {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn wrapping_sub(self, other: u64) -> u64 {
        self.wrapping_sub(other)
    }
    #[inline(always)]
    fn shr<const BY: u32>(self) -> u64 {
        self >> BY
    }
    #[inline(always)]
    fn shl<const BY: u32>(self) -> u64 {
        self << BY
    }
    #[inline(always)]
    fn widening_mul_u32(self, other: u64) -> u64 {
        // Masks, not conversions: the form that compilers know as one 32 × 32 → 64 bit instruction.
        (self & 0xFFFF_FFFF) * (other & 0xFFFF_FFFF)
    }
}

impl Real for f64 {
    type Mask = bool;
    type Bits = u64;

    #[inline(always)]
    fn splat(x: f64) -> f64 {
        x
    }
    #[inline(always)]
    fn mul_add(self, factor: f64, term: f64) -> f64 {
        f64::mul_add(self, factor, term)
    }
    #[inline(always)]
    fn sqrt(self) -> f64 {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn abs(self) -> f64 {
        f64::abs(self)
    }
    #[inline(always)]
    fn min(self, other: f64) -> f64 {
        if self < other { self } else { other }
    }
    #[inline(always)]
    fn max(self, other: f64) -> f64 {
        if self > other { self } else { other }
    }
    #[inline(always)]
    fn lt(self, other: f64) -> bool {
        self < other
    }
    #[inline(always)]
    fn le(self, other: f64) -> bool {
        self <= other
    }
    #[inline(always)]
    fn gt(self, other: f64) -> bool {
        self > other
    }
    #[inline(always)]
    fn ge(self, other: f64) -> bool {
        self >= other
    }
    #[inline(always)]
    fn eq(self, other: f64) -> bool {
        self == other
    }
    #[inline(always)]
    fn select(mask: bool, yes: f64, no: f64) -> f64 {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn to_bits(self) -> u64 {
        self.to_bits()
    }
    #[inline(always)]
    fn from_bits(bits: u64) -> f64 {
        f64::from_bits(bits)
    }
}

/// Compiles an expression as a separate function for the vector's instruction set and runs it ([`Vector::outlined`]).
#[macro_export]
macro_rules! outlined {
    ($vector:ty, $body:expr) => {
        <$vector as $crate::math::vector::Vector>::outlined(
            #[inline(always)]
            || $body,
        )
    };
}

/// Implements the operators with an `f64` on the right, by [`Real::splat`].
macro_rules! with_numbers {
    ($vector:ty) => {
        impl std::ops::Add<f64> for $vector {
            type Output = $vector;
            #[inline(always)]
            fn add(self, other: f64) -> $vector {
                std::ops::Add::<$vector>::add(self, <$vector as $crate::math::vector::Real>::splat(other))
            }
        }
        impl std::ops::Sub<f64> for $vector {
            type Output = $vector;
            #[inline(always)]
            fn sub(self, other: f64) -> $vector {
                std::ops::Sub::<$vector>::sub(self, <$vector as $crate::math::vector::Real>::splat(other))
            }
        }
        impl std::ops::Mul<f64> for $vector {
            type Output = $vector;
            #[inline(always)]
            fn mul(self, other: f64) -> $vector {
                std::ops::Mul::<$vector>::mul(self, <$vector as $crate::math::vector::Real>::splat(other))
            }
        }
    };
}
pub(super) use with_numbers;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::elementary::{exp, exps, ln};
    use crate::math::normal::{Quantiles, cdf, quantile};
    use crate::math::simd::Isa;

    /// Numbers of every kind: signs, zeros, subnormals, infinities, not-a-number, and some in between.
    fn numbers() -> Vec<f64> {
        let edges = [
            0.0,
            1.0,
            0.5,
            0.004,
            0.996,
            1e-17,
            5e-324,
            1e-310,
            f64::MIN_POSITIVE,
            709.9,
            745.2,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
        ];
        let both = edges.iter().flat_map(|&x| [x, -x]);
        let more = (0..356).map(|i| (f64::from(i) - 178.0).powi(3) / 7919.0);
        both.chain(more).collect()
    }

    fn check<V: Vector>() {
        type Pair = (&'static str, fn(f64, f64) -> f64);
        let numbers = numbers();
        for at in 0..numbers.len() {
            let a: [f64; WIDTH] = std::array::from_fn(|i| numbers[(at + i) % numbers.len()]);
            let b: [f64; WIDTH] = std::array::from_fn(|i| numbers[(7 * at + 3 * i) % numbers.len()]);
            let (x, y) = (V::load(&a), V::load(&b));
            let (mut rows, mut quantiles) = ([V::zero(); 12], Quantiles::new());
            quantiles.rows(&[x, y, y, x, x, y], &mut rows, 1, 2);
            quantiles.finish(&mut rows);
            let [[first, second], [third, fourth]] = V::keep_interleaved([x, y], [y, x]);
            let powers = exps([y, x]);
            let same_bits = V::from_bits(x.to_bits().shr::<3>() ^ y.to_bits().shl::<5>());
            let products = V::from_bits(x.to_bits().widening_mul_u32(y.to_bits()).wrapping_add(y.to_bits()));
            let cases: [(V, Pair); 31] = [
                (x + y, ("+", |a, b| a + b)),
                (x - y, ("-", |a, b| a - b)),
                (x * y, ("*", |a, b| a * b)),
                (x / y, ("/", |a, b| a / b)),
                (-x, ("neg", |a, _| -a)),
                (x + 0.1, ("+ number", |a, _| a + 0.1)),
                (x.mul_add(y, x), ("mul_add", |a, b| a.mul_add(b, a))),
                (x.abs().sqrt(), ("sqrt", |a, _| a.abs().sqrt())),
                (x.min(y), ("min", |a, b| if a < b { a } else { b })),
                (x.max(y), ("max", |a, b| if a > b { a } else { b })),
                (V::flag(x.lt(y)), ("lt", |a, b| f64::from(u8::from(a < b)))),
                (V::flag(x.le(y)), ("le", |a, b| f64::from(u8::from(a <= b)))),
                (V::flag(x.ge(y)), ("ge", |a, b| f64::from(u8::from(a >= b)))),
                (V::flag(!x.gt(y)), ("not gt", |a, b| 1.0 - f64::from(u8::from(a > b)))),
                (V::flag(x.eq(y) | x.lt(y)), ("or", |a, b| f64::from(u8::from(a <= b)))),
                (
                    y.select_or_zero(x.is_finite()),
                    ("select_or_zero", |a, b| if a.is_finite() { b } else { 0.0 }),
                ),
                (exp(x), ("exp", |a, _| exp(a))),
                (ln(x), ("ln", |a, _| ln(a))),
                (quantile(x), ("quantile", |a, _| quantile(a))),
                (powers[0], ("first of two exp", |_, b| exp(b))),
                (powers[1], ("second of two exp", |a, _| exp(a))),
                (rows[1], ("first quantile", |a, _| quantile(a))),
                (rows[3], ("second quantile", |_, b| quantile(b))),
                (rows[7], ("fourth quantile", |a, _| quantile(a))),
                (rows[11], ("last quantile", |_, b| quantile(b))),
                (first, ("first interleaved", |a, _| a)),
                (second, ("second interleaved", |_, b| b)),
                (third, ("third interleaved", |_, b| b)),
                (fourth, ("fourth interleaved", |a, _| a)),
                (cdf(x), ("cdf", |a, _| cdf(a))),
                (same_bits, ("bits", |a, b| f64::from_bits((a.to_bits() >> 3) ^ (b.to_bits() << 5)))),
            ];
            for (found, (name, truth)) in cases {
                for (lane, found) in found.to_array().into_iter().enumerate() {
                    let truth = truth(a[lane], b[lane]);
                    let equal = found.to_bits() == truth.to_bits() || (found.is_nan() && truth.is_nan());
                    assert!(equal, "{name} of {:e} and {:e}: {found:e}, not {truth:e}", a[lane], b[lane]);
                }
            }
            for (lane, found) in products.to_array().into_iter().enumerate() {
                let (a, b) = (a[lane].to_bits(), b[lane].to_bits());
                assert_eq!(found.to_bits(), a.widening_mul_u32(b).wrapping_add(b));
            }
            assert_eq!(x.lt(y).any(), (0..WIDTH).any(|i| a[i] < b[i]));
            let word = (0..WIDTH).map(|i| u32::from(a[i] < b[i]) << i).sum::<u32>();
            assert_eq!(x.lt(y).to_bitmask(), word);
        }
        let lanes = V::from_bits(V::Bits::lane_indices()).to_array().map(f64::to_bits);
        assert_eq!(lanes, std::array::from_fn(|i| i as u64));
    }

    /// Far more tails than wait at a time, after each other and among others, into every third row.
    fn check_quantiles<V: Vector>() {
        const ROWS: usize = 300;
        let uniform = |row: usize, lane: usize| {
            let spread = ((row * WIDTH + lane) as f64 * 0.618_033_988_749_894_9).fract();
            match row % 5 {
                0 | 1 => 1e-3 * spread,
                2 => 1.0 - 1e-3 * spread,
                _ => spread,
            }
        };
        let uniforms: Vec<V> =
            (0..ROWS).map(|row| V::load(&std::array::from_fn(|lane| uniform(row, lane)))).collect();
        let mut rows = vec![V::zero(); 3 * ROWS];
        let mut quantiles = Quantiles::new();
        let mut done = 0;
        for part in [ROWS / 2, 2, 6, 4, ROWS / 2 - 12] {
            quantiles.rows(&uniforms[done..][..part], &mut rows, 3 * done + 1, 3);
            done += part;
        }
        quantiles.finish(&mut rows);
        assert_eq!(done, ROWS);
        for (row, lane) in (0..ROWS).flat_map(|row| (0..WIDTH).map(move |lane| (row, lane))) {
            let (u, found) = (uniform(row, lane), rows[3 * row + 1].lanes()[lane]);
            assert_eq!(found.to_bits(), quantile(u).to_bits(), "{row} {lane} {u:e}");
            assert_eq!([rows[3 * row].lanes()[lane], rows[3 * row + 2].lanes()[lane]], [0.0; 2]);
        }
        rows[7].lanes_mut()[3] = 42.0;
        assert_eq!(rows[7].to_array()[3], 42.0);
    }

    /// Both checks, on the vectors of an instruction set.
    struct Checks;

    impl WithVector for Checks {
        type Output = ();
        fn with<V: Vector>(self) {
            check::<V>();
            check_quantiles::<V>();
        }
    }

    #[test]
    fn vectors_do_what_numbers_do_in_equal_bits() {
        for isa in Isa::available() {
            isa.dispatch(Checks);
        }
    }
}
