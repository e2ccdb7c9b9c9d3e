//! What a run leaves once everything has been added up: summaries of metrics, years, events, inputs and correlations.

use super::event::Event;
use super::non_finite::NonFinite;
use super::sums::{Sums, YearSummary};
use crate::kernel::plan::Plan;
use crate::model::run::Replicates;
use crate::stats::mean_error::MeanError;
use crate::stats::moments::{CoMoments, Moments};
use crate::stats::replicates::{error_of_fraction, paths_by_replicate};
use crate::stats::summary::MetricSummary;

/// The result of a run.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// Paths simulated.
    pub paths: u64,
    /// Paths asked for.
    pub asked: u64,
    /// Summaries of the metrics: `[deal, then difference][metric]`, in the plan's order.
    pub metrics: Vec<Vec<MetricSummary>>,
    /// Summaries of the yearly series: `[deal][year][series]`.
    pub years: Vec<Vec<Vec<YearSummary>>>,
    /// Paths on which an event had happened by the end of each period: `[deal][event][period]`.
    pub events: Vec<Vec<Vec<u64>>>,
    /// The same by replicate, `[deal][event][period × replicate]`; empty under plain sampling.
    event_replicates: Vec<Vec<Vec<u64>>>,
    /// Number of replicates; `None` under plain sampling.
    pub replicates: Option<Replicates>,
    /// Moments of the uncertain numbers, in the rows of the plan's inputs.
    pub inputs: Vec<Moments>,
    /// Sampled correlations of the model's pairs; `None` where a pair was not sampled.
    pub correlations: Vec<Option<f64>>,
    /// Series by period of the first paths: `[path][deal][period][series]`.
    pub samples: Vec<Vec<Vec<Vec<f64>>>>,
    /// Paths that are not finite.
    pub non_finite: NonFinite,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
}

impl RunResult {
    /// Turns sums over `paths` of the `asked` paths into the result.
    pub(super) fn from_sums(plan: &Plan, sums: Sums, paths: u64, asked: u64, interrupted: bool) -> RunResult {
        let mut rest = sums.rest;
        let replicates = plan.replicates();
        rest.events.iter_mut().flatten().for_each(|counts| add_up(counts, 1));
        let stride = replicates.map_or(1, Replicates::get);
        rest.event_replicates.iter_mut().flatten().for_each(|counts| add_up(counts, stride));
        RunResult {
            paths,
            asked,
            metrics: sums.metrics,
            years: sums.years,
            events: rest.events,
            event_replicates: rest.event_replicates,
            replicates,
            inputs: rest.inputs,
            correlations: correlations(plan, &rest.input_pairs, &rest.factor_pairs),
            samples: rest.samples,
            non_finite: rest.non_finite,
            interrupted,
        }
    }

    /// The error of the fraction of paths on which an event has happened by the end of a period.
    pub fn event_error(&self, deal: usize, event: Event, period: usize) -> MeanError {
        let count = self.events[deal][event as usize][period];
        match self.replicates {
            None => {
                let (n, p) = (self.paths as f64, count as f64 / self.paths as f64);
                MeanError::independent((p * (1.0 - p) / n).sqrt())
            }
            Some(replicates) => {
                let n = replicates.get();
                let counted = &self.event_replicates[deal][event as usize][period * n..(period + 1) * n];
                let counted: Vec<f64> = counted.iter().map(|&count| count as f64).collect();
                error_of_fraction(&counted, &paths_by_replicate(self.paths, n))
            }
        }
    }
}

/// Turns counts by period into counts by the end of each period; a period has `stride` counts.
fn add_up(counts: &mut [u64], stride: usize) {
    for i in stride..counts.len() {
        counts[i] += counts[i - stride];
    }
}

/// Sampled correlations: of inputs over all paths, of factors over the first paths and all periods.
fn correlations(plan: &Plan, inputs: &[CoMoments], factors: &[CoMoments]) -> Vec<Option<f64>> {
    let mut all = vec![None; plan.model().dependence.pairs.len()];
    let sampled = |moments: &CoMoments| Some(moments.correlation()).filter(|r| r.is_finite());
    for (&(pair, _, _), moments) in plan.inputs().pairs.iter().zip(inputs) {
        all[pair] = sampled(moments);
    }
    for (&(pair, _, _), moments) in plan.innovations().pairs.iter().zip(factors) {
        all[pair] = sampled(moments);
    }
    all
}
