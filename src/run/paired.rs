//! Several plans over the same paths: chosen numbers of each, and their differences path by path.
//!
//! Draws depend on the seed, the names of what is drawn and the path, so plans with one seed see the same
//! draws wherever their inputs have the same names. A difference taken path by path keeps only what the plans
//! differ in: its error is that of the difference, far below that of two separate runs. Sums are exact and
//! the chunks done are a prefix of the run, so results have equal bits for any number of threads, as in a
//! plain run.

use super::non_finite::NonFinite;
use super::observer::{Observer, Progress};
use super::options::{CHUNK_PATHS, Options};
use super::sums::lock;
use super::worker::add_lanes;
use super::workers::{make_points, share_out};
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::model::parameters::ParamId;
use crate::model::run::Replicates;
use crate::simd_fn;
use crate::stats::mean_error::MeanError;
use crate::stats::moments::{ChunkCoMoments, ChunkMoments, CoMoments};
use crate::stats::replicates::ChunkReplicates;
use crate::stats::summary::MetricSummary;
use ndarray::{Array2, ArrayView1, Axis, s};
use std::ops::Range;
use std::sync::Mutex;

/// A number with one value per path; NaN where a path has no value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PathValue {
    /// A metric of a deal or difference.
    Metric {
        /// Index of the plan.
        plan: usize,
        /// Position among the deals and then the differences.
        subject: usize,
        /// Position among the metrics of that deal or difference.
        metric: usize,
    },
    /// An uncertain number.
    Input {
        /// Index of the plan.
        plan: usize,
        /// The number.
        num: ParamId,
    },
    /// One earlier column minus another, path by path, where both have a value.
    Difference {
        /// Index of the column.
        later: usize,
        /// Index of the column that is subtracted.
        first: usize,
    },
    /// The sum of the terms of the combination with this index; no value where a column of it has none, whatever its weight.
    Combination(usize),
    /// Whether an earlier column is at most the threshold: 1 or 0, and no value where the column has none.
    AtMost {
        /// Index of the column.
        column: usize,
        /// The threshold, in the column's unit.
        threshold: f64,
    },
}

/// A term of a combination: an earlier column, less another one where that is given, times a weight, path by path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// Index of the column.
    pub column: usize,
    /// Index of the column that is subtracted first, so that what is equal in both leaves nothing.
    pub less: Option<usize>,
    /// The weight.
    pub weight: f64,
}

/// What is kept of a column in addition to its moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Moments,
    /// The bins behind quantiles, expected shortfall and the histogram.
    Bins,
    /// The value of every path, eight bytes each.
    Values,
}

/// A number per path, and what is kept of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The number.
    pub value: PathValue,
    /// What is kept in addition to the moments.
    pub keep: Keep,
}

/// The columns and pairs that a study asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// Columns; a column made of others comes after them.
    pub columns: &'a [Column],
    /// The terms of each combination.
    pub combinations: &'a [Vec<Weighted>],
    /// Pairs of columns whose covariances are asked for.
    pub pairs: &'a [(usize, usize)],
}

/// The result of a paired run.
#[derive(Clone, Debug)]
pub struct PairedResult {
    /// Paths simulated.
    pub paths: u64,
    /// Paths asked for.
    pub asked: u64,
    /// Moments of each column, and its bins where they were asked for, in the order of the question.
    pub columns: Vec<MetricSummary>,
    /// Second moments of the pairs, in the order of the question.
    pub pairs: Vec<CoMoments>,
    /// The paths of each plan that are not finite.
    pub non_finite: Vec<NonFinite>,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// Values of the columns that keep them: `[row][path]`.
    values: Array2<f64>,
    /// Each column's row in `values`; `None` where the column keeps no values.
    rows: Vec<Option<usize>>,
}

impl PairedResult {
    /// The result of a run that did no path, with columns that keep no values.
    pub fn empty(asked: u64, columns: usize) -> PairedResult {
        PairedResult {
            paths: 0,
            asked,
            columns: vec![MetricSummary::new(); columns],
            pairs: Vec::new(),
            non_finite: Vec::new(),
            interrupted: asked > 0,
            values: Array2::zeros((0, 0)),
            rows: vec![None; columns],
        }
    }

    /// The result of a whole run from its sums, with columns that keep no values.
    pub(super) fn of_sums(
        paths: u64,
        columns: Vec<MetricSummary>,
        pairs: Vec<CoMoments>,
        non_finite: Vec<NonFinite>,
    ) -> PairedResult {
        let kept = PairedResult::empty(paths, columns.len());
        PairedResult { paths, columns, pairs, non_finite, interrupted: false, ..kept }
    }

    /// The first plan with paths that are not finite, and those paths.
    pub fn first_non_finite(&self) -> Option<(usize, &NonFinite)> {
        self.non_finite.iter().enumerate().find(|(_, found)| found.count > 0)
    }

    /// Mean of a column and its error: from the replicates under Sobol sampling.
    pub fn estimate(&self, column: usize) -> (f64, MeanError) {
        let summary = &self.columns[column];
        (summary.moments().mean(), summary.mean_error())
    }

    /// A column's values in path order; `None` where the column does not keep them.
    pub fn values(&self, column: usize) -> Option<ArrayView1<'_, f64>> {
        self.rows[column].map(|row| self.values.row(row))
    }
}

/// Simulates several plans on the same paths.
///
/// All plans have the sampling of the first.
///
/// # Panics
/// If the worker threads cannot be started, or a column is made of one that does not come before it.
pub fn execute(
    plans: &[&Plan],
    question: Question<'_>,
    options: Options,
    observer: &dyn Observer,
) -> PairedResult {
    resume(plans, question, None, options, observer)
}

/// Goes on from the result that the first paths gave to the same question of the same plans; what comes out is that of one run.
///
/// The result has equal bits for any number of threads. If the observer stops the run, the result holds the
/// chunks that were done and the values end there. Progress counts each path once, though it runs through all
/// plans.
///
/// # Panics
/// As [`execute`] does, and if `before` ends within a chunk.
pub fn resume(
    plans: &[&Plan],
    question: Question<'_>,
    before: Option<PairedResult>,
    options: Options,
    observer: &dyn Observer,
) -> PairedResult {
    let begun = before.as_ref().map_or(0, |before| before.paths);
    assert!(begun.is_multiple_of(CHUNK_PATHS), "a run goes on from whole chunks");
    let chunks = begun / CHUNK_PATHS..options.paths.div_ceil(CHUNK_PATHS);
    execute_chunks(plans, question, before, options, chunks, observer)
}

/// Adds some of the chunks of the run to the result `before`; a column that keeps its values needs the first ones.
pub(super) fn execute_chunks(
    plans: &[&Plan],
    question: Question<'_>,
    before: Option<PairedResult>,
    options: Options,
    chunks: Range<u64>,
    observer: &dyn Observer,
) -> PairedResult {
    for (i, column) in question.columns.iter().enumerate() {
        let sources = match column.value {
            PathValue::Difference { later, first } => vec![later, first],
            PathValue::AtMost { column, .. } => vec![column],
            PathValue::Combination(index) => {
                let terms = question.combinations[index].iter();
                terms.flat_map(|term| std::iter::once(term.column).chain(term.less)).collect()
            }
            PathValue::Metric { .. } | PathValue::Input { .. } => Vec::new(),
        };
        assert!(sources.iter().all(|&source| source < i), "column {i} is made of one that comes after it");
    }
    make_points(plans, options.threads);
    let paths = options.paths;
    let replicates = plans.first().and_then(|plan| plan.replicates());
    let begun = before.as_ref().map_or(0, |before| before.paths);
    let shared = Shared::new(plans.len(), question, paths, replicates.map(Replicates::get), before);
    let paths_of = |chunk: u64| chunk * CHUNK_PATHS..((chunk + 1) * CHUNK_PATHS).min(paths);
    let first = chunks.start;
    let asked = begun + (chunks.end * CHUNK_PATHS).min(paths).saturating_sub(first * CHUNK_PATHS);
    let progress = |chunks: u64| {
        let (done, paths) = ((begun + chunks * CHUNK_PATHS).min(asked), asked);
        observer.progress(&Progress { done, paths, mean: f64::NAN, std_error: f64::NAN });
    };
    let out = share_out(
        options.threads,
        chunks.end.saturating_sub(first),
        || Worker::new(plans, question),
        |worker, chunk| worker.run(plans, question, &shared, paths_of(first + chunk)),
        progress,
        || observer.stops(),
    );
    shared.into_result((begun + out.done * CHUNK_PATHS).min(asked), asked)
}

/// What all workers add to.
struct Shared {
    columns: Vec<Mutex<MetricSummary>>,
    pairs: Vec<Mutex<CoMoments>>,
    non_finite: Mutex<Vec<NonFinite>>,
    values: Mutex<Array2<f64>>,
    rows: Vec<Option<usize>>,
}

impl Shared {
    fn new(
        plans: usize,
        question: Question<'_>,
        paths: u64,
        replicates: Option<usize>,
        before: Option<PairedResult>,
    ) -> Shared {
        let mut kept = 0;
        let row = |column: &Column| {
            (column.keep == Keep::Values).then(|| {
                kept += 1;
                kept - 1
            })
        };
        let rows: Vec<Option<usize>> = question.columns.iter().map(row).collect();
        let kept_paths =
            if kept == 0 { 0 } else { usize::try_from(paths).expect("paths that fit in memory") };
        let mut values = Array2::from_elem((kept, kept_paths), f64::NAN);
        let (columns, pairs, non_finite) = match before {
            Some(before) => {
                values.slice_mut(s![.., ..before.values.ncols()]).assign(&before.values);
                (before.columns, before.pairs, before.non_finite)
            }
            None => (
                vec![MetricSummary::of_replicates(replicates); question.columns.len()],
                vec![CoMoments::default(); question.pairs.len()],
                vec![NonFinite::default(); plans],
            ),
        };
        Shared {
            columns: columns.into_iter().map(Mutex::new).collect(),
            pairs: pairs.into_iter().map(Mutex::new).collect(),
            non_finite: Mutex::new(non_finite),
            values: Mutex::new(values),
            rows,
        }
    }

    /// The result once the first `done` of the `asked` paths were simulated.
    fn into_result(self, done: u64, asked: u64) -> PairedResult {
        fn inner<T>(mutex: Mutex<T>) -> T {
            mutex.into_inner().expect("no worker panicked")
        }
        let mut values = inner(self.values);
        let kept = values.ncols().min(usize::try_from(done).unwrap_or(usize::MAX));
        values.slice_axis_inplace(Axis(1), (..kept).into());
        PairedResult {
            paths: done,
            asked,
            columns: self.columns.into_iter().map(inner).collect(),
            pairs: self.pairs.into_iter().map(inner).collect(),
            non_finite: inner(self.non_finite),
            interrupted: done < asked,
            values,
            rows: self.rows,
        }
    }
}

/// A worker's own scratch; empty between chunks.
struct Worker {
    blocks: Vec<Block>,
    /// Values of the columns that are made of others; unused for the rest.
    made: Vec<Lanes>,
    moments: Vec<ChunkMoments>,
    replicates: ChunkReplicates,
    /// Values of the columns that keep more than their moments.
    values: Vec<Vec<f64>>,
    pairs: Vec<ChunkCoMoments>,
    /// Paths of each plan that are not finite.
    non_finite: Vec<NonFinite>,
}

impl Worker {
    fn new(plans: &[&Plan], question: Question<'_>) -> Worker {
        let columns = question.columns.len();
        let replicates = plans.first().and_then(|plan| plan.replicates());
        Worker {
            replicates: ChunkReplicates::new(replicates.map(Replicates::get), columns),
            blocks: plans.iter().map(|plan| Block::new(plan)).collect(),
            made: vec![Lanes::ZERO; columns],
            moments: vec![ChunkMoments::EMPTY; columns],
            values: vec![Vec::new(); columns],
            pairs: vec![ChunkCoMoments::EMPTY; question.pairs.len()],
            non_finite: vec![NonFinite::default(); plans.len()],
        }
    }

    /// Simulates a chunk and adds it to what is shared.
    fn run(&mut self, plans: &[&Plan], question: Question<'_>, shared: &Shared, paths: Range<u64>) {
        for path in paths.clone().step_by(LANES) {
            let count = (paths.end - path).min(LANES as u64) as usize;
            for ((plan, block), found) in plans.iter().zip(&mut self.blocks).zip(&mut self.non_finite) {
                block.run(plan, path, BlockOptions::default());
                found.add_block(block, path, count);
            }
            self.gather(plans[0].isa(), question, count);
            if let Some(replicates) = plans[0].replicates() {
                let replicate = replicates.of_path(path);
                for (column, moments) in self.moments.iter().enumerate() {
                    self.replicates.note(column, replicate, moments);
                }
            }
        }
        self.flush(question, shared, paths.start as usize);
    }

    /// Adds the blocks just run to the scratch.
    fn gather(&mut self, isa: Isa, question: Question<'_>, count: usize) {
        for (i, column) in question.columns.iter().enumerate() {
            self.make(isa, question, i);
            let mut moments = self.moments[i];
            let lanes = self.lanes(question, i);
            add_lanes(isa, lanes, count, &mut moments);
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

    /// Computes a column that is made of others.
    fn make(&mut self, isa: Isa, question: Question<'_>, column: usize) {
        let mut lanes = Lanes::ZERO;
        match question.columns[column].value {
            PathValue::Difference { later, first } => {
                minus(isa, self.lanes(question, later), self.lanes(question, first), &mut lanes);
            }
            PathValue::AtMost { column, threshold } => {
                at_most(isa, self.lanes(question, column), threshold, &mut lanes);
            }
            PathValue::Combination(index) => {
                for &Weighted { column, less, weight } in &question.combinations[index] {
                    let less = less.map_or(&Lanes::ZERO, |less| self.lanes(question, less));
                    add_weighted(isa, self.lanes(question, column), less, weight, &mut lanes);
                }
            }
            PathValue::Metric { .. } | PathValue::Input { .. } => return,
        }
        self.made[column] = lanes;
    }

    fn lanes(&self, question: Question<'_>, column: usize) -> &Lanes {
        match question.columns[column].value {
            PathValue::Metric { plan, subject, metric } => &self.blocks[plan].metrics[subject][metric],
            PathValue::Input { plan, num } => self.blocks[plan].value(num),
            PathValue::Difference { .. } | PathValue::AtMost { .. } | PathValue::Combination(_) => {
                &self.made[column]
            }
        }
    }

    /// Adds the finished chunk, which begins at path `first`, to what is shared, and empties the scratch.
    fn flush(&mut self, question: Question<'_>, shared: &Shared, first: usize) {
        for (i, column) in question.columns.iter().enumerate() {
            let values = &mut self.values[i];
            let mut summary = lock(&shared.columns[i]);
            match column.keep {
                Keep::Moments | Keep::Values => summary.add_moments(&self.moments[i]),
                Keep::Bins => summary.add_chunk(&self.moments[i], values),
            }
            if self.replicates.is_kept() {
                summary.add_replicates(&self.replicates, i, &self.moments[i]);
            }
            drop(summary);
            if let Some(row) = shared.rows[i] {
                let mut kept = lock(&shared.values);
                kept.slice_mut(s![row, first..first + values.len()]).assign(&ArrayView1::from(&*values));
            }
            self.moments[i] = ChunkMoments::EMPTY;
            values.clear();
        }
        self.replicates.clear();
        for (total, pair) in shared.pairs.iter().zip(&mut self.pairs) {
            lock(total).add_chunk(pair);
            *pair = ChunkCoMoments::EMPTY;
        }
        for (total, found) in lock(&shared.non_finite).iter_mut().zip(&mut self.non_finite) {
            total.merge(&std::mem::take(found));
        }
    }
}

simd_fn! {
    fn add_pairs(x: &Lanes, y: &Lanes, pair: &mut ChunkCoMoments) {
        pair.add_block(x, y);
    }
}

simd_fn! {
    fn add_weighted(values: &Lanes, less: &Lanes, weight: f64, sum: &mut Lanes) {
        for l in 0..LANES {
            sum[l] += weight * (values[l] - less[l]);
        }
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
