//! How many paths to run, on how many threads, and how many of the first paths are looked at more closely.

/// Paths per chunk: the unit of work, and the grain at which results are merged and saved.
pub const CHUNK_PATHS: u64 = 4_096;
/// Yearly quantiles use the first paths of the run, up to this many.
pub const QUANTILE_PATHS: u64 = 262_144;
/// Sampled correlations of factors use all periods of the first paths, up to this many.
pub const FACTOR_PATHS: u64 = 16_384;
/// The first paths whose periods are kept one by one.
pub const SAMPLE_PATHS: u64 = 50;

/// The size of a run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Number of paths.
    pub paths: u64,
    /// Worker threads; 0 means one per core.
    pub threads: usize,
}
