//! The inputs and metrics of every path, delivered chunk by chunk in path order.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};

use super::options::CHUNK_PATHS;

/// The inputs and metrics of the paths of one chunk.
pub struct ChunkDraws<'a> {
    /// Index of the chunk's first path.
    pub first_path: u64,
    /// Number of paths in the chunk.
    pub paths: usize,
    /// Values of the uncertain numbers, `[row of the plan's inputs][path]`.
    pub inputs: &'a [Vec<f64>],
    /// Values of the metrics in the plan's order, `[deal, then difference][metric][path]`; NaN means
    /// undefined.
    pub metrics: &'a [Vec<Vec<f64>>],
    /// Values of the yearly series, if they are wanted.
    pub years: Option<YearValues<'a>>,
}

/// Values of the yearly series of a chunk.
pub struct YearValues<'a> {
    /// A column of [`CHUNK_PATHS`] values for each deal, year and series, one after the other.
    pub(super) values: &'a [f64],
    /// For each deal, its first column and its number of series.
    pub(super) deals: &'a [(usize, usize)],
    /// Number of paths in the chunk.
    pub(super) paths: usize,
}

impl<'a> YearValues<'a> {
    /// Values of a series of a deal in a year, `[path]`; NaN means undefined.
    pub fn column(&self, deal: usize, year: usize, series: usize) -> &'a [f64] {
        let (first, count) = self.deals[deal];
        let at = (first + year * count + series) * CHUNK_PATHS as usize;
        &self.values[at..at + self.paths]
    }
}

/// Writes encoded chunks in order; a worker that is far ahead waits.
pub(super) struct InOrder {
    state: Mutex<Waiting>,
    moved: Condvar,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    chunks: BTreeMap<u64, Vec<u8>>,
}

/// How many chunks may wait for an earlier one: it bounds the memory they take.
const AHEAD: u64 = 64;

impl InOrder {
    pub(super) fn new() -> InOrder {
        InOrder { state: Mutex::default(), moved: Condvar::new() }
    }

    /// Takes the bytes of the chunk number `turn` and writes every chunk that is next in line.
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
