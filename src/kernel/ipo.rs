//! Gates of readiness and the offer (methodology: IPO).

use super::cloud_mix::Sold;
use super::cost::Books;
use super::deal::{Demand, Sales, Share};
use super::equity::Holding;
use super::numbers::Numbers;
use super::plan::{Plan, StepRef, TIME_SLACK};
use super::trailing::Past;
use crate::math::vector::{Mask, Vector};
use crate::model::ipo::{GateKind, Ipo};
use crate::model::ledger::Num;

/// Readiness and listing of a deal's company.
#[derive(Clone, Copy)]
pub struct Listing<V> {
    /// Months for which all gates have held.
    pub held_months: V,
    /// 1 where the gates on sales alone, which do not hang on what is paid, are met at the period's end.
    sales_gates: V,
    /// Net revenue of the last twelve months, billions.
    trailing_revenue: V,
    /// 1 where ready at the period's end.
    pub ready: V,
    /// Time of first readiness, years; infinite: never.
    pub ready_time: V,
    /// Time of the IPO, years; infinite: never.
    pub ipo_time: V,
    /// Pre-money value at the offer price, billions.
    pub ipo_equity: V,
    /// 1 where that value is defined.
    pub ipo_defined: V,
}

/// What gates look at.
pub struct GateFigures<'a, V> {
    /// Sales of the period.
    pub sales: &'a Sales<V>,
    /// Figures of the periods so far.
    pub past: &'a Past<V>,
    /// Demand of the period.
    pub demand: &'a Demand<V>,
    /// The cloud mix of the period.
    pub mix: &'a Sold<V>,
    /// The revenue share.
    pub share: &'a Share<V>,
    /// Commitments of the next twelve months, billions.
    pub committed_next_year: V,
}

/// A gate and its threshold on the paths.
struct Gate<V> {
    kind: GateKind,
    num: Num,
    threshold: V,
}

/// The gates on the paths, sorted once a run by what they hang on.
pub struct GateTerms<V> {
    /// On the value of equity, tested again on the day of the offer.
    on_value: Vec<Gate<V>>,
    /// On sales alone.
    on_sales: Vec<Gate<V>>,
    /// On what is paid and owed.
    on_payments: Vec<Gate<V>>,
    /// Months that all gates must hold, less the slack of comparisons.
    ready_months: V,
    preparation_years: V,
}

impl<V: Vector> GateTerms<V> {
    /// Room for the gates of a plan.
    pub fn new(plan: &Plan) -> GateTerms<V> {
        let gates = plan.model.ipo.as_ref().map_or(&[][..], |ipo| &ipo.gates);
        let of = |wanted: &dyn Fn(GateKind) -> bool| -> Vec<Gate<V>> {
            let wanted = gates.iter().filter(|&&(kind, _)| wanted(kind));
            wanted.map(|&(kind, num)| Gate { kind, num, threshold: V::zero() }).collect()
        };
        let on_value = |kind| kind == GateKind::Equity;
        GateTerms {
            on_value: of(&on_value),
            on_sales: of(&|kind| !on_value(kind) && !kind.hangs_on_payments()),
            on_payments: of(&|kind| !on_value(kind) && kind.hangs_on_payments()),
            ready_months: V::zero(),
            preparation_years: V::zero(),
        }
    }

    /// Their numbers on the paths.
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
    /// Never ready yet.
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

    /// Gates, readiness and the offer at the end of a period. `leader`: the listing of another company of the same sales,
    /// from which the gates on sales alone are taken.
    #[inline(always)]
    pub fn list(
        &mut self,
        plan: &Plan,
        terms: &Ipo,
        gates: &GateTerms<V>,
        leader: Option<&Listing<V>>,
        at: StepRef,
        figures: &GateFigures<'_, V>,
        books: &mut Books<V>,
        holding: &mut Holding<V>,
        numbers: &Numbers<V>,
    ) {
        let alive = holding.alive.is_set();
        let never = V::splat(f64::INFINITY);
        let mut worth = alive;
        for gate in &gates.on_value {
            worth = worth & holding.equity.ge(gate.threshold) & holding.defined.is_set();
        }
        if let Some(leader) = leader {
            // Of a company that follows another nobody asks whether it is ready once it is listed: where value or sales keep
            // all others from it, and none that is worth enough waits for its offer, there is nothing to look at.
            let waits = leader.sales_gates.is_set() | self.ready_time.lt(never);
            if !(worth & self.ipo_time.eq(never) & waits).any() {
                self.held_months = V::zero();
                self.ready = V::zero();
                return;
            }
            self.trailing_revenue = leader.trailing_revenue;
            self.sales_gates = leader.sales_gates;
        } else {
            self.trailing_revenue = figures.past.net_over(&plan.revenue_windows.year[at.period], numbers);
            self.sales_gates = V::flag(self.met(
                &gates.on_sales,
                V::zero().eq(V::zero()),
                plan,
                at,
                figures,
                books,
                numbers,
            ));
        }
        let met = alive & self.sales_gates.is_set();
        let met = self.met(&gates.on_payments, met, plan, at, figures, books, numbers);
        let holds = if plan.tested[at.period] { met & worth } else { alive & !alive };
        self.held_months = (self.held_months + 12.0 * at.length).select_or_zero(holds);
        let ready = holds & self.held_months.ge(gates.ready_months);
        self.ready = V::flag(ready);
        let first = ready & self.ready_time.eq(never);
        self.ready_time = V::select(first, V::splat(at.end), self.ready_time);
        let prepared = (self.ready_time + gates.preparation_years).le(V::splat(at.end + TIME_SLACK));
        let offers = prepared & worth & holding.defined.is_set() & self.ipo_time.eq(never);
        if offers.any() {
            self.offer(plan, terms, at, offers, figures.share.owed, books, holding, numbers);
        }
    }

    /// Whether all of some gates are met as well.
    #[inline(always)]
    fn met(
        &self,
        gates: &[Gate<V>],
        mut met: V::Mask,
        plan: &Plan,
        at: StepRef,
        figures: &GateFigures<'_, V>,
        books: &Books<V>,
        numbers: &Numbers<V>,
    ) -> V::Mask {
        for &Gate { kind, threshold, .. } in gates {
            met = met & gate(plan, kind, threshold, at, self.trailing_revenue, figures, books, numbers);
        }
        met
    }

    /// Conditional rounds, each at the value of its moment, then the sale of new shares.
    #[inline(always)]
    fn offer(
        &mut self,
        plan: &Plan,
        terms: &Ipo,
        at: StepRef,
        offers: V::Mask,
        owed: V,
        books: &mut Books<V>,
        holding: &mut Holding<V>,
        numbers: &Numbers<V>,
    ) {
        self.ipo_time = V::select(offers, V::splat(at.end), self.ipo_time);
        for &round in &plan.ipo_rounds {
            holding.raise(plan, &plan.model.rounds[round], offers, &mut books.cash, numbers);
            holding.value_equity(books.cash, owed);
        }
        let value = (V::one() - numbers[terms.underpricing]) * holding.equity;
        let primary = numbers[terms.primary];
        self.ipo_equity = V::select(offers, value, self.ipo_equity);
        self.ipo_defined = V::select(offers, holding.defined, self.ipo_defined);
        holding.kept = V::select(offers, holding.kept / (primary + 1.0), holding.kept);
        if plan.model.cash.is_some() {
            let proceeds = primary * value * (V::one() - numbers[terms.fee]);
            books.cash = V::select(offers, books.cash + proceeds, books.cash);
        }
        holding.value_equity(books.cash, owed);
    }
}

/// Whether a gate is met; an undefined figure (NaN) meets none.
#[inline(always)]
fn gate<V: Vector>(
    plan: &Plan,
    kind: GateKind,
    threshold: V,
    at: StepRef,
    trailing_revenue: V,
    figures: &GateFigures<'_, V>,
    books: &Books<V>,
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
            let months = books.cash * 12.0 / (-books.fcf / V::splat(at.length));
            let burns = books.fcf.lt(V::zero());
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
