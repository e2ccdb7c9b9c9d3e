//! What a prospectus would say of a deal's company at the end of a period, before an offer in it: noted for studies of the IPO
//! alone, and read by no equation.

use super::cost::CashFlow;
use super::equity::EquityState;
use super::ipo::GateFigures;
use super::numbers::Numbers;
use super::plan::Plan;
use super::timeline::StepRef;
use crate::math::lanes::Lanes;
use crate::math::vector::Vector;
use crate::model::ipo::GateKind;

const GATES: usize = GateKind::ALL.len();

/// Figures of one deal and period on a block, or on eight paths.
#[derive(Clone, Copy)]
pub struct Readiness<V> {
    /// What each gate measures, in the order of [`GateKind::ALL`], set or not; NaN: undefined.
    pub figures: [V; GATES],
    /// 1 where the company is alive.
    pub alive: V,
    /// Cash, billions.
    pub cash: V,
    /// Free cash flow of the period, billions.
    pub fcf: V,
    /// Income before tax of the period, billions.
    pub pretax: V,
    /// What a buyer must expect the share still to cost, billions.
    pub owed: V,
    /// The same had the deal no cap.
    pub owed_uncapped: V,
    /// What may still be paid, billions; infinite without a cap.
    pub cap_left: V,
    /// Payments of the share since the valuation date, billions.
    pub paid: V,
    /// What would have been due without the cap since then, billions.
    pub due: V,
    /// What a holder of time 0 has left of each share, before the period's rounds with the IPO and its offer.
    pub dilution_factor: V,
    /// The same after them.
    pub dilution_factor_after: V,
    /// Pre-money value at the offer price, from the offer on, billions.
    pub ipo_equity: V,
}

impl<V: Copy> Readiness<V> {
    /// The same everywhere.
    pub fn all(value: V) -> Readiness<V> {
        Readiness {
            figures: [value; GATES],
            alive: value,
            cash: value,
            fcf: value,
            pretax: value,
            owed: value,
            owed_uncapped: value,
            cap_left: value,
            paid: value,
            due: value,
            dilution_factor: value,
            dilution_factor_after: value,
            ipo_equity: value,
        }
    }

    /// The figure of a gate.
    pub fn figure(&self, gate: GateKind) -> &V {
        &self.figures[gate as usize]
    }

    fn columns(&mut self) -> [&mut V; GATES + 12] {
        let [a, b, c, d, e, f, g, h, i] = &mut self.figures;
        [
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
            i,
            &mut self.alive,
            &mut self.cash,
            &mut self.fcf,
            &mut self.pretax,
            &mut self.owed,
            &mut self.owed_uncapped,
            &mut self.cap_left,
            &mut self.paid,
            &mut self.due,
            &mut self.dilution_factor,
            &mut self.dilution_factor_after,
            &mut self.ipo_equity,
        ]
    }
}

impl<V: Vector> Readiness<V> {
    /// The figures of a period before its offer. `owed_uncapped`: what would be owed without a cap, billions.
    #[inline(always)]
    pub fn before_offer(
        plan: &Plan,
        at: StepRef,
        figures: &GateFigures<'_, V>,
        cash_flow: &CashFlow<V>,
        equity_state: &EquityState<V>,
        owed_uncapped: V,
        numbers: &Numbers<V>,
    ) -> Readiness<V> {
        let GateFigures { sales, past, share, .. } = *figures;
        let revenue = past.net_over(&plan.revenue_windows.year[at.period], numbers);
        let fcf_of_year = past.fcf_over(&plan.fcf_windows.year[at.period], numbers);
        let endless = V::splat(f64::INFINITY);
        let runway = match plan.model.cash {
            Some(_) => {
                let months = cash_flow.cash * 12.0 / (-cash_flow.fcf / V::splat(at.length));
                V::select(cash_flow.fcf.lt(V::zero()), months, endless)
            }
            None => endless,
        };
        let sold = figures.demand.cloud * figures.mix.largest;
        // In the order of `GateKind::ALL`.
        let gates = [
            revenue,
            past.year_ago_ratio - 1.0,
            V::one() - sales.inference / sales.net,
            fcf_of_year / revenue,
            runway,
            sold / sales.gross,
            figures.committed_next_year / revenue,
            share.owed / revenue,
            V::select(equity_state.defined.is_set(), equity_state.equity, V::splat(f64::NAN)),
        ];
        Readiness {
            figures: gates,
            alive: equity_state.alive,
            cash: cash_flow.cash,
            fcf: cash_flow.fcf,
            pretax: cash_flow.pretax,
            owed: share.owed,
            owed_uncapped,
            cap_left: share.cap_left,
            paid: share.cumulative,
            due: share.cumulative_due,
            dilution_factor: equity_state.dilution_factor,
            dilution_factor_after: V::zero(),
            ipo_equity: V::zero(),
        }
    }

    /// Writes the eight paths of that index into a block's columns.
    #[inline(always)]
    pub fn store(&mut self, lane_group: usize, block: &mut Readiness<Lanes>) {
        for (value, lanes) in self.columns().into_iter().zip(block.columns()) {
            value.store(lanes.group_mut(lane_group));
        }
    }
}
