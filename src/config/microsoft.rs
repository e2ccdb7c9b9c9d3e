//! `[microsoft]`: Microsoft's investment, past receipts, margins and own AI revenue.

use super::number::Number;
use super::section::section;
use super::segment::ProcessKeys;

section! {
    /// Microsoft's side.
    Microsoft by Single;
    /// What it has invested.
    invested_usd_bn: Option<Number> = number(Unit::UsdBn, Positive).usual(0.0001, 1000.0);
    /// What it has received before the valuation date.
    received_before_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.0, 1000.0).or("0");
    /// Its margin on sales of OpenAI's models, before anything is passed to OpenAI.
    resale_margin: Option<Number> = number(Unit::Fraction, AtMostOne).usual(-2.0, 1.0).or("0");
    /// Its margin on OpenAI's compute.
    hosting_margin: Option<Number> = number(Unit::Fraction, AtMostOne).usual(-2.0, 1.0).or("0");
    /// Its margin on compute that is paid for and not used.
    take_or_pay_margin: Option<Number> = number(Unit::Fraction, AtMostOne).usual(-2.0, 1.0).or("hosting_margin");
    /// Its own AI revenue, without resale and without OpenAI's compute.
    ai: Option<ProcessKeys> = plain();
}
