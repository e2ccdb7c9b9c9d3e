//! Numbered pieces of work shared out over threads, each thread with a room of its own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What became of the pieces.
#[derive(Debug)]
pub struct SharedOut<W> {
    /// The threads' rooms. Which piece went to which room differs from run to run.
    pub rooms: Vec<W>,
    /// Whether `stops` said so before all pieces were done.
    pub interrupted: bool,
}

/// Runs `work` once for each number below `pieces`, on `threads` threads (0: one a core), each with a room that `make`
/// makes. `done` hears after each piece how many are done; `stops` is asked before each.
///
/// What a caller reads off the rooms must not depend on which piece went to which: sums that are exact, or results kept
/// with their numbers.
///
/// # Panics
/// If the pool of threads cannot be made.
pub fn share_out<W: Send>(
    threads: usize,
    pieces: u64,
    make: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, u64) + Sync,
    done: impl Fn(u64) + Sync,
    stops: impl Fn() -> bool + Sync,
) -> SharedOut<W> {
    let (next, finished, stopped) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("capstake-{i}"))
        .build()
        .expect("a pool of worker threads");
    let rooms = pool.broadcast(|_| {
        let mut room = make();
        loop {
            if stopped.load(Ordering::Relaxed) || stops() {
                stopped.store(true, Ordering::Relaxed);
                break;
            }
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                break;
            }
            work(&mut room, piece);
            done(finished.fetch_add(1, Ordering::Relaxed) + 1);
        }
        room
    });
    SharedOut { rooms, interrupted: finished.into_inner() < pieces }
}

/// Does two things side by side where there are two threads (0: one a core), one after the other where there is one.
pub fn both<A, B: Send>(
    threads: usize,
    here: impl FnOnce() -> A,
    there: impl FnOnce() -> B + Send,
) -> (A, B) {
    if threads == 1 {
        return (here(), there());
    }
    let waiting = Mutex::new(Some(there));
    let work = || {
        let there = waiting.lock().expect("whoever takes it does nothing else").take();
        there.map(|there| there())
    };
    std::thread::scope(|scope| {
        let spawned = std::thread::Builder::new().spawn_scoped(scope, work);
        let here = here();
        let there = match spawned {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // The system gives no thread: then it is done here.
            Err(_) => work(),
        };
        (here, there.expect("it is taken once"))
    })
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
            let out =
                share_out(threads, 1_000, Vec::new, |room: &mut Vec<u64>, i| room.push(i), count, || false);
            assert!(!out.interrupted);
            let mut all: Vec<u64> = out.rooms.into_iter().flatten().collect();
            all.sort_unstable();
            assert_eq!(all, (0..1_000).collect::<Vec<u64>>());
            assert_eq!(heard.into_inner(), 1_000);
        }
    }

    #[test]
    fn both_are_done_on_any_number_of_threads() {
        for threads in [0, 1, 2] {
            let mut heard = Vec::new();
            assert_eq!(both(threads, || heard.push(1), || 2), ((), 2));
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
        let out = share_out(2, 1_000, Vec::new, |room: &mut Vec<u64>, i| room.push(i), count, stops);
        assert!(out.interrupted);
        let mut all: Vec<u64> = out.rooms.into_iter().flatten().collect();
        all.sort_unstable();
        assert!((10..13).contains(&all.len()), "{}", all.len());
        assert_eq!(all, (0..all.len() as u64).collect::<Vec<u64>>());
    }
}
