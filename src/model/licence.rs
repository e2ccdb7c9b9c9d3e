//! Microsoft's own side: margins on resale and hosting, its AI revenue, the licence's royalty relief.

use crate::config::{self, Config};

use super::judge::{Judge, Table};
use super::ledger::Num;
use super::segment::Process;

/// Microsoft's terms and margins.
#[derive(Clone, Debug)]
pub struct Microsoft {
    /// Money put into OpenAI, billions; needed for `take_multiple`.
    pub invested: Option<Num>,
    /// Revenue share received before the valuation date, billions.
    pub received_before: Num,
    /// Margin on the home cloud's sales of OpenAI models, before anything is passed on.
    pub resale_margin: Num,
    /// Margin on OpenAI's compute bill.
    pub hosting_margin: Num,
    /// Margin on compute that is paid for and not used.
    pub take_or_pay_margin: Num,
    /// Own AI revenue `A(t)`; factors `factor.microsoft-ai.level` and `.growth`.
    pub ai: Option<Process>,
}

/// The licence.
#[derive(Clone, Copy, Debug)]
pub struct Licence {
    /// Royalty that Microsoft is spared, a fraction of its own AI revenue.
    pub royalty_rate: Num,
    /// Discount when the licence is not exclusive.
    pub non_exclusive_discount: Num,
    /// What Microsoft pays for the licence, billions a year.
    pub income: Num,
}

/// Judges `[microsoft]` and `[microsoft.ai]`.
pub(super) fn judge_microsoft(judge: &mut Judge, config: &Config) -> Microsoft {
    let microsoft = config.microsoft.clone().unwrap_or_default();
    let table = Table::new::<config::Microsoft>("microsoft", microsoft.place);
    let hosting_margin = judge.number(&table, "hosting_margin", &microsoft.hosting_margin);
    Microsoft {
        invested: judge.optional(&microsoft.invested_usd_bn),
        received_before: judge.number(&table, "received_before_usd_bn", &microsoft.received_before_usd_bn),
        resale_margin: judge.number(&table, "resale_margin", &microsoft.resale_margin),
        hosting_margin,
        take_or_pay_margin: judge.number_or(&microsoft.take_or_pay_margin, hosting_margin),
        ai: microsoft.ai.as_ref().and_then(|ai| {
            let table = Table::new::<config::ProcessKeys>("microsoft.ai", ai.place);
            super::segment::process(judge, &table, ai)
        }),
    }
}

/// Judges `[licence]`.
pub(super) fn judge(judge: &mut Judge, config: &Config) -> Licence {
    let licence = config.licence.clone().unwrap_or_default();
    let table = Table::new::<config::Licence>("licence", licence.place);
    Licence {
        royalty_rate: judge.number(&table, "royalty_rate", &licence.royalty_rate),
        non_exclusive_discount: judge.number(
            &table,
            "non_exclusive_discount",
            &licence.non_exclusive_discount,
        ),
        income: judge.number(&table, "income_usd_bn_per_year", &licence.income_usd_bn_per_year),
    }
}
