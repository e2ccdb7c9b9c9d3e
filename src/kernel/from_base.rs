//! What a deal takes from its base deal, which differs from it only in the cap and in what is already paid toward it.
//!
//! Sales, dues, compute and Microsoft's own business do not depend on what is paid, as long as OpenAI survives the same
//! periods under both deals. From the first period in which it does not, on any path of the lane group, the deal is
//! simulated on its own. Every result has the same bits as without a base deal.

use super::deal::Share;
use super::deal_state::DealState;
use super::ipo::{GateFigures, Listing};
use super::plan::Plan;
use super::timeline::StepRef;
use super::world::World;
use crate::math::vector::{Mask, Vector};
use crate::model::equity::Method;

impl<V: Vector> DealState<V> {
    /// Allocates the state that the deals of a group share.
    pub fn of_group(plan: &Plan, group: usize) -> DealState<V> {
        let deals = &plan.deal_groups[group].deals;
        let mut state = DealState::new(plan, plan.deal_groups[group].base_deal());
        state.is_base = plan.deal_groups.iter().any(|other| other.shares_with == Some(group));
        state.has_series = deals.iter().any(|&deal| !plan.deals[deal].series.is_empty());
        if deals.iter().all(|&deal| plan.deals[deal].can_stop_early) {
            state.stops_after = Some(deals.iter().map(|&deal| plan.model.deals[deal].payment_lag).collect());
        }
        state
    }

    /// Time 0 of a deal whose base deal has started.
    #[inline(always)]
    pub fn start_from(&mut self, base: &DealState<V>, plan: &Plan, world: &World<V>) {
        self.reset(plan, world);
        if plan.model.equity.is_some() {
            self.value_from(base, plan, world, None);
            self.mark_stake(plan, world);
        }
    }

    /// One period of a deal whose base deal has gone through it.
    #[inline(always)]
    pub fn step_from(&mut self, base: &DealState<V>, plan: &Plan, world: &World<V>, at: StepRef) {
        if self.stopped {
            return;
        }
        let differs = !self.equity_state.alive.eq(base.alive_before);
        if self.identical_so_far && differs.any() {
            self.identical_so_far = false;
            self.own = base.own_before;
            self.past.net.copy_from_slice(&base.past.net);
        }
        if !self.identical_so_far {
            self.step(plan, world, at);
            return;
        }
        self.operate_from(base, plan, world, at);
        self.finance_from(base, plan, world, at);
        let pending = self.equity_state.alive.is_set() & self.listing.ipo_time.eq(V::splat(f64::INFINITY));
        // Once OpenAI is listed or has failed everywhere, only series and notes still read the gates.
        if self.is_reported() || pending.any() {
            self.go_public_from(base, plan, world, at);
        } else {
            self.exit_stake(plan, world, at);
            self.stop_if_final(world, at);
        }
        if at.period + 1 == plan.steps.periods.len() {
            self.own = base.own;
        }
    }

    /// Whether a series or a note reads figures that no metric needs.
    #[inline(always)]
    fn is_reported(&self) -> bool {
        self.has_series || self.note.is_some()
    }

    /// Stops where all that is asked for is final on all paths: the stake is sold and the last payment received.
    #[inline(always)]
    fn stop_if_final(&mut self, world: &World<V>, at: StepRef) {
        let Some(lags) = &self.stops_after else { return };
        // The last payment's period may begin just before the share ends.
        let received = |lag: V| self.share.ends + lag + at.length;
        let mut waits = self.equity_state.exit.done.eq(V::zero());
        for &lag in lags {
            waits = waits | V::splat(at.end).lt(received(world.numbers[lag]));
        }
        if !waits.any() {
            self.stopped = true;
        }
    }

    /// As [`DealState::operate`], but for sales, dues, compute and Microsoft's own business.
    #[inline(always)]
    fn operate_from(&mut self, base: &DealState<V>, plan: &Plan, world: &World<V>, at: StepRef) {
        self.alive_before = self.equity_state.alive;
        let view = world.view(Some(at.period));
        self.share.pay_from(&base.share, plan.model.deals[self.deal].effective, at);
        let net = base.sales.net;
        self.add_revenue_kept(net, view);
        self.cash_flow.compute = base.cash_flow.compute;
        self.cash_flow.close_period(plan, &world.costs, &view.costs, net, self.share.paid, self.alive_before);
        self.add_to_past(at);
        if self.is_reported() {
            self.sales = base.sales;
            self.cash_flow.compute_home = base.cash_flow.compute_home;
            self.past.net[at.period] = net;
        }
    }

    /// As [`DealState::finance`], but for growth, expected dues and a multiple of revenue.
    #[inline(always)]
    fn finance_from(&mut self, base: &DealState<V>, plan: &Plan, world: &World<V>, at: StepRef) {
        self.run_funding_rounds(plan, world, at);
        if plan.model.equity.is_some() {
            self.value_from(base, plan, world, Some(at.period));
            self.equity_state.value_equity(self.cash_flow.cash, self.share.owed);
        }
        self.fund_or_fail(plan, world, at);
    }

    /// What is owed and what the enterprise is worth, at the end of a period or today.
    #[inline(always)]
    fn value_from(&mut self, base: &DealState<V>, plan: &Plan, world: &World<V>, period: Option<usize>) {
        self.share.owe_from(&base.share);
        let method = plan.model.equity.as_ref().map(|equity| &equity.method);
        if matches!(method, Some(Method::RevenueMultiple { .. })) {
            self.equity_state.ev = base.equity_state.ev;
            self.equity_state.defined = base.equity_state.defined;
            if period.is_none() {
                self.equity_state.defined_at_start = base.equity_state.defined_at_start;
            }
        } else {
            self.value(plan, world, period);
        }
    }

    /// As [`DealState::go_public`], but for the gates on sales alone.
    #[inline(always)]
    fn go_public_from(&mut self, base: &DealState<V>, plan: &Plan, world: &World<V>, at: StepRef) {
        if plan.model.equity.is_none() {
            return;
        }
        if self.note.is_some() {
            self.past.year_ago_ratio = base.past.year_ago_ratio;
            self.note_before_offer(plan, world, at);
        }
        let reported = self.is_reported();
        if let Some(terms) = &plan.model.ipo {
            let view = world.view(Some(at.period));
            let figures = GateFigures::new(plan, self.deal, &self.sales, &self.past, &self.share, view);
            let worth = self.listing.meets_value_gates(&self.terms.gates, &self.equity_state);
            if self.listing.take_sales_gates(&base.listing, worth, reported) {
                self.listing.test_and_offer(
                    plan,
                    terms,
                    &self.terms.gates,
                    worth,
                    at,
                    &figures,
                    &mut self.cash_flow,
                    &mut self.equity_state,
                    &world.numbers,
                );
            }
        }
        self.note_after_offer();
        self.exit_stake(plan, world, at);
    }
}

impl<V: Vector> Listing<V> {
    /// Takes the gates on sales alone from the base deal. Gives false where nothing else can happen in the period: value or
    /// sales keep every path from readiness and none that is worth enough waits for its offer. Readiness after the listing is
    /// tracked only where `reported`.
    #[inline(always)]
    fn take_sales_gates(&mut self, base: &Listing<V>, worth: V::Mask, reported: bool) -> bool {
        let never = V::splat(f64::INFINITY);
        let waits = base.sales_gates.is_set() | self.ready_time.lt(never);
        let mut open = worth & waits;
        if !reported {
            open = open & self.ipo_time.eq(never);
        }
        if !open.any() {
            self.held_months = V::zero();
            self.ready = V::zero();
            return false;
        }
        self.trailing_revenue = base.trailing_revenue;
        self.sales_gates = base.sales_gates;
        true
    }
}

impl<V: Vector> Share<V> {
    /// The period's payment, where the base deal's share has its due.
    #[inline(always)]
    fn pay_from(&mut self, base: &Share<V>, effective: f64, at: StepRef) {
        self.runs = base.runs;
        self.due = base.due;
        self.cumulative_due = base.cumulative_due;
        self.revenue_in_share = base.revenue_in_share;
        if !self.runs {
            self.paid = V::zero();
            return;
        }
        let from = effective.max(at.start);
        let inside = (self.ends.min(V::splat(at.end)) - from).positive_part();
        self.pay_within_cap(from, inside);
    }

    /// What is owed, where the base deal's share has what is expected to fall due.
    #[inline(always)]
    fn owe_from(&mut self, base: &Share<V>) {
        self.expected = base.expected;
        self.owed = self.expected.min(self.cap_left);
    }
}
