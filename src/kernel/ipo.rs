//! IPO: gates, readiness and the offer (methodology: IPO).

use super::cloud_mix::Sold;
use super::cost::CashFlow;
use super::deal::{Demand, Sales, Share};
use super::equity::EquityState;
use super::numbers::Numbers;
use super::plan::Plan;
use super::timeline::{StepRef, TIME_SLACK};
use super::trailing::Past;
use super::view::View;
use crate::math::vector::{Mask, Vector};
use crate::model::ipo::{GateKind, Ipo};
use crate::model::parameters::ParamId;

/// Readiness and listing of OpenAI under a deal.
#[derive(Clone, Copy)]
pub struct Listing<V> {
    /// Number of months for which all gates have been met.
    pub held_months: V,
    /// 1 where the gates that depend only on sales are met at the period's end.
    pub(super) sales_gates: V,
    /// Net revenue of the last twelve months, billions.
    pub(super) trailing_revenue: V,
    /// 1 where OpenAI is ready at the period's end.
    pub ready: V,
    /// Time of first readiness, years; infinite if never.
    pub ready_time: V,
    /// Time of the IPO, years; infinite if never.
    pub ipo_time: V,
    /// Pre-money value at the offer price, billions.
    pub ipo_equity: V,
    /// 1 where that value is defined.
    pub ipo_defined: V,
}

/// Figures that the gates test.
pub struct GateFigures<'a, V> {
    /// Sales of the period.
    pub sales: &'a Sales<V>,
    /// Figures of past periods.
    pub past: &'a Past<V>,
    /// Demand of the period.
    pub demand: &'a Demand<V>,
    /// The cloud mix of the period.
    pub mix: &'a Sold<V>,
    /// The revenue share.
    pub share: &'a Share<V>,
    /// Compute commitments of the next twelve months, billions.
    pub committed_next_year: V,
}

impl<'a, V: Vector> GateFigures<'a, V> {
    /// Figures of a deal at the end of a period.
    #[inline(always)]
    pub fn new(
        plan: &Plan,
        deal: usize,
        sales: &'a Sales<V>,
        past: &'a Past<V>,
        share: &'a Share<V>,
        view: &'a View<V>,
    ) -> GateFigures<'a, V> {
        let committed_next_year = view.costs.committed_next_year;
        GateFigures {
            sales,
            past,
            demand: &view.demand,
            mix: view.mix(plan, deal),
            share,
            committed_next_year,
        }
    }
}

/// A gate with its threshold on the paths.
struct Gate<V> {
    kind: GateKind,
    num: ParamId,
    threshold: V,
}

/// Gates on the paths, grouped by what they depend on.
pub struct GateTerms<V> {
    /// Gates on the value of equity, tested again on the day of the offer.
    on_value: Vec<Gate<V>>,
    /// Gates on sales alone.
    on_sales: Vec<Gate<V>>,
    /// Gates that depend on payments.
    on_payments: Vec<Gate<V>>,
    /// Months for which all gates must be met, less a tolerance for rounding.
    ready_months: V,
    preparation_years: V,
}

impl<V: Vector> GateTerms<V> {
    /// Allocates the gates of a plan.
    pub fn new(plan: &Plan) -> GateTerms<V> {
        let gates = plan.model.ipo.as_ref().map_or(&[][..], |ipo| &ipo.gates);
        let of = |wanted: &dyn Fn(GateKind) -> bool| -> Vec<Gate<V>> {
            let wanted = gates.iter().filter(|&&(kind, _)| wanted(kind));
            wanted.map(|&(kind, num)| Gate { kind, num, threshold: V::zero() }).collect()
        };
        let on_value = |kind| kind == GateKind::Equity;
        GateTerms {
            on_value: of(&on_value),
            on_sales: of(&|kind| !on_value(kind) && !kind.depends_on_payments()),
            on_payments: of(&|kind| !on_value(kind) && kind.depends_on_payments()),
            ready_months: V::zero(),
            preparation_years: V::zero(),
        }
    }

    /// Reads the thresholds on the paths.
    #[inline(always)]
    pub fn prepare(&mut self, terms: &Ipo, numbers: &Numbers<V>) {
        for gates in [&mut self.on_value, &mut self.on_sales, &mut self.on_payments] {
            for gate in gates {
                gate.threshold = numbers[gate.num];
            }
        }
        self.ready_months = numbers[terms.ready_months] - 12.0 * TIME_SLACK;
        self.preparation_years = numbers[terms.preparation_months] / V::splat(12.0);
    }
}

impl<V: Vector> Listing<V> {
    /// State at time 0: never ready yet.
    #[inline(always)]
    pub fn never() -> Listing<V> {
        let (zero, never) = (V::zero(), V::splat(f64::INFINITY));
        Listing {
            held_months: zero,
            sales_gates: zero,
            trailing_revenue: zero,
            ready: zero,
            ready_time: never,
            ipo_time: never,
            ipo_equity: zero,
            ipo_defined: zero,
        }
    }

    /// Paths on which OpenAI is alive and its equity meets the gates on value.
    #[inline(always)]
    pub fn meets_value_gates(&self, gates: &GateTerms<V>, equity_state: &EquityState<V>) -> V::Mask {
        let mut worth = equity_state.alive.is_set();
        for gate in &gates.on_value {
            worth = worth & equity_state.equity.ge(gate.threshold) & equity_state.defined.is_set();
        }
        worth
    }

    /// Computes trailing revenue and tests the gates on sales alone.
    #[inline(always)]
    pub fn test_sales_gates(
        &mut self,
        plan: &Plan,
        gates: &GateTerms<V>,
        at: StepRef,
        figures: &GateFigures<'_, V>,
        cash_flow: &CashFlow<V>,
        numbers: &Numbers<V>,
    ) {
        self.trailing_revenue = figures.past.net_over(&plan.revenue_windows.year[at.period], numbers);
        let all = V::zero().eq(V::zero());
        let met = self.met(&gates.on_sales, all, plan, at, figures, cash_flow, numbers);
        self.sales_gates = V::flag(met);
    }

    /// Tests the other gates and readiness at the end of a period, and makes the offer. `worth` is the mask
    /// of paths that meet the gates on value; the gates on sales have been tested before.
    #[inline(always)]
    pub fn test_and_offer(
        &mut self,
        plan: &Plan,
        terms: &Ipo,
        gates: &GateTerms<V>,
        worth: V::Mask,
        at: StepRef,
        figures: &GateFigures<'_, V>,
        cash_flow: &mut CashFlow<V>,
        equity_state: &mut EquityState<V>,
        numbers: &Numbers<V>,
    ) {
        let alive = equity_state.alive.is_set();
        let never = V::splat(f64::INFINITY);
        let met = alive & self.sales_gates.is_set();
        let met = self.met(&gates.on_payments, met, plan, at, figures, cash_flow, numbers);
        let holds = if plan.schedule.tested[at.period] { met & worth } else { alive & !alive };
        self.held_months = (self.held_months + 12.0 * at.length).select_or_zero(holds);
        let ready = holds & self.held_months.ge(gates.ready_months);
        self.ready = V::flag(ready);
        let first = ready & self.ready_time.eq(never);
        self.ready_time = V::select(first, V::splat(at.end), self.ready_time);
        let prepared = (self.ready_time + gates.preparation_years).le(V::splat(at.end + TIME_SLACK));
        // Nothing can be sold at a value of 0, which an undefined one has too.
        let priced = equity_state.equity.gt(V::zero());
        let offers = prepared & worth & priced & self.ipo_time.eq(never);
        if offers.any() {
            self.offer(plan, terms, at, offers, figures.share.owed, cash_flow, equity_state, numbers);
        }
    }

    /// Paths of the mask `met` that also meet all of these gates.
    #[inline(always)]
    fn met(
        &self,
        gates: &[Gate<V>],
        mut met: V::Mask,
        plan: &Plan,
        at: StepRef,
        figures: &GateFigures<'_, V>,
        cash_flow: &CashFlow<V>,
        numbers: &Numbers<V>,
    ) -> V::Mask {
        for &Gate { kind, threshold, .. } in gates {
            met = met & gate(plan, kind, threshold, at, self.trailing_revenue, figures, cash_flow, numbers);
        }
        met
    }

    /// Raises the rounds that come with the IPO, each at the value of its moment, and then sells new shares.
    #[inline(always)]
    fn offer(
        &mut self,
        plan: &Plan,
        terms: &Ipo,
        at: StepRef,
        offers: V::Mask,
        owed: V,
        cash_flow: &mut CashFlow<V>,
        equity_state: &mut EquityState<V>,
        numbers: &Numbers<V>,
    ) {
        self.ipo_time = V::select(offers, V::splat(at.end), self.ipo_time);
        for &round in &plan.schedule.ipo_rounds[at.period] {
            equity_state.raise(plan, &plan.model.rounds[round], offers, &mut cash_flow.cash, numbers);
            equity_state.value_equity(cash_flow.cash, owed);
        }
        let value = (V::one() - numbers[terms.underpricing]) * equity_state.equity;
        let primary = numbers[terms.primary];
        self.ipo_equity = V::select(offers, value, self.ipo_equity);
        self.ipo_defined = V::select(offers, equity_state.defined, self.ipo_defined);
        equity_state.dilution_factor =
            V::select(offers, equity_state.dilution_factor / (primary + 1.0), equity_state.dilution_factor);
        if plan.model.cash.is_some() {
            let proceeds = primary * value * (V::one() - numbers[terms.fee]);
            cash_flow.cash = V::select(offers, cash_flow.cash + proceeds, cash_flow.cash);
        }
        equity_state.value_equity(cash_flow.cash, owed);
    }
}

/// Paths on which a gate is met; an undefined figure (NaN) meets none.
#[inline(always)]
fn gate<V: Vector>(
    plan: &Plan,
    kind: GateKind,
    threshold: V,
    at: StepRef,
    trailing_revenue: V,
    figures: &GateFigures<'_, V>,
    cash_flow: &CashFlow<V>,
    numbers: &Numbers<V>,
) -> V::Mask {
    let sales = figures.sales;
    match kind {
        GateKind::TrailingRevenue => trailing_revenue.ge(threshold),
        GateKind::Growth => (figures.past.year_ago_ratio - 1.0).ge(threshold),
        GateKind::GrossMargin => (V::one() - sales.inference / sales.net).ge(threshold),
        GateKind::FcfMargin => {
            let fcf = figures.past.fcf_over(&plan.fcf_windows.year[at.period], numbers);
            (fcf / trailing_revenue).ge(threshold)
        }
        GateKind::RunwayMonths => {
            if plan.model.cash.is_none() {
                return threshold.eq(threshold);
            }
            let months = cash_flow.cash * 12.0 / (-cash_flow.fcf / V::splat(at.length));
            let burns = cash_flow.fcf.lt(V::zero());
            V::select(burns, months, V::splat(f64::INFINITY)).ge(threshold)
        }
        GateKind::LargestCloudShare => {
            (figures.demand.cloud * figures.mix.largest / sales.gross).le(threshold)
        }
        GateKind::CommitmentsToRevenue => (figures.committed_next_year / trailing_revenue).le(threshold),
        GateKind::OwedToRevenue => (figures.share.owed / trailing_revenue).le(threshold),
        GateKind::Equity => threshold.eq(threshold),
    }
}
