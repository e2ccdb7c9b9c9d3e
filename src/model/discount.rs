//! Discount rates, one for each stream of cash flows.

use crate::config::{self, Code, Config, Problem};

use super::parameters::ParamId;
use super::party_names::PartyNames;
use super::table::Table;
use super::validator::Validator;

/// Annual-effective discount rates, one for each stream of cash flows.
#[derive(Clone, Copy, Debug)]
pub struct Discount {
    /// For payments of the revenue share.
    pub share: ParamId,
    /// For equity.
    pub equity: ParamId,
    /// For Microsoft's resale and hosting profits.
    pub cloud: ParamId,
    /// For the value of the licence.
    pub licence: ParamId,
    /// For OpenAI's revenue.
    pub revenue: ParamId,
}

/// Validates `[discount]`; a missing rate is 0, with a warning if it affects results.
pub(super) fn validate(validator: &mut Validator, config: &Config, names: &PartyNames) -> Discount {
    let given = config.discount.clone().unwrap_or_default();
    let table = Table::new::<config::Discount>("discount", given.place);
    let stakes = config.equity.is_some() && config.deal.iter().any(|deal| deal.stake.is_some());
    // Perpetual growth without its own rate uses this one.
    let perpetual = config.equity.as_ref().is_some_and(|equity| {
        equity.discount_rate.is_none() && super::equity::method(equity) == config::Method::PerpetualGrowth
    });
    // A deal without a rate, or with the rate 0, pays nothing.
    let shares = config.deal.iter().filter_map(|deal| deal.rate.as_ref()).any(|rate| match rate {
        config::RateContent::Number(number) => {
            validator.optional(&Some(number.clone())).is_some_and(|id| validator.constant(id) != Some(0.0))
        }
        config::RateContent::Schedule(steps) => steps
            .iter()
            .filter_map(|step| validator.optional(&step.rate))
            .any(|id| validator.constant(id) != Some(0.0)),
    });
    let ai = config.microsoft.as_ref().is_some_and(|microsoft| microsoft.ai.is_some());
    // Without a royalty, which is 0 by default, no royalty is saved.
    let royalty = config.licence.as_ref().and_then(|licence| validator.optional(&licence.royalty_rate));
    let saves = ai && royalty.is_some_and(|rate| validator.constant(rate) != Some(0.0));
    let resale = names.tell("{partner's} resale and hosting");
    let streams = [
        ("share", &given.share, shares, "payments of the revenue share"),
        ("equity", &given.equity, stakes || perpetual, "stakes"),
        ("cloud", &given.cloud, config.microsoft.is_some() && !config.cloud.is_empty(), resale.as_str()),
        ("licence", &given.licence, saves, "the relief from royalty"),
        ("revenue", &given.revenue, true, "net revenue kept"),
    ];
    for (key, written, matters, what) in streams {
        if written.is_none() && matters {
            validator.problems.push(
                Problem::warning(
                    Code::DiscountMissing,
                    table.place,
                    format!("there is no `discount.{key}`: 0 is taken for {what}"),
                )
                .found("no such key")
                .help(format!("add `{key}` to [discount], 0 if that is meant")),
            );
        }
    }
    Discount {
        share: validator.number(&table, "share", &given.share),
        equity: validator.number(&table, "equity", &given.equity),
        cloud: validator.number(&table, "cloud", &given.cloud),
        licence: validator.number(&table, "licence", &given.licence),
        revenue: validator.number(&table, "revenue", &given.revenue),
    }
}
