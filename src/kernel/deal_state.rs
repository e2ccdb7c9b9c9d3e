//! OpenAI under one deal on eight paths: a period's steps in the order of the business (methodology: order within a
//! period).

use super::cost::CashFlow;
use super::deal::{PayTerms, Sales, SalesTerms, Share};
use super::deal_terms::DealTerms;
use super::equity::{EquityState, ValueBasis};
use super::ipo::{GateFigures, Listing};
use super::licence::OwnBusiness;
use super::owed::OwedTerms;
use super::plan::Plan;
use super::readiness::Readiness;
use super::record::{Flows, Stocks, YearSums};
use super::timeline::StepRef;
use super::trailing::Past;
use super::view::View;
use super::world::World;
use crate::math::vector::Vector;
use crate::model::deal::ShareBase;
use crate::model::parameters::ParamId;
use crate::outlined;

/// State of OpenAI, and of Microsoft's business with it, under one deal.
pub struct DealState<V> {
    /// Index of the deal.
    pub(super) deal: usize,
    pub(super) terms: DealTerms<V>,
    /// Sales of the period.
    pub sales: Sales<V>,
    /// The revenue share.
    pub share: Share<V>,
    /// Costs and cash.
    pub cash_flow: CashFlow<V>,
    /// Value and ownership.
    pub equity_state: EquityState<V>,
    /// Readiness and listing.
    pub listing: Listing<V>,
    /// Microsoft's own side.
    pub own: OwnBusiness<V>,
    /// Figures of the periods so far.
    pub past: Past<V>,
    /// Value of the stake at time 0 that the scenario itself implies, billions.
    pub stake_mark: V,
    /// Present value of net revenue less payments, billions.
    pub revenue_kept: V,
    /// 1 where OpenAI was alive at the period's start: its flows count.
    pub(super) alive_before: V,
    /// Sums over the year.
    pub year: YearSums<V>,
    /// What a prospectus would say of the period; `None` unless a study asks for it.
    pub note: Option<Box<Readiness<V>>>,
    /// Whether other deals take from this one.
    pub(super) is_base: bool,
    /// For those deals: Microsoft's own side at the period's start.
    pub(super) own_before: OwnBusiness<V>,
    /// Whether any series is reported.
    pub(super) has_series: bool,
    /// Whether OpenAI has survived the same periods as under the base deal, on all paths.
    pub(super) identical_so_far: bool,
    /// Payment lags after which a deal with a base deal may stop; `None`: it goes on to the horizon.
    pub(super) stops_after: Option<Vec<ParamId>>,
    /// Whether it has stopped.
    pub(super) stopped: bool,
}

impl<V: Vector> DealState<V> {
    /// Allocates the state of a deal that takes nothing from another.
    pub fn new(plan: &Plan, deal: usize) -> DealState<V> {
        let (zero, one) = (V::zero(), V::one());
        DealState {
            deal,
            terms: DealTerms::new(plan),
            sales: Sales::none(),
            share: Share::new(zero, zero, zero),
            cash_flow: CashFlow::new(zero, zero),
            equity_state: EquityState::at_start(),
            listing: Listing::never(),
            own: OwnBusiness::none(),
            past: Past::new(plan.steps.periods.len()),
            stake_mark: zero,
            revenue_kept: zero,
            alive_before: one,
            year: YearSums::new(plan.model.clouds.len()),
            note: None,
            is_base: false,
            own_before: OwnBusiness::none(),
            has_series: false,
            identical_so_far: true,
            stops_after: None,
            stopped: false,
        }
    }

    /// Time 0: what is owed, and the equity value that the scenario itself implies.
    #[inline(always)]
    pub fn start(&mut self, plan: &Plan, world: &World<V>) {
        self.reset(plan, world);
        // Today's run-rate: a period of one year at today's rates.
        self.sell(plan, world.view(None), plan.deals[self.deal].licensed_at_start, 1.0);
        if plan.model.equity.is_some() {
            self.past.start(plan, &world.numbers);
            self.owe(plan, world, plan.deals[self.deal].rate_at_start, 1.0, 0.0);
            self.value(plan, world, None);
            self.mark_stake(plan, world);
        }
    }

    /// The deal's terms on the paths, and stocks and sums as they are before anything happens.
    #[inline(always)]
    pub(super) fn reset(&mut self, plan: &Plan, world: &World<V>) {
        let (model, numbers) = (&plan.model, &world.numbers);
        let terms = &model.deals[self.deal];
        let ends = match terms.share_ends {
            Some(num) => numbers[num],
            None => V::splat(model.timeline.end()),
        };
        let headroom = match terms.cap {
            Some(cap) => (numbers[cap] - numbers[terms.paid_to_date]).positive_part(),
            None => V::splat(f64::INFINITY),
        };
        let cash = match &model.cash {
            Some(cash) => numbers[cash.now],
            None => V::zero(),
        };
        self.terms.prepare(plan, self.deal, numbers);
        self.share = Share::new(ends, world.exponential / numbers[terms.termination_rate], headroom);
        self.cash_flow = CashFlow::new(numbers[model.costs.losses], cash);
        self.equity_state = EquityState::at_start();
        self.listing = Listing::never();
        self.own = OwnBusiness::none();
        self.revenue_kept = V::zero();
        self.alive_before = V::one();
        self.year.clear();
        self.identical_so_far = true;
        self.stopped = false;
    }

    /// Equity and the value of the stake at time 0.
    #[inline(always)]
    pub(super) fn mark_stake(&mut self, plan: &Plan, world: &World<V>) {
        self.equity_state.value_equity(self.cash_flow.cash, self.share.owed);
        self.stake_mark = match plan.model.deals[self.deal].stake {
            Some(stake) => world.numbers[stake] * self.equity_state.equity,
            None => V::zero(),
        };
    }

    /// One period, in the order of the business.
    #[inline(always)]
    pub fn step(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        outlined!(V, self.operate(plan, world, at));
        outlined!(V, self.finance(plan, world, at));
        outlined!(V, self.go_public(plan, world, at));
    }

    /// Sales, the revenue share, costs, tax and cash, and Microsoft's own business.
    #[inline(always)]
    fn operate(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        self.alive_before = self.equity_state.alive;
        if self.is_base {
            self.own_before = self.own;
        }
        let view = world.view(Some(at.period));
        self.sell(plan, view, plan.deals[self.deal].licensed[at.period], at.length);
        self.pay(plan, world, at);
        let Sales { net, inference, .. } = self.sales;
        self.add_revenue_kept(net, view);
        let (alive, costs) = (self.alive_before, &view.costs);
        self.cash_flow.add_compute_cost(plan, &world.costs, costs, net, inference, alive);
        self.cash_flow.close_period(plan, &world.costs, costs, net, self.share.paid, alive);
        self.past.net[at.period] = net;
        self.add_to_past(at);
        self.add_own_business(plan, view, at);
    }

    /// Sales of a period of that length, years.
    #[inline(always)]
    fn sell(&mut self, plan: &Plan, view: &View<V>, licensed: bool, length: f64) {
        let terms = &self.terms;
        let (home_fee, licence_income) = match licensed {
            true => (terms.home_keeps, terms.licence_income * length),
            false => (terms.home_fee, V::zero()),
        };
        let terms = SalesTerms { home_fee, licensed, licence_income, alive: self.alive_before };
        self.sales = Sales::of(&view.demand, view.mix(plan, self.deal), &terms);
    }

    /// The period's payment.
    #[inline(always)]
    fn pay(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let terms = PayTerms {
            rate: self.due_part(world, plan.deals[self.deal].rate[at.period]),
            base: self.base(plan),
            net: self.sales.net,
            effective: plan.model.deals[self.deal].effective,
        };
        self.share.pay(&terms, at);
    }

    /// The revenue that the share's rate applies to.
    #[inline(always)]
    fn base(&self, plan: &Plan) -> V {
        match plan.model.deals[self.deal].base {
            ShareBase::Net => self.sales.net,
            ShareBase::Gross => self.sales.gross,
        }
    }

    /// The part of that revenue that is due at a rate; `None`: nothing.
    #[inline(always)]
    fn due_part(&self, world: &World<V>, rate: Option<ParamId>) -> V {
        match rate {
            Some(rate) => world.numbers[rate] * self.terms.eligible,
            None => V::zero(),
        }
    }

    /// Adds what OpenAI keeps of the period's revenue.
    #[inline(always)]
    pub(super) fn add_revenue_kept(&mut self, net: V, view: &View<V>) {
        let kept = net - self.share.paid;
        self.revenue_kept = kept.mul_add(view.discounts.revenue, self.revenue_kept);
    }

    /// Adds the period's cash flow and EBITDA to those of past periods.
    #[inline(always)]
    pub(super) fn add_to_past(&mut self, at: StepRef) {
        self.past.fcf[at.period] = self.cash_flow.fcf;
        self.past.ebitda[at.period] = self.cash_flow.ebitda;
    }

    /// Microsoft's resale and hosting of the period.
    #[inline(always)]
    fn add_own_business(&mut self, plan: &Plan, view: &View<V>, at: StepRef) {
        if plan.model.clouds.is_empty() {
            return;
        }
        let (terms, factor) = (&self.terms, view.discounts.cloud);
        let sales = self.sales.home * factor;
        if plan.deals[self.deal].licensed[at.period] {
            self.own.resell_licensed(sales, terms.resale_margin, terms.home_keeps);
        } else {
            self.own.resell(sales, terms.home_fee);
        }
        self.own.host(&self.cash_flow, terms.hosting_margin, terms.unused_margin, factor);
    }

    /// Scheduled rounds, multiple and equity, shortfall funding or failure, grants.
    #[inline(always)]
    fn finance(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        self.run_funding_rounds(plan, world, at);
        if plan.model.equity.is_some() {
            self.past.look_back(plan, at.period, &world.numbers);
            self.owe(plan, world, plan.deals[self.deal].rate[at.period], at.length, at.end);
            self.value(plan, world, Some(at.period));
            self.equity_state.value_equity(self.cash_flow.cash, self.share.owed);
        }
        self.fund_or_fail(plan, world, at);
    }

    /// Scheduled rounds.
    #[inline(always)]
    pub(super) fn run_funding_rounds(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        for &round in &plan.schedule.rounds[at.period] {
            let alive = self.equity_state.alive.is_set();
            let (round, cash) = (&plan.model.rounds[round], &mut self.cash_flow.cash);
            self.equity_state.raise(plan, round, alive, cash, &world.numbers);
        }
    }

    /// What is owed at a time, on the base of a period of that length, years.
    #[inline(always)]
    fn owe(&mut self, plan: &Plan, world: &World<V>, rate: Option<ParamId>, length: f64, time: f64) {
        if rate.is_none() {
            self.share.owe_nothing();
            return;
        }
        let terms = OwedTerms {
            rate: self.due_part(world, rate),
            annual_base: self.base(plan) * (1.0 / length) * self.equity_state.alive,
            year_ago_ratio: self.past.year_ago_ratio,
            fade: self.terms.owed_fade,
            discount: world.discounts.share_rate,
            effective: plan.model.deals[self.deal].effective,
            time,
        };
        self.share.owe(&terms);
    }

    /// Enterprise value at the end of a period, or today.
    #[inline(always)]
    pub(super) fn value(&mut self, plan: &Plan, world: &World<V>, period: Option<usize>) {
        let Some(equity) = &plan.model.equity else { return };
        let basis = ValueBasis {
            multiple: world.view(period).multiple,
            run_rate: self.sales.run_rate,
            net: self.sales.net,
            inference: self.sales.inference,
            past: &self.past,
        };
        self.equity_state.value(plan, &equity.method, period, &basis, &world.numbers);
    }

    /// Shortfall funding or failure, then grants.
    #[inline(always)]
    pub(super) fn fund_or_fail(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let (model, numbers) = (&plan.model, &world.numbers);
        if let Some(cash) = &model.cash {
            let (factor, owed) = (world.view(Some(at.period)).discounts.equity, self.share.owed);
            self.equity_state.fund_or_fail(plan, cash, at, &mut self.cash_flow, owed, factor, numbers);
        }
        if model.equity.is_some() {
            self.equity_state.grant(world.left_by_grants(at));
        }
    }

    /// Gates, the IPO, and the exit of the stake.
    #[inline(always)]
    fn go_public(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        if plan.model.equity.is_none() {
            return;
        }
        if self.note.is_some() {
            outlined!(V, self.note_before_offer(plan, world, at));
        }
        self.test_gates(plan, world, at);
        self.note_after_offer();
        self.exit_stake(plan, world, at);
    }

    /// Gates and IPO.
    #[inline(always)]
    fn test_gates(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let Some(terms) = &plan.model.ipo else { return };
        let (gates, numbers) = (&self.terms.gates, &world.numbers);
        let view = world.view(Some(at.period));
        let figures = GateFigures::new(plan, self.deal, &self.sales, &self.past, &self.share, view);
        let worth = self.listing.meets_value_gates(gates, &self.equity_state);
        self.listing.test_sales_gates(plan, gates, at, &figures, &self.cash_flow, numbers);
        let (cash_flow, equity_state) = (&mut self.cash_flow, &mut self.equity_state);
        self.listing.test_and_offer(
            plan,
            terms,
            gates,
            worth,
            at,
            &figures,
            cash_flow,
            equity_state,
            numbers,
        );
    }

    /// The exit of the stake.
    #[inline(always)]
    pub(super) fn exit_stake(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let last = at.period + 1 == plan.steps.periods.len();
        let factor = world.view(Some(at.period)).discounts.equity;
        let (lockup, market) = (self.terms.lockup_years, self.terms.unlisted_market);
        self.equity_state.exit_stake(self.listing.ipo_time, lockup, market, factor, at, last);
    }

    /// Notes what a prospectus would say before the period's offer.
    #[inline(always)]
    pub(super) fn note_before_offer(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let owed_uncapped = self.owed_without_cap(plan, world, at);
        let Some(note) = &mut self.note else { return };
        let view = world.view(Some(at.period));
        let figures = GateFigures::new(plan, self.deal, &self.sales, &self.past, &self.share, view);
        let (cash_flow, equity_state) = (&self.cash_flow, &self.equity_state);
        **note = Readiness::before_offer(
            plan,
            at,
            &figures,
            cash_flow,
            equity_state,
            owed_uncapped,
            &world.numbers,
        );
    }

    /// What would be owed at the end of a period if payments still to come had no cap.
    #[inline(always)]
    fn owed_without_cap(&mut self, plan: &Plan, world: &World<V>, at: StepRef) -> V {
        let share = self.share;
        self.share.cap_left = V::splat(f64::INFINITY);
        self.owe(plan, world, plan.deals[self.deal].rate[at.period], at.length, at.end);
        let owed = self.share.owed;
        self.share = share;
        owed
    }

    /// Notes what the offer has changed.
    #[inline(always)]
    pub(super) fn note_after_offer(&mut self) {
        if let Some(note) = &mut self.note {
            note.dilution_factor_after = self.equity_state.dilution_factor;
            note.ipo_equity = self.listing.ipo_equity;
        }
    }

    /// The period's flows, as they are recorded.
    #[inline(always)]
    pub fn flows<'a>(&self, plan: &Plan, view: &'a View<V>) -> Flows<'a, V> {
        Flows {
            net: self.sales.net,
            inference: self.sales.inference,
            paid: self.share.paid,
            compute: self.cash_flow.compute,
            compute_home: self.cash_flow.compute_home,
            fcf: self.cash_flow.fcf,
            cloud_demand: view.demand.cloud * self.alive_before,
            sold: &view.mix(plan, self.deal).by_cloud,
        }
    }

    /// The stocks at its end.
    #[inline(always)]
    pub fn stocks(&self, view: &View<V>, at: StepRef) -> Stocks<V> {
        Stocks {
            cumulative: self.share.cumulative,
            cap_left: self.share.cap_left,
            cash: self.cash_flow.cash,
            equity: self.equity_state.equity,
            equity_defined: self.equity_state.defined,
            multiple: view.multiple,
            stake_now: self.terms.stake,
            dilution_factor: self.equity_state.dilution_factor,
            ready: self.listing.ready,
            ipo_time: self.listing.ipo_time,
            alive: self.equity_state.alive,
            end: at.end,
        }
    }
}
