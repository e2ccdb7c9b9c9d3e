//! `[discount]`: annual-effective discount rates, one for each stream of cash flows.

use super::number::Number;
use super::section::section;

section! {
    /// Annual-effective discount rates, one a stream of money.
    Discount by Single;
    /// For payments of the revenue share.
    share: Option<Number> = number(Unit::PerYear, AboveMinusOne).usual(-0.05, 1.0).or("0, with a warning");
    /// For stakes.
    equity: Option<Number> = number(Unit::PerYear, AboveMinusOne).usual(-0.05, 1.0).or("0, with a warning");
    /// For resale and hosting.
    cloud: Option<Number> = number(Unit::PerYear, AboveMinusOne).usual(-0.05, 1.0).or("0, with a warning");
    /// For the relief from royalty.
    licence: Option<Number> = number(Unit::PerYear, AboveMinusOne).usual(-0.05, 1.0).or("0, with a warning");
    /// For net revenue kept.
    revenue: Option<Number> = number(Unit::PerYear, AboveMinusOne).usual(-0.05, 1.0).or("0, with a warning");
}
