//! `[microsoft]`: Microsoft's investment, past receipts, margins and own AI revenue.

use super::number::Number;
use super::section::section;
use super::segment::ProcessKeys;

section! {
    /// The partner's side: what it has invested and earns. The table is named after the first partner.
    Microsoft by Single;
    /// What it has invested.
    invested_usd_bn: Option<Number> = number(Unit::UsdBn, Positive).usual(0.0001, 1000.0);
    /// What it has received before the valuation date.
    received_before_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.0, 1000.0).or("0");
    /// Its margin on sales of the company's models, before anything is passed to the company.
    resale_margin: Option<Number> = number(Unit::Fraction, AtMostOne).usual(-2.0, 1.0).or("0");
    /// Its margin on the company's compute.
    hosting_margin: Option<Number> = number(Unit::Fraction, AtMostOne).usual(-2.0, 1.0).or("0");
    /// Its margin on compute that is paid for and not used.
    take_or_pay_margin: Option<Number> = number(Unit::Fraction, AtMostOne).usual(-2.0, 1.0).or("hosting_margin");
    /// Its own AI revenue, without resale and without the company's compute.
    ai: Option<ProcessKeys> = plain();
}
