//! A block of 64 paths, simulated eight paths at a time by the widest vectors of the machine.

pub use super::columns::BlockOptions;
use super::columns::Columns;
use super::plan::Plan;
use super::readiness::Readiness;
use super::simulator::Simulator;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::math::vector::{Vector, WithVector};
use crate::simd_fn;
use crate::stats::moments::ChunkCoMoments;

/// Memory for simulating blocks of a plan, allocated once per worker.
pub struct Block {
    columns: Columns,
    simulator: Box<dyn SimulateBlock>,
    /// Sums of products of correlated factors, one for each pair of the plan's innovations; empty unless
    /// requested.
    pub factor_pairs: Vec<ChunkCoMoments>,
}

/// A simulator behind a pointer, followed once per block: which vectors it works with is known to it alone.
trait SimulateBlock: Send {
    fn note_readiness(&mut self);
    fn run(&mut self, plan: &Plan, first_path: u64, options: BlockOptions, columns: &mut Columns);
}

impl<V: Vector> SimulateBlock for Simulator<V> {
    fn note_readiness(&mut self) {
        Simulator::note_readiness(self);
    }
    fn run(&mut self, plan: &Plan, first_path: u64, options: BlockOptions, columns: &mut Columns) {
        Simulator::run(self, plan, first_path, options, columns);
    }
}

/// Makes the simulator of a plan for the vectors of its instruction set.
struct NewSimulator<'a>(&'a Plan);

impl WithVector for NewSimulator<'_> {
    type Output = Box<dyn SimulateBlock>;
    fn with<V: Vector>(self) -> Box<dyn SimulateBlock> {
        Box::new(Simulator::<V>::new(self.0))
    }
}

impl Block {
    /// Allocates a block of a plan.
    pub fn new(plan: &Plan) -> Block {
        Block {
            columns: Columns::new(plan),
            simulator: plan.isa.dispatch(NewSimulator(plan)),
            factor_pairs: vec![ChunkCoMoments::EMPTY; plan.innovations.pairs.len()],
        }
    }

    /// Allocates a block that also sums the draws of factors and shocks by calendar year.
    pub fn with_noise(plan: &Plan) -> Block {
        let mut block = Block::new(plan);
        let sources = plan.innovations.factors.len() + plan.model.shocks.len();
        block.columns.noise = vec![vec![Lanes::ZERO; plan.steps.years.len()]; sources];
        block
    }

    /// Allocates a block that also records the figures of an IPO prospectus in each period.
    pub fn with_readiness(plan: &Plan) -> Block {
        let mut block = Block::new(plan);
        if plan.model.ipo.is_some() {
            let period = Readiness::all(Lanes::ZERO);
            block.columns.readiness = vec![vec![period; plan.steps.periods.len()]; plan.deals.len()];
            block.simulator.note_readiness();
        }
        block
    }

    /// Simulates the 64 paths that begin at `first_path`, a multiple of 64.
    pub fn run(&mut self, plan: &Plan, first_path: u64, options: BlockOptions) {
        let columns = &mut self.columns;
        let Columns { normals, values, exponential, .. } = columns;
        plan.draw_inputs(first_path, normals, values, exponential);
        self.simulator.run(plan, first_path, options, columns);
        columns.copy_within_groups(plan, options);
        if options.factor_pairs > 0 {
            self.pair_factors(plan.isa, options.factor_pairs);
        }
    }

    fn pair_factors(&mut self, isa: Isa, paths: usize) {
        for period in &self.columns.factors {
            for (pair, [a, b]) in self.factor_pairs.iter_mut().zip(period) {
                match paths {
                    LANES => multiply(isa, a, b, pair),
                    count => pair.add_all(&a[..count], &b[..count]),
                }
            }
        }
    }
}

impl std::ops::Deref for Block {
    type Target = Columns;
    #[inline(always)]
    fn deref(&self) -> &Columns {
        &self.columns
    }
}

simd_fn! {
    fn multiply(a: &Lanes, b: &Lanes, pair: &mut ChunkCoMoments) {
        pair.add_block(a, b);
    }
}
