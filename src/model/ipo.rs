//! The IPO: gates of readiness, preparation, terms of the offer (methodology: IPO).

use super::ledger::Num;

/// What a gate measures, and on which side of its threshold it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GateKind {
    /// Trailing-year net revenue, billions, at least.
    TrailingRevenue,
    /// Net revenue of the period over that of a year before, less 1, at least.
    Growth,
    /// 1 - inference / net revenue, at least.
    GrossMargin,
    /// Trailing free cash flow over trailing revenue, at least.
    FcfMargin,
    /// Months of cash at the period's burn, at least.
    RunwayMonths,
    /// Largest cloud's part of gross sales, at most.
    LargestCloudShare,
    /// Commitments of the next twelve months over trailing revenue, at most.
    CommitmentsToRevenue,
    /// What is owed to Microsoft over trailing revenue, at most.
    OwedToRevenue,
    /// Equity value, billions, at least; also tested on the day of the offer.
    Equity,
}

impl GateKind {
    /// All gates, in the order of the scenario's keys.
    pub const ALL: [GateKind; 9] = [
        GateKind::TrailingRevenue,
        GateKind::Growth,
        GateKind::GrossMargin,
        GateKind::FcfMargin,
        GateKind::RunwayMonths,
        GateKind::LargestCloudShare,
        GateKind::CommitmentsToRevenue,
        GateKind::OwedToRevenue,
        GateKind::Equity,
    ];
}

/// The terms of an IPO.
#[derive(Clone, Debug)]
pub struct Ipo {
    /// Gates are tested at period ends from this time on, years from the valuation date; `-inf`: always.
    pub earliest: f64,
    /// Months in a row that all gates must hold.
    pub ready_months: Num,
    /// Months from first readiness to the offer.
    pub preparation_months: Num,
    /// New shares as a fraction of the pre-money value.
    pub primary: Num,
    /// Fee on the proceeds.
    pub fee: Num,
    /// Discount of the offer price.
    pub underpricing: Num,
    /// Gates that are set, in the order of [`GateKind::ALL`].
    pub gates: Vec<(GateKind, Num)>,
}
