//! What a plan's random numbers depend on beside the names of what is drawn: the seed and the sampling.

use crate::model::run::Sampling;
use std::fmt;

/// Seed and sampling of a plan. A bare seed means plain sampling.
#[derive(Clone, Debug)]
pub struct Randomness {
    /// Seed of all streams.
    pub seed: u64,
    /// Where the numbers come from.
    pub sampling: Sampling,
}

impl From<u64> for Randomness {
    fn from(seed: u64) -> Randomness {
        Randomness { seed, sampling: Sampling::Plain }
    }
}

impl fmt::Display for Randomness {
    /// The sampling in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sampling {
            Sampling::Plain => write!(f, "plain"),
            Sampling::Sobol(replicates) => write!(f, "sobol, {} replicates", replicates.get()),
        }
    }
}
