//! Deals: the revenue share with its cap, the terms of resale, the licence's end, the stake (methodology: revenue share).

use super::ledger::Num;

/// What the revenue share is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareBase {
    /// Net revenue of OpenAI.
    Net,
    /// What end customers pay.
    Gross,
}

/// The rate of the revenue share over time.
#[derive(Clone, Debug)]
pub enum Rate {
    /// One rate.
    Flat(Num),
    /// (time in years from the valuation date, rate from then on), in order; 0 before the first.
    Schedule(Vec<(f64, Num)>),
}

/// A set of terms. All deals of a run see the same draws.
#[derive(Clone, Debug)]
pub struct Deal {
    /// Its name.
    pub name: String,
    /// Start of the revenue share, years from the valuation date (may be negative).
    pub effective: f64,
    /// End of the revenue share, years from the valuation date (of the day after, for a date); `None`: the horizon.
    pub share_ends: Option<Num>,
    /// Rate of the share.
    pub rate: Rate,
    /// Base of the share.
    pub base: ShareBase,
    /// Part of the base that counts.
    pub eligible: Num,
    /// Overall cap on payments, billions; `None`: no cap.
    pub cap: Option<Num>,
    /// Payments already counted towards the cap at time 0, billions.
    pub paid_to_date: Num,
    /// Hazard of termination, a year.
    pub termination_rate: Num,
    /// Years from the middle of a period to the receipt of its payment.
    pub payment_lag: Num,
    /// Part of its OpenAI sales that the home cloud keeps until the licence ends.
    pub home_keeps: Num,
    /// End of the licence, years from the valuation date (of the day after); infinite: never.
    pub licence_ends: f64,
    /// Whether the licence is exclusive.
    pub licence_exclusive: bool,
    /// Microsoft's stake at time 0; `None`: no stake in this deal.
    pub stake: Option<Num>,
    /// Until when other clouds may not sell, years from the valuation date; `None`: not exclusive.
    pub exclusive_until: Option<Num>,
}
