//! Which deals may share work, from their judged terms alone.
//!
//! Deals whose terms differ only in when payments arrive (`payment_lag_years`) or in what the licence spares Microsoft
//! (`licence_exclusive`) lead to the same sales, payments, books, equity and listing on every path. They form a group that
//! is simulated once; each deal adds only its own present values. Deals that also differ in the cap or in what is already
//! paid toward it have the same sales and dues while they have survived the same periods: such a group takes those from
//! an earlier group, its base.

use crate::model::deal::{Deal, Rate};
use crate::model::parameters::{ParamId, Parameters};

/// Deals that are simulated once, because only their present values differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealGroup {
    /// Indices of its deals, ascending; the first is the base deal, whose terms are simulated.
    pub deals: Vec<usize>,
    /// Index of the earlier group whose base deal differs only in the cap and what is paid toward it, and which shares with
    /// no other group itself.
    pub shares_with: Option<usize>,
}

impl DealGroup {
    /// Index of the base deal.
    pub fn base_deal(&self) -> usize {
        self.deals[0]
    }
}

/// The groups of these deals, in order of their base deals.
pub(super) fn deal_groups(parameters: &Parameters, deals: &[Deal]) -> Vec<DealGroup> {
    let mut groups: Vec<DealGroup> = Vec::new();
    for (index, deal) in deals.iter().enumerate() {
        let base = |group: &DealGroup| &deals[group.base_deal()];
        let like = |group: &DealGroup| same_but_cap(parameters, base(group), deal);
        let equal = |group: &&mut DealGroup| {
            same_but_cap(parameters, base(group), deal) && same_cap(parameters, base(group), deal)
        };
        let shares_with = groups.iter().position(|group| group.shares_with.is_none() && like(group));
        match groups.iter_mut().find(equal) {
            Some(group) => group.deals.push(index),
            None => groups.push(DealGroup { deals: vec![index], shares_with }),
        }
    }
    groups
}

/// Every deal in a group of its own that shares with no other.
pub(super) fn no_groups(deals: usize) -> Vec<DealGroup> {
    (0..deals).map(|deal| DealGroup { deals: vec![deal], shares_with: None }).collect()
}

/// Whether two numbers have the same value on every path: one draw, or equal constants.
pub(super) fn same_number(parameters: &Parameters, a: ParamId, b: ParamId) -> bool {
    let equal = |(a, b): (f64, f64)| a.to_bits() == b.to_bits();
    a == b || parameters.constant(a).zip(parameters.constant(b)).is_some_and(equal)
}

/// The same where a number may be absent.
pub(super) fn same_optional(parameters: &Parameters, a: Option<ParamId>, b: Option<ParamId>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same_number(parameters, a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Whether the caps of two deals are equal, and what counts toward them.
fn same_cap(parameters: &Parameters, a: &Deal, b: &Deal) -> bool {
    same_optional(parameters, a.cap, b.cap) && same_number(parameters, a.paid_to_date, b.paid_to_date)
}

/// Whether all terms of two deals that move the company are equal, the cap and what counts toward it aside.
fn same_but_cap(parameters: &Parameters, a: &Deal, b: &Deal) -> bool {
    // By name, so that a term added to deals must be decided on here.
    let Deal {
        name: _,
        cap: _,
        paid_to_date: _,
        payment_lag: _,
        licence_exclusive: _,
        effective,
        share_ends,
        rate,
        base,
        eligible,
        termination_rate,
        home_keeps,
        licence_ends,
        stake,
        exclusive_until,
    } = a;
    let same = |a: ParamId, b: ParamId| same_number(parameters, a, b);
    let same_time = |a: f64, b: f64| a.to_bits() == b.to_bits();
    same_time(*effective, b.effective)
        && same_optional(parameters, *share_ends, b.share_ends)
        && same_rate(parameters, rate, &b.rate)
        && *base == b.base
        && same(*eligible, b.eligible)
        && same(*termination_rate, b.termination_rate)
        && same(*home_keeps, b.home_keeps)
        && same_time(*licence_ends, b.licence_ends)
        && same_optional(parameters, *stake, b.stake)
        && same_optional(parameters, *exclusive_until, b.exclusive_until)
}

/// Whether two rates are equal at all times and on every path, as they are written.
fn same_rate(parameters: &Parameters, a: &Rate, b: &Rate) -> bool {
    match (a, b) {
        (Rate::Flat(a), Rate::Flat(b)) => same_number(parameters, *a, *b),
        (Rate::Schedule(a), Rate::Schedule(b)) => {
            let step = |(a, b): (&(f64, ParamId), &(f64, ParamId))| {
                a.0.to_bits() == b.0.to_bits() && same_number(parameters, a.1, b.1)
            };
            a.len() == b.len() && a.iter().zip(b).all(step)
        }
        (Rate::Flat(_), Rate::Schedule(_)) | (Rate::Schedule(_), Rate::Flat(_)) => false,
    }
}
