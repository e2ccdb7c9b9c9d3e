//! Numerics on plain numbers, each method with its source; nothing here knows what a number means.

pub mod binomial;
pub mod correlation;
pub mod distribution;
pub mod elementary;
pub mod incomplete_beta;
pub mod lanes;
pub mod normal;
pub mod portable;
pub mod quadrature;
#[cfg(test)]
pub(crate) mod reference;
pub mod root;
pub mod simd;
pub mod student;
pub mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;
