//! Sums over whole chunks of a run: they can be saved, merged with those of other chunks, and continued from.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::chunk_set::ChunkSet;
use super::options::{CHUNK_PATHS, SAMPLE_PATHS};
use super::result::RunResult;
use super::sums::{SharedSums, Sums};
use crate::kernel::plan::Plan;

/// Sums over a set of whole chunks.
///
/// An incomplete last chunk never enters a state, because its sums would differ from those of the whole chunk
/// in a longer run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    chunks: ChunkSet,
    sums: Sums,
}

impl State {
    /// A state without any chunks.
    pub fn new(plan: &Plan) -> State {
        State { chunks: ChunkSet::default(), sums: Sums::new(plan) }
    }

    pub(super) fn from_parts(chunks: ChunkSet, sums: Sums) -> State {
        State { chunks, sums }
    }

    pub(super) fn into_parts(self) -> (ChunkSet, Sums) {
        (self.chunks, self.sums)
    }

    /// The chunks that the sums cover.
    pub fn chunks(&self) -> &ChunkSet {
        &self.chunks
    }

    /// Number of paths that the sums cover.
    pub fn paths(&self) -> u64 {
        self.chunks.count() * CHUNK_PATHS
    }

    /// How many of these paths are not finite.
    pub fn non_finite(&self) -> u64 {
        self.sums.rest.non_finite.count
    }

    /// Adds the sums over other chunks of the same plan.
    ///
    /// # Errors
    /// The chunks that both states have, if there are any; then nothing is added.
    pub fn merge(&mut self, other: &State) -> Result<(), ChunkSet> {
        let common = self.chunks.common(&other.chunks);
        if !common.is_empty() {
            return Err(common);
        }
        self.sums.merge(&other.sums);
        other.chunks.ranges().iter().cloned().for_each(|range| self.chunks.insert(range));
        Ok(())
    }

    /// Checks that a state from outside can belong to this plan.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, plan: &Plan) -> Result<(), String> {
        if self.chunks.end() > u64::MAX / CHUNK_PATHS {
            return Err("paths beyond any run".to_owned());
        }
        let samples = if self.chunks.contains(0) { SAMPLE_PATHS as usize } else { 0 };
        self.sums.check(plan, self.paths(), samples)
    }
}

/// A state as the workers of a run share it, serialised like a [`State`] without copying it.
#[derive(Serialize)]
pub struct Snapshot<'a> {
    chunks: &'a ChunkSet,
    sums: &'a SharedSums,
}

impl<'a> Snapshot<'a> {
    /// Borrows the shared sums; they cover whole chunks only as long as no worker adds one.
    pub(super) fn new(chunks: &'a ChunkSet, sums: &'a SharedSums) -> Snapshot<'a> {
        Snapshot { chunks, sums }
    }
}

/// Anything that is saved in the form of a [`State`].
pub trait Savable: Serialize {}

impl Savable for State {}
impl Savable for Snapshot<'_> {}

/// The chunks of a run that are to be simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Paths of the whole run.
    pub paths: u64,
    /// The whole chunks to simulate.
    pub chunks: Range<u64>,
    /// Whether an incomplete last chunk is simulated too.
    pub tail: bool,
}

impl Task {
    /// The task of simulating all paths of a run.
    pub fn whole(paths: u64) -> Task {
        Task { paths, chunks: 0..paths / CHUNK_PATHS, tail: true }
    }

    /// Part `number` of `of` (counted from 1): the whole chunks are dealt out about evenly. An incomplete
    /// last chunk belongs to no part; it is simulated when the parts are merged.
    ///
    /// # Panics
    /// If `number` is 0 or above `of`.
    pub fn shard(paths: u64, number: u64, of: u64) -> Task {
        assert!(1 <= number && number <= of, "part {number} of {of}");
        let chunks = u128::from(paths / CHUNK_PATHS);
        let end_of = |number: u64| (chunks * u128::from(number) / u128::from(of)) as u64;
        Task { paths, chunks: end_of(number - 1)..end_of(number), tail: false }
    }

    /// Number of whole chunks in the run.
    pub fn whole_chunks(&self) -> u64 {
        self.paths / CHUNK_PATHS
    }

    /// Whether there is an incomplete last chunk to simulate.
    pub fn has_tail(&self) -> bool {
        self.tail && !self.paths.is_multiple_of(CHUNK_PATHS)
    }

    /// Number of paths that the task asks for, including those already done.
    pub fn paths_asked(&self) -> u64 {
        let tail = if self.has_tail() { self.paths % CHUNK_PATHS } else { 0 };
        (self.chunks.end - self.chunks.start) * CHUNK_PATHS + tail
    }
}

/// A finished or stopped run: the state to save, and everything that the result is made of.
#[derive(Clone, Debug)]
pub struct Finished {
    task: Task,
    state: State,
    /// Sums over the incomplete last chunk, if it was simulated.
    tail: Option<Sums>,
}

impl Finished {
    pub(super) fn new(task: Task, state: State, tail: Option<Sums>) -> Finished {
        Finished { task, state, tail }
    }

    /// Treats a state as a run of the task that was stopped there.
    pub fn from_state(state: State, task: &Task) -> Finished {
        Finished { task: task.clone(), state, tail: None }
    }

    /// The sums over whole chunks, to be saved.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The state, to go on from.
    pub fn into_state(self) -> State {
        self.state
    }

    /// Number of paths that have been added up.
    pub fn paths(&self) -> u64 {
        self.state.paths() + self.tail.as_ref().map_or(0, |_| self.task.paths % CHUNK_PATHS)
    }

    /// How many of these paths are not finite.
    pub fn non_finite(&self) -> u64 {
        self.state.non_finite() + self.tail.as_ref().map_or(0, |tail| tail.rest.non_finite.count)
    }

    /// Whether every chunk of the task is done.
    pub fn complete(&self) -> bool {
        let missing = self.state.chunks.missing(self.task.chunks.clone());
        missing.is_empty() && self.tail.is_some() == self.task.has_tail()
    }

    /// Turns the sums into the result of the run.
    pub fn into_result(self, plan: &Plan) -> RunResult {
        let (paths, interrupted) = (self.paths(), !self.complete());
        let whole_chunks = self.state.paths() > 0;
        let sums = match self.tail {
            // A run of less than one chunk has only its incomplete chunk.
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
