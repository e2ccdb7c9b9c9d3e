//! Metrics of the offer, one number per path: value, proceeds, price, stakes, obligations.

use crate::config::Unit;
use crate::model::PartyNames;

/// A metric of the company on the day of its offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the rows of the table; `meaning` explains them
pub enum OfferMetric {
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

impl OfferMetric {
    /// All metrics, in table order.
    pub const ALL: [OfferMetric; 30] = [
        OfferMetric::PreMoney,
        OfferMetric::PostMoney,
        OfferMetric::GrossProceeds,
        OfferMetric::NetProceeds,
        OfferMetric::Price,
        OfferMetric::NewShares,
        OfferMetric::TrailingRevenue,
        OfferMetric::PriceToSales,
        OfferMetric::Growth,
        OfferMetric::GrossMargin,
        OfferMetric::FcfMargin,
        OfferMetric::LargestCloudShare,
        OfferMetric::Cash,
        OfferMetric::RunwayMonths,
        OfferMetric::RunwayMonthsAfter,
        OfferMetric::CapLeft,
        OfferMetric::Owed,
        OfferMetric::OwedUncapped,
        OfferMetric::PaymentsAfter,
        OfferMetric::PaymentsAfterUncapped,
        OfferMetric::MicrosoftNow,
        OfferMetric::MicrosoftBefore,
        OfferMetric::MicrosoftAfter,
        OfferMetric::OthersNow,
        OfferMetric::OthersBefore,
        OfferMetric::OthersAfter,
        OfferMetric::LaterMoneyBefore,
        OfferMetric::LaterMoneyAfter,
        OfferMetric::RoundsOnIpo,
        OfferMetric::Public,
    ];

    /// The metric's name in tables.
    pub fn name(self) -> &'static str {
        match self {
            OfferMetric::PreMoney => "offer_equity",
            OfferMetric::PostMoney => "market_cap_at_offer_price",
            OfferMetric::GrossProceeds => "proceeds",
            OfferMetric::NetProceeds => "proceeds_after_fee",
            OfferMetric::Price => "price_per_share",
            OfferMetric::NewShares => "new_shares",
            OfferMetric::TrailingRevenue => "trailing_revenue",
            OfferMetric::PriceToSales => "offer_equity_to_revenue",
            OfferMetric::Growth => "growth",
            OfferMetric::GrossMargin => "gross_margin",
            OfferMetric::FcfMargin => "fcf_margin",
            OfferMetric::LargestCloudShare => "largest_cloud_share",
            OfferMetric::Cash => "cash_before",
            OfferMetric::RunwayMonths => "runway_before",
            OfferMetric::RunwayMonthsAfter => "runway_after",
            OfferMetric::CapLeft => "cap_left",
            OfferMetric::Owed => "owed",
            OfferMetric::OwedUncapped => "owed_without_cap",
            OfferMetric::PaymentsAfter => "payments_after",
            OfferMetric::PaymentsAfterUncapped => "payments_after_without_cap",
            OfferMetric::MicrosoftNow => "microsoft_today",
            OfferMetric::MicrosoftBefore => "microsoft_before",
            OfferMetric::MicrosoftAfter => "microsoft_after",
            OfferMetric::OthersNow => "other_holders_today",
            OfferMetric::OthersBefore => "other_holders_before",
            OfferMetric::OthersAfter => "other_holders_after",
            OfferMetric::LaterMoneyBefore => "later_money_before",
            OfferMetric::LaterMoneyAfter => "later_money_after",
            OfferMetric::RoundsOnIpo => "rounds_with_the_ipo",
            OfferMetric::Public => "public",
        }
    }

    /// The unit of the metric.
    pub fn unit(self) -> Unit {
        match self {
            OfferMetric::Price => Unit::UsdPerShare,
            OfferMetric::NewShares => Unit::SharesBn,
            OfferMetric::PriceToSales => Unit::Multiple,
            OfferMetric::RunwayMonths | OfferMetric::RunwayMonthsAfter => Unit::Months,
            OfferMetric::Growth
            | OfferMetric::GrossMargin
            | OfferMetric::FcfMargin
            | OfferMetric::LargestCloudShare
            | OfferMetric::MicrosoftNow
            | OfferMetric::MicrosoftBefore
            | OfferMetric::MicrosoftAfter
            | OfferMetric::OthersNow
            | OfferMetric::OthersBefore
            | OfferMetric::OthersAfter
            | OfferMetric::LaterMoneyBefore
            | OfferMetric::LaterMoneyAfter
            | OfferMetric::RoundsOnIpo
            | OfferMetric::Public => Unit::Fraction,
            _ => Unit::UsdBn,
        }
    }

    /// A one-line explanation of the metric.
    pub fn meaning(self, names: &PartyNames) -> String {
        names.tell(match self {
            OfferMetric::PreMoney => "value of the company at the offer price, before the new money",
            OfferMetric::PostMoney => "the same with the new shares",
            OfferMetric::GrossProceeds => "new shares at the offer price",
            OfferMetric::NetProceeds => "what the banks leave of them",
            OfferMetric::Price => "offer price of a share",
            OfferMetric::NewShares => "shares sold",
            OfferMetric::TrailingRevenue => "net revenue of the last year",
            OfferMetric::PriceToSales => "offer equity over it",
            OfferMetric::Growth => "growth of net revenue over a year",
            OfferMetric::GrossMargin => "gross margin of the period",
            OfferMetric::FcfMargin => "free cash flow of the last year over net revenue",
            OfferMetric::LargestCloudShare => "largest cloud's part of gross sales",
            OfferMetric::Cash => "cash before the offer",
            OfferMetric::RunwayMonths => {
                "months of cash at the period's burn before the offer; 120 where more, or no burn"
            }
            OfferMetric::RunwayMonthsAfter => "the same with the rounds and the proceeds",
            OfferMetric::CapLeft => "most that may still be paid under the cap",
            OfferMetric::Owed => "what a buyer must expect the share still to cost",
            OfferMetric::OwedUncapped => "the same were there no cap",
            OfferMetric::PaymentsAfter => "what is really paid from the next period on, not discounted",
            OfferMetric::PaymentsAfterUncapped => "what would fall due without the cap, not discounted",
            OfferMetric::MicrosoftNow => "{partner's} part today",
            OfferMetric::MicrosoftBefore => "{partner's} part just before the offer",
            OfferMetric::MicrosoftAfter => "{partner's} part after it",
            OfferMetric::OthersNow => "part of today's other holders today",
            OfferMetric::OthersBefore => "their part just before the offer",
            OfferMetric::OthersAfter => "their part after it",
            OfferMetric::LaterMoneyBefore => "rounds and employees since today, just before the offer",
            OfferMetric::LaterMoneyAfter => "the same after it",
            OfferMetric::RoundsOnIpo => "rounds that come with the IPO",
            OfferMetric::Public => "buyers of the offer",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_in_the_order_of_the_list() {
        for (i, day) in OfferMetric::ALL.into_iter().enumerate() {
            assert_eq!(day as usize, i);
        }
    }
}
