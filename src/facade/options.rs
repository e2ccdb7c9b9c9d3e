//! How a run is simulated.

use crate::config::Sampling;
use crate::math::simd::Isa;

/// How a run is simulated: paths, seed and threads, each with a default.
///
/// ```
/// let options = capstake::Options::new().paths(100_000).seed(7).threads(2);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub(super) paths: Option<u64>,
    pub(super) seed: Option<u64>,
    pub(super) sampling: Option<Sampling>,
    pub(super) threads: Option<u16>,
    pub(super) isa: Isa,
}

impl Options {
    /// The scenario's paths and seed (else 1,000,000 paths and seed 1), one thread per core.
    pub fn new() -> Options {
        Options { paths: None, seed: None, sampling: None, threads: None, isa: Isa::detect() }
    }

    /// Sets the number of paths.
    #[must_use]
    pub fn paths(self, paths: u64) -> Options {
        Options { paths: Some(paths), ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Options {
        Options { seed: Some(seed), ..self }
    }

    /// Uses this many threads, from 1 to 1,024. The number changes the time, never the result.
    #[must_use]
    pub fn threads(self, threads: u16) -> Options {
        Options { threads: Some(threads.clamp(1, 1_024)), ..self }
    }
}

impl Default for Options {
    fn default() -> Options {
        Options::new()
    }
}
