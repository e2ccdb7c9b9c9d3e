//! Distributions of single numbers, checked when made, and their compiled quantile functions.

mod atoms;
mod beta;
mod bounded;
mod conditional;
mod error;
mod family;
mod gaussian;
mod inversion;
mod map;
mod metalog;
mod student_t;
mod table;
#[cfg(test)]
mod tests;
mod transform;

pub use conditional::Distribution;
pub use error::{DistributionError, LEAST_PROBABILITY};
pub use map::QuantileMap;
pub use metalog::QuantilePair;
