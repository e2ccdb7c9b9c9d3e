//! Gates of readiness and the offer (methodology: IPO).

use super::cloud_mix::Mix;
use super::cost::Books;
use super::deal::{Demand, Sales, Share};
use super::equity::Holding;
use super::numbers::Numbers;
use super::plan::{Plan, StepRef, TIME_SLACK};
use super::trailing::Past;
use crate::math::vector::{Mask, Vector};
use crate::model::ipo::{GateKind, Ipo};

/// Readiness and listing of a deal's company.
#[derive(Clone, Copy)]
pub struct Listing<V> {
    /// Months for which all gates have held.
    pub held_months: V,
    /// 1 where the gates on sales alone, which do not hang on what is paid, are met at the period's end.
    pub sales_gates: V,
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
    pub mix: &'a Mix<V>,
    /// The revenue share.
    pub share: &'a Share<V>,
    /// Commitments of the next twelve months, billions.
    pub committed_next_year: V,
}

/// The gates' numbers on the paths.
pub struct GateTerms<V> {
    thresholds: Vec<V>,
    /// Months that all gates must hold, less the slack of comparisons.
    ready_months: V,
    preparation_years: V,
}

impl<V: Vector> GateTerms<V> {
    /// Room for the gates of a plan.
    pub fn new(plan: &Plan) -> GateTerms<V> {
        let gates = plan.model.ipo.as_ref().map_or(0, |ipo| ipo.gates.len());
        GateTerms {
            thresholds: vec![V::zero(); gates],
            ready_months: V::zero(),
            preparation_years: V::zero(),
        }
    }

    /// Their numbers on the paths.
    #[inline(always)]
    pub fn prepare(&mut self, terms: &Ipo, numbers: &Numbers<V>) {
        for (threshold, &(_, num)) in self.thresholds.iter_mut().zip(&terms.gates) {
            *threshold = numbers[num];
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
            ready: zero,
            ready_time: never,
            ipo_time: never,
            ipo_equity: zero,
            ipo_defined: zero,
        }
    }

    /// Gates, readiness and the offer at the end of a period. `sales_gates`: what another company of the same sales has
    /// found of the gates on sales alone.
    #[inline(always)]
    pub fn list(
        &mut self,
        plan: &Plan,
        terms: &Ipo,
        gates: &GateTerms<V>,
        sales_gates: Option<V>,
        at: StepRef,
        figures: &GateFigures<'_, V>,
        books: &mut Books<V>,
        holding: &mut Holding<V>,
        numbers: &Numbers<V>,
    ) {
        let alive = holding.alive.is_set();
        let never = V::splat(f64::INFINITY);
        if let Some(others) = sales_gates {
            // Of a company that follows another nobody asks whether it is ready once it is listed: where value or sales keep
            // all others from it, and none that is worth enough waits for its offer, there is nothing to look at.
            let mut worth = alive & self.ipo_time.same(never);
            for (&(kind, _), &threshold) in terms.gates.iter().zip(&gates.thresholds) {
                if kind == GateKind::Equity {
                    worth = worth & holding.equity.ge(threshold) & holding.defined.is_set();
                }
            }
            let looks = worth & (others.is_set() | self.ready_time.lt(never));
            if !looks.any() {
                self.held_months = V::zero();
                self.ready = V::zero();
                return;
            }
        }
        let mut met = alive;
        let mut met_by_sales = V::zero().same(V::zero());
        let mut value_met = alive;
        // Where gates on sales are known, the others may not need it.
        let wants =
            |&(kind, _): &(GateKind, _)| matches!(kind, GateKind::FcfMargin | GateKind::OwedToRevenue);
        let trailing_revenue = if sales_gates.is_none() || terms.gates.iter().any(wants) {
            figures.past.net_over(&plan.revenue_windows.year[at.period], numbers)
        } else {
            V::zero()
        };
        for (&(kind, _), &threshold) in terms.gates.iter().zip(&gates.thresholds) {
            // The value gate is tested again on the day of the offer.
            if kind == GateKind::Equity {
                value_met = value_met & holding.equity.ge(threshold) & holding.defined.is_set();
                continue;
            }
            let by_sales = !kind.hangs_on_payments();
            if by_sales && sales_gates.is_some() {
                continue;
            }
            let this = gate(plan, kind, threshold, at, trailing_revenue, figures, books, numbers);
            if by_sales {
                met_by_sales = met_by_sales & this;
            } else {
                met = met & this;
            }
        }
        self.sales_gates = sales_gates.unwrap_or(V::flag(met_by_sales));
        met = met & self.sales_gates.is_set();
        let holds = if plan.tested[at.period] { met & value_met } else { alive & !alive };
        self.held_months = (self.held_months + 12.0 * at.length).only(holds);
        let ready = holds & self.held_months.ge(gates.ready_months);
        self.ready = V::flag(ready);
        let first = ready & self.ready_time.same(never);
        self.ready_time = V::select(first, V::splat(at.end), self.ready_time);
        let prepared = (self.ready_time + gates.preparation_years).le(V::splat(at.end + TIME_SLACK));
        let offers = prepared & value_met & holding.defined.is_set() & self.ipo_time.same(never);
        if offers.any() {
            self.offer(plan, terms, at, offers, figures.share.owed, books, holding, numbers);
        }
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
                return threshold.same(threshold);
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
        GateKind::Equity => threshold.same(threshold),
    }
}
