//! Rows of history where the kernels need them: before the first period, in its cut calendar year, and in past windows.

use super::timeline::{Steps, TIME_SLACK, overlap};
use crate::model::Model;
use crate::model::history::HistoryPeriod;
use crate::model::parameters::ParamId;

/// The part of the first calendar year before the valuation date.
#[derive(Clone, Debug, Default)]
pub struct FirstYear {
    /// (row's net revenue, fraction of the row inside the year); empty: no such series.
    pub revenue: Vec<(ParamId, f64)>,
    /// The same of free cash flow.
    pub fcf: Vec<(ParamId, f64)>,
}

/// The rows that have a figure: (from, to, figure).
pub(super) fn rows(
    model: &Model,
    figure: impl Fn(&HistoryPeriod) -> Option<ParamId>,
) -> Vec<(f64, f64, ParamId)> {
    model.history.iter().filter_map(|row| figure(row).map(|num| (row.from, row.to, num))).collect()
}

/// Rows that end at time 0 and a year before it: (net revenue, length in years) of each.
pub type YearOnYear = ((ParamId, f64), (ParamId, f64));

/// The rows behind growth at time 0; `None` where one of the two is missing.
pub(super) fn year_on_year(model: &Model) -> Option<YearOnYear> {
    let ending = |time: f64| model.history.iter().find(|row| (row.to - time).abs() < TIME_SLACK);
    let revenue = |row: &HistoryPeriod| (row.net_revenue, row.to - row.from);
    ending(0.0).zip(ending(-1.0)).map(|(now, before)| (revenue(now), revenue(before)))
}

/// What the rows have of a first calendar year that the valuation date cuts; nothing unless they cover all of it.
pub(super) fn first_year(model: &Model, steps: &Steps) -> FirstYear {
    let year = steps.years[0];
    if !year.cut_at_start {
        return FirstYear::default();
    }
    // The year's beginning in years before the valuation date.
    let from = model.timeline.first_year_start();
    let inside = |row: &HistoryPeriod| overlap((from, 0.0), (row.from, row.to));
    let rows: Vec<_> = model.history.iter().filter(|row| inside(row) > TIME_SLACK).collect();
    let covered: f64 = rows.iter().map(|row| inside(row)).sum();
    if covered < -from - TIME_SLACK {
        // Rows that leave a part of the year open do not make it whole.
        return FirstYear::default();
    }
    let weight = |row: &HistoryPeriod| inside(row) / (row.to - row.from);
    let revenue = rows.iter().map(|row| (row.net_revenue, weight(row))).collect();
    let fcf: Option<Vec<(ParamId, f64)>> =
        rows.iter().map(|row| row.fcf.map(|num| (num, weight(row)))).collect();
    FirstYear { revenue, fcf: fcf.unwrap_or_default() }
}
