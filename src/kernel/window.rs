//! Windows of past time over periods and rows of history, as weights (methodology: IPO, trailing figures).

use super::timeline::{Steps, TIME_SLACK, overlap};
use crate::model::parameters::ParamId;

/// A window of past time: what it takes of each period and each row of history, scaled up to the whole window.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// (period, weight)
    pub periods: Vec<(usize, f64)>,
    /// (figure of a row of history, weight)
    pub history: Vec<(ParamId, f64)>,
}

/// The windows of one figure (net revenue, free cash flow or EBITDA).
#[derive(Clone, Debug)]
pub struct Windows {
    /// Trailing year at time 0; `None` without history.
    pub year_at_start: Option<Window>,
    /// Trailing year at each period's end.
    pub year: Vec<Window>,
    /// For each period, the same span a year before; `None` without any cover.
    pub year_before: Vec<Option<Window>>,
}

/// What a window takes of the periods and of these rows of history (from, to, figure); `None` without any cover.
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
    // A window covered but for rounding is covered.
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
    /// The trailing year at the end of a period, or today (`None`).
    pub fn year_to(&self, period: Option<usize>) -> Option<&Window> {
        match period {
            Some(p) => Some(&self.year[p]),
            None => self.year_at_start.as_ref(),
        }
    }

    /// Windows over a figure that these rows of history have: (from, to, figure).
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
