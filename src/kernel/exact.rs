//! Which figures of a deal no draw can move, by the structure of its scenario: no law, volatility, shock or hazard is behind them.
//!
//! A spread of zero in a sample proves nothing: a cap that binds in one future of five thousand was not seen in the first
//! thousand. The answers here err on one side only: a figure that is called exact has the same value on every path of any seed;
//! one that is not may still not vary.

use super::factors::moves;
use super::metric::{Metric, Series};
use super::plan::Plan;
use crate::model::Model;
use crate::model::deal::{Deal, Rate};
use crate::model::dependence::Factor;
use crate::model::parameters::ParamId;
use crate::model::shock::ShockTarget;

/// What draws can move in the results of a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movable {
    /// Net revenue and the shares of the clouds.
    revenue: bool,
    /// Anything of the company: its cash, costs, failure, equity and listing.
    company: bool,
    /// Whether the revenue share is owed, and how much.
    share: bool,
    /// The cap and what counts toward it.
    cap: bool,
    /// The stake and what it is worth.
    stake: bool,
    /// What the stake is worth today, as the scenario says.
    mark: bool,
    /// Microsoft's margins and the value of its licence.
    microsoft: bool,
    /// Discount rates, by stream.
    discount: [bool; 5],
    /// Parts that the scenario or the deal lacks: their figures are 0 or have no value.
    absent: Absent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Absent {
    cap: bool,
    clouds: bool,
    /// Whether nothing of the home cloud's sales comes back.
    outbound: bool,
    cash: bool,
    ipo: bool,
    own_ai: bool,
}

const SHARE: usize = 0;
const EQUITY: usize = 1;
const CLOUD: usize = 2;
const LICENCE: usize = 3;
const REVENUE: usize = 4;

/// Whether a draw decides a number.
fn drawn(model: &Model, id: ParamId) -> bool {
    model.parameters.constant(id).is_none()
}

fn can_differ_from_zero(model: &Model, id: ParamId) -> bool {
    model.parameters.constant(id) != Some(0.0)
}

/// Whether a draw decides any of the numbers that `of` picks by their keys, as a draw of their own or as that of another.
fn any_drawn(model: &Model, of: impl Fn(&str) -> bool) -> bool {
    let parameters = &model.parameters;
    let own = parameters.uncertain().any(|id| of(&parameters.entry(id).key));
    own || parameters.aliases().iter().any(|alias| of(&alias.key) && drawn(model, alias.target))
}

fn begins(key: &str, tables: &[&str]) -> bool {
    tables.iter().any(|table| key.strip_prefix(table).is_some_and(|rest| rest.starts_with('.')))
}

impl Movable {
    /// What draws can move in the results of a deal of the plan.
    pub fn of(plan: &Plan, deal: usize) -> Movable {
        let model = plan.model();
        let terms = &model.deals[deal];
        let tables = |tables: &[&str]| any_drawn(model, |key| begins(key, tables));
        // By name, so that a term added to deals must be decided on here.
        let Deal {
            name: _,
            effective: _,
            base: _,
            licence_ends: _,
            licence_exclusive: _,
            rate,
            eligible,
            cap,
            paid_to_date,
            share_ends,
            termination_rate,
            payment_lag,
            home_keeps,
            exclusive_until,
            stake,
        } = terms;
        let rates: Vec<ParamId> = match rate {
            Rate::Flat(rate) => vec![*rate],
            Rate::Schedule(steps) => steps.iter().map(|&(_, rate)| rate).collect(),
        };
        let any = |ids: &[Option<ParamId>]| ids.iter().flatten().any(|&id| drawn(model, id));
        let share_terms = any(&[Some(*eligible), *cap, Some(*paid_to_date), *share_ends, Some(*payment_lag)])
            || rates.iter().any(|&rate| drawn(model, rate));
        let mix_terms = any(&[Some(*home_keeps), *exclusive_until]);
        let stake_drawn = any(&[*stake]);
        let shocks = |hits: &dyn Fn(ShockTarget) -> bool| {
            model.shocks.iter().any(|shock| {
                can_differ_from_zero(model, shock.rate)
                    && shock.loadings.iter().any(|&(target, _)| hits(target))
            })
        };
        let factors = |of: &dyn Fn(Factor) -> bool| {
            plan.innovations().factors.iter().any(|&factor| of(factor) && moves(model, factor))
        };
        let demand = tables(&["segment"])
            || factors(&|factor| matches!(factor, Factor::SegmentLevel(_) | Factor::SegmentGrowth(_)))
            || shocks(&|target| matches!(target, ShockTarget::Segment(_)));
        let mix = !model.clouds.is_empty()
            && (tables(&["cloud", "home_first", "reach", "in_house"])
                || factors(&|factor| matches!(factor, Factor::CloudMix(_)))
                || mix_terms);
        let terminated = can_differ_from_zero(model, *termination_rate);
        let revenue = demand || mix;
        // Whatever is random but the discount rates, Microsoft's own affairs and the other deals.
        let aside = |key: &str| begins(key, &["discount", "microsoft", "deal"]);
        // A perpetuity takes the rate of equity unless it has its own.
        let company = revenue
            || terminated
            || share_terms
            || stake_drawn
            || any_drawn(model, |key| !aside(key))
            || (model.equity.is_some() && tables(&["discount"]))
            || factors(&|factor| factor == Factor::Multiple)
            || shocks(&|target| target == ShockTarget::Multiple);
        // Without cash nothing fails; with it a failure ends what is sold.
        let fails = model.cash.is_some() && company;
        let due = rates.iter().any(|&rate| can_differ_from_zero(model, rate));
        let share = due && (revenue || fails || terminated || share_terms);
        let discount = model.discount;
        Movable {
            revenue: revenue || fails,
            company,
            share,
            cap: any(&[*cap, Some(*paid_to_date)]),
            stake: stake.is_some() && model.equity.is_some() && company,
            // At time 0 no volatility, shock or hazard has struck yet.
            mark: any_drawn(model, |key| !begins(key, &["ipo", "round", "shock"])),
            microsoft: tables(&["microsoft", "licence", "in_house"])
                || factors(&|factor| matches!(factor, Factor::MicrosoftAiLevel | Factor::MicrosoftAiGrowth)),
            discount: [discount.share, discount.equity, discount.cloud, discount.licence, discount.revenue]
                .map(|id| drawn(model, id)),
            absent: Absent {
                cap: cap.is_none(),
                clouds: model.clouds.is_empty(),
                outbound: model.clouds.is_empty() || model.parameters.constant(*home_keeps) == Some(1.0),
                cash: model.cash.is_none(),
                ipo: model.ipo.is_none(),
                own_ai: model.microsoft.ai.is_none(),
            },
        }
    }

    /// Whether a metric has the same value on every path of any seed.
    pub fn is_exact(&self, metric: Metric) -> bool {
        let cloud = self.revenue || self.company || self.microsoft || self.discount[CLOUD];
        let licence = self.revenue || self.microsoft || self.discount[LICENCE];
        let moved = match metric {
            Metric::SharePv | Metric::ShareUncappedPv => self.share || self.discount[SHARE],
            Metric::CapSavingPv => !self.absent.cap && (self.share || self.cap || self.discount[SHARE]),
            Metric::CapHit | Metric::CapHitTime => !self.absent.cap && (self.share || self.cap),
            Metric::ShareNominal | Metric::ShareUncappedNominal => self.share,
            Metric::EffectiveRate => self.share || self.revenue,
            Metric::StakeMark => self.mark,
            Metric::StakePv | Metric::StakeAtExit => self.stake || self.discount[EQUITY],
            Metric::MicrosoftTakePv | Metric::TakeMultiple => {
                self.share || self.stake || self.microsoft || self.discount[SHARE] || self.discount[EQUITY]
            }
            Metric::ResalePv | Metric::HostingPv => !self.absent.clouds && cloud,
            Metric::OutboundPv => !self.absent.outbound && cloud,
            Metric::LicencePv => !self.absent.own_ai && licence,
            Metric::MicrosoftTotalPv => {
                let take = !self.is_exact(Metric::MicrosoftTakePv);
                take || (!self.absent.clouds && cloud) || (!self.absent.own_ai && licence)
            }
            Metric::OpenaiRetainedPv | Metric::IpoEquity => {
                self.company || self.mark || self.discount[EQUITY]
            }
            Metric::RevenueKeptPv => self.revenue || self.share || self.discount[REVENUE],
            Metric::Ipo | Metric::IpoTime => !self.absent.ipo && self.company,
            Metric::Failed => !self.absent.cash && self.company,
            Metric::FundingRaised => !self.absent.cash && self.company,
            Metric::HomeShare | Metric::CloudConcentration => self.revenue,
        };
        !moved
    }

    /// Whether a series has the same values on every path of any seed.
    pub fn is_exact_series(&self, series: Series) -> bool {
        let moved = match series {
            Series::NetRevenue | Series::NetRevenueFullYear | Series::GrossMargin | Series::CloudShare(_) => {
                self.revenue
            }
            Series::Payments | Series::CumulativePayments => self.share,
            Series::CapLeft => !self.absent.cap && (self.share || self.cap),
            Series::Ready | Series::Listed => !self.absent.ipo && self.company,
            Series::Alive => !self.absent.cash && self.company,
            Series::Compute
            | Series::ComputeHome
            | Series::FreeCashFlow
            | Series::FreeCashFlowFullYear
            | Series::Cash
            | Series::Equity
            | Series::Multiple => self.company,
            Series::Stake => self.company || self.stake,
        };
        !moved
    }
}

impl Plan {
    /// Whether a metric of the difference between two deals has the same value on every path of any seed: both deals' do, or
    /// the deals live the same company and differ only in terms that the metric does not read.
    pub fn is_exact_difference(&self, later: usize, first: usize, metric: Metric) -> bool {
        let reads_their_terms = matches!(
            metric,
            Metric::SharePv
                | Metric::ShareUncappedPv
                | Metric::CapSavingPv
                | Metric::MicrosoftTakePv
                | Metric::LicencePv
                | Metric::MicrosoftTotalPv
        );
        let together = self.deals()[later].group == self.deals()[first].group;
        (together && !reads_their_terms)
            || [later, first].into_iter().all(|deal| Movable::of(self, deal).is_exact(metric))
    }
}
