//! Microsoft's own business with OpenAI: resale and hosting (methodology: what each side takes).

use super::cost::CashFlow;
use crate::math::vector::Vector;

/// Present values of Microsoft's own business with OpenAI, billions.
#[derive(Clone, Copy)]
pub struct OwnBusiness<V> {
    /// Margin on the home cloud's sales of OpenAI models.
    pub resale: V,
    /// Margin on OpenAI's compute bill.
    pub hosting: V,
    /// Part of its sales that Microsoft passes on to OpenAI, already deducted from `resale`.
    pub outbound: V,
}

impl<V: Vector> OwnBusiness<V> {
    /// No business yet.
    #[inline(always)]
    pub fn none() -> OwnBusiness<V> {
        let zero = V::zero();
        OwnBusiness { resale: zero, hosting: zero, outbound: zero }
    }

    /// Adds resale while the licence runs: the margin on the home cloud's discounted sales, less what is
    /// passed on.
    #[inline(always)]
    pub fn resell_licensed(&mut self, sales: V, margin: V, keeps: V) {
        let passed = V::one() - keeps;
        self.resale = sales.mul_add(margin - passed, self.resale);
        self.outbound = passed.mul_add(sales, self.outbound);
    }

    /// Adds resale after the licence has ended: the home cloud's fee on discounted sales.
    #[inline(always)]
    pub fn resell(&mut self, sales: V, fee: V) {
        self.resale = sales.mul_add(fee, self.resale);
    }

    /// Adds the margins on compute that is used, and on compute that is paid for but not used. `factor` is
    /// the discount factor.
    #[inline(always)]
    pub fn host(&mut self, cash_flow: &CashFlow<V>, margin: V, unused_margin: V, factor: V) {
        let used = cash_flow.compute_home - cash_flow.unused_home;
        let earned = used * margin + cash_flow.unused_home * unused_margin;
        self.hosting = earned.mul_add(factor, self.hosting);
    }
}
