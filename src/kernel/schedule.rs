//! Which period contracts, dated funding rounds and tests of the IPO gates fall into.

use super::timeline::{Steps, TIME_SLACK, overlap};
use crate::model::Model;
use crate::model::cost::Contract;
use crate::model::funding::RoundTime;

/// A contract's part in a period.
#[derive(Clone, Copy, Debug)]
pub struct Commitment {
    /// Index of the contract.
    pub contract: usize,
    /// Fraction of the contract's dates inside.
    pub weight: f64,
    /// Whether it is with the home cloud.
    pub at_home: bool,
}

/// What happens in which period.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// For each period, the contracts that run in it.
    pub committed: Vec<Vec<Commitment>>,
    /// For each period, the contracts that run in the twelve months after its end.
    pub committed_next_year: Vec<Vec<Commitment>>,
    /// Whether the IPO gates are tested at each period's end.
    pub tested: Vec<bool>,
    /// Dated rounds of each period: indices into the model's rounds.
    pub rounds: Vec<Vec<usize>>,
    /// Rounds that come with an IPO at each period's end.
    pub ipo_rounds: Vec<Vec<usize>>,
}

impl Schedule {
    /// The schedule of a model.
    pub(super) fn new(model: &Model, steps: &Steps) -> Schedule {
        let earliest = model.ipo.as_ref().map_or(f64::INFINITY, |ipo| ipo.earliest);
        let rounds = |wanted: &dyn Fn(RoundTime) -> bool| -> Vec<usize> {
            (0..model.rounds.len()).filter(|&i| wanted(model.rounds[i].when)).collect()
        };
        let inside = |when: RoundTime, start: f64, end: f64| match when {
            RoundTime::At(time) => start - TIME_SLACK <= time && time < end - TIME_SLACK,
            RoundTime::OnIpo { .. } => false,
        };
        let with_ipo = |when: RoundTime, end: f64| match when {
            RoundTime::At(_) => false,
            RoundTime::OnIpo { until } => end <= until + TIME_SLACK,
        };
        let periods = &steps.periods;
        Schedule {
            committed: periods.iter().map(|p| commitments(model, (p.start, p.end))).collect(),
            committed_next_year: periods.iter().map(|p| commitments(model, (p.end, p.end + 1.0))).collect(),
            tested: periods.iter().map(|p| p.end >= earliest - TIME_SLACK).collect(),
            rounds: periods.iter().map(|p| rounds(&|when| inside(when, p.start, p.end))).collect(),
            ipo_rounds: periods.iter().map(|p| rounds(&|when| with_ipo(when, p.end))).collect(),
        }
    }
}

/// The contracts that run inside a span of time (from, to), years.
fn commitments(model: &Model, span: (f64, f64)) -> Vec<Commitment> {
    let part =
        |contract: &Contract| overlap(span, (contract.from, contract.to)) / (contract.to - contract.from);
    let commitment = |(contract, terms): (usize, &Contract)| Commitment {
        contract,
        weight: part(terms),
        at_home: terms.cloud == 0,
    };
    model.contracts.iter().enumerate().map(commitment).filter(|c| c.weight > 0.0).collect()
}
