//! Figures of the company on the day of its offer, one number a path: value, proceeds, price, stakes, obligations.

use crate::config::Unit;

/// A figure on the day of the offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the rows of the table, their meaning stands in `meaning`
pub enum Day {
    PreMoney,
    PostMoney,
    GrossProceeds,
    NetProceeds,
    Price,
    NewShares,
    TrailingRevenue,
    PriceToSales,
    Growth,
    GrossMargin,
    FcfMargin,
    LargestCloudShare,
    Cash,
    RunwayMonths,
    RunwayMonthsAfter,
    CapLeft,
    Owed,
    OwedUncapped,
    PaymentsAfter,
    PaymentsAfterUncapped,
    MicrosoftNow,
    MicrosoftBefore,
    MicrosoftAfter,
    OthersNow,
    OthersBefore,
    OthersAfter,
    LaterMoneyBefore,
    LaterMoneyAfter,
    RoundsOnIpo,
    Public,
}

impl Day {
    /// All, in the order of the tables.
    pub const ALL: [Day; 30] = [
        Day::PreMoney,
        Day::PostMoney,
        Day::GrossProceeds,
        Day::NetProceeds,
        Day::Price,
        Day::NewShares,
        Day::TrailingRevenue,
        Day::PriceToSales,
        Day::Growth,
        Day::GrossMargin,
        Day::FcfMargin,
        Day::LargestCloudShare,
        Day::Cash,
        Day::RunwayMonths,
        Day::RunwayMonthsAfter,
        Day::CapLeft,
        Day::Owed,
        Day::OwedUncapped,
        Day::PaymentsAfter,
        Day::PaymentsAfterUncapped,
        Day::MicrosoftNow,
        Day::MicrosoftBefore,
        Day::MicrosoftAfter,
        Day::OthersNow,
        Day::OthersBefore,
        Day::OthersAfter,
        Day::LaterMoneyBefore,
        Day::LaterMoneyAfter,
        Day::RoundsOnIpo,
        Day::Public,
    ];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Day::PreMoney => "offer_equity",
            Day::PostMoney => "market_cap_at_offer_price",
            Day::GrossProceeds => "proceeds",
            Day::NetProceeds => "proceeds_after_fee",
            Day::Price => "price_per_share",
            Day::NewShares => "new_shares",
            Day::TrailingRevenue => "trailing_revenue",
            Day::PriceToSales => "offer_equity_to_revenue",
            Day::Growth => "growth",
            Day::GrossMargin => "gross_margin",
            Day::FcfMargin => "fcf_margin",
            Day::LargestCloudShare => "largest_cloud_share",
            Day::Cash => "cash_before",
            Day::RunwayMonths => "runway_before",
            Day::RunwayMonthsAfter => "runway_after",
            Day::CapLeft => "cap_left",
            Day::Owed => "owed",
            Day::OwedUncapped => "owed_without_cap",
            Day::PaymentsAfter => "payments_after",
            Day::PaymentsAfterUncapped => "payments_after_without_cap",
            Day::MicrosoftNow => "microsoft_today",
            Day::MicrosoftBefore => "microsoft_before",
            Day::MicrosoftAfter => "microsoft_after",
            Day::OthersNow => "other_holders_today",
            Day::OthersBefore => "other_holders_before",
            Day::OthersAfter => "other_holders_after",
            Day::LaterMoneyBefore => "later_money_before",
            Day::LaterMoneyAfter => "later_money_after",
            Day::RoundsOnIpo => "rounds_with_the_ipo",
            Day::Public => "public",
        }
    }

    /// The unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Day::Price => Unit::UsdPerShare,
            Day::NewShares => Unit::SharesBn,
            Day::PriceToSales => Unit::Multiple,
            Day::RunwayMonths | Day::RunwayMonthsAfter => Unit::Months,
            Day::Growth
            | Day::GrossMargin
            | Day::FcfMargin
            | Day::LargestCloudShare
            | Day::MicrosoftNow
            | Day::MicrosoftBefore
            | Day::MicrosoftAfter
            | Day::OthersNow
            | Day::OthersBefore
            | Day::OthersAfter
            | Day::LaterMoneyBefore
            | Day::LaterMoneyAfter
            | Day::RoundsOnIpo
            | Day::Public => Unit::Fraction,
            _ => Unit::UsdBn,
        }
    }

    /// What it is, in a line.
    pub fn meaning(self) -> &'static str {
        match self {
            Day::PreMoney => "value of the company at the offer price, before the new money",
            Day::PostMoney => "the same with the new shares",
            Day::GrossProceeds => "new shares at the offer price",
            Day::NetProceeds => "what the banks leave of them",
            Day::Price => "offer price of a share",
            Day::NewShares => "shares sold",
            Day::TrailingRevenue => "net revenue of the last year",
            Day::PriceToSales => "offer equity over it",
            Day::Growth => "growth of net revenue over a year",
            Day::GrossMargin => "gross margin of the period",
            Day::FcfMargin => "free cash flow of the last year over net revenue",
            Day::LargestCloudShare => "largest cloud's part of gross sales",
            Day::Cash => "cash before the offer",
            Day::RunwayMonths => {
                "months of cash at the period's burn before the offer; 120 where more, or no burn"
            }
            Day::RunwayMonthsAfter => "the same with the rounds and the proceeds",
            Day::CapLeft => "most that may still be paid under the cap",
            Day::Owed => "what a buyer must expect the share still to cost",
            Day::OwedUncapped => "the same were there no cap",
            Day::PaymentsAfter => "what is really paid from the next period on, not discounted",
            Day::PaymentsAfterUncapped => "what would fall due without the cap, not discounted",
            Day::MicrosoftNow => "Microsoft's part today",
            Day::MicrosoftBefore => "Microsoft's part just before the offer",
            Day::MicrosoftAfter => "Microsoft's part after it",
            Day::OthersNow => "part of today's other holders today",
            Day::OthersBefore => "their part just before the offer",
            Day::OthersAfter => "their part after it",
            Day::LaterMoneyBefore => "rounds and employees since today, just before the offer",
            Day::LaterMoneyAfter => "the same after it",
            Day::RoundsOnIpo => "rounds that come with the IPO",
            Day::Public => "buyers of the offer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_in_the_order_of_the_list() {
        for (i, day) in Day::ALL.into_iter().enumerate() {
            assert_eq!(day as usize, i);
        }
    }
}
