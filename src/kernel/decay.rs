//! Exponential decay along the timeline: discount factors, trends and fading volatilities.

use super::timeline::Steps;
use crate::math::elementary::exp;
use crate::math::vector::Vector;
use std::f64::consts::LN_2;

/// `e^(-rate·t)` from period to period, with one rate per path.
pub struct Decay<V> {
    /// Factors over a whole and over half a period of each distinct length.
    over: Vec<[V; 2]>,
    /// Factor at the end `T_p` of the current period.
    at_end: V,
}

impl<V: Vector> Decay<V> {
    /// Allocates the factors of each distinct period length.
    pub fn new(steps: &Steps) -> Decay<V> {
        let one = V::one();
        Decay { over: vec![[one; 2]; steps.lengths.len()], at_end: one }
    }

    /// Computes the factors of an annual rate on each path and goes back to time 0.
    #[inline(always)]
    pub fn prepare(&mut self, steps: &Steps, rate: V) {
        for (over, &length) in self.over.iter_mut().zip(&steps.lengths) {
            *over = [exp(rate * -length), exp(rate * (-0.5 * length))];
        }
        self.at_end = V::one();
    }

    /// Advances one period, whose length has index `step`, and returns the factor at its start `T_{p-1}`.
    #[inline(always)]
    pub fn to_start(&mut self, step: usize) -> V {
        let at_start = self.at_end;
        self.at_end = at_start * self.over[step][0];
        at_start
    }

    /// Advances one period and returns the factor at its middle `m_p`.
    #[inline(always)]
    pub fn to_middle(&mut self, step: usize) -> V {
        let at_start = self.at_end;
        let [whole, half] = self.over[step];
        self.at_end = at_start * whole;
        at_start * half
    }

    /// Advances one period and returns the factor at its end `T_p`.
    #[inline(always)]
    pub fn to_end(&mut self, step: usize) -> V {
        self.at_end = self.at_end * self.over[step][0];
        self.at_end
    }
}

/// Rate of decay per year of a half-life in years, `ln 2 / half_life`; 0 if infinite.
#[inline(always)]
pub fn half_life_rate<V: Vector>(half_life: V) -> V {
    V::splat(LN_2) / half_life
}

/// `(1 - e^(-z))/z`, by its series for small `z`, where the difference would cancel.
#[inline(always)]
pub fn mean_decay<V: Vector>(z: V) -> V {
    V::formula(
        #[inline(always)]
        || mean_decay_in_place(z),
    )
}

#[inline(always)]
fn mean_decay_in_place<V: Vector>(z: V) -> V {
    let mut series = V::one();
    let mut n = 16.0;
    for _ in 0..15 {
        series = (z * (-1.0 / n)).mul_add(series, V::one());
        n -= 1.0;
    }
    let direct = (V::one() - exp(-z)) / z;
    V::select(z.lt(V::splat(0.5)), series, direct)
}

/// Reversion `e^(-θΔ)` and noise `σ·√((1 - e^(-2θΔ))/2θ)` of an Ornstein–Uhlenbeck step of length Δ years.
#[inline(always)]
pub fn reversion<V: Vector>(theta: V, volatility: V, length: f64) -> (V, V) {
    let z = theta * length;
    (exp(-z), volatility * (mean_decay(z * 2.0) * length).sqrt())
}
