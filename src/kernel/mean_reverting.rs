//! Mean-reverting growth with fading volatilities (Schwartz and Moon 2000), stepped by the exact joint
//! distribution of level and growth or by the paper's Euler step (methodology: demand).

use super::decay::{Decay, half_life_rate, mean_decay};
use super::innovation::FactorIndex;
use super::numbers::Numbers;
use super::timeline::{StepRef, Steps};
use crate::math::elementary::exp;
use crate::math::vector::Vector;
use crate::model::Scheme;
use crate::model::parameters::ParamId;

/// Parameters of the process.
#[derive(Clone, Copy)]
pub struct Terms {
    /// Rate `R(0)` at time 0, billions a year.
    pub rate_now: ParamId,
    /// Growth `g(0)` at time 0, per year.
    pub growth_now: ParamId,
    /// Long-run growth `ḡ`, per year.
    pub growth_long_run: ParamId,
    /// Half-life of the growth's deviation, years.
    pub growth_half_life: ParamId,
    /// Volatility of growth `η_0` at time 0.
    pub growth_volatility_now: ParamId,
    /// Volatility of the rate `σ_0` at time 0.
    pub volatility_now: ParamId,
    /// Long-run volatility of the rate `σ̄`.
    pub volatility_long_run: ParamId,
    /// Half-life of both volatilities' deviations, years.
    pub volatility_half_life: ParamId,
    /// Market price of risk `λ` of the rate.
    pub price_of_risk: ParamId,
    /// Market price of risk `λ_g` of growth.
    pub growth_price_of_risk: ParamId,
}

/// State and coefficients of the process on eight paths.
pub struct MeanReverting<V> {
    terms: Terms,
    scheme: Scheme,
    growth_factor: FactorIndex,
    g: V,
    fade: Decay<V>,
    steps: Vec<Step<V>>,
    paths: Paths<V>,
}

/// Parameters on the paths, in the form that a step uses.
#[derive(Clone, Copy)]
struct Paths<V> {
    /// Long-run growth `ḡ`.
    g_bar: V,
    /// Long-run volatility of the rate `σ̄`.
    sigma_bar: V,
    /// Deviation `σ_0 - σ̄` of the volatility at time 0.
    sigma_gap: V,
    /// Volatility of growth `η_0` at time 0.
    eta: V,
    /// Market price of risk `λ` of the rate.
    risk: V,
    /// Market price of risk `λ_g` of growth.
    growth_risk: V,
}

/// Coefficients of a step of one length, with the letters of the methodology.
#[derive(Clone, Copy)]
struct Step<V> {
    /// Decay `e^(-κΔ)` of growth's deviation.
    keep: V,
    /// `B = (1 - e^(-κΔ))/κ`
    b: V,
    /// `(Δ - B)/κ`
    d: V,
    /// Standard deviation `s` of growth per unit of `η`.
    s: V,
    /// Covariance coefficient `c` of level and growth.
    c: V,
    /// Variance coefficient `v` of the level given growth's innovation.
    v: V,
}

impl<V: Vector> MeanReverting<V> {
    /// Allocates a process with these parameters.
    pub fn new(terms: Terms, scheme: Scheme, growth_factor: FactorIndex, steps: &Steps) -> Self {
        let zero = V::zero();
        let step = Step { keep: zero, b: zero, d: zero, s: zero, c: zero, v: zero };
        MeanReverting {
            terms,
            scheme,
            growth_factor,
            g: zero,
            fade: Decay::new(steps),
            steps: vec![step; steps.lengths.len()],
            paths: Paths {
                g_bar: zero,
                sigma_bar: zero,
                sigma_gap: zero,
                eta: zero,
                risk: zero,
                growth_risk: zero,
            },
        }
    }

    /// Computes the coefficients on the paths and returns the rate at time 0, billions a year.
    #[inline(always)]
    pub fn prepare(&mut self, steps: &Steps, numbers: &Numbers<V>) -> V {
        let t = &self.terms;
        self.fade.prepare(steps, half_life_rate(numbers[t.volatility_half_life]));
        let kappa = half_life_rate(numbers[t.growth_half_life]);
        for (step, &length) in self.steps.iter_mut().zip(&steps.lengths) {
            *step = Step::new(kappa, length);
        }
        self.g = numbers[t.growth_now];
        let sigma_bar = numbers[t.volatility_long_run];
        self.paths = Paths {
            g_bar: numbers[t.growth_long_run],
            sigma_bar,
            sigma_gap: numbers[t.volatility_now] - sigma_bar,
            eta: numbers[t.growth_volatility_now],
            risk: numbers[t.price_of_risk],
            growth_risk: numbers[t.growth_price_of_risk],
        };
        numbers[t.rate_now]
    }

    /// Steps growth and returns the log rate `x` after the step.
    #[inline(always)]
    pub fn step(&mut self, at: StepRef, zeta: &[V], zeta_level: V, x: V) -> V {
        let t = &self.paths;
        let fade = self.fade.to_start(at.step);
        let zeta_growth = zeta[self.growth_factor.0];
        let k = &self.steps[at.step];
        let sigma = t.sigma_gap.mul_add(fade, t.sigma_bar);
        let eta = t.eta * fade;
        let risk_growth = t.growth_risk * eta;
        let gap = self.g - t.g_bar;
        let price = t.risk.mul_add(sigma, sigma * sigma * 0.5);
        let moved = match self.scheme {
            Scheme::Exact => {
                let variance = (sigma * sigma).mul_add(V::splat(at.length), eta * eta * k.v);
                let drift =
                    t.g_bar.mul_add(V::splat(at.length), gap * k.b) - risk_growth * k.d - price * at.length;
                drift + (eta * k.c).mul_add(zeta_growth, variance.sqrt() * zeta_level)
            }
            Scheme::Euler => (self.g - price) * at.length + sigma * at.length.sqrt() * zeta_level,
        };
        self.g = gap.mul_add(k.keep, t.g_bar) - risk_growth * k.b + eta * k.s * zeta_growth;
        x + moved
    }
}

impl<V: Vector> Step<V> {
    #[inline(always)]
    fn new(kappa: V, length: f64) -> Step<V> {
        let z = kappa * length;
        let b = mean_decay(z) * length;
        let s = (mean_decay(z * 2.0) * length).sqrt();
        Step {
            keep: exp(-z),
            b,
            d: mean_decay_gap(z) * (length * length),
            s,
            c: b * b / (s * 2.0),
            v: tanh_gap(z) * (length * length * length),
        }
    }
}

/// `(1 - mean_decay(z))/z`.
#[inline(always)]
fn mean_decay_gap<V: Vector>(z: V) -> V {
    let mut series = V::one();
    let mut n = 17.0;
    for _ in 0..15 {
        series = (z * (-1.0 / n)).mul_add(series, V::one());
        n -= 1.0;
    }
    let direct = (V::one() - mean_decay(z)) / z;
    V::select(z.lt(V::splat(0.5)), series * 0.5, direct)
}

/// `(z - 2 tanh(z/2))/z³`, by the Taylor series of tanh for small `z`, where the difference would cancel.
#[inline(always)]
fn tanh_gap<V: Vector>(z: V) -> V {
    // Coefficients of z^(2n): -2·t_(n+1)/2^(2n+3), t the Taylor coefficients of tanh (-1/3, 2/15, -17/315, …).
    const C: [f64; 10] = [
        1.0 / 12.0,
        -1.0 / 120.0,
        17.0 / 20160.0,
        -31.0 / 362880.0,
        691.0 / 79833600.0,
        -5461.0 / 6227020800.0,
        929569.0 / 10461394944000.0,
        -3202291.0 / 355687428096000.0,
        221930581.0 / 243290200817664000.0,
        -4722116521.0 / 51090942171709440000.0,
    ];
    let y = z * z;
    let mut series = V::splat(C[9]);
    for i in (0..9).rev() {
        series = series.mul_add(y, V::splat(C[i]));
    }
    let e = exp(-z);
    let direct = (z - (V::one() - e) / (V::one() + e) * 2.0) / (z * z * z);
    V::select(z.lt(V::splat(0.5)), series, direct)
}
