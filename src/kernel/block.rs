//! A block of 64 paths, simulated eight paths at a time by the widest vectors of the machine.

pub use super::columns::BlockOptions;
use super::columns::Columns;
use super::plan::Plan;
use super::readiness::Readiness;
use super::simulator::Simulator;
use crate::math::lanes::{LANES, Lanes};
use crate::math::portable::Portable;
use crate::math::simd::{Isa, Level};
#[cfg(target_arch = "x86_64")]
use crate::math::x86::{Avx2, Avx512};
use crate::simd_fn;
use crate::stats::moments::ChunkCoMoments;

/// Memory for simulating blocks of a plan, allocated once per worker.
pub struct Block {
    columns: Columns,
    simulator: SimulatorOfIsa,
    /// Sums of products of correlated factors, one for each pair of the plan's innovations; empty unless
    /// requested.
    pub factor_pairs: Vec<ChunkCoMoments>,
}

/// The simulator compiled for the instruction set of the plan.
enum SimulatorOfIsa {
    Portable(Box<Simulator<Portable>>),
    #[cfg(target_arch = "x86_64")]
    Avx2(Box<Simulator<Avx2>>),
    #[cfg(target_arch = "x86_64")]
    Avx512(Box<Simulator<Avx512>>),
}

impl SimulatorOfIsa {
    fn new(plan: &Plan) -> SimulatorOfIsa {
        match plan.isa.level() {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => SimulatorOfIsa::Avx512(Box::new(Simulator::new(plan))),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => SimulatorOfIsa::Avx2(Box::new(Simulator::new(plan))),
            _ => SimulatorOfIsa::Portable(Box::new(Simulator::new(plan))),
        }
    }
}

impl Block {
    /// Allocates a block of a plan.
    pub fn new(plan: &Plan) -> Block {
        Block {
            columns: Columns::new(plan),
            simulator: SimulatorOfIsa::new(plan),
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
            match &mut block.simulator {
                SimulatorOfIsa::Portable(simulator) => simulator.note_readiness(),
                #[cfg(target_arch = "x86_64")]
                SimulatorOfIsa::Avx2(simulator) => simulator.note_readiness(),
                #[cfg(target_arch = "x86_64")]
                SimulatorOfIsa::Avx512(simulator) => simulator.note_readiness(),
            }
        }
        block
    }

    /// Simulates the 64 paths that begin at `first_path`, a multiple of 64.
    pub fn run(&mut self, plan: &Plan, first_path: u64, options: BlockOptions) {
        let columns = &mut self.columns;
        let Columns { normals, values, exponential, .. } = columns;
        plan.inputs.draw(plan.isa, first_path, normals, values, exponential);
        match &mut self.simulator {
            SimulatorOfIsa::Portable(simulator) => simulator.run(plan, first_path, options, columns),
            #[cfg(target_arch = "x86_64")]
            SimulatorOfIsa::Avx2(simulator) => simulator.run(plan, first_path, options, columns),
            #[cfg(target_arch = "x86_64")]
            SimulatorOfIsa::Avx512(simulator) => simulator.run(plan, first_path, options, columns),
        }
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
    fn deref(&self) -> &Columns {
        &self.columns
    }
}

simd_fn! {
    fn multiply(a: &Lanes, b: &Lanes, pair: &mut ChunkCoMoments) {
        pair.add_block(a, b);
    }
}
