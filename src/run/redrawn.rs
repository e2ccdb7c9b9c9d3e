//! Metrics of a few paths with some of a plan's variables drawn anew: the evaluations of variance-based sensitivity.

use super::Broken;
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::kernel::redraw::TwoSeeds;
use crate::math::lanes::LANES;

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
    pub broken: Broken,
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
            broken: Broken::default(),
        }
    }

    /// Values of each subject on `out[…].len()` paths from `first_path` (a multiple of 64) on, with the variables of
    /// `anew` drawn anew and correlated ones formed in `order` (all variables, the first ones unconditionally).
    pub fn evaluate(&mut self, first_path: u64, order: &[usize], anew: &[bool], out: &mut [Vec<f64>]) {
        for (place, &variable) in order.iter().enumerate() {
            for &stream in &self.variables[variable] {
                self.rank[stream] = place;
                self.anew[stream] = anew[variable];
            }
        }
        self.seeds.apply(&mut self.plan, |i| self.rank[i], |i| self.anew[i]);
        let paths = out.first().map_or(0, Vec::len);
        for from in (0..paths).step_by(LANES) {
            let count = LANES.min(paths - from);
            self.block.run(&self.plan, first_path + from as u64, BlockOptions::default());
            for (column, subject) in out.iter_mut().zip(self.subjects) {
                let lanes = &self.block.metrics[subject.who][subject.metric];
                column[from..from + count].copy_from_slice(&lanes[..count]);
            }
            for (lane, &broken) in self.block.non_finite[..count].iter().enumerate() {
                if broken != 0.0 {
                    self.broken.note(first_path + (from + lane) as u64);
                }
            }
        }
    }
}
