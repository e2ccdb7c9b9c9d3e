//! How OpenAI's equity is valued and when the stake is sold (methodology: equity).

use crate::config::section::Section;
use crate::config::{self, Choice, Config};

use super::parameters::ParamId;
use super::reversion::{Reversion, Trend};
use super::table::Table;
use super::validator::Validator;

/// The EBITDA to which a multiple applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EbitdaBasis {
    /// EBITDA of the trailing year.
    TrailingYear,
    /// EBITDA of the last period, not annualised.
    LastPeriod,
}

/// The process of the valuation multiple: its logarithm reverts to a long-run mean.
#[derive(Clone, Copy, Debug)]
pub struct Multiple {
    /// Multiple at time 0.
    pub now: ParamId,
    /// Long-run multiple.
    pub long_run: ParamId,
    /// Half-life of deviations, years.
    pub half_life: ParamId,
    /// Volatility of the logarithm, per root year; its factor is `factor.equity.multiple`.
    pub volatility: ParamId,
}

/// The valuation method for enterprise value.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// A multiple of the run-rate of net revenue at the end of the period.
    RevenueMultiple {
        /// The multiple.
        multiple: Multiple,
        /// (elasticity, reference) of the adjustment `(gross margin / reference)^elasticity`; `None`: no
        /// adjustment.
        margin: Option<(ParamId, ParamId)>,
    },
    /// A multiple of EBITDA.
    EbitdaMultiple {
        /// The multiple.
        multiple: Multiple,
        /// The EBITDA to which it applies.
        basis: EbitdaBasis,
    },
    /// Free cash flow of the trailing year as a growing perpetuity.
    PerpetualGrowth {
        /// Perpetual growth `g∞`, per year.
        growth: ParamId,
        /// Discount rate `r`: `equity.discount_rate` if written, otherwise `discount.equity`.
        discount_rate: ParamId,
    },
}

impl Method {
    /// The process of the multiple, if the method has one.
    pub fn multiple(&self) -> Option<&Multiple> {
        match self {
            Method::RevenueMultiple { multiple, .. } | Method::EbitdaMultiple { multiple, .. } => {
                Some(multiple)
            }
            Method::PerpetualGrowth { .. } => None,
        }
    }
}

/// The terms of `[equity]`.
#[derive(Clone, Copy, Debug)]
pub struct Equity {
    /// The valuation method for enterprise value.
    pub method: Method,
    /// Equity granted to employees each year, as a fraction of the company.
    pub grant_rate: ParamId,
    /// Lock-up: months from the IPO until the stake can be sold.
    pub lockup_months: ParamId,
    /// Marketability discount on an unlisted stake.
    pub marketability_discount: ParamId,
    /// Half-life of revenue growth in a buyer's estimate of the remaining revenue share, years.
    pub owed_growth_half_life: ParamId,
}

/// The method in force: the one written, or the default.
pub(super) fn method(equity: &config::Equity) -> config::Method {
    equity.method.as_ref().map_or(config::Method::RevenueMultiple, |located| located.value)
}

/// Validates `[equity]`; `discount` is the number `discount.equity`.
pub(super) fn validate(validator: &mut Validator, config: &Config, discount: ParamId) -> Option<Equity> {
    let equity = config.equity.as_ref()?;
    let table = Table::new::<config::Equity>("equity", equity.place);
    let grant_rate = validator.number(&table, "grant_rate_per_year", &equity.grant_rate_per_year);
    let lockup_months = validator.number(&table, "lockup_months", &equity.lockup_months);
    let marketability_discount =
        validator.number(&table, "marketability_discount", &equity.marketability_discount);
    let owed_growth_half_life =
        validator.number(&table, "owed_growth_half_life_years", &equity.owed_growth_half_life_years);
    let method = method(equity);
    idle_keys(validator, equity, method);
    let method = match method {
        config::Method::RevenueMultiple => {
            let multiple = multiple(validator, &table, equity);
            let margin = validator.optional(&equity.margin_elasticity).map(|elasticity| {
                (elasticity, validator.required(&table, "margin_reference", &equity.margin_reference))
            });
            Method::RevenueMultiple { multiple, margin }
        }
        config::Method::EbitdaMultiple => Method::EbitdaMultiple {
            multiple: multiple(validator, &table, equity),
            basis: match equity.ebitda.as_ref().map(|span| span.value) {
                Some(config::EbitdaSpan::LastPeriod) => EbitdaBasis::LastPeriod,
                Some(config::EbitdaSpan::TrailingYear) | None => EbitdaBasis::TrailingYear,
            },
        },
        config::Method::PerpetualGrowth => Method::PerpetualGrowth {
            growth: validator.required(&table, "perpetual_growth", &equity.perpetual_growth),
            discount_rate: validator.number_or(&equity.discount_rate, discount),
        },
    };
    Some(Equity { method, grant_rate, lockup_months, marketability_discount, owed_growth_half_life })
}

fn multiple(validator: &mut Validator, table: &Table, equity: &config::Equity) -> Multiple {
    let reversion = Reversion {
        now: ("multiple_now", &equity.multiple_now),
        long_run: ("multiple_long_run", &equity.multiple_long_run),
        half_life: ("half_life_years", &equity.half_life_years),
    };
    let Trend { now, long_run, half_life } = reversion.validate(validator, table);
    let volatility = validator.number(table, "volatility", &equity.volatility);
    Multiple { now, long_run, half_life, volatility }
}

/// The methods that use a key; `None` if all methods do.
fn users(key: &str) -> Option<&'static [config::Method]> {
    use config::Method::{EbitdaMultiple, PerpetualGrowth, RevenueMultiple};
    match key {
        "ebitda" => Some(&[EbitdaMultiple]),
        "multiple_now" | "multiple_long_run" | "half_life_years" | "volatility" => {
            Some(&[RevenueMultiple, EbitdaMultiple])
        }
        "margin_elasticity" | "margin_reference" => Some(&[RevenueMultiple]),
        "perpetual_growth" | "discount_rate" => Some(&[PerpetualGrowth]),
        _ => None,
    }
}

/// Warns of keys that the method does not use.
fn idle_keys(validator: &mut Validator, equity: &config::Equity, method: config::Method) {
    for (key, place) in equity.written() {
        if let Some(users) = users(key)
            && !users.contains(&method)
        {
            let words: Vec<&str> = users.iter().map(|user| user.word()).collect();
            validator.no_effect(
                place,
                format!("`equity.{key}` has no effect for {}", method.word()),
                format!("it is a key of {}", words.join(" and ")),
            );
        }
    }
    if method == config::Method::RevenueMultiple
        && equity.margin_elasticity.is_none()
        && let Some(reference) = &equity.margin_reference
    {
        validator.no_effect(
            reference.place,
            "`equity.margin_reference` has no effect without `margin_elasticity`".to_owned(),
            "add `margin_elasticity`, or take it out",
        );
    }
}
