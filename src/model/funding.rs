//! Cash, scheduled rounds, and what happens when cash runs short (methodology: funding and failure).

use super::ledger::Num;

/// Cash of OpenAI.
#[derive(Clone, Copy, Debug)]
pub struct Cash {
    /// At time 0, billions.
    pub now: Num,
    /// Interest, annual-effective.
    pub interest: Num,
    /// Below it OpenAI raises money, billions.
    pub minimum: Num,
}

/// When a round takes place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RoundTime {
    /// In the period that contains this time, years from the valuation date.
    At(f64),
    /// With the IPO.
    OnIpo,
}

/// The value before the money.
#[derive(Clone, Copy, Debug)]
pub enum PreMoney {
    /// Billions.
    Value(Num),
    /// The equity value at the end of the period before (with the IPO: of that moment).
    Market,
}

/// A round of equity.
#[derive(Clone, Debug)]
pub struct Round {
    /// Its name.
    pub name: String,
    /// When.
    pub when: RoundTime,
    /// Money in, billions.
    pub amount: Num,
    /// Value before the money.
    pub pre_money: PreMoney,
}

/// Funding of shortfalls, and failure.
#[derive(Clone, Copy, Debug)]
pub struct Funding {
    /// Whether OpenAI may raise money when short (else it fails when cash is below 0).
    pub enabled: bool,
    /// Years of burn raised on top.
    pub runway_years: Num,
    /// Discount on the equity value at which it raises.
    pub round_discount: Num,
    /// Largest part of the company given up in one raise.
    pub max_dilution: Num,
    /// Part of enterprise value that is recovered after failure.
    pub recovery: Num,
}
