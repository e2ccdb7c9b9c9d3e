//! Pick-freeze evaluations: functions of random variables, evaluated again with some variables kept and the
//! others drawn again.

use super::bootstrap::{MOST_UNITS, unit_of};
use super::estimate::centre;
use crate::kernel::plan::Plan;
use crate::kernel::redraw::TwoSeeds;
use crate::run::{MetricIndex, NonFinite, Observer, Progress, Redrawn, part_of, share_out};
use ndarray::{Array2, Array3, s};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};

/// Number of paths evaluated together: the unit of work and of the bootstrap.
pub const BATCH: u64 = 256;

/// A function of random variables, with one or more outputs, on numbered paths.
pub trait Function: Sync {
    /// Number of variables.
    fn variables(&self) -> usize;
    /// Number of outputs.
    fn outputs(&self) -> usize;
    /// An evaluator for one thread.
    fn evaluator(&self) -> Box<dyn Evaluate + '_>;
}

/// Evaluates a [`Function`].
pub trait Evaluate: Send {
    /// Writes each output, `[output][path]`, for as many paths as `out` has columns, beginning at
    /// `first_path`.
    ///
    /// Variables marked in `redrawn` use the second of two independent sources of randomness, the others the
    /// first. Equal sources, path and `order` give equal values. Where variables depend on each other, each
    /// is formed given those before it in `order`; so redrawn variables must come last to be independent of
    /// their old values, given the kept ones.
    fn evaluate(&mut self, first_path: u64, order: &[usize], redrawn: &[bool], out: &mut Array2<f64>);

    /// Paths that were not finite in any evaluation so far.
    fn non_finite(&self) -> NonFinite {
        NonFinite::default()
    }
}

/// Metrics of a plan as functions of its streams.
pub struct PlanFunction<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The plan's streams under two seeds.
    pub seeds: &'a TwoSeeds,
    /// The streams of each variable, by position.
    pub variables: &'a [Vec<usize>],
    /// The metrics, one per output.
    pub subjects: &'a [MetricIndex],
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
    fn evaluate(&mut self, first_path: u64, order: &[usize], redrawn: &[bool], out: &mut Array2<f64>) {
        Redrawn::evaluate(self, first_path, order, redrawn, out);
    }

    fn non_finite(&self) -> NonFinite {
        self.non_finite.clone()
    }
}

/// How much to evaluate, on how many threads, and the seed of orders and intervals.
#[derive(Clone, Copy, Debug)]
pub struct Effort<'a> {
    /// Paths per evaluation; rounded up to whole batches.
    pub paths: u64,
    /// Worker threads; 0 means one per core.
    pub threads: usize,
    /// Seed of the Shapley orders and of the bootstrap.
    pub seed: u64,
    /// Which batches are evaluated here.
    pub portion: Portion<'a>,
}

impl Effort<'_> {
    /// Everything is evaluated here.
    pub fn whole(paths: u64, threads: usize, seed: u64) -> Effort<'static> {
        Effort { paths, threads, seed, portion: Portion::Whole }
    }
}

/// Which batches of a study are evaluated here, and where the others come from.
#[derive(Clone, Copy, Debug)]
pub enum Portion<'a> {
    /// All of them.
    Whole,
    /// Part `number` of `of`, counted from 1: the batches are put there, and there is no answer.
    Part {
        /// The part.
        number: u64,
        /// The number of parts.
        of: u64,
        /// Where the batches are put.
        batches: &'a Mutex<Option<Batches>>,
    },
    /// None: these are all of them.
    Known(&'a Batches),
}

/// Sums of some batches, to be saved and put together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Batches {
    /// In ascending order.
    batches: Vec<SavedBatch>,
    non_finite: NonFinite,
}

/// The sums of a batch, as plain numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SavedBatch {
    batch: u64,
    /// By output, then by term.
    terms: Vec<f64>,
    undefined: Vec<u64>,
}

impl Batches {
    /// Adds other batches of the same study.
    ///
    /// # Errors
    /// Some are here already.
    pub fn merge(&mut self, other: &Batches) -> Result<(), String> {
        self.batches.extend(other.batches.iter().cloned());
        self.batches.sort_by_key(|batch| batch.batch);
        self.non_finite.merge(&other.non_finite);
        let twice = self.batches.windows(2).any(|pair| pair[0].batch == pair[1].batch);
        if twice { Err("they have batches that are here already".to_owned()) } else { Ok(()) }
    }

    fn saved(sums: Vec<(u64, BatchSums)>, non_finite: NonFinite) -> Batches {
        let save = |(batch, sums): (u64, BatchSums)| SavedBatch {
            batch,
            terms: sums.terms.iter().copied().collect(),
            undefined: sums.undefined,
        };
        Batches { batches: sums.into_iter().map(save).collect(), non_finite }
    }

    /// The first batches without a gap.
    fn sums(&self) -> Vec<BatchSums> {
        let there = self.batches.iter().zip(0..).take_while(|(batch, at)| batch.batch == *at);
        let restore = |batch: &SavedBatch| {
            let outputs = batch.undefined.len();
            let shape = (outputs, batch.terms.len() / outputs.max(1));
            let terms = Array2::from_shape_vec(shape, batch.terms.clone()).ok()?;
            Some(BatchSums { terms, undefined: batch.undefined.clone() })
        };
        there.map_while(|(batch, _)| restore(batch)).collect()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// Some path was not finite.
    NonFinite(NonFinite),
    /// An output has no value in some of the evaluations.
    Undefined {
        /// The output.
        output: usize,
        /// Number of evaluations without a value.
        undefined: u64,
        /// Number of evaluations.
        evaluations: u64,
    },
    /// The study was stopped before enough was done.
    Interrupted,
}

/// The terms of a batch's sums, and how many evaluations have no value.
pub(super) struct BatchSums {
    /// `[output][term]`.
    pub terms: Array2<f64>,
    /// Evaluations without a value, per output.
    pub undefined: Vec<u64>,
}

impl BatchSums {
    pub(super) fn zeros(outputs: usize, terms: usize) -> BatchSums {
        BatchSums { terms: Array2::zeros((outputs, terms)), undefined: vec![0; outputs] }
    }
}

/// The terms of the bootstrap's units: `[output][unit][term]`. A unit consists of whole groups of `group`
/// consecutive batches.
pub(super) fn units(batches: &[BatchSums], group: usize) -> Array3<f64> {
    let (outputs, terms) = batches.first().map_or((0, 0), |batch| batch.terms.dim());
    let units = batches.len().div_ceil(group).min(MOST_UNITS);
    let mut sums = Array3::zeros((outputs, units, terms));
    for (batch, part) in batches.iter().enumerate() {
        let mut unit = sums.slice_mut(s![.., unit_of(batch / group), ..]);
        unit += &part.terms;
    }
    sums
}

/// Fails if an output lacks a value in some of the `evaluations` evaluations.
pub(super) fn check_defined(batches: &[BatchSums], output: usize, evaluations: u64) -> Result<(), NoAnswer> {
    match batches.iter().map(|batch| batch.undefined[output]).sum() {
        0 => Ok(()),
        undefined => Err(NoAnswer::Undefined { output, undefined, evaluations }),
    }
}

/// Runs `sum` for each batch. Returns the batches done, in order, and whether the observer stopped before the
/// end.
pub(super) fn batches(
    function: &dyn Function,
    batches: u64,
    evaluations: u64,
    effort: Effort<'_>,
    observer: &dyn Observer,
    sum: impl Fn(&mut dyn Evaluate, u64) -> BatchSums + Sync,
) -> Result<(Vec<BatchSums>, bool), NoAnswer> {
    struct Scratch<'a> {
        evaluator: Box<dyn Evaluate + 'a>,
        sums: Vec<(u64, BatchSums)>,
    }
    let range = match effort.portion {
        Portion::Whole => 0..batches,
        Portion::Part { number, of, .. } => part_of(batches, (number, of)),
        Portion::Known(known) if known.non_finite.count > 0 => {
            return Err(NoAnswer::NonFinite(known.non_finite.clone()));
        }
        Portion::Known(known) => {
            let sums = known.sums();
            let interrupted = (sums.len() as u64) < batches;
            return Ok((sums, interrupted));
        }
    };
    let (each, pieces) = (BATCH * evaluations, range.end - range.start);
    let progress = |done: u64| {
        let (done, paths) = (done * each, pieces * each);
        observer.progress(&Progress { done, paths, mean: f64::NAN, std_error: f64::NAN });
    };
    let out = share_out(
        effort.threads,
        pieces,
        || Scratch { evaluator: function.evaluator(), sums: Vec::new() },
        |scratch, piece| {
            let batch = range.start + piece;
            scratch.sums.push((batch, sum(scratch.evaluator.as_mut(), batch)));
        },
        progress,
        || observer.stops(),
    );
    let mut non_finite = NonFinite::default();
    let mut sums: Vec<(u64, BatchSums)> = Vec::new();
    for scratch in out.scratch {
        non_finite.merge(&scratch.evaluator.non_finite());
        sums.extend(scratch.sums);
    }
    sums.sort_unstable_by_key(|(batch, _)| *batch);
    if let Portion::Part { batches, .. } = effort.portion {
        if !out.interrupted {
            let all = Batches::saved(sums, non_finite);
            *batches.lock().unwrap_or_else(PoisonError::into_inner) = Some(all);
        }
        return Err(NoAnswer::Interrupted);
    }
    if non_finite.count > 0 {
        return Err(NoAnswer::NonFinite(non_finite));
    }
    Ok((sums.into_iter().map(|(_, sums)| sums).collect(), out.interrupted))
}

/// Centres of the outputs, from the first batch.
pub(super) fn centres(function: &dyn Function) -> Vec<f64> {
    let order: Vec<usize> = (0..function.variables()).collect();
    let mut out = Array2::zeros((function.outputs(), BATCH as usize));
    function.evaluator().evaluate(0, &order, &vec![false; order.len()], &mut out);
    out.rows().into_iter().map(|row| centre(row.iter().copied())).collect()
}
