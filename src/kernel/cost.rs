//! Costs: compute, research, operating expenses, tax and cash (methodology: costs).

use super::numbers::Numbers;
use super::plan::Plan;
use super::timeline::StepRef;
use super::trend::TrendPaths;
use crate::math::elementary::{exp, ln};
use crate::math::vector::Vector;

/// Cost coefficients common to all deals.
pub struct Costs<V> {
    research_trend: TrendPaths<V>,
    opex_trend: TrendPaths<V>,
    /// Amount of each contract that is really drawn, billions.
    drawn: Vec<V>,
    /// Interest over a period of each distinct length, as a fraction of cash.
    interest_of: Vec<V>,
    /// Fraction of uncommitted compute bought from the home cloud.
    flex_home: V,
    tax_rate: V,
    offset_limit: V,
}

/// Costs of a period that do not depend on the deal.
pub struct PeriodCosts<V> {
    /// Research as a fraction of net revenue.
    pub research: V,
    /// Operating expenses as a fraction of net revenue.
    pub opex: V,
    /// Fixed costs, billions.
    pub fixed: V,
    /// Interest over the period as a fraction of cash.
    pub interest: V,
    /// Compute commitments to all clouds, billions.
    pub committed: V,
    /// Compute commitments to the home cloud, billions.
    pub committed_home: V,
    /// Home cloud's fraction of the commitments.
    pub home_part: V,
    /// Compute commitments of the next twelve months, billions.
    pub committed_next_year: V,
}

impl<V: Vector> PeriodCosts<V> {
    /// No costs.
    pub fn none() -> PeriodCosts<V> {
        let zero = V::zero();
        PeriodCosts {
            research: zero,
            opex: zero,
            fixed: zero,
            interest: zero,
            committed: zero,
            committed_home: zero,
            home_part: zero,
            committed_next_year: zero,
        }
    }
}

impl<V: Vector> Costs<V> {
    /// Allocates the coefficients.
    pub fn new(plan: &Plan) -> Costs<V> {
        let (model, steps, zero) = (&plan.model, &plan.steps, V::zero());
        Costs {
            research_trend: TrendPaths::new(model.costs.research, steps),
            opex_trend: TrendPaths::new(model.costs.opex, steps),
            drawn: vec![zero; model.contracts.len()],
            interest_of: vec![zero; steps.lengths.len()],
            flex_home: V::one(),
            tax_rate: zero,
            offset_limit: zero,
        }
    }

    /// Computes the coefficients on the paths.
    #[inline(always)]
    pub fn prepare(&mut self, plan: &Plan, numbers: &Numbers<V>) {
        let model = &plan.model;
        self.research_trend.prepare(&plan.steps, numbers);
        self.opex_trend.prepare(&plan.steps, numbers);
        for (drawn, contract) in self.drawn.iter_mut().zip(&model.contracts) {
            *drawn = numbers[contract.total] * numbers[contract.draw];
        }
        if let Some(home) = model.clouds.first() {
            let mut total = V::zero();
            for cloud in &model.clouds {
                total = total + numbers[cloud.flex_share];
            }
            // The home cloud gets everything if no cloud has a weight.
            let part = numbers[home.flex_share] / total;
            self.flex_home = V::select(total.gt(V::zero()), part, V::one());
        }
        if let Some(cash) = &model.cash {
            let rate = ln(numbers[cash.interest] + 1.0);
            for (interest, &length) in self.interest_of.iter_mut().zip(&plan.steps.lengths) {
                *interest = exp(rate * length) - 1.0;
            }
        }
        self.tax_rate = numbers[model.costs.tax_rate];
        self.offset_limit = numbers[model.costs.offset_limit];
    }

    /// Advances one period and writes its costs to `costs`.
    #[inline(always)]
    pub fn advance(&mut self, plan: &Plan, at: StepRef, numbers: &Numbers<V>, costs: &mut PeriodCosts<V>) {
        self.research_trend.advance(at.step);
        self.opex_trend.advance(at.step);
        costs.research = self.research_trend.at_middle;
        costs.opex = self.opex_trend.at_middle;
        costs.fixed = numbers[plan.model.costs.fixed] * at.length;
        costs.interest = self.interest_of[at.step];
        let (mut all, mut home, mut next_year) = (V::zero(), V::zero(), V::zero());
        for part in &plan.schedule.committed[at.period] {
            all = V::splat(part.weight).mul_add(self.drawn[part.contract], all);
            if part.at_home {
                home = V::splat(part.weight).mul_add(self.drawn[part.contract], home);
            }
        }
        for part in &plan.schedule.committed_next_year[at.period] {
            next_year = V::splat(part.weight).mul_add(self.drawn[part.contract], next_year);
        }
        costs.committed = all;
        costs.committed_home = home;
        costs.home_part = (home / all).select_or_zero(all.gt(V::zero()));
        costs.committed_next_year = next_year;
    }
}

/// OpenAI's cash flows of a period and its stocks at the end, billions.
#[derive(Clone, Copy)]
pub struct CashFlow<V> {
    /// Cost of compute in the period.
    pub compute: V,
    /// Part of it paid to the home cloud.
    pub compute_home: V,
    /// Unused commitments to the home cloud, paid for as well.
    pub unused_home: V,
    /// EBITDA of the period.
    pub ebitda: V,
    /// Income before tax of the period.
    pub pretax: V,
    /// Free cash flow of the period.
    pub fcf: V,
    /// Tax losses carried forward.
    pub losses: V,
    /// Cash at the period's end.
    pub cash: V,
}

impl<V: Vector> CashFlow<V> {
    /// Losses carried forward and cash at time 0.
    #[inline(always)]
    pub fn new(losses: V, cash: V) -> CashFlow<V> {
        let zero = V::zero();
        CashFlow {
            compute: zero,
            compute_home: zero,
            unused_home: zero,
            ebitda: zero,
            pretax: zero,
            fcf: zero,
            losses,
            cash,
        }
    }

    /// Computes the period's cost of compute from net revenue, cost of inference, and `alive` (1 while OpenAI
    /// has not failed).
    #[inline(always)]
    pub fn add_compute_cost(
        &mut self,
        plan: &Plan,
        terms: &Costs<V>,
        costs: &PeriodCosts<V>,
        net: V,
        inference: V,
        alive: V,
    ) {
        let need = costs.research.mul_add(net, inference);
        let committed = costs.committed * alive;
        let excess = need - committed;
        let beyond = excess.positive_part();
        let unused = (-excess).positive_part();
        self.compute = committed + beyond;
        if !plan.model.clouds.is_empty() {
            self.compute_home = beyond.mul_add(terms.flex_home, costs.committed_home * alive);
            self.unused_home = unused * costs.home_part;
        }
    }

    /// Computes EBITDA, tax, free cash flow and cash from the cost of compute.
    #[inline(always)]
    pub fn close_period(
        &mut self,
        plan: &Plan,
        terms: &Costs<V>,
        costs: &PeriodCosts<V>,
        net: V,
        paid: V,
        alive: V,
    ) {
        self.ebitda = net - paid - self.compute - costs.opex * net - costs.fixed * alive;
        let pretax = self.cash.mul_add(costs.interest, self.ebitda);
        self.pretax = pretax;
        let profit = pretax.positive_part();
        let loss = (-pretax).positive_part();
        let offset = self.losses.min(terms.offset_limit * profit);
        let tax = terms.tax_rate * (profit - offset);
        self.losses = self.losses - offset + loss;
        self.fcf = pretax - tax;
        if plan.model.cash.is_some() {
            self.cash = self.cash + self.fcf;
        }
    }
}
