//! OpenAI under one deal on eight paths: a period's steps in the order of the business (methodology: order within a
//! period).

use super::cost::Books;
use super::deal::{PayTerms, Sales, SalesTerms, Share};
use super::deal_terms::Terms;
use super::equity::{Holding, ValueBasis};
use super::ipo::{GateFigures, Listing};
use super::licence::OwnBusiness;
use super::owed::OwedTerms;
use super::plan::{Plan, StepRef};
use super::readiness::Readiness;
use super::record::{Flows, Stocks, YearSums};
use super::trailing::Past;
use super::view::View;
use super::world::World;
use crate::math::elementary::exp;
use crate::math::vector::{Mask, Vector};
use crate::model::deal::ShareBase;
use crate::model::equity::Method;
use crate::model::ledger::Num;
use crate::outlined;

/// State of one deal.
pub struct Company<V> {
    /// Index of the deal.
    deal: usize,
    /// Sales of the period.
    pub sales: Sales<V>,
    /// The revenue share.
    pub share: Share<V>,
    /// Costs and cash.
    pub books: Books<V>,
    /// Value and ownership.
    pub holding: Holding<V>,
    /// Readiness and listing.
    pub listing: Listing<V>,
    /// Microsoft's own side.
    pub own: OwnBusiness<V>,
    /// The same at the period's start, where another company follows this one.
    own_before: OwnBusiness<V>,
    /// Whether one does.
    followed: bool,
    /// Figures of the periods so far.
    pub past: Past<V>,
    /// Present values of payment and due, period by period.
    pub paid_pv: Vec<[V; 2]>,
    /// Years from the middle of a period to the receipt of its payment.
    pub lag: V,
    lag_factor: V,
    terms: Terms<V>,
    /// What the scenario itself says the stake is worth at time 0, billions.
    pub stake_mark: V,
    /// Present value of net revenue less payments, billions.
    pub revenue_kept: V,
    /// 1 while the company was alive at the period's start: its flows count.
    alive_before: V,
    /// Sums over the year.
    pub year: YearSums<V>,
    /// Whether it has lived and died as the company that it follows, on all paths and so far.
    alike: bool,
    /// Whether all that is asked of it has settled on all paths, while it lived and died as the other.
    settled: bool,
    /// What a prospectus would say of the period, where anybody asks.
    pub note: Option<Box<Readiness<V>>>,
}

impl<V: Vector> Company<V> {
    /// Room for a deal of the plan.
    pub fn new(plan: &Plan, deal: usize) -> Company<V> {
        let (zero, one, periods) = (V::zero(), V::one(), plan.steps.periods.len());
        Company {
            deal,
            sales: Sales::none(),
            share: Share::new(zero, zero, zero),
            books: Books::new(zero, zero),
            holding: Holding::at_start(),
            listing: Listing::never(),
            own: OwnBusiness::none(),
            own_before: OwnBusiness::none(),
            followed: plan.deals.iter().any(|other| other.follows == Some(deal)),
            past: Past::new(periods),
            paid_pv: vec![[zero; 2]; periods],
            lag: zero,
            lag_factor: one,
            terms: Terms::new(plan),
            stake_mark: zero,
            revenue_kept: zero,
            alive_before: one,
            year: YearSums::new(plan.model.clouds.len()),
            alike: true,
            settled: false,
            note: None,
        }
    }

    /// Index of its deal.
    pub fn deal(&self) -> usize {
        self.deal
    }

    /// Time 0: what is owed, and the equity value that the scenario itself implies. `leader`: a company that differs in the
    /// cap of its deal alone, already started.
    #[inline(always)]
    pub fn start(&mut self, leader: Option<&Company<V>>, plan: &Plan, world: &World<V>) {
        let (model, numbers, zero) = (&plan.model, &world.numbers, V::zero());
        let terms = &model.deals[self.deal];
        let ends = match terms.share_ends {
            Some(num) => numbers[num],
            None => V::splat(model.timeline.end()),
        };
        let room = match terms.cap {
            Some(cap) => (numbers[cap] - numbers[terms.paid_to_date]).positive_part(),
            None => V::splat(f64::INFINITY),
        };
        let terminated = match leader {
            Some(leader) => leader.share.terminated,
            None => world.exponential / numbers[terms.termination_rate],
        };
        self.share = Share::new(ends, terminated, room);
        self.terms.prepare(plan, self.deal, numbers);
        self.lag = numbers[terms.payment_lag];
        self.lag_factor = match leader {
            Some(leader) => leader.lag_factor,
            None => exp(-world.discounts.share_rate * self.lag),
        };
        let cash = match &model.cash {
            Some(cash) => numbers[cash.now],
            None => zero,
        };
        self.books = Books::new(numbers[model.costs.losses], cash);
        self.holding = Holding::at_start();
        self.listing = Listing::never();
        self.own = OwnBusiness::none();
        self.revenue_kept = zero;
        self.alive_before = V::one();
        self.year.clear();
        self.alike = true;
        self.settled = false;
        if leader.is_none() {
            // Today's run-rate: a period of one year at today's rates.
            self.sell(plan, world.view(None), plan.deals[self.deal].licensed_at_start, 1.0);
        }
        if model.equity.is_some() {
            match leader {
                Some(leader) => self.value_as(leader, plan, world, None),
                None => {
                    self.past.start(plan, numbers);
                    self.owe(plan, world, plan.deals[self.deal].rate_at_start, 1.0, 0.0);
                    self.value(plan, world, None);
                }
            }
            self.holding.value_equity(self.books.cash, self.share.owed);
            self.stake_mark = match terms.stake {
                Some(stake) => numbers[stake] * self.holding.equity,
                None => zero,
            };
        }
    }

    /// One period of a deal, in the order of the business.
    #[inline(always)]
    pub fn step(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        outlined!(V, self.trade(plan, world, at));
        outlined!(V, self.finance(plan, world, at));
        outlined!(V, self.go_public(None, plan, world, at));
    }

    /// One period of a company that differs from another, stepped before it, in the cap of its deal alone. The same bits as
    /// [`Company::step`]; what the cap does not reach is taken from the other as long as both live alike.
    #[inline(always)]
    pub fn step_after(&mut self, leader: &Company<V>, plan: &Plan, world: &World<V>, at: StepRef) {
        if self.settled {
            return;
        }
        let apart = !self.holding.alive.eq(leader.alive_before);
        if self.alike && apart.any() {
            self.alike = false;
            self.own = leader.own_before;
            self.past.net.copy_from_slice(&leader.past.net);
        }
        if !self.alike {
            self.step(plan, world, at);
            return;
        }
        self.trade_as(leader, plan, world, at);
        self.finance_as(leader, plan, world, at);
        let pending = self.holding.alive.is_set() & self.listing.ipo_time.eq(V::splat(f64::INFINITY));
        // Listed or failed everywhere, nobody looks at gates again: readiness is not reported of such a deal.
        if pending.any() {
            self.go_public(Some(leader), plan, world, at);
        } else {
            self.leave(plan, world, at);
            if plan.deals[self.deal].may_settle {
                self.settle(at);
            }
        }
        if at.period + 1 == plan.steps.periods.len() {
            self.own = leader.own;
        }
    }

    /// Notes whether the stake is sold and the last payment received on all paths.
    #[inline(always)]
    fn settle(&mut self, at: StepRef) {
        // The last payment's period may begin just before the share ends.
        let received = self.share.ends + self.lag + at.length;
        let waits = self.holding.exit.done.eq(V::zero()) | V::splat(at.end).lt(received);
        if !waits.any() {
            self.settled = true;
            self.paid_pv[at.period + 1..].fill([V::zero(); 2]);
        }
    }

    /// As [`Company::trade`]: sales, what is due, compute and Microsoft's own business do not hang on what is paid, and are
    /// not copied either: no yearly series reads them.
    #[inline(always)]
    fn trade_as(&mut self, leader: &Company<V>, plan: &Plan, world: &World<V>, at: StepRef) {
        self.alive_before = self.holding.alive;
        let view = world.view(Some(at.period));
        let factor = view.discounts.share * self.lag_factor;
        let effective = plan.model.deals[self.deal].effective;
        self.paid_pv[at.period] = self.share.pay_as(&leader.share, factor, effective, at);
        let (net, paid) = (leader.sales.net, self.share.paid);
        self.keep(net, view);
        self.books.compute = leader.books.compute;
        self.books.settle(plan, &world.costs, &view.costs, net, paid, self.alive_before);
        self.remember(at);
    }

    /// As [`Company::finance`]: growth, what is expected to fall due, and a multiple of revenue do not hang on what is paid.
    #[inline(always)]
    fn finance_as(&mut self, leader: &Company<V>, plan: &Plan, world: &World<V>, at: StepRef) {
        self.hold_rounds(plan, world, at);
        if plan.model.equity.is_some() {
            self.value_as(leader, plan, world, Some(at.period));
            self.holding.value_equity(self.books.cash, self.share.owed);
        }
        self.survive(plan, world, at);
    }

    /// What is owed and what the enterprise is worth.
    #[inline(always)]
    fn value_as(&mut self, leader: &Company<V>, plan: &Plan, world: &World<V>, period: Option<usize>) {
        self.share.owe_as(&leader.share);
        let sold = plan.model.equity.as_ref().map(|equity| &equity.method);
        if matches!(sold, Some(Method::RevenueMultiple { .. })) {
            self.holding.ev = leader.holding.ev;
            self.holding.defined = leader.holding.defined;
            if period.is_none() {
                self.holding.defined_at_start = leader.holding.defined_at_start;
            }
        } else {
            self.value(plan, world, period);
        }
    }

    /// Sales, the revenue share, costs, tax and cash, and Microsoft's own business.
    #[inline(always)]
    fn trade(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        self.alive_before = self.holding.alive;
        if self.followed {
            self.own_before = self.own;
        }
        let view = world.view(Some(at.period));
        self.sell(plan, view, plan.deals[self.deal].licensed[at.period], at.length);
        self.settle_books(plan, world, at);
        self.serve(plan, world, at);
    }

    /// The revenue share, costs, tax and cash, once the period's sales are known.
    #[inline(always)]
    fn settle_books(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        self.pay(plan, world, at);
        let (net, paid) = (self.sales.net, self.share.paid);
        let view = world.view(Some(at.period));
        self.keep(net, view);
        let (inference, alive) = (self.sales.inference, self.alive_before);
        self.books.buy_compute(plan, &world.costs, &view.costs, net, inference, alive);
        self.books.settle(plan, &world.costs, &view.costs, net, paid, alive);
        self.past.net[at.period] = net;
        self.remember(at);
    }

    /// Adds what is kept of the period's revenue.
    #[inline(always)]
    fn keep(&mut self, net: V, view: &View<V>) {
        let kept = net - self.share.paid;
        self.revenue_kept = kept.mul_add(view.discounts.revenue, self.revenue_kept);
    }

    /// Enters the period's costs among those of the past ones.
    #[inline(always)]
    fn remember(&mut self, at: StepRef) {
        self.past.fcf[at.period] = self.books.fcf;
        self.past.ebitda[at.period] = self.books.ebitda;
    }

    /// Scheduled rounds, multiple and equity, shortfall funding or failure, grants.
    #[inline(always)]
    fn finance(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        self.hold_rounds(plan, world, at);
        if plan.model.equity.is_some() {
            self.past.look_back(plan, at.period, &world.numbers);
            self.owe(plan, world, plan.deals[self.deal].rate[at.period], at.length, at.end);
            self.value(plan, world, Some(at.period));
            self.holding.value_equity(self.books.cash, self.share.owed);
        }
        self.survive(plan, world, at);
    }

    /// Scheduled rounds.
    #[inline(always)]
    fn hold_rounds(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        for &round in &plan.rounds[at.period] {
            let alive = self.holding.alive.is_set();
            self.holding.raise(plan, &plan.model.rounds[round], alive, &mut self.books.cash, &world.numbers);
        }
    }

    /// Shortfall funding or failure, then grants.
    #[inline(always)]
    fn survive(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let (model, numbers) = (&plan.model, &world.numbers);
        if let Some(cash) = &model.cash {
            let factor = world.view(Some(at.period)).discounts.equity;
            self.holding.survive(plan, cash, at, &mut self.books, self.share.owed, factor, numbers);
        }
        if model.equity.is_some() {
            self.holding.grant(world.left_by_grants(at));
        }
    }

    /// Gates, the IPO, and the exit of the stake. `leader`: a company of which the gates that do not hang on payments are
    /// taken.
    #[inline(always)]
    fn go_public(&mut self, leader: Option<&Company<V>>, plan: &Plan, world: &World<V>, at: StepRef) {
        if plan.model.equity.is_none() {
            return;
        }
        if self.note.is_some() {
            outlined!(V, self.take_note(plan, world, at));
        }
        self.list(leader.map(|leader| &leader.listing), plan, world, at);
        if let Some(note) = &mut self.note {
            note.kept_after = self.holding.kept;
            note.ipo_equity = self.listing.ipo_equity;
        }
        self.leave(plan, world, at);
    }

    /// The exit of the stake.
    #[inline(always)]
    fn leave(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let last = at.period + 1 == plan.steps.periods.len();
        let factor = world.view(Some(at.period)).discounts.equity;
        let (lockup, market) = (self.terms.lockup_years, self.terms.unlisted_market);
        self.holding.leave(self.listing.ipo_time, lockup, market, factor, at, last);
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

    /// What the revenue share is a share of.
    #[inline(always)]
    fn base(&self, plan: &Plan) -> V {
        match plan.model.deals[self.deal].base {
            ShareBase::Net => self.sales.net,
            ShareBase::Gross => self.sales.gross,
        }
    }

    /// The part of the base that is due at a rate; `None`: nothing.
    #[inline(always)]
    fn due_part(&self, world: &World<V>, rate: Option<Num>) -> V {
        match rate {
            Some(rate) => world.numbers[rate] * self.terms.eligible,
            None => V::zero(),
        }
    }

    /// The period's payment.
    #[inline(always)]
    fn pay(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let terms = PayTerms {
            rate: self.due_part(world, plan.deals[self.deal].rate[at.period]),
            base: self.base(plan),
            net: self.sales.net,
            factor: world.view(Some(at.period)).discounts.share * self.lag_factor,
            effective: plan.model.deals[self.deal].effective,
        };
        self.paid_pv[at.period] = self.share.pay(&terms, at);
    }

    /// Microsoft's own business of the period.
    #[inline(always)]
    fn serve(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let (terms, licensed) = (&self.terms, plan.deals[self.deal].licensed[at.period]);
        let view = world.view(Some(at.period));
        let factor = view.discounts.cloud;
        if !plan.model.clouds.is_empty() {
            let sales = self.sales.home * factor;
            if licensed {
                self.own.resell_licensed(sales, terms.resale_margin, terms.home_keeps);
            } else {
                self.own.resell(sales, terms.home_fee);
            }
            self.own.host(&self.books, terms.hosting_margin, terms.unused_margin, factor);
        }
        if licensed {
            self.own.license(view.royalty, terms.licence_part);
        }
    }

    /// What is owed at a time, on the base of a period of that length, years.
    #[inline(always)]
    fn owe(&mut self, plan: &Plan, world: &World<V>, rate: Option<Num>, length: f64, time: f64) {
        if rate.is_none() {
            self.share.owe_nothing();
            return;
        }
        let terms = OwedTerms {
            rate: self.due_part(world, rate),
            annual_base: self.base(plan) * (1.0 / length) * self.holding.alive,
            year_ago_ratio: self.past.year_ago_ratio,
            fade: self.terms.owed_fade,
            discount: world.discounts.share_rate,
            effective: plan.model.deals[self.deal].effective,
            time,
        };
        self.share.owe(&terms);
    }

    /// Notes what a prospectus would say before the period's offer.
    #[inline(always)]
    fn take_note(&mut self, plan: &Plan, world: &World<V>, at: StepRef) {
        let figures = Readiness::before_offer(self, plan, world, at);
        if let Some(note) = &mut self.note {
            **note = figures;
        }
    }

    /// What would be owed at the end of a period had what is still to come no cap.
    #[inline(always)]
    pub fn owed_without_cap(&mut self, plan: &Plan, world: &World<V>, at: StepRef) -> V {
        let (left, owed) = (self.share.cap_left, self.share.owed);
        self.share.cap_left = V::splat(f64::INFINITY);
        self.owe(plan, world, plan.deals[self.deal].rate[at.period], at.length, at.end);
        let without = self.share.owed;
        (self.share.cap_left, self.share.owed) = (left, owed);
        without
    }

    /// Enterprise value at the end of a period, or today.
    #[inline(always)]
    fn value(&mut self, plan: &Plan, world: &World<V>, period: Option<usize>) {
        let Some(equity) = &plan.model.equity else { return };
        let basis = ValueBasis {
            multiple: world.view(period).multiple,
            run_rate: self.sales.run_rate,
            net: self.sales.net,
            inference: self.sales.inference,
            past: &self.past,
        };
        self.holding.value(plan, &equity.method, period, &basis, &world.numbers);
    }

    /// Gates and IPO.
    #[inline(always)]
    fn list(&mut self, leader: Option<&Listing<V>>, plan: &Plan, world: &World<V>, at: StepRef) {
        let Some(terms) = &plan.model.ipo else { return };
        let view = world.view(Some(at.period));
        let figures = GateFigures {
            sales: &self.sales,
            past: &self.past,
            demand: &view.demand,
            mix: view.mix(plan, self.deal),
            share: &self.share,
            committed_next_year: view.costs.committed_next_year,
        };
        let gates = &self.terms.gates;
        self.listing.list(
            plan,
            terms,
            gates,
            leader,
            at,
            &figures,
            &mut self.books,
            &mut self.holding,
            &world.numbers,
        );
    }

    /// The period's flows, as they are written down.
    #[inline(always)]
    pub fn flows<'a>(&self, plan: &Plan, view: &'a View<V>) -> Flows<'a, V> {
        Flows {
            net: self.sales.net,
            inference: self.sales.inference,
            paid: self.share.paid,
            compute: self.books.compute,
            compute_home: self.books.compute_home,
            fcf: self.books.fcf,
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
            cash: self.books.cash,
            equity: self.holding.equity,
            equity_defined: self.holding.defined,
            multiple: view.multiple,
            stake_now: self.terms.stake,
            kept: self.holding.kept,
            ready: self.listing.ready,
            ipo_time: self.listing.ipo_time,
            alive: self.holding.alive,
            end: at.end,
        }
    }
}
