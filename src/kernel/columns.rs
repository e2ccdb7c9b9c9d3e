//! A block's draws and answers, by column: one number for each of its 64 paths.

use super::deal_plan::DealPlan;
use super::plan::Plan;
use super::readiness::Readiness;
use crate::math::lanes::Lanes;
use crate::model::parameters::{Distribution, ParamId};

/// What one block is asked for beyond the metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockOptions {
    /// Keep every period's series (sample paths).
    pub periods: bool,
    /// Gather the products of correlated factors over so many of the block's paths.
    pub factor_pairs: usize,
}

/// A block's draws and answers.
pub struct Columns {
    pub(super) normals: Vec<Lanes>,
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
    pub non_finite: Lanes,
    /// Per factor and then per shock, calendar year: the sum of its innovations or jumps; empty in a block without room.
    pub noise: Vec<Vec<Lanes>>,
    /// What a prospectus would say, per deal and period; empty in a block without room, or where there is no IPO.
    pub readiness: Vec<Vec<Readiness<Lanes>>>,
}

impl Columns {
    /// Allocates the columns of a plan, without noise and notes.
    pub(super) fn new(plan: &Plan) -> Columns {
        let (deals, steps) = (&plan.deals, &plan.steps);
        let values = plan.model.parameters.entries().iter().map(|entry| match entry.distribution {
            Distribution::Constant(value) => Lanes::splat(value),
            Distribution::Uncertain(_) => Lanes::ZERO,
        });
        // Series that only the first year has stay NaN in the others.
        let series = |deal: &DealPlan| vec![Lanes::splat(f64::NAN); deal.series.len()];
        let metrics = deals.iter().map(|deal| deal.metrics.len());
        let metrics = metrics.chain(plan.differences.iter().map(|difference| difference.metrics.len()));
        let pairs = plan.innovations.pairs.len();
        Columns {
            normals: vec![Lanes::ZERO; plan.inputs.rows()],
            values: values.collect(),
            exponential: Lanes::ZERO,
            metrics: metrics.map(|n| vec![Lanes::ZERO; n]).collect(),
            years: deals.iter().map(|deal| vec![series(deal); steps.years.len()]).collect(),
            periods: deals.iter().map(|deal| vec![series(deal); steps.periods.len()]).collect(),
            factors: vec![vec![[Lanes::ZERO; 2]; pairs]; steps.periods.len()],
            times: vec![[Lanes::ZERO; 4]; deals.len()],
            non_finite: Lanes::ZERO,
            noise: Vec::new(),
            readiness: Vec::new(),
        }
    }

    /// Copies what is recorded of a group's base deal to its other deals, which differ in present values only.
    pub(super) fn copy_within_groups(&mut self, plan: &Plan, asked: BlockOptions) {
        for group in &plan.deal_groups {
            let base = group.base_deal();
            for &deal in &group.deals[1..] {
                copy(&mut self.years, base, deal);
                if asked.periods {
                    copy(&mut self.periods, base, deal);
                }
                if !self.readiness.is_empty() {
                    copy(&mut self.readiness, base, deal);
                }
            }
        }
    }

    /// Values of a number on the block's paths.
    pub fn value(&self, num: ParamId) -> &Lanes {
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

/// Copies one deal's columns to a later deal, without allocating.
fn copy<T: Clone>(deals: &mut [T], from: usize, to: usize) {
    let (before, after) = deals.split_at_mut(to);
    after[0].clone_from(&before[from]);
}
