//! Comparing times, parts of periods inside windows, halving, discounting.

use std::f64::consts::LN_2;

/// Times closer than this are the same time, years: sums of months and of period lengths tie up to rounding.
pub const TIE: f64 = 1e-9;

/// Whether `time` is at or after `date`; a tie counts as reached.
pub fn reached(time: f64, date: f64) -> bool {
    time >= date - TIE
}

/// Length that `start..end` and `from..to` have in common, years.
pub fn overlap(start: f64, end: f64, from: f64, to: f64) -> f64 {
    (end.min(to) - start.max(from)).max(0.0)
}

/// `DF(t) = (1 + r)^(-t)`, r annual-effective.
pub fn discount_factor(rate: f64, time: f64) -> f64 {
    (1.0 + rate).powf(-time)
}

/// `2^(-t/half_life)`; an infinite half-life gives 1.
pub fn halving(time: f64, half_life: f64) -> f64 {
    (-time / half_life).exp2()
}

/// `κ = ln 2/half_life`, a year; an infinite half-life gives 0.
pub fn reversion_speed(half_life: f64) -> f64 {
    LN_2 / half_life
}

/// `∫ e^(-κu) du` over `0..Δ`: `(1 - e^(-κΔ))/κ`, and `Δ` for `κ = 0`.
pub fn decayed_length(kappa: f64, delta: f64) -> f64 {
    if kappa == 0.0 { delta } else { -(-kappa * delta).exp_m1() / kappa }
}

/// S-curve from 0 to 1: `1/(1 + e^(-k(t - midpoint)))`, `k = 2 ln 9/ramp` (from 10% to 90% in `ramp` years).
pub fn s_curve(time: f64, midpoint: f64, ramp: f64) -> f64 {
    let k = 2.0 * 9f64.ln() / ramp;
    1.0 / (1.0 + (-k * (time - midpoint)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_curve_goes_from_ten_to_ninety_percent_within_the_ramp() {
        assert!((s_curve(3.0, 5.0, 4.0) - 0.1).abs() < 1e-15);
        assert!((s_curve(5.0, 5.0, 4.0) - 0.5).abs() < 1e-15);
        assert!((s_curve(7.0, 5.0, 4.0) - 0.9).abs() < 1e-15);
    }

    #[test]
    fn a_period_counts_in_a_window_by_its_part_inside() {
        assert_eq!(overlap(0.25, 0.5, 0.375, 9.0), 0.125);
        assert_eq!(overlap(0.25, 0.5, f64::NEG_INFINITY, f64::INFINITY), 0.25);
        assert_eq!(overlap(0.25, 0.5, 0.5, 9.0), 0.0);
        assert_eq!(overlap(0.25, 0.5, 0.4, 0.3), 0.0);
    }

    #[test]
    fn infinite_half_lives_do_not_fade() {
        assert_eq!(halving(0.0, f64::INFINITY), 1.0);
        assert_eq!(halving(7.0, f64::INFINITY), 1.0);
        assert_eq!(reversion_speed(f64::INFINITY), 0.0);
        assert_eq!(decayed_length(0.0, 0.25), 0.25);
        assert!((halving(3.0, 1.5) - 0.25).abs() < 1e-16);
    }

    #[test]
    fn discounting_is_annual_effective() {
        assert!((discount_factor(0.21, 0.5) - 1.0 / 1.1).abs() < 1e-15);
    }
}
