//! The value of OpenAI's equity and the exit of the stake (methodology: equity).

use crate::config::section::Section;
use crate::config::{self, Choice, Config};

use super::parameters::ParamId;
use super::table::Table;
use super::validator::Validator;

/// Which EBITDA a multiple is put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EbitdaBasis {
    /// Of the trailing year.
    TrailingYear,
    /// Of the last period, not annualised.
    LastPeriod,
}

/// The multiple's process: `ln` of it reverts to its long-run mean.
#[derive(Clone, Copy, Debug)]
pub struct Multiple {
    /// At time 0.
    pub now: ParamId,
    /// In the long run.
    pub long_run: ParamId,
    /// Years.
    pub half_life: ParamId,
    /// Per root year; its factor is `factor.equity.multiple`.
    pub volatility: ParamId,
}

/// How enterprise value is found.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// Multiple of the run-rate of net revenue at the period's end.
    RevenueMultiple {
        /// The multiple.
        multiple: Multiple,
        /// `(gross margin / reference)^elasticity`; `None`: 1. (elasticity, reference).
        margin: Option<(ParamId, ParamId)>,
    },
    /// Multiple of EBITDA.
    EbitdaMultiple {
        /// The multiple.
        multiple: Multiple,
        /// Which EBITDA.
        basis: EbitdaBasis,
    },
    /// Trailing free cash flow, growing for ever.
    PerpetualGrowth {
        /// `g∞`, a year.
        growth: ParamId,
        /// `r`: `equity.discount_rate`, or else `discount.equity`.
        discount_rate: ParamId,
    },
}

impl Method {
    /// The multiple's process, where the method has one.
    pub fn multiple(&self) -> Option<&Multiple> {
        match self {
            Method::RevenueMultiple { multiple, .. } | Method::EbitdaMultiple { multiple, .. } => {
                Some(multiple)
            }
            Method::PerpetualGrowth { .. } => None,
        }
    }
}

/// Equity.
#[derive(Clone, Copy, Debug)]
pub struct Equity {
    /// How enterprise value is found.
    pub method: Method,
    /// Grants to employees as a fraction of the company a year.
    pub grant_rate: ParamId,
    /// Months from the IPO to the exit.
    pub lockup_months: ParamId,
    /// Discount on an unlisted stake.
    pub marketability_discount: ParamId,
    /// Half-life of growth in what a buyer expects the share still to cost, years.
    pub owed_growth_half_life: ParamId,
}

/// Validates `[equity]`; `discount` is `discount.equity`.
pub(super) fn validate(validator: &mut Validator, config: &Config, discount: ParamId) -> Option<Equity> {
    let equity = config.equity.as_ref()?;
    let table = Table::new::<config::Equity>("equity", equity.place);
    let grant_rate = validator.number(&table, "grant_rate_per_year", &equity.grant_rate_per_year);
    let lockup_months = validator.number(&table, "lockup_months", &equity.lockup_months);
    let marketability_discount =
        validator.number(&table, "marketability_discount", &equity.marketability_discount);
    let owed_growth_half_life =
        validator.number(&table, "owed_growth_half_life_years", &equity.owed_growth_half_life_years);
    let method = equity.method.as_ref().map_or(config::Method::RevenueMultiple, |located| located.value);
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
    let now = validator.required(table, "multiple_now", &equity.multiple_now);
    Multiple {
        now,
        long_run: validator.number_or(&equity.multiple_long_run, now),
        half_life: validator.number(table, "half_life_years", &equity.half_life_years),
        volatility: validator.number(table, "volatility", &equity.volatility),
    }
}

/// The methods that use a key; `None` for a key that all of them use.
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
