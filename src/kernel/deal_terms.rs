//! A deal's numbers on eight paths, gathered once a path in the form that a period uses.

use super::ipo::GateTerms;
use super::numbers::Numbers;
use super::owed::Fade;
use super::plan::Plan;
use crate::math::vector::Vector;
use crate::model::parameters::ParamId;

/// The numbers.
pub struct DealTerms<V> {
    /// Part of the base that counts.
    pub eligible: V,
    /// What the home cloud keeps until the licence ends.
    pub home_keeps: V,
    /// What it keeps after.
    pub home_fee: V,
    /// Income of the licence, billions a year.
    pub licence_income: V,
    /// Margin on the home cloud's sales.
    pub resale_margin: V,
    /// Margin on OpenAI's compute bill.
    pub hosting_margin: V,
    /// Margin on compute that is paid for and not used.
    pub unused_margin: V,
    /// Microsoft's stake at time 0; 0 where it has none.
    pub stake: V,
    /// How growth fades in what is owed.
    pub owed_fade: Fade<V>,
    /// Years from the IPO to the exit.
    pub lockup_years: V,
    /// What the marketability discount leaves of an unlisted stake.
    pub unlisted_market: V,
    /// Gates of the IPO.
    pub gates: GateTerms<V>,
}

impl<V: Vector> DealTerms<V> {
    /// Room for the numbers of a deal.
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

    /// The numbers on the paths.
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

/// A number, or 0 where there is none.
#[inline(always)]
fn or_zero<V: Vector>(num: Option<ParamId>, numbers: &Numbers<V>) -> V {
    match num {
        Some(num) => numbers[num],
        None => V::zero(),
    }
}
