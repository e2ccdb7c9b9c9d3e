//! Pure numerics on plain numbers, each with its source: nothing here knows what a number means.

pub mod elementary;
pub mod lanes;
pub mod normal;
#[cfg(test)]
pub(crate) mod reference;
pub mod simd;
