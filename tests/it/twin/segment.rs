//! Demand by segment: the processes that an annual rate follows and how a period's demand is booked.

use super::Draws;
use super::plan;
use super::timeline::{decayed_length, halving, reversion_speed, s_curve};
use capstake::model::dependence::Factor;
use capstake::model::process::Process;
use capstake::model::timeline::Timeline;
use capstake::model::{Booking, RunTerms, Scheme};

/// An annual rate along a path.
#[derive(Clone, Debug)]
pub struct Rates {
    /// `R(T_0), R(T_1), ..., R(T_N)`, billions a year; each after the shock of the period that ends there.
    pub at: Vec<f64>,
    /// `Q_1, ..., Q_N`, billions.
    pub booked: Vec<f64>,
}

/// The rates of a process on a path; `jumps[p]` is added to the log level at the end of period p.
pub fn rates(
    process: &Process,
    (level, growth): (Factor, Factor),
    jumps: &[f64],
    run: &RunTerms,
    timeline: &Timeline,
    draws: &dyn Draws,
) -> Rates {
    let at = match process {
        Process::MeanRevertingGrowth { .. } => {
            mean_reverting_rates(process, level, growth, jumps, run.scheme, timeline, draws)
        }
        Process::Gbm { rate_now, growth, volatility } => {
            let (now, growth) = (draws.number(*rate_now), draws.number(*growth));
            let deviation = deviations(draws.number(*volatility), level, jumps, timeline, draws);
            times(timeline).zip(&deviation).map(|(t, x)| now * (growth * t + x).exp()).collect()
        }
        Process::Plan { shape, volatility } => {
            let plan = plan::Plan::new(shape, run.booking, timeline, draws);
            let deviation = deviations(draws.number(*volatility), level, jumps, timeline, draws);
            times(timeline).zip(&deviation).map(|(t, x)| plan.at(t) * x.exp()).collect()
        }
        Process::Logistic { ceiling, midpoint, ramp, volatility } => {
            let [ceiling, midpoint, ramp] = [*ceiling, *midpoint, *ramp].map(|num| draws.number(num));
            let deviation = deviations(draws.number(*volatility), level, jumps, timeline, draws);
            let curve = |t| ceiling * s_curve(t, midpoint, ramp);
            times(timeline).zip(&deviation).map(|(t, x)| curve(t) * x.exp()).collect()
        }
    };
    let booked = booked_demand(&at, run.booking, timeline);
    Rates { at, booked }
}

/// `T_0, ..., T_N`.
fn times(timeline: &Timeline) -> impl Iterator<Item = f64> {
    std::iter::once(0.0).chain(timeline.periods().iter().map(|period| period.end))
}

/// `X(T_0), ..., X(T_N)`: `X_p = X_{p-1} - ½σ²Δ + σ√Δ·ζ_x + jump`, so that `E[e^X] = 1` without jumps.
fn deviations(
    volatility: f64,
    level: Factor,
    jumps: &[f64],
    timeline: &Timeline,
    draws: &dyn Draws,
) -> Vec<f64> {
    let mut x = 0.0;
    let mut path = vec![x];
    for (p, period) in timeline.periods().iter().enumerate() {
        let delta = period.length;
        x += -0.5 * volatility * volatility * delta + volatility * delta.sqrt() * draws.factor(p, level);
        x += jumps[p];
        path.push(x);
    }
    path
}

fn mean_reverting_rates(
    process: &Process,
    level: Factor,
    growth: Factor,
    jumps: &[f64],
    scheme: Scheme,
    timeline: &Timeline,
    draws: &dyn Draws,
) -> Vec<f64> {
    let &Process::MeanRevertingGrowth {
        rate_now,
        growth_now,
        growth_long_run,
        growth_half_life,
        growth_volatility_now,
        volatility_now,
        volatility_long_run,
        volatility_half_life,
        price_of_risk,
        growth_price_of_risk,
    } = process
    else {
        unreachable!("the caller matched the process")
    };
    let n = |num| draws.number(num);
    let law = GrowthLaw {
        long_run: n(growth_long_run),
        kappa: reversion_speed(n(growth_half_life)),
        lambda: n(price_of_risk),
        lambda_g: n(growth_price_of_risk),
    };
    let (sigma_0, sigma_bar) = (n(volatility_now), n(volatility_long_run));
    let (eta_0, fade) = (n(growth_volatility_now), n(volatility_half_life));
    let now = n(rate_now);
    let mut state = GrowthState { x: 0.0, g: n(growth_now) };
    let mut path = vec![now];
    for (p, period) in timeline.periods().iter().enumerate() {
        let sigma = sigma_bar + (sigma_0 - sigma_bar) * halving(period.start, fade);
        let eta = eta_0 * halving(period.start, fade);
        let (zeta_x, zeta_g) = (draws.factor(p, level), draws.factor(p, growth));
        state = match scheme {
            Scheme::Exact => mean_reverting_step(state, &law, sigma, eta, period.length, zeta_x, zeta_g),
            Scheme::Euler => euler_step(state, &law, sigma, eta, period.length, zeta_x, zeta_g),
        };
        state.x += jumps[p];
        path.push(now * state.x.exp());
    }
    path
}

/// Level and growth: `x = ln(R/R_0)`, `g` a year.
#[derive(Clone, Copy, Debug)]
pub struct GrowthState {
    /// `ln(R/R_0)`.
    pub x: f64,
    /// Growth, a year, continuous.
    pub g: f64,
}

/// The constants of mean-reverting growth on a path.
#[derive(Clone, Copy, Debug)]
pub struct GrowthLaw {
    /// `ḡ`, a year.
    pub long_run: f64,
    /// `κ`, a year.
    pub kappa: f64,
    /// `λ`.
    pub lambda: f64,
    /// `λ_g`.
    pub lambda_g: f64,
}

/// `g_p = ḡ + (g_{p-1} - ḡ)·e^(-κΔ) - λ_g η_p B + η_p s ζ_g`
fn growth_step(g: f64, law: &GrowthLaw, eta: f64, delta: f64, zeta_g: f64) -> f64 {
    let b = decayed_length(law.kappa, delta);
    let s = decayed_length(2.0 * law.kappa, delta).sqrt();
    law.long_run + (g - law.long_run) * (-law.kappa * delta).exp() - law.lambda_g * eta * b + eta * s * zeta_g
}

/// The exact joint law of level and growth over a period, volatilities constant within it:
///
/// `x_p = x_{p-1} + ḡΔ + (g_{p-1} - ḡ)·B - λ_g η (Δ - B)/κ - (λσ + ½σ²)Δ + η c ζ_g + √(σ²Δ + η² v)·ζ_x`
///
/// with `B = (1 - e^(-κΔ))/κ`, `s² = (1 - e^(-2κΔ))/(2κ)`, `c = B²/(2s)`, `v = (κΔ - 2 tanh(κΔ/2))/κ³`.
pub fn mean_reverting_step(
    state: GrowthState,
    law: &GrowthLaw,
    sigma: f64,
    eta: f64,
    delta: f64,
    zeta_x: f64,
    zeta_g: f64,
) -> GrowthState {
    let b = decayed_length(law.kappa, delta);
    let s = decayed_length(2.0 * law.kappa, delta).sqrt();
    let c = b * b / (2.0 * s);
    let v = level_variance(law.kappa, delta);
    let drift = law.long_run * delta + (state.g - law.long_run) * b
        - law.lambda_g * eta * shortfall_of_length(law.kappa, delta)
        - (law.lambda * sigma + 0.5 * sigma * sigma) * delta;
    let noise = eta * c * zeta_g + (sigma * sigma * delta + eta * eta * v).sqrt() * zeta_x;
    GrowthState { x: state.x + drift + noise, g: growth_step(state.g, law, eta, delta, zeta_g) }
}

/// The step of the paper (Schwartz and Moon 2000): `x_p = x_{p-1} + (g_{p-1} - λσ - ½σ²)Δ + σ√Δ·ζ_x`.
pub fn euler_step(
    state: GrowthState,
    law: &GrowthLaw,
    sigma: f64,
    eta: f64,
    delta: f64,
    zeta_x: f64,
    zeta_g: f64,
) -> GrowthState {
    let drift = (state.g - law.lambda * sigma - 0.5 * sigma * sigma) * delta;
    GrowthState {
        x: state.x + drift + sigma * delta.sqrt() * zeta_x,
        g: growth_step(state.g, law, eta, delta, zeta_g),
    }
}

/// Below it the closed forms lose digits to cancellation and the series are used.
const SMALL_Z: f64 = 0.1;

/// `v = (z - 2 tanh(z/2))/κ³`, `z = κΔ`: the part of the level's variance from growth that growth does not explain,
/// over `η²`. For small z `Δ³(1/12 - z²/120 + 17z⁴/20160 - 31z⁶/362880 + 691z⁸/79833600)`.
pub fn level_variance(kappa: f64, delta: f64) -> f64 {
    let z = kappa * delta;
    let over_cube = if z < SMALL_Z {
        let z2 = z * z;
        1.0 / 12.0
            + z2 * (-1.0 / 120.0
                + z2 * (17.0 / 20160.0 + z2 * (-31.0 / 362880.0 + z2 * (691.0 / 79833600.0))))
    } else {
        (z - 2.0 * (z / 2.0).tanh()) / (z * z * z)
    };
    delta * delta * delta * over_cube
}

/// `(Δ - B)/κ`; for small z `Δ²(1/2 - z/6 + z²/24 - ...)`, the terms being `(-z)^n/(n + 2)!`.
pub fn shortfall_of_length(kappa: f64, delta: f64) -> f64 {
    let z = kappa * delta;
    if z < SMALL_Z {
        let mut term = 0.5;
        let mut sum = term;
        for n in 1..10 {
            term *= -z / (n as f64 + 2.0);
            sum += term;
        }
        delta * delta * sum
    } else {
        (delta - decayed_length(kappa, delta)) / kappa
    }
}

/// `Q = Δ(R(T_{p-1}) + R(T_p))/2`, `Δ R(T_p)` or `Δ R(T_{p-1})`.
pub fn booked(start: f64, end: f64, delta: f64, booking: Booking) -> f64 {
    match booking {
        Booking::Middle => delta * (start + end) / 2.0,
        Booking::End => delta * end,
        Booking::Start => delta * start,
    }
}

/// Demand of every period from the rates at `T_0..T_N`.
pub fn booked_demand(at: &[f64], booking: Booking, timeline: &Timeline) -> Vec<f64> {
    let periods = timeline.periods().iter();
    periods.zip(at.windows(2)).map(|(period, r)| booked(r[0], r[1], period.length, booking)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
    }

    #[test]
    fn coefficients_equal_values_of_thirty_digit_arithmetic() {
        // κ = 1/2, Δ = 1/4: z = 1/8, closed forms.
        close(decayed_length(0.5, 0.25), B_HALF, 1e-15);
        close(decayed_length(1.0, 0.25).sqrt(), S_HALF, 1e-15);
        close(level_variance(0.5, 0.25), V_HALF, 1e-12);
        close(shortfall_of_length(0.5, 0.25), L_HALF, 1e-13);
        // κ = 1/5, Δ = 1/4: z = 1/20, series.
        close(level_variance(0.2, 0.25), V_FIFTH, 1e-15);
        close(shortfall_of_length(0.2, 0.25), L_FIFTH, 1e-15);
    }

    #[test]
    fn coefficients_have_their_limits_without_reversion() {
        close(level_variance(0.0, 0.25), 0.25f64.powi(3) / 12.0, 1e-15);
        close(shortfall_of_length(0.0, 0.25), 0.25f64.powi(2) / 2.0, 1e-15);
        close(level_variance(1e-9, 0.25), 0.25f64.powi(3) / 12.0, 1e-14);
        close(decayed_length(1e-12, 0.25), 0.25, 1e-12);
    }

    #[test]
    fn series_and_closed_forms_meet() {
        let delta = 0.25;
        for z in [0.0999999, 0.1000001] {
            let kappa: f64 = z / delta;
            close(level_variance(kappa, delta), (z - 2.0 * (z / 2.0).tanh()) / kappa.powi(3), 1e-12);
            close(shortfall_of_length(kappa, delta), (delta - decayed_length(kappa, delta)) / kappa, 1e-13);
        }
    }

    /// Var of the level from growth alone: `(η²/κ²)(t - 2e1/κ + e2/(2κ))`, and `Cov = η²e1²/(2κ²)`.
    #[test]
    fn a_step_has_the_moments_of_the_continuous_process() {
        let (kappa, delta, eta): (f64, f64, f64) = (0.7, 0.5, 0.12);
        let (e1, e2) = (1.0 - (-kappa * delta).exp(), 1.0 - (-2.0 * kappa * delta).exp());
        let law = GrowthLaw { long_run: 0.05, kappa, lambda: 0.0, lambda_g: 0.0 };
        let start = GrowthState { x: 0.0, g: 0.4 };
        let mean = mean_reverting_step(start, &law, 0.0, eta, delta, 0.0, 0.0);
        let by_x = mean_reverting_step(start, &law, 0.0, eta, delta, 1.0, 0.0);
        let by_g = mean_reverting_step(start, &law, 0.0, eta, delta, 0.0, 1.0);
        let variance = (by_x.x - mean.x).powi(2) + (by_g.x - mean.x).powi(2);
        let covariance = (by_g.x - mean.x) * (by_g.g - mean.g);
        let expected = eta.powi(2) / kappa.powi(2) * (delta - 2.0 * e1 / kappa + e2 / (2.0 * kappa));
        close(variance, expected, 1e-9);
        close(covariance, eta.powi(2) * e1.powi(2) / (2.0 * kappa.powi(2)), 1e-12);
        close(mean.x, 0.05 * delta + 0.35 * e1 / kappa, 1e-14);
        close(mean.g, 0.05 + 0.35 * (-kappa * delta).exp(), 1e-14);
        assert_eq!(by_x.g, mean.g);
    }

    #[test]
    fn prices_of_risk_lower_growth_and_level() {
        let law = GrowthLaw { long_run: 0.0, kappa: 0.0, lambda: 0.5, lambda_g: 0.25 };
        let end = mean_reverting_step(GrowthState { x: 1.0, g: 0.0 }, &law, 0.2, 0.1, 2.0, 0.0, 0.0);
        close(end.g, -0.25 * 0.1 * 2.0, 1e-15); // -λ_g η Δ
        close(end.x, 1.0 - 0.25 * 0.1 * 2.0 - (0.5 * 0.2 + 0.02) * 2.0, 1e-15); // Δ²/2 = 2
    }

    #[test]
    fn demand_is_booked_by_trapezoid_start_or_end() {
        assert_eq!(booked(8.0, 12.0, 0.25, Booking::Middle), 2.5);
        assert_eq!(booked(8.0, 12.0, 0.25, Booking::End), 3.0);
        assert_eq!(booked(8.0, 12.0, 0.25, Booking::Start), 2.0);
    }

    const B_HALF: f64 = 0.2350061948308091943;
    const S_HALF: f64 = 0.4703182081618732436;
    const V_HALF: f64 = 0.001300052039799768158;
    const L_HALF: f64 = 0.02998761033838161146;
    const V_FIFTH: f64 = 0.001301757894828169249;
    const L_FIFTH: f64 = 0.03073561251785022729;
}
