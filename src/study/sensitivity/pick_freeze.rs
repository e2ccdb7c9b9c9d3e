//! Functions of random variables that can be evaluated twice with some variables kept and the others drawn anew.

use crate::kernel::plan::Plan;
use crate::kernel::redraw::TwoSeeds;
use crate::run::{NonFinite, Observer, Progress, Redrawn, Subject};

/// Paths that are evaluated together: the unit of work and of resampling.
pub const BATCH: u64 = 256;

/// A function of some random variables, with one or more outputs, on numbered paths.
pub trait Function: Sync {
    /// Variables.
    fn variables(&self) -> usize;
    /// Outputs.
    fn outputs(&self) -> usize;
    /// Something that evaluates it, for one thread.
    fn evaluator(&self) -> Box<dyn Evaluate + '_>;
}

/// Evaluates a [`Function`].
pub trait Evaluate: Send {
    /// Writes each output on `out[…].len()` paths from `first_path` on.
    ///
    /// Variables of `anew` take the second of two independent sources of randomness, the others the first; given equal
    /// sources, path and `order`, a value is always the same. Where variables depend on each other, each is formed given
    /// those before it in `order`: only then are variables at the end that are drawn anew independent of the old ones,
    /// given those that are kept.
    fn evaluate(&mut self, first_path: u64, order: &[usize], anew: &[bool], out: &mut [Vec<f64>]);

    /// Paths that were not finite so far.
    fn non_finite(&self) -> NonFinite {
        NonFinite::default()
    }
}

/// Metrics of a plan as functions of its streams.
pub struct PlanFunction<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its streams under two seeds.
    pub seeds: &'a TwoSeeds,
    /// Positions of the streams that belong to each variable.
    pub variables: &'a [Vec<usize>],
    /// The metrics.
    pub subjects: &'a [Subject],
}

impl Function for PlanFunction<'_> {
    fn variables(&self) -> usize {
        self.variables.len()
    }

    fn outputs(&self) -> usize {
        self.subjects.len()
    }

    fn evaluator(&self) -> Box<dyn Evaluate + '_> {
        Box::new(Redrawn::new(self.plan, self.seeds, self.variables, self.subjects))
    }
}

impl Evaluate for Redrawn<'_> {
    fn evaluate(&mut self, first_path: u64, order: &[usize], anew: &[bool], out: &mut [Vec<f64>]) {
        Redrawn::evaluate(self, first_path, order, anew, out);
    }

    fn non_finite(&self) -> NonFinite {
        self.non_finite.clone()
    }
}

/// How much to evaluate, on how many threads, from which seed the intervals are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Paths of each evaluation; rounded up to whole batches.
    pub paths: u64,
    /// Threads; 0: one a core.
    pub threads: usize,
    /// Seed of orders and intervals.
    pub seed: u64,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// Some path was not finite.
    NonFinite(NonFinite),
    /// An output has no value on some of the evaluations.
    Undefined {
        /// Which output.
        output: usize,
        /// On how many evaluations.
        undefined: u64,
        /// Of how many.
        evaluations: u64,
    },
    /// Stopped before enough was done.
    Interrupted,
}

/// Sums of each batch done, in order; `sum` fills the sums of a batch from an evaluator.
pub(super) fn batches<S: Send>(
    function: &dyn Function,
    batches: u64,
    evaluations: u64,
    threads: usize,
    observer: &dyn Observer,
    sum: impl Fn(&mut dyn Evaluate, u64) -> S + Sync,
) -> Result<(Vec<S>, bool), NoAnswer> {
    let scratch = || (function.evaluator(), Vec::new());
    let each = BATCH * evaluations;
    let done = |done: u64| {
        let progress =
            Progress { done: done * each, paths: batches * each, mean: f64::NAN, std_error: f64::NAN };
        observer.progress(&progress);
    };
    let out = crate::run::share_out(
        threads,
        batches,
        scratch,
        |(evaluator, sums): &mut (Box<dyn Evaluate>, Vec<(u64, S)>), batch| {
            sums.push((batch, sum(evaluator.as_mut(), batch)));
        },
        done,
        || observer.stops(),
    );
    let mut non_finite = NonFinite::default();
    let mut sums: Vec<(u64, S)> = Vec::new();
    for (evaluator, own) in out.scratch {
        non_finite.merge(&evaluator.non_finite());
        sums.extend(own);
    }
    if non_finite.count > 0 {
        return Err(NoAnswer::NonFinite(non_finite));
    }
    sums.sort_unstable_by_key(|(batch, _)| *batch);
    Ok((sums.into_iter().map(|(_, sums)| sums).collect(), out.interrupted))
}

/// Means of the outputs on the first batch: a centre about which squares are summed without cancellation. An output without
/// any value has the centre 0.
pub(super) fn centres(function: &dyn Function) -> Vec<f64> {
    let order: Vec<usize> = (0..function.variables()).collect();
    let mut out = vec![vec![0.0; BATCH as usize]; function.outputs()];
    function.evaluator().evaluate(0, &order, &vec![false; order.len()], &mut out);
    out.iter()
        .map(|column| {
            let defined: Vec<f64> = column.iter().copied().filter(|x| x.is_finite()).collect();
            if defined.is_empty() { 0.0 } else { defined.iter().sum::<f64>() / defined.len() as f64 }
        })
        .collect()
}
