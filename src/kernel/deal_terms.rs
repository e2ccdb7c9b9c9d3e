//! Terms of a deal on eight paths, computed once per path in the form that a period uses.

use super::ipo::GateTerms;
use super::numbers::Numbers;
use super::owed::Fade;
use super::plan::Plan;
use crate::math::vector::Vector;
use crate::model::parameters::ParamId;

/// Terms of a deal.
pub struct DealTerms<V> {
    /// Eligible fraction of the share's base.
    pub eligible: V,
    /// Fraction of its sales that the home cloud keeps until the licence ends.
    pub home_keeps: V,
    /// Fraction that it keeps afterwards.
    pub home_fee: V,
    /// Licence income of OpenAI, billions a year.
    pub licence_income: V,
    /// Microsoft's margin on resale, as a fraction of sales.
    pub resale_margin: V,
    /// Microsoft's margin on OpenAI's compute bill.
    pub hosting_margin: V,
    /// Microsoft's margin on compute that is paid for but not used.
    pub unused_margin: V,
    /// Microsoft's stake at time 0; 0 if the deal has none.
    pub stake: V,
    /// Fading of growth in the liability from the share.
    pub owed_fade: Fade<V>,
    /// Years from the IPO to the exit.
    pub lockup_years: V,
    /// Value of an unlisted stake as a fraction of a listed one.
    pub unlisted_market: V,
    /// Gates of the IPO.
    pub gates: GateTerms<V>,
}

impl<V: Vector> DealTerms<V> {
    /// Allocates the terms of a deal.
    pub fn new(plan: &Plan) -> DealTerms<V> {
        let (zero, one) = (V::zero(), V::one());
        DealTerms {
            eligible: zero,
            home_keeps: zero,
            home_fee: zero,
            licence_income: zero,
            resale_margin: zero,
            hosting_margin: zero,
            unused_margin: zero,
            stake: zero,
            owed_fade: Fade::new(one),
            lockup_years: zero,
            unlisted_market: one,
            gates: GateTerms::new(plan),
        }
    }

    /// Computes the terms on the paths.
    #[inline(always)]
    pub fn prepare(&mut self, plan: &Plan, deal: usize, numbers: &Numbers<V>) {
        let model = &plan.model;
        let deal = &model.deals[deal];
        self.eligible = numbers[deal.eligible];
        if let Some(home) = model.clouds.first() {
            self.home_keeps = numbers[deal.home_keeps];
            self.home_fee = numbers[home.fee];
        }
        self.licence_income = numbers[model.licence.income];
        self.resale_margin = numbers[model.microsoft.resale_margin];
        self.hosting_margin = numbers[model.microsoft.hosting_margin];
        self.unused_margin = numbers[model.microsoft.take_or_pay_margin];
        self.stake = or_zero(deal.stake, numbers);
        if let Some(equity) = &model.equity {
            self.owed_fade = Fade::new(numbers[equity.owed_growth_half_life]);
            self.lockup_years = numbers[equity.lockup_months] / V::splat(12.0);
            self.unlisted_market = V::one() - numbers[equity.marketability_discount];
        }
        if let Some(ipo) = &model.ipo {
            self.gates.prepare(ipo, numbers);
        }
    }
}

/// Value of a parameter, or 0 without one.
#[inline(always)]
fn or_zero<V: Vector>(num: Option<ParamId>, numbers: &Numbers<V>) -> V {
    match num {
        Some(num) => numbers[num],
        None => V::zero(),
    }
}
