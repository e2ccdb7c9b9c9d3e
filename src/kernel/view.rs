//! What deals see of the world in a period: the answers of its step, kept until the states have gone through it.

use super::cloud_mix::Sold;
use super::cost::PeriodCosts;
use super::deal::Demand;
use super::discount::Factors;
use super::plan::Plan;
use crate::math::vector::Vector;

/// A period of the world.
pub struct View<V> {
    /// Demand of the period.
    pub demand: Demand<V>,
    /// What clouds sell of a unit of cloud demand, by distinct mix.
    mixes: Vec<Sold<V>>,
    /// What deals spend on beside their sales.
    pub costs: PeriodCosts<V>,
    /// Discount factors.
    pub discounts: Factors<V>,
    /// The equity multiple at the period's end.
    pub multiple: V,
    /// Relief from royalty in the period before the licence's terms, discounted, billions.
    pub royalty: V,
}

impl<V: Vector> View<V> {
    /// Nothing yet.
    pub fn new(plan: &Plan) -> View<V> {
        View {
            demand: Demand::none(),
            mixes: plan.mixes.iter().map(|_| Sold::none(plan.model.clouds.len())).collect(),
            costs: PeriodCosts::none(),
            discounts: Factors::at_start(),
            multiple: V::one(),
            royalty: V::zero(),
        }
    }

    /// The mix that a deal sees.
    #[inline(always)]
    pub fn mix(&self, plan: &Plan, deal: usize) -> &Sold<V> {
        &self.mixes[plan.deals[deal].mix]
    }

    /// By distinct mix, to be written.
    #[inline(always)]
    pub(super) fn mixes_mut(&mut self) -> &mut [Sold<V>] {
        &mut self.mixes
    }
}
