//! Microsoft's own side: margins on resale and hosting, its AI revenue, the licence's royalty relief.

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
