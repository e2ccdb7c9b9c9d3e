//! A block's draws and answers, by column: one number for each of its 64 paths.

use super::deal_plan::DealPlan;
use super::plan::Plan;
use super::readiness::Readiness;
use crate::math::lanes::Lanes;
use crate::model::parameters::{Distribution, ParamId};

/// What a block computes in addition to metrics and yearly series.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockOptions {
    /// Whether to keep the series of every period, as sample paths need them.
    pub periods: bool,
    /// Number of the block's paths over which to sum products of correlated factors.
    pub factor_pairs: usize,
}

/// Draws and results of a block, one value per path.
pub struct Columns {
    pub(super) normals: Vec<Lanes>,
    /// Values of every parameter, indexed by its handle.
    pub(super) values: Vec<Lanes>,
    /// Unit exponential that determines the time of termination.
    pub(super) exponential: Lanes,
    /// Metrics of each deal and then of each difference, in the plan's order; NaN where undefined.
    pub metrics: Vec<Vec<Lanes>>,
    /// Yearly series, by deal, year and series.
    pub years: Vec<Vec<Vec<Lanes>>>,
    /// Series by deal, period and series; filled only on request.
    pub periods: Vec<Vec<Vec<Lanes>>>,
    /// Innovations of each pair of correlated factors, by period; filled only on request.
    pub(super) factors: Vec<Vec<[Lanes; 2]>>,
    /// For each deal the times of cap, readiness, listing and failure, in years; infinite if never.
    pub(super) times: Vec<[Lanes; 4]>,
    /// 1 on paths where a result is not finite.
    pub non_finite: Lanes,
    /// Sums of innovations by factor and calendar year, then of jumps by shock and year; empty unless
    /// allocated with noise.
    pub noise: Vec<Vec<Lanes>>,
    /// Prospectus figures by deal and period; empty unless allocated with readiness, or if the scenario has
    /// no IPO.
    pub readiness: Vec<Vec<Readiness<Lanes>>>,
}

impl Columns {
    /// Allocates the columns of a plan without noise and prospectus figures.
    pub(super) fn new(plan: &Plan) -> Columns {
        let (deals, steps) = (&plan.deals, &plan.steps);
        let values = plan.model.parameters.entries().iter().map(|entry| match entry.distribution {
            Distribution::Constant(value) => Lanes::splat(value),
            Distribution::Uncertain(_) => Lanes::ZERO,
        });
        // Series that exist only for the first year stay NaN in later years.
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

    /// Copies series and prospectus figures of each group's base deal to the group's other deals.
    pub(super) fn copy_within_groups(&mut self, plan: &Plan, options: BlockOptions) {
        for group in &plan.deal_groups {
            let base = group.base_deal();
            for &deal in &group.deals[1..] {
                copy(&mut self.years, base, deal);
                if options.periods {
                    copy(&mut self.periods, base, deal);
                }
                if !self.readiness.is_empty() {
                    copy(&mut self.readiness, base, deal);
                }
            }
        }
    }

    /// Values of a parameter on the block's paths.
    pub fn value(&self, num: ParamId) -> &Lanes {
        &self.values[num.index()]
    }

    /// Time at which a deal's cap first binds, years; infinite if never.
    pub fn cap_time(&self, deal: usize) -> &Lanes {
        &self.times[deal][0]
    }

    /// Time at which OpenAI is first ready for an IPO under a deal, years; infinite if never.
    pub fn ready_time(&self, deal: usize) -> &Lanes {
        &self.times[deal][1]
    }

    /// Time of the IPO under a deal, years; infinite if never.
    pub fn ipo_time(&self, deal: usize) -> &Lanes {
        &self.times[deal][2]
    }

    /// Time at which OpenAI fails under a deal, years; infinite if never.
    pub fn failure_time(&self, deal: usize) -> &Lanes {
        &self.times[deal][3]
    }

    /// Correlated normals of the inputs, in the order of the plan's inputs.
    pub fn normals(&self) -> &[Lanes] {
        &self.normals
    }
}

/// Copies the columns of one deal to a later deal.
fn copy<T: Clone>(deals: &mut [T], from: usize, to: usize) {
    let (before, after) = deals.split_at_mut(to);
    after[0].clone_from(&before[from]);
}
