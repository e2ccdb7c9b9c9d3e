//! What a run leaves once everything has been added up: summaries of metrics, years, events, inputs and correlations.

use super::non_finite::NonFinite;
use super::sums::{Sums, YearSummary};
use crate::kernel::plan::Plan;
use crate::stats::moments::{CoMoments, Moments};
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
        for counts in rest.events.iter_mut().flatten() {
            let mut sum = 0;
            for count in counts {
                sum += *count;
                *count = sum;
            }
        }
        RunResult {
            paths,
            asked,
            metrics: sums.metrics,
            years: sums.years,
            events: rest.events,
            inputs: rest.inputs,
            correlations: correlations(plan, &rest.input_pairs, &rest.factor_pairs),
            samples: rest.samples,
            non_finite: rest.non_finite,
            interrupted,
        }
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
