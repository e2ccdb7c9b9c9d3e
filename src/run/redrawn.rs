//! Metrics of a few paths, some of whose variables are drawn again under a second seed: one evaluation of
//! variance-based sensitivity analysis.

use super::non_finite::NonFinite;
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::kernel::redraw::TwoSeeds;
use crate::math::lanes::{LANES, Lanes};
use ndarray::{Array2, ArrayView1, s};

/// A metric of a deal or difference, by its position in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricIndex {
    /// Position among the deals and then the differences.
    pub subject: usize,
    /// Position among the metrics of that deal or difference.
    pub metric: usize,
}

impl MetricIndex {
    /// The metric's values on the paths of a block.
    pub fn lanes(self, block: &Block) -> &Lanes {
        &block.metrics[self.subject][self.metric]
    }
}

/// A worker's own plan, whose streams it sets before every evaluation, and its scratch.
pub struct Redrawn<'a> {
    seeds: &'a TwoSeeds,
    /// The streams of each variable, by position.
    variables: &'a [Vec<usize>],
    subjects: &'a [MetricIndex],
    plan: Plan,
    block: Block,
    rank: Vec<usize>,
    redrawn: Vec<bool>,
    /// Paths that were not finite in any evaluation so far.
    pub non_finite: NonFinite,
}

impl<'a> Redrawn<'a> {
    /// Copies a plan for one worker. Streams that belong to no variable always keep their first draws.
    pub fn new(
        plan: &Plan,
        seeds: &'a TwoSeeds,
        variables: &'a [Vec<usize>],
        subjects: &'a [MetricIndex],
    ) -> Redrawn<'a> {
        let plan = Plan::from_model(plan.model(), plan.seed(), plan.isa());
        let block = Block::new(&plan);
        let streams = seeds.streams().len();
        Redrawn {
            seeds,
            variables,
            subjects,
            plan,
            block,
            rank: vec![0; streams],
            redrawn: vec![false; streams],
            non_finite: NonFinite::default(),
        }
    }

    /// Writes each metric's values, `[metric][path]`, for as many paths as `out` has columns, beginning at
    /// `first_path` (a multiple of 64).
    ///
    /// Variables marked in `redrawn` use the second seed. Correlated ones are formed in `order`, which lists all variables, each
    /// given those before it.
    pub fn evaluate(&mut self, first_path: u64, order: &[usize], redrawn: &[bool], out: &mut Array2<f64>) {
        for (place, &variable) in order.iter().enumerate() {
            for &stream in &self.variables[variable] {
                self.rank[stream] = place;
                self.redrawn[stream] = redrawn[variable];
            }
        }
        self.seeds.apply(&mut self.plan, |i| self.rank[i], |i| self.redrawn[i]);
        let paths = out.ncols();
        for from in (0..paths).step_by(LANES) {
            let count = LANES.min(paths - from);
            self.block.run(&self.plan, first_path + from as u64, BlockOptions::default());
            for (mut row, subject) in out.rows_mut().into_iter().zip(self.subjects) {
                let lanes = subject.lanes(&self.block);
                row.slice_mut(s![from..from + count]).assign(&ArrayView1::from(&lanes[..count]));
            }
            self.non_finite.add_block(&self.block, first_path + from as u64, count);
        }
    }
}
