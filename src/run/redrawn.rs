//! Metrics of a few paths with some of a plan's variables drawn anew: the evaluations of variance-based sensitivity.

use super::non_finite::NonFinite;
use crate::kernel::block::{Asked, Block};
use crate::kernel::plan::Plan;
use crate::kernel::redraw::TwoSeeds;
use crate::math::lanes::LANES;
use ndarray::{Array2, ArrayView1, s};

/// A metric of a deal or difference, by its positions in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Deal, or difference after the deals.
    pub who: usize,
    /// Position among its metrics.
    pub metric: usize,
}

/// A worker's plan, whose streams it sets before every evaluation, and its scratch.
pub struct Redrawn<'a> {
    seeds: &'a TwoSeeds,
    /// Positions of the streams that belong to each variable.
    variables: &'a [Vec<usize>],
    subjects: &'a [Subject],
    plan: Plan,
    block: Block,
    rank: Vec<usize>,
    anew: Vec<bool>,
    /// Paths that were not finite.
    pub non_finite: NonFinite,
}

impl<'a> Redrawn<'a> {
    /// A worker's own copy of a plan. Streams of no variable keep their first draws always.
    pub fn new(
        plan: &Plan,
        seeds: &'a TwoSeeds,
        variables: &'a [Vec<usize>],
        subjects: &'a [Subject],
    ) -> Redrawn<'a> {
        let plan = Plan::from_model(&plan.model, plan.seed, plan.isa);
        let block = Block::new(&plan);
        let streams = seeds.streams().len();
        Redrawn {
            seeds,
            variables,
            subjects,
            plan,
            block,
            rank: vec![0; streams],
            anew: vec![false; streams],
            non_finite: NonFinite::default(),
        }
    }

    /// Writes the value of each subject, `[subject][path]`, on as many paths from `first_path` (a multiple of 64) on as `out` has
    /// columns: the variables of `anew` take the second seed, and correlated ones are formed in `order`, which names all
    /// variables, the first ones unconditionally.
    pub fn evaluate(&mut self, first_path: u64, order: &[usize], anew: &[bool], out: &mut Array2<f64>) {
        for (place, &variable) in order.iter().enumerate() {
            for &stream in &self.variables[variable] {
                self.rank[stream] = place;
                self.anew[stream] = anew[variable];
            }
        }
        self.seeds.apply(&mut self.plan, |i| self.rank[i], |i| self.anew[i]);
        let paths = out.ncols();
        for from in (0..paths).step_by(LANES) {
            let count = LANES.min(paths - from);
            self.block.run(&self.plan, first_path + from as u64, Asked::default());
            for (mut row, subject) in out.rows_mut().into_iter().zip(self.subjects) {
                let lanes = &self.block.metrics[subject.who][subject.metric];
                row.slice_mut(s![from..from + count]).assign(&ArrayView1::from(&lanes[..count]));
            }
            self.non_finite.add_block(&self.block, first_path + from as u64, count);
        }
    }
}
