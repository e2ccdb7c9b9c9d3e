//! Demand: the annual rate of each process, stepped over the timeline (methodology: demand).
//!
//! Schwartz and Moon (2000) for mean-reverting growth, in the exact law of level and growth; geometric Brownian motion;
//! a plan or an S-curve times a driftless lognormal deviation.

use super::decay::Decay;
use super::innovation::FactorIndex;
use super::plan::{StepRef, Steps};
use crate::math::elementary::{exp, ln};
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::model::ledger::Num;
use crate::model::segment::{PlanShape, Process};
use crate::model::{Booking, Scheme};
use crate::simd_fn;
use std::f64::consts::LN_2;

/// State and coefficients of one process over a block.
pub struct ProcessKernel {
    kind: Kind,
    level: FactorIndex,
    /// Log of the rate (`x`), or of the deviation (`X`) for plans and S-curves.
    pub x: Lanes,
    /// Annual rate at the period's start, after the last shock, billions a year.
    pub rate_start: Lanes,
    /// Annual rate at the period's end, billions a year.
    pub rate_end: Lanes,
    /// Demand booked in the period, billions.
    pub booked: Lanes,
}

enum Kind {
    MeanReverting(Box<MeanReverting>),
    /// `x` is the log rate.
    Brownian(Box<Brownian>),
    Plan(Box<Plan>),
    Logistic(Box<Logistic>),
}

struct MeanReverting {
    terms: MeanRevertingTerms,
    scheme: Scheme,
    growth_factor: FactorIndex,
    g: Lanes,
    fade: Decay,
    steps: Vec<MeanRevertingStep>,
}

struct MeanRevertingTerms {
    rate_now: Num,
    growth_now: Num,
    growth_long_run: Num,
    growth_half_life: Num,
    growth_volatility_now: Num,
    volatility_now: Num,
    volatility_long_run: Num,
    volatility_half_life: Num,
    price_of_risk: Num,
    growth_price_of_risk: Num,
}

/// Coefficients of a step of one length; see the methodology for the letters.
#[derive(Clone, Copy, Default)]
struct MeanRevertingStep {
    /// `e^(-κΔ)`
    keep: Lanes,
    /// `B`
    b: Lanes,
    /// `(Δ - B)/κ`
    d: Lanes,
    /// `s`
    s: Lanes,
    /// `c`
    c: Lanes,
    /// `v`
    v: Lanes,
}

struct Brownian {
    growth: Option<Num>,
    volatility: Num,
    rate_now: Option<Num>,
    drift: Vec<Lanes>,
    noise: Vec<Lanes>,
}

struct Plan {
    deviation: Brownian,
    shape: PlanShape,
    /// Times of the points, years.
    times: Vec<f64>,
    /// Log levels of the points.
    levels: Vec<Lanes>,
    /// For each period end (and time 0 first): index of the left point and the weight of the right one.
    places: Vec<(usize, f64)>,
    totals: Option<Totals>,
}

/// What the solver of annual totals needs.
struct Totals {
    booking: Booking,
    /// For each total: (length, start place, end place) of its periods, as indices into `places`.
    periods: Vec<Vec<(f64, usize, usize)>>,
}

struct Logistic {
    deviation: Brownian,
    ceiling: Num,
    midpoint: Num,
    ramp: Num,
}

impl ProcessKernel {
    /// A process of the model, driven by these factors.
    pub fn new(
        process: &Process,
        level: FactorIndex,
        growth: FactorIndex,
        scheme: Scheme,
        booking: Booking,
        steps: &Steps,
    ) -> ProcessKernel {
        let brownian = |growth: Option<Num>, volatility: Num, rate_now: Option<Num>| Brownian {
            growth,
            volatility,
            rate_now,
            drift: vec![Lanes::ZERO; steps.lengths.len()],
            noise: vec![Lanes::ZERO; steps.lengths.len()],
        };
        let kind = match process {
            &Process::MeanRevertingGrowth {
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
            } => Kind::MeanReverting(Box::new(MeanReverting {
                terms: MeanRevertingTerms {
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
                },
                scheme,
                growth_factor: growth,
                g: Lanes::ZERO,
                fade: Decay::new(steps),
                steps: vec![MeanRevertingStep::default(); steps.lengths.len()],
            })),
            &Process::Gbm { rate_now, growth, volatility } => {
                Kind::Brownian(Box::new(brownian(Some(growth), volatility, Some(rate_now))))
            }
            Process::Plan { shape, volatility } => {
                Kind::Plan(Box::new(Plan::new(shape, brownian(None, *volatility, None), booking, steps)))
            }
            &Process::Logistic { ceiling, midpoint, ramp, volatility } => {
                Kind::Logistic(Box::new(Logistic {
                    deviation: brownian(None, volatility, None),
                    ceiling,
                    midpoint,
                    ramp,
                }))
            }
        };
        ProcessKernel {
            kind,
            level,
            x: Lanes::ZERO,
            rate_start: Lanes::ZERO,
            rate_end: Lanes::ZERO,
            booked: Lanes::ZERO,
        }
    }

    /// Coefficients and the state at time 0 of a block.
    pub fn prepare(&mut self, isa: Isa, steps: &Steps, values: &[Lanes]) {
        let value = |num: Num| &values[num.index()];
        match &mut self.kind {
            Kind::MeanReverting(m) => {
                let t = &m.terms;
                let mut rate = Lanes::ZERO;
                half_life_rate(isa, value(t.volatility_half_life), &mut rate);
                m.fade.prepare(isa, steps, &rate);
                half_life_rate(isa, value(t.growth_half_life), &mut rate);
                for (i, &length) in steps.lengths.iter().enumerate() {
                    mean_reverting_coefficients(isa, &rate, length, &mut m.steps[i]);
                }
                m.g = *value(t.growth_now);
                ln_lanes(isa, value(t.rate_now), &mut self.x);
                self.rate_end = *value(t.rate_now);
            }
            Kind::Brownian(b) => {
                b.prepare(isa, steps, values);
                let rate_now = value(b.rate_now.expect("a geometric Brownian motion has its rate now"));
                ln_lanes(isa, rate_now, &mut self.x);
                self.rate_end = *rate_now;
            }
            Kind::Plan(p) => {
                p.deviation.prepare(isa, steps, values);
                p.solve(isa, values);
                self.x = Lanes::ZERO;
                p.rate(isa, 0, &self.x, &mut self.rate_end);
            }
            Kind::Logistic(s) => {
                s.deviation.prepare(isa, steps, values);
                self.x = Lanes::ZERO;
                s.rate(isa, 0.0, values, &self.x, &mut self.rate_end);
            }
        }
    }

    /// The period's own step of the log level, before shocks.
    pub fn step(&mut self, isa: Isa, at: StepRef, values: &[Lanes], zeta: &[[Lanes; 2]]) {
        let value = |num: Num| &values[num.index()];
        self.rate_start = self.rate_end;
        let zeta_level = &zeta[self.level.0][at.parity];
        match &mut self.kind {
            Kind::MeanReverting(m) => {
                let t = &m.terms;
                m.fade.advance(isa, at.step);
                let zeta_growth = &zeta[m.growth_factor.0][at.parity];
                match m.scheme {
                    Scheme::Exact => mean_reverting_step(
                        isa,
                        &m.steps[at.step],
                        at.length,
                        [
                            value(t.growth_long_run),
                            value(t.growth_volatility_now),
                            value(t.volatility_now),
                            value(t.volatility_long_run),
                            value(t.price_of_risk),
                            value(t.growth_price_of_risk),
                            &m.fade.at_start,
                        ],
                        zeta_level,
                        zeta_growth,
                        &mut m.g,
                        &mut self.x,
                    ),
                    Scheme::Euler => euler_step(
                        isa,
                        &m.steps[at.step],
                        at.length,
                        [
                            value(t.growth_long_run),
                            value(t.growth_volatility_now),
                            value(t.volatility_now),
                            value(t.volatility_long_run),
                            value(t.price_of_risk),
                            value(t.growth_price_of_risk),
                            &m.fade.at_start,
                        ],
                        zeta_level,
                        zeta_growth,
                        &mut m.g,
                        &mut self.x,
                    ),
                }
            }
            Kind::Brownian(b) => b.step(isa, at.step, zeta_level, &mut self.x),
            Kind::Plan(p) => p.deviation.step(isa, at.step, zeta_level, &mut self.x),
            Kind::Logistic(s) => s.deviation.step(isa, at.step, zeta_level, &mut self.x),
        }
    }

    /// The rate at the period's end, after shocks, and the demand booked.
    pub fn book(&mut self, isa: Isa, at: StepRef, booking: (f64, f64), values: &[Lanes]) {
        match &self.kind {
            Kind::MeanReverting(_) | Kind::Brownian(_) => exp_lanes(isa, &self.x, &mut self.rate_end),
            Kind::Plan(p) => p.rate(isa, at.period + 1, &self.x, &mut self.rate_end),
            Kind::Logistic(s) => s.rate(isa, at.end, values, &self.x, &mut self.rate_end),
        }
        book(isa, at.length, booking, &self.rate_start, &self.rate_end, &mut self.booked);
    }
}

impl Brownian {
    fn prepare(&mut self, isa: Isa, steps: &Steps, values: &[Lanes]) {
        for (i, &length) in steps.lengths.iter().enumerate() {
            let growth = self.growth.map_or(&Lanes::ZERO, |num| &values[num.index()]);
            brownian_coefficients(
                isa,
                growth,
                &values[self.volatility.index()],
                length,
                &mut self.drift[i],
                &mut self.noise[i],
            );
        }
    }

    fn step(&self, isa: Isa, step: usize, zeta: &Lanes, x: &mut Lanes) {
        brownian_step(isa, &self.drift[step], &self.noise[step], zeta, x);
    }
}

impl Logistic {
    fn rate(&self, isa: Isa, time: f64, values: &[Lanes], x: &Lanes, out: &mut Lanes) {
        let value = |num: Num| &values[num.index()];
        s_curve(isa, value(self.ceiling), value(self.midpoint), value(self.ramp), time, out);
        grow(isa, x, out);
    }
}

impl Plan {
    fn new(shape: &PlanShape, deviation: Brownian, booking: Booking, steps: &Steps) -> Plan {
        let (times, totals) = match shape {
            PlanShape::Points(points) => (points.iter().map(|&(time, _)| time).collect::<Vec<_>>(), None),
            PlanShape::AnnualTotals(totals) => {
                let mut times = Vec::new();
                let mut periods = Vec::new();
                for &(year, _) in totals {
                    let year = steps.years[year];
                    let (first, last) = (steps.periods[year.first], steps.periods[year.last]);
                    times.push(0.5 * (first.start + last.end));
                    periods.push(
                        (year.first..=year.last).map(|p| (steps.periods[p].length, p, p + 1)).collect(),
                    );
                }
                (times, Some(Totals { booking, periods }))
            }
        };
        let ends = std::iter::once(0.0).chain(steps.periods.iter().map(|p| p.end));
        let places = ends.map(|time| place(&times, time)).collect();
        let levels = vec![Lanes::ZERO; times.len()];
        Plan { deviation, shape: shape.clone(), times, levels, places, totals }
    }

    /// The log levels of the points on each path.
    fn solve(&mut self, isa: Isa, values: &[Lanes]) {
        match &self.shape {
            PlanShape::Points(points) => {
                for (level, &(_, num)) in self.levels.iter_mut().zip(points) {
                    ln_lanes(isa, &values[num.index()], level);
                }
            }
            PlanShape::AnnualTotals(years) => {
                let totals = self.totals.as_ref().expect("annual totals have their periods");
                let constant = years.iter().all(|&(_, num)| {
                    let v = &values[num.index()];
                    v.iter().all(|x| x.to_bits() == v[0].to_bits())
                });
                let mut wanted = [0.0; MAX_POINTS];
                let mut solved = [0.0; MAX_POINTS];
                let n = years.len();
                for l in 0..LANES {
                    if l == 0 || !constant {
                        for (i, &(_, num)) in years.iter().enumerate() {
                            wanted[i] = values[num.index()][l];
                        }
                        solve_totals(totals, &self.places, &wanted[..n], &mut solved[..n]);
                    }
                    for i in 0..n {
                        self.levels[i][l] = solved[i];
                    }
                }
            }
        }
    }

    /// Annual rate at the place of that index (0: time 0, p + 1: end of period p).
    fn rate(&self, isa: Isa, index: usize, x: &Lanes, out: &mut Lanes) {
        let (left, weight) = self.places[index];
        let right = (left + 1).min(self.times.len() - 1);
        plan_rate(isa, &self.levels[left], &self.levels[right], weight, x, out);
    }
}

/// Most points of a plan by annual totals: one a calendar year.
const MAX_POINTS: usize = 128;

/// Index of the left point and weight of the right one at a time; beyond the ends the end slopes go on.
fn place(times: &[f64], time: f64) -> (usize, f64) {
    if times.len() == 1 {
        return (0, 0.0);
    }
    let left = times.partition_point(|&t| t <= time).saturating_sub(1).min(times.len() - 2);
    (left, (time - times[left]) / (times[left + 1] - times[left]))
}

/// Log levels such that the booked periods of each year add up to its total: Newton's method on the logs of the sums,
/// whose derivatives reach only the neighbouring points (at the ends, the second-nearest by the end slope).
fn solve_totals(totals: &Totals, places: &[(usize, f64)], wanted: &[f64], level: &mut [f64]) {
    let n = wanted.len();
    for i in 0..n {
        let length: f64 = totals.periods[i].iter().map(|&(length, _, _)| length).sum();
        level[i] = ln(wanted[i] / length);
    }
    let (start_weight, end_weight) = booking_weights(totals.booking);
    let mut matrix = [[0.0; 3]; MAX_POINTS];
    let mut residual = [0.0; MAX_POINTS];
    let mut last_worst = f64::INFINITY;
    for _ in 0..60 {
        let mut worst: f64 = 0.0;
        for i in 0..n {
            let mut sum = 0.0;
            let mut slope = [0.0; 3];
            for &(length, start, end) in &totals.periods[i] {
                for (weight, index) in [(start_weight, start), (end_weight, end)] {
                    if weight == 0.0 {
                        continue;
                    }
                    let (left, right_weight) = places[index];
                    let right = (left + 1).min(n - 1);
                    let log = level[left] * (1.0 - right_weight) + level[right] * right_weight;
                    let amount = length * weight * exp(log);
                    sum += amount;
                    slope[left + 1 - i] += amount * (1.0 - right_weight);
                    if right != left {
                        slope[right + 1 - i] += amount * right_weight;
                    }
                }
            }
            residual[i] = ln(sum) - ln(wanted[i]);
            worst = worst.max(residual[i].abs());
            for j in 0..3 {
                matrix[i][j] = slope[j] / sum;
            }
        }
        // Thomas's algorithm on the tridiagonal system matrix · step = residual.
        let mut upper = [0.0; MAX_POINTS];
        let mut right = [0.0; MAX_POINTS];
        for i in 0..n {
            let (below, before, carried) =
                if i == 0 { (0.0, 0.0, 0.0) } else { (matrix[i][0], upper[i - 1], right[i - 1]) };
            let pivot = matrix[i][1] - below * before;
            upper[i] = matrix[i][2] / pivot;
            right[i] = (residual[i] - below * carried) / pivot;
        }
        let mut step = 0.0;
        for i in (0..n).rev() {
            step = right[i] - if i + 1 < n { upper[i] * step } else { 0.0 };
            level[i] -= step;
        }
        if worst < 1e-14 {
            return;
        }
        last_worst = worst;
    }
    if last_worst.is_nan() || last_worst >= 1e-12 {
        // No plan fits these totals: the path is not finite, which the run reports with its index.
        level.fill(f64::NAN);
    }
}

/// Weights of the rates at the period's start and end.
pub fn booking_weights(booking: Booking) -> (f64, f64) {
    match booking {
        Booking::Middle => (0.5, 0.5),
        Booking::Start => (1.0, 0.0),
        Booking::End => (0.0, 1.0),
    }
}

simd_fn! {
    /// `ln 2 / half_life`, a year; 0 for an infinite half-life.
    pub fn half_life_rate(half_life: &Lanes, rate: &mut Lanes) {
        for l in 0..LANES {
            rate[l] = LN_2 / half_life[l];
        }
    }
}

simd_fn! {
    /// Natural logarithm on every path.
    pub fn ln_lanes(x: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = ln(x[l]);
        }
    }
}

simd_fn! {
    /// Exponential on every path.
    pub fn exp_lanes(x: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = exp(x[l]);
        }
    }
}

simd_fn! {
    fn book(length: f64, booking: (f64, f64), start: &Lanes, end: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = length * (booking.0 * start[l] + booking.1 * end[l]);
        }
    }
}

/// `(1 - e^(-z))/z`, by its series where the difference would cancel.
#[inline(always)]
pub(super) fn mean_decay(z: f64) -> f64 {
    let mut series = 1.0;
    let mut n = 16.0;
    for _ in 0..15 {
        series = (-z / n).mul_add(series, 1.0);
        n -= 1.0;
    }
    let direct = (1.0 - exp(-z)) / z;
    if z < 0.5 { series } else { direct }
}

/// `(1 - mean_decay(z))/z`.
#[inline(always)]
fn mean_decay_gap(z: f64) -> f64 {
    let mut series = 1.0;
    let mut n = 17.0;
    for _ in 0..15 {
        series = (-z / n).mul_add(series, 1.0);
        n -= 1.0;
    }
    let direct = (1.0 - mean_decay(z)) / z;
    if z < 0.5 { 0.5 * series } else { direct }
}

/// `(z - 2 tanh(z/2))/z³`, by the Taylor series of tanh where the difference would cancel.
#[inline(always)]
fn tanh_gap(z: f64) -> f64 {
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
    let mut series = C[9];
    for i in (0..9).rev() {
        series = series.mul_add(y, C[i]);
    }
    let e = exp(-z);
    let direct = (z - 2.0 * ((1.0 - e) / (1.0 + e))) / (z * z * z);
    if z < 0.5 { series } else { direct }
}

simd_fn! {
    fn mean_reverting_coefficients(kappa: &Lanes, length: f64, step: &mut MeanRevertingStep) {
        for l in 0..LANES {
            let z = kappa[l] * length;
            step.keep[l] = exp(-z);
            let b = length * mean_decay(z);
            let s = (length * mean_decay(2.0 * z)).sqrt();
            step.b[l] = b;
            step.d[l] = length * length * mean_decay_gap(z);
            step.s[l] = s;
            step.c[l] = b * b / (2.0 * s);
            step.v[l] = length * length * length * tanh_gap(z);
        }
    }
}

simd_fn! {
    /// One step of the exact law. `t`: ḡ, η_0, σ_0, σ̄, λ, λ_g, 2^(-T_{p-1}/vol_half_life).
    fn mean_reverting_step(
        k: &MeanRevertingStep, length: f64, t: [&Lanes; 7], zeta_x: &Lanes, zeta_g: &Lanes, g: &mut Lanes, x: &mut Lanes,
    ) {
        let [g_bar, eta_0, sigma_0, sigma_bar, lambda, lambda_g, fade] = t;
        for l in 0..LANES {
            let sigma = (sigma_0[l] - sigma_bar[l]).mul_add(fade[l], sigma_bar[l]);
            let eta = eta_0[l] * fade[l];
            let risk_g = lambda_g[l] * eta;
            let gap = g[l] - g_bar[l];
            let variance = (sigma * sigma).mul_add(length, eta * eta * k.v[l]);
            let drift = g_bar[l].mul_add(length, gap * k.b[l])
                - risk_g * k.d[l]
                - (lambda[l] * sigma + 0.5 * sigma * sigma) * length;
            x[l] = x[l] + drift + (eta * k.c[l]).mul_add(zeta_g[l], variance.sqrt() * zeta_x[l]);
            g[l] = gap.mul_add(k.keep[l], g_bar[l]) - risk_g * k.b[l] + eta * k.s[l] * zeta_g[l];
        }
    }
}

simd_fn! {
    /// The paper's own step of the level; growth as in the exact law. `t` as there.
    fn euler_step(
        k: &MeanRevertingStep, length: f64, t: [&Lanes; 7], zeta_x: &Lanes, zeta_g: &Lanes, g: &mut Lanes, x: &mut Lanes,
    ) {
        let [g_bar, eta_0, sigma_0, sigma_bar, lambda, lambda_g, fade] = t;
        for l in 0..LANES {
            let sigma = (sigma_0[l] - sigma_bar[l]).mul_add(fade[l], sigma_bar[l]);
            let eta = eta_0[l] * fade[l];
            let drift = (g[l] - lambda[l] * sigma - 0.5 * sigma * sigma) * length;
            x[l] = x[l] + drift + sigma * length.sqrt() * zeta_x[l];
            let gap = g[l] - g_bar[l];
            g[l] = gap.mul_add(k.keep[l], g_bar[l]) - lambda_g[l] * eta * k.b[l] + eta * k.s[l] * zeta_g[l];
        }
    }
}

simd_fn! {
    fn brownian_coefficients(growth: &Lanes, volatility: &Lanes, length: f64, drift: &mut Lanes, noise: &mut Lanes) {
        for l in 0..LANES {
            drift[l] = (growth[l] - 0.5 * volatility[l] * volatility[l]) * length;
            noise[l] = volatility[l] * length.sqrt();
        }
    }
}

simd_fn! {
    fn brownian_step(drift: &Lanes, noise: &Lanes, zeta: &Lanes, x: &mut Lanes) {
        for l in 0..LANES {
            x[l] += noise[l].mul_add(zeta[l], drift[l]);
        }
    }
}

simd_fn! {
    fn plan_rate(left: &Lanes, right: &Lanes, weight: f64, x: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = exp(left[l] * (1.0 - weight) + right[l] * weight + x[l]);
        }
    }
}

simd_fn! {
    /// The S-curve `ceiling/(1 + e^(-k(t - midpoint)))`, `k = 2 ln 9/ramp` (from 10% to 90% in `ramp` years).
    pub fn s_curve(ceiling: &Lanes, midpoint: &Lanes, ramp: &Lanes, time: f64, out: &mut Lanes) {
        const TWO_LN_9: f64 = 4.394449154672439;
        for l in 0..LANES {
            out[l] = ceiling[l] / (1.0 + exp(TWO_LN_9 / ramp[l] * (midpoint[l] - time)));
        }
    }
}

simd_fn! {
    fn grow(x: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] *= exp(x[l]);
        }
    }
}
