//! The caller's view of a run while it runs: progress, draws, saved states, and the decision to stop.

use super::draws::ChunkDraws;
use super::state::Snapshot;

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Paths done so far.
    pub done: u64,
    /// Paths asked for.
    pub paths: u64,
    /// Mean of the first deal's `microsoft_take_pv` so far, in billions of dollars; NaN in a study.
    pub mean: f64,
    /// Standard error of that mean.
    pub std_error: f64,
}

/// Is told by the worker threads what happens, and decides whether the run continues.
pub trait Observer: Sync {
    /// Called after each chunk.
    fn progress(&self, _progress: &Progress) {}
    /// Whether to stop; called before each chunk.
    fn stops(&self) -> bool {
        false
    }
    /// Whether the inputs and metrics of every path are wanted.
    fn wants_draws(&self) -> bool {
        false
    }
    /// Whether the yearly series of every path are wanted with the draws.
    fn wants_years(&self) -> bool {
        false
    }
    /// Whether the draws of chunks that are done already are wanted too: then these are simulated again.
    fn wants_draws_of_done(&self) -> bool {
        true
    }
    /// Encodes the draws of a chunk; called by many workers at once, in no order.
    fn encode(&self, _draws: &ChunkDraws<'_>) -> Vec<u8> {
        Vec::new()
    }
    /// Writes encoded chunks, one at a time and in the order of their paths.
    fn write(&self, _bytes: Vec<u8>) {}
    /// Whether to save the sums so far; called by each worker after each chunk.
    fn wants_state(&self) -> bool {
        false
    }
    /// Writes the state to a draft that cannot be mistaken for a finished state; no worker adds a chunk
    /// meanwhile.
    fn draft_state(&self, _state: &Snapshot<'_>) {}
    /// Replaces the saved state by the draft, while the other workers continue.
    fn keep_state(&self) {}
}

/// Ignores everything and never stops a run.
pub struct Silent;

impl Observer for Silent {}
