//! Microsoft's side: margins on resale and hosting, its own AI revenue, and the value of its licence.

use crate::config::{self, Config};

use super::parameters::ParamId;
use super::process::Process;
use super::table::Table;
use super::validator::Validator;

/// Microsoft's investment, margins and own AI revenue.
#[derive(Clone, Debug)]
pub struct Microsoft {
    /// Amount invested in OpenAI, billions; needed for `take_multiple`.
    pub invested: Option<ParamId>,
    /// Revenue share received before the valuation date, billions.
    pub received_before: ParamId,
    /// Margin on the home cloud's sales of OpenAI models, before payments to OpenAI.
    pub resale_margin: ParamId,
    /// Margin on OpenAI's compute bill.
    pub hosting_margin: ParamId,
    /// Margin on compute that is paid for and not used.
    pub take_or_pay_margin: ParamId,
    /// Process of its own AI revenue `A(t)`; its factors are `factor.microsoft-ai.level` and `.growth`.
    pub ai: Option<Process>,
}

/// Microsoft's licence to OpenAI's models.
#[derive(Clone, Copy, Debug)]
pub struct Licence {
    /// Royalty that Microsoft saves, as a fraction of its own AI revenue.
    pub royalty_rate: ParamId,
    /// Discount to the value of a licence that is not exclusive.
    pub non_exclusive_discount: ParamId,
    /// Licence fee that Microsoft pays OpenAI, billions a year.
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
