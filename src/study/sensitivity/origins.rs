//! How much of a metric's variance comes from numbers that a source states, from numbers derived from one, and from judgements.
//!
//! A set of kinds is worth what straight lines in its uncertain numbers explain of the variance: the adjusted R², as for groups.
//! Numbers of different kinds may be correlated, so that the parts of the kinds are Shapley values: the mean over all orders in
//! which the kinds are added (Owen and Prieur 2017, "On Shapley value for measuring importance of dependent inputs"). They add
//! up to what all numbers together explain. Constants have no part, whatever source they have.

use super::gather::{Wanted, gather};
use super::group::{Explained, explained, fit};
use super::plain::subject;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::kernel::randomness::Randomness;
use crate::kernel::redraw::{StreamKind, TwoSeeds};
use crate::model::parameters::Provenance;
use crate::model::run::Sampling;
use crate::rng::stream::StreamKey;
use crate::run::{Options, Silent};
use crate::study::quantity::{Of, Quantity};

/// The largest number of paths that a run's parts are found on.
pub const PATHS_OF_RUNS: u64 = 20_000;
/// Number of kinds.
const KINDS: usize = 3;

/// Where a number is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A source states it.
    Sourced,
    /// It was derived from a source, which does not state it.
    Derived,
    /// It is a judgement of the author.
    Judgement,
}

impl Kind {
    /// All kinds, in the order of their rows.
    pub const ALL: [Kind; KINDS] = [Kind::Sourced, Kind::Derived, Kind::Judgement];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Sourced => "sourced",
            Kind::Derived => "derived",
            Kind::Judgement => "judgement",
        }
    }

    fn of(provenance: Provenance) -> Kind {
        match provenance {
            Provenance::Source(_) => Kind::Sourced,
            Provenance::InformedBy(_) => Kind::Derived,
            Provenance::Judgement => Kind::Judgement,
        }
    }
}

/// The part of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// The kind.
    pub kind: Kind,
    /// Its uncertain numbers that affect something.
    pub inputs: usize,
    /// Its fraction of the metric's variance; chance can make it slightly negative.
    pub share: f64,
    /// The standard error of that; 0 for a kind without uncertain numbers.
    pub std_error: f64,
}

/// What a metric's variance rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Origins {
    /// The metric.
    pub quantity: Quantity,
    /// Paths behind the parts.
    pub paths: u64,
    /// A part for each kind.
    pub parts: [Part; KINDS],
}

/// What the first deal's take rests on, over the first paths of a plain run of so many; `None` where nothing is uncertain, there is
/// no take, or the paths are too few for lines in all numbers.
pub fn of_first_deal(plan: &Plan, paths: u64, threads: usize) -> Option<Origins> {
    let quantity = Quantity { of: Of::Deal(0), metric: Metric::MicrosoftTakePv };
    let plain;
    let plan = match plan.randomness().sampling {
        Sampling::Plain => plan,
        // Taking variance apart needs independent paths.
        Sampling::Sobol(_) => {
            plain = Plan::from_model(plan.model(), Randomness::new(plan.seed(), Sampling::Plain), plan.isa());
            &plain
        }
    };
    of_quantity(plan, quantity, Options { paths: paths.min(PATHS_OF_RUNS), threads })
}

/// What a quantity of a plain run rests on.
fn of_quantity(plan: &Plan, quantity: Quantity, options: Options) -> Option<Origins> {
    let columns = [subject(plan, quantity)?];
    let seeds = TwoSeeds::new(plan, StreamKey::new(plan.seed(), "study.second-seed").0);
    let streams = streams_of_kinds(plan, &seeds);
    if streams.iter().all(Vec::is_empty) {
        return None;
    }
    let wanted = Wanted { plan, seeds: &seeds, inputs: &[], columns: &columns, choices: &[], noise: false };
    let gathered = gather(&wanted, options, &Silent);
    if gathered.non_finite.count > 0 || gathered.paths == 0 {
        return None;
    }
    let lines = fit(&gathered, &[], plan.isa(), options.threads);
    let of_set = |set: usize| -> Option<Explained> {
        let all = (0..KINDS).filter(|kind| set >> kind & 1 == 1).flat_map(|kind| &streams[kind]);
        explained(&gathered, &lines, &all.copied().collect::<Vec<usize>>(), 0)
    };
    let worth: Option<Vec<Explained>> = (0..1 << KINDS).map(of_set).collect();
    let worth = worth?;
    let parts = Kind::ALL.map(|kind| {
        let (share, std_error) = part(&worth, kind as usize);
        Part { kind, inputs: streams[kind as usize].len(), share, std_error }
    });
    Some(Origins { quantity, paths: gathered.paths, parts })
}

/// The streams of uncertain numbers that affect something, by the kind of the number.
fn streams_of_kinds(plan: &Plan, seeds: &TwoSeeds) -> [Vec<usize>; KINDS] {
    let parameters = &plan.model().parameters;
    let mut kinds: [Vec<usize>; KINDS] = Default::default();
    for (at, stream) in seeds.streams().iter().enumerate() {
        // The time of a termination is luck, no number of the scenario.
        let number =
            parameters.named(&stream.name).filter(|_| stream.used && stream.kind == StreamKind::Input);
        if let Some(number) = number {
            kinds[Kind::of(parameters.entry(number).provenance) as usize].push(at);
        }
    }
    kinds
}

/// The Shapley value of a kind, and its standard error, from what every set of kinds explains.
fn part(worth: &[Explained], kind: usize) -> (f64, f64) {
    let bit = 1 << kind;
    let weight = |others: usize| [1.0 / 3.0, 1.0 / 6.0, 1.0 / 3.0][others];
    let paths = worth[0].influence.len();
    let (mut share, mut by_chance) = (0.0, 0.0);
    let mut influence = vec![0.0; paths];
    for set in (0..worth.len()).filter(|set| set & bit == 0) {
        let (with, without) = (&worth[set | bit], &worth[set]);
        let weight = weight(set.count_ones() as usize);
        share += weight * (with.value - without.value);
        // Scores that explain nothing seem to, as a χ² of their number: its standard deviation.
        let scores = (with.scores - without.scores) as f64;
        by_chance += weight * with.unexplained * (2.0 * scores).sqrt() / paths as f64;
        for (sum, (a, b)) in influence.iter_mut().zip(with.influence.iter().zip(&without.influence)) {
            *sum += weight * (a - b);
        }
    }
    let squares: f64 = influence.iter().map(|x| x * x).sum();
    (share, (squares.sqrt() / paths as f64).hypot(by_chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worth(values: [f64; 8]) -> Vec<Explained> {
        values
            .map(|value| Explained { value, unexplained: 1.0 - value, scores: 0, influence: vec![0.0; 4] })
            .into()
    }

    #[test]
    fn independent_kinds_have_what_they_explain_alone_and_parts_add_up() {
        let alone = [0.1, 0.2, 0.4];
        let sum = |set: usize| (0..3).filter(|kind| set >> kind & 1 == 1).map(|kind| alone[kind]).sum();
        let additive = worth(std::array::from_fn(sum));
        for (kind, alone) in alone.into_iter().enumerate() {
            assert!((part(&additive, kind).0 - alone).abs() < 1e-15);
        }
        // Two that say the same share it; the third has nothing.
        let twins = worth([0.0, 0.6, 0.6, 0.6, 0.0, 0.6, 0.6, 0.6]);
        let parts = [0, 1, 2].map(|kind| part(&twins, kind).0);
        assert!(
            (parts[0] - 0.3).abs() < 1e-15 && (parts[1] - 0.3).abs() < 1e-15 && parts[2].abs() < 1e-15,
            "{parts:?}"
        );
        let values = [0.0, 0.3, 0.1, 0.35, 0.2, 0.45, 0.33, 0.61];
        let total: f64 = (0..3).map(|kind| part(&worth(values), kind).0).sum();
        assert!((total - 0.61).abs() < 1e-15, "{total}");
    }
}
