//! A plain run, from the beginning or from a saved state: workers take chunks in order and add them to shared, exact sums.

use super::observer::Observer;
use super::options::Options;
use super::result::RunResult;
use super::shared::Shared;
use super::state::{Finished, State, Task};
use super::worker::Worker;
use super::workers::{make_points, share_out};
use crate::kernel::plan::Plan;

/// Simulates a plan.
///
/// The result has equal bits for any number of threads. The observer may stop the run; then the result holds the chunks that
/// were done.
///
/// # Panics
/// If the worker threads cannot be started.
pub fn execute(plan: &Plan, options: Options, observer: &dyn Observer) -> RunResult {
    resume(plan, State::new(plan), &Task::whole(options.paths), options.threads, observer).into_result(plan)
}

/// Continues from a state: simulates the chunks of a task that the state lacks.
///
/// The outcome is, bit for bit, what one run from the beginning would have given. Where the observer wants draws, the chunks
/// that are already done are simulated again for theirs. `threads` 0 means one per core.
///
/// # Panics
/// If the worker threads cannot be started.
pub fn resume(plan: &Plan, from: State, task: &Task, threads: usize, observer: &dyn Observer) -> Finished {
    make_points(&[plan], threads);
    let shared = Shared::new(plan, from, task, observer.wants_draws() && observer.wants_draws_of_done());
    share_out(
        threads,
        shared.pieces(),
        || Worker::new(plan),
        |worker, turn| worker.run(plan, &shared, turn, observer),
        |_| {},
        || observer.stops(),
    );
    shared.finish()
}
