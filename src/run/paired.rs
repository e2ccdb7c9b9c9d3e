//! Several plans over the same paths: chosen figures of each, and their differences path by path.
//!
//! Draws depend on the seed, the names of what is drawn and the path, so that plans with one seed see the same draws
//! wherever their inputs have the same names. A difference taken path by path then keeps only what the plans differ in,
//! and its error is that of the difference, not that of two runs. Sums are exact and chunks are a prefix of the run: equal
//! bits for any number of threads, as in a plain run.

use super::{BROKEN_KEPT, Broken, CHUNK_PATHS, Observer, Options, Progress};
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::math::lanes::{LANES, Lanes};
use crate::model::ledger::Num;
use crate::simd_fn;
use crate::stats::moments::{ChunkCoMoments, ChunkMoments, CoMoments};
use crate::stats::summary::MetricSummary;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A number that every path has, or has not (NaN).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A metric, by its positions in a plan's lists: deals and then differences, metrics of each.
    Metric {
        /// Index of the plan.
        plan: usize,
        /// Index of the deal, or of the difference after the deals.
        subject: usize,
        /// Index in the subject's list of metrics.
        metric: usize,
    },
    /// The value of an uncertain number.
    Input {
        /// Index of the plan.
        plan: usize,
        /// The number.
        num: Num,
    },
    /// Two earlier columns, path by path: the later minus the first, where both have a value.
    Difference {
        /// Index of the column.
        later: usize,
        /// Index of the column that is taken away.
        first: usize,
    },
    /// Of an earlier column: 1 where it is at most the threshold, 0 where it is above, nothing where it has no value.
    AtMost {
        /// Index of the column.
        column: usize,
        /// The threshold, in the column's unit.
        threshold: f64,
    },
}

/// What is kept of a figure beside its moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Moments,
    /// Its bins: quantiles, expected shortfall, histogram.
    Bins,
    /// Every path's value, eight bytes each.
    Values,
}

/// A figure and what is kept of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Which figure.
    pub figure: Figure,
    /// What is kept.
    pub keep: Keep,
}

/// What a study asks of its plans.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// Figures; those made of others come after them.
    pub columns: &'a [Column],
    /// Pairs of columns whose second moments are asked for.
    pub pairs: &'a [(usize, usize)],
}

/// What is known of a column.
#[derive(Clone, Debug, Default)]
pub struct ColumnResult {
    /// Moments, and the bins where they were asked for.
    pub summary: MetricSummary,
    /// Every path's value in the order of the paths, where asked for.
    pub values: Vec<f64>,
}

/// What a study's run leaves.
#[derive(Clone, Debug)]
pub struct PairedResult {
    /// Paths simulated.
    pub paths: u64,
    /// Paths asked for.
    pub asked: u64,
    /// In the order of the question.
    pub columns: Vec<ColumnResult>,
    /// In the order of the question.
    pub pairs: Vec<CoMoments>,
    /// Of each plan, the paths that are not finite.
    pub broken: Vec<Broken>,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
}

impl PairedResult {
    /// The first plan with paths that are not finite, and those.
    pub fn first_broken(&self) -> Option<(usize, &Broken)> {
        self.broken.iter().enumerate().find(|(_, broken)| broken.count > 0)
    }

    /// Mean and standard error of a column.
    pub fn estimate(&self, column: usize) -> (f64, f64) {
        let moments = self.columns[column].summary.moments();
        (moments.mean(), moments.std_error())
    }
}

/// Simulates plans side by side.
///
/// Equal bits for any number of threads. The observer may stop it; then the result holds the chunks that were done, and
/// `values` end there. Progress counts paths, each through all plans.
///
/// # Panics
/// If the pool of workers cannot be made, or a column is made of one that does not come before it.
pub fn execute(
    plans: &[&Plan],
    question: Question<'_>,
    options: Options,
    observer: &dyn Observer,
) -> PairedResult {
    for (i, column) in question.columns.iter().enumerate() {
        if let Figure::Difference { later, first } = column.figure {
            assert!(later < i && first < i, "column {i} is made of one that comes after it");
        }
        if let Figure::AtMost { column, .. } = column.figure {
            assert!(column < i, "column {i} is made of one that comes after it");
        }
    }
    let shared = Shared::new(plans.len(), question, options.paths);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .thread_name(|i| format!("capstake-{i}"))
        .build()
        .expect("a pool of worker threads");
    pool.broadcast(|_| {
        let mut worker = Worker::new(plans, question);
        while let Some(chunk) = shared.next_chunk(observer) {
            worker.run(plans, question, &shared, chunk);
            let done = shared.done.load(Ordering::Relaxed);
            observer.progress(&Progress { done, paths: shared.paths, mean: f64::NAN, std_error: f64::NAN });
        }
    });
    shared.into_result()
}

/// What all workers add to.
struct Shared {
    paths: u64,
    next: AtomicU64,
    done: AtomicU64,
    stopped: AtomicBool,
    columns: Vec<Mutex<ColumnResult>>,
    pairs: Vec<Mutex<CoMoments>>,
    broken: Mutex<Vec<Broken>>,
}

impl Shared {
    fn new(plans: usize, question: Question<'_>, paths: u64) -> Shared {
        let column = |column: &Column| {
            let values = match column.keep {
                Keep::Values => vec![f64::NAN; usize::try_from(paths).expect("paths that fit in memory")],
                Keep::Moments | Keep::Bins => Vec::new(),
            };
            Mutex::new(ColumnResult { summary: MetricSummary::new(), values })
        };
        Shared {
            paths,
            next: AtomicU64::new(0),
            done: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            columns: question.columns.iter().map(column).collect(),
            pairs: question.pairs.iter().map(|_| Mutex::default()).collect(),
            broken: Mutex::new(vec![Broken::default(); plans]),
        }
    }

    /// The next chunk to run, unless the observer stops.
    fn next_chunk(&self, observer: &dyn Observer) -> Option<u64> {
        if self.stopped.load(Ordering::Relaxed) || observer.stops() {
            self.stopped.store(true, Ordering::Relaxed);
            return None;
        }
        let chunk = self.next.fetch_add(1, Ordering::Relaxed);
        (chunk * CHUNK_PATHS < self.paths).then_some(chunk)
    }

    fn into_result(self) -> PairedResult {
        fn inner<T>(mutex: Mutex<T>) -> T {
            mutex.into_inner().expect("no worker panicked")
        }
        let done = self.done.into_inner();
        let column = |mutex| {
            let mut column: ColumnResult = inner(mutex);
            column.values.truncate(usize::try_from(done).unwrap_or(usize::MAX));
            column
        };
        PairedResult {
            paths: done,
            asked: self.paths,
            columns: self.columns.into_iter().map(column).collect(),
            pairs: self.pairs.into_iter().map(inner).collect(),
            broken: inner(self.broken),
            interrupted: done < self.paths,
        }
    }
}

/// A worker's own room.
struct Worker {
    blocks: Vec<Block>,
    /// Lanes of the columns that are made of others; of the rest nothing.
    made: Vec<Lanes>,
    moments: Vec<ChunkMoments>,
    /// Values of the columns that keep more than their moments.
    values: Vec<Vec<f64>>,
    pairs: Vec<ChunkCoMoments>,
}

impl Worker {
    fn new(plans: &[&Plan], question: Question<'_>) -> Worker {
        let columns = question.columns.len();
        Worker {
            blocks: plans.iter().map(|plan| Block::new(plan)).collect(),
            made: vec![Lanes::ZERO; columns],
            moments: vec![ChunkMoments::EMPTY; columns],
            values: vec![Vec::new(); columns],
            pairs: vec![ChunkCoMoments::EMPTY; question.pairs.len()],
        }
    }

    /// Simulates a chunk and adds it to what is shared.
    fn run(&mut self, plans: &[&Plan], question: Question<'_>, shared: &Shared, chunk: u64) {
        let first = chunk * CHUNK_PATHS;
        let end = (first + CHUNK_PATHS).min(shared.paths);
        let mut broken = vec![Broken::default(); plans.len()];
        for path in (first..end).step_by(LANES) {
            let count = (end - path).min(LANES as u64) as usize;
            for ((plan, block), broken) in plans.iter().zip(&mut self.blocks).zip(&mut broken) {
                block.run(plan, path, BlockOptions::default());
                note_broken(block, path, count, broken);
            }
            self.gather(plans, question, count);
        }
        self.flush(question, shared, first);
        let mut all = shared.broken.lock().expect("no worker panicked");
        for (total, found) in all.iter_mut().zip(broken) {
            total.count += found.count;
            total.first.extend(found.first);
            total.first.sort_unstable();
            total.first.truncate(BROKEN_KEPT);
        }
        drop(all);
        shared.done.fetch_add(end - first, Ordering::Relaxed);
    }

    /// Takes the figures of the blocks just run.
    fn gather(&mut self, plans: &[&Plan], question: Question<'_>, count: usize) {
        let isa = plans[0].isa;
        for (i, column) in question.columns.iter().enumerate() {
            let mut lanes = Lanes::ZERO;
            match column.figure {
                Figure::Difference { later, first } => {
                    minus(isa, self.lanes(question, later), self.lanes(question, first), &mut lanes);
                    self.made[i] = lanes;
                }
                Figure::AtMost { column, threshold } => {
                    at_most(isa, self.lanes(question, column), threshold, &mut lanes);
                    self.made[i] = lanes;
                }
                Figure::Metric { .. } | Figure::Input { .. } => {}
            }
            let mut moments = self.moments[i];
            let lanes = self.lanes(question, i);
            if count == LANES {
                add_block(isa, lanes, &mut moments);
            } else {
                moments.add_partial_block(&lanes[..count]);
            }
            if column.keep != Keep::Moments {
                let kept = *lanes;
                self.values[i].extend_from_slice(&kept[..count]);
            }
            self.moments[i] = moments;
        }
        for (i, &(x, y)) in question.pairs.iter().enumerate() {
            let mut pair = self.pairs[i];
            let (x, y) = (self.lanes(question, x), self.lanes(question, y));
            if count == LANES {
                add_pairs(isa, x, y, &mut pair);
            } else {
                pair.add_all(&x[..count], &y[..count]);
            }
            self.pairs[i] = pair;
        }
    }

    fn lanes(&self, question: Question<'_>, column: usize) -> &Lanes {
        match question.columns[column].figure {
            Figure::Metric { plan, subject, metric } => &self.blocks[plan].metrics[subject][metric],
            Figure::Input { plan, num } => self.blocks[plan].value(num),
            Figure::Difference { .. } | Figure::AtMost { .. } => &self.made[column],
        }
    }

    /// Adds the finished chunk, whose first path is given, to what is shared.
    fn flush(&mut self, question: Question<'_>, shared: &Shared, first: u64) {
        for (i, column) in question.columns.iter().enumerate() {
            let values = &mut self.values[i];
            let mut total = shared.columns[i].lock().expect("no worker panicked");
            match column.keep {
                Keep::Moments => total.summary.add_moments(&self.moments[i]),
                Keep::Bins => total.summary.add_chunk(&self.moments[i], values),
                Keep::Values => {
                    total.summary.add_moments(&self.moments[i]);
                    let from = first as usize;
                    total.values[from..from + values.len()].copy_from_slice(values);
                }
            }
            self.moments[i] = ChunkMoments::EMPTY;
            values.clear();
        }
        for (total, pair) in shared.pairs.iter().zip(&mut self.pairs) {
            total.lock().expect("no worker panicked").add_chunk(pair);
            *pair = ChunkCoMoments::EMPTY;
        }
    }
}

fn note_broken(block: &Block, path: u64, count: usize, broken: &mut Broken) {
    for lane in 0..count {
        if block.non_finite[lane] != 0.0 {
            broken.count += 1;
            if broken.first.len() < BROKEN_KEPT {
                broken.first.push(path + lane as u64);
            }
        }
    }
}

simd_fn! {
    fn add_block(values: &Lanes, moments: &mut ChunkMoments) {
        moments.add_block(values);
    }
}

simd_fn! {
    fn add_pairs(x: &Lanes, y: &Lanes, pair: &mut ChunkCoMoments) {
        pair.add_block(x, y);
    }
}

simd_fn! {
    fn minus(a: &Lanes, b: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = a[l] - b[l];
        }
    }
}

simd_fn! {
    fn at_most(values: &Lanes, threshold: f64, out: &mut Lanes) {
        for l in 0..LANES {
            let x = values[l];
            let below = if x <= threshold { 1.0 } else { 0.0 };
            out[l] = if x.is_nan() { f64::NAN } else { below };
        }
    }
}
