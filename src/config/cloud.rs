//! `[[cloud]]`, `[home_first]`, `[reach]`, `[in_house]`: the clouds that sell OpenAI's models, and what
//! displaces those sales.

use super::date::Date;
use super::number::Number;
use super::place::Located;
use super::section::section;

section! {
    /// A cloud that sells the company's models.
    Cloud by Named("name");
    /// Its name in keys and tables.
    name: Option<Located<String>> = name();
    /// Whether it is the home cloud, the partner's; exactly one is.
    home: Option<Located<bool>> = plain().or("false");
    /// Its share of cloud sales on the valuation date. Shares that do not add up to 1 are taken in proportion.
    share_now: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).required();
    /// The share it begins with when it opens, where `share_now` is 0.
    entry_share: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 1.0).or("0");
    /// The first day on which it may sell.
    opens: Option<Located<Date>> = plain().or("always");
    /// Its share in the long run.
    long_run_share: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("share_now");
    /// Years in which half of the distance to the long run is gone; not for the home cloud.
    half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).usual(0.02, 10.0).or("inf");
    /// The volatility of its logarithmic odds against the home cloud; not for the home cloud.
    volatility: Option<Number> = number(Unit::PerSqrtYear, NotNegative).usual(0.0, 5.0).or("0");
    /// The part of its sales that it keeps; at home, once the deal's licence has ended.
    fee: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// Its weight in compute beyond the contracts.
    flex_share: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 1.0).or("0");
}

section! {
    /// New models are sold at home first.
    HomeFirst by Single;
    /// Months by which home is ahead.
    lead_months: Option<Number> = number(Unit::Months, NotNegative).usual(0.0, 24.0).required();
    /// Months between models.
    cycle_months: Option<Number> = number(Unit::Months, Positive).usual(0.25, 60.0).required();
    /// The probability that the partner declines to be first.
    decline_probability: Option<Number> = number(Unit::Probability, Fraction).usual(0.0, 1.0).or("0");
}

section! {
    /// Other clouds reach customers whom home does not.
    Reach by Single;
    /// By how much their sales are larger for it.
    uplift: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 3.0).or("0");
}

section! {
    /// The partner's own models displace part of what it sells of the company's.
    InHouse by Single;
    /// The share of its own models in the end.
    ceiling: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).required();
    /// The day on which half of that is reached.
    midpoint: Option<Located<Date>> = required().required_if("without midpoint_years");
    /// The same in years from the valuation date.
    midpoint_years: Option<Number> = number(Unit::Years, Any).usual(-30.0, 30.0).required_if("without midpoint");
    /// Years from 10% to 90% of the ceiling.
    ramp_years: Option<Number> = number(Unit::Years, Positive).usual(0.1, 40.0).required();
    /// The part of that share which is taken from the company's sales at home.
    substitution: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
}
