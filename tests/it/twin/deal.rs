//! The revenue share with its cap, what is owed to the end, and when payments count.

use super::Draws;
use super::timeline::{TIE, discount_factor, halving, overlap, reached};
use capstake::model::deal::{Deal, Rate, ShareBase};
use std::f64::consts::LN_2;

/// A deal's numbers on a path.
#[derive(Clone, Debug)]
pub struct DealTerms {
    /// Start of the share, years.
    pub effective: f64,
    /// End of the share, years; the horizon where none is given.
    pub share_ends: f64,
    /// (from, rate), in order of time.
    pub rates: Vec<(f64, f64)>,
    /// Base of the share.
    pub base: ShareBase,
    /// Part of the base that counts.
    pub eligible: f64,
    /// What may still be paid at time 0, billions; infinite without a cap.
    pub cap_left: f64,
    /// Time of termination, years; infinite without a hazard.
    pub termination: f64,
    /// From the period's middle to the receipt, years.
    pub payment_lag: f64,
    /// Part of home sales that the home cloud keeps until the licence ends.
    pub home_keeps: f64,
    /// End of the licence, years.
    pub licence_ends: f64,
    /// Until when other clouds may not sell, years.
    pub exclusive_until: Option<f64>,
    /// Microsoft's stake at time 0.
    pub stake: Option<f64>,
}

impl DealTerms {
    /// The deal on a path.
    pub fn new(deal: &Deal, horizon: f64, draws: &dyn Draws) -> DealTerms {
        let n = |num| draws.number(num);
        DealTerms {
            effective: deal.effective,
            share_ends: deal.share_ends.map_or(horizon, n),
            rates: match &deal.rate {
                Rate::Flat(rate) => vec![(f64::NEG_INFINITY, n(*rate))],
                Rate::Schedule(rates) => rates.iter().map(|&(from, rate)| (from, n(rate))).collect(),
            },
            base: deal.base,
            eligible: n(deal.eligible),
            cap_left: deal.cap.map_or(f64::INFINITY, |cap| (n(cap) - n(deal.paid_to_date)).max(0.0)),
            termination: termination_time(draws.termination_exponential(), n(deal.termination_rate)),
            payment_lag: n(deal.payment_lag),
            home_keeps: n(deal.home_keeps),
            licence_ends: deal.licence_ends,
            exclusive_until: deal.exclusive_until.map(n),
            stake: deal.stake.map(n),
        }
    }

    /// The rate in force at a time; 0 before the first.
    pub fn rate(&self, time: f64) -> f64 {
        self.rates.iter().rev().find(|(from, _)| reached(time, *from)).map_or(0.0, |&(_, rate)| rate)
    }

    /// Whether the licence is in force at a time.
    pub fn licensed(&self, time: f64) -> bool {
        !reached(time, self.licence_ends)
    }

    /// Whether the share has been terminated by a period's end (it is in the period in which the time falls).
    pub fn terminated(&self, end: f64) -> bool {
        self.termination < end
    }

    /// The base of the share out of net revenue and gross sales.
    pub fn base_of(&self, net: f64, gross: f64) -> f64 {
        match self.base {
            ShareBase::Net => net,
            ShareBase::Gross => gross,
        }
    }

    /// The part of `start..end` inside `effective..share_ends`; empty where it ends before it starts.
    pub fn window(&self, start: f64, end: f64) -> (f64, f64) {
        let from = start.max(self.effective);
        (from, end.min(self.share_ends).max(from))
    }

    /// `due = rate(m)·eligible·base·overlap(effective, share_ends)`; 0 from the period of the termination on.
    pub fn due(&self, base: f64, start: f64, end: f64, middle: f64) -> f64 {
        if self.terminated(end) {
            return 0.0;
        }
        let part = overlap(start, end, self.effective, self.share_ends) / (end - start);
        self.rate(middle) * self.eligible * base * part
    }
}

/// When a unit exponential falls under a constant hazard.
pub fn termination_time(exponential: f64, hazard: f64) -> f64 {
    if hazard == 0.0 { f64::INFINITY } else { exponential / hazard }
}

/// When the cap binds: `paid/due` of the way through the part of the period inside the share's dates; none if it does
/// not bind in this period.
pub fn cap_hit_time(paid: f64, due: f64, window: (f64, f64)) -> Option<f64> {
    (paid < due).then(|| window.0 + (window.1 - window.0) * paid / due)
}

/// What a payment received at `time` is worth of itself: `recovery` if OpenAI has failed at or before that time.
pub fn collected(time: f64, failure: Option<f64>, recovery: f64) -> f64 {
    if failure.is_some_and(|failed| failed <= time + TIE) { recovery } else { 1.0 }
}

/// `G = ln(now/a year before)` within 0 and 1; 0 where there is no year before, or nothing was earned in it.
pub fn last_growth(now: f64, before: Option<f64>) -> f64 {
    match before {
        Some(before) if before > 0.0 && now > 0.0 => (now / before).ln().clamp(0.0, 1.0),
        _ => 0.0,
    }
}

/// What the share is expected still to cost:
///
/// `owed = min(cap_left, rate·eligible·(base/Δ)·(τ/6)·(1 + 4q(τ/2) + q(τ)))`, `q(u) = e^Γ(u)·(1 + r)^(-u)`,
/// `Γ(u) = G·h/ln 2·(1 - 2^(-u/h))`.
///
/// `annual` is rate·eligible·base/Δ, billions a year; `tau` the years that the share has left, 0 once it has ended.
pub fn owed(cap_left: f64, annual: f64, tau: f64, growth: f64, half_life: f64, discount_rate: f64) -> f64 {
    if tau == 0.0 {
        return 0.0;
    }
    let gamma = |u: f64| {
        if half_life.is_infinite() {
            growth * u
        } else {
            growth * half_life / LN_2 * (1.0 - halving(u, half_life))
        }
    };
    let q = |u: f64| gamma(u).exp() * discount_factor(discount_rate, u);
    cap_left.min(annual * tau / 6.0 * (1.0 + 4.0 * q(tau / 2.0) + q(tau)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> DealTerms {
        DealTerms {
            effective: 0.125,
            share_ends: 2.0,
            rates: vec![(0.0, 0.1), (1.0, 0.2)],
            base: ShareBase::Net,
            eligible: 0.5,
            cap_left: 10.0,
            termination: 1.6,
            payment_lag: 0.25,
            home_keeps: 1.0,
            licence_ends: 1.5,
            exclusive_until: None,
            stake: None,
        }
    }

    #[test]
    fn due_is_prorated_and_ends_with_termination() {
        let terms = terms();
        assert!((terms.due(40.0, 0.0, 0.25, 0.125) - 0.1 * 0.5 * 40.0 * 0.5).abs() < 1e-15);
        assert!((terms.due(40.0, 1.25, 1.5, 1.375) - 0.2 * 0.5 * 40.0).abs() < 1e-15);
        assert_eq!(terms.due(40.0, 1.5, 1.75, 1.625), 0.0);
        assert_eq!(terms.rate(-0.1), 0.0);
        assert_eq!(terms.rate(1.0), 0.2);
        assert!(terms.licensed(1.375) && !terms.licensed(1.5));
    }

    #[test]
    fn the_cap_binds_part_of_the_way_through_the_window() {
        let terms = terms();
        assert_eq!(cap_hit_time(1.0, 4.0, terms.window(0.0, 0.25)), Some(0.125 + 0.125 / 4.0));
        assert_eq!(cap_hit_time(4.0, 4.0, terms.window(0.0, 0.25)), None);
        assert_eq!(cap_hit_time(0.0, 4.0, terms.window(0.5, 0.75)), Some(0.5));
        assert_eq!(cap_hit_time(2.0, 4.0, terms.window(1.75, 2.25)), Some(1.875));
    }

    #[test]
    fn a_payment_due_when_the_company_fails_is_only_recovered() {
        assert_eq!(collected(0.375, None, 0.35), 1.0);
        assert_eq!(collected(0.375, Some(0.375), 0.35), 0.35);
        assert_eq!(collected(0.375, Some(0.5), 0.35), 1.0);
    }

    #[test]
    fn owed_without_growth_and_discount_is_the_rate_times_the_time_left() {
        assert!((owed(f64::INFINITY, 5.0, 3.0, 0.0, 1.5, 0.0) - 15.0).abs() < 1e-14);
        assert_eq!(owed(4.0, 5.0, 3.0, 0.0, 1.5, 0.0), 4.0);
        assert_eq!(owed(4.0, 5.0, 0.0, 0.0, 1.5, 0.0), 0.0);
    }

    /// τ = 3, h = 1.5, G = ln 2, r = 21%: Γ(1.5) = 1.5/2 = 0.75, Γ(3) = 1.5·3/4 = 1.125,
    /// q(1.5) = e^0.75/1.331, q(3) = e^1.125/1.771561.
    #[test]
    fn owed_follows_fading_growth_by_simpsons_rule() {
        let q_half = 0.75f64.exp() / 1.331;
        let q_end = 1.125f64.exp() / 1.771561;
        let expected = 2.0 * 0.5 * (1.0 + 4.0 * q_half + q_end);
        assert!((owed(99.0, 2.0, 3.0, LN_2, 1.5, 0.21) - expected).abs() < 1e-13);
        assert!((expected - 9.100_836).abs() < 1e-6, "{expected}");
    }

    #[test]
    fn growth_of_the_last_year_is_kept_within_bounds() {
        assert_eq!(last_growth(10.0, None), 0.0);
        assert_eq!(last_growth(10.0, Some(20.0)), 0.0);
        assert_eq!(last_growth(10.0, Some(1.0)), 1.0);
        assert_eq!(last_growth(10.0, Some(0.0)), 0.0);
        assert!((last_growth(10.0, Some(8.0)) - 1.25f64.ln()).abs() < 1e-16);
    }

    #[test]
    fn without_hazard_nothing_is_terminated() {
        assert_eq!(termination_time(0.7, 0.0), f64::INFINITY);
        assert_eq!(termination_time(0.5, 0.25), 2.0);
    }
}
