//! Present values that depend on a deal's payment lag and licence; the deals of a group differ in nothing else.

use super::deal::Share;
use super::plan::Plan;
use super::timeline::{StepRef, TIME_SLACK};
use super::view::View;
use super::world::World;
use crate::math::elementary::exp;
use crate::math::vector::{Mask, Vector};

/// Present values of one deal, billions.
pub struct PresentValues<V> {
    /// Years from the middle of a period to the receipt of its payment.
    lag: V,
    /// Discount factor for that time.
    lag_factor: V,
    /// Present values of payments and of amounts due so far.
    total: [V; 2],
    /// Present values of the payment and the amount due of each period so far.
    by_period: Vec<[V; 2]>,
    /// Number of periods so far.
    periods: usize,
    /// Fraction of the royalty relief that the licence's terms leave.
    licence_part: V,
    /// Present value of royalty relief so far, billions.
    pub licence: V,
}

impl<V: Vector> PresentValues<V> {
    /// Allocates the values of `periods` periods.
    pub fn new(periods: usize) -> PresentValues<V> {
        let (zero, one) = (V::zero(), V::one());
        PresentValues {
            lag: zero,
            lag_factor: one,
            total: [zero; 2],
            by_period: vec![[zero; 2]; periods],
            periods: 0,
            licence_part: one,
            licence: zero,
        }
    }

    /// Reads a deal's terms on the paths and goes back to time 0.
    #[inline(always)]
    pub fn start(&mut self, plan: &Plan, deal: usize, world: &World<V>) {
        let (terms, numbers) = (&plan.model.deals[deal], &world.numbers);
        self.lag = numbers[terms.payment_lag];
        self.lag_factor = exp(-world.discounts.share_rate * self.lag);
        self.total = [V::zero(); 2];
        self.periods = 0;
        if !terms.licence_exclusive {
            self.licence_part = V::one() - numbers[plan.model.licence.non_exclusive_discount];
        }
        self.licence = V::zero();
    }

    /// Adds the payment and the amount due of a period, and its royalty relief while the licence runs.
    #[inline(always)]
    pub fn add_period(&mut self, plan: &Plan, deal: usize, share: &Share<V>, view: &View<V>, at: StepRef) {
        self.periods = at.period + 1;
        if plan.deals[deal].licensed[at.period] {
            self.licence = self.licence_part.mul_add(view.royalty, self.licence);
        }
        if !share.runs {
            self.by_period[at.period] = [V::zero(); 2];
            return;
        }
        let factor = view.discounts.share * self.lag_factor;
        let [paid, due] = [share.paid * factor, share.due * factor];
        self.by_period[at.period] = [paid, due];
        self.total = [self.total[0] + paid, self.total[1] + due];
    }

    /// Present values of all payments and of all amounts due. Only the fraction `recovery` counts of those that had not been
    /// received when OpenAI failed.
    #[inline(always)]
    pub fn after_failure(&self, plan: &Plan, failed_at: V, recovery: V) -> [V; 2] {
        let failed = failed_at.lt(V::splat(f64::INFINITY));
        if !failed.any() {
            return self.total;
        }
        let (mut paid, mut due) = (V::zero(), V::zero());
        for (period, &[period_paid, period_due]) in
            plan.steps.periods.iter().zip(&self.by_period[..self.periods])
        {
            let too_late = failed_at.le(self.lag + period.middle + TIME_SLACK);
            let factor = V::select(too_late, recovery, V::one());
            paid = paid + factor * period_paid;
            due = due + factor * period_due;
        }
        [V::select(failed, paid, self.total[0]), V::select(failed, due, self.total[1])]
    }
}
