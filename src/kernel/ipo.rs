//! Gates of readiness and the offer (methodology: IPO).

use super::equity::Holding;
use super::plan::TIME_SLACK;
use crate::math::lanes::{LANES, Lanes};
use crate::simd_fn;

/// Readiness and listing of a deal's company over a block.
#[derive(Clone)]
pub struct Listing {
    /// Months for which all gates have held.
    pub held_months: Lanes,
    /// 1 where ready at the period's end.
    pub ready: Lanes,
    /// Time of first readiness, years; infinite: never.
    pub ready_time: Lanes,
    /// Time of the IPO, years; infinite: never.
    pub ipo_time: Lanes,
    /// Pre-money value at the offer price, billions.
    pub ipo_equity: Lanes,
    /// 1 where that value is defined.
    pub ipo_defined: Lanes,
    /// 1 where the offer takes place in this period.
    pub offers: Lanes,
}

impl Default for Listing {
    fn default() -> Self {
        Listing {
            held_months: Lanes::ZERO,
            ready: Lanes::ZERO,
            ready_time: Lanes::splat(f64::INFINITY),
            ipo_time: Lanes::splat(f64::INFINITY),
            ipo_equity: Lanes::ZERO,
            ipo_defined: Lanes::ZERO,
            offers: Lanes::ZERO,
        }
    }
}

simd_fn! {
    /// A gate that wants `figure >= threshold`; an undefined figure (NaN) does not meet it.
    pub fn at_least(figure: &Lanes, threshold: &Lanes, met: &mut Lanes) {
        for l in 0..LANES {
            met[l] = if figure[l] >= threshold[l] { met[l] } else { 0.0 };
        }
    }
}

simd_fn! {
    /// A gate that wants `figure <= threshold`; an undefined figure (NaN) does not meet it.
    pub fn at_most(figure: &Lanes, threshold: &Lanes, met: &mut Lanes) {
        for l in 0..LANES {
            met[l] = if figure[l] <= threshold[l] { met[l] } else { 0.0 };
        }
    }
}

simd_fn! {
    /// Growth over a year before, as a ratio less 1.
    pub fn growth(ratio: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = ratio[l] - 1.0;
        }
    }
}

simd_fn! {
    /// `1 - a/b`.
    pub fn one_less_ratio(a: &Lanes, b: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = 1.0 - a[l] / b[l];
        }
    }
}

simd_fn! {
    /// Months of cash at the period's burn; infinite without burn.
    pub fn runway(cash: &Lanes, fcf: &Lanes, length: f64, out: &mut Lanes) {
        for l in 0..LANES {
            let months = 12.0 * cash[l] / (-fcf[l] / length);
            out[l] = if fcf[l] < 0.0 { months } else { f64::INFINITY };
        }
    }
}

simd_fn! {
    /// Equity where it is defined, else NaN.
    pub fn defined_equity(holding: &Holding, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = if holding.defined[l] != 0.0 { holding.equity[l] } else { f64::NAN };
        }
    }
}

simd_fn! {
    /// Readiness at the period's end, and whether the offer takes place. `t`: all gates met, the value gate met,
    /// months that the gates must hold, months of preparation, alive, equity defined. `tested`: 1 from `earliest` on.
    pub fn prepare_offer(t: [&Lanes; 6], tested: f64, length: f64, time: f64, listing: &mut Listing) {
        let [met, value_met, ready_months, preparation, alive, defined] = t;
        for l in 0..LANES {
            let holds = (met[l] != 0.0) & (tested != 0.0) & (alive[l] != 0.0);
            let held = if holds { 12.0f64.mul_add(length, listing.held_months[l]) } else { 0.0 };
            let ready = holds & (held >= ready_months[l] - 12.0 * TIME_SLACK);
            listing.held_months[l] = held;
            listing.ready[l] = if ready { 1.0 } else { 0.0 };
            let first = ready & (listing.ready_time[l] == f64::INFINITY);
            listing.ready_time[l] = if first { time } else { listing.ready_time[l] };
            let prepared = listing.ready_time[l] + preparation[l] / 12.0 <= time + TIME_SLACK;
            let able = (value_met[l] != 0.0) & (alive[l] != 0.0) & (defined[l] != 0.0);
            let offers = prepared & able & (listing.ipo_time[l] == f64::INFINITY);
            listing.offers[l] = if offers { 1.0 } else { 0.0 };
            listing.ipo_time[l] = if offers { time } else { listing.ipo_time[l] };
        }
    }
}

simd_fn! {
    /// The sale of new shares. `t`: underpricing, primary, fee.
    pub fn offer(t: [&Lanes; 3], has_cash: f64, listing: &mut Listing, cash: &mut Lanes, holding: &mut Holding) {
        let [underpricing, primary, fee] = t;
        for l in 0..LANES {
            let offers = listing.offers[l] != 0.0;
            let value = (1.0 - underpricing[l]) * holding.equity[l];
            let proceeds = primary[l] * value * (1.0 - fee[l]);
            listing.ipo_equity[l] = if offers { value } else { listing.ipo_equity[l] };
            listing.ipo_defined[l] = if offers { holding.defined[l] } else { listing.ipo_defined[l] };
            holding.kept[l] = if offers { holding.kept[l] / (1.0 + primary[l]) } else { holding.kept[l] };
            cash[l] = if offers { has_cash.mul_add(proceeds, cash[l]) } else { cash[l] };
        }
    }
}
