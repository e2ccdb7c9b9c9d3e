//! Trailing figures: flows of past periods and their sums over windows of time (methodology: IPO, trailing
//! figures).

use super::numbers::Numbers;
use super::plan::Plan;
use super::window::Window;
use crate::math::vector::Vector;
use crate::model::parameters::ParamId;

/// Flows of past periods under a deal, by period, billions.
pub struct Past<V> {
    /// Net revenue.
    pub net: Vec<V>,
    /// Free cash flow.
    pub fcf: Vec<V>,
    /// EBITDA.
    pub ebitda: Vec<V>,
    /// Net revenue of the last period over that of a year before; NaN without a year before.
    pub year_ago_ratio: V,
}

impl<V: Vector> Past<V> {
    /// Allocates the flows of `periods` periods.
    pub fn new(periods: usize) -> Past<V> {
        let none = || vec![V::zero(); periods];
        Past { net: none(), fcf: none(), ebitda: none(), year_ago_ratio: V::splat(f64::NAN) }
    }

    /// Computes the ratio at time 0 from history.
    #[inline(always)]
    pub fn start(&mut self, plan: &Plan, numbers: &Numbers<V>) {
        self.year_ago_ratio = match plan.year_on_year {
            Some(((now, now_length), (before, before_length))) => {
                numbers[now] * (1.0 / now_length) / (numbers[before] * (1.0 / before_length))
            }
            None => V::splat(f64::NAN),
        };
    }

    /// Computes the ratio at the end of a period.
    #[inline(always)]
    pub fn look_back(&mut self, plan: &Plan, period: usize, numbers: &Numbers<V>) {
        self.year_ago_ratio = match &plan.revenue_windows.year_before[period] {
            Some(window) => self.net[period] / over(window, &self.net, numbers),
            None => V::splat(f64::NAN),
        };
    }

    /// Net revenue over a window, billions.
    #[inline(always)]
    pub fn net_over(&self, window: &Window, numbers: &Numbers<V>) -> V {
        over(window, &self.net, numbers)
    }

    /// Free cash flow over a window, billions.
    #[inline(always)]
    pub fn fcf_over(&self, window: &Window, numbers: &Numbers<V>) -> V {
        over(window, &self.fcf, numbers)
    }

    /// EBITDA over a window, billions.
    #[inline(always)]
    pub fn ebitda_over(&self, window: &Window, numbers: &Numbers<V>) -> V {
        over(window, &self.ebitda, numbers)
    }
}

/// Weighted sum of a flow over the periods and rows of history of a window.
#[inline(always)]
fn over<V: Vector>(window: &Window, by_period: &[V], numbers: &Numbers<V>) -> V {
    let mut sum = V::zero();
    for &(period, weight) in &window.periods {
        sum = V::splat(weight).mul_add(by_period[period], sum);
    }
    for &(num, weight) in &window.history {
        sum = V::splat(weight).mul_add(numbers[num], sum);
    }
    sum
}

/// Weighted sum of rows of history.
#[inline(always)]
pub fn rows<V: Vector>(rows: &[(ParamId, f64)], numbers: &Numbers<V>) -> V {
    let mut sum = V::zero();
    for &(num, weight) in rows {
        sum = V::splat(weight).mul_add(numbers[num], sum);
    }
    sum
}
