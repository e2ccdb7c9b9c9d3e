//! Randomness as a pure function of (seed, stream name, path index, draw index).

pub mod philox;
pub mod stream;
pub mod xoshiro;

use stream::{Sequence, StreamKey};

/// The random numbers of one path in the stream of that name: a generator for `rand` and `rand_distr`.
///
/// Equal arguments give equal numbers; different names, seeds and paths give independent ones.
pub fn stream(seed: u64, name: &str, path: u64) -> Sequence<f64> {
    Sequence::of_path(StreamKey::new(seed, name), path)
}
