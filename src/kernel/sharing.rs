//! Which deals may share work, from their judged terms alone.
//!
//! Deals whose terms differ only in when payments arrive (`payment_lag_years`) or in what the licence spares Microsoft
//! (`licence_exclusive`) lead to the same sales, payments, books, equity and listing on every path. They form a group that
//! is simulated once; each deal adds only its own present values. Deals that also differ in the cap or in what is already
//! paid toward it have the same sales and dues while they have survived the same periods: such a group takes those from
//! an earlier group, its base.

use crate::model::deal::Deal;
use crate::model::parameters::Parameters;
use crate::model::term::Term;

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

/// Whether the caps of two deals are equal, and what counts toward them.
fn same_cap(parameters: &Parameters, a: &Deal, b: &Deal) -> bool {
    [Term::Cap, Term::PaidToDate].iter().all(|term| term.is_same(parameters, a, b))
}

/// Whether all terms of two deals that move the company are equal, the cap and what counts toward it aside.
fn same_but_cap(parameters: &Parameters, a: &Deal, b: &Deal) -> bool {
    Term::ALL.into_iter().filter(|term| moves_company(*term)).all(|term| term.is_same(parameters, a, b))
}

/// Whether a term moves the company other than by the cap.
fn moves_company(term: Term) -> bool {
    match term {
        Term::Cap | Term::PaidToDate | Term::PaymentLag | Term::LicenceExclusive => false,
        Term::Rate
        | Term::Base
        | Term::Eligible
        | Term::Effective
        | Term::ShareEnds
        | Term::ExclusiveUntil
        | Term::HomeKeeps
        | Term::LicenceEnds
        | Term::TerminationRate
        | Term::Stake => true,
    }
}
