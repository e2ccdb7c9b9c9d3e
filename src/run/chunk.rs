//! A worker's chunk of paths, and what all workers share.

use super::draws::InOrder;
use super::observer::{Observer, Progress};
use super::state::{Finished, Snapshot, State, Task};
use super::sums::{SharedSums, Sums, held};
use super::{
    BROKEN_KEPT, Broken, CHUNK_PATHS, ChunkDraws, ChunkSet, Event, FACTOR_PATHS, QUANTILE_PATHS, SAMPLE_PATHS,
};
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::simd_fn;
use crate::stats::bins::Bins;
use crate::stats::moments::{ChunkCoMoments, ChunkMoments};
use crate::stats::summary::MetricSummary;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};

/// What all workers add to.
pub(super) struct Shared {
    task: Task,
    /// Whole chunks to simulate, in this order; those done before come again where their draws are wanted.
    todo: ChunkSet,
    next: AtomicU64,
    paths_done: AtomicU64,
    stopped: AtomicBool,
    /// Read by a worker that adds a chunk, written by one that writes a state: a state has whole chunks only.
    gate: RwLock<()>,
    done: Mutex<ChunkSet>,
    whole: SharedSums,
    /// Over the last chunk of the run, if it is not whole.
    tail: Option<SharedSums>,
    tail_done: AtomicBool,
    in_order: InOrder,
    take: Option<usize>,
}

/// A chunk to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    /// Its place in the order of this run.
    turn: u64,
    chunk: u64,
    /// Whether it is added up, and not only simulated again for its draws.
    added: bool,
}

impl Shared {
    pub(super) fn new(plan: &Plan, from: State, task: &Task, draws: bool) -> Shared {
        let (done, sums) = from.into_parts();
        let todo = if draws { ChunkSet::of(task.chunks.clone()) } else { done.missing(task.chunks.clone()) };
        Shared {
            todo,
            next: AtomicU64::new(0),
            paths_done: AtomicU64::new(done.count() * CHUNK_PATHS),
            stopped: AtomicBool::new(false),
            gate: RwLock::new(()),
            done: Mutex::new(done),
            whole: SharedSums::new(sums),
            tail: task.has_tail().then(|| SharedSums::new(Sums::new(plan))),
            tail_done: AtomicBool::new(false),
            in_order: InOrder::new(),
            take: plan.deals[0].metrics.iter().position(|&metric| metric == Metric::MicrosoftTakePv),
            task: task.clone(),
        }
    }

    /// Chunks to run, the last one included where it is not whole.
    pub(super) fn pieces(&self) -> usize {
        self.todo.count() as usize + usize::from(self.tail.is_some())
    }

    /// The next chunk to run, unless the observer stops.
    pub(super) fn next_chunk(&self, observer: &dyn Observer) -> Option<Work> {
        if self.stopped.load(Ordering::Relaxed) || observer.stops() {
            self.stopped.store(true, Ordering::Relaxed);
            return None;
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        match self.todo.nth(turn) {
            Some(chunk) => Some(Work { turn, chunk, added: !held(&self.done).contains(chunk) }),
            None if turn == self.todo.count() && self.tail.is_some() => {
                Some(Work { turn, chunk: self.task.whole_chunks(), added: true })
            }
            None => None,
        }
    }

    /// The sums that a chunk goes to.
    fn sums_of(&self, chunk: u64) -> &SharedSums {
        match &self.tail {
            Some(tail) if chunk == self.task.whole_chunks() => tail,
            _ => &self.whole,
        }
    }

    /// Notes that a chunk has been added.
    fn add_done(&self, chunk: u64) {
        if self.tail.is_some() && chunk == self.task.whole_chunks() {
            self.tail_done.store(true, Ordering::Relaxed);
        } else {
            held(&self.done).insert(chunk..chunk + 1);
        }
    }

    /// Has what has been added up so far, of whole chunks, written where nobody takes it for a state yet: meanwhile no worker
    /// adds one, and nothing is copied.
    fn draft_state(&self, observer: &dyn Observer) {
        let _gate = self.gate.write().expect("no worker panicked");
        observer.draft_state(&Snapshot::new(&held(&self.done), &self.whole));
    }

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

/// A worker's own room.
pub(super) struct Worker {
    block: Block,
    metric_values: Vec<Vec<Vec<f64>>>,
    metric_moments: Vec<Vec<ChunkMoments>>,
    year_moments: Vec<Vec<Vec<ChunkMoments>>>,
    /// Values of the yearly series, of chunks that go to the yearly bins: a chunk of one series after the other, so that
    /// its bins stay in the cache. One piece of memory, given back when no more such chunks come.
    year_values: Vec<f64>,
    /// Paths of the chunk that have theirs there.
    year_paths: usize,
    input_values: Vec<Vec<f64>>,
    input_moments: Vec<ChunkMoments>,
    input_pairs: Vec<ChunkCoMoments>,
    events: Vec<Vec<Vec<u64>>>,
    samples: Vec<Vec<Vec<Vec<f64>>>>,
    broken: Broken,
}

impl Worker {
    pub(super) fn new(plan: &Plan) -> Worker {
        let block = Block::new(plan);
        let chunk = CHUNK_PATHS as usize;
        Worker {
            metric_values: block
                .metrics
                .iter()
                .map(|subject| vec![Vec::with_capacity(chunk); subject.len()])
                .collect(),
            metric_moments: block
                .metrics
                .iter()
                .map(|subject| vec![ChunkMoments::EMPTY; subject.len()])
                .collect(),
            year_moments: block
                .years
                .iter()
                .map(|deal| deal.iter().map(|year| vec![ChunkMoments::EMPTY; year.len()]).collect())
                .collect(),
            year_values: vec![0.0; chunk * block.years.iter().flatten().map(Vec::len).sum::<usize>()],
            year_paths: 0,
            input_values: vec![Vec::new(); plan.inputs.nums.len()],
            input_moments: vec![ChunkMoments::EMPTY; plan.inputs.nums.len()],
            input_pairs: vec![ChunkCoMoments::EMPTY; plan.inputs.pairs.len()],
            events: vec![vec![vec![0; plan.steps.periods.len()]; Event::ALL.len()]; plan.deals.len()],
            samples: Vec::new(),
            broken: Broken::default(),
            block,
        }
    }

    /// Simulates a chunk and adds it to what is shared.
    pub(super) fn run(&mut self, plan: &Plan, shared: &Shared, work: Work, observer: &dyn Observer) {
        let first = work.chunk * CHUNK_PATHS;
        let end = (first + CHUNK_PATHS).min(shared.task.paths);
        let draws = observer.wants_draws();
        if first >= QUANTILE_PATHS {
            self.year_values = Vec::new();
        }
        for path in (first..end).step_by(LANES) {
            let count = (end - path).min(LANES as u64) as usize;
            let asked = BlockOptions {
                periods: path < SAMPLE_PATHS,
                factor_pairs: if path < FACTOR_PATHS { count } else { 0 },
            };
            self.block.run(plan, path, asked);
            self.gather(plan, path, count, draws);
        }
        if work.added {
            let _gate = shared.gate.read().expect("no worker panicked");
            self.flush(plan.isa, shared.sums_of(work.chunk));
            shared.add_done(work.chunk);
        } else {
            // The shared sums have this chunk; the worker's own must be empty for the next.
            self.flush(plan.isa, &SharedSums::new(Sums::new(plan)));
        }
        if draws {
            let draws = ChunkDraws {
                first_path: first,
                paths: (end - first) as usize,
                inputs: &self.input_values,
                metrics: &self.metric_values,
            };
            let bytes = observer.encode(&draws);
            shared.in_order.deliver(work.turn, bytes, |bytes| observer.write(bytes));
        }
        for column in self.metric_values.iter_mut().flatten().chain(&mut self.input_values) {
            column.clear();
        }
        let added = if work.added { end - first } else { 0 };
        let done = shared.paths_done.fetch_add(added, Ordering::Relaxed) + added;
        let (mean, std_error) = shared.take.map_or((f64::NAN, f64::NAN), |take| {
            let summary = held(&shared.whole.metrics[0][take]);
            (summary.moments().mean(), summary.moments().std_error())
        });
        observer.progress(&Progress { done, paths: shared.task.paths_asked(), mean, std_error });
        if observer.wants_state() {
            shared.draft_state(observer);
            observer.keep_state();
        }
    }

    /// Takes what is kept of the block just run.
    fn gather(&mut self, plan: &Plan, path: u64, count: usize, draws: bool) {
        let isa = plan.isa;
        let add = |moments: &mut ChunkMoments, lanes: &Lanes| {
            if count == LANES {
                add_block(isa, lanes, moments)
            } else {
                moments.add_partial_block(&lanes[..count])
            }
        };
        let block = &self.block;
        for ((lanes, values), moments) in block
            .metrics
            .iter()
            .flatten()
            .zip(self.metric_values.iter_mut().flatten())
            .zip(self.metric_moments.iter_mut().flatten())
        {
            values.extend_from_slice(&lanes[..count]);
            add(moments, lanes);
        }
        for (lanes, moments) in
            block.years.iter().flatten().flatten().zip(self.year_moments.iter_mut().flatten().flatten())
        {
            add(moments, lanes);
        }
        if path < QUANTILE_PATHS {
            let rooms = self.year_values.chunks_exact_mut(CHUNK_PATHS as usize);
            for (lanes, room) in block.years.iter().flatten().flatten().zip(rooms) {
                room[self.year_paths..self.year_paths + count].copy_from_slice(&lanes[..count]);
            }
            self.year_paths += count;
        }
        for (&num, moments) in plan.inputs.nums.iter().zip(&mut self.input_moments) {
            add(moments, block.value(num));
        }
        if draws {
            for (&num, values) in plan.inputs.nums.iter().zip(&mut self.input_values) {
                values.extend_from_slice(&block.value(num)[..count]);
            }
        }
        for (&(_, a, b), pair) in plan.inputs.pairs.iter().zip(&mut self.input_pairs) {
            pair.add_all(&block.normals()[a][..count], &block.normals()[b][..count]);
        }
        for (d, events) in self.events.iter_mut().enumerate() {
            let times = [block.cap_time(d), block.ready_time(d), block.ipo_time(d), block.failure_time(d)];
            for (time, counts) in times.into_iter().zip(events) {
                for &time in &time[..count] {
                    if time < f64::INFINITY {
                        let slack = crate::kernel::timeline::TIME_SLACK;
                        counts[plan.steps.periods.partition_point(|p| p.end < time - slack)] += 1;
                    }
                }
            }
        }
        for lane in 0..count {
            if block.non_finite[lane] != 0.0 {
                self.broken.count += 1;
                if self.broken.first.len() < BROKEN_KEPT {
                    self.broken.first.push(path + lane as u64);
                }
            }
        }
        if path == 0 {
            let paths = count.min(SAMPLE_PATHS as usize);
            let lanes_of = |lane: usize| {
                block
                    .periods
                    .iter()
                    .map(|deal| deal.iter().map(|p| p.iter().map(|lanes| lanes[lane]).collect()).collect())
                    .collect()
            };
            self.samples = (0..paths).map(lanes_of).collect();
        }
    }

    /// Adds the finished chunk to what is shared.
    fn flush(&mut self, isa: Isa, shared: &SharedSums) {
        for ((summary, moments), values) in shared
            .metrics
            .iter()
            .flatten()
            .zip(self.metric_moments.iter_mut().flatten())
            .zip(self.metric_values.iter().flatten())
        {
            let mut summary = held(summary);
            summary.add_moments(moments);
            summarise(isa, values, &mut summary);
            *moments = ChunkMoments::EMPTY;
        }
        let mut rooms = self.year_values.chunks_exact(CHUNK_PATHS as usize);
        for (shared_years, years) in shared.years.iter().zip(&mut self.year_moments) {
            for (shared_year, year) in shared_years.iter().zip(years) {
                let mut summaries = held(shared_year);
                for (summary, moments) in summaries.iter_mut().zip(year) {
                    summary.moments.add_chunk(moments);
                    *moments = ChunkMoments::EMPTY;
                    let values = rooms.next().map_or(&[][..], |room| &room[..self.year_paths]);
                    bin_coarsely(isa, values, &mut summary.bins);
                }
            }
        }
        self.year_paths = 0;
        let mut rest = held(&shared.rest);
        for (total, moments) in rest.inputs.iter_mut().zip(&mut self.input_moments) {
            total.add_chunk(moments);
            *moments = ChunkMoments::EMPTY;
        }
        for (total, pair) in rest.input_pairs.iter_mut().zip(&mut self.input_pairs) {
            total.add_chunk(pair);
            *pair = ChunkCoMoments::EMPTY;
        }
        for (total, pair) in rest.factor_pairs.iter_mut().zip(&mut self.block.factor_pairs) {
            total.add_chunk(pair);
            *pair = ChunkCoMoments::EMPTY;
        }
        for (total, count) in
            rest.events.iter_mut().flatten().flatten().zip(self.events.iter_mut().flatten().flatten())
        {
            *total += *count;
            *count = 0;
        }
        if !self.samples.is_empty() {
            rest.samples = std::mem::take(&mut self.samples);
        }
        rest.broken.merge(&std::mem::take(&mut self.broken));
    }
}

simd_fn! {
    fn add_block(values: &Lanes, moments: &mut ChunkMoments) {
        moments.add_block(values);
    }
}

simd_fn! {
    fn summarise(values: &[f64], summary: &mut MetricSummary) {
        summary.add_values(values);
    }
}

simd_fn! {
    fn bin_coarsely(values: &[f64], bins: &mut Bins<8>) {
        bins.add_all(values);
    }
}
