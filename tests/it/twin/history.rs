//! Figures of a window of time, from periods of the run and rows of history in proportion to time.

use super::timeline::overlap;

/// A shorter cover than this is none, years: windows and rows meet up to rounding.
const NO_COVER: f64 = 1e-9;

/// An amount that accrues evenly from `from` to `to`.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    /// Start, years.
    pub from: f64,
    /// End, years.
    pub to: f64,
    /// Billions.
    pub amount: f64,
}

/// The amount of `(from, to]`, scaled up from the part that is covered to the window's length; none without cover.
pub fn window(flows: &[Flow], from: f64, to: f64) -> Option<f64> {
    let (mut sum, mut covered) = (0.0, 0.0);
    for flow in flows {
        let common = overlap(flow.from, flow.to, from, to);
        if common > 0.0 {
            sum += flow.amount * common / (flow.to - flow.from);
            covered += common;
        }
    }
    (covered > NO_COVER).then(|| sum * (to - from) / covered)
}

/// The year that ends at `time`.
pub fn trailing(flows: &[Flow], time: f64) -> Option<f64> {
    window(flows, time - 1.0, time)
}

/// Annual rate of the row that ends at `time`.
pub fn rate_of_row_ending(flows: &[Flow], time: f64) -> Option<f64> {
    let row = flows.iter().find(|flow| (flow.to - time).abs() < NO_COVER)?;
    Some(row.amount / (row.to - row.from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows() -> Vec<Flow> {
        vec![
            Flow { from: -0.5, to: -0.25, amount: 2.0 },
            Flow { from: -0.25, to: 0.0, amount: 3.0 },
            Flow { from: 0.0, to: 0.25, amount: 4.0 },
        ]
    }

    #[test]
    fn a_window_takes_rows_in_proportion_to_time() {
        let amount = window(&flows(), -0.125, 0.125).unwrap();
        assert!((amount - (1.5 + 2.0)).abs() < 1e-15);
    }

    #[test]
    fn a_window_covered_in_part_is_scaled_up() {
        assert!((trailing(&flows(), 0.25).unwrap() - 9.0 / 0.75).abs() < 1e-14);
        assert!((window(&flows(), -0.75, -0.375).unwrap() - 1.0 * 3.0).abs() < 1e-14);
        assert_eq!(window(&flows(), -1.0, -0.5), None);
        assert_eq!(trailing(&[], 0.0), None);
    }

    #[test]
    fn a_row_is_found_by_its_end() {
        assert_eq!(rate_of_row_ending(&flows(), 0.0), Some(12.0));
        assert_eq!(rate_of_row_ending(&flows(), -1.0), None);
    }
}
