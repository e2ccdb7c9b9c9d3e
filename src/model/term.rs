//! The terms of a deal one by one: which keys write them, whether two deals have the same, and how one is taken over.

use super::deal::{Deal, Rate};
use super::parameters::{ParamId, Parameters};

/// A term of a deal. A date and its number of years are one term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// Rate of the revenue share.
    Rate,
    /// Base of the revenue share.
    Base,
    /// Fraction of the base that is eligible.
    Eligible,
    /// Start of the revenue share.
    Effective,
    /// End of the revenue share.
    ShareEnds,
    /// Cap on total payments.
    Cap,
    /// Payments already counted towards the cap.
    PaidToDate,
    /// Time until which only the home cloud may sell.
    ExclusiveUntil,
    /// Fraction of its sales that the home cloud keeps.
    HomeKeeps,
    /// Time to a payment.
    PaymentLag,
    /// End of the licence.
    LicenceEnds,
    /// Whether the licence is exclusive.
    LicenceExclusive,
    /// Hazard rate of termination.
    TerminationRate,
    /// The partner's stake.
    Stake,
}

impl Term {
    /// All terms.
    pub const ALL: [Term; 14] = [
        Term::Rate,
        Term::Base,
        Term::Eligible,
        Term::Effective,
        Term::ShareEnds,
        Term::Cap,
        Term::PaidToDate,
        Term::ExclusiveUntil,
        Term::HomeKeeps,
        Term::PaymentLag,
        Term::LicenceEnds,
        Term::LicenceExclusive,
        Term::TerminationRate,
        Term::Stake,
    ];

    /// The keys of a deal that write it.
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            Term::Rate => &["rate"],
            Term::Base => &["base"],
            Term::Eligible => &["eligible"],
            Term::Effective => &["effective"],
            Term::ShareEnds => &["share_ends", "share_ends_years"],
            Term::Cap => &["cap_usd_bn"],
            Term::PaidToDate => &["paid_to_date_usd_bn"],
            Term::ExclusiveUntil => &["exclusive_until", "exclusive_until_years"],
            Term::HomeKeeps => &["home_keeps"],
            Term::PaymentLag => &["payment_lag_years"],
            Term::LicenceEnds => &["licence_ends"],
            Term::LicenceExclusive => &["licence_exclusive"],
            Term::TerminationRate => &["termination_rate_per_year"],
            Term::Stake => &["stake"],
        }
    }

    /// The term that a key of a deal writes.
    pub fn of_key(key: &str) -> Option<Term> {
        Term::ALL.into_iter().find(|term| term.keys().contains(&key))
    }

    /// Whether two deals have this term alike on every path: one draw, equal constants, or none in both.
    pub fn is_same(self, parameters: &Parameters, a: &Deal, b: &Deal) -> bool {
        let same = |a: ParamId, b: ParamId| parameters.same(a, b);
        let same_time = |a: f64, b: f64| a.to_bits() == b.to_bits();
        match self {
            Term::Rate => same_rate(parameters, &a.rate, &b.rate),
            Term::Base => a.base == b.base,
            Term::Eligible => same(a.eligible, b.eligible),
            Term::Effective => same_time(a.effective, b.effective),
            Term::ShareEnds => parameters.same_optional(a.share_ends, b.share_ends),
            Term::Cap => parameters.same_optional(a.cap, b.cap),
            Term::PaidToDate => same(a.paid_to_date, b.paid_to_date),
            Term::ExclusiveUntil => parameters.same_optional(a.exclusive_until, b.exclusive_until),
            Term::HomeKeeps => same(a.home_keeps, b.home_keeps),
            Term::PaymentLag => same(a.payment_lag, b.payment_lag),
            Term::LicenceEnds => same_time(a.licence_ends, b.licence_ends),
            Term::LicenceExclusive => a.licence_exclusive == b.licence_exclusive,
            Term::TerminationRate => same(a.termination_rate, b.termination_rate),
            Term::Stake => parameters.same_optional(a.stake, b.stake),
        }
    }

    /// Gives `deal` this term of another deal of the same model.
    pub fn take(self, deal: &mut Deal, other: &Deal) {
        // By name, so that a term added to deals must be decided on here.
        let Deal {
            name: _,
            effective,
            share_ends,
            rate,
            base,
            eligible,
            cap,
            paid_to_date,
            termination_rate,
            payment_lag,
            home_keeps,
            licence_ends,
            licence_exclusive,
            stake,
            exclusive_until,
        } = other;
        match self {
            Term::Rate => deal.rate = rate.clone(),
            Term::Base => deal.base = *base,
            Term::Eligible => deal.eligible = *eligible,
            Term::Effective => deal.effective = *effective,
            Term::ShareEnds => deal.share_ends = *share_ends,
            Term::Cap => deal.cap = *cap,
            Term::PaidToDate => deal.paid_to_date = *paid_to_date,
            Term::ExclusiveUntil => deal.exclusive_until = *exclusive_until,
            Term::HomeKeeps => deal.home_keeps = *home_keeps,
            Term::PaymentLag => deal.payment_lag = *payment_lag,
            Term::LicenceEnds => deal.licence_ends = *licence_ends,
            Term::LicenceExclusive => deal.licence_exclusive = *licence_exclusive,
            Term::TerminationRate => deal.termination_rate = *termination_rate,
            Term::Stake => deal.stake = *stake,
        }
    }
}

/// Whether two rates are equal at all times and on every path, as they are written.
fn same_rate(parameters: &Parameters, a: &Rate, b: &Rate) -> bool {
    match (a, b) {
        (Rate::Flat(a), Rate::Flat(b)) => parameters.same(*a, *b),
        (Rate::Schedule(a), Rate::Schedule(b)) => {
            let step = |(a, b): (&(f64, ParamId), &(f64, ParamId))| {
                a.0.to_bits() == b.0.to_bits() && parameters.same(a.1, b.1)
            };
            a.len() == b.len() && a.iter().zip(b).all(step)
        }
        (Rate::Flat(_), Rate::Schedule(_)) | (Rate::Schedule(_), Rate::Flat(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Deal as Written;
    use crate::config::section::Section;

    #[test]
    fn every_key_of_a_deal_writes_one_term() {
        for row in Written::SPEC.all().filter(|row| !["name", "like"].contains(&row.key)) {
            assert!(Term::of_key(row.key).is_some(), "{}", row.key);
        }
        for term in Term::ALL {
            for key in term.keys() {
                assert_eq!(Term::of_key(key), Some(term));
                assert!(Written::SPEC.find(key).is_some(), "{key}");
            }
        }
    }
}
