//! What if: quantities at the nodes of sliders, one key at a time and two terms of a deal together, on common draws.

use super::quantity::{Of, Quantity};
use super::sweep::{Measured, Named, measured};
use super::variant::{Columns, Variants};
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::run::paired::{self, Keep, Question};
use crate::run::{NonFinite, Observer, Options};
use crate::stats::histogram::Histogram;
use crate::stats::quantiles::Ranked;

/// Paths of every node, the first of the run.
pub const PATHS: u64 = 20_000;
/// Bins of a histogram, all of one width.
pub const BINS: usize = 40;

/// Metrics of a deal at every node, in order.
const METRICS: [Metric; 9] = [
    Metric::MicrosoftTakePv,
    Metric::SharePv,
    Metric::StakePv,
    Metric::MicrosoftTotalPv,
    Metric::OpenaiRetainedPv,
    Metric::RevenueKeptPv,
    Metric::CapHit,
    Metric::Ipo,
    Metric::Failed,
];
/// Metrics of the difference of two deals.
const OF_DIFFERENCES: [Metric; 2] = [Metric::MicrosoftTakePv, Metric::OpenaiRetainedPv];

/// What sliders show that move one deal alone, or all deals.
pub fn quantities(plan: &Plan, moved: Option<usize>) -> Vec<Quantity> {
    let is_moved = |of: &Of| match (moved, *of) {
        (None, _) => true,
        (Some(deal), Of::Deal(own)) => deal == own,
        (Some(deal), Of::Difference { later, first }) => deal == later || deal == first,
    };
    let metrics = |of: &Of| match of {
        Of::Deal(_) => METRICS.to_vec(),
        Of::Difference { .. } => OF_DIFFERENCES.to_vec(),
    };
    let all = Of::all(plan).into_iter().filter(is_moved);
    all.flat_map(|of| metrics(&of).into_iter().map(move |metric| Quantity { of, metric }))
        .filter(|quantity| quantity.of.metrics(plan).contains(&quantity.metric))
        .filter(|quantity| !is_spared(plan, *quantity))
        .collect()
}

/// Whether another quantity says it better: revenue kept counts only where there is no equity to keep.
fn is_spared(plan: &Plan, quantity: Quantity) -> bool {
    quantity.metric == Metric::RevenueKeptPv && quantity.of.metrics(plan).contains(&Metric::OpenaiRetainedPv)
}

/// Whether a quantity is one of the two sides' values under a deal, of which distributions are drawn.
pub fn is_headline(quantity: Quantity) -> bool {
    let headline = [Metric::MicrosoftTakePv, Metric::OpenaiRetainedPv, Metric::RevenueKeptPv];
    matches!(quantity.of, Of::Deal(_)) && headline.contains(&quantity.metric)
}

/// A histogram in bins of one width; the outer bins also hold what lies beyond them.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// Lower edge of the first bin.
    pub low: f64,
    /// Upper edge of the last bin.
    pub high: f64,
    /// Paths in each bin.
    pub counts: Vec<u64>,
}

/// A quantity at a node.
#[derive(Clone, Debug, PartialEq)]
pub struct AtNode {
    /// Its index among the quantities of the answer.
    pub quantity: usize,
    /// What was measured.
    pub measured: Measured,
    /// Its histogram, of the headline metrics.
    pub bins: Option<Bins>,
}

/// The quantities at one setting of the sliders.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Keys that were set, with their values; none for the scenario itself.
    pub set: Vec<(String, f64)>,
    /// The quantities that the keys move.
    pub figures: Vec<AtNode>,
}

/// All nodes of all sliders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WhatIf {
    /// The quantities.
    pub quantities: Vec<Named>,
    /// The scenario itself, then the nodes of each key, then of pairs of keys.
    pub nodes: Vec<Node>,
}

/// Measurements of one curve or of one part of a grid; the first variant is the scenario itself.
#[derive(Debug)]
pub struct Batch {
    quantities: Vec<Quantity>,
    measured: Vec<Vec<Measured>>,
    ranked: Vec<Vec<Option<Ranked>>>,
}

/// Why a batch has no measurements.
#[derive(Debug)]
pub enum Unmeasured {
    /// Paths of the plan with this index were not finite.
    NonFinite(usize, NonFinite),
    /// It was stopped.
    Stopped,
}

/// Simulates the variants of a batch on the same draws.
///
/// # Errors
/// A path was not finite, or the observer stopped it.
pub fn measure(
    variants: &Variants,
    quantities: Vec<Quantity>,
    options: Options,
    observer: &dyn Observer,
) -> Result<Batch, Unmeasured> {
    let columns = Columns::new(variants, &quantities, Keep::Bins);
    let plans: Vec<&Plan> = variants.plans.iter().collect();
    let question = Question { columns: &columns.columns, ..Question::default() };
    let result = paired::execute(&plans, question, options, observer);
    if let Some((plan, paths)) = result.first_non_finite() {
        return Err(Unmeasured::NonFinite(plan, paths.clone()));
    }
    if result.interrupted {
        return Err(Unmeasured::Stopped);
    }
    let ranked = |values: &Vec<usize>| {
        let of = |(quantity, &column): (&Quantity, &usize)| {
            is_headline(*quantity).then(|| result.columns[column].ranked())
        };
        quantities.iter().zip(values).map(of).collect()
    };
    let ranked = columns.values.iter().map(ranked).collect();
    Ok(Batch { measured: measured(&result, &columns), ranked, quantities })
}

/// Part of the values on either side that may lie beyond the bins of a histogram.
const BEYOND: f64 = 0.005;

/// Collects batches into an answer whose histograms of a metric share their bins.
#[derive(Debug, Default)]
pub struct Collector {
    answer: WhatIf,
    known: Vec<Quantity>,
    ends: Vec<(Metric, f64, f64)>,
}

impl Collector {
    /// Widens the bins of every metric to what a batch needs. Bins that are in use stay as they are, so this comes first.
    pub fn widen(&mut self, batch: &Batch) {
        for ranked in &batch.ranked {
            for (quantity, ranked) in batch.quantities.iter().zip(ranked) {
                let Some(ranked) = ranked.as_ref().filter(|ranked| ranked.count() > 0) else { continue };
                let (low, high) = (ranked.quantile(BEYOND), ranked.quantile(1.0 - BEYOND));
                match self.ends.iter_mut().find(|(metric, ..)| *metric == quantity.metric) {
                    Some((_, least, most)) => (*least, *most) = (least.min(low), most.max(high)),
                    None => self.ends.push((quantity.metric, low, high)),
                }
            }
        }
    }

    /// Adds the nodes of a batch; `points` are the keys and values of its variants after the first, which is the scenario itself
    /// and is kept once.
    pub fn add(&mut self, plan: &Plan, batch: &Batch, points: Vec<Vec<(String, f64)>>) {
        let places: Vec<usize> =
            batch.quantities.iter().map(|&quantity| self.place(plan, quantity)).collect();
        if self.answer.nodes.is_empty() {
            self.answer.nodes.push(Node { set: Vec::new(), figures: Vec::new() });
        }
        let of_scenario = self.figures(batch, &places, 0);
        let node = |(i, set)| Node { set, figures: self.figures(batch, &places, i) };
        let nodes: Vec<Node> = (1..).zip(points).map(node).collect();
        let known = &mut self.answer.nodes[0].figures;
        let new =
            of_scenario.into_iter().filter(|one| known.iter().all(|other| other.quantity != one.quantity));
        let new: Vec<AtNode> = new.collect();
        known.extend(new);
        self.answer.nodes.extend(nodes);
    }

    fn figures(&self, batch: &Batch, places: &[usize], variant: usize) -> Vec<AtNode> {
        let figure = |(i, &quantity): (usize, &usize)| AtNode {
            quantity,
            measured: batch.measured[variant][i],
            bins: batch.ranked[variant][i].as_ref().and_then(|ranked| self.bins(batch.quantities[i], ranked)),
        };
        places.iter().enumerate().map(figure).collect()
    }

    /// The answer.
    pub fn into_answer(self) -> WhatIf {
        self.answer
    }

    fn place(&mut self, plan: &Plan, quantity: Quantity) -> usize {
        self.known.iter().position(|known| *known == quantity).unwrap_or_else(|| {
            self.known.push(quantity);
            self.answer.quantities.push(Named::new(plan, quantity));
            self.known.len() - 1
        })
    }

    fn bins(&self, quantity: Quantity, ranked: &Ranked) -> Option<Bins> {
        let &(_, low, high) = self.ends.iter().find(|(metric, ..)| *metric == quantity.metric)?;
        // Equal values still need bins of some width.
        let high = if high > low { high } else { low + low.abs().max(1.0) * 1e-3 };
        let edge = |i: usize| match i {
            BINS => high,
            i => low + (high - low) * i as f64 / BINS as f64,
        };
        let edges: Vec<f64> = (0..=BINS).map(edge).collect();
        let counts = Histogram::within(&edges, ranked).bins().map(|bin| bin.count).collect();
        Some(Bins { low, high, counts })
    }
}
