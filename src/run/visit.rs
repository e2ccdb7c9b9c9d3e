//! A run that shows every block to the caller, who takes from it what a plain run does not keep.

use super::non_finite::NonFinite;
use super::observer::{Observer, Progress};
use super::options::{CHUNK_PATHS, Options};
use super::workers::{make_points, share_out};
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::math::lanes::LANES;

/// A block that has just been simulated.
pub struct SimulatedBlock<'a> {
    /// The block.
    pub block: &'a Block,
    /// Index of its first path.
    pub first_path: u64,
    /// How many of its paths belong to the run.
    pub count: usize,
    /// Index of its chunk.
    pub chunk: u64,
    /// Whether it is the last block of its chunk.
    pub ends_chunk: bool,
}

/// The outcome of a visited run.
pub struct Visited<S> {
    /// The workers' scratch, in no order.
    pub scratch: Vec<S>,
    /// Paths simulated, with those before `begun`.
    pub paths: u64,
    /// Paths that are not finite.
    pub non_finite: NonFinite,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
}

/// A worker's block and scratch.
struct Visitor<S> {
    scratch: S,
    block: Block,
    non_finite: NonFinite,
}

/// Simulates a plan and shows each block, made by `block_of`, to `look`, together with the worker's own scratch from `make`.
///
/// Begins at path `begun`, where a chunk begins. A chunk of [`CHUNK_PATHS`] paths is seen whole by one worker, its blocks in order; a run that is stopped has done a prefix
/// of its chunks. Which worker sees which chunk differs from run to run: what is read from the scratch must not depend on it.
pub fn visit<S: Send>(
    plan: &Plan,
    begun: u64,
    options: Options,
    block_of: fn(&Plan) -> Block,
    observer: &dyn Observer,
    make: impl Fn() -> S + Sync,
    look: impl Fn(&mut S, &SimulatedBlock<'_>) + Sync,
) -> Visited<S> {
    make_points(&[plan], options.threads);
    assert!(begun.is_multiple_of(CHUNK_PATHS), "a run goes on from whole chunks");
    let (paths, first_chunk) = (options.paths, begun / CHUNK_PATHS);
    let visit_chunk = |visitor: &mut Visitor<S>, chunk: u64| {
        let chunk = first_chunk + chunk;
        let first = chunk * CHUNK_PATHS;
        let end = (first + CHUNK_PATHS).min(paths);
        for path in (first..end).step_by(LANES) {
            let count = (end - path).min(LANES as u64) as usize;
            visitor.block.run(plan, path, BlockOptions::default());
            visitor.non_finite.add_block(&visitor.block, path, count);
            let ends_chunk = path + LANES as u64 >= end;
            let seen = SimulatedBlock { block: &visitor.block, first_path: path, count, chunk, ends_chunk };
            look(&mut visitor.scratch, &seen);
        }
    };
    let out = share_out(
        options.threads,
        paths.div_ceil(CHUNK_PATHS).saturating_sub(first_chunk),
        || Visitor { scratch: make(), block: block_of(plan), non_finite: NonFinite::default() },
        visit_chunk,
        |chunks| {
            let done = (begun + chunks * CHUNK_PATHS).min(paths);
            observer.progress(&Progress { done, paths, mean: f64::NAN, std_error: f64::NAN });
        },
        || observer.stops(),
    );
    let mut visited = Visited {
        scratch: Vec::new(),
        paths: (begun + out.done * CHUNK_PATHS).min(paths),
        non_finite: NonFinite::default(),
        interrupted: out.interrupted,
    };
    for visitor in out.scratch {
        visited.non_finite.merge(&visitor.non_finite);
        visited.scratch.push(visitor.scratch);
    }
    visited
}
