//! Every block of a run shown to a caller, who takes from it what no summary of a plain run keeps.

use super::workers::share_out;
use super::{Broken, CHUNK_PATHS, Observer, Options, Progress};
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::math::lanes::LANES;

/// A block that has just been simulated.
pub struct Seen<'a> {
    /// The block.
    pub block: &'a Block,
    /// Index of its first path.
    pub first_path: u64,
    /// Paths of it that belong to the run.
    pub count: usize,
    /// Index of its chunk.
    pub chunk: u64,
    /// Whether it is the last block of its chunk.
    pub ends_chunk: bool,
}

/// What visiting leaves.
pub struct Visited<W> {
    /// The workers' rooms, in no order.
    pub rooms: Vec<W>,
    /// Paths simulated.
    pub paths: u64,
    /// Paths that are not finite.
    pub broken: Broken,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
}

/// Simulates a plan and shows each block, made by `room_of`, to `look`, with a room of the worker's own. Chunks are [`CHUNK_PATHS`] paths and a
/// prefix of the run is done when it is stopped; a chunk is seen whole by one worker, its blocks in order. Which worker
/// sees which chunk differs from run to run: what is read off the rooms must not depend on it.
pub fn visit<W: Send>(
    plan: &Plan,
    options: Options,
    room_of: fn(&Plan) -> Block,
    observer: &dyn Observer,
    make: impl Fn() -> W + Sync,
    look: impl Fn(&mut W, &Seen<'_>) + Sync,
) -> Visited<W> {
    struct Room<W> {
        own: W,
        block: Block,
        broken: Broken,
        paths: u64,
    }
    let paths = options.paths;
    let out = share_out(
        options.threads,
        paths.div_ceil(CHUNK_PATHS),
        || Room { own: make(), block: room_of(plan), broken: Broken::default(), paths: 0 },
        |room: &mut Room<W>, chunk| {
            let first = chunk * CHUNK_PATHS;
            let end = (first + CHUNK_PATHS).min(paths);
            for path in (first..end).step_by(LANES) {
                let count = (end - path).min(LANES as u64) as usize;
                room.block.run(plan, path, BlockOptions::default());
                for (lane, &broken) in room.block.non_finite[..count].iter().enumerate() {
                    if broken != 0.0 {
                        room.broken.note(path + lane as u64);
                    }
                }
                let ends_chunk = path + LANES as u64 >= end;
                let seen = Seen { block: &room.block, first_path: path, count, chunk, ends_chunk };
                look(&mut room.own, &seen);
            }
            room.paths += end - first;
        },
        |chunks| {
            let done = (chunks * CHUNK_PATHS).min(paths);
            observer.progress(&Progress { done, paths, mean: f64::NAN, std_error: f64::NAN });
        },
        || observer.stops(),
    );
    let mut visited =
        Visited { rooms: Vec::new(), paths: 0, broken: Broken::default(), interrupted: out.interrupted };
    for room in out.rooms {
        visited.paths += room.paths;
        visited.broken.merge(&room.broken);
        visited.rooms.push(room.own);
    }
    visited
}
