//! Microsoft's own side: resale and hosting (methodology: what each side takes).

use super::cost::CashFlow;
use crate::math::vector::Vector;

/// Present values of Microsoft's own business with OpenAI, billions.
#[derive(Clone, Copy)]
pub struct OwnBusiness<V> {
    /// Margin on the home cloud's sales of OpenAI models.
    pub resale: V,
    /// Margin on OpenAI's compute bill.
    pub hosting: V,
    /// Passed on to OpenAI (already inside `resale`).
    pub outbound: V,
}

impl<V: Vector> OwnBusiness<V> {
    /// None yet.
    #[inline(always)]
    pub fn none() -> OwnBusiness<V> {
        let zero = V::zero();
        OwnBusiness { resale: zero, hosting: zero, outbound: zero }
    }

    /// Resale while the licence runs: the margin less what is passed on. `sales`: the home cloud's, discounted.
    #[inline(always)]
    pub fn resell_licensed(&mut self, sales: V, margin: V, keeps: V) {
        let passed = V::one() - keeps;
        self.resale = sales.mul_add(margin - passed, self.resale);
        self.outbound = passed.mul_add(sales, self.outbound);
    }

    /// Resale once the licence has ended: the home cloud's own fee.
    #[inline(always)]
    pub fn resell(&mut self, sales: V, fee: V) {
        self.resale = sales.mul_add(fee, self.resale);
    }

    /// Hosting: the margin on what is used and that on what is paid for and not used.
    #[inline(always)]
    pub fn host(&mut self, cash_flow: &CashFlow<V>, margin: V, unused_margin: V, factor: V) {
        let used = cash_flow.compute_home - cash_flow.unused_home;
        let earned = used * margin + cash_flow.unused_home * unused_margin;
        self.hosting = earned.mul_add(factor, self.hosting);
    }
}
