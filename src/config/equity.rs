//! `[equity]`: how OpenAI's equity is valued.

use super::choice::choice;
use super::number::Number;
use super::place::Located;
use super::section::section;

choice! {
    /// How the enterprise value is found.
    Method {
        /// A multiple of the run-rate of net revenue.
        RevenueMultiple = "revenue-multiple",
        /// A multiple of EBITDA.
        EbitdaMultiple = "ebitda-multiple",
        /// Free cash flow of the last year, growing for ever.
        PerpetualGrowth = "perpetual-growth",
    }
}

choice! {
    /// The EBITDA that is multiplied.
    EbitdaSpan {
        /// Of the last year.
        TrailingYear = "trailing-year",
        /// Of the last period, not annualised.
        LastPeriod = "last-period",
    }
}

section! {
    /// What OpenAI is worth.
    Equity by Single;
    /// How the enterprise value is found.
    method: Option<Located<Method>> = plain().or("revenue-multiple");
    /// The EBITDA that is multiplied.
    ebitda: Option<Located<EbitdaSpan>> = plain().or("trailing-year");
    /// The multiple on the valuation date.
    multiple_now: Option<Number> =
        number(Unit::Multiple, Positive).usual(0.1, 300.0).required_if("revenue-multiple and ebitda-multiple");
    /// The multiple to which it reverts.
    multiple_long_run: Option<Number> = number(Unit::Multiple, Positive).usual(0.1, 100.0).or("multiple_now");
    /// Years in which half of the distance to the long run is gone.
    half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).usual(0.02, 10.0).or("inf");
    /// The volatility of the multiple's logarithm.
    volatility: Option<Number> = number(Unit::PerSqrtYear, NotNegative).usual(0.0, 2.0).or("0");
    /// The part of the company that goes to employees each year.
    grant_rate_per_year: Option<Number> = number(Unit::PerYear, Fraction).usual(0.0, 0.5).or("0");
    /// Months after the IPO in which a stake cannot be sold.
    lockup_months: Option<Number> = number(Unit::Months, NotNegative).usual(0.0, 48.0).or("0");
    /// How much less a stake is worth that is not listed.
    marketability_discount: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// The growth of perpetual-growth.
    perpetual_growth: Option<Number> = number(Unit::PerYear, Any).usual(-0.1, 0.2).required_if("perpetual-growth");
    /// The discount rate of perpetual-growth.
    discount_rate: Option<Number> = number(Unit::PerYear, AboveMinusOne).usual(-0.05, 1.0).or("discount.equity");
    /// How strongly the multiple follows the gross margin.
    margin_elasticity: Option<Number> = number(Unit::Multiple, NotNegative).usual(0.0, 10.0).or("0");
    /// The gross margin at which the multiple is as it stands.
    margin_reference: Option<Number> =
        number(Unit::Fraction, PositiveFraction).usual(0.05, 1.0).required_if("with margin_elasticity");
    /// Years in which half of the last year's growth is gone, in what a buyer expects the share to cost.
    owed_growth_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).usual(0.02, 10.0).or("1.5");
}
