//! `[cash]`, `[[round]]`, `[funding]`: OpenAI's cash and how it raises more.

use super::choice::choice;
use super::date::Date;
use super::number::Number;
use super::place::Located;
use super::section::section;

section! {
    /// The company's cash.
    Cash by Single;
    /// Cash on the valuation date.
    now_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.0001, 2000.0).required();
    /// What cash earns, annual-effective.
    yield_rate as "yield": Option<Number> = number(Unit::PerYear, AboveMinusOne).usual(-0.02, 0.3).or("0");
    /// Below this, new money is raised.
    minimum_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.0, 1000.0).or("0");
}

choice! {
    /// A price that is not a number.
    PreMoney {
        /// The equity value at the end of the period before; of a round on the IPO, of that moment.
        Market = "market",
    }
}

section! {
    /// A round of new money that is agreed.
    Round by NamedOrDated("name", "date");
    /// Its name in keys and tables.
    name: Option<Located<String>> = plain().or("its date");
    /// The day on which it is paid.
    date: Option<Located<Date>> = required().required_if("without on_ipo");
    /// Whether it is paid when the company is listed.
    on_ipo: Option<Located<bool>> = plain().or("false");
    /// Of a round on the IPO: the last day, included, on which the IPO brings it; after a later IPO there is no such round.
    until: Option<Located<Date>> = plain().or("always");
    /// The amount.
    amount_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.0001, 1000.0).required();
    /// The value of the equity before the round.
    pre_money_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.001, 20000.0).required_if("without pre_money");
    /// `"market"`: the value that the equity has by then.
    pre_money: Option<Located<PreMoney>> = required().required_if("without pre_money_usd_bn");
}

section! {
    /// New money raised when cash would fall below its minimum.
    Funding by Single;
    /// Whether such money can be raised; without it the company fails when its cash is gone.
    enabled: Option<Located<bool>> = plain().or("true");
    /// For how many years of burn money is raised.
    runway_years: Option<Number> = number(Unit::Years, NotNegative).usual(0.0, 10.0).or("0");
    /// How far below its value the equity is sold in such a round.
    round_discount: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// The part of the company that may be given up at once; beyond it the company fails.
    max_dilution: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("1");
    /// What is recovered of enterprise value, and of payments due, after a failure.
    recovery: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
}
