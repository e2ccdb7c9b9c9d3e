//! `[licence]`: the royalty that Microsoft's licence saves it, and what it pays for the licence.

use super::number::Number;
use super::section::section;

section! {
    /// What the partner's licence saves it, and what the company is paid for it.
    Licence by Single;
    /// The royalty it would pay, as a fraction of its own AI revenue.
    royalty_rate: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 1.0).or("0");
    /// How much less a licence is worth that is not exclusive.
    non_exclusive_discount: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// What the company is paid for the licence.
    income_usd_bn_per_year: Option<Number> = number(Unit::UsdBnPerYear, NotNegative).usual(0.0, 500.0).or("0");
}
