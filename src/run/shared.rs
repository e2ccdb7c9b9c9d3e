//! What all workers of a run add to: exact sums behind locks, the chunks done, and draws in the order of the paths.

use super::chunk_set::ChunkSet;
use super::draws::InOrder;
use super::observer::{Observer, Progress};
use super::options::CHUNK_PATHS;
use super::state::{Finished, Snapshot, State, Task};
use super::sums::{SharedSums, Sums, lock};
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};

/// What all workers of a run share.
pub(super) struct Shared {
    task: Task,
    /// Whole chunks to simulate, in this order; chunks that are already done are among them where their draws are wanted.
    todo: ChunkSet,
    paths_done: AtomicU64,
    /// Paths that are done once all is done, with those that were done before.
    paths_asked: u64,
    /// Held for reading while a worker adds a chunk and for writing while a state is saved, so that a state has whole chunks
    /// only.
    gate: RwLock<()>,
    done: Mutex<ChunkSet>,
    whole: SharedSums,
    /// Sums over the last chunk of the run, if it is not whole.
    tail: Option<SharedSums>,
    tail_done: AtomicBool,
    in_order: InOrder,
    /// Position of Microsoft's take among the first deal's metrics: the mean that progress shows.
    take: Option<usize>,
}

/// A chunk to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    /// The chunk's place in the order of this run.
    turn: u64,
    chunk: u64,
    /// Whether the chunk is added to the sums, rather than only simulated again for its draws.
    pub added: bool,
}

impl Shared {
    pub(super) fn new(plan: &Plan, from: State, task: &Task, draws: bool) -> Shared {
        let (done, sums) = from.into_parts();
        let missing = done.missing(task.chunks.clone());
        let tail = if task.has_tail() { task.paths % CHUNK_PATHS } else { 0 };
        Shared {
            paths_asked: (done.count() + missing.count()) * CHUNK_PATHS + tail,
            todo: if draws { ChunkSet::of(task.chunks.clone()) } else { missing },
            paths_done: AtomicU64::new(done.count() * CHUNK_PATHS),
            gate: RwLock::new(()),
            done: Mutex::new(done),
            whole: SharedSums::new(sums),
            tail: task.has_tail().then(|| SharedSums::new(Sums::new(plan))),
            tail_done: AtomicBool::new(false),
            in_order: InOrder::new(),
            take: plan.deals()[0].metrics.iter().position(|&metric| metric == Metric::MicrosoftTakePv),
            task: task.clone(),
        }
    }

    /// Number of chunks to run, including the last one where it is not whole.
    pub(super) fn pieces(&self) -> u64 {
        self.todo.count() + u64::from(self.tail.is_some())
    }

    /// The chunk whose turn it is; the last one, where it is not whole, comes after all others.
    pub(super) fn work(&self, turn: u64) -> Work {
        match self.todo.nth(turn) {
            Some(chunk) => Work { turn, chunk, added: !lock(&self.done).contains(chunk) },
            None => Work { turn, chunk: self.task.whole_chunks(), added: true },
        }
    }

    /// The paths of a chunk.
    pub(super) fn paths(&self, work: Work) -> Range<u64> {
        let first = work.chunk * CHUNK_PATHS;
        first..(first + CHUNK_PATHS).min(self.task.paths)
    }

    /// Lets `add` add a chunk to its sums, and notes that the chunk is done.
    pub(super) fn add(&self, work: Work, add: impl FnOnce(&SharedSums)) {
        let _gate = self.gate.read().expect("no worker panicked");
        match &self.tail {
            Some(tail) if work.chunk == self.task.whole_chunks() => {
                add(tail);
                self.tail_done.store(true, Ordering::Relaxed);
            }
            _ => {
                add(&self.whole);
                lock(&self.done).insert(work.chunk..work.chunk + 1);
            }
        }
        let paths = self.paths(work);
        self.paths_done.fetch_add(paths.end - paths.start, Ordering::Relaxed);
    }

    /// Hands the encoded draws of a chunk to the observer, in the order of the chunks.
    pub(super) fn deliver(&self, work: Work, bytes: Vec<u8>, observer: &dyn Observer) {
        self.in_order.deliver(work.turn, bytes, |bytes| observer.write(bytes));
    }

    /// Tells the observer how far the run is, and saves the state if the observer wants it.
    pub(super) fn report(&self, observer: &dyn Observer) {
        let (mean, std_error) = self.take.map_or((f64::NAN, f64::NAN), |take| {
            let summary = lock(&self.whole.metrics[0][take]);
            (summary.moments().mean(), summary.mean_error().std_error)
        });
        let done = self.paths_done.load(Ordering::Relaxed);
        observer.progress(&Progress { done, paths: self.paths_asked, mean, std_error });
        if observer.wants_state() {
            self.draft_state(observer);
            observer.keep_state();
        }
    }

    /// Writes the sums over whole chunks as a draft; no worker adds a chunk meanwhile, and nothing is copied.
    fn draft_state(&self, observer: &dyn Observer) {
        let _gate = self.gate.write().expect("no worker panicked");
        observer.draft_state(&Snapshot::new(&lock(&self.done), &self.whole));
    }

    /// Everything that was added up, after the last worker is done.
    pub(super) fn finish(self) -> Finished {
        let done = self.done.into_inner().expect("no worker panicked");
        let tail = self.tail.filter(|_| self.tail_done.into_inner());
        Finished::new(
            self.task,
            State::from_parts(done, self.whole.into_sums()),
            tail.map(SharedSums::into_sums),
        )
    }
}
