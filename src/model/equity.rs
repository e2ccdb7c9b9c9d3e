//! The value of OpenAI's equity and the exit of the stake (methodology: equity).

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
