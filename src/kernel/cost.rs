//! What OpenAI spends on compute, research and operations, its tax and its cash (methodology: costs).

use crate::math::lanes::{LANES, Lanes};
use crate::simd_fn;

/// Terms of costs that all deals share in a period.
#[derive(Clone, Default)]
pub struct CostTerms {
    /// Research as a fraction of net revenue.
    pub research: Lanes,
    /// Operating expenses as a fraction of net revenue.
    pub opex: Lanes,
    /// Commitments of the period to all clouds, billions.
    pub committed: Lanes,
    /// Commitments of the period to the home cloud, billions.
    pub committed_home: Lanes,
    /// Commitments of the next twelve months, billions.
    pub committed_next_year: Lanes,
}

/// Flows and stocks of a deal's company.
#[derive(Clone, Default)]
pub struct Books {
    /// Paid for compute in the period, billions.
    pub compute: Lanes,
    /// Paid to the home cloud for compute, billions.
    pub compute_home: Lanes,
    /// The home cloud's part of commitments not used, billions.
    pub unused_home: Lanes,
    /// EBITDA of the period, billions.
    pub ebitda: Lanes,
    /// Income before tax of the period, billions.
    pub pretax: Lanes,
    /// Free cash flow of the period, billions.
    pub fcf: Lanes,
    /// Losses carried forward, billions.
    pub losses: Lanes,
    /// Cash at the period's end, billions.
    pub cash: Lanes,
}

simd_fn! {
    /// `trend(t)` from `2^(-t/half_life)`.
    pub fn trend(now: &Lanes, long_run: &Lanes, fade: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = (now[l] - long_run[l]).mul_add(fade[l], long_run[l]);
        }
    }
}

simd_fn! {
    /// `out += weight·total·draw`.
    pub fn commit(weight: f64, drawn: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = weight.mul_add(drawn[l], out[l]);
        }
    }
}

simd_fn! {
    /// A period's costs, tax and cash.
    /// `t`: net revenue, inference, payment, alive, home's part of flexible compute, fixed costs a year, tax rate,
    /// offset limit, interest of the period. `has_cash`: 1, or 0 where cash is not modelled.
    pub fn spend(t: [&Lanes; 9], terms: &CostTerms, length: f64, has_cash: f64, books: &mut Books) {
        let [net, inference, paid, alive, flex_home, fixed, tax_rate, offset_limit, interest] = t;
        for l in 0..LANES {
            let need = terms.research[l].mul_add(net[l], inference[l]);
            let committed = terms.committed[l] * alive[l];
            let home = terms.committed_home[l] * alive[l];
            let excess = need - committed;
            let beyond = if excess > 0.0 { excess } else { 0.0 };
            let unused = if excess < 0.0 { -excess } else { 0.0 };
            let compute = committed + beyond;
            let share = home / committed;
            let share = if committed > 0.0 { share } else { 0.0 };
            books.compute[l] = compute;
            books.compute_home[l] = beyond.mul_add(flex_home[l], home);
            books.unused_home[l] = unused * share;
            let ebitda = net[l] - paid[l] - compute - terms.opex[l] * net[l] - fixed[l] * length * alive[l];
            let pretax = books.cash[l].mul_add(interest[l], ebitda);
            let profit = if pretax > 0.0 { pretax } else { 0.0 };
            let loss = if pretax < 0.0 { -pretax } else { 0.0 };
            let room = offset_limit[l] * profit;
            let losses = books.losses[l];
            let offset = if losses < room { losses } else { room };
            let tax = tax_rate[l] * (profit - offset);
            books.losses[l] = losses - offset + loss;
            books.ebitda[l] = ebitda;
            books.pretax[l] = pretax;
            books.fcf[l] = pretax - tax;
            books.cash[l] = has_cash * (books.cash[l] + (pretax - tax));
        }
    }
}
