//! Deals laid out along the timeline, and the metrics and series that exist for each.

use super::history::FirstYear;
use super::metric::{Metric, Series};
use super::timeline::{Steps, TIME_SLACK};
use crate::model::Model;
use crate::model::deal::{Deal, Rate};
use crate::model::parameters::ParamId;

/// What the kernel needs to know about one deal.
#[derive(Clone, Debug)]
pub struct DealPlan {
    /// Index of its group among the plan's deal groups.
    pub group: usize,
    /// Index of its cloud mix among the plan's mixes.
    pub mix: usize,
    /// Rate of the revenue share in each period; `None`: 0.
    pub rate: Vec<Option<ParamId>>,
    /// Rate at time 0; `None`: 0.
    pub rate_at_start: Option<ParamId>,
    /// Whether the licence runs in each period.
    pub licensed: Vec<bool>,
    /// Whether the licence runs at time 0.
    pub licensed_at_start: bool,
    /// Metrics that exist for the deal, in order.
    pub metrics: Vec<Metric>,
    /// Series that exist for the deal, in order.
    pub series: Vec<Series>,
    /// Whether every metric asked for is final once the stake is sold and the last payment received.
    pub can_stop_early: bool,
}

impl DealPlan {
    /// A deal of the model, in the group and with the mix of these indices.
    pub(super) fn new(
        model: &Model,
        deal: &Deal,
        steps: &Steps,
        first: &FirstYear,
        group: usize,
        mix: usize,
    ) -> DealPlan {
        let licensed_at = |time: f64| time < deal.licence_ends - TIME_SLACK;
        DealPlan {
            group,
            mix,
            rate: steps.periods.iter().map(|p| rate_at(&deal.rate, p.middle)).collect(),
            rate_at_start: rate_at(&deal.rate, 0.0),
            licensed: steps.periods.iter().map(|p| licensed_at(p.middle)).collect(),
            licensed_at_start: licensed_at(0.0),
            metrics: metrics_of(model, deal),
            series: series_of(model, deal, first),
            can_stop_early: false,
        }
    }

    /// Whether any result reads the sums over its years.
    pub fn is_recorded(&self) -> bool {
        let of_year = |metric: &Metric| matches!(metric, Metric::HomeShare | Metric::CloudConcentration);
        !self.series.is_empty() || self.metrics.iter().any(of_year)
    }
}

/// Two deals compared: `later - first`.
#[derive(Clone, Debug)]
pub struct DifferencePlan {
    /// Index of the later deal.
    pub later: usize,
    /// Metrics that exist for both, with their positions in the later and the first deal's lists.
    pub metrics: Vec<(Metric, usize, usize)>,
}

impl DifferencePlan {
    /// Every later deal compared with the first.
    pub(super) fn all(deals: &[DealPlan]) -> Vec<DifferencePlan> {
        let position = |metric: Metric| deals[0].metrics.iter().position(|&first| first == metric);
        let shared = |deal: &DealPlan| {
            let metrics = deal.metrics.iter().enumerate();
            metrics.filter_map(|(i, &metric)| position(metric).map(|first| (metric, i, first))).collect()
        };
        deals
            .iter()
            .enumerate()
            .skip(1)
            .map(|(later, deal)| DifferencePlan { later, metrics: shared(deal) })
            .collect()
    }
}

/// The rate in force at a time; `None` before the first.
fn rate_at(rate: &Rate, time: f64) -> Option<ParamId> {
    match rate {
        Rate::Flat(num) => Some(*num),
        Rate::Schedule(steps) => {
            steps.iter().take_while(|&&(from, _)| from <= time + TIME_SLACK).last().map(|&(_, num)| num)
        }
    }
}

fn metrics_of(model: &Model, deal: &Deal) -> Vec<Metric> {
    let staked = model.equity.is_some() && deal.stake.is_some();
    Metric::ALL
        .into_iter()
        .filter(|metric| match metric {
            Metric::StakeMark
            | Metric::StakePv
            | Metric::StakeAtExit
            | Metric::OpenaiRetainedPv
            | Metric::IpoEquity => staked,
            Metric::TakeMultiple => staked && model.microsoft.invested.is_some(),
            _ => true,
        })
        .collect()
}

fn series_of(model: &Model, deal: &Deal, first: &FirstYear) -> Vec<Series> {
    let mut series = vec![Series::NetRevenue];
    if !first.revenue.is_empty() {
        series.push(Series::NetRevenueFullYear);
    }
    series.extend([Series::GrossMargin, Series::Payments, Series::CumulativePayments]);
    if deal.cap.is_some() {
        series.push(Series::CapLeft);
    }
    series.extend((0..model.clouds.len()).map(Series::CloudShare));
    series.extend([Series::Compute, Series::ComputeHome, Series::FreeCashFlow]);
    if !first.fcf.is_empty() {
        series.push(Series::FreeCashFlowFullYear);
    }
    series.push(Series::Cash);
    if let Some(equity) = model.equity {
        series.push(Series::Equity);
        if equity.method.multiple().is_some() {
            series.push(Series::Multiple);
        }
        if deal.stake.is_some() {
            series.push(Series::Stake);
        }
    }
    series.extend([Series::Ready, Series::Listed, Series::Alive]);
    series
}
