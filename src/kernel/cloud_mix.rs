//! Cloud mix: a logistic-normal split of sales over clouds, with the home cloud's head start, reach and
//! in-house models (methodology: cloud mix).

use super::decay::{half_life_rate, reversion};
use super::numbers::Numbers;
use super::plan::Plan;
use super::segment::{SCurve, SCurvePaths};
use super::timeline::{StepRef, Steps, TIME_SLACK};
use crate::math::elementary::{exp, ln};
use crate::math::vector::{Mask, Vector};

/// Smallest market share used in a log-ratio, so that the logarithm stays finite.
const SMALLEST_SHARE: f64 = 1e-6;

/// Coefficients common to all mixes.
pub struct MixTerms<V> {
    /// One entry for each cloud other than the home cloud.
    clouds: Vec<MixTerm<V>>,
    /// `n`: fraction of cloud demand that only the home cloud can serve yet.
    head_start: V,
    /// Sales through other clouds per unit of their share: `(1 - n)(1 + uplift)`.
    elsewhere: V,
    /// Share `h` of Microsoft's in-house models at the period's middle.
    pub in_house: V,
    /// Fraction of home sales that in-house models leave: `1 - substitution·h`.
    home_left: V,
    own: SCurvePaths<V>,
    substitution: V,
}

#[derive(Clone)]
struct MixTerm<V> {
    /// Long-run log-ratio `ȳ_j`.
    centre: V,
    /// Log-ratio `y_j(0)` at time 0.
    start: V,
    /// Reversion `e^(-θΔ)` and noise of a step of each distinct length.
    steps: Vec<(V, V)>,
    /// Fraction of its sales that the cloud passes on: `1 - f_j`.
    net_of_fee: V,
}

impl<V: Vector> MixTerms<V> {
    /// Allocates the coefficients of `clouds` clouds.
    pub fn new(clouds: usize, steps: &Steps) -> MixTerms<V> {
        let (zero, one) = (V::zero(), V::one());
        let term = MixTerm {
            centre: zero,
            start: zero,
            steps: vec![(zero, zero); steps.lengths.len()],
            net_of_fee: one,
        };
        MixTerms {
            clouds: vec![term; clouds.saturating_sub(1)],
            head_start: zero,
            elsewhere: one,
            in_house: zero,
            home_left: one,
            own: SCurvePaths::flat(),
            substitution: zero,
        }
    }

    /// Computes the coefficients on the paths.
    #[inline(always)]
    pub fn prepare(&mut self, plan: &Plan, numbers: &Numbers<V>) {
        let model = &plan.model;
        if let Some(own) = &model.in_house {
            let curve = SCurve { ceiling: own.ceiling, midpoint: own.midpoint, ramp: own.ramp };
            self.own = curve.prepare(numbers);
            self.substitution = numbers[own.substitution];
        }
        let Some((home, others)) = model.clouds.split_first() else { return };
        for (term, cloud) in self.clouds.iter_mut().zip(others) {
            let least = V::splat(SMALLEST_SHARE);
            let home_long_run = numbers[home.long_run_share].max(least);
            term.centre = ln(numbers[cloud.long_run_share].max(least) / home_long_run);
            let now = numbers[cloud.share_now];
            let start = V::select(now.is_set(), now, numbers[cloud.entry_share]);
            term.start = ln(start.max(least) / numbers[home.share_now]);
            let theta = half_life_rate(numbers[cloud.half_life]);
            for (step, &length) in term.steps.iter_mut().zip(&plan.steps.lengths) {
                *step = reversion(theta, numbers[cloud.volatility], length);
            }
            term.net_of_fee = V::one() - numbers[cloud.fee];
        }
        if let Some(first) = &model.home_first {
            let lead = (numbers[first.lead_months] / numbers[first.cycle_months]).min(V::one());
            self.head_start = (V::one() - numbers[first.decline_probability]) * lead;
        }
        self.elsewhere = (V::one() - self.head_start) * (numbers[model.uplift] + 1.0);
    }

    /// Updates the displacement by in-house models and the head start to a time, years.
    #[inline(always)]
    pub fn displace(&mut self, plan: &Plan, time: f64) {
        if plan.model.in_house.is_some() {
            self.in_house = self.own.at(time);
            self.home_left = V::one() - self.substitution * self.in_house;
        }
    }
}

/// Sales per unit of cloud demand in a period.
pub struct Sold<V> {
    /// By cloud, the home cloud first.
    pub by_cloud: Vec<V>,
    /// By all clouds other than the home cloud.
    pub elsewhere: V,
    /// OpenAI's revenue from the other clouds' sales, after their fees.
    pub net_elsewhere: V,
    /// By the cloud that sells most.
    pub largest: V,
}

impl<V: Vector> Sold<V> {
    /// No sales through `clouds` clouds.
    pub fn none(clouds: usize) -> Sold<V> {
        let zero = V::zero();
        Sold { by_cloud: vec![zero; clouds], elsewhere: zero, net_elsewhere: zero, largest: zero }
    }
}

/// Log-ratios of one mix.
pub struct Mix<V> {
    /// Time until which other clouds may not sell, years.
    exclusive_until: Option<V>,
    y: Vec<V>,
}

impl<V: Vector> Mix<V> {
    /// Allocates a mix over `clouds` clouds.
    pub fn new(clouds: usize) -> Mix<V> {
        Mix { exclusive_until: None, y: vec![V::zero(); clouds.saturating_sub(1)] }
    }

    /// Sets the log-ratios and the mix of time 0. Other clouds may not sell before `exclusive_until`, years.
    #[inline(always)]
    pub fn start(
        &mut self,
        plan: &Plan,
        terms: &MixTerms<V>,
        exclusive_until: Option<V>,
        sold: &mut Sold<V>,
    ) {
        for (y, term) in self.y.iter_mut().zip(&terms.clouds) {
            *y = term.start;
        }
        self.exclusive_until = exclusive_until;
        self.spread(plan, terms, 0.0, sold);
    }

    /// Steps the log-ratios of open clouds over a period and computes its mix. `rows` gives the innovation of
    /// each cloud other than the home cloud.
    #[inline(always)]
    pub fn step(
        &mut self,
        plan: &Plan,
        terms: &MixTerms<V>,
        at: StepRef,
        zeta: &[V],
        rows: &[usize],
        sold: &mut Sold<V>,
    ) {
        let time = at.middle + TIME_SLACK;
        for (j, term) in terms.clouds.iter().enumerate() {
            if plan.model.clouds[j + 1].opens > time {
                continue;
            }
            let (keep, noise) = term.steps[at.step];
            let moved = (self.y[j] - term.centre).mul_add(keep, term.centre) + noise * zeta[rows[j]];
            self.y[j] = match self.exclusive_until {
                Some(until) => V::select(until.le(V::splat(time)), moved, self.y[j]),
                None => moved,
            };
        }
        self.spread(plan, terms, at.middle, sold);
    }

    /// Computes the mix from log-ratios: `w_0' = w_0 + n(1 - w_0)` less displacement by in-house models, and
    /// `w_j' = (1 - n)w_j` times the reach of other clouds.
    #[inline(always)]
    fn spread(&self, plan: &Plan, terms: &MixTerms<V>, time: f64, mix: &mut Sold<V>) {
        let clouds = &plan.model.clouds;
        if clouds.is_empty() {
            return;
        }
        let time = time + TIME_SLACK;
        mix.elsewhere = V::zero();
        mix.net_elsewhere = V::zero();
        mix.by_cloud[0] = terms.home_left;
        mix.largest = terms.home_left;
        let open = match self.exclusive_until {
            Some(until) => until.le(V::splat(time)),
            None => V::zero().le(V::zero()),
        };
        if !open.any() {
            for sold in &mut mix.by_cloud[1..] {
                *sold = V::zero();
            }
            return;
        }
        let mut total = V::one();
        for (j, sold) in mix.by_cloud[1..].iter_mut().enumerate() {
            *sold = if clouds[j + 1].opens > time { V::zero() } else { exp(self.y[j]).select_or_zero(open) };
            total = total + *sold;
        }
        let home = V::one() / total;
        let sold_home = terms.head_start.mul_add(V::one() - home, home) * terms.home_left;
        let (mut largest, mut elsewhere, mut kept) = (sold_home, V::zero(), V::zero());
        let part = terms.elsewhere * home;
        for (sold, term) in mix.by_cloud[1..].iter_mut().zip(&terms.clouds) {
            *sold = *sold * part;
            elsewhere = elsewhere + *sold;
            kept = term.net_of_fee.mul_add(*sold, kept);
            largest = sold.max(largest);
        }
        mix.by_cloud[0] = sold_home;
        (mix.elsewhere, mix.net_elsewhere, mix.largest) = (elsewhere, kept, largest);
    }
}
