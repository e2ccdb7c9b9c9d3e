//! What a prospectus would say of a deal's company at the end of a period, before an offer in it: noted for studies of the IPO
//! alone, and read by no equation.

use super::company::Company;
use super::plan::{Plan, StepRef};
use super::world::World;
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
    pub kept: V,
    /// The same after them.
    pub kept_after: V,
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
            kept: value,
            kept_after: value,
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
            &mut self.kept,
            &mut self.kept_after,
            &mut self.ipo_equity,
        ]
    }
}

impl<V: Vector> Readiness<V> {
    /// The figures of a period before its offer.
    #[inline(always)]
    pub fn before_offer(
        company: &mut Company<V>,
        plan: &Plan,
        world: &World<V>,
        at: StepRef,
    ) -> Readiness<V> {
        let (zero, numbers) = (V::zero(), &world.numbers);
        let revenue = company.past.net_over(&plan.revenue_windows.year[at.period], numbers);
        let fcf_of_year = company.past.fcf_over(&plan.fcf_windows.year[at.period], numbers);
        let Company { sales, share, books, holding, .. } = &*company;
        let endless = V::splat(f64::INFINITY);
        let runway = match plan.model.cash {
            Some(_) => {
                let months = books.cash * 12.0 / (-books.fcf / V::splat(at.length));
                V::select(books.fcf.lt(zero), months, endless)
            }
            None => endless,
        };
        let view = world.view(Some(at.period));
        let sold = view.demand.cloud * view.mix(plan, company.deal()).largest;
        let mut note = Readiness::all(zero);
        // In the order of `GateKind::ALL`.
        note.figures = [
            revenue,
            company.past.year_ago_ratio - 1.0,
            V::one() - sales.inference / sales.net,
            fcf_of_year / revenue,
            runway,
            sold / sales.gross,
            view.costs.committed_next_year / revenue,
            share.owed / revenue,
            V::select(holding.defined.is_set(), holding.equity, V::splat(f64::NAN)),
        ];
        note.alive = holding.alive;
        note.cash = books.cash;
        note.fcf = books.fcf;
        note.pretax = books.pretax;
        note.owed = share.owed;
        note.cap_left = share.cap_left;
        note.paid = share.cumulative;
        note.due = share.cumulative_due;
        note.kept = holding.kept;
        note.owed_uncapped = company.owed_without_cap(plan, world, at);
        note
    }

    /// Writes the eight paths of that index into a block's columns.
    #[inline(always)]
    pub fn store(&mut self, eight: usize, block: &mut Readiness<Lanes>) {
        for (value, lanes) in self.columns().into_iter().zip(block.columns()) {
            value.store(lanes.group_mut(eight));
        }
    }
}
