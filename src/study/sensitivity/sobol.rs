//! Sobol indices of independent variables: the fraction of the variance due to one variable alone, and to it
//! with all its interactions.
//!
//! A and B are independent samples, and C is the sample A with variable i taken from B (Saltelli et al. 2010,
//! "Variance based sensitivity analysis of model output", Computer Physics Communications 181): B and C share
//! variable i alone, A and C all but i.
//!
//! ```text
//! Jansen 1999    S_i = 1 − E(f_B − f_C)²/2V                T_i = E(f_A − f_C)²/2V
//! Janon 2014     S_i = (E f_B f_C − m²)/(E(f_B² + f_C²)/2 − m²),  m = E(f_B + f_C)/2;    T_i = 1 − the same with A for B
//! ```
//!
//! Janon's first-order estimator is asymptotically efficient, and Jansen's total is never negative: these two
//! are the headline, the other two are reported with them.

use super::bootstrap::bootstrap;
use super::estimate::Estimate;
use super::pick_freeze::{
    BATCH, BatchSums, Effort, Evaluate, Function, NoAnswer, batches, centres, check_defined, units,
};
use crate::run::Observer;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};
use std::ops::Range;

/// Indices of one output.
#[derive(Clone, Debug, PartialEq)]
pub struct SobolIndices {
    /// Mean of the output.
    pub mean: Estimate,
    /// Variance of the output.
    pub variance: Estimate,
    /// First-order index per variable, by Janon.
    pub first: Vec<Estimate>,
    /// Total index per variable, by Jansen.
    pub total: Vec<Estimate>,
    /// First-order index per variable, by Jansen.
    pub first_jansen: Vec<Estimate>,
    /// Total index per variable, by Janon.
    pub total_janon: Vec<Estimate>,
}

/// The answer of a Sobol study.
#[derive(Clone, Debug, PartialEq)]
pub struct SobolAnswer {
    /// Indices per output.
    pub outputs: Vec<SobolIndices>,
    /// Paths per evaluation.
    pub paths: u64,
    /// Evaluations of the function per path.
    pub evaluations: u64,
    /// Whether the study was stopped before its end.
    pub interrupted: bool,
}

/// Positions of the sums about the centre: paths, then A, A², B, B².
const PATHS: usize = 0;
const A_AND_B: Range<usize> = 1..5;

/// Positions of a variable's sums: C, C², AC, BC.
fn terms_of(variable: usize) -> Range<usize> {
    let first = A_AND_B.end + 4 * variable;
    first..first + 4
}

/// Evaluations per path that a Sobol study takes.
pub fn sobol_evaluations(variables: usize) -> u64 {
    variables as u64 + 2
}

/// Estimates the indices of every variable for every output; the variables must be independent.
pub fn sobol(
    function: &dyn Function,
    effort: Effort<'_>,
    observer: &dyn Observer,
) -> Result<SobolAnswer, NoAnswer> {
    let variables = function.variables();
    let centre = centres(function);
    let evaluations = sobol_evaluations(variables);
    let count = effort.paths.div_ceil(BATCH).max(1);
    let (done, interrupted) = batches(function, count, evaluations, effort, observer, |evaluator, batch| {
        sums_of_batch(evaluator, batch, variables, &centre)
    })?;
    if done.is_empty() {
        return Err(NoAnswer::Interrupted);
    }
    let paths = done.len() as u64 * BATCH;
    let units = units(&done, 1);
    let mut outputs = Vec::new();
    for (output, &centre) in centre.iter().enumerate() {
        check_defined(&done, output, paths * evaluations)?;
        outputs.push(indices(units.index_axis(Axis(0), output), variables, centre, effort.seed));
    }
    Ok(SobolAnswer { outputs, paths, evaluations, interrupted })
}

/// Evaluates A, B and every C on the paths of a batch, and sums their products about the centre.
fn sums_of_batch(evaluator: &mut dyn Evaluate, batch: u64, variables: usize, centre: &[f64]) -> BatchSums {
    let first = batch * BATCH;
    let order: Vec<usize> = (0..variables).collect();
    let mut evaluate = |redrawn: &[bool]| {
        let mut out = Array2::zeros((centre.len(), BATCH as usize));
        evaluator.evaluate(first, &order, redrawn, &mut out);
        out
    };
    let a = evaluate(&vec![false; variables]);
    let b = evaluate(&vec![true; variables]);
    let mut sums = BatchSums::zeros(centre.len(), terms_of(variables).start);
    sums.terms.column_mut(PATHS).fill(BATCH as f64);
    for (o, &centre) in centre.iter().enumerate() {
        let mut own = [0.0; 4];
        for (&a, &b) in a.row(o).iter().zip(b.row(o)) {
            sums.undefined[o] += u64::from(a.is_nan()) + u64::from(b.is_nan());
            let (a, b) = (a - centre, b - centre);
            add4(&mut own, [a, a * a, b, b * b]);
        }
        sums.terms.slice_mut(s![o, A_AND_B]).assign(&ArrayView1::from(&own));
    }
    for i in 0..variables {
        let c = evaluate(&order.iter().map(|&j| j == i).collect::<Vec<bool>>());
        for (o, &centre) in centre.iter().enumerate() {
            let mut own = [0.0; 4];
            for ((&a, &b), &c) in a.row(o).iter().zip(b.row(o)).zip(c.row(o)) {
                sums.undefined[o] += u64::from(c.is_nan());
                let (a, b, c) = (a - centre, b - centre, c - centre);
                add4(&mut own, [c, c * c, a * c, b * c]);
            }
            sums.terms.slice_mut(s![o, terms_of(i)]).assign(&ArrayView1::from(&own));
        }
    }
    sums
}

fn add4(sum: &mut [f64; 4], terms: [f64; 4]) {
    sum.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
}

/// Janon's first-order index from two samples with the means x, y, mean squares xx, yy and mean product xy.
fn janon(x: f64, xx: f64, y: f64, yy: f64, xy: f64) -> f64 {
    let m = 0.5 * (x + y);
    (xy - m * m) / (0.5 * (xx + yy) - m * m)
}

/// The indices of one output, whose terms are `[unit][term]`.
fn indices(terms: ArrayView2<'_, f64>, variables: usize, centre: f64, seed: u64) -> SobolIndices {
    let estimates = bootstrap(terms, seed, 2 + 4 * variables, |sums, out| {
        let n = sums[PATHS];
        let mean_of =
            |terms: Range<usize>| -> [f64; 4] { std::array::from_fn(|k| sums[terms.start + k] / n) };
        let [a, aa, b, bb] = mean_of(A_AND_B);
        let mean = 0.5 * (a + b);
        let variance = (0.5 * (aa + bb) - mean * mean) * (2.0 * n / (2.0 * n - 1.0));
        out[0] = centre + mean;
        out[1] = variance;
        for i in 0..variables {
            let [c, cc, ac, bc] = mean_of(terms_of(i));
            out[2 + i] = janon(b, bb, c, cc, bc);
            out[2 + variables + i] = 0.5 * (aa + cc - 2.0 * ac) / variance;
            out[2 + 2 * variables + i] = 1.0 - 0.5 * (bb + cc - 2.0 * bc) / variance;
            out[2 + 3 * variables + i] = 1.0 - janon(a, aa, c, cc, ac);
        }
    });
    let part = |k: usize| estimates[2 + k * variables..2 + (k + 1) * variables].to_vec();
    SobolIndices {
        mean: estimates[0],
        variance: estimates[1],
        first: part(0),
        total: part(1),
        first_jansen: part(2),
        total_janon: part(3),
    }
}
