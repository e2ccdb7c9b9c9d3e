//! Randomness as a pure function of (seed, stream name, path index, draw index).

pub mod philox;
pub mod stream;
pub mod xoshiro;
