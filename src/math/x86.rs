//! Vectors of eight paths in the registers of x86-64: two of AVX2, or one of AVX-512.
//!
//! Every operation here needs instructions that the machine may lack. This file is private, and only
//! [`Isa::dispatch`](super::simd::Isa::dispatch) names its types, after the instructions were detected: so whoever holds such
//! a vector, or runs code that is generic over it, is on a machine that has them. That is the proof behind each `unsafe`.

use super::vector::{Bits, Mask, Real, Vector, WIDTH, with_numbers};
use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// Eight numbers in two AVX2 registers.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Avx2([__m256d; 2]);

/// A yes or no for each of eight lanes.
#[derive(Clone, Copy)]
pub struct Avx2Mask([__m256d; 2]);

/// Eight bit patterns.
#[derive(Clone, Copy)]
pub struct Avx2Bits([__m256i; 2]);

/// Eight numbers in one AVX-512 register.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Avx512(__m512d);

/// A yes or no for each of eight lanes.
#[derive(Clone, Copy)]
pub struct Avx512Mask(__mmask8);

/// Eight bit patterns.
#[derive(Clone, Copy)]
pub struct Avx512Bits(__m512i);

/// Applies an instruction to both registers.
macro_rules! both {
    ($kind:ident, $f:ident $(::<$c:ident>)? ($($a:ident),*)) => {
        // SAFETY: the machine has AVX2 and FMA (head of the file).
        $kind(unsafe { [$f $(::<$c>)? ($($a.0[0]),*), $f $(::<$c>)? ($($a.0[1]),*)] })
    };
}

/// Applies an instruction to the register.
macro_rules! one {
    ($kind:ident, $f:ident $(::<$c:ident>)? ($($a:ident),*)) => {
        // SAFETY: the machine has AVX-512 F, VL, DQ and BW (head of the file).
        $kind(unsafe { $f $(::<$c>)? ($($a.0),*) })
    };
}

/// The lanes of a vector as an array in memory.
macro_rules! lanes_in_memory {
    () => {
        #[inline(always)]
        fn lanes(&self) -> &[f64; WIDTH] {
            // SAFETY: the registers in memory are eight numbers, lane 0 first, and any bits are a number.
            unsafe { &*std::ptr::from_ref(self).cast() }
        }
        #[inline(always)]
        fn lanes_mut(&mut self) -> &mut [f64; WIDTH] {
            // SAFETY: as in `lanes`.
            unsafe { &mut *std::ptr::from_mut(self).cast() }
        }
    };
}

macro_rules! operator {
    ($trait:ident, $method:ident, $kind:ident, $how:ident, $f:ident) => {
        impl $trait for $kind {
            type Output = $kind;
            #[inline(always)]
            fn $method(self, other: $kind) -> $kind {
                $how!($kind, $f(self, other))
            }
        }
    };
}

operator!(Add, add, Avx2, both, _mm256_add_pd);
operator!(Sub, sub, Avx2, both, _mm256_sub_pd);
operator!(Mul, mul, Avx2, both, _mm256_mul_pd);
operator!(Div, div, Avx2, both, _mm256_div_pd);
operator!(BitAnd, bitand, Avx2Mask, both, _mm256_and_pd);
operator!(BitOr, bitor, Avx2Mask, both, _mm256_or_pd);
operator!(BitAnd, bitand, Avx2Bits, both, _mm256_and_si256);
operator!(BitOr, bitor, Avx2Bits, both, _mm256_or_si256);
operator!(BitXor, bitxor, Avx2Bits, both, _mm256_xor_si256);
with_numbers!(Avx2);

operator!(Add, add, Avx512, one, _mm512_add_pd);
operator!(Sub, sub, Avx512, one, _mm512_sub_pd);
operator!(Mul, mul, Avx512, one, _mm512_mul_pd);
operator!(Div, div, Avx512, one, _mm512_div_pd);
operator!(BitAnd, bitand, Avx512Bits, one, _mm512_and_si512);
operator!(BitOr, bitor, Avx512Bits, one, _mm512_or_si512);
operator!(BitXor, bitxor, Avx512Bits, one, _mm512_xor_si512);
with_numbers!(Avx512);

/// An empty assembler statement with all these registers as operands, for [`Real::keep_interleaved`]: the compiler must have
/// computed them before it and may use them only after it.
macro_rules! hold {
    ($class:ident: $($name:ident = $register:expr),*) => {
        // SAFETY: the text is a comment, so no instruction runs and the registers keep their values.
        unsafe {
            std::arch::asm!(
                concat!("/*", $(" {", stringify!($name), "}",)* " */"),
                $($name = inout($class) $register,)*
                options(pure, nomem, nostack, preserves_flags),
            );
        }
    };
}

#[inline]
#[target_feature(enable = "avx")]
fn hold_avx2([a, b]: &mut [Avx2; 2], [c, d]: &mut [Avx2; 2]) {
    hold!(ymm_reg: p = a.0[0], q = a.0[1], r = b.0[0], s = b.0[1], t = c.0[0], u = c.0[1], v = d.0[0], w = d.0[1]);
}

#[inline]
#[target_feature(enable = "avx512f")]
fn hold_avx512([a, b]: &mut [Avx512; 2], [c, d]: &mut [Avx512; 2]) {
    hold!(zmm_reg: p = a.0, q = b.0, r = c.0, s = d.0);
}

impl Neg for Avx2 {
    type Output = Avx2;
    #[inline(always)]
    fn neg(self) -> Avx2 {
        let sign = Avx2::splat(-0.0);
        both!(Avx2, _mm256_xor_pd(self, sign))
    }
}

impl Not for Avx2Mask {
    type Output = Avx2Mask;
    #[inline(always)]
    fn not(self) -> Avx2Mask {
        let all = Avx2::from_bits(Avx2Bits::splat(u64::MAX));
        both!(Avx2Mask, _mm256_xor_pd(self, all))
    }
}

impl Mask for Avx2Mask {
    #[inline(always)]
    fn any(self) -> bool {
        // SAFETY: as above.
        unsafe { _mm256_movemask_pd(_mm256_or_pd(self.0[0], self.0[1])) != 0 }
    }
    #[inline(always)]
    fn to_bitmask(self) -> u32 {
        // SAFETY: as above.
        let [low, high] = unsafe { [_mm256_movemask_pd(self.0[0]), _mm256_movemask_pd(self.0[1])] };
        (low | high << 4) as u32
    }
}

impl Bits for Avx2Bits {
    #[inline(always)]
    fn splat(bits: u64) -> Self {
        // SAFETY: as above.
        Avx2Bits(unsafe { [_mm256_set1_epi64x(bits as i64); 2] })
    }
    #[inline(always)]
    fn lane_indices() -> Self {
        // SAFETY: as above.
        Avx2Bits(unsafe { [_mm256_setr_epi64x(0, 1, 2, 3), _mm256_setr_epi64x(4, 5, 6, 7)] })
    }
    #[inline(always)]
    fn wrapping_add(self, other: Self) -> Self {
        both!(Avx2Bits, _mm256_add_epi64(self, other))
    }
    #[inline(always)]
    fn wrapping_sub(self, other: Self) -> Self {
        both!(Avx2Bits, _mm256_sub_epi64(self, other))
    }
    #[inline(always)]
    fn shr<const BY: u32>(self) -> Self {
        // SAFETY: as above. With a constant count this is the instruction with an immediate.
        Avx2Bits(unsafe {
            let by = _mm_cvtsi32_si128(BY as i32);
            [_mm256_srl_epi64(self.0[0], by), _mm256_srl_epi64(self.0[1], by)]
        })
    }
    #[inline(always)]
    fn shl<const BY: u32>(self) -> Self {
        // SAFETY: as above.
        Avx2Bits(unsafe {
            let by = _mm_cvtsi32_si128(BY as i32);
            [_mm256_sll_epi64(self.0[0], by), _mm256_sll_epi64(self.0[1], by)]
        })
    }
    #[inline(always)]
    fn widening_mul_u32(self, other: Self) -> Self {
        both!(Avx2Bits, _mm256_mul_epu32(self, other))
    }
}

impl Real for Avx2 {
    type Mask = Avx2Mask;
    type Bits = Avx2Bits;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        // SAFETY: as above.
        Avx2(unsafe { [_mm256_set1_pd(x); 2] })
    }
    #[inline(always)]
    fn keep_interleaved(mut first: [Self; 2], mut second: [Self; 2]) -> [[Self; 2]; 2] {
        // SAFETY: as above.
        unsafe { hold_avx2(&mut first, &mut second) };
        [first, second]
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        both!(Avx2, _mm256_fmadd_pd(self, factor, term))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        both!(Avx2, _mm256_sqrt_pd(self))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        let sign = Avx2::splat(-0.0);
        both!(Avx2, _mm256_andnot_pd(sign, self))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        both!(Avx2, _mm256_min_pd(self, other))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        both!(Avx2, _mm256_max_pd(self, other))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Avx2Mask {
        both!(Avx2Mask, _mm256_cmp_pd::<_CMP_LT_OQ>(self, other))
    }
    #[inline(always)]
    fn le(self, other: Self) -> Avx2Mask {
        both!(Avx2Mask, _mm256_cmp_pd::<_CMP_LE_OQ>(self, other))
    }
    #[inline(always)]
    fn gt(self, other: Self) -> Avx2Mask {
        both!(Avx2Mask, _mm256_cmp_pd::<_CMP_GT_OQ>(self, other))
    }
    #[inline(always)]
    fn ge(self, other: Self) -> Avx2Mask {
        both!(Avx2Mask, _mm256_cmp_pd::<_CMP_GE_OQ>(self, other))
    }
    #[inline(always)]
    fn eq(self, other: Self) -> Avx2Mask {
        both!(Avx2Mask, _mm256_cmp_pd::<_CMP_EQ_OQ>(self, other))
    }
    #[inline(always)]
    fn select(mask: Avx2Mask, yes: Self, no: Self) -> Self {
        both!(Avx2, _mm256_blendv_pd(no, yes, mask))
    }
    #[inline(always)]
    fn to_bits(self) -> Avx2Bits {
        both!(Avx2Bits, _mm256_castpd_si256(self))
    }
    #[inline(always)]
    fn from_bits(bits: Avx2Bits) -> Self {
        both!(Avx2, _mm256_castsi256_pd(bits))
    }
}

impl Vector for Avx2 {
    #[inline(always)]
    fn load(from: &[f64; WIDTH]) -> Self {
        // SAFETY: as above, and the array has eight numbers.
        Avx2(unsafe { [_mm256_loadu_pd(from.as_ptr()), _mm256_loadu_pd(from.as_ptr().add(4))] })
    }
    #[inline(always)]
    fn store(self, to: &mut [f64; WIDTH]) {
        // SAFETY: as above.
        unsafe {
            _mm256_storeu_pd(to.as_mut_ptr(), self.0[0]);
            _mm256_storeu_pd(to.as_mut_ptr().add(4), self.0[1]);
        }
    }
    lanes_in_memory!();
    #[inline(always)]
    fn outlined<R>(function: impl FnOnce() -> R) -> R {
        #[inline(never)]
        #[target_feature(enable = "avx2,fma,bmi1,bmi2")]
        fn inside<R>(function: impl FnOnce() -> R) -> R {
            function()
        }
        // SAFETY: as above.
        unsafe { inside(function) }
    }
}

impl Neg for Avx512 {
    type Output = Avx512;
    #[inline(always)]
    fn neg(self) -> Avx512 {
        let sign = Avx512::splat(-0.0);
        one!(Avx512, _mm512_xor_pd(self, sign))
    }
}

impl BitAnd for Avx512Mask {
    type Output = Avx512Mask;
    #[inline(always)]
    fn bitand(self, other: Avx512Mask) -> Avx512Mask {
        Avx512Mask(self.0 & other.0)
    }
}

impl BitOr for Avx512Mask {
    type Output = Avx512Mask;
    #[inline(always)]
    fn bitor(self, other: Avx512Mask) -> Avx512Mask {
        Avx512Mask(self.0 | other.0)
    }
}

impl Not for Avx512Mask {
    type Output = Avx512Mask;
    #[inline(always)]
    fn not(self) -> Avx512Mask {
        Avx512Mask(!self.0)
    }
}

impl Mask for Avx512Mask {
    #[inline(always)]
    fn any(self) -> bool {
        self.0 != 0
    }
    #[inline(always)]
    fn to_bitmask(self) -> u32 {
        u32::from(self.0)
    }
}

impl Bits for Avx512Bits {
    #[inline(always)]
    fn splat(bits: u64) -> Self {
        // SAFETY: as above.
        Avx512Bits(unsafe { _mm512_set1_epi64(bits as i64) })
    }
    #[inline(always)]
    fn lane_indices() -> Self {
        // SAFETY: as above.
        Avx512Bits(unsafe { _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7) })
    }
    #[inline(always)]
    fn wrapping_add(self, other: Self) -> Self {
        one!(Avx512Bits, _mm512_add_epi64(self, other))
    }
    #[inline(always)]
    fn wrapping_sub(self, other: Self) -> Self {
        one!(Avx512Bits, _mm512_sub_epi64(self, other))
    }
    #[inline(always)]
    fn shr<const BY: u32>(self) -> Self {
        // SAFETY: as above.
        Avx512Bits(unsafe { _mm512_srli_epi64::<BY>(self.0) })
    }
    #[inline(always)]
    fn shl<const BY: u32>(self) -> Self {
        // SAFETY: as above.
        Avx512Bits(unsafe { _mm512_slli_epi64::<BY>(self.0) })
    }
    #[inline(always)]
    fn widening_mul_u32(self, other: Self) -> Self {
        one!(Avx512Bits, _mm512_mul_epu32(self, other))
    }
}

macro_rules! compare {
    ($a:ident, $b:ident, $how:ident) => {
        // SAFETY: as above.
        Avx512Mask(unsafe { _mm512_cmp_pd_mask::<$how>($a.0, $b.0) })
    };
}

impl Real for Avx512 {
    type Mask = Avx512Mask;
    type Bits = Avx512Bits;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        // SAFETY: as above.
        Avx512(unsafe { _mm512_set1_pd(x) })
    }
    #[inline(always)]
    fn keep_interleaved(mut first: [Self; 2], mut second: [Self; 2]) -> [[Self; 2]; 2] {
        // SAFETY: as above.
        unsafe { hold_avx512(&mut first, &mut second) };
        [first, second]
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        one!(Avx512, _mm512_fmadd_pd(self, factor, term))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        one!(Avx512, _mm512_sqrt_pd(self))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        one!(Avx512, _mm512_abs_pd(self))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        one!(Avx512, _mm512_min_pd(self, other))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        one!(Avx512, _mm512_max_pd(self, other))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Avx512Mask {
        compare!(self, other, _CMP_LT_OQ)
    }
    #[inline(always)]
    fn le(self, other: Self) -> Avx512Mask {
        compare!(self, other, _CMP_LE_OQ)
    }
    #[inline(always)]
    fn gt(self, other: Self) -> Avx512Mask {
        compare!(self, other, _CMP_GT_OQ)
    }
    #[inline(always)]
    fn ge(self, other: Self) -> Avx512Mask {
        compare!(self, other, _CMP_GE_OQ)
    }
    #[inline(always)]
    fn eq(self, other: Self) -> Avx512Mask {
        compare!(self, other, _CMP_EQ_OQ)
    }
    #[inline(always)]
    fn select(mask: Avx512Mask, yes: Self, no: Self) -> Self {
        // SAFETY: as above.
        Avx512(unsafe { _mm512_mask_blend_pd(mask.0, no.0, yes.0) })
    }
    #[inline(always)]
    fn to_bits(self) -> Avx512Bits {
        one!(Avx512Bits, _mm512_castpd_si512(self))
    }
    #[inline(always)]
    fn from_bits(bits: Avx512Bits) -> Self {
        one!(Avx512, _mm512_castsi512_pd(bits))
    }
}

impl Vector for Avx512 {
    #[inline(always)]
    fn load(from: &[f64; WIDTH]) -> Self {
        // SAFETY: as above, and the array has eight numbers.
        Avx512(unsafe { _mm512_loadu_pd(from.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, to: &mut [f64; WIDTH]) {
        // SAFETY: as above.
        unsafe { _mm512_storeu_pd(to.as_mut_ptr(), self.0) }
    }
    lanes_in_memory!();
    #[inline(always)]
    fn outlined<R>(function: impl FnOnce() -> R) -> R {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,bmi1,bmi2")]
        fn inside<R>(function: impl FnOnce() -> R) -> R {
            function()
        }
        // SAFETY: as above.
        unsafe { inside(function) }
    }
}
