//! Metrics of a deal on a path, computed from its final state (methodology: what each side takes).

use super::deal_state::DealState;
use super::metric::Metric;
use super::numbers::Numbers;
use super::plan::Plan;
use super::present_values::PresentValues;
use crate::math::vector::Vector;

/// Quantities from which the metrics of a deal on eight paths are computed.
pub struct DealMetrics<'a, V> {
    state: &'a DealState<V>,
    values: &'a PresentValues<V>,
    /// Present values of payments and of amounts due, after failures, billions.
    share_pv: V,
    due_pv: V,
    /// Microsoft's stake at the exit as a fraction, its present value, and that of today's other holders,
    /// billions.
    stake_at_exit: V,
    stake_pv: V,
    retained: V,
    /// 1 where the stake has a value.
    sound: V,
    /// Amounts that Microsoft received and invested before the valuation date, billions.
    received: V,
    invested: V,
    /// Sales by cloud in the year of the mix metrics, and in total, billions.
    sold: &'a [V],
    sold_in_all: V,
}

impl<'a, V: Vector> DealMetrics<'a, V> {
    /// Collects the quantities of a deal at the horizon from the state of its group, its own present values,
    /// and sales by cloud in the year of the mix metrics (empty if the timeline lacks that year).
    #[inline(always)]
    pub fn new(
        plan: &Plan,
        deal: usize,
        state: &'a DealState<V>,
        values: &'a PresentValues<V>,
        sold: &'a [V],
        numbers: &Numbers<V>,
    ) -> DealMetrics<'a, V> {
        let (model, one) = (&plan.model, V::one());
        let terms = &model.deals[deal];
        let (equity_state, exit) = (&state.equity_state, &state.equity_state.exit);
        let recovery = numbers[model.funding.recovery];
        let [share_pv, due_pv] = values.after_failure(plan, equity_state.failed_at, recovery);
        let stake = match terms.stake {
            Some(num) => numbers[num],
            None => V::zero(),
        };
        let stake_at_exit = stake * exit.dilution_factor;
        let value = exit.equity * exit.discount;
        let mut sold_in_all = V::zero();
        for part in sold {
            sold_in_all = sold_in_all + *part;
        }
        DealMetrics {
            state,
            values,
            share_pv,
            due_pv,
            stake_at_exit,
            stake_pv: stake_at_exit * value * exit.market,
            retained: (one - stake) * exit.dilution_factor * value,
            sound: if model.equity.is_some() && terms.stake.is_some() { exit.defined } else { one },
            received: numbers[model.microsoft.received_before],
            invested: match model.microsoft.invested {
                Some(num) => numbers[num],
                None => one,
            },
            sold,
            sold_in_all,
        }
    }

    /// Value of a metric and a mask of the paths on which it is defined.
    #[inline(always)]
    pub fn metric(&self, metric: Metric) -> (V, V::Mask) {
        let DealState { share, own, equity_state, listing, .. } = self.state;
        let always = V::zero().eq(V::zero());
        let sound = self.sound.is_set();
        let reached = |time: V| time.lt(V::splat(f64::INFINITY));
        match metric {
            Metric::SharePv => (self.share_pv, always),
            Metric::ShareUncappedPv => (self.due_pv, always),
            Metric::CapSavingPv => (self.due_pv - self.share_pv, always),
            Metric::StakeMark => (self.state.stake_mark, equity_state.defined_at_start.is_set()),
            Metric::StakePv => (self.stake_pv, sound),
            Metric::MicrosoftTakePv => (self.share_pv + self.stake_pv, sound),
            Metric::ResalePv => (own.resale, always),
            Metric::HostingPv => (own.hosting, always),
            Metric::LicencePv => (self.values.licence, always),
            Metric::OutboundPv => (own.outbound, always),
            Metric::MicrosoftTotalPv => {
                (self.share_pv + self.stake_pv + own.resale + own.hosting + self.values.licence, sound)
            }
            Metric::OpenaiRetainedPv => (self.retained, sound),
            Metric::RevenueKeptPv => (self.state.revenue_kept, always),
            Metric::ShareNominal => (share.cumulative, always),
            Metric::ShareUncappedNominal => (share.cumulative_due, always),
            Metric::CapHit => (V::flag(reached(share.hit_time)), always),
            Metric::CapHitTime => (share.hit_time, reached(share.hit_time)),
            Metric::EffectiveRate => {
                let revenue = share.revenue_in_share;
                (share.cumulative / revenue, revenue.gt(V::zero()))
            }
            Metric::TakeMultiple => {
                let exit = &equity_state.exit;
                let sold = self.stake_at_exit * exit.equity * exit.market;
                ((self.received + share.cumulative + sold) / self.invested, sound)
            }
            Metric::Ipo => (V::flag(reached(listing.ipo_time)), always),
            Metric::IpoTime => (listing.ipo_time, reached(listing.ipo_time)),
            Metric::IpoEquity => (listing.ipo_equity, listing.ipo_defined.is_set()),
            Metric::Failed => (V::flag(reached(equity_state.failed_at)), always),
            Metric::StakeAtExit => (self.stake_at_exit, sound),
            Metric::FundingRaised => (equity_state.raised, always),
            Metric::HomeShare => {
                let home = self.sold.first().copied().unwrap_or(V::zero());
                (home / self.sold_in_all, self.sold_in_all.gt(V::zero()))
            }
            Metric::CloudConcentration => {
                let mut squares = V::zero();
                for part in self.sold {
                    let share = *part / self.sold_in_all;
                    squares = share.mul_add(share, squares);
                }
                (squares, self.sold_in_all.gt(V::zero()))
            }
        }
    }
}
