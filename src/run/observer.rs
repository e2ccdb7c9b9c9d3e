//! Who is told what happens during a run, and who may stop it.

use super::draws::ChunkDraws;
use super::state::Snapshot;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Paths done.
    pub done: u64,
    /// Paths asked for.
    pub paths: u64,
    /// Mean of the first deal's `microsoft_take_pv` so far, billions.
    pub mean: f64,
    /// Its standard error.
    pub std_error: f64,
}

/// Told of events from the worker threads; decides whether to go on.
pub trait Observer: Sync {
    /// A chunk is done.
    fn progress(&self, _progress: &Progress) {}
    /// Asked before each chunk.
    fn stops(&self) -> bool {
        false
    }
    /// Whether every path's draws are wanted.
    fn wants_draws(&self) -> bool {
        false
    }
    /// Turns a chunk's draws into what is to be written; called by many workers at once, in no order.
    fn encode(&self, _draws: &ChunkDraws<'_>) -> Vec<u8> {
        Vec::new()
    }
    /// Takes the encoded chunks one at a time, in the order of their paths.
    fn write(&self, _bytes: Vec<u8>) {}
    /// Asked by each worker after each chunk: whether to keep what has been added up so far.
    fn wants_state(&self) -> bool {
        false
    }
    /// Writes that where nobody takes it for a state yet. No worker can add a chunk meanwhile.
    fn draft_state(&self, _state: &Snapshot<'_>) {}
    /// Makes the draft the state that is kept, on the worker's own time: the others go on.
    fn keep_state(&self) {}
}

/// Looks at nothing.
pub struct Silent;

impl Observer for Silent {}
