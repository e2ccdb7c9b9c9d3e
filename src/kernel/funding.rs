//! Rounds, shortfall funding, failure and what it leaves of payments (methodology: funding and failure).

use super::cost::Books;
use super::equity::Holding;
use super::numbers::Numbers;
use super::plan::{Plan, StepRef, TIME_SLACK};
use crate::math::vector::{Mask, Vector};
use crate::model::funding::{Cash, PreMoney, Round};

impl<V: Vector> Holding<V> {
    /// A round on the paths where `when` says so; a value before the money of 0 brings no round.
    #[inline(always)]
    pub fn raise(&mut self, plan: &Plan, round: &Round, when: V::Mask, cash: &mut V, numbers: &Numbers<V>) {
        let amount = numbers[round.amount];
        let pre_money = match round.pre_money {
            PreMoney::Value(num) => numbers[num],
            PreMoney::Market => self.equity,
        };
        let takes = pre_money.gt(V::zero()) & when;
        let given = amount / (pre_money + amount);
        self.kept = V::select(takes, self.kept * (V::one() - given), self.kept);
        if plan.model.cash.is_some() {
            *cash = V::select(takes, amount + *cash, *cash);
        }
    }

    /// Shortfall funding, or failure, where cash is short. `factor`: the discount factor of equity.
    #[inline(always)]
    pub fn survive(
        &mut self,
        plan: &Plan,
        terms: &Cash,
        at: StepRef,
        books: &mut Books<V>,
        owed: V,
        factor: V,
        numbers: &Numbers<V>,
    ) {
        let funding = &plan.model.funding;
        let minimum = if funding.enabled { numbers[terms.minimum] } else { V::zero() };
        let short = self.alive.is_set() & books.cash.lt(minimum);
        if !short.any() {
            return;
        }
        let mut fails = short;
        if funding.enabled {
            let burn = (-books.fcf / V::splat(at.length)).positive_part();
            let amount = minimum - books.cash + numbers[funding.runway_years] * burn;
            let value = (V::one() - numbers[funding.round_discount]) * self.equity;
            let given = amount / (value + amount);
            let funded = short & value.gt(V::zero()) & given.le(numbers[funding.max_dilution]);
            books.cash = V::select(funded, books.cash + amount, books.cash);
            self.raised = V::select(funded, self.raised + amount, self.raised);
            self.kept = V::select(funded, self.kept * (V::one() - given), self.kept);
            self.equity = V::select(funded, (self.ev + books.cash - owed).positive_part(), self.equity);
            fails = short & !funded;
            if !fails.any() {
                return;
            }
        }
        // Failure: recovery is the exit, unless the stake was sold before.
        let leaves = fails & self.exit.done.eq(V::zero());
        let recovered = numbers[funding.recovery] * self.ev.positive_part();
        self.exit.take(leaves, recovered, self.kept, factor, V::one(), self.defined);
        self.failed_at = V::select(fails, V::splat(at.end), self.failed_at);
        self.alive = V::select(fails, V::zero(), self.alive);
        self.equity = V::select(fails, V::zero(), self.equity);
        books.cash = V::select(fails, V::zero(), books.cash);
    }

    /// Present values of payment and due, so far and period by period: those that OpenAI failed to make before they were
    /// received count recovery times themselves.
    #[inline(always)]
    pub fn recover(&self, plan: &Plan, sums: [V; 2], by_period: &[[V; 2]], lag: V, recovery: V) -> [V; 2] {
        let failed = self.failed_at.lt(V::splat(f64::INFINITY));
        if !failed.any() {
            return sums;
        }
        let (mut paid, mut due) = (V::zero(), V::zero());
        for (period, &[period_paid, period_due]) in plan.steps.periods.iter().zip(by_period) {
            let too_late = self.failed_at.le(lag + period.middle + TIME_SLACK);
            let factor = V::select(too_late, recovery, V::one());
            paid = paid + factor * period_paid;
            due = due + factor * period_due;
        }
        [V::select(failed, paid, sums[0]), V::select(failed, due, sums[1])]
    }
}
