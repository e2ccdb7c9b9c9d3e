//! Microsoft's own side: resale, hosting and the licence's royalty relief (methodology: what each side takes).

use crate::math::lanes::{LANES, Lanes};
use crate::simd_fn;

/// Present values of Microsoft's own business with OpenAI, billions.
#[derive(Clone, Default)]
pub struct OwnBusiness {
    /// Margin on the home cloud's sales of OpenAI models.
    pub resale: Lanes,
    /// Margin on OpenAI's compute bill.
    pub hosting: Lanes,
    /// Royalty relief.
    pub licence: Lanes,
    /// Passed on to OpenAI (already inside `resale`).
    pub outbound: Lanes,
}

simd_fn! {
    /// The period's royalty relief before the licence's terms, discounted. `t`: own AI revenue booked, royalty rate,
    /// in-house share, discount factor.
    pub fn royalty(t: [&Lanes; 4], out: &mut Lanes) {
        let [revenue, rate, in_house, factor] = t;
        for l in 0..LANES {
            out[l] = revenue[l] * rate[l] * (1.0 - in_house[l]) * factor[l];
        }
    }
}

simd_fn! {
    /// Resale and outbound. `t`: home sales, resale margin, what home keeps, home's fee, discount factor.
    pub fn resell(t: [&Lanes; 5], licensed: f64, own: &mut OwnBusiness) {
        let [home, margin, keeps, fee, factor] = t;
        for l in 0..LANES {
            let passed = 1.0 - keeps[l];
            let sales = home[l] * factor[l];
            let taken = if licensed != 0.0 { margin[l] - passed } else { fee[l] };
            own.resale[l] = sales.mul_add(taken, own.resale[l]);
            own.outbound[l] = (licensed * passed).mul_add(sales, own.outbound[l]);
        }
    }
}

simd_fn! {
    /// Hosting. `t`: paid to the home cloud, unused part, margin, margin of the unused part, discount factor.
    pub fn host(t: [&Lanes; 5], own: &mut OwnBusiness) {
        let [paid, unused, margin, unused_margin, factor] = t;
        for l in 0..LANES {
            let earned = (paid[l] - unused[l]) * margin[l] + unused[l] * unused_margin[l];
            own.hosting[l] = earned.mul_add(factor[l], own.hosting[l]);
        }
    }
}

simd_fn! {
    /// The licence's terms on the royalty relief; `exclusive`: 1, or 0.
    pub fn license(royalty: &Lanes, discount: &Lanes, exclusive: f64, own: &mut OwnBusiness) {
        for l in 0..LANES {
            let factor = if exclusive != 0.0 { 1.0 } else { 1.0 - discount[l] };
            own.licence[l] = factor.mul_add(royalty[l], own.licence[l]);
        }
    }
}
