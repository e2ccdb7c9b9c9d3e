//! Which dimension of the Sobol points each random variable gets: a pure function of the model.
//!
//! The first dimensions are the most evenly spread, alone and in pairs, so they go to what decides most. Inputs that multiply each
//! other must not share a bad pair of dimensions: in the order of the file the time of termination and its rate once got the worst
//! pair of the first 64, and the payments were half as precise as under plain sampling. The inputs of the kinds that decide most come
//! first, by kind of key and then in the order of the file; then components 1 and 2 of all factors, which are most of where a factor
//! is after two years and at the end (or, without equity, at the end and in the middle), with strikes and sizes of the shocks of their
//! periods; then the other inputs; then component 3, component 4, …, in the order in which the [bridge](super::brownian_bridge) visits
//! periods.

use super::brownian_bridge::visits;
use super::factors::drawn_factors;
use crate::model::Model;
use crate::model::dependence::{Factor, TERMINATION_TIME};
use std::ops::Range;

/// The random variables of a model in the order of their dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Keys of the inputs, and `termination.time` where it matters: a dimension each.
    pub inputs: Vec<String>,
    /// How many of the inputs come before components 1 and 2 of factors and shocks; the others come after these.
    pub leading: usize,
    /// Names of the factors: a dimension for each component.
    pub factors: Vec<String>,
    /// Names of the shocks: two dimensions for each component, whether the shock strikes in its period and how much.
    pub shocks: Vec<String>,
    /// The period, from 0, of each component.
    pub visits: Vec<usize>,
}

/// A variable with a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coordinate {
    /// Name of its stream.
    pub stream: String,
    /// Its number among the variables of the stream; 0 for an input.
    pub component: usize,
}

/// Names of the streams of a shock: whether it strikes, and how much.
pub fn shock_streams(shock: &str) -> [String; 2] {
    ["strike", "size"].map(|part| format!("shock.{shock}.{part}"))
}

impl Dimensions {
    /// The dimensions of a model.
    pub fn of(model: &Model) -> Dimensions {
        let parameters = &model.parameters;
        let mut inputs: Vec<(usize, String)> = parameters
            .uncertain()
            .map(|id| &parameters.entry(id).key)
            .map(|key| (rank(key), key.clone()))
            .collect();
        // A stable sort: the order of the file remains within a kind.
        inputs.sort_by_key(|(rank, _)| *rank);
        let mut leading = inputs.partition_point(|(rank, _)| *rank < LEADING_KINDS);
        let mut inputs: Vec<String> = inputs.into_iter().map(|(_, key)| key).collect();
        if model.deals.iter().any(|deal| parameters.constant(deal.termination_rate) != Some(0.0)) {
            inputs.insert(0, TERMINATION_TIME.to_owned());
            leading += 1;
        }
        let mut factors = drawn_factors(model);
        factors.sort_by_key(|factor| match factor {
            Factor::Multiple => 0,
            Factor::SegmentLevel(_) | Factor::SegmentGrowth(_) => 1,
            Factor::CloudMix(_) | Factor::MicrosoftAiLevel | Factor::MicrosoftAiGrowth => 2,
        });
        Dimensions {
            inputs,
            leading,
            factors: factors.iter().map(|factor| factor.name(&model.segments, &model.clouds)).collect(),
            shocks: model.shocks.iter().map(|shock| shock.name.clone()).collect(),
            visits: visits(model),
        }
    }

    /// The variables in the order of their dimensions.
    pub fn coordinates(&self) -> impl Iterator<Item = Coordinate> + '_ {
        let streams: Vec<String> = self
            .factors
            .iter()
            .cloned()
            .chain(self.shocks.iter().flat_map(|shock| shock_streams(shock)))
            .collect();
        let input = |key: &String| Coordinate { stream: key.clone(), component: 0 };
        let (leading, others) = self.inputs.split_at(self.leading);
        let components = move |numbers: Range<usize>| {
            let streams = streams.clone();
            numbers.flat_map(move |component| {
                streams.clone().into_iter().map(move |stream| Coordinate { stream, component })
            })
        };
        let first = LEADING_COMPONENTS.min(self.visits.len());
        let leading = leading.iter().map(input).chain(components(0..first));
        leading.chain(others.iter().map(input)).chain(components(first..self.visits.len()))
    }

    /// Number of dimensions.
    pub fn count(&self) -> usize {
        self.inputs.len() + self.visits.len() * (self.factors.len() + 2 * self.shocks.len())
    }
}

/// Components of factors and shocks that come before the other inputs.
const LEADING_COMPONENTS: usize = 2;

/// The first of [`KINDS`], whose inputs come before all components: growth, the terms of deals that decide how much is paid, multiples,
/// and the sizes of segments.
const LEADING_KINDS: usize = 7;

/// Kinds of inputs, those that decide most first; the last are all others.
const KINDS: [fn(&[&str]) -> bool; 14] = [
    |key| matches!(key, ["segment", _, "growth_now" | "growth"]),
    |key| matches!(key, ["deal", _, "termination_rate_per_year"]),
    |key| matches!(key, ["deal", _, last] if is_dated(last)),
    |key| matches!(key, ["equity", "half_life_years" | "multiple_now" | "multiple_long_run"]),
    |key| matches!(key, ["deal", _, "cap_usd_bn" | "paid_to_date_usd_bn" | "rate", ..]),
    |key| matches!(key, ["segment", _, last] if is_shape(last)),
    |key| matches!(key, ["segment", _, last, ..] if is_size(last)),
    |key| matches!(key, ["deal", ..]),
    |key| matches!(key, ["discount", ..]),
    |key| matches!(key, ["ipo", ..]),
    |key| matches!(key, ["equity", ..]),
    |key| matches!(key, ["segment", ..]),
    |key| matches!(key, ["contract", ..]),
    |key| matches!(key, ["costs", ..]),
];

/// Kinds after [`KINDS`]: clouds, then the rest.
fn rank(key: &str) -> usize {
    let parts: Vec<&str> = key.split('.').collect();
    let is_cloud = matches!(parts[0], "cloud" | "home_first" | "reach" | "in_house");
    let late = KINDS.len() + usize::from(!is_cloud);
    KINDS.iter().position(|is_kind| is_kind(&parts)).unwrap_or(late)
}

/// Whether a deal's key says when something begins or ends.
fn is_dated(key: &str) -> bool {
    ["effective", "share_ends", "exclusive_until", "licence_ends"].iter().any(|stem| key.starts_with(stem))
}

/// Whether a segment's key shapes its growth over time.
fn is_shape(key: &str) -> bool {
    matches!(
        key,
        "growth_half_life_years"
            | "volatility_half_life_years"
            | "ceiling_usd_bn"
            | "midpoint_years"
            | "ramp_years"
    )
}

/// Whether a segment's key is a level, a long-run rate or a volatility.
fn is_size(key: &str) -> bool {
    matches!(
        key,
        "growth_long_run"
            | "volatility"
            | "volatility_now"
            | "volatility_long_run"
            | "growth_volatility_now"
            | "rate_now_usd_bn"
            | "plan"
            | "annual_totals"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_keys_have_their_ranks() {
        let of_rank = |r: usize| {
            [
                "segment.business.growth_now",
                "deal.x.termination_rate_per_year",
                "deal.x.share_ends_years",
                "equity.multiple_now",
                "deal.x.rate.2027-10-01.rate",
                "segment.ads.midpoint_years",
                "segment.a.plan.2027-01-01.rate_usd_bn",
                "deal.x.stake",
                "discount.share",
                "ipo.gate.equity_usd_bn",
                "equity.lockup_months",
                "segment.a.cloud_sold",
                "contract.oracle.draw",
                "costs.opex_now",
                "in_house.ceiling",
                "microsoft.ai.growth_now",
            ][r]
        };
        for r in 0..16 {
            assert_eq!(rank(of_rank(r)), r, "{}", of_rank(r));
        }
    }
}
