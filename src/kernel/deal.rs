//! Demand, OpenAI's sales under a deal, and the deal's capped revenue share (methodology: revenue share).

use super::cloud_mix::Sold;
use super::timeline::StepRef;
use crate::math::vector::{Mask, Vector};

/// Demand of a period, summed over segments; the same for all deals.
#[derive(Clone, Copy)]
pub struct Demand<V> {
    /// Direct sales, billions.
    pub direct: V,
    /// Demand through clouds, billions.
    pub cloud: V,
    /// Cost of inference on direct sales, billions.
    pub direct_inference: V,
    /// Cost of inference of all demand through clouds, billions.
    pub cloud_inference: V,
    /// Annual rate of direct sales at the period's end, billions a year.
    pub direct_rate: V,
    /// Annual rate of demand through clouds at the period's end, billions a year.
    pub cloud_rate: V,
}

impl<V: Vector> Demand<V> {
    /// None.
    #[inline(always)]
    pub fn none() -> Demand<V> {
        let zero = V::zero();
        Demand {
            direct: zero,
            cloud: zero,
            direct_inference: zero,
            cloud_inference: zero,
            direct_rate: zero,
            cloud_rate: zero,
        }
    }

    /// Adds a segment: booked revenue, annual rate at the period's end, cost of inference as a fraction of
    /// revenue, and the fraction sold through clouds (`None`: 0).
    #[inline(always)]
    pub fn add(&mut self, booked: V, rate: V, cost: V, through_clouds: Option<V>) {
        let (mut direct, mut direct_rate) = (booked, rate);
        if let Some(through) = through_clouds {
            let (cloud, rest) = (through * booked, V::one() - through);
            direct = rest * booked;
            direct_rate = rest * rate;
            self.cloud = self.cloud + cloud;
            self.cloud_inference = cost.mul_add(cloud, self.cloud_inference);
            self.cloud_rate = through.mul_add(rate, self.cloud_rate);
        }
        self.direct = self.direct + direct;
        self.direct_inference = cost.mul_add(direct, self.direct_inference);
        self.direct_rate = self.direct_rate + direct_rate;
    }
}

/// OpenAI's sales under a deal in a period, billions.
#[derive(Clone, Copy)]
pub struct Sales<V> {
    /// Net revenue of OpenAI.
    pub net: V,
    /// Amount that end customers pay.
    pub gross: V,
    /// Cost of inference that OpenAI bears.
    pub inference: V,
    /// Sales by the home cloud.
    pub home: V,
    /// Annual run-rate of net revenue at the period's end, billions a year.
    pub run_rate: V,
}

/// Terms of a deal that determine sales.
pub struct SalesTerms<V> {
    /// Fraction of its sales that the home cloud keeps.
    pub home_fee: V,
    /// Whether the licence runs.
    pub licensed: bool,
    /// Income of the licence in the period, billions; 0 once it has ended.
    pub licence_income: V,
    /// 1 while OpenAI has not failed, else 0.
    pub alive: V,
}

impl<V: Vector> Sales<V> {
    /// None.
    pub fn none() -> Sales<V> {
        let zero = V::zero();
        Sales { net: zero, gross: zero, inference: zero, home: zero, run_rate: zero }
    }

    /// Computes the sales of a period.
    #[inline(always)]
    pub fn of(demand: &Demand<V>, mix: &Sold<V>, terms: &SalesTerms<V>) -> Sales<V> {
        let alive = terms.alive;
        let sold_home = mix.by_cloud.first().copied().unwrap_or(V::zero());
        let kept = (V::one() - terms.home_fee).mul_add(sold_home, mix.net_elsewhere);
        let sold = sold_home + mix.elsewhere;
        // Until the licence ends, the home cloud bears the inference of its own sales.
        let served = if terms.licensed { mix.elsewhere } else { sold };
        Sales {
            net: alive * (demand.cloud.mul_add(kept, demand.direct) + terms.licence_income),
            gross: alive * demand.cloud.mul_add(sold, demand.direct),
            inference: alive * demand.cloud_inference.mul_add(served, demand.direct_inference),
            home: alive * demand.cloud * sold_home,
            run_rate: alive * demand.cloud_rate.mul_add(kept, demand.direct_rate),
        }
    }
}

/// State of a deal's revenue share.
#[derive(Clone, Copy)]
pub struct Share<V> {
    /// End of the share, years from the valuation date.
    pub ends: V,
    /// Time of termination, years from the valuation date.
    pub terminated: V,
    /// Payments that the cap allows from time 0 on, billions; infinite without a cap.
    pub headroom: V,
    /// Payments that the cap still allows, billions; infinite without a cap.
    pub cap_left: V,
    /// Payments since the valuation date, billions.
    pub cumulative: V,
    /// Amount due since the valuation date, ignoring the cap, billions.
    pub cumulative_due: V,
    /// Net revenue earned while the share runs, billions.
    pub revenue_in_share: V,
    /// Time at which the cap first binds, years; infinite if never.
    pub hit_time: V,
    /// Whether the share runs in the period on any of the eight paths.
    pub runs: bool,
    /// Amount due for the period, ignoring the cap, billions.
    pub due: V,
    /// Payment for the period, billions.
    pub paid: V,
    /// Expected present value of amounts due after the period's end, ignoring the cap, billions.
    pub expected: V,
    /// The same limited to what the cap still allows, billions: a liability of OpenAI.
    pub owed: V,
}

/// Terms and revenue that determine a payment.
pub struct PayTerms<V> {
    /// Rate of the share times the eligible fraction of revenue.
    pub rate: V,
    /// Revenue to which the rate applies, billions.
    pub base: V,
    /// Net revenue, billions.
    pub net: V,
    /// Start of the share, years.
    pub effective: f64,
}

impl<V: Vector> Share<V> {
    /// A share without payments yet: its end and termination in years, and the payments that its cap allows,
    /// billions.
    #[inline(always)]
    pub fn new(ends: V, terminated: V, headroom: V) -> Share<V> {
        let zero = V::zero();
        Share {
            ends,
            terminated,
            headroom,
            cap_left: headroom,
            cumulative: zero,
            cumulative_due: zero,
            revenue_in_share: zero,
            hit_time: V::splat(f64::INFINITY),
            runs: false,
            due: zero,
            paid: zero,
            expected: zero,
            owed: zero,
        }
    }

    /// Computes the amount due and the payment of a period.
    #[inline(always)]
    pub fn pay(&mut self, terms: &PayTerms<V>, at: StepRef) {
        let from = terms.effective.max(at.start);
        let end = V::splat(at.end);
        let inside = (self.ends.min(end) - from).positive_part();
        self.runs = inside.gt(V::zero()).any();
        if !self.runs {
            self.due = V::zero();
            self.paid = V::zero();
            return;
        }
        let overlap = inside / V::splat(at.end - at.start);
        let due = terms.rate * terms.base * overlap;
        self.due = V::select(self.terminated.lt(end), V::zero(), due);
        self.cumulative_due = self.cumulative_due + self.due;
        self.revenue_in_share = terms.net.mul_add(overlap, self.revenue_in_share);
        self.pay_within_cap(from, inside);
    }

    /// Pays the amount due as far as the cap allows. The share runs for `inside` years of the period, from
    /// time `from` on.
    #[inline(always)]
    pub(super) fn pay_within_cap(&mut self, from: f64, inside: V) {
        let (due, left) = (self.due, self.cap_left);
        let paid = due.min(left);
        let binds = due.gt(left) & self.hit_time.eq(V::splat(f64::INFINITY));
        if binds.any() {
            let time = (paid / due).mul_add(inside, V::splat(from));
            self.hit_time = V::select(binds, time, self.hit_time);
        }
        self.cap_left = left - paid;
        // With a cap, payments are computed from what is left of it, so that they add up to the cap exactly.
        let capped = self.headroom - self.cap_left;
        let total = V::select(self.headroom.lt(V::splat(f64::INFINITY)), capped, self.cumulative + paid);
        // Rounding must not lift payments above the amount due.
        self.cumulative = total.min(self.cumulative_due);
        self.paid = paid;
    }
}
