//! `[[segment]]`: lines of business, with the process of their revenue and their cost of inference.

use super::choice::choice;
use super::code::Code;
use super::date::Date;
use super::number::Number;
use super::place::{Located, Place};
use super::problem::Problem;
use super::reader::{KeyContext, Reader};
use super::section::{Collect, Field, section};
use super::spec::{KeyAttributes, KeySpec, ValueKind, join, number};
use super::tree::{Node, Value, printed_entry};
use super::unit::{Domain, Unit};

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
        number(Unit::UsdBnPerYear, NotNegative).usual(0.0001, 1000.0).required_if("mean-reverting-growth and gbm");
    /// Growth on the valuation date, continuous unless `basis = "annual"`.
    growth_now: Option<Number> =
        number(Unit::PerYear, Any).growth().usual(-1.0, 3.0).required_if("mean-reverting-growth");
    /// The growth to which it reverts, continuous unless `basis = "annual"`.
    growth_long_run: Option<Number> = number(Unit::PerYear, Any).growth().usual(-0.5, 1.0).or("growth_now");
    /// Years in which half of the distance to long-run growth is gone.
    growth_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).usual(0.02, 10.0).or("inf");
    /// The volatility of growth on the valuation date; it fades with `volatility_half_life_years`.
    growth_volatility_now: Option<Number> = number(Unit::PerSqrtYear, NotNegative).usual(0.0, 2.0).or("0");
    /// The volatility of the level on the valuation date.
    volatility_now: Option<Number> = number(Unit::PerSqrtYear, NotNegative).usual(0.0, 2.5).or("0");
    /// The volatility of the level in the long run.
    volatility_long_run: Option<Number> = number(Unit::PerSqrtYear, NotNegative).usual(0.0, 1.5).or("volatility_now");
    /// Years in which half of the distance to the long-run volatilities is gone.
    volatility_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).usual(0.02, 10.0).or("inf");
    /// The market price of risk of the level; 0 gives the physical measure.
    price_of_risk: Option<Number> = number(Unit::PerSqrtYear, Any).usual(-3.0, 3.0).or("0");
    /// The market price of risk of growth.
    growth_price_of_risk: Option<Number> = number(Unit::PerSqrtYear, Any).usual(-3.0, 3.0).or("0");
    /// Growth of gbm, continuous unless `basis = "annual"`.
    growth: Option<Number> = number(Unit::PerYear, Any).growth().usual(-1.0, 3.0).required_if("gbm");
    /// The volatility of gbm, and of the deviation of plan and logistic.
    volatility: Option<Number> = number(Unit::PerSqrtYear, NotNegative).usual(0.0, 2.5).or("0");
    /// Dated annual rates of plan, joined by straight lines of the logarithm.
    plan: Vec<PlanPoint> = required().required_if("plan, without annual_totals");
    /// Totals of calendar years of plan: `"2027" = 62.0`.
    annual_totals: Option<AnnualTotals> =
        OF_YEAR.required_if("plan, without plan points");
    /// The annual rate to which logistic rises.
    ceiling_usd_bn: Option<Number> = number(Unit::UsdBnPerYear, NotNegative).usual(0.0001, 10000.0).required_if("logistic");
    /// The day on which logistic has half of its ceiling.
    midpoint: Option<Located<Date>> = required().required_if("logistic, without midpoint_years");
    /// The same in years from the valuation date.
    midpoint_years: Option<Number> = number(Unit::Years, Any).usual(-30.0, 30.0).required_if("logistic, without midpoint");
    /// Years from 10% to 90% of the ceiling.
    ramp_years: Option<Number> = number(Unit::Years, Positive).usual(0.1, 40.0).required_if("logistic");
}

section! {
    /// A dated point of a plan.
    PlanPoint by Dated("date");
    /// The day.
    date: Option<Located<Date>> = required();
    /// The annual rate of revenue on that day.
    rate_usd_bn: Option<Number> = number(Unit::UsdBnPerYear, Positive).usual(0.0001, 10000.0).required();
}

section! {
    /// A line of business.
    Segment by Named("name");
    /// Its name in keys and tables.
    name: Option<Located<String>> = name();
    /// The part of its demand that is sold through clouds.
    cloud_sold: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// The cost of inference as a fraction of revenue, on the valuation date.
    inference_cost_now: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 10.0).or("0");
    /// The same in the long run.
    inference_cost_long_run: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 3.0).or("inference_cost_now");
    /// Years in which half of the distance to the long run is gone.
    inference_cost_half_life_years: Option<Number> = number(Unit::Years, PositiveOrInfinite).usual(0.02, 10.0).or("inf");
    more keys: ProcessKeys;
}

/// The total revenue of a calendar year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearTotal {
    /// The year.
    pub year: Located<i32>,
    /// Its total.
    pub total: Number,
}

/// Totals of calendar years, ordered by year.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnnualTotals {
    /// Source position of the table.
    pub place: Place,
    /// One total for each year.
    pub list: Vec<YearTotal>,
}

impl Field for Option<AnnualTotals> {
    const KIND: ValueKind = ValueKind::Years;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        let Value::Table(entries) = &node.value else {
            reader.wrong_type(key, node);
            return;
        };
        let mut list = Vec::new();
        for entry in entries {
            let path = join(key.path, &entry.key);
            let digits = entry.key.len() == 4 && entry.key.bytes().all(|byte| byte.is_ascii_digit());
            if !digits {
                reader.problems.push(
                    Problem::error(
                        Code::NotAYear,
                        entry.key_place,
                        format!("`{}` is not a calendar year in `{}`", entry.key, key.path),
                    )
                    .found(entry.key.clone())
                    .allowed("years of four digits, like 2027"),
                );
            } else if let Ok(year) = entry.key.parse()
                && let Some(total) =
                    Number::from_node(KeyContext { spec: &TOTAL, path: &path }, &entry.node, reader)
            {
                list.push(YearTotal { year: Located { value: year, place: entry.key_place }, total });
            }
        }
        list.sort_by_key(|total| total.year.value);
        *self = Some(AnnualTotals { place: node.place, list });
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|totals| {
            let entry =
                |total: &YearTotal| printed_entry(format!("{:04}", total.year.value), total.total.to_value());
            Value::Table(totals.list.iter().map(entry).collect())
        })
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|totals| totals.place)
    }
}

impl Collect<Number> for Option<AnnualTotals> {
    fn collect<'a>(&'a self, out: &mut Vec<&'a Number>) {
        out.extend(self.iter().flat_map(|totals| &totals.list).map(|total| &total.total));
    }
}

/// The specification of each number in a table of annual totals.
const TOTAL: KeySpec = OF_YEAR.row("total", ValueKind::Number, "");

/// Unit, domain and usual range of annual totals.
const OF_YEAR: KeyAttributes = number(Unit::UsdBn, Domain::Positive).usual(0.0001, 10000.0);
