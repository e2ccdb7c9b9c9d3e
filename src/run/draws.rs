//! Every path's inputs and metrics, chunk by chunk, delivered in the order of the paths.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};

/// The draws of one chunk.
pub struct ChunkDraws<'a> {
    /// Index of the first path.
    pub first_path: u64,
    /// Paths in the chunk.
    pub paths: usize,
    /// Columns of the uncertain numbers, in the rows of the plan's inputs.
    pub inputs: &'a [Vec<f64>],
    /// Columns of the metrics, per deal (then per difference), in the plan's order; NaN: undefined.
    pub metrics: &'a [Vec<Vec<f64>>],
}

/// Puts encoded chunks in order; a worker that is far ahead waits.
pub(super) struct InOrder {
    state: Mutex<Waiting>,
    moved: Condvar,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    chunks: BTreeMap<u64, Vec<u8>>,
}

/// Chunks that may wait for an earlier one.
const AHEAD: u64 = 64;

impl InOrder {
    pub(super) fn new() -> InOrder {
        InOrder { state: Mutex::default(), moved: Condvar::new() }
    }

    /// Hands over the bytes of the chunk whose turn it is or will be; writes all that are next in line.
    pub(super) fn deliver(&self, turn: u64, bytes: Vec<u8>, write: impl Fn(Vec<u8>)) {
        let mut state = self.state.lock().expect("no worker panics while it delivers");
        while turn > state.next + AHEAD {
            state = self.moved.wait(state).expect("no worker panics while it delivers");
        }
        state.chunks.insert(turn, bytes);
        loop {
            let next = state.next;
            let Some(bytes) = state.chunks.remove(&next) else { break };
            write(bytes);
            state.next += 1;
        }
        self.moved.notify_all();
    }
}
