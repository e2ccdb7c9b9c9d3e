//! Microsoft's own side: margins on resale and hosting, its AI revenue, the licence's royalty relief.

use crate::config::{self, Config};

use super::parameters::ParamId;
use super::process::Process;
use super::table::Table;
use super::validator::Validator;

/// Microsoft's terms and margins.
#[derive(Clone, Debug)]
pub struct Microsoft {
    /// Money put into OpenAI, billions; needed for `take_multiple`.
    pub invested: Option<ParamId>,
    /// Revenue share received before the valuation date, billions.
    pub received_before: ParamId,
    /// Margin on the home cloud's sales of OpenAI models, before anything is passed on.
    pub resale_margin: ParamId,
    /// Margin on OpenAI's compute bill.
    pub hosting_margin: ParamId,
    /// Margin on compute that is paid for and not used.
    pub take_or_pay_margin: ParamId,
    /// Own AI revenue `A(t)`; factors `factor.microsoft-ai.level` and `.growth`.
    pub ai: Option<Process>,
}

/// The licence.
#[derive(Clone, Copy, Debug)]
pub struct Licence {
    /// Royalty that Microsoft is spared, a fraction of its own AI revenue.
    pub royalty_rate: ParamId,
    /// Discount when the licence is not exclusive.
    pub non_exclusive_discount: ParamId,
    /// What Microsoft pays for the licence, billions a year.
    pub income: ParamId,
}

/// Validates `[microsoft]` and `[microsoft.ai]`.
pub(super) fn validate_microsoft(validator: &mut Validator, config: &Config) -> Microsoft {
    let microsoft = config.microsoft.clone().unwrap_or_default();
    let table = Table::new::<config::Microsoft>("microsoft", microsoft.place);
    let hosting_margin = validator.number(&table, "hosting_margin", &microsoft.hosting_margin);
    Microsoft {
        invested: validator.optional(&microsoft.invested_usd_bn),
        received_before: validator.number(
            &table,
            "received_before_usd_bn",
            &microsoft.received_before_usd_bn,
        ),
        resale_margin: validator.number(&table, "resale_margin", &microsoft.resale_margin),
        hosting_margin,
        take_or_pay_margin: validator.number_or(&microsoft.take_or_pay_margin, hosting_margin),
        ai: microsoft.ai.as_ref().and_then(|ai| {
            let table = Table::new::<config::ProcessKeys>("microsoft.ai", ai.place);
            Process::validate(validator, &table, ai)
        }),
    }
}

/// Validates `[licence]`.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Licence {
    let licence = config.licence.clone().unwrap_or_default();
    let table = Table::new::<config::Licence>("licence", licence.place);
    Licence {
        royalty_rate: validator.number(&table, "royalty_rate", &licence.royalty_rate),
        non_exclusive_discount: validator.number(
            &table,
            "non_exclusive_discount",
            &licence.non_exclusive_discount,
        ),
        income: validator.number(&table, "income_usd_bn_per_year", &licence.income_usd_bn_per_year),
    }
}
