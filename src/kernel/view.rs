//! World of one period as the deals see it, kept until all deals have gone through the period.

use super::cloud_mix::Sold;
use super::cost::PeriodCosts;
use super::deal::Demand;
use super::discount::Factors;
use super::plan::Plan;
use crate::math::vector::Vector;

/// Results of the world in one period.
pub struct View<V> {
    /// Demand of the period.
    pub demand: Demand<V>,
    /// Sales per unit of cloud demand, by distinct mix.
    mixes: Vec<Sold<V>>,
    /// Costs that do not depend on the deal.
    pub costs: PeriodCosts<V>,
    /// Discount factors.
    pub discounts: Factors<V>,
    /// The equity multiple at the period's end.
    pub multiple: V,
    /// Present value of the period's royalty relief before the licence's terms, billions.
    pub royalty: V,
}

impl<V: Vector> View<V> {
    /// Allocates an empty view.
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

    /// Cloud mix of a deal.
    #[inline(always)]
    pub fn mix(&self, plan: &Plan, deal: usize) -> &Sold<V> {
        &self.mixes[plan.deals[deal].mix]
    }

    /// Distinct mixes, for writing.
    #[inline(always)]
    pub(super) fn mixes_mut(&mut self) -> &mut [Sold<V>] {
        &mut self.mixes
    }
}
