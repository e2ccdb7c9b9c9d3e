//! Figures of periods before the valuation date.

use super::ledger::Num;

/// One row of history.
#[derive(Clone, Copy, Debug)]
pub struct HistoryPeriod {
    /// Start, years from the valuation date (negative).
    pub from: f64,
    /// End, years from the valuation date (of the day after; at most 0).
    pub to: f64,
    /// Net revenue, billions.
    pub net_revenue: Num,
    /// Free cash flow, billions, where known.
    pub fcf: Option<Num>,
    /// EBITDA, billions, where known.
    pub ebitda: Option<Num>,
}
