//! `[ipo]` and `[ipo.gate]`: the conditions and terms of OpenAI's IPO.

use super::date::Date;
use super::number::Number;
use super::place::Located;
use super::section::section;

section! {
    /// When OpenAI is listed, and on what terms.
    Ipo by Single;
    /// The first day on which the gates are tested.
    earliest: Option<Located<Date>> = plain().or("always");
    /// Months over which all gates must have held.
    ready_months: Option<Number> = number(Unit::Months, NotNegative).usual(0.0, 60.0).or("0");
    /// Months from being ready to the listing.
    preparation_months: Option<Number> = number(Unit::Months, NotNegative).usual(0.0, 60.0).or("0");
    /// New shares as a fraction of the value before.
    primary: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 1.0).or("0");
    /// What banks keep of the proceeds.
    fee: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// How far below its value the company is offered.
    underpricing: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// Shares before the offer, fully diluted, in billions: for the price of one; no value depends on it.
    shares_bn: Option<Number> = number(Unit::SharesBn, Positive).usual(0.001, 1000.0);
    /// What must hold.
    gate: Option<Gate> = plain();
}

section! {
    /// Thresholds that must hold at the end of a period; those left out are not tested.
    Gate by Single;
    /// At least this net revenue over the last year.
    trailing_revenue_usd_bn: Option<Number> = number(Unit::UsdBn, Any).usual(0.0, 2000.0);
    /// At least this growth of net revenue over a year, as a ratio less 1.
    growth: Option<Number> = number(Unit::Fraction, Any).usual(-1.0, 10.0);
    /// At least this gross margin.
    gross_margin: Option<Number> = number(Unit::Fraction, Any).usual(-3.0, 1.0);
    /// At least this free cash flow of the last year, as a fraction of net revenue.
    fcf_margin: Option<Number> = number(Unit::Fraction, Any).usual(-20.0, 1.0);
    /// At least so many months of cash at the period's burn.
    runway_months: Option<Number> = number(Unit::Months, Any).usual(0.0, 120.0);
    /// At most this share of the largest cloud in gross revenue.
    largest_cloud_share: Option<Number> = number(Unit::Fraction, Any).usual(0.0, 1.0);
    /// At most this many times the last year's revenue committed to compute in the next year.
    commitments_to_revenue: Option<Number> = number(Unit::Multiple, Any).usual(0.0, 25.0);
    /// At most this many times the last year's revenue owed under the revenue share.
    owed_to_revenue: Option<Number> = number(Unit::Multiple, Any).usual(0.0, 25.0);
    /// At least this equity value.
    equity_usd_bn: Option<Number> = number(Unit::UsdBn, Any).usual(1.0, 20000.0);
}
