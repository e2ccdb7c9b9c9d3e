//! Which instruction set runs: detected once at start, with a macro that compiles a block function for each of them.
//!
//! A function written with [`simd_fn!`](crate::simd_fn) is ordinary Rust over [`Lanes`](super::lanes::Lanes); the
//! compiler vectorises each copy for its instruction set. All copies give equal bits: they use `mul_add` (correctly
//! rounded everywhere) where a fused operation is wanted, never contraction, and never sum across lanes.

use super::portable::Portable;
use super::vector::WithVector;
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512};

/// An instruction set that this machine has, and the proof of it: only detection makes one.
///
/// Everything that runs wider instructions asks for an `Isa`: functions made by [`simd_fn!`](crate::simd_fn), and
/// [`Isa::dispatch`], the only way to a vector of AVX2 or AVX-512. Their types cannot be named outside:
///
/// ```compile_fail,E0603
/// use capstake::math::vector::Real;
/// let on_any_machine = capstake::math::x86::Avx512::splat(1.0);
/// ```
///
/// Nor can an `Isa` be made up:
///
/// ```compile_fail,E0423
/// use capstake::math::simd::{Isa, Level};
/// let made_up = Isa(Level::Avx512);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Level);

#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Plain code for the compilation target.
    Scalar,
    /// AVX2 and FMA.
    Avx2,
    /// AVX-512 F, VL, DQ, BW.
    Avx512,
}

impl Isa {
    /// The widest instruction set that this machine has.
    pub fn detect() -> Isa {
        #[cfg(target_arch = "x86_64")]
        {
            // Every feature that code of a level is compiled with, and every narrower level within.
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw");
            if avx2 && avx512 {
                return Isa(Level::Avx512);
            }
            if avx2 {
                return Isa(Level::Avx2);
            }
        }
        Isa(Level::Scalar)
    }

    /// Plain code, which every machine can run.
    pub const fn scalar() -> Isa {
        Isa(Level::Scalar)
    }

    /// All instruction sets that this machine can run, narrowest first.
    pub fn available() -> Vec<Isa> {
        let widest = Isa::detect();
        [Level::Scalar, Level::Avx2, Level::Avx512]
            .into_iter()
            .filter(|&level| level as u8 <= widest.0 as u8)
            .map(Isa)
            .collect()
    }

    /// The instruction set called `scalar`, `avx2` or `avx512`; `None` where this machine lacks it.
    pub fn named(name: &str) -> Option<Isa> {
        Isa::available().into_iter().find(|isa| isa.name() == name)
    }

    /// The name that [`Isa::named`] takes.
    pub fn name(self) -> &'static str {
        match self.0 {
            Level::Scalar => "scalar",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }

    /// Runs a task with the vectors of this instruction set: those of plain code, of AVX2 or of AVX-512.
    ///
    /// Choosing the vectors compiles nothing for them: a task puts its loops into [`outlined!`](crate::outlined).
    #[inline]
    pub fn dispatch<T: WithVector>(self, task: T) -> T::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => task.with::<Avx512>(),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => task.with::<Avx2>(),
            _ => task.with::<Portable>(),
        }
    }

    #[doc(hidden)]
    #[inline(always)]
    pub fn level(self) -> Level {
        self.0
    }
}

/// Asks the processor to fetch an element into its caches; does nothing for an index past the end.
#[inline(always)]
pub fn prefetch<T>(elements: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = elements.get(index) {
        // SAFETY: every x86-64 processor has the instruction, and it only moves data between caches.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(
                std::ptr::from_ref(element).cast(),
            );
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (elements, index);
}

/// Defines a block function that is compiled once per instruction set; callers pass the [`Isa`] as first argument.
///
/// The body must not return a value, must not branch on data where a select does, and calls only `#[inline(always)]`
/// functions, so that they are compiled with the same instruction set.
#[macro_export]
macro_rules! simd_fn {
    ($(#[$meta:meta])* $vis:vis fn $name:ident ( $($arg:ident : $ty:ty),* $(,)? ) $body:block) => {
        $(#[$meta])*
        #[inline]
        $vis fn $name(isa: $crate::math::simd::Isa, $($arg: $ty),*) {
            #[inline(always)]
            fn body($($arg: $ty),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,bmi1,bmi2")]
            fn avx512($($arg: $ty),*) { body($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,bmi1,bmi2")]
            fn avx2($($arg: $ty),*) { body($($arg),*) }
            match isa.level() {
                // SAFETY: an `Isa` of this level exists only where the instruction set was detected.
                #[cfg(target_arch = "x86_64")]
                $crate::math::simd::Level::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::math::simd::Level::Avx2 => unsafe { avx2($($arg),*) },
                _ => body($($arg),*),
            }
        }
    };
}
