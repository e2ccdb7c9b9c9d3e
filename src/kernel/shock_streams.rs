//! The random streams of a shock.

use crate::rng::philox::RoundKeys;
use crate::rng::stream::StreamKey;

/// Keys of a shock's streams.
#[derive(Clone, Debug)]
pub struct ShockStreams {
    /// Of the uniforms that decide whether it strikes.
    pub strike: RoundKeys,
    /// Of the normals behind its size.
    pub size: RoundKeys,
}

impl ShockStreams {
    /// The streams of the shock of that name.
    pub(super) fn new(seed: u64, shock: &str) -> ShockStreams {
        let keys = |part: &str| StreamKey::new(seed, &format!("shock.{shock}.{part}")).rounds();
        ShockStreams { strike: keys("strike"), size: keys("size") }
    }
}
