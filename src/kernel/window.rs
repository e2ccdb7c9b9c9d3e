//! Windows of past time, as weights of periods and rows of history (methodology: IPO, trailing figures).

use super::timeline::{Steps, TIME_SLACK, overlap};
use crate::model::parameters::ParamId;

/// A window of past time: weights of periods and rows of history, scaled up to the whole window if they cover
/// only part.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// Weights of periods: (index, weight).
    pub periods: Vec<(usize, f64)>,
    /// Weights of rows of history: (figure, weight).
    pub history: Vec<(ParamId, f64)>,
}

/// All windows of one figure: net revenue, free cash flow or EBITDA.
#[derive(Clone, Debug)]
pub struct Windows {
    /// Trailing year at time 0; `None` without history.
    pub year_at_start: Option<Window>,
    /// Trailing year at each period's end.
    pub year: Vec<Window>,
    /// The same span a year before, for each period; `None` if neither periods nor history cover any of it.
    pub year_before: Vec<Option<Window>>,
}

/// Weights of a window, given rows of history (from, to, figure); `None` if nothing covers any of it.
pub(super) fn window(steps: &Steps, rows: &[(f64, f64, ParamId)], from: f64, to: f64) -> Option<Window> {
    let mut covered = 0.0;
    let mut window = Window::default();
    for (i, p) in steps.periods.iter().enumerate() {
        let inside = overlap((from, to), (p.start, p.end));
        if inside > TIME_SLACK {
            covered += inside;
            window.periods.push((i, inside / p.length));
        }
    }
    for &(start, end, num) in rows {
        let inside = overlap((from, to), (start, end));
        if inside > TIME_SLACK {
            covered += inside;
            window.history.push((num, inside / (end - start)));
        }
    }
    if covered == 0.0 {
        return None;
    }
    // A window that is covered up to rounding is not scaled.
    let scale = if (covered - (to - from)).abs() < TIME_SLACK { 1.0 } else { (to - from) / covered };
    for (_, weight) in &mut window.periods {
        *weight *= scale;
    }
    for (_, weight) in &mut window.history {
        *weight *= scale;
    }
    Some(window)
}

impl Windows {
    /// Trailing year at the end of a period, or at time 0 (`None`).
    pub fn year_to(&self, period: Option<usize>) -> Option<&Window> {
        match period {
            Some(p) => Some(&self.year[p]),
            None => self.year_at_start.as_ref(),
        }
    }

    /// Windows of a figure, given its rows of history: (from, to, figure).
    pub(super) fn new(steps: &Steps, rows: &[(f64, f64, ParamId)]) -> Windows {
        let window = |from: f64, to: f64| window(steps, rows, from, to);
        Windows {
            year_at_start: window(-1.0, 0.0),
            year: steps
                .periods
                .iter()
                .map(|p| window(p.end - 1.0, p.end).expect("a period covers part of its own trailing year"))
                .collect(),
            year_before: steps.periods.iter().map(|p| window(p.start - 1.0, p.end - 1.0)).collect(),
        }
    }
}
