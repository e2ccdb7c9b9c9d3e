//! Discount factors along the timeline, with one rate for each kind of cash flow.

use super::decay::Decay;
use super::numbers::Numbers;
use super::plan::Plan;
use super::timeline::Steps;
use crate::math::elementary::ln;
use crate::math::vector::Vector;

/// The factors `(1 + r)^(-t)` of all kinds of cash flow.
pub struct Discounts<V> {
    share: Decay<V>,
    equity: Decay<V>,
    cloud: Decay<V>,
    licence: Decay<V>,
    revenue: Decay<V>,
    /// `ln(1 + r)` of the revenue share.
    pub share_rate: V,
}

/// Discount factors of a period.
#[derive(Clone, Copy)]
pub struct Factors<V> {
    /// For payments of the revenue share, at the period's middle.
    pub share: V,
    /// For the stake, at the period's end.
    pub equity: V,
    /// For resale and hosting, at the period's middle.
    pub cloud: V,
    /// For the licence, at the period's middle.
    pub licence: V,
    /// For OpenAI's revenue, at the period's middle.
    pub revenue: V,
}

impl<V: Vector> Factors<V> {
    /// Factors at time 0: all 1.
    pub fn at_start() -> Factors<V> {
        let one = V::one();
        Factors { share: one, equity: one, cloud: one, licence: one, revenue: one }
    }
}

impl<V: Vector> Discounts<V> {
    /// Allocates the factors.
    pub fn new(steps: &Steps) -> Discounts<V> {
        let decay = || Decay::new(steps);
        Discounts {
            share: decay(),
            equity: decay(),
            cloud: decay(),
            licence: decay(),
            revenue: decay(),
            share_rate: V::zero(),
        }
    }

    /// Reads the rates on the paths and goes back to time 0.
    #[inline(always)]
    pub fn prepare(&mut self, plan: &Plan, numbers: &Numbers<V>) {
        let rates = &plan.model.discount;
        self.share_rate = ln(numbers[rates.share] + 1.0);
        self.share.prepare(&plan.steps, self.share_rate);
        self.equity.prepare(&plan.steps, ln(numbers[rates.equity] + 1.0));
        self.cloud.prepare(&plan.steps, ln(numbers[rates.cloud] + 1.0));
        self.licence.prepare(&plan.steps, ln(numbers[rates.licence] + 1.0));
        self.revenue.prepare(&plan.steps, ln(numbers[rates.revenue] + 1.0));
    }

    /// Advances one period, whose length has index `step`, and returns its factors.
    #[inline(always)]
    pub fn advance(&mut self, step: usize) -> Factors<V> {
        Factors {
            share: self.share.to_middle(step),
            equity: self.equity.to_end(step),
            cloud: self.cloud.to_middle(step),
            licence: self.licence.to_middle(step),
            revenue: self.revenue.to_middle(step),
        }
    }
}
