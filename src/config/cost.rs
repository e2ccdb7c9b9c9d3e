//! `[costs]` and `[[contract]]`: OpenAI's operating costs and its compute commitments.

use super::date::Date;
use super::number::Number;
use super::place::Located;
use super::section::section;

section! {
    /// What the company spends apart from inference.
    Costs by Single;
    /// Research as a fraction of net revenue, on the valuation date.
    research_now: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 10.0).or("0");
    /// The same in the long run.
    research_long_run: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 3.0).or("research_now");
    /// Years in which half of the distance to the long run is gone.
    research_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).usual(0.02, 10.0).or("inf");
    /// Other operating cost as a fraction of net revenue, on the valuation date.
    opex_now: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 10.0).or("0");
    /// The same in the long run.
    opex_long_run: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 3.0).or("opex_now");
    /// Years in which half of the distance to the long run is gone.
    opex_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).usual(0.02, 10.0).or("inf");
    /// Operating cost that does not depend on revenue.
    fixed_usd_bn_per_year: Option<Number> = number(Unit::UsdBnPerYear, NotNegative).usual(0.0, 500.0).or("0");
    /// Tax on profit.
    tax_rate: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// The part of a profit that old losses may offset.
    offset_limit: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("1");
    /// Losses carried forward on the valuation date.
    losses_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.0, 2000.0).or("0");
}

section! {
    /// A commitment to buy compute from a cloud (take-or-pay).
    Contract by Named("name");
    /// Its name in keys and tables.
    name: Option<Located<String>> = name();
    /// The cloud, by name.
    cloud: Option<Located<String>> = required();
    /// The committed amount.
    total_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.0001, 5000.0).required();
    /// The part of it that becomes binding; it is paid whether it is used or not.
    draw: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 3.0).or("1");
    /// The first day.
    from: Option<Located<Date>> = required();
    /// The last day, included.
    to: Option<Located<Date>> = required();
}
