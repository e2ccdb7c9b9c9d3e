//! Demand summed over the segments, a deal's sales, and its capped revenue share (methodology: revenue share).

use super::cloud_mix::Sold;
use super::timeline::StepRef;
use crate::math::vector::{Mask, Vector};

/// Demand of a period that all deals share, summed over segments.
#[derive(Clone, Copy)]
pub struct Demand<V> {
    /// Sold directly, billions.
    pub direct: V,
    /// BlockOptions for through clouds, billions.
    pub cloud: V,
    /// Cost of inference on direct sales, billions.
    pub direct_inference: V,
    /// Cost of inference per unit sold through clouds, times cloud demand, billions.
    pub cloud_inference: V,
    /// Annual rate at the period's end, sold directly, billions a year.
    pub direct_rate: V,
    /// Annual rate at the period's end, through clouds, billions a year.
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

    /// Adds a segment: what it booked, its rate at the end, its cost of inference as a fraction, and the fraction sold
    /// through clouds (`None`: no cloud sells it).
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

/// What OpenAI sells and receives under a deal in a period, billions.
#[derive(Clone, Copy)]
pub struct Sales<V> {
    /// `net_rev`
    pub net: V,
    /// `gross`
    pub gross: V,
    /// `inference`
    pub inference: V,
    /// `Σ_k sold_0,k`
    pub home: V,
    /// Annual run-rate of `Σ_k net_k` at the period's end.
    pub run_rate: V,
}

/// What sales hang on beside demand and mix.
pub struct SalesTerms<V> {
    /// What the home cloud keeps.
    pub home_fee: V,
    /// Whether the licence runs.
    pub licensed: bool,
    /// Income of the licence in the period, billions; 0 once it has ended.
    pub licence_income: V,
    /// 1 while the company lives.
    pub alive: V,
}

impl<V: Vector> Sales<V> {
    /// None.
    pub fn none() -> Sales<V> {
        let zero = V::zero();
        Sales { net: zero, gross: zero, inference: zero, home: zero, run_rate: zero }
    }

    /// Sales of a period.
    #[inline(always)]
    pub fn of(demand: &Demand<V>, mix: &Sold<V>, terms: &SalesTerms<V>) -> Sales<V> {
        let alive = terms.alive;
        let sold_home = mix.by_cloud.first().copied().unwrap_or(V::zero());
        let kept = (V::one() - terms.home_fee).mul_add(sold_home, mix.net_elsewhere);
        let sold = sold_home + mix.elsewhere;
        // Until the licence ends the home cloud serves its own sales.
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

/// The revenue share of a deal.
#[derive(Clone, Copy)]
pub struct Share<V> {
    /// End of the share, years.
    pub ends: V,
    /// Time of termination, years.
    pub terminated: V,
    /// What may be paid in all from time 0 on, billions; infinite without a cap.
    pub headroom: V,
    /// What may still be paid, billions; infinite without a cap.
    pub cap_left: V,
    /// Payments from the valuation date on, billions.
    pub cumulative: V,
    /// Uncapped due from the valuation date on, billions.
    pub cumulative_due: V,
    /// Net revenue of the time in which the share runs, billions.
    pub revenue_in_share: V,
    /// When the cap first binds, years; infinite: never.
    pub hit_time: V,
    /// Whether the share runs in the period, on any path.
    pub runs: bool,
    /// Due of the period, whatever is left of the cap, billions.
    pub due: V,
    /// Payment of the period, billions.
    pub paid: V,
    /// What is expected still to fall due after the period's end, whatever is left of the cap, billions.
    pub expected: V,
    /// What is owed at the period's end, billions.
    pub owed: V,
}

/// What a payment hangs on.
pub struct PayTerms<V> {
    /// Part of revenue that is due.
    pub rate: V,
    /// The revenue that the rate is put on, billions.
    pub base: V,
    /// Net revenue, billions.
    pub net: V,
    /// Start of the share, years.
    pub effective: f64,
}

impl<V: Vector> Share<V> {
    /// Nothing paid yet of a share that ends at a time, is terminated at another, and may pay so much under its cap.
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

    /// The period's due and payment.
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

    /// Pays of the due what the cap leaves. `from`: start of the part of the period in which the share runs, years;
    /// `inside`: its length.
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
        // With a cap, from what is left of it: at the cap the payments add up to it exactly.
        let capped = self.headroom - self.cap_left;
        let total = V::select(self.headroom.lt(V::splat(f64::INFINITY)), capped, self.cumulative + paid);
        // Never above what is due, not by a rounding either.
        self.cumulative = total.min(self.cumulative_due);
        self.paid = paid;
    }
}
