//! What a scenario says of today and of the year ahead, beside the price of the last round.

use crate::kernel::plan::Plan;
use crate::kernel::today;
use crate::model::funding::{PreMoney, RoundTime};

pub use crate::kernel::today::{median_demand_growth, median_revenue};

/// Paths on which today's equity is looked at, the first ones of a run: its median is then known to about a twentieth of its
/// standard deviation.
const PATHS: u64 = 512;

/// Today's equity under the first deal, billions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EquityToday {
    /// One path in twenty is below.
    pub p05: f64,
    /// The median.
    pub p50: f64,
    /// One path in twenty is above.
    pub p95: f64,
}

/// Today's equity as the scenario implies it; `None` without `[equity]`, or where its method has no value today.
pub fn equity(plan: &Plan) -> Option<EquityToday> {
    plan.model().equity.as_ref()?;
    let mut values = today::equity(plan, 0, PATHS);
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| values[(share * last as f64).round() as usize];
    Some(EquityToday { p05: at(0.05), p50: at(0.5), p95: at(0.95) })
}

/// The last round with a price within a year of the valuation date: its index, and the median of that price, billions.
pub fn last_round(plan: &Plan) -> Option<(usize, f64)> {
    let priced = plan.model().rounds.iter().enumerate().filter_map(|(index, round)| {
        match (round.when, round.pre_money) {
            (RoundTime::At(time), PreMoney::Value(value)) if time.abs() <= 1.0 => {
                Some((time, index, plan.model().parameters.median(value)))
            }
            _ => None,
        }
    });
    let last = priced.max_by(|a, b| a.0.total_cmp(&b.0));
    last.map(|(_, index, value)| (index, value))
}
