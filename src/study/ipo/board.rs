//! The gates to an IPO on all paths of a block at once, one bit per path; `walk.rs` has the scalar twin.

use crate::kernel::timeline::TIME_SLACK;
use crate::math::lanes::{LANES, Lanes};
use crate::simd_fn;

/// A set of paths of a block, one bit per path.
pub type Paths = u64;

/// The set of paths that satisfy a condition.
#[inline(always)]
pub fn paths(is: impl Fn(usize) -> bool) -> Paths {
    (0..LANES).fold(0, |bits, lane| bits | (u64::from(is(lane)) << lane))
}

/// The paths of a set, in order.
pub fn each(set: Paths) -> impl Iterator<Item = usize> {
    let mut left = set;
    std::iter::from_fn(move || {
        let lane = left.trailing_zeros() as usize;
        left &= left.wrapping_sub(1);
        (lane < LANES).then_some(lane)
    })
}

/// One deal's gates on the paths of a block, at the end of each period.
pub struct Board<'a> {
    /// Ends of the periods, years.
    pub ends: &'a [f64],
    /// Lengths of the periods, years.
    pub lengths: &'a [f64],
    /// Whether gates are tested at each end.
    pub tested: &'a [bool],
    /// Paths on which each gate is met: `[period][gate]`; a gate that is not set counts as met.
    pub met: &'a [Vec<Paths>],
    /// Paths on which the company is alive, per period.
    pub alive: &'a [Paths],
    /// Paths on which its equity is above 0, without which there is no offer, per period.
    pub valued: &'a [Paths],
    /// Months in a row for which all gates must hold.
    pub ready_months: &'a Lanes,
    /// Months from first readiness to the offer.
    pub preparation_months: &'a Lanes,
    /// The value gate, if it is set; it is tested again on the day of the offer.
    pub value_gate: Option<usize>,
}

/// What happens on the paths of a block, period by period.
#[derive(Clone, Debug)]
pub struct Walked {
    /// Paths on which all gates that count hold.
    pub holds: Vec<Paths>,
    /// Paths on which the company is ready.
    pub ready: Vec<Paths>,
    /// Paths on which it is ready for the first time.
    pub first_ready: Vec<Paths>,
    /// Paths on which it is listed in that period.
    pub listed: Vec<Paths>,
}

impl Walked {
    /// Allocates the sets for a number of periods.
    pub fn new(periods: usize) -> Walked {
        let none = || vec![0; periods];
        Walked { holds: none(), ready: none(), first_ready: none(), listed: none() }
    }
}

impl Board<'_> {
    /// Works out readiness and listing if all gates but `without` count. Before the offer a company does not
    /// depend on its gates, and fewer gates never delay the offer, so this is exact for the paths of a run
    /// with all gates.
    #[inline(always)]
    pub fn walk(&self, without: Option<usize>, walked: &mut Walked) {
        let mut held = Lanes::ZERO;
        let mut offer_from = Lanes::splat(f64::INFINITY);
        let (mut ready, mut listed): (Paths, Paths) = (0, 0);
        for period in 0..self.ends.len() {
            let mut holds = if self.tested[period] { self.alive[period] } else { 0 };
            for (gate, met) in self.met[period].iter().enumerate() {
                holds &= if without == Some(gate) { Paths::MAX } else { *met };
            }
            let months = 12.0 * self.lengths[period];
            for lane in 0..LANES {
                held[lane] = if holds >> lane & 1 == 1 { held[lane] + months } else { 0.0 };
            }
            let enough = holds & paths(|lane| held[lane] >= self.ready_months[lane] - 12.0 * TIME_SLACK);
            let first = enough & !ready;
            if first != 0 {
                ready |= first;
                for lane in each(first) {
                    offer_from[lane] = self.ends[period] + self.preparation_months[lane] / 12.0;
                }
            }
            let mut offered = 0;
            if ready & !listed != 0 {
                let prepared = ready & paths(|lane| offer_from[lane] <= self.ends[period] + TIME_SLACK);
                let priced = match self.value_gate {
                    Some(gate) if without != Some(gate) => self.met[period][gate],
                    _ => Paths::MAX,
                };
                offered = prepared & priced & self.alive[period] & self.valued[period] & !listed;
                listed |= offered;
            }
            walked.holds[period] = holds;
            walked.ready[period] = enough;
            walked.first_ready[period] = first;
            walked.listed[period] = offered;
        }
    }

    /// Sets `last` to the paths on which each gate was shut just before the stretch that led to readiness in
    /// `period`; returns the paths without such a period, on which all gates held from the first test on.
    pub fn last_to_open(&self, walked: &Walked, period: usize, last: &mut [Paths]) -> Paths {
        let mut from_the_start = 0;
        last.fill(0);
        for lane in each(walked.first_ready[period]) {
            let holds = |period: usize| walked.holds[period] >> lane & 1 == 1;
            let opened = (0..=period).rev().take_while(|&p| holds(p)).last().unwrap_or(period);
            let mut any = 0;
            if opened > 0 && self.tested[opened - 1] {
                for (gate, met) in last.iter_mut().zip(&self.met[opened - 1]) {
                    let shut = !met >> lane & 1;
                    *gate |= shut << lane;
                    any |= shut;
                }
            }
            from_the_start |= (1 - any) << lane;
        }
        from_the_start
    }

    /// The paths on which each gate was met at one test and failed a later one, before the listing and while
    /// the company was alive.
    pub fn closed_again(&self, walked: &Walked) -> Vec<Paths> {
        let gates = self.met.first().map_or(0, Vec::len);
        let (mut open, mut closed) = (vec![0; gates], vec![0; gates]);
        let mut listed = 0;
        for period in 0..self.ends.len() {
            listed |= walked.listed[period];
            let looked_at = if self.tested[period] { self.alive[period] & !listed } else { 0 };
            for (gate, &met) in self.met[period].iter().enumerate() {
                closed[gate] |= open[gate] & !met & looked_at;
                open[gate] |= met & looked_at;
            }
        }
        closed
    }
}

simd_fn! {
    /// [`Board::walk`] with the widest vector instructions available.
    pub fn walk(board: &Board<'_>, without: Option<usize>, walked: &mut Walked) {
        board.walk(without, walked);
    }
}

simd_fn! {
    /// Finds the paths on which a figure is at least its threshold, or at most for an upper gate; an unknown
    /// figure (NaN) meets no gate.
    pub fn compare(figures: &Lanes, thresholds: &Lanes, upper: bool, met: &mut Paths) {
        *met = match upper {
            true => paths(|lane| figures[lane] <= thresholds[lane]),
            false => paths(|lane| figures[lane] >= thresholds[lane]),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::walk::GatePath;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lanes_of_a_set() {
        assert_eq!(each(0).count(), 0);
        assert_eq!(each(1 | 1 << 5 | 1 << 63).collect::<Vec<_>>(), [0, 5, 63]);
        assert_eq!(each(Paths::MAX).count(), 64);
        assert_eq!(paths(|lane| lane % 2 == 0), 0x5555_5555_5555_5555);
    }

    proptest! {
        /// The twin: each path by itself.
        #[test]
        fn every_path_walks_as_it_does_alone(
            seed in proptest::collection::vec(any::<u64>(), 5 * 12),
            ready in 0_u8..13,
            preparation in 0_u8..10,
            first_tested in 0_usize..4,
            priced in any::<bool>(),
        ) {
            let periods = 12;
            // Gates that hold most of the time, companies that die for good.
            let words = |at: usize| seed[5 * at..5 * at + 5].to_vec();
            let met: Vec<Vec<Paths>> =
                (0..periods).map(|p| { let w = words(p); vec![w[0] | w[1], w[1] | w[2] | w[0], w[2] | w[3]] }).collect();
            let mut alive = vec![Paths::MAX; periods];
            for p in 1..periods {
                let w = words(p);
                alive[p] = alive[p - 1] & !(w[0] & w[1] & w[2] & w[3]);
            }
            let valued: Vec<Paths> = (0..periods).map(|p| words(p)[4] | words(p)[0]).collect();
            let ends: Vec<f64> = (1..=periods).map(|i| 0.25 * i as f64).collect();
            let lengths = vec![0.25; periods];
            let tested: Vec<bool> = (0..periods).map(|p| p >= first_tested).collect();
            let mut ready_months = Lanes::splat(f64::from(ready));
            for lane in 0..LANES { ready_months[lane] += (lane % 3) as f64; }
            let preparation_months = Lanes::splat(f64::from(preparation));
            let board = Board {
                ends: &ends, lengths: &lengths, tested: &tested, met: &met, alive: &alive, valued: &valued,
                ready_months: &ready_months, preparation_months: &preparation_months,
                value_gate: priced.then_some(1),
            };
            let bit = |set: Paths, lane: usize| set >> lane & 1 == 1;
            for without in [None, Some(0), Some(1), Some(2)] {
                let mut walked = Walked::new(periods);
                board.walk(without, &mut walked);
                let closed = board.closed_again(&walked);
                for lane in 0..LANES {
                    let own: Vec<u16> = met.iter().map(|gates| {
                        gates.iter().enumerate().fold(0, |all, (gate, &set)| all | u16::from(bit(set, lane)) << gate)
                    }).collect();
                    let of = |sets: &[Paths]| -> Vec<bool> { sets.iter().map(|&set| bit(set, lane)).collect() };
                    let way = GatePath {
                        ends: &ends, lengths: &lengths, tested: &tested, met: &own, alive: &of(&alive), valued: &of(&valued),
                        ready_months: ready_months[lane], preparation_months: preparation_months[lane],
                        value_gate: if priced { 0b10 } else { 0 },
                    };
                    let wanted = 0b111 & !without.map_or(0, |gate| 1 << gate);
                    let outcome = way.outcome(wanted);
                    let found = |sets: &[Paths]| sets.iter().position(|&set| bit(set, lane));
                    prop_assert_eq!(found(&walked.first_ready), outcome.ready);
                    prop_assert_eq!(found(&walked.listed), outcome.listed);
                    if without.is_none() {
                        for period in 0..periods {
                            prop_assert_eq!(bit(walked.holds[period], lane), way.holds(period, wanted));
                        }
                        let again = (0..3).fold(0, |all, gate| all | u16::from(bit(closed[gate], lane)) << gate);
                        prop_assert_eq!(again, way.closed_again(outcome, wanted));
                        if let Some(period) = outcome.ready {
                            let mut last = [0; 3];
                            let from_the_start = board.last_to_open(&walked, period, &mut last);
                            let bits = (0..3).fold(0, |all, gate| all | u16::from(bit(last[gate], lane)) << gate);
                            prop_assert_eq!(bits, way.last_to_open(outcome, wanted));
                            prop_assert_eq!(bit(from_the_start, lane), bits == 0);
                        }
                    }
                }
            }
        }
    }
}
