//! Worker threads: numbered pieces of work shared out over them, each thread with scratch of its own.

use crate::kernel::plan::Plan;
use crate::model::run::Replicates;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Stack of a worker, bytes. Without optimisation the lanes of a block's functions take more than the usual two megabytes;
/// what is not touched takes no memory.
const STACK: usize = 8 << 20;

/// The pool of so many worker threads (0 means one per core), started when it is first asked for and kept: a study asks for
/// it again at each of its runs. A process that was forked has none of its parent's threads and starts its own.
fn pool(threads: usize) -> Result<Arc<ThreadPool>, ThreadPoolBuildError> {
    type OfProcess = (u32, usize);
    static POOLS: Mutex<BTreeMap<OfProcess, Arc<ThreadPool>>> = Mutex::new(BTreeMap::new());
    let key = (std::process::id(), threads);
    // Pools are whole or not there: a panic elsewhere cannot have left half of one.
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.get(&key) {
        return Ok(Arc::clone(pool));
    }
    let named = ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .thread_name(|i| format!("capstake-{i}"));
    let pool = Arc::new(named.build()?);
    pools.insert(key, Arc::clone(&pool));
    Ok(pool)
}

/// What became of the pieces.
#[derive(Debug)]
pub struct SharedOut<S> {
    /// The threads' scratch. Which piece went to which scratch differs from run to run.
    pub scratch: Vec<S>,
    /// How many pieces were done: always the first ones.
    pub done: u64,
    /// Whether `stops` said so before all pieces were done.
    pub interrupted: bool,
}

/// Runs `work` once for each number below `pieces` on `threads` threads (0 means one per core), each with scratch from
/// `make`. `done` is told after each piece how many are done; `stops` is asked before each piece.
///
/// One piece, or one thread, is worked on in the caller's own thread: a small run starts no thread.
///
/// What the caller reads from the scratch must not depend on which piece went where: exact sums, or results kept with their
/// numbers.
///
/// # Panics
/// If the worker threads cannot be started.
pub fn share_out<S: Send>(
    threads: usize,
    pieces: u64,
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, u64) + Sync,
    done: impl Fn(u64) + Sync,
    stops: impl Fn() -> bool + Sync,
) -> SharedOut<S> {
    let (next, finished, stopped) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let thread = || {
        let mut scratch = make();
        loop {
            if stopped.load(Ordering::Relaxed) || stops() {
                stopped.store(true, Ordering::Relaxed);
                break;
            }
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                break;
            }
            work(&mut scratch, piece);
            done(finished.fetch_add(1, Ordering::Relaxed) + 1);
        }
        scratch
    };
    let scratch = if threads == 1 || pieces <= 1 {
        vec![thread()]
    } else {
        match pool(threads) {
            Ok(pool) => pool.broadcast(|_| thread()),
            // The system gives no threads: the pieces are still done.
            Err(_) => vec![thread()],
        }
    };
    let done = finished.into_inner();
    SharedOut { scratch, done, interrupted: done < pieces }
}

/// Runs two closures in parallel, or one after the other where there is one thread (0 means one per core).
pub fn join<A: Send, B: Send>(
    threads: usize,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    if threads == 1 {
        return (first(), second());
    }
    match pool(threads) {
        Ok(pool) => pool.join(first, second),
        // The system gives no threads: both things are still done.
        Err(_) => (first(), second()),
    }
}

/// Makes the Sobol points of plans, replicates side by side: workers that come to the same replicate at once would wait for each
/// other.
pub(super) fn make_points(plans: &[&Plan], threads: usize) {
    let replicates =
        plans.iter().filter_map(|plan| plan.replicates()).map(Replicates::get).max().unwrap_or(0);
    let make = |replicate: u64| plans.iter().for_each(|plan| plan.make_points(replicate as usize));
    share_out(threads, replicates as u64, || (), |(), replicate| make(replicate), |_| {}, || false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once_on_any_number_of_threads() {
        for threads in [1, 2, 5] {
            let heard = AtomicU64::new(0);
            let count = |n: u64| {
                heard.fetch_max(n, Ordering::Relaxed);
            };
            let push = |scratch: &mut Vec<u64>, i| scratch.push(i);
            let out = share_out(threads, 1_000, Vec::new, push, count, || false);
            assert!(!out.interrupted);
            assert_eq!(out.done, 1_000);
            let mut all: Vec<u64> = out.scratch.into_iter().flatten().collect();
            all.sort_unstable();
            assert_eq!(all, (0..1_000).collect::<Vec<u64>>());
            assert_eq!(heard.into_inner(), 1_000);
        }
    }

    #[test]
    fn one_piece_or_one_thread_is_worked_on_by_the_caller() {
        let here = std::thread::current().id();
        let note = |scratch: &mut Vec<_>, _| scratch.push(std::thread::current().id());
        for (threads, pieces) in [(1, 20), (2, 1), (0, 1)] {
            let out = share_out(threads, pieces, Vec::new, note, |_| {}, || false);
            assert!(out.scratch.into_iter().flatten().all(|thread| thread == here), "{threads} {pieces}");
        }
        let out = share_out(2, 20, Vec::new, note, |_| {}, || false);
        assert!(out.scratch.into_iter().flatten().all(|thread| thread != here));
        assert_eq!(share_out(2, 0, Vec::new, note, |_| {}, || false).done, 0);
    }

    #[test]
    fn pools_are_kept_and_have_as_many_threads_as_asked_for() {
        let threads = pool(3).expect("three threads");
        assert_eq!(threads.current_num_threads(), 3);
        assert!(Arc::ptr_eq(&threads, &pool(3).expect("three threads")));
    }

    #[test]
    fn work_that_is_shared_out_may_share_out_work_itself() {
        let inner = |sum: &mut u64, piece: u64| {
            let out = share_out(2, 10, || 0, |sum: &mut u64, i| *sum += i, |_| {}, || false);
            *sum += piece + out.scratch.iter().sum::<u64>();
        };
        let out = share_out(2, 4, || 0, inner, |_| {}, || false);
        assert_eq!(out.scratch.iter().sum::<u64>(), 6 + 4 * 45);
    }

    #[test]
    fn two_things_are_done_on_any_number_of_threads() {
        for threads in [0, 1, 2] {
            let mut heard = Vec::new();
            assert_eq!(join(threads, || heard.push(1), || 2), ((), 2));
            assert_eq!(heard, [1]);
        }
    }

    #[test]
    fn a_stop_leaves_a_prefix() {
        let heard = AtomicU64::new(0);
        let count = |n: u64| {
            heard.fetch_max(n, Ordering::Relaxed);
        };
        let stops = || heard.load(Ordering::Relaxed) >= 10;
        let out = share_out(2, 1_000, Vec::new, |scratch: &mut Vec<u64>, i| scratch.push(i), count, stops);
        assert!(out.interrupted);
        let mut all: Vec<u64> = out.scratch.into_iter().flatten().collect();
        all.sort_unstable();
        assert!((10..13).contains(&all.len()), "{}", all.len());
        assert_eq!(all, (0..out.done).collect::<Vec<u64>>());
    }
}
