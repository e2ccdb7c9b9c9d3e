//! One path of a run simulated by itself, with every input, metric and period.

use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::math::lanes::LANES;

/// One path and everything that is known of it.
#[derive(Clone, Debug)]
pub struct SinglePath {
    /// The path's index.
    pub path: u64,
    /// The value of each uncertain number, in the rows of the plan's inputs.
    pub inputs: Vec<f64>,
    /// Metrics per deal and then per difference, in the plan's order; NaN means undefined.
    pub metrics: Vec<Vec<f64>>,
    /// Whether some metric or yearly series is not finite.
    pub non_finite: bool,
    /// Series by period: `[deal][period][series]`.
    pub periods: Vec<Vec<Vec<f64>>>,
}

/// Simulates one path alone; it is bit for bit the path of that index in any run with the same seed.
pub fn single(plan: &Plan, path: u64) -> SinglePath {
    let mut block = Block::new(plan);
    let lane = (path % LANES as u64) as usize;
    block.run(plan, path - lane as u64, BlockOptions { periods: true, factor_pairs: 0 });
    SinglePath {
        path,
        inputs: plan.inputs().nums.iter().map(|&num| block.value(num)[lane]).collect(),
        metrics: block.metrics.iter().map(|m| m.iter().map(|lanes| lanes[lane]).collect()).collect(),
        non_finite: block.non_finite[lane] != 0.0,
        periods: block
            .periods
            .iter()
            .map(|deal| deal.iter().map(|p| p.iter().map(|lanes| lanes[lane]).collect()).collect())
            .collect(),
    }
}
