//! Enterprise value, equity and the exit of the stake (methodology: equity).

use super::decay::{half_life_rate, reversion};
use super::innovation::FactorIndex;
use super::numbers::Numbers;
use super::plan::Plan;
use super::timeline::{StepRef, Steps, TIME_SLACK};
use super::trailing::Past;
use crate::math::elementary::{exp, ln};
use crate::math::vector::{Mask, Vector};
use crate::model::equity::{EbitdaBasis, Method, Multiple};

/// What the discount rate of a perpetuity must exceed its growth by for it to have a value, per year.
pub const SMALLEST_SPREAD: f64 = 0.01;

/// Valuation multiple: its logarithm is an Ornstein–Uhlenbeck process, stepped by its exact distribution.
pub struct MultiplePaths<V> {
    row: FactorIndex,
    /// Logarithm of the multiple, after shocks.
    pub log: V,
    /// Multiple at the period's end.
    pub level: V,
    centre: V,
    /// Reversion and noise of a step of each distinct length.
    steps: Vec<(V, V)>,
}

impl<V: Vector> MultiplePaths<V> {
    /// Allocates the coefficients.
    pub fn new(row: FactorIndex, steps: &Steps) -> MultiplePaths<V> {
        let zero = V::zero();
        let steps = vec![(zero, zero); steps.lengths.len()];
        MultiplePaths { row, log: zero, level: V::one(), centre: zero, steps }
    }

    /// Computes the coefficients on the paths and the multiple at time 0.
    #[inline(always)]
    pub fn prepare(&mut self, multiple: &Multiple, steps: &Steps, numbers: &Numbers<V>) {
        self.level = numbers[multiple.now];
        self.log = ln(self.level);
        self.centre = ln(numbers[multiple.long_run]);
        let theta = half_life_rate(numbers[multiple.half_life]);
        for (step, &length) in self.steps.iter_mut().zip(&steps.lengths) {
            *step = reversion(theta, numbers[multiple.volatility], length);
        }
    }

    /// Steps the logarithm over a period, before shocks.
    #[inline(always)]
    pub fn step(&mut self, at: StepRef, zeta: &[V]) {
        let (keep, noise) = self.steps[at.step];
        let reverted = (self.log - self.centre).mul_add(keep, self.centre);
        self.log = reverted + noise * zeta[self.row.0];
    }

    /// Updates the multiple from its logarithm.
    #[inline(always)]
    pub fn update_level(&mut self) {
        self.level = exp(self.log);
    }
}

/// Value and ownership of OpenAI under a deal.
#[derive(Clone, Copy)]
pub struct EquityState<V> {
    /// Enterprise value at the period's end, billions; 0 where undefined.
    pub ev: V,
    /// 1 where enterprise value is defined, else 0.
    pub defined: V,
    /// 1 where enterprise value is defined at time 0, else 0.
    pub defined_at_start: V,
    /// Equity at the period's end, billions.
    pub equity: V,
    /// Fraction of a stake of time 0 that dilution leaves, the same for all holders.
    pub dilution_factor: V,
    /// 1 until failure, then 0.
    pub alive: V,
    /// Time of failure, years; infinite if never.
    pub failed_at: V,
    /// Shortfall funding so far, billions.
    pub raised: V,
    /// The exit of the stake.
    pub exit: Exit<V>,
}

/// Valuation of the stake at its exit.
#[derive(Clone, Copy)]
pub struct Exit<V> {
    /// 1 once the stake has been sold or valued.
    pub done: V,
    /// Equity, or recovery after a failure, billions.
    pub equity: V,
    /// Dilution factor at the exit.
    pub dilution_factor: V,
    /// Discount factor at the exit.
    pub discount: V,
    /// 1 for a listed stake, less the marketability discount for an unlisted one.
    pub market: V,
    /// 1 where equity is defined.
    pub defined: V,
}

impl<V: Vector> EquityState<V> {
    /// State at time 0, before valuation.
    #[inline(always)]
    pub fn at_start() -> EquityState<V> {
        let (zero, one) = (V::zero(), V::one());
        EquityState {
            ev: zero,
            defined: one,
            defined_at_start: one,
            equity: zero,
            dilution_factor: one,
            alive: one,
            failed_at: V::splat(f64::INFINITY),
            raised: zero,
            exit: Exit {
                done: zero,
                equity: zero,
                dilution_factor: one,
                discount: one,
                market: one,
                defined: one,
            },
        }
    }

    /// Computes enterprise value by the scenario's method at the end of a period, or at time 0 if `period` is
    /// `None`.
    #[inline(always)]
    pub fn value(
        &mut self,
        plan: &Plan,
        method: &Method,
        period: Option<usize>,
        basis: &ValueBasis<'_, V>,
        numbers: &Numbers<V>,
    ) {
        let past = basis.past;
        let (ev, defined) = match *method {
            Method::RevenueMultiple { margin, .. } => {
                let ev = basis.multiple * basis.run_rate;
                match margin {
                    Some((elasticity, reference)) => {
                        (with_margin(ev, basis, numbers[elasticity], numbers[reference]), V::one())
                    }
                    None => (ev, V::one()),
                }
            }
            Method::EbitdaMultiple { basis: EbitdaBasis::LastPeriod, .. } => {
                match (period, &plan.last_ebitda) {
                    (Some(p), _) => (basis.multiple * past.ebitda[p], V::one()),
                    (None, Some(window)) => (basis.multiple * past.ebitda_over(window, numbers), V::one()),
                    (None, None) => (V::zero(), V::zero()),
                }
            }
            Method::EbitdaMultiple { basis: EbitdaBasis::TrailingYear, .. } => {
                match plan.ebitda_windows.year_to(period) {
                    Some(window) => (basis.multiple * past.ebitda_over(window, numbers), V::one()),
                    None => (V::zero(), V::zero()),
                }
            }
            Method::PerpetualGrowth { growth, discount_rate } => match plan.fcf_windows.year_to(period) {
                Some(window) => {
                    perpetuity(past.fcf_over(window, numbers), numbers[growth], numbers[discount_rate])
                }
                None => (V::zero(), V::zero()),
            },
        };
        self.ev = ev;
        self.defined = defined;
        if period.is_none() {
            self.defined_at_start = defined;
        }
    }

    /// Computes equity `max(EV + cash - owed, 0)`, billions; 0 after failure or where undefined.
    #[inline(always)]
    pub fn value_equity(&mut self, cash: V, owed: V) {
        self.equity = (self.ev + cash - owed).positive_part() * self.alive * self.defined;
    }

    /// Dilutes by grants to employees, which leave the fraction `factor` of every stake.
    #[inline(always)]
    pub fn grant(&mut self, factor: V) {
        self.dilution_factor = self.dilution_factor * factor;
    }

    /// Values the stake on the paths where it can be sold: after the lock-up, or at the horizon (`last`). An
    /// unlisted stake is worth the fraction `unlisted` of a listed one; `factor` is the discount factor.
    #[inline(always)]
    pub fn exit_stake(
        &mut self,
        ipo_time: V,
        lockup_years: V,
        unlisted: V,
        factor: V,
        at: StepRef,
        last: bool,
    ) {
        let open = self.exit.done.eq(V::zero()) & self.alive.is_set();
        let free = (ipo_time + lockup_years).le(V::splat(at.end + TIME_SLACK));
        let due = if last { open } else { open & free };
        if !due.any() {
            return;
        }
        let listed = ipo_time.le(V::splat(at.end));
        let market = V::select(listed, V::one(), unlisted);
        self.exit.set(due, self.equity, self.dilution_factor, factor, market, self.defined);
    }
}

impl<V: Vector> Exit<V> {
    /// Sets the exit on the paths of a mask.
    #[inline(always)]
    pub fn set(&mut self, when: V::Mask, equity: V, dilution_factor: V, discount: V, market: V, defined: V) {
        self.equity = V::select(when, equity, self.equity);
        self.dilution_factor = V::select(when, dilution_factor, self.dilution_factor);
        self.discount = V::select(when, discount, self.discount);
        self.market = V::select(when, market, self.market);
        self.defined = V::select(when, defined, self.defined);
        self.done = V::select(when, V::one(), self.done);
    }
}

/// Quantities to which a valuation method applies.
pub struct ValueBasis<'a, V> {
    /// Valuation multiple.
    pub multiple: V,
    /// Run-rate of net revenue, billions a year.
    pub run_rate: V,
    /// Net revenue of the period, billions.
    pub net: V,
    /// Cost of inference of the period, billions.
    pub inference: V,
    /// Figures of past periods.
    pub past: &'a Past<V>,
}

/// `EV·(gross margin/reference)^elasticity`; a negative margin counts as 0.
#[inline(always)]
fn with_margin<V: Vector>(ev: V, basis: &ValueBasis<'_, V>, elasticity: V, reference: V) -> V {
    // NaN without revenue: then there is no value to scale either.
    let margin = (V::one() - basis.inference / basis.net).positive_part();
    let factor = exp(elasticity * ln(margin / reference));
    let factor = V::select(elasticity.is_set(), factor, V::one());
    (ev * factor).select_or_zero(ev.is_set())
}

/// Value of trailing free cash flow that grows for ever, and a flag of where it is defined: only if `r > g +
/// 1%`.
#[inline(always)]
fn perpetuity<V: Vector>(fcf: V, growth: V, rate: V) -> (V, V) {
    let spread = rate - growth;
    let sound = spread.gt(V::splat(SMALLEST_SPREAD));
    ((fcf * (growth + 1.0) / spread).select_or_zero(sound), V::flag(sound))
}

/// Fraction of every stake that grants to employees leave over a period: `(1 - rate)^Δ`.
#[inline(always)]
pub fn left_by_grants<V: Vector>(rate: V, length: f64) -> V {
    exp(ln(V::one() - rate) * length)
}
