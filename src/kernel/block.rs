//! A block of 64 paths: its draws and answers as columns, filled eight paths at a time by the machine's widest vectors.

use super::outcome::Outcome;
use super::plan::Plan;
use super::readiness::Readiness;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::math::vector::{Vector, WithVector};
use crate::model::ledger::{Law, Num};
use crate::simd_fn;
use crate::stats::moments::ChunkCoMoments;

/// What one block is asked for beyond the metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Keep every period's series (sample paths).
    pub periods: bool,
    /// Gather the products of correlated factors over so many of the block's paths.
    pub factor_pairs: usize,
}

/// Everything that a worker needs to run blocks, allocated once.
pub struct Block {
    columns: Columns,
    lane_group: Box<dyn LaneGroup>,
    /// Products of correlated factors, where asked for, one per pair of the plan's innovations.
    pub factor_pairs: Vec<ChunkCoMoments>,
}

/// A block's draws and answers.
pub struct Columns {
    normals: Vec<Lanes>,
    /// Values of every number, by its handle.
    pub(super) values: Vec<Lanes>,
    /// Unit exponential behind the time of termination.
    pub(super) exponential: Lanes,
    /// Metrics: per deal, then per difference, in the plan's order; NaN where one does not exist.
    pub metrics: Vec<Vec<Lanes>>,
    /// Yearly series: per deal, year, series.
    pub years: Vec<Vec<Vec<Lanes>>>,
    /// Series by period, where asked for: per deal, period, series.
    pub periods: Vec<Vec<Vec<Lanes>>>,
    /// Pairs of correlated factors, where asked for: per period, pair.
    pub(super) factors: Vec<Vec<[Lanes; 2]>>,
    /// Per deal: when the cap first binds, when ready, when listed, when failed, years; infinite: never.
    pub(super) times: Vec<[Lanes; 4]>,
    /// 1 on the paths that are not finite.
    pub broken: Lanes,
    /// Per factor and then per shock, calendar year: the sum of its innovations or jumps; empty in a block without room.
    pub noise: Vec<Vec<Lanes>>,
    /// What a prospectus would say, per deal and period; empty in a block without room, or where there is no IPO.
    pub readiness: Vec<Vec<Readiness<Lanes>>>,
}

/// The state of one lane group, in vectors of the plan's instruction set; called once per block.
trait LaneGroup: Send {
    fn note_readiness(&mut self);
    fn run(&mut self, plan: &Plan, first_path: u64, asked: Asked, columns: &mut Columns);
}

impl<V: Vector> LaneGroup for Outcome<V> {
    fn note_readiness(&mut self) {
        Outcome::note_readiness(self);
    }
    fn run(&mut self, plan: &Plan, first_path: u64, asked: Asked, columns: &mut Columns) {
        Outcome::run(self, plan, first_path, asked, columns);
    }
}

/// Makes the state of a lane group for a plan.
struct NewLaneGroup<'a>(&'a Plan);

impl WithVector for NewLaneGroup<'_> {
    type Output = Box<dyn LaneGroup>;
    fn with<V: Vector>(self) -> Box<dyn LaneGroup> {
        Box::new(Outcome::<V>::new(self.0))
    }
}

impl Block {
    /// Room for the blocks of a plan.
    pub fn new(plan: &Plan) -> Block {
        let (model, steps) = (&plan.model, &plan.steps);
        let values = model.ledger.entries().iter().map(|entry| match entry.law {
            Law::Constant(value) => Lanes::splat(value),
            Law::Distributed(_) => Lanes::ZERO,
        });
        // Series that only the first year has stay NaN in the others.
        let series = |deal: usize| vec![Lanes::splat(f64::NAN); plan.deals[deal].series.len()];
        let metrics = plan.deals.iter().map(|deal| deal.metrics.len());
        let metrics = metrics.chain(plan.differences.iter().map(|difference| difference.metrics.len()));
        let pairs = plan.innovations.pairs.len();
        Block {
            columns: Columns {
                normals: vec![Lanes::ZERO; plan.inputs.rows()],
                values: values.collect(),
                exponential: Lanes::ZERO,
                metrics: metrics.map(|n| vec![Lanes::ZERO; n]).collect(),
                years: (0..model.deals.len()).map(|d| vec![series(d); steps.years.len()]).collect(),
                periods: (0..model.deals.len()).map(|d| vec![series(d); steps.periods.len()]).collect(),
                factors: vec![vec![[Lanes::ZERO; 2]; pairs]; steps.periods.len()],
                times: vec![[Lanes::ZERO; 4]; model.deals.len()],
                broken: Lanes::ZERO,
                noise: Vec::new(),
                readiness: Vec::new(),
            },
            lane_group: plan.isa.dispatch(NewLaneGroup(plan)),
            factor_pairs: vec![ChunkCoMoments::EMPTY; pairs],
        }
    }

    /// Room for blocks that also sum up what factors and shocks drew.
    pub fn with_noise(plan: &Plan) -> Block {
        let mut block = Block::new(plan);
        let sources = plan.innovations.factors.len() + plan.model.shocks.len();
        block.columns.noise = vec![vec![Lanes::ZERO; plan.steps.years.len()]; sources];
        block
    }

    /// Room for blocks that also note what a prospectus would say.
    pub fn with_readiness(plan: &Plan) -> Block {
        let mut block = Block::new(plan);
        if plan.model.ipo.is_some() {
            let period = Readiness::all(Lanes::ZERO);
            block.columns.readiness = vec![vec![period; plan.steps.periods.len()]; plan.deals.len()];
            block.lane_group.note_readiness();
        }
        block
    }

    /// Simulates the 64 paths from `first_path` (a multiple of 64) on.
    pub fn run(&mut self, plan: &Plan, first_path: u64, asked: Asked) {
        let columns = &mut self.columns;
        let Columns { normals, values, exponential, .. } = columns;
        plan.inputs.draw(plan.isa, first_path, normals, values, exponential);
        self.lane_group.run(plan, first_path, asked, columns);
        if asked.factor_pairs > 0 {
            self.pair_factors(plan.isa, asked.factor_pairs);
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

impl Columns {
    /// Values of a number on the block's paths.
    pub fn value(&self, num: Num) -> &Lanes {
        &self.values[num.index()]
    }

    /// When the cap first binds on each path of a deal, years; infinite: never.
    pub fn cap_time(&self, deal: usize) -> &Lanes {
        &self.times[deal][0]
    }

    /// When a deal's company is first ready, years; infinite: never.
    pub fn ready_time(&self, deal: usize) -> &Lanes {
        &self.times[deal][1]
    }

    /// When a deal's company is listed, years; infinite: never.
    pub fn ipo_time(&self, deal: usize) -> &Lanes {
        &self.times[deal][2]
    }

    /// When a deal's company fails, years; infinite: never.
    pub fn failure_time(&self, deal: usize) -> &Lanes {
        &self.times[deal][3]
    }

    /// The normals behind the inputs, after correlation, in the rows of the plan's inputs.
    pub fn normals(&self) -> &[Lanes] {
        &self.normals
    }
}

simd_fn! {
    fn multiply(a: &Lanes, b: &Lanes, pair: &mut ChunkCoMoments) {
        pair.add_block(a, b);
    }
}
