//! Demand: stochastic processes of annual revenue rates, stepped over the timeline (methodology: demand).

use super::innovation::FactorIndex;
use super::mean_reverting::{MeanReverting, Terms};
use super::numbers::Numbers;
use super::planned::Planned;
use super::timeline::{StepRef, Steps};
use crate::math::elementary::{exp, exps, ln};
use crate::math::vector::Vector;
use crate::model::parameters::ParamId;
use crate::model::process::Process;
use crate::model::{Booking, Scheme};

/// State and coefficients of one process on eight paths.
pub struct ProcessPaths<V> {
    kind: Kind<V>,
    level: FactorIndex,
    /// Logarithm of the rate, or of the deviation from a plan or S-curve.
    pub x: V,
    /// Annual rate at the period's start, after the last shock, billions a year.
    pub rate_start: V,
    /// Annual rate at the period's end, billions a year.
    pub rate_end: V,
    /// Revenue booked in the period, billions.
    pub booked: V,
}

enum Kind<V> {
    MeanReverting(Box<MeanReverting<V>>),
    /// Geometric Brownian motion: `x` is the logarithm of the rate.
    Brownian(Brownian<V>, ParamId),
    Plan(Brownian<V>, Box<Planned<V>>),
    Logistic(Brownian<V>, SCurve, SCurvePaths<V>),
}

/// Brownian motion of a log level.
struct Brownian<V> {
    growth: Option<ParamId>,
    volatility: ParamId,
    /// Drift and noise of a step of each distinct length.
    steps: Vec<[V; 2]>,
}

/// `ceiling/(1 + e^(-k(t - midpoint)))`, `k = 2 ln 9/ramp` (from 10% to 90% in `ramp` years).
#[derive(Clone, Copy)]
pub struct SCurve {
    /// Long-run level, billions a year.
    pub ceiling: ParamId,
    /// Time at which half of the ceiling is reached, years.
    pub midpoint: ParamId,
    /// Time from 10% to 90% of the ceiling, years.
    pub ramp: ParamId,
}

/// An S-curve on eight paths.
#[derive(Clone, Copy)]
pub struct SCurvePaths<V> {
    ceiling: V,
    midpoint: V,
    k: V,
}

impl SCurve {
    /// Reads the curve's parameters on the paths.
    #[inline(always)]
    pub fn prepare<V: Vector>(&self, numbers: &Numbers<V>) -> SCurvePaths<V> {
        const TWO_LN_9: f64 = 4.394449154672439;
        SCurvePaths {
            ceiling: numbers[self.ceiling],
            midpoint: numbers[self.midpoint],
            k: V::splat(TWO_LN_9) / numbers[self.ramp],
        }
    }
}

impl<V: Vector> SCurvePaths<V> {
    /// A curve that is always 0.
    pub fn flat() -> SCurvePaths<V> {
        SCurvePaths { ceiling: V::zero(), midpoint: V::zero(), k: V::zero() }
    }

    /// Value at a time in years.
    #[inline(always)]
    pub fn at(&self, time: f64) -> V {
        self.of(exp(self.exponent(time)))
    }

    /// Exponent `k(midpoint - t)` at a time in years.
    #[inline(always)]
    fn exponent(&self, time: f64) -> V {
        self.k * (self.midpoint - time)
    }

    /// Value of the curve, given `e^(k(midpoint - t))`.
    #[inline(always)]
    fn of(&self, power: V) -> V {
        self.ceiling / (power + 1.0)
    }
}

impl<V: Vector> ProcessPaths<V> {
    /// Allocates a process of the model that is driven by these factors.
    pub fn new(
        process: &Process,
        level: FactorIndex,
        growth: FactorIndex,
        scheme: Scheme,
        booking: Booking,
        steps: &Steps,
    ) -> ProcessPaths<V> {
        let brownian = |growth, volatility| Brownian {
            growth,
            volatility,
            steps: vec![[V::zero(); 2]; steps.lengths.len()],
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
            } => {
                let terms = Terms {
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
                };
                Kind::MeanReverting(Box::new(MeanReverting::new(terms, scheme, growth, steps)))
            }
            &Process::Gbm { rate_now, growth, volatility } => {
                Kind::Brownian(brownian(Some(growth), volatility), rate_now)
            }
            Process::Plan { shape, volatility } => {
                Kind::Plan(brownian(None, *volatility), Box::new(Planned::new(shape, booking, steps)))
            }
            &Process::Logistic { ceiling, midpoint, ramp, volatility } => Kind::Logistic(
                brownian(None, volatility),
                SCurve { ceiling, midpoint, ramp },
                SCurvePaths::flat(),
            ),
        };
        let zero = V::zero();
        ProcessPaths { kind, level, x: zero, rate_start: zero, rate_end: zero, booked: zero }
    }

    /// Computes the coefficients on the paths and the state at time 0.
    #[inline(always)]
    pub fn prepare(&mut self, steps: &Steps, numbers: &Numbers<V>) {
        match &mut self.kind {
            Kind::MeanReverting(process) => {
                self.rate_end = process.prepare(steps, numbers);
                self.x = ln(self.rate_end);
            }
            Kind::Brownian(brownian, rate_now) => {
                brownian.prepare(steps, numbers);
                self.rate_end = numbers[*rate_now];
                self.x = ln(self.rate_end);
            }
            Kind::Plan(deviation, plan) => {
                deviation.prepare(steps, numbers);
                plan.prepare(numbers);
                self.x = V::zero();
                self.rate_end = plan.rate(0, self.x);
            }
            Kind::Logistic(deviation, curve, paths) => {
                deviation.prepare(steps, numbers);
                *paths = curve.prepare(numbers);
                self.x = V::zero();
                self.rate_end = paths.at(0.0);
            }
        }
    }

    /// Steps the log level over a period, before shocks.
    #[inline(always)]
    pub fn step(&mut self, at: StepRef, zeta: &[V]) {
        self.rate_start = self.rate_end;
        let zeta_level = zeta[self.level.0];
        self.x = match &mut self.kind {
            Kind::MeanReverting(process) => process.step(at, zeta, zeta_level, self.x),
            Kind::Brownian(brownian, _) | Kind::Plan(brownian, _) | Kind::Logistic(brownian, ..) => {
                let [drift, noise] = brownian.steps[at.step];
                self.x + noise.mul_add(zeta_level, drift)
            }
        };
    }

    /// Computes the rate at the period's end, after shocks, and the revenue booked in the period.
    #[inline(always)]
    pub fn book(&mut self, at: StepRef, (start, end): (f64, f64)) {
        self.rate_end = match &self.kind {
            Kind::MeanReverting(_) | Kind::Brownian(..) => exp(self.x),
            Kind::Plan(_, plan) => plan.rate(at.period + 1, self.x),
            Kind::Logistic(_, _, curve) => {
                let [power, deviation] = exps([curve.exponent(at.end), self.x]);
                curve.of(power) * deviation
            }
        };
        self.booked = (self.rate_start * start + self.rate_end * end) * at.length;
    }
}

impl<V: Vector> Brownian<V> {
    #[inline(always)]
    fn prepare(&mut self, steps: &Steps, numbers: &Numbers<V>) {
        let volatility = numbers[self.volatility];
        let growth = match self.growth {
            Some(num) => numbers[num],
            None => V::zero(),
        };
        for (step, &length) in self.steps.iter_mut().zip(&steps.lengths) {
            *step = [(growth - volatility * volatility * 0.5) * length, volatility * length.sqrt()];
        }
    }
}
