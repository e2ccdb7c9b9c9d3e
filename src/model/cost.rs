//! What OpenAI spends: research, operations, tax, and compute contracts (methodology: costs).

use super::ledger::Num;
use super::segment::Trend;

/// Costs other than inference (which stands with each segment).
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Research compute as a fraction of net revenue.
    pub research: Trend,
    /// Operating expenses as a fraction of net revenue.
    pub opex: Trend,
    /// Fixed costs, billions a year.
    pub fixed: Num,
    /// Tax rate on profit after losses are offset.
    pub tax_rate: Num,
    /// Largest part of a profit that losses may offset.
    pub offset_limit: Num,
    /// Losses carried forward at time 0, billions.
    pub losses: Num,
}

/// A commitment to buy compute.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// Index of the cloud.
    pub cloud: usize,
    /// Total over its dates, billions.
    pub total: Num,
    /// Part that is really drawn.
    pub draw: Num,
    /// Start, years from the valuation date (may be negative).
    pub from: f64,
    /// End, years from the valuation date (of the day after its last).
    pub to: f64,
}
