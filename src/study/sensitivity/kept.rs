//! The first paths of a run, kept in columns: values and normal scores of inputs, yearly sums of noise, and
//! metrics.

use super::variables::Variable;
use crate::kernel::plan::Plan;
use crate::kernel::redraw::{StreamKind, TwoSeeds};
use crate::model::parameters::ParamId;
use crate::run::{CHUNK_PATHS, MetricIndex, SimulatedBlock};
use ndarray::{Array2, ArrayView2, s};

/// The largest number of paths kept.
pub const KEPT_PATHS: u64 = 131_072;

/// The paths kept.
pub struct Kept {
    /// Number of paths.
    pub paths: usize,
    /// Values of the inputs, `[input][path]`; for the time of termination, the standard normal behind it.
    pub values: Array2<f32>,
    /// Scores, `[score][path]`: the standard normals of inputs, and a factor's innovations or a shock's jumps
    /// summed over each calendar year.
    pub scores: Array2<f32>,
    /// The stream of each score.
    pub score_stream: Vec<usize>,
    /// Metrics, `[column][path]`; NaN where a metric has no value.
    pub columns: Array2<f64>,
}

/// The paths kept of one chunk.
pub(super) struct KeptChunk {
    chunk: u64,
    paths: usize,
    values: Array2<f32>,
    scores: Array2<f32>,
    columns: Array2<f64>,
}

/// Which inputs, scores and metrics are kept.
pub(super) struct KeptColumns<'a> {
    plan: &'a Plan,
    inputs: &'a [Variable],
    columns: &'a [MetricIndex],
    /// The stream of each score.
    score_stream: Vec<usize>,
    /// Rows of the inputs that affect something.
    rows: Vec<usize>,
    /// Positions in the block's noise of the factors and shocks that affect something.
    noise: Vec<usize>,
}

/// The uncertain number behind an input; `None` for the time of termination.
pub(super) fn number(plan: &Plan, input: &Variable) -> Option<ParamId> {
    plan.inputs().nums.get(input.streams[0]).copied()
}

impl<'a> KeptColumns<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        seeds: &TwoSeeds,
        inputs: &'a [Variable],
        columns: &'a [MetricIndex],
        with_noise: bool,
    ) -> KeptColumns<'a> {
        let years = plan.steps().years.len();
        let input_rows = plan.inputs().rows();
        let all = seeds.streams();
        let used = |input: bool| {
            let kind = move |i: &usize| all[*i].used && (all[*i].kind == StreamKind::Input) == input;
            (0..all.len()).filter(kind)
        };
        let rows: Vec<usize> = used(true).collect();
        let noise: Vec<usize> =
            if with_noise { used(false).map(|stream| stream - input_rows).collect() } else { Vec::new() };
        let by_year = noise.iter().flat_map(|&source| std::iter::repeat_n(input_rows + source, years));
        let score_stream = rows.iter().copied().chain(by_year).collect();
        KeptColumns { plan, inputs, columns, score_stream, rows, noise }
    }

    /// Adds a block to a worker's last chunk, or to a new one if the block begins a chunk.
    pub(super) fn keep(&self, seen: &SimulatedBlock<'_>, chunks: &mut Vec<KeptChunk>) {
        if chunks.last().is_none_or(|last| last.chunk != seen.chunk) {
            let paths = CHUNK_PATHS as usize;
            chunks.push(KeptChunk {
                chunk: seen.chunk,
                paths: 0,
                values: Array2::zeros((self.inputs.len(), paths)),
                scores: Array2::zeros((self.score_stream.len(), paths)),
                columns: Array2::zeros((self.columns.len(), paths)),
            });
        }
        let kept = chunks.last_mut().expect("one was pushed");
        let (block, at) = (seen.block, kept.paths..kept.paths + seen.count);
        let normals = self.rows.iter().map(|&row| &block.normals()[row]);
        let noise = self.noise.iter().flat_map(|&source| &block.noise[source]);
        for (mut row, lanes) in kept.scores.rows_mut().into_iter().zip(normals.chain(noise)) {
            row.slice_mut(s![at.clone()]).iter_mut().zip(&lanes[..]).for_each(|(x, &lane)| *x = lane as f32);
        }
        for (mut row, input) in kept.values.rows_mut().into_iter().zip(self.inputs) {
            let lanes = match number(self.plan, input) {
                Some(num) => block.value(num),
                None => &block.normals()[input.streams[0]],
            };
            row.slice_mut(s![at.clone()]).iter_mut().zip(&lanes[..]).for_each(|(x, &lane)| *x = lane as f32);
        }
        for (mut row, metric) in kept.columns.rows_mut().into_iter().zip(self.columns) {
            let lanes = metric.lanes(block);
            row.slice_mut(s![at.clone()]).iter_mut().zip(&lanes[..]).for_each(|(x, &lane)| *x = lane);
        }
        kept.paths = at.end;
    }

    /// Joins the chunks of all workers in path order.
    pub(super) fn join(self, mut chunks: Vec<KeptChunk>) -> Kept {
        chunks.sort_unstable_by_key(|chunk| chunk.chunk);
        Kept {
            paths: chunks.iter().map(|chunk| chunk.paths).sum(),
            values: joined(self.inputs.len(), &chunks, |chunk| chunk.values.view()),
            scores: joined(self.score_stream.len(), &chunks, |chunk| chunk.scores.view()),
            columns: joined(self.columns.len(), &chunks, |chunk| chunk.columns.view()),
            score_stream: self.score_stream,
        }
    }
}

/// Joins one array of all chunks. Each row is contiguous, which `ndarray::concatenate` does not guarantee.
fn joined<T: Clone + Default>(
    rows: usize,
    chunks: &[KeptChunk],
    array: impl Fn(&KeptChunk) -> ArrayView2<'_, T>,
) -> Array2<T> {
    let paths = chunks.iter().map(|chunk| chunk.paths).sum();
    let mut all = Array2::default((rows, paths));
    let mut from = 0;
    for chunk in chunks {
        let filled = array(chunk).slice_move(s![.., ..chunk.paths]);
        all.slice_mut(s![.., from..from + chunk.paths]).assign(&filled);
        from += chunk.paths;
    }
    all
}
