//! Which block runs where, and what is kept of it: workers over chunks of paths, summaries that merge exactly.
//!
//! A chunk is 4,096 paths. Workers take chunks in order, so that the chunks done are always a prefix of the run; what a
//! chunk adds to the shared summaries is exact, so that the order in which chunks finish leaves no trace.

mod chunk;
mod chunk_set;
mod draws;
mod observer;
pub mod paired;
mod redrawn;
mod state;
mod sums;
mod visit;
mod workers;

pub use chunk_set::ChunkSet;
pub use draws::ChunkDraws;
pub use observer::{Observer, Progress, Silent};
pub use redrawn::{Redrawn, Subject};
pub use state::{Finished, Savable, Snapshot, State, Task};
pub use sums::Sums;
pub use visit::{Seen, Visited, visit};
pub use workers::{SharedOut, both, share_out};

use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::math::lanes::LANES;
use crate::stats::bins::Bins;
use crate::stats::moments::{CoMoments, Moments};
use crate::stats::summary::MetricSummary;
use chunk::{Shared, Worker};
use serde::{Deserialize, Serialize};

/// Paths of a chunk.
pub const CHUNK_PATHS: u64 = 4_096;
/// Yearly quantiles are taken over so many first paths.
pub const QUANTILE_PATHS: u64 = 262_144;
/// The sampled correlations of factors are taken over all periods of so many first paths.
pub const FACTOR_PATHS: u64 = 16_384;
/// Paths whose periods are kept.
pub const SAMPLE_PATHS: u64 = 50;
/// Indices of broken paths that are kept.
const BROKEN_KEPT: usize = 20;

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Paths.
    pub paths: u64,
    /// Workers; 0: one a core.
    pub threads: usize,
}

/// Something that has happened by a date or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The cap has been reached.
    CapReached,
    /// The company has been ready for an IPO.
    Ready,
    /// It has been listed.
    Listed,
    /// It has failed.
    Failed,
}

impl Event {
    /// All events, in the order of the tables.
    pub const ALL: [Event; 4] = [Event::CapReached, Event::Ready, Event::Listed, Event::Failed];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Event::CapReached => "cap_reached",
            Event::Ready => "ready",
            Event::Listed => "listed",
            Event::Failed => "failed",
        }
    }
}

/// A yearly series' summary: moments over all paths, bins over the first [`QUANTILE_PATHS`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct YearSummary {
    /// Moments over all paths.
    pub moments: Moments,
    /// Bins over the first paths.
    pub bins: Bins<8>,
}

/// Paths whose metrics and yearly series are not all finite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// How many.
    pub count: u64,
    /// The lowest indices, at most twenty, ascending.
    pub first: Vec<u64>,
}

/// What a run leaves.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// Paths simulated.
    pub paths: u64,
    /// Paths asked for.
    pub asked: u64,
    /// Per deal, then per difference: the metrics in the plan's order.
    pub metrics: Vec<Vec<MetricSummary>>,
    /// Per deal, year, series of the plan.
    pub years: Vec<Vec<Vec<YearSummary>>>,
    /// Per deal, event: paths on which it had happened by each period's end.
    pub events: Vec<Vec<Vec<u64>>>,
    /// Moments of the uncertain numbers, in the rows of the plan's inputs.
    pub inputs: Vec<Moments>,
    /// Sampled correlations of the model's pairs.
    pub correlations: Vec<Option<f64>>,
    /// Series by period of the first paths: path, deal, period, series.
    pub samples: Vec<Vec<Vec<Vec<f64>>>>,
    /// Paths that are not finite.
    pub broken: Broken,
    /// Whether somebody stopped the run before its end.
    pub interrupted: bool,
}

/// One path alone.
#[derive(Clone, Debug)]
pub struct SinglePath {
    /// Its index.
    pub path: u64,
    /// Value of each uncertain number, in the rows of the plan's inputs.
    pub inputs: Vec<f64>,
    /// Per deal and difference: metrics in the plan's order; NaN: undefined.
    pub metrics: Vec<Vec<f64>>,
    /// Whether some metric or yearly series is not finite.
    pub broken: bool,
    /// Series by period: deal, period, series.
    pub periods: Vec<Vec<Vec<f64>>>,
}

/// Simulates one path alone.
pub fn single(plan: &Plan, path: u64) -> SinglePath {
    let mut block = Block::new(plan);
    let lane = (path % LANES as u64) as usize;
    block.run(plan, path - lane as u64, BlockOptions { periods: true, factor_pairs: 0 });
    SinglePath {
        path,
        inputs: plan.inputs.nums.iter().map(|&num| block.value(num)[lane]).collect(),
        metrics: block.metrics.iter().map(|m| m.iter().map(|lanes| lanes[lane]).collect()).collect(),
        broken: block.non_finite[lane] != 0.0,
        periods: block
            .periods
            .iter()
            .map(|deal| deal.iter().map(|p| p.iter().map(|lanes| lanes[lane]).collect()).collect())
            .collect(),
    }
}

/// Simulates a plan.
///
/// Equal bits for any number of threads. The observer may stop the run; then the result holds the chunks that were done.
///
/// # Panics
/// If the pool of workers cannot be made.
pub fn execute(plan: &Plan, options: Options, observer: &dyn Observer) -> RunResult {
    go_on(plan, State::new(plan), &Task::whole(options.paths), options.threads, observer).into_result(plan)
}

/// Goes on from a state: simulates the chunks of a task that it lacks.
///
/// What comes out is, bit for bit, what one run from the beginning would have given. Where the observer wants draws, those
/// of the chunks that are done already are simulated again. `threads` 0: one a core.
///
/// # Panics
/// If the pool of workers cannot be made.
pub fn go_on(plan: &Plan, from: State, task: &Task, threads: usize, observer: &dyn Observer) -> Finished {
    let shared = Shared::new(plan, from, task, observer.wants_draws());
    let work = || {
        let mut worker = Worker::new(plan);
        while let Some(work) = shared.next_chunk(observer) {
            worker.run(plan, &shared, work, observer);
        }
    };
    if shared.pieces() <= 1 {
        // A thread that the caller already has.
        work();
    } else {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("capstake-{i}"))
            .build()
            .expect("a pool of worker threads");
        pool.broadcast(|_| work());
    }
    shared.finish()
}

/// Sampled correlations: of inputs over all paths, of factors over the first paths and all periods.
fn correlations(plan: &Plan, inputs: &[CoMoments], factors: &[CoMoments]) -> Vec<Option<f64>> {
    let mut all = vec![None; plan.model.dependence.pairs.len()];
    let sampled = |moments: &CoMoments| Some(moments.correlation()).filter(|r| r.is_finite());
    for (&(pair, _, _), moments) in plan.inputs.pairs.iter().zip(inputs) {
        all[pair] = sampled(moments);
    }
    for (&(pair, _, _), moments) in plan.innovations.pairs.iter().zip(factors) {
        all[pair] = sampled(moments);
    }
    all
}
