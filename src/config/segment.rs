//! `[[segment]]`: a line of business, the process its revenue follows, and what serving it costs.

use super::leaf::{Date, Located, choice};
use super::number::{AnnualTotals, Number};
use super::section::section;

choice! {
    /// How a rate of revenue moves.
    Process {
        /// Growth that is itself uncertain and reverts to a long-run rate (Schwartz and Moon 2000).
        MeanRevertingGrowth = "mean-reverting-growth",
        /// Geometric Brownian motion: constant growth and volatility.
        Gbm = "gbm",
        /// Given rates or totals, with a deviation.
        Plan = "plan",
        /// An S-curve to a ceiling, with a deviation.
        Logistic = "logistic",
    }
}

section! {
    /// A process and its keys; which of them it uses depends on the process.
    ProcessKeys by Single;
    /// The process.
    process: Option<Located<Process>> = required();
    /// The annual rate of revenue on the valuation date.
    rate_now_usd_bn: Option<Number> =
        number(Unit::UsdBnPerYear, NotNegative).required_if("mean-reverting-growth and gbm");
    /// Continuous growth on the valuation date.
    growth_now: Option<Number> = number(Unit::PerYear, Any).required_if("mean-reverting-growth");
    /// The growth to which it reverts.
    growth_long_run: Option<Number> = number(Unit::PerYear, Any).or("growth_now");
    /// Years in which half of the distance to long-run growth is gone.
    growth_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).or("inf");
    /// The volatility of growth on the valuation date; it fades with `volatility_half_life_years`.
    growth_volatility_now: Option<Number> = number(Unit::PerSqrtYear, NotNegative).or("0");
    /// The volatility of the level on the valuation date.
    volatility_now: Option<Number> = number(Unit::PerSqrtYear, NotNegative).or("0");
    /// The volatility of the level in the long run.
    volatility_long_run: Option<Number> = number(Unit::PerSqrtYear, NotNegative).or("volatility_now");
    /// Years in which half of the distance to the long-run volatilities is gone.
    volatility_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).or("inf");
    /// The market price of risk of the level; 0 gives the physical measure.
    price_of_risk: Option<Number> = number(Unit::PerSqrtYear, Any).or("0");
    /// The market price of risk of growth.
    growth_price_of_risk: Option<Number> = number(Unit::PerSqrtYear, Any).or("0");
    /// Continuous growth of gbm.
    growth: Option<Number> = number(Unit::PerYear, Any).required_if("gbm");
    /// The volatility of gbm, and of the deviation of plan and logistic.
    volatility: Option<Number> = number(Unit::PerSqrtYear, NotNegative).or("0");
    /// Dated annual rates of plan, joined by straight lines of the logarithm.
    plan: Vec<PlanPoint> = required().required_if("plan, without annual_totals");
    /// Totals of calendar years of plan: `"2027" = 62.0`.
    annual_totals: Option<AnnualTotals> =
        number(Unit::UsdBn, Positive).required_if("plan, without plan points");
    /// The annual rate to which logistic rises.
    ceiling_usd_bn: Option<Number> = number(Unit::UsdBnPerYear, NotNegative).required_if("logistic");
    /// The day on which logistic has half of its ceiling.
    midpoint: Option<Located<Date>> = required().required_if("logistic, without midpoint_years");
    /// The same in years from the valuation date.
    midpoint_years: Option<Number> = number(Unit::Years, Any).required_if("logistic, without midpoint");
    /// Years from 10% to 90% of the ceiling.
    ramp_years: Option<Number> = number(Unit::Years, Positive).required_if("logistic");
}

section! {
    /// A dated point of a plan.
    PlanPoint by Dated("date");
    /// The day.
    date: Option<Located<Date>> = required();
    /// The annual rate of revenue on that day.
    rate_usd_bn: Option<Number> = number(Unit::UsdBnPerYear, Positive).required();
}

section! {
    /// A line of business.
    Segment by Named("name");
    /// Its name in keys and tables.
    name: Option<Located<String>> = name();
    /// The part of its demand that is sold through clouds.
    cloud_sold: Option<Number> = number(Unit::Fraction, Fraction).or("0");
    /// The cost of inference as a fraction of revenue, on the valuation date.
    inference_cost_now: Option<Number> = number(Unit::Fraction, NotNegative).or("0");
    /// The same in the long run.
    inference_cost_long_run: Option<Number> = number(Unit::Fraction, NotNegative).or("inference_cost_now");
    /// Years in which half of the distance to the long run is gone.
    inference_cost_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).or("inf");
    more keys: ProcessKeys;
}
