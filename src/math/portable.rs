//! A vector as a plain array of eight numbers, for `--simd scalar` and for machines without AVX2.

use super::vector::{Bits, Mask, Real, Vector, WIDTH, with_numbers};
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// Eight numbers.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Portable([f64; WIDTH]);

/// A yes or no for each of eight lanes.
#[derive(Clone, Copy)]
pub struct PortableMask([bool; WIDTH]);

/// Eight bit patterns.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct PortableBits([u64; WIDTH]);

/// Evaluates one expression per lane.
macro_rules! lanes {
    ($kind:ident, $zero:expr, $i:ident => $lane:expr) => {{
        let mut out = [$zero; WIDTH];
        for $i in 0..WIDTH {
            out[$i] = $lane;
        }
        $kind(out)
    }};
}

macro_rules! operator {
    ($trait:ident, $method:ident, $kind:ident, $zero:expr, $op:tt) => {
        impl $trait for $kind {
            type Output = $kind;
            #[inline(always)]
            fn $method(self, other: $kind) -> $kind {
                lanes!($kind, $zero, i => self.0[i] $op other.0[i])
            }
        }
    };
}

operator!(Add, add, Portable, 0.0, +);
operator!(Sub, sub, Portable, 0.0, -);
operator!(Mul, mul, Portable, 0.0, *);
operator!(Div, div, Portable, 0.0, /);
operator!(BitAnd, bitand, PortableMask, false, &);
operator!(BitOr, bitor, PortableMask, false, |);
operator!(BitAnd, bitand, PortableBits, 0, &);
operator!(BitOr, bitor, PortableBits, 0, |);
operator!(BitXor, bitxor, PortableBits, 0, ^);
with_numbers!(Portable);

impl Neg for Portable {
    type Output = Portable;
    #[inline(always)]
    fn neg(self) -> Portable {
        lanes!(Portable, 0.0, i => -self.0[i])
    }
}

impl Not for PortableMask {
    type Output = PortableMask;
    #[inline(always)]
    fn not(self) -> PortableMask {
        lanes!(PortableMask, false, i => !self.0[i])
    }
}

impl Mask for PortableMask {
    #[inline(always)]
    fn any(self) -> bool {
        let mut any = false;
        for lane in self.0 {
            any |= lane;
        }
        any
    }
    #[inline(always)]
    fn to_bitmask(self) -> u32 {
        let mut word = 0;
        for (lane, yes) in self.0.into_iter().enumerate() {
            word |= u32::from(yes) << lane;
        }
        word
    }
}

impl Bits for PortableBits {
    #[inline(always)]
    fn splat(bits: u64) -> Self {
        PortableBits([bits; WIDTH])
    }
    #[inline(always)]
    fn lane_indices() -> Self {
        lanes!(PortableBits, 0, i => i as u64)
    }
    #[inline(always)]
    fn wrapping_add(self, other: Self) -> Self {
        lanes!(PortableBits, 0, i => self.0[i].wrapping_add(other.0[i]))
    }
    #[inline(always)]
    fn wrapping_sub(self, other: Self) -> Self {
        lanes!(PortableBits, 0, i => self.0[i].wrapping_sub(other.0[i]))
    }
    #[inline(always)]
    fn shr<const BY: u32>(self) -> Self {
        lanes!(PortableBits, 0, i => self.0[i] >> BY)
    }
    #[inline(always)]
    fn shl<const BY: u32>(self) -> Self {
        lanes!(PortableBits, 0, i => self.0[i] << BY)
    }
    #[inline(always)]
    fn widening_mul_u32(self, other: Self) -> Self {
        lanes!(PortableBits, 0, i => self.0[i].widening_mul_u32(other.0[i]))
    }
}

impl Real for Portable {
    type Mask = PortableMask;
    type Bits = PortableBits;

    #[inline(never)]
    fn formula<R>(formula: impl FnOnce() -> R) -> R {
        formula()
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Portable([x; WIDTH])
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        lanes!(Portable, 0.0, i => f64::mul_add(self.0[i], factor.0[i], term.0[i]))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        lanes!(Portable, 0.0, i => f64::sqrt(self.0[i]))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        lanes!(Portable, 0.0, i => f64::abs(self.0[i]))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        lanes!(Portable, 0.0, i => Real::min(self.0[i], other.0[i]))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        lanes!(Portable, 0.0, i => Real::max(self.0[i], other.0[i]))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> PortableMask {
        lanes!(PortableMask, false, i => self.0[i] < other.0[i])
    }
    #[inline(always)]
    fn le(self, other: Self) -> PortableMask {
        lanes!(PortableMask, false, i => self.0[i] <= other.0[i])
    }
    #[inline(always)]
    fn gt(self, other: Self) -> PortableMask {
        lanes!(PortableMask, false, i => self.0[i] > other.0[i])
    }
    #[inline(always)]
    fn ge(self, other: Self) -> PortableMask {
        lanes!(PortableMask, false, i => self.0[i] >= other.0[i])
    }
    #[inline(always)]
    fn eq(self, other: Self) -> PortableMask {
        lanes!(PortableMask, false, i => self.0[i] == other.0[i])
    }
    #[inline(always)]
    fn select(mask: PortableMask, yes: Self, no: Self) -> Self {
        lanes!(Portable, 0.0, i => if mask.0[i] { yes.0[i] } else { no.0[i] })
    }
    #[inline(always)]
    fn to_bits(self) -> PortableBits {
        lanes!(PortableBits, 0, i => self.0[i].to_bits())
    }
    #[inline(always)]
    fn from_bits(bits: PortableBits) -> Self {
        lanes!(Portable, 0.0, i => f64::from_bits(bits.0[i]))
    }
}

impl Vector for Portable {
    #[inline(always)]
    fn load(from: &[f64; WIDTH]) -> Self {
        Portable(*from)
    }
    #[inline(always)]
    fn store(self, to: &mut [f64; WIDTH]) {
        *to = self.0;
    }
    #[inline(always)]
    fn lanes(&self) -> &[f64; WIDTH] {
        &self.0
    }
    #[inline(always)]
    fn lanes_mut(&mut self) -> &mut [f64; WIDTH] {
        &mut self.0
    }
    #[inline(never)]
    fn outlined<R>(function: impl FnOnce() -> R) -> R {
        function()
    }
}
