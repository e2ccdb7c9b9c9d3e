//! Funding rounds, shortfall funding and failure (methodology: funding and failure).

use super::cost::CashFlow;
use super::equity::EquityState;
use super::numbers::Numbers;
use super::plan::Plan;
use super::timeline::StepRef;
use crate::math::vector::{Mask, Vector};
use crate::model::funding::{Cash, PreMoney, Round};

impl<V: Vector> EquityState<V> {
    /// Raises a funding round on the paths of the mask `when`; a pre-money value of 0 raises nothing.
    #[inline(always)]
    pub fn raise(&mut self, plan: &Plan, round: &Round, when: V::Mask, cash: &mut V, numbers: &Numbers<V>) {
        let amount = numbers[round.amount];
        let pre_money = match round.pre_money {
            PreMoney::Value(num) => numbers[num],
            PreMoney::Market => self.equity,
        };
        let takes = pre_money.gt(V::zero()) & when;
        let given = amount / (pre_money + amount);
        self.dilution_factor =
            V::select(takes, self.dilution_factor * (V::one() - given), self.dilution_factor);
        if plan.model.cash.is_some() {
            *cash = V::select(takes, amount + *cash, *cash);
        }
    }

    /// Raises shortfall funding where cash is short, or lets OpenAI fail. `factor` is the discount factor of
    /// equity.
    #[inline(always)]
    pub fn fund_or_fail(
        &mut self,
        plan: &Plan,
        terms: &Cash,
        at: StepRef,
        cash_flow: &mut CashFlow<V>,
        owed: V,
        factor: V,
        numbers: &Numbers<V>,
    ) {
        let funding = &plan.model.funding;
        let minimum = if funding.enabled { numbers[terms.minimum] } else { V::zero() };
        let short = self.alive.is_set() & cash_flow.cash.lt(minimum);
        if !short.any() {
            return;
        }
        let mut fails = short;
        if funding.enabled {
            let burn = (-cash_flow.fcf / V::splat(at.length)).positive_part();
            let amount = minimum - cash_flow.cash + numbers[funding.runway_years] * burn;
            let value = (V::one() - numbers[funding.round_discount]) * self.equity;
            let given = amount / (value + amount);
            let funded = short & value.gt(V::zero()) & given.le(numbers[funding.max_dilution]);
            cash_flow.cash = V::select(funded, cash_flow.cash + amount, cash_flow.cash);
            self.raised = V::select(funded, self.raised + amount, self.raised);
            self.dilution_factor =
                V::select(funded, self.dilution_factor * (V::one() - given), self.dilution_factor);
            self.equity = V::select(funded, (self.ev + cash_flow.cash - owed).positive_part(), self.equity);
            fails = short & !funded;
            if !fails.any() {
                return;
            }
        }
        // In a failure the stake is worth the recovery, unless it was sold before.
        let leaves = fails & self.exit.done.eq(V::zero());
        let recovered = numbers[funding.recovery] * self.ev.positive_part();
        self.exit.set(leaves, recovered, self.dilution_factor, factor, V::one(), self.defined);
        self.failed_at = V::select(fails, V::splat(at.end), self.failed_at);
        self.alive = V::select(fails, V::zero(), self.alive);
        self.equity = V::select(fails, V::zero(), self.equity);
        cash_flow.cash = V::select(fails, V::zero(), cash_flow.cash);
    }
}
