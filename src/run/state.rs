//! What has been added up over whole chunks of a run: it can be kept, merged with that of other chunks, and gone on from.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::chunk_set::ChunkSet;
use super::options::{CHUNK_PATHS, SAMPLE_PATHS};
use super::result::RunResult;
use super::sums::{SharedSums, Sums};
use crate::kernel::plan::Plan;

/// Sums over a set of whole chunks.
///
/// A last chunk that is not whole never enters a state: its sums would not be those of the whole chunk of a longer run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    chunks: ChunkSet,
    sums: Sums,
}

impl State {
    /// Of no chunks yet.
    pub fn new(plan: &Plan) -> State {
        State { chunks: ChunkSet::default(), sums: Sums::new(plan) }
    }

    pub(super) fn from_parts(chunks: ChunkSet, sums: Sums) -> State {
        State { chunks, sums }
    }

    pub(super) fn into_parts(self) -> (ChunkSet, Sums) {
        (self.chunks, self.sums)
    }

    /// The chunks that have been added up.
    pub fn chunks(&self) -> &ChunkSet {
        &self.chunks
    }

    /// Their paths.
    pub fn paths(&self) -> u64 {
        self.chunks.count() * CHUNK_PATHS
    }

    /// Paths that are not finite, among them.
    pub fn non_finite(&self) -> u64 {
        self.sums.rest.non_finite.count
    }

    /// Adds the sums over other chunks of the same plan, or says which chunks are in both.
    pub fn merge(&mut self, other: &State) -> Result<(), ChunkSet> {
        let common = self.chunks.common(&other.chunks);
        if !common.is_empty() {
            return Err(common);
        }
        self.sums.merge(&other.sums);
        other.chunks.ranges().iter().cloned().for_each(|range| self.chunks.insert(range));
        Ok(())
    }

    /// Judges a state that comes from outside: whether it can be of this plan, and what is wrong with it if not.
    pub fn check(&self, plan: &Plan) -> Result<(), String> {
        if self.chunks.end() > u64::MAX / CHUNK_PATHS {
            return Err("paths beyond any run".to_owned());
        }
        let samples = if self.chunks.contains(0) { SAMPLE_PATHS as usize } else { 0 };
        self.sums.check(plan, self.paths(), samples)
    }
}

/// A state as the workers of a run share it: it has a [`State`]'s form on the wire, without a copy of it.
#[derive(Serialize)]
pub struct Snapshot<'a> {
    chunks: &'a ChunkSet,
    sums: &'a SharedSums,
}

impl<'a> Snapshot<'a> {
    /// Of whole chunks only if no worker adds one while it is used.
    pub(super) fn new(chunks: &'a ChunkSet, sums: &'a SharedSums) -> Snapshot<'a> {
        Snapshot { chunks, sums }
    }
}

/// What is saved as a [`State`].
pub trait Savable: Serialize {}

impl Savable for State {}
impl Savable for Snapshot<'_> {}

/// Which chunks of how long a run are to be simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Paths of the whole run.
    pub paths: u64,
    /// The whole chunks to simulate.
    pub chunks: Range<u64>,
    /// Whether the last chunk, where it is not whole, is simulated too.
    pub tail: bool,
}

impl Task {
    /// All paths of a run.
    pub fn whole(paths: u64) -> Task {
        Task { paths, chunks: 0..paths / CHUNK_PATHS, tail: true }
    }

    /// The `number`-th of `of` parts of a run, counted from 1: about equally many whole chunks, each in one part. The last
    /// chunk, where it is not whole, is in none: it is simulated when parts are put together.
    ///
    /// # Panics
    /// If there is no such part.
    pub fn shard(paths: u64, number: u64, of: u64) -> Task {
        assert!(1 <= number && number <= of, "part {number} of {of}");
        let chunks = u128::from(paths / CHUNK_PATHS);
        let end_of = |number: u64| (chunks * u128::from(number) / u128::from(of)) as u64;
        Task { paths, chunks: end_of(number - 1)..end_of(number), tail: false }
    }

    /// Whole chunks of the run.
    pub fn whole_chunks(&self) -> u64 {
        self.paths / CHUNK_PATHS
    }

    /// Whether a last chunk that is not whole is to be simulated.
    pub fn has_tail(&self) -> bool {
        self.tail && !self.paths.is_multiple_of(CHUNK_PATHS)
    }

    /// Paths to simulate, from the beginning.
    pub fn paths_asked(&self) -> u64 {
        let tail = if self.has_tail() { self.paths % CHUNK_PATHS } else { 0 };
        (self.chunks.end - self.chunks.start) * CHUNK_PATHS + tail
    }
}

/// What a run leaves: the state to keep, and all that is needed for the result.
#[derive(Debug)]
pub struct Finished {
    task: Task,
    state: State,
    /// Over the last chunk, where it is not whole and was simulated.
    tail: Option<Sums>,
}

impl Finished {
    pub(super) fn new(task: Task, state: State, tail: Option<Sums>) -> Finished {
        Finished { task, state, tail }
    }

    /// What a state has of a task, as if the run had been stopped there.
    pub fn from_state(state: State, task: &Task) -> Finished {
        Finished { task: task.clone(), state, tail: None }
    }

    /// The sums over whole chunks.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Paths that have been added up.
    pub fn paths(&self) -> u64 {
        self.state.paths() + self.tail.as_ref().map_or(0, |_| self.task.paths % CHUNK_PATHS)
    }

    /// Paths that are not finite, among them.
    pub fn non_finite(&self) -> u64 {
        self.state.non_finite() + self.tail.as_ref().map_or(0, |tail| tail.rest.non_finite.count)
    }

    /// Whether all chunks of the task are there.
    pub fn complete(&self) -> bool {
        let missing = self.state.chunks.missing(self.task.chunks.clone());
        missing.is_empty() && self.tail.is_some() == self.task.has_tail()
    }

    /// Everything that was added up, as numbers to ask.
    pub fn into_result(self, plan: &Plan) -> RunResult {
        let (paths, interrupted) = (self.paths(), !self.complete());
        let whole_chunks = self.state.paths() > 0;
        let sums = match self.tail {
            // A short run is its last chunk.
            Some(tail) if !whole_chunks => tail,
            tail => {
                let mut sums = self.state.sums;
                if let Some(tail) = &tail {
                    sums.merge(tail);
                }
                sums
            }
        };
        RunResult::from_sums(plan, sums, paths, self.task.paths_asked(), interrupted)
    }
}
