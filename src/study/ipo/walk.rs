//! The scalar twin of `board.rs`: the gates to an IPO on one path, with the choice to leave one out.

use crate::kernel::timeline::TIME_SLACK;

/// One deal's gates on one path, at the end of each period.
pub struct GatePath<'a> {
    /// Ends of the periods, years.
    pub ends: &'a [f64],
    /// Lengths of the periods, years.
    pub lengths: &'a [f64],
    /// Whether gates are tested at each end.
    pub tested: &'a [bool],
    /// Per period, one bit per gate that is met; a gate that is not set counts as met.
    pub met: &'a [u16],
    /// Per period, whether the company is alive.
    pub alive: &'a [bool],
    /// Per period, whether its equity is above 0.
    pub valued: &'a [bool],
    /// Months in a row for which all gates must hold.
    pub ready_months: f64,
    /// Months from first readiness to the offer.
    pub preparation_months: f64,
    /// The bit of the value gate, which is tested again on the day of the offer; 0 if it is not set.
    pub value_gate: u16,
}

/// When the company becomes ready and when it is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Period of first readiness.
    pub ready: Option<usize>,
    /// First period of the stretch that led to it.
    pub opened: Option<usize>,
    /// Period of the IPO.
    pub listed: Option<usize>,
}

/// All gates.
pub const ALL: u16 = u16::MAX;

impl GatePath<'_> {
    /// Whether all gates of `wanted` hold at a period's end.
    pub fn holds(&self, period: usize, wanted: u16) -> bool {
        self.tested[period] && self.alive[period] && self.met[period] & wanted == wanted
    }

    /// Works out readiness and listing if only the gates of `wanted` count. Before the offer a company does
    /// not depend on its gates, and fewer gates never delay the offer, so this is exact for the paths of a
    /// run with all gates.
    pub fn outcome(&self, wanted: u16) -> Outcome {
        let mut outcome = Outcome::default();
        let mut held = 0.0;
        let mut from = 0;
        for period in 0..self.ends.len() {
            if self.holds(period, wanted) {
                if held == 0.0 {
                    from = period;
                }
                held += 12.0 * self.lengths[period];
                if outcome.ready.is_none() && held >= self.ready_months - 12.0 * TIME_SLACK {
                    outcome.ready = Some(period);
                    outcome.opened = Some(from);
                }
            } else {
                held = 0.0;
            }
            if let Some(ready) = outcome.ready {
                let prepared =
                    self.ends[ready] + self.preparation_months / 12.0 <= self.ends[period] + TIME_SLACK;
                let gate = self.value_gate & wanted;
                let priced = self.met[period] & gate == gate;
                if prepared && priced && self.alive[period] && self.valued[period] {
                    outcome.listed = Some(period);
                    break;
                }
            }
        }
        outcome
    }

    /// The gates that were shut just before the stretch that led to readiness; 0 if there is no such period,
    /// because they held from the first test on.
    pub fn last_to_open(&self, outcome: Outcome, wanted: u16) -> u16 {
        match outcome.opened {
            Some(opened) if opened > 0 && self.tested[opened - 1] => !self.met[opened - 1] & wanted,
            _ => 0,
        }
    }

    /// The gates that were met at one test and failed a later one, before the listing and while the company
    /// was alive.
    pub fn closed_again(&self, outcome: Outcome, wanted: u16) -> u16 {
        let end = outcome.listed.unwrap_or(self.ends.len());
        let (mut open, mut closed) = (0, 0);
        for period in (0..end).filter(|&p| self.tested[p] && self.alive[p]) {
            closed |= open & !self.met[period];
            open |= self.met[period];
        }
        closed & wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quarters, all tested from the second on, with the gates' bits.
    fn way<'a>(
        met: &'a [u16],
        ends: &'a [f64],
        lengths: &'a [f64],
        tested: &'a [bool],
        yes: &'a [bool],
    ) -> GatePath<'a> {
        GatePath {
            ends,
            lengths,
            tested,
            met,
            alive: yes,
            valued: yes,
            ready_months: 6.0,
            preparation_months: 3.0,
            value_gate: 0b10,
        }
    }

    #[test]
    fn gates_open_close_and_open_again() {
        let ends: Vec<f64> = (1..=8).map(|i| 0.25 * f64::from(i)).collect();
        let lengths = [0.25; 8];
        let yes = [true; 8];
        let mut tested = yes;
        tested[0] = false;
        let met = [0b11, 0b01, 0b11, 0b10, 0b11, 0b11, 0b01, 0b11];
        let way = way(&met, &ends, &lengths, &tested, &yes);
        let all = way.outcome(0b11);
        // Quarters 4 and 5 hold (six months); three months later the value gate is shut, then open.
        assert_eq!(all, Outcome { ready: Some(5), opened: Some(4), listed: Some(7) });
        assert_eq!(way.last_to_open(all, 0b11), 0b01);
        // Met at 2, not at 3; the value gate met at 5, not at 6.
        assert_eq!(way.closed_again(all, 0b11), 0b11);
        // Without the first gate the value gate alone counts: 2 and 3 hold, and it is met at 4.
        let relaxed = way.outcome(0b10);
        assert_eq!(relaxed, Outcome { ready: Some(3), opened: Some(2), listed: Some(4) });
        // Without the value gate it is not tested on the day either.
        let unpriced = way.outcome(0b01);
        assert_eq!(unpriced, Outcome { ready: Some(2), opened: Some(1), listed: Some(3) });
        assert_eq!(way.last_to_open(unpriced, 0b01), 0, "it held from the first test on");
    }

    #[test]
    fn a_dead_company_is_never_ready() {
        let ends = [0.25, 0.5, 0.75];
        let met = [0b11; 3];
        let alive = [true, false, false];
        let tested = [true; 3];
        let mut one = way(&met, &ends, &[0.25; 3], &tested, &alive);
        assert_eq!(one.outcome(ALL & 0b11), Outcome::default());
        one.ready_months = 3.0;
        // Ready in the first quarter, dead before its preparation ends.
        assert_eq!(one.outcome(0b11), Outcome { ready: Some(0), opened: Some(0), listed: None });
    }
}
