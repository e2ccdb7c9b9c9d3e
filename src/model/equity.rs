//! The value of OpenAI's equity and the exit of the stake (methodology: equity).

use crate::config::place::Place;
use crate::config::{self, Config};

use super::judge::{Judge, Table};
use super::ledger::Num;

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
    pub now: Num,
    /// In the long run.
    pub long_run: Num,
    /// Years.
    pub half_life: Num,
    /// Per root year; its factor is `factor.equity.multiple`.
    pub volatility: Num,
}

/// How enterprise value is found.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// Multiple of the run-rate of net revenue at the period's end.
    RevenueMultiple {
        /// The multiple.
        multiple: Multiple,
        /// `(gross margin / reference)^elasticity`; `None`: 1. (elasticity, reference).
        margin: Option<(Num, Num)>,
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
        growth: Num,
        /// `r`: `equity.discount_rate`, or else `discount.equity`.
        discount_rate: Num,
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
    pub grant_rate: Num,
    /// Months from the IPO to the exit.
    pub lockup_months: Num,
    /// Discount on an unlisted stake.
    pub marketability_discount: Num,
    /// Half-life of growth in what a buyer expects the share still to cost, years.
    pub owed_growth_half_life: Num,
}

/// Judges `[equity]`; `discount` is `discount.equity`.
pub(super) fn judge(judge: &mut Judge, config: &Config, discount: Num) -> Option<Equity> {
    let equity = config.equity.as_ref()?;
    let table = Table::new::<config::Equity>("equity", equity.place);
    let grant_rate = judge.number(&table, "grant_rate_per_year", &equity.grant_rate_per_year);
    let lockup_months = judge.number(&table, "lockup_months", &equity.lockup_months);
    let marketability_discount =
        judge.number(&table, "marketability_discount", &equity.marketability_discount);
    let owed_growth_half_life =
        judge.number(&table, "owed_growth_half_life_years", &equity.owed_growth_half_life_years);
    let method = equity.method.as_ref().map_or(config::Method::RevenueMultiple, |leaf| leaf.value);
    idle_keys(judge, equity, method);
    let method = match method {
        config::Method::RevenueMultiple => {
            let multiple = multiple(judge, &table, equity);
            let margin = judge.optional(&equity.margin_elasticity).map(|elasticity| {
                (elasticity, judge.required(&table, "margin_reference", &equity.margin_reference))
            });
            Method::RevenueMultiple { multiple, margin }
        }
        config::Method::EbitdaMultiple => Method::EbitdaMultiple {
            multiple: multiple(judge, &table, equity),
            basis: match equity.ebitda.as_ref().map(|span| span.value) {
                Some(config::EbitdaSpan::LastPeriod) => EbitdaBasis::LastPeriod,
                Some(config::EbitdaSpan::TrailingYear) | None => EbitdaBasis::TrailingYear,
            },
        },
        config::Method::PerpetualGrowth => Method::PerpetualGrowth {
            growth: judge.required(&table, "perpetual_growth", &equity.perpetual_growth),
            discount_rate: judge.number_or(&equity.discount_rate, discount),
        },
    };
    Some(Equity { method, grant_rate, lockup_months, marketability_discount, owed_growth_half_life })
}

fn multiple(judge: &mut Judge, table: &Table, equity: &config::Equity) -> Multiple {
    let now = judge.required(table, "multiple_now", &equity.multiple_now);
    Multiple {
        now,
        long_run: judge.number_or(&equity.multiple_long_run, now),
        half_life: judge.number(table, "half_life_years", &equity.half_life_years),
        volatility: judge.number(table, "volatility", &equity.volatility),
    }
}

/// Warns of keys that the method does not use.
fn idle_keys(judge: &mut Judge, equity: &config::Equity, method: config::Method) {
    use crate::config::Choice;
    use config::Method::{EbitdaMultiple, PerpetualGrowth, RevenueMultiple};
    let multiples: &[config::Method] = &[RevenueMultiple, EbitdaMultiple];
    let numbers: [(&str, Option<Place>, &[config::Method]); 9] = [
        ("ebitda", equity.ebitda.as_ref().map(|leaf| leaf.place), &[EbitdaMultiple]),
        ("multiple_now", equity.multiple_now.as_ref().map(|number| number.place), multiples),
        ("multiple_long_run", equity.multiple_long_run.as_ref().map(|number| number.place), multiples),
        ("half_life_years", equity.half_life_years.as_ref().map(|number| number.place), multiples),
        ("volatility", equity.volatility.as_ref().map(|number| number.place), multiples),
        ("perpetual_growth", equity.perpetual_growth.as_ref().map(|number| number.place), &[PerpetualGrowth]),
        ("discount_rate", equity.discount_rate.as_ref().map(|number| number.place), &[PerpetualGrowth]),
        (
            "margin_elasticity",
            equity.margin_elasticity.as_ref().map(|number| number.place),
            &[RevenueMultiple],
        ),
        ("margin_reference", equity.margin_reference.as_ref().map(|number| number.place), &[RevenueMultiple]),
    ];
    for (key, place, users) in numbers {
        if let Some(place) = place
            && !users.contains(&method)
        {
            let words: Vec<&str> = users.iter().map(|user| user.word()).collect();
            judge.no_effect(
                place,
                format!("`equity.{key}` has no effect for {}", method.word()),
                format!("it is a key of {}", words.join(" and ")),
            );
        }
    }
    if method == RevenueMultiple
        && equity.margin_elasticity.is_none()
        && let Some(reference) = &equity.margin_reference
    {
        judge.no_effect(
            reference.place,
            "`equity.margin_reference` has no effect without `margin_elasticity`".to_owned(),
            "add `margin_elasticity`, or take it out",
        );
    }
}
