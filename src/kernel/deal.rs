//! A deal's sales, its capped revenue share, and what a buyer must expect the share still to cost
//! (methodology: revenue share).

use crate::math::elementary::{exp, ln};
use crate::math::lanes::{LANES, Lanes};
use crate::simd_fn;
use std::f64::consts::LN_2;

/// Demand of a period that all deals share, summed over segments.
#[derive(Clone, Default)]
pub struct Demand {
    /// Sold directly, billions.
    pub direct: Lanes,
    /// Asked for through clouds, billions.
    pub cloud: Lanes,
    /// Cost of inference on direct sales, billions.
    pub direct_inference: Lanes,
    /// Cost of inference per unit sold through clouds, times cloud demand, billions.
    pub cloud_inference: Lanes,
    /// Annual rate at the period's end, sold directly, billions a year.
    pub direct_rate: Lanes,
    /// Annual rate at the period's end, through clouds, billions a year.
    pub cloud_rate: Lanes,
}

/// What OpenAI sells and receives under a deal in a period, billions.
#[derive(Clone, Default)]
pub struct Sales {
    /// `net_rev`
    pub net: Lanes,
    /// `gross`
    pub gross: Lanes,
    /// `inference`
    pub inference: Lanes,
    /// `Σ_k sold_0,k`
    pub home: Lanes,
    /// Annual run-rate of `Σ_k net_k` at the period's end.
    pub run_rate: Lanes,
}

simd_fn! {
    /// Adds a segment's demand. `t`: booked, rate at the end, share through clouds, cost fraction.
    pub fn add_segment(t: [&Lanes; 4], cloud_switch: f64, sum: &mut Demand) {
        let [booked, rate, cloud_sold, cost] = t;
        for l in 0..LANES {
            let through = cloud_switch * cloud_sold[l];
            let (direct, cloud) = ((1.0 - through) * booked[l], through * booked[l]);
            sum.direct[l] += direct;
            sum.cloud[l] += cloud;
            sum.direct_inference[l] = cost[l].mul_add(direct, sum.direct_inference[l]);
            sum.cloud_inference[l] = cost[l].mul_add(cloud, sum.cloud_inference[l]);
            sum.direct_rate[l] = (1.0 - through).mul_add(rate[l], sum.direct_rate[l]);
            sum.cloud_rate[l] = through.mul_add(rate[l], sum.cloud_rate[l]);
        }
    }
}

simd_fn! {
    /// Sales of a deal. `t`: home's part of cloud demand, sold elsewhere, kept of it, the home cloud's fee, income of
    /// the licence a year (0 once it has ended), alive. `licensed`: 1 while the licence runs, 0 after.
    pub fn sell(t: [&Lanes; 6], demand: &Demand, length: f64, licensed: f64, out: &mut Sales) {
        let [sold_home, elsewhere, kept_elsewhere, fee, income, alive] = t;
        for l in 0..LANES {
            let kept = (1.0 - fee[l]).mul_add(sold_home[l], kept_elsewhere[l]);
            let a = alive[l];
            let served = (1.0 - licensed).mul_add(sold_home[l], elsewhere[l]);
            out.net[l] = a * (demand.cloud[l].mul_add(kept, demand.direct[l]) + income[l] * (licensed * length));
            out.gross[l] = a * demand.cloud[l].mul_add(sold_home[l] + elsewhere[l], demand.direct[l]);
            out.inference[l] = a * demand.cloud_inference[l].mul_add(served, demand.direct_inference[l]);
            out.home[l] = a * demand.cloud[l] * sold_home[l];
            out.run_rate[l] = a * demand.cloud_rate[l].mul_add(kept, demand.direct_rate[l]);
        }
    }
}

/// The revenue share of a deal over a block.
#[derive(Clone)]
pub struct Share {
    /// End of the share, years.
    pub ends: Lanes,
    /// Time of termination, years.
    pub terminated: Lanes,
    /// What may be paid in all from time 0 on, billions; infinite without a cap.
    pub room: Lanes,
    /// What may still be paid, billions; infinite without a cap.
    pub cap_left: Lanes,
    /// Payments from the valuation date on, billions.
    pub cumulative: Lanes,
    /// Uncapped due from the valuation date on, billions.
    pub cumulative_due: Lanes,
    /// Net revenue of the time in which the share runs, billions.
    pub revenue_in_share: Lanes,
    /// When the cap first binds, years; infinite: never.
    pub hit_time: Lanes,
    /// Payment of the period, billions.
    pub paid: Lanes,
    /// Present values of payments and dues so far.
    pub pv: Lanes,
    /// Present value of the dues so far.
    pub due_pv: Lanes,
    /// What is owed at the period's end, billions.
    pub owed: Lanes,
}

simd_fn! {
    /// The period's payment. `t`: rate, eligible, base, net revenue, discount factor at the middle, factor of the lag.
    pub fn pay(
        t: [&Lanes; 6], effective: f64, span: (f64, f64), share: &mut Share, paid_pv: &mut Lanes, due_pv: &mut Lanes,
    ) {
        let [rate, eligible, base, net, discount, lag] = t;
        let (start, end) = span;
        let length = end - start;
        let from = if effective > start { effective } else { start };
        for l in 0..LANES {
            let to = if share.ends[l] < end { share.ends[l] } else { end };
            let inside = if to > from { to - from } else { 0.0 };
            let overlap = inside / length;
            let due = rate[l] * eligible[l] * base[l] * overlap;
            let due = if share.terminated[l] < end { 0.0 } else { due };
            let left = share.cap_left[l];
            let paid = if due < left { due } else { left };
            let binds = (due > left) & (share.hit_time[l] == f64::INFINITY);
            let time = (paid / due).mul_add(inside, from);
            share.hit_time[l] = if binds { time } else { share.hit_time[l] };
            share.cap_left[l] = left - paid;
            // With a cap, from what is left of it: at the cap the payments add up to it exactly.
            let sum = share.cumulative[l] + paid;
            let capped = share.room[l] - share.cap_left[l];
            let total = if share.room[l] < f64::INFINITY { capped } else { sum };
            let total_due = share.cumulative_due[l] + due;
            // Never above what is due, not by a rounding either.
            share.cumulative[l] = if total < total_due { total } else { total_due };
            share.cumulative_due[l] = total_due;
            share.revenue_in_share[l] = net[l].mul_add(overlap, share.revenue_in_share[l]);
            share.paid[l] = paid;
            let factor = discount[l] * lag[l];
            paid_pv[l] = paid * factor;
            due_pv[l] = due * factor;
            share.pv[l] += paid_pv[l];
            share.due_pv[l] += due_pv[l];
        }
    }
}

simd_fn! {
    /// `G`, from the ratio of net revenue to that of a year before (NaN: no year before).
    pub fn log_growth(ratio: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            let g = ln(ratio[l]);
            let g = if g > 0.0 { g } else { 0.0 };
            out[l] = if g < 1.0 { g } else { 1.0 };
        }
    }
}

simd_fn! {
    /// What is owed: Simpson's rule over the time left, growth fading with its half-life.
    /// `t`: rate, eligible, base of the period, G, half-life, ln(1 + discount rate), alive.
    pub fn owe(t: [&Lanes; 7], effective: f64, length: f64, time: f64, share: &mut Share) {
        let [rate, eligible, base, growth, half_life, discount, alive] = t;
        let from = if effective > time { effective } else { time };
        for l in 0..LANES {
            let tau = share.ends[l] - from;
            let tau = if tau > 0.0 { tau } else { 0.0 };
            let half = 0.5 * tau;
            let fade = LN_2 / half_life[l];
            let scale = growth[l] / fade;
            let kept = exp(-fade * half);
            let (gamma_half, gamma_full) = (scale * (1.0 - kept), scale * (1.0 - kept * kept));
            // An infinite half-life: growth does not fade.
            let constant = fade == 0.0;
            let gamma_half = if constant { growth[l] * half } else { gamma_half };
            let gamma_full = if constant { growth[l] * tau } else { gamma_full };
            let q_half = exp(gamma_half - half * discount[l]);
            let q_full = exp(gamma_full - tau * discount[l]);
            let annual = rate[l] * eligible[l] * (base[l] / length) * alive[l];
            let owed = annual * (tau / 6.0) * (1.0 + 4.0 * q_half + q_full);
            let owed = if share.terminated[l] < time { 0.0 } else { owed };
            let left = share.cap_left[l];
            share.owed[l] = if owed < left { owed } else { left };
        }
    }
}

simd_fn! {
    /// Time of termination: unit exponential over the hazard; never at hazard 0.
    pub fn termination(exponential: &Lanes, hazard: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = exponential[l] / hazard[l];
        }
    }
}

simd_fn! {
    /// What may be paid at time 0: `max(cap - paid_to_date, 0)`.
    pub fn room(cap: &Lanes, paid_to_date: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = (cap[l] - paid_to_date[l]).max(0.0);
        }
    }
}

simd_fn! {
    /// `e^(-log_rate·time)`.
    pub fn discount(log_rate: &Lanes, time: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = exp(-log_rate[l] * time[l]);
        }
    }
}

simd_fn! {
    /// `ln(1 + rate)`.
    pub fn log_rate(rate: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = ln(1.0 + rate[l]);
        }
    }
}

simd_fn! {
    /// `a/b`: infinite over 0, NaN where both are 0.
    pub fn ratio(a: &Lanes, b: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = a[l] / b[l];
        }
    }
}
