//! Discount factors along the timeline, one rate a stream of values.

use super::decay::Decay;
use super::numbers::Numbers;
use super::plan::{Plan, Steps};
use crate::math::elementary::ln;
use crate::math::vector::Vector;

/// The factors `(1 + r)^(-t)` of every stream.
pub struct Discounts<V> {
    /// Of payments of the revenue share.
    pub share: Decay<V>,
    /// Of the stake.
    pub equity: Decay<V>,
    /// Of resale and hosting.
    pub cloud: Decay<V>,
    /// Of the licence.
    pub licence: Decay<V>,
    /// Of OpenAI's revenue.
    pub revenue: Decay<V>,
    /// `ln(1 + r)` of the share, for lags and for what is owed.
    pub share_rate: V,
}

impl<V: Vector> Discounts<V> {
    /// Room for the factors.
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

    /// The rates of the paths; time goes back to 0.
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

    /// On to the next period, of the step of that index.
    #[inline(always)]
    pub fn advance(&mut self, step: usize) {
        self.share.advance(step);
        self.equity.advance(step);
        self.cloud.advance(step);
        self.licence.advance(step);
        self.revenue.advance(step);
    }
}
