//! Figures of an IPO prospectus at the end of a period, recorded only for readiness studies; no equation
//! reads them.

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

/// Figures of one deal and period, on a block or on eight paths.
#[derive(Clone, Copy)]
pub struct Readiness<V> {
    /// Figure of each gate, in the order of [`GateKind::ALL`], whether or not the scenario sets it; NaN where
    /// undefined.
    pub figures: [V; GATES],
    /// 1 where OpenAI has not failed.
    pub alive: V,
    /// Cash, billions.
    pub cash: V,
    /// Free cash flow of the period, billions.
    pub fcf: V,
    /// Income before tax of the period, billions.
    pub pretax: V,
    /// Liability from the revenue share, billions.
    pub owed: V,
    /// The same if future payments had no cap, billions.
    pub owed_uncapped: V,
    /// Payments that the cap still allows, billions; infinite without a cap.
    pub cap_left: V,
    /// Payments of the share since the valuation date, billions.
    pub paid: V,
    /// Amount due since the valuation date, ignoring the cap, billions.
    pub due: V,
    /// Fraction of a stake of time 0 that dilution leaves before the offer.
    pub dilution_factor: V,
    /// The same after the offer.
    pub dilution_factor_after: V,
    /// Pre-money value at the offer price, billions; 0 before the offer.
    pub ipo_equity: V,
}

impl<V: Copy> Readiness<V> {
    /// Sets every figure to the same value.
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

    /// Figure of a gate.
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
    /// Figures of a period before its offer. `owed_uncapped` is the liability from the share without a cap,
    /// billions.
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

    /// Writes the figures of a lane group into a block's columns.
    #[inline(always)]
    pub fn store(&mut self, lane_group: usize, block: &mut Readiness<Lanes>) {
        for (value, lanes) in self.columns().into_iter().zip(block.columns()) {
            value.store(lanes.group_mut(lane_group));
        }
    }
}
