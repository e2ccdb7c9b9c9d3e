//! What a prospectus would say of a deal's company at the end of a period, before an offer in it: noted for studies of the IPO
//! alone, and read by no equation.

use super::{DealBlock, Discounts};
use crate::kernel::cloud_mix::Mix;
use crate::kernel::deal::{self, Demand};
use crate::kernel::ipo;
use crate::kernel::plan::{Plan, StepRef};
use crate::kernel::trailing;
use crate::math::lanes::Lanes;
use crate::model::ipo::GateKind;

/// Figures of one deal and period over a block.
#[derive(Clone)]
pub struct Readiness {
    /// What each gate measures, in the order of [`GateKind::ALL`], set or not; NaN: undefined.
    pub figures: [Lanes; GateKind::ALL.len()],
    /// 1 where the company is alive.
    pub alive: Lanes,
    /// Cash, billions.
    pub cash: Lanes,
    /// Free cash flow of the period, billions.
    pub fcf: Lanes,
    /// Income before tax of the period, billions.
    pub pretax: Lanes,
    /// What a buyer must expect the share still to cost, billions.
    pub owed: Lanes,
    /// The same had the deal no cap.
    pub owed_uncapped: Lanes,
    /// What may still be paid, billions; infinite without a cap.
    pub cap_left: Lanes,
    /// Payments of the share since the valuation date, billions.
    pub paid: Lanes,
    /// What would have been due without the cap since then, billions.
    pub due: Lanes,
    /// What a holder of time 0 has left of each share, before the period's rounds with the IPO and its offer.
    pub kept: Lanes,
    /// The same after them.
    pub kept_after: Lanes,
}

impl Readiness {
    /// Nothing yet.
    pub const EMPTY: Readiness = Readiness {
        figures: [Lanes::ZERO; GateKind::ALL.len()],
        alive: Lanes::ZERO,
        cash: Lanes::ZERO,
        fcf: Lanes::ZERO,
        pretax: Lanes::ZERO,
        owed: Lanes::ZERO,
        owed_uncapped: Lanes::ZERO,
        cap_left: Lanes::ZERO,
        paid: Lanes::ZERO,
        due: Lanes::ZERO,
        kept: Lanes::ZERO,
        kept_after: Lanes::ZERO,
    };

    /// The figure of a gate.
    pub fn figure(&self, gate: GateKind) -> &Lanes {
        &self.figures[gate as usize]
    }
}

/// What a period has beside the deal's own state.
pub(super) struct Period<'a> {
    /// Where in time.
    pub at: StepRef,
    /// Commitments of the next twelve months, billions.
    pub committed_next_year: &'a Lanes,
    /// The deal's mix.
    pub mix: &'a Mix,
    /// Demand.
    pub demand: &'a Demand,
    /// Discount rates.
    pub discounts: &'a Discounts,
    /// Values of all numbers.
    pub values: &'a [Lanes],
}

impl DealBlock {
    /// Notes the figures of a period before its offer.
    pub(super) fn note(&mut self, plan: &Plan, deal: usize, period: &Period<'_>, out: &mut Readiness) {
        let isa = plan.isa;
        let at = period.at;
        let mut revenue = Lanes::ZERO;
        trailing::over(isa, &plan.revenue_windows.year[at.period], &self.net, period.values, &mut revenue);
        let figure = |out: &mut Readiness, gate: GateKind, write: &dyn Fn(&mut Lanes)| {
            write(&mut out.figures[gate as usize]);
        };
        figure(out, GateKind::TrailingRevenue, &|lanes| *lanes = revenue);
        figure(out, GateKind::Growth, &|lanes| ipo::growth(isa, &self.year_ago_ratio, lanes));
        figure(out, GateKind::GrossMargin, &|lanes| {
            ipo::one_less_ratio(isa, &self.sales.inference, &self.sales.net, lanes);
        });
        figure(out, GateKind::FcfMargin, &|lanes| {
            let mut fcf = Lanes::ZERO;
            trailing::over(isa, &plan.fcf_windows.year[at.period], &self.fcf, period.values, &mut fcf);
            deal::ratio(isa, &fcf, &revenue, lanes);
        });
        figure(out, GateKind::RunwayMonths, &|lanes| match plan.model.cash {
            Some(_) => ipo::runway(isa, &self.books.cash, &self.books.fcf, at.length, lanes),
            None => *lanes = Lanes::splat(f64::INFINITY),
        });
        figure(out, GateKind::LargestCloudShare, &|lanes| {
            super::largest_share(isa, &period.demand.cloud, &period.mix.largest, &self.sales.gross, lanes);
        });
        figure(out, GateKind::CommitmentsToRevenue, &|lanes| {
            deal::ratio(isa, period.committed_next_year, &revenue, lanes);
        });
        figure(out, GateKind::OwedToRevenue, &|lanes| {
            deal::ratio(isa, &self.share.owed, &revenue, lanes);
        });
        figure(out, GateKind::Equity, &|lanes| ipo::defined_equity(isa, &self.holding, lanes));
        out.alive = self.holding.alive;
        out.cash = self.books.cash;
        out.fcf = self.books.fcf;
        out.pretax = self.books.pretax;
        out.owed = self.share.owed;
        out.cap_left = self.share.cap_left;
        out.paid = self.share.cumulative;
        out.due = self.share.cumulative_due;
        out.kept = self.holding.kept;
        // The same company without a cap on what is still to come.
        self.share.cap_left = Lanes::splat(f64::INFINITY);
        self.owe(plan, deal, plan.deals[deal].rate[at.period], at, period.discounts, period.values);
        out.owed_uncapped = self.share.owed;
        self.share.cap_left = out.cap_left;
        self.share.owed = out.owed;
    }
}
